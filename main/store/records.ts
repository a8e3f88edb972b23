import { z } from 'zod';
import { activityEntry } from '../../shared/contract/activity.ts';
import type { ActivityEntry } from '../../shared/contract/activity.ts';
import { jobState } from '../../shared/contract/jobs.ts';
import { fact } from '../../shared/facts/catalogue.ts';
import { factText } from '../../shared/facts/fact-text.ts';
import type { Reader } from './damage.ts';
import { anyObject, parseJson } from './damage.ts';
import type { SqliteDatabase } from './database.ts';
import type { Sums } from './sums.ts';

/** A row of the activity, its facts in JSON. */
interface ActivityRow {
  readonly id: number;
  readonly at: number;
  readonly kind: string;
  readonly severity: string;
  readonly code: string;
  readonly data: string;
  readonly details: string;
}

/** @returns null where a value is not what was written. */
function entryOf({ code, data, details, ...row }: ActivityRow): ActivityEntry | null {
  const read = activityEntry.safeParse({
    ...row,
    fact: { code, values: parseJson(data) },
    details: parseJson(details),
  });
  return read.success ? read.data : null;
}

export interface StoredSchedule {
  readonly enabled: boolean;
  readonly everyMinutes: number;
}

/** A row that is one text, in JSON. */
interface StoredText {
  readonly id: number | string;
  readonly data: string;
  readonly whole: number;
}

/** Traces of one kind that are kept of a workspace, and entries of its activity. */
const KEPT_TRACES = 50;
const KEPT_ACTIVITY = 20_000;
/** Jobs that are kept, of all workspaces together. */
const KEPT_JOBS = 200;

/** Whether the text of an entry holds another, in whatever case; 1 or 0, as SQL has it. */
function factsHold(code: unknown, data: unknown, details: unknown, text: unknown): number {
  const row = { id: 1, at: 0, kind: 'workspace', severity: 'info' };
  const entry = entryOf({ ...row, code: String(code), data: String(data), details: String(details) });
  if (entry === null) return 0;
  const told = [entry.fact, ...entry.details].map(factText).join(' ');
  return told.toLowerCase().includes(String(text).toLowerCase()) ? 1 : 0;
}

/** What every trace has, whatever it is of. */
const anyTrace = z.looseObject({ kind: z.string(), startedAt: z.int() });

/** What a workspace keeps besides its settings and domains: traces, jobs, activity, its schedule, its templates. */
export function recordRepository(database: SqliteDatabase, reader: Reader, sums: Sums) {
  const addTrace = database.prepare('INSERT INTO traces (workspace_id, kind, started_at, data) VALUES (?, ?, ?, ?)');
  const trimTraces = database.prepare(
    `DELETE FROM traces WHERE workspace_id = @workspaceId AND kind = @kind AND id <=
     (SELECT id FROM traces WHERE workspace_id = @workspaceId AND kind = @kind ORDER BY id DESC LIMIT 1 OFFSET ${KEPT_TRACES})`,
  );
  const latestTraces = database.prepare(
    `SELECT id, data, ${sums.isWhole('traces')} AS whole FROM traces
     WHERE workspace_id = ? AND kind = ? ORDER BY id DESC LIMIT ?`,
  );
  const addActivity = database.prepare(
    'INSERT INTO activity (workspace_id, at, kind, severity, code, data, details) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const trimActivity = database.prepare(
    `DELETE FROM activity WHERE workspace_id = @workspaceId AND id <=
     (SELECT id FROM activity WHERE workspace_id = @workspaceId ORDER BY id DESC LIMIT 1 OFFSET ${KEPT_ACTIVITY})`,
  );
  // Texts are made where they are shown, so what is looked for in them can't be found by SQL alone.
  database.function('facts_hold', { deterministic: true }, factsHold);
  const activity = database.prepare(
    `SELECT id, at, kind, severity, code, data, details, ${sums.isWhole('activity')} AS whole FROM activity
     WHERE workspace_id = @workspaceId AND id < @before
       AND (@kinds IS NULL OR kind IN (SELECT value FROM json_each(@kinds)))
       AND (@severities IS NULL OR severity IN (SELECT value FROM json_each(@severities)))
       AND at >= @since
       AND (@text = '' OR facts_hold(code, data, details, @text) = 1)
     ORDER BY id DESC LIMIT @limit`,
  );
  const putJob = database.prepare(
    `INSERT INTO jobs (id, workspace_id, status, started_at, data) VALUES (@id, @workspaceId, @status, @startedAt, @data)
     ON CONFLICT (id) DO UPDATE SET status = excluded.status, data = excluded.data, sum = NULL`,
  );
  const trimJobs = database.prepare(
    `DELETE FROM jobs WHERE started_at <= (SELECT started_at FROM jobs ORDER BY started_at DESC LIMIT 1 OFFSET ${KEPT_JOBS})`,
  );
  const jobs = database.prepare(
    `SELECT id, data, ${sums.isWhole('jobs')} AS whole FROM jobs ORDER BY started_at DESC LIMIT 50`,
  );
  const schedule = database.prepare(
    `SELECT enabled, every_minutes, ${sums.isWhole('schedules')} AS whole FROM schedules WHERE workspace_id = ?`,
  );
  const putSchedule = database.prepare(
    `INSERT INTO schedules (workspace_id, enabled, every_minutes) VALUES (?, ?, ?)
     ON CONFLICT (workspace_id) DO UPDATE SET enabled = excluded.enabled, every_minutes = excluded.every_minutes,
       next_at = NULL, sum = NULL`,
  );
  const overrides = database.prepare(
    `SELECT template_id, override, ${sums.isWhole('template_overrides')} AS whole FROM template_overrides
     WHERE workspace_id = ?`,
  );
  const putOverride = database.prepare(
    `INSERT INTO template_overrides (workspace_id, template_id, override) VALUES (?, ?, ?)
     ON CONFLICT (workspace_id, template_id) DO UPDATE SET override = excluded.override, sum = NULL`,
  );
  const dropOverride = database.prepare('DELETE FROM template_overrides WHERE workspace_id = ? AND template_id = ?');

  return {
    addTrace(workspaceId: number, kind: string, startedAt: number, trace: unknown): void {
      addTrace.run(workspaceId, kind, startedAt, JSON.stringify(trace));
      trimTraces.run({ workspaceId, kind });
    },
    /** The latest first. */
    latestTraces: <Trace>(workspaceId: number, kind: string, limit: number): Trace[] =>
      (latestTraces.all(workspaceId, kind, limit) as StoredText[])
        .filter((row) => reader.isWhole(row, 'traces', row.id))
        .map(({ id, data }) => reader.json<Trace>(data, anyTrace, 'traces', 'data', id))
        .filter((trace) => trace !== null),
    addActivity(workspaceId: number, { at, kind, severity, fact, details }: Omit<ActivityEntry, 'id'>): void {
      addActivity.run(workspaceId, at, kind, severity, fact.code, JSON.stringify(fact.values), JSON.stringify(details));
      trimActivity.run({ workspaceId });
    },
    activity: (
      workspaceId: number,
      filter: {
        readonly kinds: readonly string[] | null;
        readonly severities: readonly string[] | null;
        readonly since: number;
        readonly text: string;
        /** Ids lower than this. */
        readonly before: number;
        readonly limit: number;
      },
    ): ActivityEntry[] =>
      (
        activity.all({
          workspaceId,
          ...filter,
          kinds: filter.kinds === null ? null : JSON.stringify(filter.kinds),
          severities: filter.severities === null ? null : JSON.stringify(filter.severities),
        }) as (ActivityRow & { readonly whole: number })[]
      ).map(({ whole, ...row }) => {
        const isWhole = reader.isWhole({ whole }, 'activity', row.id);
        const entry = isWhole ? entryOf(row) : null;
        if (entry !== null) return entry;
        if (isWhole) reader.note('activity', 'kind', row.id);
        const { id, at } = row;
        return { id, at, kind: 'workspace', severity: 'warning', fact: fact('entry.damaged'), details: [] };
      }),
    putJob(job: { id: string; workspaceId: number; status: string; startedAt: number }): void {
      const { id, workspaceId, status, startedAt } = job;
      putJob.run({ id, workspaceId, status, startedAt, data: JSON.stringify(job) });
      trimJobs.run();
    },
    jobs: <Job>(): Job[] =>
      (jobs.all() as StoredText[])
        .filter((row) => reader.isWhole(row, 'jobs', row.id))
        .map(({ id, data }) => reader.json<Job>(data, jobState, 'jobs', 'data', id))
        .filter((job) => job !== null),
    schedule(workspaceId: number): StoredSchedule | null {
      const row = schedule.get(workspaceId) as { enabled: number; every_minutes: number; whole: number } | undefined;
      return row === undefined || !reader.isWhole(row, 'schedules', workspaceId)
        ? null
        : { enabled: row.enabled === 1, everyMinutes: row.every_minutes };
    },
    putSchedule: (workspaceId: number, value: StoredSchedule): void =>
      void putSchedule.run(workspaceId, value.enabled ? 1 : 0, value.everyMinutes),
    overrides: (workspaceId: number): Map<string, unknown> =>
      new Map(
        (overrides.all(workspaceId) as { template_id: string; override: string; whole: number }[]).flatMap((row) => {
          if (!reader.isWhole(row, 'template_overrides', row.template_id)) return [];
          const override = reader.json(row.override, anyObject, 'template_overrides', 'override', row.template_id);
          return override === null ? [] : [[row.template_id, override] as const];
        }),
      ),
    putOverride: (workspaceId: number, templateId: string, override: unknown): void =>
      void putOverride.run(workspaceId, templateId, JSON.stringify(override)),
    dropOverride: (workspaceId: number, templateId: string): void => void dropOverride.run(workspaceId, templateId),
  };
}

export type RecordRepository = ReturnType<typeof recordRepository>;

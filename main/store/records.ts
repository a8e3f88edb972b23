import { z } from 'zod';
import { activityEntry } from '../../shared/contract/activity.ts';
import { jobState } from '../../shared/contract/jobs.ts';
import type { Reader } from './damage.ts';
import { anyObject } from './damage.ts';
import type { SqliteDatabase } from './database.ts';

export interface StoredActivity {
  readonly id: number;
  readonly at: number;
  readonly kind: string;
  readonly severity: string;
  readonly summary: string;
  readonly detail: string;
}

export interface StoredSchedule {
  readonly enabled: boolean;
  readonly everyMinutes: number;
}

/** Traces of one kind that are kept of a workspace, and entries of its activity. */
const KEPT_TRACES = 50;
const KEPT_ACTIVITY = 20_000;
/** Jobs that are kept, of all workspaces together. */
const KEPT_JOBS = 200;

/** What every trace has, whatever it is of. */
const anyTrace = z.looseObject({ kind: z.string(), startedAt: z.int() });

/** What a workspace keeps besides its settings and domains: traces, jobs, activity, its schedule, its templates. */
export function recordRepository(database: SqliteDatabase, reader: Reader) {
  const addTrace = database.prepare('INSERT INTO traces (workspace_id, kind, started_at, data) VALUES (?, ?, ?, ?)');
  const trimTraces = database.prepare(
    `DELETE FROM traces WHERE workspace_id = @workspaceId AND kind = @kind AND id <=
     (SELECT id FROM traces WHERE workspace_id = @workspaceId AND kind = @kind ORDER BY id DESC LIMIT 1 OFFSET ${KEPT_TRACES})`,
  );
  const latestTraces = database.prepare(
    'SELECT id, data FROM traces WHERE workspace_id = ? AND kind = ? ORDER BY id DESC LIMIT ?',
  );
  const addActivity = database.prepare(
    'INSERT INTO activity (workspace_id, at, kind, severity, summary, detail) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const trimActivity = database.prepare(
    `DELETE FROM activity WHERE workspace_id = @workspaceId AND id <=
     (SELECT id FROM activity WHERE workspace_id = @workspaceId ORDER BY id DESC LIMIT 1 OFFSET ${KEPT_ACTIVITY})`,
  );
  const activity = database.prepare(
    `SELECT id, at, kind, severity, summary, detail FROM activity
     WHERE workspace_id = @workspaceId AND id < @before
       AND (@kinds IS NULL OR kind IN (SELECT value FROM json_each(@kinds)))
       AND (@severities IS NULL OR severity IN (SELECT value FROM json_each(@severities)))
       AND at >= @since
       AND (@text = '' OR instr(lower(summary || ' ' || detail), lower(@text)) > 0)
     ORDER BY id DESC LIMIT @limit`,
  );
  const putJob = database.prepare(
    `INSERT INTO jobs (id, workspace_id, status, started_at, data) VALUES (@id, @workspaceId, @status, @startedAt, @data)
     ON CONFLICT (id) DO UPDATE SET status = excluded.status, data = excluded.data`,
  );
  const trimJobs = database.prepare(
    `DELETE FROM jobs WHERE started_at <= (SELECT started_at FROM jobs ORDER BY started_at DESC LIMIT 1 OFFSET ${KEPT_JOBS})`,
  );
  const jobs = database.prepare('SELECT id, data FROM jobs ORDER BY started_at DESC LIMIT 50');
  const schedule = database.prepare('SELECT enabled, every_minutes FROM schedules WHERE workspace_id = ?');
  const putSchedule = database.prepare(
    `INSERT INTO schedules (workspace_id, enabled, every_minutes) VALUES (?, ?, ?)
     ON CONFLICT (workspace_id) DO UPDATE SET enabled = excluded.enabled, every_minutes = excluded.every_minutes`,
  );
  const overrides = database.prepare('SELECT template_id, override FROM template_overrides WHERE workspace_id = ?');
  const putOverride = database.prepare(
    `INSERT INTO template_overrides (workspace_id, template_id, override) VALUES (?, ?, ?)
     ON CONFLICT (workspace_id, template_id) DO UPDATE SET override = excluded.override`,
  );
  const dropOverride = database.prepare('DELETE FROM template_overrides WHERE workspace_id = ? AND template_id = ?');

  return {
    addTrace(workspaceId: number, kind: string, startedAt: number, trace: unknown): void {
      addTrace.run(workspaceId, kind, startedAt, JSON.stringify(trace));
      trimTraces.run({ workspaceId, kind });
    },
    /** The latest first. */
    latestTraces: <Trace>(workspaceId: number, kind: string, limit: number): Trace[] =>
      (latestTraces.all(workspaceId, kind, limit) as { readonly id: number; readonly data: string }[])
        .map(({ id, data }) => reader.json<Trace>(data, anyTrace, 'traces', 'data', id))
        .filter((trace) => trace !== null),
    addActivity(workspaceId: number, entry: Omit<StoredActivity, 'id'>): void {
      addActivity.run(workspaceId, entry.at, entry.kind, entry.severity, entry.summary, entry.detail);
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
    ): StoredActivity[] =>
      (
        activity.all({
          workspaceId,
          ...filter,
          kinds: filter.kinds === null ? null : JSON.stringify(filter.kinds),
          severities: filter.severities === null ? null : JSON.stringify(filter.severities),
        }) as StoredActivity[]
      ).map((entry) => {
        if (activityEntry.safeParse(entry).success) return entry;
        reader.note('activity', 'kind', entry.id);
        return { ...entry, kind: 'workspace', severity: 'warning', summary: 'This entry is damaged', detail: '' };
      }),
    putJob(job: { id: string; workspaceId: number; status: string; startedAt: number }): void {
      const { id, workspaceId, status, startedAt } = job;
      putJob.run({ id, workspaceId, status, startedAt, data: JSON.stringify(job) });
      trimJobs.run();
    },
    jobs: <Job>(): Job[] =>
      (jobs.all() as { readonly id: string; readonly data: string }[])
        .map(({ id, data }) => reader.json<Job>(data, jobState, 'jobs', 'data', id))
        .filter((job) => job !== null),
    schedule(workspaceId: number): StoredSchedule | null {
      const row = schedule.get(workspaceId) as { enabled: number; every_minutes: number } | undefined;
      return row === undefined ? null : { enabled: row.enabled === 1, everyMinutes: row.every_minutes };
    },
    putSchedule: (workspaceId: number, value: StoredSchedule): void =>
      void putSchedule.run(workspaceId, value.enabled ? 1 : 0, value.everyMinutes),
    overrides: (workspaceId: number): Map<string, unknown> =>
      new Map(
        (overrides.all(workspaceId) as { template_id: string; override: string }[]).flatMap((row) => {
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

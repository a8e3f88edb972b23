import type { Observation } from '../../shared/observed/observation.ts';
import type { Verdict } from '../../shared/verdict/types.ts';
import { readCheck } from './check-text.ts';
import { FUTURE_MS } from './clock.ts';
import type { Reader } from './damage.ts';
import type { SqliteDatabase } from './database.ts';
import type { StoredVerdicts } from './domains.ts';
import { DAY_MS } from '../../shared/time.ts';

export interface StoredTimelineEntry {
  readonly at: number;
  /** Empty for the domain's own verdict. */
  readonly recordId: string;
  readonly before: Verdict | null;
  readonly after: Verdict;
  readonly summary: string;
}

/** A check's whole outcome for one domain, written at once. */
export interface VerificationResult {
  readonly domainId: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The observations, as `writeCheck` writes them: what waits to be stored takes little room. */
  readonly check: string;
  readonly verdicts: StoredVerdicts;
  readonly recordVerdicts: Readonly<Record<string, Verdict>>;
  /** What has changed. */
  readonly timeline: readonly StoredTimelineEntry[];
}

/**
 * How long history is kept: every check for 30 days, then the last check of each day for 400 days; changes of verdicts
 * for 3 years. A domain's newest check is kept whatever its age, because the manual is made from it.
 */
export const retention = { everyCheckMs: 30 * DAY_MS, dailyCheckMs: 400 * DAY_MS, changesMs: 1096 * DAY_MS } as const;

const dayOf = (at: number): number => Math.floor(at / DAY_MS);

/**
 * What was observed of each domain, check by check, and how its verdicts changed. What a clock that was wrong made is kept,
 * and counts when its time has come.
 *
 * @param now milliseconds since the epoch.
 */
export function historyRepository(database: SqliteDatabase, reader: Reader, now: () => number) {
  const addCheck = database.prepare('INSERT INTO checks (domain_id, at, observations) VALUES (?, ?, ?)');
  const setVerdicts = database.prepare(
    `UPDATE domains SET unchanged = CASE WHEN verdict = ? THEN unchanged + 1 ELSE 0 END, verdict = ?, spf = ?, dkim = ?,
     dmarc = ?, seen_at = ?, checked_at = ?, record_verdicts = ? WHERE id = ?`,
  );
  const addChange = database.prepare(
    'INSERT INTO timeline (domain_id, at, record_id, before, after, summary) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const checks = database.prepare(
    'SELECT id, at, observations FROM checks WHERE domain_id = ? AND at <= ? ORDER BY id DESC LIMIT ?',
  );
  const timeline = database.prepare(
    'SELECT id, at, record_id AS recordId, before, after, summary FROM timeline WHERE domain_id = ? ORDER BY id DESC LIMIT 500',
  );
  const changed = database.prepare(
    `SELECT domains.id, domains.name, domains.unicode_name AS unicodeName, first.before, domains.verdict AS after,
       last.at, last.summary
     FROM domains
     JOIN timeline AS first ON first.id = (
       SELECT min(id) FROM timeline WHERE domain_id = domains.id AND at > @since AND at <= @latest AND record_id = '' AND before IS NOT NULL)
     JOIN timeline AS last ON last.id = (
       SELECT max(id) FROM timeline WHERE domain_id = domains.id AND at > @since AND at <= @latest AND record_id = '')
     WHERE domains.workspace_id = @workspaceId AND first.before <> domains.verdict
     ORDER BY last.at DESC LIMIT 10000`,
  );
  const domainsAfter = database.prepare('SELECT id FROM domains WHERE id > ? ORDER BY id LIMIT ?').pluck();
  const oldestFirst = database.prepare('SELECT id, at FROM checks WHERE domain_id = ? ORDER BY id');
  const removeCheck = database.prepare('DELETE FROM checks WHERE id = ?');
  const pruneChanges = database.prepare('DELETE FROM timeline WHERE domain_id = @domainId AND at < @changes');

  const ofWorkspace = 'domain_id IN (SELECT id FROM domains WHERE workspace_id = ?)';
  const forgetChecks = database.prepare(`DELETE FROM checks WHERE ${ofWorkspace}`);
  const forgetChanges = database.prepare(`DELETE FROM timeline WHERE ${ofWorkspace}`);
  const forgetVerdicts = database.prepare(
    `UPDATE domains SET verdict = 'unknown', spf = 'unknown', dkim = 'unknown', dmarc = 'unknown', seen_at = NULL,
       checked_at = NULL, unchanged = 0, record_verdicts = '{}' WHERE workspace_id = ?`,
  );

  const save = ({ domainId, at, check, verdicts, recordVerdicts, timeline: changes }: VerificationResult) => {
    addCheck.run(domainId, at, check);
    const { verdict, spf, dkim, dmarc, seenAt } = verdicts;
    setVerdicts.run(verdict, verdict, spf, dkim, dmarc, seenAt, at, JSON.stringify(recordVerdicts), domainId);
    for (const entry of changes)
      addChange.run(domainId, entry.at, entry.recordId, entry.before, entry.after, entry.summary);
  };

  /**
   * The checks of a domain that are kept no longer. They lie in the order in which they were made, so that nothing is
   * read of the many that are young.
   */
  const outOfDate = (domainId: number, now: number): readonly number[] => {
    const ids: number[] = [];
    let before: { readonly id: number; readonly at: number } | null = null;
    for (const row of oldestFirst.iterate(domainId)) {
      const check = row as { readonly id: number; readonly at: number };
      if (before !== null) {
        if (before.at >= now - retention.everyCheckMs) break;
        const isLastOfItsDay = dayOf(before.at) !== dayOf(check.at);
        if (!isLastOfItsDay || before.at < now - retention.dailyCheckMs) ids.push(before.id);
      }
      before = check;
    }
    return ids;
  };

  const prune = database.transaction((domainIds: readonly number[], now: number): number => {
    let removed = 0;
    for (const domainId of domainIds) {
      for (const id of outOfDate(domainId, now)) removed += removeCheck.run(id).changes;
      removed += pruneChanges.run({ domainId, changes: now - retention.changesMs }).changes;
    }
    return removed;
  });

  return {
    /** Writes results in one transaction: what a crash leaves is whole. */
    saveResults: database.transaction((results: readonly VerificationResult[]): void => {
      for (const result of results) save(result);
    }),
    /** Forgets all that was seen of a workspace's domains, as if none had ever been checked. */
    forget: database.transaction((workspaceId: number): void => {
      for (const statement of [forgetChecks, forgetChanges, forgetVerdicts]) statement.run(workspaceId);
    }),
    /** The observations of a domain's newest checks, so many checks back, the newest check first. */
    observations: (domainId: number, lastChecks = 20): Observation[] =>
      (
        checks.all(domainId, now() + FUTURE_MS, lastChecks) as { id: number; at: number; observations: string }[]
      ).flatMap((check) => {
        const observations = readCheck(check.observations, check.at);
        if (observations === null) reader.note('checks', 'observations', check.id);
        return observations ?? [];
      }),
    timeline: (domainId: number): StoredTimelineEntry[] =>
      (timeline.all(domainId) as (StoredTimelineEntry & { readonly id: number })[]).map(({ id, ...entry }) => ({
        ...entry,
        before: entry.before === null ? null : reader.verdict(entry.before, 'timeline', 'before', id),
        after: reader.verdict(entry.after, 'timeline', 'after', id),
      })),
    /** Domains whose verdict is another than it was then, with the last change since. */
    changedSince: (workspaceId: number, since: number) =>
      (
        changed.all({ workspaceId, since, latest: now() + FUTURE_MS }) as {
          id: number;
          name: string;
          unicodeName: string;
          before: string;
          after: string;
          at: number;
          summary: string;
        }[]
      ).map((domain) => ({
        ...domain,
        before: reader.verdict(domain.before, 'timeline', 'before', domain.id),
        after: reader.verdict(domain.after, 'domains', 'verdict', domain.id),
      })),
    /**
     * Takes away what is older than `retention` keeps, for so many domains, so that nothing else has to wait long.
     *
     * @param after the id of the last domain done.
     * @returns the id to go on after; null when all are done.
     */
    prune(after: number, limit: number, at: number): { readonly next: number | null; readonly removed: number } {
      const ids = domainsAfter.all(after, limit) as number[];
      return { removed: prune.immediate(ids, at), next: ids.length < limit ? null : (ids.at(-1) ?? null) };
    },
  };
}

export type HistoryRepository = ReturnType<typeof historyRepository>;

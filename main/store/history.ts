import type { Observation } from '../../shared/observed/observation.ts';
import { fact } from '../../shared/facts/catalogue.ts';
import type { Fact } from '../../shared/facts/fact.ts';
import type { Verdict } from '../../shared/verdict/types.ts';
import { rememberingLately } from '../../shared/memo.ts';
import { readCheck } from './check-text.ts';
import { FUTURE_MS } from './clock.ts';
import type { Reader } from './damage.ts';
import type { SqliteDatabase } from './database.ts';
import type { Sums } from './sums.ts';
import { checkCounter, checkRowSum, resultCounter, resultSum } from './sums.ts';
import type { StoredVerdicts } from './domains.ts';
import { UNKNOWN } from './domains.ts';
import { DAY_MS } from '../../shared/time.ts';

export interface StoredTimelineEntry {
  readonly at: number;
  /** Empty for the domain's own verdict. */
  readonly recordId: string;
  readonly before: Verdict | null;
  readonly after: Verdict;
  readonly fact: Fact;
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

interface TimelineRow {
  readonly id: number;
  readonly at: number;
  readonly recordId: string;
  readonly before: string | null;
  readonly after: string;
  readonly code: string;
  readonly data: string;
  readonly whole: number;
}

/** Verdicts of records that are remembered as they are written: thousands of domains share an object of them. */
const REMEMBERED = 8;

const dayOf = (at: number): number => Math.floor(at / DAY_MS);

/**
 * What was observed of each domain, check by check, and how its verdicts changed. What a clock that was wrong made is kept,
 * and counts when its time has come.
 *
 * @param now milliseconds since the epoch.
 */
export function historyRepository(database: SqliteDatabase, reader: Reader, sums: Sums, now: () => number) {
  const addCheck = database.prepare('INSERT INTO checks (domain_id, at, observations, sum) VALUES (?, ?, ?, ?)');
  const setVerdicts = database.prepare(
    `UPDATE domains SET unchanged = CASE WHEN verdict = ? THEN unchanged + 1 ELSE 0 END,
       result_sum = ? + CASE WHEN verdict = ? THEN unchanged + 1 ELSE 0 END,
       verdict = ?, spf = ?, dkim = ?, dmarc = ?, seen_at = ?, checked_at = ?, record_verdicts = ? WHERE id = ?`,
  );
  const addChange = database.prepare(
    'INSERT INTO timeline (domain_id, at, record_id, before, after, code, data) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const checks = database.prepare(
    'SELECT id, domain_id, at, observations, sum FROM checks WHERE domain_id = ? AND at <= ? ORDER BY id DESC LIMIT ?',
  );
  const timeline = database.prepare(
    `SELECT id, at, record_id AS recordId, before, after, code, data, ${sums.isWhole('timeline')} AS whole FROM timeline
     WHERE domain_id = ? ORDER BY id DESC LIMIT 500`,
  );
  const changed = database.prepare(
    `SELECT domains.id, domains.name, domains.unicode_name AS unicodeName, first.before, domains.verdict AS after,
       last.at, last.code, last.data, first.id AS firstId, last.id AS lastId, ${sums.isWhole('timeline', 'first')} AS firstWhole,
       ${sums.isWhole('timeline', 'last')} AS lastWhole, ${sums.isWholeResult('domains')} AS resultWhole
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
       checked_at = NULL, unchanged = 0, record_verdicts = '{}', result_sum = ? WHERE workspace_id = ?`,
  );

  const domainsOf = database.prepare('SELECT id FROM domains WHERE workspace_id = ?').pluck();

  const textOf = rememberingLately(REMEMBERED, (verdicts: VerificationResult['recordVerdicts']) =>
    JSON.stringify(verdicts),
  );
  const countChecks = checkCounter(database);
  const countResults = resultCounter(database);

  /** @returns the sum of the check. */
  const save = ({ domainId, at, check, verdicts, recordVerdicts, timeline: changes }: VerificationResult): number => {
    const checkSum = checkRowSum(domainId, at, check);
    addCheck.run(domainId, at, check, checkSum);
    const { verdict, spf, dkim, dmarc, seenAt } = verdicts;
    const texts = textOf(recordVerdicts);
    const sum = resultSum({ ...verdicts, checkedAt: at, recordVerdicts: texts });
    setVerdicts.run(verdict, sum, verdict, verdict, spf, dkim, dmarc, seenAt, at, texts, domainId);
    for (const entry of changes)
      addChange.run(
        domainId,
        entry.at,
        entry.recordId,
        entry.before,
        entry.after,
        entry.fact.code,
        JSON.stringify(entry.fact.values),
      );
    return checkSum;
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

  const saveResults = database.transaction((results: readonly VerificationResult[]): void => {
    const domainIds = results.map(({ domainId }) => domainId);
    countResults(domainIds, () => countChecks(results.map(save)));
  });

  return {
    /** Writes results in one transaction: what a crash leaves is whole. */
    saveResults: (results: readonly VerificationResult[]): void => saveResults.immediate(results),
    /** Forgets all that was seen of a workspace's domains, as if none had ever been checked. */
    forget: database.transaction((workspaceId: number): void => {
      for (const statement of [forgetChecks, forgetChanges]) statement.run(workspaceId);
      const nothing = { ...UNKNOWN, checkedAt: null, recordVerdicts: '{}' };
      countResults(domainsOf.all(workspaceId) as number[], () => forgetVerdicts.run(resultSum(nothing), workspaceId));
    }),
    /** The observations of a domain's newest checks, so many checks back, the newest check first. */
    observations: (domainId: number, lastChecks = 20): Observation[] =>
      (
        checks.all(domainId, now() + FUTURE_MS, lastChecks) as {
          id: number;
          domain_id: number;
          at: number;
          observations: string;
          sum: number;
        }[]
      ).flatMap((check) => {
        const isWhole = check.sum === checkRowSum(check.domain_id, check.at, check.observations);
        const observations = isWhole ? readCheck(check.observations, check.at) : null;
        if (observations === null) reader.note('checks', 'observations', check.id);
        return observations ?? [];
      }),
    timeline: (domainId: number): StoredTimelineEntry[] =>
      (timeline.all(domainId) as TimelineRow[]).map(({ id, at, recordId, before, after, code, data, whole }) => {
        if (!reader.isWhole({ whole }, 'timeline', id))
          return { at, recordId, before: null, after: 'unknown', fact: fact('entry.damaged') };
        return {
          at,
          recordId,
          before: before === null ? null : reader.verdict(before, 'timeline', 'before', id),
          after: reader.verdict(after, 'timeline', 'after', id),
          fact: reader.fact(code, data, 'timeline', id),
        };
      }),
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
          code: string;
          data: string;
          firstId: number;
          lastId: number;
          firstWhole: number;
          lastWhole: number;
          resultWhole: number;
        }[]
      ).map(({ code, data, firstId, lastId, firstWhole, lastWhole, resultWhole, ...domain }) => ({
        ...domain,
        fact: reader.isWhole({ whole: lastWhole }, 'timeline', lastId)
          ? reader.fact(code, data, 'timeline', lastId)
          : fact('entry.damaged'),
        before: reader.isWhole({ whole: firstWhole }, 'timeline', firstId)
          ? reader.verdict(domain.before, 'timeline', 'before', domain.id)
          : 'unknown',
        after: reader.isWhole({ whole: resultWhole }, 'domains', domain.id)
          ? reader.verdict(domain.after, 'domains', 'verdict', domain.id)
          : 'unknown',
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

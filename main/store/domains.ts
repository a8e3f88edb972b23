import type { Observation, Verdict } from '../../shared/plan/types.ts';
import type { SqliteDatabase } from './database.ts';

export interface StoredDomain<Configuration> {
  readonly id: number;
  readonly workspaceId: number;
  readonly name: string;
  readonly unicodeName: string;
  readonly inUse: boolean;
  readonly addedAt: number;
  readonly configuration: Configuration | null;
  readonly pastedAt: number | null;
  readonly verdict: Verdict;
  readonly spf: Verdict;
  readonly dkim: Verdict;
  readonly dmarc: Verdict;
  readonly seenAt: number | null;
}

export interface StoredDkimKey {
  readonly selector: string;
  readonly algorithm: 'rsa' | 'ed25519';
  readonly bits: number;
  readonly publicKey: string;
  readonly createdAt: number;
  /** Since when mail is signed with it, as somebody said; null: not yet. */
  readonly signingSince: number | null;
  readonly revokedAt: number | null;
}

export interface StoredTimelineEntry {
  readonly at: number;
  readonly recordId: string;
  readonly before: Verdict | null;
  readonly after: Verdict;
  readonly summary: string;
}

/** A check's whole outcome for one domain, written at once. */
export interface VerificationResult {
  readonly domainId: number;
  readonly observations: readonly Observation[];
  readonly verdicts: {
    readonly verdict: Verdict;
    readonly spf: Verdict;
    readonly dkim: Verdict;
    readonly dmarc: Verdict;
    readonly seenAt: number | null;
  };
  readonly timeline: readonly StoredTimelineEntry[];
}

interface DomainRow {
  id: number;
  workspace_id: number;
  name: string;
  unicode_name: string;
  in_use: number;
  added_at: number;
  configuration: string | null;
  pasted_at: number | null;
  verdict: Verdict;
  spf: Verdict;
  dkim: Verdict;
  dmarc: Verdict;
  seen_at: number | null;
}

/** Observations kept of one domain beyond the newest days; about a year of daily checks of six records. */
const KEPT_OBSERVATIONS = 2000;

/** Sender domains with what was observed of them. A domain can't be deleted: the table refuses it too. */
export function domainRepository<Configuration>(database: SqliteDatabase) {
  const columns =
    'id, workspace_id, name, unicode_name, in_use, added_at, configuration, pasted_at, verdict, spf, dkim, dmarc, seen_at';
  const ofWorkspace = database.prepare(`SELECT ${columns} FROM domains WHERE workspace_id = ? ORDER BY name`);
  const one = database.prepare(`SELECT ${columns} FROM domains WHERE workspace_id = ? AND id = ?`);
  const names = database.prepare('SELECT name FROM domains WHERE workspace_id = ?').pluck();
  const insert = database.prepare(
    'INSERT INTO domains (workspace_id, name, unicode_name, added_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const setInUse = database.prepare('UPDATE domains SET in_use = ? WHERE workspace_id = ? AND id = ?');
  const configure = database.prepare('UPDATE domains SET configuration = ? WHERE id = ?');
  const paste = database.prepare('UPDATE domains SET pasted_zone = ?, pasted_at = ? WHERE id = ?');
  const pasted = database.prepare('SELECT pasted_zone FROM domains WHERE id = ?').pluck();
  const setVerdicts = database.prepare(
    'UPDATE domains SET verdict = @verdict, spf = @spf, dkim = @dkim, dmarc = @dmarc, seen_at = @seenAt WHERE id = @id',
  );
  const counts = database.prepare(
    'SELECT verdict, count(*) AS amount FROM domains WHERE workspace_id = ? GROUP BY verdict',
  );
  const keys = database.prepare(
    'SELECT selector, algorithm, bits, public_key AS publicKey, created_at AS createdAt, signing_since AS signingSince, revoked_at AS revokedAt FROM dkim_keys WHERE domain_id = ? ORDER BY created_at',
  );
  const addKey = database.prepare(
    'INSERT INTO dkim_keys (domain_id, selector, algorithm, bits, public_key, created_at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const markKey = database.prepare(
    'UPDATE dkim_keys SET signing_since = ?, revoked_at = ? WHERE domain_id = ? AND selector = ?',
  );
  const addObservation = database.prepare('INSERT INTO observations (domain_id, seen_at, data) VALUES (?, ?, ?)');
  const observations = database
    .prepare('SELECT data FROM observations WHERE domain_id = ? ORDER BY id DESC LIMIT ?')
    .pluck();
  const trim = database.prepare(
    `DELETE FROM observations WHERE domain_id = @id AND id <=
     (SELECT id FROM observations WHERE domain_id = @id ORDER BY id DESC LIMIT 1 OFFSET ${KEPT_OBSERVATIONS})`,
  );
  const addTimeline = database.prepare(
    'INSERT INTO timeline (domain_id, at, record_id, before, after, summary) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const timeline = database.prepare(
    'SELECT at, record_id AS recordId, before, after, summary FROM timeline WHERE domain_id = ? ORDER BY id DESC LIMIT 500',
  );
  const lastVerdicts = database.prepare(
    'SELECT record_id AS recordId, after FROM timeline WHERE id IN (SELECT max(id) FROM timeline WHERE domain_id = ? GROUP BY record_id)',
  );
  const changed = database.prepare(
    `SELECT domains.name, timeline.before, timeline.after, timeline.at FROM timeline JOIN domains ON domains.id = timeline.domain_id
     WHERE domains.workspace_id = ? AND timeline.at > ? AND timeline.record_id = '' AND timeline.before IS NOT NULL ORDER BY timeline.id DESC LIMIT 1000`,
  );

  const toDomain = (row: DomainRow): StoredDomain<Configuration> => ({
    id: row.id,
    workspaceId: row.workspace_id,
    name: row.name,
    unicodeName: row.unicode_name,
    inUse: row.in_use === 1,
    addedAt: row.added_at,
    configuration: row.configuration === null ? null : (JSON.parse(row.configuration) as Configuration),
    pastedAt: row.pasted_at,
    verdict: row.verdict,
    spf: row.spf,
    dkim: row.dkim,
    dmarc: row.dmarc,
    seenAt: row.seen_at,
  });

  const saveResult = (result: VerificationResult) => {
    for (const observation of result.observations) {
      addObservation.run(result.domainId, observation.seenAt, JSON.stringify(observation));
    }
    trim.run({ id: result.domainId });
    setVerdicts.run({ ...result.verdicts, id: result.domainId });
    for (const entry of result.timeline) {
      addTimeline.run(result.domainId, entry.at, entry.recordId, entry.before, entry.after, entry.summary);
    }
  };

  return {
    list: (workspaceId: number): StoredDomain<Configuration>[] =>
      (ofWorkspace.all(workspaceId) as DomainRow[]).map(toDomain),
    find(workspaceId: number, id: number): StoredDomain<Configuration> | null {
      const row = one.get(workspaceId, id) as DomainRow | undefined;
      return row === undefined ? null : toDomain(row);
    },
    names: (workspaceId: number): Set<string> => new Set(names.all(workspaceId) as string[]),
    /** @returns ids of those that were new, all added or none. */
    add: database.transaction(
      (workspaceId: number, domains: readonly { name: string; unicodeName: string }[], now: number): number[] =>
        domains.flatMap(({ name, unicodeName }) => {
          const run = insert.run(workspaceId, name, unicodeName, now);
          return run.changes === 1 ? [Number(run.lastInsertRowid)] : [];
        }),
    ),
    setInUse: database.transaction((workspaceId: number, ids: readonly number[], inUse: boolean): void => {
      for (const id of ids) setInUse.run(inUse ? 1 : 0, workspaceId, id);
    }),
    configure: (id: number, configuration: Configuration): void =>
      void configure.run(JSON.stringify(configuration), id),
    paste: (id: number, text: string, now: number): void => void paste.run(text, text === '' ? null : now, id),
    pastedZone: (id: number): string => (pasted.get(id) as string | undefined) ?? '',
    setVerdicts: (id: number, verdicts: VerificationResult['verdicts']): void =>
      void setVerdicts.run({ ...verdicts, id }),
    counts(workspaceId: number): Record<Verdict, number> {
      const result: Record<Verdict, number> = { verified: 0, pending: 0, failing: 0, unknown: 0 };
      for (const row of counts.all(workspaceId) as { verdict: Verdict; amount: number }[])
        result[row.verdict] = row.amount;
      return result;
    },
    dkimKeys: (id: number): StoredDkimKey[] => keys.all(id) as StoredDkimKey[],
    /** @returns false when the selector is taken. */
    addDkimKey: (id: number, key: StoredDkimKey): boolean =>
      addKey.run(id, key.selector, key.algorithm, key.bits, key.publicKey, key.createdAt).changes === 1,
    /** Notes how far a key's rotation has come. */
    markDkimKey: (id: number, key: Pick<StoredDkimKey, 'selector' | 'signingSince' | 'revokedAt'>): void =>
      void markKey.run(key.signingSince, key.revokedAt, id, key.selector),
    observations: (id: number, limit = 500): Observation[] =>
      (observations.all(id, limit) as string[]).map((data) => JSON.parse(data) as Observation),
    timeline: (id: number): StoredTimelineEntry[] => timeline.all(id) as StoredTimelineEntry[],
    /** The last verdict told of each record; the domain's own under the empty id. */
    lastVerdicts: (id: number): Map<string, Verdict> =>
      new Map((lastVerdicts.all(id) as { recordId: string; after: Verdict }[]).map((row) => [row.recordId, row.after])),
    changedSince: (workspaceId: number, since: number) =>
      changed.all(workspaceId, since) as { name: string; before: Verdict; after: Verdict; at: number }[],
    /** Writes results in one transaction: what a crash leaves is whole. */
    saveResults: database.transaction((results: readonly VerificationResult[]): void => {
      for (const result of results) saveResult(result);
    }),
  };
}

export type DomainRepository<Configuration> = ReturnType<typeof domainRepository<Configuration>>;

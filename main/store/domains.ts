import { remembering } from '../../shared/memo.ts';
import type { Verdict } from '../../shared/plan/types.ts';
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
  /** Each record's verdict at the last check. */
  readonly recordVerdicts: Readonly<Record<string, Verdict>>;
}

/** What the list shows of a domain's last check. */
export type StoredVerdicts = Pick<StoredDomain<unknown>, 'verdict' | 'spf' | 'dkim' | 'dmarc' | 'seenAt'>;

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

/** What has to be published of a key. */
export type StoredPublicKey = Pick<StoredDkimKey, 'selector' | 'algorithm' | 'publicKey' | 'revokedAt'>;

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
  record_verdicts: string;
}

const KEY_COLUMNS =
  'selector, algorithm, bits, public_key AS publicKey, created_at AS createdAt, signing_since AS signingSince, revoked_at AS revokedAt';

/** Thousands of domains share a few configurations: each is read once, and nobody changes what was read. */
const readJson = remembering(64, (text): unknown => JSON.parse(text));
const readVerdicts = remembering(64, (text) => JSON.parse(text) as Readonly<Record<string, Verdict>>);

/** SQLite's way to say that there is no limit. */
const ALL = -1;

const NO_VERDICTS: Readonly<Record<string, Verdict>> = {};

/** How far apart checks of one domain lie, in milliseconds. */
export interface CheckPace {
  /** Of a domain that is verified, and the most for any other. */
  readonly every: number;
  /** Of one that is not, after its verdict changed; twice as much after each check that changed nothing. */
  readonly first: number;
}

/** When a domain's next check is due; 0 when it was never checked. */
const DUE_AT = `CASE WHEN checked_at IS NULL THEN 0 WHEN verdict = 'verified' THEN checked_at + @every
  ELSE checked_at + min(@every, @first * (1 << min(unchanged, 12))) END`;

/** Sender domains with what their last check found. A domain can't be deleted: the table refuses it too. */
export function domainRepository<Configuration>(database: SqliteDatabase) {
  const columns =
    'id, workspace_id, name, unicode_name, in_use, added_at, configuration, pasted_at, verdict, spf, dkim, dmarc, seen_at, record_verdicts';
  const ofWorkspace = database.prepare(
    `SELECT ${columns} FROM domains WHERE workspace_id = ? ORDER BY name_order(unicode_name) LIMIT ?`,
  );
  const one = database.prepare(`SELECT ${columns} FROM domains WHERE workspace_id = ? AND id = ?`);
  const inUse = database
    .prepare(
      `SELECT id FROM domains WHERE workspace_id = @workspaceId AND in_use = 1 AND (@all OR verdict <> 'verified') ORDER BY id`,
    )
    .pluck();
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
  const keys = database.prepare(`SELECT ${KEY_COLUMNS} FROM dkim_keys WHERE domain_id = ? ORDER BY created_at`);
  const addKey = database.prepare(
    'INSERT INTO dkim_keys (domain_id, selector, algorithm, bits, public_key, created_at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const markKey = database.prepare(
    'UPDATE dkim_keys SET signing_since = ?, revoked_at = ? WHERE domain_id = ? AND selector = ?',
  );
  // The plus leaves the index by workspace out: with it SQLite goes through all of a workspace's domains each time.
  const several = database.prepare(
    `SELECT ${columns} FROM domains WHERE +workspace_id = ? AND id IN (SELECT value FROM json_each(?))`,
  );
  const keysOfSeveral = database.prepare(
    `SELECT domain_id AS domainId, selector, algorithm, public_key AS publicKey, revoked_at AS revokedAt FROM dkim_keys
     WHERE domain_id IN (SELECT value FROM json_each(?)) ORDER BY created_at`,
  );
  const due = database
    .prepare(
      `SELECT id FROM domains WHERE workspace_id = @workspaceId AND in_use = 1 AND ${DUE_AT} <= @now ORDER BY checked_at`,
    )
    .pluck();
  const nextDue = database
    .prepare(`SELECT min(${DUE_AT}) FROM domains WHERE workspace_id = @workspaceId AND in_use = 1`)
    .pluck();

  const toDomain = (row: DomainRow): StoredDomain<Configuration> => ({
    id: row.id,
    workspaceId: row.workspace_id,
    name: row.name,
    unicodeName: row.unicode_name,
    inUse: row.in_use === 1,
    addedAt: row.added_at,
    configuration: row.configuration === null ? null : (readJson(row.configuration) as Configuration),
    pastedAt: row.pasted_at,
    verdict: row.verdict,
    spf: row.spf,
    dkim: row.dkim,
    dmarc: row.dmarc,
    seenAt: row.seen_at,
    recordVerdicts: row.record_verdicts === '{}' ? NO_VERDICTS : readVerdicts(row.record_verdicts),
  });

  return {
    /** The domains of a workspace, or the first so many of them, in the order of their names. */
    list: (workspaceId: number, first = ALL): StoredDomain<Configuration>[] =>
      (ofWorkspace.all(workspaceId, first) as DomainRow[]).map(toDomain),
    /** The ids of all domains in use, or of those that are not verified, as they lie in the file. */
    idsInUse: (workspaceId: number, which: 'all' | 'not-verified'): number[] =>
      inUse.all({ workspaceId, all: which === 'all' ? 1 : 0 }) as number[],
    find(workspaceId: number, id: number): StoredDomain<Configuration> | null {
      const row = one.get(workspaceId, id) as DomainRow | undefined;
      return row === undefined ? null : toDomain(row);
    },
    /** Those of the ids that the workspace holds, with the keys made for each: for whoever goes through thousands. */
    findSeveral(
      workspaceId: number,
      ids: readonly number[],
    ): Map<number, { readonly domain: StoredDomain<Configuration>; readonly dkimKeys: readonly StoredPublicKey[] }> {
      const wanted = JSON.stringify(ids);
      const found = new Map<number, { domain: StoredDomain<Configuration>; dkimKeys: StoredPublicKey[] }>();
      for (const row of several.all(workspaceId, wanted) as DomainRow[])
        found.set(row.id, { domain: toDomain(row), dkimKeys: [] });
      for (const key of keysOfSeveral.all(wanted) as (StoredPublicKey & { readonly domainId: number })[])
        found.get(key.domainId)?.dkimKeys.push(key);
      return found;
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
    setVerdicts: (id: number, verdicts: StoredVerdicts): void => void setVerdicts.run({ ...verdicts, id }),
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
    /** Ids of the domains in use whose next check is due, the longest waiting first; one never checked is. */
    due: (workspaceId: number, pace: CheckPace, now: number): number[] =>
      due.all({ workspaceId, ...pace, now }) as number[],
    /** When the first check is due, or null when there is no domain in use; may lie in the past. */
    nextDue: (workspaceId: number, pace: CheckPace): number | null =>
      nextDue.get({ workspaceId, ...pace }) as number | null,
  };
}

export type DomainRepository<Configuration> = ReturnType<typeof domainRepository<Configuration>>;

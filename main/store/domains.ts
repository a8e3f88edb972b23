import { z } from 'zod';
import type { Steps } from '../../shared/steps.ts';
import { domainConfiguration } from '../../shared/contract/domains.ts';
import { verdict as verdictSchema } from '../../shared/contract/values.ts';
import { nameOrder } from '../../shared/dns/name-order.ts';
import { remembering } from '../../shared/memo.ts';
import type { PurposeVerdict, Verdict } from '../../shared/verdict/types.ts';
import type { DocumentKey } from '../../shared/workspace/document.ts';
import { FUTURE_MS } from './clock.ts';
import type { Reader } from './damage.ts';
import { createReader } from './damage.ts';
import type { SqliteDatabase } from './database.ts';
import { byNumbers } from './span.ts';
import type { Sums } from './sums.ts';
import { resultColumns, resultCounter, sumOfColumns } from './sums.ts';

export interface StoredDomain<Configuration> {
  readonly id: number;
  readonly workspaceId: number;
  readonly name: string;
  readonly unicodeName: string;
  readonly inUse: boolean;
  readonly addedAt: number;
  /** Grows by one with each change of the configuration or of the pasted zone. */
  readonly revision: number;
  /** What somebody decided; the rest follows from the workspace. */
  readonly configuration: Partial<Configuration> | null;
  readonly pastedAt: number | null;
  readonly verdict: Verdict;
  readonly spf: PurposeVerdict;
  readonly dkim: PurposeVerdict;
  readonly dmarc: PurposeVerdict;
  readonly seenAt: number | null;
  /** Each record's verdict at the last check. */
  readonly recordVerdicts: Readonly<Record<string, Verdict>>;
}

/** What the list shows of a domain's last check. */
export type StoredVerdicts = Pick<StoredDomain<unknown>, 'verdict' | 'spf' | 'dkim' | 'dmarc' | 'seenAt'>;

export type StoredDkimKey = DocumentKey;

/** What has to be published of a key. */
export type StoredPublicKey = Pick<StoredDkimKey, 'selector' | 'algorithm' | 'publicKey' | 'revokedAt'>;

interface KeyRow {
  readonly domain_id: number;
  readonly selector: string;
  readonly algorithm: StoredDkimKey['algorithm'];
  readonly bits: number;
  readonly public_key: string;
  readonly created_at: number;
  readonly signing_since: number | null;
  readonly revoked_at: number | null;
  readonly sum: number | null;
}

interface DomainRow {
  id: number;
  workspace_id: number;
  name: string;
  unicode_name: string;
  in_use: number;
  added_at: number;
  revision: number;
  configuration: string | null;
  pasted_at: number | null;
  verdict: string;
  spf: string;
  dkim: string;
  dmarc: string;
  seen_at: number | null;
  checked_at: number | null;
  unchanged: number;
  record_verdicts: string;
  sum: number;
  result_sum: number;
}

const toKey = (row: KeyRow): StoredDkimKey => ({
  selector: row.selector,
  algorithm: row.algorithm,
  bits: row.bits,
  publicKey: row.public_key,
  createdAt: row.created_at,
  signingSince: row.signing_since,
  revokedAt: row.revoked_at,
});

/** Older versions wrote fewer of them. */
const storedConfiguration = domainConfiguration.partial();
const storedVerdicts = z.record(z.string(), verdictSchema);
const ALGORITHMS: ReadonlySet<string> = new Set(['rsa', 'ed25519'] satisfies StoredDkimKey['algorithm'][]);
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** Characters of a pasted zone that are written at a time. */
const PART_LENGTH = 512 * 1024;
/** A text that was not written to its end by then never will be. */
const ABANDONED_MS = 60 * 60_000;

/** A text in parts of a length, none of which ends within a character. */
function* textParts(text: string, length: number): Generator<string> {
  for (let start = 0; start < text.length; ) {
    const end = start + length;
    const isWithin = end < text.length && /[\uD800-\uDBFF]/.test(text.charAt(end - 1));
    const stop = isWithin ? end - 1 : end;
    yield text.slice(start, stop);
    start = stop;
  }
}

/** A list of nothing, in JSON. */
const NONE = '[]';

const NO_VERDICTS: Readonly<Record<string, Verdict>> = {};

/** What is said of a domain that was never checked. */
export const UNKNOWN: StoredVerdicts = {
  verdict: 'unknown',
  spf: 'unknown',
  dkim: 'unknown',
  dmarc: 'unknown',
  seenAt: null,
};

/** How far apart checks of one domain lie, in milliseconds. */
export interface CheckPace {
  /** Of a domain that is verified, and the most for any other. */
  readonly every: number;
  /** Of one that is not, after its verdict changed; twice as much after each check that changed nothing. */
  readonly first: number;
}

/** Whether what the last check found is not what was written: of those that `damaged` of the repository gives. */
const IS_DAMAGED = 'id IN (SELECT value FROM json_each(@damaged))';

/** When a domain's next check is due; 0 when it was never checked, by a clock that was wrong, or is damaged. */
const DUE_AT = `CASE WHEN checked_at IS NULL OR checked_at > @latest OR ${IS_DAMAGED} THEN 0 WHEN verdict = 'verified' THEN checked_at + @every
  ELSE checked_at + min(@every, @first * (1 << min(unchanged, 12))) END`;

/** What a domain's last check says counts unless a clock that was wrong made it, or it is damaged. */
const VERDICT = `CASE WHEN seen_at > @latest OR ${IS_DAMAGED} THEN 'unknown' ELSE verdict END`;

/**
 * Sender domains with what their last check found. A domain can't be deleted: the table refuses it too.
 *
 * @param now milliseconds since the epoch.
 */
export function domainRepository<Configuration>(
  database: SqliteDatabase,
  reader: Reader,
  sums: Sums,
  now: () => number,
) {
  const latest = () => now() + FUTURE_MS;
  const columns =
    'id, workspace_id, name, unicode_name, in_use, added_at, revision, configuration, pasted_at, verdict, spf, dkim, dmarc, seen_at, checked_at, unchanged, record_verdicts, sum, result_sum';
  const ofWorkspace = database.prepare(`SELECT ${columns} FROM domains WHERE workspace_id = ?`);
  const amount = database.prepare('SELECT count(*) FROM domains WHERE workspace_id = ?').pluck();
  const shownNames = database.prepare('SELECT id, unicode_name FROM domains WHERE workspace_id = ?');
  const one = database.prepare(`SELECT ${columns} FROM domains WHERE workspace_id = ? AND id = ?`);
  const inUse = database
    .prepare(
      `SELECT id FROM domains WHERE workspace_id = @workspaceId AND in_use = 1 AND (@all OR ${VERDICT} <> 'verified') ORDER BY id`,
    )
    .pluck();
  const byName = database.prepare('SELECT id FROM domains WHERE workspace_id = ? AND name = ?').pluck();
  const names = database.prepare('SELECT name FROM domains WHERE workspace_id = ?').pluck();
  const insert = database.prepare(
    'INSERT INTO domains (workspace_id, name, unicode_name, added_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const setInUse = database.prepare('UPDATE domains SET in_use = ? WHERE workspace_id = ? AND id = ?');
  const setAddedAt = database.prepare('UPDATE domains SET added_at = ? WHERE id = ?');
  const configure = database.prepare(
    'UPDATE domains SET configuration = @configuration, revision = revision + 1, sum = NULL WHERE id = @id AND revision = @revision',
  );
  const setPastedAt = database.prepare('UPDATE domains SET pasted_at = ?, revision = revision + 1 WHERE id = ?');
  const forgetPasted = database.prepare('DELETE FROM pasted_zones WHERE domain_id = ?');
  const forgetAbandoned = database.prepare('DELETE FROM pasted_zones WHERE domain_id IS NULL AND begun_at < ?');
  const beginPasted = database.prepare('INSERT INTO pasted_zones (begun_at) VALUES (?)');
  const insertPart = database.prepare('INSERT INTO pasted_parts (zone_id, text) VALUES (?, ?)');
  const assignPasted = database.prepare('UPDATE pasted_zones SET domain_id = ? WHERE id = ?');
  const pastedParts = database.prepare(
    `SELECT parts.text, parts.id, ${sums.isWhole('pasted_zones', 'zones')} AND ${sums.isWhole('pasted_parts', 'parts')} AS whole
       FROM pasted_zones AS zones JOIN pasted_parts AS parts ON parts.zone_id = zones.id
       WHERE domain_id = ? ORDER BY parts.id`,
  );
  const pastedId = database.prepare('SELECT id FROM pasted_zones WHERE domain_id = ?').pluck();
  const setVerdicts = database.prepare(
    `UPDATE domains SET verdict = @verdict, spf = @spf, dkim = @dkim, dmarc = @dmarc, seen_at = @seenAt,
       result_sum = CASE WHEN ${sums.isWholeResult()}
         THEN row_sum(@verdict, @spf, @dkim, @dmarc, @seenAt, checked_at, record_verdicts) + unchanged ELSE result_sum END
     WHERE id = @id`,
  );
  const countResults = resultCounter(database);
  const saveVerdicts = database.transaction((id: number, verdicts: StoredVerdicts): void =>
    countResults([id], () => setVerdicts.run({ ...verdicts, id })),
  );
  const counts = database.prepare(
    `SELECT ${VERDICT} AS verdict, count(*) AS amount FROM domains WHERE workspace_id = @workspaceId GROUP BY 1`,
  );
  const keyColumns = sums.columns('dkim_keys') as readonly (keyof KeyRow)[];
  const addKey = database.prepare(
    'INSERT INTO dkim_keys (domain_id, selector, algorithm, bits, public_key, created_at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const markKey = database.prepare(
    'UPDATE dkim_keys SET signing_since = ?, revoked_at = ? WHERE domain_id = ? AND selector = ?',
  );
  // The plus leaves the index by workspace out: with it SQLite goes through all of a workspace's domains each time.
  const several = byNumbers(
    database,
    'id',
    (condition) => `SELECT ${columns} FROM domains WHERE +workspace_id = ? AND ${condition}`,
  );
  const keysWhere = (condition: string) =>
    `SELECT ${keyColumns.join(', ')}, sum FROM dkim_keys WHERE ${condition} ORDER BY created_at`;
  const keys = database.prepare(keysWhere('domain_id = ?'));
  const keysOfSeveral = byNumbers(database, 'domain_id', keysWhere);
  const due = database
    .prepare(
      `SELECT id FROM domains WHERE workspace_id = @workspaceId AND in_use = 1 AND ${DUE_AT} <= @now ORDER BY checked_at`,
    )
    .pluck();
  const nextDue = database
    .prepare(`SELECT min(${DUE_AT}) FROM domains WHERE workspace_id = @workspaceId AND in_use = 1`)
    .pluck();

  /** Thousands of domains share a few texts: each is read once, and nobody changes what was read. */
  const readConfiguration = remembering(64, (text) => {
    return createReader().json<Partial<Configuration>>(text, storedConfiguration, 'domains', 'configuration', '');
  });
  const readVerdicts = remembering(64, (text) =>
    createReader().json<Readonly<Record<string, Verdict>>>(text, storedVerdicts, 'domains', 'record_verdicts', ''),
  );

  /** @param read gives null for what can't be read; that is noted for the row. */
  function ofRow<Value>(read: (text: string) => Value | null, text: string, column: string, id: number): Value | null {
    const value = read(text);
    if (value === null) reader.note('domains', column, id);
    return value;
  }

  const suspects = database.prepare(`SELECT id FROM domains WHERE NOT ${sums.isWholeResult()}`).pluck();
  let suspected: string | null = null;
  /**
   * The domains whose last outcome is damaged, for statements that go through thousands; a list in JSON. Where there was
   * none when it was asked first, none is looked for again.
   */
  const damaged = (): string => {
    if (suspected !== NONE) {
      const ids = suspects.all() as number[];
      for (const id of ids) reader.note('domains', 'result', id);
      suspected = JSON.stringify(ids);
    }
    return suspected;
  };

  const summedColumns = sums.columns('domains') as readonly (keyof DomainRow)[];
  const isWholeRow = (row: DomainRow): boolean => {
    if (row.sum === sumOfColumns(row, summedColumns)) return true;
    reader.note('domains', 'row', row.id);
    return false;
  };
  const isWholeResult = (row: DomainRow): boolean => {
    if (row.result_sum === sumOfColumns(row, resultColumns) + row.unchanged) return true;
    reader.note('domains', 'result', row.id);
    suspected = null;
    return false;
  };

  /** Summed here, because the database would call for each row's sum. */
  const isWholeKey = (row: KeyRow): boolean => {
    const isSummed = row.sum === sumOfColumns(row, keyColumns);
    const isWhole = isSummed && ALGORITHMS.has(row.algorithm) && BASE64.test(row.public_key);
    if (!isWhole) reader.note('dkim_keys', isSummed ? 'public_key' : 'row', row.selector);
    return isWhole;
  };

  const verdictsOf = (row: DomainRow): StoredVerdicts => {
    // A clock that was wrong made it: what it saw may be of any time.
    if (row.seen_at !== null && row.seen_at > latest()) return UNKNOWN;
    return {
      verdict: reader.verdict(row.verdict, 'domains', 'verdict', row.id),
      spf: reader.purposeVerdict(row.spf, 'domains', 'spf', row.id),
      dkim: reader.purposeVerdict(row.dkim, 'domains', 'dkim', row.id),
      dmarc: reader.purposeVerdict(row.dmarc, 'domains', 'dmarc', row.id),
      seenAt: row.seen_at,
    };
  };

  const configurationOf = ({ id, configuration }: DomainRow) =>
    configuration === null ? null : ofRow(readConfiguration, configuration, 'configuration', id);
  const recordVerdictsOf = ({ id, record_verdicts: text }: DomainRow) =>
    text === '{}' ? NO_VERDICTS : (ofRow(readVerdicts, text, 'record_verdicts', id) ?? NO_VERDICTS);

  const toDomain = (row: DomainRow): StoredDomain<Configuration> => {
    const hasResult = isWholeResult(row);
    const { verdict, spf, dkim, dmarc, seenAt } = hasResult ? verdictsOf(row) : UNKNOWN;
    return {
      id: row.id,
      workspaceId: row.workspace_id,
      name: row.name,
      unicodeName: row.unicode_name,
      inUse: row.in_use === 1,
      addedAt: row.added_at,
      revision: row.revision,
      // Under a name that may be another one: a domain stays in the list.
      configuration: isWholeRow(row) ? configurationOf(row) : null,
      pastedAt: row.pasted_at,
      verdict,
      spf,
      dkim,
      dmarc,
      seenAt,
      recordVerdicts: hasResult ? recordVerdictsOf(row) : NO_VERDICTS,
    };
  };

  /** By workspace, the ids of its domains in the order of their names: no domain is deleted, and each keeps its name. */
  const orders = new Map<number, readonly number[]>();

  function orderOf(workspaceId: number): readonly number[] {
    const known = orders.get(workspaceId);
    if (known !== undefined && known.length === amount.get(workspaceId)) return known;
    const rows = shownNames.all(workspaceId) as Pick<DomainRow, 'id' | 'unicode_name'>[];
    const keyed = rows.map(({ id, unicode_name }) => ({ id, key: nameOrder(unicode_name) }));
    const order = keyed.sort((left, right) => (left.key < right.key ? -1 : 1)).map(({ id }) => id);
    orders.set(workspaceId, order);
    return order;
  }

  return {
    /** The domains of a workspace, or the first so many of them, in the order of their names. */
    list: database.transaction((workspaceId: number, first?: number): StoredDomain<Configuration>[] => {
      const order = orderOf(workspaceId).slice(0, first);
      const rows = first === undefined ? ofWorkspace.all(workspaceId) : several(order).all(workspaceId);
      const byId = new Map((rows as DomainRow[]).map((row) => [row.id, row]));
      return order.flatMap((id) => {
        const row = byId.get(id);
        return row === undefined ? [] : [toDomain(row)];
      });
    }),
    /** The ids of all domains in use, or of those that are not verified, as they lie in the file. */
    idsInUse: (workspaceId: number, which: 'all' | 'not-verified'): number[] =>
      inUse.all({ workspaceId, all: which === 'all' ? 1 : 0, latest: latest(), damaged: damaged() }) as number[],
    find(workspaceId: number, id: number): StoredDomain<Configuration> | null {
      const row = one.get(workspaceId, id) as DomainRow | undefined;
      return row === undefined ? null : toDomain(row);
    },
    /** @param name in A-labels. */
    idOf: (workspaceId: number, name: string): number | null =>
      (byName.get(workspaceId, name) as number | undefined) ?? null,
    /** Those of the ids that the workspace holds, with the keys made for each: for whoever goes through thousands. */
    findSeveral(
      workspaceId: number,
      ids: readonly number[],
    ): Map<number, { readonly domain: StoredDomain<Configuration>; readonly dkimKeys: readonly StoredPublicKey[] }> {
      const found = new Map<number, { domain: StoredDomain<Configuration>; dkimKeys: StoredPublicKey[] }>();
      for (const row of several(ids).all(workspaceId) as DomainRow[])
        found.set(row.id, { domain: toDomain(row), dkimKeys: [] });
      for (const row of keysOfSeveral(ids).all() as KeyRow[])
        if (isWholeKey(row)) found.get(row.domain_id)?.dkimKeys.push(toKey(row));
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
    setAddedAt: (id: number, at: number): void => void setAddedAt.run(at, id),
    /** @returns false when the domain has another revision than this one by now; nothing is changed then. */
    configure: (
      { id, revision }: Pick<StoredDomain<Configuration>, 'id' | 'revision'>,
      configuration: Partial<Configuration>,
    ): boolean => configure.run({ id, revision, configuration: JSON.stringify(configuration) }).changes === 1,
    /** Forgets the zone that was pasted for a domain. */
    forgetPastedZone: database.transaction((id: number): void => {
      setPastedAt.run(null, id);
      forgetPasted.run(id);
    }),
    /**
     * Writes a zone's text part by part: whoever steps through it may do something else between two parts. It is no
     * domain's yet.
     *
     * @returns what `assignPastedZone` takes.
     */
    *writeZoneInSteps(text: string, now: number): Steps<number> {
      forgetAbandoned.run(now - ABANDONED_MS);
      const zoneId = Number(beginPasted.run(now).lastInsertRowid);
      for (const part of textParts(text, PART_LENGTH)) {
        insertPart.run(zoneId, part);
        yield;
      }
      return zoneId;
    },
    /** Puts a text that was written in the place of the one that was pasted before for a domain. */
    assignPastedZone: database.transaction((id: number, zoneId: number, now: number): void => {
      forgetPasted.run(id);
      assignPasted.run(id, zoneId);
      setPastedAt.run(now, id);
    }),
    /** The zone's text; empty where none was pasted. */
    pastedZone(id: number): string {
      const parts = pastedParts.all(id) as { readonly text: string; readonly id: number; readonly whole: number }[];
      // Without one of its parts it is another zone.
      const isWhole = parts.every((part) => reader.isWhole(part, 'pasted_parts', part.id));
      return isWhole ? parts.map(({ text }) => text).join('') : '';
    },
    /** What stands for the zone's text: another text has another one. Null where none was pasted. */
    pastedZoneId: (id: number): number | null => (pastedId.get(id) as number | undefined) ?? null,
    setVerdicts: (id: number, verdicts: StoredVerdicts): void => saveVerdicts.immediate(id, verdicts),
    counts(workspaceId: number): Record<Verdict, number> {
      const result: Record<Verdict, number> = {
        verified: 0,
        'change-prepared': 0,
        'to-do': 0,
        pending: 0,
        failing: 0,
        unknown: 0,
      };
      for (const row of counts.all({ workspaceId, latest: latest(), damaged: damaged() }) as {
        verdict: string;
        amount: number;
      }[])
        result[verdictSchema.safeParse(row.verdict).data ?? 'unknown'] += row.amount;
      return result;
    },
    dkimKeys: (id: number): StoredDkimKey[] => (keys.all(id) as KeyRow[]).filter(isWholeKey).map(toKey),
    /** @returns false when the selector is taken. */
    addDkimKey: (id: number, key: StoredDkimKey): boolean =>
      addKey.run(id, key.selector, key.algorithm, key.bits, key.publicKey, key.createdAt).changes === 1,
    /** Notes how far a key's rotation has come. */
    markDkimKey: (id: number, key: Pick<StoredDkimKey, 'selector' | 'signingSince' | 'revokedAt'>): void =>
      void markKey.run(key.signingSince, key.revokedAt, id, key.selector),
    /** Ids of the domains in use whose next check is due, the longest waiting first; one never checked is. */
    due: (workspaceId: number, pace: CheckPace, until: number): number[] =>
      due.all({ workspaceId, ...pace, now: until, latest: latest(), damaged: damaged() }) as number[],
    /** When the first check is due, or null when there is no domain in use; may lie in the past. */
    nextDue: (workspaceId: number, pace: CheckPace): number | null =>
      nextDue.get({ workspaceId, ...pace, latest: latest(), damaged: damaged() }) as number | null,
  };
}

export type DomainRepository<Configuration> = ReturnType<typeof domainRepository<Configuration>>;

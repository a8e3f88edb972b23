import { canonicalName, isSubdomain } from '../dns/names.ts';
import type { ResourceRecord } from '../dns/records.ts';
import { sameData } from '../dns/same-data.ts';
import type { Change } from './types.ts';
import type { PreparedType } from '../required/record.ts';

/** A plan's changes gathered by name and type, as tools that keep whole sets want them. */

/**
 * Changes that are handed over. What is not known is offered as an addition; what waits or conflicts never is.
 *
 * @param isComplete what stays as it is published goes along.
 */
export function handedOver(changes: readonly Change[], isComplete = false): readonly Change[] {
  return changes.filter(
    ({ action }) =>
      action === 'add' || action === 'replace' || action === 'unknown' || (isComplete && action === 'keep'),
  );
}

/** Whether a record belongs into the zone; a report authorisation, for one, belongs into the report receiver's. */
export function isInZone(change: Pick<Change, 'name'>, zone: string): boolean {
  return isSubdomain(change.name, zone);
}

/** All records of one name and type, before and after. */
export interface RecordSet {
  readonly name: string;
  readonly type: PreparedType;
  readonly ttl: number;
  readonly remove: readonly ResourceRecord[];
  readonly add: readonly ResourceRecord[];
  /** Required records that are published already and stay; gathered where the complete record set is wanted. */
  readonly kept: readonly ResourceRecord[];
  /** The whole set as it is published; empty when there is none, or when that is not known. */
  readonly published: readonly ResourceRecord[];
  /** The whole set as it is to be, for formats that replace sets and not records; empty when the set goes away. */
  readonly all: readonly ResourceRecord[];
  /** What is published was observed. */
  readonly isKnown: boolean;
}

/** Each record once. */
function distinct(records: readonly ResourceRecord[]): readonly ResourceRecord[] {
  return records.filter((record, index) => records.findIndex((known) => sameData(known, record)) === index);
}

/** The changes within the zone, gathered by name and type, in their order. */
export function recordSets({
  changes,
  zone,
  isComplete = false,
}: {
  readonly changes: readonly Change[];
  readonly zone: string;
  /** Sets of which nothing changes are among them. */
  readonly isComplete?: boolean;
}): readonly RecordSet[] {
  const groups = new Map<string, Change[]>();
  for (const change of handedOver(changes, isComplete)) {
    if (!isInZone(change, zone)) continue;
    const key = `${canonicalName(change.name)}/${change.type}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [change]);
    else group.push(change);
  }
  return [...groups.values()].map((group) => {
    const [first] = group as [Change, ...Change[]];
    const has = (records: readonly ResourceRecord[], record: ResourceRecord) =>
      records.some((known) => sameData(known, record));
    const changing = group.filter((change) => change.action !== 'keep');
    const after = distinct(changing.flatMap((change) => change.after));
    const before = distinct(changing.flatMap((change) => change.before));
    const keeping = group.filter((change) => change.action === 'keep').flatMap((change) => change.before);
    const beside = distinct([...group.flatMap((change) => change.beside), ...keeping]);
    const published = distinct([...before, ...beside]);
    const stays = beside.filter((record) => !has(before, record));
    const ttl = (after[0] ?? stays[0] ?? published[0])?.ttl ?? 3600;
    const timed = (record: ResourceRecord): ResourceRecord => ({ ...record, ttl });
    /** It stays with another TTL: the old record goes, and the new one comes. */
    const isRetimed = (record: ResourceRecord) => before.some((known) => sameData(known, record) && known.ttl !== ttl);
    const all = distinct([...stays, ...after]).map(timed);
    return {
      name: first.name,
      type: first.type,
      ttl,
      remove: before.filter((record) => !has(after, record) || record.ttl !== ttl),
      add: after.filter((record) => !has(published, record) || isRetimed(record)).map(timed),
      kept: distinct(keeping).filter((record) => !has(before, record)),
      published,
      all,
      isKnown: group.every((change) => change.action !== 'unknown'),
    };
  });
}

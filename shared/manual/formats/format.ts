import { canonicalName, isSubdomain } from '../../dns/names.ts';
import type { ResourceRecord } from '../../dns/records.ts';
import { sameData } from '../../plan/satisfies.ts';
import type { Change } from '../../plan/types.ts';

/** One way to hand records over to whoever edits DNS. */
export interface HandOverFormat {
  readonly id: string;
  readonly label: string;
  /** What to do with it, in one sentence. */
  readonly note: string;
  readonly extension: string;
  readonly mediaType: string;
  readonly write: (input: HandOver) => string;
}

export interface HandOver {
  readonly domain: string;
  /** The zone that the records go into. */
  readonly zone: string;
  /** The changes of a plan in their order, or those of its way back. */
  readonly changes: readonly Change[];
  /** ISO date and time, given by the caller. */
  readonly generatedAt: string;
  /** The changes are a plan's way back. */
  readonly isWayBack?: boolean;
}

/** Changes that are handed over. What is not known is offered as an addition; what waits or conflicts never is. */
export function handedOver(changes: readonly Change[]): readonly Change[] {
  return changes.filter(
    (change) => change.action === 'add' || change.action === 'replace' || change.action === 'unknown',
  );
}

/** Whether a record belongs into the zone; a report authorisation, for one, belongs into the report receiver's. */
export function isInZone(change: Pick<Change, 'name'>, zone: string): boolean {
  return isSubdomain(change.name, zone);
}

/** Lines that say what is left out and why, for formats with comments. */
export function leftOut({ changes, zone }: Pick<HandOver, 'changes' | 'zone'>): readonly string[] {
  return [
    ...changes
      .filter((change) => change.action === 'waiting' || change.action === 'conflict')
      .map((change) => `Left out: ${change.type} ${change.name}. ${change.reason}`),
    ...handedOver(changes)
      .filter((change) => !isInZone(change, zone))
      .map((change) => `Left out: ${change.type} ${change.name}. It belongs into another zone.`),
  ];
}

/** Lines that say what the reader must look at before applying. */
export function cautions(changes: readonly Change[]): readonly string[] {
  const unknown = changes.filter((change) => change.action === 'unknown');
  if (unknown.length === 0) return [];
  const names = [...new Set(unknown.map((change) => change.name))];
  const spf = unknown.find((change) => change.purpose === 'spf');
  return [
    `What is published today was not checked at ${names.join(', ')}. Look for records there first.`,
    ...(spf === undefined ? [] : [`If ${spf.name} has an SPF record already, merge the two: a name has one.`]),
  ];
}

/** All records of one name and type, before and after. */
export interface RecordSet {
  readonly name: string;
  readonly type: 'TXT' | 'CNAME' | 'MX';
  readonly ttl: number;
  readonly remove: readonly ResourceRecord[];
  readonly add: readonly ResourceRecord[];
  /** The whole set as it is published; empty when there is none, or when that is not known. */
  readonly published: readonly ResourceRecord[];
  /** The whole set as it is to be, for formats that replace sets and not records; empty when the set goes away. */
  readonly all: readonly ResourceRecord[];
  /** What is published was observed. */
  readonly isKnown: boolean;
}

function isSame(left: ResourceRecord, right: ResourceRecord): boolean {
  switch (right.type) {
    case 'TXT':
      return sameData(left, { type: 'TXT', strings: right.strings });
    case 'CNAME':
      return sameData(left, { type: 'CNAME', target: right.target });
    case 'MX':
      return sameData(left, { type: 'MX', preference: right.preference, exchange: right.exchange });
    default:
      return false;
  }
}

/** Each record once. */
function distinct(records: readonly ResourceRecord[]): readonly ResourceRecord[] {
  return records.filter((record, index) => records.findIndex((known) => isSame(known, record)) === index);
}

/** The changes within the zone, gathered by name and type, in their order. */
export function recordSets({ changes, zone }: Pick<HandOver, 'changes' | 'zone'>): readonly RecordSet[] {
  const groups = new Map<string, Change[]>();
  for (const change of handedOver(changes)) {
    if (!isInZone(change, zone)) continue;
    const key = `${canonicalName(change.name)}/${change.type}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [change]);
    else group.push(change);
  }
  return [...groups.values()].map((group) => {
    const [first] = group as [Change, ...Change[]];
    const has = (records: readonly ResourceRecord[], record: ResourceRecord) =>
      records.some((known) => isSame(known, record));
    const after = distinct(group.flatMap((change) => change.after));
    const before = distinct(group.flatMap((change) => change.before));
    const beside = distinct(group.flatMap((change) => change.beside));
    const published = distinct([...before, ...beside]);
    const stays = beside.filter((record) => !has(before, record));
    const ttl = (after[0] ?? stays[0] ?? published[0])?.ttl ?? 3600;
    const timed = (record: ResourceRecord): ResourceRecord => ({ ...record, ttl });
    const all = distinct([...stays, ...after]).map(timed);
    return {
      name: first.name,
      type: first.type,
      ttl,
      remove: before.filter((record) => !has(after, record)),
      add: after.filter((record) => !has(published, record) || has(before, record)).map(timed),
      published,
      all,
      isKnown: group.every((change) => change.action !== 'unknown'),
    };
  });
}

/** Text between single quotes for a POSIX shell. */
export function shellQuote(text: string): string {
  return `'${text.replace(/'/g, `'\\''`)}'`;
}

/** A mark and a blank before every line. What came from DNS may hold line ends: they never begin a new line here. */
export function commentLines(lines: readonly string[], mark = '#'): string {
  return lines.map((line) => `${mark} ${visible(line)}\n`).join('');
}

/** Control characters, and those that turn or hide text, as `\u{…}`. */
export function visible(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${(character.codePointAt(0) as number).toString(16)}}`,
  );
}

/** The first comment of a hand-over: what it is, for which domain, when it was made, what was not checked or is left out. */
export function heading(input: HandOver): readonly string[] {
  const { domain, zone, generatedAt, changes } = input;
  const what = input.isWayBack === true ? 'The way back for' : 'Records for';
  const isEmpty = recordSets(input).length === 0;
  return [
    `${what} ${domain}, zone ${zone}. Prepared ${generatedAt}.`,
    ...cautions(changes),
    ...leftOut(input),
    ...(isEmpty ? ['There is nothing to change.'] : []),
  ];
}

/** Labels made of names, for tools that want identifiers: no two alike. */
export function identifiers(): (set: Pick<RecordSet, 'name' | 'type'>) => string {
  const used = new Set<string>();
  return (set) => {
    const base = `${set.name}_${set.type}`
      .toLowerCase()
      .replace(/^\*/, 'wildcard')
      .replace(/[^a-z0-9]+/g, '_')
      .replace(/^(?=\d)/, 'r_');
    let label = base;
    for (let count = 2; used.has(label); count += 1) label = `${base}_${count}`;
    used.add(label);
    return label;
  };
}

import { canonicalName } from '../../dns/names.ts';
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
  readonly changes: readonly Change[];
  /** ISO date and time, given by the caller. */
  readonly generatedAt: string;
}

/** Changes that are handed over. What is not known is offered as an addition; what waits or conflicts never is. */
export function handedOver(changes: readonly Change[]): readonly Change[] {
  return changes.filter(
    (change) => change.action === 'add' || change.action === 'replace' || change.action === 'unknown',
  );
}

/** Lines that say what is left out and why, for formats with comments. */
export function leftOut(changes: readonly Change[]): readonly string[] {
  return changes
    .filter((change) => change.action === 'waiting' || change.action === 'conflict')
    .map((change) => `Left out: ${change.type} ${change.name}. ${change.reason}`);
}

/** Lines that say what the reader must look at before applying. */
export function cautions(changes: readonly Change[]): readonly string[] {
  const unknown = changes.filter((change) => change.action === 'unknown');
  if (unknown.length === 0) return [];
  const spf = unknown.find((change) => change.purpose === 'spf');
  return [
    'What is published today was not checked. Look for records at the same names first.',
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
  /** The whole set as it is to be: for formats that replace sets, not records. */
  readonly all: readonly ResourceRecord[];
  readonly existed: boolean;
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

/** The changes gathered by name and type, in their order. */
export function recordSets(changes: readonly Change[]): readonly RecordSet[] {
  const groups = new Map<string, Change[]>();
  for (const change of handedOver(changes)) {
    const key = `${canonicalName(change.name)}/${change.type}`;
    groups.set(key, [...(groups.get(key) ?? []), change]);
  }
  return [...groups.values()].map((group) => {
    const [first] = group as [Change, ...Change[]];
    const remove = group.flatMap((change) => change.before);
    const add = group.flatMap((change) => change.after);
    const all: ResourceRecord[] = [];
    for (const record of [...group.flatMap((change) => change.beside), ...add]) {
      const isRemoved = remove.some((gone) => isSame(record, gone)) && !add.some((kept) => isSame(record, kept));
      if (!isRemoved && !all.some((known) => isSame(known, record))) all.push(record);
    }
    return {
      name: first.name,
      type: first.type,
      ttl: first.after[0]?.ttl ?? 3600,
      remove,
      add,
      all,
      existed: remove.length > 0 || group.some((change) => change.beside.length > 0),
    };
  });
}

/** Text between single quotes for a POSIX shell. */
export function shellQuote(text: string): string {
  return `'${text.replace(/'/g, `'\\''`)}'`;
}

/** `# ` before every line. */
export function commentLines(lines: readonly string[], mark = '#'): string {
  return lines.map((line) => `${mark} ${line}\n`).join('');
}

/** The first comment of a hand-over: what it is, for which domain, when it was made. */
export function heading({ domain, zone, generatedAt, changes }: HandOver): readonly string[] {
  return [`Records for ${domain}, zone ${zone}. Prepared ${generatedAt}.`, ...cautions(changes), ...leftOut(changes)];
}

/** A label made of a name, for tools that want identifiers. */
export function identifier(set: Pick<RecordSet, 'name' | 'type'>): string {
  return `${set.name}_${set.type}`
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^(\d)/, 'r_$1');
}

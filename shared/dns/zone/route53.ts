import { MAX_ALIASES } from '../lookup.ts';

/**
 * Zones as Amazon Route 53 lists them: the JSON of `aws route53 list-resource-record-sets`, or a change batch. Octets behind
 * a backslash are in octal there, and a name may be an alias within Amazon's own network.
 */

interface AliasTarget {
  readonly DNSName: string;
}

/** A set as the listing has it; what is not of that form is none. */
interface ListedSet {
  readonly name: string;
  readonly type: string;
  readonly ttl: number | null;
  readonly values: readonly string[];
  readonly alias: AliasTarget['DNSName'] | null;
}

/** Nobody's type, of the range for private use (RFC 6895 §3.1): it says that a name is there, and no more. */
const PRESENT = 'TYPE65401 \\# 0';
/** Seconds; an alias has no TTL of its own. */
const ALIAS_TTL = 60;

type Properties = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Properties => typeof value === 'object' && value !== null;

function toSet(value: unknown): ListedSet | null {
  const set = isObject(value) && isObject(value.ResourceRecordSet) ? value.ResourceRecordSet : value;
  if (!isObject(set) || typeof set.Name !== 'string' || typeof set.Type !== 'string') return null;
  // What a batch takes away is not published any more.
  if (isObject(value) && value.Action === 'DELETE') return null;
  const records: readonly unknown[] = Array.isArray(set.ResourceRecords) ? set.ResourceRecords : [];
  const alias =
    isObject(set.AliasTarget) && typeof set.AliasTarget.DNSName === 'string' ? set.AliasTarget.DNSName : null;
  return {
    name: withDot(decimal(set.Name)),
    type: set.Type.toUpperCase(),
    ttl: typeof set.TTL === 'number' ? set.TTL : null,
    values: records.flatMap((record) =>
      isObject(record) && typeof record.Value === 'string' ? [decimal(record.Value)] : [],
    ),
    alias: alias === null ? null : withDot(decimal(alias)),
  };
}

/** Octal behind a backslash as master files write it, in decimal (RFC 1035 §5.1). */
function decimal(text: string): string {
  return text.replace(/\\([0-7]{3})|\\./gs, (whole, octal: string | undefined) =>
    octal === undefined ? whole : `\\${String(Number.parseInt(octal, 8)).padStart(3, '0')}`,
  );
}

const withDot = (name: string) => (name.endsWith('.') ? name : `${name}.`);

/** Targets are fully qualified in Route 53, with or without their final dot. */
const TARGETS: ReadonlySet<string> = new Set(['CNAME', 'MX', 'NS', 'PTR', 'SRV']);

function lineOf({ name, type, ttl }: ListedSet, value: string): string {
  const data = TARGETS.has(type) ? withDot(value.trim()) : value;
  return `${name} ${ttl ?? ALIAS_TTL} IN ${type} ${data.replace(/[\r\n]+/g, ' ')}`;
}

/** The set that an alias leads to where it is one of the zone's own; null: it lies elsewhere. */
function behind(set: ListedSet, sets: ReadonlyMap<string, ListedSet>): ListedSet | null {
  let at: ListedSet | undefined = set;
  for (let count = 0; at?.alias != null && count <= MAX_ALIASES; count += 1)
    at = sets.get(`${at.alias.toLowerCase()} ${set.type}`);
  return at === undefined || at.alias !== null ? null : at;
}

function linesOf(set: ListedSet, sets: ReadonlyMap<string, ListedSet>): readonly string[] {
  if (set.alias === null) return set.values.map((value) => lineOf(set, value));
  const own = behind(set, sets);
  if (own !== null) return own.values.map((value) => lineOf({ ...set, ttl: own.ttl }, value));
  const told = `; ${set.name} ${set.type}: an alias within Amazon’s network to ${set.alias.replace(/[\r\n]+/g, ' ')}`;
  // Addresses of Amazon's change by themselves. Texts and mail servers there are not known, and have to read so.
  const stands = set.type === 'A' || set.type === 'AAAA' ? PRESENT : `${set.type} \\# alias`;
  return [told, `${set.name} ${ALIAS_TTL} IN ${stands}`];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

/**
 * A zone's text as a master file.
 *
 * @param text of a zone in any notation.
 * @returns what Route 53 lists in JSON as a master file; any other text as it is.
 */
export function asMasterFile(text: string): string {
  if (!/^\uFEFF?\s*[[{]/.test(text)) return text;
  const listed = parsed(text.replace(/^\uFEFF/, ''));
  const all = isObject(listed) ? (listed.ResourceRecordSets ?? listed.Changes ?? listed) : null;
  const sets = (Array.isArray(all) ? all : []).flatMap((each) => toSet(each) ?? []);
  if (sets.length === 0) return text;
  const byKey = new Map(sets.map((set) => [`${set.name.toLowerCase()} ${set.type}`, set]));
  const zone = sets.find(({ type }) => type === 'SOA')?.name;
  const lines = sets.flatMap((set) => linesOf(set, byKey));
  return `${[...(zone === undefined ? [] : [`$ORIGIN ${zone}`]), ...new Set(lines)].join('\n')}\n`;
}

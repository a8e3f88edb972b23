/** Records in JSON as the interfaces and exports of DNS hosts and email providers write them. */

export interface JsonRecord {
  readonly owner: string | null;
  readonly type: string | null;
  /** As it stands there; TXT values may be in the notation of zone files, with quotes. */
  readonly value: string;
}

/** Names of properties, in lower case without `_` and `-`, in the order in which they are tried. */
const OWNERS: readonly string[] = [
  'name',
  'host',
  'hostname',
  'recordname',
  'rrsetname',
  'fqdn',
  'owner',
  'subdomain',
  'record',
  'dkimhost',
];
const TYPES: readonly string[] = ['type', 'recordtype', 'rrsettype', 'fieldtype', 'rtype'];
const VALUES: readonly string[] = [
  'value',
  'values',
  'content',
  'data',
  'resourcerecords',
  'rrdatas',
  'rrsetvalues',
  'records',
  'answers',
  'target',
  'pointsto',
  'txtrecords',
  'cnamerecord',
  'dkimtextvalue',
  'text',
  'address',
  'cname',
];

/** Levels that are looked into, and records that are taken. */
const MAX_DEPTH = 12;
const MAX_RECORDS = 2000;

type Properties = ReadonlyMap<string, unknown>;

function propertiesOf(value: object): Properties {
  return new Map(Object.entries(value).map(([key, property]) => [key.toLowerCase().replace(/[_-]/g, ''), property]));
}

function firstText(properties: Properties, names: readonly string[]): string | null {
  for (const name of names) {
    const value = properties.get(name);
    if (typeof value === 'string' && value !== '') return value;
  }
  return null;
}

/** `Microsoft.Network/dnszones/TXT` is TXT. */
function typeOf(properties: Properties): string | null {
  const written = firstText(properties, TYPES)?.split('/').at(-1);
  return written !== undefined && /^[A-Za-z]{1,10}$/.test(written) ? written.toUpperCase() : null;
}

/** Whether an object says of itself which record it is: then it is none of the values of what it lies in. */
function isRecordOfItsOwn(properties: Properties): boolean {
  return typeOf(properties) !== null;
}

/** The texts that a property holds: itself, those of a list, or the one value of each object in a list. */
function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return value === '' ? [] : [value];
  if (typeof value !== 'object' || value === null) return [];
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  return items.flatMap((item) => {
    if (typeof item === 'string') return item === '' ? [] : [item];
    if (typeof item !== 'object' || item === null) return [];
    const properties = propertiesOf(item);
    if (isRecordOfItsOwn(properties)) return [];
    const inner = ['value', 'content', 'cname', 'data'].map((name) => properties.get(name)).find(Boolean);
    // Azure lists the strings of one record; every other list is one of records.
    if (Array.isArray(inner)) return [inner.filter((part) => typeof part === 'string').join('')];
    return typeof inner === 'string' ? [inner] : [];
  });
}

interface Around {
  readonly owner: string | null;
  readonly type: string | null;
}

function recordsOf(properties: Properties, around: Around): readonly JsonRecord[] {
  for (const name of VALUES) {
    const texts = textsOf(properties.get(name));
    if (texts.length > 0) return texts.map((value) => ({ ...around, value }));
  }
  return [];
}

function collect(value: unknown, found: JsonRecord[], above: Around, depth: number): void {
  if (depth > MAX_DEPTH || found.length >= MAX_RECORDS || typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const item of value) collect(item, found, above, depth + 1);
    return;
  }
  const properties = propertiesOf(value);
  const around = {
    owner: firstText(properties, OWNERS) ?? above.owner,
    type: typeOf(properties) ?? above.type,
  };
  const records = recordsOf(properties, around);
  if (records.length > 0 && (around.type !== null || around.owner !== null)) {
    found.push(...records);
    return;
  }
  const before = found.length;
  for (const inner of properties.values()) collect(inner, found, around, depth + 1);
  if (found.length === before) found.push(...records);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/**
 * Reads records out of JSON: one object, a list, or a line of an object (`"Value": "…"`).
 *
 * @returns none where the text is no JSON, or holds nothing that looks like a record.
 */
export function readJsonRecords(text: string): readonly JsonRecord[] {
  const trimmed = text.trim().replace(/[,;]$/, '');
  if (!/^(?:[[{]|"[\w -]{1,40}"\s*:)/.test(trimmed)) return [];
  const value = parse(trimmed) ?? parse(`{${trimmed}}`);
  const found: JsonRecord[] = [];
  collect(value, found, { owner: null, type: null }, 0);
  return found;
}

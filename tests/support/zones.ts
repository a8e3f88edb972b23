import fc from 'fast-check';
import { canonicalName } from '../../shared/dns/names.ts';
import type { ResourceRecord } from '../../shared/dns/records.ts';
import { readZone } from '../../shared/dns/zone/reader.ts';

/** Generators of whole zones that every name server accepts, of records of every type, and of the ways to write them. */

const word = fc.integer({ min: 0, max: 65_535 });
const byte = fc.integer({ min: 0, max: 255 });
const octets = (least: number, most: number) =>
  fc.array(byte, { minLength: least, maxLength: most }).map((codes) => String.fromCharCode(...codes));
const hex = (least: number, most: number) =>
  fc
    .array(byte, { minLength: least, maxLength: most })
    .map((codes) => codes.map((code) => code.toString(16).padStart(2, '0')).join(''));
const base64 = fc.uint8Array({ minLength: 3, maxLength: 90 }).map((bytes) => btoa(String.fromCharCode(...bytes)));

const plainLabel = fc.stringMatching(/^[a-zA-Z0-9_]([a-zA-Z0-9-]{0,12}[a-zA-Z0-9])?$/);
/** Labels with octets that a master file has to escape. */
const strangeLabel = fc.constantFrom(
  'a\\.b',
  'a\\092',
  '\\@',
  '\\$x',
  '\\"q\\"',
  '\\(p\\)',
  'c\\;d',
  'sp\\032ace',
  '\\000',
  '\\255\\127',
);
const label = fc.oneof({ weight: 12, arbitrary: plainLabel }, { weight: 1, arbitrary: strangeLabel });
const longLabel = fc.constant('x'.repeat(63));
const ADDRESSES = fc.oneof(
  fc.ipV6().filter((address) => !address.includes('.')),
  fc.constantFrom('::', '::1', '2001:db8::', '::ffff:192.0.2.1', 'fe80::1:0:0:1'),
);

/** Names in presentation format, relative to the zone. */
const owner = fc
  .array(fc.oneof({ weight: 30, arbitrary: label }, { weight: 1, arbitrary: longLabel }), {
    minLength: 1,
    maxLength: 3,
  })
  .map((labels) => labels.join('.'));
const host = fc.array(plainLabel, { minLength: 1, maxLength: 3 }).map((labels) => labels.join('.'));

/** Data of the types that have no form of their own among records, in presentation format; names as they stand. */
const otherData: fc.Arbitrary<readonly [type: string, data: string]> = fc.oneof(
  fc
    .tuple(word, fc.constantFrom('DS', 'CDS'), fc.constantFrom([1, 20], [2, 32], [4, 48]))
    .chain(([tag, type, [digest, length]]) =>
      hex(length as number, length as number).map((data) => [type, `${tag} 13 ${digest} ${data}`] as const),
    ),
  fc.tuple(byte, byte, byte, hex(4, 64)).map(([a, b, c, data]) => ['TLSA', `${a} ${b} ${c} ${data}`] as const),
  fc.tuple(byte, byte, byte, hex(4, 64)).map(([a, b, c, data]) => ['SMIMEA', `${a} ${b} ${c} ${data}`] as const),
  hex(20, 20).map((data) => ['SSHFP', `4 1 ${data}`] as const),
  fc
    .tuple(word, word, host)
    .map(([order, preference, target]) => ['NAPTR', `${order} ${preference} "S" "SIP+D2U" "" ${target}`] as const),
  fc.tuple(host, host).map(([mailbox, text]) => ['RP', `${mailbox} ${text}`] as const),
  fc.tuple(word, host).map(([subtype, target]) => ['AFSDB', `${subtype} ${target}`] as const),
  fc
    .tuple(word, word)
    .map(([priority, weight]) => ['URI', `${priority} ${weight} "https://example.net/a?b=c;d\\"e"`] as const),
  fc.constant(['HINFO', '"Intel" "a \\"b\\" \\\\ \\200"'] as const),
  base64.map((key) => ['OPENPGPKEY', key] as const),
  base64.map((key) => ['DNSKEY', `257 3 13 ${key}`] as const),
  fc.tuple(word, base64).map(([tag, key]) => ['CERT', `1 ${tag} 8 ${key}`] as const),
  fc.constantFrom(
    ['NSEC3PARAM', '1 0 10 AABBCCDD'],
    ['NSEC3PARAM', '1 0 0 -'],
    ['LOC', '52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000.00m 10.00m'],
    ['LOC', '42 21 54 N 71 06 18 W -24m 30m'],
    ['EUI48', '00-00-5e-00-53-2a'],
    ['EUI64', '00-00-5e-ef-10-00-00-2a'],
    ['NID', '10 0014:4fff:ff20:ee64'],
    ['L64', '10 2001:0DB8:1140:1000'],
    ['L32', '10 10.1.2.0'],
    ['CSYNC', '66 3 A NS AAAA TYPE65400'],
  ) as fc.Arbitrary<readonly [string, string]>,
  fc.tuple(word, host).map(([preference, target]) => ['LP', `${preference} ${target}`] as const),
  fc.tuple(word, host).map(([preference, target]) => ['KX', `${preference} ${target}`] as const),
  fc.constant(['SVCB', '0 svc.example.net.'] as const),
  fc
    .subarray([
      'alpn=h2,h3',
      'port=8443',
      'ipv4hint=192.0.2.1,192.0.2.2',
      'ipv6hint=2001:db8::1',
      'ech=AEj+DQBEAQAgACAdd+scUi0IYFsXnUIU7ko2Nd9+F8M26pAGZVpz/KrWPgAEAAEAAWQVZWNoLXNpdGVzLmV4YW1wbGUubmV0AAA=',
      'key667="hello\\210qoo"',
    ])
    .map((parameters) => ['HTTPS', `1 . ${parameters.join(' ')}`.trimEnd()] as const),
  hex(0, 30).map((data) => ['TYPE65400', data === '' ? '\\# 0' : `\\# ${data.length / 2} ${data}`] as const),
);

function other(origin: string): fc.Arbitrary<ResourceRecord> {
  return fc.tuple(owner, otherData).map(([name, [type, data]]) => {
    const { records, findings } = readZone(`${name} ${type} ${data}\n`, { origin });
    const [record] = records;
    if (record === undefined) throw new Error(JSON.stringify(findings));
    return record;
  });
}

/** Any record of a zone; its TTL is set by the zone. */
function recordOf(origin: string): fc.Arbitrary<ResourceRecord> {
  const ttl = fc.constant(0);
  const name = owner.map((relative) => `${relative}.${origin}`);
  const target = fc.oneof(
    name,
    host.map((relative) => `${relative}.example.net`),
  );
  return fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        name,
        ttl,
        type: fc.constant('TXT' as const),
        strings: fc.array(octets(0, 255), { minLength: 1, maxLength: 4 }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ name, ttl, type: fc.constant('A' as const), address: fc.ipV4() }) },
    { weight: 2, arbitrary: fc.record({ name, ttl, type: fc.constant('AAAA' as const), address: ADDRESSES }) },
    { weight: 2, arbitrary: fc.record({ name, ttl, type: fc.constantFrom('CNAME' as const, 'PTR' as const), target }) },
    { weight: 1, arbitrary: fc.record({ name, ttl, type: fc.constant('DNAME' as const), target }) },
    {
      weight: 2,
      arbitrary: fc.record({
        name,
        ttl,
        type: fc.constant('MX' as const),
        preference: word,
        exchange: fc.oneof({ weight: 9, arbitrary: target }, { weight: 1, arbitrary: fc.constant('') }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        name,
        ttl,
        type: fc.constant('SRV' as const),
        priority: word,
        weight: word,
        port: word,
        target,
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        name,
        ttl,
        type: fc.constant('CAA' as const),
        flags: fc.constantFrom(0, 128),
        tag: fc.constantFrom('issue', 'issuewild', 'iodef'),
        value: octets(0, 60),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        name,
        ttl,
        type: fc.constant('SPF' as const),
        strings: fc.array(octets(1, 80), { minLength: 1, maxLength: 2 }),
      }),
    },
    { weight: 6, arbitrary: other(origin) },
  );
}

/** The type as a master file writes it. */
export function typeOf(record: ResourceRecord): string {
  return record.type === 'OTHER' ? record.typeName : record.type;
}

/** One text for one record: equal for records that mean the same, whatever the letter case of names and addresses. */
export function recordKey(record: ResourceRecord): string {
  const { name, ttl, ...data } = record;
  const text = Object.entries(data).map(([key, value]) => {
    if (value instanceof Uint8Array)
      return `${key}=${[...value].map((octet) => octet.toString(16).padStart(2, '0')).join('')}`;
    if (key === 'address')
      return `address=${new URL(`http://${String(value).includes(':') ? `[${String(value)}]` : String(value)}`).hostname}`;
    if (['target', 'exchange', 'mname', 'rname'].includes(key)) return `${key}=${canonicalName(String(value))}`;
    return `${key}=${JSON.stringify(value)}`;
  });
  return `${canonicalName(name)} ${ttl} ${text.join(' ')}`;
}

/** Leaves out what no name server would load together: data beside an alias, anything below a DNAME, twice the same. */
function loadable(records: readonly ResourceRecord[], ttls: readonly number[]): readonly ResourceRecord[] {
  const aliased = new Set<string>();
  const owners = new Set<string>();
  const redirected: string[] = [];
  const ttlOf = new Map<string, number>();
  const seen = new Set<string>();
  const kept: ResourceRecord[] = [];
  for (const [index, record] of records.entries()) {
    const name = canonicalName(record.name);
    const set = `${name}/${typeOf(record)}`;
    if (aliased.has(name) || (record.type === 'CNAME' && owners.has(name))) continue;
    if (redirected.some((above) => name.endsWith(`.${above}`)) || (record.type === 'DNAME' && ttlOf.has(set))) continue;
    if (record.type === 'DNAME') {
      if ([...owners].some((below) => below.endsWith(`.${name}`))) continue;
      redirected.push(name);
    }
    const ttl = ttlOf.get(set) ?? (ttls[index % ttls.length] as number);
    const timed = { ...record, ttl };
    if (seen.has(recordKey(timed))) continue;
    seen.add(recordKey(timed));
    ttlOf.set(set, ttl);
    owners.add(name);
    if (record.type === 'CNAME') aliased.add(name);
    kept.push(timed);
  }
  return kept;
}

/** A zone's records, without its SOA and NS. */
export function zoneArbitrary(origin: string): fc.Arbitrary<readonly ResourceRecord[]> {
  return fc
    .tuple(
      fc.array(recordOf(origin), { minLength: 1, maxLength: 20 }),
      fc.array(fc.integer({ min: 0, max: 604_800 }), { minLength: 1, maxLength: 4 }),
    )
    .map(([records, ttls]) => loadable(records, ttls));
}

const DEPTH = 4;

/** A TTL as a number or in units. */
function styledTtl(ttl: number, random: (below: number) => number): string {
  if (random(3) > 0 || ttl < 60) return String(ttl);
  const hours = Math.floor(ttl / 3600);
  return `${hours > 0 ? `${hours}h` : ''}${Math.floor((ttl % 3600) / 60)}M${ttl % 60}s`;
}

/** A character-string in one of the ways that mean the same. */
function styledString(string: string, random: (below: number) => number): string {
  const isBare = /^[A-Za-z0-9_.:/=+~-]+$/.test(string) && random(2) === 0;
  if (isBare) return string;
  const escaped = Array.from(string, (character) => {
    const code = character.charCodeAt(0);
    const isPlain = code >= 32 && code < 127 && character !== '"' && character !== '\\';
    if (isPlain && random(20) > 0) return character;
    return isPlain && !/\d/.test(character) && random(2) === 0
      ? `\\${character}`
      : `\\${String(code).padStart(3, '0')}`;
  });
  return `"${escaped.join('')}"`;
}

/**
 * Writes records as people and programs do: owners left out, class and TTL in any order or missing, parentheses,
 * comments, blank lines, changes of `$ORIGIN` and `$TTL`, strings with and without quotes.
 *
 * @param data a record's data in presentation format with absolute names.
 */
export function styledZone(
  records: readonly ResourceRecord[],
  origin: string,
  data: (record: ResourceRecord) => string,
  random: (below: number) => number,
): string {
  const blank = () => ['\t', ' ', '  ', ' \t '][random(DEPTH)] as string;
  let text = `$ORIGIN ${origin}.${random(2) === 0 ? ' ; the zone' : ''}\n`;
  let last = '';
  let defaultTtl: number | null = null;
  for (const record of records) {
    if (random(6) === 0)
      text += ['\n', '; a comment; with ( and "\n', '   \n', '\t; indented\r\n'][random(DEPTH)] as string;
    if (random(8) === 0) {
      defaultTtl = record.ttl;
      text += `$TTL${blank()}${styledTtl(record.ttl, random)}\n`;
    }
    const relative = record.name.slice(0, -origin.length - 1);
    const isRepeated = last === record.name && random(2) === 0;
    last = record.name;
    const fields = [isRepeated ? '' : random(3) === 0 ? `${record.name}.` : relative];
    const middle = defaultTtl === record.ttl && random(2) === 0 ? [] : [styledTtl(record.ttl, random)];
    if (random(2) === 0) middle.splice(random(middle.length + 1), 0, random(4) === 0 ? 'in' : 'IN');
    const type = typeOf(record);
    fields.push(...middle, random(5) === 0 && !type.startsWith('TYPE') ? type.toLowerCase() : type);
    const strings = record.type === 'TXT' || record.type === 'SPF' ? record.strings : null;
    const parts =
      strings?.map((string) => styledString(string, random)) ??
      data(record).match(/(?:[^\s"\\]|\\.|"(?:[^"\\]|\\.)*")+/g) ??
      [];
    const opens = random(4) === 0 ? random(parts.length + 1) : -1;
    for (const [index, part] of parts.entries()) {
      if (index === opens) fields.push('(');
      fields.push(part);
      if (opens >= 0 && index >= opens && random(3) === 0) fields.push(random(2) === 0 ? '; within\n' : '\n');
    }
    if (opens >= 0) fields.push(opens === parts.length ? '( )' : ')');
    text += `${fields.join(blank())}${random(6) === 0 ? ' ; behind' : ''}\n`;
  }
  return text;
}

import fc from 'fast-check';
import type { ResourceRecord } from '../../shared/dns/records.ts';
import { joinTxt, splitTxt, textToOctets } from '../../shared/dns/txt.ts';
import type { HandOver } from '../../shared/handover/format.ts';
import type { Change } from '../../shared/plan/types.ts';

/** Hand-overs with everything that quoting has to survive, and what the zone is before and after them. */

export const ZONE = 'example.com';

/** A record as what it means: `name type ttl value`, strings joined. */
export function meaning(record: ResourceRecord, withTtl = true): string {
  const value =
    record.type === 'TXT'
      ? JSON.stringify(joinTxt(record.strings))
      : record.type === 'MX'
        ? `${record.preference} ${record.exchange}`
        : record.type === 'CNAME' || record.type === 'NS'
          ? record.target
          : '';
  return `${record.name} ${record.type} ${withTtl ? record.ttl : '-'} ${value}`;
}

export function meanings(records: readonly ResourceRecord[], withTtl = true): readonly string[] {
  return [...new Set(records.map((record) => meaning(record, withTtl)))].sort();
}

export function txt(name: string, ttl: number, text: string): ResourceRecord {
  return { name, ttl, type: 'TXT', strings: splitTxt(textToOctets(text)) };
}

/** Removes and adds by meaning. */
export function changed(zone: readonly ResourceRecord[], changes: readonly Change[]): readonly ResourceRecord[] {
  let records = [...zone];
  for (const change of changes) {
    const gone = new Set(change.before.map((record) => meaning(record, false)));
    records = records.filter((record) => !gone.has(meaning(record, false)));
    const present = new Set(records.map((record) => meaning(record, false)));
    records.push(...change.after.filter((record) => !present.has(meaning(record, false))));
  }
  return records;
}

/** The changes that undo these, as a plan's way back states them. */
export function undone(changes: readonly Change[]): readonly Change[] {
  return changes
    .map((change): Change => ({ ...change, action: 'replace', before: change.after, after: change.before }))
    .reverse();
}

const piece = fc.constantFrom(
  '"',
  "'",
  '\\',
  '\\"',
  ';',
  '$',
  '${x}',
  '%{y}',
  '`id`',
  '$(id)',
  '#',
  '//',
  '*/',
  '--',
  ',',
  '|',
  '^',
  '~',
  '&',
  '<b>',
  '!',
  '@',
  '\u2019',
  'ü',
  '日本',
  '\u{1F4E7}',
  ' ',
  '  ',
  '\t',
  '=',
  ': ',
  '- ',
  '{',
  '}',
  '[',
  '%s',
  '\\n',
  '\\123',
  'v=spf1',
  '" "',
  '""',
);
const shortText = fc.array(piece, { minLength: 1, maxLength: 8 }).map((parts) => parts.join(''));
/** Texts over one string, hyphens at the border among them. */
const longText = fc
  .tuple(
    fc.integer({ min: 240, max: 256 }),
    fc.constantFrom('-', '--all ', 'k', '"', '\\', 'ü'),
    fc.integer({ min: 1, max: 500 }),
  )
  .map(([before, border, after]) => `v=${'a'.repeat(before - 2)}${border}${'b'.repeat(after)}`);
export const anyText = fc.oneof({ weight: 3, arbitrary: shortText }, { weight: 1, arbitrary: longText });

/** What comes from people, providers, services and DNS and means more to some tool than it is, as octets. */
const attack = fc.constantFrom(
  ...[
    '@/etc/hostname',
    '@-',
    '=@/etc/hostname',
    '%PATH%',
    '!PATH!',
    '$env:PATH',
    '$(id)',
    '`id`',
    '${path.root}',
    '%{if true}x%{endif}',
    '{{ 1 }}',
    '*anchor',
    '&anchor',
    '!!python/object',
    '<<: x',
    "'; id; '",
    '"; id; "',
    "' + id() + '",
    ';=1+1',
    ';+1',
    '\t@SUM(1)',
    '=HYPERLINK("x")',
    '\uFF1D1+1',
    ";'=1",
    '\n',
    '\r\nupdate delete www.example.com.\r\n',
    '\n$INCLUDE /etc/hostname\n',
    '\n---\n',
    '\0',
    '\u001B[2J',
    '\u007F',
    '\u0085',
    '\u202Etxt\u202C',
    '\u2028',
    '\uFEFF',
    '\u{E0001}',
    'v=DKIM1; k=rsa; p=',
    '\\;',
    '\\\\;',
    '" "',
    '""',
    '\\"',
    '\\',
    '\u00B4\u2018\u2019',
    '-all',
    '--',
  ].map(textToOctets),
  '\u00FF',
  '\u00C3',
  '\u0080\u0081',
);
const hostileOctets = fc
  .array(fc.oneof({ weight: 2, arbitrary: attack }, piece.map(textToOctets)), { minLength: 1, maxLength: 6 })
  .map((parts) => parts.join(''));
const longHostile = fc
  .tuple(fc.integer({ min: 250, max: 256 }), hostileOctets, fc.integer({ min: 0, max: 300 }))
  .map(([before, border, after]) => `${'a'.repeat(before)}${border}${'b'.repeat(after)}`);

/** Octets as strings, parted anywhere: the border may leave `@` or a hyphen at the front of a string. */
const hostileStrings = fc
  .tuple(fc.oneof({ weight: 4, arbitrary: hostileOctets }, longHostile), fc.nat())
  .map(([octets, border]) => {
    const at = border % (octets.length + 1);
    const parts = border % 3 === 0 ? [octets.slice(0, at), octets.slice(at)] : [octets];
    return parts.filter((part) => part !== '').flatMap((part) => splitTxt(part));
  });

const NAMES = [
  ZONE,
  `a.${ZONE}`,
  `_dmarc.${ZONE}`,
  `k1._domainkey.news.${ZONE}`,
  `a-b.${ZONE}`,
  `a.b.${ZONE}`,
] as const;

interface SetChange {
  readonly published: readonly ResourceRecord[];
  readonly change: Change;
}

type SetType = 'TXT' | 'MX' | 'CNAME' | 'NS';

/** No alias stands at a zone's own name; what a wildcard or the zone's name hands over no tool agrees about. */
function mayStandAt(name: string, type: SetType): boolean {
  if (type === 'NS') return name !== ZONE && !name.startsWith('*.') && !name.startsWith('a.');
  return type !== 'CNAME' || name !== ZONE;
}

function setChange(name: string, type: SetType, text: fc.Arbitrary<ResourceRecord>): fc.Arbitrary<SetChange> {
  const ttl = fc.integer({ min: 60, max: 86_400 });
  const record: fc.Arbitrary<ResourceRecord> =
    type === 'TXT'
      ? text.map((record) => ({ ...record, name }))
      : type === 'MX'
        ? fc
            .tuple(fc.integer({ min: 0, max: 65_535 }), fc.constantFrom('', `mx.${ZONE}`, 'mx.example.net'))
            .map(([preference, exchange]) => ({ name, ttl: 0, type: 'MX' as const, preference, exchange }))
        : fc
            // A server within the zone would need an address there.
            .constantFrom('a.example.net', type === 'NS' ? 'b.example.net' : `b.${ZONE}`, 'xn--bcher-kva.example')
            .map((target) => ({ name, ttl: 0, type, target }));
  const records = fc.uniqueArray(record, {
    minLength: 1,
    maxLength: type === 'CNAME' ? 2 : 4,
    selector: (each) => meaning(each, false),
  });
  return fc
    .tuple(records, fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 }), ttl)
    .map(([all, keep, drop, seconds]) => {
      const timed = all.map((each) => ({ ...each, ttl: seconds }));
      const after = timed.slice(0, 1);
      const rest = timed.slice(1);
      const beside = type === 'CNAME' ? [] : rest.slice(0, keep);
      const before = rest.slice(beside.length, beside.length + (type === 'CNAME' ? 1 : drop));
      return {
        published: [...beside, ...before],
        change: {
          recordId: `${name}/${type}`,
          purpose: 'verification',
          action: before.length === 0 ? 'add' : 'replace',
          name,
          type,
          before,
          after,
          beside,
          reason: 'Tested.',
          findings: [],
        },
      };
    });
}

/** A hand-over of several sets with the zone before it. No name gets an alias beside data. */
function handOverOf(
  allNames: readonly string[],
  text: fc.Arbitrary<ResourceRecord>,
): fc.Arbitrary<{ readonly zone: readonly ResourceRecord[]; readonly input: HandOver }> {
  const type = fc.constantFrom('TXT' as const, 'MX' as const, 'CNAME' as const, 'NS' as const);
  return fc
    .tuple(
      fc.subarray([...allNames], { minLength: 1 }),
      fc.array(type, { minLength: allNames.length, maxLength: allNames.length }),
    )
    .chain(([names, types]) =>
      fc.tuple(
        ...names.map((name, index) =>
          setChange(name, mayStandAt(name, types[index] as SetType) ? (types[index] as SetType) : 'TXT', text),
        ),
      ),
    )
    .map((sets) => ({
      zone: sets.flatMap((set) => set.published),
      input: {
        domain: ZONE,
        zone: ZONE,
        generatedAt: '2026-11-24T12:00:00.000Z',
        changes: sets.map((set) => set.change),
      },
    }));
}

export const anyHandOver = handOverOf(
  NAMES,
  anyText.map((text) => txt(ZONE, 0, text)),
);

/** The same with everything that could be more than text, and with names that natural order puts elsewhere. */
export const hostileHandOver = handOverOf(
  [...NAMES, `em1234.${ZONE}`, `em20.${ZONE}`, `em20a.${ZONE}`, `1.${ZONE}`, `*.${ZONE}`],
  hostileStrings.map((strings) => ({ name: ZONE, ttl: 0, type: 'TXT', strings })),
);

/** The sets that a hand-over says it leaves out, as `TYPE name`. */
export function leftOutOf(lines: string): ReadonlySet<string> {
  return new Set(
    [...lines.matchAll(/Left out: (TXT|MX|CNAME|NS) (\S+)\. (?!A value|Something|It belongs)/g)].map(
      ([, type, name]) => `${type} ${name}`,
    ),
  );
}

/** Whether every text of a set is plain: nothing may be left out then. */
export function isPlainChange({ before, after, beside }: Change): boolean {
  return [...before, ...after, ...beside].every(
    (record) => record.type !== 'TXT' || /^[ -~]+$/.test(joinTxt(record.strings)),
  );
}

/** What a format says is to be done. */
export interface Operations {
  readonly remove: readonly ResourceRecord[];
  readonly add: readonly ResourceRecord[];
  /** Sets that become these records, whatever they were; none: the set goes away. */
  readonly sets: readonly {
    readonly name: string;
    readonly type: string;
    readonly records: readonly ResourceRecord[];
  }[];
}

/** Carries operations out; what is removed must be there. */
export function carriedOut(zone: readonly ResourceRecord[], operations: Operations): readonly ResourceRecord[] {
  let records = [...zone];
  for (const gone of operations.remove) {
    const index = records.findIndex((record) => meaning(record, false) === meaning(gone, false));
    if (index === -1) throw new Error(`${meaning(gone)} is not there to be removed`);
    records.splice(index, 1);
  }
  for (const set of operations.sets) {
    records = records.filter((record) => record.name !== set.name || record.type !== set.type);
    records.push(...set.records);
  }
  return [...records, ...operations.add];
}

import fc from 'fast-check';
import type { Lookup } from '../../../shared/dns/lookup.ts';
import type { ResourceRecord } from '../../../shared/dns/records.ts';
import { zoneLookup } from '../../../shared/dns/zone-lookup.ts';

/** Small worlds of DMARC records: a tree of names with every kind of record, broken ones and failing servers. */

const NAMES = [
  'com',
  'example.com',
  'mail.example.com',
  'a.mail.example.com',
  'b.a.mail.example.com',
  'i.h.g.f.e.d.c.b.a.example.com',
  'f.e.d.c.b.a.example.com',
  'e.d.c.b.a.example.com',
  'example',
  'bank.example',
  'giant.bank.example',
  'www.giant.bank.example',
  'other.net',
] as const;

export interface DmarcWorld {
  readonly records: readonly ResourceRecord[];
  /** Names whose questions fail. */
  readonly failing: readonly string[];
  readonly from: string;
  readonly spf: string | null;
  readonly dkim: readonly string[];
}

const policy = fc.constantFrom('none', 'quarantine', 'reject', 'Reject');
const rarely = <Value>(value: fc.Arbitrary<Value>, fallback: Value) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(fallback) }, { weight: 1, arbitrary: value });

const goodText = fc
  .tuple(
    policy,
    rarely(
      policy.map((value) => `; sp=${value}`),
      '',
    ),
    rarely(
      policy.map((value) => `;np=${value}`),
      '',
    ),
    rarely(fc.constantFrom('; t=y', '; t=n', '; t=x'), ''),
    rarely(fc.constantFrom('; psd=y', '; psd=n', '; psd=u', '; psd=maybe'), ''),
    rarely(fc.constantFrom('; adkim=s', '; adkim=r', '; adkim=x'), ''),
    rarely(fc.constantFrom('; aspf=s', ' ;aspf=R'), ''),
    rarely(fc.constantFrom('; rua=mailto:a@example.com', '; rua=nonsense', '; pct=50', '; moo=1', ';'), ''),
  )
  .map(([p, ...more]) => `v=DMARC1; p=${p}${more.join('')}`);

const badText = fc.constantFrom(
  'v=DMARC1',
  'v=DMARC1; p=',
  'v=DMARC1; p=maybe',
  'v=DMARC1; p=maybe; rua=mailto:a@example.com',
  'v=DMARC1; rua=mailto:a@example.com; psd=y',
  'v=DMARC1; psd=n',
  'v=DMARC1; p=reject; sp=maybe',
  'v=DMARC1; p=reject; np=; rua=https://example.com/x',
  'v=DMARC1; p=reject; sp=maybe; rua=a@example.com',
  'v=DMARC1 p=reject',
  'v=dmarc1; p=reject',
  'p=reject; v=DMARC1',
  'V=DMARC1; p=quarantine',
  'v = DMARC1 ; p = reject ;',
  'v=spf1 -all',
);

const texts = fc.oneof(
  { weight: 6, arbitrary: fc.constant<string[]>([]) },
  { weight: 5, arbitrary: goodText.map((text) => [text]) },
  { weight: 2, arbitrary: badText.map((text) => [text]) },
  { weight: 1, arbitrary: fc.tuple(goodText, fc.oneof(goodText, badText)).map((pair) => [...pair]) },
);

const name = fc.constantFrom(...NAMES);

export const dmarcWorlds: fc.Arbitrary<DmarcWorld> = fc
  .record({
    published: fc.tuple(...NAMES.map(() => texts)),
    existing: fc.subarray([...NAMES]),
    aliases: fc.subarray(['mail.example.com', 'a.mail.example.com']),
    failing: rarely(
      fc.tuple(fc.boolean(), name).map(([own, one]): string[] => [own ? one : `_dmarc.${one}`]),
      [],
    ),
    from: name,
    spf: fc.option(name, { freq: 2 }),
    dkim: fc.array(name, { maxLength: 2 }),
  })
  .map(({ published, existing, aliases, ...rest }) => ({
    ...rest,
    records: [
      ...published.flatMap((list, index) =>
        list.map(
          (text): ResourceRecord => ({
            name: `_dmarc.${NAMES[index] as string}`,
            ttl: 60,
            type: 'TXT',
            strings: [text],
          }),
        ),
      ),
      ...existing
        .filter((each) => !aliases.includes(each))
        .map((each): ResourceRecord => ({ name: each, ttl: 60, type: 'A', address: '192.0.2.1' })),
      ...aliases.map((each): ResourceRecord => ({ name: each, ttl: 60, type: 'CNAME', target: 'gone.invalid' })),
    ],
  }));

export function dmarcLookup(world: DmarcWorld): Lookup {
  const zone = zoneLookup(world.records);
  return {
    query: (asked, type) =>
      world.failing.includes(asked)
        ? { status: 'failure', reason: 'servfail', message: 'the server failed' }
        : zone.query(asked, type),
  };
}

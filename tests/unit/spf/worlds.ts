import fc from 'fast-check';
import type { Lookup } from '../../../shared/dns/lookup.ts';
import type { ResourceRecord } from '../../../shared/dns/records.ts';
import { splitTxt } from '../../../shared/dns/txt.ts';
import { zoneLookup } from '../../../shared/dns/zone-lookup.ts';

/** Small made-up internets for SPF, and the same as pyspf takes them. */

export interface Check {
  readonly ip: string;
  readonly sender: string;
  readonly helo: string;
}

export interface World {
  readonly records: readonly ResourceRecord[];
  /** Questions, as `name TYPE`, that get a server failure. */
  readonly failing: readonly string[];
  readonly checks: readonly Check[];
}

/** A Lookup over the world's records; failing questions fail. */
export function worldLookup(world: World): Lookup {
  const zone = zoneLookup(world.records);
  const failing = new Set(world.failing);
  return {
    query(name, type) {
      if (failing.has(`${name.toLowerCase()} ${type}`)) {
        return { status: 'failure', reason: 'servfail', message: 'the server failed' };
      }
      return zone.query(name, type);
    },
  };
}

/** The world as `pyspf.py` reads it. */
export function pyspfWorld(world: World): object {
  const records: Record<string, unknown[]> = {};
  for (const record of world.records) {
    const key = `${record.name.toLowerCase()} ${record.type}`;
    const data = (() => {
      if (record.type === 'TXT' || record.type === 'SPF') return record.strings;
      if (record.type === 'MX') return [record.preference, record.exchange];
      if (record.type === 'A' || record.type === 'AAAA') return record.address;
      return 'target' in record ? record.target : '';
    })();
    records[key] = [...(records[key] ?? []), data];
  }
  return { records, failing: world.failing, checks: world.checks };
}

const ttl = 300;
export const txt = (name: string, text: string): ResourceRecord => ({
  name,
  ttl,
  type: 'TXT',
  strings: splitTxt(text),
});
export const a = (name: string, address: string): ResourceRecord => ({ name, ttl, type: 'A', address });
export const aaaa = (name: string, address: string): ResourceRecord => ({ name, ttl, type: 'AAAA', address });
export const mx = (name: string, exchange: string, preference = 10): ResourceRecord => ({
  name,
  ttl,
  type: 'MX',
  preference,
  exchange,
});
export const ptr = (name: string, target: string): ResourceRecord => ({ name, ttl, type: 'PTR', target });
export const cname = (name: string, target: string): ResourceRecord => ({ name, ttl, type: 'CNAME', target });

const ADDRESSES4 = ['192.0.2.1', '192.0.2.77', '198.51.100.9', '203.0.113.130'] as const;
const ADDRESSES6 = ['2001:db8::1', '2001:db8:5::77', '2001:db8:ffff::9'] as const;

const DOMAINS = ['d0.example', 'd1.example', 'd2.example', 'd3.example', 'sub.d0.example'] as const;
const HOSTS = ['h0.example', 'h1.example', 'h2.d0.example', 'alias.example'] as const;
const NOTHING = 'nothing.example';

/** The value once in so many, else null. */
function rarely<Value>(times: number, value: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> {
  return fc.oneof({ weight: times - 1, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: value });
}

const qualifier = fc.constantFrom('', '', '', '+', '-', '~', '?');
const host = fc.constantFrom(...HOSTS, ...DOMAINS, NOTHING);
const prefix4 = fc.oneof(
  { arbitrary: fc.constant(''), weight: 3 },
  fc.integer({ min: 0, max: 32 }).map((n) => `/${n}`),
);
const prefix6 = fc.oneof(
  { arbitrary: fc.constant(''), weight: 3 },
  fc.integer({ min: 0, max: 128 }).map((n) => `//${n}`),
);

/** Macros that pyspf expands as §7 says; `p` is left to the cases written by hand, for it asks DNS itself. */
const macroName = fc.constantFrom(
  '%{i}.allow.example',
  '%{ir}.%{v}.allow.example',
  '%{l}.users.example',
  '%{l-}.users.example',
  '%{l1r-}.users.example',
  '%{d2}',
  '%{o1r}.%{d}',
  '%{h}',
  '%{S}.hash.example',
  '%{d1}%%.h0.example',
  '%{lr+-}.users.example.',
  '%{I}.%{D}.allow.example',
  '%{l=/_,}.users.example',
  `%{l}.${'l'.repeat(64)}.example`,
  'x..%{d}',
);

const mechanism = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(fc.constantFrom(...ADDRESSES4), prefix4).map(([ip, n]) => `ip4:${ip}${n}`) },
  {
    weight: 3,
    arbitrary: fc.tuple(fc.constantFrom(...ADDRESSES6), prefix6).map(([ip, n]) => `ip6:${ip}${n.replace('//', '/')}`),
  },
  { weight: 3, arbitrary: fc.tuple(host, prefix4, prefix6).map(([name, four, six]) => `a:${name}${four}${six}`) },
  { weight: 2, arbitrary: fc.tuple(prefix4, prefix6).map(([four, six]) => `A${four}${six}`) },
  { weight: 2, arbitrary: fc.tuple(host, prefix4, prefix6).map(([name, four, six]) => `mx:${name}${four}${six}`) },
  { weight: 1, arbitrary: fc.tuple(prefix4, prefix6).map(([four, six]) => `Mx${four}${six}`) },
  { weight: 4, arbitrary: fc.constantFrom(...DOMAINS).map((name) => `include:${name}`) },
  { weight: 1, arbitrary: fc.constant(`include:${NOTHING}`) },
  { weight: 1, arbitrary: fc.constantFrom(`a:${NOTHING}`, `mx:${NOTHING}`, `exists:${NOTHING}`, 'mx:h0.example') },
  { weight: 1, arbitrary: fc.constantFrom('include:%{l1}.example', 'include:d1.%{d1}', 'mx:d2.%{d1r}/24') },
  { weight: 2, arbitrary: macroName.map((name) => `exists:${name}`) },
  { weight: 1, arbitrary: macroName.map((name) => `a:${name}/24`) },
  { weight: 1, arbitrary: host.map((name) => `ptr:${name}`) },
  { weight: 1, arbitrary: fc.constant('ptr') },
);

/** Terms that break the grammar, each in its own way. */
const broken = fc.constantFrom(
  'moo',
  '-redirect=d1.example',
  'ip4:1.2.3',
  'ip4:1.2.3.4/33',
  'ip4:1.2.3.4/032',
  'ip4:1.2.3.4//32',
  'ip4',
  'ip6:::CAFE::BABE',
  'ip6:2001:db8::/129',
  'a:museum',
  'a:111.222.33.44',
  'a:abc.123',
  'a:h0.example/33',
  'a:h0.example//129',
  'a:h0.example/',
  'a:h0.example:8080',
  'a:',
  'mx:h0.-com',
  'include',
  'include:',
  'include:d1.example/24',
  'exists',
  'exists:h0.example/8',
  'exists:%{x}.example',
  'exists:%(i).example',
  'exists:%.example',
  'exists:%{c}.example',
  'redirect=',
  'exp=',
  '=foo',
  'ptr:',
  'all:d1.example',
  'all.',
  'foo=%abc',
  '--all',
  'a:h0.ex\u00E4mple',
);

const ending = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('-all', '~all', '?all', '+all', '-ALL') },
  { weight: 2, arbitrary: fc.constantFrom(...DOMAINS, NOTHING).map((name) => `redirect=${name}`) },
  { weight: 1, arbitrary: fc.constant('') },
);

const modifiers = fc.oneof(
  { weight: 4, arbitrary: fc.constant('') },
  { weight: 3, arbitrary: fc.constantFrom('exp=why.example', 'exp=%{d1}.why.example', `exp=${NOTHING}`) },
  { weight: 1, arbitrary: fc.constantFrom('moo.x-y_z1=%{l}', 'empty=') },
);

/** An SPF record of a domain; never includes itself, which pyspf refuses before it evaluates. */
function recordOf(domain: string) {
  return fc
    .tuple(
      fc.array(fc.tuple(qualifier, mechanism), { maxLength: 5 }),
      rarely(12, broken),
      ending,
      modifiers,
      fc.constantFrom('v=spf1', 'V=SPF1', 'v=spf1 '),
    )
    .map(([mechanisms, fault, end, modifier, version]) => {
      const terms = mechanisms
        .filter(([, text]) => text.replace('%{d1}', 'example') !== `include:${domain}` && !text.endsWith(':%{d2}'))
        .map(([sign, text]) => `${sign}${text}`);
      return [version, ...terms, fault ?? '', end === `redirect=${domain}` ? '' : end, modifier]
        .filter((part) => part !== '')
        .join(' ');
    });
}

const explanation = fc.constantFrom(
  'See http://www.example/?s=%{L}&i=%{i}&d=%{O}',
  '%{c} is not one of %{d}%_designated servers, 100%% sure, says %{r}',
  'Not %{h} for %{o}: %{ir}.%{v}',
  '%{d1r}%-%{lr-}%_%{L} %{C}%{R}',
  'broken %{q}',
  'n\u00F6',
);

const hostRecords = [
  a('h0.example', '192.0.2.1'),
  aaaa('h0.example', '2001:db8::1'),
  a('h1.example', '198.51.100.9'),
  a('h1.example', '203.0.113.130'),
  aaaa('h1.example', '2001:db8:5::77'),
  a('h2.d0.example', '192.0.2.77'),
  aaaa('h2.d0.example', '2001:db8:ffff::9'),
  mx('h1.example', 'h2.d0.example'),
  cname('alias.example', 'h1.example'),
  a('192.0.2.77.allow.example', '127.0.0.2'),
  a('9.100.51.198.in-addr.allow.example', '127.0.0.2'),
  a('strong.users.example', '127.0.0.2'),
  a('bad.strong.users.example', '127.0.0.2'),
  a('strong-bad.users.example', '127.0.0.2'),
  a('helo.example', '203.0.113.130'),
  ptr('1.2.0.192.in-addr.arpa', 'h0.example'),
  ptr('77.2.0.192.in-addr.arpa', 'h2.d0.example'),
  ptr('77.2.0.192.in-addr.arpa', 'h0.example'),
  ptr('9.100.51.198.in-addr.arpa', 'alias.example'),
];

const domainParts = (domain: string) =>
  fc
    .record({
      spf: fc.option(recordOf(domain), { freq: 20 }),
      second: rarely(25, recordOf(domain)),
      other: fc.boolean(),
      exchangers: fc.subarray(['h0.example', 'h1.example', 'h2.d0.example', 'alias.example']),
      address: fc.option(fc.constantFrom(...ADDRESSES4), { freq: 4 }),
      address6: fc.option(fc.constantFrom(...ADDRESSES6), { freq: 2 }),
    })
    .map(({ spf, second, other, exchangers, address, address6 }) => [
      ...(spf === null ? [] : [txt(domain, spf)]),
      ...(second !== null ? [txt(domain, second)] : []),
      ...(other ? [txt(domain, 'v=spf10 other'), txt(domain, 'site-verification=\u00E9')] : []),
      ...exchangers.map((exchange, index) => mx(domain, exchange, index)),
      ...(address === null ? [] : [a(domain, address)]),
      ...(address6 === null ? [] : [aaaa(domain, address6)]),
    ]);

const failure = fc.oneof(
  { weight: 5, arbitrary: fc.constant<string[]>([]) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(...DOMAINS, 'why.example', 'nothing.example'), fc.constantFrom('TXT', 'A', 'AAAA', 'MX'))
      .map((question) => [question.join(' ')]),
  },
);

const check = fc.record({
  ip: fc.constantFrom(...ADDRESSES4, ...ADDRESSES6, '::ffff:192.0.2.77', '8.8.8.8'),
  sender: fc.constantFrom(
    ...DOMAINS.map((domain) => `strong-bad@${domain}`),
    ...DOMAINS.map((domain) => `strong@${domain}`),
    ...DOMAINS.map((domain) => `a+b/c@${domain}`),
    'strong+bad@d0.example',
    'd1.example',
    '@d1.example',
    '',
    'a@nothing.example',
    'a@single',
    'a@-.empty..label.example',
  ),
  helo: fc.constantFrom('helo.example', 'd2.example', 'BARE', '[192.0.2.1]'),
});

export const worlds: fc.Arbitrary<World> = fc
  .record({
    domains: fc.tuple(...DOMAINS.map(domainParts)),
    why: explanation,
    why2: fc.array(explanation, { maxLength: 2 }),
    failing: failure,
    checks: fc.array(check, { minLength: 6, maxLength: 6 }),
  })
  .map(({ domains, why, why2, failing, checks }) => ({
    records: [
      ...hostRecords,
      ...domains.flat(),
      txt('why.example', why),
      ...why2.map((text) => txt('example.why.example', text)),
    ],
    failing,
    checks,
  }));

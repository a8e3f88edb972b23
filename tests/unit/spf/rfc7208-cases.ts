import type { Check, World } from './worlds.ts';
import { a, aaaa, cname, mx, ptr, txt } from './worlds.ts';

/** Cases made from the text of RFC 7208, as data: a zone, who sends, and what the section says comes of it. */

interface SpfCase extends Partial<Check> {
  readonly expected: string;
  readonly explanation?: string;
  /** What pyspf says instead; the reason stands in docs/spf-differences.md. */
  readonly pyspf?: string;
}

export interface SpfCases {
  readonly section: string;
  readonly records: World['records'];
  readonly failing?: readonly string[];
  readonly cases: readonly SpfCase[];
}

export const defaults: Check = { ip: '192.0.2.65', sender: 'strong-bad@example.com', helo: 'mta.example.net' };

/** One domain for each record text, all asked for with the same address. */
function recordsGive(expected: string, texts: readonly string[], ip = defaults.ip): Omit<SpfCases, 'section'> {
  return {
    records: [
      a('host.example.org', '192.0.2.65'),
      mx('host.example.org', 'host.example.org'),
      ...texts.map((text, index) => txt(`d${index}.example.com`, text)),
    ],
    cases: texts.map((_, index) => ({ sender: `u@d${index}.example.com`, ip, expected })),
  };
}

const appendixA = [
  mx('example.com', 'mail-a.example.com', 10),
  mx('example.com', 'mail-b.example.com', 20),
  a('example.com', '192.0.2.10'),
  a('example.com', '192.0.2.11'),
  a('amy.example.com', '192.0.2.65'),
  a('bob.example.com', '192.0.2.66'),
  a('mail-a.example.com', '192.0.2.129'),
  a('mail-b.example.com', '192.0.2.130'),
  cname('www.example.com', 'example.com'),
  mx('example.org', 'mail-c.example.org', 10),
  a('mail-c.example.org', '192.0.2.140'),
  ptr('10.2.0.192.in-addr.arpa', 'example.com'),
  ptr('11.2.0.192.in-addr.arpa', 'example.com'),
  ptr('65.2.0.192.in-addr.arpa', 'amy.example.com'),
  ptr('66.2.0.192.in-addr.arpa', 'bob.example.com'),
  ptr('129.2.0.192.in-addr.arpa', 'mail-a.example.com'),
  ptr('130.2.0.192.in-addr.arpa', 'mail-b.example.com'),
  ptr('140.2.0.192.in-addr.arpa', 'mail-c.example.org'),
  ptr('4.0.0.10.in-addr.arpa', 'bob.example.com'),
];

/** Appendix A.1: a record, the addresses that pass, and some that don't. */
function appendix(text: string, passing: readonly string[], failing: readonly string[]): SpfCases {
  return {
    section: `A.1 ${text}`,
    records: [...appendixA, txt('example.com', text)],
    cases: [...passing.map((ip) => ({ ip, expected: 'pass' })), ...failing.map((ip) => ({ ip, expected: 'fail' }))],
  };
}

/** A chain of includes that costs a given number of lookups. */
function chain(length: number) {
  return [
    ...Array.from({ length }, (_, index) =>
      txt(`c${index}.example.com`, `v=spf1 include:c${index + 1}.example.com -all`),
    ),
    txt(`c${length}.example.com`, 'v=spf1 ip4:192.0.2.65 -all'),
  ];
}

const many = (count: number) => Array.from({ length: count }, (_, index) => index);

/** A record of example.com on which pyspf decides otherwise; docs/spf-differences.md has the reasons. */
function disputed(
  what: string,
  text: string,
  records: World['records'],
  expected: string,
  pyspf: string,
  more: Pick<SpfCases, 'failing'> & Partial<Check> = {},
): SpfCases {
  const { failing = [], ...check } = more;
  const cases = [{ ...check, expected, pyspf }];
  return { section: `disputed: ${what}`, records: [txt('example.com', text), ...records], failing, cases };
}

const longTail = `${`${'x'.repeat(60)}.`.repeat(3)}example.com`;

export const rfc7208: readonly SpfCases[] = [
  disputed('%{d0}', 'v=spf1 exists:%{d0}.example.net -all', [], 'permerror', 'fail'),
  disputed(
    'a void behind an alias is one',
    'v=spf1 a:alias.example a:nothing.example ip4:192.0.2.65 -all',
    [cname('alias.example', 'gone.example')],
    'pass',
    'permerror',
  ),
  disputed(
    'names of a PTR answer are no voids',
    'v=spf1 ptr:other.example a:nothing.example ip4:192.0.2.65 -all',
    [ptr('65.2.0.192.in-addr.arpa', 'p1.example'), ptr('65.2.0.192.in-addr.arpa', 'p2.example')],
    'pass',
    'permerror',
  ),
  disputed(
    'a local part beyond ASCII is no part of a name',
    'v=spf1 exists:%{l}.example.net -exists:%{d} ~exists:%{s}.example.net ?all',
    [a('*.example.net', '127.0.0.2')],
    'neutral',
    'permerror',
    { sender: 'b\u00FCro@example.com' },
  ),
  disputed(
    'an address lookup of a PTR name fails',
    'v=spf1 ptr:other.example -all',
    [
      ptr('65.2.0.192.in-addr.arpa', 'p1.other.example'),
      ptr('65.2.0.192.in-addr.arpa', 'p2.other.example'),
      a('p2.other.example', '192.0.2.65'),
    ],
    'pass',
    'temperror',
    { failing: ['p1.other.example A'] },
  ),
  disputed(
    'what the macro p asks is no void',
    'v=spf1 a:n1.example exists:%{p}.allow.example ip4:192.0.2.65 -all',
    [],
    'pass',
    'permerror',
  ),
  disputed('@ is no delimiter', 'v=spf1 exists:%{s@}.example.net -all', [], 'permerror', 'fail'),
  disputed('an include of itself, not reached', 'v=spf1 ip4:192.0.2.65 include:example.com', [], 'pass', 'permerror'),
  disputed('an unknown modifier twice', 'v=spf1 moo=1 moo=2 ip4:192.0.2.65 -all', [], 'pass', 'permerror'),
  disputed('upper case', 'v=spf1 REDIRECT=r.example', [txt('r.example', 'v=spf1 +all')], 'pass', 'neutral'),
  disputed(
    '%{dR}',
    'v=spf1 exists:%{dR}.example.net -all',
    [a('com.example.example.net', '127.0.0.2')],
    'pass',
    'fail',
  ),
  disputed(
    'a mail exchanger fails after another matched',
    'v=spf1 mx -all',
    [mx('example.com', 'ok.example', 1), mx('example.com', 'bad.example', 2), a('ok.example', '192.0.2.65')],
    'pass',
    'temperror',
    { failing: ['bad.example A'] },
  ),
  disputed(
    'as many labels are dropped as have to be',
    `v=spf1 exists:%{l}.${longTail} -all`,
    [a(`kept.${longTail}`, '127.0.0.2')],
    'pass',
    'fail',
    { sender: `a.b.c.d.${'e'.repeat(60)}.kept@example.com` },
  ),
  {
    section: '2.3, 2.4 HELO and MAIL FROM identities',
    records: [
      txt('example.com', 'v=spf1 ip4:192.0.2.65 -all'),
      txt('mta.example.net', 'v=spf1 exists:%{l}.%{o} -all'),
      a('postmaster.mta.example.net', '127.0.0.2'),
    ],
    cases: [
      { expected: 'pass' },
      { ip: '192.0.2.66', expected: 'fail' },
      { sender: '', expected: 'pass' },
      { sender: '', helo: 'nothing.example', expected: 'none' },
    ],
  },
  {
    section: '4.3 initial processing',
    records: [
      txt('example.com', 'v=spf1 -all exp=why.example.com'),
      txt('why.example.com', 'local part %{l}'),
      txt(`${'l'.repeat(63)}.example.com`, 'v=spf1 -all'),
      txt('xn--bcher-kva.example.com', 'v=spf1 -all exp=domain.example.com'),
      txt('domain.example.com', '%{d} of %{o}'),
      txt('single.example.com', 'v=spf1 include:%{h} -all'),
      txt('localhost', 'v=spf1 +all'),
    ],
    cases: [
      { sender: 'u@single.example.com', helo: 'localhost', expected: 'permerror', pyspf: 'pass' },
      {
        sender: 'u@B\u00FCcher.example.com',
        expected: 'fail',
        explanation: 'xn--bcher-kva.example.com of xn--bcher-kva.example.com',
        pyspf: 'none',
      },
      { sender: 'u@\u2603.example.com', expected: 'none' },
      { sender: '@example.com', expected: 'fail', explanation: 'local part postmaster' },
      { sender: 'example.com', expected: 'fail', explanation: 'local part postmaster' },
      { sender: 'strong@bad@example.com', expected: 'fail', explanation: 'local part strong@bad', pyspf: 'none' },
      { sender: 'u@example.com.', expected: 'fail', explanation: 'local part u', pyspf: 'none' },
      { sender: `u@${'l'.repeat(63)}.example.com`, expected: 'fail' },
      { sender: `u@${'l'.repeat(64)}.example.com`, expected: 'none' },
      { sender: 'u@a...example.com', expected: 'none' },
      { sender: 'u@.example.com', expected: 'none' },
      { sender: 'u@com', expected: 'none' },
      { sender: 'u@[192.0.2.1]', expected: 'none' },
      { sender: `u@${'abcdefghi.'.repeat(26)}com`, expected: 'none' },
      { sender: '', helo: 'A2345678', expected: 'none' },
      { sender: '', helo: '[192.0.2.1]', expected: 'none' },
    ],
  },
  {
    section: '4.4 record lookup',
    records: [
      txt('txt.example.com', 'v=spf1 -all'),
      { name: 'type99.example.com', ttl: 60, type: 'SPF', strings: ['v=spf1 -all'] },
      a('address.example.com', '192.0.2.1'),
      cname('alias.example.com', 'txt.example.com'),
    ],
    failing: ['broken.example.com TXT'],
    cases: [
      { sender: 'u@txt.example.com', expected: 'fail' },
      { sender: 'u@TXT.Example.COM', expected: 'fail' },
      { sender: 'u@type99.example.com', expected: 'none' },
      { sender: 'u@address.example.com', expected: 'none' },
      { sender: 'u@nothing.example.com', expected: 'none' },
      { sender: 'u@alias.example.com', expected: 'fail' },
      { sender: 'u@broken.example.com', expected: 'temperror' },
    ],
  },
  {
    section: '4.5 selecting records, 3.3 several strings',
    records: [
      txt('v10.example.com', 'v=spf10 -all'),
      txt('bare.example.com', 'v=spf1'),
      txt('case.example.com', 'V=sPf1 -ALL'),
      txt('tab.example.com', 'v=spf1\t-all'),
      txt('leading.example.com', ' v=spf1 -all'),
      { name: 'joined.example.com', ttl: 60, type: 'TXT', strings: ['v=spf', '1 ip4:192.0', '.2.65 -all'] },
      { name: 'unjoined.example.com', ttl: 60, type: 'TXT', strings: ['v=spf1', 'ip4:192.0.2.65 -all'] },
      txt('two.example.com', 'v=spf1 +all'),
      txt('two.example.com', 'v=spf1 -all'),
      txt('beside.example.com', 'v=spf10 +all'),
      txt('beside.example.com', 'not SPF \u00FF'),
      txt('beside.example.com', 'v=spf1 -all'),
    ],
    cases: [
      { sender: 'u@v10.example.com', expected: 'none' },
      { sender: 'u@bare.example.com', expected: 'neutral' },
      { sender: 'u@case.example.com', expected: 'fail' },
      { sender: 'u@tab.example.com', expected: 'none' },
      { sender: 'u@leading.example.com', expected: 'none' },
      { sender: 'u@joined.example.com', expected: 'pass' },
      { sender: 'u@unjoined.example.com', expected: 'none' },
      { sender: 'u@two.example.com', expected: 'permerror' },
      { sender: 'u@beside.example.com', expected: 'fail' },
    ],
  },
  {
    section: '4.6, 12 terms that break the grammar end the evaluation, wherever they stand',
    ...recordsGive('permerror', [
      'v=spf1 ip4:192.0.2.65 -all moo',
      'v=spf1 +all --all',
      'v=spf1 all:example.org',
      'v=spf1 all.',
      'v=spf1 -redirect=host.example.org',
      'v=spf1 =moo all',
      'v=spf1 x!=moo all',
      'v=spf1 redirect=host.example.org redirect=host.example.org',
      'v=spf1 exp=host.example.org exp=host.example.org all',
      'v=spf1 redirect=',
      'v=spf1 exp= all',
      'v=spf1 moo=%abc all',
      'v=spf1 moo=%{x} all',
      'v=spf1 a:host.example.org\rptr all',
      'v=spf1 a:host.example.org\u00A0 all',
      'v=spf1 \u0080a:host.example.org all',
      'v=spf1 include',
      'v=spf1 include:',
      'v=spf1 include:host.example.org/24',
      'v=spf1 a: all',
      'v=spf1 a:host.example.org/ all',
      'v=spf1 a:host.example.org/33 all',
      'v=spf1 a:host.example.org//129 all',
      'v=spf1 a:host.example.org/24//024 all',
      'v=spf1 a:host.example.org/24/24 all',
      'v=spf1 a:host.example.org:8080 all',
      'v=spf1 a:192.0.2.65 all',
      'v=spf1 a:abc.123 all',
      'v=spf1 a:example all',
      'v=spf1 a:example. all',
      'v=spf1 a:host.-com all',
      'v=spf1 a:host.com- all',
      'v=spf1 a:host.example.org\0 all',
      'v=spf1 mx: all',
      'v=spf1 mx:abc.123 all',
      'v=spf1 ptr: all',
      'v=spf1 ptr/0 all',
      'v=spf1 exists all',
      'v=spf1 exists: all',
      'v=spf1 exists:host.example.org/8 all',
      'v=spf1 exists:%(i).example.org all',
      'v=spf1 exists:%{i all',
      'v=spf1 exists:%{c}.example.org all',
      'v=spf1 exists:%{r}.example.org all',
      'v=spf1 exists:%{t}.example.org all',
      'v=spf1 exists:a% all',
      'v=spf1 ip4 all',
      'v=spf1 ip4,192.0.2.65 all',
      'v=spf1 ip6,2001:db8::1 all',
      'v=spf1 ip4: all',
      'v=spf1 ip4:192.0.2 all',
      'v=spf1 ip4:192.0.2.256 all',
      'v=spf1 ip4:192.0.2.65:25 all',
      'v=spf1 ip4:192.0.2.65/33 all',
      'v=spf1 ip4:192.0.2.65/032 all',
      'v=spf1 ip4:192.0.2.65/ all',
      'v=spf1 ip4:192.0.2.65//32 all',
      'v=spf1 ip4:2001:db8::1 all',
      'v=spf1 ip6 all',
      'v=spf1 ip6:192.0.2.65 all',
      'v=spf1 ip6:::CAFE::BABE all',
      'v=spf1 ip6:2001:db8::/129 all',
      'v=spf1 ip6:::1.1.1.1//33 all',
    ]),
  },
  {
    section: '4.6, 12 the same grammar takes these',
    ...recordsGive('pass', [
      'v=spf1  ip4:192.0.2.65  -all ',
      'v=spf1 IP4:192.0.2.65 -all',
      'v=spf1 a:Host.Example.ORG. -all',
      'v=spf1 a:host.example.org/32//128 -all',
      'v=spf1 a:host.example.org/0 -all',
      'v=spf1 mx:host.example.org//0 -all',
      'v=spf1 ip4:0.0.0.0/0 -all',
      'v=spf1 a:foo:bar/baz.example.org a:host.example.org -all',
      'v=spf1 unknown=%{l} more.x-y_z1= ip4:192.0.2.65 -all',
      'v=spf1 default=fail op=auth ip4:192.0.2.65 -all',
      'v=spf1 moo=1 ip4:192.0.2.65',
      'v=spf1 all -all',
      'v=spf1 redirect=host.example.org ip4:192.0.2.65 -all',
    ]),
  },
  {
    section: '4.7 default result, 8 qualifiers',
    records: [
      txt('none.example.com', 'v=spf1 ip4:198.51.100.1'),
      txt('plus.example.com', 'v=spf1 +ip4:192.0.2.65 -all'),
      txt('soft.example.com', 'v=spf1 ~ip4:192.0.2.65 -all'),
      txt('neutral.example.com', 'v=spf1 ?ip4:192.0.2.65 -all'),
    ],
    cases: [
      { sender: 'u@none.example.com', expected: 'neutral' },
      { sender: 'u@plus.example.com', expected: 'pass' },
      { sender: 'u@soft.example.com', expected: 'softfail' },
      { sender: 'u@neutral.example.com', expected: 'neutral' },
    ],
  },
  {
    section: '4.6.4 limits',
    records: [
      ...chain(11),
      txt('loop.example.com', 'v=spf1 include:loop2.example.com -all'),
      txt('loop2.example.com', 'v=spf1 redirect=loop.example.com'),
      txt('voids2.example.com', 'v=spf1 a:n1.example.com mx:n2.example.com ip4:192.0.2.65 -all'),
      txt('voids3.example.com', 'v=spf1 a:n1.example.com mx:n2.example.com exists:n3.example.com ip4:192.0.2.65 -all'),
      txt('voidptr.example.com', 'v=spf1 ptr a:n1.example.com a:n2.example.com ip4:192.0.2.65 -all'),
      txt('nullmx.example.com', 'v=spf1 mx a:n1.example.com a:n2.example.com ip4:192.0.2.65 -all'),
      { name: 'nullmx.example.com', ttl: 60, type: 'MX', preference: 0, exchange: '' },
      txt(
        'ten.example.com',
        `v=spf1 ${many(10)
          .map(() => 'a:host.example.com')
          .join(' ')} ip4:192.0.2.65 -all`,
      ),
      txt(
        'eleven.example.com',
        `v=spf1 ${many(11)
          .map(() => 'a:host.example.com')
          .join(' ')} ip4:192.0.2.65 -all`,
      ),
      a('host.example.com', '198.51.100.1'),
      txt('mx10.example.com', 'v=spf1 mx -all'),
      txt('mx11.example.com', 'v=spf1 mx -all'),
      ...many(10).map((index) => mx('mx10.example.com', `m${index}.example.com`, index)),
      ...many(11).map((index) => mx('mx11.example.com', `m${index}.example.com`, index)),
      ...many(11).map((index) => a(`m${index}.example.com`, `192.0.2.${56 + index}`)),
      txt('a20.example.com', 'v=spf1 a -all'),
      ...many(20).map((index) => a('a20.example.com', `192.0.2.${60 + index}`)),
      txt('ptr.example.com', 'v=spf1 ptr:names.example.com -all'),
      ...many(11).map((index) => ptr('70.2.0.192.in-addr.arpa', `p${index}.names.example.com`)),
      a('p10.names.example.com', '192.0.2.70'),
      ...many(10).map((index) => a(`p${index}.names.example.com`, '198.51.100.1')),
      ...many(10).map((index) => ptr('71.2.0.192.in-addr.arpa', `q${index}.names.example.com`)),
      ...many(9).map((index) => a(`q${index}.names.example.com`, '198.51.100.1')),
      a('q9.names.example.com', '192.0.2.71'),
    ],
    cases: [
      { sender: 'u@c1.example.com', expected: 'pass' },
      { sender: 'u@c0.example.com', expected: 'permerror' },
      { sender: 'u@loop.example.com', expected: 'permerror' },
      { sender: 'u@voids2.example.com', expected: 'pass' },
      { sender: 'u@voids3.example.com', expected: 'permerror' },
      { sender: 'u@voidptr.example.com', expected: 'permerror' },
      { sender: 'u@nullmx.example.com', expected: 'pass' },
      { sender: 'u@ten.example.com', expected: 'pass' },
      { sender: 'u@eleven.example.com', expected: 'permerror' },
      { sender: 'u@mx10.example.com', expected: 'pass' },
      { sender: 'u@mx11.example.com', expected: 'permerror' },
      { sender: 'u@a20.example.com', expected: 'pass' },
      { sender: 'u@ptr.example.com', ip: '192.0.2.71', expected: 'pass' },
      { sender: 'u@ptr.example.com', ip: '192.0.2.70', expected: 'fail' },
    ],
  },
  {
    section: '5 addresses of the sender’s own family',
    records: [
      txt('both.example.com', 'v=spf1 a -all'),
      a('both.example.com', '192.0.2.65'),
      aaaa('both.example.com', '2001:db8::65'),
      txt('dual.example.com', 'v=spf1 a:both.example.com/24//32 -all'),
      txt('zero6.example.com', 'v=spf1 ip6:::/0 ?all'),
      txt('zero4.example.com', 'v=spf1 ip4:0.0.0.0/0 ?all'),
    ],
    cases: [
      { sender: 'u@both.example.com', expected: 'pass' },
      { sender: 'u@both.example.com', ip: '2001:db8::65', expected: 'pass' },
      { sender: 'u@both.example.com', ip: '2001:db8::66', expected: 'fail' },
      { sender: 'u@both.example.com', ip: '::ffff:192.0.2.65', expected: 'pass' },
      { sender: 'u@both.example.com', ip: '::FFFF:C000:0241', expected: 'pass' },
      { sender: 'u@dual.example.com', ip: '192.0.2.1', expected: 'pass' },
      { sender: 'u@dual.example.com', ip: '192.0.3.1', expected: 'fail' },
      { sender: 'u@dual.example.com', ip: '2001:db8:ffff::1', expected: 'pass' },
      { sender: 'u@dual.example.com', ip: '2001:db9::1', expected: 'fail' },
      { sender: 'u@zero6.example.com', expected: 'neutral' },
      { sender: 'u@zero6.example.com', ip: '::ffff:192.0.2.65', expected: 'neutral' },
      { sender: 'u@zero4.example.com', ip: '2001:db8::65', expected: 'neutral' },
    ],
  },
  {
    section: '5.2 include',
    records: [
      ...['+all', '-all', '~all', '?all', 'moo'].map((term, index) =>
        txt(`inner${index}.example.com`, `v=spf1 ${term}`),
      ),
      ...many(8).map((index) => txt(`i${index}.example.com`, `v=spf1 include:inner${index}.example.com ?all`)),
    ],
    failing: ['inner6.example.com TXT'],
    cases: [
      { sender: 'u@i0.example.com', expected: 'pass' },
      { sender: 'u@i1.example.com', expected: 'neutral' },
      { sender: 'u@i2.example.com', expected: 'neutral' },
      { sender: 'u@i3.example.com', expected: 'neutral' },
      { sender: 'u@i4.example.com', expected: 'permerror' },
      { sender: 'u@i5.example.com', expected: 'permerror' },
      { sender: 'u@i6.example.com', expected: 'temperror' },
      { sender: 'u@i7.example.com', expected: 'permerror' },
    ],
  },
  {
    section: '5.3 to 5.5, 5.7 failures and empty answers',
    records: [
      txt('a.example.com', 'v=spf1 a:broken.example.com -all'),
      txt('mx.example.com', 'v=spf1 mx:broken.example.com -all'),
      txt('exchange.example.com', 'v=spf1 mx -all'),
      mx('exchange.example.com', 'broken.example.com'),
      txt('exists.example.com', 'v=spf1 exists:broken.example.com -all'),
      txt('ptr.example.com', 'v=spf1 ptr -all'),
      txt('nothing.example.com', 'v=spf1 a:no.example.com ~all'),
      txt('exists6.example.com', 'v=spf1 exists:six.example.com -all'),
      txt('exists4.example.com', 'v=spf1 exists:four.example.com -all'),
      aaaa('six.example.com', '2001:db8::1'),
      a('four.example.com', '127.0.0.2'),
      txt('label.example.com', `v=spf1 a:${'l'.repeat(64)}.example.com -all`),
    ],
    failing: ['broken.example.com A', 'broken.example.com MX', '65.2.0.192.in-addr.arpa PTR'],
    cases: [
      { sender: 'u@a.example.com', expected: 'temperror' },
      { sender: 'u@mx.example.com', expected: 'temperror' },
      { sender: 'u@exchange.example.com', expected: 'temperror' },
      { sender: 'u@exists.example.com', expected: 'temperror' },
      { sender: 'u@ptr.example.com', expected: 'fail', pyspf: 'temperror' },
      { sender: 'u@nothing.example.com', expected: 'softfail' },
      { sender: 'u@exists6.example.com', ip: '2001:db8::1', expected: 'fail' },
      { sender: 'u@exists4.example.com', ip: '2001:db8::1', expected: 'pass' },
      { sender: 'u@label.example.com', expected: 'fail' },
    ],
  },
  {
    section: '6.1 redirect',
    records: [
      txt('to.example.com', 'v=spf1 redirect=pass.example.com'),
      txt('late.example.com', 'v=spf1 redirect=pass.example.com ip4:192.0.2.1'),
      txt('pass.example.com', 'v=spf1 ip4:192.0.2.65 -all exp=why.example.com'),
      txt('why.example.com', 'said by %{d}'),
      txt('own.example.com', 'v=spf1 redirect=pass.example.com exp=other.example.com'),
      txt('other.example.com', 'not this'),
      txt('noexp.example.com', 'v=spf1 redirect=plain.example.com exp=other.example.com'),
      txt('plain.example.com', 'v=spf1 -all'),
      txt('void.example.com', 'v=spf1 redirect=no.example.com'),
      txt('macro.example.com', 'v=spf1 redirect=%{l}.example.com'),
    ],
    cases: [
      { sender: 'u@to.example.com', expected: 'pass' },
      { sender: 'u@late.example.com', expected: 'pass' },
      { sender: 'u@own.example.com', ip: '192.0.2.1', expected: 'fail', explanation: 'said by pass.example.com' },
      { sender: 'u@noexp.example.com', expected: 'fail' },
      { sender: 'u@void.example.com', expected: 'permerror' },
      { sender: 'pass@macro.example.com', expected: 'pass' },
    ],
  },
  {
    section: '6.2 exp',
    records: [
      ...['%{c} of %{h} is not %{d}', 'bad %{q}', 'n\u00F6', 'bad %', ''].map((text, index) =>
        txt(`w${index}.example.com`, text),
      ),
      ...many(8).map((index) => txt(`e${index}.example.com`, `v=spf1 -all exp=w${index}.example.com`)),
      txt('w5.example.com', 'one'),
      txt('w5.example.com', 'two'),
      { name: 'w6.example.com', ttl: 60, type: 'TXT', strings: ['joined', ' here'] },
      txt('inc.example.com', 'v=spf1 -include:all.example.com exp=w6.example.com'),
      txt('all.example.com', 'v=spf1 +all exp=w0.example.com'),
      txt('soft.example.com', 'v=spf1 ~all exp=w6.example.com'),
    ],
    failing: ['w7.example.com TXT'],
    cases: [
      {
        sender: 'u@e0.example.com',
        expected: 'fail',
        explanation: '192.0.2.65 of mta.example.net is not e0.example.com',
      },
      { sender: 'u@e1.example.com', expected: 'fail' },
      { sender: 'u@e2.example.com', expected: 'fail' },
      { sender: 'u@e3.example.com', expected: 'fail' },
      { sender: 'u@e5.example.com', expected: 'fail' },
      { sender: 'u@e6.example.com', expected: 'fail', explanation: 'joined here' },
      { sender: 'u@e7.example.com', expected: 'fail' },
      { sender: 'u@inc.example.com', expected: 'fail', explanation: 'joined here' },
      { sender: 'u@soft.example.com', expected: 'softfail' },
    ],
  },
  {
    section: '7.2, 7.3 the macro p',
    records: [
      txt('example.com', 'v=spf1 -all exp=why.example.com'),
      txt('sub.example.com', 'v=spf1 -all exp=why.example.com'),
      txt('why.example.com', 'from %{p}'),
      a('mx.example.com', '192.0.2.65'),
      a('example.com', '192.0.2.66'),
      a('mx.example.com', '192.0.2.66'),
      ptr('65.2.0.192.in-addr.arpa', 'elsewhere.example.org'),
      ptr('65.2.0.192.in-addr.arpa', 'mx.example.com'),
      a('elsewhere.example.org', '192.0.2.65'),
      ptr('66.2.0.192.in-addr.arpa', 'mx.example.com'),
      ptr('66.2.0.192.in-addr.arpa', 'example.com'),
      ptr('67.2.0.192.in-addr.arpa', 'mx.example.com'),
    ],
    cases: [
      { expected: 'fail', explanation: 'from mx.example.com' },
      { ip: '192.0.2.66', expected: 'fail', explanation: 'from example.com' },
      { ip: '192.0.2.67', expected: 'fail', explanation: 'from unknown' },
      { ip: '192.0.2.68', expected: 'fail', explanation: 'from unknown' },
      { sender: 'u@sub.example.com', expected: 'fail', explanation: 'from elsewhere.example.org' },
    ],
  },
  {
    section: '7.2, 7.3 the macros i, c and v of an IPv6 address',
    records: [
      txt('example.com', 'v=spf1 exists:%{ir}.%{v}.example.net -all exp=why.example.com'),
      txt('why.example.com', '%{c} is %{i}, back to front %{ir}.%{v}'),
      a(`${'1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2'}.ip6.example.net`, '127.0.0.2'),
    ],
    cases: [
      { ip: '2001:db8::cb01', expected: 'pass' },
      {
        ip: '2001:DB8::CB02',
        expected: 'fail',
        explanation:
          '2001:db8::cb02 is 2.0.0.1.0.D.B.8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.C.B.0.2, back to front 2.0.B.C.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.B.D.0.1.0.0.2.ip6',
      },
    ],
  },
  {
    section: '4.8 names that can’t exist match nothing and are no void lookups',
    records: [
      txt(
        'long.example.com',
        `v=spf1 a:${'l'.repeat(64)}.example a:n1.example mx:x..example a:n2.example ip4:192.0.2.65 -all`,
      ),
      txt('include.example.com', `v=spf1 include:${'l'.repeat(64)}.example +all`),
      txt('macro.example.com', 'v=spf1 redirect=%{l}.example.com'),
      txt('exp.example.com', 'v=spf1 -all exp=x..example.com'),
    ],
    cases: [
      { sender: 'u@long.example.com', expected: 'pass' },
      { sender: 'u@include.example.com', expected: 'permerror' },
      { sender: 'u..v@macro.example.com', expected: 'permerror' },
      { sender: 'u@exp.example.com', expected: 'fail' },
    ],
  },
  {
    section: '7.3 names longer than 253 characters lose labels on the left',
    records: [
      txt('example.com', `v=spf1 exists:%{l}.${`${'x'.repeat(60)}.`.repeat(3)}example.com -all`),
      a(`kept.${`${'x'.repeat(60)}.`.repeat(3)}example.com`, '127.0.0.2'),
    ],
    cases: [
      { sender: `${'a'.repeat(60)}.kept@example.com`, expected: 'pass' },
      { sender: `${'a'.repeat(60)}.lost@example.com`, expected: 'fail' },
    ],
  },
  appendix('v=spf1 a -all', ['192.0.2.10', '192.0.2.11'], ['192.0.2.65']),
  appendix('v=spf1 a:example.org -all', [], ['192.0.2.10', '192.0.2.140']),
  appendix('v=spf1 mx -all', ['192.0.2.129', '192.0.2.130'], ['192.0.2.140']),
  appendix('v=spf1 mx:example.org -all', ['192.0.2.140'], ['192.0.2.129']),
  appendix('v=spf1 mx mx:example.org -all', ['192.0.2.129', '192.0.2.130', '192.0.2.140'], ['192.0.2.10']),
  appendix('v=spf1 mx/30 mx:example.org/30 -all', ['192.0.2.131', '192.0.2.143'], ['192.0.2.132', '192.0.2.144']),
  appendix('v=spf1 ptr -all', ['192.0.2.65'], ['192.0.2.140', '10.0.0.4']),
  appendix('v=spf1 ip4:192.0.2.128/28 -all', ['192.0.2.129'], ['192.0.2.65']),
  {
    section: 'A.2 several domains',
    records: [
      ...appendixA,
      txt('example.org', 'v=spf1 include:example.com include:example.net -all'),
      txt('example.com', 'v=spf1 mx -all'),
      txt('example.net', 'v=spf1 ip4:198.51.100.0/24 -all'),
      txt('la.example.org', 'v=spf1 redirect=example.org'),
    ],
    cases: [
      { sender: 'u@la.example.org', ip: '192.0.2.129', expected: 'pass' },
      { sender: 'u@la.example.org', ip: '198.51.100.7', expected: 'pass' },
      { sender: 'u@la.example.org', ip: '192.0.2.140', expected: 'fail' },
    ],
  },
  {
    section: 'A.3 a list by local part and address',
    records: [
      ...appendixA,
      txt('example.com', 'v=spf1 mx include:mobile-users._spf.%{d} include:remote-users._spf.%{d} -all'),
      txt('mobile-users._spf.example.com', 'v=spf1 exists:%{l1r+}.%{d}'),
      a('mary.mobile-users._spf.example.com', '127.0.0.2'),
      txt('remote-users._spf.example.com', 'v=spf1 exists:%{ir}.%{l1r+}.%{d}'),
      a('15.15.168.192.joel.remote-users._spf.example.com', '127.0.0.2'),
    ],
    cases: [
      { sender: 'mary@example.com', ip: '203.0.113.1', expected: 'pass' },
      { sender: 'mary+lists@example.com', ip: '203.0.113.1', expected: 'pass' },
      { sender: 'joel@example.com', ip: '192.168.15.15', expected: 'pass' },
      { sender: 'joel@example.com', ip: '192.168.15.16', expected: 'fail' },
    ],
  },
  {
    section: 'A.4 several requirements',
    records: [
      ...appendixA,
      txt('example.com', 'v=spf1 -include:ip4._spf.%{d} -include:ptr._spf.%{d} +all'),
      txt('ip4._spf.example.com', 'v=spf1 -ip4:192.0.2.0/24 +all'),
      txt('ptr._spf.example.com', 'v=spf1 -ptr:example.com +all'),
    ],
    cases: [{ expected: 'pass' }, { ip: '192.0.2.140', expected: 'fail' }, { ip: '10.0.0.4', expected: 'fail' }],
  },
];

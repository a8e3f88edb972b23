import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SpfNode } from '../../../shared/spf/budget.ts';
import { spfTree } from '../../../shared/spf/budget.ts';
import { zoneLookup } from '../../../shared/dns/zone-lookup.ts';
import { checkHost } from '../../../shared/spf/check-host.ts';
import { proposeSavings } from '../../../shared/spf/savings.ts';
import { parseSpf } from '../../../shared/spf/syntax.ts';
import { a, aaaa, mx, txt, worldLookup } from './worlds.ts';

const base = [
  txt('example.com', 'v=spf1 a mx include:one.example exists:%{i}.example.net redirect=two.example'),
  a('example.com', '192.0.2.1'),
  mx('example.com', 'm1.example.com'),
  mx('example.com', 'm2.example.com'),
  a('m1.example.com', '192.0.2.2'),
  aaaa('m1.example.com', '2001:db8::2'),
  a('m2.example.com', '192.0.2.3'),
  txt('one.example', 'v=spf1 include:deep.example ip4:198.51.100.0/24 a:nothing.example -all'),
  txt('deep.example', 'v=spf1 include:one.example ~all'),
  txt('two.example', 'v=spf1 ptr -all'),
];
const lookupOf = (records: typeof base, failing: readonly string[] = []) =>
  worldLookup({ records, failing, checks: [] });

const outline = (nodes: readonly SpfNode[], depth = 0): string[] =>
  nodes.flatMap((node) => [
    `${'  '.repeat(depth)}${node.term} ${node.cost} ${node.voids4}/${node.voids6}`,
    ...outline(node.children, depth + 1),
  ]);

describe('spfTree', () => {
  test('costs every branch, with voids for either family', async () => {
    const tree = await spfTree('example.com', lookupOf(base));
    expect(outline(tree.children)).toEqual([
      'a 1 0/1',
      'mx 1 0/1',
      'include:one.example 4 1/1',
      '  include:deep.example 2 0/0',
      '    include:one.example 1 0/0',
      '    ~all 0 0/0',
      '  ip4:198.51.100.0/24 0 0/0',
      '  a:nothing.example 1 1/1',
      '  -all 0 0/0',
      'exists:%{i}.example.net 1 0/0',
      'redirect=two.example 2 0/0',
      '  ptr 1 0/0',
      '  -all 0 0/0',
    ]);
    expect(tree).toMatchObject({ lookups: 9, voids4: 1, voids6: 3, depth: 2, partial: true });
    expect(tree.findings.map((finding) => finding.code)).toEqual(['spf.lookups-close', 'spf.many-voids']);
    const loop = tree.children[2]?.children[0]?.children[0];
    expect(loop?.findings.map((finding) => finding.code)).toEqual(['spf.loop']);
    expect(structuredClone(tree)).toEqual(tree);
  });

  test('counts the lookups that a sender whom nothing matches causes', async () => {
    const records = [
      txt('example.com', 'v=spf1 a mx include:one.example include:two.example ip4:203.0.113.0/24 -all'),
      a('example.com', '192.0.2.1'),
      mx('example.com', 'm1.example.com'),
      a('m1.example.com', '192.0.2.2'),
      txt('one.example', 'v=spf1 include:two.example a:example.com ~all'),
      txt('two.example', 'v=spf1 mx:example.com exists:nothing.example ~all'),
    ];
    const lookup = lookupOf(records);
    const tree = await spfTree('example.com', lookup);
    const check = { sender: 'u@example.com', helo: 'mta.example.net', lookup };
    const four = await checkHost({ ...check, ip: '8.8.8.8' });
    const limits = { lookups: 100, voids: 100, names: 10 };
    const six = await checkHost({ ...check, ip: '2001:db8::9', limits });
    expect({ lookups: tree.lookups, voids4: tree.voids4 }).toEqual({ lookups: four.lookups, voids4: four.voids });
    expect(tree.voids6).toBe(six.voids);
  });

  test.each([
    ['v=spf1 include:none.example -all', 'spf.include-without-record'],
    ['v=spf1 include:twice.example -all', 'spf.several-records'],
    ['v=spf1 include:broken.example -all', 'spf.include-broken'],
    ['v=spf1 include:failing.example -all', 'spf.lookup-failed'],
    ['v=spf1 a:none.example -all', 'spf.void-lookup'],
    ['v=spf1 mx:none.example -all', 'spf.void-lookup'],
    ['v=spf1 mx:many.example -all', 'spf.mx-too-many'],
    ['v=spf1 include:%{l}.example -all', 'spf.macro-cost'],
    ['v=spf1 a:half.example -all', 'spf.lookup-failed'],
    ['v=spf1 mx:half.example -all', 'spf.lookup-failed'],
    ['v=spf1 exists:none.example -all', 'spf.void-lookup'],
    ['v=spf1 exists:failing.example -all', 'spf.lookup-failed'],
    ['v=spf1 ptr -all', 'spf.ptr'],
    ['v=spf1 include:example.com -all', 'spf.loop'],
  ])('%s: %s', async (record, code) => {
    const records = [
      txt('twice.example', 'v=spf1 -all'),
      txt('twice.example', 'v=spf1 ~all'),
      txt('broken.example', 'v=spf1 moo -all'),
      a('half.example', '192.0.2.1'),
      mx('half.example', 'half.example'),
      ...Array.from({ length: 11 }, (_, index) => mx('many.example', `m${index}.example`)),
    ];
    const lookup = lookupOf(records, ['failing.example TXT', 'failing.example A', 'half.example AAAA']);
    const tree = await spfTree('example.com', lookup, { record });
    expect(tree.children[0]?.findings.map((finding) => finding.code)).toEqual([code]);
  });

  test('measures the whole answer at the name, in octets on the wire', async () => {
    const text = `v=spf1 ${'ip4:192.0.2.1 '.repeat(20)}-all`;
    const neighbour = 'x'.repeat(100);
    const records = [txt('example.com', text), txt('example.com', neighbour)];
    const tree = await spfTree('example.com', lookupOf(records));
    // Header 12, question 13 + 4, two records of 12 each, and their strings: 291 + 2 and 100 + 1 octets.
    expect(tree).toMatchObject({ recordOctets: 291, answerOctets: 12 + 17 + 24 + 293 + 101 });
    expect(tree.findings).toEqual([]);
    const longer = await spfTree('example.com', lookupOf([...records, txt('example.com', 'y')]));
    expect(longer.findings.map((finding) => finding.code)).toEqual(['spf.record-long']);
    const tooLong = await spfTree('example.com', lookupOf([...records, txt('example.com', 'z'.repeat(60))]));
    expect(tooLong.findings.map((finding) => finding.code)).toEqual(['spf.record-too-long']);
  });

  test.each([
    [449, []],
    [450, ['spf.record-long']],
    [511, ['spf.record-long']],
    [512, ['spf.record-too-long']],
  ])('an answer of %i octets: %j', async (octets, codes) => {
    const record = txt('example.com', 'v=spf1 -all');
    const { answerOctets } = await spfTree('example.com', lookupOf([record]));
    // Two neighbours, each with 12 octets around its data and one for the length of its string.
    const rest = octets - answerOctets - 2 * 13;
    const neighbours = [txt('example.com', 'x'.repeat(200)), txt('example.com', 'y'.repeat(rest - 200))];
    const tree = await spfTree('example.com', lookupOf([record, ...neighbours]));
    expect(tree.answerOctets).toBe(octets);
    expect(tree.findings.map((finding) => finding.code)).toEqual(codes);
  });

  test('knows the names that d and o stand for, and follows no redirect beside all', async () => {
    const records = [
      txt('example.com', 'v=spf1 include:inner.example -all redirect=one.example'),
      txt('inner.example', 'v=spf1 include:%{o}.known.example include:_spf.%{d} exists:%{d}.%{l}.example ~all'),
      txt('example.com.known.example', 'v=spf1 ip4:192.0.2.1 ~all'),
      txt('_spf.inner.example', 'v=spf1 ip4:192.0.2.2 ~all'),
      ...base.slice(1),
    ];
    const tree = await spfTree('example.com', lookupOf(records));
    expect(outline(tree.children)).toEqual([
      'include:inner.example 4 0/0',
      '  include:%{o}.known.example 1 0/0',
      '    ip4:192.0.2.1 0 0/0',
      '    ~all 0 0/0',
      '  include:_spf.%{d} 1 0/0',
      '    ip4:192.0.2.2 0 0/0',
      '    ~all 0 0/0',
      '  exists:%{d}.%{l}.example 1 0/0',
      '  ~all 0 0/0',
      '-all 0 0/0',
    ]);
    expect(tree).toMatchObject({ lookups: 4, partial: true });
  });

  test('counts what the first ten mail exchangers cost, for no receiver asks for more', async () => {
    const exchangers = Array.from({ length: 11 }, (_, index) => mx('example.com', `m${index}.example`));
    const tree = await spfTree('example.com', lookupOf([txt('example.com', 'v=spf1 mx -all'), ...exchangers]));
    expect(tree).toMatchObject({ lookups: 1, voids4: 10, voids6: 10 });
  });

  test('ends, however wide and deep the tree is', async () => {
    const records = Array.from({ length: 30 }, (_, index) =>
      txt(
        `n${index}.example`,
        `v=spf1 ${Array.from({ length: 10 }, (__, other) => `include:n${(index + other + 1) % 30}.example`).join(' ')} -all`,
      ),
    );
    const tree = await spfTree('n0.example', lookupOf(records));
    expect(tree.partial).toBe(true);
    expect(tree.findings.map((finding) => finding.code)).toContain('spf.many-lookups');
  });
});

describe('spfTree, held against checkHost', () => {
  const names = ['d0.example', 'd1.example', 'd2.example', 'd3.example'] as const;
  const term = (index: number) =>
    fc.oneof(
      fc.constantFrom(
        'a',
        'mx',
        'a:h0.example',
        'a:h1.example/24',
        'mx:d2.example',
        'a:nothing.example',
        'mx:nothing.example',
      ),
      fc.constantFrom(
        'exists:h0.%{d}',
        'exists:four.example',
        '-exists:six.example',
        'ip4:192.0.2.1',
        'ip6:2001:db8::1',
      ),
      index < 3 ? fc.integer({ min: index + 1, max: 3 }).map((other) => `include:d${other}.%{d1}`) : fc.constant('a'),
    );
  const records = fc.tuple(
    ...names.map((name, index) =>
      fc
        .tuple(fc.array(term(index), { maxLength: 4 }), fc.constantFrom('-all', '~all', '?all', '', 'redirect'))
        .map(([terms, end]) => {
          const redirect = index < 3 ? `redirect=d${index + 1}.example` : '';
          const ending = end === 'redirect' ? redirect : end;
          return txt(name, ['v=spf1', ...terms, ending].filter((part) => part !== '').join(' '));
        }),
    ),
  );
  const hosts = [
    a('h0.example', '192.0.2.1'),
    aaaa('h0.example', '2001:db8::1'),
    a('h1.example', '192.0.2.2'),
    a('four.example.invalid', '192.0.2.3'),
    aaaa('six.example', '2001:db8::2'),
    mx('d2.example', 'h0.example'),
    mx('d2.example', 'h1.example'),
    a('d0.example', '192.0.2.4'),
  ];

  test('counts what a sender costs whom only all decides about', async () => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(records, async (texts) => {
        const lookup = lookupOf([...texts, ...hosts]);
        const tree = await spfTree('d0.example', lookup);
        expect(tree.partial).toBe(false);
        for (const [ip, voids] of [
          ['8.8.8.8', tree.voids4],
          ['2001:db9::1', tree.voids6],
        ] as const) {
          const limits = { lookups: 1e6, voids: 1e6, names: 10 };
          const spent = await checkHost({ ip, sender: 'u@d0.example', helo: 'h.example', lookup, limits });
          const isLast = spent.steps.every((step) => step.outcome !== 'match' || step.term.endsWith('all'));
          expect(spent.lookups).toBeLessThanOrEqual(tree.lookups);
          if (!isLast) continue;
          compared += 1;
          expect({ lookups: spent.lookups, voids: spent.voids }).toEqual({ lookups: tree.lookups, voids });
        }
      }),
      { numRuns: Number(process.env.SENDWRIGHT_RUNS ?? 200) },
    );
    expect(compared).toBeGreaterThan(100);
  });

  test('tells what nobody was asked about from what no server answers', async () => {
    const records = [txt('example.com', 'v=spf1 include:elsewhere.example -all')];
    const part = zoneLookup(records, { outside: 'not-known', zones: ['example.com'] });
    const { children } = await spfTree('example.com', part);
    expect(children[0]?.findings.map(({ code }) => code)).toEqual(['spf.not-known']);
    expect((await spfTree('elsewhere.example', part)).findings.map(({ code }) => code)).toEqual(['spf.not-known']);
  });

  test('says what is wrong at the name itself', async () => {
    const codes = async (zone: typeof base, failing: readonly string[] = [], record?: string) =>
      (await spfTree('example.com', lookupOf(zone, failing), record === undefined ? {} : { record })).findings.map(
        (finding) => finding.code,
      );
    expect(await codes([], ['example.com TXT'])).toEqual(['spf.lookup-failed']);
    expect(await codes([txt('example.com', 'v=spf1 moo')])).toEqual(['spf.unreadable-published']);
    const two = [txt('example.com', 'v=spf1 -all'), txt('example.com', 'v=spf1 ~all')];
    expect(await codes(two)).toEqual(['spf.several-records']);
    expect(await codes(two, [], 'v=spf1 -all')).toEqual([]);
    expect(await codes([])).toEqual([]);
  });
});

describe('proposeSavings', () => {
  const records = [
    txt(
      'example.com',
      'v=spf1 a mx:gone.example include:dead.example include:one.example include:two.example include:big.example -all',
    ),
    a('example.com', '192.0.2.1'),
    aaaa('example.com', '2001:db8::1'),
    txt('one.example', 'v=spf1 include:two.example ip4:198.51.100.0/24 -all'),
    txt('two.example', 'v=spf1 ip4:203.0.113.0/25 a:h.two.example ~all'),
    a('h.two.example', '203.0.113.200'),
    txt(
      'big.example',
      `v=spf1 exists:%{i}.big.example ${Array.from({ length: 5 }, () => 'a:h.two.example').join(' ')} ~all`,
    ),
  ];

  test('ranks what helps, safest first, each with the record it leads to', async () => {
    const tree = await spfTree('example.com', lookupOf(records));
    const savings = proposeSavings(tree);
    expect(savings.map(({ kind, term, saves }) => [kind, term, saves])).toEqual([
      ['drop-dead', 'mx:gone.example', 1],
      ['drop-dead', 'include:dead.example', 1],
      ['drop-repeated', 'include:two.example', 2],
      ['write-addresses', 'a', 1],
      ['delegate', 'include:big.example', 7],
      ['delegate', 'include:one.example', 3],
      ['flatten', 'include:one.example', 3],
    ]);
    for (const { record, saves, kind } of savings) {
      expect(parseSpf(record).record).not.toBeNull();
      const after = await spfTree('example.com', lookupOf(records), { record });
      expect(tree.lookups - after.lookups, kind).toBe(saves);
    }
    const flat = savings.at(-1)?.record;
    expect(flat).toContain(' ip4:203.0.113.0/25 ip4:203.0.113.200 ip4:198.51.100.0/24 ');
    expect(savings[3]?.record).toContain('v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 mx:gone.example');
  });

  test('what writes addresses lets the same senders pass', async () => {
    const savings = proposeSavings(await spfTree('example.com', lookupOf(records)));
    const limits = { lookups: 100, voids: 100, names: 10 };
    const without = records.filter((record) => record.name !== 'dead.example');
    const resultOf = async (text: string, ip: string) => {
      const zone = [
        txt('dead.example', 'v=spf1 -all'),
        ...without.filter((r) => r.type !== 'TXT' || r.name !== 'example.com'),
        txt('example.com', text),
      ];
      return (await checkHost({ ip, sender: 'u@example.com', helo: 'h.example', limits, lookup: lookupOf(zone) }))
        .result;
    };
    const own =
      'v=spf1 a mx:gone.example include:dead.example include:one.example include:two.example include:big.example -all';
    for (const { kind, record } of savings) {
      if (kind === 'delegate') continue;
      for (const ip of [
        '192.0.2.1',
        '198.51.100.7',
        '203.0.113.5',
        '203.0.113.200',
        '203.0.113.201',
        '2001:db8::1',
        '8.8.8.8',
      ]) {
        expect(await resultOf(record, ip), `${kind} ${ip}`).toBe(await resultOf(own, ip));
      }
    }
  });

  test('ends a record whose redirect leads nowhere, and minds what else stands at the name', async () => {
    const dead = await spfTree(
      'example.com',
      lookupOf([txt('example.com', 'v=spf1 mx:h.two.example redirect=none.example')]),
    );
    expect(proposeSavings(dead).map(({ kind, record, isEnough }) => [kind, record, isEnough])).toEqual([
      ['drop-dead', 'v=spf1 redirect=none.example', true],
      ['drop-dead', 'v=spf1 mx:h.two.example ~all', true],
    ]);
    const crowded = [...records, ...Array.from({ length: 3 }, () => txt('example.com', 'x'.repeat(100)))];
    const kinds = proposeSavings(await spfTree('example.com', lookupOf(crowded))).map((saving) => saving.kind);
    expect(kinds).not.toContain('flatten');
    expect(kinds).not.toContain('write-addresses');
    expect(kinds).toContain('delegate');
  });

  test('says of each whether it is enough', async () => {
    const hosts = Array.from({ length: 9 }, (_, index) => `a:both.example/${index}`).join(' ');
    const zone = [
      ...records,
      a('both.example', '192.0.2.9'),
      aaaa('both.example', '2001:db8::9'),
      txt('three.example', 'v=spf1 include:four.example a:both.example ~all'),
      txt('four.example', 'v=spf1 ip4:203.0.113.0/25 a:both.example ~all'),
    ];
    const tree = await spfTree('example.com', lookupOf(zone), { record: `v=spf1 include:three.example ${hosts} -all` });
    expect(tree.lookups).toBe(13);
    const enough = proposeSavings(tree).filter((saving) => saving.isEnough);
    expect(enough.map(({ kind, term }) => [kind, term])).toEqual([
      ['delegate', 'include:three.example'],
      ['flatten', 'include:three.example'],
    ]);
  });

  test('writes no more than twenty addresses in the place of a name', async () => {
    const many = (count: number) => [
      txt('example.com', 'v=spf1 a:many.example a:n1.example a:n2.example a:n3.example -all'),
      ...Array.from({ length: count }, (_, index) => a('many.example', `192.0.2.${index}`)),
      a('h.two.example', '203.0.113.200'),
    ];
    const written = async (count: number) =>
      proposeSavings(await spfTree('example.com', lookupOf(many(count))))
        .filter(({ kind }) => kind === 'write-addresses')
        .map(({ term }) => term);
    expect(await written(20)).toContain('a:many.example');
    expect(await written(21)).not.toContain('a:many.example');
  });

  test('proposes within the budget to drop what is repeated', async () => {
    const zone = [txt('example.com', 'v=spf1 include:one.example include:two.example -all'), ...records.slice(1)];
    const savings = proposeSavings(await spfTree('example.com', lookupOf(zone)));
    expect(savings.map(({ kind, term }) => [kind, term])).toEqual([['drop-repeated', 'include:two.example']]);
  });

  test('within the budget only what is dead or repeated', async () => {
    const zone = [txt('example.com', 'v=spf1 a include:one.example -all'), ...records.slice(1)];
    expect(proposeSavings(await spfTree('example.com', lookupOf(zone)))).toEqual([]);
  });

  test('doesn’t flatten what a list of addresses can’t say', async () => {
    const inner = ['-ip4:192.0.2.1 ~all', 'redirect=two.example', '+all', 'ptr ~all', 'exists:x.example ~all'];
    for (const text of inner) {
      const zone = [
        ...records,
        txt('inner.example', `v=spf1 ${text}`),
        ...Array.from({ length: 10 }, (_, index) => a(`h${index}.example`, '192.0.2.1')),
      ];
      const hosts = Array.from({ length: 10 }, (_, index) => `a:h${index}.example`).join(' ');
      const tree = await spfTree('example.com', lookupOf(zone), {
        record: `v=spf1 include:inner.example ${hosts} -all`,
      });
      expect(proposeSavings(tree).filter((saving) => saving.kind === 'flatten')).toEqual([]);
    }
  });
});

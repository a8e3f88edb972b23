import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mechanismKey } from '../../../shared/spf/meaning.ts';
import { mergeSpf, spfHolds } from '../../../shared/spf/merge.ts';
import type { Mechanism } from '../../../shared/spf/syntax.ts';
import { parseSpf, spfText } from '../../../shared/spf/syntax.ts';
import { evaluate, mechanism, published, senders } from './sampled.ts';

const provider = 'include:_spf.provider.example';

const removals = (merge: ReturnType<typeof mergeSpf>) =>
  merge.edits.filter((edit) => edit.kind === 'remove').map((edit) => edit.term);
const codes = (merge: ReturnType<typeof mergeSpf>) => merge.findings.map((finding) => finding.code);

describe('mergeSpf', () => {
  test.each([
    ['nothing published', [], [provider], `v=spf1 ${provider} ~all`],
    ['before the final all', ['v=spf1 mx -all'], ['a', provider], `v=spf1 mx a ${provider} -all`],
    [
      'nothing twice',
      ['v=spf1 include:_SPF.Provider.example. ~all'],
      [provider],
      'v=spf1 include:_SPF.Provider.example. ~all',
    ],
    ['a range that is covered', ['v=spf1 ip4:192.0.2.0/24 -all'], ['ip4:192.0.2.7'], 'v=spf1 ip4:192.0.2.0/24 -all'],
    ['a range that covers', ['v=spf1 ip4:192.0.2.7 -all'], ['ip4:192.0.2.0/24'], 'v=spf1 ip4:192.0.2.0/24 -all'],
    [
      'an exception stays',
      ['v=spf1 -ip4:192.0.2.7 ip4:192.0.2.0/24 -all'],
      [],
      'v=spf1 -ip4:192.0.2.7 ip4:192.0.2.0/24 -all',
    ],
    ['covered by a/24', ['v=spf1 a:h.example/24 a:H.example -all'], [], 'v=spf1 a:h.example/24 -all'],
    [
      'not covered for IPv6',
      ['v=spf1 a:h.example/24 a:h.example/24//32 -all'],
      [],
      'v=spf1 a:h.example/24 a:h.example/24//32 -all',
    ],
    [
      'not covered for IPv4',
      ['v=spf1 a:h.example//32 a:h.example/24 -all'],
      [],
      'v=spf1 a:h.example//32 a:h.example/24 -all',
    ],
    ['before a redirect', ['v=spf1 mx redirect=_spf.example.org'], ['a'], 'v=spf1 mx a redirect=_spf.example.org'],
    ['a redirect that all overrides', ['v=spf1 -all redirect=x.example.org'], ['a'], 'v=spf1 a -all'],
    ['an ending that is missing', ['v=spf1 mx'], ['a'], 'v=spf1 mx a ~all'],
    ['several records, the strictest ending', ['v=spf1 mx ~all', 'v=spf1 a -all'], [], 'v=spf1 mx a -all'],
    [
      'several records, one with a redirect',
      ['v=spf1 mx ~all', 'v=spf1 redirect=x.example.org'],
      [],
      'v=spf1 mx include:x.example.org ~all',
    ],
    [
      'several redirects',
      ['v=spf1 redirect=x.example', 'v=spf1 redirect=y.example'],
      [],
      'v=spf1 include:y.example redirect=x.example',
    ],
    ['behind all', ['v=spf1 -all include:_spf.provider.example'], [provider], `v=spf1 ${provider} -all`],
    ['modifiers at the end', ['v=spf1 exp=e.example.org mx -all'], ['a'], 'v=spf1 mx a -all exp=e.example.org'],
    ['slips repaired', ['v=spf1 include: _spf.a.example –all'], ['a'], 'v=spf1 include:_spf.a.example a -all'],
  ])('%s', (_, published, add, record) => {
    expect(mergeSpf(published, { add }).record).toBe(record);
  });

  test('takes a provider away', () => {
    const merge = mergeSpf([`v=spf1 mx ${provider} -all`], { add: [], remove: [provider] });
    expect(merge.record).toBe('v=spf1 mx -all');
    expect(merge.edits).toContainEqual({ kind: 'remove', term: provider, reason: 'Removed.' });
  });

  test('takes away what another provider needs only from its own list', () => {
    const merge = mergeSpf([`v=spf1 ${provider} mx -all`], { add: [provider], remove: [provider, 'mx'] });
    expect(merge.record).toBe(`v=spf1 ${provider} -all`);
    expect(merge.edits[0]).toEqual({ kind: 'keep', term: provider, reason: 'Published today.' });
  });

  test('takes a redirect away, and ends the record instead', () => {
    const merge = mergeSpf(['v=spf1 mx Redirect=_spf.a.example'], { add: [], remove: ['redirect=_spf.a.example'] });
    expect(merge.record).toBe('v=spf1 mx ~all');
    expect(codes(merge)).toEqual(['spf.merged-all-missing']);
    const two = mergeSpf(['v=spf1 redirect=a.example', 'v=spf1 redirect=b.example'], {
      add: [],
      remove: ['include:b.example', 'redirect=a.example'],
    });
    expect(two.record).toBe('v=spf1 redirect=b.example');
  });

  test('says where what was given up still passes', () => {
    const merge = mergeSpf(['v=spf1 ip4:192.0.2.0/24 ip4:198.51.100.0/24 -all'], {
      add: [],
      remove: ['ip4:192.0.2.7', 'ip4:198.51.100.0/24'],
    });
    expect(merge.record).toBe('v=spf1 ip4:192.0.2.0/24 -all');
    expect(merge.findings).toMatchObject([
      { code: 'spf.still-passing', values: { term: 'ip4:192.0.2.7', cover: 'ip4:192.0.2.0/24' } },
    ]);
  });

  test('leaves a record that says it all exactly as it stands', () => {
    const text = 'v=spf1  MX   include:_spf.provider.example -all ';
    expect(mergeSpf([text], { add: ['mx', provider] })).toMatchObject({ record: text, unchanged: true });
    expect(mergeSpf([text, text], { add: [] })).toMatchObject({
      record: 'v=spf1 MX include:_spf.provider.example -all',
      unchanged: false,
    });
  });

  test('says aloud what it changes and what it leaves', () => {
    expect(codes(mergeSpf(['v=spf1 mx'], { add: [] }))).toEqual(['spf.merged-all-missing']);
    expect(codes(mergeSpf(['v=spf1 ptr +all'], { add: [] }))).toEqual(['spf.plus-all', 'spf.ptr']);
    expect(codes(mergeSpf(['v=spf1 mx -all redirect=x.example'], { add: [] }))).toEqual(['spf.redirect-ignored']);
    expect(codes(mergeSpf(['v=spf1 mx -all', 'v=spf1 a ~all'], { add: [] }))).toEqual(['spf.several-records']);
    expect(codes(mergeSpf([`v=spf1 ~${provider} -all`], { add: [provider] }))).toEqual(['spf.sign-removed']);
    expect(codes(mergeSpf([], { add: ['ip4:1.2.3'] }))).toEqual(['spf.unclear']);
    expect(codes(mergeSpf([], { add: ['ip4:1.2.3.999'] }))).toEqual(['spf.bad-address']);
    expect(codes(mergeSpf(['v=spf1 mx ?all'], { add: [] }))).toEqual(['spf.neutral-all']);
    expect(codes(mergeSpf(['v=spf1 mx -all'], { add: ['~all', 'redirect=x.example'] }))).toEqual([
      'spf.not-added',
      'spf.not-added',
    ]);
    expect(codes(mergeSpf(['v=spf1 mx ~all', 'v=spf1 redirect=x.example'], { add: [] }))).toEqual([
      'spf.several-records',
      'spf.redirect-replaced',
    ]);
    expect(
      mergeSpf(['v=spf1 mx x=1 -all', 'v=spf1 a x=1 exp=e.example -all', 'v=spf1 exp=f.example'], { add: [] }).record,
    ).toBe('v=spf1 mx a -all x=1 exp=e.example');
    const broken = mergeSpf(['v=spf1 mx moo:x -all'], { add: [] });
    expect(broken.record).toBe('v=spf1 mx -all');
    expect(removals(broken)).toEqual(['moo:x']);
    expect(removals(mergeSpf(['v=spf2 a -all'], { add: ['mx'] }))).toEqual(['v=spf2 a -all']);
  });

  test('takes long lists of addresses in their stride', () => {
    const list = Array.from({ length: 3000 }, (_, index) => `ip4:10.${index >> 8}.${index & 255}.1`).join(' ');
    expect(mergeSpf([`v=spf1 ${list} ip4:10.0.7.1 -all`], { add: ['a'] }).record).toBe(`v=spf1 ${list} a -all`);
  });
});

describe('spfHolds', () => {
  test.each([
    ['v=spf1 a mx include:_spf.provider.example ~all', ['a', 'mx', provider], true],
    ['v=spf1 ip4:192.0.2.0/24 -all', ['ip4:192.0.2.9'], true],
    ['v=spf1 -all include:_spf.provider.example', [provider], false],
    ['v=spf1 ~include:_spf.provider.example -all', [provider], false],
    ['v=spf1 moo include:_spf.provider.example -all', [provider], false],
  ])('%s', (text, terms, holds) => {
    expect(spfHolds(text, terms)).toBe(holds);
  });
});

describe('mergeSpf, held against checkHost', () => {
  test('does what was asked for every address and nothing else, and is idempotent', async () => {
    await fc.assert(
      fc.asyncProperty(
        published,
        fc.array(mechanism, { maxLength: 3 }),
        fc.array(mechanism, { maxLength: 2 }),
        async ([terms, ending], add, remove) => {
          const text = ['v=spf1', ...terms, ending].filter((part) => part !== '').join(' ');
          const merged = mergeSpf([text], { add, remove });
          expect(parseSpf(merged.record).record).not.toBeNull();
          const again = mergeSpf([merged.record], { add });
          expect(again).toMatchObject({ record: merged.record, unchanged: true });

          expect(mergeSpf([merged.record], { add, remove })).toMatchObject({ record: merged.record });

          const keyOf = (term: string) => mechanismKey(parseSpf(spfText([term])).record?.mechanisms[0] as Mechanism);
          const givenUp = new Set(remove.map(keyOf));
          for (const term of add) givenUp.delete(keyOf(term));
          const kept = terms.filter((term) => !givenUp.has(keyOf(term)));
          for (const ip of senders) {
            const wanted = await evaluate(['v=spf1', ...add].join(' '), ip);
            const whole = await evaluate(['v=spf1', ...kept, ending === '' ? '~all' : ending].join(' '), ip);
            const expected = wanted.result === 'pass' ? 'pass' : whole.result;
            expect((await evaluate(merged.record, ip)).result, `${text} + ${add.join(' ')} for ${ip}`).toBe(expected);
          }
        },
      ),
      { numRuns: Number(process.env.SENDWRIGHT_RUNS ?? 300) },
    );
  });

  test('several records become one that merging leaves alone', () => {
    const record = published.map(([terms, ending]) =>
      ['v=spf1', ...terms, ending].filter((part) => part !== '').join(' '),
    );
    fc.assert(
      fc.property(
        fc.array(record, { minLength: 2, maxLength: 3 }),
        fc.array(mechanism, { maxLength: 2 }),
        (texts, add) => {
          const merged = mergeSpf(texts, { add });
          expect(merged.unchanged).toBe(false);
          expect(mergeSpf([merged.record], { add })).toMatchObject({ record: merged.record, unchanged: true });
          const strictest = ['-', '~', '?', '+'].find((sign) => texts.some((text) => text.includes(` ${sign}all`)));
          const followed = texts.some((text) => text.includes(' redirect=') && !text.includes('all'));
          if (strictest !== undefined) expect(merged.record).toMatch(new RegExp(` \\${strictest}all$`));
          else expect(merged.record).toMatch(followed ? / redirect=r\.example$/ : / ~all$/);
        },
      ),
      { numRuns: Number(process.env.SENDWRIGHT_RUNS ?? 300) },
    );
  });
});

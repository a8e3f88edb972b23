import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isSpfRecord, parseSpf, printSpf, spfText } from '../../../shared/spf/syntax.ts';
import { worlds } from './worlds.ts';

describe('parseSpf', () => {
  test('keeps every term with its position', () => {
    const text = 'V=spf1  -A:Host.example.com/24//64 redirect=%{d}._spf.example.com';
    const { record, words, findings } = parseSpf(text);
    expect(findings).toEqual([]);
    expect(words.map(({ span }) => text.slice(span.start, span.end))).toEqual([
      '-A:Host.example.com/24//64',
      'redirect=%{d}._spf.example.com',
    ]);
    expect(record?.mechanisms).toMatchObject([
      { name: 'a', qualifier: '-', domain: { text: 'Host.example.com' }, prefix4: 24, prefix6: 64 },
    ]);
    expect(record?.redirect).toMatchObject({ name: 'redirect', value: '%{d}._spf.example.com' });
  });

  test.each([
    ['v=spf1 mx moo -all', 'spf.unknown-mechanism', 'moo'],
    ['v=spf1 mx =moo', 'spf.unknown-term', '=moo'],
    ['v=spf1 all:x.example', 'spf.all-takes-nothing', 'all:x.example'],
    ['v=spf1 ip4:1.2.3 -all', 'spf.bad-address', 'ip4:1.2.3'],
    ['v=spf1 ip6:2001:db8::/129 -all', 'spf.bad-prefix', 'ip6:2001:db8::/129'],
    ['v=spf1 a:h.example/33 -all', 'spf.bad-prefix', 'a:h.example/33'],
    ['v=spf1 include -all', 'spf.domain-missing', 'include'],
    ['v=spf1 include:example -all', 'spf.bad-domain', 'include:example'],
    ['v=spf1 moo=%{x} -all', 'spf.bad-macro', 'moo=%{x}'],
    ['v=spf1 exp=a.example exp=b.example', 'spf.modifier-twice', 'exp=b.example'],
  ])('underlines what is wrong in %s', (text, code, underlined) => {
    const { record, findings } = parseSpf(text);
    expect(record).toBeNull();
    expect(findings).toHaveLength(1);
    const [{ span, ...finding }] = findings as [(typeof findings)[0]];
    expect(finding.code).toBe(code);
    expect(text.slice(span?.start, span?.end)).toBe(underlined);
  });

  test.each([
    ['v=spf1', true],
    ['V=SPF1 -all', true],
    ['v=spf10', false],
    ['v=spf1\t-all', false],
    [' v=spf1', false],
    ['', false],
  ])('%j is an SPF record: %s', (text, expected) => {
    expect(isSpfRecord(text)).toBe(expected);
    expect(parseSpf(text).findings.some((finding) => finding.code === 'spf.not-a-record')).toBe(!expected);
  });

  test('refuses what no DNS message can carry', () => {
    expect(parseSpf(`v=spf1 ${'a '.repeat(40_000)}`)).toMatchObject({ record: null, words: [] });
    expect(parseSpf(`v=spf1 ${'a '.repeat(5000)}`).findings.map((finding) => finding.code)).toEqual([
      'spf.too-many-terms',
    ]);
  });

  test('printing gives back the text, and its terms make the same record', () => {
    fc.assert(
      fc.property(worlds, ({ records }) => {
        for (const record of records) {
          const text = record.type === 'TXT' ? record.strings.join('') : '';
          const parsed = parseSpf(text).record;
          if (parsed === null) continue;
          expect(printSpf(parsed)).toBe(text);
          const rebuilt = parseSpf(spfText(parsed.terms.map((term) => term.text))).record;
          const meaning = (ours: typeof parsed) => ours.terms.map((term) => ({ ...term, span: null }));
          expect(rebuilt && meaning(rebuilt)).toEqual(meaning(parsed));
        }
      }),
      { numRuns: Number(process.env.SENDWRIGHT_RUNS ?? 200) },
    );
  });

  test('never throws, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const { record, findings } = parseSpf(`v=spf1 ${text}`);
        expect(record === null).toBe(findings.length > 0);
      }),
      { numRuns: Number(process.env.SENDWRIGHT_RUNS ?? 500) },
    );
  });
});

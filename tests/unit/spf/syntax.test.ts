import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isSpfRecord, parseSpf, printSpf, printTerm, spfText } from '../../../shared/spf/syntax.ts';
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
    ['v=spf1 mx -moo:x -all', 'spf.unknown-mechanism', 'moo'],
    ['v=spf1 mx =moo', 'spf.unknown-term', '=moo'],
    ['v=spf1 all:x.example', 'spf.all-takes-nothing', ':x.example'],
    ['v=spf1 ~ip4:1.2.3/24 -all', 'spf.bad-address', '1.2.3'],
    ['v=spf1 ip4 -all', 'spf.bad-address', 'ip4'],
    ['v=spf1 ip6:2001:db8::/129 -all', 'spf.bad-prefix', '/129'],
    ['v=spf1 ip4:192.0.2.0/ -all', 'spf.bad-prefix', '/'],
    ['v=spf1 -a:h.example/33 -all', 'spf.bad-prefix', '/33'],
    ['v=spf1 a:h.example/24//129 -all', 'spf.bad-prefix', '/24//129'],
    ['v=spf1 mx/24/32 -all', 'spf.bad-prefix', '/24/32'],
    ['v=spf1 include -all', 'spf.domain-missing', 'include'],
    ['v=spf1 ?a:/24 -all', 'spf.domain-missing', '?a:/24'],
    ['v=spf1 redirect=', 'spf.domain-missing', 'redirect='],
    ['v=spf1 include:example -all', 'spf.bad-domain', 'example'],
    ['v=spf1 ptr.example -all', 'spf.unknown-mechanism', 'ptr.example'],
    ['v=spf1 mx\u00A7 -all', 'spf.bad-domain', '\u00A7'],
    ['v=spf1 moo=a.%{x}.b -all', 'spf.bad-macro', '%{x}'],
    ['v=spf1 exists:a.%{d%.b -all', 'spf.bad-macro', '%{d'],
    ['v=spf1 exists:%i.b.example -all', 'spf.bad-macro', '%i'],
    ['v=spf1 include:b\u00C3\u00BCcher.example -all', 'spf.odd-character', '\u00C3\u00BC'],
    ['v=spf1 a:b\tc.example', 'spf.odd-character', '\t'],
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
    const many = parseSpf(`v=spf1 ${'moo '.repeat(5000)}`);
    expect(many).toMatchObject({ record: null, words: { length: 5000 }, findings: { length: 500 } });
    expect(parseSpf(`v=spf1 ${'a '.repeat(5000)}`).record?.terms).toHaveLength(5000);
  });

  test('printing gives back the text, and its terms make the same record', () => {
    fc.assert(
      fc.property(worlds, ({ records }) => {
        for (const record of records) {
          const text = record.type === 'TXT' ? record.strings.join('') : '';
          const parsed = parseSpf(text).record;
          if (parsed === null) continue;
          expect(printSpf(parsed)).toBe(text);
          expect(parsed.terms.map(printTerm)).toEqual(parsed.terms.map((term) => term.text));
          const rebuilt = parseSpf(spfText(parsed.terms.map((term) => term.text))).record;
          const meaning = (ours: typeof parsed) => ours.terms.map((term) => ({ ...term, span: null }));
          expect(rebuilt && meaning(rebuilt)).toEqual(meaning(parsed));
        }
      }),
      { numRuns: Number(process.env.SENDWRIGHT_RUNS ?? 200) },
    );
  });

  test('printing gives back spaces, letter case and signs as they were spelt', () => {
    const text = 'V=Spf1   +MX//064 ';
    expect(parseSpf(text).record).toBeNull();
    for (const spelt of [
      'v=SPF1',
      'v=spf1 ',
      'V=Spf1   +MX//64  IP6:2001:DB8::0/32 a:Host.Example./24//0  Exp=%{D}.example.com   -ALL ',
    ]) {
      const { record } = parseSpf(spelt);
      expect(record && printSpf(record)).toBe(spelt);
    }
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

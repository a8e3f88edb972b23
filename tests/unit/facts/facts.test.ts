import { describe, expect, it } from 'vitest';
import { fact, factTexts } from '../../../shared/facts/catalogue.ts';
import type { FactCode } from '../../../shared/facts/catalogue.ts';
import type { Fact, FactText, FactValue, Kind, Placeholder } from '../../../shared/facts/fact.ts';
import { namesIn, placeholders } from '../../../shared/facts/fact.ts';
import { factText } from '../../../shared/facts/fact-text.ts';
import { changedFact, isFact } from '../../../shared/facts/known-fact.ts';

/** A value of each kind, and what a person reads of it. */
const SAMPLES: Readonly<Record<Kind, readonly [FactValue, string]>> = {
  count: [1234, '1,234'],
  figure: [2048, '2048'],
  instant: [Date.UTC(2026, 10, 29, 18, 31, 59), '2026-11-29 18:31 UTC'],
  seconds: [91, '2 minutes'],
  name: ['news.example.com', 'news.example.com'],
  names: [['a.example', 'b.example', 'c.example'], 'a.example, b.example, c.example'],
  called: ['Contoso {count}', 'Contoso {count}'],
  path: ['/home/anna/reports', '/home/anna/reports'],
  files: [['a.xml'], 'a.xml'],
  url: ['https://example.com', 'https://example.com'],
  outside: ['“as it came”', '“as it came”'],
  outsiders: [['DKIM key', 'selector', 'token'], 'DKIM key, selector and token'],
  system: ['ECONNREFUSED', 'connection refused (ECONNREFUSED)'],
  record: ['elastic-email/dkim:api', 'DKIM (api)'],
  settings: [['serviceUrl', 'authKey'], 'Cloud services connection URL and Auth key'],
  format: ['bind', 'Zone file (BIND)'],
  fault: ['none', 'Everything works'],
  bounce: ['size', 'The message is too large.'],
  fact: [{ code: 'domains.added', values: { count: 1 } }, '1 domain added'],
  facts: [
    [
      { code: 'check.count', values: { verdict: 'verified', count: 9990 } },
      { code: 'check.count', values: { verdict: 'failing', count: 10 } },
    ],
    '9,990 verified, 10 failing',
  ],
  finding: [{ code: 'dkim.tag-case', values: { name: 'K', meant: 'k' } }, 'K= is not k='],
};

/** Every text of an entry, with the choices that lead to it. */
function variantsOf(text: FactText, chosen: Fact['values'] = {}): readonly (readonly [string, Fact['values']])[] {
  if (typeof text === 'string') return [[text, chosen]];
  const values = { one: 1, other: 1234 };
  const isCount = placeholders[text.by] === 'count';
  return Object.entries(text.texts).flatMap(([form, next]) =>
    variantsOf(next, { ...chosen, [text.by]: isCount ? values[form as keyof typeof values] : form }),
  );
}

const cases = (Object.keys(factTexts) as FactCode[]).flatMap((code) =>
  variantsOf(factTexts[code]).map(([text, chosen]) => {
    const given = namesIn(text).map((name) => {
      const kind = placeholders[name as Placeholder] as Kind;
      return [name, chosen[name] ?? SAMPLES[kind][0]] as const;
    });
    return { code, text, told: { code, values: { ...Object.fromEntries(given), ...chosen } } };
  }),
);

describe('a fact', () => {
  it('has a text, whatever its code and choices, in which every value stands', () => {
    expect(cases.length).toBeGreaterThan(Object.keys(factTexts).length);
    for (const { code, text, told } of cases) {
      expect(isFact(told), code).toBe(true);
      const shown = factText(told);
      expect(shown, code).not.toMatch(/undefined|\[object|NaN/);
      for (const name of namesIn(text)) {
        const kind = placeholders[name as Placeholder] as Kind;
        expect(shown, code).toContain(told.values[name] === 1 ? '1' : SAMPLES[kind][1]);
      }
      expect(shown.replaceAll('Contoso {count}', ''), code).not.toMatch(/[{}]/);
    }
  });

  it('is none without all that its text speaks of', () => {
    for (const { code, told } of cases)
      for (const name of Object.keys(told.values)) {
        const { [name]: _left, ...others } = told.values;
        expect(isFact({ code, values: others }), `${code} ${name}`).toBe(false);
        expect(isFact({ code, values: { ...others, [name]: { odd: true } } }), `${code} ${name}`).toBe(false);
      }
  });

  it('takes the plural form that its number has', () => {
    expect([0, 1, 2, 1000].map((count) => factText(fact('domains.added', { count })))).toEqual([
      '0 domains added',
      '1 domain added',
      '2 domains added',
      '1,000 domains added',
    ]);
  });

  it('is none with a code or a depth that is not ours', () => {
    for (const odd of [null, 5, 'settings.saved', [], {}, { code: 'settings.saved' }, { code: 'toString', values: {} }])
      expect(isFact(odd)).toBe(false);
    const nested = (depth: number): unknown =>
      depth === 0 ? fact('verdict.right') : { code: 'verdict.not-known', values: { what: nested(depth - 1) } };
    expect(isFact(nested(3))).toBe(true);
    expect(isFact(nested(5000))).toBe(false);
  });

  it('tells the kind of each value, those of facts within it too', () => {
    const told = fact('domain.because', {
      record: 'spf',
      what: fact('verdict.right-according-to', { resolver: 'named', server: 'ns1.example.com' }),
    });
    const kinds: Kind[] = [];
    const changed = changedFact(told, (kind, value) => {
      kinds.push(kind);
      return kind === 'name' ? 'name-1' : value;
    });
    expect(kinds).toEqual(['record', 'name']);
    expect(factText(changed)).toBe('SPF: Published and correct, according to name-1');
  });
});

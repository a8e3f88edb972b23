import { describe, expect, test } from 'vitest';
import type { MacroLetter } from '../../../shared/spf/macro.ts';
import { expandMacros, fitDomain, parseMacroString } from '../../../shared/spf/macro.ts';

/** RFC 7208 §7.4: the sender strong-bad@email.example.com from 192.0.2.3, or from 2001:db8::cb01. */
const values: Readonly<Record<MacroLetter, string>> = {
  s: 'strong-bad@email.example.com',
  l: 'strong-bad',
  o: 'email.example.com',
  d: 'email.example.com',
  i: '192.0.2.3',
  p: 'mx.example.org',
  v: 'in-addr',
  h: 'mx.example.org',
  c: '192.0.2.3',
  r: 'example.net',
  t: '1795000000',
};
const values6 = { ...values, i: '20010db800000000000000000000cb01'.split('').join('.'), v: 'ip6' };

function expand(text: string, from = values, inExplanation = false): string | null {
  const parts = parseMacroString(text, inExplanation);
  return parts === null ? null : expandMacros(parts, (letter) => from[letter]);
}

describe('macros', () => {
  test.each([
    ['%{s}', 'strong-bad@email.example.com'],
    ['%{o}', 'email.example.com'],
    ['%{d}', 'email.example.com'],
    ['%{d4}', 'email.example.com'],
    ['%{d3}', 'email.example.com'],
    ['%{d2}', 'example.com'],
    ['%{d1}', 'com'],
    ['%{dr}', 'com.example.email'],
    ['%{d2r}', 'example.email'],
    ['%{l}', 'strong-bad'],
    ['%{l-}', 'strong.bad'],
    ['%{lr}', 'strong-bad'],
    ['%{lr-}', 'bad.strong'],
    ['%{l1r-}', 'strong'],
    ['%{ir}.%{v}._spf.%{d2}', '3.2.0.192.in-addr._spf.example.com'],
    ['%{lr-}.lp._spf.%{d2}', 'bad.strong.lp._spf.example.com'],
    ['%{lr-}.lp.%{ir}.%{v}._spf.%{d2}', 'bad.strong.lp.3.2.0.192.in-addr._spf.example.com'],
    ['%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}', '3.2.0.192.in-addr.strong.lp._spf.example.com'],
    ['%{d2}.trusted-domains.example.net', 'example.com.trusted-domains.example.net'],
    ['%%%_%-', '% %20'],
    ['%{S}', 'strong-bad%40email.example.com'],
    ['%{DR}', 'com.example.email'],
    ['%{d0002}', 'example.com'],
    ['%{d99999999999999999999}', 'email.example.com'],
  ])('%s is %s', (text, expanded) => {
    expect(expand(text)).toBe(expanded);
  });

  test('a capital letter escapes all but unreserved characters, octet by octet', () => {
    expect(expand('%{L}', { ...values, l: 'a~b_c.d-e f/\u00FC' })).toBe('a~b_c.d-e%20f%2F%C3%BC');
  });

  test('IPv6 digits are dotted', () => {
    const reversed = '1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2';
    expect(expand('%{ir}.%{v}._spf.%{d2}', values6)).toBe(`${reversed}.ip6._spf.example.com`);
  });

  test.each([
    '%',
    '%{',
    '%{x}',
    '%{d0}',
    '%{}',
    '%(d)',
    '%{d2x}',
    '%{dr2}',
    '%{s@}',
    '100%',
    '%{c}',
    '%{r}',
    '%{t}',
    'a b',
    'a\t',
    'é',
  ])('%j is no macro string', (text) => {
    expect(parseMacroString(text, false)).toBeNull();
  });

  test('c, r, t and spaces belong to explanations', () => {
    expect(expand('%{c} %{r} %{t}', values, true)).toBe('192.0.2.3 example.net 1795000000');
  });

  test('a name too long loses labels on the left, and its final dot', () => {
    expect(fitDomain('example.com.')).toBe('example.com');
    const long = `${'a'.repeat(50)}.`.repeat(5);
    expect(fitDomain(`${long}example.com`)).toBe(`${'a'.repeat(50)}.`.repeat(4) + 'example.com');
    expect(fitDomain('b'.repeat(300))).toHaveLength(253);
    const whole = `a.${'b'.repeat(251)}`;
    expect(fitDomain(whole)).toBe(whole);
  });
});

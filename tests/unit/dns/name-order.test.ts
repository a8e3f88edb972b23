import fc from 'fast-check';
import { expect, it } from 'vitest';
import { nameOrder } from '../../../shared/dns/name-order.ts';

const sorted = (names: readonly string[]) =>
  [...names].sort((left, right) => (nameOrder(left) < nameOrder(right) ? -1 : 1));

it('counts numbers as numbers, letters as their base letters, and never case', () => {
  expect(sorted(['d10.example', 'd2.example', 'd1.example'])).toEqual(['d1.example', 'd2.example', 'd10.example']);
  expect(sorted(['vogel.example', 'übung.example', 'ufer.example'])).toEqual([
    'übung.example',
    'ufer.example',
    'vogel.example',
  ]);
  expect(sorted(['b.example', 'A.example', 'a-b.example'])).toEqual(['a-b.example', 'A.example', 'b.example']);
  expect(sorted(['a7.example', 'a007.example', 'a08.example'])).toEqual(['a007.example', 'a7.example', 'a08.example']);
});

it('sorts ASCII names with numbers as the collation of the Unicode consortium does', () => {
  const collator = new Intl.Collator('en', { numeric: true });
  const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,3}(?:[1-9][0-9]{0,12}[a-z]{1,3}){0,2}$/), { maxLength: 20 });
  fc.assert(
    fc.property(names, (list) => {
      expect(sorted(list)).toEqual([...list].sort(collator.compare));
    }),
  );
});

it('tells any two names apart', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (left, right) => {
      expect(nameOrder(left) === nameOrder(right)).toBe(left === right);
    }),
  );
});

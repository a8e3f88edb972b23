import { describe, expect, it } from 'vitest';
import { extended, rowAfterKey, rowByName, toggled } from '../../../../renderer/features/domains/list-keys.ts';

describe('keys in a list', () => {
  it('move by one, by a page and to the ends, and never out of the list', () => {
    const after = (key: string, index: number) => rowAfterKey(key, index, 100, 20);
    expect(['ArrowDown', 'ArrowUp', 'PageDown', 'PageUp', 'Home', 'End'].map((key) => after(key, 50))).toEqual([
      51, 49, 69, 31, 0, 99,
    ]);
    expect([after('ArrowUp', 0), after('PageUp', 3), after('ArrowDown', 99), after('PageDown', 95)]).toEqual([
      0, 0, 99, 99,
    ]);
    expect([after('Enter', 1), after('x', 1), after('toString', 1), rowAfterKey('End', 0, 0, 20)]).toEqual([
      null,
      null,
      null,
      null,
    ]);
    expect(rowAfterKey('PageDown', 0, 100, 1)).toBe(1);
  });

  it('add to the choice, take from it, and reach from one row to another', () => {
    expect([...toggled(new Set([1, 2]), 2)]).toEqual([1]);
    expect([...toggled(new Set([1]), 5)]).toEqual([1, 5]);
    const ids = [10, 11, 12, 13, 14];
    expect(extended(new Set([14]), ids, 3, 1)).toEqual(new Set([11, 12, 13, 14]));
    expect([...extended(new Set(), ids, 2, 2)]).toEqual([12]);
  });

  it('go to the next name that begins with what was typed', () => {
    const names = ['alpha.example', 'beta.example', 'Bern.example', 'übung.example'];
    expect([rowByName(names, 'be', 0), rowByName(names, 'ber', 0), rowByName(names, 'a', 2)]).toEqual([1, 2, 0]);
    expect([rowByName(names, 'be', 2), rowByName(names, 'x', 0), rowByName([], 'a', 0)]).toEqual([2, null, null]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RowKeys } from '../../../../renderer/features/domains/row-keys.ts';

describe('the elements of drawn rows', () => {
  it('stay with their rows while the list is scrolled, and go over to new ones', () => {
    const keys = new RowKeys();
    const [, second, third] = keys.of([11, 12, 13], null);
    expect(keys.of([12, 13, 14], null)).toEqual([second, third, 0]);
    expect(new Set(keys.of([21, 22, 23], null))).toEqual(new Set([0, 1, 2]));
  });

  it('never go over to another row from the one that has the focus', () => {
    const keys = new RowKeys();
    const before = keys.of([11, 12, 13], 12);
    expect(keys.of([21, 22, 23], 12)).not.toContain(before[1]);
  });

  it('are never two rows’ at once, and stay with what is drawn again', () => {
    const drawn = fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { maxLength: 12 });
    fc.assert(
      fc.property(fc.array(drawn, { maxLength: 20 }), (draws) => {
        const keys = new RowKeys();
        let kept = new Map<number, number>();
        for (const ids of draws) {
          const given = keys.of(ids, null);
          expect(new Set(given).size).toBe(ids.length);
          ids.forEach((id, place) => {
            if (kept.has(id)) expect(given[place]).toBe(kept.get(id));
          });
          kept = new Map(ids.map((id, place) => [id, given[place] as number]));
        }
      }),
    );
  });
});

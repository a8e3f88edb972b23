import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { domainList, rowOf, withRows } from '../../../renderer/data/domain-list.ts';
import type { DomainRow } from '../../../shared/contract/domains.ts';
import { nameOrder } from '../../../shared/dns/name-order.ts';

/** A list that is kept up change by change, against one that is made anew of the same rows. */

const purpose = fc.constantFrom('verified', 'failing', 'unknown', 'to-do', 'not-needed');
const facts = fc.record({
  inUse: fc.boolean(),
  templateId: fc.constantFrom(null, 'unione', 'mailgun'),
  verdict: fc.constantFrom('verified', 'failing', 'unknown'),
  spf: purpose,
  dkim: purpose,
  dmarc: purpose,
  tags: fc.constantFrom(undefined, ['client'], ['client', 'old']),
});
const ids = fc.integer({ min: 1, max: 12 });

type Facts = typeof facts extends fc.Arbitrary<infer Made> ? Made : never;

function row(id: number, { tags, ...rest }: Facts): DomainRow {
  const name = `d${id}.example`;
  return {
    id,
    name,
    unicodeName: name,
    addedAt: 0,
    seenAt: null,
    ...rest,
    ...(tags === undefined ? {} : { tags: [...tags] }),
  };
}

const FACTS = {
  inUse: true,
  templateId: null,
  verdict: 'verified',
  spf: 'verified',
  dkim: 'verified',
  dmarc: 'verified',
  tags: undefined,
} as const satisfies Facts;

const sorted = (rows: readonly DomainRow[]) =>
  [...rows].sort((left, right) => (nameOrder(left.unicodeName) < nameOrder(right.unicodeName) ? -1 : 1));

describe('a list of domains', () => {
  it('is after each change what it would be when made anew', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.tuple(ids, facts), { maxLength: 8 }), { maxLength: 8 }), (rounds) => {
        const rows = new Map<number, DomainRow>();
        let list = domainList([]);
        for (const round of rounds) {
          const changed = new Map(round.map(([id, each]) => [id, row(id, each)]));
          for (const [id, each] of changed) rows.set(id, each);
          list = withRows(list, changed);
          expect(list).toEqual(domainList(sorted([...rows.values()])));
        }
      }),
    );
  });

  it('holds the very items that it held while names and use are the same', () => {
    const before = domainList([1, 2, 3].map((id) => row(id, { ...FACTS, inUse: true })));
    const after = withRows(before, new Map([[2, row(2, { ...FACTS, inUse: true, verdict: 'failing' })]]));
    expect(after.items).toBe(before.items);
    expect(rowOf(after, 2)?.verdict).toBe('failing');
    const unused = withRows(after, new Map([[3, row(3, { ...FACTS, inUse: false })]]));
    expect(unused.items.map((item, index) => item === after.items[index])).toEqual([true, true, false]);
    expect([rowOf(unused, 9), rowOf(null, 1)]).toEqual([undefined, undefined]);
  });
});

import { describe, expect, it } from 'vitest';
import { ownDifferences, toldOnce } from '../../../../renderer/features/manual/told-once.ts';
import { describeFindings } from '../../../../shared/findings/catalogue.ts';
import { diagnosisFinding } from '../../../../shared/diagnosis/findings.ts';

type Card = Parameters<typeof toldOnce>[0][number];

const [offline, delegation] = describeFindings([
  diagnosisFinding('diagnosis.offline', {}),
  diagnosisFinding('diagnosis.not-delegated', { domain: 'example.com', parent: 'com' }),
]);
if (offline === undefined || delegation === undefined) throw new Error('The catalogue lacks what this test is about');

const answer = {} as Card['observations'][number];
const asked = (...differences: Card['differences']): Card => ({ observations: [answer], differences });

describe('what is told once for all records', () => {
  it('stands at every record that was asked for, and is taken out of each', () => {
    const cards = [asked(offline), asked(delegation, offline), { observations: [], differences: [] }];
    const told = toldOnce(cards);
    expect(told).toEqual([offline]);
    expect(cards.map((card) => ownDifferences(card.differences, told))).toEqual([[], [delegation], []]);
  });

  it('stays at its record where another has no such trouble, and where there is but one', () => {
    expect(toldOnce([asked(offline), asked()])).toEqual([]);
    expect(toldOnce([asked(offline)])).toEqual([]);
    expect(toldOnce([])).toEqual([]);
  });
});

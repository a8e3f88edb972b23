import type { RecordCard } from '../../../shared/manual/manual.ts';

type Difference = RecordCard['differences'][number];

const isSame = (left: Difference, right: Difference) => left.code === right.code && left.title === right.title;

/**
 * What the servers’ answers show of every record alike, as a machine without DNS does: told once, above the records.
 *
 * @param cards of a domain; those that were never asked for say nothing.
 * @returns the findings that stand at two records at least and at all that were asked for, in their order.
 */
export function toldOnce(cards: readonly Pick<RecordCard, 'observations' | 'differences'>[]): readonly Difference[] {
  const asked = cards.filter((card) => card.observations.length > 0);
  const [first] = asked;
  if (first === undefined || asked.length < 2) return [];
  return first.differences.filter((finding) =>
    asked.every((card) => card.differences.some((other) => isSame(other, finding))),
  );
}

/** The findings of one record without those that are told for all of them. */
export function ownDifferences(differences: readonly Difference[], told: readonly Difference[]): readonly Difference[] {
  return differences.filter((finding) => !told.some((other) => isSame(other, finding)));
}

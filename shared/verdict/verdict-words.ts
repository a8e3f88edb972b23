import type { PurposeVerdict, Verdict } from './types.ts';

/** Verdicts as people read them. */
export const VERDICT_WORDS: Readonly<Record<PurposeVerdict, string>> = {
  verified: 'verified',
  'change-prepared': 'change prepared',
  'to-do': 'to do',
  pending: 'pending',
  failing: 'failing',
  unknown: 'unknown',
  'not-needed': 'not needed',
};

/** From what needs a person most to what needs nobody. */
export const VERDICTS_BY_NEED: readonly Verdict[] = [
  'failing',
  'unknown',
  'pending',
  'to-do',
  'change-prepared',
  'verified',
];

/** How many have which verdict: `9,990 verified, 10 failing`, the best first. */
export function verdictCountsText(
  counts: Readonly<Partial<Record<string, number>>>,
  numberText: (count: number) => string = String,
): string {
  return VERDICTS_BY_NEED.toReversed()
    .filter((verdict) => (counts[verdict] ?? 0) > 0)
    .map((verdict) => `${numberText(counts[verdict] ?? 0)} ${VERDICT_WORDS[verdict]}`)
    .join(', ');
}

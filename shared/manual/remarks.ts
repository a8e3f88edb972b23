import { factsText } from '../facts/fact-text.ts';
import { instantText } from '../text/instant.ts';
import type { Manual } from './manual.ts';

/**
 * What whoever gets a plan's records has to know besides, one sentence or two each: what it changes for receivers, what
 * was made weaker on purpose and by whom, and which questions are open.
 */
export function remarksOf({
  questions,
  plan,
  effect,
}: Pick<Manual, 'questions' | 'plan' | 'effect'>): readonly string[] {
  const isChanged = effect.parts.some((part) => part.isChanged);
  return [
    ...(isChanged ? [`Effect: ${effect.line}`, ...effect.parts.flatMap(({ note }) => note ?? [])] : []),
    ...plan.chosen.map(({ what, by, at }) => `Accepted by ${by}, ${instantText(at)}: ${factsText(what)}.`),
    ...questions.map(({ title, explanation }) => `Open question: ${title}. ${explanation}`),
  ];
}

import type { Fact } from '../../shared/facts/fact.ts';
import { factText } from '../../shared/facts/fact-text.ts';

/** What carries a fact, with the texts that a person reads of it beside: its own, and the lines below it. */
export function told<Entry extends { readonly fact: Fact; readonly details?: readonly Fact[] }>(
  entry: Entry,
): Entry & { readonly summary: string; readonly detail: string } {
  return { ...entry, summary: factText(entry.fact), detail: (entry.details ?? []).map(factText).join('\n') };
}

/** The sentence of each, in order. */
export const sentencesOf = (entries: readonly { readonly fact: Fact }[]): readonly string[] =>
  entries.map(({ fact }) => factText(fact));

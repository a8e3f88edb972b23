import { mechanismKey } from './meaning.ts';
import { mergeSpf, spfHolds } from './merge.ts';
import type { SpfEdit, SpfMerge } from './merge.ts';
import { mechanismKeys, remainingTerms } from './remaining-terms.ts';
import { parseSpf } from './syntax.ts';

/** What a person has decided about one SPF record, besides what the providers require. */
export interface SpfChoice {
  /** Mechanisms to take out of what is published, such as those of a provider that is left. */
  readonly remove: readonly string[];
  /** Required mechanisms that are left out, because other terms do their work. */
  readonly without: readonly string[];
  /** A text taken for the published one, for as long as the published one reads `from` (empty: nothing published). */
  readonly edited: { readonly from: string; readonly to: string } | null;
}

export const noSpfChoice: SpfChoice = { remove: [], without: [], edited: null };

/** Every published record at the name as one text, to be held against `edited.from`. */
export function publishedText(published: readonly string[]): string {
  return published.join('\n');
}

function wordsOf(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== '' && word.toLowerCase() !== 'v=spf1');
}

/** Whether the edit was made for what is published. */
export function appliesTo(choice: SpfChoice, published: readonly string[]): boolean {
  return choice.edited !== null && choice.edited.from === publishedText(published);
}

/** What the edit alone does, word by word. */
function ownEdits({ from, to }: NonNullable<SpfChoice['edited']>, merged: readonly SpfEdit[]): readonly SpfEdit[] {
  const before = wordsOf(from);
  const after = new Set(wordsOf(to));
  const removed = before
    .filter((word) => !after.has(word))
    .map((term) => ({ kind: 'remove' as const, term, reason: 'Taken out by your edit.' }));
  const known = new Set(before);
  const rest = merged.map((edit) =>
    edit.kind === 'keep' && !known.has(edit.term)
      ? { kind: 'add' as const, term: edit.term, reason: 'Put in by your edit.' }
      : edit,
  );
  return [...removed, ...rest];
}

/**
 * The record that says what is published, what is required and what the person has decided.
 *
 * @param published the joined texts of every SPF record at the name.
 * @param terms the mechanisms that providers require.
 * @param putFirst they come before everything that is published, whatever DNS says to that.
 */
export function mergeChosen(
  published: readonly string[],
  terms: readonly string[],
  choice: SpfChoice,
  putFirst = false,
): SpfMerge {
  const change = { add: remainingTerms(terms, choice.without), remove: choice.remove, putFirst };
  if (choice.edited === null || !appliesTo(choice, published)) return mergeSpf(published, change);
  const merged = mergeSpf([choice.edited.to], change);
  return { ...merged, unchanged: false, edits: ownEdits(choice.edited, merged.edits) };
}

/** Whether one published text fulfils what is required and decided. */
export function holdsChosen(text: string, terms: readonly string[], choice: SpfChoice): boolean {
  const given = mechanismKeys(choice.remove);
  const isGivenUp = parseSpf(text).record?.mechanisms.some((mechanism) => given.has(mechanismKey(mechanism))) === true;
  return spfHolds(text, remainingTerms(terms, choice.without)) && !isGivenUp && !appliesTo(choice, [text]);
}

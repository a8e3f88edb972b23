import { THOUSANDS } from './language.ts';

/** A text for each plural form of English (CLDR); `{count}` stands for the number. */
export interface PluralTexts {
  readonly one: string;
  readonly other: string;
}

/**
 * A number as people read it: `12,000`. Not by the platform's formatter: the first one that a page makes loads tables for
 * 50 to 100 ms, and the first paint is where thousands of domains are counted.
 *
 * @param count a whole number of less than 10²¹, or of any size as a bigint.
 */
export function countText(count: number | bigint): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, THOUSANDS);
}

/** The plural form that a whole number takes in English (CLDR). */
export const pluralForm = (count: number): keyof PluralTexts => (count === 1 ? 'one' : 'other');

/**
 * The text that a number takes: a whole sentence or an item of a list, never a part of a sentence.
 *
 * @param count a whole number.
 */
export function counted(count: number, texts: PluralTexts): string {
  return texts[pluralForm(count)].replaceAll('{count}', countText(count));
}

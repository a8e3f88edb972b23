import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countText, counted } from '../../../shared/text/counted.ts';
import { LANGUAGE } from '../../../shared/text/language.ts';

/** What the platform writes, which a first paint can't wait for. */
const byThePlatform = new Intl.NumberFormat(LANGUAGE);
const forms = new Intl.PluralRules(LANGUAGE);

describe('numbers for people', () => {
  it('are written as the platform writes them', () => {
    const isWrittenAlike = (count: number | bigint) => {
      expect(countText(count)).toBe(byThePlatform.format(count));
    };
    for (const count of [0, 999, 1000, 12_000, 999_999, 1_000_000, -1000, 2n ** 128n]) isWrittenAlike(count);
    fc.assert(fc.property(fc.maxSafeInteger(), isWrittenAlike));
    fc.assert(fc.property(fc.bigInt(), isWrittenAlike));
  });

  it('take the text of their plural form', () => {
    const texts = { one: '{count} domain of one', other: '{count} domains of many' };
    for (const count of [0, 1, 2, 11, 21, 1001])
      expect(counted(count, texts)).toContain(forms.select(count) === 'one' ? 'of one' : 'of many');
  });
});

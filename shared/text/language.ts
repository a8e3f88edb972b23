/** The language that texts are in, as BCP 47 names it; numbers, lists and plural forms follow it. */
export const LANGUAGE = 'en-GB';

/** What stands between the thousands of a number in that language (CLDR). */
export const THOUSANDS = ',';

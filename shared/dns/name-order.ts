/** The most digits of a number whose length is told by one letter; longer ones are sorted as if they had so many. */
const MOST_DIGITS = 60;

/**
 * What to sort a domain name by: numbers count as numbers (`d2` before `d10`), letters as their base letters (`ü` with
 * `u`), case does not count. A key instead of a comparing function, so that SQLite and the window sort alike and a name is
 * looked at once.
 *
 * @param name in U-labels or A-labels.
 * @returns a text to be compared by its code units; two names never have the same.
 */
export function nameOrder(name: string): string {
  const plain = name.normalize('NFD').replace(/\p{M}+/gu, '');
  const key = plain.toLowerCase().replace(/\d+/g, (digits) => {
    const number = digits.replace(/^0+(?=\d)/, '');
    return `0${String.fromCharCode(0x30 + Math.min(number.length, MOST_DIGITS))}${number}`;
  });
  return `${key}\0${name}`;
}

/** An amount with its noun: `1 domain`, `2 domains`. @param words the plural, where it is not the noun with an s. */
export function plural(amount: number, word: string, words = `${word}s`): string {
  return `${amount} ${amount === 1 ? word : words}`;
}

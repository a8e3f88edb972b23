/**
 * A pure function of one text that remembers its newest results: thousands of domains publish the same few records, and
 * each would be read anew.
 *
 * @param limit results that are kept; the oldest go first.
 */
export function remembering<Result>(limit: number, work: (text: string) => Result): (text: string) => Result {
  const known = new Map<string, Result>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const result = work(text);
    if (known.size >= limit)
      for (const oldest of known.keys()) {
        known.delete(oldest);
        break;
      }
    known.set(text, result);
    return result;
  };
}

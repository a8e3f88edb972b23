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

/** A pure function of an object that nobody changes, which remembers its result for as long as the object is there. */
export function rememberingOf<Key extends object, Result>(work: (key: Key) => Result): (key: Key) => Result {
  const known = new WeakMap<Key, Result>();
  return (key) => {
    const before = known.get(key);
    if (before !== undefined) return before;
    const result = work(key);
    known.set(key, result);
    return result;
  };
}

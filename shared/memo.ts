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

/**
 * The same for objects that come and go by the thousand, each asked about several times in a row: what is kept of them all
 * would cost more than it saves.
 *
 * @param limit objects whose results are kept; the one that was asked about longest ago goes first.
 */
export function rememberingLately<Key extends object, Result>(
  limit: number,
  work: (key: Key) => Result,
): (key: Key) => Result {
  const keys: Key[] = [];
  const results: Result[] = [];
  return (key) => {
    // The newest stands last.
    const at = keys.lastIndexOf(key);
    if (at !== -1 && at === keys.length - 1) return results[at] as Result;
    const result = at === -1 ? work(key) : (results[at] as Result);
    const gone = at === -1 && keys.length >= limit ? 0 : at;
    if (gone !== -1) {
      keys.splice(gone, 1);
      results.splice(gone, 1);
    }
    keys.push(key);
    results.push(result);
    return result;
  };
}

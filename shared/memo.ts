/**
 * A pure function of one text that remembers its newest results: thousands of domains publish the same few records, and
 * each would be read anew.
 *
 * @param limit results that are kept at least, and twice as many at the most: what was not asked about for as long as it
 *   takes to fill one generation goes with the other.
 * @param keyOf the same for texts that have the same result.
 */
export function remembering<Result>(
  limit: number,
  work: (text: string) => Result,
  keyOf = (text: string): string => text,
): (text: string) => Result {
  let newer = new Map<string, Result>();
  let older = new Map<string, Result>();
  let lastKey: string | null = null;
  let lastResult: Result | undefined;
  function find(key: string, text: string): Result {
    const recent = newer.get(key);
    if (recent !== undefined) return recent;
    const result = older.get(key) ?? work(text);
    if (newer.size >= limit) {
      older = newer;
      newer = new Map();
    }
    newer.set(key, result);
    return result;
  }
  return (text) => {
    const key = keyOf(text);
    // The same text again, as nearly always: to compare it takes less than to hash it, which each copy of it needs anew.
    if (lastResult !== undefined && key === lastKey) return lastResult;
    lastResult = find(key, text);
    lastKey = key;
    return lastResult;
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
 * @param limit objects whose results are kept; the one that came first goes first.
 */
export function rememberingLately<Key extends object, Result>(
  limit: number,
  work: (key: Key) => Result,
): (key: Key) => Result {
  const keys: Key[] = [];
  const results: Result[] = [];
  let newest = -1;
  return (key) => {
    if (newest !== -1 && keys[newest] === key) return results[newest] as Result;
    const at = keys.indexOf(key);
    if (at !== -1) return results[at] as Result;
    const result = work(key);
    newest = (newest + 1) % limit;
    keys[newest] = key;
    results[newest] = result;
    return result;
  };
}

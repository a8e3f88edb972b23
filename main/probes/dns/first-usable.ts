/**
 * Tries candidates one after the other, the next as soon as one fails or lets `waitMs` pass without an answer, and
 * takes the first usable result; what is still under way is then given up.
 *
 * @param attempt gives null for a result that can't be used; its signal is aborted when it is no longer wanted.
 * @returns null when none of the first `most` candidates gave one.
 */
export async function firstUsable<Candidate, Result>(
  candidates: readonly Candidate[],
  attempt: (candidate: Candidate, signal: AbortSignal) => Promise<Result | null>,
  options: { readonly waitMs: number; readonly most: number; readonly signal: AbortSignal },
): Promise<Result | null> {
  const tried = candidates.slice(0, options.most);
  const enough = new AbortController();
  const signal = AbortSignal.any([options.signal, enough.signal]);
  return new Promise((resolve) => {
    let next = 0;
    let underWay = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const finish = (result: Result | null) => {
      clearTimeout(timer);
      enough.abort();
      resolve(result);
    };
    const start = () => {
      clearTimeout(timer);
      const candidate = tried[next];
      if (candidate === undefined || signal.aborted) {
        if (underWay === 0) finish(null);
        return;
      }
      next += 1;
      underWay += 1;
      timer = setTimeout(start, options.waitMs);
      const end = (result: Result | null) => {
        underWay -= 1;
        if (enough.signal.aborted) return;
        if (result === null) start();
        else finish(result);
      };
      attempt(candidate, signal).then(end, () => end(null));
    };
    start();
  });
}

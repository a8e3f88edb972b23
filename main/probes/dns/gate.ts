/** How many questions one server is asked at once, and how many a second. */
export interface Gate<Work> {
  /** Begins the work now, or when its turn comes; the work ends with `leave`. */
  readonly enter: (work: Work) => void;
  readonly leave: () => void;
  /** The server was silent: half as many questions from now on. */
  readonly slowDown: () => void;
  readonly isIdle: () => boolean;
  /** Lets everybody in who still waits: their questions end by their own signal. */
  readonly close: () => void;
}

export interface GateLimits {
  /** At once, as things stand. */
  readonly most: () => number;
  /** Infinity: as fast as the answers come. */
  readonly perSecond: number;
}

const FIRST_WINDOW = 32;
const LEAST_WINDOW = 4;
/** Silence of many questions sent together counts once. */
const SHRINK_EVERY_MS = 500;
const REFILL_MS = 10;

/**
 * Additive increase, multiplicative decrease, as TCP does it (RFC 5681): each answer lets one more question be under
 * way, silence halves their number, so that a server that begins
 * to drop questions is asked less.
 */
export function createGate<Work>({ most, perSecond: allowed }: GateLimits, begin: (work: Work) => void): Gate<Work> {
  let perSecond = allowed;
  let window = Math.min(FIRST_WINDOW, most());
  let open = 0;
  let shrunkAt = Number.NEGATIVE_INFINITY;
  let queue: Work[] = [];
  let head = 0;
  let admitting = false;
  let closed = false;
  // What a fiftieth of a second allows may be spent at once; more would be a burst.
  let tokens = perSecond / 50;
  let refilledAt = performance.now();
  let timer: NodeJS.Timeout | null = null;

  const takeToken = (): boolean => {
    if (perSecond === Number.POSITIVE_INFINITY) return true;
    const now = performance.now();
    tokens = Math.min(perSecond / 50, tokens + ((now - refilledAt) * perSecond) / 1000);
    refilledAt = now;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };

  const admit = () => {
    // Work that ends at once comes back here by way of `leave`; the loop that began it goes on.
    if (admitting) return;
    admitting = true;
    admitAll();
    admitting = false;
  };

  const admitAll = () => {
    while (head < queue.length && (closed || open < Math.min(window, most()))) {
      if (!takeToken()) {
        timer ??= setTimeout(() => {
          timer = null;
          admit();
        }, REFILL_MS);
        return;
      }
      const work = queue[head] as Work;
      head += 1;
      open += 1;
      begin(work);
    }
    if (head === queue.length) {
      queue = [];
      head = 0;
    } else if (head > 1024) {
      queue = queue.slice(head);
      head = 0;
    }
  };

  return {
    enter(work) {
      queue.push(work);
      admit();
    },
    leave() {
      open -= 1;
      window = Math.min(most(), window + 1);
      admit();
    },
    slowDown() {
      if (performance.now() - shrunkAt < SHRINK_EVERY_MS) return;
      shrunkAt = performance.now();
      window = Math.max(LEAST_WINDOW, Math.floor(window / 2));
    },
    isIdle: () => open === 0 && head === queue.length,
    close() {
      if (timer !== null) clearTimeout(timer);
      closed = true;
      perSecond = Number.POSITIVE_INFINITY;
      admit();
    },
  };
}

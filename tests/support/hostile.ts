/** What every run with hostile input needs. */

/** Marsaglia's xorshift32: the same input for the same seed. @returns a whole number below its argument. */
export function generator(seed: number): (below: number) => number {
  let state = seed | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/**
 * @returns milliseconds of processor time of the quickest of so many runs: what other processes do to the machine is none
 *   of ours.
 */
export function bestOf(tries: number, run: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const start = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(start);
    best = Math.min(best, (user + system) / 1000);
  }
  return best;
}

interface Growth {
  /** Lengths compared, three doublings apart. */
  readonly spans: readonly { readonly from: number; readonly to: number }[];
  /** Below this the clock says more about the machine than about the text. */
  readonly shortestMs: number;
  /** More than this, from a length to its double, is an error. */
  readonly most: number;
  /** Times that each text is read, of which the quickest counts. */
  readonly tries: number;
  /** Garbage is collected in steps, and a busy machine measures it high now and then; time that really grows does so each time. */
  readonly attempts: number;
}

/** Up to the longest record that is read, and far beyond it. */
const FULL: Growth = {
  spans: [
    { from: 8000, to: 64_000 },
    { from: 131_072, to: 1_048_576 },
  ],
  shortestMs: 4,
  most: 2.2,
  tries: 3,
  attempts: 6,
};
/** A short run shares its machine with other tests: it reports the figure and demands nothing of it. */
const SHORT: Growth = {
  spans: [{ from: 2000, to: 16_000 }],
  shortestMs: 12,
  most: Number.POSITIVE_INFINITY,
  tries: 1,
  attempts: 1,
};
/** What a text ends in: an expression that fails at the very end goes back through all that it has read. */
const TAILS = ['', ' !'] as const;

/**
 * The largest growth of time from one length to its double, over parsers and what a text is repeated from.
 *
 * @param isFullRun a growth over 2.2 is an error; in a short run, none is.
 */
export function measureTextGrowth(
  parsers: readonly { readonly name: string; readonly prefix: string; readonly run: (text: string) => void }[],
  repeated: readonly string[],
  isFullRun: boolean,
): string {
  const { spans, shortestMs, most, tries, attempts } = isFullRun ? FULL : SHORT;
  let worst = { growth: 0, label: 'nothing took long enough to be measured' };
  for (const { name, prefix, run } of parsers) {
    for (const [piece, tail] of repeated.flatMap((each) => TAILS.map((end) => [each, end] as const))) {
      for (const { from, to } of spans) {
        // Whole pieces alone: a text that ends in half a term is another kind of text.
        const text = (length: number) => `${prefix}${piece.repeat(Math.floor(length / piece.length))}${tail}`;
        const [short, long] = [text(from), text(to)];
        let growth = 0;
        for (let attempt = 0; attempt < attempts; attempt += 1) {
          const slow = bestOf(tries, () => run(long));
          growth = 0;
          if (slow < shortestMs) break;
          // As much text in all, so that both have their share of collecting garbage.
          const fast = () => {
            for (let part = 0; part < 8; part += 1) run(short);
          };
          growth = ((8 * slow) / bestOf(tries, fast)) ** (1 / 3);
          if (growth <= most) break;
        }
        if (growth > worst.growth) {
          worst = { growth, label: `${name} on ${JSON.stringify(piece + tail)} up to ${to} characters` };
        }
      }
    }
  }
  const figure = `time grows ${worst.growth.toFixed(2)} × at most when the text doubles (${worst.label})`;
  if (worst.growth > most) throw new Error(figure);
  return figure;
}

/** From so many rounds on, a run is a full one. */
export const FULL_RUN = 100_000;

/**
 * Feeds hostile texts to parsers.
 *
 * @param rounds texts for each parser; the `every`th part of that where a parser says so.
 * @param seed gives the same texts again.
 * @returns how many of what, and the slowest in milliseconds.
 * @throws with the seed, the round and the text that a parser threw at.
 */
export async function feed<
  Parser extends {
    readonly name: string;
    readonly every?: number;
    readonly run: (text: string, random: (below: number) => number) => unknown;
  },
>(
  parsers: readonly Parser[],
  rounds: number,
  seed: number,
  textFor: (random: (below: number) => number, parser: Parser) => string,
): Promise<string> {
  let slowest = 0;
  for (const parser of parsers) {
    const random = generator(seed);
    for (let round = 0; round < rounds / (parser.every ?? 1); round += 1) {
      const text = textFor(random, parser);
      const start = performance.now();
      try {
        await parser.run(text, random);
      } catch (error) {
        throw new Error(`${parser.name}, seed ${seed}, round ${round}: ${JSON.stringify(text)}`, { cause: error });
      }
      slowest = Math.max(slowest, performance.now() - start);
    }
  }
  const names = parsers.map(({ name, every = 1 }) => (every === 1 ? name : `${name} (1 of ${every})`)).join(', ');
  return `${rounds} hostile texts for each of ${names}; slowest ${slowest.toFixed(1)} ms`;
}

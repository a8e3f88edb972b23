/** Whole numbers of reports: counted exactly, whatever their size. */

/** A number up to 2^53, its decimal digits beyond. */
export type Figure = number | string;

/** @returns `amount` as JSON can carry it without loss. */
export function figureOf(amount: bigint): Figure {
  return amount <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(amount) : String(amount);
}

const MOST_DIGITS = 30;
const WHOLE = /^\+?(\d+)(?:\.0*)?$/;

/** A count as a report writes it: digits, with a fraction of nothing at most. @returns null for anything else. */
export function readCount(text: string): bigint | null {
  const digits = WHOLE.exec(text.trim())?.[1];
  return digits === undefined || digits.length > MOST_DIGITS ? null : BigInt(digits);
}

/** Sums by name. A `Map`: a name out of a report may be `__proto__`. */
export class Sums {
  readonly #sums = new Map<string, bigint>();

  add(name: string, amount: bigint): void {
    this.#sums.set(name, (this.#sums.get(name) ?? 0n) + amount);
  }

  /** @returns the sums as an object of its own members, in the order of their names. */
  toFigures(): Readonly<Record<string, Figure>> {
    const sorted = [...this.#sums].sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0));
    return Object.fromEntries(sorted.map(([name, amount]) => [name, figureOf(amount)]));
  }
}

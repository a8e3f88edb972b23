/** Whole numbers of reports: counted exactly, whatever their size. */

/** A number up to 2^53, its decimal digits beyond. */
export type Figure = number | string;

/** A number up to 2^53, exact beyond. */
export type Count = number | bigint;

/** @returns the sum, exact. */
export function plus(left: Count, right: Count): Count {
  if (typeof left === 'number' && typeof right === 'number') {
    const sum = left + right;
    if (sum <= Number.MAX_SAFE_INTEGER) return sum;
  }
  return BigInt(left) + BigInt(right);
}

/** @returns `amount` as JSON can carry it without loss. */
export function figureOf(amount: Count): Figure {
  return typeof amount === 'number'
    ? amount
    : amount <= BigInt(Number.MAX_SAFE_INTEGER)
      ? Number(amount)
      : String(amount);
}

const MOST_DIGITS = 30;
/** Digits of which any number is safe. */
const SAFE_DIGITS = 15;
const WHOLE = /^\+?(\d+)(?:\.0*)?$/;

/** A count as a report writes it: digits, with a fraction of nothing at most. @returns null for anything else. */
export function readCount(text: string): Count | null {
  const digits = WHOLE.exec(text.trim())?.[1];
  if (digits === undefined || digits.length > MOST_DIGITS) return null;
  if (digits.length <= SAFE_DIGITS) return Number(digits);
  const count = BigInt(digits);
  return count <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(count) : count;
}

/** Sums by name. A `Map`: a name out of a report may be `__proto__`. */
export class Sums {
  readonly #sums = new Map<string, Count>();

  add(name: string, amount: Count): void {
    this.#sums.set(name, plus(this.#sums.get(name) ?? 0, amount));
  }

  /** @returns the sums as an object of its own members, in the order of their names. */
  toFigures(): Readonly<Record<string, Figure>> {
    const names = [...this.#sums.keys()].sort();
    return Object.fromEntries(names.map((name) => [name, figureOf(this.#sums.get(name) ?? 0)]));
  }
}

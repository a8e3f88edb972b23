import { existsSync } from 'node:fs';
import path from 'node:path';

/**
 * A checkout of the build before, which benchmarks are held against: `SENDWRIGHT_BEFORE` names its folder. It has
 * dependencies of its own: `git worktree add ../before COMMIT && cd ../before && npm ci`.
 *
 * @returns null where none is named.
 * @throws where what is named is no checkout that could be run.
 */
export function buildBefore(): string | null {
  const folder = process.env.SENDWRIGHT_BEFORE;
  if (folder === undefined || folder === '') return null;
  const root = path.resolve(folder);
  if (!existsSync(path.join(root, 'node_modules')) || !existsSync(path.join(root, 'shared'))) {
    throw new Error(`SENDWRIGHT_BEFORE is ${folder}, which is no checkout with its dependencies: run npm ci there`);
  }
  return root;
}

/** `12.3 × (11.0 to 14.1 in 7 pairs)`: the median of ratios, and how far they lie apart. */
export function ratioText(ratios: readonly number[]): { readonly median: number; readonly text: string } {
  const sorted = [...ratios].sort((left, right) => left - right);
  const median = sorted[Math.floor(sorted.length / 2)] as number;
  const places = median < 10 ? 2 : 0;
  const figure = (value: number) => value.toFixed(places);
  const [least, most] = [sorted[0] as number, sorted.at(-1) as number];
  return { median, text: `${figure(median)} × (${figure(least)} to ${figure(most)} in ${sorted.length} pairs)` };
}

import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { buildBefore, ratioText } from '../support/build-before.ts';

/**
 * What the judge costs: merge, plan and manual of 10,000 domains, and the verdicts that the list shows of them, against the
 * same in the build before (`SENDWRIGHT_BEFORE`), in turns, each in a process of its own.
 */

const PAIRS = 7;
const PROGRAM = path.resolve(import.meta.dirname, '..', 'support', 'programs', 'judged-domains.ts');

interface Taken {
  /** Milliseconds of the processor, for all domains. */
  readonly manual: number;
  readonly verdicts: number;
}

function take(root: string): Taken {
  const { stdout, stderr, status } = spawnSync(process.execPath, [PROGRAM, root], { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${PROGRAM} ended with ${status} in ${root}: ${stderr}`);
  return JSON.parse(stdout) as Taken;
}

function run() {
  const before = buildBefore();
  const root = path.resolve(import.meta.dirname, '..', '..');
  const ratios: Record<keyof Taken, number[]> = { manual: [], verdicts: [] };
  const last: { taken: Taken } = { taken: take(root) };
  for (let pair = 0; pair < PAIRS && before !== null; pair += 1) {
    const theirs = take(before);
    last.taken = take(root);
    for (const part of ['manual', 'verdicts'] as const) ratios[part].push(last.taken[part] / theirs[part]);
  }
  const row = (part: keyof Taken, label: string, most: number) => {
    const took = `${last.taken[part].toFixed(0)} ms`;
    if (before === null) {
      const value = `not measured without SENDWRIGHT_BEFORE (${took})`;
      return { label, value, target: `≤ ${most} ×`, met: true };
    }
    const { median, text } = ratioText(ratios[part]);
    return { label, value: `${text}, ${took}`, target: `≤ ${most} ×`, met: median <= most };
  };
  return Promise.resolve([
    row('manual', 'merge, judge, plan and manual of 10,000 domains, time of the processor to the build before', 1.8),
    row('verdicts', 'verdicts of 10,000 stored domains, time of the processor to the build before', 1.3),
  ]);
}

export const bench = { name: 'judge', run };

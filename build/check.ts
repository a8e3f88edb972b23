import path from 'node:path';
import { checkLayers } from './layers.ts';
import { runProgram } from './programs.ts';

/**
 * Every check that needs no running program: types, lint, format, dead code, direction of imports. Words behind it choose
 * those whose name begins with one of them. Exits 1 when one fails.
 */

const root = path.resolve(import.meta.dirname, '..');

/** Each is run with the project's own Node, in the checkout's folder. */
const commands: readonly (readonly [label: string, packageName: string, ...args: string[]])[] = [
  ['types of shared', 'typescript', '-p', 'shared'],
  ['types of main', 'typescript', '-p', 'main'],
  ['types of renderer', 'typescript', '-p', 'renderer'],
  ['types of tests', 'typescript', '-p', 'tests'],
  ['lint', 'oxlint', '--type-aware', '--deny-warnings', 'main', 'renderer', 'shared', 'build', 'tests'],
  ['format', '@biomejs/biome', 'format', '.'],
  ['dead code', 'knip'],
];

const wanted = process.argv.slice(2);
const isWanted = (label: string) => wanted.length === 0 || wanted.some((word) => label.startsWith(word));

let passed = 0;
let failed = 0;

function tell(label: string, hasPassed: boolean): void {
  if (hasPassed) passed += 1;
  else failed += 1;
  console.log(`${hasPassed ? 'ok    ' : 'FAILED'} ${label}`);
}

for (const [label, packageName, ...args] of commands) {
  if (!isWanted(label)) continue;
  const run = runProgram(packageName, args);
  tell(label, run.status === 0);
  if (run.status !== 0) console.log(`${run.stdout}${run.stderr}${run.error?.message ?? ''}`);
}

if (isWanted('direction of imports')) {
  const problems = await checkLayers(root);
  tell('direction of imports', problems.length === 0);
  for (const problem of problems) console.log(`       ${problem}`);
}

console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

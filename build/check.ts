import path from 'node:path';
import { checkLayers } from './layers.ts';
import { runProgram } from './programs.ts';

/** Every check that needs no running program: types, lint, format, layers, dead code. Exits 1 when one fails. */

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

let failed = 0;

for (const [label, packageName, ...args] of commands) {
  const run = runProgram(packageName, args);
  const passed = run.status === 0;
  console.log(`${passed ? 'ok    ' : 'FAILED'} ${label}`);
  if (!passed) {
    failed += 1;
    console.log(`${run.stdout}${run.stderr}${run.error?.message ?? ''}`);
  }
}

const problems = await checkLayers(root);
console.log(`${problems.length === 0 ? 'ok    ' : 'FAILED'} direction of imports`);
for (const problem of problems) console.log(`       ${problem}`);
if (problems.length > 0) failed += 1;

console.log(`${commands.length + 1 - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

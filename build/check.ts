import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { checkLayers } from './layers.ts';

/** Every check that needs no running program: types, lint, format, layers, dead code. Exits 1 when one fails. */

const root = path.resolve(import.meta.dirname, '..');
const bin = path.join(root, 'node_modules', '.bin');

/** Each is run with the project's own Node, in the checkout's folder. */
const commands: readonly (readonly [label: string, command: string, ...args: string[]])[] = [
  ['types of shared', 'tsc', '-p', 'shared'],
  ['types of main', 'tsc', '-p', 'main'],
  ['types of renderer', 'tsc', '-p', 'renderer'],
  ['types of tests', 'tsc', '-p', 'tests'],
  ['lint', 'oxlint', '--type-aware', '--deny-warnings', 'main', 'renderer', 'shared', 'build', 'tests'],
  ['format', 'biome', 'format', '.'],
  ['dead code', 'knip'],
];

let failed = 0;

for (const [label, command, ...args] of commands) {
  const run = spawnSync(path.join(bin, command), args, {
    cwd: root,
    encoding: 'utf8',
    shell: process.platform === 'win32',
    env: { ...process.env, PATH: `${bin}${path.delimiter}${process.env.PATH ?? ''}` },
  });
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

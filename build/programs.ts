import { spawnSync } from 'node:child_process';
import type { SpawnSyncReturns, StdioOptions } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const bin = path.join(root, 'node_modules', '.bin');

/** The script of a program that an npm package brings. The shims of node_modules/.bin would need a shell on Windows. */
function scriptOf(packageName: string): string {
  const folder = path.join(root, 'node_modules', packageName);
  const { bin: programs } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as {
    readonly bin: Readonly<Record<string, string>>;
  };
  // The package's own program comes first in every package that we use.
  const [script] = Object.values(programs);
  if (script === undefined) throw new Error(`${packageName} brings no program`);
  return path.join(folder, script);
}

/**
 * Runs the program of an npm package with the project's own Node, in the checkout's folder, to its end.
 *
 * @param environment beside what this process has.
 * @param timeout milliseconds after which it is killed; without one it may take as long as it does.
 */
export function runProgram(
  packageName: string,
  args: readonly string[],
  {
    environment = {},
    stdio = 'pipe',
    timeout,
  }: {
    readonly environment?: Record<string, string>;
    readonly stdio?: StdioOptions;
    readonly timeout?: number;
  } = {},
): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [scriptOf(packageName), ...args], {
    cwd: root,
    encoding: 'utf8',
    stdio,
    maxBuffer: 64 * 1024 * 1024,
    ...(timeout === undefined ? {} : { timeout, killSignal: 'SIGKILL' }),
    env: { ...process.env, ...environment, PATH: `${bin}${path.delimiter}${process.env.PATH ?? ''}` },
  });
}

import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { buildPrograms } from '../../build/bundle.ts';

/** How fast a server is asked: by dnsperf, and by a whole check in a process of its own. */

const root = path.resolve(import.meta.dirname, '..', '..');
const run = promisify(execFile);

export interface Measured {
  readonly checks: readonly { readonly ms: number; readonly counts: Readonly<Record<string, number>> }[];
  /** Octets that the process holds after the last check, and some seconds later. */
  readonly rss: number;
  readonly restRss: number;
}

/** The middle one. */
export function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] as number;
}

/** @returns questions a second that dnsperf gets out of a server in three seconds. */
export async function dnsperf(port: number, file: string): Promise<number> {
  const { stdout } = await run('dnsperf', ['-s', '127.0.0.1', '-p', String(port), '-d', file, '-l', '3']);
  return Number(/Queries per second:\s+([\d.]+)/.exec(stdout)?.[1]);
}

const PROGRAM = 'tests/support/programs/bulk-core.ts';

/** Bundles the program that checks as what is packaged is bundled. @returns its file. */
export async function bundledCore(): Promise<string> {
  await buildPrograms([{ entry: PROGRAM, output: 'bulk-core.js', format: 'es' }], 'bench');
  return path.join(root, 'dist', 'bench', 'bulk-core.js');
}

/** As often as a peer is given to be at its best. */
const TIMES = 4;

/** Checks every domain of a data folder several times in one process, and demands that all are verified. */
export async function checkSeveralTimes(
  folder: string,
  workspaceId: number,
  amount: number,
  program = path.join(root, PROGRAM),
): Promise<Measured> {
  const asked = [program, folder, String(workspaceId), String(TIMES)];
  const { stdout } = await run(process.execPath, asked, { cwd: root });
  const measured = JSON.parse(stdout) as Measured;
  for (const { counts } of measured.checks)
    if (counts.verified !== amount) throw new Error(`Not every domain was verified: ${JSON.stringify(counts)}`);
  return measured;
}

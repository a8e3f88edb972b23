import { spawn } from 'node:child_process';
import { once } from 'node:events';

interface Killed {
  /** The lines that it printed before its end; one empty one where it printed none. */
  readonly lines: readonly string[];
  readonly code: number | null;
  readonly signal: string | null;
}

/**
 * Runs a program of Node, lets it live for so long, and kills it.
 *
 * @param args its file, and what it is given.
 * @param lifeMs milliseconds, counted from the first that it prints unless `isCountedFromStart`.
 */
export async function runUntilKilled(
  args: readonly string[],
  lifeMs: number,
  isCountedFromStart = false,
): Promise<Killed> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let told = '';
  child.stdout.on('data', (part: Buffer) => {
    told += part.toString();
  });
  const ended = once(child, 'exit');
  if (!isCountedFromStart) await Promise.race([once(child.stdout, 'data'), ended]);
  await new Promise((resolve) => {
    setTimeout(resolve, lifeMs);
  });
  child.kill('SIGKILL');
  const [code, signal] = (await ended) as [number | null, string | null];
  return { lines: told.trimEnd().split('\n'), code, signal };
}

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** The variable that names another program than the checkout's own sources, from the checkout's folder. */
export const CONSOLE_PROGRAM = 'SENDWRIGHT_CONSOLE_PROGRAM';

/** The real console, as `npm run web` starts it, on a data folder of its own. */
export interface RunningConsole {
  readonly dataFolder: string;
  readonly origin: string;
  /** Works once. */
  readonly address: string;
  /** Starts the same data folder again; the new address is the result's. */
  readonly stop: () => Promise<void>;
  readonly kill: () => Promise<void>;
}

const root = path.resolve(import.meta.dirname, '..', '..');
const START_TIMEOUT_MS = 30_000;
/** Past the five seconds that the console gives itself. */
const END_TIMEOUT_MS = 15_000;

/**
 * Ends a process, and waits until it is gone.
 *
 * @throws when it outlives the signal; it is killed then, for no test leaves a process behind.
 */
async function endProcess(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<true>((resolve) => {
    child.once('exit', () => resolve(true));
  });
  child.kill(signal);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), END_TIMEOUT_MS);
  });
  const isInTime = await Promise.race([gone, late]);
  clearTimeout(timer);
  if (isInTime) return;
  child.kill('SIGKILL');
  throw new Error(
    `Process ${child.pid} (${child.spawnargs.join(' ')}) did not end within ${END_TIMEOUT_MS} ms of ${signal}`,
  );
}

/**
 * @param dataFolder an existing one, to start again, or to ask the console that has it for another address; a fresh
 *   temporary one by default.
 * @param args beside the data folder.
 */
export async function startConsole(dataFolder?: string, args: readonly string[] = []): Promise<RunningConsole> {
  const folder = dataFolder ?? (await mkdtemp(path.join(tmpdir(), 'sendwright-e2e-')));
  const program = process.env[CONSOLE_PROGRAM] ?? 'main/hosts/loopback/main.ts';
  const child = spawn(process.execPath, [program, '--no-open', '--data-dir', folder, ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const address = await new Promise<string>((resolve, reject) => {
    let output = '';
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`The console did not start in time:\n${output}`));
    }, START_TIMEOUT_MS);
    child.stdout.on('data', (part: Buffer) => {
      output += part.toString();
      const found = /http:\/\/127\.0\.0\.1:\d+\/#token=\S+/.exec(output);
      if (found === null) return;
      clearTimeout(timer);
      resolve(found[0]);
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`The console ended with ${code}:\n${output}`));
    });
  });
  return {
    dataFolder: folder,
    origin: new URL(address).origin,
    address,
    stop: () => endProcess(child, 'SIGTERM'),
    kill: () => endProcess(child, 'SIGKILL'),
  };
}

/** Removes what a test's console left behind. */
export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

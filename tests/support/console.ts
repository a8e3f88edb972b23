import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

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

function ended(child: ChildProcess): Promise<void> {
  return child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve()
    : new Promise((resolve) => child.once('exit', () => resolve()));
}

/**
 * @param dataFolder an existing one, to start again, or to ask the console that has it for another address; a fresh
 *   temporary one by default.
 * @param args beside the data folder.
 */
export async function startConsole(dataFolder?: string, args: readonly string[] = []): Promise<RunningConsole> {
  const folder = dataFolder ?? (await mkdtemp(path.join(tmpdir(), 'sendwright-e2e-')));
  const child = spawn(process.execPath, ['main/hosts/loopback/main.ts', '--no-open', '--data-dir', folder, ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const address = await new Promise<string>((resolve, reject) => {
    let output = '';
    const timer = setTimeout(
      () => reject(new Error(`The console did not start in time:\n${output}`)),
      START_TIMEOUT_MS,
    );
    child.stdout.on('data', (part: Buffer) => {
      output += part.toString();
      const found = /http:\/\/127\.0\.0\.1:\d+\/#token=\S+/.exec(output);
      if (found === null) return;
      clearTimeout(timer);
      resolve(found[0]);
    });
    child.once('exit', (code) => reject(new Error(`The console ended with ${code}:\n${output}`)));
  });
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await ended(child);
  };
  return {
    dataFolder: folder,
    origin: new URL(address).origin,
    address,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}

/** Removes what a test's console left behind. */
export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

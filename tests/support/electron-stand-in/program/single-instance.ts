import { linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, watch, writeFileSync } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { report } from './control.ts';
import { pass } from './given.ts';

/** One program per `userData` folder, over processes, and word from a second start to the first. */

interface Request {
  readonly argv: readonly string[];
  readonly workingDirectory: string;
  readonly additionalData: object;
}

interface Held {
  readonly lock: string;
  readonly watcher: FSWatcher;
}

let held: Held | null = null;

/** When the process began, which tells it from a later one with the same number; empty where that can't be known. */
function birthOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function isAlive(text: string): boolean {
  const [number = '', birth = ''] = text.split(' ');
  const pid = Number(number);
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return birthOf(pid) === birth;
}

/**
 * @param folder the program's `userData`.
 * @param second what the first is told where there is one.
 * @param onSecond called for each later start.
 * @returns whether this process is the first.
 */
export function claimLock(
  folder: string,
  second: { readonly argv: readonly string[]; readonly additionalData: object },
  onSecond: (request: Request) => void,
): boolean {
  if (held !== null) return true;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lock = path.join(folder, 'StandInLock');
  const requests = path.join(folder, 'StandInRequests');
  mkdirSync(requests, { recursive: true, mode: 0o700 });
  const mine = path.join(folder, `StandInLock.${randomUUID()}`);
  writeFileSync(mine, `${process.pid} ${birthOf(process.pid)}`);
  try {
    for (;;) {
      try {
        linkSync(mine, lock);
        break;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        let holder = '';
        try {
          holder = readFileSync(lock, 'utf8');
        } catch {
          continue;
        }
        if (isAlive(holder)) {
          const request = { ...second, workingDirectory: process.cwd() };
          const file = path.join(requests, randomUUID());
          writeFileSync(file, JSON.stringify(request));
          renameSync(file, `${file}.json`);
          return false;
        }
        rmSync(lock, { force: true });
      }
    }
  } finally {
    rmSync(mine, { force: true });
  }
  const take = () => {
    for (const name of readdirSync(requests).filter((entry) => entry.endsWith('.json'))) {
      const file = path.join(requests, name);
      const request = JSON.parse(readFileSync(file, 'utf8')) as Request;
      rmSync(file);
      report({ kind: 'second-instance', argv: request.argv });
      void pass('secondInstance').then(() => onSecond(request));
    }
  };
  const watcher = watch(requests, take);
  watcher.unref();
  held = { lock, watcher };
  take();
  return true;
}

export function holdsLock(): boolean {
  return held !== null;
}

export function releaseLock(): void {
  held?.watcher.close();
  if (held !== null) rmSync(held.lock, { force: true });
  held = null;
}

import type { Log } from '../core/ports.ts';

export type PracticeLog = Pick<Log, 'info' | 'error'>;

interface Output {
  on(event: 'data', listener: (part: Buffer | string) => void): unknown;
}

interface Child {
  /** Electron knows it once the process runs. */
  readonly pid?: number | undefined;
  readonly stdout: Output | null;
  readonly stderr: Output | null;
}

/** Entries of output that one practice process may fill: a loop there must not push all else out of the log. */
const MOST_ENTRIES = 100;

/**
 * Writes into the log what the practice process prints and how it ends: it has no log of its own.
 *
 * @returns what the host calls when it asks the process to stop, can't reach it, or sees it end.
 */
export function notePractice(log: PracticeLog = { info: () => undefined, error: () => undefined }, child: Child) {
  let entries = 0;
  let isAsked = false;
  const follow = (stream: Output | null, write: Log['info'], message: string) =>
    stream?.on('data', (part) => {
      entries += 1;
      const output = String(part).trim();
      if (entries <= MOST_ENTRIES && output !== '') write({ practicePid: child.pid, output }, message);
      if (entries === MOST_ENTRIES) log.error({}, 'the practice service prints too much: no more is written');
    });
  follow(child.stdout, log.info, 'the practice service printed');
  follow(child.stderr, log.error, 'the practice service met a fault');
  log.info({ practicePid: child.pid }, 'the practice service was started');
  return {
    stopping: () => {
      isAsked = true;
    },
    failed: (error: unknown) => log.error({ error }, 'the practice service can’t be reached'),
    /** @param code as Node and Electron tell it; the signal is Node's. */
    ended: (exitCode: number | null, signal: string | null = null) =>
      isAsked
        ? log.info({ exitCode, signal }, 'the practice service was stopped')
        : log.error({ exitCode, signal }, 'the practice service ended by itself'),
  };
}

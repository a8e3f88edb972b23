import type { JobState } from '../../shared/contract/jobs.ts';
import type { Log } from './ports.ts';

/** What V8 calls its collector by, once it is let out; the kind of collection that gives free pages back to the system. */
type Collect = (how: { readonly type: 'major'; readonly execution: 'sync'; readonly flavor: 'last-resort' }) => void;

/**
 * Gives memory that is not needed any more back to the operating system. V8 does not by itself: a process that has once
 * gone through thousands of domains would keep three times what it needs. It takes some 50 ms, in which nothing else is
 * done. The inspector's protocol has the same, and loading it takes more than a megabyte by itself.
 */
export async function giveBackMemory(): Promise<void> {
  const [{ setFlagsFromString }, { runInNewContext }] = await Promise.all([import('node:v8'), import('node:vm')]);
  setFlagsFromString('--expose-gc');
  try {
    const collect = runInNewContext('globalThis.gc') as Collect | undefined;
    collect?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  } finally {
    setFlagsFromString('--no-expose-gc');
  }
}

/** By then the first window has been painted and answered, in milliseconds. */
const STARTED_AFTER_MS = 10_000;

/** Gives back what a start has left behind: it reads in and puts together much that is needed once. */
export function trimMemoryAfterStart(log: Log): void {
  setTimeout(() => {
    giveBackMemory().catch((error: unknown) => log.error({ error }, 'memory could not be given back'));
  }, STARTED_AFTER_MS).unref();
}

/** A job of so many items leaves memory behind that is worth giving back. */
const LARGE_JOB = 1000;
/** By then the windows have shown how the job ended, in milliseconds. */
const REST_AFTER_MS = 2000;

/** Gives memory back some time after the last large job has ended. */
export function trimMemoryWhenIdle(trim: () => Promise<void>, log: Log) {
  let timer: NodeJS.Timeout | undefined;
  return {
    onChange({ status, finishedAt, total }: JobState): void {
      if (total < LARGE_JOB || status === 'paused') return;
      clearTimeout(timer);
      if (finishedAt === null) return;
      timer = setTimeout(() => {
        trim().catch((error: unknown) => log.error({ error }, 'memory could not be given back'));
      }, REST_AFTER_MS);
      timer.unref();
    },
    close: () => clearTimeout(timer),
  };
}

import type { JobState } from '../../shared/contract/jobs.ts';
import type { Log } from './ports.ts';

/**
 * Gives memory that is not needed any more back to the operating system. V8 does not by itself: a process that has once
 * gone through thousands of domains would keep three times what it needs. It takes some 50 ms, in which nothing else is
 * done.
 */
export async function giveBackMemory(): Promise<void> {
  // Not every build of Node has it; what can't be given back is no reason not to start.
  const { Session } = await import('node:inspector/promises');
  const session = new Session();
  session.connect();
  try {
    await session.post('HeapProfiler.collectGarbage');
  } finally {
    session.disconnect();
  }
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

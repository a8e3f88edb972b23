import type { Jobs } from './jobs/service.ts';
import type { Log } from './ports.ts';

/** By then the network is back after a sleep, in milliseconds. */
const AWAKE_AFTER_MS = 5000;

export interface PeriodicWork {
  /** What is done every minute, unless the machine sleeps. */
  readonly tick: () => void;
  readonly sleep: () => void;
  readonly wake: () => void;
  readonly end: () => void;
}

/** Keeps the checks that repeat, and those under way, from going on while the machine sleeps. */
export function createPeriodicWork(jobs: Jobs, tick: () => void, log: Log): PeriodicWork {
  let isAsleep = false;
  let paused: readonly string[] = [];
  let timer: NodeJS.Timeout | undefined;
  return {
    tick() {
      if (!isAsleep) tick();
    },
    sleep() {
      clearTimeout(timer);
      isAsleep = true;
      const running = jobs.list().filter(({ status }) => status === 'running');
      paused = [...paused, ...running.map(({ id }) => jobs.pause(id).id)];
    },
    wake() {
      clearTimeout(timer);
      const goOn = () => {
        isAsleep = false;
        for (const id of paused) jobs.resume(id);
        paused = [];
        tick();
      };
      timer = setTimeout(guarded('going on after the sleep', goOn, log), AWAKE_AFTER_MS);
      timer.unref();
    },
    end: () => clearTimeout(timer),
  };
}

/**
 * Keeps what a timer does from ending the console when it fails; a row of failures is logged once.
 *
 * @param what for the log.
 */
export function guarded(what: string, work: () => void, log: Log): () => void {
  let isFailing = false;
  return () => {
    try {
      work();
      isFailing = false;
    } catch (error) {
      if (!isFailing) log.error({ error }, `${what} failed`);
      isFailing = true;
    }
  };
}

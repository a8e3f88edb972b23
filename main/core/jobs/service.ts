import type { JobState } from '../../../shared/contract/jobs.ts';
import { fact } from '../../../shared/facts/catalogue.ts';
import type { Fact } from '../../../shared/facts/fact.ts';
import { fail, storeTrouble } from '../errors.ts';

/** Long work that outlives every window: started, watched from any number on, paused, cancelled. */

export interface JobControl {
  readonly signal: AbortSignal;
  /** What to wait for while the job is paused; null while it runs. */
  readonly whenRunning: () => Promise<void> | null;
  /** Reports progress; `counts` are added up. */
  readonly progress: (step: { readonly done: number; readonly counts?: Readonly<Record<string, number>> }) => void;
}

export interface Jobs {
  readonly start: (
    what: {
      readonly workspaceId: number;
      readonly kind: JobState['kind'];
      readonly total: number;
      readonly message: Fact;
    },
    work: (control: JobControl) => Promise<Fact>,
  ) => JobState;
  readonly list: () => readonly JobState[];
  readonly watch: (id: string, after: number, signal: AbortSignal | undefined) => AsyncGenerator<JobState, void>;
  readonly cancel: (id: string) => JobState;
  readonly pause: (id: string) => JobState;
  readonly resume: (id: string) => JobState;
  readonly close: () => Promise<void>;
}

export interface JobParts {
  readonly now: () => number;
  readonly newId: () => string;
  readonly save: (job: JobState) => void;
  readonly earlier: readonly JobState[];
  readonly onChange: (job: JobState) => void;
  /** Work that failed, or whose end could not be stored. */
  readonly onFault: (error: unknown, job: JobState) => void;
}

interface Running {
  state: JobState;
  readonly abort: AbortController;
  readonly listeners: Set<() => void>;
  /** Set while the job is paused: everybody who works on it waits for it. */
  paused: { readonly over: Promise<void>; readonly end: () => void } | null;
  finished: Promise<void>;
  readonly samples: { at: number; done: number }[];
}

/** The rate is taken over this long, in milliseconds. */
const RATE_WINDOW_MS = 5000;
/** Progress is told at most this often, in milliseconds. */
const TELL_EVERY_MS = 100;
const KEPT_ENDED = 50;

export function createJobs(parts: JobParts): Jobs {
  const jobs = new Map<string, Running>();
  for (const job of [...parts.earlier].reverse()) {
    // What was running when the console ended did not come to its end; everything it had stored is kept.
    const interrupted = job.status === 'running' || job.status === 'paused';
    const state: JobState = interrupted
      ? {
          ...job,
          status: 'failed',
          finishedAt: parts.now(),
          message: fact('job.interrupted'),
        }
      : job;
    if (interrupted) parts.save(state);
    jobs.set(job.id, {
      state,
      abort: new AbortController(),
      listeners: new Set(),
      paused: null,
      finished: Promise.resolve(),
      samples: [],
    });
  }

  const find = (id: string): Running => {
    const job = jobs.get(id);
    if (job === undefined)
      throw fail('NOT_FOUND', `There is no job ${id}`, {
        field: 'jobId',
        value: id,
        remedy: 'Ask for the list of jobs.',
      });
    return job;
  };

  const update = (job: Running, change: Partial<JobState>) => {
    job.state = { ...job.state, ...change, sequence: job.state.sequence + 1 };
    parts.onChange(job.state);
    for (const listener of job.listeners) listener();
  };

  const rateOf = (job: Running, done: number): { rate: number; timeLeft: number | null } => {
    const at = parts.now();
    job.samples.push({ at, done });
    while ((job.samples[0]?.at ?? at) < at - RATE_WINDOW_MS && job.samples.length > 2) job.samples.shift();
    const first = job.samples[0] ?? { at, done };
    const seconds = (at - first.at) / 1000;
    const rate = seconds > 0 ? (done - first.done) / seconds : 0;
    return {
      rate: rate < 10 ? Math.round(rate * 10) / 10 : Math.round(rate),
      timeLeft: rate > 0 ? Math.round(((job.state.total - done) / rate) * 1000) : null,
    };
  };

  const isActive = (job: Running) => job.state.status === 'running' || job.state.status === 'paused';

  return {
    start({ workspaceId, kind, total, message }, work) {
      const id = parts.newId();
      const job: Running = {
        state: {
          id,
          workspaceId,
          kind,
          status: 'running',
          startedAt: parts.now(),
          finishedAt: null,
          done: 0,
          total,
          rate: 0,
          timeLeft: null,
          counts: {},
          message,
          sequence: 0,
        },
        abort: new AbortController(),
        listeners: new Set(),
        paused: null,
        finished: Promise.resolve(),
        samples: [],
      };
      jobs.set(id, job);
      parts.save(job.state);
      parts.onChange(job.state);
      for (const [oldId, old] of jobs) {
        if (jobs.size <= KEPT_ENDED) break;
        if (!isActive(old)) jobs.delete(oldId);
      }

      let toldAt = 0;
      const pending = { done: 0, counts: {} as Record<string, number> };
      const tell = () => {
        toldAt = parts.now();
        update(job, { done: pending.done, counts: { ...pending.counts }, ...rateOf(job, pending.done) });
      };
      const control: JobControl = {
        signal: job.abort.signal,
        whenRunning: () => job.paused?.over ?? null,
        progress({ done, counts = {} }) {
          pending.done += done;
          for (const [name, amount] of Object.entries(counts))
            pending.counts[name] = (pending.counts[name] ?? 0) + amount;
          if (parts.now() - toldAt >= TELL_EVERY_MS && job.paused === null) tell();
        },
      };
      const finish = (status: JobState['status'], message: Fact) => {
        update(job, {
          status,
          message,
          finishedAt: parts.now(),
          done: pending.done,
          counts: { ...pending.counts },
          timeLeft: null,
        });
        try {
          parts.save(job.state);
        } catch (error) {
          // Nobody waits for a job: what it can't store must not end the console.
          parts.onFault(error, job.state);
        }
      };
      job.finished = work(control).then(
        (outcome) => (job.abort.signal.aborted ? finish('cancelled', fact('job.cancelled')) : finish('done', outcome)),
        (error: unknown) => {
          if (job.abort.signal.aborted) {
            finish('cancelled', fact('job.cancelled'));
            return;
          }
          parts.onFault(error, job.state);
          finish('failed', storeTrouble(error) ?? fact('job.failed'));
        },
      );
      return job.state;
    },

    list: () => [...jobs.values()].map((job) => job.state).reverse(),

    async *watch(id, after, signal) {
      const job = find(id);
      let position = after;
      while (signal?.aborted !== true) {
        if (job.state.sequence > position) {
          position = job.state.sequence;
          yield job.state;
        }
        // Progress may have been made while the last state was being read.
        if (job.state.sequence > position) continue;
        if (!isActive(job)) return;
        await new Promise<void>((resolve) => {
          const done = () => {
            job.listeners.delete(done);
            signal?.removeEventListener('abort', done);
            resolve();
          };
          job.listeners.add(done);
          signal?.addEventListener('abort', done, { once: true });
        });
      }
    },

    cancel(id) {
      const job = find(id);
      if (isActive(job)) {
        job.abort.abort('stopped');
        job.paused?.end();
      }
      return job.state;
    },

    pause(id) {
      const job = find(id);
      if (job.state.status === 'running') {
        let end = () => undefined as void;
        const over = new Promise<void>((resolve) => {
          end = resolve;
        });
        job.paused = { over, end };
        update(job, { status: 'paused', rate: 0, timeLeft: null });
      }
      return job.state;
    },

    resume(id) {
      const job = find(id);
      if (job.state.status === 'paused') {
        job.samples.length = 0;
        update(job, { status: 'running' });
        job.paused?.end();
        job.paused = null;
      }
      return job.state;
    },

    async close() {
      const active = [...jobs.values()].filter(isActive);
      for (const job of active) {
        job.abort.abort('stopped');
        job.paused?.end();
      }
      await Promise.all(active.map((job) => job.finished));
    },
  };
}

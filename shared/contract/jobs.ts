import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { procedure } from './procedure.ts';
import { instant, workspaceId, jobId, nothing, storedFact } from './values.ts';

/** Long work, watched from any number on. */

export const jobState = z.object({
  id: jobId,
  workspaceId,
  kind: z.enum(['verify', 'import', 'monitor']),
  status: z.enum(['running', 'paused', 'done', 'cancelled', 'failed']),
  startedAt: instant,
  finishedAt: instant.nullable(),
  done: z.int(),
  total: z.int(),
  /** Per second, over the last few seconds. */
  rate: z.number(),
  /** Milliseconds left at this rate; null while it can't be said. */
  timeLeft: z.number().nullable(),
  counts: z.record(z.string(), z.int()),
  message: storedFact,
  /** Grows by one with each progress report. */
  sequence: z.int(),
});

const ofJob = z.object({ jobId });

export const jobsContract = {
  list: procedure.input(nothing).output(z.array(jobState)),
  /** Progress numbered higher than `after` until the job ends. Ending the watch never ends the job. */
  watch: procedure.input(z.object({ jobId, after: z.int().min(-1) })).output(eventIterator(jobState)),
  cancel: procedure.input(ofJob).output(jobState),
  pause: procedure.input(ofJob).output(jobState),
  resume: procedure.input(ofJob).output(jobState),
};

export type JobState = z.infer<typeof jobState>;

import { z } from 'zod';
import { procedure } from './procedure.ts';
import { instant, inWorkspace } from './values.ts';

/** Checks that repeat. */

export const schedule = z.object({
  enabled: z.boolean(),
  /** Minutes between checks of a verified domain. */
  everyMinutes: z.int().min(5).max(10_080),
  nextAt: instant.nullable(),
});

export const scheduleContract = {
  get: procedure.input(inWorkspace).output(schedule),
  set: procedure
    .input(inWorkspace.extend({ enabled: z.boolean(), everyMinutes: schedule.shape.everyMinutes }))
    .output(schedule),
};

export type Schedule = z.infer<typeof schedule>;

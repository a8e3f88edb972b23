import { z } from 'zod';
import { procedure } from './procedure.ts';
import { instant, inWorkspace, storedFact } from './values.ts';

/** What was done, and when. */

export const activityEntry = z.object({
  id: z.int(),
  at: instant,
  kind: z.enum(['save', 'probe', 'domains', 'verify', 'vault', 'practice', 'export', 'schedule', 'workspace']),
  severity: z.enum(['info', 'warning', 'error']),
  fact: storedFact,
  /** What is to be known besides, each a line of its own. */
  details: z.array(storedFact),
});

export const activityContract = {
  list: procedure
    .input(
      inWorkspace.extend({
        kinds: z.array(activityEntry.shape.kind).optional(),
        severities: z.array(activityEntry.shape.severity).optional(),
        /** Nothing older than this. */
        since: instant.optional(),
        /** Part of the text of an entry, in whatever case. */
        text: z.string().max(200).optional(),
        before: z.int().optional(),
        limit: z.int().min(1).max(500),
      }),
    )
    .output(z.array(activityEntry)),
};

export type ActivityEntry = z.infer<typeof activityEntry>;

import { z } from 'zod';
import { procedure } from './procedure.ts';
import { workspaceId, domainId } from './values.ts';

/** What links from outside ask for. */

/** What a link from outside asks the window to show. */
export const link = z.object({
  id: z.int(),
  /** U-labels, for people; null where the link names none. */
  domain: z.string().nullable(),
  /** Where the domain is. Several: somebody has to choose. */
  places: z.array(z.object({ workspaceId, workspace: z.string(), domainId })),
  /** Why nothing can be shown; null where there is a place. */
  trouble: z.object({ message: z.string(), remedy: z.string() }).nullable(),
});

export const linksContract = {
  /** The window has seen to what a link asked for: it is told to no other. */
  taken: procedure.input(z.object({ id: z.int() })).output(z.object({})),
};

export type Link = z.infer<typeof link>;

import { z } from 'zod';
import { procedure } from './procedure.ts';
import { instant, nothing } from './values.ts';

/** Copies of the data file. While a console runs its file is in use: to put a copy back the console starts again. */

const copyFile = z.object({
  /** Within the data folder's `copies`, or the folder itself. */
  name: z.string(),
  madeAt: instant,
  reason: z.enum(['daily', 'by-hand', 'before-format', 'set-aside']),
  octets: z.int(),
});

export type CopyFile = z.infer<typeof copyFile>;

export const copiesContract = {
  /** The newest first. */
  list: procedure.input(nothing).output(z.array(copyFile)),
  /** Copies the data file now, while it is in use. */
  make: procedure.input(nothing).output(copyFile),
  /** Ends the console and starts it again with a copy of the list in the place of its data file, which is set aside and kept. */
  restore: procedure.input(z.object({ name: z.string().min(1).max(255) })).output(z.object({})),
  /** Reads a copy of the list to its end. Damaged, newer or another program's is STORE_FAILED, with a remedy. */
  look: procedure.input(z.object({ name: z.string().min(1).max(255) })).output(
    z.object({
      workspaces: z.array(
        z.object({ name: z.string(), domains: z.int(), checkedAt: instant.nullable(), lastAt: instant.nullable() }),
      ),
      secrets: z.int(),
    }),
  ),
};

import { z } from 'zod';
import { procedure } from './procedure.ts';

/** What the window alone tells of itself. */

/** What is too long is cut and not refused: a report of a fault must not meet one of its own. */
const cut = (length: number) => z.string().transform((text) => text.slice(0, length));

/** Something that went wrong in the window itself. */
export const windowFault = z.object({
  /** Thrown where nobody caught it, a promise that nobody waited for, a view that could not be drawn, a failed call. */
  kind: z.enum(['error', 'rejection', 'view', 'call']),
  message: cut(2000),
  /** Script, line and column, where they are known. */
  place: cut(500).optional(),
  stack: cut(8000).optional(),
  /** The views around the one that could not be drawn, the innermost first. */
  views: cut(4000).optional(),
  /** Faults that were left out since the last report, because they came too fast. */
  leftOut: z.int().min(0).optional(),
});

export const windowContract = {
  /** Writes into the log what went wrong in the window; too many in a minute are counted alone. */
  reportFault: procedure.input(windowFault).output(z.object({})),
};

export type WindowFault = z.infer<typeof windowFault>;

import { z } from 'zod';
import { procedure } from './procedure.ts';
import { nothing } from './values.ts';

/** The receivers’ rules in force. */

export const rulesState = z.object({
  from: z.enum(['program', 'file']),
  /** An instant of RFC 3339. */
  issued: z.string(),
  /** Why newer ones can't be taken; null where they can. */
  off: z.string().nullable(),
  /** What is wrong with the file in the data folder, which is passed over then. */
  trouble: z.string().nullable(),
  providers: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      date: z.string(),
      rules: z.int(),
      codes: z.int(),
      sources: z.array(z.object({ title: z.string(), url: z.string(), seen: z.string() })),
    }),
  ),
});

export const rulesContract = {
  /** Which receivers' rules are in force, and whether newer ones can be taken. */
  state: procedure.input(nothing).output(rulesState),
  /** Takes newer rules from the text of a signed file. */
  take: procedure.input(z.object({ text: z.string().max(2 * 1024 * 1024) })).output(rulesState),
};

export type RulesState = z.infer<typeof rulesState>;

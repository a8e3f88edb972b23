import { z } from 'zod';
import { procedure } from './procedure.ts';
import { inWorkspace, inDomain, nothing } from './values.ts';
import { workspaceSummary } from './workspaces.ts';

/** The practice workspace, its service and its DNS zone. */

export const practiceState = z.object({
  running: z.boolean(),
  serviceUrl: z.string().nullable(),
  responseDomain: z.string().nullable(),
  dnsServer: z.string().nullable(),
  fault: z.string(),
  faults: z.array(z.object({ id: z.string(), label: z.string(), explanation: z.string() })),
  /** Keys that the practice service accepts. They protect nothing, so they may be shown. */
  apiKey: z.string().nullable(),
  authKey: z.string().nullable(),
  /** What a real provider shows in its account, by field id. */
  providerValues: z.record(z.string(), z.string()),
});

export const practiceContract = {
  /** Makes the practice workspace, or finds it, and starts its service and DNS server. */
  open: procedure.input(nothing).output(workspaceSummary),
  state: procedure.input(inWorkspace).output(practiceState),
  setFault: procedure.input(inWorkspace.extend({ fault: z.string().max(64) })).output(practiceState),
  /** Takes out all that was published in the practice zone and ends the fault. Refused for a workspace not marked practice. */
  reset: procedure.input(inWorkspace).output(practiceState),
  /** Publishes the domain's prepared records in the practice zone. Refused for a workspace not marked practice. */
  publish: procedure.input(inDomain).output(z.object({ published: z.int() })),
  /**
   * Sends a mailing from a domain of the practice workspace. What comes back follows from what is published: reports, the
   * message as its receiver has it, bounces; each with its octets in base64. `missing` says what does not come, and why.
   */
  mail: procedure.input(inDomain).output(
    z.object({
      files: z.array(z.object({ name: z.string(), content: z.string() })),
      missing: z.array(z.string()),
    }),
  ),
};

export type PracticeState = z.infer<typeof practiceState>;

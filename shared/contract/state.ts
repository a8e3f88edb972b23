import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { procedure } from './procedure.ts';
import { workspaceId, nothing } from './values.ts';
import { vaultState } from './vault.ts';
import { workspaceSummary } from './workspaces.ts';
import { domainRow } from './domains.ts';
import { jobState } from './jobs.ts';
import { link } from './links.ts';

/** What the window shows before anything is opened, and every change of it from then on. */

export const snapshot = z.object({
  sequence: z.int(),
  version: z.string(),
  host: z.enum(['electron', 'browser', 'cli']),
  dataFolder: z.string(),
  /** Where the log is written to, and why it can't be at the moment. */
  log: z.object({ file: z.string(), trouble: z.object({ message: z.string(), remedy: z.string() }).nullable() }),
  /** What endangers the data file where it lies, and a clock that is wrong; the gravest first. */
  troubles: z.array(z.object({ message: z.string(), remedy: z.string() })),
  /** What the organisation that manages this computer has locked, and where that stands; null: nothing. */
  managed: z.object({ source: z.string(), locked: z.array(z.string()) }).nullable(),
  vault: vaultState,
  workspaces: z.array(workspaceSummary),
  jobs: z.array(jobState),
  /** One that no window has seen to yet. */
  link: link.nullable(),
});

export const stateChange = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('workspace'), sequence: z.int(), workspace: workspaceSummary }),
  z.object({ kind: z.literal('settings'), sequence: z.int(), workspaceId }),
  z.object({ kind: z.literal('domains'), sequence: z.int(), workspaceId, rows: z.array(domainRow) }),
  z.object({ kind: z.literal('job'), sequence: z.int(), job: jobState }),
  z.object({ kind: z.literal('vault'), sequence: z.int(), vault: vaultState }),
  z.object({ kind: z.literal('activity'), sequence: z.int(), workspaceId }),
  z.object({ kind: z.literal('practice'), sequence: z.int(), workspaceId }),
  /** Something a person should know even while the window is hidden. */
  z.object({ kind: z.literal('notice'), sequence: z.int(), workspaceId, title: z.string(), body: z.string() }),
  z.object({ kind: z.literal('link'), sequence: z.int(), link }),
  /** Another process wrote to the data file, or a number was missed: ask for the snapshot again. */
  z.object({ kind: z.literal('reload'), sequence: z.int() }),
]);

export const stateContract = {
  /** All that the window shows before anything is opened. */
  snapshot: procedure.input(nothing).output(snapshot),
  /** Every change numbered higher than `after`, from now on without end. */
  changes: procedure.input(z.object({ after: z.int().min(-1) })).output(eventIterator(stateChange)),
};

export type Snapshot = z.infer<typeof snapshot>;
export type StateChange = z.infer<typeof stateChange>;

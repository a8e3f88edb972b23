import { z } from 'zod';
import type { ConnectionStatus } from '../service/evidence.ts';
import { procedure } from './procedure.ts';
import { derived, instant, workspaceId, inWorkspace, verdictCounts } from './values.ts';

/** Workspaces: one service connection each. */

export const workspaceSummary = z.object({
  id: workspaceId,
  name: z.string(),
  practice: z.boolean(),
  createdAt: instant,
  domainCount: z.int(),
  verdictCounts,
  provider: z.string().nullable(),
  /** Whether mail can be sent. */
  connection: derived<ConnectionStatus>(),
  /** Whether the service's responses come back. */
  responses: derived<ConnectionStatus>(),
});

export const workspacesContract = {
  create: procedure.input(z.object({ name: z.string().trim().min(1).max(80) })).output(workspaceSummary),
  rename: procedure.input(inWorkspace.extend({ name: z.string().trim().min(1).max(80) })).output(workspaceSummary),
};

export type WorkspaceSummary = z.infer<typeof workspaceSummary>;

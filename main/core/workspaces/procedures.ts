import { createWorkspace, renameWorkspace } from './service.ts';
import type { RunningCore } from '../context.ts';
import type { Implementer } from '../implementer.ts';

/** What answers the procedures of `shared/contract/workspaces.ts`. */
export function workspacesProcedures(os: Implementer['workspaces'], context: RunningCore) {
  return {
    create: os.create.handler(({ input }) => createWorkspace(context, input.name)),
    rename: os.rename.handler(({ input }) => renameWorkspace(context, input.workspaceId, input.name)),
  };
}

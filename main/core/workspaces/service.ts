import { fact } from '../../../shared/facts/catalogue.ts';
import type { Fact } from '../../../shared/facts/fact.ts';
import type { WorkspaceSummary } from '../../../shared/contract/workspaces.ts';
import type { CoreContext } from '../context.ts';
import { findWorkspace, record } from '../context.ts';
import { fail } from '../errors.ts';
import { summarise } from '../settings/service.ts';

/** Workspaces, told apart by name: two windows or commands that make one of the same name at once make only one. */

function refuseTaken({ store }: CoreContext, name: string, except: number | null): void {
  const taken = store.workspaces
    .list()
    .find((workspace) => workspace.id !== except && workspace.name.toLowerCase() === name.toLowerCase());
  if (taken === undefined) return;
  throw fail('CONFLICT', `There is a workspace “${taken.name}” already`, {
    field: 'name',
    value: name,
    remedy: 'Choose another name, or open that workspace.',
  });
}

function tell(context: CoreContext, workspaceId: number, what: Fact): WorkspaceSummary {
  record(context, workspaceId, 'workspace', what);
  const summary = summarise(context, findWorkspace(context, workspaceId));
  context.changes.publish({ kind: 'workspace', workspace: summary });
  return summary;
}

/**
 * Adds a workspace, within a transaction, without telling of it.
 *
 * @throws CONFLICT when the name is taken, in whatever case.
 */
export function addWorkspace(context: CoreContext, name: string): number {
  refuseTaken(context, name, null);
  return context.store.workspaces.add(name, false, context.clock.now());
}

/** @throws CONFLICT when the name is taken, in whatever case. */
export function createWorkspace(context: CoreContext, name: string): WorkspaceSummary {
  const workspaceId = context.store.atomically(() => addWorkspace(context, name));
  return tell(context, workspaceId, fact('workspace.made', { workspace: name }));
}

/** @throws NOT_FOUND; CONFLICT when the name is another workspace's. */
export function renameWorkspace(context: CoreContext, workspaceId: number, name: string): WorkspaceSummary {
  context.store.atomically(() => {
    findWorkspace(context, workspaceId);
    refuseTaken(context, name, workspaceId);
    context.store.workspaces.rename(workspaceId, name);
  });
  return tell(context, workspaceId, fact('workspace.renamed', { workspace: name }));
}

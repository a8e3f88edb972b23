import type { ActivityEntry } from '../../shared/contract/schemas.ts';
import type { Views } from '../probes/dns/views.ts';
import type { Proxy } from '../probes/http/proxy.ts';
import type { Store } from '../store/store.ts';
import type { StoredWorkspace } from '../store/workspaces.ts';
import type { Vault } from '../vault/vault.ts';
import type { Changes } from './changes.ts';
import { fail } from './errors.ts';
import type { Jobs } from './jobs.ts';
import type { Clock, Log, Notifier, PracticePort, PracticeSurroundings } from './ports.ts';

/** What every service of the core works with, passed to each. */
export interface CoreContext {
  readonly store: Store;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly log: Log;
  readonly changes: Changes;
  readonly jobs: Jobs;
  readonly dns: Views;
  readonly notifier: Notifier;
  readonly practice: PracticePort | null;
  /** The practice surroundings while they run. */
  readonly surroundings: () => PracticeSurroundings | null;
  readonly proxyFor: (url: URL) => Promise<Proxy | null>;
  readonly randomId: () => string;
}

/** @throws NOT_FOUND when there is no such workspace. */
export function findWorkspace({ store }: CoreContext, workspaceId: number): StoredWorkspace {
  const workspace = store.workspaces.find(workspaceId);
  if (workspace !== null) return workspace;
  throw fail('NOT_FOUND', `There is no workspace ${workspaceId}`, {
    field: 'workspaceId',
    value: String(workspaceId),
    remedy: 'Ask for the list of workspaces.',
  });
}

/** Writes down what was done, for the Activity tab. */
export function record(
  { store, clock, changes }: CoreContext,
  workspaceId: number,
  kind: ActivityEntry['kind'],
  summary: string,
  { detail = '', severity = 'info' }: { readonly detail?: string; readonly severity?: ActivityEntry['severity'] } = {},
): void {
  store.records.addActivity(workspaceId, { at: clock.now(), kind, severity, summary, detail });
  changes.publish({ kind: 'activity', workspaceId });
}

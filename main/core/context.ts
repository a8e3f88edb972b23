import type { ActivityEntry } from '../../shared/contract/activity.ts';
import { fact } from '../../shared/facts/catalogue.ts';
import type { Fact } from '../../shared/facts/fact.ts';
import { describeFindings } from '../../shared/findings/catalogue.ts';
import type { Finding } from '../../shared/findings/finding.ts';
import type { Managed } from '../../shared/managed/policy.ts';
import type { ProbeTrace } from '../../shared/service/trace.ts';
import type { Views } from '../probes/dns/views.ts';
import type { Proxy } from '../probes/http/proxy.ts';
import type { Store } from '../store/store.ts';
import type { StoredWorkspace } from '../store/workspaces.ts';
import type { createTries } from '../vault/tries.ts';
import type { Vault } from '../vault/vault.ts';
import type { Asking } from './service/asking.ts';
import type { Changes } from './state/changes.ts';
import type { Watching } from './evidence/watching.ts';
import { fail } from './errors.ts';
import type { Jobs } from './jobs/service.ts';
import type { Judging } from './domains/judging.ts';
import type { IdleLock } from './vault/idle-lock.ts';
import type { Links } from './links/service.ts';
import type { ReceiverRulesService } from './rules/service.ts';
import type { Uploads } from './transfer/uploads.ts';
import type { Clock, Log, Notifier, PracticePort, PracticeEnvironment } from './ports.ts';

/** What a test of values found that are not saved; it counts once these very values are. */
export interface TypedTest {
  readonly trace: ProbeTrace;
  readonly extraCa: string;
}

/** What every service of the core works with, passed to each. */
export interface CoreContext {
  readonly store: Store;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly log: Log;
  readonly changes: Changes;
  readonly jobs: Jobs;
  /** What the console asks the service by itself. */
  readonly asking: Asking;
  readonly judging: Judging;
  readonly dns: Views;
  readonly rules: ReceiverRulesService;
  readonly notifier: Notifier;
  readonly links: Links;
  readonly practice: PracticePort | null;
  /** The practice environment while it runs. */
  readonly environment: () => PracticeEnvironment | null;
  readonly proxyFor: (url: URL) => Promise<Proxy | null>;
  /** The last test of a connection that is typed and not saved, by workspace. */
  readonly typedTests: Map<number, TypedTest>;
  readonly randomId: () => string;
  /** What the organisation that manages this computer has set. */
  readonly managed: Managed;
  /** Exports and imports under a passphrase, one at a time: each takes 128 MB and half a second. */
  readonly sealing: Pick<ReturnType<typeof createTries>, 'inTurn'>;
  /** What is to be imported, as it comes part by part. */
  readonly uploads: Uploads;
  /** Who works with the console, as the system calls the person. */
  readonly person: string;
}

/** What the procedures work with: the context, and what only a core that runs has. */
export interface RunningCore extends CoreContext {
  /** Folders whose new files are read by themselves. */
  readonly watching: Watching;
  readonly idleLock: IdleLock;
  readonly startPractice: () => Promise<PracticeEnvironment>;
  readonly remember: (environment: PracticeEnvironment) => void;
  /** Until the practice service of an earlier run is there again; null where there is none to wait for. */
  readonly resuming: () => Promise<void> | null;
}

/** Names that an entry of the activity lists. */
const MOST_NAMES = 20;

/** Domains as an entry of the activity lists them: the first of many, and no other is asked for. */
export function listedDomains<Item>(items: readonly Item[], nameOf: (item: Item) => string): Fact {
  const domains = items.slice(0, MOST_NAMES).map(nameOf);
  const others = items.length - domains.length;
  return others === 0 ? fact('names.listed', { domains }) : fact('names.first', { domains, others });
}

/** The same for files. */
export function listedFiles(names: readonly string[]): Fact {
  const files = names.slice(0, MOST_NAMES);
  const others = names.length - files.length;
  return others === 0 ? fact('files.listed', { files }) : fact('files.first', { files, others });
}

/** The gravest of findings as a fact of its own; null where there is none. */
export function gravestFinding(findings: readonly Finding[]): Fact | null {
  const [gravest] = describeFindings(findings);
  return gravest === undefined ? null : { code: gravest.code, values: gravest.values };
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
  what: Fact,
  {
    details = [],
    severity = 'info',
  }: { readonly details?: readonly Fact[]; readonly severity?: ActivityEntry['severity'] } = {},
): void {
  store.records.addActivity(workspaceId, { at: clock.now(), kind, severity, fact: what, details: [...details] });
  changes.publish({ kind: 'activity', workspaceId });
}

import type { Patience } from './evidence/watching.ts';
import type { Snapshot } from '../../shared/contract/state.ts';
import type { Managed } from '../../shared/managed/policy.ts';
import type { NameServer } from '../probes/dns/roots.ts';
import type { Proxy } from '../probes/http/proxy.ts';
import type { Store } from '../store/store.ts';
import type { Vault } from '../vault/vault.ts';
import type { Clock, Log, Notifier, PracticePort } from './ports.ts';

/** What a core is composed from: a test gives its own, a host the person's. */
export interface CoreParts {
  readonly store: Store;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly log: Log;
  readonly host: Snapshot['host'];
  readonly version: string;
  readonly dataFolder: string;
  readonly notifier: Notifier;
  readonly practice: PracticePort | null;
  readonly proxyFor: (url: URL) => Promise<Proxy | null>;
  /** Where delegations are followed from; the public root unless it is given. */
  readonly rootServers?: readonly NameServer[];
  /** The public key that newer receivers' rules are signed with, base64; empty or absent: they can't be replaced. */
  readonly rulesKey?: string;
  readonly randomId: () => string;
  readonly managed: Managed;
  /** Who works with the console, as the system calls the person; absent where nobody can be told. */
  readonly person?: string;
  /** Gives memory back that large work has left behind. */
  readonly giveBackMemory: () => Promise<void>;
  /** Ends the console and starts it again; null where nobody would. */
  readonly startAgain: (() => void) | null;
  /** Schedules and looks for foreign writes run in the background; a one-shot CLI needs neither. */
  readonly background: boolean;
  /** How long new files of watched folders wait; tests have less patience, or more. */
  readonly folderPatience?: Patience;
}

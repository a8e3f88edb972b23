import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import type { Snapshot } from '../../shared/contract/state.ts';
import type { Managed } from '../../shared/managed/policy.ts';
import { unmanaged } from '../../shared/managed/policy.ts';
import { readRootHints } from '../probes/dns/roots.ts';
import { environmentProxy, proxyFromPacResult } from '../probes/http/proxy.ts';
import { openLog } from '../log/log.ts';
import { openStore } from '../store/store.ts';
import type { KeychainPort } from '../vault/ports.ts';
import { createVault } from '../vault/vault.ts';
import type { Core } from './core.ts';
import { restoreAsOrdered } from './copies.ts';
import { createCore } from './core.ts';
import { checkManaged, managedProxy } from './managed/service.ts';
import type { Patience } from './evidence/watching.ts';
import { giveBackMemory, trimMemoryAfterStart } from './memory.ts';
import type { CopyProgram } from '../store/copy-work.ts';
import type { Log, Notifier, PracticePort, SystemProxy } from './ports.ts';
import { builtKey } from './rules/service.ts';
import { checkedFields, defaultFields } from './settings/service.ts';

export interface ComposeOptions {
  /** Exists. */
  readonly dataFolder: string;
  readonly host: Snapshot['host'];
  readonly version: string;
  readonly keychain: KeychainPort | null;
  readonly practice: PracticePort | null;
  /** Makes the copies; absent where the core makes them itself. */
  readonly copyProgram?: CopyProgram;
  readonly notifier: Notifier;
  /** Absent where the host can't tell; the environment's proxy is then the only one. */
  readonly systemProxy?: SystemProxy;
  readonly background: boolean;
  /** How long new files of watched folders wait, where it is not as usual. */
  readonly folderPatience?: Patience;
  /** Ends the console and starts it again; absent where nobody would. */
  readonly startAgain?: () => void;
  /** What the organisation that manages this computer has set; nothing where it is absent. */
  readonly managed?: Managed;
  /** In place of the one that the bundle was built with, or of the environment's in a checkout. */
  readonly rulesKey?: string;
  /** Absent where no host keeps one of its process: the core then opens its own. */
  readonly log?: Log;
}

/** Who works with the console; a system may have no name for whoever runs it. */
function personName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'somebody';
  }
}

/** @throws Error with a remedy, in the words of the variable that names the file. */
function readHints(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const message = `The root hints ${file} can’t be read`;
    const remedy = 'Name a file that this account may read in SENDWRIGHT_ROOT_HINTS, or take the variable away.';
    throw Object.assign(new Error(message, { cause: error }), { remedy });
  }
}

/**
 * Composes a core on a data folder, with the real clock, store, vault and log.
 *
 * @throws StoreError when the data file can't be used; PolicyFault when what the organisation has set can't be.
 */
export async function composeCore(options: ComposeOptions): Promise<Core> {
  const log =
    options.log ??
    openLog({ dataFolder: options.dataFolder, source: options.host, level: process.env.SENDWRIGHT_LOG_LEVEL });
  // Before anything is opened: a policy at fault is not applied in part.
  const managed = checkManaged(options.managed ?? unmanaged, (given) =>
    checkedFields({ ...defaultFields, ...given }, given),
  );
  const proxy = managedProxy(managed);
  // A network with a root of its own names it as resolvers do, by a file of hints.
  const hints = process.env.SENDWRIGHT_ROOT_HINTS;
  if (options.background) trimMemoryAfterStart(log);
  const tellRestored = options.background ? restoreAsOrdered(options.dataFolder, Date.now()) : null;
  const store = openStore(options.dataFolder, Date.now, options.copyProgram ?? null);
  tellRestored?.(store, log);
  const vault = createVault({
    storage: store.secrets,
    keychain: managed.locked.Keeper === 'passphrase' ? null : options.keychain,
    random: randomBytes,
    now: Date.now,
    takesPassphrases: managed.locked.Keeper !== 'keychain',
  });
  return createCore({
    store,
    vault,
    clock: { now: Date.now },
    log,
    host: options.host,
    version: options.version,
    dataFolder: options.dataFolder,
    notifier: options.notifier,
    practice: options.practice,
    managed,
    async proxyFor(url) {
      if (proxy !== undefined) return proxy;
      const named = await environmentProxy(url);
      if (named !== null || options.systemProxy === undefined) return named;
      return proxyFromPacResult(await options.systemProxy(url.href), 'the system’s settings');
    },
    randomId: randomUUID,
    person: personName(),
    giveBackMemory,
    rulesKey: options.rulesKey ?? builtKey(),
    ...(hints === undefined || hints === '' ? {} : { rootServers: readRootHints(readHints(hints)) }),
    background: options.background,
    ...(options.folderPatience === undefined ? {} : { folderPatience: options.folderPatience }),
    startAgain: options.startAgain ?? null,
  });
}

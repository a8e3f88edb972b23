import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import pino from 'pino';
import type { Snapshot } from '../../shared/contract/schemas.ts';
import { readRootHints } from '../probes/dns/roots.ts';
import { environmentProxy, proxyFromPacResult } from '../probes/http/proxy.ts';
import { openStore } from '../store/store.ts';
import type { KeychainPort } from '../vault/ports.ts';
import { createVault } from '../vault/vault.ts';
import type { Core } from './core.ts';
import { createCore } from './core.ts';
import { giveBackMemory } from './memory.ts';
import type { Notifier, PracticePort, SystemProxy } from './ports.ts';

export interface ComposeOptions {
  /** Exists. */
  readonly dataFolder: string;
  readonly host: Snapshot['host'];
  readonly version: string;
  readonly keychain: KeychainPort | null;
  readonly practice: PracticePort | null;
  readonly notifier: Notifier;
  /** Absent where the host can't tell; the environment's proxy is then the only one. */
  readonly systemProxy?: SystemProxy;
  readonly background: boolean;
}

/** Paths in log entries that may hold a secret, and are left out. */
const REDACTED = [
  '*.value',
  '*.passphrase',
  '*.apiKey',
  '*.authKey',
  '*.current',
  '*.next',
  'value',
  'passphrase',
  'apiKey',
  'authKey',
];

/**
 * Composes a core on a data folder, with the real clock, store, vault and log.
 *
 * @throws StoreError when the data file can't be used.
 */
export async function composeCore(options: ComposeOptions): Promise<Core> {
  // A network with a root of its own names it as resolvers do, by a file of hints.
  const hints = process.env.SENDWRIGHT_ROOT_HINTS;
  const store = openStore(options.dataFolder);
  const logs = path.join(options.dataFolder, 'logs');
  mkdirSync(logs, { recursive: true, mode: 0o700 });
  const log = pino(
    { redact: { paths: REDACTED, remove: true } },
    pino.destination({ dest: path.join(logs, 'sendwright.log'), mkdir: true, mode: 0o600, sync: true }),
  );
  const vault = createVault({ storage: store.secrets, keychain: options.keychain, random: randomBytes, now: Date.now });
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
    async proxyFor(url) {
      const named = await environmentProxy(url);
      if (named !== null || options.systemProxy === undefined) return named;
      return proxyFromPacResult(await options.systemProxy(url.href), 'the system’s settings');
    },
    randomId: randomUUID,
    giveBackMemory,
    ...(hints === undefined || hints === '' ? {} : { rootServers: readRootHints(readFileSync(hints, 'utf8')) }),
    background: options.background,
  });
}

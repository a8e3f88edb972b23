import { unmanaged } from '../../shared/managed/policy.ts';
import { createRouterClient } from '@orpc/server';
import { randomBytes, randomUUID } from 'node:crypto';
import type { Core } from '../../main/core/core.ts';
import { createCore } from '../../main/core/core.ts';
import type { Store } from '../../main/store/store.ts';
import { openLog } from '../../main/log/log.ts';
import { openStore } from '../../main/store/store.ts';
import { createVault } from '../../main/vault/vault.ts';
import type { CoreClient } from '../../shared/contract/index.ts';

/** A real core whose clock a test moves: real store and network, but the minutes pass when they are told to. */
export interface ClockedCore {
  readonly core: Core;
  readonly client: CoreClient;
  readonly store: Store;
  readonly notices: readonly string[];
  /** How often memory was given back. */
  readonly rests: () => number;
  /** Lets so many minutes pass, so many at a time, and waits for the checks that begin after each step. */
  readonly pass: (minutes: number, step?: number) => Promise<void>;
  readonly now: () => number;
}

/** @param folder exists. */
export async function openClockedCore(folder: string): Promise<ClockedCore> {
  let now = Date.UTC(2026, 0, 1);
  const store = openStore(folder, () => now);
  const notices: string[] = [];
  let rests = 0;
  const core = await createCore({
    startAgain: null,
    store,
    vault: createVault({ storage: store.secrets, keychain: null, random: randomBytes, now: () => now }),
    clock: { now: () => now },
    log: openLog({ dataFolder: folder, source: 'cli' }),
    host: 'cli',
    version: '0.0.0',
    dataFolder: folder,
    notifier: { notify: (title) => void notices.push(title) },
    practice: null,
    proxyFor: () => Promise.resolve(null),
    giveBackMemory() {
      rests += 1;
      return Promise.resolve();
    },
    randomId: randomUUID,
    managed: unmanaged,
    background: false,
  });
  const client = createRouterClient(core.router);
  const settle = async () => {
    for (const job of await client.jobs.list({})) {
      if (job.status !== 'running') continue;
      for await (const _state of await client.jobs.watch({ jobId: job.id, after: -1 })) now += 1;
    }
  };
  return {
    core,
    client,
    store,
    notices,
    rests: () => rests,
    now: () => now,
    async pass(minutes, step = 1) {
      for (let minute = 0; minute < minutes; minute += step) {
        now += step * 60_000;
        core.tick();
        await settle();
      }
    },
  };
}

import { createRouterClient } from '@orpc/server';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ComposeOptions } from '../../main/core/compose.ts';
import { composeCore } from '../../main/core/compose.ts';
import { createPracticeClient } from '../../main/practice/practice-client.ts';
import { forkPractice } from '../../main/hosts/fork-practice.ts';
import { copyProgram, practiceProgram } from '../../main/hosts/parts.ts';
import type { Core } from '../../main/core/core.ts';
import type { CoreClient } from '../../shared/contract/index.ts';

/** A real core on a data folder of its own: real store, real vault, real network. */
export interface TestCore {
  readonly core: Core;
  readonly client: CoreClient;
  readonly folder: string;
  readonly close: () => Promise<void>;
}

/**
 * @param folder an existing data folder, to open it again.
 * @param changes what is composed in another way than for most tests.
 */
export async function openTestCore(folder?: string, changes: Partial<ComposeOptions> = {}): Promise<TestCore> {
  const dataFolder = folder ?? (await mkdtemp(path.join(tmpdir(), 'sendwright-core-')));
  const core = await composeCore({
    dataFolder,
    host: 'cli',
    version: '0.0.0',
    keychain: null,
    practice: createPracticeClient(() => forkPractice(practiceProgram), path.join(dataFolder, 'practice')),
    copyProgram: { file: copyProgram, runsIn: 'process' },
    notifier: { notify: () => undefined },
    background: true,
    ...changes,
  });
  return { core, client: createRouterClient(core.router), folder: dataFolder, close: core.close };
}

export async function dropFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

/** Runs a check of domains to its end. */
export async function verifyAll(client: CoreClient, workspaceId: number, resolver?: string): Promise<string> {
  const job = await client.domains.verify({
    workspaceId,
    selection: { which: 'all' },
    ...(resolver === undefined ? {} : { resolver }),
  });
  let status = '';
  for await (const state of await client.jobs.watch({ jobId: job.id, after: -1 })) status = state.status;
  return status;
}

import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as later } from 'node:timers/promises';
import { createRouterClient } from '@orpc/server';
import { bareCore } from './bare-core.ts';

/**
 * Checks every domain of a data folder, by turns alone and while a copy of the data file is made, and then makes one while
 * nothing else is done; prints how long each check took, whether its copy was still under way when it ended, and how long
 * the loop was held.
 */

const [folder = '', workspace = '1', pairs = '7', file = '', kind = ''] = process.argv.slice(2);
const core = await bareCore(folder, false, { file, runsIn: kind === 'thread' ? 'thread' : 'process' });
const client = createRouterClient(core.router);
const workspaceId = Number(workspace);

function dropCopies(): void {
  const copies = path.join(folder, 'copies');
  for (const name of readdirSync(copies)) rmSync(path.join(copies, name));
}

async function check(): Promise<number> {
  const begin = performance.now();
  const job = await client.domains.verify({ workspaceId, selection: { which: 'all' } });
  for await (const state of await client.jobs.watch({ jobId: job.id, after: -1 }))
    if (state.status === 'failed') throw new Error('The check failed');
  return performance.now() - begin;
}

async function checkWhileCopying() {
  let copiedAfter = Number.NaN;
  const begin = performance.now();
  const copy = client.copies.make().then(({ octets }) => {
    copiedAfter = performance.now() - begin;
    return octets;
  });
  const ms = await check();
  const octets = await copy;
  dropCopies();
  return { ms, copiedAfter, octets };
}

/** @returns for how long at most nothing else could be done, in milliseconds. */
async function heldWhile(work: () => Promise<unknown>): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await work();
  delay.disable();
  return delay.max / 1e6;
}

// The first are slower, for V8 has not compiled them.
await check();
await check();
const alone: number[] = [];
const copying: Awaited<ReturnType<typeof checkWhileCopying>>[] = [];
for (let pair = 0; pair < Number(pairs); pair += 1) {
  // Which of the two is first changes, so that what lasts from one to the next falls on both.
  if (pair % 2 === 0) alone.push(await check());
  copying.push(await checkWhileCopying());
  if (pair % 2 === 1) alone.push(await check());
}
await later(3000);
const held = await heldWhile(() => client.copies.make());
const [copy] = await client.copies.list();
const heldByLook = await heldWhile(() => client.copies.look({ name: copy?.name ?? '' }));
dropCopies();
console.log(JSON.stringify({ alone, copying, held, heldByLook }));
await core.close();

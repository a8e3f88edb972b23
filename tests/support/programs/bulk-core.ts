import { setTimeout } from 'node:timers/promises';
import { createRouterClient } from '@orpc/server';
import { bareCore } from './bare-core.ts';

/**
 * Checks every domain of a data folder several times, as a host's core does, and prints how long each took, and the
 * memory that the process holds after the last and when it has come to rest.
 */

/** Longer than a core waits before it gives memory back. */
const REST_MS = 4000;

const [folder = '', workspace = '1', times = '1'] = process.argv.slice(2);
const core = await bareCore(folder, true);
const client = createRouterClient(core.router);
const workspaceId = Number(workspace);

async function check(): Promise<{ ms: number; counts: Record<string, number> }> {
  const begin = performance.now();
  const job = await client.domains.verify({ workspaceId, selection: { which: 'all' } });
  let counts: Record<string, number> = {};
  for await (const state of await client.jobs.watch({ jobId: job.id, after: -1 })) counts = state.counts;
  return { ms: performance.now() - begin, counts };
}

const checks: Awaited<ReturnType<typeof check>>[] = [];
for (let time = 0; time < Number(times); time += 1) checks.push(await check());
const rss = process.memoryUsage.rss();
await setTimeout(REST_MS);
console.log(JSON.stringify({ checks, rss, restRss: process.memoryUsage.rss() }));
await core.close();

import { createRouterClient } from '@orpc/server';
import { composeCore } from '../../../main/core/compose.ts';

/** Checks every domain of a data folder, as a host's core does, and prints how long it took and what it cost. */

const [folder = '', workspace = '1'] = process.argv.slice(2);
const core = await composeCore({
  dataFolder: folder,
  host: 'cli',
  version: '0.0.0',
  keychain: null,
  practice: null,
  notifier: { notify: () => undefined },
  background: true,
});
const client = createRouterClient(core.router);
const workspaceId = Number(workspace);

async function check(): Promise<{ ms: number; counts: Record<string, number> }> {
  const begin = performance.now();
  const job = await client.domains.verify({ workspaceId, selection: { which: 'all' } });
  let counts: Record<string, number> = {};
  for await (const state of await client.jobs.watch({ jobId: job.id, after: -1 })) counts = state.counts;
  return { ms: performance.now() - begin, counts };
}

const first = await check();
const cpu = process.cpuUsage();
const second = await check();
const used = process.cpuUsage(cpu);
console.log(JSON.stringify({ first, second, cpuMs: (used.user + used.system) / 1000, rss: process.memoryUsage.rss() }));
await core.close();

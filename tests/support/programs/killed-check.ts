import { openTestCore } from '../core.ts';

/** Checks every domain of a data folder and prints how many are done, until somebody kills it. */

const { client, close } = await openTestCore(process.argv[2] ?? '');
const { workspaces } = await client.state.snapshot({});
const job = await client.domains.verify({ workspaceId: workspaces[0]?.id ?? 0, selection: { which: 'all' } });
for await (const state of await client.jobs.watch({ jobId: job.id, after: -1 })) console.log(state.done);
await close();

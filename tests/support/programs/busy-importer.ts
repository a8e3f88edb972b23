import { openTestCore } from '../core.ts';

/** Imports a folder of reports and prints how many files were read, until somebody kills it. */

const [, , dataFolder = '', reports = ''] = process.argv;
const { client, close } = await openTestCore(dataFolder, { background: false });
const { workspaces } = await client.state.snapshot({});
let files = 0;
for await (const file of await client.evidence.import({ workspaceId: workspaces[0]?.id ?? 0, paths: [reports] }))
  if (file.outcome !== 'refuse') console.log((files += 1));
await close();
console.log('done');

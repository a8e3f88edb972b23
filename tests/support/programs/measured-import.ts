import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { openTestCore } from '../core.ts';

/** Imports a folder of reports into a new data folder, and prints what memory that took: resident octets before, and at most. */

const [, , dataFolder = '', warm = '', reports = ''] = process.argv;
const SAMPLE_MS = 20;

const { client, close } = await openTestCore(dataFolder, { background: false });
const { id: workspaceId } = await client.workspaces.create({ name: 'Measured' });
const importAll = async (folder: string): Promise<number> => {
  let files = 0;
  for await (const { outcome } of await client.evidence.import({ workspaceId, paths: [folder] }))
    if (outcome === 'read') files += 1;
  return files;
};
// The readers are loaded by the first import; what is measured is what many reports take beyond one.
await importAll(warm);
setFlagsFromString('--expose-gc');
(runInNewContext('gc') as () => void)();
const before = process.memoryUsage.rss();
let most = before;
const timer = setInterval(() => {
  most = Math.max(most, process.memoryUsage.rss());
}, SAMPLE_MS);
const begun = performance.now();
const files = await importAll(reports);
clearInterval(timer);
const seconds = (performance.now() - begun) / 1000;
await close();
console.log(JSON.stringify({ before, most, files, seconds }));

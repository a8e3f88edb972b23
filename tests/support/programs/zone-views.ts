import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Views one domain whose zone is pasted, on a real core: of this checkout, or of another one. It is told what to do by
 * messages: `paste`, `reopen`, or `view`, which is manual, hand-over and tree. It answers with the milliseconds of the
 * processor that it took, and those of the longest turn of the core's loop meanwhile: what others do on the machine is in
 * neither.
 */

const [root = '', zoneFile = '', zone = ''] = process.argv.slice(2);
const { openTestCore, dropFolder } = (await import(
  pathToFileURL(path.join(root, 'tests', 'support', 'core.ts')).href
)) as typeof import('../core.ts');

const text = await readFile(zoneFile, 'latin1');
let desk = await openTestCore();
const { folder } = desk;
const { id: workspaceId } = await desk.client.workspaces.create({ name: 'Zones' });
const { added } = await desk.client.domains.add({ workspaceId, text: `news.${zone}` });
const domainId = added[0]?.id ?? 0;
const { revision, configuration } = await desk.client.domains.configuration({ workspaceId, domainId });
const fields = { spfMechanism: `include:_spf.${zone}` };
await desk.client.domains.configure({
  workspaceId,
  domainId,
  revision,
  configuration: { ...configuration, zone, providers: [{ templateId: 'custom', mode: 'own-key', fields }] },
});

async function view(): Promise<void> {
  const { domains } = desk.client;
  const manual = await domains.manual({ workspaceId, domainId });
  if (!JSON.stringify(manual).includes('v=spf1')) throw new Error('The manual holds no SPF record');
  const handedOver = await domains.handOver({ workspaceId, domainId, format: 'bind' });
  if (!handedOver.text.includes(`_spf.${zone}`)) throw new Error('The hand-over lacks the include');
  const { today } = await domains.spfTree({ workspaceId, domainId });
  if (today === null) throw new Error('There is no tree of today');
}

const work: Readonly<Record<string, () => Promise<unknown>>> = {
  paste: () => desk.client.domains.pasteZone({ workspaceId, domainId, text }),
  async reopen() {
    await desk.close();
    desk = await openTestCore(folder);
  },
  view,
  async end() {
    await desk.close();
    await dropFolder(folder);
    process.disconnect();
  },
};

const milliseconds = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1000;

/** Looks at each turn of the loop how long the one before took. @returns what ends that, and gives the longest. */
function watchLoop(): () => number {
  let longest = 0;
  let isWatched = true;
  let before = process.threadCpuUsage();
  const look = () => {
    longest = Math.max(longest, milliseconds(process.threadCpuUsage(before)));
    before = process.threadCpuUsage();
    if (isWatched) setImmediate(look);
  };
  setImmediate(look);
  return () => {
    isWatched = false;
    return longest;
  };
}

process.on('message', (what: string) => {
  const longest = watchLoop();
  // The first turn that is looked at begins with the loop's next round.
  setImmediate(async () => {
    const start = process.cpuUsage();
    await work[what]?.();
    const ms = milliseconds(process.cpuUsage(start));
    if (what === 'end') {
      longest();
      return;
    }
    setImmediate(() => process.send?.({ ms, heldMs: longest() }));
  });
});
process.send?.('ready');

import { readFile } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Views one domain whose zone is pasted, on a real core: of this checkout, or of another one. It is told what to do by
 * messages: `paste`, `reopen`, or `view`, which is manual, hand-over and tree. It answers with the milliseconds that it
 * took, and the longest that the core's loop was held meanwhile.
 */

const RESOLUTION_MS = 2;

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

process.on('message', (what: string) => {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  // The first interval begins with the loop's next round.
  setTimeout(async () => {
    const start = performance.now();
    await work[what]?.();
    const ms = performance.now() - start;
    if (what === 'end') return;
    setTimeout(() => {
      delay.disable();
      process.send?.({ ms, heldMs: Math.max(0, delay.max / 1e6 - RESOLUTION_MS) });
    }, 5 * RESOLUTION_MS);
  }, 5 * RESOLUTION_MS);
});
process.send?.('ready');

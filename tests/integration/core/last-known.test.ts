import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Bind } from '../../support/bind.ts';
import { startBind, zoneHead } from '../../support/bind.ts';
import type { ClockedCore } from '../../support/clocked-core.ts';
import { openClockedCore } from '../../support/clocked-core.ts';
import { dropFolder, verifyAll } from '../../support/core.ts';
import { describeWith } from '../../support/tools.ts';

/** What was known of a domain before a check that got no answer. */

const published =
  'a TXT "v=spf1 -all"\n*._domainkey.a TXT "v=DKIM1; p="\n_dmarc.a TXT "v=DMARC1; p=reject"\na MX 0 .\n';
/** Nothing listens there. */
const SILENT = '127.0.0.1:9';

describeWith(['named', 'named-checkzone'], 'a check without an answer', () => {
  let bind: Bind;
  let folder: string;
  let desk: ClockedCore;
  let workspaceId: number;
  let domainId: number;

  beforeAll(async () => {
    bind = await startBind(['example.com']);
    folder = await mkdtemp(path.join(tmpdir(), 'sendwright-known-'));
    desk = await openClockedCore(folder);
    workspaceId = (await desk.client.workspaces.create({ name: 'Acme' })).id;
    const { added } = await desk.client.domains.add({ workspaceId, text: 'a.example.com' });
    domainId = added[0]?.id ?? 0;
    await desk.client.domains.configure({ workspaceId, domainId, revision: 0, configuration: { neverSends: true } });
  });
  afterAll(async () => {
    await desk.core.close();
    await bind.stop();
    await dropFolder(folder);
  });

  const check = async (resolver = bind.address) => {
    await verifyAll(desk.client, workspaceId, resolver);
    return (await desk.client.domains.list({ workspaceId }))[0]?.verdict;
  };

  it('takes back nothing of what was known: what is gone afterwards is told as gone', async () => {
    await bind.load('example.com', `${zoneHead('example.com', 2)}${published}`);
    expect(await check()).toBe('verified');
    expect(await check(SILENT)).toBe('unknown');
    expect(desk.notices).toEqual([]);
    await bind.load('example.com', zoneHead('example.com', 3));
    expect(await check()).toBe('failing');
    expect(desk.notices).toEqual(['a.example.com no longer verifies']);
    const timeline = await desk.client.domains.timeline({ workspaceId, domainId });
    expect(timeline.filter(({ recordId }) => recordId === '').map(({ after }) => after)).toEqual([
      'failing',
      'unknown',
      'verified',
    ]);
    const spf = timeline.filter(({ recordId }) => recordId === 'spf');
    expect(spf).toMatchObject([{ before: 'verified', after: 'failing' }]);
  });

  it('tells nothing when all is there again', async () => {
    await bind.load('example.com', `${zoneHead('example.com', 4)}${published}`);
    expect(await check()).toBe('verified');
    const before = desk.notices.length;
    expect(await check(SILENT)).toBe('unknown');
    expect(await check()).toBe('verified');
    expect(desk.notices).toHaveLength(before);
  });
});

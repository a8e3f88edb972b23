import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../../../main/store/store.ts';
import { allSteps } from '../../../shared/steps.ts';
import type { TestCore } from '../../support/core.ts';
import { dropFolder, openTestCore } from '../../support/core.ts';

describe('a pasted zone', () => {
  let desk: TestCore;
  let workspaceId: number;
  let domainId: number;

  beforeAll(async () => {
    desk = await openTestCore();
    workspaceId = (await desk.client.workspaces.create({ name: 'Acme' })).id;
    const { added } = await desk.client.domains.add({ workspaceId, text: 'news.example.com' });
    domainId = added[0]?.id ?? 0;
    const { revision } = await desk.client.domains.configuration({ workspaceId, domainId });
    const providers = [{ templateId: 'custom', mode: 'own-key', fields: { spfMechanism: 'include:_spf.example.com' } }];
    await desk.client.domains.configure({ workspaceId, domainId, revision, configuration: { providers } });
  });

  afterAll(async () => {
    await desk.close();
    await dropFolder(desk.folder);
  });

  const spf = async () => {
    const { steps } = await desk.client.domains.manual({ workspaceId, domainId });
    return steps.flatMap(({ cards }) => cards).find(({ title }) => title === 'SPF')?.value;
  };
  const paste = (text: string) => desk.client.domains.pasteZone({ workspaceId, domainId, text });
  const zone = (terms: string) => `_spf TXT "v=spf1 ip4:192.0.2.1 -all"\nnews TXT "v=spf1 ${terms} -all"\n`;

  it('is answered from as it stands, whoever wrote it and whenever', async () => {
    await paste(zone('a'));
    expect(await spf()).toBe('v=spf1 a include:_spf.example.com -all');
    await paste(zone('mx'));
    expect(await spf()).toBe('v=spf1 mx include:_spf.example.com -all');
    await paste('');
    expect(await spf()).toBe('v=spf1 include:_spf.example.com ~all');

    const other = openStore(desk.folder);
    for (const term of ['a:x.example', 'a:y.example']) {
      other.domains.assignPastedZone(domainId, allSteps(other.domains.writeZoneInSteps(zone(term), 1)), 1);
      expect(await spf()).toBe(`v=spf1 ${term} include:_spf.example.com -all`);
    }
    other.domains.forgetPastedZone(domainId);
    other.close();
    expect(await spf()).toBe('v=spf1 include:_spf.example.com ~all');
  });

  it('is the last one that was pasted, although a shorter one is read sooner', async () => {
    const long = `${zone('a')}${'x TXT "y"\n'.repeat(40_000)}`;
    const both = [paste(long), paste(zone('mx'))];
    // What is asked for afterwards waits for what was asked for before.
    expect(await spf()).toBe('v=spf1 mx include:_spf.example.com -all');
    await Promise.all(both);
    expect(await spf()).toBe('v=spf1 mx include:_spf.example.com -all');
  });

  it('is read under the zone that the domain lies in', async () => {
    await paste(zone('a'));
    const lieIn = async (name: string | null) => {
      const { revision } = await desk.client.domains.configuration({ workspaceId, domainId });
      await desk.client.domains.configure({ workspaceId, domainId, revision, configuration: { zone: name } });
    };
    await lieIn('news.example.com');
    expect(await spf()).toBe('v=spf1 include:_spf.example.com ~all');
    await lieIn(null);
    expect(await spf()).toBe('v=spf1 a include:_spf.example.com -all');
  });

  it('comes back as it was pasted, whatever its length', async () => {
    const text = `${zone('a')}x TXT "${'\u{1F4E7}'.repeat(50)}" ; ${'\u{1F4E7}'.repeat(400_000)}\n`;
    await paste(text);
    const { pastedZone } = await desk.client.domains.configuration({ workspaceId, domainId });
    expect(pastedZone === text).toBe(true);
  });

  it('that can’t be read leaves the one before', async () => {
    await paste(zone('a'));
    await expect(paste('nonsense')).rejects.toMatchObject({ code: 'BAD_INPUT' });
    expect(await spf()).toBe('v=spf1 a include:_spf.example.com -all');
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestCore } from '../../support/core.ts';
import { dropFolder, openTestCore } from '../../support/core.ts';

describe('a change of a domain', () => {
  let desk: TestCore;
  let inDomain: { workspaceId: number; domainId: number };

  beforeAll(async () => {
    desk = await openTestCore();
    const workspaceId = (await desk.client.workspaces.create({ name: 'Acme' })).id;
    const { added } = await desk.client.domains.add({ workspaceId, text: 'news.example.com' });
    inDomain = { workspaceId, domainId: added[0]?.id ?? 0 };
  });

  afterAll(async () => {
    await desk.close();
    await dropFolder(desk.folder);
  });

  const now = () => desk.client.domains.configuration(inDomain);
  const custom = (spfMechanism: string) => ({ templateId: 'custom', mode: 'own-key', fields: { spfMechanism } });

  it('leaves the parts alone that it does not name', async () => {
    const { revision, configuration } = await now();
    const dmarc = { ...configuration.dmarc, policy: 'quarantine' as const };
    await desk.client.domains.configure({ ...inDomain, revision, configuration: { dmarc } });
    const providers = [custom('ip4:192.0.2.1')];
    await desk.client.domains.configure({ ...inDomain, revision: revision + 1, configuration: { providers } });
    expect((await now()).configuration).toEqual({ ...configuration, dmarc, providers });
  });

  it('is refused whole when somebody else was faster, the pasted zone included', async () => {
    const before = await now();
    const change = { ...inDomain, revision: before.revision - 1, configuration: { neverSends: true } };
    await expect(
      desk.client.domains.configure({ ...change, pastedZone: 'news TXT "v=spf1 -all"\n' }),
    ).rejects.toMatchObject({ code: 'CONFLICT', data: { field: 'revision' } });
    expect(await now()).toEqual(before);
  });

  it('takes the zone with it, or neither', async () => {
    const { revision } = await now();
    const pastedZone = 'news TXT "v=spf1 a -all"\n';
    const providers = [custom('ip4:192.0.2.7')];
    await expect(
      desk.client.domains.configure({ ...inDomain, revision, configuration: { providers }, pastedZone: '!' }),
    ).rejects.toMatchObject({ code: 'BAD_INPUT', data: { field: 'text' } });
    await expect(
      desk.client.domains.configure({
        ...inDomain,
        revision,
        configuration: { providers: [{ templateId: 'nobody', mode: '', fields: {} }] },
        pastedZone,
      }),
    ).rejects.toMatchObject({ code: 'BAD_INPUT' });
    expect((await now()).pastedZone).toBe('');
    const manual = await desk.client.domains.configure({
      ...inDomain,
      revision,
      configuration: { providers },
      pastedZone,
    });
    const spf = manual.steps.flatMap(({ cards }) => cards).find(({ title }) => title === 'SPF');
    expect(spf?.value).toBe('v=spf1 a ip4:192.0.2.7 -all');
    expect((await now()).pastedZone).toBe(pastedZone);
  });

  it('comes before what is asked for after it', async () => {
    const { revision } = await now();
    const pastedZone = `news TXT "v=spf1 mx -all"\n${'x TXT "y"\n'.repeat(40_000)}`;
    const change = desk.client.domains.configure({ ...inDomain, revision, configuration: {}, pastedZone });
    const { text } = await desk.client.domains.handOver({ ...inDomain, format: 'text' });
    expect(text).toContain('v=spf1 mx ip4:192.0.2.7 -all');
    await change;
  });

  it('can’t be said to be chosen by somebody', async () => {
    const { revision } = await now();
    const weaker = [{ kind: 'policy', by: 'somebody else', at: 1, what: 'nothing' }];
    const forged = { ...inDomain, revision, configuration: { weaker } } as Parameters<
      typeof desk.client.domains.configure
    >[0];
    await desk.client.domains.configure(forged);
    expect((await now()).configuration.weaker).toBeUndefined();
  });
});

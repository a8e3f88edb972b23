import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestCore } from '../../support/core.ts';
import { dropFolder, openTestCore, verifyAll } from '../../support/core.ts';

/** The practice workspace does the whole job, and nothing of it reaches another workspace. */

describe('practice', () => {
  let desk: TestCore;
  let practiceId: number;
  let otherId: number;
  beforeAll(async () => {
    desk = await openTestCore();
    practiceId = (await desk.client.practice.open({})).id;
    otherId = (await desk.client.workspaces.create({ name: 'Acme' })).id;
  });
  afterAll(async () => {
    await desk.close();
    await dropFolder(desk.folder);
  });

  async function save(workspaceId: number, fields: { readonly serviceUrl: string; readonly resolver?: string }) {
    const { revision } = await desk.client.settings.get({ workspaceId });
    return desk.client.settings.save({ workspaceId, revision, fields });
  }

  it('has its certificate trusted in its own workspace alone', async () => {
    const { serviceUrl } = await desk.client.practice.state({ workspaceId: practiceId });
    for (const workspaceId of [practiceId, otherId]) await save(workspaceId, { serviceUrl: serviceUrl ?? '' });
    expect(await desk.client.probes.connection({ workspaceId: practiceId })).toMatchObject({ outcome: 'passed' });
    const elsewhere = await desk.client.probes.connection({ workspaceId: otherId });
    expect(elsewhere.outcome).toBe('failed');
    expect(elsewhere.findings.map((finding) => finding.code)).toEqual([
      expect.stringMatching(/^probe\.certificate-(?:untrusted|incomplete|self-signed)$/),
    ]);
  });

  it('checks keys by its own profile; another workspace without one reads not checkable', async () => {
    expect(await desk.client.probes.keys({ workspaceId: otherId })).toMatchObject({ outcome: 'not-checkable' });
  });

  it('tells its state, plays faults and publishes for itself alone', async () => {
    const { added } = await desk.client.domains.add({ workspaceId: otherId, text: 'news.example.com' });
    const domainId = added[0]?.id ?? 0;
    const refused = { code: 'NOT_ALLOWED', data: { field: 'workspaceId', remedy: expect.stringMatching(/\w/) } };
    await expect(desk.client.practice.state({ workspaceId: otherId })).rejects.toMatchObject(refused);
    await expect(desk.client.practice.setFault({ workspaceId: otherId, fault: 'none' })).rejects.toMatchObject(refused);
    await expect(desk.client.practice.publish({ workspaceId: otherId, domainId })).rejects.toMatchObject(refused);
    const [own] = await desk.client.domains.list({ workspaceId: practiceId });
    // A domain of one workspace can't be reached through another.
    await expect(desk.client.practice.publish({ workspaceId: practiceId, domainId })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(own?.name).toBe('news.example.com');
  });

  it('goes from nothing published to verified, and stays so after a restart', async () => {
    const [row] = await desk.client.domains.list({ workspaceId: practiceId });
    const inDomain = { workspaceId: practiceId, domainId: row?.id ?? 0 };
    const { providerValues } = await desk.client.practice.state({ workspaceId: practiceId });
    const { configuration } = await desk.client.domains.configuration(inDomain);
    const providers = [{ templateId: 'elastic-email', mode: 'standard', fields: providerValues }];
    await desk.client.domains.configure({ ...inDomain, configuration: { ...configuration, providers } });
    expect((await desk.client.practice.publish(inDomain)).published).toBeGreaterThanOrEqual(3);
    await verifyAll(desk.client, practiceId);
    await desk.close();
    desk = await openTestCore(desk.folder);
    expect(await desk.client.domains.list({ workspaceId: practiceId })).toMatchObject([
      { name: 'news.example.com', verdict: 'verified' },
    ]);
    await verifyAll(desk.client, practiceId);
    expect((await desk.client.domains.list({ workspaceId: practiceId }))[0]?.verdict).toBe('verified');
  });
});

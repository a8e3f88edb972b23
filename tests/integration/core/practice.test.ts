import { told } from '../../support/told.ts';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cli } from '../../support/cli.ts';
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

  it('speaks the service’s interface: both statuses, the account’s domains, and each refusal by its name', async () => {
    const { client } = desk;
    const inPractice = { workspaceId: practiceId };
    const { apiKey, authKey, responseDomain, serviceUrl } = await client.practice.state(inPractice);
    await client.vault.useSession({});
    const { revision } = await client.settings.get(inPractice);
    await client.settings.save({
      ...inPractice,
      revision,
      fields: { serviceUrl: serviceUrl ?? '', responseDomain: responseDomain ?? '' },
      apiKey: { do: 'set', value: apiKey ?? '' },
      authKey: { do: 'set', value: authKey ?? '' },
    });
    await client.probes.connection(inPractice);
    expect(await client.service.status(inPractice)).toMatchObject({
      sending: { state: 'active' },
      responses: { state: 'error' },
      provider: 'Elastic Email',
      tell: { isDue: true },
    });
    expect(await client.settings.get(inPractice)).toMatchObject({
      connection: { state: 'active', text: 'Connection active' },
      responses: { state: 'not-told' },
      provider: { name: 'Elastic Email', templateId: 'elastic-email' },
    });
    expect(await client.service.tell(inPractice)).toMatchObject({ ok: true });
    expect(await client.settings.get(inPractice)).toMatchObject({ responses: { state: 'active' } });
    expect(await client.probes.keys(inPractice)).toMatchObject({ outcome: 'accepted', findings: [] });
    const used = (await client.activity.list({ ...inPractice, kinds: ['vault'], limit: 50 }))
      .map(told)
      .filter(({ summary }) => summary.endsWith('used'));
    expect(used).not.toEqual([]);
    for (const use of used)
      expect(use).toMatchObject({ summary: 'API key and Auth key used', detail: `Towards ${serviceUrl}` });
    expect(JSON.stringify(used)).not.toContain((apiKey ?? '').slice(-4));

    expect(await client.service.addDomain({ ...inPractice, domain: 'shop.example.com' })).toMatchObject({ ok: true });
    expect((await client.service.domains(inPractice)).domains).toMatchObject([
      { domain: 'news.example.com', here: true, there: false },
      { domain: 'shop.example.com', here: false, there: true, status: 'inactive' },
    ]);
    const records = await client.service.records({ ...inPractice, domain: 'shop.example.com' });
    expect(records?.unread).toEqual([]);
    expect(records?.records.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'shop.example.com TXT',
      'api._domainkey.shop.example.com TXT',
      '_dmarc.shop.example.com TXT',
      'tracking.shop.example.com CNAME',
    ]);

    const outcomeUnder = async (fault: string) => {
      await client.practice.setFault({ ...inPractice, fault });
      return (await client.probes.keys(inPractice)).outcome;
    };
    expect(await outcomeUnder('wrong-api-key')).toBe('wrong-api-key');
    expect(await outcomeUnder('wrong-auth-key')).toBe('wrong-auth-key');
    expect(await outcomeUnder('service-unavailable')).toBe('unavailable');
    await client.practice.setFault({ ...inPractice, fault: 'service-inactive' });
    expect(await client.service.refresh(inPractice)).toMatchObject({ sending: { state: 'inactive' } });
    await client.practice.setFault({ ...inPractice, fault: 'domain-of-another-account' });
    expect(await client.service.tell(inPractice)).toMatchObject({ ok: false, code: 109 });
    await client.practice.setFault({ ...inPractice, fault: 'response-domain-unreachable' });
    expect(await client.service.tell(inPractice)).toMatchObject({ ok: false, code: 105 });
    await client.practice.setFault({ ...inPractice, fault: 'none' });
  });

  it.each([
    ['names-in-capitals', { state: 'active', code: 0 }],
    ['answer-wrong-type', { state: 'active', code: 0 }],
    ['answer-slow', { state: 'active', code: 0 }],
    ['answer-page', { state: 'unknown', code: null, message: expect.stringContaining('does not offer the API') }],
    ['answer-cut-off', { state: 'error', code: -1 }],
    ['answer-huge', { state: 'error', message: expect.stringContaining('64 MiB') }],
    ['unknown-code', { state: 'error', code: 199 }],
  ])(
    'plays %s at the interface',
    async (fault, sending) => {
      const inPractice = { workspaceId: practiceId };
      await desk.client.practice.setFault({ ...inPractice, fault });
      const status = await desk.client.service.refresh(inPractice);
      await desk.client.practice.setFault({ ...inPractice, fault: 'none' });
      expect(status).toMatchObject({ sending });
    },
    60_000,
  );

  it('plays the codes of the account’s domains', async () => {
    const { client } = desk;
    const inPractice = { workspaceId: practiceId };
    await client.practice.setFault({ ...inPractice, fault: 'domain-list-failed' });
    await expect(client.service.refreshDomains(inPractice)).rejects.toThrow(
      'The service can’t list the sender domains',
    );
    await client.practice.setFault({ ...inPractice, fault: 'domain-not-added' });
    expect(await client.service.addDomain({ ...inPractice, domain: 'other.example.com' })).toMatchObject({
      ok: false,
      code: 112,
    });
    await client.practice.setFault({ ...inPractice, fault: 'none' });
  });

  it.each(['net-framework', 'net'] as const)('plays each refusal of the application (%s)', async (applicationBuild) => {
    const { client } = desk;
    const inPractice = { workspaceId: practiceId };
    const { revision } = await client.settings.get(inPractice);
    await client.settings.save({ ...inPractice, revision, fields: { applicationBuild } });
    const told: unknown[] = [];
    for (const fault of [
      'none',
      'application-other-key',
      'application-without-key',
      'signature-lost',
      'monitoring-off',
    ]) {
      await client.practice.setFault({ ...inPractice, fault });
      const webhook = await client.probes.responses({ ...inPractice, signed: true });
      const figures = await client.probes.monitoring({ ...inPractice, signed: true });
      told.push([fault, ...[webhook, figures].flatMap(({ findings }) => findings.map(({ code }) => code))]);
    }
    await client.practice.setFault({ ...inPractice, fault: 'none' });
    expect(told).toEqual([
      ['none', 'responses.auth-key-accepted', 'monitoring.auth-key-accepted'],
      ['application-other-key', 'responses.auth-key-wrong', 'monitoring.auth-key-wrong'],
      ['application-without-key', 'responses.auth-key-not-set', 'monitoring.auth-key-not-set'],
      ['signature-lost', 'responses.signature-lost', 'monitoring.signature-lost'],
      ['monitoring-off', 'responses.auth-key-accepted', 'monitoring.off'],
    ]);
  });

  it('leaves the records to the choice, then to the service’s word, until one of them is there', async () => {
    const { client } = desk;
    const choose = async (workspaceId: number, recordTemplate: string) => {
      const { revision } = await client.settings.get({ workspaceId });
      await client.settings.save({ workspaceId, revision, fields: { recordTemplate } });
    };
    const templateOf = async (workspaceId: number) => (await client.domains.list({ workspaceId }))[0]?.templateId;

    const { added } = await client.domains.add({ workspaceId: otherId, text: 'silent.example.com' });
    const silent = { workspaceId: otherId, domainId: added[0]?.id ?? 0 };
    expect(added[0]?.templateId).toBeNull();
    const awaited = { awaitsTemplate: true, verdict: 'to-do', steps: [], plan: { changes: [] } };
    expect(await client.domains.manual(silent)).toMatchObject(awaited);
    await verifyAll(client, otherId);
    expect((await client.domains.list({ workspaceId: otherId }))[0]).toMatchObject({
      verdict: 'to-do',
      spf: 'to-do',
      dkim: 'to-do',
      dmarc: 'to-do',
    });
    await expect(client.domains.handOver({ ...silent, format: 'bind' })).rejects.toMatchObject({
      code: 'BAD_INPUT',
      data: { field: 'configuration.providers', remedy: expect.stringContaining('Choose the provider') },
    });
    await choose(otherId, 'mandrill');
    expect(await client.domains.manual(silent)).toMatchObject({
      awaitsTemplate: false,
      providers: [{ id: 'mandrill' }],
    });
    await choose(otherId, '');
    expect(await client.domains.manual(silent)).toMatchObject(awaited);

    // The practice service named its provider above.
    await choose(practiceId, '');
    const [row] = await client.domains.list({ workspaceId: practiceId });
    const told = { workspaceId: practiceId, domainId: row?.id ?? 0 };
    expect(row?.templateId).toBe('elastic-email');
    expect(await client.domains.manual(told)).toMatchObject({ providers: [{ id: 'elastic-email', mode: 'standard' }] });
    await choose(practiceId, 'sendgrid');
    expect(await templateOf(practiceId)).toBe('sendgrid');
    await choose(practiceId, 'elastic-email');
  });

  it('tells its state, plays faults and publishes for itself alone', async () => {
    const { added } = await desk.client.domains.add({ workspaceId: otherId, text: 'news.example.com' });
    const domainId = added[0]?.id ?? 0;
    const refused = { code: 'NOT_ALLOWED', data: { field: 'workspaceId', remedy: expect.stringMatching(/\w/) } };
    await expect(desk.client.practice.state({ workspaceId: otherId })).rejects.toMatchObject(refused);
    await expect(desk.client.practice.setFault({ workspaceId: otherId, fault: 'none' })).rejects.toMatchObject(refused);
    await expect(desk.client.practice.reset({ workspaceId: otherId })).rejects.toMatchObject(refused);
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
    const { revision } = await desk.client.domains.configuration(inDomain);
    const providers = [{ templateId: 'elastic-email', mode: 'standard', fields: providerValues }];
    await desk.client.domains.configure({ ...inDomain, revision, configuration: { providers } });
    expect((await desk.client.practice.publish(inDomain)).published).toBeGreaterThanOrEqual(3);
    await verifyAll(desk.client, practiceId);
    // The provider's hosts are there in the practice world: no alias leads nowhere.
    const cards = (await desk.client.domains.manual(inDomain)).steps.flatMap((step) => step.cards);
    expect(cards.map(({ verdict }) => verdict)).toEqual(['verified', 'verified', 'verified', 'verified']);
    await desk.close();
    desk = await openTestCore(desk.folder);
    expect(await desk.client.domains.list({ workspaceId: practiceId })).toMatchObject([
      { name: 'news.example.com', verdict: 'verified' },
    ]);
    await verifyAll(desk.client, practiceId);
    expect((await desk.client.domains.list({ workspaceId: practiceId }))[0]?.verdict).toBe('verified');
  });

  it('is asked by a command as well, beside the console and alone', async () => {
    const verify = ['domains', 'verify', '--all', '--workspace', 'practice', '--data-dir', desk.folder];
    expect(await cli(...verify)).toMatchObject({ code: 0, out: expect.stringContaining('verified') });
    await desk.close();
    expect(await cli(...verify)).toMatchObject({ code: 0, out: expect.stringContaining('verified') });
    desk = await openTestCore(desk.folder);
    expect((await desk.client.domains.list({ workspaceId: practiceId }))[0]?.verdict).toBe('verified');
  });

  it('ends at once, whoever still holds a connection to it', async () => {
    const ending = await openTestCore();
    const { id: workspaceId } = await ending.client.practice.open({});
    const { dnsServer, serviceUrl } = await ending.client.practice.state({ workspaceId });
    const ports = [dnsServer, new URL(serviceUrl ?? '').host].map((place) => Number(/\d+$/.exec(place ?? '')?.[0]));
    const held = await Promise.all(
      ports.map(async (port) => {
        const socket = connect(port, '127.0.0.1');
        await once(socket, 'connect');
        return socket.on('error', () => undefined);
      }),
    );
    const before = performance.now();
    await ending.close();
    // Without an end of theirs, it would be waited for as long as they are held.
    expect(performance.now() - before).toBeLessThan(20_000);
    for (const socket of held) socket.destroy();
    await dropFolder(ending.folder);
  });
});

import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeZone } from '../../../shared/dns/zone/printer.ts';
import { readZone } from '../../../shared/dns/zone/reader.ts';
import type { Bind } from '../../support/bind.ts';
import { checkZone, startBind, zoneHead } from '../../support/bind.ts';
import type { TestCore } from '../../support/core.ts';
import { dropFolder, openTestCore, verifyAll } from '../../support/core.ts';
import { describeWith } from '../../support/tools.ts';

describeWith(['named', 'named-checkzone'], 'the main job against BIND', () => {
  let bind: Bind;
  let desk: TestCore;
  let workspaceId: number;
  let domainId: number;

  beforeAll(async () => {
    bind = await startBind(['example.com', 'com']);
    desk = await openTestCore();
    const workspace = await desk.client.workspaces.create({ name: 'Acme' });
    workspaceId = workspace.id;
    const { revision } = await desk.client.settings.get({ workspaceId });
    await desk.client.settings.save({
      workspaceId,
      revision,
      fields: { resolver: bind.address, recordTemplate: 'custom', recordTemplateMode: 'own-key' },
    });
    await desk.client.vault.create({ passphrase: 'correct horse battery' });
    const { added } = await desk.client.domains.add({ workspaceId, text: 'news.example.com' });
    domainId = added[0]?.id ?? 0;
  });

  afterAll(async () => {
    await desk.close();
    await bind.stop();
    await dropFolder(desk.folder);
  });

  const manual = () => desk.client.domains.manual({ workspaceId, domainId });
  const cards = async () => (await manual()).steps.flatMap((step) => step.cards);

  it('waits for what only a person can give', async () => {
    expect((await cards()).filter((card) => card.action === 'waiting').map((card) => card.title)).toEqual([
      'DKIM',
      'SPF',
    ]);
    const { revision, configuration } = await desk.client.domains.configuration({ workspaceId, domainId });
    const providers = [{ templateId: 'custom', mode: 'own-key', fields: { spfMechanism: 'ip4:192.0.2.0/24' } }];
    await desk.client.domains.configure({
      workspaceId,
      domainId,
      revision,
      configuration: { ...configuration, providers },
    });
    const key = await desk.client.domains.makeDkimKey({
      workspaceId,
      domainId,
      selector: 'sw1',
      algorithm: 'rsa-2048',
    });
    expect(key).toMatchObject({ bits: 2048, state: 'protected' });
  });

  it('is to do while nothing is published, and offers every record as an addition', async () => {
    expect(await verifyAll(desk.client, workspaceId)).toBe('done');
    const found = await manual();
    expect(found.verdict).toBe('to-do');
    expect((await cards()).map((card) => [card.title, card.action, card.summary])).toEqual([
      ['DKIM', 'add', 'Not published yet'],
      ['SPF', 'add', 'Not published yet'],
      ['DMARC', 'add', 'Not published yet'],
    ]);
  });

  it('merges with an SPF record that BIND serves', async () => {
    await bind.load(
      'example.com',
      `${zoneHead('example.com', 2)}news IN TXT "v=spf1 mx -all"\nnews IN TXT "google-site-verification=1"\n`,
    );
    await verifyAll(desk.client, workspaceId);
    const spf = (await cards()).find((card) => card.title === 'SPF');
    expect(spf).toMatchObject({
      action: 'replace',
      before: ['v=spf1 mx -all'],
      value: 'v=spf1 mx ip4:192.0.2.0/24 -all',
    });
    expect(spf?.diff).toEqual([
      { kind: 'same', text: 'v=spf1' },
      { kind: 'same', text: 'mx' },
      { kind: 'added', text: 'ip4:192.0.2.0/24' },
      { kind: 'same', text: '-all' },
    ]);
  });

  it('proves the prepared records before they are published', async () => {
    const { today, prepared } = await desk.client.domains.prove({ workspaceId, domainId });
    expect(today.dmarc.result).toBe('none');
    expect(prepared.spf.result).toMatchObject({ result: 'pass' });
    expect(prepared.mailboxProviders.map((provider) => provider.outcome)).toEqual(
      prepared.mailboxProviders.map(() => 'accepted'),
    );
    const states = prepared.mailboxProviders.flatMap((provider) =>
      provider.requirements.map((requirement) => requirement.state),
    );
    expect(states).toContain('not-checkable-here');
  });

  it('turns verified once BIND serves what was handed over, and stays so after a restart', async () => {
    const { text } = await desk.client.domains.handOver({ workspaceId, domainId, format: 'bind' });
    expect(await checkZone('example.com', `${zoneHead('example.com')}${text}`)).toMatchObject({ ok: true });
    const kept = 'news IN TXT "google-site-verification=1"\n';
    await bind.load('example.com', `${zoneHead('example.com', 3)}${kept}${text}`);
    await verifyAll(desk.client, workspaceId);
    expect((await manual()).sentence).toBe(
      'news.example.com is ready: every required record is published and correct.',
    );

    await desk.close();
    desk = await openTestCore(desk.folder);
    const rows = await desk.client.domains.list({ workspaceId });
    expect(rows).toMatchObject([
      { name: 'news.example.com', verdict: 'verified', spf: 'verified', dkim: 'verified', dmarc: 'verified' },
    ]);
    const timeline = await desk.client.domains.timeline({ workspaceId, domainId });
    expect(timeline.filter((entry) => entry.recordId === '').map((entry) => entry.after)).toEqual([
      'verified',
      'to-do',
    ]);
  });

  it('shows pending while one of two servers is behind, and names a doubled zone', async () => {
    const old = await startBind(['example.com']);
    await verifyAll(desk.client, workspaceId, `${bind.address},${old.address}`);
    expect((await manual()).verdict).toBe('pending');
    expect((await cards())[0]?.summary).toBe('Published, but 1 of 2 servers does not have it yet');
    await old.stop();

    await bind.load('example.com', `${zoneHead('example.com', 4)}_dmarc.news.example.com IN TXT "v=DMARC1; p=none"\n`);
    await verifyAll(desk.client, workspaceId, bind.address);
    const dmarc = (await cards()).find((card) => card.title === 'DMARC');
    expect(dmarc?.differences.map((finding) => finding.code)).toContain('plan.zone-doubled');
    expect(dmarc?.summary).toBe('Not published: it is at a name with the zone’s name doubled');
  });

  it('reads a pasted zone offline as what is published', async () => {
    const other = await desk.client.domains.add({ workspaceId, text: 'shop.example.com' });
    const id = other.added[0]?.id ?? 0;
    const zone = writeZone(readZone('shop IN TXT "v=spf1 a -all"\n', { origin: 'example.com' }).records, {
      origin: 'example.com',
    });
    const { revision, configuration } = await desk.client.domains.configuration({ workspaceId, domainId: id });
    const providers = [{ templateId: 'custom', mode: 'own-key', fields: { spfMechanism: 'include:_spf.example.net' } }];
    await desk.client.domains.configure({
      workspaceId,
      domainId: id,
      revision,
      configuration: { ...configuration, providers },
    });
    const found = await desk.client.domains.pasteZone({ workspaceId, domainId: id, text: zone });
    const spf = found.steps.flatMap((step) => step.cards).find((card) => card.title === 'SPF');
    expect(spf).toMatchObject({
      action: 'replace',
      verdict: 'unknown',
      value: 'v=spf1 a include:_spf.example.net -all',
    });
  });

  it('is unknown, not failing, when no server can be reached', async () => {
    await verifyAll(desk.client, workspaceId, '127.0.0.1:9');
    const row = (await desk.client.domains.list({ workspaceId })).find(
      (candidate) => candidate.name === 'shop.example.com',
    );
    expect(row?.verdict).toBe('unknown');
  });
});

import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Laboratory } from '../../support/certificates.ts';
import { makeLaboratory } from '../../support/certificates.ts';
import type { Bind } from '../../support/bind.ts';
import { startBind } from '../../support/bind.ts';
import type { PlayedService } from '../../support/cloud-service.ts';
import { playedService, playService } from '../../support/cloud-service.ts';
import type { TestCore } from '../../support/core.ts';
import { dropFolder, openTestCore, verifyAll } from '../../support/core.ts';
import { ownServers } from '../../support/servers.ts';
import { describeWith } from '../../support/tools.ts';
import { httpsWith } from './laboratory.ts';

const TOLD = 'v=spf1 include:_spf.elasticemail.com ~all';
const ZONES = {
  'example.com': `news IN TXT "${TOLD}"\n`,
  'elasticemail.com': '_spf IN TXT "v=spf1 ip4:192.0.2.0/24 -all"\n',
};

describeWith(['openssl', 'named'], 'the verdicts in the list, without another check of DNS', () => {
  let laboratory: Laboratory;
  let bind: Bind;
  let service: PlayedService;
  let desk: TestCore;
  let workspaceId: number;
  const servers = ownServers();

  beforeAll(async () => {
    laboratory = makeLaboratory();
    bind = await startBind(Object.keys(ZONES), { contents: ZONES });
  });
  afterAll(async () => {
    await bind.stop();
    await dropFolder(laboratory.folder);
  });
  beforeEach(async () => {
    service = playedService({ domains: [{ domain: 'news.example.com', status: 'inactive' }] });
    desk = await openTestCore(undefined, { practice: null });
    await desk.client.vault.useSession({});
    workspaceId = (await desk.client.workspaces.create({ name: 'Acme' })).id;
    await desk.client.domains.add({ workspaceId, text: 'news.example.com' });
  });
  afterEach(async () => {
    await desk.close();
    await servers.close();
    await dropFolder(desk.folder);
  });

  const row = async () => (await desk.client.domains.list({ workspaceId }))[0];
  const spf = async () => (await row())?.spf;
  const save = async (fields: Readonly<Record<string, string>>, apiKey?: string) => {
    const { revision } = await desk.client.settings.get({ workspaceId });
    const keys = apiKey === undefined ? {} : { apiKey: { do: 'set' as const, value: apiKey } };
    await desk.client.settings.save({ workspaceId, revision, fields: { resolver: bind.address, ...fields }, ...keys });
  };
  const connect = async () => {
    const serviceUrl = `https://localhost:${await httpsWith(servers, laboratory, playService(service))}`;
    await save({ serviceUrl, extraCa: laboratory.root }, service.apiKey);
    await desk.client.service.refresh({ workspaceId });
    await desk.client.service.refreshDomains({ workspaceId });
  };
  /** Checks DNS; from then on nobody is asked. */
  const checkOnce = async () => {
    await verifyAll(desk.client, workspaceId);
    await expect.poll(spf).toBe('verified');
    const seenAt = (await row())?.seenAt;
    return async () => expect((await row())?.seenAt).toBe(seenAt);
  };

  it('follow a template that is changed for the workspace, and its way back', async () => {
    await save({ recordTemplate: 'elastic-email' });
    const isUntouched = await checkOnce();
    const { template } = (await desk.client.templates.list({ workspaceId })).find(
      (each) => each.template.id === 'elastic-email',
    ) ?? { template: null };
    if (template === null) throw new Error('No such template');
    const modes = template.modes.map((mode) => ({ ...mode, spfTerms: ['include:_spf.elsewhere.example'] }));
    await desk.client.templates.override({ workspaceId, templateId: 'elastic-email', override: { modes } });
    await expect.poll(spf).not.toBe('verified');
    await desk.client.templates.override({ workspaceId, templateId: 'elastic-email', override: null });
    await expect.poll(spf).toBe('verified');
    await isUntouched();
  });

  it('follow the records that the service generates', async () => {
    service.texts = { spfValue: `@ TXT ${TOLD}` };
    await connect();
    const isUntouched = await checkOnce();
    service.texts = { spfValue: '@ TXT v=spf1 include:_spf.elsewhere.example ~all' };
    await desk.client.service.refreshDomains({ workspaceId });
    await expect.poll(spf).not.toBe('verified');
    service.texts = { spfValue: `@ TXT ${TOLD}` };
    await desk.client.service.refreshDomains({ workspaceId });
    await expect.poll(spf).toBe('verified');
    await isUntouched();
  });

  it('follow the provider that the service names', async () => {
    await connect();
    const isUntouched = await checkOnce();
    expect((await row())?.templateId).toBe('elastic-email');
    service.provider = 'SendGrid';
    await desk.client.service.refresh({ workspaceId });
    await expect.poll(spf).not.toBe('verified');
    expect((await row())?.templateId).toBe('sendgrid');
    service.provider = 'Elastic Email';
    await desk.client.service.refresh({ workspaceId });
    await expect.poll(spf).toBe('verified');
    await isUntouched();
  });
});

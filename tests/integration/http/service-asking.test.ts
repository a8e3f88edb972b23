import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { ServiceView } from '../../../shared/contract/service.ts';
import type { Laboratory } from '../../support/certificates.ts';
import { makeLaboratory } from '../../support/certificates.ts';
import type { PlayedService } from '../../support/cloud-service.ts';
import { playedService, playService } from '../../support/cloud-service.ts';
import type { TestCore } from '../../support/core.ts';
import { dropFolder, openTestCore } from '../../support/core.ts';
import { ownServers } from '../../support/servers.ts';
import { describeWith } from '../../support/tools.ts';
import { httpsWith } from './laboratory.ts';

describeWith(['openssl'], 'what the console asks the service by itself', () => {
  let laboratory: Laboratory;
  let service: PlayedService;
  let url: string;
  let desk: TestCore;
  let workspaceId: number;
  const servers = ownServers();

  beforeAll(() => {
    laboratory = makeLaboratory();
  });
  afterAll(() => dropFolder(laboratory.folder));
  beforeEach(async () => {
    service = playedService({ domains: [{ domain: 'news.example.com', status: 'active' }] });
    url = `https://localhost:${await httpsWith(servers, laboratory, playService(service))}`;
    desk = await openTestCore(undefined, { practice: null });
    workspaceId = (await desk.client.workspaces.create({ name: 'Acme' })).id;
  });
  afterEach(async () => {
    await desk.close();
    await servers.close();
    await dropFolder(desk.folder);
  });

  const save = async (keys: { readonly apiKey?: string; readonly authKey?: string }, serviceUrl = url) => {
    const { revision } = await desk.client.settings.get({ workspaceId });
    return desk.client.settings.save({
      workspaceId,
      revision,
      fields: { serviceUrl, extraCa: laboratory.root },
      ...(keys.apiKey === undefined ? {} : { apiKey: { do: 'set', value: keys.apiKey } }),
      ...(keys.authKey === undefined ? {} : { authKey: { do: 'set', value: keys.authKey } }),
    });
  };
  /** Follows what windows are told until the service view is as wanted. */
  const until = async (isThere: (view: ServiceView) => boolean): Promise<ServiceView> => {
    const { sequence } = await desk.client.state.snapshot({});
    const changes = await desk.client.state.changes({ after: sequence });
    for (;;) {
      const view = await desk.client.service.status({ workspaceId });
      if (isThere(view)) {
        await changes.return?.();
        return view;
      }
      await changes.next();
    }
  };
  const answered = () => until(({ seenAt, isAsking }) => seenAt !== null && !isAsking);

  it('fills in provider, quota, statuses and the account’s domains after a complete set is saved', async () => {
    await desk.client.vault.useSession({});
    await save({});
    expect(service.requests).toEqual([]);
    const saved = await save({ apiKey: service.apiKey, authKey: service.authKey });
    expect(saved.provider.name).toBeNull();
    expect(await answered()).toMatchObject({
      sending: { state: 'active' },
      provider: 'Elastic Email',
      quota: { limit: 500, used: 12 },
      isComplete: true,
    });
    expect((await desk.client.service.domains({ workspaceId })).domains).toMatchObject([
      { domain: 'news.example.com', here: false, there: true, isVerified: true },
    ]);
    const calls = service.requests.length;
    await desk.client.service.ask({ workspaceId });
    await save({});
    expect((await answered()).isAsking).toBe(false);
    expect(service.requests).toHaveLength(calls);
  });

  it('makes the manual of a provider that no authority known here knows from the records of the service alone', async () => {
    service.provider = 'A provider of their own';
    service.texts = { spfValue: '@ TXT v=spf1 include:_spf.provider.example ~all' };
    await desk.client.vault.useSession({});
    const { added } = await desk.client.domains.add({ workspaceId, text: 'news.example.com' });
    const domainId = added[0]?.id ?? 0;
    expect((await desk.client.domains.manual({ workspaceId, domainId })).awaitsTemplate).toBe(true);
    await save({ apiKey: service.apiKey });
    await answered();
    const manual = await desk.client.domains.manual({ workspaceId, domainId });
    expect(manual).toMatchObject({ awaitsTemplate: false, service: { isThere: true, isVerified: true } });
    const spf = manual.steps.flatMap(({ cards }) => cards).find(({ id }) => id === 'spf');
    expect(spf).toMatchObject({
      value: 'v=spf1 include:_spf.provider.example ~all',
      source: { kind: 'service' },
    });
  });

  it('neither holds the save nor the end of the console while the service is slow', async () => {
    await desk.client.vault.useSession({});
    const reached = Promise.withResolvers<void>();
    service.raw = () => reached.resolve();
    const begun = performance.now();
    await save({ apiKey: service.apiKey });
    await reached.promise;
    expect(await desk.client.service.status({ workspaceId })).toMatchObject({ isAsking: true, seenAt: null });
    await save({}, `${url}/elsewhere`);
    await desk.close();
    // The service is waited for 60 seconds.
    expect(performance.now() - begun).toBeLessThan(40_000);
  });

  it('holds the answer to the later question, whichever comes first', async () => {
    await desk.client.vault.useSession({});
    const responseDomain = 'https://crm.example.com';
    await save({ apiKey: service.apiKey, authKey: service.authKey });
    await answered();
    const { revision } = await desk.client.settings.get({ workspaceId });
    await desk.client.settings.save({ workspaceId, revision, fields: { responseDomain } });
    // The account is asked before the service is told, and its quota comes only after that.
    const reached = Promise.withResolvers<void>();
    const quota = Promise.withResolvers<void>();
    const own = playService(service);
    let isFirst = true;
    service.raw = (request, response) => {
      service.raw = null;
      own(request, response);
      service.raw = (next, answer) => {
        if (next.url?.startsWith('/license/') === true && isFirst) {
          isFirst = false;
          reached.resolve();
          void quota.promise.then(() => answer.end('{"status":"ok","code":0,"dailyLimitCount":500,"todayUsage":12}'));
          return;
        }
        const raw = service.raw;
        service.raw = null;
        own(next, answer);
        service.raw = raw;
      };
    };
    const early = desk.client.service.refresh({ workspaceId });
    await reached.promise;
    const telling = desk.client.service.tell({ workspaceId });
    await telling;
    quota.resolve();
    await early;
    expect(await desk.client.service.status({ workspaceId })).toMatchObject({
      responses: { state: 'active' },
      responseDomain: { here: responseDomain, there: responseDomain },
    });
  });

  it('asks when the console is opened, with the vault locked not before it is opened', async () => {
    await desk.client.vault.create({ passphrase: 'violet tractor' });
    await save({ apiKey: service.apiKey, authKey: service.authKey });
    await answered();
    await desk.close();
    service.requests.splice(0);
    service.isActive = false;
    desk = await openTestCore(desk.folder, { practice: null });
    await desk.client.service.ask({ workspaceId });
    desk.core.tick();
    expect(await desk.client.service.status({ workspaceId })).toMatchObject({
      isAsking: false,
      sending: { state: 'active' },
    });
    expect(service.requests).toEqual([]);
    await desk.client.vault.unlock({ passphrase: 'violet tractor' });
    await until(({ sending }) => sending.state === 'inactive');
    await answered();
  });

  it('keeps an API key that is replaced until the service has taken the new one', async () => {
    await desk.client.vault.useSession({});
    await save({ apiKey: service.apiKey, authKey: service.authKey });
    await answered();
    const good = service.apiKey;
    await save({ apiKey: 'a key that was mistyped' });
    const refused = await until(({ keptKey }) => keptKey?.isNewRefused === true);
    expect(refused.sending).toMatchObject({ state: 'error', code: 101 });
    expect(refused.keptKey).toMatchObject({ endsIn: good.slice(-4) });
    await desk.client.service.chooseKey({ workspaceId, key: 'old' });
    expect(await until(({ sending }) => sending.state === 'active')).toMatchObject({ keptKey: null });

    service.apiKey = 'the key that was issued next';
    await save({ apiKey: service.apiKey });
    expect(await until(({ sending, isAsking }) => sending.state === 'active' && !isAsking)).toMatchObject({
      keptKey: null,
    });
    expect(service.requests.at(-1)?.body).toMatchObject({ key: service.apiKey });
  });

  it('keeps the last key that was good, whatever is tried after it, until the person drops it', async () => {
    await desk.client.vault.useSession({});
    await save({ apiKey: service.apiKey });
    await answered();
    for (const apiKey of ['a first mistyped key', 'a second mistyped key']) {
      await save({ apiKey });
      await until(({ keptKey, isAsking }) => keptKey?.isNewRefused === true && !isAsking);
    }
    expect(await desk.client.service.status({ workspaceId })).toMatchObject({
      keptKey: { endsIn: service.apiKey.slice(-4) },
    });
    expect(await desk.client.service.chooseKey({ workspaceId, key: 'new' })).toMatchObject({ keptKey: null });
    expect(await desk.client.settings.get({ workspaceId })).toMatchObject({ apiKey: { endsIn: ' key'.slice(-4) } });
  });
});

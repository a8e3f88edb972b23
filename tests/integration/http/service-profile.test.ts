import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Laboratory } from '../../support/certificates.ts';
import { makeLaboratory } from '../../support/certificates.ts';
import type { TestCore } from '../../support/core.ts';
import { dropFolder, openTestCore } from '../../support/core.ts';
import { ownServers } from '../../support/servers.ts';
import { describeWith } from '../../support/tools.ts';
import { httpsWith } from './laboratory.ts';

const API_KEY = 'the key of "this" account \\ $&';
const AUTH_KEY = 'Auth key of the account';

/** Another kind of service, as its documentation might say it: keys in a JSON body, outcomes in a field under 200. */
const PROFILE = {
  method: 'POST',
  path: '/v2/session',
  body: { token: 'Bearer {key}', responses: '{authKey}', version: 2, dryRun: true },
  outcome: {
    field: 'result.code',
    values: { 0: 'accepted', 7: 'wrong-api-key', 8: 'wrong-auth-key', 9: 'domain-of-another-account' },
  },
  statuses: { 503: 'unavailable' },
};

describeWith(['openssl'], 'a service profile with the keys in a body and the outcome in a field', () => {
  let laboratory: Laboratory;
  let desk: TestCore;
  let workspaceId: number;
  let answer: (sent: Readonly<Record<string, unknown>>, response: ServerResponse) => void;
  const seen: { readonly method: string | undefined; readonly url: string | undefined; readonly sent: unknown }[] = [];
  const servers = ownServers();

  const serve = (request: IncomingMessage, response: ServerResponse) => {
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (part: string) => {
      text += part;
    });
    request.on('end', () => {
      if (request.method !== 'POST') {
        response.end();
        return;
      }
      const sent = JSON.parse(text) as Readonly<Record<string, unknown>>;
      seen.push({ method: request.method, url: request.url, sent });
      response.setHeader('content-type', 'application/json');
      answer(sent, response);
    });
  };
  const judged = (sent: Readonly<Record<string, unknown>>, response: ServerResponse) => {
    const code = sent.token === `Bearer ${API_KEY}` ? (sent.responses === AUTH_KEY ? 0 : 8) : 7;
    response.end(JSON.stringify({ result: { code, echo: sent } }));
  };

  beforeAll(() => {
    laboratory = makeLaboratory();
  });
  afterAll(() => dropFolder(laboratory.folder));
  beforeEach(async () => {
    seen.length = 0;
    answer = judged;
    desk = await openTestCore(undefined, { practice: null });
    await desk.client.vault.useSession({});
    workspaceId = (await desk.client.workspaces.create({ name: 'Acme' })).id;
    const serviceUrl = `https://localhost:${await httpsWith(servers, laboratory, serve)}`;
    await save({ serviceUrl, extraCa: laboratory.root, serviceProfile: JSON.stringify(PROFILE) }, API_KEY, AUTH_KEY);
  });
  afterEach(async () => {
    await desk.close();
    await servers.close();
    await dropFolder(desk.folder);
  });

  async function save(fields: Readonly<Record<string, string>>, apiKey: string, authKey: string) {
    const { revision } = await desk.client.settings.get({ workspaceId });
    await desk.client.settings.save({
      workspaceId,
      revision,
      fields,
      apiKey: { do: 'set', value: apiKey },
      authKey: { do: 'set', value: authKey },
    });
  }
  const checked = async () => {
    const result = await desk.client.probes.keys({ workspaceId });
    const { connection } = await desk.client.settings.get({ workspaceId });
    for (const key of [API_KEY, AUTH_KEY]) expect(JSON.stringify(result)).not.toContain(key.slice(0, 12));
    return { outcome: result?.outcome, connection: connection.state };
  };

  it('leads to an active connection when the field says so, with each key where the profile puts it', async () => {
    await desk.client.probes.connection({ workspaceId });
    expect(await checked()).toEqual({ outcome: 'accepted', connection: 'active' });
    expect(seen.at(-1)).toEqual({
      method: 'POST',
      url: '/v2/session',
      sent: { token: `Bearer ${API_KEY}`, responses: AUTH_KEY, version: 2, dryRun: true },
    });
  });

  it('blames what the field names, though the status is 200', async () => {
    await desk.client.probes.connection({ workspaceId });
    await save({}, 'another key', AUTH_KEY);
    expect(await checked()).toEqual({ outcome: 'wrong-api-key', connection: 'failing' });
    await save({}, API_KEY, 'another key');
    expect((await checked()).outcome).toBe('wrong-auth-key');
    answer = (_sent, response) => response.end('{"result":{"code":9}}');
    expect((await checked()).outcome).toBe('domain-of-another-account');
  });

  it('is never active by an answer that the profile does not name', async () => {
    await desk.client.probes.connection({ workspaceId });
    for (const body of [
      '{"result":{"code":1}}',
      '{"result":0}',
      '{"code":0}',
      '',
      '<!DOCTYPE html><title>In</title>',
      '{"result":{"code":0',
    ]) {
      answer = (_sent, response) => response.end(body);
      const { outcome, connection } = await checked();
      expect([body, outcome, connection]).toEqual([body, 'not-checkable', expect.not.stringMatching('active')]);
    }
    answer = (_sent, response) => void response.writeHead(503).end('{"result":{"code":0}}');
    const { outcome, connection } = await checked();
    expect([outcome, connection === 'active']).toEqual(['unavailable', false]);
  });
});

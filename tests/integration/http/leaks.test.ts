import type { IncomingMessage, ServerResponse } from 'node:http';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeFindings } from '../../../shared/findings/catalogue.ts';
import type { Laboratory } from '../../support/certificates.ts';
import { makeLaboratory } from '../../support/certificates.ts';
import type { TestCore } from '../../support/core.ts';
import { dropFolder, openTestCore } from '../../support/core.ts';
import { ownServers } from '../../support/servers.ts';
import { describeWith } from '../../support/tools.ts';
import { httpsWith } from './laboratory.ts';

/** Services that give back all that they were sent, in every place of an answer: nothing of the keys may stay anywhere. */

/** Probes; `SENDWRIGHT_RUNS=1000` for a whole round. */
const runs = Number(process.env.SENDWRIGHT_RUNS ?? 70);
const API_KEY = 'Zq7-"vK+3x/W%k9&mB2=tR';
const AUTH_KEY = 'a semi;colon & {brace} \\ slash';
const SPELLINGS = [API_KEY, AUTH_KEY].flatMap((key) => [
  key,
  encodeURIComponent(key),
  JSON.stringify(key).slice(1, -1),
  JSON.stringify(JSON.stringify(key).slice(1, -1)).slice(1, -1),
]);

/** Numbers from 0 up to 1 that are the same in each run. */
function sequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

describeWith(['openssl'], 'keys that are given back by who was sent them', () => {
  let laboratory: Laboratory;
  let test: TestCore;
  let workspaceId: number;
  const servers = ownServers();
  const random = sequence(20_240_229);
  const one = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;

  /** What was sent, in a spelling of the server's choice. */
  const echoOf = (request: IncomingMessage, text: string) => {
    const sent = `${String(request.headers['bpmonline-signature'] ?? '')} ${String(request.headers['x-key'] ?? '')} ${text}`;
    let keys = '';
    try {
      keys = Object.values(JSON.parse(text) as Record<string, unknown>).join(' ');
    } catch {
      keys = text;
    }
    return one([sent, keys, encodeURIComponent(`${sent} ${keys}`)]);
  };

  function answer(request: IncomingMessage, response: ServerResponse, text: string): void {
    const echo = echoOf(request, text);
    const inHeader = encodeURIComponent(echo).slice(0, 600);
    const headers: Record<string, string> = {
      location: `https://elsewhere.example/?told=${inHeader}`,
      'content-type': one(['application/json', 'text/html', `text/plain; told=${inHeader}`]),
      'retry-after': inHeader,
      'www-authenticate': `Basic realm="${inHeader}"`,
      server: inHeader,
      allow: `POST, ${inHeader}`,
    };
    const outcome = { status: 'error', code: one([0, 101, 105, 109, 110, 111, 112, 115, 118, 7, -1]), message: echo };
    const settings = { serviceName: 'CloudEmailService', isActive: true, settings: { provider: echo } };
    const services = { services: [settings], webHookAppDomain: echo, accountName: echo, apiKey: API_KEY };
    const domains = { domains: [{ domain: 'told.example', status: 'inactive', error: echo, key: echo }], spf: echo };
    const body = one([
      JSON.stringify({ ...outcome, ...services, ...domains }),
      JSON.stringify(outcome),
      `<!DOCTYPE html><title>${echo}</title>`,
      echo,
      '',
      `[${echo}`,
    ]);
    response.writeHead(one([200, 200, 200, 302, 400, 401, 403, 404, 405, 429, 500, 502, 503]), headers);
    response.end(request.method === 'HEAD' ? undefined : body);
  }

  beforeAll(async () => {
    laboratory = makeLaboratory();
    test = await openTestCore(undefined, { background: false });
    const { client } = test;
    const port = await httpsWith(servers, laboratory, (request, response) => {
      let text = '';
      request.setEncoding('utf8');
      request.on('data', (part: string) => {
        text += part;
      });
      request.on('end', () => answer(request, response, text));
    });
    await client.vault.create({ passphrase: 'violet tractor' });
    workspaceId = (await client.workspaces.create({ name: 'Echo' })).id;
    const address = `https://localhost:${port}`;
    await client.settings.save({
      workspaceId,
      revision: 0,
      fields: { serviceUrl: address, responseDomain: address, extraCa: laboratory.root },
      apiKey: { do: 'set', value: API_KEY },
      authKey: { do: 'set', value: AUTH_KEY },
    });
    await client.domains.add({ workspaceId, text: 'told.example' });
  });
  afterAll(async () => {
    await test.close();
    await servers.close();
    await dropFolder(laboratory.folder);
    await dropFolder(test.folder);
  });

  it(`leave no trace in a finding, an error, the log, the store or the bundle, in ${runs} probes`, async () => {
    const { client } = test;
    const profile = JSON.stringify({
      method: 'POST',
      path: '/check',
      apiKeyHeader: 'x-key',
      statuses: { 200: 'accepted', 403: 'wrong-api-key' },
    });
    const calls: readonly (() => Promise<unknown>)[] = [
      () => client.probes.connection({ workspaceId }),
      () => client.probes.responses({ workspaceId, signed: true }),
      () => client.probes.monitoring({ workspaceId, signed: true }),
      () => client.probes.keys({ workspaceId }),
      () => client.service.refresh({ workspaceId }),
      () => client.service.refreshDomains({ workspaceId }),
      () => client.service.tell({ workspaceId }),
      () => client.service.addDomain({ workspaceId, domain: 'told.example' }),
      () => client.service.validateDomain({ workspaceId, domain: 'told.example' }),
    ];
    const found: string[] = [];
    const look = (where: string, text: string) => {
      for (const spelling of SPELLINGS) {
        const at = text.indexOf(spelling);
        if (at !== -1 && found.length < 20) found.push(`${where}: …${text.slice(Math.max(0, at - 80), at)}█`);
      }
    };
    const findingsIn = (value: unknown): string => {
      const { findings } = (value ?? {}) as { findings?: Parameters<typeof describeFindings>[0] };
      return Array.isArray(findings) ? JSON.stringify(describeFindings(findings)) : '';
    };
    for (let run = 0; run < runs; run += 1) {
      if (run === Math.floor(runs / 2)) {
        const { revision } = await client.settings.get({ workspaceId });
        await client.settings.save({ workspaceId, revision, fields: { serviceProfile: profile } });
      }
      const index = run % calls.length;
      const result = await calls[index]?.().catch((error: unknown) => error);
      const data = result instanceof Error ? [result.message, (result as { data?: unknown }).data] : result;
      look(`call ${index}`, JSON.stringify(data) + findingsIn(result));
    }
    const options = { hideNames: false, hideAddresses: false, includeActivity: true };
    look('bundle', (await client.monitoring.bundle({ workspaceId, options })).text);
    look('settings', JSON.stringify(await client.settings.get({ workspaceId })));
    look('service', JSON.stringify(await client.service.status({ workspaceId })));
    look('activity', JSON.stringify(await client.activity.list({ workspaceId, limit: 500 })));
    const names = readdirSync(test.folder, { recursive: true, encoding: 'utf8' });
    const files = names.map((name) => path.join(test.folder, name)).filter((name) => statSync(name).isFile());
    expect(files.length).toBeGreaterThan(1);
    for (const file of files) look(path.basename(file), readFileSync(file, 'latin1'));
    expect(found).toEqual([]);
  });
});

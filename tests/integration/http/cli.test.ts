import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { exitCodes } from '../../../main/hosts/cli/output.ts';
import type { Laboratory } from '../../support/certificates.ts';
import { makeLaboratory } from '../../support/certificates.ts';
import { dropFolder } from '../../support/core.ts';
import { ownServers } from '../../support/servers.ts';
import { cli as runCommand } from '../../support/cli.ts';
import { describeWith } from '../../support/tools.ts';
import { httpsWith } from './laboratory.ts';

const PROFILE = {
  method: 'GET',
  path: '/v1/account',
  apiKeyHeader: 'X-Api-Key',
  apiKeyValue: '{key}',
  statuses: { '200': 'accepted', '401': 'wrong-api-key' },
};

describeWith(['openssl'], 'probes by command', () => {
  let laboratory: Laboratory;
  let folder: string;
  const servers = ownServers();
  const file = (name: string, content: string) => {
    const full = path.join(folder, name);
    writeFileSync(full, content, { mode: 0o600 });
    return full;
  };
  const cli = async (...args: readonly string[]) => {
    const { code, out, error } = await runCommand(...args, '--data-dir', folder);
    return { code, out: `${out}${error}` };
  };
  const asked = async (...args: readonly string[]) => {
    const { code, out } = await cli(...args, '--json');
    return { code, data: JSON.parse(out) as unknown };
  };

  beforeAll(async () => {
    laboratory = makeLaboratory();
    folder = mkdtempSync(path.join(tmpdir(), 'sendwright-probe-cli-'));
    process.env.SENDWRIGHT_PASSPHRASE = 'violet tractor';
    const port = await httpsWith(servers, laboratory, (request, response) => {
      const isRefused = request.url === '/v1/account' && request.headers['x-api-key'] !== 'right';
      if (request.method === 'OPTIONS') response.setHeader('access-control-allow-methods', 'POST');
      const isForeign = request.url?.startsWith('/account/') === true;
      response
        .writeHead(isForeign ? 404 : isRefused ? 401 : 200)
        .end(request.url === '/metadata' ? '{"provider":"UniOne"}' : '');
    });
    const ca = file('root.pem', laboratory.root);
    const address = `https://localhost:${port}`;
    const args = [
      '--service-url',
      address,
      '--response-domain',
      address,
      '--extra-ca-file',
      ca,
      '--template',
      'custom',
    ];
    expect((await cli('settings', 'set', ...args)).code).toBe(exitCodes.ok);
  });
  afterAll(async () => {
    delete process.env.SENDWRIGHT_PASSPHRASE;
    await servers.close();
    await dropFolder(folder);
    rmSync(laboratory.folder, { recursive: true, force: true });
  });

  it('connection and monitoring pass with 0, told for people and for programs', async () => {
    const { code, out } = await cli('probe', 'connection');
    expect(code).toBe(exitCodes.ok);
    expect(out).toMatch(/^connection: passed\nGET https:\/\/localhost:\d+\/metadata\nok +resolve/);
    expect(out).toContain('trusted by: extra');
    expect(await asked('probe', 'connection')).toMatchObject({
      code: 0,
      data: { outcome: 'passed', told: { provider: 'UniOne' } },
    });
    expect((await cli('probe', 'monitoring')).code).toBe(exitCodes.ok);
  });

  it('responses fail with 3 while port 443 is closed, with the remedy', async () => {
    const { code, data } = await asked('probe', 'responses');
    expect(code).toBe(exitCodes.notVerified);
    expect(data).toMatchObject({
      outcome: 'failed',
      findings: [{ code: 'responses.no-443', remedy: expect.stringContaining('port 443') }],
      beside: { outcome: 'failed' },
    });
  });

  it('keys: no profile is no result, refused keys are 3, right ones 0', async () => {
    const set = (key: string) => cli('settings', 'set', '--api-key-file', file('key', key));
    expect((await set('wrong')).code).toBe(exitCodes.ok);
    expect(await asked('probe', 'keys')).toMatchObject({
      code: exitCodes.noResult,
      data: { outcome: 'not-checkable', findings: [{ code: 'service.another-kind' }] },
    });
    await cli('settings', 'set', '--service-profile-file', file('profile.json', JSON.stringify(PROFILE)));
    expect(await asked('probe', 'keys')).toMatchObject({
      code: exitCodes.notVerified,
      data: { outcome: 'wrong-api-key' },
    });
    await set('right');
    expect((await cli('probe', 'keys')).code).toBe(exitCodes.ok);
  });

  it('a deny list: what is caught is 3, what can’t be read 4', async () => {
    const caught = await asked('probe', 'deny-list', file('deny.txt', '10.0.0.0/8\n127.0.0.0/8\n'));
    expect(caught).toMatchObject({
      code: exitCodes.notVerified,
      data: { catching: [{ line: 2, entry: '127.0.0.0/8' }] },
    });
    expect((await cli('probe', 'deny-list', file('bad.txt', 'nonsense'))).code).toBe(exitCodes.badInput);
    expect((await cli('probe', 'deny-list', file('good.txt', '192.0.2.0/24'))).code).toBe(exitCodes.ok);
    expect((await cli('probe', 'deny-list', path.join(folder, 'missing'))).code).toBe(exitCodes.badInput);
  });

  it('the request to the network team, with paths and without', async () => {
    expect((await cli('probe', 'firewall-text')).out).toContain('Please give it a public name');
    const { data } = await asked('settings', 'show');
    const before = (data as { readonly fields: { readonly responseDomain: string } }).fields.responseDomain;
    await cli('settings', 'set', '--response-domain', 'https://www.example.com');
    expect((await cli('probe', 'firewall-text')).out).toContain('/HandleWebHooks');
    expect((await cli('probe', 'firewall-text', '--host-only')).out).not.toContain('/HandleWebHooks');
    await cli('settings', 'set', '--response-domain', before);
  });

  it('the bundle goes to a file that only its owner reads', async () => {
    const output = path.join(folder, 'bundle.json');
    expect((await cli('bundle', '--hide-names', '--hide-addresses', '--no-activity', '--output', output)).code).toBe(0);
    const text = readFileSync(output, 'utf8');
    expect(JSON.parse(text)).toMatchObject({ hidden: { addresses: true, names: true }, activity: [] });
    expect(text).not.toContain('127.0.0.1');
    if (process.platform !== 'win32') expect(statSync(output).mode & 0o077).toBe(0);
    expect(await asked('bundle')).toMatchObject({ code: 0, data: { overview: { connection: 'passed' } } });
  });

  it('a refused connection is 3, an empty setting 4', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    closed.close();
    await cli('settings', 'set', '--service-url', `https://127.0.0.1:${port}`);
    expect((await cli('probe', 'connection')).out).toMatch(/FAILED +connect/);
    expect((await cli('probe', 'connection', '--workspace', 'Another')).code).toBe(exitCodes.badInput);
  });
});

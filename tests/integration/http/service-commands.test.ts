import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { exitCodes } from '../../../main/hosts/cli/output.ts';
import type { Laboratory } from '../../support/certificates.ts';
import { makeLaboratory } from '../../support/certificates.ts';
import { cli as runCommand } from '../../support/cli.ts';
import type { PlayedService } from '../../support/cloud-service.ts';
import { playedService, playService } from '../../support/cloud-service.ts';
import { dropFolder } from '../../support/core.ts';
import { ownServers } from '../../support/servers.ts';
import { describeWith } from '../../support/tools.ts';
import { httpsWith } from './laboratory.ts';

const RESPONSES = 'https://crm.example.com';

describeWith(['openssl'], 'the cloud email service by command', () => {
  let laboratory: Laboratory;
  let folder: string;
  let service: PlayedService;
  const servers = ownServers();
  const file = (name: string, content: string) => {
    const full = path.join(folder, name);
    writeFileSync(full, content, { mode: 0o600 });
    return full;
  };
  const asked = async (...args: readonly string[]) => {
    const { code, out, error } = await runCommand(...args, '--json', '--data-dir', folder);
    return { code, data: JSON.parse(out === '' ? error : out) as unknown };
  };
  const set = async (...args: readonly string[]) =>
    expect(await asked('settings', 'set', ...args)).toMatchObject({ code: exitCodes.ok });

  beforeAll(() => {
    laboratory = makeLaboratory();
    process.env.SENDWRIGHT_PASSPHRASE = 'violet tractor';
  });
  afterAll(async () => {
    delete process.env.SENDWRIGHT_PASSPHRASE;
    await dropFolder(laboratory.folder);
  });
  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'sendwright-service-'));
    service = playedService();
    const address = `https://localhost:${await httpsWith(servers, laboratory, playService(service))}`;
    const keys = ['--api-key-file', file('api', service.apiKey), '--auth-key-file', file('auth', service.authKey)];
    await set('--service-url', address, '--extra-ca-file', file('root.pem', laboratory.root), ...keys);
  });
  afterEach(async () => {
    await servers.close();
    await dropFolder(folder);
  });

  it('tells the service, and both statuses become active', async () => {
    expect(await asked('service', 'status')).toMatchObject({
      code: exitCodes.notVerified,
      data: {
        sending: { state: 'active', code: 0 },
        responses: { state: 'error', message: expect.stringContaining('does not accept the domain') },
        provider: 'Elastic Email',
        quota: { limit: 500, used: 12 },
        tell: { isDue: false },
      },
    });
    await set('--response-domain', RESPONSES);
    expect(await asked('service', 'status', '--seen')).toMatchObject({ data: { tell: { isDue: true } } });
    expect(await asked('service', 'tell')).toMatchObject({ code: exitCodes.ok, data: { ok: true, code: 0 } });
    expect(service.responseDomain).toBe(RESPONSES);
    expect(await asked('service', 'status')).toMatchObject({
      code: exitCodes.ok,
      data: {
        sending: { state: 'active' },
        responses: { state: 'active', message: 'Connection active' },
        responseDomain: { here: RESPONSES, there: RESPONSES },
        tell: { isDue: false, lastCode: 0 },
      },
    });
  });

  it.each([
    [109, { taken: [RESPONSES] }, 'another account'],
    [105, { unreachable: [RESPONSES] }, 'can’t reach'],
  ])('keeps what could not be told (code %i), says why, and tells it later', async (code, changes, words) => {
    await set('--response-domain', RESPONSES);
    Object.assign(service, changes);
    expect(await asked('service', 'tell')).toMatchObject({
      code: exitCodes.notVerified,
      data: { ok: false, code, message: expect.stringContaining(words) },
    });
    expect(await asked('settings', 'show')).toMatchObject({ data: { fields: { responseDomain: RESPONSES } } });
    expect(await asked('service', 'status')).toMatchObject({
      data: { sending: { state: 'active' }, tell: { isDue: true, lastCode: code } },
    });
    Object.assign(service, { taken: [], unreachable: [] });
    expect(await asked('service', 'tell')).toMatchObject({ code: exitCodes.ok });
  });

  it('shows after a new start what a service that was down could not be told, and tells it later', async () => {
    await set('--response-domain', RESPONSES);
    service.raw = (_request, response) => void response.writeHead(503).end();
    expect(await asked('service', 'tell')).toMatchObject({
      code: exitCodes.notVerified,
      data: { ok: false, code: -1 },
    });
    // Each command opens the data folder anew.
    expect(await asked('service', 'status', '--seen')).toMatchObject({
      data: { tell: { isDue: true, lastCode: -1, finding: { code: 'service.no-answer' } } },
    });
    const { out } = await runCommand('service', 'status', '--seen', '--data-dir', folder);
    expect(out).toContain('service tell');
    service.raw = null;
    expect(await asked('service', 'tell')).toMatchObject({ code: exitCodes.ok });
    expect(service.responseDomain).toBe(RESPONSES);
    expect(await asked('service', 'status', '--seen')).toMatchObject({ data: { tell: { isDue: false, lastCode: 0 } } });
  });

  it('blames a key that is refused, and that one alone', async () => {
    service.apiKey = 'another';
    expect(await asked('service', 'status')).toMatchObject({
      code: exitCodes.notVerified,
      data: {
        sending: { state: 'error', code: 101, message: 'The service refuses the API key' },
        responses: { state: 'unknown' },
        provider: null,
        quota: null,
      },
    });
  });

  it('keeps an API key that is replaced until the service has taken the new one', async () => {
    await set('--api-key-file', file('next', 'a key that was mistyped'));
    expect(await asked('service', 'status')).toMatchObject({
      code: exitCodes.notVerified,
      data: { sending: { code: 101 }, keptKey: { endsIn: service.apiKey.slice(-4), isNewRefused: true } },
    });
    expect(await asked('service', 'key', 'old')).toMatchObject({
      data: { sending: { state: 'active' }, keptKey: null },
    });
    const { out } = await runCommand('service', 'status', '--data-dir', folder);
    expect(out).not.toContain('kept');
  });

  it('is not active for a service that is switched off, and never active for another kind of service', async () => {
    service.isActive = false;
    expect(await asked('service', 'status')).toMatchObject({
      code: exitCodes.notVerified,
      data: { sending: { state: 'inactive' }, responses: { state: 'inactive' } },
    });
    service.raw = (_request, response) => void response.end('<!DOCTYPE html><title>Welcome</title>');
    expect(await asked('service', 'status')).toMatchObject({
      code: exitCodes.noResult,
      data: { sending: { state: 'unknown', code: null }, responses: { state: 'unknown' } },
    });
  });

  it('forgets what was seen with other keys', async () => {
    await asked('service', 'status');
    expect(await asked('service', 'status', '--seen')).toMatchObject({ data: { sending: { state: 'active' } } });
    await set('--auth-key-file', file('auth', 'another Auth key'));
    expect(await asked('service', 'status', '--seen')).toMatchObject({
      code: exitCodes.noResult,
      data: { sending: { state: 'unknown', message: 'Not known' }, seenAt: null },
    });
  });

  it('knows no limit where the account has none', async () => {
    service.quota = { dailyLimitCount: -1, todayUsage: 3 };
    expect(await asked('service', 'status')).toMatchObject({ data: { quota: { limit: null, used: 3 } } });
  });

  it.each(['camel', 'pascal'] as const)(
    'lays the account’s domains beside those listed here (%s case)',
    async (letters) => {
      service.letters = letters;
      service.domains = [
        { domain: 'there.example', status: 'active' },
        { domain: 'both.example', status: 'inactive', error: 'No SPF record' },
        { domain: 'bücher.example', status: 'active' },
      ];
      await asked('domains', 'add', 'both.example', 'here.example', 'bücher.example');
      expect(await asked('service', 'domains')).toMatchObject({
        code: exitCodes.ok,
        data: [
          { domain: 'both.example', here: true, there: true, status: 'inactive', error: 'No SPF record' },
          { domain: 'here.example', here: true, there: false, status: null },
          { domain: 'xn--bcher-kva.example', here: true, there: true, status: 'active', isVerified: true },
          { domain: 'there.example', here: false, there: true, status: 'active' },
        ],
      });
    },
  );

  it('plans with the records that the service generated, and shows as it came what can’t be read', async () => {
    service.domains.push({ domain: 'news.example.com', status: 'inactive', error: 'No SPF record' });
    service.texts = {
      spfValue: '@ TXT v=spf1 include:_spf.provider.example ~all',
      dkimRecord: 'Ask support for the key',
      defaultDKIMKey: 'MIG',
    };
    await asked('service', 'domains');
    const { data } = await asked('plan', 'news.example.com', '--provider', 'elastic-email');
    expect(data).toMatchObject({
      service: {
        isThere: true,
        isVerified: false,
        error: 'No SPF record',
        unread: [{ category: 'dkim', text: 'Ask support for the key' }],
        differences: [{ code: 'service.record-differs' }],
      },
    });
    expect(JSON.stringify(data)).toContain('v=spf1 include:_spf.provider.example ~all');
    const { out } = await runCommand('plan', 'news.example.com', '--data-dir', folder);
    expect(out).toContain('not verified (No SPF record). Its records are part of this plan.');
    expect(out).toContain('    Ask support for the key');
  });

  it('adds a domain there, and tells what the service says of one that it refuses', async () => {
    expect(await asked('service', 'add', 'News.Example.COM')).toMatchObject({
      code: exitCodes.ok,
      data: { ok: true, code: 0, message: 'The service lists news.example.com' },
    });
    expect(service.requests.at(-1)?.body).toMatchObject({ domain: 'news.example.com', providerName: null });
    service.code = 112;
    expect(await asked('service', 'add', 'other.example.com')).toMatchObject({
      code: exitCodes.notVerified,
      data: { ok: false, code: 112, message: 'The service did not add the domain' },
    });
    expect(await asked('service', 'add', 'gmail.com')).toMatchObject({ code: exitCodes.badInput });
  });

  it('believes no success that the list beside it contradicts', async () => {
    service.raw = (_request, response) => void response.end('{"status":"ok","code":0,"domains":[]}');
    expect(await asked('service', 'add', 'news.example.com')).toMatchObject({
      code: exitCodes.notVerified,
      data: { ok: false, message: expect.stringContaining('does not list it') },
    });
  });

  it('asks for the service’s own verdict, and says when it knows no such call', async () => {
    service.domains = [{ domain: 'News.example.com', status: 'active' }, { domain: 'new.example.com' }];
    await asked('service', 'domains');
    expect(await asked('service', 'validate', 'news.example.com')).toMatchObject({ code: 0, data: { ok: true } });
    expect(service.requests.find(({ path: called }) => called.endsWith('/validate.json'))?.body).toMatchObject({
      domain: 'News.example.com',
      apiKey: service.apiKey,
    });
    expect(await asked('service', 'validate', 'new.example.com')).toMatchObject({
      code: exitCodes.notVerified,
      data: { ok: false, code: 0, message: expect.stringContaining('not count new.example.com as valid') },
    });
    service.raw = (_request, response) => void response.writeHead(404).end();
    expect(await asked('service', 'validate', 'new.example.com')).toMatchObject({
      code: exitCodes.noResult,
      data: { ok: false, code: null, message: 'The service can’t check a domain’s records on request' },
    });
  });

  it('leaves the keys in no file and no output', async () => {
    service.responseDomain = RESPONSES;
    await asked('service', 'status');
    await asked('service', 'domains');
    const bundle = await runCommand('bundle', '--data-dir', folder);
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((name) => path.join(folder, name))
      .filter((name) => statSync(name).isFile() && !/[\\/](?:api|auth)$/.test(name));
    expect(files.length).toBeGreaterThan(1);
    for (const text of [bundle.out, ...files.map((name) => readFileSync(name, 'latin1'))]) {
      expect(text.includes(service.apiKey)).toBe(false);
      expect(text.includes(service.authKey)).toBe(false);
    }
  });
});

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { exitCodes } from '../../../main/hosts/cli/output.ts';
import type { Bind } from '../../support/bind.ts';
import { startBind, zoneHead } from '../../support/bind.ts';
import type { Laboratory } from '../../support/certificates.ts';
import { makeLaboratory } from '../../support/certificates.ts';
import { cli } from '../../support/cli.ts';
import { playedService, playService } from '../../support/cloud-service.ts';
import { dropFolder } from '../../support/core.ts';
import { KEY } from '../../support/needs.ts';
import { ownServers } from '../../support/servers.ts';
import { describeWith } from '../../support/tools.ts';
import { httpsWith } from './laboratory.ts';

const PROVIDER = '_spf IN TXT "v=spf1 ip4:192.0.2.0/24 -all"\napi IN A 192.0.2.1\n';

describeWith(['openssl', 'named', 'named-checkzone'], 'the whole job by command', () => {
  let laboratory: Laboratory;
  let folder: string;
  let bind: Bind;
  const servers = ownServers();
  beforeAll(async () => {
    laboratory = makeLaboratory();
    folder = mkdtempSync(path.join(tmpdir(), 'sendwright-newcomer-'));
    process.env.SENDWRIGHT_PASSPHRASE = 'violet tractor';
    bind = await startBind(['example.com', 'example.org', 'elasticemail.com'], {
      contents: { 'elasticemail.com': PROVIDER },
    });
  });
  afterAll(async () => {
    delete process.env.SENDWRIGHT_PASSPHRASE;
    await bind.stop();
    await servers.close();
    for (const each of [folder, laboratory.folder]) await dropFolder(each);
  });

  const run = (...args: readonly string[]) => cli(...args, '--data-dir', folder);
  const file = (name: string, content: string) => {
    const full = path.join(folder, name);
    writeFileSync(full, content, { mode: 0o600 });
    return full;
  };

  it('leads from nothing to both statuses active and every domain verified on both sides', async () => {
    const service = playedService({
      letters: 'pascal',
      domains: [{ domain: 'news.example.com', status: 'inactive', error: 'No records' }],
      texts: {
        spfValue: '@ TXT v=spf1 include:_spf.elasticemail.com ~all',
        dkimRecord: 'api._domainkey TXT k=rsa;t=s;p={0}',
        defaultDKIMKey: KEY,
        dmarkValue: '_dmarc TXT v=DMARC1;p=none;',
        domainValidationRecord: 'tracking CNAME api.elasticemail.com',
      },
    });
    const serviceUrl = `https://localhost:${await httpsWith(servers, laboratory, playService(service))}`;
    const keys = ['--api-key-file', file('api', service.apiKey), '--auth-key-file', file('auth', service.authKey)];
    const dns = ['--resolver', bind.address, '--extra-ca-file', file('root.pem', laboratory.root)];
    const pasted = 'https://crm.example.com/0/Nui/ViewModule.aspx#Home';
    const urls = ['--service-url', serviceUrl, '--response-domain', pasted];
    const settings = await run('settings', 'set', ...urls, ...dns, ...keys);
    expect(settings.code).toBe(exitCodes.ok);
    expect(await run('service', 'tell')).toMatchObject({ code: exitCodes.ok });
    expect(service.responseDomain).toBe('https://crm.example.com');
    const status = await run('service', 'status', '--json');
    expect(status.code).toBe(exitCodes.ok);
    expect(JSON.parse(status.out)).toMatchObject({ sending: { state: 'active' }, responses: { state: 'active' } });

    // What the account has is listed here, and what is listed here is added to the account.
    const listed = JSON.parse((await run('service', 'domains', '--json')).out) as { domain: string; here: boolean }[];
    const missing = listed.filter(({ here }) => !here).map(({ domain }) => domain);
    expect(missing).toEqual(['news.example.com']);
    expect(await run('domains', 'add', ...missing, 'shop.example.org')).toMatchObject({ code: exitCodes.ok });
    expect(await run('service', 'add', 'shop.example.org')).toMatchObject({ code: exitCodes.ok });
    expect(await run('domains', 'verify', '--all')).toMatchObject({ code: exitCodes.notVerified });

    for (const [domain, zone] of [
      ['news.example.com', 'example.com'],
      ['shop.example.org', 'example.org'],
    ] as const) {
      const { out } = await run('records', domain, '--format', 'bind');
      expect(out).toContain(KEY.slice(0, 40));
      await bind.load(zone, `${zoneHead(zone, 2)}${out}`);
      const played = service.domains.find((each) => each.domain === domain);
      if (played !== undefined) played.status = 'active';
      expect(await run('service', 'validate', domain)).toMatchObject({ code: exitCodes.ok });
    }
    expect(await run('domains', 'verify', '--all')).toMatchObject({
      code: exitCodes.ok,
      out: expect.stringMatching(/^news\.example\.com: verified\n[^]*^shop\.example\.org: verified\n/m),
    });
    expect(JSON.parse((await run('service', 'domains', '--json')).out)).toMatchObject([
      { domain: 'news.example.com', here: true, there: true, isVerified: true },
      { domain: 'shop.example.org', here: true, there: true, isVerified: true },
    ]);
  });
});

import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { Server } from 'node:https';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Bind } from '../../support/bind.ts';
import { startBind, zoneHead } from '../../support/bind.ts';
import type { Laboratory } from '../../support/certificates.ts';
import { makeLaboratory } from '../../support/certificates.ts';
import { cli } from '../../support/cli.ts';
import type { TestCore } from '../../support/core.ts';
import { dropFolder, openTestCore } from '../../support/core.ts';
import { describeWith } from '../../support/tools.ts';

/** An address of loopback that nobody else listens on: a policy file has no port of its own. */
const HOST = '127.0.3.15';
const TLSA = '8D02536C887482BC34FF54E41D2BA659BF85B341A0A20AFADB5813DCFBCF286D';
const ZONE = [
  '@ IN MX 10 mx.example.com.',
  'mx IN A 192.0.2.25',
  `_25._tcp.mx IN TLSA 3 1 1 ${TLSA}`,
  '_mta-sts IN TXT "v=STSv1; id=20261130"',
  `mta-sts IN A ${HOST}`,
  '_smtp._tls IN TXT "v=TLSRPTv1; rua=mailto:tls@example.com"',
  'default._bimi IN TXT "v=BIMI1; l=https://logo.example.com/logo.svg; a=https://logo.example.com/logo.pem"',
  `logo IN A ${HOST}`,
  '',
].join('\n');
const POLICY = 'version: STSv1\r\nmode: enforce\r\nmx: mx.example.com\r\nmax_age: 604800\r\n';
const LOGO =
  '<svg xmlns="http://www.w3.org/2000/svg" version="1.2" baseProfile="tiny-ps" viewBox="0 0 10 10"><title>Example</title><circle cx="5" cy="5" r="4"/></svg>';

interface Served {
  readonly status?: number;
  readonly type?: string;
  readonly location?: string;
  readonly body?: string;
}

describeWith(['openssl', 'named', 'port-443'], 'what a domain publishes for TLS and for its logo', () => {
  let laboratory: Laboratory;
  let server: Server;
  let bind: Bind;
  let desk: TestCore;
  let workspaceId: number;
  let served: Record<string, Served>;
  const asked: string[] = [];

  beforeAll(async () => {
    laboratory = makeLaboratory();
    const { cert, key } = laboratory.server('policies');
    server = createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (request, response) => {
      asked.push(`${request.headers.host}${request.url}`);
      const { status = 200, type = 'text/plain', location, body = '' } = served[request.url ?? ''] ?? { status: 404 };
      response.writeHead(status, { 'content-type': type, ...(location === undefined ? {} : { location }) });
      response.end(body);
    });
    await new Promise<void>((resolve) => server.listen(443, HOST, resolve));
    bind = await startBind(['example.com'], { contents: { 'example.com': ZONE } });
    desk = await openTestCore();
    ({ id: workspaceId } = await desk.client.workspaces.create({ name: 'Acme' }));
    const fields = { resolver: bind.address, fallbackResolvers: '', extraCa: laboratory.root };
    await desk.client.settings.save({ workspaceId, revision: 0, fields });
  });
  afterAll(async () => {
    await desk.close();
    await bind.stop();
    await new Promise((resolve) => server.close(resolve));
    await dropFolder(desk.folder);
  });
  beforeEach(async () => {
    served = {
      '/.well-known/mta-sts.txt': { body: POLICY },
      '/logo.svg': { type: 'image/svg+xml', body: LOGO },
    };
    asked.length = 0;
    await bind.load('example.com', `${zoneHead('example.com', Date.now() % 2 ** 31)}${ZONE}`);
  });

  const published = () => desk.client.evidence.published({ workspaceId, domain: 'example.com' });
  const codes = (findings: readonly { readonly code: string }[] | undefined) => findings?.map(({ code }) => code);

  it('reads the records and fetches both files, over https and as they are named', async () => {
    const found = await published();
    expect(found).toMatchObject({
      exchanges: ['mx.example.com'],
      mtaSts: { texts: ['v=STSv1; id=20261130'], findings: [], policy: { mode: 'enforce', mx: ['mx.example.com'] } },
      dane: [{ exchange: 'mx.example.com', records: [`3 1 1 ${TLSA.toLowerCase()}`] }],
      tlsRpt: { texts: ['v=TLSRPTv1; rua=mailto:tls@example.com'], findings: [] },
    });
    expect(found.mtaSts.file).toEqual({
      url: 'https://mta-sts.example.com/.well-known/mta-sts.txt',
      text: POLICY,
      findings: [],
    });
    expect(found.bimi.logo).toEqual({ url: 'https://logo.example.com/logo.svg', text: LOGO, findings: [] });
    expect([...asked].sort()).toEqual(['logo.example.com/logo.svg', 'mta-sts.example.com/.well-known/mta-sts.txt']);
  });

  it('follows no redirect, as RFC 8461 §3.3 wants it', async () => {
    served['/.well-known/mta-sts.txt'] = { status: 301, location: '/elsewhere.txt' };
    served['/elsewhere.txt'] = { body: POLICY };
    const { mtaSts } = await published();
    expect(codes(mtaSts.file?.findings)).toEqual(['policy.file-redirect']);
    expect(mtaSts.policy).toBeNull();
    expect(asked).not.toContain('mta-sts.example.com/elsewhere.txt');
  });

  it('tells a file that is missing, of another type, too long, or no policy for these mail servers', async () => {
    served['/.well-known/mta-sts.txt'] = { status: 404 };
    expect(codes((await published()).mtaSts.file?.findings)).toEqual(['policy.file-status']);
    served['/.well-known/mta-sts.txt'] = { type: 'text/html', body: POLICY };
    expect(codes((await published()).mtaSts.file?.findings)).toEqual(['mtasts.media-type']);
    served['/.well-known/mta-sts.txt'] = { body: POLICY + 'x: y\r\n'.repeat(20_000) };
    const long = (await published()).mtaSts.file;
    expect(codes(long?.findings)).toContain('mtasts.too-long');
    expect(long?.text?.length).toBeLessThan(65_536);
    served['/.well-known/mta-sts.txt'] = { body: POLICY.replace('mx.example.com', 'mail.example.com') };
    expect(codes((await published()).mtaSts.file?.findings)).toEqual(['mtasts.mx-uncovered']);
  });

  it('takes no file from a server whose certificate names another', async () => {
    const other = ZONE.replaceAll('logo.example.com', 'logos.example.com').replace('logo IN A', 'logos IN A');
    await bind.load('example.com', `${zoneHead('example.com', (Date.now() % 2 ** 31) + 1)}${other}`);
    const { bimi } = await published();
    expect(bimi.logo?.text).toBeNull();
    expect(codes(bimi.logo?.findings)).toEqual(['policy.file-unreachable', 'probe.certificate-name']);
  });

  it('holds a logo against the profile, its size and its type', async () => {
    served['/logo.svg'] = { type: 'text/xml', body: LOGO.replace('<circle', '<script>alert(1)</script><circle') };
    expect(codes((await published()).bimi.logo?.findings)).toEqual(['bimi.logo-media-type', 'bimi.logo-profile']);
    served['/logo.svg'] = { type: 'image/svg+xml', body: LOGO.replace('Example', `Example${'!'.repeat(40_000)}`) };
    expect(codes((await published()).bimi.logo?.findings)).toEqual(['bimi.logo-size']);
  });

  it('is told by the command beside what senders report, and ends with 3 where a policy fails', async () => {
    const report = path.resolve(import.meta.dirname, '../../fixtures/evidence/tls.json');
    const folder = ['--data-dir', desk.folder];
    await cli('evidence', 'import', report, ...folder);
    const sums = await cli('evidence', 'tls', 'example.com', ...folder);
    expect(sums.code).toBe(3);
    expect(sums.out).toMatch(/MTA-STS .*93 sessions, 3 failed/);
    const good = await cli('policy', 'check', 'example.com', ...folder);
    expect(good).toMatchObject({ code: 0 });
    expect(good.out).toContain('mode: enforce');
    served['/.well-known/mta-sts.txt'] = { status: 302, location: 'https://elsewhere.example/' };
    const bad = await cli('policy', 'check', 'example.com', ...folder);
    expect(bad.code).toBe(3);
    expect(bad.out).toContain('RFC 8461');
  });
});

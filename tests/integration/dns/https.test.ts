import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer as createTcp } from 'node:net';
import path from 'node:path';
import { createServer as createTls } from 'node:tls';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { failureText } from '../../../shared/observed/failure-text.ts';
import { createResolver } from '../../../main/probes/dns/resolver.ts';
import type { Proxy } from '../../../main/probes/http/proxy.ts';
import type { Observation } from '../../../shared/observed/observation.ts';
import type { Bind } from '../../support/bind.ts';
import { startBind } from '../../support/bind.ts';
import type { Laboratory } from '../../support/certificates.ts';
import { makeLaboratory } from '../../support/certificates.ts';
import { openTestCore, verifyAll } from '../../support/core.ts';
import type { RunningServer } from '../../support/servers.ts';
import { freePort } from '../../support/ports.ts';
import { ownServers, startGuardedSquid } from '../../support/servers.ts';
import { describeWith } from '../../support/tools.ts';

/** DNS over HTTPS with BIND, whose certificate only an extra CA makes good, directly and through squid. */

const PASSWORD = 'p@ss:word';
const contents = {
  'example.com': '@ TXT "v=spf1 -all"\n*._domainkey TXT "v=DKIM1; p="\n_dmarc TXT "v=DMARC1; p=reject"\n@ MX 0 .\n',
};

describeWith(['named', 'openssl', 'squid'], 'DNS over HTTPS', () => {
  let laboratory: Laboratory;
  let bind: Bind;
  let squid: RunningServer;
  let squidPort: number;
  let doh: string;
  const servers = ownServers();

  beforeAll(async () => {
    laboratory = makeLaboratory();
    const port = await freePort();
    doh = `https://localhost:${port}/dns-query`;
    bind = await startBind(['example.com'], { contents, https: { port, certificate: laboratory.server('good') } });
    squidPort = await freePort();
    squid = await startGuardedSquid(squidPort, {
      folder: laboratory.folder,
      password: PASSWORD,
      rules: ['acl refused dstdomain refused.example', 'http_access deny refused'],
    });
  });
  afterEach(() => servers.close());
  afterAll(async () => {
    await squid.stop();
    await bind.stop();
    rmSync(laboratory.folder, { recursive: true, force: true });
  });

  const at = (port: number, changes: Partial<Proxy> = {}): Proxy => ({
    scheme: 'http',
    host: '127.0.0.1',
    port,
    credentials: `user:${PASSWORD}`,
    from: 'HTTPS_PROXY',
    ...changes,
  });

  async function ask(proxy: Proxy | null, server: { doh: string; extraCa?: string }): Promise<Observation> {
    const resolver = createResolver({ now: Date.now, proxyFor: () => Promise.resolve(proxy) });
    try {
      return await resolver.ask({ name: 'example.com', type: 'TXT', server });
    } finally {
      await resolver.close();
    }
  }
  const trusted = () => ({ doh, extraCa: laboratory.root });
  const answer = { outcome: 'answer', transport: 'https', records: [{ strings: ['v=spf1 -all'] }] };

  it('trusts the extra CA beside the system’s, and nobody else', async () => {
    expect(await ask(null, trusted())).toMatchObject(answer);
    const stranger = await ask(null, { doh });
    expect(stranger).toMatchObject({ outcome: 'failure', failure: { reason: 'network' } });
    expect(failureText(stranger.failure)).toBe('HTTPS failed: UNABLE_TO_GET_ISSUER_CERT_LOCALLY');
    const unreadable = await ask(null, { doh, extraCa: 'no certificate' });
    expect(failureText(unreadable.failure)).toBe('HTTPS failed: The extra CA can’t be read');
  });

  it('goes through the proxy, and names it where that is what fails', async () => {
    expect(await ask(at(squidPort), trusted())).toMatchObject(answer);
    const failing = async (proxy: Proxy, server = trusted()) => failureText((await ask(proxy, server)).failure);
    const label = `the proxy 127.0.0.1:${squidPort} (HTTPS_PROXY)`;
    expect(await failing(at(squidPort, { credentials: 'user:wrong' }))).toBe(
      `${label} wants a different user name and password`,
    );
    expect(await failing(at(squidPort), { ...trusted(), doh: 'https://refused.example/dns-query' })).toBe(
      `${label} opened no tunnel: it answered 403`,
    );
    const closed = await freePort();
    expect(await failing(at(closed))).toBe(
      `HTTPS through the proxy 127.0.0.1:${closed} (HTTPS_PROXY) failed: connection refused (ECONNREFUSED)`,
    );
    expect(await failing(at(1080, { scheme: 'socks5' }))).toBe(
      'the proxy 127.0.0.1:1080 (HTTPS_PROXY) uses socks5, which is not supported',
    );
  });

  it('goes through a proxy that is itself reached over TLS', async () => {
    const { cert, key } = laboratory.server('good');
    const port = await servers.listen(
      createTls({ cert: readFileSync(cert), key: readFileSync(key) }, (client) => {
        const behind = connect(squidPort, '127.0.0.1');
        behind.on('error', () => client.destroy());
        client.on('error', () => undefined);
        client.on('close', () => behind.destroy());
        client.pipe(behind).pipe(client);
      }),
    );
    expect(await ask(at(port, { scheme: 'https', host: 'localhost' }), trusted())).toMatchObject(answer);
  });

  it('ends by its deadline where a proxy, or the system’s settings, keep silent', async () => {
    const port = await servers.listen(createTcp((socket) => socket.resume()));
    const late = { outcome: 'failure', failure: { reason: 'timeout' } };
    for (const proxyFor of [() => Promise.resolve(at(port)), () => new Promise<null>(() => undefined)]) {
      const resolver = createResolver({ now: Date.now, proxyFor });
      const asked = { name: 'example.com', type: 'TXT', server: trusted(), deadlineMs: 200 } as const;
      expect(await resolver.ask(asked)).toMatchObject(late);
      await resolver.close();
    }
  });

  it('takes the workspace’s extra CA and the system’s proxy for checks', async () => {
    const dataFolder = path.join(laboratory.folder, 'data');
    mkdirSync(dataFolder);
    const asked: string[] = [];
    const { client, close } = await openTestCore(dataFolder, {
      practice: null,
      background: false,
      systemProxy: (url) => {
        asked.push(url);
        return Promise.resolve('DIRECT');
      },
    });
    const { id: workspaceId } = await client.workspaces.create({ name: 'HTTPS' });
    const { added } = await client.domains.add({ workspaceId, text: 'example.com' });
    const domainId = added[0]?.id ?? 0;
    const { revision } = await client.domains.configuration({ workspaceId, domainId });
    await client.domains.configure({
      workspaceId,
      domainId,
      revision,
      configuration: { neverSends: true },
    });
    const verdict = async () => {
      await verifyAll(client, workspaceId);
      return (await client.domains.list({ workspaceId }))[0]?.verdict;
    };
    const kept = { ...process.env };
    for (const name of Object.keys(kept).filter((each) => /_proxy$/i.test(each))) delete process.env[name];
    await client.settings.save({ workspaceId, revision: 0, fields: { resolver: doh } });
    expect(await verdict()).toBe('unknown');
    await client.settings.save({ workspaceId, revision: 1, fields: { extraCa: laboratory.root } });
    expect(await verdict()).toBe('verified');
    expect(new Set(asked)).toEqual(new Set([doh]));
    Object.assign(process.env, kept);
    await close();
  });
});

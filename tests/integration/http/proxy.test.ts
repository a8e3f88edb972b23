import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { connect, createServer as createTcp } from 'node:net';
import { createServer as createTls } from 'node:tls';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { probeConnection } from '../../../main/probes/http/metadata.ts';
import type { Proxy } from '../../../main/probes/http/proxy.ts';
import { isExcepted } from '../../../main/probes/http/proxy.ts';
import { stagedProbe } from '../../../main/probes/http/staged-probe.ts';
import type { Laboratory } from '../../support/certificates.ts';
import { makeLaboratory } from '../../support/certificates.ts';
import { openTestCore } from '../../support/core.ts';
import type { RunningServer } from '../../support/servers.ts';
import { freePort } from '../../support/ports.ts';
import { ownServers, startGuardedSquid, startSquid } from '../../support/servers.ts';
import { describeWith } from '../../support/tools.ts';
import {
  codes,
  expectBounded,
  expectNothingLeft,
  failedStage,
  httpsWith,
  openHandles,
  surroundingsWith,
} from './laboratory.ts';

const PASSWORD = 'p@ss:word';

describeWith(['openssl', 'squid', 'curl'], 'probes through a real proxy', () => {
  let laboratory: Laboratory;
  let open: RunningServer;
  let guarded: RunningServer;
  let openPort: number;
  let guardedPort: number;
  const servers = ownServers();

  beforeAll(async () => {
    laboratory = makeLaboratory();
    openPort = await freePort();
    guardedPort = await freePort();
    open = await startSquid(openPort, ['acl refused dstdomain refused.example', 'http_access deny refused']);
    guarded = await startGuardedSquid(guardedPort, { folder: laboratory.folder, password: PASSWORD });
  });
  afterEach(() => servers.close());
  afterAll(async () => {
    await open.stop();
    await guarded.stop();
    rmSync(laboratory.folder, { recursive: true, force: true });
  });

  const at = (port: number, changes: Partial<Proxy> = {}): Proxy => ({
    scheme: 'http',
    host: '127.0.0.1',
    port,
    from: 'HTTPS_PROXY',
    ...changes,
  });
  const service = () => httpsWith(servers, laboratory, (_request, response) => response.end('{"provider":"UniOne"}'));
  async function meet(proxy: Proxy, url: string, code: string, stage: string) {
    const before = openHandles();
    const trace = await probeConnection(url, surroundingsWith(laboratory, { proxy }));
    expect(codes(trace)).toEqual([code]);
    expect(failedStage(trace)).toBe(stage);
    expectBounded(trace);
    await expectNothingLeft(before);
    return trace;
  }

  it('squid opens a tunnel, and the trace says so', async () => {
    const port = await service();
    const trace = await probeConnection(
      `https://localhost:${port}`,
      surroundingsWith(laboratory, { proxy: at(openPort) }),
    );
    expect(trace).toMatchObject({
      outcome: 'passed',
      told: { provider: 'UniOne' },
      proxy: { address: `127.0.0.1:${openPort}`, from: 'HTTPS_PROXY' },
    });
    expect(trace.stages.map((stage) => stage.stage)).toEqual([
      'resolve',
      'connect',
      'proxy',
      'tls',
      'request',
      'response',
    ]);
  });

  it('squid wants credentials, refuses wrong ones and takes the right ones, as curl finds', async () => {
    const url = `https://localhost:${await service()}`;
    await meet(at(guardedPort), url, 'probe.proxy-credentials', 'proxy');
    await meet(at(guardedPort, { credentials: 'user:wrong' }), url, 'probe.proxy-wrong-credentials', 'proxy');
    const right = surroundingsWith(laboratory, { proxy: at(guardedPort, { credentials: `user:${PASSWORD}` }) });
    expect((await probeConnection(url, right)).outcome).toBe('passed');
    const curl = spawnSync(
      'curl',
      [
        '-s',
        '-o',
        '/dev/null',
        '-w',
        '%{http_connect}',
        '-x',
        `http://127.0.0.1:${guardedPort}`,
        '-m',
        '10',
        'https://service.example/',
      ],
      {
        encoding: 'utf8',
      },
    );
    expect(curl.stdout).toBe('407');
  });

  it('squid refuses CONNECT to a forbidden host, and can’t reach a closed port', async () => {
    await meet(at(openPort), 'https://refused.example', 'probe.proxy-refused', 'proxy');
    await meet(at(openPort), `https://127.0.0.1:${await freePort()}`, 'probe.proxy-no-way', 'proxy');
  });

  it('squid forwards plain http without a tunnel, with its own refusals told as its own', async () => {
    const port = await servers.listen(
      createHttp((request, response) => response.writeHead(request.url === '/yes' ? 200 : 403).end()),
    );
    const probe = (url: string, proxy: Proxy) =>
      stagedProbe({
        ...surroundingsWith(laboratory, { proxy }),
        kind: 'responses',
        method: 'POST',
        body: '{}',
        url,
        judge: ({ status }) => ({ passed: status === 200, findings: [] }),
      });
    const passed = await probe(`http://localhost:${port}/yes`, at(openPort));
    expect(passed.outcome).toBe('passed');
    expect(passed.stages.map((stage) => stage.stage)).toEqual(['resolve', 'connect', 'request', 'response']);
    const refusedBehind = await probe(`http://localhost:${port}/no`, at(openPort));
    expect([refusedBehind.outcome, codes(refusedBehind)]).toEqual(['failed', []]);
    expect(codes(await probe('http://refused.example/', at(openPort)))).toEqual(['probe.proxy-refused']);
    expect(codes(await probe(`http://127.0.0.1:${await freePort()}/`, at(openPort)))).toEqual(['probe.proxy-no-way']);
    expect(codes(await probe(`http://localhost:${port}/yes`, at(guardedPort)))).toEqual(['probe.proxy-credentials']);
    const known = at(guardedPort, { credentials: `user:${PASSWORD}` });
    expect((await probe(`http://localhost:${port}/yes`, known)).outcome).toBe('passed');
  });

  it('a proxy that is not there, stays silent, cuts, or is no proxy', async () => {
    const url = 'https://service.example';
    await meet(at(await freePort()), url, 'probe.proxy-unreachable', 'connect');
    await meet(at(1, { host: 'no-such-proxy.invalid' }), url, 'probe.proxy-unreachable', 'resolve').catch(() =>
      // Without any resolver the name stays unknown, which is no fault of the proxy.
      meet(at(1, { host: 'no-such-proxy.invalid' }), url, 'probe.resolver-failed', 'resolve'),
    );
    const silent = await servers.listen(createTcp((socket) => socket.resume()));
    await meet(at(silent), url, 'probe.proxy-unreachable', 'proxy');
    const cutting = await servers.listen(createTcp((socket) => socket.once('data', () => socket.resetAndDestroy())));
    await meet(at(cutting), url, 'probe.proxy-unreachable', 'proxy');
    const other = await servers.listen(
      createTcp((socket) => socket.once('data', () => socket.end('220 hello\r\n\r\n'))),
    );
    await meet(at(other), url, 'probe.proxy-unreachable', 'proxy');
  });

  it('kinds of proxy and of login that can’t be used are named', async () => {
    await meet(at(1080, { scheme: 'socks5' }), 'https://service.example', 'probe.proxy-unsupported', 'proxy');
    const head = 'HTTP/1.1 407 No\r\nProxy-Authenticate: Negotiate\r\nProxy-Authenticate: NTLM\r\n\r\n';
    const port = await servers.listen(createTcp((socket) => socket.once('data', () => socket.end(head))));
    const trace = await meet(at(port), 'https://service.example', 'probe.proxy-scheme', 'proxy');
    expect(trace.findings[0]?.values.schemes).toBe('Negotiate, NTLM');
  });

  it('a proxy that is itself reached over TLS carries the service’s TLS inside', async () => {
    const port = await service();
    const { cert, key } = laboratory.server('good');
    const proxyPort = await servers.listen(
      createTls({ cert: readFileSync(cert), key: readFileSync(key) }, (client) => {
        client.on('error', () => undefined);
        const behind = connect(openPort, '127.0.0.1');
        behind.on('error', () => client.destroy());
        client.on('close', () => behind.destroy());
        client.pipe(behind).pipe(client);
      }),
    );
    const before = openHandles();
    const trace = await probeConnection(
      `https://localhost:${port}`,
      surroundingsWith(laboratory, { proxy: at(proxyPort, { scheme: 'https', host: 'localhost' }) }),
    );
    expect(trace.outcome).toBe('passed');
    expect(trace.told).toEqual({ provider: 'UniOne' });
    await expectNothingLeft(before);
  });

  it('the system’s settings name the proxy where the host can tell and the environment names none', async () => {
    const dataFolder = path.join(laboratory.folder, 'data');
    mkdirSync(dataFolder);
    const asked: string[] = [];
    const { client, close } = await openTestCore(dataFolder, {
      practice: null,
      background: false,
      systemProxy: (url) => {
        asked.push(url);
        return Promise.resolve(`PROXY 127.0.0.1:${openPort}; DIRECT`);
      },
    });
    const { id: workspaceId } = await client.workspaces.create({ name: 'Proxy' });
    const serviceUrl = `https://localhost:${await service()}`;
    await client.settings.save({ workspaceId, revision: 0, fields: { serviceUrl, extraCa: laboratory.root } });
    const kept = { ...process.env };
    for (const name of Object.keys(kept).filter((each) => /_proxy$/i.test(each))) delete process.env[name];
    const trace = await client.probes.connection({ workspaceId });
    expect(trace).toMatchObject({
      outcome: 'passed',
      proxy: { address: `127.0.0.1:${openPort}`, from: 'the system’s settings' },
    });
    process.env.HTTPS_PROXY = `http://127.0.0.1:${guardedPort}`;
    const other = await client.probes.connection({ workspaceId });
    expect(other).toMatchObject({ proxy: { from: 'HTTPS_PROXY' }, findings: [{ code: 'probe.proxy-credentials' }] });
    Object.assign(process.env, kept);
    if (kept.HTTPS_PROXY === undefined) delete process.env.HTTPS_PROXY;
    expect(asked).toEqual([`${serviceUrl}/`]);
    await close();
  });

  it('NO_PROXY is read as curl reads it', async () => {
    const asked: string[] = [];
    const port = await servers.listen(
      createTcp((socket) =>
        socket.once('data', (part: Buffer) => {
          asked.push(part.toString());
          socket.end('HTTP/1.1 403 No\r\n\r\n');
        }),
      ),
    );
    const cases: readonly (readonly [string, string])[] = [
      ['a.invalid', ''],
      ['a.invalid', '*'],
      ['a.invalid', 'a.invalid'],
      ['A.Invalid', 'a.INVALID'],
      ['b.a.invalid', 'a.invalid'],
      ['b.a.invalid', '.a.invalid'],
      ['a.invalid', '.a.invalid'],
      ['ba.invalid', 'a.invalid'],
      ['a.invalid', 'b.invalid, a.invalid'],
      ['a.invalid', 'b.invalid a.invalid'],
      ['127.0.0.77', '127.0.0.0/24'],
      ['127.0.1.77', '127.0.0.0/24'],
      ['127.0.0.77', '127.0.0.77'],
      ['127.0.0.77', '127.0.0.7'],
    ];
    for (const [host, noProxy] of cases) {
      asked.length = 0;
      const env = { PATH: process.env.PATH, http_proxy: `http://127.0.0.1:${port}`, NO_PROXY: noProxy };
      // Port 1 is closed on loopback, and nothing under .invalid resolves.
      const args = ['-s', '-o', '/dev/null', '-m', '5', `http://${host}:1/`];
      await new Promise((resolve) => spawn('curl', args, { env, stdio: 'ignore' }).once('exit', resolve));
      const viaProxy = asked.length > 0;
      expect([host, noProxy, !isExcepted({ host, port: 1 }, noProxy)]).toEqual([host, noProxy, viaProxy]);
    }
  });

  it('faults behind the tunnel are those of the service', async () => {
    const port = await servers.listen(createTcp((socket) => socket.once('data', () => socket.resetAndDestroy())));
    await meet(at(openPort), `https://localhost:${port}`, 'probe.reset', 'tls');
    const silent = await servers.listen(createTcp((socket) => socket.resume()));
    await meet(at(openPort), `https://localhost:${silent}`, 'probe.tls-silent', 'tls');
  });
});

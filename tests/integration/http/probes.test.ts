import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttps } from 'node:https';
import type { RequestListener } from 'node:http';
import { connect, createServer as createTcp } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import path from 'node:path';
import { createServer as createTls } from 'node:tls';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { checkKeys, probeConnection } from '../../../main/probes/http/metadata.ts';
import { probeMonitoring, probeResponses } from '../../../main/probes/webhook/responses.ts';
import { practiceProfile } from '../../../shared/service/profile.ts';
import type { ProbeTrace } from '../../../shared/service/trace.ts';
import type { Laboratory } from '../../support/certificates.ts';
import { makeLaboratory } from '../../support/certificates.ts';
import { describeWith } from '../../support/tools.ts';

describeWith(['openssl', 'nginx'], 'probes of the service', () => {
  let laboratory: Laboratory;
  let nginx: ChildProcess;
  const ports = Object.fromEntries(
    ['good', 'expired', 'wrong-name', 'self-signed', 'incomplete', 'old-tls'].map((name, index) => [
      name,
      randomInt(20_000, 24_000) + index * 5000,
    ]),
  ) as Record<string, number>;
  const open: Server[] = [];
  const sockets = new Set<Socket>();
  const surroundings = () => ({
    extraCa: laboratory.root,
    proxy: null,
    now: Date.now,
    deadlineMs: 4000,
    stageTimeoutMs: 1500,
  });

  beforeAll(async () => {
    laboratory = makeLaboratory();
    const server = (
      name: string,
      extra = '',
    ) => `server { listen 127.0.0.1:${ports[name]} ssl; ssl_certificate ${laboratory.server(name === 'old-tls' ? 'good' : name).cert}; ssl_certificate_key ${laboratory.server(name === 'old-tls' ? 'good' : name).key}; ${extra}
      location = /metadata { default_type application/json; return 200 '{"provider":"Elastic Email","account":"A","domains":["a.example"]}'; }
      location = /0/ServiceModel/CESWebhooksService.svc/HandleWebHooks { limit_except POST { deny all; } return 200; } }`;
    const conf = path.join(laboratory.folder, 'nginx.conf');
    writeFileSync(
      conf,
      `daemon off; master_process off; pid ${laboratory.folder}/nginx.pid; error_log stderr warn; events {}
http { access_log off; client_body_temp_path ${laboratory.folder}/b; proxy_temp_path ${laboratory.folder}/p; fastcgi_temp_path ${laboratory.folder}/f; uwsgi_temp_path ${laboratory.folder}/u; scgi_temp_path ${laboratory.folder}/s;
${['good', 'expired', 'wrong-name', 'self-signed', 'incomplete'].map((name) => server(name)).join('\n')}
${server('old-tls', 'ssl_protocols TLSv1; ssl_ciphers ALL:@SECLEVEL=0;')} }`,
    );
    nginx = spawn('/usr/sbin/nginx', ['-c', conf, '-p', laboratory.folder], { stdio: ['ignore', 'ignore', 'inherit'] });
    for (let attempt = 0; attempt < 50; attempt += 1) {
      const up = await new Promise<boolean>((resolve) => {
        const socket = connect(ports.good as number, '127.0.0.1');
        socket.once('connect', () => resolve(socket.destroy() !== undefined));
        socket.once('error', () => resolve(false));
      });
      if (up) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error('nginx did not start');
  });
  afterAll(async () => {
    const ended = new Promise((resolve) => nginx.once('exit', resolve));
    nginx.kill('SIGTERM');
    await ended;
    rmSync(laboratory.folder, { recursive: true, force: true });
  });
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    await Promise.all(open.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
  });

  async function listen(server: Server): Promise<number> {
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
    });
    open.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }
  const https = (handler: RequestListener) => {
    const { cert, key } = laboratory.server('good');
    return listen(createHttps({ cert: readFileSync(cert), key: readFileSync(key) }, handler));
  };
  const codes = (trace: ProbeTrace) => trace.findings.map((finding) => finding.code);
  const failedStage = (trace: ProbeTrace) => trace.stages.find((stage) => stage.state === 'failed')?.stage;

  it('pass at a good service, with every stage evidenced and what it told', async () => {
    const trace = await probeConnection(`https://localhost:${ports.good}`, surroundings());
    expect(trace).toMatchObject({
      outcome: 'passed',
      told: { provider: 'Elastic Email', account: 'A', domains: ['a.example'] },
    });
    expect(trace.stages.map((stage) => stage.stage)).toEqual(['resolve', 'connect', 'tls', 'request', 'response']);
    expect(trace.stages[2]?.certificate).toMatchObject({
      subject: 'localhost',
      issuer: 'Test intermediate',
      chain: ['localhost', 'Test intermediate', 'Test root'],
    });
  });

  it.each([
    ['expired', 'probe.certificate-expired'],
    ['wrong-name', 'probe.certificate-name'],
    ['self-signed', 'probe.certificate-self-signed'],
    ['incomplete', 'probe.certificate-incomplete'],
    ['old-tls', 'probe.tls-version'],
  ])('name the true cause at nginx with %s', async (name, code) => {
    const trace = await probeConnection(`https://localhost:${ports[name]}`, surroundings());
    expect(codes(trace)).toEqual([code]);
    expect(failedStage(trace)).toBe('tls');
  });

  it('do not trust an authority that nobody gave', async () => {
    const trace = await probeConnection(`https://localhost:${ports.good}`, { ...surroundings(), extraCa: '' });
    expect(codes(trace)[0]).toMatch(/^probe\.certificate-(?:untrusted|incomplete)$/);
  });

  it('tell an unknown host, a refused and a silent port apart', async () => {
    const unknown = await probeConnection('https://no-such-host.invalid', {
      ...surroundings(),
      resolve: async () => Promise.reject(Object.assign(new Error('x'), { code: 'ENOTFOUND' })),
    });
    expect(codes(unknown)).toEqual(['probe.unresolvable']);
    const failing = await probeConnection('https://a.example', {
      ...surroundings(),
      resolve: async () => Promise.reject(Object.assign(new Error('x'), { code: 'EAI_AGAIN' })),
    });
    expect(codes(failing)).toEqual(['probe.resolver-failed']);
    expect(codes(await probeConnection('https://127.0.0.1:9', surroundings()))).toEqual(['probe.refused']);
    const silent = await listen(createTcp(() => undefined));
    const trace = await probeConnection(`https://127.0.0.1:${silent}`, surroundings());
    expect(codes(trace)).toEqual(['probe.timed-out']);
    expect(failedStage(trace)).toBe('tls');
  });

  it('name the stage at which a connection is cut', async () => {
    const early = await listen(createTcp((socket) => socket.resetAndDestroy()));
    expect(codes(await probeConnection(`https://127.0.0.1:${early}`, surroundings()))).toEqual(['probe.reset']);
    const { cert, key } = laboratory.server('good');
    const late = await listen(
      createTls({ cert: readFileSync(cert), key: readFileSync(key) }, (socket) =>
        socket.on('data', () => socket.destroy()).on('error', () => undefined),
      ),
    );
    const trace = await probeConnection(`https://localhost:${late}`, surroundings());
    expect(codes(trace)).toEqual(['probe.reset']);
    expect(failedStage(trace)).toBe('request');
  });

  it.each([
    [301, 'probe.redirect'],
    [401, 'probe.unauthorised'],
    [403, 'probe.unauthorised'],
    [404, 'probe.not-found'],
    [500, 'probe.server-error'],
    [503, 'probe.unavailable'],
    [418, 'probe.unexpected-status'],
  ])('say what %d means', async (status, code) => {
    const port = await https((_request, response) =>
      response.writeHead(status, status === 301 ? { location: 'https://elsewhere.example/' } : {}).end(),
    );
    const trace = await probeConnection(`https://localhost:${port}`, surroundings());
    expect(trace.outcome).toBe('failed');
    expect(codes(trace)).toEqual([code]);
  });

  it('accept a blank page and a page that is not JSON', async () => {
    for (const body of ['', '<html>hello</html>', '[1]', '{"provider":7}']) {
      const port = await https((_request, response) => response.end(body));
      const trace = await probeConnection(`https://localhost:${port}`, surroundings());
      expect(trace.outcome).toBe('passed');
      expect(trace.told?.provider).toBeUndefined();
    }
  });

  it('cut a body of 100 MB off, and end a slow answer at the deadline', async () => {
    const chunk = Buffer.alloc(1024 * 1024, 'x');
    const big = await https(async (_request, response) => {
      for (let sent = 0; sent < 100 && !response.destroyed; sent += 1)
        if (!response.write(chunk))
          await new Promise((resolve) => response.once('drain', resolve).once('close', resolve));
      response.end();
    });
    const trace = await probeConnection(`https://localhost:${big}`, surroundings());
    expect(codes(trace)).toContain('probe.body-too-large');

    const slow = await https((_request, response) => {
      const timer = setInterval(() => response.write('x'), 100);
      response.on('close', () => clearInterval(timer));
    });
    const dripping = await probeConnection(`https://localhost:${slow}`, { ...surroundings(), deadlineMs: 1500 });
    expect(codes(dripping)).toEqual(['probe.timed-out']);
    expect(dripping.durationMs).toBeLessThan(4000);
  });

  it('go through a proxy, and tell its refusals', async () => {
    const proxyFor = (answer: string, tunnel = false) =>
      listen(
        createTcp((client) =>
          client.once('data', () => {
            client.write(answer);
            if (tunnel) {
              const upstream = connect(ports.good as number, '127.0.0.1');
              sockets.add(upstream);
              client.pipe(upstream).pipe(client);
            }
          }),
        ),
      );
    const probe = async (port: number) =>
      probeConnection(`https://localhost:${ports.good}`, { ...surroundings(), proxy: { host: '127.0.0.1', port } });
    const through = await probe(await proxyFor('HTTP/1.1 200 Connection established\r\n\r\n', true));
    expect(through.outcome).toBe('passed');
    expect(through.stages.map((stage) => stage.stage)).toContain('proxy');
    expect(codes(await probe(await proxyFor('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')))).toEqual([
      'probe.proxy-credentials',
    ]);
    expect(codes(await probe(await proxyFor('HTTP/1.1 403 Forbidden\r\n\r\n')))).toEqual(['probe.proxy-refused']);
  });

  it('read what a service profile says of the keys', async () => {
    const port = await https((request, response) => {
      response
        .writeHead(request.headers['x-api-key'] === 'right' ? 200 : request.headers['x-api-key'] === 'odd' ? 299 : 401)
        .end();
    });
    const check = (apiKey: string) =>
      checkKeys(`https://localhost:${port}`, practiceProfile, { apiKey, authKey: null }, surroundings());
    expect((await check('right')).outcome).toBe('accepted');
    expect((await check('wrong')).outcome).toBe('wrong-api-key');
    expect((await check('odd')).outcome).toBe('not-checkable');
  });

  it('post a marked, empty test to the webhook, and say what the answer means', async () => {
    const seen: string[] = [];
    const answers = [200, 404, 403, 405, 500];
    for (const status of answers) {
      const port = await https((request, response) => {
        let body = '';
        request.on('data', (part: Buffer) => {
          body += part.toString();
        });
        request.on('end', () => {
          seen.push(`${request.method} ${request.url} ${String(request.headers['x-sendwright-test'])} ${body}`);
          response.writeHead(status).end();
        });
      });
      const trace = await probeResponses(`https://localhost:${port}`, surroundings(), { onlyOwnPort: true });
      const expected = {
        200: [],
        404: ['responses.path-missing'],
        403: ['responses.blocked'],
        405: ['responses.no-post'],
        500: ['responses.server-error'],
      }[status];
      expect(codes(trace)).toEqual(expected);
      expect(trace.outcome).toBe(status === 200 || status === 500 ? 'passed' : 'failed');
    }
    expect(new Set(seen)).toEqual(
      new Set(['POST /0/ServiceModel/CESWebhooksService.svc/HandleWebHooks 1 {"sendwrightTest":true,"responses":[]}']),
    );
  });

  it('explain that the service posts to 443 even where the address has another port', async () => {
    const port = await https((_request, response) => response.end());
    const trace = await probeResponses(`https://localhost:${port}`, surroundings());
    expect(codes(trace)).toContain('responses.no-443');
    expect(trace).toMatchObject({ outcome: 'failed', beside: { outcome: 'failed' } });
    expect((await probeMonitoring(`https://localhost:${port}`, surroundings())).outcome).toBe('passed');
  });

  it('leave nothing open', async () => {
    const count = () =>
      process.getActiveResourcesInfo().filter((name) => name.includes('TCPSocketWrap') || name === 'Timeout').length;
    const before = count();
    for (const name of ['good', 'expired', 'self-signed'])
      await probeConnection(`https://localhost:${ports[name]}`, surroundings());
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(count()).toBeLessThanOrEqual(before);
  });
});

import { rmSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { createServer as createTcp } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { answerApplication } from '../../../main/practice/application.ts';
import type { FaultId } from '../../../shared/practice/faults.ts';
import { probeMonitoring as monitoringAt } from '../../../main/probes/webhook/monitoring.ts';
import { probeResponses as responsesAt } from '../../../main/probes/webhook/responses.ts';
import type { Laboratory } from '../../support/certificates.ts';
import { makeLaboratory } from '../../support/certificates.ts';
import { freePort } from '../../support/ports.ts';
import { ownServers, startNginx } from '../../support/servers.ts';
import { describeWith } from '../../support/tools.ts';
import { codes, expectAgreement, expectNothingLeft, httpsWith, openHandles, surroundingsWith } from './laboratory.ts';

const probeResponses = (
  domain: string,
  environment: Parameters<typeof responsesAt>[2],
  options?: Parameters<typeof responsesAt>[3],
) => responsesAt(domain, 'net-framework', environment, options);
const probeMonitoring = (domain: string, environment: Parameters<typeof monitoringAt>[2]) =>
  monitoringAt(domain, 'net-framework', environment);

describeWith(['openssl', 'nginx'], 'probes of the application', () => {
  let laboratory: Laboratory;
  const servers = ownServers();
  beforeAll(() => {
    laboratory = makeLaboratory();
  });
  afterEach(() => servers.close());
  afterAll(() => rmSync(laboratory.folder, { recursive: true, force: true }));

  const answering = (status: number, headers: Record<string, string> = {}) =>
    httpsWith(servers, laboratory, (_request, response) => response.writeHead(status, headers).end());

  it('ask by HEAD first, at the path of the application’s build', async () => {
    const seen: unknown[] = [];
    const port = await httpsWith(servers, laboratory, (request, response) => {
      seen.push([request.method, request.url]);
      response.end();
    });
    for (const build of ['net-framework', 'net'] as const) {
      const trace = await responsesAt(`https://localhost:${port}/app`, build, surroundingsWith(laboratory), {
        onlyOwnPort: true,
      });
      expect(trace.outcome).toBe('passed');
    }
    expect(seen).toEqual([
      ['HEAD', '/app/0/ServiceModel/CESWebhooksService.svc/HandleWebHooks'],
      ['HEAD', '/app/ServiceModel/CESWebhooksService.svc/HandleWebHooks'],
    ]);
  });

  /** The documented application: what it was sent, and what it answers. */
  const application = async (fault: FaultId = 'none', authKey = 'Auth key') => {
    const seen: { method: string; body: string; type: string | undefined; signature: unknown }[] = [];
    const port = await httpsWith(servers, laboratory, (request, response) => {
      let body = '';
      request.on('data', (part: Buffer) => {
        body += part.toString();
      });
      request.on('end', () => {
        const { method = '', headers, url: path = '' } = request;
        seen.push({ method, body, type: headers['content-type'], signature: headers['bpmonline-signature'] });
        const reply = answerApplication({ method, path, headers }, authKey, fault) ?? { status: 404 };
        response.writeHead(reply.status, reply.headers).end(reply.body === undefined ? '' : JSON.stringify(reply.body));
      });
    });
    return { seen, address: `https://localhost:${port}` };
  };

  it('prove the Auth key by a signed form without events, only when asked to', async () => {
    const { seen, address } = await application();
    const probe = (authKey: string | null) =>
      responsesAt(address, 'net-framework', surroundingsWith(laboratory), { onlyOwnPort: true, authKey });
    expect(codes(await probe(null))).toEqual([]);
    expect(seen.every(({ signature }) => signature === undefined)).toBe(true);
    const proved = await probe('Auth key');
    expect([proved.outcome, codes(proved)]).toEqual(['passed', ['responses.auth-key-accepted']]);
    expect(seen.at(-1)).toEqual({
      method: 'POST',
      body: 'webhooks=',
      type: 'application/x-www-form-urlencoded',
      signature: 'Auth key',
    });
    const refused = await probe('auth key');
    expect([refused.outcome, codes(refused)]).toEqual(['failed', ['responses.auth-key-wrong']]);
    expect(JSON.stringify([proved, refused])).not.toMatch(/auth key"/i);
  });

  it('send no Auth key over http', async () => {
    const signatures: unknown[] = [];
    const port = await servers.listen(
      createHttp((request, response) => {
        signatures.push(request.headers['bpmonline-signature']);
        response.end();
      }),
    );
    await responsesAt(`http://localhost:${port}`, 'net-framework', surroundingsWith(laboratory), { authKey: 'secret' });
    await monitoringAt(`http://localhost:${port}`, 'net-framework', surroundingsWith(laboratory), {
      authKey: 'secret',
    });
    expect(signatures.length).toBeGreaterThan(0);
    expect(signatures.every((signature) => signature === undefined)).toBe(true);
  });

  it('tell a refused Auth key from monitoring that is off, though both answer 403', async () => {
    const on = await application();
    const off = await application('monitoring-off');
    const probe = async (address: string, authKey: string | null) => {
      const trace = await monitoringAt(address, 'net-framework', surroundingsWith(laboratory), { authKey });
      return [trace.outcome, codes(trace)];
    };
    expect(await probe(on.address, null)).toEqual(['passed', []]);
    expect(on.seen.map(({ method }) => method)).toEqual(['OPTIONS']);
    expect(await probe(on.address, 'Auth key')).toEqual(['passed', ['monitoring.auth-key-accepted']]);
    expect(await probe(on.address, 'wrong')).toEqual(['failed', ['monitoring.auth-key-wrong']]);
    expect(await probe(off.address, 'Auth key')).toEqual(['failed', ['monitoring.off']]);
    expect(await probe(off.address, 'wrong')).toEqual(['failed', ['monitoring.auth-key-wrong']]);
  });

  it('never take a login page or a portal for the application', async () => {
    const page = '<!DOCTYPE html><title>Sign in</title><form></form>';
    const port = await httpsWith(servers, laboratory, (request, response) => {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
      response.end(request.method === 'HEAD' ? '' : page);
    });
    for (const authKey of [null, 'Auth key']) {
      const address = `https://localhost:${port}`;
      const webhook = await responsesAt(address, 'net', surroundingsWith(laboratory), { onlyOwnPort: true, authKey });
      expect([webhook.outcome, codes(webhook)]).toEqual(['failed', ['responses.page']]);
      const monitoring = await monitoringAt(address, 'net', surroundingsWith(laboratory), { authKey });
      expect([monitoring.outcome, codes(monitoring)]).toEqual(['failed', ['monitoring.page']]);
    }
  });

  it.each([
    [200, 'passed', []],
    [204, 'passed', []],
    [301, 'failed', ['responses.redirect-nowhere']],
    [400, 'passed', ['responses.test-refused']],
    [401, 'failed', ['responses.login']],
    [403, 'failed', ['responses.blocked']],
    [404, 'failed', ['responses.path-missing']],
    [405, 'failed', ['responses.no-post']],
    [415, 'passed', ['responses.test-refused']],
    [429, 'failed', ['responses.too-many']],
    [500, 'passed', ['responses.server-error']],
    [502, 'failed', ['responses.gateway']],
    [503, 'failed', ['responses.gateway']],
  ])('a webhook that answers %d: %s', async (status, outcome, found) => {
    const before = openHandles();
    const port = await answering(status);
    const trace = await probeResponses(`https://localhost:${port}`, surroundingsWith(laboratory), {
      onlyOwnPort: true,
    });
    expect(trace.outcome).toBe(outcome);
    expect(codes(trace)).toEqual(found);
    expectAgreement(trace);
    await servers.close();
    await expectNothingLeft(before);
  });

  it('explain a port that answers while 443, where the service posts, does not', async () => {
    const port = await servers.listen(createHttp((_request, response) => response.end()));
    const trace = await probeResponses(`http://localhost:${port}`, surroundingsWith(laboratory));
    expect(codes(trace)).toEqual(['responses.no-443']);
    expect(trace).toMatchObject({
      outcome: 'failed',
      beside: { outcome: 'failed', url: expect.stringMatching(/^https:\/\/localhost\/0\//) },
    });
    expect(trace.stages.at(-1)).toMatchObject({ stage: 'response', status: 200 });
  });

  it('tell an http address at a port that speaks TLS', async () => {
    const cutting = await answering(200);
    const trace = await probeResponses(`http://localhost:${cutting}`, surroundingsWith(laboratory), {
      onlyOwnPort: true,
    });
    expect([trace.outcome, codes(trace)]).toEqual(['failed', ['responses.wants-https']]);
    const { cert, key } = laboratory.server('good');
    const port = await freePort();
    const nginx = await startNginx(
      `server { listen 127.0.0.1:${port} ssl; ssl_certificate ${cert}; ssl_certificate_key ${key}; return 200; }`,
      port,
    );
    const told = await probeResponses(`http://localhost:${port}`, surroundingsWith(laboratory), { onlyOwnPort: true });
    await nginx.stop();
    expect(codes(told)).toEqual(['responses.wants-https']);
    const silent = await servers.listen(createTcp((socket) => socket.once('data', () => socket.resetAndDestroy())));
    const reset = await probeResponses(`http://localhost:${silent}`, surroundingsWith(laboratory), {
      onlyOwnPort: true,
    });
    expect(codes(reset)).toEqual(['probe.reset']);
  });

  it('are neutral while this machine is offline', async () => {
    const offline = surroundingsWith(laboratory, {
      resolve: () => Promise.reject(Object.assign(new Error('x'), { code: 'EAI_AGAIN' })),
    });
    expect((await probeResponses('http://app.example', offline)).outcome).toBe('unknown');
    expect((await probeMonitoring('https://app.example', offline)).outcome).toBe('unknown');
  });

  it('say what a monitoring address answers', async () => {
    const expected: readonly (readonly [number, string, readonly string[]])[] = [
      [200, 'failed', ['monitoring.page']],
      [405, 'failed', ['monitoring.no-post']],
      [302, 'failed', ['monitoring.redirect']],
      [403, 'failed', ['monitoring.blocked']],
      [404, 'failed', ['monitoring.path-missing']],
      [400, 'failed', ['monitoring.unexpected-status']],
      [429, 'failed', ['monitoring.unexpected-status']],
      [500, 'failed', ['monitoring.failing']],
      [502, 'failed', ['monitoring.failing']],
      [503, 'failed', ['monitoring.failing']],
    ];
    for (const [status, outcome, found] of expected) {
      const trace = await probeMonitoring(`https://localhost:${await answering(status)}`, surroundingsWith(laboratory));
      expect([trace.outcome, codes(trace)]).toEqual([outcome, found]);
      expectAgreement(trace);
    }
  });

  it.each([
    ['https://elsewhere.example/hook', 'responses.redirect'],
    ['/Login/NuiLogin.aspx', 'responses.redirect-within'],
    ['', 'responses.redirect-nowhere'],
  ])('a redirect to “%s” asks for what can be done', async (location, code) => {
    const port = await answering(302, location === '' ? {} : { location });
    const trace = await probeResponses(`https://localhost:${port}`, surroundingsWith(laboratory), {
      onlyOwnPort: true,
    });
    expect([trace.outcome, codes(trace)]).toEqual(['failed', [code]]);
    expectAgreement(trace);
  });
});

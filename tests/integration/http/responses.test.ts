import { rmSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { createServer as createTcp } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { probeMonitoring, probeResponses } from '../../../main/probes/webhook/responses.ts';
import type { Laboratory } from '../../support/certificates.ts';
import { makeLaboratory } from '../../support/certificates.ts';
import { freePort, ownServers, startNginx } from '../../support/servers.ts';
import { describeWith } from '../../support/tools.ts';
import { codes, expectNothingLeft, httpsWith, openHandles, surroundingsWith } from './laboratory.ts';

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

  it('post an empty body that is marked as a test, to the documented path', async () => {
    const seen: unknown[] = [];
    const port = await httpsWith(servers, laboratory, (request, response) => {
      let body = '';
      request.on('data', (part: Buffer) => {
        body += part.toString();
      });
      request.on('end', () => {
        seen.push([request.method, request.url, request.headers['x-sendwright-test'], JSON.parse(body)]);
        response.end();
      });
    });
    const trace = await probeResponses(`https://localhost:${port}/app`, surroundingsWith(laboratory), {
      onlyOwnPort: true,
    });
    expect(trace.outcome).toBe('passed');
    expect(seen).toEqual([
      [
        'POST',
        '/app/0/ServiceModel/CESWebhooksService.svc/HandleWebHooks',
        '1',
        { sendwrightTest: true, responses: [] },
      ],
    ]);
  });

  it.each([
    [200, 'passed', []],
    [204, 'passed', []],
    [301, 'failed', ['responses.redirect']],
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
      [200, 'passed', []],
      [405, 'passed', []],
      [302, 'failed', ['monitoring.redirect']],
      [403, 'failed', ['monitoring.blocked']],
      [404, 'failed', ['monitoring.path-missing']],
      [500, 'failed', ['probe.server-error']],
    ];
    for (const [status, outcome, found] of expected) {
      const trace = await probeMonitoring(`https://localhost:${await answering(status)}`, surroundingsWith(laboratory));
      expect([trace.outcome, codes(trace)]).toEqual([outcome, found]);
    }
  });
});

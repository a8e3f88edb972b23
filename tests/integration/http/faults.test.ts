import { readFileSync, rmSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { createServer as createTcp } from 'node:net';
import type { Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { checkKeys, probeConnection } from '../../../main/probes/http/metadata.ts';
import { headerProfile } from '../../support/service-profiles.ts';
import type { Laboratory } from '../../support/certificates.ts';
import { makeLaboratory } from '../../support/certificates.ts';
import { ownServers, startPython } from '../../support/servers.ts';
import { describeWith } from '../../support/tools.ts';
import {
  codes,
  expectBounded,
  expectNothingLeft,
  failedStage,
  httpsWith,
  openHandles,
  surroundingsWith,
  tlsWith,
} from './laboratory.ts';

const HEAD = 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n';

function failingResolver(code: string): () => Promise<never> {
  return () => Promise.reject(Object.assign(new Error(code), { code }));
}

/** Resets a connection in the middle of the handshake. */
function resetSoon(socket: Socket): void {
  socket.once('data', () => socket.resetAndDestroy());
}

/** Sends a body piece by piece for as long as anybody reads it. */
async function stream(response: ServerResponse, piece: Buffer, pieces: number): Promise<void> {
  for (let sent = 0; sent < pieces && !response.destroyed; sent += 1) {
    if (!response.write(piece)) await new Promise((resolve) => response.once('drain', resolve).once('close', resolve));
  }
  response.end();
}

describeWith(['openssl'], 'faults of the way and of the answer', () => {
  let laboratory: Laboratory;
  const servers = ownServers();
  beforeAll(() => {
    laboratory = makeLaboratory();
  });
  afterEach(() => servers.close());
  afterAll(() => rmSync(laboratory.folder, { recursive: true, force: true }));

  async function meet(url: string, code: string, stage: string, changes: Parameters<typeof surroundingsWith>[1] = {}) {
    const before = openHandles();
    const trace = await probeConnection(url, surroundingsWith(laboratory, changes));
    expect(codes(trace)).toEqual([code]);
    expect(failedStage(trace)).toBe(stage);
    expectBounded(trace, changes.deadlineMs);
    await expectNothingLeft(before);
    return trace;
  }

  describe('resolving', () => {
    it.each([
      ['ENOTFOUND', 'probe.unresolvable', 'failed'],
      ['ENODATA', 'probe.unresolvable', 'failed'],
      ['EAI_AGAIN', 'probe.resolver-failed', 'unknown'],
      ['ESERVFAIL', 'probe.resolver-failed', 'unknown'],
    ])('%s is %s', async (error, code, outcome) => {
      const trace = await meet('https://service.example', code, 'resolve', { resolve: failingResolver(error) });
      expect(trace.outcome).toBe(outcome);
    });

    it('an unknown name while there is no network at all is offline', async () => {
      const changes = { resolve: failingResolver('ENOTFOUND'), hasNetwork: () => false };
      const trace = await meet('https://service.example', 'probe.offline', 'resolve', changes);
      expect(trace.outcome).toBe('unknown');
    });

    it('a name without an address, a resolver that stays silent', async () => {
      await meet('https://service.example', 'probe.unresolvable', 'resolve', { resolve: () => Promise.resolve([]) });
      await meet('https://service.example', 'probe.resolver-failed', 'resolve', {
        resolve: () => new Promise(() => undefined),
      });
    });

    it('the system’s resolver really does not know a name under .invalid', async () => {
      const trace = await probeConnection('https://no-such-host.invalid', surroundingsWith(laboratory));
      expect(['probe.unresolvable', 'probe.resolver-failed']).toContain(codes(trace)[0]);
    });
  });

  describe('connecting', () => {
    it('a refused port', async () => {
      const port = await servers.listen(createTcp());
      await servers.close();
      await meet(`https://127.0.0.1:${port}`, 'probe.refused', 'connect');
    });

    it('IPv6 alone works where there is IPv6', async () => {
      const port = await servers.listen(createTcp(resetSoon), '::1');
      const trace = await meet(`https://[::1]:${port}`, 'probe.reset', 'tls');
      expect(trace.stages[0]?.met).toEqual({
        code: 'stage.addresses',
        values: { four: 0, six: 1, addresses: ['::1'] },
      });
    });

    it('tries every address, shows each, and warns of the dead ones', async () => {
      const port = await httpsWith(servers, laboratory, (_request, response) => response.end());
      const before = openHandles();
      const trace = await probeConnection(
        `https://localhost:${port}`,
        surroundingsWith(laboratory, { resolve: () => Promise.resolve(['127.0.0.1', '127.0.0.2', '::1']) }),
      );
      expect(trace.outcome).toBe('passed');
      expect(codes(trace).toSorted()).toEqual(['probe.address-dead', 'probe.not-json']);
      const attempts = trace.stages[1]?.attempts?.map(({ address, result }) => [address, result]);
      expect(attempts?.toSorted()).toEqual([
        ['127.0.0.1', 'connected'],
        ['127.0.0.2', 'ECONNREFUSED'],
        ['::1', 'ECONNREFUSED'],
      ]);
      expect(trace.stages[1]?.state).toBe('warning');
      await expectNothingLeft(before);
    });
  });

  describe('cut and silent connections', () => {
    it('reset when the handshake has begun', async () => {
      const port = await servers.listen(createTcp(resetSoon));
      await meet(`https://localhost:${port}`, 'probe.reset', 'tls');
    });

    it('closed in the middle of the handshake', async () => {
      const port = await servers.listen(createTcp((socket) => socket.once('data', () => socket.end())));
      await meet(`https://localhost:${port}`, 'probe.reset', 'tls');
    });

    it('reset at the request', async () => {
      const port = await tlsWith(servers, laboratory, (socket) => socket.destroy());
      const trace = await meet(`https://localhost:${port}`, 'probe.reset', 'request');
      expect(trace.findings[0]?.values.stage).toBe('the request');
    });

    it('reset in the middle of the answer', async () => {
      const port = await tlsWith(servers, laboratory, (socket) => socket.write(`${HEAD}abc`, () => socket.destroy()));
      const trace = await meet(`https://localhost:${port}`, 'probe.reset', 'response');
      expect(trace.findings[0]?.values.stage).toBe('the answer');
    });

    it('silence before TLS, before the answer, and in the middle of it', async () => {
      const beforeTls = await servers.listen(createTcp((socket) => socket.resume()));
      await meet(`https://localhost:${beforeTls}`, 'probe.tls-silent', 'tls');
      const beforeAnswer = await tlsWith(servers, laboratory, () => undefined);
      await meet(`https://localhost:${beforeAnswer}`, 'probe.no-answer', 'request');
      const within = await tlsWith(servers, laboratory, (socket) => socket.write(`${HEAD}abc`));
      await meet(`https://localhost:${within}`, 'probe.slow-answer', 'response');
    });

    it('a slow-loris answer ends with the deadline, whether its head or its body drips', async () => {
      const drip = (head: string) =>
        tlsWith(servers, laboratory, (socket) => {
          socket.write(head);
          const timer = setInterval(() => socket.write('x'), 100);
          socket.on('close', () => clearInterval(timer));
        });
      const changes = { deadlineMs: 2500 };
      await meet(
        `https://localhost:${await drip(HEAD.replace('100', '100000'))}`,
        'probe.slow-answer',
        'response',
        changes,
      );
      await meet(
        `https://localhost:${await drip('HTTP/1.1 200 OK\r\nx-drip: ')}`,
        'probe.no-answer',
        'request',
        changes,
      );
    });

    it('somebody ends the test', async () => {
      const port = await servers.listen(createTcp((socket) => socket.resume()));
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 200);
      const trace = await meet(`https://localhost:${port}`, 'probe.aborted', 'tls', { signal: controller.signal });
      expect(trace.outcome).toBe('unknown');
    });
  });

  describe('answers', () => {
    it.each([
      [400, 'probe.unexpected-status'],
      [401, 'probe.unauthorised'],
      [403, 'probe.forbidden'],
      [404, 'probe.not-found'],
      [405, 'probe.method-refused'],
      [410, 'probe.not-found'],
      [429, 'probe.too-many-requests'],
      [500, 'probe.server-error'],
      [502, 'probe.gateway'],
      [503, 'probe.unavailable'],
      [504, 'probe.gateway'],
    ])('%d is %s', async (status, code) => {
      const port = await httpsWith(servers, laboratory, (_request, response) => response.writeHead(status).end());
      expect((await meet(`https://localhost:${port}`, code, 'response')).outcome).toBe('failed');
    });

    it('a redirect to another host is told and never followed', async () => {
      const asked: string[] = [];
      const port = await httpsWith(servers, laboratory, (request, response) => {
        asked.push(request.url ?? '');
        response.writeHead(301, { location: 'https://elsewhere.invalid/metadata' }).end();
      });
      const trace = await meet(`https://localhost:${port}`, 'probe.redirect', 'response');
      expect(trace.findings[0]?.values).toEqual({ location: 'https://elsewhere.invalid/metadata' });
      expect(asked).toEqual(['/metadata']);
    });

    it('a redirect within the host is followed and told; a circle and an endless row as what they are', async () => {
      const next: Readonly<Record<string, string>> = {
        '/a/metadata': '/b/metadata',
        '/b/metadata': '/c',
        '/x/metadata': '/y',
        '/y': '/x/metadata',
        '/self/metadata': '/self/metadata',
      };
      const port = await httpsWith(servers, laboratory, (request, response) => {
        const url = request.url ?? '';
        const counted = /^\/n(\d*)/.exec(url);
        const location = counted === null ? next[url] : `/n${Number(counted[1]) + 1}`;
        if (location === undefined) response.end();
        else response.writeHead(302, { location }).end();
      });
      const base = `https://localhost:${port}`;
      const told = await probeConnection(`${base}/a`, surroundingsWith(laboratory));
      expect(told.outcome).toBe('passed');
      expect(codes(told)).toEqual(['probe.redirect-followed', 'probe.not-json']);
      expect(told.findings[0]?.values).toEqual({ location: `${base}/c` });
      expect(told.url).toBe(`${base}/a/metadata`);
      expect(told.redirects).toEqual([`${base}/a/metadata`, `${base}/b/metadata`, `${base}/c`]);
      expect((await meet(`${base}/x`, 'probe.redirect-loop', 'response')).findings[0]?.values.count).toBe(2);
      expect((await meet(`${base}/self`, 'probe.redirect-loop', 'response')).findings[0]?.values.count).toBe(1);
      await meet(`${base}/n0`, 'probe.redirect-loop', 'response');
    });

    it('a final slash is followed to the same page, and never from https to http', async () => {
      let asked = 0;
      const port = await httpsWith(servers, laboratory, (request, response) => {
        asked += 1;
        if (request.url === '/metadata') response.writeHead(301, { location: '/metadata/' }).end();
        else if (request.url === '/down/metadata')
          response.writeHead(301, { location: `http://localhost:${port}/metadata/` }).end();
        else response.end('{"provider":"UniOne"}');
      });
      const base = `https://localhost:${port}`;
      expect(await probeConnection(base, surroundingsWith(laboratory))).toMatchObject({
        outcome: 'passed',
        told: { provider: 'UniOne' },
        redirects: [`${base}/metadata`, `${base}/metadata/`],
      });
      asked = 0;
      await meet(`${base}/down`, 'probe.redirect', 'response');
      expect(asked).toBe(1);
    });

    it('a service without the page of the oldest version is reached at its own address', async () => {
      for (const status of [404, 403, 405]) {
        const port = await httpsWith(servers, laboratory, (request, response) =>
          response.writeHead(request.url === '/' ? 200 : status).end(),
        );
        const trace = await probeConnection(`https://localhost:${port}`, surroundingsWith(laboratory));
        expect(trace).toMatchObject({ outcome: 'passed', url: `https://localhost:${port}/`, findings: [] });
      }
    });

    it('a redirect without a target', async () => {
      const port = await httpsWith(servers, laboratory, (_request, response) => response.writeHead(302).end());
      await meet(`https://localhost:${port}`, 'probe.redirect-nowhere', 'response');
    });

    it('a blank page and pages that are no service data pass', async () => {
      for (const body of ['', '<html>hello</html>', '[1]', '{"provider":7}', '\u0000\u0001', '{"provider":']) {
        const port = await httpsWith(servers, laboratory, (_request, response) => response.end(body));
        const trace = await probeConnection(`https://localhost:${port}`, surroundingsWith(laboratory));
        expect(trace.outcome).toBe('passed');
        expect(codes(trace)).toEqual(['probe.not-json']);
        expect(trace.told).toBeUndefined();
      }
    });

    it('what is not HTTP, and a head without end', async () => {
      const other = await tlsWith(servers, laboratory, (socket) => socket.end('220 mail.example ESMTP\r\n'));
      await meet(`https://localhost:${other}`, 'probe.not-http', 'request');
      const long = await tlsWith(servers, laboratory, (socket) =>
        socket.write(`HTTP/1.1 200 OK\r\n${'x-filler: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n'.repeat(5000)}`),
      );
      await meet(`https://localhost:${long}`, 'probe.not-http', 'request');
    });

    it('a clock that is off is told in seconds and direction', async () => {
      const hour = 3_600_000;
      for (const [shift, direction] of [
        [hour, 'behind'],
        [-hour, 'ahead of'],
      ] as const) {
        const port = await httpsWith(servers, laboratory, (_request, response) =>
          response.setHeader('date', new Date(Date.now() + shift).toUTCString()).end('{}'),
        );
        const trace = await probeConnection(`https://localhost:${port}`, surroundingsWith(laboratory));
        expect(trace.outcome).toBe('passed');
        expect(trace.findings).toMatchObject([{ code: 'probe.clock-skew', values: { direction } }]);
        expect(Math.abs(Number(trace.findings[0]?.values.seconds) - 3600)).toBeLessThan(60);
      }
    });

    it('a body of 100 MB is cut off and costs no memory, many times over', async () => {
      setFlagsFromString('--expose-gc');
      const collect = runInNewContext('gc') as () => void;
      const held = () => {
        collect();
        const { heapUsed, external } = process.memoryUsage();
        return heapUsed + external;
      };
      let sent = 0;
      const piece = Buffer.alloc(1024 * 1024, 'x');
      const port = await httpsWith(servers, laboratory, (_request, response) => {
        response.on('close', () => {
          sent += response.socket?.bytesWritten ?? 0;
        });
        void stream(response, piece, 100);
      });
      const probe = () => probeConnection(`https://localhost:${port}`, surroundingsWith(laboratory));
      const first = await probe();
      expect(first.outcome).toBe('passed');
      expect(codes(first)).toEqual(['probe.body-too-large', 'probe.not-json']);
      const handles = openHandles();
      const before = held();
      for (let round = 0; round < 25; round += 1) await probe();
      await expectNothingLeft(handles);
      expect(held() - before).toBeLessThan(8 * 1024 * 1024);
      expect(sent / 26).toBeLessThan(20 * 1024 * 1024);
    });
  });

  describe('keys', () => {
    const seen: string[] = [];
    const check = async (apiKey: string, extraCa = laboratory.root) => {
      const statuses: Readonly<Record<string, number>> = {
        right: 200,
        odd: 299,
        auth: 403,
        other: 409,
        far: 424,
        off: 503,
      };
      const port = await httpsWith(servers, laboratory, (request, response) => {
        const key = String(request.headers['x-api-key']);
        seen.push(key);
        response.writeHead(statuses[key] ?? 401).end();
      });
      const url = `https://localhost:${port}`;
      return checkKeys(url, headerProfile, { apiKey, authKey: 'second' }, surroundingsWith(laboratory, { extraCa }));
    };

    it.each([
      ['right', 'accepted', []],
      ['wrong', 'wrong-api-key', ['keys.wrong-api-key']],
      ['auth', 'wrong-auth-key', ['keys.wrong-auth-key']],
      ['other', 'domain-of-another-account', ['keys.domain-of-another-account']],
      ['far', 'response-domain-unreachable', ['keys.response-domain-unreachable']],
      ['off', 'unavailable', ['keys.unavailable']],
      ['odd', 'not-checkable', ['keys.not-checkable']],
    ])('%s is %s', async (key, outcome, found) => {
      const result = await check(key);
      expect(result.outcome).toBe(outcome);
      expect(result.findings.map((finding) => finding.code)).toEqual(found);
    });

    it('are not sent to a server whose certificate is not good, nor where they do not fit a header', async () => {
      seen.length = 0;
      const untrusted = await check('right', '');
      expect(untrusted.outcome).toBe('unavailable');
      expect(untrusted.findings[0]?.code).toBe('probe.certificate-untrusted');
      expect((await check('two\r\nlines')).findings[0]?.code).toBe('keys.unsendable');
      expect(seen).toEqual([]);
    });
  });

  it('one hundred probes of every kind at once leave nothing behind', async () => {
    const silent = await servers.listen(createTcp((socket) => socket.resume()));
    const cut = await servers.listen(createTcp((socket) => socket.resetAndDestroy()));
    const good = await httpsWith(servers, laboratory, (_request, response) => response.end());
    const before = openHandles();
    const traces = await Promise.all(
      Array.from({ length: 99 }, (_nothing, index) =>
        probeConnection(`https://localhost:${[silent, cut, good][index % 3]}`, surroundingsWith(laboratory)),
      ),
    );
    for (const trace of traces) expectBounded(trace);
    await expectNothingLeft(before);
    await expect.poll(servers.open).toBe(0);
  });
});

describeWith(['openssl', 'python3:socket'], 'a port that drops packets', () => {
  it('is told as timed out, and a working address beside it still wins', async () => {
    const laboratory = makeLaboratory();
    const full = await startPython('full-backlog.py');
    const before = openHandles();
    const trace = await probeConnection(`https://127.0.0.1:${full.port}`, surroundingsWith(laboratory));
    expect(codes(trace)).toEqual(['probe.timed-out']);
    expect(failedStage(trace)).toBe('connect');
    expect(trace.stages[1]?.attempts).toMatchObject([{ address: '127.0.0.1', result: 'no answer' }]);
    expectBounded(trace);

    const servers = ownServers();
    const { createServer } = await import('node:https');
    const { cert, key } = laboratory.server('good');
    const secure = createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (_request, response) =>
      response.end(),
    );
    await servers.listen(secure, '127.0.0.2', full.port);
    const both = await probeConnection(
      `https://localhost:${full.port}`,
      surroundingsWith(laboratory, { resolve: () => Promise.resolve(['127.0.0.1', '127.0.0.2']) }),
    );
    expect(both.outcome).toBe('passed');
    expect(codes(both).toSorted()).toEqual(['probe.address-dead', 'probe.not-json']);
    expect(both.stages[1]?.attempts).toMatchObject([
      { address: '127.0.0.2', result: 'connected' },
      { address: '127.0.0.1', result: 'no answer' },
    ]);
    await servers.close();
    await full.stop();
    await expectNothingLeft(before);
    rmSync(laboratory.folder, { recursive: true, force: true });
  });
});

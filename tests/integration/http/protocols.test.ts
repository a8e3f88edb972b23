import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createSecureServer } from 'node:http2';
import type { ServerHttp2Session } from 'node:http2';
import { createServer as createHttps } from 'node:https';
import path from 'node:path';
import { createServer as createTls } from 'node:tls';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { probeConnection } from '../../../main/probes/http/metadata.ts';
import { stagedProbe } from '../../../main/probes/http/staged-probe.ts';
import type { Laboratory } from '../../support/certificates.ts';
import { makeLaboratory } from '../../support/certificates.ts';
import { ownServers } from '../../support/servers.ts';
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

const METADATA = '{"provider":"Elastic Email"}';

describeWith(['openssl'], 'protocols, codings and certificates that are unusual and in order', () => {
  let laboratory: Laboratory;
  const servers = ownServers();
  const sessions = new Set<ServerHttp2Session>();
  const certified = (name: string) => {
    const { cert, key } = laboratory.server(name);
    return { cert: readFileSync(cert), key: readFileSync(key) };
  };
  const probe = (port: number, changes: Parameters<typeof surroundingsWith>[1] = {}) =>
    probeConnection(`https://localhost:${port}`, surroundingsWith(laboratory, changes));
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: laboratory.folder, stdio: 'pipe' });

  beforeAll(() => {
    laboratory = makeLaboratory();
  });
  afterEach(async () => {
    for (const session of sessions) session.destroy();
    await servers.close();
  });
  afterAll(() => rmSync(laboratory.folder, { recursive: true, force: true }));

  it('a server that speaks HTTP/2 alone is spoken to in HTTP/2', async () => {
    const asked: unknown[] = [];
    const server = createSecureServer(certified('good'), (request, response) => {
      asked.push([request.httpVersion, request.method, request.url]);
      response.end(METADATA);
    });
    server.on('session', (session) => sessions.add(session));
    const port = await servers.listen(server);
    const before = openHandles();
    const trace = await probe(port);
    expect(trace).toMatchObject({ outcome: 'passed', findings: [], told: { provider: 'Elastic Email' } });
    expect(asked).toEqual([['2.0', 'GET', '/metadata']]);
    expectBounded(trace);
    for (const session of sessions) session.destroy();
    await expectNothingLeft(before);
  });

  it('the body of a POST arrives over HTTP/2 as well', async () => {
    let arrived = '';
    const server = createSecureServer(certified('good'), (request, response) => {
      request.setEncoding('utf8');
      request.on('data', (part: string) => {
        arrived += part;
      });
      request.on('end', () => response.writeHead(403).end('refused'));
    });
    server.on('session', (session) => sessions.add(session));
    const port = await servers.listen(server);
    const trace = await stagedProbe({
      ...surroundingsWith(laboratory),
      kind: 'monitoring',
      method: 'POST',
      url: `https://localhost:${port}/EmailState`,
      body: '{"filters":{}}',
      judge: ({ status, body }) => ({ passed: status === 403 && body === 'refused', findings: [] }),
    });
    expect([trace.outcome, arrived]).toEqual(['passed', '{"filters":{}}']);
  });

  it('a port that speaks neither HTTP/1.1 nor HTTP/2 is told as that', async () => {
    const port = await servers.listen(createTls({ ...certified('good'), ALPNProtocols: ['imap'] }));
    const trace = await probe(port);
    expect([trace.outcome, codes(trace), failedStage(trace)]).toEqual(['failed', ['probe.tls-protocol'], 'tls']);
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
    ['GZIP', gzipSync],
  ])('a body in %s that nobody asked for is read', async (coding, compress) => {
    const port = await httpsWith(servers, laboratory, (_request, response) => {
      response.setHeader('content-encoding', coding);
      response.end(compress(METADATA));
    });
    expect(await probe(port)).toMatchObject({ outcome: 'passed', findings: [], told: { provider: 'Elastic Email' } });
  });

  it('a small body that unpacks without end is cut at the limit', async () => {
    const bomb = gzipSync(Buffer.alloc(128 * 1024 * 1024));
    const port = await httpsWith(servers, laboratory, (_request, response) => {
      response.setHeader('content-encoding', 'gzip');
      response.end(bomb);
    });
    const before = openHandles();
    const memory = process.memoryUsage().rss;
    const trace = await probe(port);
    expect(codes(trace)).toEqual(['probe.body-too-large', 'probe.not-json']);
    expect(process.memoryUsage().rss - memory).toBeLessThan(64 * 1024 * 1024);
    await expectNothingLeft(before);
  });

  it('a body that is not of its coding, or breaks off in it, is told with the coding', async () => {
    for (const body of [Buffer.from(METADATA), gzipSync(METADATA).subarray(0, 20)]) {
      const port = await httpsWith(servers, laboratory, (_request, response) => {
        response.setHeader('content-encoding', 'gzip');
        response.end(body);
      });
      const trace = await probe(port);
      expect([codes(trace), failedStage(trace)]).toEqual([['probe.coding-broken'], 'response']);
      expect(trace.findings[0]?.values).toMatchObject({ host: 'localhost', coding: 'gzip' });
    }
  });

  it('the answer to HEAD names a coding and has no body', async () => {
    const port = await httpsWith(servers, laboratory, (_request, response) => {
      response.setHeader('content-encoding', 'gzip');
      response.end();
    });
    const trace = await stagedProbe({
      ...surroundingsWith(laboratory),
      kind: 'responses',
      method: 'HEAD',
      url: `https://localhost:${port}/`,
      judge: ({ body }) => ({ passed: body === '', findings: [] }),
    });
    expect(trace).toMatchObject({ outcome: 'passed', findings: [] });
  });

  it('a certificate without alternative names passes with a word', async () => {
    openssl('req', '-new', '-key', 'good.key', '-subj', '/CN=localhost', '-out', 'bare.csr');
    openssl(
      'x509',
      '-req',
      '-in',
      'bare.csr',
      '-CA',
      'root.pem',
      '-CAkey',
      'root.key',
      '-days',
      '30',
      '-out',
      'bare.pem',
    );
    const cert = readFileSync(path.join(laboratory.folder, 'bare.pem'));
    const port = await servers.listen(
      createHttps({ ...certified('good'), cert }, (_request, response) => response.end(METADATA)),
    );
    const trace = await probe(port);
    expect([trace.outcome, codes(trace)]).toEqual(['passed', ['probe.certificate-no-names']]);
    expect(trace.stages.find(({ stage }) => stage === 'tls')).toMatchObject({
      state: 'warning',
      certificate: { names: [], trustedBy: 'extra' },
    });
  });

  it('a certificate without alternative names is not for an IP address, whatever its common name', async () => {
    openssl('req', '-new', '-key', 'good.key', '-subj', '/CN=127.0.0.1', '-out', 'bare.csr');
    openssl(
      'x509',
      '-req',
      '-in',
      'bare.csr',
      '-CA',
      'root.pem',
      '-CAkey',
      'root.key',
      '-days',
      '30',
      '-out',
      'bare.pem',
    );
    const cert = readFileSync(path.join(laboratory.folder, 'bare.pem'));
    const port = await servers.listen(createHttps({ ...certified('good'), cert }));
    const trace = await probeConnection(`https://127.0.0.1:${port}`, surroundingsWith(laboratory));
    expect([trace.outcome, codes(trace)]).toEqual(['failed', ['probe.certificate-names-nothing']]);
    expect(trace.findings[0]?.values).toMatchObject({ host: '127.0.0.1', name: '127.0.0.1' });
    expectBounded(trace);
  });

  it('the trust is ascribed to the certificate that gave it, whatever the server sends above', async () => {
    const pem = (name: string) => readFileSync(path.join(laboratory.folder, `${name}.pem`), 'utf8');
    // The authority’s certificate of another year: the same name and key.
    const anew = [
      '-key',
      'root.key',
      '-subj',
      '/CN=Test root',
      '-days',
      '60',
      '-addext',
      'keyUsage=critical,keyCertSign',
    ];
    openssl('req', '-x509', '-new', ...anew, '-out', 'root-anew.pem');
    const cert = pem('good') + pem('root');
    writeFileSync(path.join(laboratory.folder, 'whole.pem'), cert);
    const port = await servers.listen(
      createHttps({ ...certified('good'), cert }, (_request, response) => response.end(METADATA)),
    );
    for (const extraCa of [pem('root'), pem('root-anew'), pem('intermediate')]) {
      const trace = await probe(port, { extraCa });
      const tls = trace.stages.find(({ stage }) => stage === 'tls');
      expect([trace.outcome, tls?.certificate?.trustedBy]).toEqual(['passed', 'extra']);
    }
  });
});

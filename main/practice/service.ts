import { createServer } from 'node:https';
import type { Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { pipeline } from 'node:stream';
import type { PracticeAccountOptions } from './account.ts';
import { answerAccountCall } from './account.ts';
import type { WrittenAnswer } from './answer-form.ts';
import { writeAnswer } from './answer-form.ts';
import { answerApplication } from './application.ts';
import type { PracticeCertificates, ServerCertificate } from './certificates.ts';
import type { FaultId } from '../../shared/practice/faults.ts';

export interface PracticeServiceOptions extends PracticeAccountOptions {
  readonly certificates: PracticeCertificates;
  /** The port to try first; 0 for any. */
  readonly preferredPort: number;
}

export interface PracticeService {
  readonly port: number;
  /** Makes new connections meet the chosen fault's certificate. */
  readonly useFault: (fault: FaultId) => void;
  readonly close: () => Promise<void>;
}

type Reply = readonly [status: number, body?: unknown, headers?: Record<string, string>];

function certificateFor(fault: FaultId, certificates: PracticeCertificates): ServerCertificate {
  if (fault === 'certificate-expired') return certificates.expired;
  if (fault === 'certificate-wrong-name') return certificates.wrongName;
  if (fault === 'certificate-self-signed') return certificates.selfSigned;
  return certificates.good;
}

function metadata(fault: FaultId): Reply {
  if (fault === 'provider-not-told') return [200];
  return [200, { provider: 'Elastic Email', account: 'Practice account', domains: [] }];
}

/** Longer bodies are no call of this interface. */
const MAX_BODY_OCTETS = 1024 * 1024;

async function readBody(request: IncomingMessage): Promise<Readonly<Record<string, unknown>> | null> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size <= MAX_BODY_OCTETS) parts.push(part);
  }
  try {
    const data: unknown = JSON.parse(Buffer.concat(parts).toString('utf8'));
    return typeof data === 'object' && data !== null && !Array.isArray(data)
      ? (data as Readonly<Record<string, unknown>>)
      : null;
  } catch {
    return null;
  }
}

async function respond(
  request: IncomingMessage,
  options: PracticeServiceOptions,
  signal: AbortSignal,
): Promise<Reply | WrittenAnswer> {
  const fault = options.fault();
  const { pathname: path } = new URL(request.url ?? '/', 'https://localhost');
  const { method = 'GET', headers } = request;
  const body = await readBody(request);
  const application = answerApplication({ method, path, headers }, options.authKey, fault);
  if (application !== null) return [application.status, application.body, { ...application.headers }];
  if (fault === 'service-unavailable') return [503, { error: 'maintenance' }, { 'retry-after': '300' }];
  if (fault === 'not-found') return [404];
  if (fault === 'redirect') return [301, undefined, { location: 'https://service.example.com/metadata' }];
  if (method === 'GET' && path === '/') return [200];
  if (method === 'GET' && path === '/metadata') return metadata(fault);
  const answer = method === 'POST' ? answerAccountCall(path, body, options) : null;
  return answer === null ? [404] : writeAnswer(answer, fault, signal);
}

function send(response: ServerResponse, reply: Reply | WrittenAnswer): void {
  if ('type' in reply) {
    response.writeHead(200, { 'content-type': reply.type });
    pipeline(reply.body, response, () => undefined);
    return;
  }
  const [status, body, headers = {}] = reply;
  const text = body === undefined ? '' : JSON.stringify(body);
  response.writeHead(status, { ...(text === '' ? {} : { 'content-type': 'application/json' }), ...headers });
  response.end(text);
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/**
 * Starts the practice cloud email service on loopback: HTTPS with a certificate made for this run, a blank page,
 * `/metadata`, the interface, and the documented addresses of the application that receives the responses.
 *
 * @throws when no port can be had.
 */
export async function startService(options: PracticeServiceOptions): Promise<PracticeService> {
  const server = createServer({ ...certificateFor(options.fault(), options.certificates) }, (request, response) => {
    if (options.fault() === 'no-answer') {
      request.resume();
      return;
    }
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    respond(request, options, gone.signal).then(
      (reply) => send(response, reply),
      // A caller that went away in the middle of its body waits for nothing.
      () => response.destroy(),
    );
  });
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
    if (options.fault() === 'connection-reset') socket.resetAndDestroy();
  });
  // A client that refuses the certificate ends the handshake; that is the lesson, not a fault of the service.
  server.on('tlsClientError', (_error, socket) => socket.destroy());

  await listen(server, options.preferredPort).catch(() => listen(server, 0));
  return {
    port: (server.address() as AddressInfo).port,
    useFault: (fault) => server.setSecureContext({ ...certificateFor(fault, options.certificates) }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

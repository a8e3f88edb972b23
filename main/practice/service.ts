import { createServer } from 'node:https';
import type { Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { PracticeCertificates, ServerCertificate } from './certificates.ts';
import type { FaultId } from './faults.ts';

/** Paths of the documented application, under the response domain. */
const WEBHOOK_PATH = '/0/ServiceModel/CESWebhooksService.svc/HandleWebHooks';
const EMAIL_STATE_PATH = '/0/ServiceModel/CESTroubleshootingService.svc/emailstate';

export interface PracticeServiceOptions {
  readonly certificates: PracticeCertificates;
  readonly fault: () => FaultId;
  readonly apiKey: string;
  readonly authKey: string;
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

/** The practice service's own check of keys, described to the console by a service profile. */
function checkKeys(request: IncomingMessage, options: PracticeServiceOptions): Reply {
  const fault = options.fault();
  if (fault === 'wrong-api-key' || request.headers['x-api-key'] !== options.apiKey) {
    return [401, { error: 'api_key_refused' }];
  }
  if (fault === 'wrong-auth-key' || request.headers['x-auth-key'] !== options.authKey) {
    return [403, { error: 'auth_key_refused' }];
  }
  if (fault === 'domain-of-another-account') return [409, { error: 'response_domain_of_another_account' }];
  if (fault === 'response-domain-unreachable') return [424, { error: 'response_domain_unreachable' }];
  return [200, { account: 'Practice account' }];
}

function webhook(request: IncomingMessage, fault: FaultId): Reply {
  if (fault === 'webhook-not-found') return [404];
  if (fault === 'webhook-forbidden') return [403];
  return request.method === 'POST' ? [200, {}] : [405, undefined, { allow: 'POST' }];
}

function respond(request: IncomingMessage, options: PracticeServiceOptions): Reply {
  const fault = options.fault();
  const { pathname } = new URL(request.url ?? '/', 'https://localhost');
  if (pathname === WEBHOOK_PATH) return webhook(request, fault);
  if (pathname === EMAIL_STATE_PATH) return [200, { queued: 0, sentLastDay: 0, failedLastDay: 0 }];
  if (fault === 'service-unavailable') return [503, { error: 'maintenance' }, { 'retry-after': '300' }];
  if (fault === 'not-found') return [404];
  if (fault === 'redirect') return [301, undefined, { location: 'https://service.example.com/metadata' }];
  if (pathname === '/metadata') return metadata(fault);
  if (pathname === '/v1/account') return checkKeys(request, options);
  return [404];
}

function send(response: ServerResponse, [status, body, headers = {}]: Reply): void {
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
 * Starts the practice cloud email service on loopback: HTTPS with a certificate made for this run, `/metadata`, the
 * check of keys, and the documented addresses of the application that receives the responses.
 *
 * @throws when no port can be had.
 */
export async function startService(options: PracticeServiceOptions): Promise<PracticeService> {
  const server = createServer({ ...certificateFor(options.fault(), options.certificates) }, (request, response) => {
    request.resume();
    if (options.fault() === 'no-answer') return;
    send(response, respond(request, options));
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

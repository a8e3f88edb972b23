import { ORPCError } from '@orpc/server';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { contractErrors } from '../../../shared/contract/errors.ts';
import type { Core } from '../../core/core.ts';
import type { Log } from '../../core/ports.ts';
import { countRefusals } from '../refusals.ts';
import { MAX_MESSAGE_OCTETS } from '../rpc.ts';
import type { Access } from './access.ts';
import type { Calls } from './calls.ts';
import { sendJson, serveCalls } from './calls.ts';
import type { StaticFiles } from './static-files.ts';

/** The header that carries the session key. Not a cookie: cookies ignore ports. */
export const SESSION_HEADER = 'x-sendwright-session';

export interface LoopbackOptions {
  /** Whose procedures are called; another one later, where the core is begun anew. */
  readonly core: () => Promise<Pick<Core, 'router'>>;
  readonly access: Access;
  readonly files: StaticFiles;
  readonly contentSecurityPolicy: string;
  /** Where faults and refused requests are written; absent: nowhere. */
  readonly log?: Pick<Log, 'warn' | 'error'>;
  /** 0 lets the system choose. */
  readonly port?: number;
}

export interface LoopbackHost {
  /** `http://127.0.0.1:port` */
  readonly origin: string;
  readonly close: () => Promise<void>;
}

/** Why a request was refused before the core saw it; also what the caller reads. */
const refusals = {
  WRONG_HOST: [403, 'The request names a different host', 'Open the console by its launch file.'],
  FOREIGN_ORIGIN: [403, 'The request comes from a different page', 'Only the console’s own window may call it.'],
  NO_SESSION: [401, 'The request carries no valid session', 'Start the console again to get a new window.'],
  TOKEN_UNKNOWN: [401, 'This launch token is not known here', 'Start the console again to get a new window.'],
  TOKEN_USED: [401, 'This launch token was used before', 'Start the console again to get a new window.'],
  TOKEN_EXPIRED: [401, 'This launch token is too old', 'Start the console again to get a new window.'],
  NO_SUCH_PAGE: [404, 'There is no such page', 'Open the console at its first address.'],
  TOKEN_TOO_LARGE: [413, 'This is too long for a launch token', 'Start the console again to get a new window.'],
  WRONG_METHOD: [405, 'The console accepts only POST', 'Only the console’s own window may call it.'],
  BODY_TOO_LARGE: [413, 'The request is larger than 20 MB', 'Send less at once.'],
} as const satisfies Record<string, readonly [number, string, string]>;

type RefusalCode = keyof typeof refusals;

/** The one-time token and the JSON around it are a tenth of this. */
const MAX_TOKEN_OCTETS = 1024;

/** So much of a header that names the caller is worth a line in the log. */
const MAX_HEADER = 200;

/** A request that is answered with a refusal. */
class Refused extends Error {
  readonly code: RefusalCode;
  constructor(code: RefusalCode) {
    super(refusals[code][1]);
    this.code = code;
  }
}

/** Reads what a request brings. @throws Refused as soon as it is longer; the rest is not read. */
async function readBody(request: IncomingMessage, maxOctets: number, code: RefusalCode): Promise<string> {
  if (Number(request.headers['content-length']) > maxOctets) throw new Refused(code);
  const parts: Buffer[] = [];
  let octets = 0;
  // Where the reading stops early, the connection is needed for the answer.
  for await (const part of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    octets += part.length;
    if (octets > maxOctets) throw new Refused(code);
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}

/** @returns the token that is sent; empty where there is none. */
function tokenIn(text: string): string {
  try {
    const body: unknown = JSON.parse(text);
    const token = typeof body === 'object' && body !== null && 'token' in body ? body.token : undefined;
    return typeof token === 'string' ? token : '';
  } catch {
    return '';
  }
}

const CALLS = '/rpc';
const FIXED_HEADERS = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
} as const;

/**
 * Serves the window and carries its calls over HTTP on 127.0.0.1 alone.
 *
 * Every request must name this host exactly (a rebound name does not), every call must come from this origin and carry
 * a session key, and a launch token is exchanged once. Streams are answers of `/rpc` that stay open.
 *
 * @throws when the port is taken.
 */
export async function startLoopbackHost(options: LoopbackOptions): Promise<LoopbackHost> {
  const { log } = options;
  const refused = countRefusals(log ?? { warn: () => undefined });
  let serving: { readonly router: Core['router']; readonly calls: Calls } | null = null;
  async function callsNow(): Promise<Calls> {
    const { router } = await options.core();
    if (serving?.router !== router) serving = { router, calls: serveCalls(router, refused, CALLS) };
    return serving.calls;
  }
  let ownHost = '';

  function refuse(request: IncomingMessage, response: ServerResponse, code: RefusalCode): void {
    // Neither the path's query nor a header that holds a key is written.
    const named = (name: 'host' | 'origin') => request.headers[name]?.slice(0, MAX_HEADER);
    refused.count(code, { method: request.method, host: named('host'), origin: named('origin') });
    const [status, message, remedy] = refusals[code];
    if (code === 'WRONG_METHOD') response.setHeader('Allow', 'POST');
    sendJson(response, status, { json: { defined: true, code, status, message, data: { remedy } } });
  }

  async function sendFile(path: string, response: ServerResponse): Promise<void> {
    const file = await options.files.find(path);
    if (file === undefined) throw new Refused('NO_SUCH_PAGE');
    // A file under assets bears the hash of what it holds: the browser keeps it, and V8's compiled code with it.
    if (path.startsWith('/assets/')) response.setHeader('Cache-Control', 'private, max-age=31536000, immutable');
    response.writeHead(200, { 'Content-Type': file.mediaType, 'Content-Length': file.content.length });
    response.end(file.content);
  }

  /** @throws Refused for what is not answered otherwise. */
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, headers } = request;
    const [path = ''] = (request.url ?? '').split('?');
    const isCall = path === CALLS || path.startsWith(`${CALLS}/`);
    if (headers.host !== ownHost) throw new Refused('WRONG_HOST');
    const isFromOwnPage = headers.origin === `http://${ownHost}`;
    const mayOmitOrigin = method === 'GET' && !isCall;
    if (!isFromOwnPage && !(headers.origin === undefined && mayOmitOrigin)) throw new Refused('FOREIGN_ORIGIN');
    if ((isCall || path === '/session') && method !== 'POST') throw new Refused('WRONG_METHOD');

    if (isCall) {
      // Who is no session is refused before anything of what it sends is read.
      const [key] = [headers[SESSION_HEADER]].flat();
      if (!options.access.isSession(key)) throw new Refused('NO_SESSION');
      const body = await readBody(request, MAX_MESSAGE_OCTETS, 'BODY_TOO_LARGE');
      await (await callsNow()).answer(request, response, body);
    } else if (path === '/session') {
      const token = tokenIn(await readBody(request, MAX_TOKEN_OCTETS, 'TOKEN_TOO_LARGE'));
      const exchange = options.access.exchange(token);
      if (!exchange.ok) throw new Refused(exchange.code);
      sendJson(response, 200, { session: exchange.session });
    } else if (method === 'GET' || method === 'HEAD') {
      await sendFile(path, response);
    } else {
      throw new Refused('NO_SUCH_PAGE');
    }
  }

  function meetFault(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    // Whoever asked is gone, and with it what it had begun to send.
    if (response.destroyed) return;
    const path = request.url?.split('?')[0];
    log?.error({ error, method: request.method, path }, 'a request met a fault');
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const fault = new ORPCError('INTERNAL', {
      status: contractErrors.INTERNAL.status,
      message: contractErrors.INTERNAL.message,
      data: { remedy: 'Try again. If it happens again, look at the log in the data folder.' },
    });
    sendJson(response, 500, { json: fault.toJSON() });
  }

  const server = createServer((request, response) => {
    response.setHeader('Content-Security-Policy', options.contentSecurityPolicy);
    for (const [name, value] of Object.entries(FIXED_HEADERS)) response.setHeader(name, value);
    answer(request, response).catch((error: unknown) => {
      if (error instanceof Refused) refuse(request, response, error.code);
      else meetFault(request, response, error);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
  server.on('error', (error) => log?.error({ error }, 'the loopback host met a fault'));
  // What Node's parser refuses never becomes a request.
  server.on('clientError', (_error, socket) => {
    refused.count('NO_HTTP');
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    else socket.destroy();
  });
  ownHost = `127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    origin: `http://${ownHost}`,
    close: () =>
      new Promise<void>((resolve) => {
        refused.tell();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

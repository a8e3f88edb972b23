import { serve } from '@hono/node-server';
import { ORPCError } from '@orpc/server';
import { RPCHandler } from '@orpc/server/fetch';
import { Hono } from 'hono';
import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { AddressInfo } from 'node:net';
import { contractErrors } from '../../../shared/contract/errors.ts';
import type { Core } from '../../core/core.ts';
import type { Log } from '../../core/ports.ts';
import { rpcOptions, MAX_MESSAGE_OCTETS } from '../rpc.ts';
import { countRefusals } from '../refusals.ts';
import type { Access } from './access.ts';
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
  let handling: { readonly router: Core['router']; readonly handler: RPCHandler<Record<never, never>> } | null = null;
  async function handlerNow(): Promise<RPCHandler<Record<never, never>>> {
    const { router } = await options.core();
    if (handling?.router !== router) handling = { router, handler: new RPCHandler(router, rpcOptions(refused)) };
    return handling.handler;
  }
  const app = new Hono();
  let ownHost = '';

  function refuse(context: Context, code: RefusalCode): Response {
    const { req } = context;
    // Neither the path's query nor a header that holds a key is written.
    const named = (name: string) => req.header(name)?.slice(0, MAX_HEADER);
    refused.count(code, { method: req.method, host: named('host'), origin: named('origin') });
    const [status, message, remedy] = refusals[code];
    return context.json({ json: { defined: true, code, status, message, data: { remedy } } }, status);
  }

  app.use(async (context, next) => {
    context.header('Content-Security-Policy', options.contentSecurityPolicy);
    context.header('X-Content-Type-Options', 'nosniff');
    context.header('Referrer-Policy', 'no-referrer');
    context.header('Cross-Origin-Opener-Policy', 'same-origin');
    context.header('Cross-Origin-Resource-Policy', 'same-origin');
    context.header('Cache-Control', 'no-store');
    if (context.req.header('host') !== ownHost) return refuse(context, 'WRONG_HOST');

    const origin = context.req.header('origin');
    const mayOmitOrigin = context.req.method === 'GET' && !context.req.path.startsWith('/rpc');
    if (origin === undefined ? !mayOmitOrigin : origin !== `http://${ownHost}`)
      return refuse(context, 'FOREIGN_ORIGIN');
    await next();
    return undefined;
  });

  /** @param maxOctets what is longer is not read to its end. */
  const bodyOf = (maxOctets: number, code: RefusalCode) =>
    bodyLimit({ maxSize: maxOctets, onError: (context) => refuse(context, code) });
  const onlyPost: MiddlewareHandler = async (context, next) => {
    if (context.req.method !== 'POST') {
      context.header('Allow', 'POST');
      return refuse(context, 'WRONG_METHOD');
    }
    await next();
    return undefined;
  };
  const onlySessions: MiddlewareHandler = async (context, next) => {
    if (!options.access.isSession(context.req.header(SESSION_HEADER))) return refuse(context, 'NO_SESSION');
    await next();
    return undefined;
  };

  app.all('/session', onlyPost, bodyOf(MAX_TOKEN_OCTETS, 'TOKEN_TOO_LARGE'), async (context) => {
    const body: unknown = await context.req.json().catch(() => null);
    const token = typeof body === 'object' && body !== null && 'token' in body ? body.token : undefined;
    const exchange = options.access.exchange(typeof token === 'string' ? token : '');
    return exchange.ok ? context.json({ session: exchange.session }) : refuse(context, exchange.code);
  });

  // Who is no session is refused before anything of what it sends is read.
  app.all('/rpc/*', onlyPost, onlySessions, bodyOf(MAX_MESSAGE_OCTETS, 'BODY_TOO_LARGE'), async (context) => {
    const handler = await handlerNow();
    const result = await handler.handle(context.req.raw, { prefix: '/rpc', context: {} });
    return result.matched
      ? context.newResponse(result.response.body, result.response)
      : refuse(context, 'NO_SUCH_PAGE');
  });

  app.get('*', (context) => {
    const file = options.files.find(context.req.path);
    if (file === undefined) return refuse(context, 'NO_SUCH_PAGE');
    // A file under assets bears the hash of what it holds: the browser keeps it, and V8's compiled code with it.
    if (context.req.path.startsWith('/assets/'))
      context.header('Cache-Control', 'private, max-age=31536000, immutable');
    return context.body(file.content, 200, { 'Content-Type': file.mediaType });
  });

  app.notFound((context) => refuse(context, 'NO_SUCH_PAGE'));
  app.onError((error, context) => {
    log?.error({ error, method: context.req.method, path: context.req.path }, 'a request met a fault');
    const fault = new ORPCError('INTERNAL', {
      status: contractErrors.INTERNAL.status,
      message: contractErrors.INTERNAL.message,
      data: { remedy: 'Try again. If it happens again, look at the log in the data folder.' },
    });
    return context.json({ json: fault.toJSON() }, 500);
  });

  const server = await new Promise<ReturnType<typeof serve>>((resolve, reject) => {
    const listening = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: options.port ?? 0 }, () => {
      resolve(listening);
    });
    listening.once('error', reject);
  });
  server.on('error', (error) => log?.error({ error }, 'the loopback host met a fault'));
  // What Node's parser refuses never becomes a request; Node answers it with 400.
  server.on('clientError', () => refused.count('NO_HTTP'));
  ownHost = `127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    origin: `http://${ownHost}`,
    close: () =>
      new Promise<void>((resolve) => {
        refused.tell();
        server.close(() => resolve());
        if ('closeAllConnections' in server) server.closeAllConnections();
      }),
  };
}

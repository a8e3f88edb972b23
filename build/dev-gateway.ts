import type { IncomingMessage, ServerResponse } from 'node:http';
import { request } from 'node:http';
import type { Access } from '../main/hosts/loopback/access.ts';

/**
 * Stands between the window that Vite serves and the console that is restarted as its sources change. It holds the
 * window to what the loopback host demands (exact Host and Origin, a token that is exchanged once, a session key with
 * every call), and has a session of its own with the console that runs now, so that a window outlives a restart.
 */

const SESSION_HEADER = 'x-sendwright-session';
const MAX_TOKEN_OCTETS = 4096;

/** The console that runs now, as the gateway calls it. */
export interface RunningConsole {
  readonly origin: string;
  readonly session: string;
}

export interface GatewayOptions {
  /** The address of the window's own server, such as `http://127.0.0.1:5173`. */
  readonly origin: () => string;
  readonly access: Access;
  /** Resolves once a console runs. */
  readonly running: () => Promise<RunningConsole>;
}

type Next = () => void;

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  const remedy = 'Open the address that npm run dev has printed.';
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify({ json: { defined: true, code, status, message, data: { remedy } } }));
}

/** @returns null for a body that is longer than any token. */
async function readToken(incoming: IncomingMessage): Promise<string | null> {
  let text = '';
  for await (const chunk of incoming) {
    text += String(chunk);
    if (text.length > MAX_TOKEN_OCTETS) return null;
  }
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null && 'token' in body && typeof body.token === 'string'
      ? body.token
      : '';
  } catch {
    // What is no JSON holds no token.
    return '';
  }
}

/**
 * Exchanges a console's one-time address for a session with it.
 *
 * @param address as the console prints it, the token in its fragment.
 * @throws when the console refuses the token.
 */
export async function enter(address: string): Promise<RunningConsole> {
  const { origin, hash } = new URL(address);
  const response = await fetch(`${origin}/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin },
    body: JSON.stringify({ token: new URLSearchParams(hash.slice(1)).get('token') }),
  });
  const { session } = (await response.json()) as { readonly session?: string };
  if (session === undefined) throw new Error(`${origin} refused the token of its own address`);
  return { origin, session };
}

/** @returns what is called before Vite's own handlers, for every request. */
export function createGateway({ origin, access, running }: GatewayOptions) {
  async function exchange(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const token = await readToken(incoming);
    if (token === null) return refuse(response, 413, 'TOKEN_TOO_LARGE', 'This is too long for a launch token');
    const result = access.exchange(token);
    if (!result.ok) return refuse(response, 401, result.code, 'This launch token does not open the window');
    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
    response.end(JSON.stringify({ session: result.session }));
    return undefined;
  }

  async function pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const to = await running();
    const headers = { ...incoming.headers, host: new URL(to.origin).host, origin: to.origin };
    const outgoing = request(
      `${to.origin}${incoming.url ?? ''}`,
      { method: 'POST', headers: { ...headers, [SESSION_HEADER]: to.session } },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    outgoing.on('error', () => {
      if (response.headersSent) response.destroy();
      else refuse(response, 503, 'RESTARTING', 'The console is being restarted');
    });
    response.on('close', () => outgoing.destroy());
    incoming.pipe(outgoing);
  }

  return (incoming: IncomingMessage, response: ServerResponse, next: Next): void => {
    const { method = '', url = '', headers } = incoming;
    const own = origin();
    const isCall = url.startsWith('/rpc/') || url === '/session';
    if (headers.host !== new URL(own).host)
      return refuse(response, 403, 'WRONG_HOST', 'The request names a different host');
    const mayOmitOrigin = method === 'GET' && !isCall;
    if (headers.origin === undefined ? !mayOmitOrigin : headers.origin !== own)
      return refuse(response, 403, 'FOREIGN_ORIGIN', 'The request comes from a different page');
    if (!isCall) return next();
    if (method !== 'POST') return refuse(response, 405, 'WRONG_METHOD', 'The console accepts only POST');
    if (url === '/session') return void exchange(incoming, response);
    const key = headers[SESSION_HEADER];
    if (!access.isSession(typeof key === 'string' ? key : undefined))
      return refuse(response, 401, 'NO_SESSION', 'The request carries no valid session');
    return void pass(incoming, response);
  };
}

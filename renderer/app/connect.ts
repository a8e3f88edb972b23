import { createORPCClient } from '@orpc/client';
import { RPCLink as FetchLink } from '@orpc/client/fetch';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import type { CoreClient } from '../../shared/contract/contract.ts';
import { takeOver } from './one-window.ts';

/** How the window reaches the core: over a port in Electron, over HTTP on loopback in a browser. */

const SESSION_KEY = 'sendwright.session';
const SESSION_HEADER = 'x-sendwright-session';
const PORT_MESSAGE = 'sendwright:port';
const ELECTRON_ORIGIN = 'sendwright://console';

export type Connection =
  | { readonly state: 'connected'; readonly client: CoreClient }
  | { readonly state: 'refused'; readonly message: string; readonly remedy: string };

function overPort(): Promise<Connection> {
  return new Promise((resolve) => {
    window.addEventListener('message', function receive(event) {
      const [port] = event.ports;
      if (event.origin !== ELECTRON_ORIGIN || event.data !== PORT_MESSAGE || port === undefined) return;
      window.removeEventListener('message', receive);
      port.start();
      resolve({ state: 'connected', client: createORPCClient(new PortLink({ port })) });
    });
  });
}

async function exchange(token: string): Promise<{ session: string } | { message: string; remedy: string }> {
  const response = await fetch('/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  });
  const body = (await response.json()) as { session?: string; json?: { message: string; data: { remedy: string } } };
  if (body.session !== undefined) return { session: body.session };
  return {
    message: body.json?.message ?? 'The console refused this window',
    remedy: body.json?.data.remedy ?? 'Start the console again.',
  };
}

async function overHttp(): Promise<Connection> {
  const token = new URLSearchParams(window.location.hash.slice(1)).get('token');
  if (token !== null) {
    // The token is spent by this very exchange; it has no business in the address or the history.
    window.history.replaceState(null, '', '/');
    const answer = await exchange(token);
    if (!('session' in answer)) return { state: 'refused', ...answer };
    sessionStorage.setItem(SESSION_KEY, answer.session);
    takeOver();
  }
  const session = sessionStorage.getItem(SESSION_KEY);
  if (session === null) {
    return {
      state: 'refused',
      message: 'This page was opened without the console',
      remedy: 'Start the console with npm start: it opens a window by itself, or prints an address that works once.',
    };
  }
  const link = new FetchLink({ url: `${window.location.origin}/rpc`, headers: () => ({ [SESSION_HEADER]: session }) });
  return { state: 'connected', client: createORPCClient(link) };
}

/** Connects the window to the core it was opened for. */
export function connect(): Promise<Connection> {
  return window.location.origin === ELECTRON_ORIGIN ? overPort() : overHttp();
}

/** Forgets a session that the console does not know any more. */
export function forgetSession(): void {
  sessionStorage.removeItem(SESSION_KEY);
}

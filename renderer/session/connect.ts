import type { ClientLink } from '@orpc/client';
import { createORPCClient } from '@orpc/client';
import { RPCLink as FetchLink } from '@orpc/client/fetch';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import type { CoreClient } from '../../shared/contract/index.ts';
import { fetchAsked, SESSION_HEADER, SESSION_KEY } from './first-question.ts';
import { isInElectron, keepPort } from './host-port.ts';
import { takeOver } from './one-window.ts';

/** How the window reaches the core: over a port in Electron, over HTTP on loopback in a browser. */

export type Connection =
  | {
      readonly state: 'connected';
      readonly client: CoreClient;
      /** Resolves when the way to the core is open again; never while it is, or where it is not ours to open. */
      readonly returned: () => Promise<void>;
    }
  | { readonly state: 'refused'; readonly message: string; readonly remedy: string };

const never = () => new Promise<void>(() => undefined);

function overPort(): Promise<Connection> {
  let link: ClientLink<Record<never, never>> | null = null;
  let back = Promise.withResolvers<void>();
  const client: CoreClient = createORPCClient({
    // A call into a port that is closed would wait for ever.
    call: async (path, input, options) => {
      if (link === null) throw new Error('The console does not answer');
      return link.call(path, input, options);
    },
  });
  return new Promise((resolve) => {
    keepPort(
      (port) => {
        link = new PortLink({ port });
        back.resolve();
        resolve({ state: 'connected', client, returned: () => (link === null ? back.promise : never()) });
      },
      () => {
        link = null;
        back = Promise.withResolvers<void>();
      },
    );
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
  const link = new FetchLink({
    url: `${window.location.origin}/rpc`,
    headers: () => ({ [SESSION_HEADER]: session }),
    fetch: fetchAsked,
  });
  return { state: 'connected', client: createORPCClient(link), returned: never };
}

/** Connects the window to the core it was opened for. */
export function connect(): Promise<Connection> {
  return isInElectron ? overPort() : overHttp();
}

/** Forgets a session that the console does not know any more. */
export function forgetSession(): void {
  sessionStorage.removeItem(SESSION_KEY);
}

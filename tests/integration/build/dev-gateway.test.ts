import { randomBytes } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createAccess } from '../../../main/hosts/loopback/access.ts';
import { createGateway, enter } from '../../../build/dev-gateway.ts';

const access = createAccess({ random: randomBytes, now: Date.now });
let consoleServer: Server;
let windowServer: Server;
let origin = '';
let seen: IncomingMessage[] = [];

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

beforeEach(async () => {
  seen = [];
  consoleServer = createServer((incoming, response) => {
    seen.push(incoming);
    incoming.resume();
    response.setHeader('content-type', 'application/json');
    response.end(incoming.url === '/session' ? '{"session":"of the console"}' : '{"json":"answer"}');
  });
  const running = await enter(`${await listen(consoleServer)}/#token=once`);
  const gateway = createGateway({ origin: () => origin, access, running: async () => running });
  windowServer = createServer((incoming, response) => gateway(incoming, response, () => response.end('the window')));
  origin = await listen(windowServer);
});

afterEach(async () => {
  for (const server of [consoleServer, windowServer]) await new Promise((resolve) => server.close(resolve));
});

/** Sends headers as they are given, which fetch does not. */
function send(
  method: string,
  url: string,
  headers: Record<string, string>,
  body = '',
): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(`${origin}${url}`, { method, headers, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    outgoing.on('error', reject).end(body);
  });
}

const own = () => ({ origin });

it('serves the window, and refuses another host, another page and whoever has no session', async () => {
  expect(await send('GET', '/', {})).toEqual({ status: 200, text: 'the window' });
  expect(await send('GET', '/', { host: 'rebound.example' })).toMatchObject({ status: 403 });
  expect(await send('GET', '/', { origin: 'http://127.0.0.1:1' })).toMatchObject({ status: 403 });
  expect(await send('POST', '/rpc/state/snapshot', {})).toMatchObject({ status: 403 });
  expect(await send('POST', '/rpc/state/snapshot', own(), '{}')).toMatchObject({ status: 401 });
  expect(await send('GET', '/rpc/state/snapshot', own())).toMatchObject({ status: 405 });
  expect(seen.map(({ url }) => url)).toEqual(['/session']);
});

it('takes a token once, and calls the console in its own name', async () => {
  const token = access.issueToken();
  const exchanged = await send('POST', '/session', own(), JSON.stringify({ token }));
  const { session } = JSON.parse(exchanged.text) as { session: string };
  expect(await send('POST', '/session', own(), JSON.stringify({ token }))).toMatchObject({ status: 401 });
  expect(await send('POST', '/session', own(), 'x'.repeat(10_000))).toMatchObject({ status: 413 });
  const call = { ...own(), 'x-sendwright-session': session };
  expect(await send('POST', '/rpc/state/snapshot', call, '{}')).toEqual({ status: 200, text: '{"json":"answer"}' });
  const last = seen.at(-1);
  expect(last?.headers).toMatchObject({ 'x-sendwright-session': 'of the console' });
  expect(last?.headers.origin).toBe(`http://${last?.headers.host}`);
  expect(last?.headers.origin).not.toBe(origin);
});

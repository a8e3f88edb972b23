import { createORPCClient } from '@orpc/client';
import { RPCLink as FetchLink } from '@orpc/client/fetch';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { MessageChannel } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { servePort } from '../../../main/hosts/rpc.ts';
import { createAccess } from '../../../main/hosts/loopback/access.ts';
import type { Access } from '../../../main/hosts/loopback/access.ts';
import type { LoopbackHost } from '../../../main/hosts/loopback/server.ts';
import { SESSION_HEADER, startLoopbackHost } from '../../../main/hosts/loopback/server.ts';
import type { CoreClient } from '../../../shared/contract/index.ts';
import { contractSuite } from '../../support/contract-suite.ts';
import type { TestCore } from '../../support/core.ts';
import { dropFolder, openTestCore } from '../../support/core.ts';

const files = {
  find: async (urlPath: string) =>
    urlPath === '/' ? { content: new TextEncoder().encode('<p>console'), mediaType: 'text/html' } : undefined,
};

async function serve(core: TestCore['core'], access: Access): Promise<LoopbackHost> {
  return startLoopbackHost({ core: async () => core, access, files, contentSecurityPolicy: "default-src 'none'" });
}

async function session(host: LoopbackHost, access: Access): Promise<string> {
  const response = await fetch(`${host.origin}/session`, {
    method: 'POST',
    headers: { origin: host.origin, 'content-type': 'application/json' },
    body: JSON.stringify({ token: access.issueToken() }),
  });
  return ((await response.json()) as { session: string }).session;
}

function overHttp(host: LoopbackHost, key: string, connection = new AbortController()): CoreClient {
  return createORPCClient(
    new FetchLink({
      url: `${host.origin}/rpc`,
      headers: () => ({ origin: host.origin, [SESSION_HEADER]: key }),
      fetch: (request, init) => fetch(request, { ...init, signal: connection.signal }),
    }),
  );
}

contractSuite('a direct call', async () => {
  const desk = await openTestCore();
  return {
    client: desk.client,
    again: async () => ({ client: desk.client, cut: () => undefined }),
    close: async () => {
      await desk.close();
      await dropFolder(desk.folder);
    },
  };
});

contractSuite('a MessageChannel', async () => {
  const desk = await openTestCore();
  const ports: MessageChannel[] = [];
  const open = () => {
    const channel = new MessageChannel();
    ports.push(channel);
    servePort(desk.core.router, channel.port1 as never);
    channel.port1.start();
    return channel.port2;
  };
  const connect = () => {
    const port = open();
    port.start();
    return { client: createORPCClient(new PortLink({ port: port as never })) as CoreClient, cut: () => port.close() };
  };
  return {
    client: connect().client,
    again: async () => connect(),
    async send(procedure, text) {
      const port = open();
      const answered = once(port, 'message') as Promise<[string]>;
      port.postMessage(text.startsWith('{"') ? `{"i":"1","p":{"u":"/${procedure}","b":${text}}}` : text);
      const answer = JSON.parse((await answered)[0]) as { p: { b: { json: { code: string } } } };
      return answer.p.b.json.code;
    },
    close: async () => {
      for (const { port1 } of ports) port1.close();
      await desk.close();
      await dropFolder(desk.folder);
    },
  };
});

contractSuite('HTTP', async () => {
  const desk = await openTestCore();
  const access = createAccess({ random: randomBytes, now: Date.now });
  const host = await serve(desk.core, access);
  const key = await session(host, access);
  return {
    client: overHttp(host, key),
    again: async () => {
      const connection = new AbortController();
      return { client: overHttp(host, await session(host, access), connection), cut: () => connection.abort() };
    },
    async send(procedure, text) {
      const headers = { origin: host.origin, [SESSION_HEADER]: key, 'content-type': 'application/json' };
      const answer = await fetch(`${host.origin}/rpc/${procedure}`, { method: 'POST', headers, body: text });
      return ((await answer.json()) as { json: { code: string } }).json.code;
    },
    close: async () => {
      await host.close();
      await desk.close();
      await dropFolder(desk.folder);
    },
  };
});

describe('a port', () => {
  it.each([
    ['no text', 1],
    ['nothing', null],
    ['an object', { i: '1', p: { u: '/state/snapshot', b: {} } }],
    ['octets', new Uint8Array(10)],
    ['an empty text', ''],
    ['a list', '[]'],
    ['no id', '{"p":{"u":"/state/snapshot"}}'],
    ['an id that is a number', '{"i":1,"p":{"u":"/state/snapshot"}}'],
    ['no payload', '{"i":"1"}'],
    ['a stream upwards', '{"i":"1","t":3,"p":{"e":"message","d":1}}'],
    ['another kind', '{"i":"1","t":9,"p":{}}'],
    ['another host', '{"i":"1","p":{"u":"https://evil.example/state/snapshot","b":{"json":{}}}}'],
    ['a query', '{"i":"1","p":{"u":"/workspaces/create?data=1"}}'],
    ['another method', '{"i":"1","p":{"u":"/state/snapshot","m":"GET"}}'],
  ])('answers %s with a code, and goes on', async (_what, message) => {
    const desk = await openTestCore();
    const { port1, port2 } = new MessageChannel();
    servePort(desk.core.router, port1 as never);
    port1.start();
    const ask = async (text: unknown) => {
      const answered = once(port2, 'message') as Promise<[string]>;
      port2.postMessage(text);
      return JSON.parse((await answered)[0]) as unknown;
    };
    expect(await ask(message)).toMatchObject({ p: { s: 400, b: { json: { code: 'BAD_MESSAGE' } } } });
    const call = '{"i":"2","p":{"u":"/state/snapshot","b":{"json":{}},"h":{"content-type":"multipart/form-data"}}}';
    expect(await ask(call)).toMatchObject({ i: '2', p: { b: { json: { sequence: 0, workspaces: [] } } } });
    port2.close();
    await desk.close();
    await dropFolder(desk.folder);
  });
});

describe('the loopback host', () => {
  let desk: TestCore;
  let host: LoopbackHost;
  let now = 1_000_000;
  const access = createAccess({ random: randomBytes, now: () => now });
  beforeAll(async () => {
    desk = await openTestCore();
    host = await serve(desk.core, access);
  });
  afterAll(async () => {
    await host.close();
    await desk.close();
    await dropFolder(desk.folder);
  });

  const exchange = (token: string, headers: Record<string, string> = { origin: host.origin }) =>
    fetch(`${host.origin}/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ token }),
    });
  const codeOf = async (response: Response) => ((await response.json()) as { json: { code: string } }).json.code;
  const call = (headers: Record<string, string>) =>
    fetch(`${host.origin}/rpc/state/snapshot`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: '{"json":{}}',
    });

  /** A request whose Host header we choose, as a rebound name would send it. */
  const withHost = (name: string): Promise<number> =>
    new Promise((resolve, reject) => {
      const { port } = new URL(host.origin);
      request({ host: '127.0.0.1', port, path: '/', headers: { host: name } }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      })
        .on('error', reject)
        .end();
    });

  it('exchanges a token once, within its time', async () => {
    const token = access.issueToken();
    expect((await exchange(token)).status).toBe(200);
    expect(await codeOf(await exchange(token))).toBe('TOKEN_USED');
    expect(await codeOf(await exchange('made-up'))).toBe('TOKEN_UNKNOWN');
    const late = access.issueToken();
    now += 121_000;
    expect(await codeOf(await exchange(late))).toBe('TOKEN_EXPIRED');
  });

  it('refuses foreign origins, the very same host at another port among them', async () => {
    const token = access.issueToken();
    const { port } = new URL(host.origin);
    for (const origin of [
      'https://evil.example',
      'http://localhost:1',
      `http://127.0.0.1:${Number(port) + 1}`,
      'null',
    ]) {
      expect(await codeOf(await exchange(token, { origin }))).toBe('FOREIGN_ORIGIN');
    }
    expect(await codeOf(await exchange(token, {}))).toBe('FOREIGN_ORIGIN');
    expect((await exchange(token)).status).toBe(200);
  });

  it('refuses a rebound host name', async () => {
    const { port } = new URL(host.origin);
    expect(await withHost(`127.0.0.1:${port}`)).toBe(200);
    expect(await withHost(`localhost:${port}`)).toBe(403);
    expect(await withHost(`attacker.example:${port}`)).toBe(403);
  });

  it('asks every call for the session, sent as a header and never set as a cookie', async () => {
    expect(await codeOf(await call({ origin: host.origin }))).toBe('NO_SESSION');
    expect(await codeOf(await call({ origin: host.origin, [SESSION_HEADER]: 'x'.repeat(43) }))).toBe('NO_SESSION');
    const key = await session(host, access);
    const answer = await call({ origin: host.origin, [SESSION_HEADER]: key });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('set-cookie')).toBeNull();
    expect(await codeOf(await call({ origin: 'https://evil.example', [SESSION_HEADER]: key }))).toBe('FOREIGN_ORIGIN');
  });

  it('takes no more than a token from whoever is not known yet, and reads nothing of a call without a session', async () => {
    const much = 'x'.repeat(100_000);
    expect(await codeOf(await exchange(much))).toBe('TOKEN_TOO_LARGE');
    const { port } = new URL(host.origin);
    /** Sends the head and a part of a body that would be long, and waits for an answer all the same. */
    const begin = (place: string) =>
      new Promise<number>((resolve, reject) => {
        const headers = { origin: host.origin, 'content-type': 'application/json', 'transfer-encoding': 'chunked' };
        const asked = request({ host: '127.0.0.1', port, path: place, method: 'POST', headers }, (response) => {
          resolve(response.statusCode ?? 0);
          asked.destroy();
        });
        asked.on('error', reject);
        asked.write('x'.repeat(10_000));
      });
    expect(await begin('/rpc/state/snapshot')).toBe(401);
    expect(await begin('/session')).toBe(413);
    // The token is none the worse for it.
    expect((await exchange(access.issueToken())).status).toBe(200);
  });

  it('is called by POST alone', async () => {
    const key = await session(host, access);
    for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
      for (const place of ['/rpc/state/snapshot', '/rpc/workspaces/create?data=%7B%7D', '/session']) {
        const headers = { origin: host.origin, [SESSION_HEADER]: key };
        const answer = await fetch(`${host.origin}${place}`, { method, headers });
        expect(`${method} ${place}: ${answer.status} ${answer.headers.get('allow')}`).toBe(
          `${method} ${place}: 405 POST`,
        );
      }
  });

  it('sends the content security policy, and knows no other page', async () => {
    const page = await fetch(`${host.origin}/`);
    expect(page.headers.get('content-security-policy')).toBe("default-src 'none'");
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    for (const path of ['/../package.json', '/%2e%2e/package.json', '/..%5cpackage.json', '/etc/passwd']) {
      expect((await fetch(`${host.origin}${path}`)).status).toBe(404);
    }
  });

  it('answers what does not parse, an unknown procedure and a huge body with a code', async () => {
    const key = await session(host, access);
    const headers = { origin: host.origin, [SESSION_HEADER]: key, 'content-type': 'application/json' };
    expect(
      (await fetch(`${host.origin}/rpc/state/snapshot`, { method: 'POST', headers, body: '{nonsense' })).status,
    ).toBe(400);
    expect(await codeOf(await fetch(`${host.origin}/rpc/secrets/get`, { method: 'POST', headers, body: '{}' }))).toBe(
      'NO_SUCH_PROCEDURE',
    );
    const huge = await fetch(`${host.origin}/rpc/domains/add`, {
      method: 'POST',
      headers,
      body: 'x'.repeat(21 * 1024 * 1024),
    });
    expect(huge.status).toBe(413);
  });
});

import { createORPCClient } from '@orpc/client';
import { RPCLink as FetchLink } from '@orpc/client/fetch';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import { RPCHandler } from '@orpc/server/message-port';
import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { MessageChannel } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAccess } from '../../../main/hosts/loopback/access.ts';
import type { Access } from '../../../main/hosts/loopback/access.ts';
import type { LoopbackHost } from '../../../main/hosts/loopback/server.ts';
import { SESSION_HEADER, startLoopbackHost } from '../../../main/hosts/loopback/server.ts';
import type { CoreClient } from '../../../shared/contract/contract.ts';
import { contractSuite } from '../../support/contract-suite.ts';
import type { TestCore } from '../../support/core.ts';
import { dropFolder, openTestCore } from '../../support/core.ts';

const files = {
  find: (urlPath: string) =>
    urlPath === '/' ? { content: new TextEncoder().encode('<p>console'), mediaType: 'text/html' } : undefined,
};

async function serve(core: TestCore['core'], access: Access): Promise<LoopbackHost> {
  return startLoopbackHost({ core, access, files, contentSecurityPolicy: "default-src 'none'" });
}

async function session(host: LoopbackHost, access: Access): Promise<string> {
  const response = await fetch(`${host.origin}/session`, {
    method: 'POST',
    headers: { origin: host.origin, 'content-type': 'application/json' },
    body: JSON.stringify({ token: access.issueToken() }),
  });
  return ((await response.json()) as { session: string }).session;
}

function overHttp(host: LoopbackHost, key: string): CoreClient {
  return createORPCClient(
    new FetchLink({ url: `${host.origin}/rpc`, headers: () => ({ origin: host.origin, [SESSION_HEADER]: key }) }),
  );
}

contractSuite('a direct call', async () => {
  const desk = await openTestCore();
  return {
    client: desk.client,
    again: async () => desk.client,
    close: async () => {
      await desk.close();
      await dropFolder(desk.folder);
    },
  };
});

contractSuite('a MessageChannel', async () => {
  const desk = await openTestCore();
  const handler = new RPCHandler(desk.core.router);
  const ports: MessageChannel[] = [];
  const connect = (): CoreClient => {
    const channel = new MessageChannel();
    ports.push(channel);
    handler.upgrade(channel.port1 as never, { context: {} });
    channel.port1.start();
    channel.port2.start();
    return createORPCClient(new PortLink({ port: channel.port2 as never }));
  };
  return {
    client: connect(),
    again: async () => connect(),
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
  return {
    client: overHttp(host, await session(host, access)),
    again: async () => overHttp(host, await session(host, access)),
    close: async () => {
      await host.close();
      await desk.close();
      await dropFolder(desk.folder);
    },
  };
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

import Database from 'better-sqlite3';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CoreClient } from '../../../shared/contract/index.ts';
import type { Laboratory } from '../../support/certificates.ts';
import { makeLaboratory } from '../../support/certificates.ts';
import type { TestCore } from '../../support/core.ts';
import { dropFolder, openTestCore, verifyAll } from '../../support/core.ts';
import { filesIn, formsOf } from '../../support/planted.ts';
import { describeWith } from '../../support/tools.ts';

/** Secrets are planted, everything is done with them that can be done, and then they are looked for everywhere. */

const secrets = {
  apiKey: 'api-key-Ky7fQ2mZ9vTtR4xWuB8e',
  authKey: 'auth-key-P3sL6nHc0dJqYa5gVk1i',
  passphrase: 'violet tractor under seven bridges',
  nextPassphrase: 'amber kettle beyond nine rivers',
  lastPassphrase: 'copper window above four mills',
} as const;

/** A client that keeps all that it is told, errors included. */
function eavesdrop(client: CoreClient, heard: string[]): CoreClient {
  const wrap = (target: object): object =>
    new Proxy(target, {
      get: (parent, key) => {
        const value = Reflect.get(parent, key) as unknown;
        return typeof value === 'function' || typeof value === 'object' ? wrap(value as object) : value;
      },
      apply: async (procedure, self, input) => {
        try {
          const output: unknown = await Reflect.apply(procedure as () => unknown, self, input);
          heard.push(JSON.stringify(output) ?? '');
          return output;
        } catch (error) {
          const { code, message, data, stack } = error as { code: unknown; data: unknown } & Error;
          heard.push(JSON.stringify({ code, message, data, stack }));
          throw error;
        }
      },
    });
  return wrap(client) as CoreClient;
}

describeWith(['openssl'], 'planted secrets', () => {
  const heard: string[] = [];
  let desk: TestCore;
  let laboratory: Laboratory;
  let echo: ReturnType<typeof createServer>;

  beforeAll(async () => {
    laboratory = makeLaboratory();
    const { key, cert } = laboratory.server('good');
    // The worst service there could be: it repeats every header in its answer.
    echo = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => {
      response.writeHead(request.url === '/metadata' ? 200 : 401, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ provider: 'Elastic Email', error: { ...request.headers } }));
    });
    await new Promise<void>((resolve) => {
      echo.listen(0, '127.0.0.1', resolve);
    });
    desk = await openTestCore();
  });
  afterAll(async () => {
    await desk.close();
    echo.close();
    await dropFolder(laboratory.folder);
    await dropFolder(desk.folder);
  });

  it('are found nowhere in the data folder, and in nothing that the core says', async () => {
    const client = eavesdrop(desk.client, heard);
    const { id: workspaceId } = await client.workspaces.create({ name: 'Secrets' });
    const serviceUrl = `https://localhost:${(echo.address() as AddressInfo).port}`;
    const setKeys = {
      apiKey: { do: 'set' as const, value: secrets.apiKey },
      authKey: { do: 'set' as const, value: secrets.authKey },
    };

    const before = await client.settings.get({ workspaceId });
    const change = { workspaceId, revision: before.revision, fields: { serviceUrl }, ...setKeys };
    await client.settings.save(change).catch(() => undefined);
    await client.vault.useSession({});
    await client.settings.save(change);
    await client.vault.create({ passphrase: secrets.passphrase });
    await client.vault.create({ passphrase: secrets.nextPassphrase }).catch(() => undefined);
    await client.settings.save(change).catch(() => undefined);
    await client.settings.save({ ...change, fields: { serviceUrl: 'nonsense' } }).catch(() => undefined);
    const profile = {
      method: 'POST',
      path: '/check',
      apiKeyHeader: 'x-api-key',
      authKeyHeader: 'x-auth-key',
      statuses: { 200: 'accepted', 401: 'wrong-api-key' },
    };
    const { revision } = await client.settings.get({ workspaceId });
    await client.settings.save({
      workspaceId,
      revision,
      fields: { serviceUrl, extraCa: laboratory.root, serviceProfile: JSON.stringify(profile) },
    });
    expect((await client.probes.connection({ workspaceId })).outcome).toBe('passed');
    expect((await client.probes.keys({ workspaceId })).outcome).toBe('wrong-api-key');
    await client.settings.saveDraft({
      workspaceId,
      baseRevision: revision,
      fields: { dmarcReportAddress: 'a@b.example' },
    });

    await client.domains.add({ workspaceId, text: 'news.example.com' });
    const [row] = await client.domains.list({ workspaceId });
    const inDomain = { workspaceId, domainId: row?.id ?? 0 };
    const key = await client.domains.makeDkimKey({ ...inDomain, selector: 'news', algorithm: 'rsa-2048' });
    await verifyAll(client, workspaceId, '127.0.0.1:9');
    await client.domains.manual(inDomain);
    await client.domains.handOver({ ...inDomain, format: 'json' });

    await client.vault
      .changePassphrase({ current: secrets.nextPassphrase, next: 'x'.repeat(9) })
      .catch(() => undefined);
    await client.vault.changePassphrase({ current: secrets.passphrase, next: secrets.nextPassphrase });
    await client.vault.lock({});
    await client.vault.unlock({ passphrase: secrets.passphrase }).catch(() => undefined);
    await client.vault.unlock({ passphrase: secrets.nextPassphrase });
    await client.vault.beginAnew({ passphrase: secrets.lastPassphrase });
    await client.vault.bringBack({ passphrase: secrets.passphrase }).catch(() => undefined);
    await client.vault.bringBack({ passphrase: secrets.nextPassphrase });
    await client.probes.keys({ workspaceId });
    await client.state.snapshot({});
    await client.settings.get({ workspaceId });
    await client.activity.list({ workspaceId, limit: 500 });
    const options = { hideAddresses: false, hideNames: false, includeActivity: true };
    await client.monitoring.bundle({ workspaceId, options });

    const places = [
      ...filesIn(desk.folder).map((file) => ({ name: file, content: readFileSync(file) })),
      ...heard.map((text, index) => ({ name: `answer ${index}`, content: Buffer.from(text) })),
    ];
    expect(places.some((place) => place.name.endsWith('sendwright.db-wal'))).toBe(true);
    // The search itself can find things: what is public is there.
    const holds = (text: string) => places.filter((place) => place.content.includes(text));
    expect(holds(key.publicKey).length).toBeGreaterThan(0);
    for (const [name, secret] of Object.entries(secrets)) {
      for (const form of formsOf(secret)) {
        const found = places.filter((place) => place.content.includes(form)).map((place) => place.name);
        expect(found, `${name} as ${form.toString('latin1').slice(0, 12)}…`).toEqual([]);
      }
    }
    expect(holds('PRIVATE KEY')).toEqual([]);
  });
});

it('another passphrase leaves nothing in the data folder that the old one opens', async () => {
  const own = await openTestCore();
  try {
    const { client } = own;
    const { id: workspaceId } = await client.workspaces.create({ name: 'Secrets' });
    await client.vault.create({ passphrase: secrets.passphrase });
    const apiKey = { do: 'set' as const, value: secrets.apiKey };
    await client.settings.save({ workspaceId, revision: 0, fields: {}, apiKey });
    const beside = new Database(path.join(own.folder, 'sendwright.db'), { readonly: true });
    const sealed = beside.prepare('SELECT sealed FROM vault_secrets').pluck().all() as Buffer[];
    const wrapped = beside.prepare('SELECT wrapped FROM vault_keepers').pluck().all() as Buffer[];
    beside.close();
    const found = () =>
      filesIn(own.folder).filter((file) => {
        const content = readFileSync(file);
        return [...sealed, ...wrapped].some((octets) => content.includes(octets));
      });
    expect([sealed.length, wrapped.length]).toEqual([1, 1]);
    expect(found()).not.toEqual([]);
    await client.vault.changePassphrase({ current: secrets.passphrase, next: secrets.nextPassphrase });
    expect(found()).toEqual([]);
    expect((await client.settings.get({ workspaceId })).apiKey).toMatchObject({ state: 'protected' });
  } finally {
    await own.close();
    await dropFolder(own.folder);
  }
});

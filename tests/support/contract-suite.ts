import { sentencesOf } from './told.ts';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CoreClient } from '../../shared/contract/index.ts';
import type { JobState } from '../../shared/contract/jobs.ts';

/** A way to the core: the client, and how it ends. */
export interface Way {
  readonly client: CoreClient;
  /** A second client over a connection of its own, and a way to cut that connection without a word. */
  readonly again: () => Promise<{ readonly client: CoreClient; readonly cut: () => void }>;
  /** Sends a text as it stands and gives back the code it is answered with; absent where calls are no text. */
  readonly send?: (procedure: string, text: string) => Promise<string>;
  readonly close: () => Promise<void>;
}

/** A name server on loopback that takes a quarter of a second to say that a name does not exist (RFC 1035 §4.1.1). */
async function startSlowServer(): Promise<{ readonly address: string; readonly stop: () => void }> {
  const socket = createSocket('udp4');
  socket.on('message', (question, { address, port }) => {
    const answer = Buffer.from(question);
    answer.writeUInt16BE(0x81_83, 2);
    setTimeout(() => socket.send(answer, port, address), 250).unref();
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { address: `127.0.0.1:${socket.address().port}`, stop: () => void socket.close() };
}

/** A value as it comes out of hostile JSON: `__proto__` is a key of its own there. */
const hostile = (text: string) => JSON.parse(text) as never;

/** Procedure, input and the code it must be answered with; W stands for the workspace's id. */
const badInputs: readonly (readonly [string, string, string])[] = [
  ['workspaces.create', '{}', 'BAD_INPUT'],
  ['workspaces.create', '{"name":7}', 'BAD_INPUT'],
  ['workspaces.create', '{"name":null}', 'BAD_INPUT'],
  ['workspaces.create', '["name"]', 'BAD_INPUT'],
  ['workspaces.create', '{"__proto__":{"name":"Inherited"}}', 'BAD_INPUT'],
  ['workspaces.create', '{"constructor":{"prototype":{"name":"x"}}}', 'BAD_INPUT'],
  ['workspaces.create', `{"name":"${'x'.repeat(81)}"}`, 'BAD_INPUT'],
  ['settings.get', '{"workspaceId":"W"}', 'BAD_INPUT'],
  ['settings.get', '{"workspaceId":-1}', 'BAD_INPUT'],
  ['settings.get', '{"workspaceId":1.5}', 'BAD_INPUT'],
  ['settings.get', '{"workspaceId":1e99}', 'BAD_INPUT'],
  ['settings.get', '{"workspaceId":9007199254740991}', 'NOT_FOUND'],
  ['settings.save', '{"workspaceId":W,"revision":0,"fields":{"serviceUrl":{"$ne":""}}}', 'BAD_INPUT'],
  ['settings.save', '{"workspaceId":W,"revision":"0","fields":{}}', 'BAD_INPUT'],
  ['settings.save', '{"workspaceId":W,"revision":0,"fields":{},"apiKey":{"do":"get"}}', 'BAD_INPUT'],
  ['settings.save', `{"workspaceId":W,"revision":0,"fields":{"serviceUrl":"${'x'.repeat(3000)}"}}`, 'BAD_INPUT'],
  ['vault.unlock', `{"passphrase":"${'x'.repeat(2000)}"}`, 'BAD_INPUT'],
  ['vault.renewKey', '{}', 'BAD_INPUT'],
  ['vault.renewKey', '{"passphrase":""}', 'BAD_INPUT'],
  ['vault.beginAnew', '{}', 'BAD_INPUT'],
  ['vault.beginAnew', '{"passphrase":"short"}', 'BAD_INPUT'],
  ['vault.beginAnew', '{"passphrase":null}', 'KEYCHAIN_FAILED'],
  ['vault.bringBack', '{"passphrase":"an earlier passphrase"}', 'CONFLICT'],
  ['vault.addKeychain', '{}', 'KEYCHAIN_FAILED'],
  ['transfer.files', '{"workspaceId":4711}', 'NOT_FOUND'],
  ['transfer.preview', '{"into":{"workspaceId":W},"source":{"kind":"files","files":[]},"mode":"take"}', 'BAD_INPUT'],
  ['transfer.preview', '{"into":{"workspaceId":W},"source":{"kind":"files","files":[]},"mode":"add"}', 'BAD_INPUT'],
  [
    'transfer.preview',
    '{"into":{"name":null},"source":{"kind":"uploaded","uploadId":"none","passphrase":"of the file"},"mode":"add"}',
    'NOT_FOUND',
  ],
  ['transfer.octets', '{"uploadId":"__proto__","content":"AAAA"}', 'NOT_FOUND'],
  ['transfer.texts', '{"uploadId":"none","files":[{"path":"","text":""}]}', 'BAD_INPUT'],
  ['transfer.import', '{"into":{"name":null},"source":{"kind":"files","files":[]},"mode":"add"}', 'BAD_INPUT'],
  ['domains.setInUse', '{"workspaceId":W,"domainIds":[],"inUse":false}', 'BAD_INPUT'],
  ['domains.manual', '{"workspaceId":W,"domainId":4711}', 'NOT_FOUND'],
  ['domains.verify', '{"workspaceId":W,"selection":{"which":"chosen","domainIds":[4711]}}', 'NOT_FOUND'],
  ['domains.verify', '{"workspaceId":W,"selection":{"which":"all"},"resolver":"not a server"}', 'BAD_INPUT'],
  ['templates.override', '{"workspaceId":W,"templateId":"__proto__","override":{"name":"x"}}', 'NOT_FOUND'],
  ['jobs.cancel', '{"jobId":"__proto__"}', 'NOT_FOUND'],
  ['jobs.pause', '{"jobId":""}', 'BAD_INPUT'],
  ['schedule.set', '{"workspaceId":W,"enabled":true,"everyMinutes":0}', 'BAD_INPUT'],
  ['activity.list', '{"workspaceId":W,"limit":100000}', 'BAD_INPUT'],
  ['practice.setFault', '{"workspaceId":W,"fault":"none"}', 'NOT_ALLOWED'],
  ['practice.reset', '{"workspaceId":W}', 'NOT_ALLOWED'],
];

/** Texts that are no call, whatever carries them. */
const unreadable: readonly (readonly [string, string])[] = [
  ['state/snapshot', '{nonsense'],
  ['state/snapshot', 'null'],
  ['workspaces/create', '{"json":{"name":"A"},"meta":[[0,"__proto__","polluted"]]}'],
  ['workspaces/create', '{"json":{"name":"A"},"meta":[[1,"constructor","prototype","polluted"]]}'],
];

const SECRET = 'the-secret-key-that-must-never-be-seen';

/** The same statements about the contract, whatever carries its calls. */
export function contractSuite(name: string, open: () => Promise<Way>): void {
  describe(`the contract over ${name}`, () => {
    let way: Way;
    let workspaceId: number;
    beforeAll(async () => {
      way = await open();
      workspaceId = (await way.client.workspaces.create({ name: 'Suite' })).id;
    });
    afterAll(() => way.close());

    it('gives a snapshot, then numbered changes', async () => {
      const { sequence } = await way.client.state.snapshot({});
      const changes = await way.client.state.changes({ after: sequence });
      await way.client.workspaces.rename({ workspaceId, name: 'Renamed' });
      const seen: { kind: string; sequence: number }[] = [];
      for await (const change of changes) {
        seen.push(change);
        if (change.kind === 'workspace') break;
      }
      expect(seen.map((change) => change.sequence)).toEqual(seen.map((_change, index) => sequence + 1 + index));
      expect(seen.at(-1)).toMatchObject({ kind: 'workspace', workspace: { name: 'Renamed' } });
    });

    it('tells a gap as reload', async () => {
      for await (const change of await way.client.state.changes({ after: 1_000_000 })) {
        expect(change.kind).toBe('reload');
        break;
      }
    });

    it('answers what fails within a stream as any other call', async () => {
      const drain = async (passphrase: string, id: number) => {
        for await (const part of await way.client.transfer.export({ workspaceId: id, passphrase, secrets: false }))
          if (part.kind === 'end') return part.domains;
        throw new Error('the stream has no end');
      };
      await expect(drain('short', workspaceId)).rejects.toMatchObject({
        code: 'BAD_INPUT',
        data: { field: 'passphrase', remedy: expect.any(String) },
      });
      await expect(drain('of the file itself', 99_999)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      expect(await drain('of the file itself', workspaceId)).toBeTypeOf('number');
    });

    it('answers bad input with a code, the field and a remedy, and changes nothing', async () => {
      const before = await way.client.settings.get({ workspaceId });
      await expect(way.client.workspaces.create({ name: '' })).rejects.toMatchObject({
        code: 'BAD_INPUT',
        data: { field: 'name', remedy: expect.any(String) },
      });
      const bad = way.client.settings.save({
        workspaceId,
        revision: before.revision,
        fields: { serviceUrl: 'http://plain.example.com', responseDomain: 'ftp://x' },
      });
      await expect(bad).rejects.toMatchObject({
        code: 'BAD_INPUT',
        data: { issues: [{ field: 'fields.serviceUrl' }, { field: 'fields.responseDomain' }] },
      });
      await expect(way.client.settings.get({ workspaceId: 99_999 })).rejects.toMatchObject({
        code: 'NOT_FOUND',
        data: { field: 'workspaceId' },
      });
      const procedures = way.client as unknown as Record<string, Record<string, (input: unknown) => Promise<unknown>>>;
      // A domain is never deleted: no such procedure exists over any way.
      await expect(
        (async () => procedures.domains?.delete?.({ workspaceId }) ?? Promise.reject(new Error('absent')))(),
      ).rejects.toThrow();
      expect(await way.client.settings.get({ workspaceId })).toEqual(before);
    });

    it('refuses secrets while the vault is shut, and never gives one back', async () => {
      const { revision } = await way.client.settings.get({ workspaceId });
      const change = {
        workspaceId,
        revision,
        fields: { serviceUrl: 'https://service.example.com' },
        apiKey: { do: 'set' as const, value: SECRET },
      };
      await expect(way.client.settings.save(change)).rejects.toMatchObject({ code: 'VAULT_LOCKED' });
      expect((await way.client.settings.get({ workspaceId })).fields.serviceUrl).toBe('');
      await way.client.vault.create({ passphrase: 'correct horse battery' });
      const saved = await way.client.settings.save(change);
      expect(saved.apiKey).toMatchObject({ state: 'protected', endsIn: 'seen' });
      await expect(way.client.vault.unlock({ passphrase: 'wrong' })).rejects.toMatchObject({
        code: 'WRONG_PASSPHRASE',
      });
      await expect(way.client.settings.save({ ...change, revision })).rejects.toMatchObject({ code: 'CONFLICT' });
      const everything = [
        await way.client.state.snapshot({}),
        await way.client.settings.get({ workspaceId }),
        await way.client.activity.list({ workspaceId, limit: 100 }),
        await way.client.monitoring.bundle({
          workspaceId,
          options: { hideAddresses: false, hideNames: false, includeActivity: true },
        }),
      ];
      expect(JSON.stringify(everything)).not.toContain(SECRET);
    });

    it('locks the vault, names the ways that lead on, and begins anew keeping what is sealed', async () => {
      const locked = await way.client.vault.lock({});
      expect(locked).toMatchObject({
        state: 'locked',
        keepers: ['passphrase'],
        sealed: { serviceKeys: 1, dkimKeys: 0 },
      });
      expect([...locked.ways].sort()).toEqual([
        'begin-anew',
        'change-passphrase',
        'renew-key',
        'unlock',
        'use-session',
      ]);
      const { revision } = await way.client.settings.get({ workspaceId });
      const change = { workspaceId, revision, fields: {}, authKey: { do: 'set' as const, value: SECRET } };
      await expect(way.client.settings.save(change)).rejects.toMatchObject({
        code: 'VAULT_LOCKED',
        data: {
          remedy: expect.stringMatching(
            /^One of these helps: unlock the vault with its passphrase.* or reset the vault/,
          ),
        },
      });
      await expect(way.client.vault.openWithKeychain({})).rejects.toMatchObject({ code: 'KEYCHAIN_FAILED' });
      const anew = await way.client.vault.beginAnew({ passphrase: 'battery staple horse' });
      expect(anew).toMatchObject({ state: 'open', waiting: { serviceKeys: 1 }, waitingFor: ['passphrase'] });
      expect((await way.client.settings.get({ workspaceId })).apiKey).toMatchObject({ state: 're-enter' });
      await way.client.vault.bringBack({ passphrase: 'correct horse battery' });
      expect((await way.client.settings.get({ workspaceId })).apiKey).toMatchObject({ state: 'protected' });
      const newest = await way.client.activity.list({ workspaceId, kinds: ['vault'], limit: 3 });
      expect(sentencesOf(newest)).toEqual(['1 secret came back', 'Vault reset', 'Vault locked']);
    });

    it('answers hostile input with a code each, and nothing else happens', async () => {
      const before = await way.client.state.snapshot({});
      for (const [procedure, text, code] of badInputs) {
        const [group = '', name = ''] = procedure.split('.');
        const call = (way.client as unknown as Record<string, Record<string, (input: unknown) => Promise<unknown>>>)[
          group
        ]?.[name];
        const input = hostile(text.replaceAll('"W"', `"${workspaceId}"`).replaceAll('W', String(workspaceId)));
        const answer = await call?.(input).then(
          () => 'accepted',
          (error: { code?: string; data?: { remedy?: string } }) =>
            (error.data?.remedy ?? '') === '' ? `${String(error.code)} without a remedy` : String(error.code),
        );
        expect(`${procedure} ${text.slice(0, 80)}: ${answer}`).toBe(`${procedure} ${text.slice(0, 80)}: ${code}`);
      }
      expect(await way.client.state.snapshot({})).toEqual(before);
      expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    });

    it('keeps keys that would reach a prototype as plain data or drops them', async () => {
      const { revision } = await way.client.settings.get({ workspaceId });
      const fields = hostile('{"__proto__":{"serviceUrl":"https://x.example"},"constructor":{"prototype":{"a":1}}}');
      await way.client.settings.save({ workspaceId, revision, fields });
      const saved = await way.client.settings.get({ workspaceId });
      expect(saved.fields.serviceUrl).toBe('https://service.example.com');
      await way.client.settings.saveDraft({ workspaceId, baseRevision: saved.revision, fields });
      expect((await way.client.settings.discardDraft({ workspaceId })).draft).toBeNull();
      await way.client.templates.override({
        workspaceId,
        templateId: 'custom',
        override: hostile('{"__proto__":{"id":"x","a":1}}'),
      });
      const templates = await way.client.templates.list({ workspaceId });
      expect(templates.map(({ template }) => template.id)).toContain('custom');
      await way.client.templates.override({ workspaceId, templateId: 'custom', override: null });
      expect(({} as Record<string, unknown>).a).toBeUndefined();
    });

    it('tells the watcher of an unknown job so', async () => {
      const watch = async () => {
        for await (const _state of await way.client.jobs.watch({ jobId: 'nothing', after: -1 })) break;
      };
      await expect(watch()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    it('answers what is no call with a code, and goes on', async () => {
      if (way.send === undefined) return;
      const before = await way.client.state.snapshot({});
      for (const [procedure, text] of unreadable)
        expect(`${text}: ${await way.send(procedure, text)}`).toBe(`${text}: BAD_MESSAGE`);
      for (const procedure of ['secrets/get', 'settings/secret', 'domains/delete', '__proto__/x', 'constructor'])
        expect(`${procedure}: ${await way.send(procedure, '{"json":{}}')}`).toBe(`${procedure}: NO_SUCH_PROCEDURE`);
      expect(await way.client.state.snapshot({})).toEqual(before);
      expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    });

    it('runs long work as a job that outlives a watcher whose connection is cut, and is watched on from a number', async () => {
      const names = Array.from({ length: 8 }, (_nothing, index) => `d${index}.example.com`).join('\n');
      await way.client.domains.add({ workspaceId, text: names });
      const server = await startSlowServer();
      const job = await way.client.domains.verify({
        workspaceId,
        selection: { which: 'all' },
        resolver: server.address,
      });
      const first = await way.again();
      let seen = -1;
      const watching = (async () => {
        for await (const state of await first.client.jobs.watch({ jobId: job.id, after: -1 })) {
          expect(state).toMatchObject({ id: job.id, total: 8 });
          if (seen < 0) seen = state.sequence;
          first.cut();
        }
      })();
      await Promise.race([watching.catch(() => undefined), new Promise((resolve) => setTimeout(resolve, 2000))]);
      expect(seen).toBeGreaterThanOrEqual(0);

      const second = await way.again();
      const states: JobState[] = [];
      for await (const state of await second.client.jobs.watch({ jobId: job.id, after: seen })) states.push(state);
      server.stop();
      expect(states.at(-1)).toMatchObject({ status: 'done', done: 8 });
      const numbers = [seen, ...states.map((state) => state.sequence)];
      expect(numbers).toEqual([...new Set(numbers)].sort((left, right) => left - right));
    });

    it('pauses and cancels', async () => {
      const job = await way.client.domains.verify({
        workspaceId,
        selection: { which: 'all' },
        resolver: '127.0.0.1:9',
      });
      expect((await way.client.jobs.pause({ jobId: job.id })).status).toBe('paused');
      await way.client.jobs.cancel({ jobId: job.id });
      let last = '';
      for await (const state of await way.client.jobs.watch({ jobId: job.id, after: -1 })) last = state.status;
      expect(last).toBe('cancelled');
      await expect(way.client.jobs.cancel({ jobId: 'nothing' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    it('refuses to publish outside practice', async () => {
      const [row] = await way.client.domains.list({ workspaceId });
      await expect(way.client.practice.publish({ workspaceId, domainId: row?.id ?? 0 })).rejects.toMatchObject({
        code: 'NOT_ALLOWED',
      });
    });
  });
}

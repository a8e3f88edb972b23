import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CoreClient } from '../../shared/contract/contract.ts';
import type { JobState } from '../../shared/contract/schemas.ts';

/** A way to the core: the client, and how it ends. */
export interface Way {
  readonly client: CoreClient;
  /** A second client over a connection of its own. */
  readonly again: () => Promise<CoreClient>;
  readonly close: () => Promise<void>;
}

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

    it('runs long work as a job that outlives its watcher', async () => {
      const names = Array.from({ length: 40 }, (_nothing, index) => `d${index}.example.com`).join('\n');
      await way.client.domains.add({ workspaceId, text: names });
      // Nobody listens there, so each question takes its time.
      const job = await way.client.domains.verify({
        workspaceId,
        selection: { which: 'all' },
        resolver: '127.0.0.1:9',
      });
      for await (const state of await way.client.jobs.watch({ jobId: job.id, after: -1 })) {
        expect(state).toMatchObject({ id: job.id, total: 40 });
        break;
      }
      const other = await way.again();
      const states: JobState[] = [];
      for await (const state of await other.jobs.watch({ jobId: job.id, after: 0 })) states.push(state);
      expect(states.at(-1)).toMatchObject({ status: 'done', done: 40 });
      expect(states.every((state, index) => index === 0 || state.sequence > (states[index - 1]?.sequence ?? 0))).toBe(
        true,
      );
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

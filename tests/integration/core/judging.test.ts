import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestCore } from '../../support/core.ts';
import { dropFolder, openTestCore } from '../../support/core.ts';

describe('the verdicts in the list', () => {
  let desk: TestCore;
  let workspaceId: number;

  beforeAll(async () => {
    desk = await openTestCore(undefined, { practice: null });
    workspaceId = (await desk.client.workspaces.create({ name: 'Acme' })).id;
    await desk.client.domains.add({ workspaceId, text: 'one.example\ntwo.example' });
  });
  afterAll(async () => {
    await desk.close();
    await dropFolder(desk.folder);
  });

  const verdicts = async () =>
    (await desk.client.domains.list({ workspaceId })).map(({ name, verdict }) => [name, verdict]);
  const save = async (fields: { recordTemplate: string }) => {
    const { revision } = await desk.client.settings.get({ workspaceId });
    await desk.client.settings.save({ workspaceId, revision, fields });
  };

  it('follow at once when the template of the workspace is another, or is changed', async () => {
    const rows = await desk.client.domains.list({ workspaceId });
    const [one] = rows;
    if (one === undefined) throw new Error('No domain');
    const told: string[] = [];
    const stop = new AbortController();
    const watching = (async () => {
      for await (const change of await desk.client.state.changes({ after: 0 }, { signal: stop.signal }))
        if (change.kind === 'domains') told.push(...change.rows.map(({ name, verdict }) => `${name} ${verdict}`));
    })().catch(() => undefined);

    await save({ recordTemplate: 'custom' });
    await expect.poll(verdicts).toEqual([
      ['one.example', 'unknown'],
      ['two.example', 'unknown'],
    ]);
    await save({ recordTemplate: '' });
    await expect.poll(verdicts).toEqual([
      ['one.example', 'to-do'],
      ['two.example', 'to-do'],
    ]);
    await expect.poll(() => told).toContain('two.example to-do');
    stop.abort();
    await watching;
  });
});

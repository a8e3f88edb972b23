import { afterEach, beforeEach, expect, it } from 'vitest';
import type { TestCore } from '../../support/core.ts';
import { dropFolder, openTestCore } from '../../support/core.ts';

let desk: TestCore;
beforeEach(async () => {
  desk = await openTestCore();
});
afterEach(async () => {
  await desk.close();
  await dropFolder(desk.folder);
});

it('a check stands still while the machine sleeps, and comes to its end after it; one that a person paused stays so', async () => {
  const { client, core } = desk;
  const { id: workspaceId } = await client.practice.open({});
  await client.domains.add({
    workspaceId,
    text: Array.from({ length: 600 }, (_nothing, index) => `d${index}.example.com`).join('\n'),
  });
  const check = async () => (await client.domains.verify({ workspaceId, selection: { which: 'all' } })).id;
  const statusOf = async (id: string) => (await client.jobs.list({})).find((job) => job.id === id)?.status;

  const byHand = await check();
  await client.jobs.pause({ jobId: byHand });
  const running = await check();
  core.sleep();
  core.sleep();
  expect([await statusOf(byHand), await statusOf(running)]).toEqual(['paused', 'paused']);
  core.wake();
  core.wake();
  for await (const state of await client.jobs.watch({ jobId: running, after: -1 }))
    if (state.status !== 'paused' && state.status !== 'running') expect(state).toMatchObject({ status: 'done' });
  expect(await statusOf(byHand)).toBe('paused');
});

import { told } from '../../support/told.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Bind } from '../../support/bind.ts';
import { startBind } from '../../support/bind.ts';
import type { TestCore } from '../../support/core.ts';
import { dropFolder, openTestCore } from '../../support/core.ts';
import { describeWith } from '../../support/tools.ts';

/** A bulk check that is paused, resumed and cancelled, against BIND. */

const AMOUNT = 400;
/** Domains that are checked at once. */
const AT_ONCE = 160;

describeWith(['named', 'named-checkzone'], 'a bulk check', () => {
  let bind: Bind;
  let desk: TestCore;
  let workspaceId: number;

  beforeAll(async () => {
    bind = await startBind(['example.com']);
    desk = await openTestCore();
    workspaceId = (await desk.client.workspaces.create({ name: 'Acme' })).id;
    const { revision } = await desk.client.settings.get({ workspaceId });
    const fields = { resolver: bind.address, recordTemplate: 'elastic-email' };
    await desk.client.settings.save({ workspaceId, revision, fields });
    const text = Array.from({ length: AMOUNT }, (_nothing, index) => `d${index}.example.com`).join('\n');
    await desk.client.domains.add({ workspaceId, text });
  });
  afterAll(async () => {
    await desk.close();
    await bind.stop();
    await dropFolder(desk.folder);
  });

  const start = () => desk.client.domains.verify({ workspaceId, selection: { which: 'all' } });
  const state = async (jobId: string) => (await desk.client.jobs.list({})).find((job) => job.id === jobId);
  const checked = async () =>
    (await desk.client.domains.list({ workspaceId })).filter((row) => row.seenAt !== null).length;

  it('stands still while it is paused, and comes to its end when it is resumed', async () => {
    const { id: jobId } = await start();
    await desk.client.jobs.pause({ jobId });
    await new Promise((resolve) => {
      setTimeout(resolve, 500);
    });
    // What was under way comes in; nothing is begun any more.
    expect(await checked()).toBeLessThanOrEqual(AT_ONCE);
    expect(await state(jobId)).toMatchObject({ status: 'paused', timeLeft: null });
    await desk.client.jobs.resume({ jobId });
    for await (const _state of await desk.client.jobs.watch({ jobId, after: -1 })) continue;
    expect(await state(jobId)).toMatchObject({ status: 'done', done: AMOUNT, counts: { 'to-do': AMOUNT } });
    expect(await checked()).toBe(AMOUNT);
  });

  it('asks what domains share once', async () => {
    const [first] = await desk.client.domains.list({ workspaceId });
    const observations = await desk.client.domains.observations({ workspaceId, domainId: first?.id ?? 0 });
    const zone = observations.find((each) => each.question.type === 'NS');
    const [, second] = await desk.client.domains.list({ workspaceId });
    const others = await desk.client.domains.observations({ workspaceId, domainId: second?.id ?? 0 });
    expect(zone).toMatchObject({ question: { name: 'example.com' }, outcome: 'answer' });
    expect(others.find((each) => each.question.type === 'NS')?.seenAt).toBe(zone?.seenAt);
  });

  it('keeps what was checked when it is cancelled, even while it is paused', async () => {
    const { id: jobId } = await start();
    await desk.client.jobs.pause({ jobId });
    await desk.client.jobs.cancel({ jobId });
    for await (const _state of await desk.client.jobs.watch({ jobId, after: -1 })) continue;
    const ended = await state(jobId);
    expect(ended?.status).toBe('cancelled');
    expect(ended?.done).toBeLessThan(AMOUNT);
    const [entry] = await desk.client.activity.list({ workspaceId, kinds: ['verify'], limit: 1 });
    expect(entry === undefined ? '' : told(entry).detail).toMatch(/^Cancelled after \d+/);
  });

  it('checks only those not verified when that is asked, and finds entries by severity and time', async () => {
    const job = await desk.client.domains.verify({ workspaceId, selection: { which: 'not-verified' } });
    expect(job.total).toBe(AMOUNT);
    await desk.client.jobs.cancel({ jobId: job.id });
    const list = (filter: object) => desk.client.activity.list({ workspaceId, limit: 50, ...filter });
    expect((await list({ severities: ['warning'] })).every((entry) => entry.severity === 'warning')).toBe(true);
    expect(await list({ since: Date.now() + 60_000 })).toEqual([]);
    expect((await list({ text: 'checked' })).length).toBeGreaterThan(0);
  });
});

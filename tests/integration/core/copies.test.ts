import { told } from '../../support/told.ts';
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, expect, it, vi } from 'vitest';
import type { TestCore } from '../../support/core.ts';
import { copyProgram } from '../../../main/hosts/parts.ts';
import { dropFolder, openTestCore } from '../../support/core.ts';
import { until } from '../../support/until.ts';

/** What the two hosts make copies in. */
const KINDS = ['process', 'thread'] as const;

let test: TestCore;
afterEach(async () => {
  await test.close();
  await dropFolder(test.folder);
});

it.each(KINDS)(
  'by a %s a copy is made, listed and looked into over the contract; one that was damaged, and no other file, is refused',
  async (runsIn) => {
    test = await openTestCore(undefined, { background: false, copyProgram: { file: copyProgram, runsIn } });
    const { copies, workspaces, domains } = test.client;
    expect(await copies.list({})).toEqual([]);
    const { id: workspaceId } = await workspaces.create({ name: 'Acme' });
    await domains.add({ workspaceId, text: 'example.com\nexample.org' });
    const made = await copies.make({});
    await workspaces.create({ name: 'Later' });
    expect((await copies.list({})).map(({ name }) => name)).toEqual([made.name]);
    expect(made.reason).toBe('by-hand');
    expect(await copies.look({ name: made.name })).toMatchObject({
      workspaces: [{ name: 'Acme', domains: 2 }],
      secrets: 0,
    });
    for (const name of ['sendwright.db', '../sendwright.db', '/etc/passwd'])
      await expect(copies.look({ name })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    writeFileSync(path.join(test.folder, 'copies', made.name), 'something else');
    await expect(copies.look({ name: made.name })).rejects.toMatchObject({ code: 'STORE_FAILED' });
  },
);

it.each(KINDS)(
  'by a %s a copy is of the moment at which it was asked for, whatever is written while it is made',
  async (runsIn) => {
    test = await openTestCore(undefined, { background: false, copyProgram: { file: copyProgram, runsIn } });
    const { copies, workspaces, domains } = test.client;
    const { id: workspaceId } = await workspaces.create({ name: 'Acme' });
    const text = Array.from({ length: 5000 }, (_nothing, index) => `d${index}.example`).join('\n');
    await domains.add({ workspaceId, text });
    let isMade = false;
    const making = copies.make({}).finally(() => {
      isMade = true;
    });
    let added = 0;
    while (!isMade) {
      // oxlint-disable-next-line no-await-in-loop -- as long as it takes
      await domains.add({ workspaceId, text: `later-${added}.example` });
      added += 1;
      // oxlint-disable-next-line no-await-in-loop -- what the thread says has its turn
      await setImmediate();
    }
    const { workspaces: inside } = await copies.look({ name: (await making).name });
    expect(inside[0]?.domains).toBeGreaterThanOrEqual(5000);
    expect(inside[0]?.domains).toBeLessThanOrEqual(5000 + added);
    expect(await domains.list({ workspaceId })).toHaveLength(5000 + added);
  },
);

it.each(KINDS)('a copy is made where no %s can be had for it', async (runsIn) => {
  test = await openTestCore(undefined, {
    background: false,
    copyProgram: { file: '/nowhere/copy-program.js', runsIn },
  });
  await test.client.workspaces.create({ name: 'Acme' });
  const { name } = await test.client.copies.make({});
  expect(await test.client.copies.look({ name })).toMatchObject({ workspaces: [{ name: 'Acme' }] });
});

it.each(KINDS)(
  'by a %s a core that ends gives up the copy that is being made, and leaves nothing of it',
  async (runsIn) => {
    test = await openTestCore(undefined, { background: false, copyProgram: { file: copyProgram, runsIn } });
    const { id: workspaceId } = await test.client.workspaces.create({ name: 'Acme' });
    const text = Array.from({ length: 5000 }, (_nothing, index) => `d${index}.example`).join('\n');
    await test.client.domains.add({ workspaceId, text });
    const making = test.client.copies.make({}).then(
      ({ name }) => name,
      () => null,
    );
    await test.close();
    const made = await making;
    const left = readdirSync(path.join(test.folder, 'copies')).filter((name) => name.endsWith('.db'));
    expect(left).toEqual(made === null ? [] : [made]);
    expect(readdirSync(path.join(test.folder, 'copies')).filter((name) => name.includes('unfinished'))).toEqual([]);
  },
);

it('a copy is put back when the console starts again, told in Activity, and can be undone; a command refuses', async () => {
  const startAgain = vi.fn<() => void>();
  test = await openTestCore(undefined, { startAgain });
  const first = test.client;
  await first.workspaces.create({ name: 'Acme' });
  const { name } = await first.copies.make({});
  await first.workspaces.create({ name: 'Later' });
  await expect(first.copies.restore({ name: '../sendwright.db' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await first.copies.restore({ name });
  await until(() => expect(startAgain).toHaveBeenCalledTimes(1));
  await test.close();

  // A command that comes between two consoles leaves it to the next console.
  const command = await openTestCore(test.folder, { background: false });
  expect((await command.client.state.snapshot({})).workspaces.map((workspace) => workspace.name)).toContain('Later');
  await expect(command.client.copies.restore({ name })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await command.close();

  test = await openTestCore(test.folder, { startAgain });
  const { workspaces } = await test.client.state.snapshot({});
  expect(workspaces.map((workspace) => workspace.name)).toEqual(['Acme']);
  const entries = await test.client.activity.list({ workspaceId: workspaces[0]?.id ?? 0, limit: 1 });
  expect(entries.map(told)[0]).toMatchObject({
    severity: 'warning',
    summary: expect.stringMatching(/^The copy of .* was put back$/),
    detail: expect.stringMatching(/set-aside\.db$/),
  });
  const aside = (await test.client.copies.list({})).find(({ reason }) => reason === 'set-aside');
  await test.client.copies.restore({ name: aside?.name ?? '' });
  await test.close();
  test = await openTestCore(test.folder);
  expect((await test.client.state.snapshot({})).workspaces.map((workspace) => workspace.name)).toContain('Later');
});

it('a copy that can’t be put back at the next start is told, and the present file is opened', async () => {
  test = await openTestCore(undefined, { startAgain: () => undefined });
  const { id: workspaceId } = await test.client.workspaces.create({ name: 'Acme' });
  const { name } = await test.client.copies.make({});
  await test.client.copies.restore({ name });
  await test.close();
  writeFileSync(path.join(test.folder, 'copies', name), 'damaged meanwhile');
  test = await openTestCore(test.folder);
  const entries = await test.client.activity.list({ workspaceId, limit: 1 });
  expect(entries.map(told)[0]).toMatchObject({
    severity: 'error',
    summary: 'The copy could not be put back, and nothing was changed',
    detail: expect.stringContaining('is damaged'),
  });
});

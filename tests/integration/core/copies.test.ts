import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { TestCore } from '../../support/core.ts';
import { dropFolder, openTestCore } from '../../support/core.ts';

let test: TestCore;
afterEach(async () => {
  await test.close();
  await dropFolder(test.folder);
});

it('a copy is made, listed and looked into over the contract; one that was damaged, and no other file, is refused', async () => {
  test = await openTestCore(undefined, { background: false });
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
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { CoreClient } from '../../../shared/contract/index.ts';
import { dropFolder, openTestCore } from '../../support/core.ts';

/** One data folder, several programs. */

const root = path.resolve(import.meta.dirname, '..', '..', '..');
const folder = mkdtempSync(path.join(tmpdir(), 'sendwright-several-'));
afterAll(() => dropFolder(folder));

async function cli(...args: readonly string[]): Promise<{ code: number; output: string }> {
  const child = spawn(process.execPath, ['main/hosts/cli/cli.ts', ...args, '--data-dir', folder], { cwd: root });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part: Buffer) => {
      output += part.toString();
    });
  const [code] = (await once(child, 'close')) as [number];
  return { code, output };
}

/** Waits until a window has been told that others wrote, as often as it takes to see them all. */
async function sees(client: CoreClient, workspaceId: number, amount: number, after: number): Promise<void> {
  for await (const change of await client.state.changes({ after })) {
    if (!['reload', 'domains', 'workspace', 'settings'].includes(change.kind)) continue;
    if ((await client.domains.list({ workspaceId })).length >= amount) return;
  }
}

const list = (prefix: string, amount: number) =>
  Array.from({ length: amount }, (_nothing, index) => `${prefix}-${index}.example.com`);

describe('one data folder', () => {
  it('is made once when three programs start on it at the same time', async () => {
    const runs = await Promise.all(['a', 'b', 'c'].map((letter) => cli('domains', 'add', `${letter}.example.org`)));
    expect(runs.map((run) => `${run.code} ${run.output}`)).toEqual(
      ['a', 'b', 'c'].map((letter) => `0   ${letter}.example.org\n1 added, 0 refused\n`),
    );
    const { client, close } = await openTestCore(folder);
    const { workspaces } = await client.state.snapshot({});
    expect(workspaces.map((workspace) => [workspace.name, workspace.domainCount])).toEqual([['Default', 3]]);
    await close();
  });

  it('takes the writes of three commands and two windows at once, and both windows notice', async () => {
    const windows = [await openTestCore(folder), await openTestCore(folder)];
    const [first] = windows;
    const { workspaces, sequence } = await (first as (typeof windows)[0]).client.state.snapshot({});
    const workspaceId = workspaces[0]?.id ?? 0;
    const before = workspaces[0]?.domainCount ?? 0;
    const amount = before + 3 * 200 + 2 * 200;

    const noticed = Promise.all(windows.map(({ client }) => sees(client, workspaceId, amount, sequence)));
    const commands = ['x', 'y', 'z'].map((letter) => cli('domains', 'add', ...list(letter, 200)));
    const inWindows = windows.map(async ({ client }, index) => {
      for (const name of list(`window${index}`, 200)) await client.domains.add({ workspaceId, text: name });
    });
    const ended = await Promise.all(commands);
    await Promise.all(inWindows);
    for (const run of ended) expect(`${run.code} ${run.output}`).toMatch(/^0 [^]*\n200 added, 0 refused\n$/);
    await noticed;
    for (const { client, close } of windows) {
      expect((await client.domains.list({ workspaceId })).length).toBe(amount);
      await close();
    }
  });
});

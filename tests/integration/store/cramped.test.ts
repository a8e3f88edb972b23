import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeWith } from '../../support/tools.ts';

/** Disks that run full or can't be written, in a mount namespace of their own. */

const program = (name: string) => path.resolve(import.meta.dirname, '..', '..', 'support', 'programs', name);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sendwright-cramped-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function onTmpfs(size: string, script: string): string {
  const run = spawnSync(
    'unshare',
    ['-rm', 'sh', '-c', `mount -t tmpfs -o size=${size} tmpfs "$0" && ${script}`, folder, process.execPath],
    { encoding: 'utf8', timeout: 60_000 },
  );
  if (run.status !== 0) throw new Error(`${run.stdout}\n${run.stderr}`);
  return run.stdout;
}

/** Opens the store of the mounted folder, and prints what came of it. */
const open = `"$1" --input-type=module -e '
  import { openStore } from "${path.resolve('main/store/store.ts')}";
  try { openStore(process.argv[1]).close(); console.log("opened") }
  catch (error) { console.log(error.fault + ": " + error.message + " " + error.remedy) }' "$0"`;

describeWith(['mountns'], 'a disk', () => {
  it('that is full: the save is refused with a code and a remedy, nothing is half-done, and it goes on later', () => {
    const answer: unknown = JSON.parse(onTmpfs('3m', `"$1" ${program('cramped-store.ts')} "$0"`));
    expect(answer).toMatchObject({
      refusedAdd: { code: 'STORE_FULL', remedy: expect.stringContaining('space') },
      afterAdd: 2,
      draft: { code: 'STORE_FULL' },
      added: 500,
      names: 502,
    });
  });

  it('that is full when the file is opened: it is told so, and the file opens once there is room', () => {
    const answer = onTmpfs(
      '3m',
      `${open} && { dd if=/dev/zero of="$0/filler" bs=4096 2>/dev/null || true; } && ${open} && rm "$0/filler" && ${open}`,
    );
    expect(answer).toMatch(/^opened\nfull: The disk is full; nothing was changed\. Free some space[^\n]*\nopened\n$/);
  });

  it('that can only be read: the file is refused when it is opened', () => {
    const answer = onTmpfs('3m', `${open} && mount -o remount,ro "$0" && ${open}`);
    expect(answer).toMatch(
      /^opened\nread-only: .*sendwright\.db can’t be written: its disk can only be read\. .*--data-dir FOLDER/,
    );
  });
});

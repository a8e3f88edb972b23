import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exitCodes } from '../../../main/hosts/cli/output.ts';
import { claimInstance } from '../../../main/hosts/instance.ts';
import { cli as runCommand } from '../../support/cli.ts';

/** `backup …` by command, from a copy to its return on a folder that was lost. */

let folder: string;
const cli = (...args: readonly string[]) => runCommand(...args, '--data-dir', folder);

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sendwright-backup-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Copy {
  readonly file: string;
  readonly contents: { readonly workspaces: readonly { readonly name: string; readonly domains: number }[] } | null;
}

describe('backup', () => {
  it('refuses to put back what is not there, or is no copy', async () => {
    writeFileSync(path.join(folder, 'notes.db'), 'no copy\n'.repeat(500));
    for (const name of ['missing.db', path.join(folder, 'notes.db')]) {
      const refused = await cli('backup', 'restore', name, '--yes', '--json');
      expect(refused.code).toBe(exitCodes.badInput);
      expect(JSON.parse(refused.out)).toMatchObject({ error: { code: 'BAD_INPUT', field: 'FILE' } });
    }
  });

  it('makes a copy, shows what is in it, and puts it back where the file is damaged', async () => {
    expect((await cli('backup', 'list')).out).toBe('There are no copies yet.\n');
    await cli('domains', 'add', 'a.example', 'b.example', '--workspace', 'Acme');
    const made = JSON.parse((await cli('backup', 'make', '--json')).out) as Copy;
    await cli('domains', 'add', 'later.example', '--workspace', 'Acme');
    const listed = await cli('backup', 'list');
    expect(listed.out).toContain(path.basename(made.file));
    expect(listed.out).toMatch(/Acme +2 domains +never checked/);

    const database = path.join(folder, 'sendwright.db');
    truncateSync(database, statSync(database).size / 2);
    const damaged = readFileSync(database);
    const refused = await cli('domains', 'list');
    expect(refused.code).toBe(exitCodes.failed);
    expect(refused.error).toContain(`sendwright backup restore ${path.basename(made.file)}`);

    const asked = await cli('backup', 'restore', path.basename(made.file), '--json');
    expect(asked).toMatchObject({ code: exitCodes.badInput, error: expect.stringMatching(/Acme +2 domains/) });
    expect(readFileSync(database).equals(damaged)).toBe(true);
    const restored = await cli('backup', 'restore', path.basename(made.file), '--yes', '--json');
    expect(restored.code).toBe(exitCodes.ok);
    const { aside } = JSON.parse(restored.out) as { aside: string };
    expect(readFileSync(aside).equals(damaged)).toBe(true);
    const names = JSON.parse((await cli('domains', 'list', '--json')).out) as { name: string }[];
    expect(names.map(({ name }) => name)).toEqual(['a.example', 'b.example']);
    const copies = JSON.parse((await cli('backup', 'list', '--json')).out) as Copy[];
    expect(copies.map(({ contents }) => contents?.workspaces[0]?.domains ?? null)).toEqual([null, 2]);
  });

  it('puts nothing back under a console that runs', async () => {
    await cli('domains', 'add', 'a.example', '--workspace', 'Acme');
    const made = JSON.parse((await cli('backup', 'make', '--json')).out) as Copy;
    const console = await claimInstance(
      folder,
      null,
      () => Promise.resolve('here'),
      () => Promise.resolve('locked'),
    );
    try {
      const refused = await cli('backup', 'restore', made.file, '--yes', '--json');
      expect(JSON.parse(refused.out)).toMatchObject({
        error: { code: 'CONFLICT', remedy: expect.stringContaining('Quit it') },
      });
    } finally {
      if (console.first) await console.close();
    }
  });
});

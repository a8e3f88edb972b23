import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exitCodes } from '../../../main/hosts/cli/output.ts';
import { cli as runCommand } from '../../support/cli.ts';
import { describeWith } from '../../support/tools.ts';

/** `workspace …` by command, with real files. */

let folder: string;
const at = (...parts: readonly string[]) => path.join(folder, ...parts);
const cli = (...args: readonly string[]) => runCommand(...args, '--data-dir', at('here'));
const elsewhere = (...args: readonly string[]) => runCommand(...args, '--data-dir', at('there'));

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sendwright-workspace-'));
  writeFileSync(at('file-passphrase'), 'of the file itself\n');
  writeFileSync(at('vault-passphrase'), 'of the vault here\n');
  writeFileSync(at('key'), 'ak-live-0123456789abcdef\n');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const contents = (place: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(place, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
      .map((file) => [path.relative(place, file), readFileSync(file, 'utf8')]),
  );

describe('workspace export and import', () => {
  it('carry a workspace with its secrets to another data folder', async () => {
    await cli('domains', 'add', 'example.com', 'example.org', '--workspace', 'Acme');
    const vault = ['--passphrase-file', at('vault-passphrase')];
    await cli('settings', 'set', '--api-key-file', at('key'), ...vault);
    const file = ['--file-passphrase-file', at('file-passphrase')];

    const without = await cli('workspace', 'export', at('plain.sendwright'), ...file);
    expect(without.out).toContain('2 domains, no secret.');
    expect(statSync(at('plain.sendwright')).mode & 0o077).toBe(0);
    const refused = await cli('workspace', 'export', at('all.sendwright'), '--with-secrets', ...file);
    expect(refused.code).toBe(exitCodes.locked);
    expect(readdirSync(folder).filter((name) => name.startsWith('all'))).toEqual([]);
    const all = await cli('workspace', 'export', at('all.sendwright'), '--with-secrets', ...file, ...vault, '--json');
    expect(JSON.parse(all.out)).toMatchObject({ domains: 2, secrets: 1, leftOut: 0 });

    const looked = await elsewhere('workspace', 'import', at('plain.sendwright'), ...file, '--dry-run');
    expect(looked.out).toMatch(
      /Acme, exported .*: 2 domains, no secret\.\nAdded:\n {2}example\.com\n {2}example\.org\n/,
    );
    expect(looked.out).toContain('Nothing was changed.');
    const asked = await elsewhere('workspace', 'import', at('plain.sendwright'), ...file);
    expect(asked).toMatchObject({ code: exitCodes.badInput, error: expect.stringContaining('--yes') });
    const wrong = await elsewhere(
      'workspace',
      'import',
      at('all.sendwright'),
      '--yes',
      '--file-passphrase-file',
      at('key'),
    );
    expect(wrong).toMatchObject({ code: exitCodes.locked, error: expect.stringContaining('exported with') });

    const done = await elsewhere('workspace', 'import', at('all.sendwright'), '--yes', ...file, ...vault);
    expect(done).toMatchObject({ code: exitCodes.ok, error: '' });
    expect((await elsewhere('settings', 'show')).out).toMatch(/apiKey +locked/);
    expect((await elsewhere('vault', 'status')).out).toContain('1 key of the service');
    const again = await elsewhere('workspace', 'import', at('all.sendwright'), '--yes', ...file, ...vault);
    expect(again.out).toContain('There is nothing to import.');
  });

  it('write text files that come back as they were, and leave those of others alone', async () => {
    await cli('domains', 'add', 'example.com', 'con.example', `${'a.'.repeat(110)}example`, '--workspace', 'Acme');
    await cli('settings', 'set', '--report-address', 'dmarc@example.com');
    const written = await cli('workspace', 'export', at('text'), '--text', '--json');
    expect(JSON.parse(written.out)).toMatchObject({ written: 4, same: 0, others: [] });
    const first = contents(at('text'));
    expect(Object.keys(first)).toContain(path.join('domains', '~con.example.json'));

    const done = await elsewhere('workspace', 'import', at('text'), '--yes');
    expect(done).toMatchObject({ code: exitCodes.ok, out: 'Imported: 4 added.\n' });
    await elsewhere('workspace', 'export', at('again'), '--text');
    expect(contents(at('again'))).toEqual(first);

    mkdirSync(at('text', 'domains'), { recursive: true });
    writeFileSync(at('text', 'domains', 'news.example.json'), '{}\n');
    const unchanged = await cli('workspace', 'export', at('text'), '--text', '--json');
    expect(JSON.parse(unchanged.out)).toMatchObject({ written: 0, same: 4, others: ['domains/news.example.json'] });
    const half = await elsewhere('workspace', 'import', at('text'), '--yes');
    expect(half).toMatchObject({ code: exitCodes.badInput, error: expect.stringContaining('news.example.json') });
    const secrets = await cli('workspace', 'export', at('text'), '--text', '--with-secrets');
    expect(secrets).toMatchObject({ code: exitCodes.badInput, error: expect.stringContaining('never hold secrets') });
  });

  it('look for a key in another field where the passphrase is given, as the support bundle does, and say where not', async () => {
    const vault = ['--passphrase-file', at('vault-passphrase')];
    const misplaced = ['--response-domain', 'https://app.example.com/ak-live-0123456789abcdef'];
    await cli('settings', 'set', '--workspace', 'Acme', '--api-key-file', at('key'), ...misplaced, ...vault);

    const unchecked = await cli('workspace', 'export', at('unchecked'), '--text');
    expect(unchecked).toMatchObject({ code: exitCodes.ok, out: expect.stringContaining('was not checked') });
    expect(await cli('workspace', 'export', at('checked'), '--text', ...vault)).toMatchObject({
      code: exitCodes.badInput,
      error: expect.stringContaining('workspace.json would contain a secret'),
    });
    expect(existsSync(at('checked'))).toBe(false);
    for (const bundle of [await cli('bundle', ...vault), await cli('bundle')])
      expect(bundle).toMatchObject({ code: exitCodes.ok, out: expect.not.stringContaining('ak-live') });

    await cli('settings', 'set', '--response-domain', 'https://app.example.com');
    expect((await cli('workspace', 'export', at('checked'), '--text', ...vault)).out).not.toContain('was not checked');
  });
});

describeWith(['git'], 'workspace merge as git’s merge driver', () => {
  const program = path.resolve(import.meta.dirname, '../../../main/hosts/cli/cli.ts');
  const git = (...args: readonly string[]) => {
    const who = ['-c', 'user.name=A', '-c', 'user.email=a@example.com', '-c', 'commit.gpgsign=false'];
    const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
    const run = spawnSync('git', [...who, ...args], { cwd: at('repository'), env, encoding: 'utf8' });
    return { code: run.status, text: `${run.stdout}${run.stderr}` };
  };
  const file = () => at('repository', 'domains', 'example.com.json');
  const change = (before: string, after: string) => {
    const text = readFileSync(file(), 'utf8');
    expect(text).toContain(before);
    writeFileSync(file(), text.replace(before, after));
    expect(git('commit', '-qam', `${before} to ${after}`).code).toBe(0);
  };

  beforeEach(async () => {
    mkdirSync(at('repository'));
    expect(git('init', '-q', '-b', 'main').code).toBe(0);
    git('config', 'merge.sendwright.driver', `'${process.execPath}' '${program}' workspace merge %O %A %B`);
    await cli('domains', 'add', 'example.com', '--workspace', 'Acme');
    await cli('plan', 'example.com', '--provider', 'custom');
    // What somebody has decided stands in the file; the rest follows from the workspace.
    await cli('domains', 'configure', 'example.com', '--reports', 'dmarc@example.com');
    await cli('workspace', 'export', at('repository'), '--text');
    git('add', '.');
    expect(git('commit', '-qm', 'export').code).toBe(0);
    git('branch', 'theirs');
  });

  it('merges what plain git can’t, and the result imports', async () => {
    // Lines that touch: to git without the driver that is a conflict.
    change('"policy": "none"', '"policy": "reject"');
    git('switch', '-q', 'theirs');
    change('"subdomainPolicy": null', '"subdomainPolicy": "reject"');
    git('switch', '-q', 'main');
    expect(git('-c', 'merge.sendwright.driver=git merge-file %A %O %B', 'merge', 'theirs').code).not.toBe(0);
    git('merge', '--abort');
    const merged = git('merge', '-q', '--no-edit', 'theirs');
    expect(merged).toMatchObject({ code: 0 });
    const imported = await cli('workspace', 'import', at('repository'), '--yes', '--json');
    expect((JSON.parse(imported.out) as { changes: { what: string }[] }).changes.map(({ what }) => what)).toEqual([
      'dmarc.policy',
      'dmarc.subdomainPolicy',
    ]);
    await cli('workspace', 'export', at('repository'), '--text');
    expect(git('status', '--porcelain').text).toBe('');
  });

  it('asks where both sides changed the same, and nothing imports it before that', async () => {
    change('"policy": "none"', '"policy": "reject"');
    git('switch', '-q', 'theirs');
    change('"policy": "none"', '"policy": "quarantine"');
    git('switch', '-q', 'main');
    const merged = git('merge', '--no-edit', 'theirs');
    expect(merged.code).toBe(1);
    expect(merged.text).toContain('Both sides changed configuration.dmarc.policy');
    expect(git('diff', '--name-only', '--diff-filter=U').text).toBe('domains/example.com.json\n');
    const text = readFileSync(file(), 'utf8');
    expect(text).toMatch(/<<<<<<< ours\n.*reject.*\n=======\n.*quarantine.*\n>>>>>>> theirs/);
    const refused = await cli('workspace', 'import', at('repository'), '--yes');
    expect(refused).toMatchObject({ code: exitCodes.badInput, error: expect.stringContaining('conflict') });
  });
});

describe('workspace merge', () => {
  it('merges folders, with what only one of them has', async () => {
    await cli('domains', 'add', 'example.com', '--workspace', 'Acme');
    await cli('workspace', 'export', at('base'), '--text');
    await cli('domains', 'add', 'ours.example');
    await cli('workspace', 'export', at('ours'), '--text');
    await elsewhere('workspace', 'import', at('base'), '--yes');
    await elsewhere('domains', 'add', 'theirs.example');
    await elsewhere('settings', 'set', '--report-address', 'dmarc@example.com');
    await elsewhere('workspace', 'export', at('theirs'), '--text');
    const merged = await cli('workspace', 'merge', at('base'), at('ours'), at('theirs'), '--json');
    expect(JSON.parse(merged.out)).toEqual({ merged: 2, conflicts: [] });
    const done = await cli('workspace', 'import', at('ours'), '--yes');
    expect(done.out).toBe('Imported: 2 added.\n');
    const refused = await cli('workspace', 'merge', at('base'), at('ours'), at('theirs', 'workspace.json'));
    expect(refused.code).toBe(exitCodes.badInput);
  });
});

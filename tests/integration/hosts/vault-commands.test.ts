import { told } from '../../support/told.ts';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exitCodes } from '../../../main/hosts/cli/output.ts';
import { claimInstance } from '../../../main/hosts/instance.ts';
import type { Outcome } from '../../support/cli.ts';
import { cli as runCommand } from '../../support/cli.ts';
import { removeFolder, startConsole } from '../../support/console.ts';
import { dropFolder, openTestCore } from '../../support/core.ts';
import { KeychainDouble } from '../../support/keychain.ts';

/** `vault …` by command: alone on a folder, beside a console, and with passphrases as files hold them. */

const root = path.resolve(import.meta.dirname, '..', '..', '..');
const PASSPHRASE = 'correct horse battery';
const NEXT = 'staple under the bridge';
let folder: string;

const cli = (...args: readonly string[]): Promise<Outcome> => runCommand(...args, '--data-dir', folder);

async function asked(...args: readonly string[]): Promise<{ readonly code: number; readonly data: unknown }> {
  const { code, out } = await cli(...args, '--json');
  return { code, data: JSON.parse(out) as unknown };
}

const file = (name: string, content: string | Buffer) => {
  const full = path.join(folder, name);
  writeFileSync(full, content, { mode: 0o600 });
  return full;
};

beforeEach(() => {
  delete process.env.SENDWRIGHT_PASSPHRASE;
  folder = mkdtempSync(path.join(tmpdir(), 'sendwright-vault-'));
});
afterEach(() => dropFolder(folder));

async function sealKeys(): Promise<void> {
  const apiKey = file('api-key', 'api-key-of-many-letters\n');
  const set = ['settings', 'set', '--api-key-file', apiKey, '--passphrase-file', file('passphrase', `${PASSPHRASE}\n`)];
  expect(await cli(...set)).toMatchObject({ code: 0 });
}

const keyState = async () => ((await asked('settings', 'show')).data as { apiKey: { state: string } }).apiKey.state;

describe('vault commands', () => {
  it('tell a folder without a vault so, and choose its first passphrase', async () => {
    expect(await asked('vault', 'status')).toMatchObject({
      code: exitCodes.ok,
      data: { state: 'none', keepers: [], console: 'not-running' },
    });
    expect((await cli('vault', 'status')).out).toMatch(/^vault +no passphrase was chosen yet/);
    expect(await asked('vault', 'unlock')).toMatchObject({
      code: exitCodes.locked,
      data: { error: { code: 'VAULT_LOCKED', remedy: expect.stringContaining('vault passphrase') } },
    });
    expect(await asked('vault', 'reset', '--yes')).toMatchObject({ code: exitCodes.badInput });
    expect((await asked('vault', 'passphrase', '--new-passphrase-file', file('short', 'seven..'))).data).toMatchObject({
      error: { code: 'BAD_INPUT', field: 'passphrase' },
    });
    const chosen = await asked('vault', 'passphrase', '--new-passphrase-file', file('new', PASSPHRASE));
    expect(chosen).toMatchObject({ code: 0, data: { state: 'open', keepers: ['passphrase'] } });
    expect((await asked('vault', 'status')).data).toMatchObject({ state: 'locked', keepers: ['passphrase'] });
  });

  it('set after how long without work a console locks its vault', async () => {
    expect(await asked('vault', 'idle-lock')).toMatchObject({ code: 0, data: { minutes: null } });
    expect((await cli('vault', 'idle-lock', '15')).out).toMatch(/locked after 15 minutes without work/);
    for (const wrong of ['0', '1441', '1.5', 'soon'])
      expect((await asked('vault', 'idle-lock', wrong)).code).toBe(exitCodes.badInput);
    expect(await asked('vault', 'idle-lock')).toMatchObject({ data: { minutes: 15 } });
    expect(await asked('vault', 'idle-lock', 'off')).toMatchObject({ data: { minutes: null } });
  });

  it('try a passphrase, change it, and begin anew without losing what is sealed', async () => {
    await sealKeys();
    const old = path.join(folder, 'passphrase');
    const next = file('next', NEXT);
    expect(await asked('vault', 'unlock', '--passphrase-file', file('wrong', 'wrong horse'))).toMatchObject({
      code: exitCodes.locked,
      data: { error: { code: 'WRONG_PASSPHRASE' } },
    });
    expect((await cli('vault', 'unlock', '--passphrase-file', old)).out).toMatch(/^The passphrase opens the vault/);
    for (const command of [
      ['vault', 'unlock'],
      ['vault', 'reset', '--yes'],
      ['probe', 'keys'],
    ])
      expect(await asked(...command)).toMatchObject({
        code: exitCodes.locked,
        data: { error: { code: 'PASSPHRASE_NEEDED', remedy: expect.stringContaining('--passphrase-file') } },
      });
    const change = ['vault', 'passphrase', '--passphrase-file', old, '--new-passphrase-file', next];
    expect(await asked(...change)).toMatchObject({ code: 0, data: { sealed: { serviceKeys: 1, dkimKeys: 0 } } });
    expect((await cli('vault', 'unlock', '--passphrase-file', old)).code).toBe(exitCodes.locked);
    expect((await cli('vault', 'unlock', '--passphrase-file', next)).code).toBe(exitCodes.ok);

    expect(await asked('vault', 'new-key', '--passphrase-file', old)).toMatchObject({ code: exitCodes.locked });
    expect(await asked('vault', 'new-key', '--passphrase-file', next)).toMatchObject({
      code: 0,
      data: { compacted: true, sealed: { serviceKeys: 1, dkimKeys: 0 }, keepers: ['passphrase'] },
    });
    expect((await cli('vault', 'unlock', '--passphrase-file', next)).code).toBe(exitCodes.ok);

    const third = file('third', 'a third passphrase');
    const anew = ['vault', 'reset', '--new-passphrase-file', third];
    expect(await asked(...anew)).toMatchObject({
      code: exitCodes.badInput,
      data: { error: { message: expect.stringContaining('--yes') } },
    });
    expect((await asked('vault', 'status')).data).toMatchObject({ sealed: { serviceKeys: 1 } });
    expect(await asked(...anew, '--yes')).toMatchObject({
      code: 0,
      data: { sealed: { serviceKeys: 0 }, waiting: { serviceKeys: 1, dkimKeys: 0 }, waitingFor: ['passphrase'] },
    });
    expect(await keyState()).toBe('re-enter');
    expect((await cli('vault', 'status')).out).toMatch(/to be entered again +1 key of the service/);

    const back = ['vault', 'bring-back', '--passphrase-file', third, '--earlier-passphrase-file'];
    expect((await asked(...back, old)).data).toMatchObject({ error: { code: 'WRONG_PASSPHRASE' } });
    expect((await cli(...back, next)).out).toBe('1 secret came back.\n');
    expect(await keyState()).toBe('locked');
    const { data } = await asked(...back, next);
    expect(data).toMatchObject({ error: { code: 'CONFLICT', message: expect.stringContaining('No secret waits') } });
  });

  it('say what they can’t do where the keychain alone opens the vault, and begin it anew', async () => {
    const keychain = new KeychainDouble();
    const window = await openTestCore(folder, { keychain: keychain.port, host: 'electron' });
    const { id: workspaceId } = await window.client.workspaces.create({ name: 'Acme' });
    const apiKey = { do: 'set' as const, value: 'api-key-of-many-letters' };
    await window.client.settings.save({ workspaceId, revision: 0, fields: {}, apiKey });
    await window.close();

    for (const command of [
      ['vault', 'unlock'],
      ['vault', 'passphrase'],
      ['probe', 'keys'],
    ]) {
      const { code, data } = await asked(...command, '--passphrase-file', file('p', PASSPHRASE));
      expect(code).toBe(exitCodes.locked);
      expect(data).toMatchObject({ error: { message: expect.stringContaining('Only the system keychain') } });
    }
    expect((await cli('vault', 'status')).out).toMatch(/opens with +the system keychain/);
    expect((await cli('vault', 'reset', '--yes', '--passphrase-file', file('p', PASSPHRASE))).code).toBe(0);
    expect(await keyState()).toBe('re-enter');

    // The window is opened with the new passphrase, and its keychain brings back what it sealed.
    const again = await openTestCore(folder, { keychain: keychain.port, host: 'electron' });
    await again.client.vault.unlock({ passphrase: PASSPHRASE });
    expect((await again.client.settings.get({ workspaceId })).apiKey).toMatchObject({ state: 'protected' });
    const newest = await again.client.activity.list({ workspaceId, kinds: ['vault'], limit: 1 });
    expect(newest.map(told)[0]).toMatchObject({
      summary: '1 secret came back',
      detail: 'Opened by the system keychain',
    });
    await again.close();
  });

  it('lock the console that runs on the folder, and never open it', async () => {
    await sealKeys();
    expect(await cli('vault', 'lock')).toMatchObject({ code: 0, out: expect.stringMatching(/^No console is running/) });
    const window = await openTestCore(folder);
    const instance = await claimInstance(
      folder,
      null,
      async () => 'brought to the front',
      async (question) => window.core.answer(question),
    );
    try {
      expect(instance.first).toBe(true);
      await window.client.vault.unlock({ passphrase: PASSPHRASE });
      expect((await asked('vault', 'status')).data).toMatchObject({ state: 'locked', console: 'open' });
      expect((await cli('vault', 'lock')).out).toBe('The vault of the running console is locked now.\n');
      expect((await window.client.state.snapshot({})).vault.state).toBe('locked');
      expect(await asked('vault', 'lock')).toMatchObject({ code: 0, data: { console: 'locked', before: 'locked' } });
      const unlocked = await cli('vault', 'unlock', '--passphrase-file', path.join(folder, 'passphrase'));
      expect(unlocked.out).toContain('still locked: unlock it in its window');
      expect((await window.client.state.snapshot({})).vault.state).toBe('locked');
    } finally {
      if (instance.first) await instance.close();
      await window.close();
    }
  });

  it('tell a console that does not know how to lock from one that has locked', async () => {
    const older = await claimInstance(folder, null, async () => 'The console is running already.');
    const { code, data } = await asked('vault', 'lock');
    expect([code, data]).toMatchObject([exitCodes.failed, { error: { code: 'UNAVAILABLE' } }]);
    expect((await asked('vault', 'status')).data).toMatchObject({ console: 'unknown' });
    if (older.first) await older.close();
  });

  it('lock the real console in the browser, whose key another command then does not have', async () => {
    await sealKeys();
    const desk = await startConsole(folder);
    try {
      expect((await asked('vault', 'status')).data).toMatchObject({ console: 'locked' });
      expect(await asked('vault', 'lock')).toMatchObject({ code: 0, data: { before: 'locked' } });
    } finally {
      await desk.stop();
      await removeFolder(desk.dataFolder);
    }
  });
});

describe('a passphrase in a file', () => {
  const utf16 = (text: string) => Buffer.from(text, 'utf16le');
  const swapped = (text: string) => utf16(text).swap16();

  it.each([
    ['UTF-8', Buffer.from(PASSPHRASE)],
    ['UTF-8 with a mark', Buffer.from(`\uFEFF${PASSPHRASE}\r\n`)],
    ['UTF-16 of Windows', Buffer.concat([Buffer.from([0xff, 0xfe]), utf16(`${PASSPHRASE}\r\n`)])],
    ['UTF-16, big end first', Buffer.concat([Buffer.from([0xfe, 0xff]), swapped(PASSPHRASE)])],
    ['UTF-16 without a mark', utf16(`${PASSPHRASE}\n`)],
  ])('in %s is the one that is typed', async (_encoding, octets) => {
    const choose = ['vault', 'passphrase', '--new-passphrase-file', file('new', octets)];
    expect(await asked(...choose)).toMatchObject({ code: 0 });
    process.env.SENDWRIGHT_PASSPHRASE = PASSPHRASE;
    expect((await cli('vault', 'unlock')).code).toBe(exitCodes.ok);
    delete process.env.SENDWRIGHT_PASSPHRASE;
    expect((await cli('vault', 'unlock', '--passphrase-file', file('again', octets))).code).toBe(exitCodes.ok);
  });

  it.each([
    ['several lines', `${PASSPHRASE}\nand more\n`],
    ['octets of no encoding', Buffer.from([0x70, 0xe4, 0xdf, 0x77, 0xf6, 0x72, 0x74, 0x65, 0x72])],
  ])('of %s is refused as a new one', async (_name, content) => {
    const { code, data } = await asked('vault', 'passphrase', '--new-passphrase-file', file('new', content));
    expect([code, data]).toMatchObject([
      exitCodes.badInput,
      { error: { message: expect.stringMatching(/^--new-passphrase-file: .*single line/) } },
    ]);
    expect((await asked('vault', 'status')).data).toMatchObject({ state: 'none' });
  });

  it.each([
    ['UTF-16', Buffer.concat([Buffer.from([0xff, 0xfe]), utf16(PASSPHRASE)])],
    ['several lines', Buffer.from('correct horse\nbattery staple\n')],
  ])('of %s, with which a vault was made by an earlier version, opens it still', async (_name, octets) => {
    const window = await openTestCore(folder);
    // As earlier versions read the file.
    await window.client.vault.create({ passphrase: octets.toString('utf8').replace(/\r?\n$/, '') });
    await window.close();
    expect((await cli('vault', 'unlock', '--passphrase-file', file('old', octets))).code).toBe(exitCodes.ok);
  });

  it('is named with what keeps it from being read', async () => {
    const unlock = (name: string) => asked('vault', 'passphrase', '--new-passphrase-file', name);
    expect((await unlock(path.join(folder, 'absent'))).data).toMatchObject({
      error: { message: expect.stringMatching(/absent can’t be read: there is no such file\./) },
    });
    expect((await unlock(folder)).data).toMatchObject({
      error: { message: expect.stringMatching(/can’t be read: it is a folder\./) },
    });
  });

  it('may come from the standard input', async () => {
    const args = ['vault', 'passphrase', '--new-passphrase-file', '-', '--data-dir', folder, '--json'];
    const child = spawn(process.execPath, ['main/hosts/cli/cli.ts', ...args], { cwd: root });
    child.stdin.end(`${PASSPHRASE}\n`);
    expect(await once(child, 'close')).toEqual([0, null]);
    process.env.SENDWRIGHT_PASSPHRASE = PASSPHRASE;
    expect((await cli('vault', 'unlock')).code).toBe(exitCodes.ok);
    delete process.env.SENDWRIGHT_PASSPHRASE;
    const both = await asked('vault', 'passphrase', '--passphrase-file', '-', '--new-passphrase-file', '-');
    expect(both).toMatchObject({ code: exitCodes.badInput, data: { error: { message: /one passphrase/ } } });
  });
});

describe('a key in a file', () => {
  it('is saved as the text that it holds, whatever the encoding', async () => {
    const words = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('api-key-of-many-letters\r\n', 'utf16le')]);
    const apiKey = file('api-key', words);
    process.env.SENDWRIGHT_PASSPHRASE = PASSPHRASE;
    expect((await cli('settings', 'set', '--api-key-file', apiKey)).code).toBe(exitCodes.ok);
    delete process.env.SENDWRIGHT_PASSPHRASE;
    const { data } = await asked('settings', 'show');
    expect(data).toMatchObject({ apiKey: { endsIn: 'ters' } });
  });
});

/** util-linux' `script` gives a program a terminal; macOS has another of that name. */
const hasTerminal = process.platform === 'linux' && spawnSync('script', ['--version']).status === 0;

describe.skipIf(!hasTerminal)('vault commands at a terminal (needs script)', () => {
  async function typing(command: string, answers: readonly (readonly [prompt: string, typed: string])[]) {
    const whole = `"${process.execPath}" main/hosts/cli/cli.ts ${command} --data-dir "${folder}"`;
    const child = spawn('script', ['-qec', whole, '/dev/null'], { cwd: root });
    let output = '';
    const left = [...answers];
    child.stdout.on('data', (part: Buffer) => {
      output += part.toString();
      const [next] = left;
      if (next === undefined || !output.endsWith(next[0])) return;
      left.shift();
      // The prompt is written just before the terminal stops echoing.
      setTimeout(() => child.stdin.write(`${next[1]}\r`), 200);
    });
    const [code] = (await once(child, 'close')) as [number];
    return { code, text: output.replaceAll('\r', '') };
  }

  it('ask for both passphrases without showing them, and whether it is meant', async () => {
    await sealKeys();
    const changed = await typing('vault passphrase', [
      ['Passphrase: ', PASSPHRASE],
      ['New passphrase: ', NEXT],
      ['Repeat it: ', NEXT],
    ]);
    expect(changed).toMatchObject({ code: 0, text: expect.stringContaining('The passphrase is changed') });
    expect(changed.text).not.toContain(NEXT);
    const kept = await typing('vault reset', [['Reset the vault? (yes/no) ', 'no']]);
    expect(kept.text).toMatch(/has to be entered again: 1 key of the service\./);
    expect(kept).toMatchObject({ code: 0, text: expect.stringContaining('Nothing was changed.') });
    const begun = await typing('vault reset', [
      ['Reset the vault? (yes/no) ', 'yes'],
      ['New passphrase: ', PASSPHRASE],
      ['Repeat it: ', PASSPHRASE],
    ]);
    expect(begun).toMatchObject({ code: 0, text: expect.stringContaining('To be entered again: 1 key') });
    expect(begun.text).not.toContain(PASSPHRASE);
  });
});

import type { MessageBoxOptions } from 'electron';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ProgramForm, Updater } from '../../../main/hosts/electron/updates.ts';
import { canUpdate, createUpdates } from '../../../main/hosts/electron/updates.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sendwright-updates-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('which form can replace itself', () => {
  const form = (change: Partial<ProgramForm>): ProgramForm => ({
    platform: 'linux',
    isPackaged: true,
    executable: path.join(folder, 'Sendwright.exe'),
    environment: {},
    ...change,
  });

  it('an AppImage can, and no other on Linux', () => {
    expect(canUpdate(form({ environment: { APPIMAGE: '/home/a/Sendwright.AppImage' } }))).toBe(true);
    expect(canUpdate(form({}))).toBe(false);
    expect(canUpdate(form({ environment: { APPIMAGE: '' } }))).toBe(false);
  });

  it('what the installer put on Windows can; an MSI and a portable program can’t', () => {
    mkdirSync(folder, { recursive: true });
    expect(canUpdate(form({ platform: 'win32' }))).toBe(false);
    writeFileSync(path.join(folder, 'Uninstall Sendwright.exe'), '');
    expect(canUpdate(form({ platform: 'win32' }))).toBe(true);
    expect(
      canUpdate(form({ platform: 'win32', environment: { PORTABLE_EXECUTABLE_FILE: 'D:\\Sendwright.exe' } })),
    ).toBe(false);
  });

  it('a disk image of macOS and a checkout can’t', () => {
    expect(canUpdate(form({ platform: 'darwin' }))).toBe(false);
    expect(canUpdate(form({ isPackaged: false, environment: { APPIMAGE: '/a' } }))).toBe(false);
  });
});

describe('looking for updates', () => {
  interface World {
    readonly found: string | null;
    readonly answer?: number;
    readonly fails?: 'check' | 'download';
  }
  function start({ found, answer = 0, fails }: World) {
    const said: string[] = [];
    const done: string[] = [];
    const faults: unknown[] = [];
    let gate = Promise.resolve();
    const updater: Updater = {
      autoDownload: true,
      autoInstallOnAppQuit: false,
      logger: console,
      async checkForUpdates() {
        done.push(`check, by itself: ${updater.autoDownload}`);
        await gate;
        if (fails === 'check') throw new Error('getaddrinfo ENOTFOUND updates.example');
        return { isUpdateAvailable: found !== null, updateInfo: { version: found ?? '0.1.0' } };
      },
      async downloadUpdate() {
        done.push(`download, in place at the end: ${updater.autoInstallOnAppQuit}`);
        if (fails === 'download') throw new Error('sha512 checksum mismatch');
      },
    };
    const look = createUpdates({
      version: '0.1.0',
      loadUpdater: async () => updater,
      dialog: {
        showMessageBox: async (...args: unknown[]) => {
          const options = args.at(-1) as MessageBoxOptions;
          said.push(options.message);
          return { response: answer, checkboxChecked: false };
        },
      },
      noteFault: (error) => faults.push(error),
    });
    return {
      look,
      said,
      done,
      faults,
      hold: (until: Promise<void>) => {
        gate = until;
      },
    };
  }

  it('does nothing before a person asks', () => {
    expect(start({ found: '0.2.0' }).done).toEqual([]);
  });

  it('says that this is the newest', async () => {
    const { look, said, done } = start({ found: null });
    await look();
    expect([said, done]).toEqual([['This is the newest version.'], ['check, by itself: false']]);
  });

  it('fetches a newer one on a second word alone, to be put in place at the end', async () => {
    const agreed = start({ found: '0.2.0', answer: 0 });
    await agreed.look();
    expect(agreed.said).toEqual(['Sendwright 0.2.0 is there.', 'Sendwright 0.2.0 was downloaded.']);
    expect(agreed.done).toEqual(['check, by itself: false', 'download, in place at the end: true']);
    const refused = start({ found: '0.2.0', answer: 1 });
    await refused.look();
    expect(refused.done).toEqual(['check, by itself: false']);
  });

  it.each(['check', 'download'] as const)('says in words that a %s failed, and goes on', async (fails) => {
    const { look, said, faults } = start({ found: '0.2.0', fails });
    await look();
    expect(said.at(-1)).toBe('Checking for or downloading the update failed.');
    expect(said.join()).not.toMatch(/ENOTFOUND|sha512/);
    expect(faults).toHaveLength(1);
    await look();
    expect(faults).toHaveLength(2);
  });

  it('passes over a second word while one goes on', async () => {
    const { look, done, hold } = start({ found: null });
    const held = Promise.withResolvers<void>();
    hold(held.promise);
    const first = look();
    await look();
    held.resolve();
    await first;
    expect(done).toHaveLength(1);
  });
});

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PlacePort } from '../../../main/store/place.ts';
import { placeTroubles } from '../../../main/store/place.ts';

/** What is told of where a data folder lies. */

const place = (changes: Partial<PlacePort>): PlacePort => ({
  platform: 'linux',
  realPath: (folder) => folder,
  fileSystem: () => 0xef53,
  names: () => [],
  ...changes,
});
const told = (folder: string, changes: Partial<PlacePort> = {}) =>
  placeTroubles(folder, place(changes)).map(({ message }) => message);

describe('where the data folder lies', () => {
  it('is nothing to tell on a disk of this computer', () => {
    for (const folder of ['/home/ada/.local/share/Sendwright', '/srv/boxes/dropbox-notes/data', '/data/One Driver'])
      expect(told(folder)).toEqual([]);
    const windows = { platform: 'win32' as const };
    for (const folder of ['C:\\Users\\ada\\AppData\\Local\\Sendwright\\Data', '\\\\?\\C:\\Data', '\\\\.\\C:\\Data'])
      expect(told(folder, windows)).toEqual([]);
    expect(told('/Users/ada/Library/Application Support/Sendwright', { platform: 'darwin' })).toEqual([]);
  });

  // Types as statfs(2) lists them; Node gives those above 2^31 with a sign.
  it.each([
    [0x6969, 'NFS'],
    [0xff534d42, 'SMB'],
    [0xfe534d42, 'SMB'],
    [-0x1acb2be, 'SMB'],
    [0x01021997, '9P'],
  ])('is told of file system %i, which is %s', (type, name) => {
    expect(told('/home/ada/Sendwright', { fileSystem: () => type })).toEqual([
      `The data folder /home/ada/Sendwright lies on a drive over a network (${name})`,
    ]);
  });

  it('is told of a share, also behind a drive letter of Windows', () => {
    const realPath = () => '\\\\?\\UNC\\server\\people\\ada';
    const [trouble] = placeTroubles('Z:\\ada', place({ platform: 'win32', realPath }));
    expect(trouble).toMatchObject({
      message: 'The data folder Z:\\ada lies on a drive over a network (a network share)',
      remedy: expect.stringContaining('--data-dir FOLDER'),
    });
    expect(told('\\\\server\\people\\ada', { platform: 'win32' })).toHaveLength(1);
  });

  it.each([
    ['C:\\Users\\ada\\OneDrive\\Sendwright', 'win32', 'OneDrive'],
    ['C:\\Users\\ada\\OneDrive - Acme GmbH\\x\\Sendwright', 'win32', 'OneDrive'],
    ['/Users/ada/Library/CloudStorage/OneDrive-Acme/Sendwright', 'darwin', 'OneDrive'],
    ['/Users/ada/Library/Mobile Documents/com~apple~CloudDocs/Sendwright', 'darwin', 'iCloud Drive'],
    ['/Users/ada/Library/CloudStorage/GoogleDrive-ada@example.com/My Drive', 'darwin', 'Google Drive'],
    ['/home/ada/Dropbox (Acme)/Sendwright', 'linux', 'Dropbox'],
    ['/home/ada/Nextcloud/Sendwright', 'linux', 'Nextcloud'],
    ['C:\\Users\\ada\\Box\\Sendwright', 'win32', 'Box'],
  ] as const)('is told of %s', (folder, platform, name) => {
    expect(told(folder, { platform })).toEqual([`The data folder ${folder} is synchronised by ${name}`]);
  });

  it.each([
    ['.dropbox.cache', 'Dropbox'],
    ['.sync_5f3a9c.db', 'Nextcloud or ownCloud'],
    ['._sync_5f3a9c.db', 'Nextcloud or ownCloud'],
    ['.stfolder', 'Syncthing'],
  ])('is told of a folder above that has another name, by %s in it', (mark, name) => {
    const base = mkdtempSync(path.join(tmpdir(), 'sendwright-place-'));
    try {
      const folder = path.join(base, 'team', 'data');
      mkdirSync(folder, { recursive: true });
      expect(placeTroubles(folder)).toEqual([]);
      writeFileSync(path.join(base, mark), '');
      expect(placeTroubles(folder).map(({ message }) => message)).toEqual([
        `The data folder ${folder} is synchronised by ${name}`,
      ]);
    } finally {
      rmSync(base, { recursive: true, force: true });
    }
  });

  it.each([
    'sendwright (Ada’s conflicted copy 2026-05-01).db',
    'sendwright.sync-conflict-20260501-101010-ABCDEFG.db',
    'sendwright_conflict-20260501.db',
    'sendwright-LAPTOP7.db',
  ])('%s is told as another computer’s', (name) => {
    const names = (folder: string) =>
      folder === '/data' ? ['sendwright.db', 'sendwright-before-format-12.db', name] : [];
    expect(told('/data', { names })).toEqual([
      `Another computer has changed the data file at the same time: beside sendwright.db lies ${name}`,
    ]);
  });
});

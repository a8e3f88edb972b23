import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PlacePort } from '../../../main/store/place.ts';
import { placeTroubles } from '../../../main/store/place.ts';

/** What is told of where a data folder lies. */

/** As mount(8) of macOS writes it: made after its manual, not recorded on a Mac. */
const MOUNTS = `/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)
devfs on /dev (devfs, local, nobrowse)
/dev/disk3s5 on /System/Volumes/Data (apfs, local, journaled, nobrowse, protect, root data)
map auto_home on /System/Volumes/Data/home (autofs, automounted, nobrowse)
//ada@nas.example/people on /Volumes/people (smbfs, nodev, nosuid, mounted by ada)
//ada@nas.example/on%20call on /Volumes/on call (2026) (afpfs, nodev, nosuid, mounted by ada)
nas.example:/export/data on /Volumes/people/ada/nfs (nfs, nodev, nosuid, mounted by ada)
https://dav.example/files/ on /Volumes/files (webdav, nodev, noexec, nosuid, mounted by ada)
/dev/disk5s1 on /Volumes/people/ada/image (hfs, local, nodev, nosuid, journaled, mounted by ada)
`;

const place = (changes: Partial<PlacePort>): PlacePort => ({
  platform: 'linux',
  realPath: (folder) => folder,
  fileSystem: () => 0xef53,
  mounts: () => MOUNTS,
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
    ['/Volumes/people', 'SMB'],
    ['/Volumes/people/grace', 'SMB'],
    ['/Volumes/on call (2026)/data', 'AFP'],
    ['/Volumes/people/ada/nfs/data', 'NFS'],
    ['/Volumes/files/data', 'WebDAV'],
  ])('is told of %s on macOS, which is %s', (folder, name) => {
    expect(told(folder, { platform: 'darwin' })).toEqual([
      `The data folder ${folder} lies on a drive over a network (${name})`,
    ]);
  });

  it('is nothing to tell of disks and images of a Mac, or where what is mounted can’t be had', () => {
    for (const folder of ['/Users/ada/Sendwright', '/Volumes/peoples/data', '/Volumes/people/ada/image/data'])
      expect(told(folder, { platform: 'darwin' })).toEqual([]);
    expect(told('/Volumes/people', { platform: 'darwin', mounts: () => '' })).toEqual([]);
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

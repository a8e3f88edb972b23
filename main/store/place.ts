import { spawnSync } from 'node:child_process';
import { readdirSync, realpathSync, statfsSync } from 'node:fs';
import path from 'node:path';
import { FILE_NAME } from './database.ts';

/** Where the data folder lies, as far as that endangers the data file: drives over a network, and folders that are synchronised. */

/** Something that a person should know of before anything is lost. */
export interface Trouble {
  readonly message: string;
  readonly remedy: string;
}

/** What is asked of the system. */
export interface PlacePort {
  readonly platform: NodeJS.Platform;
  /** The folder without links; on Windows, with the share that a drive letter stands for. */
  readonly realPath: (folder: string) => string;
  /** The number of the file system's type (statfs(2)); null where it can't be told. */
  readonly fileSystem: (folder: string) => number | null;
  /** What mount(8) of macOS lists, whose numbers of types are given out anew at each start; empty where it can't be had. */
  readonly mounts: () => string;
  /** Names in a folder; none where it can't be read. */
  readonly names: (folder: string) => readonly string[];
}

const system: PlacePort = {
  platform: process.platform,
  realPath: (folder) => realpathSync.native(folder),
  fileSystem(folder) {
    try {
      return statfsSync(folder).type;
    } catch {
      return null;
    }
  },
  // It asks no drive, so that one whose server is gone does not hold it.
  mounts: () => spawnSync('/sbin/mount', { encoding: 'utf8', timeout: 2000 }).stdout ?? '',
  names(folder) {
    try {
      return readdirSync(folder);
    } catch {
      return [];
    }
  },
};

/** Linux's numbers of file systems that lie on another machine (linux/magic.h, and statfs(2)). */
const NETWORK_TYPES: ReadonlyMap<number, string> = new Map([
  [0x69_69, 'NFS'],
  [0x51_7b, 'SMB'],
  [0xff_53_4d_42, 'SMB'],
  [0xfe_53_4d_42, 'SMB'],
  [0x01_02_19_97, '9P'],
  [0x53_46_41_4f, 'AFS'],
  [0x6b_41_46_53, 'AFS'],
  [0x00_c3_64_00, 'Ceph'],
  [0x73_75_72_45, 'Coda'],
  [0x0b_d0_0b_d0, 'Lustre'],
  [0x78_6f_42_56, 'a shared folder of VirtualBox'],
]);

/** macOS's names of file systems that lie on another machine. */
const NETWORK_NAMES: ReadonlyMap<string, string> = new Map([
  ['afpfs', 'AFP'],
  ['ftp', 'FTP'],
  ['nfs', 'NFS'],
  ['smbfs', 'SMB'],
  ['webdav', 'WebDAV'],
]);

/** @returns macOS's name of the file system that a folder lies on; undefined where none is listed. */
function mountedType(folder: string, mounts: string): string | undefined {
  const above = mounts.split('\n').flatMap((line) => {
    // `//ada@nas/home on /Volumes/home (smbfs, nodev, nosuid, mounted by ada)`
    const [, at, type] = /^.+? on (\/.*) \(([^,)]+)[^()]*\)$/.exec(line) ?? [];
    if (at === undefined || type === undefined) return [];
    return at === '/' || folder === at || folder.startsWith(`${at}/`) ? [{ at, type }] : [];
  });
  return above.sort((left, right) => right.at.length - left.at.length)[0]?.type;
}

/** @returns what kind of drive over a network a folder lies on; null: none that can be told. */
function networkDrive(folder: string, { platform, fileSystem, mounts }: PlacePort): string | null {
  if (platform === 'darwin') return NETWORK_NAMES.get(mountedType(folder, mounts()) ?? '') ?? null;
  if (platform === 'win32') return /^(?:\\\\\?\\UNC\\|\\\\(?![?.]\\))/i.test(folder) ? 'a network share' : null;
  if (platform !== 'linux') return null;
  const type = fileSystem(folder);
  // Node gives the number with its sign.
  return type === null ? null : (NETWORK_TYPES.get(type >>> 0) ?? null);
}

/** Folders that are synchronised by their name, whatever lies in them. */
const BY_NAME: readonly (readonly [RegExp, string])[] = [
  [/^OneDrive(?: - .+|-.+)?$/i, 'OneDrive'],
  [/^Dropbox(?: \(.+\))?$/i, 'Dropbox'],
  [/^(?:Mobile Documents|com~apple~CloudDocs|iCloud ?Drive)$/i, 'iCloud Drive'],
  [/^(?:Google ?Drive|GoogleDrive-.+|My Drive)$/i, 'Google Drive'],
  [/^Nextcloud\d*$/i, 'Nextcloud'],
  [/^ownCloud\d*$/i, 'ownCloud'],
  [/^Box(?: Sync|-Box)?$/, 'Box'],
  [/^pCloud ?Drive$/i, 'pCloud'],
  [/^Seafile$/, 'Seafile'],
  [/^SynologyDrive$/i, 'Synology Drive'],
  [/^CloudStorage$/, 'a cloud storage'],
];

/** What programs that synchronise a folder leave in it. */
const BY_MARK: readonly (readonly [RegExp, string])[] = [
  [/^\.dropbox(?:\.cache)?$/, 'Dropbox'],
  [/^\._?sync_[\w-]+\.db$/, 'Nextcloud or ownCloud'],
  [/^\.owncloudsync\.log$/, 'Nextcloud or ownCloud'],
  [/^\.stfolder$/, 'Syncthing'],
  [/^\.SynologyWorkingDirectory$/, 'Synology Drive'],
  [/^\.849C9593-D756-4E56-8D6E-42412F2A707B$/, 'OneDrive'],
];

/** The folder itself and all above it, the innermost first. */
function withParents(folder: string, { platform }: PlacePort): readonly string[] {
  const paths = platform === 'win32' ? path.win32 : path.posix;
  const folders = [folder];
  for (let place = folder; paths.dirname(place) !== place; place = paths.dirname(place))
    folders.push(paths.dirname(place));
  return folders;
}

function synchronisedBy(folder: string, port: PlacePort): string | null {
  const paths = port.platform === 'win32' ? path.win32 : path.posix;
  for (const place of withParents(folder, port)) {
    const named = BY_NAME.find(([name]) => name.test(paths.basename(place)));
    if (named !== undefined) return named[1];
    const names = port.names(place);
    const marked = BY_MARK.find(([mark]) => names.some((name) => mark.test(name)));
    if (marked !== undefined) return marked[1];
  }
  return null;
}

/** Names that programs give to what two computers have both changed. */
const CONFLICT = /^sendwright(?:[ .~_-].*(?:conflict|sync-conflict|case conflict).*|-[^.]+)\.db$/i;
const OWN_COPY = /^sendwright-before-format-\d+\.db$/;

const MOVE =
  'End the console, move the data folder to a place of this computer alone, and name it with --data-dir FOLDER.';

/**
 * @param dataFolder exists.
 * @returns what endangers the data file by where it lies, the gravest first; nothing where nothing can be told.
 */
export function placeTroubles(dataFolder: string, port: PlacePort = system): readonly Trouble[] {
  let folder = dataFolder;
  try {
    folder = port.realPath(dataFolder);
  } catch {
    // What can't be resolved is looked at as it is written.
  }
  const troubles: Trouble[] = [];
  const conflicts = port.names(folder).filter((name) => CONFLICT.test(name) && !OWN_COPY.test(name));
  if (conflicts.length > 0)
    troubles.push({
      message: `Another computer has changed the data file at the same time: beside ${FILE_NAME} lies ${conflicts.join(', ')}`,
      remedy: `Look into each with “sendwright backup restore FILE”, which asks before anything is done, and keep the one that has the newest work. ${MOVE}`,
    });
  const drive = networkDrive(folder, port);
  if (drive !== null)
    troubles.push({
      message: `The data folder ${dataFolder} lies on a drive over a network (${drive})`,
      remedy: `The data file is damaged there when two computers open it, or when the connection breaks in the middle of a write. ${MOVE} Have the copies in it carried elsewhere instead.`,
    });
  const by = synchronisedBy(folder, port);
  if (by !== null)
    troubles.push({
      message: `The data folder ${dataFolder} is synchronised by ${by}`,
      remedy: `A file that is carried away in the middle of a write is damaged, and two computers overwrite each other’s work. ${MOVE} To work on two computers, export the workspace and import it there.`,
    });
  return troubles;
}

import envPaths from 'env-paths';
import { homedir } from 'node:os';
import { accessSync, chmodSync, constants, existsSync, lstatSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Managed } from '../../shared/managed/policy.ts';
import { PolicyFault } from '../../shared/managed/policy.ts';
import { readManaged } from './managed.ts';
import { StartFault } from './start-fault.ts';

/** What keeps a folder from being used, by the system's code. */
const HINDRANCES: Readonly<Record<string, string>> = {
  EEXIST: 'there is a file in its place',
  ENOTDIR: 'part of its path is a file',
  EACCES: 'this account may not write there',
  EPERM: 'this account may not write there',
  EROFS: 'its disk can only be read',
  ENOSPC: 'its disk is full',
  EDQUOT: 'this account has used up its share of the disk',
  ENAMETOOLONG: 'its path is too long',
  ELOOP: 'its path contains a loop of links',
  ENOENT: 'the drive or share that it should lie on is not there',
};

const REMEDY = 'Let this account write there, or choose another folder with --data-dir FOLDER.';

function isFolder(place: string): boolean {
  return statSync(place, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Step by step, for a recursive call does not end on a file system that lets no folder be made. */
function makeSteps(folder: string): void {
  const missing: string[] = [];
  for (let place = folder; !existsSync(place) && path.dirname(place) !== place; place = path.dirname(place))
    missing.unshift(place);
  for (const place of missing) {
    try {
      mkdirSync(place, { mode: 0o700 });
    } catch (error) {
      // Another start may be making it as well.
      if (!isFolder(place)) throw error;
    }
  }
  if (!isFolder(folder)) throw Object.assign(new Error(`${folder} is no folder`), { code: 'EEXIST' });
}

const OTHERS_WRITE = 0o022;
const STICKY = 0o1000;
/** What a folder holds that is a data folder already. */
const OWN_FILE = 'sendwright.db';

const MOST_NAMED = 10;

/** Whether another account made a file, or a link in its place; root may make any, and may be anybody. */
function isForeign(file: string, account: number): boolean {
  const uid = lstatSync(file, { throwIfNoEntry: false })?.uid;
  return uid !== undefined && uid !== account && uid !== 0 && account !== 0;
}

/**
 * Sees to it that no other account can put files in the place of the console's own, whatever the umask was when the folder
 * was made. Rights are taken only from a folder that serves nothing else; Windows keeps others out of a person's folders.
 *
 * @throws StartFault where others may write and that is not ours to change.
 */
function shutOthersOut(folder: string): void {
  const account = process.getuid?.();
  if (account === undefined) return;
  const { uid, mode } = statSync(folder);
  if (uid !== account && uid !== 0 && account !== 0)
    throw new StartFault(
      `The data folder ${folder} belongs to another account.`,
      'Choose one of your own with --data-dir FOLDER.',
    );
  const names = readdirSync(folder);
  const foreign = names.filter((name) => isForeign(path.join(folder, name), account));
  if (foreign.length > 0)
    throw new StartFault(
      `In the data folder ${folder} lie files of another account: ${foreign.slice(0, MOST_NAMED).join(', ')}.`,
      'Look who put them there and remove them, or choose another folder with --data-dir FOLDER.',
    );
  if ((mode & OTHERS_WRITE) === 0) return;
  const isOursAlone = uid === account && (mode & STICKY) === 0 && (names.length === 0 || names.includes(OWN_FILE));
  if (!isOursAlone)
    throw new StartFault(
      `Other accounts may write in the data folder ${folder}, and could put their files in the place of yours.`,
      `Choose a folder below it, as in --data-dir ${path.join(folder, 'sendwright')}, or take that right away: chmod go-w ${folder}.`,
    );
  chmodSync(folder, mode & 0o7777 & ~OTHERS_WRITE);
}

/** Makes a folder that its owner alone may enter, unless it is there. @throws StartFault */
export function makeFolder(folder: string): void {
  try {
    makeSteps(folder);
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    shutOthersOut(folder);
  } catch (error) {
    if (error instanceof StartFault) throw error;
    const hindrance = HINDRANCES[(error as NodeJS.ErrnoException).code ?? ''] ?? 'it can’t be made';
    throw new StartFault(`The data folder ${folder} can’t be used: ${hindrance}.`, REMEDY);
  }
}

/** The folder that the organisation names; null where it leaves that to people. @throws PolicyFault */
function managedFolder({ source, locked }: Managed): string | null {
  if (locked.DataFolder === undefined) return null;
  const folder = locked.DataFolder.replace(/^~(?=$|[\\/])/, homedir());
  if (path.isAbsolute(folder)) return path.normalize(folder);
  throw new PolicyFault(source, [`DataFolder has to be an absolute path or to begin with ~, and is ${folder}`]);
}

/**
 * Where the product keeps its data: what was asked for, else where the operating system wants it. It is found without
 * waiting for anything: Electron has to know its profile before it is ready.
 *
 * @param override from `--data-dir`; relative to the working folder. `SENDWRIGHT_DATA_DIR` counts where it is absent.
 * @param managed what the organisation has set: where it names a folder, no other is used.
 * @returns the absolute path of the folder, which need not be there yet.
 * @throws StartFault when it is another than the organisation wants; PolicyFault.
 */
export function dataPlace(override: string | undefined, managed = readManaged()): string {
  if (override === '')
    throw new StartFault('--data-dir names no folder.', 'Name one, as in --data-dir FOLDER, or leave the option out.');
  const wanted = override ?? process.env.SENDWRIGHT_DATA_DIR ?? '';
  const set = managedFolder(managed);
  if (set !== null && wanted !== '' && path.resolve(wanted) !== set)
    throw new StartFault(
      `The data folder is set by your organisation: ${set}. ${path.resolve(wanted)} was asked for.`,
      `Leave out --data-dir and SENDWRIGHT_DATA_DIR, or ask whoever manages this computer: it stands in ${managed.source}.`,
    );
  const own = wanted === '' ? envPaths('Sendwright', { suffix: '' }).data : path.resolve(wanted);
  return set ?? own;
}

/**
 * The place of the product's data, as `dataPlace` finds it.
 *
 * @returns the absolute path of the folder, which exists afterwards, readable by its owner alone.
 * @throws StartFault when it can't be used, or is another than the organisation wants; PolicyFault.
 */
export function dataFolder(override: string | undefined, managed = readManaged()): string {
  const folder = dataPlace(override, managed);
  makeFolder(folder);
  return folder;
}

import Database from 'better-sqlite3';
import { createHash } from 'node:crypto';
import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import type { Stats } from 'node:fs';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { instantText } from '../../shared/text/instant.ts';
import type { SqliteDatabase } from './database.ts';
import { checkFile, FILE_NAME, StoreError, storeErrorFrom } from './database.ts';
import { markFile } from './mark.ts';
import { migrations } from './migrations.ts';
import { isRunning } from './processes.ts';
import { DAY_MS } from '../../shared/time.ts';

/** Copies of the data file: made by schedule, by hand and before a new format, looked into, and put back. */

export type CopyReason = 'daily' | 'by-hand' | 'before-format' | 'set-aside';

export interface CopyFile {
  /** Absolute path. */
  readonly file: string;
  readonly reason: CopyReason;
  /** Milliseconds since the epoch. */
  readonly madeAt: number;
  readonly octets: number;
}

export interface CopyContents {
  /** The data file's format at that time. */
  readonly format: number;
  readonly workspaces: readonly {
    readonly name: string;
    readonly domains: number;
    /** When a domain of it was last checked; null where none was. Milliseconds since the epoch. */
    readonly checkedAt: number | null;
    /** The last entry of its Activity; null where there is none. Milliseconds since the epoch. */
    readonly lastAt: number | null;
  }[];
  /** Sealed secrets; they open with the passphrase or keychain of that time. */
  readonly secrets: number;
}

const CHOOSE_ANOTHER = 'Choose another: “sendwright backup list” shows all of them.';
const FOLDER_NAME = 'copies';
/** Daily copies: so many are kept, none of them longer than that, but the newest few whatever their age. */
const KEPT = { most: 7, longestMs: 60 * DAY_MS, always: 3 } as const;
const HASH = '.sha256';
const BLOCK_OCTETS = 2 ** 20;
/** Pages copied before something else has its turn. */
const PAGES_A_STEP = 64;

/** How a copy is made beside other work. */
export interface CopyPace {
  /** Asked between the steps; once false, the copy is given up and nothing is left of it. */
  readonly isWanted: () => boolean;
  /** Called after each step with the file that has grown; may keep the caller waiting. */
  readonly afterStep: (unfinished: string) => void;
  /** Called when nothing more is read of the data file. */
  readonly afterReading: () => void;
}

/** As fast as it goes. */
export const AT_ONCE: CopyPace = { isWanted: () => true, afterStep: () => undefined, afterReading: () => undefined };
/** How long another program's open file is waited for before it is left alone. */
const PATIENCE_MS = 1000;

const NAME = /^sendwright-(\d{4}-\d\d-\d\dT)(\d\d)-(\d\d)-(\d\d)Z(?:-\d+)?-(daily|by-hand|set-aside)\.db$/;
const BEFORE_FORMAT = /^sendwright-before-format-\d+\.db$/;

const folderOf = (dataFolder: string) => path.join(dataFolder, FOLDER_NAME);

/** A name that is taken by no copy of the same second. */
function newName(dataFolder: string, reason: CopyReason, now: number): string {
  const folder = folderOf(dataFolder);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const time = new Date(now).toISOString().slice(0, 19).replaceAll(':', '-');
  for (let number = 1; ; number += 1) {
    const file = path.join(folder, `sendwright-${time}Z${number === 1 ? '' : `-${number}`}-${reason}.db`);
    if (!existsSync(file)) return file;
  }
}

function inFolder(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    // No copy was made yet.
    return [];
  }
}

/** @returns null for a file that is gone meanwhile, or that this account may not reach. */
function statsOf(file: string): Stats | null {
  try {
    return statSync(file);
  } catch {
    return null;
  }
}

/** All copies of a data folder, the newest first. */
export function listCopies(dataFolder: string): readonly CopyFile[] {
  const copies: CopyFile[] = [];
  for (const name of inFolder(folderOf(dataFolder))) {
    const [, day, hour, minute, second, reason] = NAME.exec(name) ?? [];
    if (reason === undefined) continue;
    const file = path.join(folderOf(dataFolder), name);
    const madeAt = Date.parse(`${day}${hour}:${minute}:${second}Z`);
    const stats = statsOf(file);
    if (stats !== null) copies.push({ file, reason: reason as CopyReason, madeAt, octets: stats.size });
  }
  for (const name of inFolder(dataFolder)) {
    if (!BEFORE_FORMAT.test(name)) continue;
    const file = path.join(dataFolder, name);
    const stats = statsOf(file);
    if (stats !== null)
      copies.push({ file, reason: 'before-format', madeAt: Math.floor(stats.mtimeMs), octets: stats.size });
  }
  return copies.sort((left, right) => right.madeAt - left.madeAt || right.file.localeCompare(left.file));
}

/** Takes a file in block by block, and tells after each what the caller may wait for. @returns SHA-256 in hexadecimal. */
function* hashing(file: string): Generator<void, string> {
  const hash = createHash('sha256');
  const block = Buffer.alloc(BLOCK_OCTETS);
  const handle = openSync(file, 'r');
  try {
    for (let read = readSync(handle, block); read > 0; read = readSync(handle, block)) {
      hash.update(block.subarray(0, read));
      yield;
    }
  } finally {
    closeSync(handle);
  }
  return hash.digest('hex');
}

function hashOf(file: string): string {
  const blocks = hashing(file);
  for (;;) {
    const { done, value } = blocks.next();
    if (done === true) return value;
  }
}

/**
 * The same of a file that may be large, while everything else goes on. Node's streams would read it in threads that all
 * of the program shares, and which have the priority of whoever was first to need them.
 */
async function hashBeside(file: string, pace: CopyPace): Promise<string> {
  const blocks = hashing(file);
  for (;;) {
    const { done, value } = blocks.next();
    if (done === true) return value;
    pace.afterStep(file);
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await setImmediate();
  }
}

function damaged(file: string, why: string): StoreError {
  return new StoreError('damaged', `The copy ${file} is damaged: ${why}.`, CHOOSE_ANOTHER);
}

function notWhole(file: string): string | null {
  if (!existsSync(`${file}${HASH}`)) return null;
  return readFileSync(`${file}${HASH}`, 'utf8').trim() === hashOf(file)
    ? null
    : 'its content differs from what was written';
}

function contentsOf(database: SqliteDatabase): CopyContents {
  const workspaces = database
    .prepare(
      `SELECT name, (SELECT count(*) FROM domains WHERE workspace_id = workspaces.id) AS domains,
         (SELECT max(seen_at) FROM domains WHERE workspace_id = workspaces.id) AS checkedAt,
         (SELECT max(at) FROM activity WHERE workspace_id = workspaces.id) AS lastAt
       FROM workspaces ORDER BY practice, id`,
    )
    .all() as CopyContents['workspaces'];
  const tables = database
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name IN ('secrets', 'vault_secrets')")
    .pluck()
    .all() as string[];
  const secrets = tables.reduce(
    (sum, table) => sum + (database.prepare(`SELECT count(DISTINCT id) FROM ${table}`).pluck().get() as number),
    0,
  );
  return { format: database.pragma('user_version', { simple: true }) as number, workspaces, secrets };
}

/**
 * Looks into a copy. What is no copy of the console's own is looked at as well, as long as it is a data file.
 *
 * @throws StoreError when it is missing, damaged, of a newer version or of another program.
 */
export function lookInside(dataFolder: string, file: string): CopyContents {
  if (!needsLog(file)) {
    checkIsThere(file);
    return read(file, file, (database) => contentsOf(database), { readonly: true });
  }
  const staged = stage(dataFolder, file);
  rmSync(staged.file, { force: true });
  return staged.contents;
}

/** Takes a private copy of a file with its log, folds the log into it, and checks all of it. */
function stage(dataFolder: string, file: string): { readonly file: string; readonly contents: CopyContents } {
  checkIsThere(file);
  const staged = path.join(dataFolder, `${FILE_NAME}.restoring-${process.pid}`);
  const sides = [staged, `${staged}-wal`, `${staged}-shm`, `${staged}-journal`];
  const drop = () => {
    for (const name of sides) rmSync(name, { force: true });
  };
  drop();
  try {
    for (const side of ['', '-wal']) {
      if (!existsSync(`${file}${side}`)) continue;
      closeSync(openSync(`${staged}${side}`, 'wx', 0o600));
      copyFileSync(`${file}${side}`, `${staged}${side}`);
    }
    const contents = read(staged, file, (database) => {
      database.pragma('journal_mode = DELETE');
      return contentsOf(database);
    });
    return { file: staged, contents };
  } catch (error) {
    drop();
    throw error;
  }
}

function checkIsThere(file: string): void {
  if (!existsSync(file) || !statSync(file).isFile())
    throw new StoreError('unreadable', `There is no copy ${file}.`, CHOOSE_ANOTHER);
  const hindrance = statSync(file).size === 0 ? 'it is empty' : notWhole(file);
  if (hindrance !== null) throw damaged(file, hindrance);
}

/** Checks a file and reads it. @param shown the name that errors give it. */
function read<Result>(
  file: string,
  shown: string,
  work: (database: SqliteDatabase) => Result,
  options: Database.Options = {},
): Result {
  let database: SqliteDatabase | null = null;
  try {
    database = new Database(file, options);
    checkFile(database, shown, migrations.length);
    return work(database);
  } catch (error) {
    const told = storeErrorFrom(error, shown);
    if (told?.fault === 'damaged') throw damaged(shown, 'it can’t be read to its end');
    throw told === null ? damaged(shown, 'it is not a data file') : told;
  } finally {
    database?.close();
  }
}

/** Octets 18 and 19 of the header are 2 where a file is written ahead (SQLite’s file format, section 1.3.3). */
const VERSIONS_AT = 18;

/** Whether a file can’t be read without files beside it being made. */
function needsLog(file: string): boolean {
  if (existsSync(`${file}-wal`)) return true;
  const versions = Buffer.alloc(2);
  try {
    const handle = openSync(file, 'r');
    try {
      readSync(handle, versions, 0, 2, VERSIONS_AT);
    } finally {
      closeSync(handle);
    }
  } catch {
    // What hinders it is told by whoever opens it.
    return true;
  }
  return versions.includes(2);
}

function synchronise(file: string): void {
  const handle = openSync(file, 'r');
  try {
    fsyncSync(handle);
  } catch {
    // Not every file system synchronises folders; the file itself was synchronised by SQLite.
  } finally {
    closeSync(handle);
  }
}

/** What can't be removed now is removed at a later start; why a copy could not be made is what counts. */
function removeIfPossible(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // See dropUnfinished.
  }
}

/** What keeps files from being made in the folder of the copies; null for what is no matter of the folder. */
function placeErrorFrom(error: unknown, folder: string): StoreError | null {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new StoreError('full', `There is no room for a copy in ${folder}.`, 'Free some space and try again.');
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
      return new StoreError(
        'read-only',
        `This account can’t make a copy in ${folder}.`,
        'Give it the rights to enter that folder and to write there.',
      );
    case 'ENOTDIR':
    case 'EEXIST':
      return new StoreError('read-only', `${folder} is no folder.`, 'Move away what lies in its place.');
    default:
      return null;
  }
}

/**
 * Copies the data file while it is in use (SQLite's online backup), so much at a time that nothing else has to wait.
 *
 * @returns the copy, whole and checked, with the SHA-256 of its octets beside it.
 */
export async function makeCopy(
  database: SqliteDatabase,
  dataFolder: string,
  reason: 'daily' | 'by-hand',
  now: number,
  pace: CopyPace = AT_ONCE,
): Promise<CopyFile> {
  let file = folderOf(dataFolder);
  let unfinished = `${file}.unfinished-${process.pid}`;
  try {
    file = newName(dataFolder, reason, now);
    unfinished = `${file}.unfinished-${process.pid}`;
    // As the data file, it is one account's alone from its first octet on.
    closeSync(openSync(unfinished, 'wx', 0o600));
    await database.backup(unfinished, {
      progress() {
        if (!pace.isWanted()) throw new Error('The copy is no longer needed');
        pace.afterStep(unfinished);
        return PAGES_A_STEP;
      },
    });
    pace.afterReading();
    const copy = new Database(unfinished);
    try {
      checkFile(copy, unfinished, migrations.length);
      copy.pragma('journal_mode = DELETE');
    } finally {
      copy.close();
    }
    writeFileSync(`${file}${HASH}`, `${await hashBeside(unfinished, pace)}\n`, { mode: 0o600 });
    renameSync(unfinished, file);
    synchronise(path.dirname(file));
    return { file, reason, madeAt: now, octets: statSync(file).size };
  } catch (error) {
    throw storeErrorFrom(error, file) ?? placeErrorFrom(error, path.dirname(file)) ?? error;
  } finally {
    for (const side of ['', '-wal', '-shm', '-journal']) removeIfPossible(`${unfinished}${side}`);
  }
}

/** Files under way, with the process that makes them. */
const UNDER_WAY = /\.db\.(?:unfinished-|restoring-|new-)?(\d+)(?:-(?:wal|shm|journal))?$/;

/** Removes what a process that was killed has left of a copy, a restore or a new file: each may be as large as the file. */
export function dropUnfinished(dataFolder: string): void {
  for (const folder of [dataFolder, folderOf(dataFolder)]) {
    for (const name of inFolder(folder)) {
      const [, pid] = UNDER_WAY.exec(name) ?? [];
      if (pid !== undefined && !isRunning(Number(pid))) rmSync(path.join(folder, name), { force: true });
    }
  }
}

/** Removes daily copies beyond those that are kept. What a person has made, or set aside, stays. */
export function dropOldCopies(dataFolder: string, now: number): void {
  const daily = listCopies(dataFolder).filter(({ reason }) => reason === 'daily');
  for (const [index, { file, madeAt }] of daily.entries()) {
    if (index < KEPT.always || (index < KEPT.most && now - madeAt <= KEPT.longestMs)) continue;
    rmSync(file, { force: true });
    rmSync(`${file}${HASH}`, { force: true });
  }
}

/** Folds the log into a file that nobody has open. @throws StoreError when another program has it open. */
function foldLog(file: string): void {
  let database: SqliteDatabase | null = null;
  try {
    database = new Database(file, { timeout: PATIENCE_MS });
    database.pragma('journal_mode = DELETE');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    // A damaged file is set aside with its log, as it is.
    if (!/^SQLITE_(?:BUSY|LOCKED)/.test(code)) return;
    throw new StoreError(
      'in-use',
      `The data file ${file} is in use by another program.`,
      'Quit the console and other commands on this data folder, then try again.',
    );
  } finally {
    database?.close();
  }
}

/** Gives the present file a second name, with its log; on a file system that knows none, its octets. */
function setAside(file: string, aside: string): void {
  try {
    linkSync(file, aside);
  } catch {
    copyFileSync(file, aside);
  }
  if (!existsSync(`${file}-wal`)) return;
  copyFileSync(`${file}-wal`, `${aside}-wal`);
  synchronise(`${aside}-wal`);
}

/**
 * Puts a copy in the place of the data file, in one step; the present file is set aside among the copies, never lost.
 *
 * @returns what came back, and where the present file lies now; null where there was none.
 * @throws StoreError with nothing changed: see `lookInside`, and `in-use`.
 */
export function restoreCopy(
  dataFolder: string,
  copy: string,
  now: number,
): { readonly contents: CopyContents; readonly aside: string | null } {
  const file = path.join(dataFolder, FILE_NAME);
  const staged = stage(dataFolder, copy);
  try {
    let aside: string | null = null;
    if (existsSync(file)) {
      if (statSync(file).size > 0) foldLog(file);
      aside = newName(dataFolder, 'set-aside', now);
      setAside(file, aside);
      // The log of one file, beside another, would be taken for that one's.
      for (const side of ['-wal', '-shm', '-journal']) rmSync(`${file}${side}`, { force: true });
    }
    // What the copy does not hold was given up on a person’s word.
    rmSync(markFile(dataFolder), { force: true });
    renameSync(staged.file, file);
    synchronise(dataFolder);
    return { contents: staged.contents, aside };
  } finally {
    rmSync(staged.file, { force: true });
  }
}

/** The newest copy that can be put back, with what is in it; null where there is none. What was set aside is no copy. */
export function newestWhole(dataFolder: string): (CopyFile & { readonly contents: CopyContents }) | null {
  for (const copy of listCopies(dataFolder)) {
    if (copy.reason === 'set-aside') continue;
    try {
      return { ...copy, contents: lookInside(dataFolder, copy.file) };
    } catch {
      // An older one may be whole.
    }
  }
  return null;
}

/** Names the copy that the next start is to put back: a file that is in use is put back by nobody. */
const ORDER = 'restore-next';

/** Has the next start of a console put a copy back. @param name of one in the list. */
export function orderRestore(dataFolder: string, name: string): void {
  writeFileSync(path.join(folderOf(dataFolder), ORDER), name, { mode: 0o600 });
}

/** What became of an order to put a copy back. */
export type RestoreOutcome =
  | { readonly done: true; readonly copy: CopyFile; readonly aside: string | null }
  | { readonly done: false; readonly error: StoreError };

/**
 * Puts back what was ordered, before the file is opened. An order counts once, whatever becomes of it.
 *
 * @returns null where nothing was ordered.
 */
export function performRestore(dataFolder: string, now: number): RestoreOutcome | null {
  const order = path.join(folderOf(dataFolder), ORDER);
  if (!existsSync(order)) return null;
  const name = readFileSync(order, 'utf8');
  rmSync(order, { force: true });
  try {
    const copy = listCopies(dataFolder).find(({ file }) => path.basename(file) === name);
    if (copy === undefined) throw new StoreError('unreadable', 'The copy that was chosen is gone', CHOOSE_ANOTHER);
    return { done: true, copy, aside: restoreCopy(dataFolder, copy.file, now).aside };
  } catch (error) {
    const told = storeErrorFrom(error, path.join(dataFolder, FILE_NAME));
    if (told === null) throw error;
    return { done: false, error: told };
  }
}

/**
 * What to do where the data file is damaged: the newest copy that is whole, by name, and what is lost with it.
 *
 * @returns a sentence or two.
 */
export function restoreRemedy(dataFolder: string): string {
  const newest = newestWhole(dataFolder);
  if (newest !== null)
    return `The newest intact copy is from ${instantText(newest.madeAt)}: restore it with “sendwright backup restore ${path.basename(newest.file)}”. Changes made since then are lost; the damaged file is kept.`;
  return `There is no intact copy in ${folderOf(dataFolder)}. Restore one of your own with “sendwright backup restore FILE”, or move the file away to start over.`;
}

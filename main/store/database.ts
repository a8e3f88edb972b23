import Database from 'better-sqlite3';
import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  existsSync,
  linkSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import path from 'node:path';
import { migrations } from './migrations.ts';
import { prepareWhenUsed } from './statements.ts';
import { fillSums, keepSums, registerSums } from './sums.ts';

/** The data file: one SQLite database in the data folder. */
export type SqliteDatabase = Database.Database;

/** Marks the file as ours (PRAGMA application_id): `Send` in ASCII. */
export const APPLICATION_ID = 0x53_65_6e_64;

export const FILE_NAME = 'sendwright.db';
const BUSY_TIMEOUT_MS = 10_000;
const PAGE_OCTETS = 16_384;
/** Of the log, after which it is copied into the file. */
const LOG_OCTETS = 32 * 2 ** 20;
/** Copies made before migrations that are kept. */
const KEPT_COPIES = 5;

export type StoreFault = 'newer' | 'damaged' | 'not-ours' | 'read-only' | 'full' | 'unreadable' | 'in-use';

/** The data file can't be used, and why; the message is for people. */
export class StoreError extends Error {
  readonly fault: StoreFault;
  readonly remedy: string;
  constructor(fault: StoreFault, message: string, remedy: string) {
    super(message);
    this.fault = fault;
    this.remedy = remedy;
  }
}

const PUT_BACK = 'Restore a copy: “sendwright backup list” shows all of them.';

function readOnly(file: string, isDisk = false): StoreError {
  return isDisk
    ? new StoreError(
        'read-only',
        `The data file ${file} can’t be written: its disk can only be read.`,
        'Systems take the right to write from a disk that has failed: look into their log first. Then let it be written again, or copy the data folder elsewhere and name that with --data-dir FOLDER.',
      )
    : new StoreError(
        'read-only',
        `The data file ${file} can’t be written.`,
        'Give this account write access to the data folder.',
      );
}

/** What a failure of SQLite means for the person, or null when it is none of these. */
export function storeErrorFrom(error: unknown, file: string): StoreError | null {
  if (error instanceof StoreError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  // Of the shared memory beside the log: no room for it is a full disk as well.
  if (code.startsWith('SQLITE_FULL') || code === 'SQLITE_IOERR_SHMSIZE') {
    return new StoreError('full', 'The disk is full; nothing was changed.', 'Free some space and try again.');
  }
  if (code.startsWith('SQLITE_READONLY')) {
    return readOnly(file);
  }
  if (code.startsWith('SQLITE_CORRUPT') || code.startsWith('SQLITE_NOTADB')) {
    return new StoreError('damaged', `The data file ${file} is damaged.`, PUT_BACK);
  }
  if (code.startsWith('SQLITE_IOERR') || code.startsWith('SQLITE_CANTOPEN')) {
    return new StoreError(
      'unreadable',
      `The data file ${file} can’t be opened (${code}).`,
      'Check the disk and the permissions of the data folder.',
    );
  }
  return null;
}

/** A value that is not what its column takes counts as unknown when it is read; the rows beside it are whole. */
const isOfOneRow = (line: string) => line.startsWith('CHECK constraint failed in ');

/** An index that differs from its table: it is made from that, and can be made again. */
const isOfAnIndex = (line: string) =>
  /^(?:row \d+ missing from index |row \d+ values differ from index |wrong # of entries in index |non-unique entry in index |rowid not at end-of-record for row \d+ of index )/.test(
    line,
  );

/**
 * @returns whether indexes differ from their tables, which can be mended; all else is in order.
 * @throws StoreError when an open file is another program's, of a newer format than `known`, or damaged.
 */
function lookThrough(database: SqliteDatabase, file: string, known: number): boolean {
  const applicationId = database.pragma('application_id', { simple: true }) as number;
  const version = database.pragma('user_version', { simple: true }) as number;
  const isNew = version === 0 && applicationId === 0;
  if (isNew) {
    const tables = database.prepare('SELECT count(*) AS amount FROM sqlite_schema').get() as { amount: number };
    if (tables.amount === 0) return false;
  }
  if (applicationId !== APPLICATION_ID) {
    throw new StoreError('not-ours', `${file} belongs to another program.`, 'Choose another data folder.');
  }
  if (version > known) {
    throw new StoreError(
      'newer',
      `${file} was written by a newer Sendwright (format ${version}; this one knows ${known}).`,
      'Install the newer version, or choose another data folder.',
    );
  }
  const found = database.pragma('integrity_check') as readonly { readonly integrity_check: string }[];
  const faults = found.map(({ integrity_check: line }) => line).filter((line) => line !== 'ok' && !isOfOneRow(line));
  const check = faults.find((line) => !isOfAnIndex(line));
  if (check !== undefined) throw new StoreError('damaged', `The data file ${file} is damaged: ${check}.`, PUT_BACK);
  return faults.length > 0;
}

/** @throws StoreError when an open file is another program's, of a newer format than `known`, or damaged. */
export function checkFile(database: SqliteDatabase, file: string, known: number): void {
  if (lookThrough(database, file, known))
    throw new StoreError('damaged', `The data file ${file} is damaged: an index differs from its table.`, PUT_BACK);
}

/**
 * The same for a file that may be written: an index that differs from its table is made again from that.
 *
 * @returns whether one was.
 */
function checkAndMend(database: SqliteDatabase, file: string, known: number): boolean {
  if (!lookThrough(database, file, known)) return false;
  try {
    database.exec('REINDEX');
  } catch (error) {
    // Two rows have what only one may: which of them is right can't be told.
    if (!(error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_CONSTRAINT'))) throw error;
  }
  checkFile(database, file, known);
  return true;
}

function copyBeforeMigration(database: SqliteDatabase, folder: string, version: number): void {
  const copy = path.join(folder, `sendwright-before-format-${version + 1}.db`);
  // Another start may be making the same copy: each writes its own, and a whole one takes the place.
  const unfinished = `${copy}.${process.pid}`;
  rmSync(unfinished, { force: true });
  try {
    // The copy holds what the file holds, so it is one account's alone as well.
    closeSync(openSync(unfinished, 'wx', 0o600));
    database.prepare('VACUUM INTO ?').run(unfinished);
    renameSync(unfinished, copy);
  } finally {
    rmSync(unfinished, { force: true });
  }
  const copies = readdirSync(folder)
    .filter((name) => /^sendwright-before-format-\d+\.db$/.test(name))
    .sort((left, right) => Number(/\d+/.exec(right)) - Number(/\d+/.exec(left)));
  for (const old of copies.slice(KEPT_COPIES)) rmSync(path.join(folder, old), { force: true });
}

/** Another account's file would be that account's to read and to exchange; one of ours is for nobody else. */
function checkOwner(file: string): void {
  const account = process.getuid?.();
  if (account === undefined || !existsSync(file)) return;
  const { uid, mode } = statSync(file);
  if (uid !== account && uid !== 0 && account !== 0)
    throw new StoreError(
      'not-ours',
      `The data file ${file} belongs to another account.`,
      'Choose another data folder with --data-dir FOLDER.',
    );
  if (uid === account && (mode & 0o077) !== 0) chmodSync(file, mode & 0o700);
}

/** SQLite opens a file that can only be read without a word, and fails at the first write: asked before instead. */
function checkWritable(folder: string, file: string): void {
  try {
    accessSync(folder, constants.W_OK);
    if (existsSync(file)) accessSync(file, constants.W_OK);
  } catch (error) {
    throw readOnly(file, (error as NodeJS.ErrnoException).code === 'EROFS');
  }
}

function migrate(database: SqliteDatabase, folder: string, steps: readonly string[]): void {
  const isNew = (database.pragma('user_version', { simple: true }) as number) === 0;
  for (;;) {
    const version = database.pragma('user_version', { simple: true }) as number;
    if (version >= steps.length) return;
    if (!isNew) copyBeforeMigration(database, folder, version);
    const apply = database.transaction(() => {
      // Another process may have migrated while this one waited for the lock.
      if ((database.pragma('user_version', { simple: true }) as number) !== version) return;
      database.exec(steps[version] as string);
      fillSums(database);
      database.pragma(`user_version = ${version + 1}`);
    });
    apply.immediate();
  }
}

/** Opens a file as it is used, and brings it to today's format. */
function openFile(file: string, folder: string, steps: readonly string[], onMended: () => void): SqliteDatabase {
  const database = new Database(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    registerSums(database);
    // KiB of pages kept in memory. The operating system keeps the file as well: more gained nothing measurable. Before the
    // file is looked through: that fills whatever there is, and what the C library has had of the heap it hardly gives back.
    database.pragma('cache_size = -4000');
    if (checkAndMend(database, file, steps.length)) onMended();
    // Before the first table: a file that is there keeps the size it has. Larger pages are fewer calls for a bulk check.
    database.pragma(`page_size = ${PAGE_OCTETS}`);
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    // A bulk check writes megabytes: copied from the log into the file less often, each page fewer times.
    const pageOctets = database.pragma('page_size', { simple: true }) as number;
    database.pragma(`wal_autocheckpoint = ${Math.ceil(LOG_OCTETS / pageOctets)}`);
    database.pragma('foreign_keys = ON');
    if ((database.pragma('application_id', { simple: true }) as number) === 0) {
      database.pragma(`application_id = ${APPLICATION_ID}`);
    }
    migrate(database, folder, steps);
    prepareWhenUsed(database, () => keepSums(database));
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Makes the data file whole in one step, so that an empty one is never ours: another start may be making it as well. */
function makeFile(file: string, folder: string, steps: readonly string[]): void {
  const unfinished = `${file}.new-${process.pid}`;
  const leftBehind = [unfinished, `${unfinished}-wal`, `${unfinished}-shm`];
  for (const name of leftBehind) rmSync(name, { force: true });
  try {
    // Owned by one account from its first octet on; SQLite gives its side files the same rights.
    closeSync(openSync(unfinished, 'wx', 0o600));
    openFile(unfinished, folder, steps, () => undefined).close();
    try {
      linkSync(unfinished, file);
    } catch (error) {
      if (existsSync(file)) return;
      // Some file systems (exFAT, many network drives) know no second name for a file.
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS' && code !== 'EOPNOTSUPP') throw error;
      renameSync(unfinished, file);
    }
  } finally {
    for (const name of leftBehind) rmSync(name, { force: true });
  }
}

function checkNotEmptied(file: string): void {
  if (statSync(file).size > 0) return;
  throw new StoreError(
    'damaged',
    `The data file ${file} is empty: something other than Sendwright has emptied it.`,
    PUT_BACK,
  );
}

/**
 * Opens the data file, makes it when it is missing, and brings it to today's format; before each step a copy is made.
 *
 * @param folder must exist.
 * @param steps to each format from the one before.
 * @param onMended called where an index was made again.
 * @throws StoreError when the file is newer, damaged, emptied, another program's, or can't be written.
 */
export function openDatabase(
  folder: string,
  steps: readonly string[] = migrations,
  onMended: () => void = () => undefined,
): SqliteDatabase {
  const file = path.join(folder, FILE_NAME);
  try {
    checkOwner(file);
    checkWritable(folder, file);
    if (!existsSync(file)) makeFile(file, folder, steps);
    checkNotEmptied(file);
    return openFile(file, folder, steps, onMended);
  } catch (error) {
    throw storeErrorFrom(error, file) ?? error;
  }
}

import Database from 'better-sqlite3';
import { accessSync, closeSync, constants, existsSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { nameOrder } from '../../shared/dns/name-order.ts';
import { migrations } from './migrations.ts';

/** The data file: one SQLite database in the data folder. */
export type SqliteDatabase = Database.Database;

/** Marks the file as ours (PRAGMA application_id): `Send` in ASCII. */
export const APPLICATION_ID = 0x53_65_6e_64;

const FILE_NAME = 'sendwright.db';
const BUSY_TIMEOUT_MS = 10_000;
const PAGE_OCTETS = 16_384;
/** Of the log, after which it is copied into the file. */
const LOG_OCTETS = 16 * 2 ** 20;
/** Copies made before migrations that are kept. */
const KEPT_COPIES = 5;

export type StoreFault = 'newer' | 'damaged' | 'not-ours' | 'read-only' | 'full' | 'unreadable';

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

function readOnly(file: string): StoreError {
  return new StoreError(
    'read-only',
    `The data file ${file} can’t be written.`,
    'Give this account write access to the data folder.',
  );
}

/** What a failure of SQLite means for the person, or null when it is none of these. */
export function storeErrorFrom(error: unknown, file: string): StoreError | null {
  if (error instanceof StoreError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code.startsWith('SQLITE_FULL')) {
    return new StoreError('full', 'The disk is full; nothing was changed.', 'Free some space and try again.');
  }
  if (code.startsWith('SQLITE_READONLY')) {
    return readOnly(file);
  }
  if (code.startsWith('SQLITE_CORRUPT') || code.startsWith('SQLITE_NOTADB')) {
    return new StoreError(
      'damaged',
      `The data file ${file} is damaged.`,
      'Put back a copy: the data folder holds those made before updates.',
    );
  }
  if (code.startsWith('SQLITE_IOERR') || code.startsWith('SQLITE_CANTOPEN')) {
    return new StoreError(
      'unreadable',
      `The data file ${file} can’t be opened (${code}).`,
      'Check the disk and the rights of the data folder.',
    );
  }
  return null;
}

function checkFile(database: SqliteDatabase, file: string, known: number): void {
  const applicationId = database.pragma('application_id', { simple: true }) as number;
  const version = database.pragma('user_version', { simple: true }) as number;
  const isNew = version === 0 && applicationId === 0;
  if (isNew) {
    const tables = database.prepare('SELECT count(*) AS amount FROM sqlite_schema').get() as { amount: number };
    if (tables.amount === 0) return;
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
  const check = database.pragma('quick_check(1)', { simple: true });
  if (check !== 'ok')
    throw new StoreError(
      'damaged',
      `The data file ${file} is damaged: ${String(check)}.`,
      'Put back a copy: the data folder holds those made before updates.',
    );
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

/** SQLite opens a file that can only be read without a word, and fails at the first write: asked before instead. */
function checkWritable(folder: string, file: string): void {
  try {
    accessSync(folder, constants.W_OK);
    if (existsSync(file)) accessSync(file, constants.W_OK);
  } catch {
    throw readOnly(file);
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
      database.pragma(`user_version = ${version + 1}`);
    });
    apply.immediate();
  }
}

/**
 * Opens the data file, makes it when it is missing, and brings it to today's format; before each step a copy is made.
 *
 * @param folder must exist.
 * @param steps to each format from the one before.
 * @throws StoreError when the file is newer, damaged, another program's, or can't be written.
 */
export function openDatabase(folder: string, steps: readonly string[] = migrations): SqliteDatabase {
  const file = path.join(folder, FILE_NAME);
  let database: SqliteDatabase | undefined;
  try {
    checkWritable(folder, file);
    // Owned by one account from its first octet on; SQLite gives its side files the same rights.
    closeSync(openSync(file, 'a', 0o600));
    database = new Database(file, { timeout: BUSY_TIMEOUT_MS });
    checkFile(database, file, steps.length);
    // Before the first table: a file that is there keeps the size it has. Larger pages are fewer calls for a bulk check.
    database.pragma(`page_size = ${PAGE_OCTETS}`);
    database.function('name_order', { deterministic: true }, nameOrder);
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    // A bulk check writes megabytes: copied from the log into the file less often, each page fewer times.
    const pageOctets = database.pragma('page_size', { simple: true }) as number;
    database.pragma(`wal_autocheckpoint = ${Math.ceil(LOG_OCTETS / pageOctets)}`);
    // KiB of pages kept in memory. The operating system keeps the file as well: more gained nothing measurable.
    database.pragma('cache_size = -4000');
    database.pragma('foreign_keys = ON');
    if ((database.pragma('application_id', { simple: true }) as number) === 0) {
      database.pragma(`application_id = ${APPLICATION_ID}`);
    }
    migrate(database, folder, steps);
    return database;
  } catch (error) {
    database?.close();
    throw storeErrorFrom(error, file) ?? error;
  }
}

import { closeSync, constants, openSync, readFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { FILE_NAME } from './database.ts';
import type { SqliteDatabase } from './database.ts';
import { around } from './statements.ts';
import { rowSum } from './sums.ts';

/**
 * The mark of the last commit: a small file beside the data file that says how often each table had been changed when a
 * write was last acknowledged. SQLite takes a log whose end is lost for one whose last writes never came to their end; a
 * data file that is behind its mark has lost writes that somebody was told are kept.
 *
 * The mark is written after the commit, which is on disk by then, and is not synchronised itself: what stops the program or
 * the computer in between leaves a mark that is behind the file, and that is in order. A mark that can't be read, or that is
 * another file's, says nothing.
 */

const NAME = `${FILE_NAME}-mark`;
/** Longer than any mark will be: a shorter one leaves nothing of a longer one behind. */
const OCTETS = 4096;

export const markFile = (dataFolder: string): string => path.join(dataFolder, NAME);

const shape = z.object({
  identity: z.string(),
  /** When it was written, in milliseconds since the epoch. */
  at: z.int(),
  changes: z.record(z.string(), z.int()),
});
type Mark = z.infer<typeof shape>;

const textOf = (mark: Mark) => {
  const text = JSON.stringify(mark);
  return `${rowSum(text)} ${text}`;
};

/** @returns null where there is none, or it is not what was written. */
function readMark(dataFolder: string): Mark | null {
  let text: string;
  try {
    text = readFileSync(markFile(dataFolder), 'utf8').trimEnd();
  } catch {
    // None was written yet, or it can't be reached: it says nothing.
    return null;
  }
  const [, sum, json] = /^(-?\d+) (\{.*\})$/.exec(text) ?? [];
  if (json === undefined || Number(sum) !== rowSum(json)) return null;
  return shape.safeParse(JSON.parse(json)).data ?? null;
}

const identityOf = (database: SqliteDatabase) =>
  database.prepare('SELECT identity FROM data_file').pluck().get() as string;

export interface MissingChanges {
  /** When the newest of them was acknowledged, in milliseconds since the epoch. */
  readonly at: number;
  /** How many of each table. */
  readonly changes: ReadonlyMap<string, number>;
}

/** @returns what was acknowledged and is not in the file; null where nothing is missing. */
export function missingChanges(database: SqliteDatabase, dataFolder: string): MissingChanges | null {
  // In this order: what another program commits in between is in the file, and in no mark yet.
  const mark = readMark(dataFolder);
  if (mark === null || mark.identity !== identityOf(database)) return null;
  const present = database.prepare('SELECT changes FROM totals WHERE name = ?').pluck();
  const missing = Object.entries(mark.changes)
    .map(([table, amount]) => [table, amount - ((present.get(table) as number | undefined) ?? 0)] as const)
    .filter(([, amount]) => amount > 0);
  return missing.length === 0 ? null : { at: mark.at, changes: new Map(missing) };
}

export interface Marker {
  /** Marks the present state, and each commit from now on. */
  readonly begin: () => void;
  readonly close: () => void;
}

/** Has each commit of a connection marked, once that is begun. @param now milliseconds since the epoch. */
export function markCommits(database: SqliteDatabase, dataFolder: string, now: () => number): Marker {
  const identity = identityOf(database);
  const present = database.prepare('SELECT name, changes FROM totals');
  const writes = database.prepare('SELECT total_changes()').pluck();
  let handle: number | null = null;
  let marked = -1;
  /** Transactions that are open: no write within them is a commit, and to ask the database costs as much as a small one. */
  let open = 0;

  function mark(): void {
    if (handle === null || database.inTransaction) return;
    const written = writes.get() as number;
    if (written === marked) return;
    marked = written;
    const changes = Object.fromEntries(
      (present.all() as { name: string; changes: number }[]).map((row) => [row.name, row.changes]),
    );
    try {
      writeSync(handle, textOf({ identity, at: now(), changes }).padEnd(OCTETS), 0);
    } catch {
      // The write itself is kept: that it could not be marked takes nothing from it.
    }
  }

  const prepare = database.prepare.bind(database);
  database.prepare = ((source: string) => {
    const statement = prepare(source);
    const run = statement.run.bind(statement);
    statement.run = (...given: unknown[]) => {
      const result = run(...given);
      if (open === 0) mark();
      return result;
    };
    return statement;
  }) as typeof database.prepare;
  const transaction = database.transaction.bind(database);
  database.transaction = ((work: Parameters<typeof transaction>[0]) => {
    const counted = (...given: unknown[]): unknown => {
      open += 1;
      try {
        return work(...given);
      } finally {
        open -= 1;
      }
    };
    return around(transaction(counted), () => undefined, mark);
  }) as typeof database.transaction;

  return {
    begin() {
      if (handle !== null) return;
      try {
        handle = openSync(markFile(dataFolder), constants.O_RDWR | constants.O_CREAT, 0o600);
      } catch {
        // The data file can be written, and this one can't: nothing is marked.
        handle = null;
      }
      mark();
    },
    close() {
      if (handle !== null) closeSync(handle);
      handle = null;
    },
  };
}

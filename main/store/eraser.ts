import type { SqliteDatabase } from './database.ts';

/** Takes what must not be read again out of the data file and its log. */
export interface Eraser {
  /** Runs writes that leave nothing of what they drop in the free space of the file, nor, once no transaction is open, in its log. */
  readonly overwriting: <Result>(work: () => Result) => Result;
  /** Copies the log into the file and empties it, if something is owed. @returns false where a reader elsewhere puts that off until the next time. */
  readonly emptyLog: () => boolean;
  /** Has the log emptied with the next call. */
  readonly owe: () => void;
}

export function createEraser(database: SqliteDatabase): Eraser {
  /** What was overwritten stands in the log still. */
  let owesCheckpoint = false;

  function emptyLog(): boolean {
    if (!owesCheckpoint || database.inTransaction) return !owesCheckpoint;
    const patienceMs = database.pragma('busy_timeout', { simple: true }) as number;
    // Nobody waits for a reader here.
    database.pragma('busy_timeout = 0');
    try {
      const [outcome] = database.pragma('wal_checkpoint(TRUNCATE)') as { readonly busy: number }[];
      owesCheckpoint = outcome?.busy === 1;
    } finally {
      database.pragma(`busy_timeout = ${patienceMs}`);
    }
    return !owesCheckpoint;
  }

  /** Leaves nothing of what it drops in the free space of the file. */
  function thoroughly<Result>(work: () => Result): Result {
    database.pragma('secure_delete = ON');
    try {
      return work();
    } finally {
      database.pragma('secure_delete = OFF');
    }
  }

  return {
    overwriting(work) {
      const result = thoroughly(work);
      owesCheckpoint = true;
      emptyLog();
      return result;
    },
    emptyLog,
    owe() {
      owesCheckpoint = true;
    },
  };
}

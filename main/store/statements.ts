import type { Statement } from 'better-sqlite3';
import type { SqliteDatabase } from './database.ts';

/**
 * A statement that is compiled when it is first used: a command uses few of those that the store knows, and to compile all
 * takes longer than to open the file.
 */
function whenUsed(compile: () => Statement): Statement {
  let compiled: Statement | null = null;
  let isPlucked = false;
  const own = (): Statement => {
    if (compiled !== null) return compiled;
    const statement = compile();
    compiled = isPlucked ? statement.pluck() : statement;
    return compiled;
  };
  const later = {
    run: (...given: unknown[]) => own().run(...given),
    get: (...given: unknown[]) => own().get(...given),
    all: (...given: unknown[]) => own().all(...given),
    iterate: (...given: unknown[]) => own().iterate(...given),
    pluck() {
      isPlucked = true;
      return later;
    },
  };
  return later as unknown as Statement;
}

type Transaction = ReturnType<SqliteDatabase['transaction']>;

/** A transaction, in each of its ways to begin, with something done before it and after it has ended well. */
export function around(inner: Transaction, before: () => void, after: () => void): Transaction {
  const wrapped =
    (work: (...given: unknown[]) => unknown) =>
    (...given: unknown[]): unknown => {
      before();
      const result = work(...given);
      after();
      return result;
    };
  return Object.assign(wrapped(inner), {
    deferred: wrapped((...given) => inner.deferred(...given)),
    immediate: wrapped((...given) => inner.immediate(...given)),
    exclusive: wrapped((...given) => inner.exclusive(...given)),
  }) as unknown as Transaction;
}

/**
 * Has a connection compile its statements when they are used.
 *
 * @param beforeFirstWrite what has to be there before anything is written.
 */
export function prepareWhenUsed(database: SqliteDatabase, beforeFirstWrite: () => void): void {
  const prepare = database.prepare.bind(database);
  const transaction = database.transaction.bind(database);
  let isReady = false;
  // Outside of a transaction, for one that is rolled back would take it back as well.
  const ready = () => {
    if (isReady) return;
    isReady = true;
    beforeFirstWrite();
  };
  database.prepare = ((source: string) =>
    whenUsed(() => {
      const statement = prepare(source);
      // SQLite compiles the statement anew where what it found has changed.
      if (!statement.readonly) ready();
      return statement;
    })) as typeof database.prepare;
  database.transaction = ((work: Parameters<typeof transaction>[0]) =>
    around(transaction(work), ready, () => undefined)) as typeof database.transaction;
}

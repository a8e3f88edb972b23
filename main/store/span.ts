import type { SqliteDatabase } from './database.ts';

/** The first and the last of numbers that lie beside each other; null where there are others between them, or none at all. */
function spanOf(numbers: readonly number[]): readonly [first: number, last: number] | null {
  let first = Infinity;
  let last = -Infinity;
  for (const number of numbers) {
    if (number < first) first = number;
    if (number > last) last = number;
  }
  return last - first + 1 === numbers.length ? [first, last] : null;
}

/** A statement about some rows; what it wants besides stands before their numbers. */
interface OfRows {
  readonly all: (...before: readonly unknown[]) => readonly unknown[];
  readonly get: (...before: readonly unknown[]) => unknown;
}

/**
 * A statement about rows by their numbers. Where these lie beside each other, as those of a list that was added at once, the rows
 * are found between the first and the last in a third of the time that SQLite takes to go through a list of them.
 *
 * @param column the numbers are in.
 * @param sql the statement, around a condition that stands behind its other parameters.
 * @returns the statement about those of the numbers, each given once; where one is given twice it may be about another besides.
 */
export function byNumbers(
  database: SqliteDatabase,
  column: string,
  sql: (condition: string) => string,
): (numbers: readonly number[]) => OfRows {
  const listed = database.prepare(sql(`${column} IN (SELECT value FROM json_each(?))`));
  const between = database.prepare(sql(`${column} BETWEEN ? AND ?`));
  return (numbers) => {
    const span = spanOf(numbers);
    const statement = span === null ? listed : between;
    const given = span ?? [JSON.stringify(numbers)];
    return {
      all: (...before) => statement.all(...before, ...given),
      get: (...before) => statement.get(...before, ...given),
    };
  };
}

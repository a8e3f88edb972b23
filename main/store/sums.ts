import { crc32 } from 'node:zlib';
import type { SqliteDatabase } from './database.ts';
import { byNumbers } from './span.ts';

/**
 * Sums over what is kept, because SQLite has none of its pages.
 *
 * Each row carries a sum of its columns, which is held against them when the row is read. Each table has its totals in
 * `totals`: how many rows there are, the sum of their sums, and how often one was changed; a row that vanished, or that
 * became an older one again, is told by these. Triggers of the connection keep both, whatever statement writes:
 *
 * - A new row, and one whose sum a statement sets to NULL, is summed: the statement has written all of it.
 * - A row of which a part is changed is summed again if it was whole before; a damaged one stays known as damaged.
 * - Where rows are written by the thousand, as checks and what they find of domains are, a statement brings the sum itself,
 *   and who writes them counts them: a trigger takes as long as a row.
 */

/** A value as SQLite gives and takes it. */
type Stored = string | number | null | Buffer;

function textOf(value: Stored): string | number {
  if (value === null) return '\0';
  return typeof value === 'object' ? value.toString('latin1') : value;
}

/** A CRC-32 (ISO 3309) over the values of a row. */
export function rowSum(...values: readonly Stored[]): number {
  let text = '';
  for (const value of values) text += `${textOf(value)}\u001f`;
  // Signed, it takes four octets in a row.
  return crc32(text) | 0;
}

/** The same over a domain, a time and a text of some length, which is not copied to stand beside them. */
export function checkRowSum(domainId: number, at: number, check: string): number {
  return crc32('\u001f', crc32(check, crc32(`${domainId}\u001f${at}\u001f`))) | 0;
}

/** The same over columns of a row that was read. */
export function sumOfColumns<Column extends string>(
  row: { readonly [Name in Column]: Stored },
  columns: readonly Column[],
): number {
  let text = '';
  for (const column of columns) text += `${textOf(row[column])}\u001f`;
  return crc32(text) | 0;
}

/** The columns of a table that one sum is over. */
interface Part {
  /** The column that holds the sum. */
  readonly sum: string;
  readonly columns: readonly string[];
  /** A counting column that is added to the sum, so that a statement may raise both. */
  readonly counter: string | null;
}

interface GuardedTable {
  readonly name: string;
  readonly key: readonly string[];
  readonly parts: readonly Part[];
}

const SUM = 'sum';
/** What a check found of a domain. */
export const resultColumns = ['verdict', 'spf', 'dkim', 'dmarc', 'seen_at', 'checked_at', 'record_verdicts'] as const;
/** Of what a check found: the statements that write any of these bring their sum, and `resultCounter` counts it. */
const RESULT: Part = {
  sum: 'result_sum',
  columns: resultColumns,
  counter: 'unchanged',
};
/** Its rows bring their sum, which is known before their number is, and `checkCounter` counts them. */
const BY_WRITER = 'checks';

interface ColumnInfo {
  readonly table: string;
  readonly name: string;
  /** Its place in the key; 0: it is no part of that. */
  readonly pk: number;
}

function tableOf(name: string, all: readonly ColumnInfo[]): GuardedTable | null {
  const names = all.map((column) => column.name);
  if (!names.includes(SUM)) return null;
  const key = all
    .filter(({ pk }) => pk > 0)
    .sort((left, right) => left.pk - right.pk)
    .map((column) => column.name);
  const result = names.includes(RESULT.sum) ? [RESULT] : [];
  const elsewhere = new Set([
    SUM,
    ...result.flatMap(({ sum, columns, counter }) => [sum, ...columns, counter]),
    ...(name === BY_WRITER ? key : []),
  ]);
  const columns = names.filter((column) => !elsewhere.has(column));
  return { name, key, parts: [{ sum: SUM, columns, counter: null }, ...result] };
}

/** The tables whose rows carry a sum; none where the file is of a format without. */
function guardedTables(database: SqliteDatabase): readonly GuardedTable[] {
  const columns = database
    .prepare(
      `SELECT tables.name AS "table", columns.name, columns.pk
       FROM main.sqlite_schema AS tables JOIN pragma_table_info(tables.name) AS columns
       WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite_%' ORDER BY tables.name, columns.cid`,
    )
    .all() as ColumnInfo[];
  const tables = Map.groupBy(columns, ({ table }) => table);
  if (!tables.has('totals')) return [];
  return [...tables].map(([name, all]) => tableOf(name, all)).filter((table) => table !== null);
}

/** @param row what the columns are of, with a point: `NEW.`. */
function summed({ columns, counter }: Part, row: string): string {
  const sum = `row_sum(${columns.map((column) => row + column).join(', ')})`;
  return counter === null ? sum : `(${sum} + ${row}${counter})`;
}

/** @param number of the table in `totals`. */
function triggersOf({ name, key, parts }: GuardedTable, number: number): string {
  const here = key.map((column) => `${column} = NEW.${column}`).join(' AND ');
  const sumOf = (row: string) => parts.map(({ sum }) => `coalesce(${row}${sum}, 0)`).join(' + ');
  const isSummed = parts.map(({ sum }) => `NEW.${sum} IS NOT NULL`).join(' AND ');
  const count = (change: string) => `UPDATE totals SET ${change} WHERE id = ${number};`;
  const sealed = parts.map((part) => `${part.sum} = coalesce(NEW.${part.sum}, ${summed(part, 'NEW.')})`).join(', ');
  const seal = `UPDATE ${name} SET ${sealed} WHERE NOT (${isSummed}) AND ${here};`;
  const ofParts = parts.map((part) => {
    if (part === RESULT) return '';
    const { sum, columns, counter } = part;
    const written = [...columns, ...(counter === null ? [] : [counter])].join(', ');
    return `CREATE TEMP TRIGGER ${name}_${sum}_changed AFTER UPDATE OF ${written} ON main.${name}
      WHEN NEW.${sum} IS NULL OR (NEW.${sum} IS OLD.${sum} AND OLD.${sum} IS ${summed(part, 'OLD.')})
      BEGIN UPDATE ${name} SET ${sum} = ${summed(part, 'NEW.')} WHERE ${here}; END;`;
  });
  const added = `CREATE TEMP TRIGGER ${name}_added AFTER INSERT ON main.${name} BEGIN
      ${count(`rows = rows + 1, total = total + ${sumOf('NEW.')}, changes = changes + (${isSummed})`)}
      ${seal}
    END;`;
  return `
    ${name === BY_WRITER ? '' : added}
    ${ofParts.join('\n')}
    CREATE TEMP TRIGGER ${name}_summed AFTER UPDATE OF ${SUM} ON main.${name} BEGIN
      ${count(`total = total - (${sumOf('OLD.')}) + ${sumOf('NEW.')}, changes = changes + (${isSummed})`)}
    END;
    CREATE TEMP TRIGGER ${name}_removed AFTER DELETE ON main.${name} BEGIN
      ${count(`rows = rows - 1, total = total - (${sumOf('OLD.')}), changes = changes + 1`)}
    END;`;
}

/** Has the connection know the sum; to be called before anything is read or written. */
export function registerSums(database: SqliteDatabase): void {
  database.function('row_sum', { deterministic: true, varargs: true }, (...values: unknown[]) =>
    rowSum(...(values as Stored[])),
  );
}

const numbersOf = (database: SqliteDatabase): ReadonlyMap<string, number> =>
  new Map(
    (database.prepare('SELECT name, id FROM totals').all() as { name: string; id: number }[]).map((row) => [
      row.name,
      row.id,
    ]),
  );

/** Counts checks that are added within the transaction that is open, by their sums. */
export function checkCounter(database: SqliteDatabase): (sums: readonly number[]) => void {
  const count = database.prepare(
    `UPDATE totals SET rows = rows + @amount, total = total + @total, changes = changes + @amount WHERE name = '${BY_WRITER}'`,
  );
  return (sums) => void count.run({ amount: sums.length, total: sums.reduce((sum, one) => sum + one, 0) });
}

/**
 * Counts what checks found of domains by its sums while it is written, within a transaction that was begun to write:
 * one that reads before it writes gives up where another program writes in between.
 */
export function resultCounter(database: SqliteDatabase): (domainIds: readonly number[], write: () => void) => void {
  // What lies between them is not written meanwhile, so that it is in both sums.
  const resultsOf = byNumbers(
    database,
    'id',
    (condition) => `SELECT coalesce(sum(${RESULT.sum}), 0) AS total FROM domains WHERE ${condition}`,
  );
  const count = database.prepare(
    `UPDATE totals SET total = total + @more, changes = changes + @amount WHERE name = 'domains'`,
  );
  return (domainIds, write) => {
    const results = resultsOf(domainIds);
    const sum = () => (results.get() as { readonly total: number }).total;
    const before = sum();
    write();
    count.run({ more: sum() - before, amount: domainIds.length });
  };
}

/** Has the connection keep the sums and totals of all that it writes. */
export function keepSums(database: SqliteDatabase): void {
  const tables = guardedTables(database);
  if (tables.length === 0) return;
  const numbers = numbersOf(database);
  // One transaction: each trigger by itself would be written by itself.
  database.exec(`BEGIN; ${tables.map((table) => triggersOf(table, numbers.get(table.name) ?? 0)).join('\n')} COMMIT;`);
}

const totalsOf = ({ name, parts }: GuardedTable) =>
  `SELECT '${name}' AS name, count(*) AS rows, ${parts.map(({ sum }) => `coalesce(sum(${sum}), 0)`).join(' + ')} AS total FROM ${name}`;

/** Sums the rows that a new format has left without, and counts anew; within the transaction that brought the format. */
export function fillSums(database: SqliteDatabase): void {
  for (const table of guardedTables(database)) {
    for (const part of table.parts)
      database.exec(`UPDATE ${table.name} SET ${part.sum} = ${summed(part, '')} WHERE ${part.sum} IS NULL`);
    countAnew(database, table);
  }
}

function countAnew(database: SqliteDatabase, table: GuardedTable): void {
  database.exec(
    `INSERT INTO totals (name, rows, total, changes) SELECT name, rows, total, 1 FROM (${totalsOf(table)}) WHERE true
     ON CONFLICT (name) DO UPDATE SET rows = excluded.rows, total = excluded.total, changes = changes + 1`,
  );
}

/** The tables whose rows are not those that were written, by their totals. */
export function changedTables(database: SqliteDatabase): readonly string[] {
  const found = guardedTables(database).map(totalsOf).join(' UNION ALL ');
  // One statement sees one state of the file, whatever another program writes meanwhile.
  return database
    .prepare(
      `SELECT found.name FROM (${found}) AS found LEFT JOIN totals AS kept ON kept.name = found.name
       WHERE kept.rows IS NOT found.rows OR kept.total IS NOT found.total`,
    )
    .pluck()
    .all() as string[];
}

/** Of these only the rows that are read are held against their sums; indexes tell where a key of theirs is another. */
const LARGE: ReadonlySet<string> = new Set([
  'activity',
  'checks',
  'dkim_keys',
  'domains',
  'evidence_folder_files',
  'evidence_mails',
  'evidence_reports',
  'evidence_rows',
  'pasted_parts',
  'timeline',
  'traces',
]);

/**
 * Rows that are not what was written. One whose key is another is not found by who asks for it, so that nobody would meet
 * it: small tables are always looked through.
 *
 * @param which `all`: large tables too.
 */
export function damagedRows(
  database: SqliteDatabase,
  which: 'small' | 'all',
): readonly { readonly table: string; readonly key: string }[] {
  const looks = guardedTables(database)
    .filter(({ name }) => which === 'all' || !LARGE.has(name))
    .map(({ name, key, parts }) => {
      const isDamaged = parts.map((part) => `${part.sum} IS NOT ${summed(part, '')}`).join(' OR ');
      return `SELECT '${name}' AS "table", ${key.join(` || ' ' || `)} AS key FROM ${name} WHERE ${isDamaged}`;
    });
  return database.prepare(looks.join(' UNION ALL ')).all() as { table: string; key: string }[];
}

/** Takes the rows that are there for all that there are. */
export function countAllAnew(database: SqliteDatabase): void {
  for (const table of guardedTables(database)) countAnew(database, table);
}

/** Tells in SQL whether a row is what was written. */
export interface Sums {
  /**
   * @param alias of the table in the statement.
   * @returns a condition: true where the sum fits the row.
   */
  readonly isWhole: (table: string, alias?: string) => string;
  /** The same of what a domain's last check found. */
  readonly isWholeResult: (alias?: string) => string;
  /** The columns that a row's sum is over, in their order. */
  readonly columns: (table: string) => readonly string[];
}

export function createSums(database: SqliteDatabase): Sums {
  const tables = new Map(guardedTables(database).map((table) => [table.name, table]));
  const condition = (part: Part, alias: string) => {
    const row = alias === '' ? '' : `${alias}.`;
    return `(${row}${part.sum} IS ${summed(part, row)})`;
  };
  const partOf = (table: string): Part => {
    const part = tables.get(table)?.parts[0];
    if (part === undefined) throw new Error(`Rows of ${table} carry no sum`);
    return part;
  };
  return {
    isWhole: (table, alias = '') => condition(partOf(table), alias),
    isWholeResult: (alias = '') => condition(RESULT, alias),
    columns: (table) => partOf(table).columns,
  };
}

/** The sum of what a check found of a domain, but for the count of checks that changed nothing. */
export function resultSum(row: {
  readonly verdict: string;
  readonly spf: string;
  readonly dkim: string;
  readonly dmarc: string;
  readonly seenAt: number | null;
  readonly checkedAt: number | null;
  readonly recordVerdicts: string;
}): number {
  return rowSum(row.verdict, row.spf, row.dkim, row.dmarc, row.seenAt, row.checkedAt, row.recordVerdicts);
}

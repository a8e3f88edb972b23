/** Tables of consoles whose cells come each on a line of its own when they are copied, because they are no tables of HTML. */

interface Row {
  readonly line: number;
  readonly cells: readonly string[];
}

/** Rows that the width is told by, and the widest such table. */
const ROWS_LOOKED_AT = 480;
const MOST_COLUMNS = 24;
/** Of the cells in the first column, those that may be no domain: a slip, or a row that is incomplete. */
const MOST_OTHERS = 0.2;

/** Whether rows of that many cells have domains in their first column, and in each other one always or never. */
function hasWidth(isDomainAt: readonly boolean[], width: number): boolean {
  let hasOther = false;
  for (let column = 0; column < width; column += 1) {
    const cells = isDomainAt.filter((_is, index) => index % width === column);
    const share = cells.filter(Boolean).length / cells.length;
    if (column === 0 ? share < 1 - MOST_OTHERS : share !== 0 && share !== 1) return false;
    hasOther ||= share === 0;
  }
  return hasOther;
}

/**
 * Puts cells that stand one to a line back into rows.
 *
 * @param rows without empty lines.
 * @param isHeading whether a word is known as the heading of a column of domains.
 * @returns the heading, where it has as many cells as the rows, and the rows; null where the lines are no such cells.
 */
export function foldCells(
  rows: readonly Row[],
  isHeading: (word: string) => boolean,
  isDomain: (text: string) => boolean,
): readonly Row[] | null {
  const looked = rows.slice(0, ROWS_LOOKED_AT);
  if (looked.some(({ cells }) => cells.length !== 1)) return null;
  const first = looked.slice(0, MOST_COLUMNS + 1).findIndex(({ cells }) => isDomain(cells[0] ?? ''));
  const above = rows.slice(0, Math.max(first, 0));
  if (above.length < 2 || !above.some(({ cells }) => isHeading((cells[0] ?? '').trim()))) return null;
  const body = rows.slice(first);
  const isDomainAt = body.slice(0, ROWS_LOOKED_AT).map(({ cells }) => isDomain(cells[0] ?? ''));
  const widths = Array.from({ length: MOST_COLUMNS - 1 }, (_none, index) => index + 2);
  const domains = isDomainAt.filter(Boolean).length;
  /** A heading of one row, and as many cells as the first domain has before it in its own. */
  const hasHeading = (width: number) => width <= above.length && above.length < 2 * width && rows.length % width === 0;
  // One row alone tells no width where several of its cells hold domains.
  const isWhole = (width: number) =>
    (body.length % width === 0 || hasHeading(width)) && (rows.length > 2 * width || domains === 1);
  const width = widths.find((each) => isWhole(each) && hasWidth(isDomainAt, each));
  if (width === undefined) return null;
  const whole = hasHeading(width) ? rows : body;
  return Array.from({ length: whole.length / width }, (_none, index) => {
    const row = whole.slice(index * width, (index + 1) * width);
    return { line: row[0]?.line ?? 1, cells: row.map(({ cells }) => cells[0] ?? '') };
  });
}

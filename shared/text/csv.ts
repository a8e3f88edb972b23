/** Tables as comma-separated values (RFC 4180) that no spreadsheet runs. */

/** Where a spreadsheet may begin a cell: at the front, and behind what it may take for a separator or a line end. */
const CELL_START = /(?<=^|[;\t\r\n])(?=['=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20])/g;

/**
 * One cell (RFC 4180). Spreadsheets run as a formula what begins with =, +, - or @, and part a line at another separator
 * than the comma where the system says so. So an apostrophe goes before such a character at the front and behind every
 * semicolon, tab or line end, and before an apostrophe there: taking each of these away again gives the value.
 */
function csvCell(value: string): string {
  const inert = value === '@' ? value : value.replace(CELL_START, "'");
  return /[",\r\n]/.test(inert) ? `"${inert.replace(/"/g, '""')}"` : inert;
}

/** A table (RFC 4180): each line ends with CR LF, the last one too. */
export function csvTable(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => `${row.map(csvCell).join(',')}\r\n`).join('');
}

import { csvTable } from '../text/csv.ts';

export interface RefusedRow {
  readonly line: number;
  readonly text: string;
  readonly message: string;
  readonly remedy: string;
}

/**
 * The refused lines of a list as a table to work through: CSV (RFC 4180) with a heading. A text that a spreadsheet would
 * take for a formula stands behind an apostrophe.
 */
export function refusedTable(refused: readonly RefusedRow[]): string {
  return csvTable([
    ['Line', 'Text', 'Problem', 'Remedy'],
    ...refused.map(({ line, text, message, remedy }) => [String(line), text, message, remedy]),
  ]);
}

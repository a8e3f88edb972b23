import type { ConsoleAnswer } from './console-answers.ts';
import { consoleAnswers } from './console-answers.ts';

/** Texts in JSON as a table: one column for each way of properties that leads to a text. */

export interface JsonCell {
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

export interface JsonColumn {
  /** Names of properties with dots between. */
  readonly heading: string;
  readonly cells: readonly JsonCell[];
}

export interface JsonTable {
  /** In the order in which they come. */
  readonly columns: readonly JsonColumn[];
  /** The provider's answer that it is; null when it is none that is known. */
  readonly answer: ConsoleAnswer | null;
}

/** Levels that are looked into, and texts that are taken. */
const MAX_DEPTH = 12;
const MAX_CELLS = 1_000_000;

/** JSON that stands alone, or a value on each line, as jq and logs write it; null where the text is neither. */
function valuesIn(text: string): readonly unknown[] | null {
  try {
    return [JSON.parse(text) as unknown];
  } catch {
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    try {
      return lines.length < 2 ? null : lines.map((line) => JSON.parse(line) as unknown);
    } catch {
      return null;
    }
  }
}

/** Tells the lines of texts that are asked for in the order in which they stand. */
function createLineFinder(text: string) {
  let at = 0;
  let line = 1;
  return (value: string): number => {
    const found = text.indexOf(JSON.stringify(value), at);
    // One that is written with escapes of its own stands near the one before.
    if (found === -1) return line;
    for (let index = text.indexOf('\n', at); index !== -1 && index < found; index = text.indexOf('\n', index + 1))
      line += 1;
    at = found;
    return line;
  };
}

/**
 * Reads JSON as a table.
 *
 * @returns null where the text is no JSON.
 */
export function readJsonTable(text: string): JsonTable | null {
  const values = valuesIn(text);
  if (values === null) return null;
  const paths = new Set<string>();
  const columns = new Map<string, JsonCell[]>();
  const lineOf = createLineFinder(text);
  let count = 0;
  const walk = (value: unknown, path: string, depth: number): void => {
    if (path !== '') paths.add(path.toLowerCase());
    if (typeof value === 'string') {
      if (value.trim() === '' || count === MAX_CELLS) return;
      count += 1;
      const cells = columns.get(path) ?? [];
      if (cells.length === 0) columns.set(path, cells);
      cells.push({ line: lineOf(value), text: value });
    } else if (Array.isArray(value)) {
      for (const item of value) walk(item, path, depth + 1);
    } else if (typeof value === 'object' && value !== null && depth < MAX_DEPTH) {
      for (const [name, property] of Object.entries(value))
        walk(property, path === '' ? name : `${path}.${name}`, depth + 1);
    }
  };
  for (const value of values) walk(value, '', 0);
  const has = (path: string) => paths.has(path.toLowerCase());
  const answer = consoleAnswers.find(({ domain, beside }) => has(beside) && (domain === null || has(domain)));
  return {
    columns: [...columns].map(([heading, cells]) => ({ heading, cells })),
    answer: answer ?? null,
  };
}

import { z } from 'zod';
import { verdict } from '../../shared/contract/values.ts';
import { fact } from '../../shared/facts/catalogue.ts';
import type { Fact } from '../../shared/facts/fact.ts';
import { isFact } from '../../shared/facts/known-fact.ts';
import type { PurposeVerdict, Verdict } from '../../shared/verdict/types.ts';
import { purposeVerdict } from '../../shared/contract/values.ts';

/** A value of the data file that is not what was written. */
export interface Damage {
  readonly table: string;
  readonly column: string;
  /** The row's key, as a person would name it. */
  readonly row: string;
}

/** Places that are kept; whoever has that many needs a copy and no longer list. */
const MOST_KEPT = 1000;

/** Looked up, because lists of thousands have five of them a row. */
const VERDICTS: ReadonlySet<string> = new Set(verdict.options);
const PURPOSE_VERDICTS: ReadonlySet<string> = new Set(purposeVerdict.options);

/** Any JSON object, as a shape for values whose inside is looked at by whoever reads them. */
export const anyObject = z.record(z.string(), z.unknown());

/**
 * The one reader of values that may be damaged. What can't be read counts as unknown and is noted: neither is it taken for
 * something, nor does it keep the rows beside it from being read.
 */
export function createReader() {
  const noted = new Map<string, Damage>();

  function note(table: string, column: string, row: string | number): void {
    if (noted.size < MOST_KEPT) noted.set(`${table} ${column} ${row}`, { table, column, row: String(row) });
  }

  return {
    note,
    /** Whether a row is what was written, as its statement told by `isWhole` of sums.ts; one that is not is noted. */
    isWhole({ whole }: { readonly whole: number }, table: string, row: string | number): boolean {
      if (whole === 1) return true;
      note(table, 'row', row);
      return false;
    },
    /** All that was noted since the file was opened, each place once. */
    noted: (): readonly Damage[] => [...noted.values()],
    /**
     * @param shape what the value has to be; what it adds or leaves out does not count.
     * @returns null where the text is no JSON, or of another shape.
     */
    json<Value>(text: string, shape: z.ZodType, table: string, column: string, row: string | number): Value | null {
      const value = parseJson(text);
      if (value !== undefined && shape.safeParse(value).success) return value as Value;
      note(table, column, row);
      return null;
    },
    /** The fields of an object that are as they should be; the others are noted. */
    fields<Value>(
      text: string,
      shape: z.ZodObject,
      table: string,
      column: string,
      row: string | number,
    ): Partial<Value> {
      const value = anyObject.safeParse(parseJson(text));
      if (!value.success) {
        note(table, column, row);
        return {};
      }
      const kept = Object.entries(value.data).filter(([name, field]) => {
        const isRight = shape.shape[name]?.safeParse(field).success !== false;
        if (!isRight) note(table, `${column}.${name}`, row);
        return isRight;
      });
      return Object.fromEntries(kept) as Partial<Value>;
    },
    /** A fact that lies in two columns, its code and its values in JSON. */
    fact(code: string, data: string, table: string, row: string | number): Fact {
      const read = { code, values: parseJson(data) };
      if (isFact(read)) return read;
      note(table, 'data', row);
      return fact('entry.damaged');
    },
    verdict(value: string, table: string, column: string, row: string | number): Verdict {
      if (VERDICTS.has(value)) return value as Verdict;
      note(table, column, row);
      return 'unknown';
    },
    purposeVerdict(value: string, table: string, column: string, row: string | number): PurposeVerdict {
      if (PURPOSE_VERDICTS.has(value)) return value as PurposeVerdict;
      note(table, column, row);
      return 'unknown';
    },
  };
}

export type Reader = ReturnType<typeof createReader>;

/** @returns undefined for what is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

import { fact } from '../../shared/facts/catalogue.ts';
import type { Fact } from '../../shared/facts/fact.ts';
import { isFact } from '../../shared/facts/known-fact.ts';
import type { SqliteDatabase } from './database.ts';
import { missingChanges } from './mark.ts';
import { changedTables } from './sums.ts';

/** What a data file has lost although it is in order: writes that were acknowledged, and rows. */
export interface Loss {
  readonly what: Fact;
  readonly remedies: readonly Fact[];
}

/** What tables hold, each once. */
export function tableFacts(tables: Iterable<string>): readonly Fact[] {
  return [...new Set(tables)]
    .sort()
    .map((table) => ({ code: 'store.table', values: { table } }))
    .filter((each) => isFact(each));
}

const COPIES = fact('store.copies');

/** Told where an index differed from its table. */
export const MENDED: Loss = { what: fact('store.index-mended'), remedies: [fact('store.after-index-mended')] };

/**
 * @param database just opened, with nothing written by it yet.
 * @returns what is lost, each with what to do; nothing where the file holds all that was acknowledged.
 */
export function lossesOf(database: SqliteDatabase, dataFolder: string): readonly Loss[] {
  const missing = missingChanges(database, dataFolder);
  const changed = changedTables(database);
  const losses: Loss[] = [];
  if (missing !== null) {
    const count = [...missing.changes.values()].reduce((sum, changes) => sum + changes, 0);
    const parts = tableFacts(missing.changes.keys());
    losses.push({
      what: fact('store.missing', { count, madeAt: missing.at, parts }),
      remedies: [fact('store.after-missing'), COPIES],
    });
  }
  if (changed.length > 0)
    losses.push({
      what: fact('store.rows-lost', { parts: tableFacts(changed) }),
      remedies: [fact('store.after-rows-lost'), COPIES],
    });
  return losses;
}

import { instantText } from '../../shared/text/instant.ts';
import type { SqliteDatabase } from './database.ts';
import type { Trouble } from './place.ts';

/**
 * So far ahead of this machine's clock may lie what another program on the same data folder has written, in milliseconds.
 * What lies further ahead was made by a clock that was wrong, and is no evidence.
 */
export const FUTURE_MS = 5 * 60_000;

/**
 * @param now milliseconds since the epoch.
 * @returns what to tell where the data file knows of a later time than the clock shows: one of the two is wrong.
 */
export function clockTrouble(database: SqliteDatabase, now: number): Trouble | null {
  const latest = database
    .prepare('SELECT max((SELECT coalesce(max(at), 0) FROM activity), (SELECT coalesce(max(seen_at), 0) FROM domains))')
    .pluck()
    .get() as number;
  if (latest <= now + FUTURE_MS) return null;
  return {
    message: `The clock of this computer shows ${instantText(now)}, and something in the data file is dated ${instantText(latest)}`,
    remedy:
      'Set the clock if it is slow. If it is right now, it was ahead then: what was checked at that time counts as not checked, so verify those domains again.',
  };
}

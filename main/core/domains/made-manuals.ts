import type { Manual } from '../../../shared/manual/manual.ts';
import type { CoreContext } from '../context.ts';

/**
 * Manuals that were made lately. Whoever looks at one domain hands it over, counts its lookups and proves it next: all of
 * them follow from one manual, which is made once for as long as nothing was written.
 */

interface Made {
  /** What was written up to then, and the minute. */
  readonly state: string;
  readonly manual: Manual;
  readonly timer: NodeJS.Timeout;
}

/** Manuals that are kept. Each may hold on to the text of a pasted zone, so they are few, and not kept for long. */
const MOST = 4;
const MINUTE_MS = 60_000;

/** By the store that they were made from, then by workspace and domain; the oldest stands first. */
const byStore = new WeakMap<CoreContext['store'], Map<string, Made>>();

/**
 * The manual of a domain, as it was made before if all that it follows from is as it was.
 *
 * @param make reads nothing but what is stored, and the time to the minute.
 */
export function manualOnce(
  { store, clock }: CoreContext,
  workspaceId: number,
  domainId: number,
  make: () => Manual,
): Manual {
  const kept = byStore.get(store) ?? new Map<string, Made>();
  byStore.set(store, kept);
  const key = `${workspaceId}/${domainId}`;
  const before = kept.get(key);
  const state = `${store.writes()} ${Math.floor(clock.now() / MINUTE_MS)}`;
  if (before?.state === state) return before.manual;
  const manual = make();
  clearTimeout(before?.timer);
  kept.delete(key);
  const [oldest] = kept;
  if (kept.size === MOST && oldest !== undefined) {
    clearTimeout(oldest[1].timer);
    kept.delete(oldest[0]);
  }
  const timer = setTimeout(() => kept.delete(key), MINUTE_MS);
  timer.unref();
  kept.set(key, { state, manual, timer });
  return manual;
}

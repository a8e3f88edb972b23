import type { WindowFault } from '../../../shared/contract/window.ts';
import type { Log } from '../ports.ts';

const MINUTE_MS = 60_000;
/** A window that fails with every frame would fill the log; the first few say what there is to say. */
const MOST_A_MINUTE = 20;

/**
 * Writes what goes wrong in the windows into the log, at most so many in a minute; how many were left out is said when
 * the next minute begins.
 *
 * @param parts.now milliseconds since the epoch.
 */
export function createWindowFaults({ log, now }: { readonly log: Pick<Log, 'error'>; readonly now: () => number }) {
  let minute = Number.NEGATIVE_INFINITY;
  let written = 0;
  let leftOut = 0;
  return ({ kind, leftOut: leftOutThere = 0, ...fault }: WindowFault): void => {
    leftOut += leftOutThere;
    if (Math.abs(now() - minute) >= MINUTE_MS) {
      minute = now();
      written = 0;
    }
    if (written >= MOST_A_MINUTE) {
      leftOut += 1;
      return;
    }
    written += 1;
    log.error({ kind, fault, ...(leftOut === 0 ? {} : { leftOut }) }, 'a fault in the window');
    leftOut = 0;
  };
}

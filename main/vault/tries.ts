import { counted } from '../../shared/text/counted.ts';
import { VaultFault } from './faults.ts';

/** Tries with a passphrase that may wait while another is made: each takes 128 MB and half a second. */
const MOST_WAITING = 4;
/** Wrong ones in a row that cost nothing: everybody mistypes. */
const FREE_TRIES = 3;
const FIRST_DELAY_MS = 1000;
const LONGEST_DELAY_MS = 60_000;

/**
 * Tries with passphrases, one at a time. After three wrong ones in a row each further one has to wait, twice as long
 * every time, up to a minute.
 *
 * @param now milliseconds since the epoch.
 */
export function createTries(now: () => number) {
  let last: Promise<unknown> = Promise.resolve();
  let underWay = 0;
  let wrong = 0;
  let notBefore = 0;

  return {
    /** @throws VaultFault `busy` where too many wait already. */
    async inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
      if (underWay > MOST_WAITING)
        throw new VaultFault('busy', 'Too many passphrases are being tried at once; this one was not checked');
      underWay += 1;
      const mine = last.then(work);
      last = mine.then(
        () => undefined,
        () => undefined,
      );
      try {
        return await mine;
      } finally {
        underWay -= 1;
      }
    },
    /** @throws VaultFault `too-soon`, with how long to wait; the passphrase was not looked at then. */
    check(): void {
      // A clock that was set back does not shut anybody out for longer than the longest delay.
      const waitMs = Math.min(notBefore - now(), LONGEST_DELAY_MS);
      if (waitMs <= 0) return;
      const seconds = Math.ceil(waitMs / 1000);
      throw new VaultFault(
        'too-soon',
        counted(seconds, {
          one: `After ${wrong} wrong passphrases the next one can be tried in {count} second`,
          other: `After ${wrong} wrong passphrases the next one can be tried in {count} seconds`,
        }),
        [],
        waitMs,
      );
    },
    /** @returns how many wrong ones there were in a row. */
    wasWrong(): number {
      wrong += 1;
      if (wrong >= FREE_TRIES) {
        notBefore = now() + Math.min(FIRST_DELAY_MS * 2 ** (wrong - FREE_TRIES), LONGEST_DELAY_MS);
      }
      return wrong;
    },
    wasRight(): void {
      wrong = 0;
      notBefore = 0;
    },
  };
}

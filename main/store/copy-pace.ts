import { closeSync, fdatasyncSync, openSync } from 'node:fs';
import type { CopyPace } from './copies.ts';
import type { CopyNews } from './copy-work.ts';

/** The pace of a copy that a thread of its own makes. */

/** So much of the time is worked while others are busy: what they share with the copy is theirs for the rest. */
const SHARE_WHILE_BUSY = 0.1;
/** For so long at most nothing is copied, in milliseconds: by then it may have become quiet. */
const LONGEST_PAUSE_MS = 1000;

/** What a pace is kept with. */
export interface PaceParts {
  /** @returns milliseconds from any moment on. */
  readonly now: () => number;
  /** Does nothing for so many milliseconds. */
  readonly sleep: (ms: number) => void;
  /** Has the disk take what was written of a file. */
  readonly writeOut: (file: string) => void;
}

const sleeping = new Int32Array(new SharedArrayBuffer(4));

const PARTS: PaceParts = {
  now: () => performance.now(),
  sleep: (ms) => void Atomics.wait(sleeping, 0, 0, ms),
  writeOut(file) {
    // With the handle go SQLite's locks on the file (POSIX drops them), which nobody else opens.
    const handle = openSync(file, 'r+');
    try {
      fdatasyncSync(handle);
    } finally {
      closeSync(handle);
    }
  },
};

/**
 * Copies as fast as it goes while nothing else is done, and a tenth of the time while somebody waits for other work.
 *
 * @param news what the thread was told last.
 */
export function createPace(
  news: () => CopyNews,
  { now, sleep, writeOut }: PaceParts = PARTS,
): Pick<CopyPace, 'isWanted' | 'afterStep'> {
  let since = now();
  return {
    isWanted: () => news().isWanted,
    afterStep(unfinished) {
      if (news().isBusy) {
        // Bit by bit: a gigabyte at once would hold up whoever writes the data file.
        writeOut(unfinished);
        sleep(Math.min(LONGEST_PAUSE_MS, (now() - since) * (1 / SHARE_WHILE_BUSY - 1)));
      }
      since = now();
    },
  };
}

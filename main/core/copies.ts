import type { CopyContents, CopyFile } from '../store/copies.ts';
import { listCopies, lookInside, restoreCopy } from '../store/copies.ts';
import { openStore } from '../store/store.ts';
import type { CoreContext } from './context.ts';

/** Copies of the data file: daily ones while the console runs, and what a command does with them where none runs. */

const DAY_MS = 86_400_000;

export interface CopyKeeper {
  /** Begins a copy when the last daily one is a day old; to be called now and then. */
  readonly look: () => void;
  /** Gives up a copy that is under way, and waits until it has. */
  readonly close: () => Promise<void>;
}

/** Makes a copy a day. One that fails is tried again with the next look, and logged once. */
export function createCopyKeeper({ store, clock, log }: CoreContext): CopyKeeper {
  let underWay: Promise<void> | null = null;
  let isClosed = false;
  let isFailing = false;

  async function make(): Promise<void> {
    try {
      const { file } = await store.copies.make('daily', () => !isClosed);
      store.copies.dropOld();
      isFailing = false;
      log.info({ file }, 'the data file was copied');
    } catch (error) {
      if (!isFailing && !isClosed) log.error({ error }, 'the data file could not be copied');
      isFailing = true;
    }
  }

  return {
    look() {
      const now = clock.now();
      const isDue = !store.copies
        .list()
        .some(({ reason, madeAt }) => reason === 'daily' && madeAt <= now && now - madeAt < DAY_MS);
      if (!isDue || isClosed) return;
      underWay ??= make().finally(() => {
        underWay = null;
      });
    },
    async close() {
      isClosed = true;
      await underWay;
    },
  };
}

export interface CopyView extends CopyFile {
  /** Null where it can't be put back. */
  readonly contents: CopyContents | null;
  /** Why not; empty where it can. */
  readonly fault: string;
}

/** The copies of a data folder with what is in each, the newest first. */
export function viewCopies(dataFolder: string): readonly CopyView[] {
  return listCopies(dataFolder).map((copy) => {
    try {
      return { ...copy, contents: lookInside(dataFolder, copy.file), fault: '' };
    } catch (error) {
      return { ...copy, contents: null, fault: error instanceof Error ? error.message : String(error) };
    }
  });
}

/** Copies a data folder's file now. @throws StoreError */
export async function copyNow(dataFolder: string): Promise<CopyFile> {
  const store = openStore(dataFolder);
  try {
    return await store.copies.make('by-hand');
  } finally {
    store.close();
  }
}

/** The copies of a data folder, the newest first. */
export const copiesOf = listCopies;

/** What is in a copy. @throws StoreError where it can’t be put back. */
export const lookIntoCopy = lookInside;

/** Puts a copy back. No console may run on the folder. @throws StoreError with nothing changed. */
export const putBack = (dataFolder: string, file: string) => restoreCopy(dataFolder, file, Date.now());

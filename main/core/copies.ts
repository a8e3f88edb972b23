import { fact } from '../../shared/facts/catalogue.ts';
import type { Fact } from '../../shared/facts/fact.ts';
import path from 'node:path';
import type { CopyContents, CopyFile } from '../store/copies.ts';
import { performRestore, listCopies, lookInside, newestWhole, orderRestore, restoreCopy } from '../store/copies.ts';
import type { Store } from '../store/store.ts';
import { StoreError } from '../store/database.ts';
import { openStore } from '../store/store.ts';
import type { CoreContext } from './context.ts';
import { record } from './context.ts';
import { fail, storeTrouble } from './errors.ts';
import type { Log } from './ports.ts';
import { DAY_MS } from '../../shared/time.ts';

/** Copies of the data file: daily ones while the console runs, and what a command does with them where none runs. */

/** Whether long work runs, for which somebody may be waiting. */
const isAtWork = (jobs: CoreContext['jobs']): boolean => jobs.list().some(({ status }) => status === 'running');

/** Checks that never end put a copy off for so long. */
const LONGEST_WAIT_MS = DAY_MS / 2;

export interface CopyKeeper {
  /** Begins a copy when the last daily one is a day old; to be called now and then. */
  readonly look: () => void;
  /** Gives up a copy that is under way, and waits until it has. */
  readonly close: () => Promise<void>;
}

/**
 * Makes a copy a day. One that fails is tried again with the next look, and logged once. A copy reads and writes the whole
 * file, so it gives way to long work: it is not begun, and given up, while any runs, but for one that is overdue.
 */
export function createCopyKeeper(context: CoreContext): CopyKeeper {
  const { store, clock, log, jobs } = context;
  let underWay: Promise<void> | null = null;
  let isClosed = false;
  let isFailing = false;
  /** Since when a copy waits in this run. */
  let dueSince: number | null = null;
  const givesWay = (isOverdue: boolean) => !isOverdue && isAtWork(jobs);

  /** Copies that are not made are missed on the day when one is needed: it is told before. */
  function logCopyFailure(error: unknown): void {
    const detail = storeTrouble(error) ?? fact('copy.look-into-log');
    try {
      for (const { id } of store.workspaces.list())
        record(context, id, 'workspace', fact('copy.not-made'), { details: [detail], severity: 'error' });
    } catch (other) {
      // A disk that takes no copy may take no entry either; the log has it.
      log.error({ error: other }, 'that no copy was made could not be told');
    }
  }

  async function make(isOverdue: boolean): Promise<void> {
    let hasGivenWay = false;
    try {
      const { file } = await store.copies.make('daily', {
        isWanted() {
          hasGivenWay ||= givesWay(isOverdue);
          return !isClosed && !hasGivenWay;
        },
        isBusy: () => isAtWork(jobs),
      });
      store.copies.dropOld();
      isFailing = false;
      log.info({ file }, 'the data file was copied');
    } catch (error) {
      if (hasGivenWay) return;
      if (!isFailing && !isClosed) {
        log.error({ error }, 'the data file could not be copied');
        logCopyFailure(error);
      }
      isFailing = true;
    }
  }

  return {
    look() {
      const now = clock.now();
      const isDue = !store.copies
        .list()
        .some(({ reason, madeAt }) => reason === 'daily' && madeAt <= now && now - madeAt < DAY_MS);
      if (!isDue || isClosed) {
        dueSince = null;
        return;
      }
      dueSince ??= now;
      const isOverdue = now - dueSince > LONGEST_WAIT_MS;
      if (givesWay(isOverdue)) return;
      underWay ??= make(isOverdue).finally(() => {
        underWay = null;
      });
    },
    async close() {
      isClosed = true;
      await underWay;
    },
  };
}

/** Makes a copy for a person, beside whatever else the core does. @throws StoreError */
export const makeByHand = ({ store, jobs }: CoreContext): Promise<CopyFile> =>
  store.copies.make('by-hand', { isWanted: () => true, isBusy: () => isAtWork(jobs) });

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

/** What is in a copy that somebody named. @throws BAD_INPUT where it can’t be put back. */
export function lookIntoCopy(dataFolder: string, file: string): CopyContents {
  try {
    return lookInside(dataFolder, file);
  } catch (error) {
    // A full disk is no fault of the copy.
    if (!(error instanceof StoreError) || error.fault === 'full') throw error;
    throw fail('BAD_INPUT', error.message, { field: 'FILE', remedy: error.remedy });
  }
}

/** A data file that does not open, and what there is to take its place. */
export interface Damage {
  readonly message: string;
  readonly newest: (CopyFile & { readonly contents: CopyContents }) | null;
}

/** @returns null for an error that tells of no damage: no copy would help. */
export function damageOf(error: unknown, dataFolder: string): Damage | null {
  if (!(error instanceof StoreError) || error.fault !== 'damaged') return null;
  return { message: error.message, newest: newestWhole(dataFolder) };
}

/**
 * Has this console start again with a copy in the place of its data file.
 *
 * @throws NOT_FOUND where there is no copy of that name in the list; StoreError where it can't be put back.
 */
export async function restoreByStart(store: Store, dataFolder: string, name: string): Promise<void> {
  await store.copies.look(copyNamed(dataFolder, name).file);
  orderRestore(dataFolder, name);
}

/** A copy of the list alone: a path from outside would be read as far as this account may. @throws NOT_FOUND */
export function copyNamed(dataFolder: string, name: string): CopyFile {
  const copy = listCopies(dataFolder).find(({ file }) => path.basename(file) === name);
  if (copy !== undefined) return copy;
  throw fail('NOT_FOUND', 'There is no such copy in this data folder', {
    field: 'name',
    value: name.slice(0, 200),
    remedy: 'Ask for the list of copies.',
  });
}

const asideFact = (path: string | null): Fact =>
  path === null ? fact('copy.none-before') : fact('copy.set-aside', { path });

/** Puts back what was ordered before the last end of the console. @returns what tells of it, once the file is open. */
export function restoreAsOrdered(dataFolder: string, now: number): (store: Store, log: Log) => void {
  const outcome = performRestore(dataFolder, now);
  if (outcome === null) return () => undefined;
  return (store, log) => {
    const what = outcome.done ? fact('copy.put-back', { madeAt: outcome.copy.madeAt }) : fact('copy.not-put-back');
    const detail = outcome.done ? asideFact(outcome.aside) : fact('store.trouble', { storeFault: outcome.error.fault });
    const severity = outcome.done ? 'warning' : 'error';
    log.warn({ outcome }, 'a copy of the data file was to be put back');
    for (const { id } of store.workspaces.list())
      store.records.addActivity(id, { at: now, kind: 'workspace', severity, fact: what, details: [detail] });
  };
}

/** Puts a copy back. No console may run on the folder. @throws StoreError with nothing changed. */
export const putBack = (dataFolder: string, file: string) => restoreCopy(dataFolder, file, Date.now());

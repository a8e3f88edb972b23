import { Worker } from 'node:worker_threads';
import type { CopyContents, CopyFile } from './copies.ts';
import type { StoreFault } from './database.ts';
import { StoreError } from './database.ts';

/** Has copies made and looked into beside whatever else is done (`copy-thread.ts`). */

export type CopyTask =
  | {
      readonly kind: 'make';
      readonly dataFolder: string;
      readonly reason: 'daily' | 'by-hand';
      /** Milliseconds since the epoch. */
      readonly now: number;
    }
  | { readonly kind: 'look'; readonly dataFolder: string; readonly file: string };

/** What the thread says: first that it runs, then what came of its task. */
export type CopyAnswer =
  | { readonly kind: 'begun' }
  | { readonly kind: 'made'; readonly copy: CopyFile }
  | { readonly kind: 'seen'; readonly contents: CopyContents }
  | { readonly kind: 'refused'; readonly fault: StoreFault; readonly message: string; readonly remedy: string }
  | { readonly kind: 'failed'; readonly error: unknown };

export type CopyOutcome = Extract<CopyAnswer, { readonly kind: 'made' | 'seen' }>;

/** What a copy depends on while it is made; asked now and then. */
export interface CopyTerms {
  /** Once false, the copy is given up. */
  readonly isWanted: () => boolean;
  /** While true, somebody waits for other work, and the copy takes little of the machine. */
  readonly isBusy: () => boolean;
}

/** What the thread is told of them, whenever it changes. */
export type CopyNews = { readonly [Term in keyof CopyTerms]: boolean };

export const AT_ANY_RATE: CopyTerms = { isWanted: () => true, isBusy: () => false };

/** How often the terms are looked at, in milliseconds. */
const LOOK_MS = 100;

/** The thread could not be started. */
class NoThread extends Error {}

function runTask(program: string, task: CopyTask, terms: CopyTerms): Promise<CopyOutcome> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(program, { workerData: task });
    let hasBegun = false;
    let told: CopyNews = { isWanted: true, isBusy: false };
    const looking = setInterval(() => {
      const news: CopyNews = { isWanted: terms.isWanted(), isBusy: terms.isBusy() };
      if (news.isWanted === told.isWanted && news.isBusy === told.isBusy) return;
      told = news;
      worker.postMessage(news);
    }, LOOK_MS);
    const end = (settle: () => void) => {
      clearInterval(looking);
      settle();
    };
    worker.on('message', (answer: CopyAnswer) => {
      switch (answer.kind) {
        case 'begun':
          hasBegun = true;
          return;
        case 'refused':
          return end(() => reject(new StoreError(answer.fault, answer.message, answer.remedy)));
        case 'failed':
          return end(() => reject(answer.error));
        case 'made':
        case 'seen':
          return end(() => resolve(answer));
      }
    });
    worker.on('error', (error) =>
      end(() => reject(hasBegun ? error : new NoThread('The thread did not start', { cause: error }))),
    );
    worker.on('exit', () => end(() => reject(new Error('The thread ended without an answer'))));
  });
}

export interface CopyWork {
  /**
   * @param here does the same on this thread, where there is no other.
   * @param terms on which it is done in the thread.
   */
  readonly run: (task: CopyTask, here: () => Promise<CopyOutcome>, terms: CopyTerms) => Promise<CopyOutcome>;
  /** Gives up what is under way, and waits until it has ended. */
  readonly close: () => Promise<void>;
}

/** @param program of the thread; null: everything is done on this one. */
export function createCopyWork(program: string | null): CopyWork {
  const underWay = new Set<Promise<unknown>>();
  let isClosed = false;
  return {
    async run(task, here, terms) {
      if (program === null) return here();
      const work = runTask(program, task, { ...terms, isWanted: () => !isClosed && terms.isWanted() });
      underWay.add(work);
      try {
        return await work;
      } catch (error) {
        if (!(error instanceof NoThread)) throw error;
      } finally {
        underWay.delete(work);
      }
      return here();
    },
    async close() {
      isClosed = true;
      await Promise.allSettled(underWay);
    },
  };
}

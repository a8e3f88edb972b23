import { fork } from 'node:child_process';
import type { CopyContents, CopyFile } from './copies.ts';
import type { StoreFault } from './database.ts';
import { StoreError } from './database.ts';

/** Has copies made and looked into beside whatever else is done (`copy-program.ts`). */

/** What makes copies, and what it runs in: a process leaves no memory behind, a thread is there where no process is. */
export interface CopyProgram {
  readonly file: string;
  readonly runsIn: 'thread' | 'process';
}

export type CopyTask =
  | {
      readonly kind: 'make';
      readonly dataFolder: string;
      readonly reason: 'daily' | 'by-hand';
      /** Milliseconds since the epoch. */
      readonly now: number;
    }
  | { readonly kind: 'look'; readonly dataFolder: string; readonly file: string };

/** What the program says: first that it runs, then what came of its task. */
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

/** What the program is told of them, whenever it changes. */
export type CopyNews = { readonly [Term in keyof CopyTerms]: boolean };

export const AT_ANY_RATE: CopyTerms = { isWanted: () => true, isBusy: () => false };

/** How often the terms are looked at, in milliseconds. */
const LOOK_MS = 100;

/** The program could not be started. */
class NotStarted extends Error {}

/** A program that runs, and has its task. */
interface Running {
  readonly tell: (news: CopyNews) => void;
  readonly onAnswer: (listener: (answer: CopyAnswer) => void) => void;
  readonly onError: (listener: (error: Error) => void) => void;
  readonly onExit: (listener: () => void) => void;
}

async function startThread(file: string, task: CopyTask): Promise<Running> {
  // What starts threads is read in where one is wanted.
  const { Worker } = await import('node:worker_threads');
  const worker = new Worker(file, { workerData: task });
  return {
    tell: (news) => worker.postMessage(news),
    onAnswer: (listener) => void worker.on('message', listener),
    onError: (listener) => void worker.on('error', listener),
    onExit: (listener) => void worker.on('exit', listener),
  };
}

async function startProcess(file: string, task: CopyTask): Promise<Running> {
  const child = fork(file, [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], serialization: 'advanced' });
  const send = (message: CopyTask | CopyNews) => {
    // One that has ended is told of by its exit.
    child.send(message, () => undefined);
  };
  send(task);
  return {
    tell: send,
    onAnswer: (listener) => void child.on('message', (answer) => listener(answer as CopyAnswer)),
    onError: (listener) => void child.on('error', listener),
    // By then everything that it has said is here.
    onExit: (listener) => void child.on('close', listener),
  };
}

async function runTask({ file, runsIn }: CopyProgram, task: CopyTask, terms: CopyTerms): Promise<CopyOutcome> {
  const running = await (runsIn === 'thread' ? startThread(file, task) : startProcess(file, task)).catch(
    (error: unknown) => {
      throw new NotStarted('The copy program did not start', { cause: error });
    },
  );
  return new Promise((resolve, reject) => {
    let hasBegun = false;
    let told: CopyNews = { isWanted: true, isBusy: false };
    const looking = setInterval(() => {
      const news: CopyNews = { isWanted: terms.isWanted(), isBusy: terms.isBusy() };
      if (news.isWanted === told.isWanted && news.isBusy === told.isBusy) return;
      told = news;
      running.tell(news);
    }, LOOK_MS);
    const end = (settle: () => void) => {
      clearInterval(looking);
      settle();
    };
    const fail = (error: Error) =>
      end(() => reject(hasBegun ? error : new NotStarted('The copy program did not start', { cause: error })));
    running.onAnswer((answer) => {
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
    running.onError(fail);
    running.onExit(() => fail(new Error('The copy program ended without an answer')));
  });
}

export interface CopyWork {
  /**
   * @param here does the same on this thread, where the program does not run.
   * @param terms on which the program does it.
   */
  readonly run: (task: CopyTask, here: () => Promise<CopyOutcome>, terms: CopyTerms) => Promise<CopyOutcome>;
  /** Gives up what is under way, and waits until it has ended. */
  readonly close: () => Promise<void>;
}

/** @param program null: everything is done on this thread. */
export function createCopyWork(program: CopyProgram | null): CopyWork {
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
        if (!(error instanceof NotStarted)) throw error;
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

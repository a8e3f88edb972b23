import { readlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { MessagePort } from 'node:worker_threads';
import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';
import type { CopyAnswer, CopyNews, CopyTask } from './copy-work.ts';
import { lookInside, makeCopy } from './copies.ts';
import { createPace } from './copy-pace.ts';
import { FILE_NAME, StoreError } from './database.ts';

/**
 * The program that makes copies and looks into them, of which each reads a file to its end: whoever works with the console
 * does not wait for that. It runs as a thread or as a process, and ends with its task.
 */

type Pace = ReturnType<typeof createPace>;

/** Lets whatever else there is to do go first. Only Linux knows threads by numbers of their own. */
function giveWay(): void {
  if (parentPort !== null && process.platform !== 'linux') return;
  try {
    const own = parentPort === null ? 0 : Number(path.basename(readlinkSync('/proc/thread-self')));
    os.setPriority(own, os.constants.priority.PRIORITY_LOW);
  } catch {
    // It works at the priority of all others.
  }
}

async function make(task: CopyTask & { readonly kind: 'make' }, pace: Pace): Promise<CopyAnswer> {
  const database = new Database(path.join(task.dataFolder, FILE_NAME), { timeout: 10_000 });
  try {
    // The copy is of this moment: without it each write by the core would have it begin again.
    database.exec('BEGIN');
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
    const afterReading = () => {
      database.exec('COMMIT');
      // What was written meanwhile is folded here: else whoever writes next would do it all.
      database.pragma('wal_checkpoint(PASSIVE)');
    };
    return {
      kind: 'made',
      copy: await makeCopy(database, task.dataFolder, task.reason, task.now, { ...pace, afterReading }),
    };
  } finally {
    database.close();
  }
}

async function answerTo(task: CopyTask, pace: Pace): Promise<CopyAnswer> {
  try {
    if (task.kind === 'make') return await make(task, pace);
    return { kind: 'seen', contents: lookInside(task.dataFolder, task.file) };
  } catch (error) {
    if (!(error instanceof StoreError)) return { kind: 'failed', error };
    return { kind: 'refused', fault: error.fault, message: error.message, remedy: error.remedy };
  }
}

let news: CopyNews = { isWanted: true, isBusy: false };
const perform = (task: CopyTask): Promise<CopyAnswer> =>
  answerTo(
    task,
    createPace(() => news),
  );

async function runAsThread(port: MessagePort): Promise<void> {
  port.on('message', (next: CopyNews) => {
    news = next;
  });
  giveWay();
  port.postMessage({ kind: 'begun' } satisfies CopyAnswer);
  port.postMessage(await perform(workerData as CopyTask));
  port.close();
}

function runAsProcess(): void {
  // The console may be gone when it is told something.
  const say = (answer: CopyAnswer, then: () => void) => void process.send?.(answer, undefined, undefined, then);
  process.on('disconnect', () => {
    news = { isWanted: false, isBusy: false };
  });
  // A terminal tells everything that runs in it; what becomes of the copy is for the console to say.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  process.on('message', (message: CopyTask | CopyNews) => {
    if (!('kind' in message)) {
      news = message;
      return;
    }
    void perform(message).then((answer) => {
      if (process.connected) say(answer, () => process.disconnect());
    });
  });
  giveWay();
  say({ kind: 'begun' }, () => undefined);
}

if (parentPort !== null) await runAsThread(parentPort);
else if (process.send !== undefined) runAsProcess();

import { readlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';
import type { CopyAnswer, CopyNews, CopyTask } from './copy-work.ts';
import { lookInside, makeCopy } from './copies.ts';
import { createPace } from './copy-pace.ts';
import { FILE_NAME, StoreError } from './database.ts';

/**
 * The thread that makes copies and looks into them, of which each reads a file to its end: whoever works with the console
 * does not wait for that.
 */

type Pace = ReturnType<typeof createPace>;

/** Lets whatever else there is to do go first. Only Linux knows threads by numbers of their own. */
function giveWay(): void {
  if (process.platform !== 'linux') return;
  try {
    os.setPriority(Number(path.basename(readlinkSync('/proc/thread-self'))), os.constants.priority.PRIORITY_LOW);
  } catch {
    // Without /proc it works at the priority of all others.
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

const port = parentPort;
if (port !== null) {
  let news: CopyNews = { isWanted: true, isBusy: false };
  port.on('message', (next: CopyNews) => {
    news = next;
  });
  giveWay();
  port.postMessage({ kind: 'begun' } satisfies CopyAnswer);
  port.postMessage(
    await answerTo(
      workerData as CopyTask,
      createPace(() => news),
    ),
  );
  port.close();
}

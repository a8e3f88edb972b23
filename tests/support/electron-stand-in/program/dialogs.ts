import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DialogAnswer } from '../settings.ts';
import { onControl, report } from './control.ts';
import { pass, settings } from './given.ts';

/** Boxes and file dialogs: shown to the test, answered by it, beforehand or when they come. */

/** What the test sees of a box that waits for an answer. */
export interface ShownBox {
  readonly id: number;
  /** The function of Electron's that shows it. */
  readonly api: string;
  readonly options: object;
}

const beforehand: DialogAnswer[] = [...settings.dialogAnswers];
const open = new Map<number, (answer: DialogAnswer) => void>();
const shown = new Map<number, ShownBox>();
let count = 0;
let answersFolder: string | null = null;

/** @param how it is answered: beforehand, or by a file where the program is blocked. */
function show(
  api: string,
  options: object,
  how: { readonly answerFile?: string; readonly answer?: DialogAnswer } = {},
): ShownBox {
  count += 1;
  const box = { id: count, api, options };
  report({ kind: 'dialog', ...box, ...how });
  return box;
}

/**
 * Shows a box and waits for what is answered.
 *
 * @param signal closes it, as if it had been cancelled.
 */
export async function askBox(api: string, options: object, signal?: AbortSignal): Promise<DialogAnswer> {
  const answer = beforehand.shift();
  if (answer !== undefined) {
    show(api, options, { answer });
    await pass('dialog');
    return answer;
  }
  const box = show(api, options);
  shown.set(box.id, box);
  return new Promise((resolve) => {
    open.set(box.id, (given) => void pass('dialog').then(() => resolve(given)));
    signal?.addEventListener('abort', () => {
      if (!open.delete(box.id)) return;
      shown.delete(box.id);
      report({ kind: 'dialog-answered', id: box.id, answer: {} });
      resolve({});
    });
  });
}

/** Shows a box and blocks until it is answered: nothing of the program runs meanwhile. */
export function askBoxNow(api: string, options: object): DialogAnswer {
  const answer = beforehand.shift();
  if (answer !== undefined) {
    show(api, options, { answer });
    return answer;
  }
  answersFolder ??= mkdtempSync(path.join(tmpdir(), 'electron-stand-in-'));
  const file = path.join(answersFolder, String(count + 1));
  show(api, options, { answerFile: file });
  const pause = new Int32Array(new SharedArrayBuffer(4));
  while (!existsSync(file)) {
    // Who started this process may be gone: nobody would ever answer.
    if (process.ppid === 1) process.exit(1);
    Atomics.wait(pause, 0, 0, 5);
  }
  return JSON.parse(readFileSync(file, 'utf8')) as DialogAnswer;
}

/** Closes every box that belongs to a window that is gone, as if it had been cancelled. */
export function waitingBoxes(): readonly ShownBox[] {
  return [...shown.values()];
}

onControl('answer', ({ id, answer }: { id: number; answer: DialogAnswer }) => {
  const resolve = open.get(id);
  if (resolve === undefined) throw new Error(`No box ${id} is open`);
  open.delete(id);
  shown.delete(id);
  report({ kind: 'dialog-answered', id, answer });
  resolve(answer);
});
onControl('answer-next', (answer: DialogAnswer) => void beforehand.push(answer));
onControl('boxes', waitingBoxes);

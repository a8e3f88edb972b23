import { fork } from 'node:child_process';
import type { Socket } from 'node:net';
import type { Channel, PracticeAnswer, PracticeRequest } from '../practice/channel.ts';
import type { PracticeLog } from './practice-log.ts';
import { notePractice } from './practice-log.ts';

/**
 * Starts the practice process as a fork of this one: for the browser host and the CLI.
 *
 * @param entry the practice process's program: TypeScript in a checkout, JavaScript in a package.
 * @param log where its output, its faults and its end are written; absent: nowhere.
 */
export function forkPractice(entry: string, log?: PracticeLog): Channel<PracticeRequest, PracticeAnswer> {
  const child = fork(entry, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  // The console may end while practice runs; the child ends when the line does.
  child.unref();
  child.channel?.unref();
  for (const output of [child.stdout, child.stderr]) (output as Socket | null)?.unref();
  const note = notePractice(log, child);
  child.once('error', note.failed);
  child.once('exit', note.ended);
  return {
    send: (message) => {
      if (message.do === 'stop') note.stopping();
      child.channel?.ref();
      child.send(message);
    },
    onMessage: (listener) =>
      child.on('message', (message) => {
        child.channel?.unref();
        listener(message as PracticeAnswer);
      }),
    onClose: (listener) => child.once('exit', listener),
  };
}

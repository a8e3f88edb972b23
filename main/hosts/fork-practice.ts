import { fork } from 'node:child_process';
import type { Channel, PracticeAnswer, PracticeRequest } from '../practice/channel.ts';

/**
 * Starts the practice process as a fork of this one: for the browser host and the CLI.
 *
 * @param entry the practice process's program: TypeScript in a checkout, JavaScript in a package.
 */
export function forkPractice(entry: string): Channel<PracticeRequest, PracticeAnswer> {
  const child = fork(entry, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  // The console may end while practice runs; the child ends when the line does.
  child.unref();
  child.channel?.unref();
  return {
    send: (message) => {
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

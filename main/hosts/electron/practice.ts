import type { ForkOptions, UtilityProcess } from 'electron';
import type { Channel, PracticeAnswer, PracticeRequest } from '../../practice/channel.ts';
import type { PracticeLog } from '../practice-log.ts';
import { notePractice } from '../practice-log.ts';

/** How the practice process is to be forked: what it prints goes into the log. */
export const practiceOptions: ForkOptions = { stdio: 'pipe', serviceName: 'Sendwright practice' };

/**
 * The practice process as an Electron utility process.
 *
 * @param child forked with `practiceOptions`.
 * @param log where its output, its faults and its end are written.
 */
export function utilityPractice(child: UtilityProcess, log: PracticeLog): Channel<PracticeRequest, PracticeAnswer> {
  const note = notePractice(log, child);
  child.on('error', (type, location) => note.failed(new Error(`${type} at ${location}`)));
  child.once('exit', (code) => note.ended(code));
  return {
    send: (message) => {
      if (message.do === 'stop') note.stopping();
      child.postMessage(message);
    },
    onMessage: (listener) => child.on('message', (message: PracticeAnswer) => listener(message)),
    onClose: (listener) => child.once('exit', () => listener()),
  };
}

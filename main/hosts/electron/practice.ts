import type { UtilityProcess } from 'electron';
import type { Channel, PracticeAnswer, PracticeRequest } from '../../practice/channel.ts';

/** The practice process as an Electron utility process. */
export function utilityPractice(
  child: Pick<UtilityProcess, 'postMessage' | 'on' | 'once'>,
): Channel<PracticeRequest, PracticeAnswer> {
  return {
    send: (message) => child.postMessage(message),
    onMessage: (listener) => child.on('message', (message: PracticeAnswer) => listener(message)),
    onClose: (listener) => child.once('exit', () => listener()),
  };
}

import type { PracticeAnswer, PracticeRequest } from './channel.ts';
import { startPractice } from './practice.ts';
import type { Practice } from './practice.ts';

/** The practice environment in its own process, so that a fault played there can't touch the console. */

interface ParentPort {
  on(event: 'message', listener: (event: { data: unknown }) => void): void;
  postMessage(message: unknown): void;
}

const parentPort = (process as { parentPort?: ParentPort }).parentPort;

let practice: Practice | null = null;

async function handle(request: PracticeRequest): Promise<PracticeAnswer> {
  switch (request.do) {
    case 'start':
      practice ??= await startPractice(request.folder);
      return { id: request.id, ok: true, addresses: practice.addresses() };
    case 'stop':
      await practice?.close();
      practice = null;
      return { id: request.id, ok: true };
    default:
  }
  if (practice === null)
    return { id: request.id, ok: false, message: 'The practice service is not running. Open it first.' };
  if (request.do === 'set-fault')
    return { id: request.id, ok: true, addresses: await practice.setFault(request.fault) };
  if (request.do === 'reset') return { id: request.id, ok: true, addresses: await practice.reset() };
  if (request.do === 'mail') {
    const { files, missing } = await practice.mail(request.domain);
    const coded = files.map(({ name, octets }) => ({ name, content: Buffer.from(octets).toString('base64') }));
    return { id: request.id, ok: true, mailing: { files: coded, missing } };
  }
  return { id: request.id, ok: true, published: await practice.publish(request.domain, request.changes) };
}

async function answer(request: PracticeRequest): Promise<void> {
  const reply = await handle(request).catch((error: unknown): PracticeAnswer => {
    // The console writes it into its log; the message alone would not say where.
    console.error(`${request.do}:`, error);
    return { id: request.id, ok: false, message: error instanceof Error ? error.message : String(error) };
  });
  if (parentPort === undefined) process.send?.(reply);
  else parentPort.postMessage(reply);
  if (request.do === 'stop') process.exit(0);
}

if (parentPort === undefined) {
  process.on('message', (request) => void answer(request as PracticeRequest));
  // The console is gone without a word: nothing may be left running.
  process.on('disconnect', () => process.exit(0));
} else {
  parentPort.on('message', (event) => void answer(event.data as PracticeRequest));
}

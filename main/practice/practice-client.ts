import type { Change } from '../../shared/plan/types.ts';
import type { Channel, PracticeAnswer, PracticeRequest, SentMailing } from './channel.ts';
import { faults } from '../../shared/practice/faults.ts';
import type { Fault } from '../../shared/practice/faults.ts';
import type { PracticeAddresses } from './practice.ts';

type Asked = PracticeRequest extends infer Request
  ? Request extends PracticeRequest
    ? Omit<Request, 'id'>
    : never
  : never;

/** The practice environment as the core uses it: a server to start and stop, and a publisher of records. */
export interface PracticeClient {
  readonly faults: readonly Fault[];
  readonly start: () => Promise<PracticeAddresses>;
  readonly setFault: (id: string) => Promise<PracticeAddresses>;
  readonly reset: () => Promise<PracticeAddresses>;
  readonly publish: (domain: string, changes: readonly Change[]) => Promise<number>;
  readonly mail: (domain: string) => Promise<SentMailing>;
  /** Told when the practice process has ended and nobody had asked it to. */
  readonly onEnd: (listener: () => void) => void;
  readonly stop: () => Promise<void>;
}

/** Whoever quits does not wait longer for the practice process, in milliseconds. */
const LONGEST_STOP_MS = 1000;

/**
 * @param open starts the practice process and gives the line to it; called at most once per start.
 * @param folder where the practice state lies.
 */
export function createPracticeClient(
  open: () => Channel<PracticeRequest, PracticeAnswer>,
  folder: string,
): PracticeClient {
  let channel: Channel<PracticeRequest, PracticeAnswer> | null = null;
  let lastId = 0;
  let isStopping = false;
  let resolveEnd: () => void = () => undefined;
  const waiting = new Map<number, { resolve: (answer: PracticeAnswer) => void; reject: (error: Error) => void }>();

  function connect(): Channel<PracticeRequest, PracticeAnswer> {
    if (channel !== null) return channel;
    const opened = open();
    opened.onMessage((answer) => {
      waiting.get(answer.id)?.resolve(answer);
      waiting.delete(answer.id);
    });
    opened.onClose(() => {
      if (channel === opened) channel = null;
      for (const { reject } of waiting.values()) reject(new Error('The practice service stopped. Open it again.'));
      waiting.clear();
      if (!isStopping) resolveEnd();
    });
    channel = opened;
    isStopping = false;
    return opened;
  }

  async function request(asked: Asked): Promise<Extract<PracticeAnswer, { ok: true }>> {
    const line = connect();
    lastId += 1;
    const id = lastId;
    const answer = await new Promise<PracticeAnswer>((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      line.send({ id, ...asked } as PracticeRequest);
    });
    if (!answer.ok) throw new Error(answer.message);
    return answer;
  }

  async function addresses(asked: Asked): Promise<PracticeAddresses> {
    const answer = await request(asked);
    if (answer.addresses === undefined) throw new Error('The practice service gave no address.');
    return answer.addresses;
  }

  return {
    faults,
    start: () => addresses({ do: 'start', folder }),
    setFault: (fault) => addresses({ do: 'set-fault', fault }),
    reset: () => addresses({ do: 'reset' }),
    publish: async (domain, changes) => (await request({ do: 'publish', domain, changes })).published ?? 0,
    async mail(domain) {
      const { mailing } = await request({ do: 'mail', domain });
      if (mailing === undefined) throw new Error('The practice service sent nothing.');
      return mailing;
    },
    onEnd: (listener) => {
      resolveEnd = listener;
    },
    stop: async () => {
      if (channel === null) return;
      isStopping = true;
      let timer: NodeJS.Timeout | undefined;
      const limit = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, LONGEST_STOP_MS);
      });
      // A process that is stopped is gone before it can answer, or hangs: both end with the console.
      await Promise.race([request({ do: 'stop' }).catch(() => undefined), limit]);
      clearTimeout(timer);
      channel = null;
    },
  };
}

import { events } from './events.ts';
import { Lane } from './given.ts';
import { StandInEmitter } from './strict.ts';
import { decodeClone, encodeClone } from './codec.ts';
import { notModelled } from './strict.ts';

/** Message ports of the main process. */

/** Where the messages of a port go: to its twin in this process or to a page. */
interface OtherEnd {
  deliver(data: string): void;
  close(): void;
}

/** Electron's `MessagePortMain`. Messages queue until `start`; a transferred port is of no use here any more. */
export class MessagePortMain extends StandInEmitter {
  $other: OtherEnd | null = null;
  #isStarted = false;
  #isClosed = false;
  #heir: OtherEnd | null = null;
  readonly #queue: string[] = [];
  #otherHasClosed = false;

  constructor() {
    super('MessagePortMain', events.MessagePortMain);
  }

  postMessage(message: unknown, transfer: readonly MessagePortMain[] = []): void {
    const data = encodeClone(message);
    if (transfer.length > 0) notModelled('sending ports over a MessagePortMain');
    if (this.#isClosed || this.#heir !== null) return;
    this.$other?.deliver(data);
  }

  start(): void {
    if (this.#isStarted || this.#isClosed || this.#heir !== null) return;
    this.#isStarted = true;
    // What waited is told one after the other, not within this call.
    setImmediate(() => {
      for (const data of this.#queue.splice(0)) this.#emit(data);
      if (this.#otherHasClosed) this.#end();
    });
  }

  close(): void {
    if (this.#isClosed || this.#heir !== null) return;
    this.#isClosed = true;
    this.$other?.close();
    // Electron emits it on the end that closes as well.
    setImmediate(() => this.emit('close'));
  }

  #emit(data: string): void {
    if (!this.#isClosed) this.emit('message', { data: decodeClone(data), ports: [] });
  }

  #end(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.emit('close');
  }

  /** A message has arrived. */
  $receive(data: string): void {
    if (this.#heir !== null) this.#heir.deliver(data);
    else if (this.#isClosed) return;
    else if (this.#isStarted && this.#queue.length === 0) this.#emit(data);
    else this.#queue.push(data);
  }

  /** The other end is gone. */
  $closedByOther(): void {
    if (this.#heir !== null) this.#heir.close();
    else if (this.#isStarted && this.#queue.length === 0) this.#end();
    else this.#otherHasClosed = true;
  }

  /**
   * Gives the port away: the object is of no use to the program any more, and what still arrives goes on to the heir.
   *
   * @throws when it was closed or given away before.
   */
  $transfer(heir: OtherEnd): void {
    if (this.#isClosed || this.#heir !== null) throw new Error('Port at index 0 is already neutered');
    this.#heir = heir;
    for (const data of this.#queue.splice(0)) heir.deliver(data);
    if (this.#otherHasClosed) heir.close();
  }
}

const twins = new WeakMap<MessagePortMain, MessagePortMain>();

function oneWay(to: MessagePortMain): OtherEnd {
  return {
    deliver: (data) => void setImmediate(() => to.$receive(data)),
    close: () => void setImmediate(() => to.$closedByOther()),
  };
}

function entangle(one: MessagePortMain, other: MessagePortMain): void {
  one.$other = oneWay(other);
  other.$other = oneWay(one);
  twins.set(one, other);
  twins.set(other, one);
}

/** Electron's `MessageChannelMain`. */
export class MessageChannelMain {
  readonly port1: MessagePortMain = new MessagePortMain();
  readonly port2: MessagePortMain = new MessagePortMain();
  constructor() {
    entangle(this.port1, this.port2);
  }
}

/** One port whose other end lies in a page. */
export interface PagePort {
  /** From the page. */
  receive(data: string): void;
  /** The page's end is gone. */
  close(): void;
}

/**
 * Gives a port to a page.
 *
 * @param port whose place the page's end takes.
 * @param page how the page's end is reached.
 */
export function givePortToPage(
  port: MessagePortMain,
  page: { readonly deliver: (data: string) => void; readonly close: () => void },
): PagePort {
  const toPage = new Lane('portToPage');
  const toMain = new Lane('portToMain');
  const closing = new Lane('portClose');
  const near = twins.get(port);
  port.$transfer({
    deliver: (data) => toPage.send(() => page.deliver(data)),
    close: () => toPage.send(() => closing.send(() => page.close())),
  });
  return {
    receive: (data) => toMain.send(() => near?.$receive(data)),
    close: () => toMain.send(() => closing.send(() => near?.$closedByOther())),
  };
}

/** Takes a port that a page has transferred. */
export function takePortFromPage(page: { readonly deliver: (data: string) => void; readonly close: () => void }): {
  readonly port: MessagePortMain;
  readonly way: PagePort;
} {
  const { port1, port2 } = new MessageChannelMain();
  return { port: port1, way: givePortToPage(port2, page) };
}

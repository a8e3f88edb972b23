import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { Endpoint } from './udp-pool.ts';

/** One question among many on their way over one connection. */
export interface Pipelined {
  /** In wire format; the pipeline writes an id of its choice into it. */
  readonly query: Buffer;
  readonly signal: AbortSignal | undefined;
}

/**
 * A TCP connection that many questions to one server share, answered in whatever order (RFC 7766 §6.2.1.1): of
 * thousands, tens go out and come in with each call to the system.
 */
export interface Pipeline<Question extends Pipelined> {
  /**
   * @param now by `performance.now()`.
   * @returns false when the question has to be asked another way: there are few, or the server takes no connection.
   */
  readonly offer: (question: Question, now: number) => boolean;
  /** Whether questions go over it now. */
  readonly isOpen: () => boolean;
  readonly close: () => void;
}

/** Questions that follow each other closely, from which on a connection is worth its while. */
const MANY = 200;
/** Questions that come later than this after the one before follow it no longer, and a connection is given back. */
const PAUSE_MS = 1500;
/** How long a question waits for its answer before it is asked another way. */
const PATIENCE_MS = 3000;
/** A connection loses nothing: one on which nothing came for so long, with questions under way, is dead. */
const SILENCE_MS = 1000;
/** How long a server is not asked over a connection again that was of no use. */
const AVOIDED_MS = 60_000;
const SWEEP_MS = 50;
/** A connection that brings fewer answers than this was of no use. */
const WORTHWHILE = 100;
const LENGTH_OCTETS = 2;
/** Questions that wait for no others. */
const TOGETHER = 64;
const RECEIVE_OCTETS = 65_536;
/** Under way at once at most: an id each. */
const IDS = 1024;

/**
 * @param onEnd called once for each question that was taken: with the message that came under its id, or with null when
 *   the connection brought none. The message's octets are the caller's only until it returns.
 */
export function createPipeline<Question extends Pipelined>(
  server: Endpoint,
  onEnd: (question: Question, message: Buffer | null) => void,
): Pipeline<Question> {
  const waiting: (Question | null)[] = Array.from({ length: IDS }, () => null);
  /** By `performance.now()`. */
  const until = new Float64Array(IDS);
  const free = Array.from({ length: IDS }, (_, id) => IDS - 1 - id);
  let socket: Socket | null = null;
  let isOpen = false;
  let avoidedUntil = 0;
  let heardAt = 0;
  let underWay = 0;
  let closely = 0;
  let offeredAt = 0;
  let answered = 0;
  let unsent: Buffer[] = [];
  let begun: Buffer | null = null;
  let sweeper: NodeJS.Timeout | null = null;

  const settle = (id: number, message: Buffer | null) => {
    const question = waiting[id];
    if (question === null || question === undefined) return;
    waiting[id] = null;
    free.push(id);
    underWay -= 1;
    if (underWay === 0) socket?.unref();
    onEnd(question, message);
  };

  const drop = (isDead: boolean) => {
    const dropped = socket;
    if (dropped === null) return;
    socket = null;
    isOpen = false;
    unsent = [];
    begun = null;
    if (sweeper !== null) clearInterval(sweeper);
    sweeper = null;
    if (answered < WORTHWHILE || isDead) avoidedUntil = Math.max(avoidedUntil, performance.now() + AVOIDED_MS);
    dropped.destroy();
    for (let id = 0; id < IDS; id += 1) settle(id, null);
  };

  const sweep = () => {
    const now = performance.now();
    if (underWay === 0) {
      if (now - offeredAt > PAUSE_MS) drop(false);
      return;
    }
    if (now - heardAt > SILENCE_MS) {
      drop(true);
      return;
    }
    for (let id = 0; id < IDS; id += 1) {
      const question = waiting[id];
      if (question === null || question === undefined) continue;
      if (question.signal?.aborted === true || (until[id] as number) <= now) settle(id, null);
    }
  };

  /** What was offered in one turn of the event loop goes out together, unless it is much. */
  const flush = () => {
    if (socket === null || unsent.length === 0) return;
    const messages = unsent;
    unsent = [];
    let size = 0;
    for (const message of messages) size += message.length + LENGTH_OCTETS;
    const octets = Buffer.allocUnsafe(size);
    let offset = 0;
    for (const message of messages) {
      octets.writeUInt16BE(message.length, offset);
      octets.set(message, offset + LENGTH_OCTETS);
      offset += message.length + LENGTH_OCTETS;
    }
    socket.write(octets);
  };

  const receive = (part: Buffer) => {
    heardAt = performance.now();
    const octets = begun === null ? part : Buffer.concat([begun, part]);
    let offset = 0;
    begun = null;
    while (octets.length - offset >= LENGTH_OCTETS) {
      const end = offset + LENGTH_OCTETS + octets.readUInt16BE(offset);
      if (end > octets.length) break;
      const message = octets.subarray(offset + LENGTH_OCTETS, end);
      offset = end;
      if (message.length < LENGTH_OCTETS) continue;
      answered += 1;
      settle(message.readUInt16BE(0), message);
    }
    // The place that was read into is used again.
    if (offset < octets.length) begun = Buffer.from(octets.subarray(offset));
    // What is made of these answers takes its time: the server has the next questions to work on meanwhile.
    flush();
  };

  const open = () => {
    answered = 0;
    const opened = connect({
      host: server.address,
      port: server.port,
      noDelay: true,
      onread: {
        buffer: Buffer.allocUnsafeSlow(RECEIVE_OCTETS),
        callback(length, buffer) {
          if (socket === opened) receive((buffer as Buffer).subarray(0, length));
          return true;
        },
      },
    });
    socket = opened;
    opened.unref();
    opened.on('connect', () => {
      if (socket !== opened) return;
      isOpen = true;
      heardAt = performance.now();
      sweeper = setInterval(sweep, SWEEP_MS);
      sweeper.unref();
    });
    const ended = () => {
      if (socket === opened) drop(false);
    };
    opened.on('error', ended);
    opened.on('end', ended);
    opened.on('close', ended);
  };

  return {
    offer(question, now) {
      if (now < avoidedUntil) return false;
      closely = now - offeredAt > PAUSE_MS ? 1 : closely + 1;
      offeredAt = now;
      if (closely < MANY) return false;
      if (socket === null) open();
      const id = isOpen ? free.pop() : undefined;
      if (id === undefined) return false;
      question.query.writeUInt16BE(id, 0);
      waiting[id] = question;
      until[id] = now + PATIENCE_MS;
      if (underWay === 0) {
        socket?.ref();
        heardAt = now;
      }
      underWay += 1;
      const size = unsent.push(question.query);
      if (size === 1) setImmediate(flush);
      else if (size >= TOGETHER) flush();
      return true;
    },
    isOpen: () => isOpen,
    close() {
      avoidedUntil = Number.POSITIVE_INFINITY;
      drop(false);
    },
  };
}

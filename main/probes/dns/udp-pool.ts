import { randomFillSync, randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import type { RemoteInfo, Socket } from 'node:dgram';

/** Where a question goes. */
export interface Endpoint {
  /** IPv4 or IPv6. */
  readonly address: string;
  readonly port: number;
}

/** How an exchange ended: stopped by its signal, or by an error of the socket, or as the names say. */
export type ExchangeEnd = 'answered' | 'timeout' | 'stopped' | Error;

export interface Exchange {
  /** In wire format; the pool writes an id of its choice into it. */
  readonly query: Buffer;
  readonly server: Endpoint;
  readonly timeoutMs: number;
  /** Looked at every few milliseconds. */
  readonly signal: AbortSignal | undefined;
  /** Takes a datagram that came from the server under the query's id, or leaves it. */
  readonly accept: (datagram: Buffer) => boolean;
  /** Sees a datagram that nobody took, so that a failure can say what came instead. */
  readonly onStray: (datagram: Buffer, isFromServer: boolean) => void;
  /** Called once. */
  readonly settle: (end: ExchangeEnd) => void;
}

/** Sockets on random ports that questions are spread over, so that a forged answer has to guess port and id (RFC 5452). */
export interface UdpPool {
  readonly exchange: (exchange: Exchange) => void;
  readonly close: () => void;
}

interface Waiting extends Exchange {
  /** By `performance.now()`. */
  readonly until: number;
}

interface Slot {
  readonly socket: Socket;
  /** By the query's id. */
  readonly waiting: Map<number, Waiting>;
  /** What is to be sent once the socket has its port; null from then on. */
  unsent: Waiting[] | null;
  uses: number;
}

/** A socket is given up after this many questions, so that its port does not become known. */
const USES_PER_SOCKET = 512;
/** How often exchanges are looked over for their end: the precision of a timeout, in milliseconds. */
const SWEEP_MS = 20;
const RECEIVE_OCTETS = 1 << 20;

/** Random ids, made many at a time. */
function createIds(): () => number {
  const ids = new Uint16Array(2048);
  let next = ids.length;
  return () => {
    if (next === ids.length) {
      randomFillSync(ids);
      next = 0;
    }
    next += 1;
    return ids[next - 1] as number;
  };
}

/** @param size sockets of each address family. */
export function createUdpPool(size = 64): UdpPool {
  const slots: Record<'udp4' | 'udp6', Slot[]> = { udp4: [], udp6: [] };
  const retired = new Set<Slot>();
  const nextId = createIds();
  let pending = 0;
  let sweeper: NodeJS.Timeout | null = null;
  let closed = false;

  const all = () => [...slots.udp4, ...slots.udp6, ...retired];

  const end = (slot: Slot, id: number, waiting: Waiting, how: ExchangeEnd) => {
    slot.waiting.delete(id);
    pending -= 1;
    if (pending === 0 && sweeper !== null) {
      clearInterval(sweeper);
      sweeper = null;
    }
    if (slot.waiting.size === 0 && retired.delete(slot)) slot.socket.close();
    waiting.settle(how);
  };

  const sweep = () => {
    const now = performance.now();
    for (const slot of all()) {
      for (const [id, waiting] of slot.waiting) {
        if (waiting.signal?.aborted === true) end(slot, id, waiting, 'stopped');
        else if (waiting.until <= now) end(slot, id, waiting, 'timeout');
      }
    }
  };

  const send = (slot: Slot, waiting: Waiting) => {
    slot.socket.send(waiting.query, waiting.server.port, waiting.server.address, (error) => {
      const id = waiting.query.readUInt16BE(0);
      if (error !== null && slot.waiting.get(id) === waiting) end(slot, id, waiting, error);
    });
  };

  const receive = (slot: Slot, datagram: Buffer, from: RemoteInfo) => {
    const waiting = datagram.length < 2 ? undefined : slot.waiting.get(datagram.readUInt16BE(0));
    const isFrom = ({ server }: Waiting) => server.port === from.port && server.address === from.address;
    if (waiting !== undefined && isFrom(waiting) && waiting.accept(datagram))
      end(slot, datagram.readUInt16BE(0), waiting, 'answered');
    else for (const other of slot.waiting.values()) other.onStray(datagram, isFrom(other));
  };

  const open = (family: 'udp4' | 'udp6'): Slot => {
    const socket = createSocket({
      type: family,
      recvBufferSize: RECEIVE_OCTETS,
      // Everybody is asked by address: a lookup would only cost a turn of the event loop for each question.
      lookup: (host, _options, done) => done(null, host, family === 'udp4' ? 4 : 6),
    });
    const slot: Slot = { socket, waiting: new Map(), unsent: [], uses: 0 };
    socket.on('message', (datagram: Buffer, from: RemoteInfo) => receive(slot, datagram, from));
    socket.on('error', (error) => {
      for (const [id, waiting] of slot.waiting) end(slot, id, waiting, error);
    });
    socket.bind(0, () => {
      const unsent = slot.unsent ?? [];
      slot.unsent = null;
      for (const waiting of unsent) send(slot, waiting);
    });
    socket.unref();
    slots[family].push(slot);
    return slot;
  };

  const take = (family: 'udp4' | 'udp6'): Slot => {
    const existing = slots[family];
    const slot = existing.length < size ? open(family) : (existing[randomInt(existing.length)] as Slot);
    slot.uses += 1;
    if (slot.uses >= USES_PER_SOCKET) {
      existing.splice(existing.indexOf(slot), 1);
      retired.add(slot);
    }
    return slot;
  };

  return {
    exchange(exchange) {
      if (closed) {
        exchange.settle('stopped');
        return;
      }
      const slot = take(exchange.server.address.includes(':') ? 'udp6' : 'udp4');
      let id = nextId();
      while (slot.waiting.has(id)) id = nextId();
      exchange.query.writeUInt16BE(id, 0);
      const waiting = { ...exchange, until: performance.now() + exchange.timeoutMs };
      slot.waiting.set(id, waiting);
      pending += 1;
      sweeper ??= setInterval(sweep, SWEEP_MS);
      if (slot.unsent === null) send(slot, waiting);
      else slot.unsent.push(waiting);
    },
    close() {
      closed = true;
      if (sweeper !== null) clearInterval(sweeper);
      for (const slot of all()) {
        for (const waiting of slot.waiting.values()) waiting.settle('stopped');
        slot.waiting.clear();
        slot.socket.close();
      }
      slots.udp4 = [];
      slots.udp6 = [];
      retired.clear();
    },
  };
}

import { createSocket } from 'node:dgram';
import type { RemoteInfo, Socket } from 'node:dgram';
import { randomInt } from 'node:crypto';

/** Sockets on random ports that questions are spread over, so that a forged answer has to guess port and id (RFC 5452). */
export interface UdpPool {
  /**
   * Sends a message and gives every datagram that comes from that very address and port to `accept`, until it takes one.
   * A datagram that nobody takes is shown to `onStray`, so that a failure can say what came instead.
   *
   * @returns the accepted datagram; null when none came in time.
   */
  readonly exchange: (
    message: Buffer,
    server: { readonly address: string; readonly port: number },
    timeoutMs: number,
    signal: AbortSignal,
    accept: (datagram: Buffer) => boolean,
    onStray?: (datagram: Buffer, isFromServer: boolean) => void,
  ) => Promise<Buffer | null>;
  readonly close: () => void;
}

interface Waiting {
  readonly address: string;
  readonly port: number;
  readonly accept: (datagram: Buffer) => boolean;
  readonly onStray: ((datagram: Buffer, isFromServer: boolean) => void) | undefined;
  readonly finish: (datagram: Buffer | null, error?: Error) => void;
}

interface Slot {
  readonly socket: Socket;
  readonly waiting: Set<Waiting>;
  uses: number;
}

/** A socket is given up after this many questions, so that its port does not become known. */
const USES_PER_SOCKET = 512;

/** @param size sockets of each address family. */
export function createUdpPool(size = 64): UdpPool {
  const slots: Record<'udp4' | 'udp6', Slot[]> = { udp4: [], udp6: [] };
  let closed = false;

  const retire = (family: 'udp4' | 'udp6', slot: Slot) => {
    slots[family] = slots[family].filter((other) => other !== slot);
    if (slot.waiting.size === 0) slot.socket.close();
  };

  const open = (family: 'udp4' | 'udp6'): Slot => {
    const socket = createSocket({ type: family, recvBufferSize: 1 << 20 });
    const slot: Slot = { socket, waiting: new Set(), uses: 0 };
    socket.on('message', (datagram: Buffer, from: RemoteInfo) => {
      for (const waiting of slot.waiting) {
        if (waiting.port === from.port && waiting.address === from.address && waiting.accept(datagram)) {
          waiting.finish(datagram);
          return;
        }
      }
      for (const waiting of slot.waiting)
        waiting.onStray?.(datagram, waiting.port === from.port && waiting.address === from.address);
    });
    socket.on('error', (error) => {
      for (const waiting of slot.waiting) waiting.finish(null, error);
    });
    socket.unref();
    slots[family].push(slot);
    return slot;
  };

  const take = (family: 'udp4' | 'udp6'): Slot => {
    const existing = slots[family];
    const slot = existing.length < size ? open(family) : (existing[randomInt(existing.length)] as Slot);
    slot.uses += 1;
    if (slot.uses >= USES_PER_SOCKET) retire(family, slot);
    return slot;
  };

  return {
    exchange(message, server, timeoutMs, signal, accept, onStray) {
      const slot = take(server.address.includes(':') ? 'udp6' : 'udp4');
      return new Promise((resolve, reject) => {
        const finish = (datagram: Buffer | null, error?: Error) => {
          clearTimeout(timer);
          signal.removeEventListener('abort', onAbort);
          slot.waiting.delete(waiting);
          const isRetired = !slots.udp4.includes(slot) && !slots.udp6.includes(slot);
          if (isRetired && slot.waiting.size === 0 && !closed) slot.socket.close();
          if (error === undefined) resolve(datagram);
          else reject(error);
        };
        const waiting: Waiting = { address: server.address, port: server.port, accept, onStray, finish };
        const onAbort = () => finish(null);
        const timer = setTimeout(() => finish(null), timeoutMs);
        signal.addEventListener('abort', onAbort, { once: true });
        slot.waiting.add(waiting);
        slot.socket.send(message, server.port, server.address, (error) => {
          if (error !== null) finish(null, error);
        });
      });
    },
    close() {
      closed = true;
      for (const slot of [...slots.udp4, ...slots.udp6]) {
        for (const waiting of slot.waiting) waiting.finish(null);
        slot.socket.close();
      }
      slots.udp4 = [];
      slots.udp6 = [];
    },
  };
}

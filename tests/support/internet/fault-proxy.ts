import { createSocket } from 'node:dgram';
import type { RemoteInfo, Socket } from 'node:dgram';
import { randomBytes } from 'node:crypto';
import { connect, createServer } from 'node:net';
import type { Server } from 'node:net';
import type { Fault } from './zones.ts';

/** Stands in front of a real server and spoils what it says, octet by octet. */
export interface FaultProxy {
  readonly close: () => Promise<void>;
}

const DELAY_MS = 1100;
const OTHER_ADDRESS = '127.53.9.99';
const RCODES = { formerr: 1, servfail: 2, notimp: 4, refused: 5 } as const;

function questionEnd(message: Buffer): number {
  let offset = 12;
  while ((message[offset] ?? 0) !== 0) offset += (message[offset] as number) + 1;
  return offset + 5;
}

/** The head and question alone, with a code. */
function bare(message: Buffer, rcode: number): Buffer {
  const cut = Buffer.from(message.subarray(0, questionEnd(message)));
  cut.writeUInt16BE(0x8000 | (message.readUInt16BE(2) & 0x0100) | rcode, 2);
  for (const count of [6, 8, 10]) cut.writeUInt16BE(0, count);
  return cut;
}

/** BADVERS (RFC 6891 §6.1.3): its upper bits stand in an OPT record. */
function badVersion(query: Buffer): Buffer {
  const head = bare(query, 0);
  head.writeUInt16BE(1, 10);
  return Buffer.concat([head, Buffer.from([0, 0, 41, 4, 208, 1, 0, 0, 0, 0, 0])]);
}

/** The first answer alone, behind a head that repeats no question. */
function withoutQuestion(answer: Buffer): Buffer {
  const end = questionEnd(answer);
  const head = Buffer.from(answer.subarray(0, 12));
  for (const [count, at] of [
    [0, 4],
    [1, 6],
    [0, 8],
    [0, 10],
  ] as const)
    head.writeUInt16BE(count, at);
  const name = answer.subarray(12, end - 4);
  const data = answer.subarray(end + 2, end + 12 + answer.readUInt16BE(end + 10));
  return Buffer.concat([head, name, data]);
}

function hasEdns(query: Buffer): boolean {
  return query.readUInt16BE(10) > 0;
}

/** @returns the answer in place of the real one; null to keep silent, undefined to let the real one pass. */
function early(fault: Fault, query: Buffer): Buffer | null | undefined {
  if (fault === 'drop') return null;
  if (fault === 'garbage') return randomBytes(40);
  if (fault === 'edns-silent') return hasEdns(query) ? null : undefined;
  if (fault === 'badvers') return badVersion(query);
  if (fault === 'no-edns') return hasEdns(query) ? bare(query, RCODES.formerr) : undefined;
  return fault in RCODES ? bare(query, RCODES[fault as keyof typeof RCODES]) : undefined;
}

function spoil(fault: Fault, answer: Buffer): Buffer {
  if (fault === 'no-question' && answer.readUInt16BE(6) > 0) return withoutQuestion(answer);
  const spoilt = Buffer.from(answer);
  if (fault === 'wrong-id') spoilt.writeUInt16BE((answer.readUInt16BE(0) + 1) & 0xffff, 0);
  if (fault === 'wrong-question') spoilt[13] = 'z'.charCodeAt(0);
  if (fault === 'wrong-case') spoilt[13] = (spoilt[13] as number) ^ 0x20;
  if (fault === 'not-authoritative') spoilt[2] = (spoilt[2] as number) & ~0x04;
  if (fault === 'truncate') {
    const cut = bare(answer, 0);
    cut[2] = (cut[2] as number) | 0x06;
    return cut;
  }
  return spoilt;
}

function listen(socket: Socket, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(53, address, () => resolve());
  });
}

function startTcp(address: string, upstream: string): Promise<Server> {
  const server = createServer((client) => {
    const real = connect(53, upstream);
    client.pipe(real).pipe(client);
    for (const end of [client, real]) end.on('error', () => [client, real].forEach((each) => each.destroy()));
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(53, address, () => resolve(server));
  });
}

/** Starts a proxy at an address, in front of the real server at another. */
export async function startFaultProxy(fault: Fault, address: string, upstream: string): Promise<FaultProxy> {
  let isClosed = false;
  const front = createSocket('udp4');
  const other = createSocket('udp4');
  await listen(front, address);
  if (fault === 'other-address') await listen(other, OTHER_ADDRESS);
  const reply = (message: Buffer, to: RemoteInfo) => {
    const from = fault === 'other-address' ? other : front;
    const send = () => {
      if (!isClosed) from.send(message, to.port, to.address);
    };
    setTimeout(send, fault === 'delay' ? DELAY_MS : 0);
  };
  front.on('message', (query, client) => {
    const instead = early(fault, query);
    if (instead === null) return;
    if (instead !== undefined) {
      reply(instead, client);
      return;
    }
    const back = createSocket('udp4');
    const timer = setTimeout(() => back.close(), 2000);
    back.once('message', (answer) => {
      clearTimeout(timer);
      back.close();
      reply(spoil(fault, answer), client);
    });
    back.send(query, 53, upstream);
  });
  // Where answers are cut off, nobody listens for TCP: that is the fault.
  const tcp = ['drop', 'truncate'].includes(fault) ? null : await startTcp(address, upstream);
  return {
    async close() {
      isClosed = true;
      front.close();
      other.close();
      await new Promise<void>((resolve) => {
        if (tcp === null) resolve();
        else tcp.close(() => resolve());
      });
    },
  };
}

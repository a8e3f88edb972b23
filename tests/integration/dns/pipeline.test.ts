import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createResolver } from '../../../main/probes/dns/resolver.ts';
import { zoneHead } from '../../support/bind.ts';
import type { Knot } from '../../support/knot.ts';
import { startKnot } from '../../support/knot.ts';
import { freePort } from '../../support/ports.ts';
import { describeWith } from '../../support/tools.ts';

const NAMES = 1500;
/** Of a datagram, so that those sent together are under way together. */
const DELAY_MS = 20;
/** More would overflow what a server's socket holds by default. */
const MOST_DATAGRAMS = 128;
const zone = `${zoneHead('many.test')}${Array.from({ length: NAMES }, (_, index) => `n${index} TXT "text of ${index}"\n`).join('')}`;

/** What stands before Knot: datagrams pass both ways, and of a connection it makes what it likes. */
async function startMiddlebox(port: number, onConnection: (socket: Socket) => void) {
  const connections = new Set<Socket>();
  const front = createServer((socket) => {
    connections.add(socket);
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  const own = await freePort();
  front.listen(own, '127.0.0.1');
  await once(front, 'listening');
  const datagrams = createSocket('udp4');
  const behind = createSocket('udp4');
  const senders = new Map<number, number>();
  let underWay = 0;
  let most = 0;
  datagrams.on('message', (message, from) => {
    senders.set(message.readUInt16BE(0), from.port);
    underWay += 1;
    most = Math.max(most, underWay);
    setTimeout(() => behind.send(message, port, '127.0.0.1'), DELAY_MS);
  });
  behind.on('message', (message) => {
    underWay -= 1;
    datagrams.send(message, senders.get(message.readUInt16BE(0)), '127.0.0.1');
  });
  datagrams.bind(own, '127.0.0.1');
  await once(datagrams, 'listening');
  return {
    port: own,
    connections,
    /** Datagrams that were under way at once at most. */
    most: () => most,
    stop() {
      for (const socket of connections) socket.destroy();
      for (const each of [front, datagrams, behind]) each.close();
    },
  };
}

describeWith(['knotd'], 'many questions to one server', () => {
  let knot: Knot;
  beforeAll(async () => {
    knot = await startKnot(new Map([['many.test', zone]]));
  });
  afterAll(() => knot.stop());

  /** Asks for every name at once. @returns how many came over TCP, once each answer is the one that was asked for. */
  async function askAll(port: number): Promise<number> {
    const resolver = createResolver({ now: Date.now });
    const server = { address: '127.0.0.1', port };
    const observations = await Promise.all(
      Array.from({ length: NAMES }, (_, index) => resolver.ask({ name: `n${index}.many.test`, type: 'TXT', server })),
    );
    await resolver.close();
    observations.forEach(({ records }, index) =>
      expect(records).toMatchObject([{ name: `n${index}.many.test`, strings: [`text of ${index}`] }]),
    );
    return observations.filter(({ transport }) => transport === 'tcp').length;
  }

  it('share a TCP connection, each with its own answer', async () => {
    expect(await askAll(knot.port)).toBeGreaterThan(NAMES / 3);
  });

  it('all go over UDP to a server that refuses connections, or ends them at once', async () => {
    for (const onConnection of [(socket: Socket) => socket.destroy(), (socket: Socket) => socket.resetAndDestroy()]) {
      const middlebox = await startMiddlebox(knot.port, onConnection);
      expect(await askAll(middlebox.port)).toBe(0);
      expect(middlebox.connections.size).toBeLessThan(3);
      middlebox.stop();
    }
  });

  it('are asked again over UDP where a connection ends or falls silent in their midst', async () => {
    const passing = (octets: number, onFull: (socket: Socket) => void) => (socket: Socket) => {
      let passed = 0;
      const behind = connect(knot.port, '127.0.0.1');
      socket.pipe(behind);
      behind.on('data', (part) => {
        const left = octets - passed;
        passed += part.length;
        if (left > 0) socket.write(part.subarray(0, left));
        if (passed >= octets) onFull(socket);
      });
      behind.on('error', () => undefined);
      socket.on('close', () => behind.destroy());
    };
    const boxes = [
      passing(9001, (socket) => socket.end()),
      passing(20_003, () => undefined),
      passing(0, () => undefined),
    ];
    for (const onConnection of boxes) {
      const middlebox = await startMiddlebox(knot.port, onConnection);
      expect(await askAll(middlebox.port)).toBeLessThan(NAMES);
      expect(middlebox.connections.size).toBeGreaterThan(0);
      expect(middlebox.most()).toBeGreaterThan(MOST_DATAGRAMS / 2);
      expect(middlebox.most()).toBeLessThanOrEqual(MOST_DATAGRAMS);
      middlebox.stop();
    }
  });
});

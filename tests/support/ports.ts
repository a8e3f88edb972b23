import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Ports given out: one may be asked for again before whoever asked first has begun to listen. */
const given = new Set<number>();

/**
 * Below what Linux, macOS and Windows give to sockets that name no port, so that none of the many connections beside it takes
 * the port before its server has begun.
 */
const FIRST_PORT = 10_000;
const END_OF_PORTS = 32_768;

async function isFree(port: number, host: string): Promise<boolean> {
  const stream = createServer().listen(port, host);
  const datagrams = createSocket(host.includes(':') ? 'udp6' : 'udp4').bind(port, host);
  const bound = await Promise.allSettled([once(stream, 'listening'), once(datagrams, 'listening')]);
  stream.close();
  datagrams.close();
  return bound.every(({ status }) => status === 'fulfilled');
}

/** @returns a port that is free over TCP and UDP, and that nobody else in this process was given. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST_PORT, END_OF_PORTS);
    if (given.has(port) || !(await isFree(port, host))) continue;
    given.add(port);
    return port;
  }
}

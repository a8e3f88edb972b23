import { os } from '@orpc/server';
import { createServer, get } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import type { Core } from '../../../main/core/core.ts';
import { serveCalls } from '../../../main/hosts/loopback/calls.ts';

const stops: (() => unknown)[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const stop of stops.splice(0)) await stop();
});

const MESSAGES = 60;
/** More than a connection takes before it is read. */
const TEXT = 'x'.repeat(256 * 1024);

/** A server whose one procedure tells more than its reader takes at a time. */
async function tellMany() {
  const router = {
    many: os.handler(async function* () {
      for (let number = 0; number < MESSAGES; number += 1) yield { number, text: TEXT };
    }),
  };
  const calls = serveCalls(router as unknown as Core['router'], { count: () => undefined }, '/rpc');
  const told = Promise.withResolvers<ServerResponse>();
  const server = createServer((request, response) => {
    told.resolve(response);
    void calls.answer(request, response, '');
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  stops.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const answer = await new Promise<IncomingMessage>((resolve) => {
    get({ port: (server.address() as AddressInfo).port, path: '/rpc/many' }, resolve);
  });
  return { answer, response: await told.promise };
}

it('tells a slow reader all, and keeps nothing of having waited for it', async () => {
  const { answer, response } = await tellMany();
  const before = response.listenerCount('close');
  let text = '';
  for await (const part of answer.setEncoding('utf8')) {
    text += part as string;
    expect(response.listenerCount('close')).toBeLessThanOrEqual(before + 1);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const numbers = [...text.matchAll(/^data: \{"json":\{"number":(\d+),/gm)].map(([, number]) => Number(number));
  expect(numbers).toEqual(Array.from({ length: MESSAGES }, (_nothing, number) => number));
});

it('shows no more that a stream is there once it has ended: nothing may be written behind its end', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const { answer, response } = await tellMany();
  const timers: number[] = [vi.getTimerCount()];
  response.once('prefinish', () => timers.push(vi.getTimerCount()));
  for await (const _part of answer);
  expect(timers).toEqual([1, 0]);
});

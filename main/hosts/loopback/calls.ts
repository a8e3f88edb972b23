import { toORPCError } from '@orpc/client';
import { StandardRPCJsonSerializer } from '@orpc/client/standard';
import { StandardHandler, StandardRPCMatcher } from '@orpc/server/standard';
import type { StandardCodec } from '@orpc/server/standard';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Core } from '../../core/core.ts';
import type { Refusals } from '../refusals.ts';
import { rpcOptions } from '../rpc.ts';

/**
 * Carries calls in oRPC's own protocol over Node's requests, as JSON alone. oRPC's adapters know files and forms as well,
 * and load Node's whole `fetch` for them, which is 13 MB.
 */

/** How often a stream on which nothing happens shows that it is there, in milliseconds. */
const SIGN_OF_LIFE_MS = 5000;

const serializer = new StandardRPCJsonSerializer();

/** What a call or an answer is written as: JSON, and what in it was something else. */
interface Written {
  readonly json: unknown;
  readonly meta?: Parameters<typeof serializer.deserialize>[1] | undefined;
}

type Stream = AsyncIterator<unknown, unknown>;

function written(data: unknown): Written {
  const [json, meta] = serializer.serialize(data);
  return { json, meta: meta.length === 0 ? undefined : meta };
}

const isStream = (output: unknown): output is Stream =>
  typeof output === 'object' &&
  output !== null &&
  Symbol.asyncIterator in output &&
  'next' in output &&
  typeof output.next === 'function';

const codec: StandardCodec = {
  async decode(request) {
    const text = (await request.body()) as string;
    if (text === '') return undefined;
    const { json, meta = [] } = JSON.parse(text) as Written;
    return serializer.deserialize(json, meta);
  },
  encode: (output) => ({ status: 200, headers: {}, body: isStream(output) ? output : written(output) }),
  encodeError: (error) => ({ status: error.status, headers: {}, body: written(error.toJSON()) }),
};

/** Answers a request with JSON. */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(body));
}

const eventText = (event: 'message' | 'done' | 'error', data: unknown) =>
  `event: ${event}\ndata: ${JSON.stringify(written(data))}\n\n`;

/** Waits until what was written is on its way, or nobody reads any more. */
function untilRead(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      response.off('drain', settle).off('close', settle);
      resolve();
    };
    response.on('drain', settle).on('close', settle);
  });
}

/** Writes what a stream tells as server-sent events, until it ends or nobody reads any more. */
async function sendStream(stream: Stream, response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  response.write(':\n\n');
  const life = setInterval(() => response.write(':\n\n'), SIGN_OF_LIFE_MS);
  response.once('close', () => {
    clearInterval(life);
    // Why it did not end well is of use to nobody any more.
    stream.return?.().catch(() => undefined);
  });
  try {
    let next = await stream.next();
    for (; next.done !== true && !response.destroyed; next = await stream.next())
      if (!response.write(eventText('message', next.value))) await untilRead(response);
    if (next.done === true && next.value !== undefined) response.write(eventText('done', next.value));
  } catch (error) {
    response.write(eventText('error', toORPCError(error).toJSON()));
  }
  // Until the last of it is read the answer is not closed, and nothing may be written any more.
  clearInterval(life);
  response.end();
}

/** Over once whoever asked is gone before the answer was. */
function wantedUntil(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}

export interface Calls {
  /**
   * Answers a call.
   *
   * @param body what it brings, read to its end.
   */
  readonly answer: (request: IncomingMessage, response: ServerResponse, body: string) => Promise<void>;
}

/** @param prefix of the paths that are calls. */
export function serveCalls(router: Core['router'], refused: Pick<Refusals, 'count'>, prefix: `/${string}`): Calls {
  const handler = new StandardHandler(router, new StandardRPCMatcher(), codec, rpcOptions(refused));
  return {
    async answer(request, response, body) {
      const { method = '', url = '', headers } = request;
      const asked = {
        method,
        url: new URL(url, 'http://127.0.0.1'),
        headers,
        body: () => Promise.resolve(body),
        signal: wantedUntil(response),
      };
      const { matched, response: answer } = await handler.handle(asked, { prefix, context: {} });
      if (!matched) throw new Error('A call was neither answered nor refused');
      if (isStream(answer.body)) return sendStream(answer.body, response);
      return sendJson(response, answer.status, answer.body);
    },
  };
}

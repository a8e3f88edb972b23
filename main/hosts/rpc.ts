import { ORPCError } from '@orpc/server';
import { RPCHandler } from '@orpc/server/message-port';
import type { CarrierErrorCode } from '../../shared/contract/errors.ts';
import { carrierErrors } from '../../shared/contract/errors.ts';
import type { Core } from '../core/core.ts';
import type { Refusals } from './refusals.ts';

/** What the carriers of calls have in common: how a message that the core never sees is answered. */

/** A message longer than this is refused unread: a pasted list of 100,000 domains fits with room to spare. */
export const MAX_MESSAGE_OCTETS = 20 * 1024 * 1024;

function refusal(code: CarrierErrorCode) {
  const { status, message, remedy } = carrierErrors[code];
  return new ORPCError(code, { status, message, data: { remedy }, defined: true });
}

/**
 * Options of every oRPC handler: an unknown procedure and a message that does not parse get a code of the contract.
 *
 * @param refused counts them.
 */
export function rpcOptions(refused: Pick<Refusals, 'count'>) {
  const refuse = (code: CarrierErrorCode) => {
    refused.count(code);
    return refusal(code);
  };
  async function answerInOurWords<Result extends { readonly matched: boolean }>({
    next,
  }: {
    readonly next: () => Promise<Result>;
  }): Promise<Result> {
    let result: Result;
    try {
      result = await next();
    } catch (error) {
      const isForeign = !(error instanceof ORPCError) || ['BAD_REQUEST', 'METHOD_NOT_SUPPORTED'].includes(error.code);
      throw isForeign ? refuse('BAD_MESSAGE') : error;
    }
    if (!result.matched) throw refuse('NO_SUCH_PROCEDURE');
    return result;
  }
  return { interceptors: [answerInOurWords] };
}

interface PortMessage {
  readonly data?: unknown;
}

/** One end of a channel to the window: an Electron `MessagePortMain` (`on`), or a `MessagePort` of Node. */
export interface CorePort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (told: PortMessage) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  addEventListener?(event: 'message' | 'close', listener: (told: PortMessage) => void): unknown;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

interface Message {
  readonly id: string;
  /** What the handler may read: the parts of a request that the contract has a use for, and no others. */
  readonly text: string;
}

/** Kinds of message in oRPC's protocol between peers that a window has a use for. */
const REQUEST = 1;
const ABORT = 4;

/**
 * Reads a message as the window's client writes it. The handler itself would throw where nobody can catch it.
 *
 * @returns null for the rest, with the id under which it waits for an answer where that can be read.
 */
function readMessage(raw: unknown): Message | { readonly id: string; readonly text: null } {
  const unreadable = (id: string) => ({ id, text: null });
  if (typeof raw !== 'string' || raw.length > MAX_MESSAGE_OCTETS) return unreadable('');
  let message: unknown;
  try {
    message = JSON.parse(raw);
  } catch {
    return unreadable('');
  }
  if (!isObject(message) || typeof message.i !== 'string' || message.i.length > 64) return unreadable('');
  const { i: id, t: type = REQUEST, p: payload } = message;
  if (type === ABORT) return { id, text: JSON.stringify({ i: id, t: ABORT }) };
  if (type !== REQUEST || !isObject(payload)) return unreadable(id);
  const { u: path, b: body, m: method } = payload;
  if (typeof path !== 'string' || !/^\/[\w/-]*$/.test(path) || method !== undefined) return unreadable(id);
  return { id, text: JSON.stringify({ i: id, p: { u: path, b: body } }) };
}

/**
 * Carries the calls of one window over a port. What does not parse is answered with `BAD_MESSAGE` and reaches nobody.
 *
 * @param port not started yet; closing it ends its calls and watches, and no job.
 * @param refused counts the messages that no procedure saw; absent: nobody does.
 */
export function servePort(
  router: Core['router'],
  port: CorePort,
  refused: Pick<Refusals, 'count'> = { count: () => undefined },
): void {
  const onMessage = (listener: (told: PortMessage) => void) =>
    port.addEventListener === undefined ? port.on('message', listener) : port.addEventListener('message', listener);
  const onClose = (listener: () => void) =>
    port.addEventListener === undefined ? port.on('close', listener) : port.addEventListener('close', listener);
  const handler = new RPCHandler(router, rpcOptions(refused));
  handler.upgrade(
    {
      postMessage: (message: unknown) => port.postMessage(message),
      on: (event: string, listener: (event?: { readonly data: unknown }) => void) => {
        if (event === 'close') onClose(() => listener());
        if (event !== 'message') return;
        onMessage(({ data }) => {
          const { id, text } = readMessage(data);
          if (text === null) {
            refused.count('BAD_MESSAGE');
            const error = refusal('BAD_MESSAGE');
            port.postMessage(JSON.stringify({ i: id, p: { s: error.status, b: { json: error.toJSON() } } }));
          } else {
            listener({ data: text });
          }
        });
      },
    } as Parameters<typeof handler.upgrade>[0],
    { context: {} },
  );
}

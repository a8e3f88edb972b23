import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import type { FaultId } from '../../shared/practice/faults.ts';

/** How an answer of the practised interface is written, well or under a fault of its form. */
export interface WrittenAnswer {
  readonly type: string;
  readonly body: Readable;
}

/** What the practised service takes for a call when it is slow, in milliseconds. */
const SLOW_MS = 10_000;
/** More than the console reads of any answer, which is 64 MiB. */
const HUGE_OCTETS = 65 * 1024 * 1024;
const PAGE = '<!DOCTYPE html><html><head><title>Sign in</title></head><body><h1>Sign in</h1></body></html>';

function withCapitals(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withCapitals);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`,
      withCapitals(inner),
    ]),
  );
}

function* huge(text: string): Generator<Buffer> {
  yield Buffer.from(`${text.slice(0, -1)},"padding":"`);
  const part = Buffer.alloc(64 * 1024, 'x');
  for (let sent = 0; sent < HUGE_OCTETS; sent += part.length) yield part;
  yield Buffer.from('"}');
}

/**
 * Writes an answer as the fault has it.
 *
 * @param answer a JSON object.
 * @param signal ends the wait of a slow answer.
 */
export async function writeAnswer(answer: unknown, fault: FaultId, signal: AbortSignal): Promise<WrittenAnswer> {
  const text = JSON.stringify(fault === 'names-in-capitals' ? withCapitals(answer) : answer);
  if (fault === 'answer-slow') await wait(SLOW_MS, undefined, { signal });
  if (fault === 'answer-page') return { type: 'text/html; charset=utf-8', body: Readable.from([PAGE]) };
  const type = fault === 'answer-wrong-type' ? 'text/plain' : 'application/json';
  if (fault === 'answer-huge') return { type, body: Readable.from(huge(text)) };
  return { type, body: Readable.from([fault === 'answer-cut-off' ? text.slice(0, text.length / 2) : text]) };
}

import { pipeline } from 'node:stream';
import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw, createZstdDecompress } from 'node:zlib';
import { fact } from '../../../shared/facts/catalogue.ts';
import type { Finding } from '../../../shared/findings/finding.ts';
import { serviceFinding } from '../../../shared/service/findings.ts';
import { hideKnown } from '../../../shared/service/secret-texts.ts';
import type { Deadline } from './deadline.ts';
import { said, StageFailure, WANTS_CERTIFICATE } from './stages.ts';

/** What came back, once the stages were passed. */
export interface ProbeResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Cut at the limit. */
  readonly body: string;
  readonly truncated: boolean;
}

/** Whether a page for people came: what a login, a portal or an error page is, and no answer of an application's interface. */
export function isPage({ headers, body }: Pick<ProbeResponse, 'headers' | 'body'>): boolean {
  return (
    /^\s*(?:text\/html|application\/xhtml\+xml)/i.test(headers['content-type'] ?? '') ||
    /^\uFEFF?\s*<(?:!doctype|html|head|body)/i.test(body)
  );
}

/** Seconds a clock may be off before it is told. */
const CLOCK_TOLERANCE = 120;
const MAX_HEADER = 500;

const KEPT_HEADERS: ReadonlySet<string> = new Set([
  'access-control-allow-methods',
  'allow',
  'content-length',
  'content-type',
  'date',
  'location',
  'proxy-authenticate',
  'proxy-status',
  'retry-after',
  'server',
  'www-authenticate',
  'x-squid-error',
]);

/** The headers that a judgement may need, without the secrets that were sent, each cut to 500 characters. */
export function keptHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  secrets: readonly string[],
): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (KEPT_HEADERS.has(name) && value !== undefined)
      kept[name] = hideKnown([value].flat().join(', '), secrets).slice(0, MAX_HEADER);
  }
  return kept;
}

interface ReadBody {
  readonly body: string;
  readonly truncated: boolean;
}

/** Reads a body up to a limit in octets; leaving the loop ends the stream. */
async function readPlainBody(stream: AsyncIterable<Buffer>, limit: number): Promise<ReadBody> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of stream) {
    parts.push(part);
    size += part.length;
    if (size > limit) return { body: Buffer.concat(parts).subarray(0, limit).toString('utf8'), truncated: true };
  }
  return { body: Buffer.concat(parts).toString('utf8'), truncated: false };
}

/** Codings of content (RFC 9110 §8.4.1) that can be undone; `deflate` comes with and without its head of two octets. */
const DECODERS: Readonly<Record<string, (first: Buffer) => Transform>> = {
  gzip: () => createGunzip(),
  'x-gzip': () => createGunzip(),
  deflate: (first) => (((first[0] ?? 0) & 0x0f) === 8 ? createInflate() : createInflateRaw()),
  br: () => createBrotliDecompress(),
  zstd: () => createZstdDecompress(),
};

/**
 * Reads a body up to a limit, with one coding undone that nobody asked for; several on top of each other are left as they
 * are. The limit holds for what comes out, so that a small answer can't grow without end.
 *
 * @param limit in octets.
 * @param coding as the header names it; empty for none.
 * @throws CodingFault when the octets are not of that coding.
 */
export async function readBody(stream: AsyncIterable<Buffer>, limit: number, coding: string): Promise<ReadBody> {
  const make = DECODERS[coding.trim().toLowerCase()];
  if (make === undefined) return readPlainBody(stream, limit);
  const iterator = stream[Symbol.asyncIterator]();
  const first = await iterator.next();
  // The answer to HEAD has the header and no body.
  if (first.done === true) return { body: '', truncated: false };
  let fault: unknown = null;
  const whole = async function* () {
    try {
      yield first.value;
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
    } catch (error) {
      fault = error;
      throw error;
    } finally {
      await iterator.return?.();
    }
  };
  const decoder = make(first.value);
  pipeline(whole, decoder, () => undefined);
  try {
    return await readPlainBody(decoder, limit);
  } catch (error) {
    throw fault ?? new CodingFault(coding, error);
  }
}

/** A body is not of the coding that its header names. */
class CodingFault extends Error {
  readonly coding: string;
  constructor(coding: string, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause));
    this.coding = coding;
  }
}

export interface ExchangePlace {
  readonly host: string;
  readonly port: number;
  readonly stage: 'request' | 'response';
  readonly deadline: Deadline;
}

/** The failure for what undici met while it asked or read. */
export function exchangeFailure(error: unknown, { host, port, stage, deadline }: ExchangePlace): StageFailure {
  if (error instanceof StageFailure) return error;
  if (error instanceof CodingFault) {
    const values = { host, coding: error.coding.slice(0, 40), message: error.message };
    return new StageFailure(said(error), serviceFinding('probe.coding-broken', values));
  }
  const { name, code = '', message } = error as NodeJS.ErrnoException;
  const isLate = deadline.signal.aborted || code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT';
  if (isLate) {
    const kind = stage === 'request' ? 'probe.no-answer' : 'probe.slow-answer';
    return deadline.failure(fact('stage.late'), () => serviceFinding(kind, { host, port }));
  }
  if (WANTS_CERTIFICATE.test(`${code} ${message}`))
    return new StageFailure(said(error), serviceFinding('probe.client-certificate', { host }));
  if (name === 'HTTPParserError' || code === 'UND_ERR_HEADERS_OVERFLOW')
    return new StageFailure(said(error), serviceFinding('probe.not-http', { host, port, message }));
  const during = stage === 'request' ? 'the request' : 'the answer';
  return new StageFailure(said(error), serviceFinding('probe.reset', { host, stage: during }));
}

/** Warns when the service's clock and this machine's part; certificates depend on it. */
export function clockFindings(headers: Readonly<Record<string, string>>, now: number): readonly Finding[] {
  const theirs = Date.parse(headers.date ?? '');
  const seconds = Math.round(Math.abs(theirs - now) / 1000);
  if (Number.isNaN(theirs) || seconds <= CLOCK_TOLERANCE) return [];
  const direction = theirs > now ? 'behind' : 'ahead of';
  return [serviceFinding('probe.clock-skew', { seconds, direction })];
}

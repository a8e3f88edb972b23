import type { Finding } from '../../../shared/findings/finding.ts';
import { serviceFinding } from '../../../shared/findings/service.ts';
import type { Deadline } from './deadline.ts';
import { StageFailure } from './stages.ts';
import { WANTS_CERTIFICATE } from './tls.ts';

/** What came back, once the stages were passed. */
export interface ProbeResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Cut at the limit. */
  readonly body: string;
  readonly truncated: boolean;
}

/** Seconds a clock may be off before it is told. */
const CLOCK_TOLERANCE = 120;
const MAX_HEADER = 500;

const KEPT_HEADERS: ReadonlySet<string> = new Set([
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

/** The headers that a judgement may need, each cut to 500 characters. */
export function keptHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (KEPT_HEADERS.has(name) && value !== undefined) kept[name] = [value].flat().join(', ').slice(0, MAX_HEADER);
  }
  return kept;
}

/** Reads a body up to a limit in octets; leaving the loop ends the stream. */
export async function readBody(
  stream: AsyncIterable<Buffer>,
  limit: number,
): Promise<{ body: string; truncated: boolean }> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of stream) {
    parts.push(part);
    size += part.length;
    if (size > limit) return { body: Buffer.concat(parts).subarray(0, limit).toString('utf8'), truncated: true };
  }
  return { body: Buffer.concat(parts).toString('utf8'), truncated: false };
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
  const { name, code = '', message } = error as NodeJS.ErrnoException;
  const isLate = deadline.signal.aborted || code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT';
  if (isLate) {
    const kind = stage === 'request' ? 'probe.no-answer' : 'probe.slow-answer';
    return deadline.failure('No answer in time', () => serviceFinding(kind, { host, port }));
  }
  if (WANTS_CERTIFICATE.test(`${code} ${message}`))
    return new StageFailure(message, serviceFinding('probe.client-certificate', { host }));
  if (name === 'HTTPParserError' || code === 'UND_ERR_HEADERS_OVERFLOW')
    return new StageFailure(message, serviceFinding('probe.not-http', { host, port, message }));
  const during = stage === 'request' ? 'the request' : 'the answer';
  return new StageFailure(message, serviceFinding('probe.reset', { host, stage: during }));
}

/** Warns when the service's clock and this machine's part; certificates depend on it. */
export function clockFindings(headers: Readonly<Record<string, string>>, now: number): readonly Finding[] {
  const theirs = Date.parse(headers.date ?? '');
  const seconds = Math.round(Math.abs(theirs - now) / 1000);
  if (Number.isNaN(theirs) || seconds <= CLOCK_TOLERANCE) return [];
  const direction = theirs > now ? 'behind' : 'ahead of';
  return [serviceFinding('probe.clock-skew', { seconds, direction })];
}

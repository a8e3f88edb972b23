import { lookup as systemLookup } from 'node:dns/promises';
import type { Socket } from 'node:net';
import { isIP } from 'node:net';
import { Client } from 'undici';
import type { Finding } from '../../../shared/findings/finding.ts';
import { serviceFinding } from '../../../shared/findings/service.ts';
import type { ProbeStage, ProbeTrace } from '../../../shared/service/trace.ts';
import { connectFirst } from './connect.ts';
import type { Proxy } from './proxy.ts';
import { openTunnel } from './proxy.ts';
import { recordStages, StageFailure } from './stages.ts';
import { secure } from './tls.ts';

/** What came back, once the stages were passed. */
export interface ProbeResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Cut at the limit. */
  readonly body: string;
  readonly truncated: boolean;
}

export interface StagedProbeOptions {
  readonly kind: ProbeTrace['kind'];
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** PEM, or empty. */
  readonly extraCa?: string;
  readonly proxy?: Proxy | null;
  /** For the whole probe, in milliseconds. */
  readonly deadlineMs?: number;
  /** For one stage, in milliseconds. */
  readonly stageTimeoutMs?: number;
  readonly maxBodyOctets?: number;
  readonly signal?: AbortSignal;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** @returns every address of a host. @throws with a system error code. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
  /** Judges the response; what it finds ends in the trace. */
  readonly judge: (
    response: ProbeResponse,
    url: URL,
  ) => { readonly passed: boolean; readonly findings: readonly Finding[]; readonly told?: ProbeTrace['told'] };
}

const DEADLINE_MS = 20_000;
const STAGE_TIMEOUT_MS = 8_000;
const MAX_BODY_OCTETS = 64 * 1024;
/** Seconds a clock may be off before it is told. */
const CLOCK_TOLERANCE = 120;
const KEPT_HEADERS: ReadonlySet<string> = new Set([
  'content-type',
  'content-length',
  'date',
  'location',
  'server',
  'retry-after',
  'allow',
]);
const UNKNOWN_NAME: ReadonlySet<string> = new Set(['ENOTFOUND', 'ENODATA', 'EAI_NONAME', 'EAI_NODATA']);

async function systemResolve(host: string): Promise<readonly string[]> {
  return (await systemLookup(host, { all: true, verbatim: true })).map((found) => found.address);
}

async function resolveHost(host: string, options: StagedProbeOptions, signal: AbortSignal): Promise<readonly string[]> {
  const bare = host.replace(/^\[|\]$/g, '');
  if (isIP(bare) !== 0) return [bare];
  const resolver = options.resolve ?? systemResolve;
  const timedOut = new Promise<never>((_resolve, reject) => {
    signal.addEventListener(
      'abort',
      () => reject(Object.assign(new Error('no answer in time'), { code: 'ETIMEOUT' })),
      { once: true },
    );
  });
  try {
    return [...new Set(await Promise.race([resolver(bare), timedOut]))];
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    const kind = UNKNOWN_NAME.has(code) ? 'probe.unresolvable' : 'probe.resolver-failed';
    throw new StageFailure(code || message, serviceFinding(kind, { host, message: code || message }));
  }
}

async function readBody(stream: AsyncIterable<Buffer>, limit: number): Promise<{ body: string; truncated: boolean }> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of stream) {
    parts.push(part);
    size += part.length;
    if (size > limit) return { body: Buffer.concat(parts).subarray(0, limit).toString('utf8'), truncated: true };
  }
  return { body: Buffer.concat(parts).toString('utf8'), truncated: false };
}

function requestFailure(error: unknown, host: string, port: number, signal: AbortSignal): StageFailure {
  if (error instanceof StageFailure) return error;
  const { code = '', message } = error as NodeJS.ErrnoException;
  const isTimeout = signal.aborted || code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT';
  if (isTimeout) return new StageFailure('No answer in time', serviceFinding('probe.timed-out', { host, port }));
  return new StageFailure(message, serviceFinding('probe.reset', { host, stage: 'the answer' }));
}

/** Warns when the service's clock and ours part (a certificate's dates depend on it). */
function clockFindings(headers: Readonly<Record<string, string>>, now: number): readonly Finding[] {
  const theirs = Date.parse(headers.date ?? '');
  const seconds = Math.round(Math.abs(theirs - now) / 1000);
  return Number.isNaN(theirs) || seconds <= CLOCK_TOLERANCE ? [] : [serviceFinding('probe.clock-skew', { seconds })];
}

/**
 * Probes one HTTP address stage by stage: resolve, connect, proxy, TLS, request, response. Each stage is timed and
 * evidenced, a failure names its true cause, and nothing is left open.
 *
 * @returns the trace; never rejects for what the network did.
 */
export async function stagedProbe(options: StagedProbeOptions): Promise<ProbeTrace> {
  const url = new URL(options.url);
  const host = url.hostname;
  const isTls = url.protocol === 'https:';
  const port = url.port === '' ? (isTls ? 443 : 80) : Number(url.port);
  const startedAt = options.now();
  const begin = performance.now();
  const recorder = recordStages(() => performance.now() - begin);
  const findings: Finding[] = [];
  const timeoutMs = options.stageTimeoutMs ?? STAGE_TIMEOUT_MS;
  const deadline = AbortSignal.timeout(options.deadlineMs ?? DEADLINE_MS);
  const signal = options.signal === undefined ? deadline : AbortSignal.any([deadline, options.signal]);
  const limit = options.maxBodyOctets ?? MAX_BODY_OCTETS;
  const proxy = options.proxy ?? null;
  let socket: Socket | null = null;
  let client: Client | null = null;
  let passed = false;
  let told: ProbeTrace['told'];

  try {
    const target = proxy === null ? { host, port } : { host: proxy.host, port: proxy.port };
    const addresses = await recorder.run('resolve', async () => {
      const stageSignal = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
      const result = await resolveHost(target.host, options, stageSignal);
      if (result.length === 0)
        throw new StageFailure('no address', serviceFinding('probe.unresolvable', { host, message: 'no address' }));
      return { result, detail: result.join(', '), facts: { addresses: result } };
    });
    socket = await recorder.run('connect', async () => {
      const { socket: opened, attempts } = await connectFirst({ ...target, addresses, timeoutMs, signal });
      return { result: opened, detail: `${opened.remoteAddress ?? ''} port ${target.port}`, facts: { attempts } };
    });
    if (proxy !== null) {
      const opened = socket;
      await recorder.run('proxy', async () => ({
        result: null,
        detail: await openTunnel(opened, proxy, { host, port }, timeoutMs),
      }));
    }
    if (isTls) {
      const opened = socket;
      socket = await recorder.run('tls', async () => {
        const secured = await secure({
          socket: opened,
          host,
          extraCa: options.extraCa ?? '',
          timeoutMs,
          signal,
          now: startedAt,
        });
        findings.push(...secured.findings);
        const facts: Partial<ProbeStage> = {
          ...(secured.certificate === null ? {} : { certificate: secured.certificate }),
          ...(secured.findings.length === 0 ? {} : { state: 'warning' as const }),
        };
        return { result: secured.socket as Socket, detail: secured.detail, facts };
      });
    }
    const ready = socket;
    client = new Client(url.origin, {
      // The client expects its connector to answer later, never at once.
      connect: (_options, callback) => setImmediate(() => callback(null, ready)),
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      pipelining: 0,
    });
    const sender = client;
    const answer = await recorder.run('request', async () => {
      const result = await sender
        .request({
          method: options.method,
          path: `${url.pathname}${url.search}`,
          headers: { 'user-agent': 'Sendwright', accept: 'application/json, */*', ...options.headers },
          body: options.body ?? null,
          signal,
        })
        .catch((error: unknown) => {
          throw requestFailure(error, host, port, signal);
        });
      return { result, detail: `${options.method} ${url.pathname}` };
    });
    await recorder.run('response', async () => {
      const headers: Record<string, string> = {};
      for (const [name, value] of Object.entries(answer.headers)) {
        if (KEPT_HEADERS.has(name) && value !== undefined) headers[name] = String(value).slice(0, 500);
      }
      const { body, truncated } = await readBody(answer.body, limit).catch((error: unknown) => {
        throw requestFailure(error, host, port, signal);
      });
      if (truncated) findings.push(serviceFinding('probe.body-too-large', { limit: `${Math.round(limit / 1024)} KB` }));
      findings.push(...clockFindings(headers, options.now()));
      const judged = options.judge({ status: answer.statusCode, headers, body, truncated }, url);
      findings.push(...judged.findings);
      passed = judged.passed;
      told = judged.told;
      const detail = `${answer.statusCode}${headers.location === undefined ? '' : ` → ${headers.location}`}`;
      return { result: null, detail, facts: { status: answer.statusCode, state: passed ? 'passed' : 'failed' } };
    });
  } catch (error) {
    if (!(error instanceof StageFailure)) throw error;
    findings.push(error.finding);
  } finally {
    client?.destroy().catch(() => undefined);
    socket?.destroy();
  }
  return {
    kind: options.kind,
    method: options.method,
    url: options.url,
    startedAt,
    durationMs: Math.round(performance.now() - begin),
    outcome: passed ? 'passed' : 'failed',
    stages: recorder.stages,
    findings,
    ...(told === undefined ? {} : { told }),
  };
}

import type { Socket } from 'node:net';
import type { Client } from 'undici';
import { fact } from '../../../shared/facts/catalogue.ts';
import type { Finding } from '../../../shared/findings/finding.ts';
import { serviceFinding } from '../../../shared/service/findings.ts';
import { hideKnown } from '../../../shared/service/secret-texts.ts';
import type { ProbeStage, ProbeTrace } from '../../../shared/service/trace.ts';
import type { Connection } from './connect.ts';
import { connectFirst, deadAddresses } from './connect.ts';
import type { Deadline } from './deadline.ts';
import { startDeadline } from './deadline.ts';
import type { Proxy } from './proxy.ts';
import { credentialsFailure, openTunnel, portOf, proxyAuthorization } from './proxy.ts';
import type { ResolveOptions } from './resolve.ts';
import { bareHost, foundAddresses, resolveHost } from './resolve.ts';
import type { ProbeResponse } from './response.ts';
import { clockFindings, exchangeFailure, keptHeaders, readBody } from './response.ts';
import type { StageRecorder } from './stages.ts';
import { recordStages, StageFailure } from './stages.ts';
import type { Secured } from './tls.ts';

export interface StagedProbeOptions extends ResolveOptions {
  readonly kind: ProbeTrace['kind'];
  readonly method: 'GET' | 'HEAD' | 'OPTIONS' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Texts that are sent and must not come back in anything that is kept: who is asked may repeat them. */
  readonly secrets?: readonly string[];
  /** PEM, or empty. */
  readonly extraCa?: string;
  readonly proxy?: Proxy | null;
  /** For the whole probe, in milliseconds. */
  readonly deadlineMs?: number;
  /** For one stage, in milliseconds. */
  readonly stageTimeoutMs?: number;
  readonly maxBodyOctets?: number;
  /** Ends the probe when it aborts. */
  readonly signal?: AbortSignal;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Judges the response; what it finds ends in the trace. */
  readonly judge: (
    response: ProbeResponse,
    url: URL,
  ) => { readonly passed: boolean; readonly findings: readonly Finding[]; readonly told?: ProbeTrace['told'] };
}

export const DEADLINE_MS = 20_000;
const STAGE_TIMEOUT_MS = 8_000;
const MAX_BODY_OCTETS = 64 * 1024;
/** How long the addresses that were not needed may keep a finished probe waiting. */
const OTHERS_MS = 2_000;

/** Findings that say something of this machine or this attempt, and nothing of the other side. */
const INCONCLUSIVE: ReadonlySet<string> = new Set([
  'probe.aborted',
  'probe.offline',
  'probe.only-ipv6',
  'probe.resolver-failed',
  'probe.forbidden-here',
  'probe.extra-ca',
]);

/** What the way to a proxy met, told as the proxy's. */
function proxyFailure(error: unknown, proxy: Proxy): unknown {
  if (!(error instanceof StageFailure) || INCONCLUSIVE.has(error.finding.code)) return error;
  const values = { proxy: `${proxy.host}:${proxy.port}`, from: proxy.from, message: error.message };
  return new StageFailure(error.met, serviceFinding('probe.proxy-unreachable', values), error.stage);
}

/** Ends the parts of a probe that are still open. */
interface Opened {
  connection: Connection | null;
  socket: Socket | null;
  /** A second connection, where the first can't be gone on with. */
  second: Socket | null;
  client: Client | null;
}

function destroySocket(socket: Socket | null): void {
  socket?.on('error', () => undefined);
  socket?.destroy();
}

async function awaitOthers(connection: Connection, deadline: Deadline): Promise<void> {
  let timer: NodeJS.Timeout | undefined = undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, Math.min(OTHERS_MS, deadline.left()));
  });
  await Promise.race([connection.others, limit]);
  clearTimeout(timer);
  connection.abandon();
}

/** Runs TLS as a stage and keeps its facts. */
function runTls(recorder: StageRecorder, work: () => Promise<Secured>): Promise<Secured> {
  return recorder.run('tls', async () => {
    const secured = await work();
    const facts: Partial<ProbeStage> = {
      tls: secured.tls,
      ...(secured.certificate === null ? {} : { certificate: secured.certificate }),
      ...(secured.findings.length === 0 ? {} : { state: 'warning' as const }),
    };
    return { result: secured, met: secured.met, facts };
  });
}

/**
 * Probes one HTTP address stage by stage: resolve, connect, proxy, TLS, request, response. Each stage is timed and
 * evidenced, a failure names its true cause, the whole ends by its deadline, and nothing is left open. Redirects are
 * told to `judge` and never followed.
 *
 * @returns the trace; never rejects for what the network did.
 */
export async function stagedProbe(options: StagedProbeOptions): Promise<ProbeTrace> {
  const url = new URL(options.url);
  const host = bareHost(url.hostname);
  const isTls = url.protocol === 'https:';
  const port = portOf(url);
  const startedAt = options.now();
  const begin = performance.now();
  const recorder = recordStages(() => performance.now() - begin);
  const findings: Finding[] = [];
  const stageMs = options.stageTimeoutMs ?? STAGE_TIMEOUT_MS;
  const deadline = startDeadline(options.deadlineMs ?? DEADLINE_MS, stageMs, options.signal);
  const limit = options.maxBodyOctets ?? MAX_BODY_OCTETS;
  const proxy = options.proxy ?? null;
  const target = proxy === null ? { host, port } : { host: bareHost(proxy.host), port: proxy.port };
  const opened: Opened = { connection: null, socket: null, second: null, client: null };
  let outcome: ProbeTrace['outcome'] = 'failed';
  let told: ProbeTrace['told'];

  const encrypt = async (
    socket: Socket,
    peer: { readonly host: string; readonly port: number },
    protocol: 'http/1.1' | 'h2' = 'http/1.1',
  ) => {
    const { secure } = await import('./tls.ts');
    return secure({ socket, ...peer, extraCa: options.extraCa ?? '', deadline, now: startedAt, protocol });
  };
  const viaProxy = (error: unknown) => (proxy === null ? error : proxyFailure(error, proxy));

  try {
    if (proxy !== null && proxy.scheme !== 'http' && proxy.scheme !== 'https') {
      const values = { proxy: `${proxy.host}:${proxy.port}`, from: proxy.from, scheme: proxy.scheme };
      await recorder.run('proxy', () =>
        Promise.reject(
          new StageFailure(
            fact('stage.proxy-scheme', { scheme: proxy.scheme }),
            serviceFinding('probe.proxy-unsupported', values),
          ),
        ),
      );
    }
    const addresses = await recorder.run('resolve', async () => {
      const result = await resolveHost(target.host, options, deadline).catch((error: unknown) => {
        throw viaProxy(error);
      });
      return { result, met: foundAddresses(result), facts: { addresses: result } };
    });
    const connection = await recorder.run('connect', async () => {
      const result = await connectFirst({ ...target, addresses, deadline }).catch((error: unknown) => {
        throw viaProxy(error);
      });
      return {
        result,
        met: fact('stage.connected', { address: result.socket.remoteAddress ?? '', port: target.port }),
      };
    });
    opened.connection = connection;
    let { socket } = connection;
    opened.socket = socket;
    const address = socket.remoteAddress ?? '';
    /** Leads an open connection through the proxy to the host. */
    const leadOn = async (from: Socket, through: Proxy) => {
      const failed = (error: unknown) => {
        throw viaProxy(error);
      };
      const way = through.scheme === 'https' ? (await encrypt(from, target).catch(failed)).socket : from;
      const met = isTls
        ? await openTunnel(way, through, { host: url.hostname, port }, deadline)
        : fact('stage.proxy-tls');
      return { result: way, met };
    };
    if (proxy !== null && (isTls || proxy.scheme === 'https')) {
      const from = socket;
      socket = await recorder.run('proxy', () => leadOn(from, proxy));
      opened.socket = socket;
    }
    /** TLS for HTTP/2, which is spoken where nothing else is taken: a handshake that has failed can't be gone on with. */
    const encryptForHttp2 = async () => {
      const again = await connectFirst({ ...target, addresses: [address], deadline });
      opened.second = again.socket;
      const way = proxy === null ? again.socket : (await leadOn(again.socket, proxy)).result;
      return encrypt(way, { host, port }, 'h2');
    };
    if (isTls) {
      const from = socket;
      const secured = await runTls(recorder, () =>
        encrypt(from, { host, port }).catch((error: unknown) => {
          if (error instanceof StageFailure && error.finding.code === 'probe.tls-protocol') return encryptForHttp2();
          throw error;
        }),
      );
      findings.push(...secured.findings);
      socket = secured.socket;
      opened.socket = socket;
    }
    const ready = socket;
    const undici = await import('undici');
    const client = new undici.Client(url.origin, {
      // The client expects its connector to answer later, never at once.
      connect: (_options, callback) => setImmediate(() => callback(null, ready)),
      headersTimeout: stageMs,
      bodyTimeout: stageMs,
      pipelining: 0,
    });
    opened.client = client;
    const path = `${url.pathname}${url.search}`;
    // A proxy takes an http address whole, in the request line (RFC 9112 §3.2.2).
    const isForwarded = proxy !== null && !isTls;
    const authorization = isForwarded ? proxyAuthorization(proxy) : undefined;
    const place = { host, port, deadline };
    const answer = await recorder.run('request', async () => {
      const result = await client
        .request({
          method: options.method,
          path: isForwarded ? `${url.origin}${path}` : path,
          headers: {
            'user-agent': 'Sendwright',
            accept: 'application/json, */*',
            ...(authorization === undefined ? {} : { 'proxy-authorization': authorization }),
            ...options.headers,
          },
          body: options.body ?? null,
          signal: deadline.signal,
        })
        .catch((error: unknown) => {
          throw exchangeFailure(error, { ...place, stage: 'request' });
        });
      return { result, met: fact('stage.asked', { method: options.method, url: url.pathname }) };
    });
    await recorder.run('response', async () => {
      const secrets = options.secrets ?? [];
      const headers = keptHeaders(answer.headers, secrets);
      const status = answer.statusCode;
      const coding = [answer.headers['content-encoding'] ?? ''].flat().join(', ');
      const { body: whole, truncated } = await readBody(answer.body, limit, coding).catch((error: unknown) => {
        throw exchangeFailure(error, { ...place, stage: 'response' });
      });
      const body = hideKnown(whole, secrets);
      if (isForwarded && status === 407) throw credentialsFailure(proxy, headers['proxy-authenticate'] ?? '');
      if (isForwarded && (headers['x-squid-error'] !== undefined || headers['proxy-status'] !== undefined)) {
        const values = { proxy: `${proxy.host}:${proxy.port}`, from: proxy.from, host, port, status };
        const finding = status >= 502 && status <= 504 ? 'probe.proxy-no-way' : 'probe.proxy-refused';
        throw new StageFailure(fact('stage.status', { status }), serviceFinding(finding, values), { status });
      }
      if (truncated) findings.push(serviceFinding('probe.body-too-large', { limit: `${Math.round(limit / 1024)} KB` }));
      findings.push(...clockFindings(headers, options.now()));
      const judged = options.judge({ status, headers, body, truncated }, url);
      findings.push(...judged.findings);
      outcome = judged.passed ? 'passed' : 'failed';
      told = judged.told;
      const { location } = headers;
      const met =
        location === undefined ? fact('stage.status', { status }) : fact('stage.redirect', { status, url: location });
      return { result: null, met, facts: { status, state: outcome } };
    });
  } catch (error) {
    if (!(error instanceof StageFailure)) throw error;
    findings.push(error.finding);
    outcome = INCONCLUSIVE.has(error.finding.code) ? 'unknown' : 'failed';
  } finally {
    opened.client?.destroy().catch(() => undefined);
    destroySocket(opened.socket);
    destroySocket(opened.second);
    destroySocket(opened.connection?.socket ?? null);
    if (opened.connection !== null) await awaitOthers(opened.connection, deadline);
    deadline.close();
  }
  if (opened.connection !== null) {
    const { attempts } = opened.connection;
    const dead = deadAddresses({ ...target, addresses: [], deadline }, attempts);
    recorder.amend('connect', { attempts, ...(dead === null ? {} : { state: 'warning' }) });
    if (dead !== null) findings.push(dead);
  }
  return {
    kind: options.kind,
    method: options.method,
    url: options.url,
    startedAt,
    durationMs: Math.round(performance.now() - begin),
    outcome,
    stages: recorder.stages,
    findings,
    ...(told === undefined ? {} : { told }),
    ...(proxy === null ? {} : { proxy: { address: `${proxy.host}:${proxy.port}`, from: proxy.from } }),
  };
}

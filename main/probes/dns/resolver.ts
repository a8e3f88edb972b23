import { randomInt } from 'node:crypto';
import { connect } from 'node:net';
import { Agent, request } from 'undici';
import type { FailureReason } from '../../../shared/dns/lookup.ts';
import type { AnsweringServer, Observation } from '../../../shared/plan/types.ts';
import type { Message, Mismatch, Question, Sections } from './message.ts';
import { decodeResponse, encodeQuery, explainMismatch, readAnswer, sectionsOf } from './message.ts';
import { createUdpPool } from './udp-pool.ts';

/** A server to ask: an address and port, or a DNS-over-HTTPS address (RFC 8484). */
export type DnsServer =
  | { readonly address: string; readonly port: number; readonly kind?: AnsweringServer['kind']; readonly name?: string }
  | { readonly doh: string };

export interface AskOptions extends Question {
  readonly server: DnsServer;
  readonly signal?: AbortSignal;
  /** For all tries together, in milliseconds. */
  readonly deadlineMs?: number;
  /** RD; a zone's own servers are asked without it. */
  readonly recursion?: boolean;
  readonly checkingDisabled?: boolean;
}

/** One answer with what stands beside it. */
interface Exchange {
  readonly observation: Observation;
  /** Reads the sections; null where there was no usable answer. */
  readonly sections: (() => Sections) | null;
}

export interface WireResolver {
  /** Asks one server one question. Never rejects for what the network did. */
  readonly ask: (options: AskOptions) => Promise<Observation>;
  /** The same, with the authority and additional sections, from which delegations are followed. */
  readonly exchange: (options: AskOptions) => Promise<Exchange>;
  readonly close: () => Promise<void>;
}

export interface ResolverOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Questions under way at one resolver at once. */
  readonly perServer?: number;
  /** The same for a zone's own server, which is somebody else's: such servers are asked without RD. */
  readonly perAuthority?: number;
  readonly sockets?: number;
  /** PEM of certificates to trust for DNS over HTTPS beside the system's. */
  readonly extraCa?: string;
}

const DEADLINE_MS = 6000;
/** The first UDP try waits this long, each later one twice as long as the one before. */
const FIRST_TRY_MS = 800;
const PER_SERVER = 128;
const PER_AUTHORITY = 16;
const MAX_OCTETS = 65_535;
const DNS_MESSAGE = 'application/dns-message';

/** The message with the time it spent in HTTP caches taken off its TTLs (RFC 8484 §5.1). */
function aged(packet: Message, seconds: number): Message {
  if (seconds === 0) return packet;
  for (const record of [...(packet.answers ?? []), ...(packet.authorities ?? [])]) {
    if ('ttl' in record && record.ttl !== undefined) record.ttl = Math.max(0, record.ttl - seconds);
  }
  return packet;
}

/** A failure with the reason an observation takes. */
class AskFailure extends Error {
  readonly reason: FailureReason;
  constructor(reason: FailureReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** Error codes that say this machine has no way to the address, whatever the server does. */
const NO_ROUTE: ReadonlySet<string> = new Set([
  'ENETUNREACH',
  'EHOSTUNREACH',
  'EADDRNOTAVAIL',
  'ENETDOWN',
  'EAFNOSUPPORT',
]);

function networkFailure(protocol: string, { code, message }: NodeJS.ErrnoException): AskFailure {
  return code !== undefined && NO_ROUTE.has(code)
    ? new AskFailure('offline', `this machine has no way there (${code})`)
    : new AskFailure('network', `${protocol} failed: ${code ?? message}`);
}

/** Lets so many pass at once for each key; the others wait their turn. */
function createGate() {
  const gates = new Map<string, { open: number; queue: (() => void)[] }>();
  return async <Result>(key: string, most: number, work: () => Promise<Result>): Promise<Result> => {
    const gate = gates.get(key) ?? { open: 0, queue: [] };
    gates.set(key, gate);
    if (gate.open >= most) await new Promise<void>((resolve) => gate.queue.push(resolve));
    gate.open += 1;
    try {
      return await work();
    } finally {
      gate.open -= 1;
      gate.queue.shift()?.();
      if (gate.open === 0 && gate.queue.length === 0) gates.delete(key);
    }
  };
}

function overTcp(
  message: Buffer,
  server: { address: string; port: number },
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: server.address, port: server.port });
    const parts: Buffer[] = [];
    let size = 0;
    const finish = (outcome: () => void) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      socket.destroy();
      outcome();
    };
    const fail = (reason: FailureReason, text: string) => finish(() => reject(new AskFailure(reason, text)));
    const onAbort = () => fail('timeout', 'no answer in time');
    const timer = setTimeout(onAbort, timeoutMs);
    signal.addEventListener('abort', onAbort, { once: true });
    socket.on('error', (error: NodeJS.ErrnoException) => finish(() => reject(networkFailure('TCP', error))));
    socket.on('close', () => fail('network', 'the server closed the TCP connection'));
    socket.on('connect', () => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(message.length);
      socket.write(Buffer.concat([length, message]));
    });
    socket.on('data', (part: Buffer) => {
      parts.push(part);
      size += part.length;
      if (size < 2) return;
      const whole = Buffer.concat(parts);
      const wanted = whole.readUInt16BE(0);
      if (whole.length >= wanted + 2) finish(() => resolve(whole.subarray(2, wanted + 2)));
      else if (size > MAX_OCTETS + 2) fail('malformed', 'the answer is longer than it says');
    });
  });
}

/**
 * A resolver that speaks DNS itself: UDP from a pool of random ports with EDNS, TCP when an answer is cut off, DNS over
 * HTTPS, retries within a deadline. Every answer is held against its question, id and sender.
 */
export function createResolver(options: ResolverOptions): WireResolver {
  const pool = createUdpPool(options.sockets);
  const gate = createGate();
  const perServer = options.perServer ?? PER_SERVER;
  const perAuthority = options.perAuthority ?? PER_AUTHORITY;
  let agent: Agent | null = null;

  async function wholeOverTcp(
    message: Buffer,
    id: number,
    asked: AskOptions,
    server: { address: string; port: number },
    deadline: number,
    signal: AbortSignal,
  ): Promise<Message> {
    const left = Math.max(deadline - performance.now(), 1);
    const whole = await overTcp(message, server, left, signal).catch((error: AskFailure) => {
      throw new AskFailure('truncated', `the answer is too long for UDP, and over TCP: ${error.message}`);
    });
    const mismatch = explainMismatch(whole, id, asked);
    if (mismatch !== null)
      throw new AskFailure(mismatch.reason, `what came over TCP does not answer the question: ${mismatch.message}`);
    return decodeResponse(whole, id, asked) as Message;
  }

  async function overUdp(
    asked: AskOptions,
    server: { address: string; port: number },
    deadline: number,
    signal: AbortSignal,
  ) {
    const recursion = asked.recursion ?? true;
    const cd = asked.checkingDisabled === true ? { checkingDisabled: true } : {};
    let edns = true;
    let last: AskFailure = new AskFailure('timeout', 'no answer in time');
    let stray: Mismatch | null = null;
    for (let wait = FIRST_TRY_MS; performance.now() < deadline && !signal.aborted; wait *= 2) {
      const id = randomInt(65_536);
      const message = encodeQuery(id, asked, { recursion, edns, ...cd });
      const left = deadline - performance.now();
      const datagram = await pool
        .exchange(
          message,
          server,
          Math.max(1, Math.min(wait, left)),
          signal,
          (candidate) => decodeResponse(candidate, id, asked) !== null,
          (datagram, isFromServer) => {
            const mismatch = explainMismatch(datagram, id, asked);
            if (isFromServer) stray ??= mismatch;
            else if (mismatch === null) stray ??= { reason: 'mismatched', message: 'it comes from another address' };
          },
        )
        .catch((error: NodeJS.ErrnoException) => {
          throw networkFailure('UDP', error);
        });
      const packet = datagram === null ? null : decodeResponse(datagram, id, asked);
      if (packet === null) continue;
      if (packet.flag_tc) {
        return { packet: await wholeOverTcp(message, id, asked, server, deadline, signal), transport: 'tcp' as const };
      }
      if (packet.rcode === 'FORMERR' && edns) {
        // An old server that doesn't know EDNS (RFC 6891 §7).
        edns = false;
        last = new AskFailure('formerr', 'the server answered FORMERR');
        continue;
      }
      return { packet, transport: 'udp' as const };
    }
    // Set by a callback, which the compiler does not follow.
    const came = stray as Mismatch | null;
    if (came !== null && last.reason === 'timeout')
      throw new AskFailure(came.reason, `what came does not answer the question: ${came.message}`);
    throw last;
  }

  async function overHttps(asked: AskOptions, url: string, timeoutMs: number, signal: AbortSignal) {
    agent ??= new Agent({ allowH2: true, connect: options.extraCa === undefined ? {} : { ca: options.extraCa } });
    const cd = asked.checkingDisabled === true ? { checkingDisabled: true } : {};
    // The id is 0, so that caches on the way know the same question again (RFC 8484 §4.1).
    const message = encodeQuery(0, asked, { recursion: true, edns: true, ...cd });
    try {
      const response = await request(url.replace(/\{\?dns\}$/, ''), {
        method: 'POST',
        dispatcher: agent,
        headers: { 'content-type': DNS_MESSAGE, accept: DNS_MESSAGE },
        body: message,
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
        signal,
      });
      const { statusCode, headers } = response;
      if (statusCode < 200 || statusCode > 299) {
        await response.body.dump({ limit: MAX_OCTETS, signal });
        throw new AskFailure('network', `the server answered HTTP ${statusCode}`);
      }
      if (!String(headers['content-type']).toLowerCase().startsWith(DNS_MESSAGE)) {
        await response.body.dump({ limit: MAX_OCTETS, signal });
        throw new AskFailure('malformed', `the server answered ${String(headers['content-type'])} instead of DNS`);
      }
      const parts: Buffer[] = [];
      let size = 0;
      for await (const part of response.body as AsyncIterable<Buffer>) {
        size += part.length;
        if (size > MAX_OCTETS) throw new AskFailure('malformed', 'the answer is longer than a DNS message can be');
        parts.push(part);
      }
      const body = Buffer.concat(parts);
      const mismatch = explainMismatch(body, 0, asked);
      if (mismatch !== null)
        throw new AskFailure(mismatch.reason, `what came does not answer the question: ${mismatch.message}`);
      const age = Math.max(0, Number(headers.age ?? 0) || 0);
      return { packet: aged(decodeResponse(body, 0, asked) as Message, age), transport: 'https' as const };
    } catch (error) {
      if (error instanceof AskFailure) throw error;
      if (signal.aborted) throw new AskFailure('timeout', 'no answer in time');
      throw networkFailure('HTTPS', error as NodeJS.ErrnoException);
    }
  }

  const exchange = async (asked: AskOptions): Promise<Exchange> => {
    const { server } = asked;
    const key = 'doh' in server ? server.doh : `${server.address}:${server.port}`;
    const most = asked.recursion === false ? perAuthority : perServer;
    return gate(key, most, async () => {
      const seenAt = options.now();
      const begin = performance.now();
      const deadlineMs = asked.deadlineMs ?? DEADLINE_MS;
      const timeout = AbortSignal.timeout(deadlineMs);
      const signal = asked.signal === undefined ? timeout : AbortSignal.any([timeout, asked.signal]);
      const answering: AnsweringServer =
        'doh' in server
          ? { kind: 'doh', address: server.doh }
          : {
              kind: server.kind ?? 'resolver',
              address: server.address.includes(':')
                ? `[${server.address}]:${server.port}`
                : `${server.address}:${server.port}`,
              ...(server.name === undefined ? {} : { name: server.name }),
            };
      const cd = asked.checkingDisabled === true ? { checkingDisabled: true as const } : {};
      const base = { question: { name: asked.name, type: asked.type }, server: answering, seenAt, ...cd };
      const durationMs = () => Math.round(performance.now() - begin);
      try {
        const { packet, transport } =
          'doh' in server
            ? await overHttps(asked, server.doh, deadlineMs, signal)
            : await overUdp(asked, server, begin + deadlineMs, signal);
        return {
          observation: { ...base, durationMs: durationMs(), transport, ...readAnswer(packet, asked) },
          sections: () => sectionsOf(packet),
        };
      } catch (error) {
        const failure =
          error instanceof AskFailure
            ? { reason: error.reason, message: error.message }
            : { reason: 'malformed' as const, message: 'the answer could not be read' };
        const nothing = { outcome: 'failure' as const, records: [], aliases: [], failure };
        return { observation: { ...base, durationMs: durationMs(), ...nothing }, sections: null };
      }
    });
  };

  return {
    exchange,
    ask: async (asked) => (await exchange(asked)).observation,
    async close() {
      pool.close();
      await agent?.destroy();
    },
  };
}

import { randomInt } from 'node:crypto';
import { connect } from 'node:net';
import { Agent, request } from 'undici';
import type { FailureReason } from '../../../shared/dns/lookup.ts';
import type { AnsweringServer, Observation } from '../../../shared/plan/types.ts';
import type { Question } from './message.ts';
import { decodeResponse, encodeQuery, readAnswer } from './message.ts';
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

export interface WireResolver {
  /** Asks one server one question. Never rejects for what the network did. */
  readonly ask: (options: AskOptions) => Promise<Observation>;
  readonly close: () => Promise<void>;
}

export interface ResolverOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Questions under way at one server at once. */
  readonly perServer?: number;
  readonly sockets?: number;
  /** PEM of certificates to trust for DNS over HTTPS beside the system's. */
  readonly extraCa?: string;
}

const DEADLINE_MS = 6000;
/** The first UDP try waits this long, each later one twice as long as the one before. */
const FIRST_TRY_MS = 800;
const PER_SERVER = 128;
const MAX_TCP_OCTETS = 65_535;

/** A failure with the reason an observation takes. */
class AskFailure extends Error {
  readonly reason: FailureReason;
  constructor(reason: FailureReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** Lets so many pass at once for each key; the others wait their turn. */
function createGate(most: number) {
  const gates = new Map<string, { open: number; queue: (() => void)[] }>();
  return async <Result>(key: string, work: () => Promise<Result>): Promise<Result> => {
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
    socket.on('error', (error: NodeJS.ErrnoException) => fail('network', `TCP failed: ${error.code ?? error.message}`));
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
      else if (size > MAX_TCP_OCTETS + 2) fail('malformed', 'the answer is longer than it says');
    });
  });
}

/**
 * A resolver that speaks DNS itself: UDP from a pool of random ports with EDNS, TCP when an answer is cut off, DNS over
 * HTTPS, retries within a deadline. Every answer is held against its question, id and sender.
 */
export function createResolver(options: ResolverOptions): WireResolver {
  const pool = createUdpPool(options.sockets);
  const gate = createGate(options.perServer ?? PER_SERVER);
  let agent: Agent | null = null;

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
        )
        .catch((error: NodeJS.ErrnoException) => {
          throw new AskFailure('network', `UDP failed: ${error.code ?? error.message}`);
        });
      const packet = datagram === null ? null : decodeResponse(datagram, id, asked);
      if (packet === null) continue;
      if (packet.flag_tc) {
        const tcpLeft = Math.max(deadline - performance.now(), 1);
        const whole = decodeResponse(await overTcp(message, server, tcpLeft, signal), id, asked);
        if (whole === null) throw new AskFailure('malformed', 'the answer over TCP does not fit the question');
        return { packet: whole, transport: 'tcp' as const };
      }
      if (packet.rcode === 'FORMERR' && edns) {
        // An old server that doesn't know EDNS (RFC 6891 §7).
        edns = false;
        last = new AskFailure('formerr', 'the server answered FORMERR');
        continue;
      }
      return { packet, transport: 'udp' as const };
    }
    throw last;
  }

  async function overHttps(asked: AskOptions, url: string, timeoutMs: number, signal: AbortSignal) {
    agent ??= new Agent({ allowH2: true, connect: options.extraCa === undefined ? {} : { ca: options.extraCa } });
    const message = encodeQuery(0, asked, { recursion: true, edns: true });
    try {
      const response = await request(url, {
        method: 'POST',
        dispatcher: agent,
        headers: { 'content-type': 'application/dns-message', accept: 'application/dns-message' },
        body: message,
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
        signal,
      });
      const body = Buffer.from(await response.body.arrayBuffer());
      if (response.statusCode !== 200)
        throw new AskFailure('network', `the server answered HTTP ${response.statusCode}`);
      const packet = decodeResponse(body, 0, asked);
      if (packet === null) throw new AskFailure('malformed', 'the answer does not fit the question');
      return { packet, transport: 'https' as const };
    } catch (error) {
      if (error instanceof AskFailure) throw error;
      const { code, message: text } = error as NodeJS.ErrnoException;
      throw new AskFailure(
        signal.aborted ? 'timeout' : 'network',
        signal.aborted ? 'no answer in time' : `HTTPS failed: ${code ?? text}`,
      );
    }
  }

  return {
    async ask(asked) {
      const { server } = asked;
      const key = 'doh' in server ? server.doh : `${server.address}:${server.port}`;
      return gate(key, async () => {
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
        const base = { question: { name: asked.name, type: asked.type }, server: answering, seenAt };
        const durationMs = () => Math.round(performance.now() - begin);
        try {
          const { packet, transport } =
            'doh' in server
              ? await overHttps(asked, server.doh, deadlineMs, signal)
              : await overUdp(asked, server, begin + deadlineMs, signal);
          return { ...base, durationMs: durationMs(), transport, ...readAnswer(packet, asked) };
        } catch (error) {
          const failure =
            error instanceof AskFailure
              ? { reason: error.reason, message: error.message }
              : { reason: 'malformed' as const, message: 'the answer could not be read' };
          return { ...base, durationMs: durationMs(), outcome: 'failure' as const, records: [], aliases: [], failure };
        }
      });
    },
    async close() {
      pool.close();
      await agent?.destroy();
    },
  };
}

import { fact } from '../../../shared/facts/catalogue.ts';
import { isInside, parseIp } from '../../../shared/dns/ip.ts';
import { connect } from 'node:net';
import type { AnsweringServer, Observation } from '../../../shared/observed/observation.ts';
import { AskFailure, late, networkFailure } from './failure.ts';
import type { Gate } from './gate.ts';
import { createGate } from './gate.ts';
import type { HttpsServer, ProxyFor } from './https.ts';
import { createHttps } from './https.ts';
import type { Message, Mismatch, Question, Sections } from './message.ts';
import { decodeResponse, encodeQuery, explainMismatch, readAnswer } from './message.ts';
import type { Pipeline, Pipelined } from './tcp-pipeline.ts';
import { createPipeline } from './tcp-pipeline.ts';
import type { Endpoint } from './udp-pool.ts';
import { createUdpPool } from './udp-pool.ts';

/** A server to ask: an address and port, or a DNS-over-HTTPS address (RFC 8484). */
export type DnsServer =
  | { readonly address: string; readonly port: number; readonly kind?: AnsweringServer['kind']; readonly name?: string }
  | HttpsServer;

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
  /** The same for whoever asks thousands: calls back once, in place of a promise. */
  readonly begin: (options: AskOptions, settle: (observation: Observation) => void) => void;
  /** The same, with the authority and additional sections, from which delegations are followed. */
  readonly exchange: (options: AskOptions) => Promise<Exchange>;
  readonly close: () => Promise<void>;
}

export interface ResolverOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly sockets?: number;
  /** The proxy on the way to a DNS-over-HTTPS server; none unless it is given. */
  readonly proxyFor?: ProxyFor;
}

const DEADLINE_MS = 6000;
/** The first UDP try waits this long, each later one twice as long as the one before. */
const FIRST_TRY_MS = 800;
/** Tries with EDNS that stay unanswered before one goes without it. */
const PLAIN_TRY = 2;
/** Tries at which the server itself answers another question, after which more would bring the same. */
const STRAY_TRIES = 2;
/** Questions under way at one resolver at once: more would overflow what its socket holds by default, and be lost. */
const PER_SERVER = 128;
/** Over a connection nothing is lost: so many keep both sides busy while either has something else to do. */
const PIPELINED = 384;
/**
 * The same once so many answers in a row came as fast as from a cache: each turn asks and reads more at once. A resolver that
 * has to ask others first would keep them all under way, and drop what anybody else asks it: Unbound keeps 512 of a thread and
 * drives out those that are 200 ms old, BIND keeps 1000.
 */
const PIPELINED_QUICKLY = 768;
const QUICK_MS = 100;
/** The same for a zone's own server, which is somebody else's: such servers are asked without RD. */
const PER_AUTHORITY = 16;
/** Questions a second that a server on the internet is asked at most: below what public resolvers cut off. */
const RESOLVER_PER_SECOND = 800;
const AUTHORITY_PER_SECOND = 200;
/** Servers whose pace is remembered. */
const MOST_KNOWN = 1000;
const MAX_OCTETS = 65_535;
const NO_QUERY = Buffer.alloc(0);

/** A server of one's own network may be asked as fast as it answers. */
function paceFor(server: DnsServer, isAuthority: boolean): number {
  const address = 'address' in server ? parseIp(server.address) : null;
  if (address !== null && isInside(address)) return Number.POSITIVE_INFINITY;
  return isAuthority ? AUTHORITY_PER_SECOND : RESOLVER_PER_SECOND;
}

function answeringServer(server: DnsServer): AnsweringServer {
  if ('doh' in server) return { kind: 'doh', address: server.doh };
  const address = server.address.includes(':')
    ? `[${server.address}]:${server.port}`
    : `${server.address}:${server.port}`;
  return { kind: server.kind ?? 'resolver', address, ...(server.name === undefined ? {} : { name: server.name }) };
}

function overTcp(
  message: Buffer,
  server: Endpoint,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: server.address, port: server.port });
    const parts: Buffer[] = [];
    let size = 0;
    const finish = (outcome: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      socket.destroy();
      outcome();
    };
    const fail = (failure: AskFailure) => finish(() => reject(failure));
    const onAbort = () => fail(late());
    const timer = setTimeout(onAbort, timeoutMs);
    signal?.addEventListener('abort', onAbort, { once: true });
    socket.on('error', (error: NodeJS.ErrnoException) => finish(() => reject(networkFailure('TCP', error))));
    socket.on('close', () => fail(new AskFailure('network', fact('dns.closed'))));
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
      else if (size > MAX_OCTETS + 2) fail(new AskFailure('malformed', fact('dns.overlong')));
    });
  });
}

/** How one server is asked. */
interface Line {
  readonly gate: Gate<Asking>;
  /** For many questions that follow each other; null where they go in datagrams whatever their number. */
  readonly pipeline: Pipeline<Asking> | null;
  /** Answers over the pipeline since the last that was not quick. */
  quickInRow: number;
}

/** What a question got, and over what. */
interface Answered {
  readonly message: Message;
  readonly transport: 'udp' | 'tcp' | 'https';
}

/** One question on its way. It is one object without functions of its own, because thousands are under way. */
interface Asking extends Pipelined {
  readonly asked: AskOptions;
  readonly line: Line;
  /** Called once; there is no message where the question got no usable answer. */
  readonly settle: (observation: Observation, message: Message | null) => void;
  /** When its turn came: milliseconds since the epoch. */
  seenAt: number;
  /** The same by `performance.now()`. */
  startedAt: number;
  deadline: number;
  /** In wire format, once it is asked over the pipeline. */
  query: Buffer;
  /** How long the next try over UDP waits, in milliseconds. */
  wait: number;
  edns: boolean;
  /** Tries over UDP that were not answered. */
  tries: number;
  /** Whether the server answers without EDNS what it was silent to with it. */
  answersPlainly: boolean;
  /** What came instead of an answer. */
  stray: Mismatch | null;
  /** Tries at which a message from the server had the query's id and another question, or none. */
  strayTries: number;
}

function toFailure(error: unknown): AskFailure {
  if (error instanceof AskFailure) return error;
  const outside = error instanceof Error ? error.message : String(error);
  return new AskFailure('malformed', fact('dns.said', { outside }));
}

async function wholeOverTcp(query: Buffer, { asked, deadline }: Asking, server: Endpoint): Promise<Answered> {
  const left = Math.max(deadline - performance.now(), 1);
  const whole = await overTcp(query, server, left, asked.signal).catch((error: AskFailure) => {
    throw new AskFailure('truncated', fact('dns.cut-off', { what: error.what }));
  });
  const mismatch = explainMismatch(whole, query);
  if (mismatch !== null) throw new AskFailure(mismatch.reason, fact('dns.stray-over-tcp', { what: mismatch.what }));
  return { message: decodeResponse(whole, query) as Message, transport: 'tcp' };
}

function failedAnswer({ reason, what }: AskFailure): Pick<Observation, 'outcome' | 'records' | 'aliases' | 'failure'> {
  return { outcome: 'failure', records: [], aliases: [], failure: { reason, what } };
}

/** What a question's outcome says, as it is told. */
function toObservation(
  { asked, seenAt, startedAt }: Asking,
  server: AnsweringServer,
  outcome: Answered | AskFailure,
): Observation {
  const question = { name: asked.name, type: asked.type };
  const durationMs = Math.round(performance.now() - startedAt);
  const disabled = asked.checkingDisabled === true ? { checkingDisabled: true as const } : null;
  if (outcome instanceof AskFailure)
    return { ...failedAnswer(outcome), question, server, seenAt, durationMs, ...disabled };
  const { transport } = outcome;
  const read = readAnswer(outcome.message, asked);
  const { rcode, authoritative, authenticated, records, aliases, failure, negativeTtl, soaSerial } = read;
  // Written out, for a copy that is added to takes twice the room.
  const answered = {
    question,
    server,
    seenAt,
    durationMs,
    outcome: read.outcome,
    records,
    aliases,
    rcode,
    authoritative,
    authenticated,
    transport,
  };
  const isPlain = disabled === null && (failure ?? negativeTtl ?? soaSerial) === undefined;
  return isPlain ? answered : { ...answered, ...read, ...disabled };
}

/** What is known of the reason why a question got no answer over UDP. */
function silence({ edns, stray, answersPlainly }: Asking): AskFailure {
  if (answersPlainly) return new AskFailure('no-edns', fact('dns.silent-to-edns'));
  if (!edns) return new AskFailure('formerr', fact('dns.rcode', { rcode: 'FORMERR' }));
  if (stray === null) return late();
  return new AskFailure(stray.reason, fact('dns.stray', { what: stray.what }));
}

/**
 * A resolver that speaks DNS itself: UDP from a pool of random ports with EDNS, TCP when an answer is cut off, DNS over
 * HTTPS, retries within a deadline, a pace for each server; many questions to a server of one's own network share a TCP
 * connection. Every answer is held against its question, id and sender.
 * No question has a timer or a listener of its own, so that thousands may be under way.
 */
export function createResolver(options: ResolverOptions): WireResolver {
  const pool = createUdpPool(options.sockets);
  const lines = new Map<string, Line>();
  const answering = new WeakMap<DnsServer, AnsweringServer>();
  const https = createHttps(options.proxyFor ?? (() => Promise.resolve(null)));

  /** Thousands of questions to one server follow each other. */
  let newest: { readonly server: DnsServer; readonly isAuthority: boolean; readonly line: Line } | null = null;

  const findLine = (server: DnsServer, isAuthority: boolean): Line => {
    if (newest !== null && newest.server === server && newest.isAuthority === isAuthority) return newest.line;
    const key = 'doh' in server ? server.doh : `${server.address} ${server.port}${isAuthority ? ' zone' : ''}`;
    let line = lines.get(key);
    if (line === undefined) {
      if (lines.size >= MOST_KNOWN) {
        for (const [old, other] of lines) {
          if (!other.gate.isIdle()) continue;
          other.pipeline?.close();
          lines.delete(old);
        }
      }
      const perSecond = paceFor(server, isAuthority);
      const isUnhurried = perSecond === Number.POSITIVE_INFINITY;
      // Elsewhere a pace is kept that datagrams reach as well; a zone's own servers are asked as receivers ask them.
      const pipeline = isUnhurried && !isAuthority && 'address' in server ? createPipeline(server, endPipelined) : null;
      const inDatagrams = isAuthority ? PER_AUTHORITY : PER_SERVER;
      const most = () => {
        if (pipeline?.isOpen() !== true) return inDatagrams;
        return made.quickInRow < PIPELINED_QUICKLY ? PIPELINED : PIPELINED_QUICKLY;
      };
      const made: Line = { gate: createGate({ most, perSecond }, start), pipeline, quickInRow: 0 };
      line = made;
      lines.set(key, line);
    }
    newest = { server, isAuthority, line };
    return line;
  };

  const answeringOf = (server: DnsServer): AnsweringServer => {
    const known = answering.get(server) ?? answeringServer(server);
    answering.set(server, known);
    return known;
  };

  /** Tells how a question ended, and makes room for the next. */
  function finish(asking: Asking, outcome: Answered | AskFailure): Observation {
    const observation = toObservation(asking, answeringOf(asking.asked.server), outcome);
    asking.line.gate.leave();
    asking.settle(observation, outcome instanceof AskFailure ? null : outcome.message);
    return observation;
  }

  function finishWith(asking: Asking, answered: Promise<Answered>): void {
    answered.then(
      (outcome) => finish(asking, outcome),
      (error: unknown) => finish(asking, toFailure(error)),
    );
  }

  function tryUdp(asking: Asking, server: Endpoint): void {
    const { asked } = asking;
    const left = asking.deadline - performance.now();
    if (left <= 0 || asked.signal?.aborted === true) {
      finish(asking, silence(asking));
      return;
    }
    // A datagram that is lost twice is rare; a firewall that drops EDNS is the likelier cause.
    const isPlain = asking.tries === PLAIN_TRY && asking.edns && asking.stray === null;
    const query = encodeQuery(0, asked, {
      recursion: asked.recursion ?? true,
      edns: asking.edns && !isPlain,
      checkingDisabled: asked.checkingDisabled ?? false,
    });
    const timeoutMs = Math.max(1, Math.min(isPlain ? FIRST_TRY_MS : asking.wait, left));
    if (!isPlain) asking.wait *= 2;
    asking.tries += 1;
    let message: Message | null = null;
    let isStrayHere = false;
    pool.exchange({
      query,
      server,
      timeoutMs,
      signal: asked.signal,
      accept(datagram) {
        message = decodeResponse(datagram, query, asked.name);
        return message !== null;
      },
      onStray(datagram, isFromServer) {
        if (asking.stray !== null && !isFromServer) return;
        const mismatch = explainMismatch(datagram, query);
        const isOwnId = datagram.length > 1 && datagram.readUInt16BE(0) === query.readUInt16BE(0);
        if (isFromServer && isOwnId && mismatch?.reason === 'mismatched') isStrayHere = true;
        if (asking.stray !== null) return;
        if (isFromServer) asking.stray = mismatch;
        else if (mismatch === null) asking.stray = { reason: 'mismatched', what: fact('dns.other-address') };
      },
      settle(end) {
        if (end instanceof Error) finish(asking, networkFailure('UDP', end));
        else if (end === 'stopped') finish(asking, silence(asking));
        else if (message === null) {
          if (isStrayHere) asking.strayTries += 1;
          asking.line.gate.slowDown();
          if (asking.strayTries === STRAY_TRIES) finish(asking, silence(asking));
          else tryUdp(asking, server);
        } else if (isPlain && asked.recursion === false) {
          // Resolvers ask a zone's own servers with EDNS alone; the try that is left shows whether it was chance.
          asking.answersPlainly = true;
          tryUdp(asking, server);
        } else if (message.truncated) finishWith(asking, wholeOverTcp(query, asking, server));
        else if (message.rcode === 'FORMERR' && asking.edns) {
          // An old server that doesn't know EDNS (RFC 6891 §7).
          asking.edns = false;
          tryUdp(asking, server);
        } else finish(asking, { message, transport: 'udp' });
      },
    });
  }

  /** Queries that were answered over a pipeline, by their octets, to be written over: a Buffer takes long to make. */
  const spare: Buffer[][] = [];
  const roomFor = (octets: number): Buffer => {
    spare[octets] ??= [];
    return spare[octets].pop() ?? Buffer.allocUnsafe(octets);
  };

  /** @returns false when the pipeline does not take the question. */
  function tryPipeline(asking: Asking, pipeline: Pipeline<Asking>, now: number): boolean {
    const { asked } = asking;
    if (asked.signal?.aborted === true || now >= asking.deadline) return false;
    const { recursion = true, checkingDisabled = false } = asked;
    asking.query = encodeQuery(0, asked, { recursion, edns: true, checkingDisabled }, roomFor);
    return pipeline.offer(asking, now);
  }

  /** What was not plainly answered over the pipeline goes over UDP as well. */
  function endPipelined(asking: Asking, octets: Buffer | null): void {
    if (octets === null && asking.line.pipeline?.isOpen() === false) {
      // A connection that ends brings hundreds back at once: more than may be under way in datagrams.
      asking.line.gate.leave();
      asking.line.gate.enter(asking);
      return;
    }
    const message = octets === null ? null : decodeResponse(octets, asking.query, asking.asked.name);
    if (message === null || message.truncated || message.rcode === 'FORMERR')
      tryUdp(asking, asking.asked.server as Endpoint);
    else {
      spare[asking.query.length]?.push(asking.query);
      const { line } = asking;
      const { durationMs } = finish(asking, { message, transport: 'tcp' });
      line.quickInRow = durationMs < QUICK_MS ? line.quickInRow + 1 : 0;
    }
  }

  /** Asks when the question's turn has come. */
  function start(asking: Asking): void {
    const { asked, line } = asking;
    const { server } = asked;
    const deadlineMs = asked.deadlineMs ?? DEADLINE_MS;
    const now = performance.now();
    if (asking.startedAt === 0) {
      asking.seenAt = options.now();
      asking.startedAt = now;
      asking.deadline = now + deadlineMs;
    }
    if ('doh' in server) {
      const answer = https.ask(asked, server, deadlineMs);
      finishWith(
        asking,
        answer.then((message) => ({ message, transport: 'https' })),
      );
      return;
    }
    try {
      if (line.pipeline === null || !tryPipeline(asking, line.pipeline, now)) tryUdp(asking, server);
    } catch (error) {
      finish(asking, toFailure(error));
    }
  }

  function begin(asked: AskOptions, settle: Asking['settle']): void {
    const line = findLine(asked.server, asked.recursion === false);
    line.gate.enter({
      asked,
      line,
      settle,
      signal: asked.signal,
      query: NO_QUERY,
      seenAt: 0,
      startedAt: 0,
      deadline: 0,
      wait: FIRST_TRY_MS,
      edns: true,
      tries: 0,
      answersPlainly: false,
      stray: null,
      strayTries: 0,
    });
  }

  return {
    ask: (asked) => new Promise((resolve) => begin(asked, resolve)),
    begin,
    exchange: (asked) =>
      new Promise((resolve) =>
        begin(asked, (observation, message) =>
          resolve({ observation, sections: message === null ? null : () => message }),
        ),
      ),
    async close() {
      pool.close();
      for (const { gate, pipeline } of lines.values()) {
        pipeline?.close();
        gate.close();
      }
      await https.close();
    },
  };
}

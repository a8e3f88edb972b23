import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { fact } from '../../../shared/facts/catalogue.ts';
import type { Finding } from '../../../shared/findings/finding.ts';
import { serviceFinding } from '../../../shared/service/findings.ts';
import type { ConnectAttempt } from '../../../shared/service/trace.ts';
import type { Deadline } from './deadline.ts';
import { StageFailure } from './stages.ts';
import { systemCodeWords } from '../../../shared/text/system-codes.ts';

export interface ConnectOptions {
  readonly host: string;
  readonly port: number;
  readonly addresses: readonly string[];
  readonly deadline: Deadline;
}

export interface Connection {
  /** To the first address that answered. */
  readonly socket: Socket;
  /** Grows until `others` is done: one entry per address, in the order in which they ended. */
  readonly attempts: readonly ConnectAttempt[];
  /** Settles when every other address has answered, failed, or was given up. */
  readonly others: Promise<void>;
  /** Ends what is still being tried. */
  readonly abandon: () => void;
}

/** How long one address may keep the next one waiting (RFC 8305 §8: 250 ms is advised). */
const NEXT_ATTEMPT_MS = 250;
/** Addresses tried of one name; who publishes more is told so by the stage before. */
const MAX_ADDRESSES = 16;

/** This machine has no way into the network that the address lies in. */
const NO_ROUTE: ReadonlySet<string> = new Set(['ENETUNREACH', 'EADDRNOTAVAIL', 'ENETDOWN', 'EAFNOSUPPORT']);
const NO_ANSWER: ReadonlySet<string> = new Set(['ETIMEDOUT', 'no answer']);

const isSix = (address: string): boolean => address.includes(':');

/** Takes addresses of both families in turn, IPv6 first (RFC 8305 §4). */
export function interleave(addresses: readonly string[]): readonly string[] {
  const six = addresses.filter(isSix);
  const four = addresses.filter((address) => !isSix(address));
  const mixed: string[] = [];
  for (let index = 0; index < Math.max(six.length, four.length); index += 1) {
    mixed.push(...[six[index], four[index]].filter((address) => address !== undefined));
  }
  return mixed;
}

/** Why no address answered: the most telling of what the attempts met. */
function cause({ host, port, addresses }: ConnectOptions, attempts: readonly ConnectAttempt[]): Finding {
  const results = attempts.map((attempt) => attempt.result);
  const met = (...codes: string[]) => results.find((result) => codes.includes(result));
  if (met('ECONNREFUSED') !== undefined) return serviceFinding('probe.refused', { host, port });
  if (met('ECONNRESET') !== undefined) return serviceFinding('probe.reset', { host, stage: 'connecting' });
  const forbidden = met('EACCES', 'EPERM');
  const told = [...new Set(results)].map(systemCodeWords).join(', ');
  if (forbidden !== undefined)
    return serviceFinding('probe.forbidden-here', { host, port, message: systemCodeWords(forbidden) });
  if (results.some((result) => NO_ANSWER.has(result))) return serviceFinding('probe.timed-out', { host, port });
  if (results.length > 0 && results.every((result) => NO_ROUTE.has(result))) {
    return addresses.every(isSix)
      ? serviceFinding('probe.only-ipv6', { host })
      : serviceFinding('probe.offline', { host, message: told });
  }
  return serviceFinding('probe.unreachable', { host, message: told === '' ? 'no address was tried' : told });
}

/** A warning for addresses that fail while another one works; null when all is well or the fault is this machine's. */
export function deadAddresses(options: ConnectOptions, attempts: readonly ConnectAttempt[]): Finding | null {
  const dead = attempts.filter(({ result }) => result !== 'connected' && !NO_ROUTE.has(result));
  if (dead.length === 0) return null;
  const list = dead.map(({ address, result }) => `${address}: ${systemCodeWords(result)}`).join(', ');
  const values = { host: options.host, port: options.port, count: dead.length, total: attempts.length, list };
  return serviceFinding('probe.address-dead', values);
}

/**
 * Opens a TCP connection to the first address that answers (RFC 8305: attempts begin 250 ms apart, so a dead address
 * costs little). The other addresses are tried to their end beside it, so that each one's state is known.
 *
 * @throws StageFailure when none answers in time.
 */
export function connectFirst(options: ConnectOptions): Promise<Connection> {
  const addresses = interleave(options.addresses).slice(0, MAX_ADDRESSES);
  const begin = performance.now();
  return new Promise((resolve, reject) => {
    const attempts: ConnectAttempt[] = [];
    const open = new Map<Socket, { readonly address: string; readonly startedAt: number }>();
    let next = 0;
    let won = false;
    let ended = false;
    let pacing: NodeJS.Timeout | undefined = undefined;
    let wakeOthers: () => void = () => undefined;
    const others = new Promise<void>((done) => {
      wakeOthers = done;
    });

    const note = (socket: Socket, result: string) => {
      const attempt = open.get(socket);
      if (attempt === undefined) return;
      open.delete(socket);
      attempts.push({
        address: attempt.address,
        startedAt: Math.round(attempt.startedAt - begin),
        durationMs: Math.round(performance.now() - attempt.startedAt),
        result,
      });
    };
    const finish = () => {
      if (ended) return;
      ended = true;
      clearTimeout(pacing);
      for (const socket of open.keys()) {
        note(socket, 'no answer');
        socket.destroy();
      }
      wakeOthers();
      if (won) return;
      release();
      const parts = attempts.map(({ address, result }) => fact('stage.attempt', { address, systemCode: result }));
      const met = parts.length === 0 ? fact('stage.late') : fact('stage.attempts', { parts });
      const failure = options.deadline.failure(met, () => cause(options, attempts));
      reject(new StageFailure(failure.met, failure.finding, { ...failure.stage, attempts }));
    };
    const release = options.deadline.guard(finish);

    const attempt = () => {
      clearTimeout(pacing);
      const address = addresses[next];
      if (ended) return;
      if (address === undefined) {
        if (open.size === 0) finish();
        return;
      }
      next += 1;
      const socket = connect({ host: address, port: options.port });
      open.set(socket, { address, startedAt: performance.now() });
      const step = (result: string) => {
        note(socket, result);
        if (next < addresses.length) attempt();
        else if (open.size === 0) finish();
      };
      socket.once('connect', () => {
        if (won || ended) {
          socket.destroy();
          if (!ended) step('connected');
          return;
        }
        won = true;
        release();
        resolve({ socket, attempts, others, abandon: finish });
        step('connected');
      });
      socket.on('error', (error: NodeJS.ErrnoException) => {
        if (!ended && open.has(socket)) step(error.code ?? error.message);
      });
      if (next < addresses.length) pacing = setTimeout(attempt, NEXT_ATTEMPT_MS);
    };
    attempt();
  });
}

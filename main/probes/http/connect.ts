import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { serviceFinding } from '../../../shared/findings/service.ts';
import type { ConnectAttempt } from '../../../shared/service/trace.ts';
import { StageFailure } from './stages.ts';

export interface ConnectOptions {
  readonly host: string;
  readonly port: number;
  readonly addresses: readonly string[];
  /** For all addresses together, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** How long one address may keep the next one waiting (RFC 8305 §8: 250 ms is advised). */
const NEXT_ATTEMPT_MS = 250;

const UNREACHABLE: ReadonlySet<string> = new Set(['ENETUNREACH', 'EHOSTUNREACH', 'EADDRNOTAVAIL', 'ENETDOWN']);

/** Takes addresses of both families in turn, IPv6 first (RFC 8305 §4). */
export function interleave(addresses: readonly string[]): readonly string[] {
  const six = addresses.filter((address) => address.includes(':'));
  const four = addresses.filter((address) => !address.includes(':'));
  const mixed: string[] = [];
  for (let index = 0; index < Math.max(six.length, four.length); index += 1) {
    mixed.push(...[six[index], four[index]].filter((address) => address !== undefined));
  }
  return mixed;
}

function failure(options: ConnectOptions, attempts: readonly ConnectAttempt[]): StageFailure {
  const { host, port } = options;
  const results = attempts.map((attempt) => attempt.result);
  const detail = attempts.map((attempt) => `${attempt.address}: ${attempt.result}`).join(', ');
  const facts = { attempts };
  if (options.signal.aborted && options.signal.reason === 'stopped')
    return new StageFailure('Stopped', serviceFinding('probe.aborted'), facts);
  if (results.includes('ECONNREFUSED'))
    return new StageFailure(detail, serviceFinding('probe.refused', { host, port }), facts);
  if (results.includes('ECONNRESET'))
    return new StageFailure(detail, serviceFinding('probe.reset', { host, stage: 'connecting' }), facts);
  const unreachable = results.length > 0 && results.every((result) => UNREACHABLE.has(result));
  if (unreachable)
    return new StageFailure(detail, serviceFinding('probe.unreachable', { host, message: results.join(', ') }), facts);
  return new StageFailure(detail || 'No answer in time', serviceFinding('probe.timed-out', { host, port }), facts);
}

/**
 * Opens a TCP connection to the first address that answers; every attempt is told with its time and result. Attempts
 * begin 250 ms apart, so a dead address costs little (RFC 8305).
 *
 * @throws StageFailure when none answers in time.
 */
export function connectFirst(
  options: ConnectOptions,
): Promise<{ socket: Socket; attempts: readonly ConnectAttempt[] }> {
  const addresses = interleave(options.addresses);
  return new Promise((resolve, reject) => {
    const attempts: ConnectAttempt[] = [];
    const open = new Map<Socket, { address: string; startedAt: number }>();
    let next = 0;
    let settled = false;
    let pacing: NodeJS.Timeout | undefined;

    const settle = () => {
      settled = true;
      clearTimeout(pacing);
      clearTimeout(deadline);
      options.signal.removeEventListener('abort', giveUp);
    };
    const note = (socket: Socket, result: string) => {
      const attempt = open.get(socket);
      if (attempt === undefined) return;
      open.delete(socket);
      attempts.push({
        address: attempt.address,
        durationMs: Math.round(performance.now() - attempt.startedAt),
        result,
      });
    };
    const giveUp = () => {
      if (settled) return;
      for (const socket of open.keys()) {
        note(socket, 'no answer');
        socket.destroy();
      }
      settle();
      reject(failure(options, attempts));
    };
    const deadline = setTimeout(giveUp, options.timeoutMs);
    options.signal.addEventListener('abort', giveUp, { once: true });

    const attempt = () => {
      clearTimeout(pacing);
      const address = addresses[next];
      if (settled || address === undefined) return;
      next += 1;
      const socket = connect({ host: address, port: options.port });
      open.set(socket, { address, startedAt: performance.now() });
      socket.once('connect', () => {
        if (settled) {
          socket.destroy();
          return;
        }
        note(socket, 'connected');
        for (const other of open.keys()) {
          note(other, 'another address was faster');
          other.destroy();
        }
        settle();
        resolve({ socket, attempts });
      });
      socket.on('error', (error: NodeJS.ErrnoException) => {
        if (settled) return;
        note(socket, error.code ?? error.message);
        if (next < addresses.length) attempt();
        else if (open.size === 0) giveUp();
      });
      pacing = setTimeout(attempt, NEXT_ATTEMPT_MS);
    };
    attempt();
  });
}

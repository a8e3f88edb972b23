import type { Socket } from 'node:net';
import { serviceFinding } from '../../../shared/findings/service.ts';
import { StageFailure } from './stages.ts';

export interface Proxy {
  readonly host: string;
  readonly port: number;
  /** `user:password`, or absent. */
  readonly credentials?: string;
}

/** Reads a proxy's address as environment variables hold it; null when it can't be read or isn't an HTTP proxy. */
export function parseProxy(address: string): Proxy | null {
  const full = address.includes('://') ? address : `http://${address}`;
  if (!URL.canParse(full)) return null;
  const url = new URL(full);
  if (url.protocol !== 'http:') return null;
  const credentials =
    url.username === '' ? undefined : `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return {
    host: url.hostname,
    port: url.port === '' ? 80 : Number(url.port),
    ...(credentials === undefined ? {} : { credentials }),
  };
}

/** Whether NO_PROXY names a host: `*`, a name, a name with a leading dot, or a parent domain. */
export function isExcepted(host: string, noProxy: string): boolean {
  const wanted = host.toLowerCase();
  return noProxy
    .split(',')
    .map((entry) =>
      entry
        .trim()
        .toLowerCase()
        .replace(/^\*?\./, ''),
    )
    .some((entry) => entry !== '' && (entry === '*' || wanted === entry || wanted.endsWith(`.${entry}`)));
}

/** The proxy that the environment names for an https host, or null. */
export function proxyFromEnvironment(host: string, environment: NodeJS.ProcessEnv): Proxy | null {
  const address = environment.HTTPS_PROXY ?? environment.https_proxy ?? '';
  const excepted = isExcepted(host, environment.NO_PROXY ?? environment.no_proxy ?? '');
  return address === '' || excepted ? null : parseProxy(address);
}

/** Octets of a proxy's answer that are read before it is given up. */
const MAX_ANSWER = 16_384;

/**
 * Asks an HTTP proxy for a tunnel (RFC 9110 §9.3.6).
 *
 * @throws StageFailure when it refuses, wants credentials, or does not answer in time.
 */
export function openTunnel(
  socket: Socket,
  proxy: Proxy,
  target: { readonly host: string; readonly port: number },
  timeoutMs: number,
): Promise<string> {
  const label = `${proxy.host}:${proxy.port}`;
  const authority = `${target.host}:${target.port}`;
  const lines = [`CONNECT ${authority} HTTP/1.1`, `Host: ${authority}`];
  if (proxy.credentials !== undefined) {
    lines.push(`Proxy-Authorization: Basic ${Buffer.from(proxy.credentials).toString('base64')}`);
  }
  return new Promise((resolve, reject) => {
    let answer = '';
    const done = (outcome: () => void) => {
      clearTimeout(timer);
      socket.off('data', onData);
      socket.off('close', onClose);
      outcome();
    };
    const fail = (failure: StageFailure) => done(() => reject(failure));
    const silent = (message: string) =>
      fail(new StageFailure(message, serviceFinding('probe.proxy-unreachable', { proxy: label, message })));
    const timer = setTimeout(() => silent('It does not answer in time'), timeoutMs);
    const onClose = () => silent('It closed the connection');
    const onData = (part: Buffer) => {
      answer += part.toString('latin1');
      const end = answer.indexOf('\r\n\r\n');
      if (end === -1 && answer.length < MAX_ANSWER) return;
      const status = Number(/^HTTP\/1\.\d (\d{3})/.exec(answer)?.[1] ?? 0);
      if (status >= 200 && status < 300) {
        done(() => {
          const rest = answer.slice(end + 4);
          if (rest !== '') socket.unshift(Buffer.from(rest, 'latin1'));
          resolve(`${label} opened a tunnel`);
        });
      } else if (status === 407) {
        fail(new StageFailure('407', serviceFinding('probe.proxy-credentials', { proxy: label })));
      } else {
        const values = { proxy: label, host: target.host, port: target.port, status };
        fail(new StageFailure(String(status), serviceFinding('probe.proxy-refused', values)));
      }
    };
    socket.on('data', onData);
    socket.once('close', onClose);
    socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  });
}

import { isWithin, parseNetwork } from '../../../shared/dns/ip.ts';
import type { Socket } from 'node:net';
import { fact } from '../../../shared/facts/catalogue.ts';
import type { Fact } from '../../../shared/facts/fact.ts';
import { serviceFinding } from '../../../shared/service/findings.ts';
import type { Deadline } from './deadline.ts';
import { StageFailure } from './stages.ts';

/** The proxy that a request has to go through. */
export interface Proxy {
  /** `http` or `https` can be spoken to; any other is told as not supported. */
  readonly scheme: string;
  readonly host: string;
  readonly port: number;
  /** `user:password`, or absent. */
  readonly credentials?: string;
  /** Who named it, as it is shown: `HTTPS_PROXY`, `the system’s settings`. */
  readonly from: string;
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = {
  http: 80,
  https: 443,
  socks: 1080,
  socks4: 1080,
  socks5: 1080,
  socks5h: 1080,
};

/** Reads a proxy's address as environment variables hold it: `http://user:password@host:port`, or `host:port`. */
export function parseProxy(address: string, from: string): Proxy | null {
  const text = address.trim();
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const scheme = full.slice(0, full.indexOf(':')).toLowerCase();
  // Only "special" schemes have their host read by the URL standard's rules.
  const readable = full.replace(/^[^:]+/, 'http');
  if (!URL.canParse(readable)) return null;
  const url = new URL(readable);
  const written = /:(\d+)$/.exec(readable.slice('http://'.length).replace(/[/?#].*$/s, ''))?.[1];
  const plain = (part: string) => {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  };
  const credentials = url.username === '' ? undefined : `${plain(url.username)}:${plain(url.password)}`;
  return {
    scheme,
    host: url.hostname,
    port: written === undefined ? (DEFAULT_PORTS[scheme] ?? 80) : Number(written),
    ...(credentials === undefined ? {} : { credentials }),
    from,
  };
}

function coversAddress(entry: string, host: string): boolean {
  const [network, target] = [parseNetwork(entry), parseNetwork(host)];
  return network !== null && target !== null && isWithin(target, network);
}

/**
 * Whether NO_PROXY names a target: `*`, a name (which covers what lies below it), a name with a leading dot, an address,
 * a CIDR block, each with a port or without; commas or spaces between them, as curl reads it.
 */
export function isExcepted(target: { readonly host: string; readonly port: number }, noProxy: string): boolean {
  const host = target.host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
  return noProxy
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((written) => {
      const entry = written.toLowerCase();
      if (entry === '*') return true;
      // A colon leads to a port only behind a name or a bracket; else it is one of an IPv6 address.
      const [, name = entry, port] = /^(\[[^\]]+\]|[^:]+):(\d+)$/.exec(entry) ?? [];
      if (port !== undefined && Number(port) !== target.port) return false;
      const named = name
        .replace(/^\[|\]$/g, '')
        .replace(/^\*?\./, '')
        .replace(/\.$/, '');
      return host === named || host.endsWith(`.${named}`) || coversAddress(named, host);
    });
}

export function portOf(url: URL): number {
  return url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
}

/**
 * The proxy that the environment names for an address: HTTPS_PROXY or HTTP_PROXY by its scheme, else ALL_PROXY, in
 * capitals or small letters; NO_PROXY excepts.
 */
export function proxyFromEnvironment(url: URL, environment: NodeJS.ProcessEnv): Proxy | null {
  const find = (name: string): [string, string] | undefined =>
    [name.toLowerCase(), name]
      .map((each): [string, string] => [each, environment[each] ?? ''])
      .find(([, value]) => value.trim() !== '');
  const found = find(url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY') ?? find('ALL_PROXY');
  if (found === undefined) return null;
  if (isExcepted({ host: url.hostname, port: portOf(url) }, find('NO_PROXY')?.[1] ?? '')) return null;
  const [name, value] = found;
  return parseProxy(value, name) ?? { scheme: 'unreadable', host: 'unreadable', port: 0, from: name };
}

/** The proxy that this process's own environment names. */
export const environmentProxy = async (url: URL): Promise<Proxy | null> => proxyFromEnvironment(url, process.env);

const PAC_SCHEMES: Readonly<Record<string, string>> = {
  PROXY: 'http',
  HTTP: 'http',
  HTTPS: 'https',
  SOCKS: 'socks5',
  SOCKS4: 'socks4',
  SOCKS5: 'socks5',
};

/**
 * The first proxy of a list as PAC files give it, for example `PROXY proxy.example:3128; DIRECT`.
 *
 * @returns null for DIRECT.
 */
export function proxyFromPacResult(result: string, from: string): Proxy | null {
  const [first = ''] = result.split(';');
  const [, kind = '', address = ''] = /^\s*(\S+)\s*(\S*)\s*$/.exec(first) ?? [];
  if (kind === '' || kind.toUpperCase() === 'DIRECT') return null;
  const scheme = PAC_SCHEMES[kind.toUpperCase()] ?? kind.toLowerCase();
  return parseProxy(`${scheme}://${address}`, from) ?? { scheme: 'unreadable', host: 'unreadable', port: 0, from };
}

/** Octets of a proxy's answer that are read before it is given up. */
const MAX_ANSWER = 16_384;

/** The value of a `Proxy-Authorization` header (RFC 7617), or nothing without credentials. */
export function proxyAuthorization({ credentials }: Proxy): string | undefined {
  return credentials === undefined ? undefined : `Basic ${Buffer.from(credentials).toString('base64')}`;
}

/**
 * The failure for a proxy that wants credentials: none were given, they were refused, or it takes no Basic ones.
 *
 * @param offered the `Proxy-Authenticate` header.
 */
export function credentialsFailure(proxy: Proxy, offered: string): StageFailure {
  const label = `${proxy.host}:${proxy.port}`;
  const schemes = [...offered.matchAll(/(?:^|[,\n])\s*([A-Za-z][\w-]*)(?=\s|,|$)/g)].map((match) => match[1] as string);
  const values = { proxy: label, from: proxy.from, schemes: schemes.join(', ') };
  const met = fact('stage.status', { status: 407 });
  if (schemes.length > 0 && !schemes.some((scheme) => scheme.toLowerCase() === 'basic'))
    return new StageFailure(met, serviceFinding('probe.proxy-scheme', values));
  return proxy.credentials === undefined
    ? new StageFailure(met, serviceFinding('probe.proxy-credentials', values))
    : new StageFailure(met, serviceFinding('probe.proxy-wrong-credentials', values));
}

/**
 * Asks an HTTP proxy for a tunnel (RFC 9110 §9.3.6).
 *
 * @throws StageFailure when it refuses, wants credentials, can't reach the target, or does not answer in time.
 */
export function openTunnel(
  socket: Socket,
  proxy: Proxy,
  target: { readonly host: string; readonly port: number },
  deadline: Deadline,
): Promise<Fact> {
  const label = `${proxy.host}:${proxy.port}`;
  const authority = `${target.host}:${target.port}`;
  const authorization = proxyAuthorization(proxy);
  const lines = [
    `CONNECT ${authority} HTTP/1.1`,
    `Host: ${authority}`,
    ...(authorization === undefined ? [] : [`Proxy-Authorization: ${authorization}`]),
  ];
  return new Promise((resolve, reject) => {
    let answer = '';
    const done = (outcome: () => void) => {
      release();
      socket.off('data', onData);
      socket.off('close', onClose);
      socket.off('error', onClose);
      socket.on('error', () => undefined);
      outcome();
    };
    const fail = (failure: StageFailure) => done(() => reject(failure));
    const broken = (message: string) =>
      serviceFinding('probe.proxy-unreachable', { proxy: label, from: proxy.from, message });
    const release = deadline.guard(() =>
      fail(
        deadline.failure(fact('stage.late'), () =>
          broken(`It does not answer to CONNECT in time; it may be trying to reach ${authority}`),
        ),
      ),
    );
    const onClose = () =>
      fail(new StageFailure(fact('stage.closed'), broken('It closed the connection without an answer')));
    const onData = (part: Buffer) => {
      answer += part.toString('latin1');
      const end = answer.indexOf('\r\n\r\n');
      if (end === -1 && answer.length < MAX_ANSWER) return;
      const status = Number(/^HTTP\/1\.\d (\d{3})/.exec(answer)?.[1] ?? 0);
      if (status >= 200 && status < 300) {
        done(() => {
          const rest = answer.slice(end + 4);
          if (rest !== '') socket.unshift(Buffer.from(rest, 'latin1'));
          resolve(fact('stage.tunnel', { server: proxy.host, port: proxy.port }));
        });
        return;
      }
      if (status === 407) {
        const offered = [...answer.matchAll(/^proxy-authenticate:\s*(.*?)\r?$/gim)].map((match) => match[1]).join('\n');
        fail(credentialsFailure(proxy, offered));
        return;
      }
      if (status === 0) {
        fail(new StageFailure(fact('stage.not-http'), broken('What answers there is not an HTTP proxy')));
        return;
      }
      const values = { proxy: label, from: proxy.from, host: target.host, port: target.port, status };
      const refused = fact('stage.tunnel-refused', { status, server: target.host, port: target.port });
      // 502, 503 and 504: the proxy was willing and did not get through.
      const finding = status >= 502 && status <= 504 ? 'probe.proxy-no-way' : 'probe.proxy-refused';
      fail(new StageFailure(refused, serviceFinding(finding, values)));
    };
    socket.on('data', onData);
    socket.once('close', onClose);
    socket.once('error', onClose);
    socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  });
}

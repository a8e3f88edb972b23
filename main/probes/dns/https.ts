import type { SecureContext } from 'node:tls';
import type { Dispatcher } from 'undici';
import { fact } from '../../../shared/facts/catalogue.ts';
import type { Proxy } from '../http/proxy.ts';
import { proxyAuthorization } from '../http/proxy.ts';
import { AskFailure, late, networkFailure } from './failure.ts';
import type { Message, Question } from './message.ts';
import { agedBy, decodeResponse, encodeQuery, explainMismatch } from './message.ts';

/** DNS over HTTPS (RFC 8484), by the way that the machine's requests take and with the trust that its user gives. */

export interface HttpsServer {
  readonly doh: string;
  /** PEM of certificates to trust beside the system's. */
  readonly extraCa?: string;
}

export type ProxyFor = (url: URL) => Promise<Proxy | null>;

export interface Https {
  /** @throws AskFailure when there is no answer. */
  readonly ask: (
    asked: Question & { readonly checkingDisabled?: boolean; readonly signal?: AbortSignal },
    server: HttpsServer,
    timeoutMs: number,
  ) => Promise<Message>;
  readonly close: () => Promise<void>;
}

type Undici = typeof import('undici');
type Trust = typeof import('../http/trust.ts');

const MAX_OCTETS = 65_535;
const DNS_MESSAGE = 'application/dns-message';

const namesOf = ({ host, port, from }: Proxy) => ({ server: host, port, origin: from });

/** @throws AskFailure for a kind of proxy that can't be spoken to. */
function dispatcherThrough(http: Undici, proxy: Proxy | null, secureContext: SecureContext): Dispatcher {
  if (proxy === null) return new http.Agent({ allowH2: true, connect: { secureContext } });
  if (proxy.scheme !== 'http' && proxy.scheme !== 'https')
    throw new AskFailure('network', fact('dns.proxy-scheme', { ...namesOf(proxy), scheme: proxy.scheme }));
  const token = proxyAuthorization(proxy);
  return new http.ProxyAgent({
    uri: `${proxy.scheme}://${proxy.host}:${proxy.port}`,
    allowH2: true,
    requestTls: { secureContext },
    proxyTls: { secureContext },
    ...(token === undefined ? {} : { token }),
  });
}

/** What a failure on the way means; undici tells the status of a proxy that opens no tunnel in its message alone. */
function failureOf(error: Error, proxy: Proxy | null): AskFailure {
  if (proxy === null) return networkFailure('HTTPS', error);
  const [, status] = /^Proxy response \((\d+)\)/.exec(error.message) ?? [];
  if (status === '407') return new AskFailure('network', fact('dns.proxy-credentials', namesOf(proxy)));
  if (status !== undefined)
    return new AskFailure('network', fact('dns.proxy-refused', { ...namesOf(proxy), status: Number(status) }));
  const failure = networkFailure('HTTPS', error);
  if (failure.reason === 'offline') return failure;
  const systemCode = (error as NodeJS.ErrnoException).code ?? error.message;
  return new AskFailure(failure.reason, fact('dns.proxy-broken', { ...namesOf(proxy), systemCode }));
}

/** Rejects when the signal aborts. */
function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(late()), { once: true });
  });
}

async function readMessage(response: Dispatcher.ResponseData, query: Buffer, signal: AbortSignal): Promise<Message> {
  const { statusCode, headers, body } = response;
  if (statusCode < 200 || statusCode > 299) {
    await body.dump({ limit: MAX_OCTETS, signal });
    throw new AskFailure('network', fact('dns.http', { status: statusCode }));
  }
  if (!String(headers['content-type']).toLowerCase().startsWith(DNS_MESSAGE)) {
    await body.dump({ limit: MAX_OCTETS, signal });
    throw new AskFailure('malformed', fact('dns.not-dns', { outside: String(headers['content-type']) }));
  }
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of body as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MAX_OCTETS) throw new AskFailure('malformed', fact('dns.longer-than-dns'));
    parts.push(part);
  }
  const whole = Buffer.concat(parts);
  const mismatch = explainMismatch(whole, query);
  if (mismatch !== null) throw new AskFailure(mismatch.reason, fact('dns.stray', { what: mismatch.what }));
  const age = Math.max(0, Number(headers.age ?? 0) || 0);
  return agedBy(decodeResponse(whole, query) as Message, age);
}

/** A client that keeps its connections: one set for each proxy and each set of certificates. */
export function createHttps(proxyFor: ProxyFor): Https {
  const dispatchers = new Map<string, Dispatcher>();

  const dispatcherFor = (http: Undici, { trustContext }: Trust, proxy: Proxy | null, extraCa: string): Dispatcher => {
    const key = `${JSON.stringify(proxy)} ${extraCa}`;
    let dispatcher = dispatchers.get(key);
    if (dispatcher === undefined) {
      dispatcher = dispatcherThrough(http, proxy, trustContext(extraCa));
      dispatchers.set(key, dispatcher);
    }
    return dispatcher;
  };

  return {
    async ask(asked, { doh, extraCa = '' }, timeoutMs) {
      const timeout = AbortSignal.timeout(timeoutMs);
      const signal = asked.signal === undefined ? timeout : AbortSignal.any([timeout, asked.signal]);
      const url = doh.replace(/\{\?dns\}$/, '');
      const cd = asked.checkingDisabled === true ? { checkingDisabled: true } : {};
      // The id is 0, so that caches on the way know the same question again (RFC 8484 §4.1).
      const query = encodeQuery(0, asked, { recursion: true, edns: true, ...cd });
      // Few ask over HTTPS: its client is read in when it is needed.
      const [http, trust] = await Promise.all([import('undici'), import('../http/trust.ts')]);
      let proxy: Proxy | null = null;
      try {
        // Reading a PAC file may take the system as long as it likes.
        proxy = await Promise.race([proxyFor(new URL(url)), untilAborted(signal)]);
        const response = await http.request(url, {
          method: 'POST',
          dispatcher: dispatcherFor(http, trust, proxy, extraCa),
          headers: { 'content-type': DNS_MESSAGE, accept: DNS_MESSAGE },
          body: query,
          headersTimeout: timeoutMs,
          bodyTimeout: timeoutMs,
          signal,
        });
        return await readMessage(response, query, signal);
      } catch (error) {
        if (error instanceof AskFailure) throw error;
        if (signal.aborted) throw late();
        if (error instanceof trust.ExtraCaFault) throw new AskFailure('network', fact('dns.extra-ca'));
        throw failureOf(error as Error, proxy);
      }
    },
    async close() {
      await Promise.all([...dispatchers.values()].map((dispatcher) => dispatcher.destroy()));
    },
  };
}

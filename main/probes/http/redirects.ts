import type { ProbeTrace } from '../../../shared/service/trace.ts';
import type { ProbeResponse } from './response.ts';
import type { StagedProbeOptions } from './staged-probe.ts';
import { DEADLINE_MS, stagedProbe } from './staged-probe.ts';

/** Redirects followed after the first request. */
const MAX_HOPS = 8;

export interface Followed {
  /** Of the last request that was made. */
  readonly trace: ProbeTrace;
  /** What came at the end; null when nothing did. */
  readonly response: ProbeResponse | null;
  /** Each address in turn, the one that was asked first included; the last may not have been asked. */
  readonly addresses: readonly string[];
  /**
   * - `answered`: the last request was answered with something else than a redirect, or not at all.
   * - `elsewhere`: it sends on to another host or to plain http; nothing was asked there.
   * - `nowhere`: it redirects and names no address.
   * - `circle`: an address came up again.
   * - `endless`: more redirects than are followed.
   */
  readonly end: 'answered' | 'elsewhere' | 'nowhere' | 'circle' | 'endless';
}

/** Another port of the same host is the same host; from https to http is not the same service. */
function staysWithin(next: URL, before: URL): boolean {
  return next.hostname === before.hostname && (next.protocol === before.protocol || next.protocol === 'https:');
}

/**
 * Asks an address by GET and follows its redirects as a browser would, but only within the same host. What is asked
 * carries no key and no body, so that following gives nothing away.
 *
 * @param options `deadlineMs` is for all requests together.
 */
export async function followRedirects(
  url: string,
  options: Omit<StagedProbeOptions, 'url' | 'judge' | 'method'>,
): Promise<Followed> {
  const begin = performance.now();
  const addresses = [url];
  for (;;) {
    const address = addresses.at(-1) as string;
    let response: ProbeResponse | null = null;
    const trace = await stagedProbe({
      ...options,
      method: 'GET',
      url: address,
      deadlineMs: Math.max(1, (options.deadlineMs ?? DEADLINE_MS) - (performance.now() - begin)),
      judge: (answer) => {
        response = answer;
        return { passed: answer.status < 400, findings: [] };
      },
    });
    const answer = response as ProbeResponse | null;
    const followed = { trace, response: answer, addresses };
    if (answer === null || answer.status < 300 || answer.status >= 400) return { ...followed, end: 'answered' };
    const { location } = answer.headers;
    if (location === undefined || !URL.canParse(location, address)) return { ...followed, end: 'nowhere' };
    const next = new URL(location, address);
    const isKnown = addresses.includes(next.href);
    addresses.push(next.href);
    if (isKnown) return { ...followed, end: 'circle' };
    if (!/^https?:$/.test(next.protocol) || !staysWithin(next, new URL(address)))
      return { ...followed, end: 'elsewhere' };
    if (addresses.length > MAX_HOPS + 1) return { ...followed, end: 'endless' };
  }
}

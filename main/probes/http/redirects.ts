import type { ProbeTrace } from '../../../shared/service/trace.ts';
import type { StagedProbeOptions } from './staged-probe.ts';
import { stagedProbe } from './staged-probe.ts';

/** Redirects looked at after the first one. */
const MAX_HOPS = 8;

export interface RedirectPath {
  /** Each address in turn, the one that was asked first included. */
  readonly addresses: readonly string[];
  /** An address came up again. */
  readonly isLoop: boolean;
  /** More of them than are looked at. */
  readonly isEndless: boolean;
}

function resolveLocation(location: string, base: string): string | null {
  return URL.canParse(location, base) ? new URL(location, base).href : null;
}

function isSameHost(left: string, right: string): boolean {
  return new URL(left).hostname === new URL(right).hostname;
}

/**
 * Finds out where a redirect leads, to tell it: only within the same host, without credentials and without a body. An
 * address at another host is told and not asked.
 *
 * @param location of the first answer.
 * @param deadlineMs for all hops together.
 */
export async function traceRedirects(
  url: string,
  location: string,
  options: Omit<StagedProbeOptions, 'url' | 'judge' | 'method' | 'kind'> & { readonly kind: ProbeTrace['kind'] },
  deadlineMs: number,
): Promise<RedirectPath> {
  const addresses = [url];
  const begin = performance.now();
  let next = resolveLocation(location, url);
  for (let hop = 0; next !== null; hop += 1) {
    const address: string = next;
    const isLoop = addresses.includes(address);
    addresses.push(address);
    const left = deadlineMs - (performance.now() - begin);
    if (isLoop || hop === MAX_HOPS) return { addresses, isLoop, isEndless: !isLoop };
    if (left <= 0 || !/^https?:/.test(address) || !isSameHost(address, url)) break;
    let told: string | null = null;
    await stagedProbe({
      ...options,
      method: 'GET',
      url: address,
      deadlineMs: left,
      judge: ({ status, headers }) => {
        if (status >= 300 && status < 400) told = headers.location ?? null;
        return { passed: true, findings: [] };
      },
    });
    next = told === null ? null : resolveLocation(told, address);
  }
  return { addresses, isLoop: false, isEndless: false };
}

import type { ConnectionStatus } from './evidence.ts';
import { atTime } from './evidence.ts';
import type { ProbeTrace } from './trace.ts';
import { metadataUrl } from './urls.ts';

/** What evidence must belong to. */
export interface EvidenceBasis {
  /** As saved; empty when not set up. */
  readonly serviceUrl: string;
  /** Names the other settings that a result depends on, as traces carry it. */
  readonly basis: string;
}

const endOf = (trace: ProbeTrace): number => trace.startedAt + trace.durationMs;

/** Whether a trace is evidence for an address under the settings of today. */
export function isEvidenceFor(trace: ProbeTrace, url: string, basis: string): boolean {
  return trace.url === url && (trace.basis ?? '') === basis;
}

/**
 * The status of a service connection, derived from its latest probes.
 *
 * @param traces of the connection, the latest first, of whatever settings.
 * @param now milliseconds since the epoch.
 */
export function connectionStatus(
  { serviceUrl, basis }: EvidenceBasis,
  traces: readonly ProbeTrace[],
  now: number,
): ConnectionStatus {
  if (serviceUrl === '') return { state: 'not-set', text: 'Not set up yet', seenAt: null };
  const own = traces.filter((trace) => isEvidenceFor(trace, metadataUrl(serviceUrl), basis));
  const conclusive = own.find((trace) => trace.outcome !== 'unknown');
  if (conclusive === undefined) {
    if (own.length > 0) return { state: 'offline', text: 'Not checked, offline', seenAt: null };
    return traces.length > 0
      ? { state: 'changed', text: 'Settings changed, not checked', seenAt: null }
      : { state: 'not-checked', text: 'Not checked', seenAt: null };
  }
  const seenAt = endOf(conclusive);
  return conclusive.outcome === 'failed'
    ? atTime({ state: 'failing', text: 'Connection failing', seenAt }, now)
    : atTime({ state: 'active', text: 'Connection active', seenAt }, now);
}

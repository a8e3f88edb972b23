import type { ProbeTrace } from './trace.ts';
import { metadataUrl } from './urls.ts';

/** Evidence older than this, in milliseconds, no longer says that the connection is active. */
export const EVIDENCE_LIFETIME_MS = 24 * 60 * 60 * 1000;

export interface ConnectionStatus {
  /**
   * - `active`: the latest test that came to a result passed, less than 24 hours ago.
   * - `failing`: it failed, less than 24 hours ago.
   * - `stale`: its result is older.
   * - `changed`: every test was made with other settings.
   * - `offline`: no test came to a result, because this machine is offline.
   */
  readonly state: 'active' | 'failing' | 'stale' | 'changed' | 'offline' | 'not-checked' | 'not-set';
  /** As it is shown. */
  readonly text: string;
  /** When the evidence was seen; milliseconds since the epoch. */
  readonly seenAt: number | null;
}

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

/** What a status has become by the time it is looked at: evidence grows old while a window stays open. */
export function atTime(status: ConnectionStatus, now: number): ConnectionStatus {
  const { state, seenAt } = status;
  const isVerdict = state === 'active' || state === 'failing';
  if (!isVerdict || seenAt === null || now - seenAt < EVIDENCE_LIFETIME_MS) return status;
  return { state: 'stale', text: `Was ${state}, check again`, seenAt };
}

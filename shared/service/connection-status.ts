import type { ProbeTrace } from './trace.ts';
import { isTraceFor } from './trace.ts';
import { metadataUrl } from './urls.ts';

/** Evidence older than this, in milliseconds, no longer says that the connection is active. */
export const EVIDENCE_LIFETIME_MS = 24 * 60 * 60 * 1000;

export interface ConnectionStatus {
  readonly state: 'active' | 'failing' | 'stale' | 'not-checked' | 'not-set';
  /** As it is shown. */
  readonly text: string;
  /** When the evidence was seen; milliseconds since the epoch. */
  readonly seenAt: number | null;
}

/**
 * The status of a service connection, derived from the latest probe.
 *
 * @param serviceUrl as saved; a trace of another address is no evidence.
 * @param now milliseconds since the epoch.
 */
export function connectionStatus(serviceUrl: string, trace: ProbeTrace | null, now: number): ConnectionStatus {
  if (serviceUrl === '') return { state: 'not-set', text: 'Not set up yet', seenAt: null };
  if (trace === null || !isTraceFor(trace, metadataUrl(serviceUrl))) {
    return { state: 'not-checked', text: 'Not checked', seenAt: null };
  }
  const seenAt = trace.startedAt + trace.durationMs;
  if (trace.outcome === 'failed') return { state: 'failing', text: 'Connection failing', seenAt };
  if (now - seenAt > EVIDENCE_LIFETIME_MS) return { state: 'stale', text: 'Check again', seenAt };
  return { state: 'active', text: 'Connection active', seenAt };
}

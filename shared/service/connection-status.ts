import type { ConnectionStatus } from './evidence.ts';
import { atTime } from './evidence.ts';
import type { ProbeTrace } from './trace.ts';
import { connectionUrls } from './urls.ts';

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

/** What the service itself said, as its interface or a service profile tells it. */
export interface ServiceWord {
  readonly state: 'active' | 'error' | 'inactive' | 'unknown';
  readonly seenAt: number;
}

/** @returns the status that the probes of an address show by themselves: reached or failing, never active. */
function reachedStatus(
  isOwn: (trace: ProbeTrace) => boolean,
  traces: readonly ProbeTrace[],
  reached: string,
): ConnectionStatus {
  const own = traces.filter(isOwn);
  const conclusive = own.find((trace) => trace.outcome !== 'unknown');
  if (conclusive === undefined) {
    if (own.length > 0) return { state: 'offline', text: 'Not checked, offline', seenAt: null };
    return traces.length > 0
      ? { state: 'changed', text: 'Settings changed, not checked', seenAt: null }
      : { state: 'not-checked', text: 'Not checked', seenAt: null };
  }
  const seenAt = endOf(conclusive);
  return conclusive.outcome === 'failed'
    ? { state: 'failing', text: 'Connection failing', seenAt }
    : { state: 'reached', text: reached, seenAt };
}

/** The service's word stands before what probes show, unless a later probe failed. */
function combine(word: ServiceWord | null, probed: ConnectionStatus): ConnectionStatus {
  if (word === null || word.state === 'unknown') return probed;
  const isOverruled = probed.state === 'failing' && probed.seenAt !== null && probed.seenAt > word.seenAt;
  if (isOverruled) return probed;
  const texts = { active: 'Connection active', inactive: 'Not active', error: 'Connection error' } as const;
  const states = { active: 'active', inactive: 'inactive', error: 'failing' } as const;
  return { state: states[word.state], text: texts[word.state], seenAt: word.seenAt };
}

/**
 * Whether mail can be sent: the status *sending*. Active is what the service says, and nothing less.
 *
 * @param word what the service said under the settings of today; null when it was not asked.
 * @param hasApiKey whether a key is set that could be checked.
 * @param traces of the connection, the latest first, of whatever settings.
 * @param now milliseconds since the epoch.
 */
export function connectionStatus(
  { serviceUrl, basis }: EvidenceBasis,
  word: ServiceWord | null,
  hasApiKey: boolean,
  traces: readonly ProbeTrace[],
  now: number,
): ConnectionStatus {
  if (serviceUrl === '') return { state: 'not-set', text: 'Not set up yet', seenAt: null };
  const addresses = connectionUrls(serviceUrl);
  const isOwn = (trace: ProbeTrace) => addresses.some((address) => isEvidenceFor(trace, address, basis));
  const notChecked = word === null ? 'Reached, keys not checked' : 'Reached, keys not checkable';
  const probed = reachedStatus(isOwn, traces, hasApiKey ? notChecked : 'Reached, no API key');
  return atTime(combine(word, probed), now);
}

/**
 * Whether the service's responses come back: the status *responses*.
 *
 * @param address of the webhook; empty when the response domain is not set up.
 * @param isTold false when the service has said that it knows no domain at all.
 * @param traces of the response address, the latest first.
 */
export function responsesStatus(
  address: string,
  basis: string,
  word: ServiceWord | null,
  isTold: boolean,
  traces: readonly ProbeTrace[],
  now: number,
): ConnectionStatus {
  if (address === '') return { state: 'not-set', text: 'Not set up yet', seenAt: null };
  if (!isTold) return { state: 'not-told', text: 'The service was not told yet', seenAt: null };
  const isOwn = (trace: ProbeTrace) => isEvidenceFor(trace, address, basis);
  return atTime(combine(word, reachedStatus(isOwn, traces, 'Address reached')), now);
}

import { cloudServiceFinding } from './findings.ts';
import type { Finding } from '../../findings/finding.ts';
import { normalizeResponseDomain } from '../urls.ts';
import type { KeyMeaning } from '../profile.ts';
import type { AccountStatuses, ServiceStatus } from './account-status.ts';
import { accountStatuses } from './account-status.ts';
import type { AccountFacts, Outcome, Quota } from './answers.ts';
import { blamedBy, NO_ANSWER } from './codes.ts';

/** What the service said of the account, and when: the fact that both statuses are derived from. */
export interface AccountObservation {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** When the question was put: of two answers the one to the later question holds, whichever came first. */
  readonly begunAt?: number;
  /** Names the address, the trust and the keys that it was asked with; with others it says nothing. */
  readonly basis: string;
  readonly answer:
    | { readonly kind: 'answered'; readonly outcome: Outcome; readonly facts: AccountFacts }
    | { readonly kind: 'another-kind' }
    | { readonly kind: 'failed' }
    /** `isKnown`: the service is at fault, and not this machine. */
    | { readonly kind: 'not-reached'; readonly isKnown: boolean }
    /** A service of another kind, asked as its service profile says. */
    | { readonly kind: 'profile'; readonly outcome: KeyMeaning | 'not-checkable' };
  readonly findings: readonly Finding[];
  /** Null where the service said nothing of it. */
  readonly quota: Quota | null;
}

/** Whether the service refused the API key itself. */
export function isApiKeyRefused({ answer }: AccountObservation): boolean {
  if (answer.kind === 'profile') return answer.outcome === 'wrong-api-key';
  return answer.kind === 'answered' && !answer.outcome.ok && blamedBy(answer.outcome.code ?? NO_ANSWER) === 'api-key';
}

/** Whether the service took the API key: it said so, or blames something that comes after it. */
export function isApiKeyTaken({ answer }: AccountObservation): boolean {
  if (answer.kind === 'profile')
    return !(['wrong-api-key', 'unavailable', 'not-checkable'] as const).some((outcome) => outcome === answer.outcome);
  if (answer.kind !== 'answered') return false;
  const blamed = blamedBy(answer.outcome.code ?? NO_ANSWER);
  return answer.outcome.ok || blamed === 'auth-key' || blamed === 'response-domain';
}

/** Which of the two statuses an outcome of a profile's check of keys speaks of. */
function profileStatuses(outcome: KeyMeaning | 'not-checkable', unknown: ServiceStatus): AccountStatuses {
  const error: ServiceStatus = { ...unknown, state: 'error' };
  switch (outcome) {
    case 'accepted':
      return { sending: { state: 'active', code: null, finding: null }, responses: { ...unknown, finding: null } };
    case 'wrong-api-key':
    case 'unavailable':
      return { sending: error, responses: unknown };
    case 'wrong-auth-key':
    case 'domain-of-another-account':
    case 'response-domain-unreachable':
      return { sending: unknown, responses: error };
    case 'not-checkable':
      return { sending: unknown, responses: unknown };
  }
}

/** Responses that come back to another domain than the one saved here are not what the person set up. */
function responsesHere(status: ServiceStatus, here: string, there: string): ServiceStatus {
  if (status.state !== 'active' || here === '' || there === '') return status;
  const normal = normalizeResponseDomain(there);
  if (normal.ok && normal.url === here) return status;
  const finding = cloudServiceFinding('service.other-response-domain', { here, there: there.slice(0, 200) });
  return { state: 'unknown', code: status.code, finding };
}

/**
 * The two statuses that an observation shows.
 *
 * @param responseDomain as saved here, normalised; empty when it is not set up.
 */
export function observedStatuses({ answer, findings }: AccountObservation, responseDomain: string): AccountStatuses {
  const finding = findings.find((each) => each.severity === 'error') ?? findings[0] ?? null;
  const unknown: ServiceStatus = { state: 'unknown', code: null, finding };
  switch (answer.kind) {
    case 'answered': {
      const { outcome, facts } = answer;
      const { sending, responses } = accountStatuses({ understood: true, outcome, value: facts });
      return { sending, responses: responsesHere(responses, responseDomain, facts.responseDomain ?? '') };
    }
    case 'another-kind': {
      const status: ServiceStatus = { ...unknown, finding: cloudServiceFinding('service.another-kind') };
      return { sending: status, responses: status };
    }
    case 'profile':
      return profileStatuses(answer.outcome, unknown);
    case 'failed':
      return { sending: { state: 'error', code: NO_ANSWER, finding }, responses: unknown };
    case 'not-reached':
      return {
        sending: answer.isKnown ? { state: 'error', code: NO_ANSWER, finding } : unknown,
        responses: unknown,
      };
  }
}

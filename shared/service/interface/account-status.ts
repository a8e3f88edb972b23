import type { Finding } from '../../findings/finding.ts';
import { cloudServiceFinding } from './findings.ts';
import type { AccountFacts, Answer, Outcome } from './answers.ts';
import { blamedBy, NO_ANSWER, SUCCESS } from './codes.ts';

/**
 * The two statuses of a service connection: whether mail can be sent, and whether the service's responses come back.
 * They are derived from what the service answered to account info, and from nothing less.
 */

export type ServiceState = 'active' | 'error' | 'inactive' | 'unknown';

export interface ServiceStatus {
  readonly state: ServiceState;
  /** The code that the service gave; null when it gave none that speaks of this. */
  readonly code: number | null;
  readonly finding: Finding | null;
}

export interface AccountStatuses {
  readonly sending: ServiceStatus;
  readonly responses: ServiceStatus;
}

const unknown = (finding: Finding | null = null): ServiceStatus => ({ state: 'unknown', code: null, finding });

/** The finding for a code other than success. Each code that is documented has its own. */
export function codeFinding({ code, message }: Outcome): Finding {
  const said = message === '' ? 'no details' : `“${message}”`;
  switch (code) {
    case NO_ANSWER:
      return cloudServiceFinding('service.no-answer');
    case 101:
      return cloudServiceFinding('service.api-key-refused', { said });
    case 105:
      return cloudServiceFinding('service.response-domain-unreachable', { said });
    case 109:
      return cloudServiceFinding('service.response-domain-taken', { said });
    case 110:
      return cloudServiceFinding('service.auth-key-refused', { said });
    case 111:
      return cloudServiceFinding('service.domains-not-listed', { said });
    case 112:
      return cloudServiceFinding('service.domain-not-added', { said });
    case 115:
    case 118:
      return cloudServiceFinding('service.domain-elsewhere', { code, said });
    default:
      return cloudServiceFinding('service.unknown-code', { code: code ?? 'none', said });
  }
}

function responsesOf({ isAuthKeyValid, isResponseDomainValid }: AccountFacts): ServiceStatus {
  if (isAuthKeyValid === false)
    return { state: 'error', code: 110, finding: codeFinding({ ok: false, code: 110, message: '' }) };
  if (isResponseDomainValid === false)
    return { state: 'error', code: null, finding: cloudServiceFinding('service.response-domain-refused') };
  if (isAuthKeyValid === true && isResponseDomainValid === true)
    return { state: 'active', code: SUCCESS, finding: null };
  return unknown(cloudServiceFinding('service.responses-not-told'));
}

function statusesOfFailure(outcome: Outcome): AccountStatuses {
  const finding = codeFinding(outcome);
  const failed: ServiceStatus = { state: 'error', code: outcome.code, finding };
  // What is not named may still be right; nobody has said so.
  const notNamed: ServiceStatus = { state: 'unknown', code: null, finding };
  switch (blamedBy(outcome.code ?? NO_ANSWER)) {
    case 'auth-key':
    case 'response-domain':
      return { sending: { ...notNamed, code: outcome.code }, responses: failed };
    case 'api-key':
    case 'service':
    case 'sender-domain':
    case 'unnamed':
    case 'nothing':
      return { sending: failed, responses: notNamed };
  }
}

/**
 * Derives the two statuses.
 *
 * @param answer to account info.
 */
export function accountStatuses(answer: Answer<AccountFacts>): AccountStatuses {
  if (!answer.understood) {
    const status = unknown(cloudServiceFinding('service.another-kind'));
    return { sending: status, responses: status };
  }
  if (!answer.outcome.ok) return statusesOfFailure(answer.outcome);
  if (answer.value.isActive !== true) {
    const inactive: ServiceStatus = {
      state: 'inactive',
      code: SUCCESS,
      finding: cloudServiceFinding('service.not-active'),
    };
    return { sending: inactive, responses: inactive };
  }
  return { sending: { state: 'active', code: SUCCESS, finding: null }, responses: responsesOf(answer.value) };
}

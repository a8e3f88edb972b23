import type { Finding } from '../../../shared/findings/finding.ts';
import { cloudServiceFinding } from '../../../shared/service/interface/findings.ts';
import type { Answer, Outcome } from '../../../shared/service/interface/answers.ts';
import { codeFinding } from '../../../shared/service/interface/account-status.ts';
import type { ServiceCall } from '../../../shared/service/interface/calls.ts';
import { NO_ANSWER } from '../../../shared/service/interface/codes.ts';
import type { ProbeTrace } from '../../../shared/service/trace.ts';
import type { ProbeEnvironment } from '../http/metadata.ts';
import { stagedProbe } from '../http/staged-probe.ts';

/**
 * Calls the cloud email service. One attempt, 60 seconds at most, no redirect followed; the keys lie in the body and
 * leave only over https, once the service's certificate is found good. No trace holds them.
 */

/** The documented application waits as long. */
export const CALL_TIMEOUT_MS = 60_000;
/** A list of 10,000 domains with their records takes about 8 MiB. */
const MAX_ANSWER_OCTETS = 64 * 1024 * 1024;

export type CallResult<Value> = {
  readonly trace: ProbeTrace;
  /** What came of it, the way to the service included. */
  readonly findings: readonly Finding[];
} & (
  | { readonly kind: 'answered'; readonly outcome: Outcome; readonly value: Value }
  /** Reached, and the answer is not one of this interface: another kind of service. */
  | { readonly kind: 'another-kind' }
  /** Reached, and it fails: an HTTP error, a redirect, an answer too long. */
  | { readonly kind: 'failed' }
  /** Not reached. `isKnown` is false when this machine is at fault, so that nothing is said of the service. */
  | { readonly kind: 'not-reached'; readonly isKnown: boolean }
);

interface Arrived {
  readonly status: number;
  readonly body: string;
  readonly truncated: boolean;
  readonly location: string | null;
}

const isServerError = (status: number): boolean => status >= 500 || status === 408 || status === 429;

function judge<Value>(
  trace: ProbeTrace,
  { status, body, truncated, location }: Arrived,
  path: string,
  read: (body: string) => Answer<Value>,
): CallResult<Value> {
  const failed = (finding: Finding): CallResult<Value> => ({
    kind: 'failed',
    trace,
    findings: [...trace.findings, finding],
  });
  if (truncated)
    return failed(cloudServiceFinding('service.answer-too-large', { limit: `${MAX_ANSWER_OCTETS / 1024 / 1024} MiB` }));
  if (status >= 300 && status < 400)
    return failed(
      cloudServiceFinding('service.redirected', { path, location: location ?? 'an address it does not name' }),
    );
  if (isServerError(status)) return failed(cloudServiceFinding('service.http-error', { path, status }));
  const answer = status >= 400 ? ({ understood: false, reason: 'foreign' } as const) : read(body);
  if (!answer.understood) {
    // An empty answer is what the service itself gives when it has none, and one that breaks off was meant to be one.
    if (status < 400 && (answer.reason === 'empty' || answer.reason === 'cut'))
      return failed(codeFinding({ ok: false, code: NO_ANSWER, message: '' }));
    return { kind: 'another-kind', trace, findings: [...trace.findings, cloudServiceFinding('service.another-kind')] };
  }
  const { outcome, value } = answer;
  const findings = outcome.ok ? trace.findings : [...trace.findings, codeFinding(outcome)];
  return { kind: 'answered', trace, findings, outcome, value };
}

/**
 * Makes one call.
 *
 * @param serviceUrl normalised: https, without a final slash.
 * @param read turns the answer's body into what was asked for.
 * @throws RangeError when the address is not https: keys are never sent in the clear.
 */
export async function callService<Value>(
  serviceUrl: string,
  { path, body }: ServiceCall,
  read: (body: string) => Answer<Value>,
  environment: ProbeEnvironment,
): Promise<CallResult<Value>> {
  if (!serviceUrl.startsWith('https://')) throw new RangeError('Keys are sent over https alone');
  let arrived: Arrived | undefined;
  const trace = await stagedProbe({
    deadlineMs: CALL_TIMEOUT_MS,
    stageTimeoutMs: CALL_TIMEOUT_MS,
    ...environment,
    kind: 'account',
    method: 'POST',
    url: `${serviceUrl}${path}`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    maxBodyOctets: MAX_ANSWER_OCTETS,
    judge: (response) => {
      arrived = { ...response, location: response.headers.location ?? null };
      return { passed: response.status < 300, findings: [] };
    },
  });
  if (arrived === undefined)
    return { kind: 'not-reached', isKnown: trace.outcome === 'failed', trace, findings: trace.findings };
  return judge(trace, arrived, path, read);
}

import type { Finding } from '../../../shared/findings/finding.ts';
import { serviceFinding } from '../../../shared/findings/service.ts';
import type { ProbeTrace } from '../../../shared/service/trace.ts';
import { emailStateUrl, webhookUrl } from '../../../shared/service/urls.ts';
import type { ProbeSurroundings } from '../http/metadata.ts';
import type { ProbeResponse } from '../http/staged-probe.ts';
import { stagedProbe } from '../http/staged-probe.ts';

/** The test body: empty of responses, and marked so that nobody takes it for real. */
const TEST_BODY = '{"sendwrightTest":true,"responses":[]}';
const TEST_HEADERS = { 'content-type': 'application/json', 'x-sendwright-test': '1' };

function judgePost({ status, headers }: ProbeResponse): { passed: boolean; findings: readonly Finding[] } {
  if (status >= 200 && status < 300) return { passed: true, findings: [] };
  if (status >= 300 && status < 400) {
    return {
      passed: false,
      findings: [serviceFinding('probe.redirect', { location: headers.location ?? 'another address' })],
    };
  }
  if (status === 404 || status === 410) return { passed: false, findings: [serviceFinding('responses.path-missing')] };
  if (status === 401 || status === 403 || status === 407)
    return { passed: false, findings: [serviceFinding('responses.blocked', { status })] };
  if (status === 405 || status === 501)
    return { passed: false, findings: [serviceFinding('responses.no-post', { status })] };
  // The path answers; whether the application likes an empty test is its own affair.
  return { passed: true, findings: [serviceFinding('responses.server-error', { status })] };
}

function post(url: string, surroundings: ProbeSurroundings): Promise<ProbeTrace> {
  return stagedProbe({
    ...surroundings,
    kind: 'responses',
    method: 'POST',
    url,
    headers: TEST_HEADERS,
    body: TEST_BODY,
    judge: judgePost,
  });
}

/** The same address at port 443, where the service really posts. */
function at443(address: string): string {
  const url = new URL(address);
  url.protocol = 'https:';
  url.port = '';
  return url.href;
}

/**
 * Probes the webhook address with a marked, empty POST: at the address's own port, and at 443, where the service posts
 * whatever port the application uses. A difference is explained.
 *
 * @param responseDomain normalised.
 */
export async function probeResponses(
  responseDomain: string,
  surroundings: ProbeSurroundings,
  { onlyOwnPort = false }: { readonly onlyOwnPort?: boolean } = {},
): Promise<ProbeTrace> {
  const address = webhookUrl(responseDomain);
  const second = at443(address);
  const own = await post(address, surroundings);
  if (onlyOwnPort || second === address) return own;
  const beside = await post(second, surroundings);
  const url = new URL(address);
  const port = url.port === '' ? 80 : Number(url.port);
  const values = { host: url.hostname, port };
  const reached = (trace: ProbeTrace) =>
    trace.stages.some((stage) => stage.stage === 'connect' && stage.state === 'passed');
  const difference: Finding[] = [];
  if (!reached(beside)) difference.push(serviceFinding('responses.no-443', values));
  else if (!reached(own)) difference.push(serviceFinding('responses.only-443', values));
  return {
    ...own,
    outcome: beside.outcome,
    durationMs: own.durationMs + beside.durationMs,
    findings: [...own.findings, ...difference, ...(difference.length === 0 ? beside.findings : [])],
    beside,
  };
}

/**
 * Probes the address that shows support the application's email figures.
 *
 * @param responseDomain normalised.
 */
export function probeMonitoring(responseDomain: string, surroundings: ProbeSurroundings): Promise<ProbeTrace> {
  return stagedProbe({
    ...surroundings,
    kind: 'monitoring',
    method: 'GET',
    url: emailStateUrl(responseDomain),
    judge: (response) => {
      const judged = judgePost(response);
      // An application that takes only POSTs there is reachable, which is what support needs.
      return response.status === 405 ? { passed: true, findings: [] } : judged;
    },
  });
}

import type { Finding } from '../../../shared/findings/finding.ts';
import { serviceFinding } from '../../../shared/findings/service.ts';
import type { ProbeStage, ProbeTrace } from '../../../shared/service/trace.ts';
import { emailStateUrl, webhookUrl } from '../../../shared/service/urls.ts';
import { statusFinding } from '../http/metadata.ts';
import type { ProbeSurroundings } from '../http/metadata.ts';
import { portOf } from '../http/proxy.ts';
import type { ProbeResponse } from '../http/response.ts';
import { DEADLINE_MS, stagedProbe } from '../http/staged-probe.ts';

/** The test body: empty of responses, and marked so that nobody takes it for real. */
const TEST_BODY = '{"sendwrightTest":true,"responses":[]}';
const TEST_HEADERS = { 'content-type': 'application/json', 'x-sendwright-test': '1' };

interface Judgement {
  readonly passed: boolean;
  readonly findings: readonly Finding[];
}

/** What a status says of the way to the webhook. */
export function judgePost({ status, headers, body }: ProbeResponse): Judgement {
  const failed = (...findings: Finding[]): Judgement => ({ passed: false, findings });
  if (status >= 200 && status < 300) return { passed: true, findings: [] };
  if (status >= 300 && status < 400)
    return failed(serviceFinding('responses.redirect', { status, location: headers.location ?? 'another address' }));
  // nginx says it so; others cut the connection.
  if (status === 400 && /plain HTTP request was sent to HTTPS port/i.test(body))
    return failed(serviceFinding('responses.wants-https'));
  if (status === 401) return failed(serviceFinding('responses.login'));
  if (status === 403) return failed(serviceFinding('responses.blocked', { status }));
  if (status === 404 || status === 410) return failed(serviceFinding('responses.path-missing', { status }));
  if (status === 405 || status === 501) return failed(serviceFinding('responses.no-post', { status }));
  if (status === 429) return failed(serviceFinding('responses.too-many'));
  if (status >= 502 && status <= 504) return failed(serviceFinding('responses.gateway', { status }));
  // The path answers; whether the application likes an empty test is its own affair.
  if (status >= 500) return { passed: true, findings: [serviceFinding('responses.server-error', { status })] };
  return { passed: true, findings: [serviceFinding('responses.test-refused', { status })] };
}

function stageOf(trace: ProbeTrace, name: ProbeStage['stage']): ProbeStage | undefined {
  return trace.stages.find((stage) => stage.stage === name);
}

/** Codes with which a port that speaks TLS ends a plain request, where it does not say so in words. */
const CUT_SHORT: ReadonlySet<string> = new Set(['probe.reset', 'probe.not-http']);

/** Whether a port that cut a plain request short speaks TLS; asked without a body. */
async function speaksTls(url: string, surroundings: ProbeSurroundings, spentMs: number): Promise<boolean> {
  const trace = await stagedProbe({
    ...surroundings,
    kind: 'responses',
    method: 'GET',
    url: url.replace(/^http:\/\/([^/:]+)(?=\/)/, 'http://$1:80').replace(/^http:/, 'https:'),
    deadlineMs: Math.max(1, (surroundings.deadlineMs ?? DEADLINE_MS) - spentMs),
    judge: () => ({ passed: true, findings: [] }),
  });
  return stageOf(trace, 'tls')?.tls !== undefined;
}

async function post(url: string, surroundings: ProbeSurroundings): Promise<ProbeTrace> {
  const trace = await stagedProbe({
    ...surroundings,
    kind: 'responses',
    method: 'POST',
    url,
    headers: TEST_HEADERS,
    body: TEST_BODY,
    judge: judgePost,
  });
  const isCut = url.startsWith('http:') && trace.findings.some(({ code }) => CUT_SHORT.has(code));
  if (!isCut || stageOf(trace, 'connect')?.state === 'failed') return trace;
  if (!(await speaksTls(url, surroundings, trace.durationMs))) return trace;
  const others = trace.findings.filter(({ code }) => !CUT_SHORT.has(code));
  return { ...trace, findings: [...others, serviceFinding('responses.wants-https')] };
}

/** The same address at port 443, where the service really posts. */
function at443(address: string): string {
  const url = new URL(address);
  url.protocol = 'https:';
  url.port = '';
  return url.href;
}

/**
 * What the answers at the address's own port and at 443 say together. The service posts over 443, so that port decides;
 * the difference is told because it is what surprises.
 */
function compare(own: ProbeTrace, beside: ProbeTrace): readonly Finding[] {
  const url = new URL(own.url);
  const values = { host: url.hostname, port: portOf(url) };
  const isReached = (trace: ProbeTrace) => stageOf(trace, 'connect')?.state !== 'failed';
  const ownStatus = stageOf(own, 'response')?.status;
  const besideStatus = stageOf(beside, 'response')?.status;
  if (!isReached(beside)) return [serviceFinding('responses.no-443', values)];
  if (besideStatus === undefined) return [serviceFinding('responses.443-fails', values), ...beside.findings];
  if (!isReached(own)) return [serviceFinding('responses.only-443', values), ...beside.findings];
  const differ = ownStatus !== undefined && ownStatus !== besideStatus && own.outcome !== beside.outcome;
  return differ
    ? [serviceFinding('responses.ports-differ', { ...values, own: ownStatus, other: besideStatus }), ...beside.findings]
    : beside.findings;
}

/**
 * Probes the webhook address with a marked, empty POST: at the address's own port, and at 443, where the service posts
 * whatever port the application uses. Both run at once, so that one deadline holds for both.
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
  if (onlyOwnPort || second === address) return post(address, surroundings);
  const [own, beside] = await Promise.all([post(address, surroundings), post(second, surroundings)]);
  // Offline, neither says anything of the other side.
  if (own.outcome === 'unknown' && beside.outcome === 'unknown')
    return { ...own, durationMs: Math.max(own.durationMs, beside.durationMs), beside };
  const known = new Set(own.findings.map((finding) => JSON.stringify(finding)));
  const together = compare(own, beside).filter((finding) => !known.has(JSON.stringify(finding)));
  return {
    ...own,
    outcome: beside.outcome,
    durationMs: Math.max(own.durationMs, beside.durationMs),
    findings: [...own.findings, ...together],
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
    judge: (response, url) => {
      const { status, headers } = response;
      // An application that takes only POSTs there is reachable, which is what support needs; one that wants a login
      // may let support in.
      if (status === 405) return { passed: true, findings: [] };
      if (status >= 300 && status < 400)
        return {
          passed: false,
          findings: [serviceFinding('monitoring.redirect', { location: headers.location ?? 'another address' })],
        };
      if (status === 404 || status === 410)
        return { passed: false, findings: [serviceFinding('monitoring.path-missing', { status })] };
      if (status === 401 || status === 403)
        return { passed: false, findings: [serviceFinding('monitoring.blocked', { status })] };
      const finding = statusFinding(response, url);
      return { passed: finding === null, findings: finding === null ? [] : [finding] };
    },
  });
}

import type { Finding } from '../../../shared/findings/finding.ts';
import { serviceFinding } from '../../../shared/service/findings.ts';
import type { ProbeStage, ProbeTrace } from '../../../shared/service/trace.ts';
import type { ApplicationBuild } from '../../../shared/service/urls.ts';
import { webhookUrl } from '../../../shared/service/urls.ts';
import type { ProbeEnvironment } from '../http/metadata.ts';
import { portOf } from '../http/proxy.ts';
import type { ProbeResponse } from '../http/response.ts';
import { isPage } from '../http/response.ts';
import { DEADLINE_MS, stagedProbe } from '../http/staged-probe.ts';
import type { RefusedSignature } from './refusal.ts';
import { readRefusal, SIGNATURE_HEADER } from './refusal.ts';

/**
 * Probes the webhook as the documented application answers it: HEAD needs no signature and stores nothing; a signed form
 * without events goes the whole way, proves the Auth key, and stores nothing either.
 */

/** A form without events, marked so that nobody takes it for real. */
const TEST_FORM = 'webhooks=';
const TEST_HEADERS = { 'content-type': 'application/x-www-form-urlencoded', 'x-sendwright-test': '1' };

interface Judgement {
  readonly passed: boolean;
  readonly findings: readonly Finding[];
}

const passed = (...findings: Finding[]): Judgement => ({ passed: true, findings });
const failed = (...findings: Finding[]): Judgement => ({ passed: false, findings });

/** A redirect to the same host leads to no other response domain that could be entered. */
function redirectFinding(status: number, location: string | undefined, url: URL): Finding {
  if (location === undefined || !URL.canParse(location, url.href))
    return serviceFinding('responses.redirect-nowhere', { status });
  const isWithin = new URL(location, url).origin === url.origin;
  return serviceFinding(isWithin ? 'responses.redirect-within' : 'responses.redirect', { status, location });
}

/** What an answer says of the way to the webhook, whatever the method. */
function judgeWay(response: ProbeResponse, url: URL): Judgement | null {
  const { status, headers, body } = response;
  if (status >= 200 && status < 300) return isPage(response) ? failed(serviceFinding('responses.page')) : passed();
  if (status >= 300 && status < 400) return failed(redirectFinding(status, headers.location, url));
  // nginx says it so; others cut the connection.
  if (status === 400 && /plain HTTP request was sent to HTTPS port/i.test(body))
    return failed(serviceFinding('responses.wants-https'));
  if (status === 401) return failed(serviceFinding('responses.login'));
  if (status === 429) return failed(serviceFinding('responses.too-many'));
  if (status >= 502 && status <= 504) return failed(serviceFinding('responses.gateway', { status }));
  return null;
}

/** What an unsigned POST says, where HEAD was not answered for itself. The application refuses it; so the path is there. */
function judgePost(response: ProbeResponse, url: URL): Judgement {
  const { status } = response;
  const way = judgeWay(response, url);
  if (way !== null) return way;
  if (status === 403) return failed(serviceFinding('responses.blocked', { status }));
  if (status === 404 || status === 410) return failed(serviceFinding('responses.path-missing', { status }));
  if (status === 405 || status === 501) return failed(serviceFinding('responses.no-post', { status }));
  if (status >= 500) return passed(serviceFinding('responses.server-error', { status }));
  return passed(serviceFinding('responses.test-refused', { status }));
}

/**
 * What the signed form says: the application takes it, or refuses the signature under a status that its host chooses. A
 * refusal says more beside the answers to other signatures.
 */
function judgeSigned(response: ProbeResponse, url: URL): Judgement {
  const { status, headers } = response;
  const isRefused = status === 401 && headers['www-authenticate'] === undefined;
  const way = isRefused ? null : judgeWay(response, url);
  if (way !== null) return way.passed ? passed(serviceFinding('responses.auth-key-accepted')) : way;
  if (status === 403 && (isPage(response) || response.body.trim() === '')) return judgePost(response, url);
  if ([404, 405, 410, 501].includes(status)) return judgePost(response, url);
  return failed(serviceFinding('responses.auth-key-refused', { status }));
}

const REFUSED = {
  'other-key': 'responses.auth-key-wrong',
  'no-key': 'responses.auth-key-not-set',
  lost: 'responses.signature-lost',
  untold: 'responses.auth-key-refused',
} as const satisfies Record<RefusedSignature, string>;

function stageOf(trace: ProbeTrace, name: ProbeStage['stage']): ProbeStage | undefined {
  return trace.stages.find((stage) => stage.stage === name);
}

/** Codes with which a port that speaks TLS ends a plain request, where it does not say so in words. */
const CUT_SHORT: ReadonlySet<string> = new Set(['probe.reset', 'probe.not-http']);

interface WebhookOptions {
  readonly environment: ProbeEnvironment;
  /** Sent in the header over https alone; null: nothing signed is sent. */
  readonly authKey: string | null;
}

/** Requests of one probe share its deadline. */
function shareDeadline({ environment }: WebhookOptions): () => ProbeEnvironment {
  const begin = performance.now();
  const whole = environment.deadlineMs ?? DEADLINE_MS;
  return () => ({ ...environment, deadlineMs: Math.max(1, whole - (performance.now() - begin)) });
}

/** Whether a port that cut a plain request short speaks TLS; asked without a body. */
async function speaksTls(url: string, environment: ProbeEnvironment): Promise<boolean> {
  const trace = await stagedProbe({
    ...environment,
    kind: 'responses',
    method: 'HEAD',
    url: url.replace(/^http:\/\/([^/:]+)(?=\/)/, 'http://$1:80').replace(/^http:/, 'https:'),
    judge: () => passed(),
  });
  return stageOf(trace, 'tls')?.tls !== undefined;
}

/** Probes one address: HEAD first; an unsigned form where HEAD says nothing; the signed one where that was asked for. */
async function probeAddress(url: string, options: WebhookOptions): Promise<ProbeTrace> {
  const left = shareDeadline(options);
  const ask = (
    method: 'HEAD' | 'POST',
    judge: (response: ProbeResponse, url: URL) => Judgement,
    headers: Readonly<Record<string, string>> = {},
  ) =>
    stagedProbe({
      ...left(),
      secrets: options.authKey === null ? [] : [options.authKey],
      kind: 'responses',
      method,
      url,
      ...(method === 'POST' ? { headers: { ...TEST_HEADERS, ...headers }, body: TEST_FORM } : {}),
      judge,
    });
  let isClear = true;
  const head = await ask('HEAD', (response, asked) => {
    const way = judgeWay(response, asked);
    isClear = way !== null;
    return way ?? failed();
  });
  const reached = isClear ? head : await ask('POST', judgePost);
  if (reached.outcome === 'passed' && options.authKey !== null && url.startsWith('https:')) {
    const answers: ProbeResponse[] = [];
    const post = (headers: Readonly<Record<string, string>>) =>
      ask(
        'POST',
        (response, asked) => {
          answers.push(response);
          return judgeSigned(response, asked);
        },
        headers,
      );
    const proof = await post({ [SIGNATURE_HEADER]: options.authKey });
    if (!proof.findings.some(({ code }) => code === 'responses.auth-key-refused')) return proof;
    await post({});
    await post({ [SIGNATURE_HEADER]: '' });
    const [signed, unsigned, empty] = answers;
    if (signed === undefined || unsigned === undefined || empty === undefined) return proof;
    const cause = serviceFinding(REFUSED[readRefusal({ signed, unsigned, empty })], { status: signed.status });
    return {
      ...proof,
      findings: proof.findings.map((finding) => (finding.code === 'responses.auth-key-refused' ? cause : finding)),
    };
  }
  const isCut = url.startsWith('http:') && reached.findings.some(({ code }) => CUT_SHORT.has(code));
  if (!isCut || stageOf(reached, 'connect')?.state === 'failed') return reached;
  if (!(await speaksTls(url, left()))) return reached;
  const others = reached.findings.filter(({ code }) => !CUT_SHORT.has(code));
  return { ...reached, findings: [...others, serviceFinding('responses.wants-https')] };
}

/**
 * Looks at the path of the other build where there is nothing at this one’s: which of the two an application has can’t be
 * seen from its domain.
 */
async function orOtherBuild(trace: ProbeTrace, other: string, options: WebhookOptions): Promise<ProbeTrace> {
  if (!trace.findings.some(({ code }) => code === 'responses.path-missing')) return trace;
  const beside = await probeAddress(other, { ...options, authKey: null });
  if (beside.outcome !== 'passed') return trace;
  const told = serviceFinding('responses.other-build', { path: new URL(other).pathname });
  return {
    ...trace,
    durationMs: trace.durationMs + beside.durationMs,
    findings: trace.findings.map((finding) => (finding.code === 'responses.path-missing' ? told : finding)),
  };
}

/** The same address at port 443, where the service really posts. */
function at443(address: string): string {
  const url = new URL(address);
  url.protocol = 'https:';
  url.port = '';
  return url.href;
}

/** Whether a plain port sends on to the same path at 443 of the same host, as web servers are mostly set up. */
function upgrades(own: ProbeTrace, beside: ProbeTrace): boolean {
  const location = own.findings.find(({ code }) => code === 'responses.redirect')?.values.location;
  if (typeof location !== 'string' || !URL.canParse(location, own.url)) return false;
  const target = new URL(location, own.url);
  const wanted = new URL(beside.url);
  return target.protocol === 'https:' && target.host === wanted.host && target.pathname === wanted.pathname;
}

/**
 * What the answers at the address's own port and at 443 say together. The service posts over 443, so that port decides;
 * the difference is told because it is what surprises.
 */
function compare(own: ProbeTrace, beside: ProbeTrace): readonly Finding[] {
  const url = new URL(own.url);
  const values = { host: url.hostname, port: portOf(url) };
  const ownStatus = stageOf(own, 'response')?.status;
  const besideStatus = stageOf(beside, 'response')?.status;
  const connect = (trace: ProbeTrace) => stageOf(trace, 'connect')?.state;
  const isConnected = (trace: ProbeTrace) => connect(trace) === 'passed' || connect(trace) === 'warning';
  if (connect(beside) === 'failed') return [...own.findings, serviceFinding('responses.no-443', values)];
  // Before a connection there is no port to speak of: the name did not resolve.
  if (!isConnected(beside)) return [...own.findings, ...beside.findings];
  if (besideStatus === undefined)
    return [...own.findings, serviceFinding('responses.443-fails', values), ...beside.findings];
  if (!isConnected(own)) {
    const isEnough = beside.outcome === 'passed';
    return [...(isEnough ? [serviceFinding('responses.only-443', values)] : own.findings), ...beside.findings];
  }
  if (beside.outcome === 'passed' && upgrades(own, beside))
    return [
      ...own.findings.filter(({ code }) => code !== 'responses.redirect'),
      serviceFinding('responses.upgrades', values),
      ...beside.findings,
    ];
  if (ownStatus === undefined || own.outcome === beside.outcome) return [...own.findings, ...beside.findings];
  const both = { ...values, own: ownStatus, other: besideStatus };
  // What is wrong at a port that nobody posts to needs no remedy.
  if (beside.outcome === 'passed') return [serviceFinding('responses.443-decides', both), ...beside.findings];
  return [...own.findings, serviceFinding('responses.ports-differ', both), ...beside.findings];
}

/** Findings that are the same in code and values are told once. */
function withoutRepeats(findings: readonly Finding[]): readonly Finding[] {
  const seen = new Set<string>();
  return findings.filter((finding) => {
    const key = JSON.stringify(finding);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/**
 * Probes the webhook address at its own port, and at 443, where the service posts whatever port the application uses.
 * Both run at once, so that one deadline holds for both.
 *
 * @param responseDomain normalised.
 * @param authKey to prove it by a signed, empty form, over https alone; null sends nothing signed.
 */
export async function probeResponses(
  responseDomain: string,
  build: ApplicationBuild,
  environment: ProbeEnvironment,
  { onlyOwnPort = false, authKey = null }: { readonly onlyOwnPort?: boolean; readonly authKey?: string | null } = {},
): Promise<ProbeTrace> {
  const options = { environment, authKey };
  const address = webhookUrl(responseDomain, build);
  const otherAddress = webhookUrl(responseDomain, build === 'net' ? 'net-framework' : 'net');
  const second = at443(address);
  const probeOwn = async () => orOtherBuild(await probeAddress(address, options), otherAddress, options);
  const probe443 = async () => orOtherBuild(await probeAddress(second, options), at443(otherAddress), options);
  if (onlyOwnPort || second === address) return probeOwn();
  const [own, beside] = await Promise.all([probeOwn(), probe443()]);
  const durationMs = Math.max(own.durationMs, beside.durationMs);
  // Offline, neither says anything of the other side.
  if (own.outcome === 'unknown' && beside.outcome === 'unknown') return { ...own, durationMs, beside };
  return { ...own, outcome: beside.outcome, durationMs, findings: withoutRepeats(compare(own, beside)), beside };
}

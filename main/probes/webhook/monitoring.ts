import type { Finding } from '../../../shared/findings/finding.ts';
import { serviceFinding } from '../../../shared/service/findings.ts';
import type { ProbeTrace } from '../../../shared/service/trace.ts';
import type { ApplicationBuild } from '../../../shared/service/urls.ts';
import { emailStateUrl } from '../../../shared/service/urls.ts';
import type { ProbeEnvironment } from '../http/metadata.ts';
import type { ProbeResponse } from '../http/response.ts';
import { isPage } from '../http/response.ts';
import { DEADLINE_MS, stagedProbe } from '../http/staged-probe.ts';
import type { RefusedSignature } from './refusal.ts';
import { isSameRefusal, randomSignature, readRefusal, SIGNATURE_HEADER } from './refusal.ts';

/** Probes the address where the service's support reads the application's email figures. It knows POST and OPTIONS alone. */

interface Judgement {
  readonly passed: boolean;
  readonly findings: readonly Finding[];
}

const failed = (...findings: Finding[]): Judgement => ({ passed: false, findings });
const PASSED: Judgement = { passed: true, findings: [] };

/** Whether the application itself refuses: a text under 403, and no page of a gateway. */
function isOwnRefusal(response: ProbeResponse): boolean {
  return response.status === 403 && response.body.trim() !== '' && !isPage(response);
}

function holdsFigures({ body }: ProbeResponse): boolean {
  try {
    const data: unknown = JSON.parse(body);
    if (typeof data !== 'object' || data === null) return false;
    return Array.isArray(data) || Object.values(data).some(Array.isArray);
  } catch {
    return false;
  }
}

function judgeWay(response: ProbeResponse): Judgement | null {
  const { status, headers } = response;
  if (status >= 300 && status < 400)
    return failed(serviceFinding('monitoring.redirect', { location: headers.location ?? 'another address' }));
  if (status === 404 || status === 410) return failed(serviceFinding('monitoring.path-missing', { status }));
  if (status === 401 || (status === 403 && !isOwnRefusal(response)))
    return failed(serviceFinding('monitoring.blocked', { status }));
  if (status >= 200 && status < 300 && isPage(response)) return failed(serviceFinding('monitoring.page'));
  if (status === 405 || status === 501) return null;
  if (status >= 500) return failed(serviceFinding('monitoring.failing', { status }));
  return status >= 400 && status !== 403 ? failed(serviceFinding('monitoring.unexpected-status', { status })) : null;
}

/** OPTIONS is answered without a signature, and names POST. Null: it says nothing. */
function judgeOptions(response: ProbeResponse): Judgement | null {
  const { status, headers } = response;
  const allows = `${headers['access-control-allow-methods'] ?? ''},${headers.allow ?? ''}`;
  if (status >= 200 && status < 300 && !isPage(response) && /(?:^|[\s,])POST(?:[\s,]|$)/i.test(allows)) return PASSED;
  return status === 405 || status === 501 || (status >= 200 && status < 300 && !isPage(response)) || status === 403
    ? null
    : judgeWay(response);
}

/** An unsigned POST is refused with a text; figures without a signature are open to anybody. */
function judgeUnsigned(response: ProbeResponse): Judgement {
  const way = judgeWay(response);
  if (way !== null) return way;
  if (isOwnRefusal(response)) return { passed: true, findings: [serviceFinding('monitoring.signature-missing')] };
  if (response.status === 405 || response.status === 501)
    return failed(serviceFinding('monitoring.no-post', { status: response.status }));
  return holdsFigures(response) ? failed(serviceFinding('monitoring.open')) : failed(serviceFinding('monitoring.page'));
}

/** A signed POST; a refusal says more beside the answers to other signatures. */
function judgeSigned(response: ProbeResponse): Judgement {
  if (isOwnRefusal(response)) return failed(serviceFinding('monitoring.auth-key-refused'));
  const way = judgeWay(response);
  if (way !== null) return way;
  return holdsFigures(response)
    ? { passed: true, findings: [serviceFinding('monitoring.auth-key-accepted')] }
    : failed(serviceFinding('monitoring.page'));
}

/** An application that looks at its setting first says so to everybody. */
const SAYS_OFF =
  /\b(?:monitoring|indicators?)\b.{0,60}\b(?:off|disabled|inactive|not (?:enabled|active|on|allowed))\b/i;

const REFUSED = {
  'other-key': 'monitoring.auth-key-wrong',
  'no-key': 'monitoring.auth-key-not-set',
  lost: 'monitoring.signature-lost',
  untold: 'monitoring.auth-key-refused',
} as const satisfies Record<RefusedSignature, string>;

/**
 * Probes the monitoring address.
 *
 * @param responseDomain normalised.
 * @param authKey to prove it and the setting by a signed request, over https alone; null sends nothing signed.
 */
export async function probeMonitoring(
  responseDomain: string,
  build: ApplicationBuild,
  environment: ProbeEnvironment,
  { authKey = null }: { readonly authKey?: string | null } = {},
): Promise<ProbeTrace> {
  const url = emailStateUrl(responseDomain, build);
  const begin = performance.now();
  const whole = environment.deadlineMs ?? DEADLINE_MS;
  const random = randomSignature();
  const ask = (
    method: 'OPTIONS' | 'POST',
    judge: (response: ProbeResponse) => Judgement,
    headers: Readonly<Record<string, string>> = {},
  ) =>
    stagedProbe({
      ...environment,
      secrets: authKey === null ? [] : [authKey, random],
      deadlineMs: Math.max(1, whole - (performance.now() - begin)),
      kind: 'monitoring',
      method,
      url,
      headers: method === 'POST' ? { 'content-type': 'application/json', ...headers } : headers,
      ...(method === 'POST' ? { body: '{"filters":{}}' } : {}),
      judge,
    });
  let isClear = true;
  const options = await ask('OPTIONS', (response) => {
    const judged = judgeOptions(response);
    isClear = judged !== null;
    return judged ?? failed();
  });
  const wantsProof = authKey !== null && url.startsWith('https:');
  if (isClear && !(wantsProof && options.outcome === 'passed')) return options;
  const answers: ProbeResponse[] = [];
  const post = async (judge: (response: ProbeResponse) => Judgement, signature?: string) =>
    ask(
      'POST',
      (response) => {
        answers.push(response);
        return judge(response);
      },
      signature === undefined ? {} : { [SIGNATURE_HEADER]: signature },
    );
  const plain = await post(judgeUnsigned);
  if (!wantsProof || plain.outcome !== 'passed') return plain;
  const proof = await post(judgeSigned, authKey);
  if (!proof.findings.some(({ code }) => code === 'monitoring.auth-key-refused')) return proof;
  const instead = (code: Parameters<typeof serviceFinding>[0]): ProbeTrace => ({
    ...proof,
    durationMs: Math.round(performance.now() - begin),
    findings: [
      ...proof.findings.filter(({ code: told }) => told !== 'monitoring.auth-key-refused'),
      serviceFinding.ofChosenCode(code),
    ],
  });
  await post(judgeSigned, random);
  await post(judgeSigned, '');
  const [unsigned, signed, other, empty] = answers;
  if (unsigned === undefined || signed === undefined || other === undefined || empty === undefined) return proof;
  // The application names the signature's result first and the setting after it: only a good one is refused otherwise.
  const isTaken = isOwnRefusal(other) && !isSameRefusal(signed, other);
  if (isTaken || SAYS_OFF.test(signed.body)) return instead('monitoring.off');
  return instead(REFUSED[readRefusal({ signed, unsigned, empty })]);
}

import { z } from 'zod';
import type { Finding } from '../../../shared/findings/finding.ts';
import { serviceFinding } from '../../../shared/findings/service.ts';
import { keyFinding } from '../../../shared/service/profile.ts';
import type { KeyMeaning, ServiceProfile } from '../../../shared/service/profile.ts';
import type { ProbeTrace } from '../../../shared/service/trace.ts';
import { metadataUrl } from '../../../shared/service/urls.ts';
import { traceRedirects } from './redirects.ts';
import type { ProbeResponse } from './response.ts';
import type { StagedProbeOptions } from './staged-probe.ts';
import { DEADLINE_MS, stagedProbe } from './staged-probe.ts';

export type ProbeSurroundings = Pick<
  StagedProbeOptions,
  'extraCa' | 'proxy' | 'deadlineMs' | 'stageTimeoutMs' | 'signal' | 'now' | 'resolve' | 'hasNetwork'
>;

/** What /metadata may tell; everything else in it is passed over. */
const metadata = z.object({
  provider: z.string().max(200).optional(),
  account: z.string().max(200).optional(),
  domains: z.array(z.string().max(255)).max(10_000).optional(),
});

/** The finding for a status that isn't success; null for success. Redirects are judged by where they lead. */
export function statusFinding({ status, body }: Pick<ProbeResponse, 'status' | 'body'>, url: URL): Finding | null {
  if (status >= 200 && status < 400) return null;
  // nginx lets the handshake pass and says it in the page.
  if (status === 400 && /No required SSL certificate was sent/.test(body))
    return serviceFinding('probe.client-certificate', { host: url.hostname });
  if (status === 401) return serviceFinding('probe.unauthorised');
  if (status === 403) return serviceFinding('probe.forbidden');
  if (status === 404 || status === 410) return serviceFinding('probe.not-found', { path: url.pathname, status });
  if (status === 405 || status === 501) return serviceFinding('probe.method-refused', { path: url.pathname, status });
  if (status === 429) return serviceFinding('probe.too-many-requests');
  if (status === 503) return serviceFinding('probe.unavailable');
  if (status === 502 || status === 504) return serviceFinding('probe.gateway', { status });
  return serviceFinding(status >= 500 ? 'probe.server-error' : 'probe.unexpected-status', { status });
}

function readMetadata(body: string): ProbeTrace['told'] | null {
  try {
    const parsed = metadata.safeParse(JSON.parse(body));
    if (!parsed.success) return null;
    const { provider, account, domains } = parsed.data;
    return {
      ...(provider === undefined ? {} : { provider }),
      ...(account === undefined ? {} : { account }),
      ...(domains === undefined ? {} : { domains }),
    };
  } catch {
    return null;
  }
}

/** The finding for a redirect: where it leads, or that it leads nowhere. */
async function redirectFinding(
  url: string,
  location: string | null,
  surroundings: ProbeSurroundings,
  spentMs: number,
): Promise<{ readonly finding: Finding; readonly redirects?: readonly string[] }> {
  if (location === null)
    return { finding: serviceFinding('probe.redirect', { location: 'an address it does not name' }) };
  const left = (surroundings.deadlineMs ?? DEADLINE_MS) - spentMs;
  const { addresses, isLoop, isEndless } = await traceRedirects(
    url,
    location,
    { ...surroundings, kind: 'connection' },
    left,
  );
  const last = addresses.at(-1) as string;
  const finding =
    isLoop || isEndless
      ? serviceFinding('probe.redirect-loop', { path: addresses.slice(0, 4).join(' → '), count: addresses.length - 1 })
      : serviceFinding('probe.redirect', { location: last });
  return { finding, redirects: addresses };
}

/**
 * Checks the connection as it is documented: `https://<service>/metadata` must open. Asked without credentials; a
 * successful status over a good TLS connection is the check, and what the body tells is a gain.
 *
 * @param serviceUrl normalised.
 */
export async function probeConnection(serviceUrl: string, surroundings: ProbeSurroundings): Promise<ProbeTrace> {
  const address = metadataUrl(serviceUrl);
  let location: string | null | undefined;
  const trace = await stagedProbe({
    ...surroundings,
    kind: 'connection',
    method: 'GET',
    url: address,
    judge: (response, url) => {
      if (response.status >= 300 && response.status < 400) {
        location = response.headers.location ?? null;
        return { passed: false, findings: [] };
      }
      const finding = statusFinding(response, url);
      if (finding !== null) return { passed: false, findings: [finding] };
      const told = response.truncated ? null : readMetadata(response.body);
      return told === null
        ? { passed: true, findings: [serviceFinding('probe.not-json')] }
        : { passed: true, findings: [], told };
    },
  });
  if (location === undefined) return trace;
  const { finding, redirects } = await redirectFinding(address, location, surroundings, trace.durationMs);
  return {
    ...trace,
    findings: [...trace.findings, finding],
    ...(redirects === undefined ? {} : { redirects }),
  };
}

/** The outcome of a check of keys; `not-checkable` without a profile, or for a status that the profile doesn't name. */
export interface KeyCheckResult {
  readonly outcome: KeyMeaning | 'not-checkable';
  readonly detail: string;
  /** What the outcome means, and what the way to the service met. */
  readonly findings: readonly Finding[];
}

/**
 * Checks the keys as the service profile says. They are sent only once the service's certificate is found good.
 *
 * @param keys in the clear; they go into the request's headers and nowhere else.
 */
export async function checkKeys(
  serviceUrl: string,
  profile: ServiceProfile,
  keys: { readonly apiKey: string; readonly authKey: string | null },
  surroundings: ProbeSurroundings,
): Promise<KeyCheckResult> {
  const headers: Record<string, string> = {
    [profile.apiKeyHeader]: profile.apiKeyValue.replace('{key}', () => keys.apiKey),
  };
  if (profile.authKeyHeader !== undefined && keys.authKey !== null) headers[profile.authKeyHeader] = keys.authKey;
  const unsendable = Object.values(headers).some((value) => !/^[\t\u0020-\u007E\u0080-\u00FF]*$/.test(value));
  if (unsendable) {
    const detail = 'A key holds characters that no HTTP header can carry';
    return { outcome: 'not-checkable', detail, findings: [serviceFinding('keys.unsendable')] };
  }
  let status = 0;
  const trace = await stagedProbe({
    ...surroundings,
    kind: 'connection',
    method: profile.method,
    url: `${serviceUrl}${profile.path}`,
    headers,
    judge: (response) => {
      status = response.status;
      return { passed: true, findings: [] };
    },
  });
  if (status === 0) {
    const outcome = trace.outcome === 'unknown' ? 'not-checkable' : 'unavailable';
    return { outcome, detail: trace.stages.at(-1)?.detail ?? 'No answer', findings: trace.findings };
  }
  const meaning = profile.statuses[String(status)];
  if (meaning === undefined) {
    const findings = [...trace.findings, serviceFinding('keys.not-checkable', { status })];
    return {
      outcome: 'not-checkable',
      detail: `The service answered ${status}, which the profile does not name`,
      findings,
    };
  }
  const finding = keyFinding(meaning);
  const findings = finding === null ? trace.findings : [...trace.findings, finding];
  return { outcome: meaning, detail: `The service answered ${status}`, findings };
}

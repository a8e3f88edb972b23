import { z } from 'zod';
import { factText } from '../../../shared/facts/fact-text.ts';
import type { Finding } from '../../../shared/findings/finding.ts';
import { serviceFinding } from '../../../shared/service/findings.ts';
import { keyFinding, meaningOf } from '../../../shared/service/profile.ts';
import type { KeyMeaning, ServiceProfile } from '../../../shared/service/profile.ts';
import type { ProbeTrace } from '../../../shared/service/trace.ts';
import { connectionUrls, metadataUrl } from '../../../shared/service/urls.ts';
import { followRedirects } from './redirects.ts';
import type { Followed } from './redirects.ts';
import type { ProbeResponse } from './response.ts';
import type { StagedProbeOptions } from './staged-probe.ts';
import { DEADLINE_MS, stagedProbe } from './staged-probe.ts';

export type ProbeEnvironment = Pick<
  StagedProbeOptions,
  'extraCa' | 'secrets' | 'proxy' | 'deadlineMs' | 'stageTimeoutMs' | 'signal' | 'now' | 'resolve' | 'hasNetwork'
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

/** What the answers at one address say, redirects within the host followed. */
interface Visit {
  readonly followed: Followed;
  readonly findings: readonly Finding[];
  /** The status at the end; null when nothing was answered. */
  readonly status: number | null;
  readonly passed: boolean;
}

function redirectFindings({ end, addresses }: Followed): readonly Finding[] {
  const last = addresses.at(-1) as string;
  switch (end) {
    case 'answered':
      return addresses.length > 1 ? [serviceFinding('probe.redirect-followed', { location: last })] : [];
    case 'elsewhere':
      return [serviceFinding('probe.redirect', { location: last })];
    case 'nowhere':
      return [serviceFinding('probe.redirect-nowhere')];
    case 'circle':
    case 'endless': {
      const values = { path: addresses.slice(0, 4).join(' → '), count: addresses.length - 1 };
      return [serviceFinding('probe.redirect-loop', values)];
    }
  }
}

async function visit(address: string, environment: ProbeEnvironment, spentMs: number): Promise<Visit> {
  const deadlineMs = Math.max(1, (environment.deadlineMs ?? DEADLINE_MS) - spentMs);
  const followed = await followRedirects(address, { ...environment, kind: 'connection', deadlineMs });
  const { trace, response, end } = followed;
  const told = redirectFindings(followed);
  if (end !== 'answered' || response === null)
    return { followed, findings: [...trace.findings, ...told], status: response?.status ?? null, passed: false };
  const finding = statusFinding(response, new URL(followed.addresses.at(-1) as string));
  return {
    followed,
    findings: [...trace.findings, ...told, ...(finding === null ? [] : [finding])],
    status: response.status,
    passed: finding === null,
  };
}

function toTrace(
  { followed, findings, passed, status }: Visit,
  durationMs: number,
  told: ProbeTrace['told'],
): ProbeTrace {
  const { trace, addresses } = followed;
  const { told: _none, ...rest } = trace;
  return {
    ...rest,
    // What was asked for, whatever it led to: evidence belongs to the address that was entered.
    url: addresses[0] as string,
    durationMs: Math.round(durationMs),
    outcome: status === null ? trace.outcome : passed ? 'passed' : 'failed',
    stages: trace.stages.map((stage) =>
      stage.stage === 'response' && status !== null && !passed ? { ...stage, state: 'failed' as const } : stage,
    ),
    findings,
    ...(told === undefined ? {} : { told }),
    ...(addresses.length > 1 ? { redirects: addresses } : {}),
  };
}

/** Statuses with which a service of a later version answers for the page that it no longer has. */
const NO_METADATA: ReadonlySet<number> = new Set([400, 401, 403, 404, 405, 410, 501]);

/**
 * Checks that the service is reached, as it is documented: `/metadata` opens in the oldest versions, the connection URL
 * itself, mostly as a blank page, in all later ones. Asked without keys; a successful status over a good TLS connection
 * is the check, and what `/metadata` tells is a gain.
 *
 * @param serviceUrl normalised.
 * @returns the trace of the address that decided.
 */
export async function probeConnection(serviceUrl: string, environment: ProbeEnvironment): Promise<ProbeTrace> {
  const begin = performance.now();
  const spent = () => performance.now() - begin;
  const metadataVisit = await visit(metadataUrl(serviceUrl), environment, 0);
  if (metadataVisit.status === null || !NO_METADATA.has(metadataVisit.status)) {
    const { response } = metadataVisit.followed;
    const told = metadataVisit.passed && response?.truncated === false ? readMetadata(response.body) : null;
    const silent = metadataVisit.passed && told === null ? [serviceFinding('probe.not-json')] : [];
    const findings = [...metadataVisit.findings, ...silent];
    return toTrace({ ...metadataVisit, findings }, spent(), told ?? undefined);
  }
  const [, base] = connectionUrls(serviceUrl);
  const baseVisit = await visit(base, environment, spent());
  // Where neither opens, the documented page says more of what is wrong than the blank one.
  return toTrace(baseVisit.passed || baseVisit.status === null ? baseVisit : metadataVisit, spent(), undefined);
}

/** The outcome of a check of keys; `not-checkable` without a profile, or for a status that the profile doesn't name. */
export interface KeyCheckResult {
  readonly outcome: KeyMeaning | 'not-checkable';
  readonly detail: string;
  /** Of the answer; null where none came. */
  readonly status: number | null;
  /** What the outcome means, and what the way to the service met. */
  readonly findings: readonly Finding[];
}

/**
 * Checks the keys as the service profile says. They are sent only once the service's certificate is found good.
 *
 * @param keys in the clear; they go into the request's headers or body, as the profile says, and nowhere else.
 */
export async function checkKeys(
  serviceUrl: string,
  profile: ServiceProfile,
  keys: { readonly apiKey: string; readonly authKey: string | null },
  environment: ProbeEnvironment,
): Promise<KeyCheckResult> {
  const { apiKeyHeader, authKeyHeader, apiKeyValue, body } = profile;
  const headers: Record<string, string> = {};
  if (apiKeyHeader !== undefined) headers[apiKeyHeader] = apiKeyValue.replace('{key}', () => keys.apiKey);
  if (authKeyHeader !== undefined && keys.authKey !== null) headers[authKeyHeader] = keys.authKey;
  const unsendable = Object.values(headers).some((value) => !/^[\t\u0020-\u007E\u0080-\u00FF]*$/.test(value));
  if (unsendable) {
    const detail = 'A key holds characters that no HTTP header can carry';
    return { outcome: 'not-checkable', detail, status: null, findings: [serviceFinding('keys.unsendable')] };
  }
  const filled = (value: unknown) =>
    typeof value === 'string'
      ? value.replace(/\{(key|authKey)\}/g, (_whole, name) => (name === 'key' ? keys.apiKey : (keys.authKey ?? '')))
      : value;
  let status = 0;
  let answered = '';
  const trace = await stagedProbe({
    ...environment,
    secrets: [keys.apiKey, ...(keys.authKey === null ? [] : [keys.authKey])],
    kind: 'connection',
    method: profile.method,
    url: `${serviceUrl}${profile.path}`,
    headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
    ...(body === undefined
      ? {}
      : {
          body: JSON.stringify(Object.fromEntries(Object.entries(body).map(([name, value]) => [name, filled(value)]))),
        }),
    judge: (response) => {
      status = response.status;
      answered = response.body;
      return { passed: true, findings: [] };
    },
  });
  if (status === 0) {
    const last = trace.stages.at(-1);
    const outcome = trace.outcome === 'unknown' ? 'not-checkable' : 'unavailable';
    return {
      outcome,
      detail: last === undefined ? 'No answer' : factText(last.met),
      status: null,
      findings: trace.findings,
    };
  }
  const meaning = meaningOf(profile, status, answered);
  if (meaning === undefined) {
    const findings = [...trace.findings, serviceFinding('keys.not-checkable', { status })];
    return {
      outcome: 'not-checkable',
      detail: `The service answered ${status}, which the profile does not name`,
      status,
      findings,
    };
  }
  const finding = keyFinding(meaning);
  const findings = finding === null ? trace.findings : [...trace.findings, finding];
  return { outcome: meaning, detail: `The service answered ${status}`, status, findings };
}

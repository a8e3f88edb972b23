import { z } from 'zod';
import type { Finding } from '../../../shared/findings/finding.ts';
import { serviceFinding } from '../../../shared/findings/service.ts';
import type { KeyMeaning, ServiceProfile } from '../../../shared/service/profile.ts';
import type { ProbeTrace } from '../../../shared/service/trace.ts';
import { metadataUrl } from '../../../shared/service/urls.ts';
import type { ProbeResponse, StagedProbeOptions } from './staged-probe.ts';
import { stagedProbe } from './staged-probe.ts';

export type ProbeSurroundings = Pick<
  StagedProbeOptions,
  'extraCa' | 'proxy' | 'deadlineMs' | 'stageTimeoutMs' | 'signal' | 'now' | 'resolve'
>;

/** What /metadata may tell; everything else in it is passed over. */
const metadata = z.object({
  provider: z.string().max(200).optional(),
  account: z.string().max(200).optional(),
  domains: z.array(z.string().max(255)).max(10_000).optional(),
});

/** The finding for a status that isn't success; null for success. */
function statusFinding(response: ProbeResponse, url: URL): Finding | null {
  const { status, headers } = response;
  if (status >= 200 && status < 300) return null;
  if (status >= 300 && status < 400)
    return serviceFinding('probe.redirect', { location: headers.location ?? 'another address' });
  if (status === 401 || status === 403) return serviceFinding('probe.unauthorised', { status });
  if (status === 404 || status === 410) return serviceFinding('probe.not-found', { path: url.pathname });
  if (status === 503 || status === 429) return serviceFinding('probe.unavailable', { status });
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

/**
 * Checks the connection as it is documented: `https://<service>/metadata` must open. Asked without credentials; a
 * successful status over a good TLS connection is the check, and what the body tells is a gain.
 *
 * @param serviceUrl normalised.
 */
export function probeConnection(serviceUrl: string, surroundings: ProbeSurroundings): Promise<ProbeTrace> {
  return stagedProbe({
    ...surroundings,
    kind: 'connection',
    method: 'GET',
    url: metadataUrl(serviceUrl),
    judge: (response, url) => {
      const finding = statusFinding(response, url);
      if (finding !== null) return { passed: false, findings: [finding] };
      const told = response.truncated ? null : readMetadata(response.body);
      return told === null
        ? { passed: true, findings: [serviceFinding('probe.not-json')] }
        : { passed: true, findings: [], told };
    },
  });
}

/** The outcome of a check of keys; `not-checkable` without a profile, or for a status that the profile doesn't name. */
export interface KeyCheckResult {
  readonly outcome: KeyMeaning | 'not-checkable';
  readonly detail: string;
}

/**
 * Checks the keys as the service profile says.
 *
 * @param keys in the clear; they go into the request's headers and nowhere else.
 */
export async function checkKeys(
  serviceUrl: string,
  profile: ServiceProfile,
  keys: { readonly apiKey: string; readonly authKey: string | null },
  surroundings: ProbeSurroundings,
): Promise<KeyCheckResult> {
  const headers: Record<string, string> = { [profile.apiKeyHeader]: profile.apiKeyValue.replace('{key}', keys.apiKey) };
  if (profile.authKeyHeader !== undefined && keys.authKey !== null) headers[profile.authKeyHeader] = keys.authKey;
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
  if (status === 0) return { outcome: 'unavailable', detail: trace.stages.at(-1)?.detail ?? 'No answer' };
  const meaning = profile.statuses[String(status)];
  if (meaning === undefined)
    return { outcome: 'not-checkable', detail: `The service answered ${status}, which the profile does not name` };
  return { outcome: meaning, detail: `The service answered ${status}` };
}

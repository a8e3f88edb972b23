import { fact } from '../../../shared/facts/catalogue.ts';
import type { Fact } from '../../../shared/facts/fact.ts';
import type { KeyCheck } from '../../../shared/contract/probes.ts';
import type { SettingsFields } from '../../../shared/contract/settings.ts';
import { describeFinding } from '../../../shared/findings/catalogue.ts';
import type { AccountObservation } from '../../../shared/service/interface/observation.ts';
import { parseServiceProfile } from '../../../shared/service/profile.ts';
import type { ProbeTrace } from '../../../shared/service/trace.ts';
import { connectionUrls, normalizeServiceUrl } from '../../../shared/service/urls.ts';
import type { ProbeEnvironment } from '../../probes/http/metadata.ts';
import type { KeyCheckResult } from '../../probes/http/metadata.ts';
import { checkKeys, probeConnection } from '../../probes/http/metadata.ts';
import { probeMonitoring } from '../../probes/webhook/monitoring.ts';
import { probeResponses } from '../../probes/webhook/responses.ts';
import { accountBasis, keepObservation, secretId } from '../service/account-observation.ts';
import type { CoreContext } from '../context.ts';
import { findWorkspace, record, gravestFinding } from '../context.ts';
import { VaultFault } from '../../vault/faults.ts';
import { fail } from '../errors.ts';
import { announce, evidenceBasis, fieldsOf } from '../settings/service.ts';

/** Proves that the service and the response address can be reached. */

/** How a workspace's addresses are reached: whom to trust, and through which proxy. */
export async function environmentOf(
  context: CoreContext,
  workspaceId: number,
  url: string,
  extraCa: string,
  signal: AbortSignal | undefined,
): Promise<ProbeEnvironment> {
  const { practice } = findWorkspace(context, workspaceId);
  const practiceCa = practice ? (context.environment()?.ca ?? '') : '';
  return {
    extraCa: [extraCa, practiceCa].filter((pem) => pem !== '').join('\n'),
    proxy: practice ? null : await context.proxyFor(new URL(url)),
    now: context.clock.now,
    ...(signal === undefined ? {} : { signal }),
  };
}

type ProbeKind = 'connection' | 'responses' | 'monitoring';

const OUTCOME_SEVERITIES = { passed: 'info', failed: 'error', unknown: 'warning' } as const;

function keep(
  context: CoreContext,
  workspaceId: number,
  found: ProbeTrace,
  fields: Pick<SettingsFields, 'extraCa'>,
  probe: ProbeKind,
): ProbeTrace {
  const trace = { ...found, basis: evidenceBasis(fields) };
  // What somebody ended says nothing, and must not hide what was found before.
  if (trace.findings.some((finding) => finding.code === 'probe.aborted')) return trace;
  context.store.records.addTrace(workspaceId, trace.kind, trace.startedAt, trace);
  const { url, outcome, durationMs } = trace;
  const finding = outcome === 'passed' ? null : gravestFinding(trace.findings);
  const detail =
    finding === null ? fact('probe.took', { url, count: durationMs }) : fact('probe.found', { url, finding });
  record(context, workspaceId, 'probe', fact('probe.made', { probe, outcome }), {
    details: [detail],
    severity: OUTCOME_SEVERITIES[trace.outcome],
  });
  announce(context, workspaceId);
  return trace;
}

/** @throws BAD_INPUT that names the field when it is empty. */
export function required(value: string, field: keyof SettingsFields, label: string): string {
  if (value !== '') return value;
  throw fail('BAD_INPUT', `${label} is empty`, {
    field: `fields.${field}`,
    value: '',
    remedy: `Fill in ${label} in General settings and save.`,
  });
}

const SECRET_WORDS = {
  'api-key': ['apiKey', 'API key'],
  'auth-key': ['authKey', 'Auth key'],
  'api-key-before': ['apiKey', 'earlier API key'],
} as const;

/** Uses of the same secrets towards the same address within this time are told once. */
const ONE_USE_MS = 60_000;
/** Entries of the vault within that time that are looked through for it. */
const MOST_USES = 100;

/** Writes down which secrets are used towards what address, before anything is sent. */
function logSecretUse(context: CoreContext, workspaceId: number, secrets: readonly string[], address: string): void {
  const now = context.clock.now();
  const used = fact('secrets.used', { settings: secrets });
  const details = [fact('secrets.towards', { url: new URL(address).origin })];
  const told = JSON.stringify([used, details]);
  const isTold = context.store.records
    .activity(workspaceId, {
      kinds: ['vault'],
      severities: null,
      since: now - ONE_USE_MS,
      text: '',
      before: Number.MAX_SAFE_INTEGER,
      limit: MOST_USES,
    })
    .some((entry) => entry.at <= now && JSON.stringify([entry.fact, entry.details]) === told);
  if (!isTold) record(context, workspaceId, 'vault', used, { details });
}

/**
 * Hands a secret of a workspace to `work`. What is sent to somebody has to be told with `logSecretUse`.
 *
 * @throws VAULT_LOCKED; BAD_INPUT when it is not set, or can't be opened any more.
 */
export async function handSecret<Result>(
  { vault }: CoreContext,
  workspaceId: number,
  name: keyof typeof SECRET_WORDS,
  work: (value: string) => Promise<Result>,
): Promise<Result> {
  const used = await vault.use(secretId(workspaceId, name), async (value) => ({ result: await work(value) }));
  if (used !== null) return used.result;
  const { state } = vault.view(secretId(workspaceId, name));
  if (state === 'locked') throw new VaultFault('locked', 'The vault is locked', vault.state().ways);
  const [field, label] = SECRET_WORDS[name];
  if (state === 're-enter')
    throw fail('BAD_INPUT', `The ${label} that is stored can’t be opened`, {
      field,
      remedy: 'Enter it again and save. The old one is kept sealed.',
    });
  throw fail('BAD_INPUT', `No ${label} is set`, { field, remedy: `Enter the ${label} and save.` });
}

/**
 * Hands the keys of a workspace to `work`, and tells Activity so; the Auth key is null where none can be used.
 *
 * @param address URL that they are used towards.
 * @throws as `handSecret` does for the API key.
 */
export function withKeys<Result>(
  context: CoreContext,
  workspaceId: number,
  address: string,
  work: (apiKey: string, authKey: string | null) => Promise<Result>,
): Promise<Result> {
  return handSecret(context, workspaceId, 'api-key', async (apiKey) => {
    const withAuthKey = await context.vault.use(secretId(workspaceId, 'auth-key'), async (authKey) => {
      logSecretUse(context, workspaceId, ['apiKey', 'authKey'], address);
      return { result: await work(apiKey, authKey) };
    });
    if (withAuthKey !== null) return withAuthKey.result;
    logSecretUse(context, workspaceId, ['apiKey'], address);
    return work(apiKey, null);
  });
}

export async function testConnection(
  context: CoreContext,
  workspaceId: number,
  unsaved: { readonly serviceUrl?: string | undefined; readonly extraCa?: string | undefined } | undefined,
  signal: AbortSignal | undefined,
): Promise<ProbeTrace> {
  findWorkspace(context, workspaceId);
  const saved = fieldsOf(context, workspaceId);
  const typed = required(unsaved?.serviceUrl ?? saved.serviceUrl, 'serviceUrl', 'Cloud services connection URL');
  const normalized = normalizeServiceUrl(typed);
  if (!normalized.ok) {
    const [finding] = normalized.findings;
    const { title, remedy } = describeFinding(finding as NonNullable<typeof finding>);
    throw fail('BAD_INPUT', title, { field: 'fields.serviceUrl', value: typed.slice(0, 200), remedy });
  }
  const extraCa = unsaved?.extraCa ?? saved.extraCa;
  const environment = await environmentOf(context, workspaceId, normalized.url, extraCa, signal);
  const trace = await probeConnection(normalized.url, environment);
  const isSaved = normalized.url === saved.serviceUrl && extraCa.trim() === saved.extraCa.trim();
  if (isSaved) return keep(context, workspaceId, trace, saved, 'connection');
  context.typedTests.set(workspaceId, { trace, extraCa });
  return trace;
}

/** Keeps what was found of a typed connection, where the settings that were just saved are the ones that were tested. */
export function keepTypedTest(context: CoreContext, workspaceId: number): void {
  const test = context.typedTests.get(workspaceId);
  const saved = fieldsOf(context, workspaceId);
  context.typedTests.delete(workspaceId);
  if (test === undefined || test.extraCa.trim() !== saved.extraCa.trim()) return;
  if (!connectionUrls(saved.serviceUrl).includes(test.trace.url)) return;
  keep(context, workspaceId, test.trace, saved, 'connection');
}

function keysFact(outcome: KeyCheck['outcome']): Fact {
  return outcome === 'accepted' ? fact('keys.accepted') : fact('keys.not-accepted', { keys: outcome });
}

/** What the service answered, or what kept it from being asked. */
function keysDetails({ status, findings }: KeyCheckResult): readonly Fact[] {
  if (status !== null) return [fact('keys.answered', { figure: status })];
  const finding = gravestFinding(findings);
  return finding === null ? [] : [fact('finding.found', { finding })];
}

/** Checks the keys as the workspace's service profile says. @returns null when it has none. */
export async function testKeysByProfile(
  context: CoreContext,
  workspaceId: number,
  signal: AbortSignal | undefined,
): Promise<KeyCheck | null> {
  findWorkspace(context, workspaceId);
  const fields = fieldsOf(context, workspaceId);
  const seenAt = context.clock.now();
  const parsed = parseServiceProfile(fields.serviceProfile);
  const profile = parsed.ok ? parsed.profile : null;
  if (profile === null) return null;
  const serviceUrl = required(fields.serviceUrl, 'serviceUrl', 'Cloud services connection URL');
  const basis = accountBasis(context, workspaceId, fields);
  const environment = await environmentOf(context, workspaceId, serviceUrl, fields.extraCa, signal);
  const result = await withKeys(context, workspaceId, serviceUrl, (apiKey, authKey) =>
    checkKeys(serviceUrl, profile, { apiKey, authKey }, environment),
  );
  const observation: AccountObservation = {
    at: seenAt,
    begunAt: seenAt,
    basis,
    answer: { kind: 'profile', outcome: result.outcome },
    findings: result.findings,
    quota: null,
  };
  keepObservation(context, workspaceId, fieldsOf(context, workspaceId), observation);
  const accepted = result.outcome === 'accepted';
  record(context, workspaceId, 'probe', keysFact(result.outcome), {
    details: keysDetails(result),
    severity: accepted ? 'info' : 'warning',
  });
  announce(context, workspaceId);
  return { ...result, findings: [...result.findings], seenAt };
}

interface ApplicationProbe {
  readonly workspaceId: number;
  readonly signed?: boolean | undefined;
}

/** Hands `work` what a probe of the application needs, with the Auth key where a signed request was asked for. */
async function probeApplication(
  context: CoreContext,
  { workspaceId, signed = false }: ApplicationProbe,
  signal: AbortSignal | undefined,
  probe: ProbeKind,
  work: (
    domain: string,
    fields: SettingsFields,
    environment: ProbeEnvironment,
    authKey: string | null,
  ) => Promise<ProbeTrace>,
): Promise<ProbeTrace> {
  findWorkspace(context, workspaceId);
  const fields = fieldsOf(context, workspaceId);
  const domain = required(fields.responseDomain, 'responseDomain', 'Domain to receive responses');
  const environment = await environmentOf(context, workspaceId, domain, fields.extraCa, signal);
  if (!signed) return keep(context, workspaceId, await work(domain, fields, environment, null), fields, probe);
  const trace = await handSecret(context, workspaceId, 'auth-key', (authKey) => {
    logSecretUse(context, workspaceId, ['authKey'], domain);
    return work(domain, fields, environment, authKey);
  });
  return keep(context, workspaceId, trace, fields, probe);
}

export function testResponses(
  context: CoreContext,
  probe: ApplicationProbe,
  signal: AbortSignal | undefined,
): Promise<ProbeTrace> {
  const { practice } = findWorkspace(context, probe.workspaceId);
  return probeApplication(context, probe, signal, 'responses', (domain, fields, environment, authKey) =>
    probeResponses(domain, fields.applicationBuild, environment, { onlyOwnPort: practice, authKey }),
  );
}

export function testMonitoring(
  context: CoreContext,
  probe: ApplicationProbe,
  signal: AbortSignal | undefined,
): Promise<ProbeTrace> {
  return probeApplication(context, probe, signal, 'monitoring', (domain, fields, environment, authKey) =>
    probeMonitoring(domain, fields.applicationBuild, environment, { authKey }),
  );
}

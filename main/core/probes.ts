import type { KeyCheck, SettingsFields } from '../../shared/contract/schemas.ts';
import { describeFinding, describeFindings } from '../../shared/findings/catalogue.ts';
import { serviceFinding } from '../../shared/findings/service.ts';
import { parseServiceProfile, practiceProfile } from '../../shared/service/profile.ts';
import type { ProbeTrace } from '../../shared/service/trace.ts';
import { normalizeServiceUrl } from '../../shared/service/urls.ts';
import type { ProbeSurroundings } from '../probes/http/metadata.ts';
import { checkKeys, probeConnection } from '../probes/http/metadata.ts';
import { probeMonitoring, probeResponses } from '../probes/webhook/responses.ts';
import type { CoreContext } from './context.ts';
import { findWorkspace, record } from './context.ts';
import { fail } from './errors.ts';
import { announce, evidenceBasis, fieldsOf, secretId } from './settings.ts';

/** Proves that the service and the response address can be reached. */

async function surroundingsOf(
  context: CoreContext,
  workspaceId: number,
  url: string,
  extraCa: string,
  signal: AbortSignal | undefined,
): Promise<ProbeSurroundings> {
  const { practice } = findWorkspace(context, workspaceId);
  const practiceCa = practice ? (context.surroundings()?.ca ?? '') : '';
  return {
    extraCa: [extraCa, practiceCa].filter((pem) => pem !== '').join('\n'),
    proxy: practice ? null : await context.proxyFor(new URL(url)),
    now: context.clock.now,
    ...(signal === undefined ? {} : { signal }),
  };
}

const OUTCOME_WORDS = { passed: 'passed', failed: 'failed', unknown: 'came to no result' } as const;
const OUTCOME_SEVERITIES = { passed: 'info', failed: 'error', unknown: 'warning' } as const;

function keep(
  context: CoreContext,
  workspaceId: number,
  found: ProbeTrace,
  fields: Pick<SettingsFields, 'extraCa'>,
  title: string,
): ProbeTrace {
  const trace = { ...found, basis: evidenceBasis(fields) };
  // What somebody ended says nothing, and must not hide what was found before.
  if (trace.findings.some((finding) => finding.code === 'probe.aborted')) return trace;
  context.store.records.addTrace(workspaceId, trace.kind, trace.startedAt, trace);
  const [gravest] = describeFindings(trace.findings);
  const detail =
    trace.outcome === 'passed' || gravest === undefined
      ? `${trace.url} in ${trace.durationMs} ms`
      : `${trace.url}: ${gravest.title}`;
  record(context, workspaceId, 'probe', `${title} ${OUTCOME_WORDS[trace.outcome]}`, {
    detail,
    severity: OUTCOME_SEVERITIES[trace.outcome],
  });
  announce(context, workspaceId);
  return trace;
}

function required(value: string, field: keyof SettingsFields, label: string): string {
  if (value !== '') return value;
  throw fail('BAD_INPUT', `${label} is empty`, {
    field: `fields.${field}`,
    value: '',
    remedy: `Fill in ${label} in General settings and save.`,
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
  const surroundings = await surroundingsOf(context, workspaceId, normalized.url, extraCa, signal);
  const trace = await probeConnection(normalized.url, surroundings);
  const isSaved = normalized.url === saved.serviceUrl && extraCa.trim() === saved.extraCa.trim();
  return isSaved ? keep(context, workspaceId, trace, saved, 'Connection test') : trace;
}

export async function testKeys(
  context: CoreContext,
  workspaceId: number,
  signal: AbortSignal | undefined,
): Promise<KeyCheck> {
  const workspace = findWorkspace(context, workspaceId);
  const fields = fieldsOf(context, workspaceId);
  const seenAt = context.clock.now();
  const parsed = parseServiceProfile(fields.serviceProfile);
  const profile = (parsed.ok ? parsed.profile : null) ?? (workspace.practice ? practiceProfile : null);
  if (profile === null) {
    return {
      outcome: 'not-checkable',
      detail: 'There is no service profile that says how keys are checked',
      findings: [serviceFinding('keys.no-profile')],
      seenAt,
    };
  }
  const serviceUrl = required(fields.serviceUrl, 'serviceUrl', 'Cloud services connection URL');
  const surroundings = await surroundingsOf(context, workspaceId, serviceUrl, fields.extraCa, signal);
  const check = (apiKey: string, authKey: string | null) =>
    checkKeys(serviceUrl, profile, { apiKey, authKey }, surroundings);
  const result = await context.vault.use(secretId(workspaceId, 'api-key'), async (apiKey) => {
    const withAuthKey = await context.vault.use(secretId(workspaceId, 'auth-key'), (authKey) => check(apiKey, authKey));
    return withAuthKey ?? check(apiKey, null);
  });
  if (result === null) {
    const { state } = context.vault.view(secretId(workspaceId, 'api-key'));
    if (state === 'locked')
      throw fail('VAULT_LOCKED', 'The vault is locked', { remedy: 'Unlock it with the passphrase, then check again.' });
    throw fail('BAD_INPUT', 'No API key is set', { field: 'apiKey', remedy: 'Enter the API key and save.' });
  }
  const accepted = result.outcome === 'accepted';
  record(context, workspaceId, 'probe', accepted ? 'Keys accepted' : `Keys: ${result.outcome}`, {
    detail: result.detail,
    severity: accepted ? 'info' : 'warning',
  });
  return { ...result, findings: [...result.findings], seenAt };
}

export async function testResponses(
  context: CoreContext,
  workspaceId: number,
  signal: AbortSignal | undefined,
): Promise<ProbeTrace> {
  const workspace = findWorkspace(context, workspaceId);
  const fields = fieldsOf(context, workspaceId);
  const domain = required(fields.responseDomain, 'responseDomain', 'Domain to receive responses');
  const surroundings = await surroundingsOf(context, workspaceId, domain, fields.extraCa, signal);
  const trace = await probeResponses(domain, surroundings, { onlyOwnPort: workspace.practice });
  return keep(context, workspaceId, trace, fields, 'Response address test');
}

export async function testMonitoring(
  context: CoreContext,
  workspaceId: number,
  signal: AbortSignal | undefined,
): Promise<ProbeTrace> {
  const fields = fieldsOf(context, workspaceId);
  const domain = required(fields.responseDomain, 'responseDomain', 'Domain to receive responses');
  const surroundings = await surroundingsOf(context, workspaceId, domain, fields.extraCa, signal);
  return keep(context, workspaceId, await probeMonitoring(domain, surroundings), fields, 'Monitoring address test');
}

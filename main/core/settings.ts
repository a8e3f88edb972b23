import { createHash } from 'node:crypto';
import type {
  SecretChange,
  SecretStatus,
  Settings,
  SettingsFields,
  WorkspaceSummary,
} from '../../shared/contract/schemas.ts';
import type { Finding } from '../../shared/findings/finding.ts';
import { describeFinding } from '../../shared/findings/catalogue.ts';
import { templateById, providerTemplates } from '../../shared/providers/catalogue.ts';
import { templateByAlias } from '../../shared/providers/template.ts';
import { connectionStatus, isEvidenceFor } from '../../shared/service/connection-status.ts';
import type { ConnectionStatus } from '../../shared/service/evidence.ts';
import { parseServiceProfile } from '../../shared/service/profile.ts';
import type { ProbeTrace } from '../../shared/service/trace.ts';
import {
  emailStateUrl,
  metadataUrl,
  normalizeResponseDomain,
  normalizeServiceUrl,
  webhookUrl,
} from '../../shared/service/urls.ts';
import { parseServerList } from '../probes/dns/servers.ts';
import { readCertificates } from '../probes/http/trust.ts';
import type { StoredWorkspace } from '../store/workspaces.ts';
import type { CoreContext } from './context.ts';
import { findWorkspace, record } from './context.ts';
import { fail } from './errors.ts';

/** General settings: the service connection of a workspace. */

/** What the window calls the fields, for entries that people read. */
const FIELD_LABELS: Readonly<Record<keyof SettingsFields, string>> = {
  serviceUrl: 'Cloud services connection URL',
  responseDomain: 'Domain to receive responses',
  recordTemplate: 'Record template',
  recordTemplateMode: 'Way of set-up',
  extraCa: 'Extra CA certificates',
  monitoringEnabled: 'Monitoring',
  applicationHosting: 'Where the application runs',
  serviceProfile: 'Service profile',
  resolver: 'DNS server for checks',
  publicResolvers: 'Resolvers to compare with',
  fallbackResolvers: 'Resolvers to fall back on',
  dmarcReportAddress: 'Address for DMARC reports',
};

export const defaultFields: SettingsFields = {
  serviceUrl: '',
  responseDomain: '',
  recordTemplate: 'elastic-email',
  recordTemplateMode: 'standard',
  extraCa: '',
  monitoringEnabled: false,
  applicationHosting: 'on-site',
  serviceProfile: '',
  resolver: '',
  publicResolvers: '',
  fallbackResolvers: 'https://1.1.1.1/dns-query, https://9.9.9.9/dns-query',
  dmarcReportAddress: '',
};

export const secretId = (workspaceId: number, name: 'api-key' | 'auth-key'): string =>
  `workspace:${workspaceId}/${name}`;

export function fieldsOf({ store }: CoreContext, workspaceId: number): SettingsFields {
  return { ...defaultFields, ...store.workspaces.settings(workspaceId).fields };
}

function statusOf(context: CoreContext, id: string): SecretStatus {
  return { ...context.vault.view(id) };
}

/** Traces of a connection looked at for its status: failures to reach anything at all may lie before the last result. */
const TRACES_FOR_STATUS = 20;

/** Names the settings beside the address that a probe's result depends on. */
export function evidenceBasis({ extraCa }: Pick<SettingsFields, 'extraCa'>): string {
  const pem = extraCa.trim();
  return pem === '' ? '' : createHash('sha256').update(pem).digest('hex').slice(0, 16);
}

interface Evidence {
  /** The latest trace of a kind, where it speaks of today's address and settings. */
  readonly trace: ProbeTrace | null;
  /** When it was made, where it does not. */
  readonly outdatedAt: number | null;
}

function evidenceFor(
  context: CoreContext,
  workspaceId: number,
  kind: ProbeTrace['kind'],
  url: string | null,
  basis: string,
): Evidence {
  const [trace] = context.store.records.latestTraces<ProbeTrace>(workspaceId, kind, 1);
  if (trace === undefined) return { trace: null, outdatedAt: null };
  return url !== null && isEvidenceFor(trace, url, basis)
    ? { trace, outdatedAt: null }
    : { trace: null, outdatedAt: trace.startedAt };
}

function statusOfConnection(context: CoreContext, workspaceId: number, fields: SettingsFields): ConnectionStatus {
  const traces = context.store.records.latestTraces<ProbeTrace>(workspaceId, 'connection', TRACES_FOR_STATUS);
  const { serviceUrl } = fields;
  return connectionStatus({ serviceUrl, basis: evidenceBasis(fields) }, traces, context.clock.now());
}

/** What the service said its provider is, from the last probe of today's address. */
export function toldProvider(context: CoreContext, workspaceId: number, fields: SettingsFields): Settings['provider'] {
  const trace = context.store.records
    .latestTraces<ProbeTrace>(workspaceId, 'connection', TRACES_FOR_STATUS)
    .find((each) => each.outcome === 'passed' && each.url === metadataUrl(fields.serviceUrl));
  const name = trace?.told?.provider ?? null;
  const seenAt = trace === undefined ? null : trace.startedAt + trace.durationMs;
  return { name, templateId: name === null ? null : (templateByAlias(providerTemplates, name)?.id ?? null), seenAt };
}

export function getSettings(context: CoreContext, workspaceId: number): Settings {
  findWorkspace(context, workspaceId);
  const stored = context.store.workspaces.settings(workspaceId);
  const fields = fieldsOf(context, workspaceId);
  const { serviceUrl, responseDomain } = fields;
  const basis = evidenceBasis(fields);
  const evidence = (kind: ProbeTrace['kind'], address: string, urlOf: (address: string) => string) =>
    evidenceFor(context, workspaceId, kind, address === '' ? null : urlOf(address), basis);
  const connection = evidence('connection', serviceUrl, metadataUrl);
  const responses = evidence('responses', responseDomain, webhookUrl);
  const monitoring = evidence('monitoring', responseDomain, emailStateUrl);
  return {
    workspaceId,
    revision: stored.revision,
    savedAt: stored.savedAt,
    fields,
    apiKey: statusOf(context, secretId(workspaceId, 'api-key')),
    authKey: statusOf(context, secretId(workspaceId, 'auth-key')),
    provider: toldProvider(context, workspaceId, fields),
    draft: context.store.workspaces.draft(workspaceId),
    connection: statusOfConnection(context, workspaceId, fields),
    traces: {
      connection: connection.trace,
      responses: responses.trace,
      monitoring: monitoring.trace,
    },
    outdated: {
      connection: connection.outdatedAt,
      responses: responses.outdatedAt,
      monitoring: monitoring.outdatedAt,
    },
  };
}

export function summarise(context: CoreContext, workspace: StoredWorkspace): WorkspaceSummary {
  const fields = fieldsOf(context, workspace.id);
  const counts = context.store.domains.counts(workspace.id);
  return {
    ...workspace,
    domainCount: counts.verified + counts.pending + counts.failing + counts.unknown,
    verdictCounts: counts,
    provider: toldProvider(context, workspace.id, fields).name,
    connection: statusOfConnection(context, workspace.id, fields),
  };
}

/** Tells every window what has become of a workspace. */
export function announce(context: CoreContext, workspaceId: number): void {
  context.changes.publish({ kind: 'workspace', workspace: summarise(context, findWorkspace(context, workspaceId)) });
  context.changes.publish({ kind: 'settings', workspaceId });
}

interface Issue {
  readonly field: string;
  readonly value: string;
  readonly message: string;
  readonly remedy: string;
}

function issueFrom(field: string, value: string, finding: Finding): Issue {
  const { title, remedy } = describeFinding(finding);
  return { field: `fields.${field}`, value: value.slice(0, 200), message: title, remedy };
}

/** The first field that holds something else than DNS servers, or null. */
function faultyServers(fields: SettingsFields): 'resolver' | 'publicResolvers' | 'fallbackResolvers' | null {
  const typed = fields.resolver.trim();
  if (typed !== 'system' && parseServerList(typed) === null) return 'resolver';
  return (
    (['publicResolvers', 'fallbackResolvers'] as const).find((name) => parseServerList(fields[name]) === null) ?? null
  );
}

/** Normalises what was typed; every field at fault is told. */
function normalise(
  fields: SettingsFields,
  changed: Partial<SettingsFields>,
): { fields: SettingsFields; issues: readonly Issue[] } {
  const issues: Issue[] = [];
  const address = (field: 'serviceUrl' | 'responseDomain', read: typeof normalizeServiceUrl): string => {
    const value = fields[field].trim();
    if (value === '' || changed[field] === undefined) return value;
    const result = read(value);
    if (result.ok) return result.url;
    issues.push(...result.findings.slice(0, 1).map((finding) => issueFrom(field, value, finding)));
    return value;
  };
  const serviceUrl = address('serviceUrl', normalizeServiceUrl);
  const responseDomain = address('responseDomain', normalizeResponseDomain);

  const profile = parseServiceProfile(fields.serviceProfile);
  if (!profile.ok) {
    issues.push({
      field: 'fields.serviceProfile',
      value: '',
      message: profile.message,
      remedy: 'Correct the profile, or empty the field; keys then read “not checkable”.',
    });
  }
  const fault = faultyServers(fields);
  if (fault !== null) {
    issues.push({
      field: `fields.${fault}`,
      value: fields[fault].slice(0, 200),
      message: `“${fields[fault].slice(0, 100)}” is not a DNS server`,
      remedy:
        'Write an address with or without a port, such as 192.0.2.53:53, or https:// and the path of a DNS-over-HTTPS server.',
    });
  }
  const certificates = readCertificates(fields.extraCa);
  if (!certificates.ok) {
    issues.push({
      field: 'fields.extraCa',
      value: '',
      message:
        certificates.position === 0
          ? 'The extra CA holds no certificate'
          : `Certificate ${certificates.position} of the extra CA can’t be read`,
      remedy: 'Give the PEM text, from BEGIN CERTIFICATE to END CERTIFICATE.',
    });
  }
  const report = fields.dmarcReportAddress.trim().replace(/^mailto:/i, '');
  if (report !== '' && !/^[^\s@,;]+@[^\s@,;]+\.[^\s@,;]+$/.test(report)) {
    issues.push({
      field: 'fields.dmarcReportAddress',
      value: report.slice(0, 200),
      message: 'This is not an e-mail address',
      remedy: 'Write an address such as dmarc@example.com.',
    });
  }
  const template = templateById(fields.recordTemplate);
  const mode = template.modes.some((candidate) => candidate.id === fields.recordTemplateMode)
    ? fields.recordTemplateMode
    : (template.modes[0]?.id ?? '');
  return {
    issues,
    fields: {
      ...fields,
      serviceUrl,
      responseDomain,
      recordTemplate: template.id,
      recordTemplateMode: mode,
      dmarcReportAddress: report,
      resolver: fields.resolver.trim(),
      publicResolvers: fields.publicResolvers.trim(),
      fallbackResolvers: fields.fallbackResolvers.trim(),
    },
  };
}

export interface SaveInput {
  readonly workspaceId: number;
  readonly revision: number;
  readonly fields: { readonly [Name in keyof SettingsFields]?: SettingsFields[Name] | undefined };
  readonly apiKey?: SecretChange | undefined;
  readonly authKey?: SecretChange | undefined;
}

/** Saves all at once or nothing: a field at fault, an older revision or a locked vault leave everything as it was. */
export function saveSettings(context: CoreContext, input: SaveInput): Settings {
  const { workspaceId } = input;
  findWorkspace(context, workspaceId);
  const changed = Object.fromEntries(
    Object.entries(input.fields).filter(([, value]) => value !== undefined),
  ) as Partial<SettingsFields>;
  const { fields, issues } = normalise({ ...fieldsOf(context, workspaceId), ...changed }, changed);
  const [first] = issues;
  if (first !== undefined) {
    throw fail('BAD_INPUT', first.message, {
      field: first.field,
      value: first.value,
      remedy: first.remedy,
      issues: [...issues],
    });
  }
  const applySecret = (name: 'api-key' | 'auth-key', change: SecretChange | undefined) => {
    if (change === undefined) return;
    const id = secretId(workspaceId, name);
    if (change.do === 'set') context.vault.set(id, change.value.trim());
    else context.vault.clear(id);
  };
  context.store.atomically(() => {
    if (!context.store.workspaces.saveSettings(workspaceId, input.revision, fields, context.clock.now())) {
      throw fail('CONFLICT', 'The settings were changed elsewhere since you began', {
        field: 'revision',
        value: String(input.revision),
        remedy: 'Look at the saved settings, then make your change again.',
      });
    }
    applySecret('api-key', input.apiKey);
    applySecret('auth-key', input.authKey);
    context.store.workspaces.dropDraft(workspaceId);
  });
  const names = [
    ...Object.keys(changed).map((field) => FIELD_LABELS[field as keyof SettingsFields]),
    ...(input.apiKey === undefined ? [] : ['API key']),
    ...(input.authKey === undefined ? [] : ['Auth key']),
  ];
  record(context, workspaceId, 'save', 'Settings saved', { detail: names.join(', ') });
  announce(context, workspaceId);
  return getSettings(context, workspaceId);
}

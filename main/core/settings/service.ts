import { isMailAddress, withoutMailto } from '../../../shared/dns/mail-address.ts';
import { fact } from '../../../shared/facts/catalogue.ts';
import { createHash } from 'node:crypto';
import type { SecretChange, SecretStatus } from '../../../shared/contract/vault.ts';
import type { Settings, SettingsFields } from '../../../shared/contract/settings.ts';
import type { WorkspaceSummary } from '../../../shared/contract/workspaces.ts';
import { managedFields } from '../../../shared/managed/policy.ts';
import type { Finding } from '../../../shared/findings/finding.ts';
import { describeFinding } from '../../../shared/findings/catalogue.ts';
import { providerTemplates } from '../../../shared/providers/catalogue.ts';
import { templateByAlias } from '../../../shared/providers/template/template.ts';
import type { ServiceWord } from '../../../shared/service/connection-status.ts';
import { connectionStatus, isEvidenceFor, responsesStatus } from '../../../shared/service/connection-status.ts';
import type { AccountStatuses } from '../../../shared/service/interface/account-status.ts';
import type { AccountObservation } from '../../../shared/service/interface/observation.ts';
import { isApiKeyRefused, observedStatuses } from '../../../shared/service/interface/observation.ts';
import { parseServiceProfile } from '../../../shared/service/profile.ts';
import { DOCUMENTED_SUPPORT } from '../../../shared/service/support-mail.ts';
import type { ProbeTrace } from '../../../shared/service/trace.ts';
import {
  connectionUrls,
  emailStateUrl,
  normalizeResponseDomain,
  normalizeServiceUrl,
  webhookUrl,
} from '../../../shared/service/urls.ts';
import { holdsCredentials, parseServerList, serverListFault } from '../../probes/dns/servers.ts';
import { certificateFault, readCertificateText } from '../../../shared/service/certificate-file.ts';
import { readCertificates } from '../../probes/http/certificates.ts';
import type { StoredWorkspace } from '../../store/workspaces.ts';
import { accountBasis, accountObservation, secretId } from '../service/account-observation.ts';
import type { CoreContext } from '../context.ts';
import { findWorkspace, record } from '../context.ts';
import { fail } from '../errors.ts';
import { lockedFields, refuseLocked } from '../managed/service.ts';
import { announceVault } from '../vault/service.ts';

/** General settings: the service connection of a workspace. */

export const defaultFields: SettingsFields = {
  serviceUrl: '',
  responseDomain: '',
  // Nobody's, until somebody chooses or the service tells: another provider's records would be published.
  recordTemplate: '',
  recordTemplateMode: '',
  extraCa: '',
  monitoringEnabled: false,
  applicationHosting: 'on-site',
  applicationBuild: 'net-framework',
  serviceProfile: '',
  resolver: '',
  publicResolvers: '',
  fallbackResolvers: 'https://1.1.1.1/dns-query, https://9.9.9.9/dns-query',
  dmarcReportAddress: '',
  supportAddress: DOCUMENTED_SUPPORT,
};

/** What a workspace said last, where nobody else decides it. */
function ownFields({ store, managed }: CoreContext, workspaceId: number): SettingsFields {
  const isPractice = store.workspaces.find(workspaceId)?.practice === true;
  const recommended = isPractice ? {} : managedFields(managed.recommended);
  return { ...defaultFields, ...recommended, ...store.workspaces.settings(workspaceId).fields };
}

/** The settings that are in force: what the organisation has locked, and for the rest what the workspace says. */
export function fieldsOf(context: CoreContext, workspaceId: number): SettingsFields {
  return { ...ownFields(context, workspaceId), ...lockedFields(context, workspaceId) };
}

/** Settings to be stored: where the organisation decides, the workspace’s own stay, to be in force once it decides no more. */
export function fieldsToStore(context: CoreContext, workspaceId: number, fields: SettingsFields): SettingsFields {
  const locked = lockedFields(context, workspaceId);
  const kept = Object.fromEntries(
    Object.entries(ownFields(context, workspaceId)).filter(([field]) => Object.hasOwn(locked, field)),
  );
  return { ...fields, ...(kept as Partial<SettingsFields>) };
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
  urls: readonly string[],
  basis: string,
): Evidence {
  const [trace] = context.store.records.latestTraces<ProbeTrace>(workspaceId, kind, 1);
  if (trace === undefined) return { trace: null, outdatedAt: null };
  return urls.some((url) => isEvidenceFor(trace, url, basis))
    ? { trace, outdatedAt: null }
    : { trace: null, outdatedAt: trace.startedAt };
}

/** The two statuses of a workspace's service connection, and what the service named as its provider. */
function statusesOf(
  context: CoreContext,
  workspaceId: number,
  fields: SettingsFields,
): Pick<Settings, 'connection' | 'responses' | 'provider'> {
  const { serviceUrl, responseDomain } = fields;
  const basis = evidenceBasis(fields);
  const now = context.clock.now();
  const latest = (kind: ProbeTrace['kind']) =>
    context.store.records.latestTraces<ProbeTrace>(workspaceId, kind, TRACES_FOR_STATUS);
  const observation = accountObservation(context, workspaceId, fields);
  const statuses = observation === null ? null : observedStatuses(observation, responseDomain);
  const word = (name: keyof AccountStatuses): ServiceWord | null =>
    observation === null || statuses === null ? null : { state: statuses[name].state, seenAt: observation.at };
  const facts = observation?.answer.kind === 'answered' ? observation.answer.facts : null;
  const isTold = facts === null || facts.responseDomain !== '';
  const webhook = responseDomain === '' ? '' : webhookUrl(responseDomain, fields.applicationBuild);
  const hasApiKey = context.vault.view(secretId(workspaceId, 'api-key')).setAt !== null;
  const traces = latest('connection');
  return {
    connection: connectionStatus({ serviceUrl, basis }, word('sending'), hasApiKey, traces, now),
    responses: responsesStatus(webhook, basis, word('responses'), isTold, latest('responses'), now),
    provider: serviceProvider(observation, traces, serviceUrl),
  };
}

/** What the service said its provider is: from its account info, else from the last probe of today's address. */
function serviceProvider(
  observation: AccountObservation | null,
  traces: readonly ProbeTrace[],
  serviceUrl: string,
): Settings['provider'] {
  const account = observation?.answer.kind === 'answered' ? observation.answer.facts.provider : null;
  const isOwn = (trace: ProbeTrace) => connectionUrls(serviceUrl).includes(trace.url);
  const trace = traces.find((each) => each.outcome === 'passed' && isOwn(each));
  const name = account ?? trace?.told?.provider ?? null;
  const probedAt = trace === undefined ? null : trace.startedAt + trace.durationMs;
  const seenAt = observation?.answer.kind === 'answered' ? observation.at : probedAt;
  return { name, templateId: name === null ? null : (templateByAlias(providerTemplates, name)?.id ?? null), seenAt };
}

/** The template that the service's own word for its provider stands for; null when it names none. */
export function serviceTemplate(
  context: CoreContext,
  workspaceId: number,
  fields: SettingsFields,
): Settings['provider'] {
  return statusesOf(context, workspaceId, fields).provider;
}

/**
 * The settings of a workspace, with the template that its domains take where they have none of their own: the one chosen,
 * else the one of the provider that the service names; empty where neither is known.
 */
export function effectiveFields(context: CoreContext, workspaceId: number): SettingsFields {
  const fields = fieldsOf(context, workspaceId);
  if (fields.recordTemplate !== '') return fields;
  const { templateId } = serviceTemplate(context, workspaceId, fields);
  return templateId === null ? fields : { ...fields, recordTemplate: templateId, recordTemplateMode: '' };
}

export function getSettings(context: CoreContext, workspaceId: number): Settings {
  findWorkspace(context, workspaceId);
  const stored = context.store.workspaces.settings(workspaceId);
  const fields = fieldsOf(context, workspaceId);
  const { serviceUrl, responseDomain } = fields;
  const basis = evidenceBasis(fields);
  const evidence = (kind: ProbeTrace['kind'], address: string, urlsOf: (address: string) => readonly string[]) =>
    evidenceFor(context, workspaceId, kind, address === '' ? [] : urlsOf(address), basis);
  const connection = evidence('connection', serviceUrl, connectionUrls);
  const responses = evidence('responses', responseDomain, (address) => [webhookUrl(address, fields.applicationBuild)]);
  const monitoring = evidence('monitoring', responseDomain, (address) => [
    emailStateUrl(address, fields.applicationBuild),
  ]);
  return {
    workspaceId,
    revision: stored.revision,
    savedAt: stored.savedAt,
    fields,
    apiKey: statusOf(context, secretId(workspaceId, 'api-key')),
    authKey: statusOf(context, secretId(workspaceId, 'auth-key')),
    draft: context.store.workspaces.draft(workspaceId),
    ...statusesOf(context, workspaceId, fields),
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
  const { provider, connection, responses } = statusesOf(context, workspace.id, fields);
  return {
    ...workspace,
    domainCount: Object.values(counts).reduce((sum, amount) => sum + amount, 0),
    verdictCounts: counts,
    provider: provider.name,
    connection,
    responses,
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

const SERVER_FIELDS = ['resolver', 'publicResolvers', 'fallbackResolvers'] as const;

/** The first field that holds something else than DNS servers, or null. */
function faultyServers(fields: SettingsFields): (typeof SERVER_FIELDS)[number] | null {
  const isGood = (name: (typeof SERVER_FIELDS)[number]) =>
    (name === 'resolver' && fields.resolver.trim() === 'system') || parseServerList(fields[name]) !== null;
  return SERVER_FIELDS.find((name) => !isGood(name)) ?? null;
}

/** A draft without what no setting may hold: a private key beside certificates, a password in an address. */
export function draftToKeep(fields: Partial<SettingsFields>): Partial<SettingsFields> {
  const isSecret = (name: string, value: string) =>
    (name === 'extraCa' && readCertificateText(value).kind === 'private-key') ||
    (SERVER_FIELDS.some((field) => field === name) && holdsCredentials(value));
  return Object.fromEntries(
    Object.entries(fields).filter(([name, value]) => !isSecret(name, String(value))),
  ) as Partial<SettingsFields>;
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
      remedy: 'Correct the profile, or clear the field; keys then read “not checkable”.',
    });
  }
  const faulty = faultyServers(fields);
  if (faulty !== null) issues.push({ field: `fields.${faulty}`, ...serverListFault(fields[faulty]) });
  const given = readCertificateText(fields.extraCa);
  const extraCa = given.kind === 'certificates' ? given.pem : '';
  const certificates = readCertificates(extraCa);
  const fault = fields.extraCa.trim() === '' ? null : certificateFault(given);
  if (fault !== null) issues.push({ field: 'fields.extraCa', value: '', ...fault });
  if (!certificates.ok) {
    issues.push({
      field: 'fields.extraCa',
      value: '',
      message: `Certificate ${certificates.position} of the extra CA can’t be read`,
      remedy: 'Copy it again, whole, from BEGIN CERTIFICATE to END CERTIFICATE.',
    });
  }
  const mailbox = (field: 'dmarcReportAddress' | 'supportAddress', example: string): string => {
    const address = withoutMailto(fields[field].trim());
    if (address !== '' && !isMailAddress(address)) {
      issues.push({
        field: `fields.${field}`,
        value: address.slice(0, 200),
        message: 'This is not an e-mail address',
        remedy: `Write an address such as ${example}.`,
      });
    }
    return address;
  };
  const report = mailbox('dmarcReportAddress', 'dmarc@example.com');
  const supportAddress = mailbox('supportAddress', DOCUMENTED_SUPPORT);
  const chosen = fields.recordTemplate.trim();
  const template = providerTemplates.find(({ id }) => id === chosen);
  if (chosen !== '' && template === undefined) {
    issues.push({
      field: 'fields.recordTemplate',
      value: chosen,
      message: `There is no record template ${chosen}`,
      remedy: `Choose one of ${providerTemplates.map(({ id }) => id).join(', ')}; if empty, the one that the service names is used.`,
    });
  }
  const mode = template?.modes.find(({ id }) => id === fields.recordTemplateMode) ?? template?.modes[0];
  return {
    issues,
    fields: {
      ...fields,
      serviceUrl,
      responseDomain,
      extraCa,
      recordTemplate: chosen,
      recordTemplateMode: mode?.id ?? '',
      dmarcReportAddress: report,
      supportAddress,
      resolver: fields.resolver.trim(),
      publicResolvers: fields.publicResolvers.trim(),
      fallbackResolvers: fields.fallbackResolvers.trim(),
    },
  };
}

/**
 * Settings as they are stored.
 *
 * @param changed what somebody has just given; the addresses among the others were normalised before.
 * @throws BAD_INPUT with every field at fault.
 */
export function checkedFields(fields: SettingsFields, changed: Partial<SettingsFields>): SettingsFields {
  const { fields: checked, issues } = normalise(fields, changed);
  const [first] = issues;
  if (first === undefined) return checked;
  const { field, value, message, remedy } = first;
  throw fail('BAD_INPUT', message, { field, value, remedy, issues: [...issues] });
}

export interface SaveInput {
  readonly workspaceId: number;
  readonly revision: number;
  readonly fields: { readonly [Name in keyof SettingsFields]?: SettingsFields[Name] | undefined };
  readonly apiKey?: SecretChange | undefined;
  readonly authKey?: SecretChange | undefined;
}

/** Whether the API key in force is worth going back to, should the service refuse the next one. */
function isWorthKeeping(context: CoreContext, workspaceId: number): boolean {
  if (context.vault.view(secretId(workspaceId, 'api-key-before')).state !== 'not-set') return false;
  const observation = accountObservation(context, workspaceId, fieldsOf(context, workspaceId));
  return observation === null || !isApiKeyRefused(observation);
}

/**
 * Saves all at once or nothing: a field at fault, an older revision or a locked vault leave everything as it was. An API key
 * that is replaced is kept until the service has taken the new one.
 */
export async function saveSettings(context: CoreContext, input: SaveInput): Promise<void> {
  const { workspaceId, apiKey } = input;
  findWorkspace(context, workspaceId);
  if (apiKey?.do !== 'set' || !isWorthKeeping(context, workspaceId)) return saveAtOnce(context, input, null);
  let isSaved = false;
  await context.vault.use(secretId(workspaceId, 'api-key'), async (old) => {
    saveAtOnce(context, input, old === apiKey.value.trim() ? null : old);
    isSaved = true;
  });
  if (!isSaved) saveAtOnce(context, input, null);
}

/** @param keptKey the API key that is replaced, where it is to be kept. */
function saveAtOnce(context: CoreContext, input: SaveInput, keptKey: string | null): void {
  const { workspaceId } = input;
  const changed = Object.fromEntries(
    Object.entries(input.fields).filter(([, value]) => value !== undefined),
  ) as Partial<SettingsFields>;
  const locked = lockedFields(context, workspaceId);
  refuseLocked(context.managed, locked, changed, 'fields.');
  const before = fieldsOf(context, workspaceId);
  const basis = accountBasis(context, workspaceId, before);
  const fields = checkedFields({ ...before, ...changed }, changed);
  const stored = fieldsToStore(context, workspaceId, fields);
  const applySecret = (name: 'api-key' | 'auth-key', change: SecretChange | undefined) => {
    if (change === undefined) return;
    const id = secretId(workspaceId, name);
    if (change.do === 'set') context.vault.set(id, change.value.trim());
    else context.vault.clear(id);
  };
  context.store.atomically(() => {
    if (!context.store.workspaces.saveSettings(workspaceId, input.revision, stored, context.clock.now())) {
      throw fail('CONFLICT', 'The settings were changed elsewhere while you were editing', {
        field: 'revision',
        value: String(input.revision),
        remedy: 'Review the saved settings, then make your change again.',
      });
    }
    if (keptKey !== null) context.vault.set(secretId(workspaceId, 'api-key-before'), keptKey);
    if (input.apiKey?.do === 'clear') context.vault.clear(secretId(workspaceId, 'api-key-before'));
    applySecret('api-key', input.apiKey);
    applySecret('auth-key', input.authKey);
    context.store.workspaces.dropDraft(workspaceId);
  });
  const names = [
    ...Object.keys(changed),
    ...(input.apiKey === undefined ? [] : ['apiKey']),
    ...(input.authKey === undefined ? [] : ['authKey']),
  ];
  record(context, workspaceId, 'save', fact('settings.saved'), {
    details: names.length === 0 ? [] : [fact('settings.changed', { settings: names })],
  });
  if (input.apiKey !== undefined || input.authKey !== undefined) announceVault(context);
  announce(context, workspaceId);
  const isOther = (['recordTemplate', 'recordTemplateMode', 'dmarcReportAddress'] as const).some(
    (name) => before[name] !== fields[name],
  );
  // With another address or key, what another account says of the domains counts no more.
  if (isOther || basis !== accountBasis(context, workspaceId, fields)) context.judging.want(workspaceId, null);
}

import { fact } from '../../../shared/facts/catalogue.ts';
import type { Fact } from '../../../shared/facts/fact.ts';
import type { AccountDomainsView, ServiceAction, ServiceView } from '../../../shared/contract/service.ts';
import type { KeyCheck } from '../../../shared/contract/probes.ts';
import type { SettingsFields } from '../../../shared/contract/settings.ts';
import { checkSenderDomain } from '../../../shared/dns/sender-domain.ts';
import { cloudServiceFinding } from '../../../shared/service/interface/findings.ts';
import { describeFinding, describeFindings } from '../../../shared/findings/catalogue.ts';
import type { ServiceStatus } from '../../../shared/service/interface/account-status.ts';
import { codeFinding } from '../../../shared/service/interface/account-status.ts';
import type {
  AccountDomains,
  AccountFacts,
  Answer,
  DomainValidation,
  Quota,
} from '../../../shared/service/interface/answers.ts';
import {
  readAccountInfo,
  readQuota,
  readSenderDomains,
  readValidation,
} from '../../../shared/service/interface/answers.ts';
import type { ServiceCall, ServiceKeys } from '../../../shared/service/interface/calls.ts';
import { calls } from '../../../shared/service/interface/calls.ts';
import { NO_ANSWER, SUCCESS } from '../../../shared/service/interface/codes.ts';
import { comparableName } from '../../../shared/service/interface/compare-domains.ts';
import type { AccountObservation } from '../../../shared/service/interface/observation.ts';
import { isApiKeyRefused, observedStatuses } from '../../../shared/service/interface/observation.ts';
import type { ProbeTrace } from '../../../shared/service/trace.ts';
import { connectionUrls } from '../../../shared/service/urls.ts';
import type { CallResult } from '../../probes/cloud-service/client.ts';
import { callService } from '../../probes/cloud-service/client.ts';
import { hasOutwardInterface } from '../../probes/http/resolve.ts';
import { accountDomains, countDomains, domainsByName, keepDomains, seenDomains } from './account-domains.ts';
import { accountBasis, accountObservation, keepObservation, secretId } from './account-observation.ts';
import type { CoreContext } from '../context.ts';
import { findWorkspace, record, gravestFinding } from '../context.ts';
import { fail } from '../errors.ts';
import { required, environmentOf, testConnection, testKeysByProfile, handSecret, withKeys } from '../probes/service.ts';
import { announce, fieldsOf } from '../settings/service.ts';
import { announceVault } from '../vault/service.ts';

/** The cloud email service: what it says of the account, and what it is told, on the person's word alone. */

/** What the service was told last, and with which settings. */
interface LastNotified {
  readonly at: number;
  readonly responseDomain: string;
  /** When the Auth key that was told had been set. */
  readonly authKeySetAt: number | null;
  readonly ok: boolean;
  readonly code: number | null;
}

/**
 * Calls the service with the keys of a workspace.
 *
 * @throws BAD_INPUT without a URL or an API key; VAULT_LOCKED.
 */
async function call<Value>(
  context: CoreContext,
  workspaceId: number,
  make: (keys: ServiceKeys) => ServiceCall,
  read: (body: string) => Answer<Value>,
  signal: AbortSignal | undefined,
): Promise<CallResult<Value>> {
  findWorkspace(context, workspaceId);
  const fields = fieldsOf(context, workspaceId);
  const serviceUrl = required(fields.serviceUrl, 'serviceUrl', 'Cloud services connection URL');
  const environment = await environmentOf(context, workspaceId, serviceUrl, fields.extraCa, signal);
  return withKeys(context, workspaceId, serviceUrl, (apiKey, authKey) =>
    callService(serviceUrl, make({ apiKey, authKey: authKey ?? '' }), read, {
      ...environment,
      secrets: [apiKey, ...(authKey === null ? [] : [authKey])],
    }),
  );
}

function answerOf(result: CallResult<AccountFacts>): AccountObservation['answer'] {
  switch (result.kind) {
    case 'answered':
      return { kind: 'answered', outcome: result.outcome, facts: result.value };
    case 'not-reached':
      return { kind: 'not-reached', isKnown: result.isKnown };
    case 'another-kind':
    case 'failed':
      return { kind: result.kind };
  }
}

interface Asked {
  readonly observation: AccountObservation;
  /** False when this machine is at fault, so that nothing outdates what was seen before. */
  readonly isKnown: boolean;
}

/** Asks the service for the account and, where it answers, for the quota. What it says is kept. */
async function askAccount(context: CoreContext, workspaceId: number, signal: AbortSignal | undefined): Promise<Asked> {
  const begunAt = context.clock.now();
  const basis = accountBasis(context, workspaceId, fieldsOf(context, workspaceId));
  const result = await call(context, workspaceId, calls.accountInfo, readAccountInfo, signal);
  let quota: Quota | null = null;
  if (result.kind === 'answered' && result.outcome.ok) {
    const told = await call(context, workspaceId, calls.licence, readQuota, signal);
    quota = told.kind === 'answered' && told.outcome.ok ? told.value : null;
  }
  const observation: AccountObservation = {
    at: context.clock.now(),
    begunAt,
    basis,
    answer: answerOf(result),
    findings: result.findings,
    quota,
  };
  return { observation, isKnown: observation.answer.kind !== 'not-reached' || observation.answer.isKnown };
}

function statesOf(observation: AccountObservation, responseDomain: string) {
  const { sending, responses } = observedStatuses(observation, responseDomain);
  return { sending: sending.state, responses: responses.state };
}

function recordStatuses(context: CoreContext, workspaceId: number, observation: AccountObservation): void {
  const { sending, responses } = statesOf(observation, fieldsOf(context, workspaceId).responseDomain);
  const parts = [fact('service.sending', { state: sending }), fact('service.responses', { state: responses })];
  const isFaulty = [sending, responses].some((state) => state === 'error' || state === 'inactive');
  record(context, workspaceId, 'probe', fact('service.asked', { parts }), { severity: isFaulty ? 'warning' : 'info' });
}

/** Asks the service for the account and the quota, because somebody wants to know. */
export async function refreshAccount(
  context: CoreContext,
  workspaceId: number,
  signal: AbortSignal | undefined,
): Promise<ServiceView> {
  const { observation, isKnown } = await askAccount(context, workspaceId, signal);
  const fields = fieldsOf(context, workspaceId);
  if (!isKnown) return viewOf(context, workspaceId, fields, observation);
  if (keepObservation(context, workspaceId, fields, observation)) {
    recordStatuses(context, workspaceId, observation);
    announce(context, workspaceId);
  }
  return serviceView(context, workspaceId);
}

const LOCAL_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/**
 * Whether the console may ask the service by itself, and under which settings.
 *
 * @returns null while URL or API key are missing, the vault is locked, or this machine has no network.
 */
export function askableBasis(context: CoreContext, workspaceId: number): string | null {
  const workspace = context.store.workspaces.find(workspaceId);
  if (workspace === null || (workspace.practice && context.environment() === null)) return null;
  const fields = fieldsOf(context, workspaceId);
  if (!fields.serviceUrl.startsWith('https://') || !hasUsableKey(context, workspaceId)) return null;
  const isLocal = LOCAL_HOST.test(new URL(fields.serviceUrl).hostname);
  return isLocal || hasOutwardInterface() ? accountBasis(context, workspaceId, fields) : null;
}

function hasUsableKey(context: CoreContext, workspaceId: number): boolean {
  const { state } = context.vault.view(secretId(workspaceId, 'api-key'));
  return state === 'protected' || state === 'session-only';
}

/**
 * Asks for all that the service says by itself: account, quota, sender domains. Quietly: only what is another than before is
 * written down.
 *
 * @returns false when this machine is offline, so that nothing was learned.
 */
export async function askQuietly(context: CoreContext, workspaceId: number, signal: AbortSignal): Promise<boolean> {
  const fields = fieldsOf(context, workspaceId);
  if (fields.serviceProfile.trim() !== '')
    return (await testKeysByProfile(context, workspaceId, signal)) !== null && !signal.aborted;
  const { observation, isKnown } = await askAccount(context, workspaceId, signal);
  if (!isKnown) return false;
  const before = context.store.serviceAccounts.find<AccountObservation>(workspaceId, 'account');
  const now = fieldsOf(context, workspaceId);
  if (!keepObservation(context, workspaceId, now, observation)) return true;
  const isNews =
    before === null ||
    JSON.stringify(statesOf(before, now.responseDomain)) !==
      JSON.stringify(statesOf(observation, now.responseDomain)) ||
    before.basis !== observation.basis;
  if (isNews) recordStatuses(context, workspaceId, observation);
  announce(context, workspaceId);
  const { answer } = observation;
  if (answer.kind === 'answered' && answer.outcome.ok) await listDomains(context, workspaceId, signal);
  return true;
}

function viewOfStatus({ state, code, finding }: ServiceStatus): ServiceView['sending'] {
  const texts: Readonly<Record<ServiceStatus['state'], string>> = {
    active: 'Connection active',
    inactive: 'Not active',
    error: 'Connection error',
    unknown: 'Not known',
  };
  return { state, code, message: finding === null ? texts[state] : describeFinding(finding).title, finding };
}

function isTellingDue(
  context: CoreContext,
  workspaceId: number,
  { responseDomain }: SettingsFields,
  told: LastNotified | null,
  facts: AccountFacts | null,
): boolean {
  const [apiKey, authKey] = (['api-key', 'auth-key'] as const).map((name) =>
    context.vault.view(secretId(workspaceId, name)),
  );
  if (responseDomain === '' || apiKey?.setAt === null || authKey?.setAt === null) return false;
  if (told?.ok === true && told.responseDomain === responseDomain && told.authKeySetAt === authKey?.setAt) return false;
  const knows = facts?.isAuthKeyValid === true && facts.isResponseDomainValid === true;
  return !(knows && facts.responseDomain === responseDomain);
}

function keptKey(
  context: CoreContext,
  workspaceId: number,
  observation: AccountObservation | null,
): ServiceView['keptKey'] {
  const { state, setAt, endsIn } = context.vault.view(secretId(workspaceId, 'api-key-before'));
  if (state === 'not-set') return null;
  return { setAt, endsIn, isNewRefused: observation !== null && isApiKeyRefused(observation) };
}

function viewOf(
  context: CoreContext,
  workspaceId: number,
  fields: SettingsFields,
  observation: AccountObservation | null,
): ServiceView {
  const notAsked: ServiceStatus = { state: 'unknown', code: null, finding: null };
  const statuses =
    observation === null
      ? { sending: notAsked, responses: notAsked }
      : observedStatuses(observation, fields.responseDomain);
  const facts =
    observation?.answer.kind === 'answered' && observation.answer.outcome.ok ? observation.answer.facts : null;
  const told = context.store.serviceAccounts.find<LastNotified>(workspaceId, 'told');
  return {
    sending: viewOfStatus(statuses.sending),
    responses: viewOfStatus(statuses.responses),
    provider: facts?.provider ?? null,
    accountName: facts?.accountName ?? null,
    quota: observation?.quota ?? null,
    seenAt: observation?.at ?? null,
    isAsking: context.asking.isUnderWay(workspaceId),
    isComplete: fields.serviceUrl !== '' && context.vault.view(secretId(workspaceId, 'api-key')).setAt !== null,
    keptKey: keptKey(context, workspaceId, observation),
    responseDomain: { here: fields.responseDomain, there: facts?.responseDomain ?? null },
    domains: countDomains(context, workspaceId),
    tell: {
      isDue: isTellingDue(context, workspaceId, fields, told, facts),
      lastAt: told?.at ?? null,
      lastCode: told?.code ?? null,
      finding:
        told === null || told.ok || told.code === null
          ? null
          : codeFinding({ ok: false, code: told.code, message: '' }),
    },
  };
}

/** What is known of the account under the settings of today. Asks nobody. */
export function serviceView(context: CoreContext, workspaceId: number): ServiceView {
  findWorkspace(context, workspaceId);
  const fields = fieldsOf(context, workspaceId);
  return viewOf(context, workspaceId, fields, accountObservation(context, workspaceId, fields));
}

/** Goes back to the API key before the one in force, or drops it. */
export async function chooseKey(context: CoreContext, workspaceId: number, key: 'new' | 'old'): Promise<ServiceView> {
  findWorkspace(context, workspaceId);
  const before = secretId(workspaceId, 'api-key-before');
  if (key === 'old') {
    await handSecret(context, workspaceId, 'api-key-before', async (value) =>
      context.store.atomically(() => {
        context.vault.set(secretId(workspaceId, 'api-key'), value);
        context.vault.clear(before);
      }),
    );
  } else {
    context.vault.clear(before);
  }
  record(
    context,
    workspaceId,
    'save',
    key === 'old' ? fact('service.old-key-back') : fact('service.old-key-discarded'),
  );
  announceVault(context);
  announce(context, workspaceId);
  context.asking.want(workspaceId);
  return serviceView(context, workspaceId);
}

/** What came of a call that was to change or judge something, for people. */
function deedOf<Value>(result: CallResult<Value>, done: string): ServiceAction {
  const ok = result.kind === 'answered' && result.outcome.ok;
  const code = result.kind === 'answered' ? result.outcome.code : result.kind === 'another-kind' ? null : NO_ANSWER;
  const findings = describeFindings(result.findings);
  return {
    ok,
    code: ok ? SUCCESS : code,
    message: ok ? done : (findings[0]?.title ?? 'The service gave no answer'),
    findings: [...findings],
    isConclusive: result.kind === 'not-reached' ? result.isKnown : result.kind !== 'another-kind',
  };
}

/** Why the service did not do what was asked, as Activity has it. */
function reasonFact({ findings }: ServiceAction): Fact {
  const finding = gravestFinding(findings);
  return finding === null ? fact('service.no-answer') : fact('finding.found', { finding });
}

/** Tells the service where responses go. What can't be told stays due; nothing that is saved here changes. */
export async function tellService(
  context: CoreContext,
  workspaceId: number,
  signal: AbortSignal | undefined,
): Promise<ServiceAction> {
  const { responseDomain } = fieldsOf(context, workspaceId);
  required(responseDomain, 'responseDomain', 'Domain to receive responses');
  const authKeySetAt = context.vault.view(secretId(workspaceId, 'auth-key')).setAt;
  const result = await call(
    context,
    workspaceId,
    (keys) => calls.updateUserSettings(keys, responseDomain),
    readAccountInfo,
    signal,
  );
  const deed = deedOf(result, 'The service knows the response domain and the Auth key');
  const { ok, code } = deed;
  const told: LastNotified = { at: context.clock.now(), responseDomain, authKeySetAt, ok, code };
  if (deed.isConclusive) context.store.serviceAccounts.put(workspaceId, 'told', told);
  record(context, workspaceId, 'save', ok ? fact('service.told') : fact('service.not-told'), {
    details: [ok ? fact('service.told-of', { url: responseDomain }) : reasonFact(deed)],
    severity: ok ? 'info' : 'warning',
  });
  // Its word on both keys is another now.
  if (deed.isConclusive) await refreshAccount(context, workspaceId, signal);
  else announce(context, workspaceId);
  return deed;
}

function providerOf(context: CoreContext, workspaceId: number): string | null {
  const observation = accountObservation(context, workspaceId, fieldsOf(context, workspaceId));
  return observation?.answer.kind === 'answered' ? observation.answer.facts.provider : null;
}

/** Asks for the account's domains and keeps them where the service lists them. */
async function listDomains(
  context: CoreContext,
  workspaceId: number,
  signal: AbortSignal | undefined,
): Promise<CallResult<AccountDomains>> {
  const basis = accountBasis(context, workspaceId, fieldsOf(context, workspaceId));
  const provider = providerOf(context, workspaceId);
  const result = await call(
    context,
    workspaceId,
    (keys) => calls.senderDomains(keys, provider),
    readSenderDomains,
    signal,
  );
  if (result.kind === 'answered' && result.outcome.ok) keepDomains(context, workspaceId, basis, result.value, provider);
  return result;
}

/** @throws UNAVAILABLE with the cause when the service does not list them; what was seen before is kept. */
export async function refreshDomains(
  context: CoreContext,
  workspaceId: number,
  signal: AbortSignal | undefined,
): Promise<AccountDomainsView> {
  const result = await listDomains(context, workspaceId, signal);
  if (result.kind !== 'answered' || !result.outcome.ok) {
    const [gravest] = describeFindings(result.findings);
    throw fail('UNAVAILABLE', gravest?.title ?? 'The service did not list the sender domains', {
      remedy: gravest?.remedy ?? 'Try again in a few minutes.',
    });
  }
  record(context, workspaceId, 'domains', fact('service.domains-listed', { count: result.value.domains.length }));
  return accountDomains(context, workspaceId);
}

/** A domain as the service writes it, where it lists it; else as sender domains are written here. */
function nameThere(context: CoreContext, workspaceId: number, typed: string): string {
  const known = seenDomains(context, workspaceId)?.named(typed);
  if (known !== undefined) return known.domain;
  const checked = checkSenderDomain(typed);
  if (checked.ok) return checked.ascii;
  const { title, remedy } = describeFinding(checked.finding);
  throw fail('BAD_INPUT', title, { field: 'domain', value: typed.slice(0, 200), remedy });
}

/** Adds a domain at the service. The list here stays as it is. */
export async function addAtService(
  context: CoreContext,
  workspaceId: number,
  typed: string,
  signal: AbortSignal | undefined,
): Promise<ServiceAction> {
  const domain = nameThere(context, workspaceId, typed);
  const basis = accountBasis(context, workspaceId, fieldsOf(context, workspaceId));
  const provider = providerOf(context, workspaceId);
  const result = await call(
    context,
    workspaceId,
    (keys) => calls.addSenderDomain(keys, domain, provider),
    readSenderDomains,
    signal,
  );
  const isListed =
    result.kind === 'answered' && result.outcome.ok && domainsByName(result.value).has(comparableName(domain));
  if (isListed) keepDomains(context, workspaceId, basis, result.value, provider);
  const finding = describeFinding(cloudServiceFinding('service.domain-missing', { domain }));
  const deed = deedOf(result, `The service lists ${domain}`);
  const told: ServiceAction =
    deed.ok && !isListed ? { ...deed, ok: false, message: finding.title, findings: [finding] } : deed;
  record(
    context,
    workspaceId,
    'domains',
    told.ok ? fact('service.domain-added', { domain }) : fact('service.domain-not-added', { domain }),
    {
      details: [told.ok ? fact('service.lists', { domain }) : reasonFact(told)],
      severity: told.ok ? 'info' : 'warning',
    },
  );
  return told;
}

/** Asks for the service's own verdict on a domain. */
export async function validateAtService(
  context: CoreContext,
  workspaceId: number,
  typed: string,
  signal: AbortSignal | undefined,
): Promise<ServiceAction & { validation: DomainValidation | null }> {
  const domain = nameThere(context, workspaceId, typed);
  const provider = providerOf(context, workspaceId);
  const result = await call(
    context,
    workspaceId,
    (keys) => calls.validateSenderDomain(keys, domain, provider),
    readValidation,
    signal,
  );
  if (result.kind === 'another-kind') {
    const unknown = describeFinding(cloudServiceFinding('service.validates-not'));
    return {
      ok: false,
      code: null,
      message: unknown.title,
      findings: [unknown],
      isConclusive: false,
      validation: null,
    };
  }
  const deed = deedOf(result, `The service counts ${domain} as valid`);
  const validation = result.kind === 'answered' && result.outcome.ok ? result.value : null;
  // Its word on the domain may be another now.
  if (deed.ok) await listDomains(context, workspaceId, signal);
  if (!deed.ok || validation?.isValid === true) return { ...deed, validation };
  const said = validation?.records.find((each) => !each.isValid)?.message || 'no details';
  const finding = describeFinding(cloudServiceFinding('service.domain-not-valid', { domain, said }));
  return {
    ...deed,
    ok: false,
    message: finding.title,
    findings: [...deed.findings, finding],
    validation,
  };
}

/** What a check of keys is called where the service speaks the interface. */
function keyOutcome({ sending, responses }: ServiceView): KeyCheck['outcome'] {
  const code = responses.code ?? sending.code;
  if (sending.code === 101) return 'wrong-api-key';
  if (code === 110) return 'wrong-auth-key';
  if (code === 109) return 'domain-of-another-account';
  if (code === 105) return 'response-domain-unreachable';
  if (sending.state === 'active' || sending.state === 'inactive') return 'accepted';
  return sending.state === 'error' ? 'unavailable' : 'not-checkable';
}

/** Checks the keys: as the service profile says where there is one, else by the interface. */
export async function testKeys(
  context: CoreContext,
  workspaceId: number,
  signal: AbortSignal | undefined,
): Promise<KeyCheck> {
  const byProfile = await testKeysByProfile(context, workspaceId, signal);
  if (byProfile !== null) return byProfile;
  const view = await refreshAccount(context, workspaceId, signal);
  const findings = [view.sending.finding, view.responses.finding].filter((finding) => finding !== null);
  return {
    outcome: keyOutcome(view),
    detail: view.sending.message,
    findings: findings.filter((finding, index) => findings.findIndex(({ code }) => code === finding.code) === index),
    seenAt: context.clock.now(),
  };
}

/**
 * Tests the connection: whether the service is reached and, for what is saved, whether it takes the keys.
 *
 * @returns the trace of reaching it; what it says of the account is in the settings and the service view.
 */
export async function testWholeConnection(
  context: CoreContext,
  workspaceId: number,
  unsaved: Parameters<typeof testConnection>[2],
  signal: AbortSignal | undefined,
): Promise<ProbeTrace> {
  const trace = await testConnection(context, workspaceId, unsaved, signal);
  const { serviceUrl, serviceProfile } = fieldsOf(context, workspaceId);
  const isSaved = unsaved === undefined && connectionUrls(serviceUrl).includes(trace.url);
  if (!isSaved || !hasUsableKey(context, workspaceId) || trace.outcome !== 'passed') return trace;
  if (serviceProfile.trim() === '') await refreshAccount(context, workspaceId, signal);
  else await testKeysByProfile(context, workspaceId, signal);
  return trace;
}

import { remembering } from '../../memo.ts';
import type { Fields, ParsedObject } from './fields.ts';
import { objectsIn, readFields, textIn } from './fields.ts';
import { SUCCESS } from './codes.ts';

/** What the service answered, read: the outcome that every answer tells, and what each call is asked for. */

export interface Outcome {
  readonly ok: boolean;
  /** Null when the answer names none. */
  readonly code: number | null;
  /** As it came, without control characters; empty when there is none. */
  readonly message: string;
}

export type Answer<Value> =
  | { readonly understood: true; readonly outcome: Outcome; readonly value: Value }
  /** It is not what this interface answers: nothing at all, JSON that breaks off, a page, another service's JSON. */
  | { readonly understood: false; readonly reason: 'empty' | 'cut' | 'not-json' | 'foreign' };

const MAX_MESSAGE = 500;

/** The line that a person reads: nothing in it steers a terminal or turns the direction of writing. */
function readableMessage(text: string | null): string {
  if (text === null || text === '') return '';
  const isPlain = /^[ -~]*$/.test(text);
  return (isPlain ? text : text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')).trim().slice(0, MAX_MESSAGE);
}

/** An answer counts as good when nothing in it says otherwise: the server looks at the status, the page at the code. */
function readOutcome(fields: Fields): Outcome | null {
  const code = fields.integer('code');
  const status = fields.text('status')?.trim().toLowerCase() ?? null;
  if (code === null && status !== 'ok' && status !== 'error') return null;
  const ok = (code === null || code === SUCCESS) && status !== 'error';
  return { ok, code: code ?? (ok ? SUCCESS : null), message: readableMessage(fields.text('message')) };
}

const SUCCEEDED: Outcome = { ok: true, code: SUCCESS, message: '' };

function readAnswer<Value>(
  body: string,
  read: (fields: Fields) => Value,
  /** For calls whose answers hold no outcome: what shows that they are this interface's. */
  isOwn: (fields: Fields) => boolean = () => false,
): Answer<Value> {
  if (body.trim() === '') return { understood: false, reason: 'empty' };
  const fields = readFields(body);
  if (fields === null) return { understood: false, reason: /^\uFEFF?\s*\{/.test(body) ? 'cut' : 'not-json' };
  const outcome = readOutcome(fields) ?? (isOwn(fields) ? SUCCEEDED : null);
  if (outcome === null) return { understood: false, reason: 'foreign' };
  return { understood: true, outcome, value: read(fields) };
}

/** What the service told of the account. Its keys are not among it. */
export interface AccountFacts {
  readonly accountName: string | null;
  /** The domain to receive responses as the service has it; empty when it has none. */
  readonly responseDomain: string | null;
  /** Whether the cloud email service is switched on for the account; null when it is not among its services. */
  readonly isActive: boolean | null;
  readonly provider: string | null;
  /** Where the service posts. */
  readonly webhookUrl: string | null;
  readonly isAuthKeyValid: boolean | null;
  readonly isResponseDomainValid: boolean | null;
}

/** The service of an account that sends bulk email. */
const EMAIL_SERVICE = 'cloudemailservice';

function textOrNull(text: string | null | undefined): string | null {
  const readable = readableMessage(text ?? null);
  return readable === '' ? null : readable;
}

function readAccount(fields: Fields): AccountFacts {
  const services = fields.records('services') ?? [];
  const service = services.find((each) => each.text('serviceName')?.trim().toLowerCase() === EMAIL_SERVICE);
  const integration = fields.record('integrationStatus');
  return {
    accountName: textOrNull(fields.text('accountName')),
    responseDomain: fields.text('webHookAppDomain')?.trim() ?? null,
    isActive: service?.flag('isActive') ?? (service === undefined ? null : false),
    provider: textOrNull(service?.record('settings')?.text('provider')),
    webhookUrl: textOrNull(service?.record('userSettings')?.text('webhooks')),
    isAuthKeyValid: integration?.flag('isValidAuthKey') ?? null,
    isResponseDomainValid: integration?.flag('isValidWebHookAppDomain') ?? null,
  };
}

/** Reads the answer to account info, and to an update of the user settings. */
export function readAccountInfo(body: string): Answer<AccountFacts> {
  return readAnswer(body, readAccount);
}

/** One record as the newest service gives it: name, type and value apart. */
export interface RecordDetail {
  readonly host: string;
  readonly type: string;
  readonly value: string;
  /** As the service names it: SPF, MX, DKIM, CNAME. */
  readonly category: string;
  readonly isActive: boolean;
}

/** A sender domain as the service has it; what it says nothing of is null. */
export interface AccountDomain {
  /** As the service writes it. */
  readonly domain: string;
  /** Its word, as it came; null when it has none. */
  readonly status: string | null;
  readonly isVerified: boolean;
  readonly error: string;
  readonly key: string | null;
  readonly mx: string | null;
  readonly spf: string | null;
  readonly details: readonly RecordDetail[];
}

export interface AccountDomains {
  readonly domains: readonly AccountDomain[];
  readonly defaultKey: string | null;
  /** Text of the DKIM records, `{0}` standing for the key. */
  readonly dkimTemplate: string | null;
  readonly spf: string | null;
  readonly dmarc: string | null;
  /** Text of further records, `{0}` standing for the domain. */
  readonly additionalTemplate: string | null;
}

const filled = (text: string | null): string | null => (text === null || text.trim() === '' ? null : text);

/** Mail is sent in the domain's name only where the service says exactly this. */
const VERIFIED = 'active';
const MAX_STATUS = 100;

/** The few words that every record of every domain says again: which type, which category, which status. */
const REMEMBERED_WORDS = 64;
const upperWord = remembering(REMEMBERED_WORDS, (text) => text.trim().toUpperCase());
const lowerWord = remembering(REMEMBERED_WORDS, (text) => text.trim().toLowerCase());

function readDetail(source: ParsedObject): RecordDetail {
  return {
    host: textIn(source, source.hostname, source.Hostname, 'hostname')?.trim() ?? '',
    type: upperWord(textIn(source, source.type, source.Type, 'type') ?? ''),
    value: textIn(source, source.value, source.Value, 'value')?.trim() ?? '',
    category: upperWord(
      textIn(
        source,
        source.senderDomainRecordCategory,
        source.SenderDomainRecordCategory,
        'senderDomainRecordCategory',
      ) ?? '',
    ),
    isActive: lowerWord(textIn(source, source.status, source.Status, 'status') ?? '') === VERIFIED,
  };
}

function readDomain(source: ParsedObject): AccountDomain {
  const status = textIn(source, source.status, source.Status, 'status');
  return {
    domain: textIn(source, source.domain, source.Domain, 'domain')?.trim() ?? '',
    status: status?.slice(0, MAX_STATUS) ?? null,
    isVerified: status === VERIFIED,
    error: readableMessage(textIn(source, source.error, source.Error, 'error')),
    key: filled(textIn(source, source.key, source.Key, 'key')),
    mx: filled(textIn(source, source.mx, source.Mx, 'mx')),
    spf: filled(textIn(source, source.spfKey, source.SpfKey, 'spfKey')),
    details: objectsIn(source, source.recordDetails, source.RecordDetails, 'recordDetails').map(readDetail),
  };
}

/** Reads the list of the account's sender domains, and the answer to adding one. */
export function readSenderDomains(body: string): Answer<AccountDomains> {
  return readAnswer(
    body,
    (fields) => ({
      domains: (fields.objects('domains') ?? []).map(readDomain).filter(({ domain }) => domain !== ''),
      defaultKey: filled(fields.text('defaultDKIMKey')),
      dkimTemplate: filled(fields.text('dkimRecord')),
      spf: filled(fields.text('spfValue')),
      dmarc: filled(fields.text('dmarcValue', 'dmarkValue')),
      additionalTemplate: filled(fields.text('domainValidationRecord')),
    }),
    (fields) => fields.records('domains') !== null,
  );
}

export interface DomainValidation {
  readonly isValid: boolean | null;
  readonly records: readonly { readonly category: string; readonly isValid: boolean; readonly message: string }[];
}

/** Reads the service's own verdict on a domain's records. */
export function readValidation(body: string): Answer<DomainValidation> {
  return readAnswer(
    body,
    (fields) => ({
      isValid: fields.flag('isValid'),
      records: (fields.records('recordsValidation') ?? []).map((each) => ({
        category: each.text('recordCategory')?.trim().toUpperCase() ?? '',
        isValid: each.flag('isValid') === true,
        message: readableMessage(each.text('message')),
      })),
    }),
    (fields) => fields.has('isSuccess') || fields.has('isValid'),
  );
}

/** Reads which addresses may be sent from: address → whether it is confirmed. */
export function readCheckedEmails(body: string): Answer<ReadonlyMap<string, boolean>> {
  return readAnswer(
    body,
    (fields) =>
      new Map(
        (fields.records('result') ?? []).map((each) => [
          each.text('email')?.trim() ?? '',
          each.flag('is_checked') === true,
        ]),
      ),
    (fields) => fields.records('result') !== null,
  );
}

export interface SenderValidation {
  /** Addresses that the service refuses. */
  readonly wrong: readonly string[];
  /** Addresses that wait for their owner to confirm. */
  readonly waiting: readonly string[];
}

export function readSenderValidation(body: string): Answer<SenderValidation> {
  return readAnswer(
    body,
    (fields) => ({
      wrong: fields.texts('wrongEmailsList') ?? [],
      waiting: fields.texts('validatedEmailsList') ?? [],
    }),
    (fields) => fields.texts('wrongEmailsList') !== null || fields.texts('validatedEmailsList') !== null,
  );
}

export interface AvailableProvider {
  readonly name: string;
  readonly isConnected: boolean;
  readonly isDefault: boolean;
}

export function readProviders(body: string): Answer<readonly AvailableProvider[]> {
  return readAnswer(
    body,
    (fields) =>
      (fields.records('availableProviders') ?? []).map((each) => ({
        name: readableMessage(each.text('providerName')),
        isConnected: each.flag('isConnected') === true,
        isDefault: each.flag('isDefault') === true,
      })),
    (fields) => fields.records('availableProviders') !== null,
  );
}

export interface Quota {
  /** Messages a day; null when there is no limit. */
  readonly limit: number | null;
  readonly used: number;
}

const UNLIMITED = -1;

/** @returns a value of null when the answer names no limit. */
export function readQuota(body: string): Answer<Quota | null> {
  return readAnswer(
    body,
    (fields) => {
      const limit = fields.integer('dailyLimitCount');
      if (limit === null) return null;
      return { limit: limit === UNLIMITED ? null : limit, used: fields.integer('todayUsage') ?? 0 };
    },
    (fields) => fields.integer('dailyLimitCount') !== null,
  );
}

import { domainOfAddress } from '../../shared/dns/mail-address.ts';
import type { FaultId } from '../../shared/practice/faults.ts';

/**
 * The account of the practice service: the interface of the cloud email service as the documented application calls it,
 * POST alone, the keys in the body, its own errors told under status 200.
 */

export interface PracticeAccountOptions {
  readonly fault: () => FaultId;
  readonly apiKey: string;
  readonly authKey: string;
  /** The public key that the practice provider signs with. */
  readonly dkimKey: string;
  /** What the account holds; changes are handed to `save`. */
  readonly state: () => PracticeAccount;
  readonly save: (account: PracticeAccount) => void;
  /** Whether the practice zone holds what the provider asks for a domain. */
  readonly isPublished: (domain: string) => boolean;
}

export interface PracticeAccount {
  readonly responseDomain: string;
  readonly domains: readonly string[];
}

export const emptyAccount: PracticeAccount = { responseDomain: '', domains: [] };

type Body = Readonly<Record<string, unknown>>;
type Answer = Readonly<Record<string, unknown>>;

const PROVIDER = 'Elastic Email';
/** What an account whose domains are not verified may send a day. */
const DAILY_LIMIT = 500;

/** A code that no documentation names. */
const UNKNOWN_CODE = 199;

const outcome = (code: number, message = ''): Answer => ({ status: code === 0 ? 'ok' : 'error', code, message });

function textOf(body: Body, name: string): string {
  const value = body[name];
  return typeof value === 'string' ? value : '';
}

function textsOf(body: Body, name: string): readonly string[] {
  const value = body[name];
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

function accountInfo(body: Body, { state, authKey, fault }: PracticeAccountOptions): Answer {
  const { responseDomain } = state();
  const isAuthKeyValid = fault() !== 'wrong-auth-key' && textOf(body, 'authKey') === authKey;
  const isRefused = fault() === 'domain-of-another-account' || fault() === 'response-domain-unreachable';
  return {
    ...outcome(0),
    accountName: 'Practice account',
    webHookAppDomain: responseDomain,
    services: [
      {
        serviceName: 'CloudEmailService',
        isActive: fault() !== 'service-inactive',
        settings: { provider: fault() === 'provider-not-told' ? null : PROVIDER },
        userSettings: { webhooks: responseDomain },
      },
    ],
    integrationStatus: {
      isValidAuthKey: isAuthKeyValid,
      isValidWebHookAppDomain: responseDomain !== '' && !isRefused,
    },
  };
}

function updateUserSettings(body: Body, options: PracticeAccountOptions): Answer {
  const fault = options.fault();
  if (fault === 'wrong-auth-key' || textOf(body, 'authKey') !== options.authKey)
    return outcome(110, 'The auth key is not valid');
  if (fault === 'domain-of-another-account') return outcome(109, 'The domain is used by another account');
  if (fault === 'response-domain-unreachable') return outcome(105, 'The domain can’t be reached');
  options.save({ ...options.state(), responseDomain: textOf(body, 'webHookAppDomain') });
  return accountInfo(body, options);
}

function senderDomains({ fault, state, dkimKey, isPublished }: PracticeAccountOptions): Answer {
  if (fault() === 'domain-list-failed') return outcome(111, 'The provider does not answer');
  return {
    ...outcome(0),
    domains: state().domains.map((domain) => ({
      domain,
      status: isPublished(domain) ? 'active' : 'inactive',
      error: isPublished(domain) ? null : 'The records were not found',
      key: null,
      mx: null,
      spfKey: null,
    })),
    defaultDKIMKey: dkimKey,
    dkimRecord: 'api._domainkey TXT k=rsa;t=s;p={0}',
    spfValue: '@ TXT v=spf1 a mx include:_spf.elasticemail.com ~all',
    dmarkValue: '_dmarc TXT v=DMARC1;p=none;',
    domainValidationRecord: 'tracking CNAME api.elasticemail.com',
  };
}

function addSenderDomain(body: Body, options: PracticeAccountOptions): Answer {
  const domain = textOf(body, 'domain');
  if (domain === '') return outcome(112, 'No domain was named');
  if (options.fault() === 'domain-not-added') return outcome(112, 'The domain is used by another account');
  const { domains } = options.state();
  if (!domains.includes(domain)) options.save({ ...options.state(), domains: [...domains, domain] });
  return senderDomains(options);
}

function validate(body: Body, { state, isPublished }: PracticeAccountOptions): Answer {
  const domain = textOf(body, 'domain');
  if (!state().domains.includes(domain))
    return { ...outcome(111, 'The domain is not in the account'), isSuccess: false };
  const isValid = isPublished(domain);
  const message = isValid ? '' : 'The record was not found';
  return {
    ...outcome(0),
    isSuccess: true,
    isValid,
    recordsValidation: ['SPF', 'DKIM'].map((recordCategory) => ({ recordCategory, isValid, message })),
  };
}

/** An address is counted as checked when its domain is verified. */
function checkedAddresses(body: Body, { isPublished }: PracticeAccountOptions): Answer {
  const isChecked = (email: string) => isPublished(domainOfAddress(email));
  return { result: textsOf(body, 'emails').map((email) => ({ email, is_checked: isChecked(email) })) };
}

/**
 * Answers one call of the interface.
 *
 * @param body as it was posted; null when it was no JSON object.
 * @returns null when there is no such call.
 */
export function answerAccountCall(path: string, body: Body | null, options: PracticeAccountOptions): Answer | null {
  const answer: (() => Answer) | undefined = {
    '/account/info.json': () => accountInfo(body ?? {}, options),
    '/account/update-user-settings.json': () => updateUserSettings(body ?? {}, options),
    '/account/mailing/sender-domains.json': () => senderDomains(options),
    '/account/mailing/sender-domains/add.json': () => addSenderDomain(body ?? {}, options),
    '/account/mailing/sender-domains/validate.json': () => validate(body ?? {}, options),
    '/account/mailing/checked-email.json': () => checkedAddresses(body ?? {}, options),
    '/users/validate': () => ({ wrongEmailsList: [], validatedEmailsList: textsOf(body ?? {}, 'emailList') }),
    '/account/mailing/providers': () => ({
      ...outcome(0),
      availableProviders: [{ providerName: PROVIDER, isConnected: true, isDefault: true }],
    }),
    '/license/get-info': () => ({ ...outcome(0), dailyLimitCount: DAILY_LIMIT, todayUsage: 0 }),
  }[path];
  if (answer === undefined) return null;
  const key = body === null ? '' : textOf(body, 'key') || textOf(body, 'apiKey');
  if (options.fault() === 'unknown-code') return outcome(UNKNOWN_CODE, 'Something else');
  const isRefused = options.fault() === 'wrong-api-key' || key !== options.apiKey;
  return isRefused ? outcome(101, 'The API key is not valid') : answer();
}

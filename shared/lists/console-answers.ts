/** What email providers' interfaces and command-line tools answer when they are asked for the sender domains of an account. */

export interface ConsoleAnswer {
  /** Whose it is, as people name it. */
  readonly provider: string;
  /** The call or command that answers so. */
  readonly call: string;
  /** Names of the properties that lead to the domain, with dots between; lists have none. Null: the domain is not named in it. */
  readonly domain: string | null;
  /** A property that no other answer of that form has. */
  readonly beside: string;
  /** Where the form is documented. */
  readonly source: string;
  /** The day it was read. */
  readonly read: string;
}

const READ = '2026-11-30';

const SES = 'https://docs.aws.amazon.com/ses/latest/APIReference-V2';
const SENDGRID = 'https://www.twilio.com/docs/sendgrid/api-reference/domain-authentication';
const MAILGUN = 'https://documentation.mailgun.com/docs/mailgun/api-reference/openapi-final/tag/Domains';
const POSTMARK = 'https://postmarkapp.com/developer/api';
const BREVO = 'https://developers.brevo.com/reference';
const RESEND = 'https://resend.com/docs/api-reference/domains';

export const consoleAnswers: readonly ConsoleAnswer[] = [
  {
    provider: 'Amazon SES',
    call: 'aws sesv2 list-email-identities',
    domain: 'EmailIdentities.IdentityName',
    beside: 'EmailIdentities.IdentityType',
    source: `${SES}/API_ListEmailIdentities.html`,
    read: READ,
  },
  {
    provider: 'Amazon SES',
    call: 'aws sesv2 get-email-identity',
    domain: null,
    beside: 'VerifiedForSendingStatus',
    source: `${SES}/API_GetEmailIdentity.html`,
    read: READ,
  },
  {
    provider: 'Amazon SES',
    call: 'aws ses list-identities',
    domain: 'Identities',
    beside: 'Identities',
    source: 'https://docs.aws.amazon.com/ses/latest/APIReference/API_ListIdentities.html',
    read: READ,
  },
  {
    provider: 'SendGrid',
    call: 'GET /v3/whitelabel/domains',
    domain: 'domain',
    beside: 'automatic_security',
    source: `${SENDGRID}/list-all-authenticated-domains`,
    read: READ,
  },
  {
    provider: 'Mailgun',
    call: 'GET /v4/domains',
    domain: 'items.name',
    beside: 'total_count',
    source: MAILGUN,
    read: READ,
  },
  {
    provider: 'Mailgun',
    call: 'GET /v4/domains/{name}',
    domain: 'domain.name',
    beside: 'sending_dns_records',
    source: MAILGUN,
    read: READ,
  },
  {
    provider: 'Postmark',
    call: 'GET /domains',
    domain: 'Domains.Name',
    beside: 'Domains.ReturnPathDomainVerified',
    source: `${POSTMARK}/domains-api#list-domains`,
    read: READ,
  },
  {
    provider: 'Postmark',
    call: 'GET /domains/{id}',
    domain: 'Name',
    beside: 'ReturnPathDomainCNAMEValue',
    source: `${POSTMARK}/domains-api#domain`,
    read: READ,
  },
  {
    provider: 'Postmark',
    call: 'GET /senders',
    domain: 'SenderSignatures.Domain',
    beside: 'SenderSignatures.EmailAddress',
    source: `${POSTMARK}/signatures-api`,
    read: READ,
  },
  {
    provider: 'Brevo',
    call: 'GET /v3/senders/domains',
    domain: 'domains.domain_name',
    beside: 'domains.authenticated',
    source: `${BREVO}/get-domains`,
    read: READ,
  },
  {
    provider: 'Brevo',
    call: 'GET /v3/senders/domains/{domainName}',
    domain: 'domain',
    beside: 'dns_records.brevo_code',
    source: `${BREVO}/get-domain-configuration`,
    read: READ,
  },
  {
    provider: 'Resend',
    call: 'GET /domains',
    domain: 'data.name',
    beside: 'data.region',
    source: `${RESEND}/list-domains`,
    read: READ,
  },
  {
    provider: 'Resend',
    call: 'GET /domains/{id}',
    domain: 'name',
    beside: 'records.record',
    source: `${RESEND}/get-domain`,
    read: READ,
  },
];

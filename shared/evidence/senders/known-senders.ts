import { likelyZone } from '../../dns/sender-domain.ts';
import type { ProviderId } from '../../providers/catalogue.ts';

/** Services that send for others, by the registered domains that their own signatures and bounce addresses have. */

type Service = readonly [name: string, ...domains: string[]];

/** Those that the catalogue has records of; a custom one may be anybody. */
const PROVIDERS: Readonly<Record<Exclude<ProviderId, 'custom'>, Service>> = {
  'amazon-ses': ['Amazon SES', 'amazonses.com'],
  brevo: ['Brevo', 'sendinblue.com', 'sender-sib.com', 'brevosend.com', 'mailin.fr'],
  'elastic-email': ['Elastic Email', 'elasticemail.com'],
  mailgun: ['Mailgun', 'mailgun.org', 'mailgun.net'],
  mailjet: ['Mailjet', 'mailjet.com', 'mjt.lu'],
  mandrill: ['Mandrill', 'mandrillapp.com'],
  postmark: ['Postmark', 'mtasv.net', 'postmarkapp.com'],
  resend: ['Resend', 'resend.dev', 'resend.com'],
  sendgrid: ['SendGrid', 'sendgrid.net', 'sendgrid.com', 'sendgrid.info'],
  sparkpost: ['SparkPost', 'sparkpostmail.com', 'sparkpost.com', 'e.sparkpost.com'],
  unione: ['UniOne', 'unione.io', 'unisender.com'],
};

const OTHERS: readonly Service[] = [
  ['Constant Contact', 'constantcontact.com', 'ccsend.com'],
  ['Fastmail', 'messagingengine.com'],
  ['Google Workspace', 'google.com', 'gmail.com', 'gappssmtp.com'],
  ['HubSpot', 'hubspotemail.net', 'hubspot.com', 'hs-send.com'],
  ['Mailchimp', 'mcsv.net', 'mcdlv.net', 'rsgsv.net', 'mailchimpapp.net'],
  ['Microsoft 365', 'onmicrosoft.com', 'outlook.com', 'hotmail.com'],
  ['Salesforce Marketing Cloud', 'exacttarget.com', 'exct.net', 'salesforce.com'],
  ['Yahoo', 'yahoo.com', 'aol.com'],
  ['Zendesk', 'zendesk.com'],
  ['Zoho', 'zoho.com', 'zohomail.com', 'zcsend.net', 'zeptomail.com'],
];

const BY_DOMAIN: ReadonlyMap<string, string> = new Map(
  [...Object.values(PROVIDERS), ...OTHERS].flatMap(([name, ...domains]) =>
    domains.map((domain) => [domain, name] as const),
  ),
);

/** The service whose domain this is, or a name below it; null where none is known. */
export function knownSender(domain: string): string | null {
  return BY_DOMAIN.get(domain) ?? BY_DOMAIN.get(likelyZone(domain)) ?? null;
}

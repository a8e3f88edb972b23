import { likelyZone } from '../../dns/sender-domain.ts';

/** Services that send for others, by the registered domains that their own signatures and bounce addresses have. */

const SERVICES: Readonly<Record<string, readonly string[]>> = {
  'Amazon SES': ['amazonses.com'],
  Brevo: ['sendinblue.com', 'sender-sib.com', 'brevosend.com', 'mailin.fr'],
  'Constant Contact': ['constantcontact.com', 'ccsend.com'],
  'Elastic Email': ['elasticemail.com'],
  Fastmail: ['messagingengine.com'],
  'Google Workspace': ['google.com', 'gmail.com', 'gappssmtp.com'],
  HubSpot: ['hubspotemail.net', 'hubspot.com', 'hs-send.com'],
  Mailchimp: ['mcsv.net', 'mcdlv.net', 'rsgsv.net', 'mailchimpapp.net'],
  Mailgun: ['mailgun.org', 'mailgun.net'],
  Mailjet: ['mailjet.com', 'mjt.lu'],
  Mandrill: ['mandrillapp.com'],
  'Microsoft 365': ['onmicrosoft.com', 'outlook.com', 'hotmail.com'],
  Postmark: ['mtasv.net', 'postmarkapp.com'],
  Resend: ['resend.dev', 'resend.com'],
  'Salesforce Marketing Cloud': ['exacttarget.com', 'exct.net', 'salesforce.com'],
  SendGrid: ['sendgrid.net', 'sendgrid.com', 'sendgrid.info'],
  SparkPost: ['sparkpostmail.com', 'sparkpost.com', 'e.sparkpost.com'],
  UniOne: ['unione.io', 'unisender.com'],
  Yahoo: ['yahoo.com', 'aol.com'],
  Zendesk: ['zendesk.com'],
  Zoho: ['zoho.com', 'zohomail.com', 'zcsend.net', 'zeptomail.com'],
};

const BY_DOMAIN: ReadonlyMap<string, string> = new Map(
  Object.entries(SERVICES).flatMap(([name, domains]) => domains.map((domain) => [domain, name] as const)),
);

/** The service whose domain this is, or a name below it; null where none is known. */
export function knownSender(domain: string): string | null {
  return BY_DOMAIN.get(domain) ?? BY_DOMAIN.get(likelyZone(domain)) ?? null;
}

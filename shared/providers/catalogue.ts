import { amazonSes } from './data/amazon-ses.ts';
import { brevo } from './data/brevo.ts';
import { custom } from './data/custom.ts';
import { elasticEmail } from './data/elastic-email.ts';
import { mailgun } from './data/mailgun.ts';
import { mailjet } from './data/mailjet.ts';
import { mandrill } from './data/mandrill.ts';
import { postmark } from './data/postmark.ts';
import { resend } from './data/resend.ts';
import { sendgrid } from './data/sendgrid.ts';
import { sparkpost } from './data/sparkpost.ts';
import { unione } from './data/unione.ts';
import type { ProviderTemplate } from './template.ts';

/** Every provider that the console knows, in the order that a person chooses from. */
export const providerTemplates: readonly ProviderTemplate[] = [
  elasticEmail,
  sendgrid,
  unione,
  amazonSes,
  mailgun,
  postmark,
  brevo,
  mailjet,
  sparkpost,
  resend,
  mandrill,
  custom,
];

/** The template of that id, else the first. */
export function templateById(id: string): ProviderTemplate {
  return providerTemplates.find((template) => template.id === id) ?? (providerTemplates[0] as ProviderTemplate);
}

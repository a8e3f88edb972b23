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
import type { ProviderTemplate } from './template/template.ts';

/** Every provider that the console knows by its id, in the order that a person chooses from. */
const byId = {
  'elastic-email': elasticEmail,
  sendgrid,
  unione,
  'amazon-ses': amazonSes,
  mailgun,
  postmark,
  brevo,
  mailjet,
  sparkpost,
  resend,
  mandrill,
  custom,
} as const satisfies Readonly<Record<string, ProviderTemplate>>;

/** What else has to be known of every provider is a table by these. */
export type ProviderId = keyof typeof byId;

export const providerTemplates: readonly ProviderTemplate[] = Object.values(byId);

/** @throws RangeError where the catalogue has no template of that id. */
export function templateById(id: string): ProviderTemplate {
  const template = providerTemplates.find((candidate) => candidate.id === id);
  if (template === undefined) throw new RangeError(`There is no record template ${id}`);
  return template;
}

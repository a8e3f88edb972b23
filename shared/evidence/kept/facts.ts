import { declareFacts } from '../../facts/fact.ts';

/** What a mail that was kept says. */
export const mailFacts = declareFacts({
  'mail.bounced': '{bounce}',
  'mail.passes': 'The message passes DMARC.',
  'mail.dmarc': 'DMARC of the message: {outside}.',
  'mail.not-own': 'A receiver could not tell that the mail is the domain’s own.',
  'mail.not-own-by': 'A receiver could not tell that the mail is the domain’s own ({outside}).',
  'mail.complaint': 'A receiver passes on a complaint ({outside}).',
  'mail.complaint-of-no-kind': 'A receiver passes on a complaint, of no kind that it names.',
});

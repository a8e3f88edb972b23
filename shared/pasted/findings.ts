import type { CatalogueEntry } from '../findings/finding.ts';
import { declareFindings } from '../findings/finding.ts';

/** What was pasted where one record was wanted. */
export const pastedFindings = {
  'pasted.other-standard': {
    severity: 'error',
    title: 'This is a record of {standard}, not of {wanted}',
    explanation: 'Each standard has records of its own at names of its own; receivers of {wanted} pass over this one.',
    remedy: 'Check it as a record of {standard}, and publish it where {standard} is looked for.',
  },
  'pasted.notation': {
    severity: 'error',
    title: 'The value stands in {what}',
    explanation:
      'That belongs to where it was copied from. Entered into a form, it becomes part of the record, which receivers then can’t read.',
    remedy: 'Keep the value alone.',
  },
  'pasted.alias': {
    severity: 'error',
    title: 'This is an alias to {target}',
    explanation: 'A CNAME holds no record itself; receivers follow it to what is published at its target.',
    remedy: 'Look at the TXT record of {target}.',
  },
  'pasted.private-key': {
    severity: 'error',
    title: 'This holds a private key',
    explanation:
      'Whoever sees it can sign mail in the domain’s name. It belongs to the signing server alone, never into DNS, a form or a chat.',
    remedy: 'Use the public key. If the private one has been seen by others, make a new pair.',
  },
} as const satisfies Record<string, CatalogueEntry>;

export const pastedFinding = declareFindings(pastedFindings);

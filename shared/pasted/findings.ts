import type { CatalogueEntry } from '../findings/finding.ts';
import { declareFindings } from '../findings/finding.ts';

/** What was pasted where one record was wanted. */
export const pastedFindings = {
  'pasted.other-standard': {
    severity: 'error',
    title: 'This is a record of {standard}, not of {wanted}',
    explanation: 'Each standard has its own records at its own names; {wanted} ignores this one.',
    remedy: 'Check it as a record of {standard}, and publish it at the name that {standard} uses.',
  },
  'pasted.notation': {
    severity: 'error',
    title: 'The value is wrapped in {what}',
    explanation:
      'That belongs to its source. Entered into a form, it becomes part of the record, which receivers then can’t read.',
    remedy: 'Keep only the value.',
  },
  'pasted.alias': {
    severity: 'error',
    title: 'This is an alias to {target}',
    explanation: 'A CNAME has no data of its own; receivers follow it to what is published at its target.',
    remedy: 'Check the TXT record of {target}.',
  },
  'pasted.private-key': {
    severity: 'error',
    title: 'This holds a private key',
    explanation:
      'Anyone who sees it can sign mail in the domain’s name. It belongs only on the signing server, never in DNS, a form or a chat.',
    remedy: 'Use the public key. If the private one has been seen by others, make a new pair.',
  },
} as const satisfies Record<string, CatalogueEntry>;

export const pastedFinding = declareFindings(pastedFindings);

import type { CatalogueEntry } from './finding.ts';
import { declareFindings } from './finding.ts';

export const planFindings = {
  'plan.cname-in-the-way': {
    severity: 'error',
    title: 'An alias to {target} stands at {name}',
    explanation: 'Beside a CNAME no other record may stand at a name, so this one can’t be added there.',
    remedy: 'Remove the alias, or have the record published at {target}.',
    source: 'RFC 1034 §3.6.2',
  },
  'plan.data-in-the-way': {
    severity: 'error',
    title: 'Other records stand at {name}',
    explanation: 'A CNAME can’t be added beside other data; name servers refuse the zone or answer at random.',
    remedy: 'Remove the other records at {name}, or choose another name.',
    source: 'RFC 1034 §3.6.2',
  },
  'plan.receives-mail': {
    severity: 'warning',
    title: '{name} takes mail, at {exchanges}',
    explanation:
      'A null MX says that the domain takes no mail at all. A domain that never sends may still take mail, and would lose it.',
    remedy: 'Leave the MX records, or remove them first if nobody reads mail of this domain.',
    source: 'RFC 7505 §3',
  },
  'plan.delegated': {
    severity: 'error',
    title: '{cut} is a zone of its own',
    explanation: '{zone} hands {cut} over to {servers}. A record for {name} that is added to {zone} is never seen.',
    remedy: 'Choose {cut} as the zone of this domain, and hand the record to whoever runs that zone.',
    source: 'RFC 1034 §4.2.1',
  },
  'plan.wildcard-ends': {
    severity: 'warning',
    title: '{wildcard} answers for {name} today',
    explanation:
      'Once a record stands at {name}, none of the wildcard’s records are answered there any more, of whatever type.',
    remedy: 'Repeat at {name} those records of {wildcard} that it still needs.',
    source: 'RFC 4592 §2.2.1',
  },
  'plan.several-keys': {
    severity: 'error',
    title: 'Several TXT records stand at {name}',
    explanation: 'With more than one key at a selector, receivers pick one or fail.',
    remedy: 'Remove all but the required one.',
    source: 'RFC 6376 §3.6.2.2',
  },
  'plan.zone-doubled': {
    severity: 'error',
    title: 'The record was found at {found}',
    explanation: 'The zone name stands twice: the form added it to a name that was complete already.',
    remedy: 'Enter the relative name, {relative}, and remove the record at the doubled name.',
  },
  'plan.not-observed': {
    severity: 'info',
    title: 'What is published today is not known',
    explanation:
      'Nothing was asked of DNS yet, and no zone was pasted. The record is complete, but it can’t be compared.',
    remedy: 'Verify the domain, or paste its zone, to see what is added and what is replaced.',
  },
  'plan.spf-may-exist': {
    severity: 'warning',
    title: 'There may be an SPF record already',
    explanation: 'A domain has one SPF record. A second one breaks both.',
    remedy: 'If one is published, put {terms} into it before its all instead of adding this record.',
    source: 'RFC 7208 §4.5',
  },
  'plan.provider-differs': {
    severity: 'warning',
    title: 'The service names {told}; the record template is {template}',
    explanation: 'The records of another provider would be published, and mail would fail its checks.',
    remedy: 'Choose the template of {told}, or keep {template} if the service is known to be wrong.',
  },
  'plan.server-failed': {
    severity: 'warning',
    title: '{server} gave no answer: {message}',
    explanation: 'What this server would say is not known.',
    remedy: 'Check again later, or ask another server.',
  },
  'plan.server-fails': {
    severity: 'error',
    title: 'The name servers fail for {name}',
    explanation: 'Every server that was asked answered with a failure: {message}. Receivers meet the same.',
    remedy: 'Have the zone’s operator look at the name servers, and at DNSSEC if it is used.',
  },
} as const satisfies Record<string, CatalogueEntry>;

export const planFinding = declareFindings(planFindings);

import type { CatalogueEntry } from '../findings/finding.ts';
import { declareFindings } from '../findings/finding.ts';

export const planFindings = {
  'plan.cname-in-the-way': {
    severity: 'error',
    title: 'There is an alias to {target} at {name}',
    explanation: 'A name with a CNAME can’t have other records, so this one can’t be added there.',
    remedy: 'Remove the alias, or have the record published at {target}.',
    source: 'RFC 1034 §3.6.2',
  },
  'plan.data-in-the-way': {
    severity: 'error',
    title: 'There are other records at {name}',
    explanation: 'A CNAME can’t be added beside other data; name servers refuse the zone or answer unpredictably.',
    remedy: 'Remove the other records at {name}, or choose another name.',
    source: 'RFC 1034 §3.6.2',
  },
  'plan.below-delegation': {
    severity: 'error',
    title: '{name} is inside a delegated zone',
    explanation: '{first} delegates {cut} to other servers. {second} at {name} would no longer be seen.',
    remedy: 'Choose another name for one of the two.',
    source: 'RFC 1034 §4.2.1',
  },
  'plan.delegated-elsewhere': {
    severity: 'error',
    title: '{name} is delegated to other servers',
    explanation:
      'Today {servers} answer for {name} and everything below it. If both sets of servers are listed, resolvers ask either one. If they are replaced, everything that they hold is lost.',
    remedy:
      'Find out what they hold. If nobody needs it, remove these NS records first. Otherwise choose another name.',
    source: 'RFC 1034 §4.2.1',
  },
  'plan.delegation-hides': {
    severity: 'error',
    title: '{types} records exist at {name}',
    explanation: 'Once {name} is delegated to other servers, nothing else at that name or below it is seen.',
    remedy: 'Remove what exists there, or choose another name.',
    source: 'RFC 1034 §4.2.1',
  },
  'plan.delegation-hides-below': {
    severity: 'error',
    title: 'Something exists at or below {name}',
    explanation: 'Once {name} is delegated to other servers, nothing else at that name or below it is seen.',
    remedy: 'Remove what exists there, or choose another name.',
    source: 'RFC 1034 §4.2.1',
  },
  'plan.delegation-needs-glue': {
    severity: 'error',
    title: '{server} is inside {name} itself',
    explanation:
      'A name server inside the zone that is delegated to it can only be found by an address record next to the NS record, and that address is not known here.',
    remedy: 'Ask the provider for name servers outside {name}, or for their addresses.',
    source: 'RFC 1034 §4.2.1',
  },
  'plan.delegation-of-zone': {
    severity: 'error',
    title: '{name} is the zone itself',
    explanation: 'The zone above delegates a zone. NS records at the zone’s own name only repeat the delegation.',
    remedy: 'Change the name servers where the domain is registered, or choose a name below {name}.',
    source: 'RFC 1034 §4.2.1',
  },
  'plan.receives-mail': {
    severity: 'warning',
    title: '{name} receives mail, at {exchanges}',
    explanation:
      'A null MX says that the domain receives no mail at all. A domain that never sends may still receive mail, and would lose it.',
    remedy: 'Keep the MX records, or remove them first if nobody reads this domain’s mail.',
    source: 'RFC 7505 §3',
  },
  'plan.delegated': {
    severity: 'error',
    title: '{cut} is a zone of its own',
    explanation: '{zone} delegates {cut} to {servers}. A record for {name} that is added to {zone} is never seen.',
    remedy: 'Choose {cut} as the zone of this domain, and give the record to whoever runs that zone.',
    source: 'RFC 1034 §4.2.1',
  },
  'plan.free-domain': {
    severity: 'error',
    title: 'Nobody owns {domain} any more, and {name} points there',
    explanation: 'Neither {target} nor the domain above it exists. Whoever registers {domain} {gain}.',
    remedy: 'Remove the {type} record at {name} at once, or point it to the name that the provider uses today.',
    source: 'RFC 8020 §2',
  },
  'plan.wildcard-ends': {
    severity: 'warning',
    title: '{wildcard} answers for {name} today',
    explanation: 'Once there is a record at {name}, the wildcard no longer answers there for any type.',
    remedy: 'Repeat at {name} the records of {wildcard} that it still needs.',
    source: 'RFC 4592 §2.2.1',
  },
  'plan.policy-carried': {
    severity: 'info',
    title: 'The policy of {from} applies to this domain today; the new record keeps it',
    explanation:
      'The domain’s own record switches off what it inherits, so it takes over p={policy}, the alignment and the report addresses that apply today.',
    remedy: 'Nothing to do. Choose a stricter policy when reports show that it is safe.',
    source: 'RFC 9989 §4.10.1',
  },
  'plan.reject-without-key': {
    severity: 'warning',
    title: 'At reject nobody may rely on SPF alone, and no key is published',
    explanation:
      'A forwarded message fails SPF. Only a signature keeps it from being refused, so domains at p=reject have to sign with DKIM.',
    remedy: 'Publish the DKIM key first, and see that all mail is signed.',
    source: 'RFC 9989 §7.4, §8',
  },
  'plan.identifier-not-aligned': {
    severity: 'advice',
    title: '{mechanism} gives no aligned identifier: {reason}',
    explanation:
      'Full DMARC participation means that both SPF and DKIM are aligned with the domain in From. If one of the two breaks on the way, the other still passes.',
    remedy:
      'Choose a mode of the provider with a bounce domain and a signing domain of your own, or relaxed alignment.',
    source: 'RFC 9989 §4.4, §4.5, §8',
  },
  'plan.suffix-unmarked': {
    severity: 'advice',
    title: '{suffix} publishes a DMARC record, and does not say that it is a public suffix',
    explanation:
      'Receivers treat {suffix} as the organizational domain. Anyone else below it can then sign and send in the name of {organisation} under relaxed alignment.',
    remedy: 'Add psd=n to the record of {organisation}, and to no record below it: {text}',
    source: 'RFC 9989 §11.8',
  },
  'plan.organisation-of-its-own': {
    severity: 'info',
    title: 'psd=n makes {domain} an organizational domain of its own',
    explanation:
      'Identifiers of {organisation} are no longer aligned with mail from {domain}, nor the reverse. The policy of {organisation} never reaches names below {domain}.',
    remedy: 'Remove psd=n, unless {domain} is run by others on purpose.',
    source: 'RFC 9989 §4.10.2, §5.1.8',
  },
  'plan.no-organisational-record': {
    severity: 'advice',
    title: '{organisation} has no DMARC record of its own',
    explanation:
      'Full DMARC participation needs a record for the author domain and one for the organizational domain. Without it other names below {organisation} can be forged.',
    remedy:
      'Add {organisation} as a sender domain, or one that never sends, and hand its record over as well: it is a change of its own.',
    source: 'RFC 9989 §5.1.4, §8',
  },
  'plan.policy-not-known': {
    severity: 'warning',
    title: 'Which policy applies to {domain} today is not known: {name} {why}',
    explanation:
      'This record replaces what applies today, including what the domain inherits. A stricter policy or report addresses published there would be lost.',
    remedy: 'Check the domain from a machine with DNS access, or look at {name} before this record is published.',
    source: 'RFC 9989 §4.10.1',
  },
  'plan.senders-not-known': {
    severity: 'info',
    title: 'Who may send is only partly known: {names}',
    explanation:
      'These names were not queried, gave no answer, or depend on the message. The other addresses are listed.',
    remedy: 'Check the domain from a machine with DNS access.',
    source: 'RFC 7208 §4.6',
  },
  'plan.consent-not-known': {
    severity: 'info',
    title: 'Whether {address} accepts reports for this domain is not known',
    explanation: 'Receivers send reports to another organization only if it has authorised that in DNS.',
    remedy: 'Look at {name}: TXT v=DMARC1 belongs there.',
    source: 'RFC 9990 §4',
  },
  'plan.weaker-policy': {
    severity: 'error',
    title: 'Failing mail {mail} would be treated more mildly: {after} instead of {before}',
    explanation: 'Nobody has accepted this. Forged mail that is stopped today would be delivered.',
    remedy: 'Keep the published record, or accept the milder policy.',
    source: 'RFC 9989 §4.7',
  },
  'plan.reports-lost': {
    severity: 'error',
    title: '{address} would no longer get reports',
    explanation: 'Nobody has accepted this. {why}',
    remedy: 'Keep the address, have its authorisation published first, or accept the loss of these reports.',
    source: 'RFC 9990 §4',
  },
  'plan.sender-lost': {
    severity: 'error',
    title: '{count} addresses would no longer pass SPF for {name}: {networks}',
    explanation: 'Nobody has accepted this. Mail sent from there today would fail.',
    remedy: 'Keep the terms that let them pass, or accept the loss of these senders.',
    source: 'RFC 7208 §4.6',
  },
  'plan.key-lost': {
    severity: 'error',
    title: 'The key {selector} would stop working',
    explanation: 'Nobody has accepted this. Receivers verify signatures with it today, and would reject them.',
    remedy: 'Use another selector for the new record, or accept the loss of the key.',
    source: 'RFC 6376 §3.6.1',
  },
  'plan.new-permerror': {
    severity: 'error',
    title: '{standard} at {name} would be a permanent error',
    explanation: '{reason}. Receivers that encounter this treat the mail as failed.',
    remedy:
      'Shorten the record first: the budget shows what it costs and what can be removed. Or accept the error and publish it anyway.',
    source: 'RFC 7208 §4.6.4',
  },
  'plan.chosen-weaker': {
    severity: 'warning',
    title: 'Accepted: {what}',
    explanation: 'Accepted by {by} on {at}. It gives up protection or mail that works today.',
    remedy: 'Undo this if it was a mistake.',
  },
  'plan.dead-term': {
    severity: 'warning',
    title: '{term} is taken out: it lets nobody pass',
    explanation: 'Its target has no usable record, and every receiver that gets that far stops with a permanent error.',
    remedy: 'Put it back once its domain publishes what it should.',
    source: 'RFC 7208 §5.2',
  },
  'plan.nearly-a-record': {
    severity: 'warning',
    title: 'A neighbouring text looks like a record but is not one: “{text}”',
    explanation: 'No receiver reads it. Only the record beside it counts.',
    remedy: 'Remove the text, or move its content into the record.',
    source: 'RFC 7208 §4.5, RFC 9989 §4.7',
  },
  'plan.key-of-no-use': {
    severity: 'error',
    title: 'The requested key at {name} is not usable',
    explanation: 'Receivers could not verify signatures with this record as it was given, so it is not prepared.',
    remedy: 'Choose what it was meant as if meanings are listed, or ask for the correct record.',
    source: 'RFC 6376 §3.6.1',
  },
  'plan.mx-replaced': {
    severity: 'warning',
    title: 'Mail to {name} goes to {exchanges} today',
    explanation:
      'The bounce domain must have only the provider’s MX. Mail delivered there today would go to the provider.',
    remedy: 'Make sure that nobody gets mail at {name}, or choose another bounce domain.',
    source: 'RFC 5321 §5.1',
  },
  'plan.two-at-one-name': {
    severity: 'error',
    title: 'Two different records are wanted at {name}',
    explanation: '{first} and {second} can’t both be published there: one would break the other.',
    remedy: 'Choose another selector or name for one of the two.',
    source: 'RFC 1034 §3.6.2, RFC 6376 §3.6.2.2',
  },
  'plan.name-too-long': {
    severity: 'error',
    title: 'The name of this record would have {octets} octets',
    explanation: 'A name has at most 253 octets, a label at most 63. No name server takes a longer one.',
    remedy: 'Choose a shorter selector or subdomain, or send from a domain with a shorter name.',
    source: 'RFC 1035 §2.3.4',
  },
  'plan.alias-to-nothing': {
    severity: 'warning',
    title: '{target} has nothing that receivers could use: {state}',
    explanation: 'The alias is what the provider asks for, but its target is for the provider to publish.',
    remedy: 'Check in the provider’s account whether the domain is set up there, then check again.',
    source: 'RFC 6376 §3.6.2',
  },
  'plan.provider-not-passing': {
    severity: 'error',
    title: 'The provider’s mail does not pass: {reason}',
    explanation: 'The record has what the provider asks for, but receivers still don’t reach a pass.',
    remedy: 'Fix what comes before the provider’s terms; the prepared record shows how.',
    source: 'RFC 7208 §4.6',
  },
  'plan.behind-not-known': {
    severity: 'info',
    title: 'What {name} publishes is not known',
    explanation: 'The record is correct. What the provider publishes behind it gave no answer.',
    remedy: 'Check again with a resolver that answers for other people’s names.',
  },
  'plan.not-answered': {
    severity: 'warning',
    title: 'What is published today is not known: DNS gave no answer',
    explanation:
      'Servers were queried, but none gave a usable answer. The record is complete, but it can’t be compared.',
    remedy: 'Check again when the network or the name servers answer, or paste the zone.',
  },
  'plan.several-keys': {
    severity: 'error',
    title: 'There are several TXT records at {name}',
    explanation: 'With more than one key at a selector, receivers pick one or fail.',
    remedy: 'Remove all but the required one.',
    source: 'RFC 6376 §3.6.2.2',
  },
  'plan.zone-doubled': {
    severity: 'error',
    title: 'The record was found at {found}',
    explanation: 'The zone name is doubled: the form appended it to a name that was already complete.',
    remedy: 'Enter the relative name, {relative}, and remove the record at the doubled name.',
  },
  'plan.not-observed': {
    severity: 'info',
    title: 'What is published today is not known',
    explanation:
      'DNS has not been queried yet, and no zone was pasted. The record is complete, but it can’t be compared.',
    remedy: 'Verify the domain, or paste its zone, to see what is added and what is replaced.',
  },
  'plan.name-not-asked': {
    severity: 'info',
    title: 'What is published at {name} was not queried',
    explanation:
      'The last check, or the pasted zone, covers other names: the value was saved later, or the name lies elsewhere. The record is complete, but it can’t be compared.',
    remedy: 'Check the domain again.',
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
  'plan.provider-needs-reports': {
    severity: 'warning',
    title: '{provider} asks for a DMARC record with a report address',
    explanation: 'Without rua= in the record it does not treat the domain as authenticated.',
    remedy: 'Enter an address for aggregate reports, for example one at the domain itself.',
  },
  'plan.server-failed': {
    severity: 'warning',
    title: '{server} gave no answer: {message}',
    explanation: 'What this server would answer is not known.',
    remedy: 'Check again later, or ask another server.',
  },
  'plan.server-fails': {
    severity: 'error',
    title: 'The name servers fail for {name}',
    explanation: 'Every server that was queried answered with a failure: {message}. Receivers get the same.',
    remedy: 'Have the zone’s operator check the name servers, and DNSSEC if it is used.',
  },
} as const satisfies Record<string, CatalogueEntry>;

export const planFinding = declareFindings(planFindings);

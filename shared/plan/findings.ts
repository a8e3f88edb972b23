import type { CatalogueEntry } from '../findings/finding.ts';
import { declareFindings } from '../findings/finding.ts';

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
  'plan.below-delegation': {
    severity: 'error',
    title: '{name} lies in what is to be handed over',
    explanation: '{first} hands {cut} over to other servers. {second} at {name} would never be seen any more.',
    remedy: 'Choose another name for one of the two.',
    source: 'RFC 1034 §4.2.1',
  },
  'plan.delegated-elsewhere': {
    severity: 'error',
    title: '{name} is handed over to other servers',
    explanation:
      '{servers} speak for {name} and all below it today. Beside others they would be asked as often; in their place, everything that they hold is gone.',
    remedy: 'Find out what they hold. Remove these NS records first if nobody needs it, or choose another name.',
    source: 'RFC 1034 §4.2.1',
  },
  'plan.delegation-hides': {
    severity: 'error',
    title: '{what} at {name}',
    explanation: 'Once {name} is handed over to other servers, nothing else at that name or below it is seen any more.',
    remedy: 'Remove what stands there, or choose another name.',
    source: 'RFC 1034 §4.2.1',
  },
  'plan.delegation-needs-glue': {
    severity: 'error',
    title: '{server} lies in {name} itself',
    explanation:
      'A server with a name in the zone that is handed over to it is found by an address record beside the NS record alone, and that address is not known here.',
    remedy: 'Ask the provider for servers with names of its own, or for their addresses.',
    source: 'RFC 1034 §4.2.1',
  },
  'plan.delegation-of-zone': {
    severity: 'error',
    title: '{name} is the zone itself',
    explanation: 'A zone is handed over by the zone above it: NS records at its own name only repeat that.',
    remedy: 'Change the name servers where the domain is registered, or choose a name below {name}.',
    source: 'RFC 1034 §4.2.1',
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
  'plan.free-domain': {
    severity: 'error',
    title: 'Nobody owns {domain} any more, and {name} leads there',
    explanation: 'Neither {target} nor the domain above it exists. Whoever registers {domain} {gain}.',
    remedy: 'Remove the {type} record at {name} at once, or let it lead to a name that its owner names today.',
    source: 'RFC 8020 §2',
  },
  'plan.wildcard-ends': {
    severity: 'warning',
    title: '{wildcard} answers for {name} today',
    explanation:
      'Once a record stands at {name}, none of the wildcard’s records are answered there any more, of whatever type.',
    remedy: 'Repeat at {name} those records of {wildcard} that it still needs.',
    source: 'RFC 4592 §2.2.1',
  },
  'plan.policy-carried': {
    severity: 'info',
    title: 'The policy of {from} holds for this domain today; its record says the same',
    explanation:
      'A record of the domain’s own switches off what it inherits. So it takes over p={policy}, the alignment and the report addresses that hold today.',
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
      'Whoever takes part in full sends mail that both SPF and DKIM tie to the domain in From. Where one of the two is lost on the way, the other still passes.',
    remedy:
      'Choose a mode of the provider with a bounce domain and a signing domain of your own, or relaxed alignment.',
    source: 'RFC 9989 §4.4, §4.5, §8',
  },
  'plan.suffix-unmarked': {
    severity: 'advice',
    title: '{suffix} publishes a DMARC record, and does not say that it is a public suffix',
    explanation:
      'Receivers take {suffix} for the organizational domain. Then everybody else below it can sign and send in the name of {organisation} where alignment is relaxed.',
    remedy: 'Put psd=n into the record of {organisation}, and into no record below it: {text}',
    source: 'RFC 9989 §11.8',
  },
  'plan.organisation-of-its-own': {
    severity: 'info',
    title: 'psd=n makes {domain} an organizational domain of its own',
    explanation:
      'Identifiers of {organisation} are no longer aligned with mail from {domain}, and the other way round. The policy of {organisation} never reaches names below {domain}.',
    remedy: 'Remove psd=n, unless {domain} is run by others on purpose.',
    source: 'RFC 9989 §4.10.2, §5.1.8',
  },
  'plan.no-organisational-record': {
    severity: 'advice',
    title: '{organisation} has no DMARC record of its own',
    explanation:
      'Whoever takes part in full publishes a record for the author domain and one for the organizational domain. Without it other names below {organisation} are free to be forged.',
    remedy:
      'Add {organisation} as a sender domain, or one that never sends, and hand its record over as well: it is a change of its own.',
    source: 'RFC 9989 §5.1.4, §8',
  },
  'plan.policy-not-known': {
    severity: 'warning',
    title: 'Which policy holds for {domain} today is not known: {name} {why}',
    explanation:
      'This record takes the place of what holds today, also of what the domain inherits. If a stricter policy or report addresses are published there, they would be lost.',
    remedy: 'Check the domain where DNS can be asked, or look at {name} before this record is published.',
    source: 'RFC 9989 §4.10.1',
  },
  'plan.senders-not-known': {
    severity: 'info',
    title: 'Who may send is not known in full: {names}',
    explanation:
      'What these names publish was not asked, gave no answer, or depends on the message. The other addresses are told.',
    remedy: 'Check the domain where DNS can be asked.',
    source: 'RFC 7208 §4.6',
  },
  'plan.consent-not-known': {
    severity: 'info',
    title: 'Whether {address} takes reports of this domain is not known',
    explanation: 'Receivers send reports to another organization only where it publishes its consent.',
    remedy: 'Look at {name}: TXT v=DMARC1 belongs there.',
    source: 'RFC 9990 §4',
  },
  'plan.weaker-policy': {
    severity: 'error',
    title: 'Failing mail {mail} would be treated more mildly: {after} instead of {before}',
    explanation: 'Nobody has chosen this. Forged mail that is stopped today would be delivered.',
    remedy: 'Leave the published record as it is, or choose the milder policy on purpose.',
    source: 'RFC 9989 §4.7',
  },
  'plan.reports-lost': {
    severity: 'error',
    title: '{address} would get no reports any more',
    explanation: 'Nobody has chosen this. {why}',
    remedy: 'Keep the address, have its consent published first, or give the reports up on purpose.',
    source: 'RFC 9990 §4',
  },
  'plan.sender-lost': {
    severity: 'error',
    title: '{count} addresses would pass SPF no more for {name}: {networks}',
    explanation: 'Nobody has chosen this. Mail that is sent from there today would fail.',
    remedy: 'Keep the terms that let them pass, or give the senders up on purpose.',
    source: 'RFC 7208 §4.6',
  },
  'plan.key-lost': {
    severity: 'error',
    title: 'The key {selector} would be of no use any more',
    explanation: 'Nobody has chosen this. Receivers verify signatures with it today, and would refuse them.',
    remedy: 'Use another selector for the new record, or give the key up on purpose.',
    source: 'RFC 6376 §3.6.1',
  },
  'plan.new-permerror': {
    severity: 'error',
    title: '{standard} at {name} would be a permanent error',
    explanation: '{reason}. Receivers that meet it treat the mail as if it failed.',
    remedy:
      'Shorten the record first: the budget shows what it costs and what can go. Or publish it all the same, on purpose.',
    source: 'RFC 7208 §4.6.4',
  },
  'plan.chosen-weaker': {
    severity: 'warning',
    title: 'Chosen on purpose: {what}',
    explanation: 'Chosen by {by} on {at}. What it gives up is protection or mail that works today.',
    remedy: 'Take the choice back if it was a slip.',
  },
  'plan.dead-term': {
    severity: 'warning',
    title: '{term} is taken out: it lets nobody pass',
    explanation:
      'What it leads to holds no usable record, and every receiver that comes as far ends with a permanent error there.',
    remedy: 'Put it back once its domain publishes what it should.',
    source: 'RFC 7208 §5.2',
  },
  'plan.nearly-a-record': {
    severity: 'warning',
    title: 'A text beside it looks like a record, and is none: “{text}”',
    explanation: 'No receiver reads it. The record beside it counts alone.',
    remedy: 'Remove the text, or put what it says into the record.',
    source: 'RFC 7208 §4.5, RFC 9989 §4.7',
  },
  'plan.mx-replaced': {
    severity: 'warning',
    title: 'Mail to {name} goes to {exchanges} today',
    explanation:
      'The MX of the bounce domain has to be the provider’s alone. Mail that is delivered there today would go to the provider.',
    remedy: 'Make sure that nobody gets mail at {name}, or choose another bounce domain.',
    source: 'RFC 5321 §5.1',
  },
  'plan.two-at-one-name': {
    severity: 'error',
    title: 'Two different records are wanted at {name}',
    explanation: '{first} and {second} can’t stand there together: one of them would break the other.',
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
    title: '{target} holds nothing that receivers could use: {state}',
    explanation: 'The alias is what the provider asks for, but what it leads to is the provider’s to publish.',
    remedy: 'Look in the provider’s account whether the domain is set up there, then check again.',
    source: 'RFC 6376 §3.6.2',
  },
  'plan.provider-not-passing': {
    severity: 'error',
    title: 'The provider’s mail does not pass: {reason}',
    explanation: 'The record holds what the provider asks for, and receivers still don’t come to a pass.',
    remedy: 'Put right what comes before the provider’s terms; the prepared record shows how.',
    source: 'RFC 7208 §4.6',
  },
  'plan.behind-not-known': {
    severity: 'info',
    title: 'What {name} publishes is not known',
    explanation: 'The record is as it should be. What the provider publishes behind it gave no answer.',
    remedy: 'Check again, with a resolver that can be asked for names of others.',
  },
  'plan.not-answered': {
    severity: 'warning',
    title: 'What is published today is not known: DNS gave no answer',
    explanation: 'Servers were asked, and none gave a usable answer. The record is complete, but it can’t be compared.',
    remedy: 'Check again when the network or the name servers answer, or paste the zone.',
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
  'plan.name-not-asked': {
    severity: 'info',
    title: 'What is published at {name} was not asked',
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
    explanation: 'Without rua= in the record it does not take the domain for authenticated.',
    remedy: 'Enter an address for aggregate reports, one of the domain’s own for example.',
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

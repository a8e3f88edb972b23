import type { CatalogueEntry } from '../findings/finding.ts';
import { declareFindings } from '../findings/finding.ts';

export const dmarcFindings = {
  'dmarc.not-a-record': {
    severity: 'error',
    title: 'This is not a DMARC record',
    explanation: 'A DMARC record begins with v=DMARC1, in exactly this spelling; anything else is discarded.',
    remedy: 'Begin the record with v=DMARC1 and a semicolon.',
    source: 'RFC 9989 §4.7',
  },
  'dmarc.several-records': {
    severity: 'error',
    title: 'There are {count} DMARC records at the name',
    explanation: 'Receivers that find more than one discard them all.',
    remedy: 'Keep one.',
    source: 'RFC 9989 §4.10',
  },
  'dmarc.policy-missing': {
    severity: 'error',
    title: '{tag}= is missing or not valid, and the record is ignored',
    explanation:
      'Without valid policies receivers apply no DMARC at all. A valid rua= would make them treat the record as p=none.',
    remedy: 'Write {tag}=none, quarantine or reject.',
    source: 'RFC 9989 §4.10.1',
  },
  'dmarc.policy-taken-as-none': {
    severity: 'warning',
    title: '{tag}= is missing or not valid; receivers read p=none',
    explanation:
      'With a valid rua= a broken policy counts as none, so nothing is enforced. Some receivers, such as those using OpenDMARC, discard the record and send no reports either.',
    remedy: 'Write {tag}=none, quarantine or reject.',
    source: 'RFC 9989 §4.10.1',
  },
  'dmarc.leading-blank': {
    severity: 'warning',
    title: 'There is a space before v=DMARC1',
    explanation: 'The record must begin with v=DMARC1; receivers that compare the first characters discard it.',
    remedy: 'Remove the space.',
    source: 'RFC 9989 §4.8',
  },
  'dmarc.blank-in-version': {
    severity: 'warning',
    title: 'There are spaces around the equals sign in v=DMARC1',
    explanation:
      'The standard allows them. Receivers that compare the first characters, such as those using Mail::DMARC, discard the record.',
    remedy: 'Write v=DMARC1 without spaces.',
    source: 'RFC 9989 §4.8',
  },
  'dmarc.options-exclude': {
    severity: 'warning',
    title: 'fo=0 and fo=1 contradict each other',
    explanation:
      '0 asks for a report when nothing passes, 1 when anything fails. Which of the two a receiver uses is undefined.',
    remedy: 'Keep one of the two.',
    source: 'RFC 9989 §4.7',
  },
  'dmarc.test-differs': {
    severity: 'info',
    title: 't=y is a test only for some receivers',
    explanation:
      'Receivers that follow RFC 9989 apply {policies} one step milder. Those that follow RFC 7489 do not know the tag and apply the policies in full.',
    remedy: 'Assume the stricter of the two until you know what the receivers that matter to you do.',
    source: 'RFC 9989 §4.7, RFC 7489 §6.3',
  },
  'dmarc.broken-tag': {
    severity: 'warning',
    title: '“{text}” is not a tag',
    explanation: 'Tags are written name=value with a semicolon between them. Receivers ignore what they can’t read.',
    remedy: 'Remove it, or put back what is missing.',
    source: 'RFC 9989 §4.7',
  },
  'dmarc.empty-tag': {
    severity: 'info',
    title: 'Two semicolons follow each other',
    explanation: 'Receivers ignore the gap.',
    remedy: 'Remove one of the semicolons.',
    source: 'RFC 9989 §4.8',
  },
  'dmarc.tag-case': {
    severity: 'warning',
    title: '{name}= is not {meant}=',
    explanation: 'The names of tags are case-sensitive: some receivers read this one, the others ignore it.',
    remedy: 'Write {meant}= in lower case.',
    source: 'RFC 6376 §3.2',
  },
  'dmarc.repeated-tag': {
    severity: 'error',
    title: 'The tag {name}= appears more than once',
    explanation: 'Receivers disagree on which one counts.',
    remedy: 'Keep one {name}=.',
    source: 'RFC 9989 §4.8',
  },
  'dmarc.bad-value': {
    severity: 'warning',
    title: '{name}={value} is not a value that {name}= takes',
    explanation: 'Receivers ignore the tag and use its default.',
    remedy: 'Use one of: {allowed}.',
    source: 'RFC 9989 §4.7',
  },
  'dmarc.retired-tag': {
    severity: 'info',
    title: '{name}= is no longer part of DMARC',
    explanation: 'The standard of 2026 dropped it; receivers that follow it ignore the tag.',
    remedy: 'Remove it when you edit the record next: {instead}',
    source: 'RFC 9989 §C.5',
  },
  'dmarc.unknown-tag': {
    severity: 'info',
    title: '{name}= is not a DMARC tag',
    explanation: 'Receivers ignore tags they do not know.',
    remedy: 'Remove it, or correct its name.',
    source: 'RFC 9989 §4.7',
  },
  'dmarc.bad-report-address': {
    severity: 'warning',
    title: '“{value}” is not an address reports can go to',
    explanation:
      'Report addresses are written mailto:name@domain, with commas between several; a comma or an exclamation mark inside one is written %2C or %21.',
    remedy: 'Write mailto: and the address in {name}=.',
    source: 'RFC 9989 §4.8',
  },
  'dmarc.report-scheme': {
    severity: 'warning',
    title: 'Few receivers send reports to “{value}”',
    explanation: 'Receivers are only required to support mailto:; most ignore other addresses.',
    remedy: 'Add a mailto: address.',
    source: 'RFC 9989 §4.7',
  },
  'dmarc.options-without-reports': {
    severity: 'info',
    title: 'fo= without ruf= is ignored',
    explanation: 'The options say when failure reports are wanted, but no address asks for them.',
    remedy: 'Remove fo=, or add ruf= with an address.',
    source: 'RFC 9989 §4.7',
  },
  'dmarc.report-size': {
    severity: 'info',
    title: 'The size limit “{value}” is no longer used',
    explanation: 'Limits after an exclamation mark were removed from the standard.',
    remedy: 'Remove it.',
    source: 'RFC 9989 §C.5',
  },
  'dmarc.no-reports': {
    severity: 'advice',
    title: 'Nobody receives reports',
    explanation: 'Without rua= you can’t see who sends in your name, nor whether a stricter policy is safe.',
    remedy: 'Add rua=mailto: and an address that is read.',
    source: 'RFC 9990 §3',
  },
  'dmarc.policy-none': {
    severity: 'advice',
    title: 'The policy asks for nothing',
    explanation: 'p=none lets you watch, but forged mail is delivered as before.',
    remedy: 'Once reports show that your own mail passes, go on to p=quarantine.',
    source: 'RFC 9989 §4.7',
  },
  'dmarc.subdomains-weaker': {
    severity: 'warning',
    title: 'Subdomains are protected less than the domain',
    explanation: 'sp={sp} is weaker than p={p}, so forgers use a subdomain.',
    remedy: 'Remove sp= or set it to {p}.',
    source: 'RFC 9989 §4.7',
  },
  'dmarc.nonexistent-weaker': {
    severity: 'warning',
    title: 'Names that do not exist are protected less than real subdomains',
    explanation: 'np={np} is weaker than {sp}, which subdomains have, so forgers invent a name.',
    remedy: 'Remove np= or set it to {sp}.',
    source: 'RFC 9989 §4.7',
  },
  'dmarc.test-of-nothing': {
    severity: 'info',
    title: 't=y changes nothing beside p=none',
    explanation: 'A test asks for the policy one step milder, and none has no milder step.',
    remedy: 'Remove t=y.',
    source: 'RFC 9989 §4.7',
  },
  'dmarc.suffix-flag': {
    severity: 'warning',
    title: 'psd=y says that the domain is a public suffix',
    explanation:
      'It is for registries, under whose names others register theirs: receivers treat each name one label below as a separate organization.',
    remedy: 'Remove psd=y, unless the domain belongs to a registry.',
    source: 'RFC 9989 §4.7, §5.2',
  },
  'dmarc.subdomain-policy-unused': {
    severity: 'info',
    title: 'sp= and np= of {domain} are never used',
    explanation:
      'Subdomains take the policy of {organisation}, because that is the organizational domain; only its sp= and np= count.',
    remedy: 'Set sp= at {organisation}, or publish a record for the subdomain itself.',
    source: 'RFC 9989 §4.7, §4.10',
  },
  'dmarc.external-reports': {
    severity: 'warning',
    title: 'Reports to {destination} need its authorisation',
    explanation: 'Receivers send reports to another domain only if it publishes a record that allows it.',
    remedy: 'Have {record} published in the zone of {destination}: TXT v=DMARC1;',
    source: 'RFC 9990 §4',
  },
  'dmarc.inherited': {
    severity: 'info',
    title: 'The policy comes from {from}',
    explanation: 'The domain has no DMARC record; receivers walk up the tree and apply that of {from}.',
    remedy: 'Nothing to do, unless this domain should have another policy.',
    source: 'RFC 9989 §4.10',
  },
  'dmarc.not-known': {
    severity: 'info',
    title: 'What is published at {name} is not known',
    explanation: 'It was not queried, or there was no answer here: {message}. Receivers may well have one.',
    remedy: 'Give the zone that holds it, or ask live DNS.',
  },
  'dmarc.lookup-failed': {
    severity: 'warning',
    title: 'There was no answer for {name}',
    explanation: 'Receivers that encounter this defer the message: {message}.',
    remedy: 'Check again when the name servers answer.',
    source: 'RFC 9989 §4.10',
  },
} as const satisfies Record<string, CatalogueEntry>;

export const dmarcFinding = declareFindings(dmarcFindings);

import type { CatalogueEntry } from './finding.ts';
import { declareFindings } from './finding.ts';

export const dnsFindings = {
  'dns.empty': {
    severity: 'error',
    title: 'No domain was given',
    explanation: 'The line is empty.',
    remedy: 'Write a domain such as news.example.com.',
  },
  'dns.has-blank': {
    severity: 'error',
    title: '“{value}” holds a blank',
    explanation: 'Domain names have no blanks.',
    remedy: 'Write one domain to a line, or separate domains with commas.',
  },
  'dns.underscore': {
    severity: 'error',
    title: '“{value}” holds an underscore',
    explanation: 'Underscores mark names of services in DNS; no mail is sent from such a name.',
    remedy: 'Remove the part with the underscore.',
    source: 'RFC 1123 §2.1',
  },
  'dns.ip-address': {
    severity: 'error',
    title: '“{value}” is an IP address',
    explanation: 'Mail is sent from domains; SPF, DKIM and DMARC records belong to names.',
    remedy: 'Write the domain instead of the address.',
  },
  'dns.not-a-domain': {
    severity: 'error',
    title: '“{value}” is not a domain',
    explanation: '{reason}',
    remedy: 'Write a domain such as {suggestion}.',
  },
  'dns.single-label': {
    severity: 'error',
    title: '“{value}” has a single label',
    explanation: 'A sender domain lies below a public suffix such as .com.',
    remedy: 'Write the whole domain, such as {value}.com.',
  },
  'dns.label-too-long': {
    severity: 'error',
    title: 'The label “{label}” has {octets} characters; 63 are allowed',
    explanation: 'The limit is per label, the part between two dots.',
    remedy: 'Shorten the label.',
    source: 'RFC 1035 §2.3.4',
  },
  'dns.name-too-long': {
    severity: 'error',
    title: 'The name has {octets} characters; 253 are allowed',
    explanation: 'DNS can’t carry a longer name.',
    remedy: 'Shorten the name.',
    source: 'RFC 1035 §2.3.4',
  },
  'dns.empty-label': {
    severity: 'error',
    title: '“{value}” has two dots in a row, or begins with one',
    explanation: 'Every label of a name has at least one character.',
    remedy: 'Remove the extra dot.',
    source: 'RFC 1035 §2.3.1',
  },
  'dns.hyphen': {
    severity: 'error',
    title: 'The label “{label}” begins or ends with a hyphen, or has two in third and fourth place',
    explanation: 'Host names don’t allow it; two hyphens there are kept for encoded names.',
    remedy: 'Correct the label.',
    source: 'RFC 5891 §4.2.3.1',
  },
  'dns.character-forbidden': {
    severity: 'error',
    title: '“{character}” ({codePoint}) can’t stand in a domain name',
    explanation: '{reason}',
    remedy: 'Remove the character.',
    source: 'RFC 5892',
  },
  'dns.public-mail-domain': {
    severity: 'error',
    title: '{value} belongs to a public mail service',
    explanation: 'Only its operator can publish records there, and its DMARC policy has mail from others refused.',
    remedy: 'Send from a domain of your own.',
  },
  'dns.public-suffix': {
    severity: 'error',
    title: '{value} is a public suffix',
    explanation: 'Domains are registered below it; nobody sends from it.',
    remedy: 'Write the domain that is registered below {value}.',
  },
  'dns.duplicate': {
    severity: 'error',
    title: '{value} is listed already',
    explanation: 'A domain is listed once; it stands {where}.',
    remedy: 'Nothing to do.',
  },
  'dns.list-too-long': {
    severity: 'error',
    title: 'The list has more than {most} lines',
    explanation: 'The lines after that were not read.',
    remedy: 'Import the rest as a second list.',
  },
  'zone.syntax': {
    severity: 'error',
    title: 'Line {line} can’t be read: {reason}',
    explanation: 'A line that can’t be read is left out of everything that follows.',
    remedy: 'Correct the line, or remove it.',
    source: 'RFC 1035 §5.1',
  },
  'zone.directive-refused': {
    severity: 'error',
    title: 'Line {line}: {directive} is not followed',
    explanation: 'It would read other files or make up records, so what the zone holds can’t be known from this text.',
    remedy: 'Paste the zone as the name server prints it, with everything expanded.',
    source: 'RFC 1035 §5.1',
  },
  'zone.name-doubled': {
    severity: 'error',
    title: 'Line {line}: {name} holds the zone’s name twice',
    explanation: 'A name without its final dot gets the zone’s name behind it.',
    remedy: 'Write {relative}, or put a dot at the end.',
  },
  'zone.cname-and-other': {
    severity: 'error',
    title: '{name} has a CNAME and other records',
    explanation: 'Name servers refuse such a zone, or answer at random.',
    remedy: 'Remove the CNAME or the others.',
    source: 'RFC 1034 §3.6.2',
  },
  'zone.several-spf': {
    severity: 'error',
    title: '{name} has {count} SPF records',
    explanation: 'Receivers that find more than one give up with a permanent error.',
    remedy: 'Merge them into one.',
    source: 'RFC 7208 §4.5',
  },
  'zone.quotes-in-value': {
    severity: 'warning',
    title: 'Line {line}: the value holds quotation marks',
    explanation: 'A quote inside a TXT value usually comes from pasting zone-file notation into a form.',
    remedy: 'Remove the inner quotes.',
  },
} as const satisfies Record<string, CatalogueEntry>;

export const dnsFinding = declareFindings(dnsFindings);

import type { CatalogueEntry } from '../findings/finding.ts';
import { declareFindings } from '../findings/finding.ts';

/** What lies behind different answers to one question, or behind none. */
export const diagnosisFindings = {
  'diagnosis.propagating': {
    severity: 'info',
    title: '{server} still has the old answer, for up to {left}',
    explanation:
      'The zone’s own servers already answer differently. A resolver keeps an answer for as long as its TTL allows, and only then asks again.',
    remedy: 'Wait, then check again. Nothing has to be changed.',
    source: 'RFC 1034 §4.3.4',
  },
  'diagnosis.negative-cache': {
    severity: 'info',
    title: '{server} still has a negative answer cached, for up to {left}',
    explanation:
      'It was queried before the record was published, and keeps “no such record” for as long as the zone’s SOA allows. Until then every query gets the same answer.',
    remedy: 'Wait, then check again. The record itself is published.',
    source: 'RFC 2308 §5',
  },
  'diagnosis.split-horizon': {
    severity: 'warning',
    title: '{server} answers for {zone} with its own data',
    explanation:
      'Inside this network the zone differs from its version on the internet. Mail receivers see the one on the internet.',
    remedy:
      'Rely on the zone’s own servers. Publish the record in the internal zone as well if programs in this network look it up.',
    source: 'RFC 9499 §6',
  },
  'diagnosis.servers-disagree': {
    severity: 'warning',
    title: 'Behind, of the {total} name servers of {zone}: {behind}',
    explanation:
      'The newest serial is {serial}. Until the others have transferred the zone, receivers get one answer or the other at random.',
    remedy:
      'Wait for the transfer. If it does not happen, check the NOTIFY and transfer settings of the servers that are behind.',
    source: 'RFC 1996',
  },
  'diagnosis.serial-not-raised': {
    severity: 'error',
    title: 'The name servers of {zone} differ under the same serial, {serial}',
    explanation:
      'Secondary servers transfer a zone only when its serial has increased; these will not converge on their own.',
    remedy: 'Raise the serial of the zone on its primary server, so that the others fetch it.',
    source: 'RFC 1912 §2.2',
  },
  'diagnosis.server-dead': {
    severity: 'warning',
    title: '{server} gives no answer',
    explanation:
      'The zone {zone} lists it as a name server, but it is silent at {addresses}. Resolvers lose time before they try another.',
    remedy: 'Bring the server back, or remove it from the zone’s NS records and from the delegation.',
    source: 'RFC 1912 §2.8',
  },
  'diagnosis.server-lame': {
    severity: 'warning',
    title: '{server} is not authoritative for {zone}',
    explanation:
      'The delegation lists it, but at {addresses} it does not serve the zone: {message}. Resolvers have to try another server.',
    remedy: 'Load the zone on that server, or remove the server from the delegation.',
    source: 'RFC 9499 §7',
  },
  'diagnosis.server-failing': {
    severity: 'warning',
    title: '{server} fails for {zone}',
    explanation:
      'At {addresses} it answers SERVFAIL, as a server does when its copy of the zone has expired or could not be loaded.',
    remedy: 'Check the log of that server: the zone does not load, or its transfer fails.',
    source: 'RFC 1035 §4.1.1',
  },
  'diagnosis.server-not-conforming': {
    severity: 'warning',
    title: '{server} does not understand the query',
    explanation: 'At {addresses} it answers {code} to a plain query for {name}. Resolvers can’t use it.',
    remedy: 'Have the server, or the firewall in front of it, brought up to date.',
    source: 'RFC 8906 §8',
  },
  'diagnosis.server-silent-to-edns': {
    severity: 'warning',
    title: '{server} does not answer queries with EDNS',
    explanation:
      'At {addresses} it answers a plain query for {name}, but not the same query with EDNS, which every resolver sends. Resolvers consider it dead.',
    remedy:
      'Let EDNS through in the firewall in front of the server, or bring its software up to date. To see it: “dig +noedns” is answered, “dig” is not.',
    source: 'RFC 6891 §7, RFC 8906 §3.2',
  },
  'diagnosis.answer-mismatched': {
    severity: 'warning',
    title: 'What comes from {server} does not match the query',
    explanation: 'At {addresses}: {message}. Such answers are dropped, because forged ones look the same.',
    remedy: 'Look for a firewall, load balancer or address translator in front of the server that alters messages.',
    source: 'RFC 5452 §3',
  },
  'diagnosis.answer-unreadable': {
    severity: 'warning',
    title: 'What comes from {server} is not DNS',
    explanation: 'At {addresses} something answers with messages that can’t be read.',
    remedy: 'Check what listens on port 53 there.',
    source: 'RFC 1035 §4.1',
  },
  'diagnosis.answer-cut-off': {
    severity: 'error',
    title: '{server} can’t send its whole answer',
    explanation:
      'The answer is too long for UDP and has to be fetched over TCP; at {addresses} TCP port 53 does not let it through. Receivers get no answer either.',
    remedy: 'Open TCP port 53 to the server, as for UDP.',
    source: 'RFC 7766 §5',
  },
  'diagnosis.alias-loop': {
    severity: 'error',
    title: 'The alias at {name} loops',
    explanation:
      'Each name in the chain is an alias of the next, and the last points back: {chain}. No resolver reaches an end.',
    remedy: 'Break the loop: one of these names needs its own record instead of the CNAME.',
    source: 'RFC 1034 §3.6.2',
  },
  'diagnosis.cname-flattened': {
    severity: 'error',
    title: 'The CNAME at {name} is flattened',
    explanation:
      'The DNS host shows what {target} holds instead of the CNAME itself. The provider looks for the CNAME, and later changes at {target} may not arrive.',
    remedy:
      'Switch CNAME flattening off for this name (Cloudflare: “DNS only”; others: use CNAME, not ALIAS or ANAME).',
  },
  'diagnosis.cname-proxied': {
    severity: 'error',
    title: 'There are foreign addresses at {name} instead of the CNAME',
    explanation:
      'The addresses {addresses} are not those of {target}: the DNS host puts a proxy in between, or an A record was published instead of the CNAME.',
    remedy:
      'Turn the proxy off for this name, so that the CNAME itself is published; or replace the address records with it.',
  },
  'diagnosis.wildcard': {
    severity: 'warning',
    title: 'The answer at {name} comes from {wildcard}',
    explanation:
      'Nothing is published at the name itself. The wildcard answers for every name that does not exist, so it looks as if a record were there.',
    remedy: 'Publish the record at {name}; it then takes precedence over the wildcard.',
    source: 'RFC 4592 §2',
  },
  'diagnosis.dnssec-bogus': {
    severity: 'error',
    title: 'DNSSEC validation of {zone} fails: {server} refuses the answer',
    explanation:
      'Without validation the same resolver gives the answer. Receivers behind a validating resolver, the large mailbox providers among them, see a failure instead of the record.',
    remedy:
      'Compare the DS record at the registry with the keys of the zone, and check whether signatures have expired; remove the DS record until they match.',
    source: 'RFC 4035 §5.5',
  },
  'diagnosis.port-53-blocked': {
    severity: 'info',
    title: 'The name servers can’t be queried from this network; {asked} answered instead',
    explanation:
      'Queries to port 53 outside get no answer, or one that no root server gives, while the resolver answers: a firewall lets only the network’s own resolver through. Its answers may be older than what is published.',
    remedy:
      'Allow UDP and TCP to port 53 from this machine to query the zone’s own servers, or check from another network.',
  },
  'diagnosis.not-delegated': {
    severity: 'error',
    title: '{domain} is not delegated: {parent} names no servers for it',
    explanation:
      'The registry’s servers report that the domain does not exist or has no name servers. Nothing below it can be found.',
    remedy: 'Check the registration: it may have expired, be on hold, or list no servers yet.',
    source: 'RFC 1034 §4.2.1',
  },
  'diagnosis.offline': {
    severity: 'info',
    title: 'No DNS server can be reached from here',
    explanation:
      'Neither the name servers nor the system’s resolver gave a usable answer, so nothing is known about the record.',
    remedy: 'Check again once there is a network. The records can be prepared and handed over without it.',
  },
} as const satisfies Record<string, CatalogueEntry>;

export const diagnosisFinding = declareFindings(diagnosisFindings);

import { declareFacts } from '../facts/fact.ts';

/** Why a question got no usable answer: one clause, which stands behind other words. */
export const dnsFacts = declareFacts({
  /** In words that are not ours. */
  'dns.said': '{outside}',
  'dns.late': 'no answer in time',
  'dns.no-route': '{systemCode}',
  'dns.broken': {
    by: 'protocol',
    texts: {
      UDP: 'UDP failed: {systemCode}',
      TCP: 'TCP failed: {systemCode}',
      HTTPS: 'HTTPS failed: {systemCode}',
    },
  },
  'dns.closed': 'the server closed the TCP connection',
  'dns.overlong': 'the answer is longer than it says',
  'dns.cut-off': 'the answer is too long for UDP, and over TCP: {what}',
  'dns.silent-to-edns': 'no answer to a question with EDNS; without it the server answers',
  'dns.rcode': 'the server answered {rcode}',
  'dns.rcode-because': 'the server answered {rcode} ({outside})',
  'dns.lame': 'the server is not authoritative for {domain}',
  'dns.lame-for-root': 'the server is not authoritative for the root',
  'dns.alias-loop': 'the alias {domain} loops',
  'dns.alias-end': 'no server gives an answer for {domain}, the target of the alias',

  'dns.stray': 'the reply does not match the question: {what}',
  'dns.stray-over-tcp': 'the reply over TCP does not match the question: {what}',
  'dns.is-question': 'it is a question, not an answer',
  'dns.other-id': 'it has a different id',
  'dns.no-question': 'it does not repeat the question',
  'dns.other-question': 'it answers a different question',
  'dns.other-address': 'it comes from a different address',
  'dns.unreadable': 'it can’t be read as DNS',

  'dns.http': 'the server answered HTTP {status}',
  'dns.not-dns': 'the server answered {outside} instead of DNS',
  'dns.longer-than-dns': 'the answer is longer than a DNS message can be',
  'dns.extra-ca': 'HTTPS failed: The extra CA can’t be read',
  'dns.proxy-broken': 'HTTPS through the proxy {server}:{port} ({origin}) failed: {systemCode}',
  'dns.proxy-scheme': 'the proxy {server}:{port} ({origin}) uses {scheme}, which is not supported',
  'dns.proxy-credentials': 'the proxy {server}:{port} ({origin}) wants a different user name and password',
  'dns.proxy-refused': 'the proxy {server}:{port} ({origin}) opened no tunnel: it answered {status}',

  'dns.zone-silent': 'no server of {domain} gives a usable answer',
  'dns.root-silent': 'no server of the root gives a usable answer',
  'dns.zone-unaddressed': 'no server of {domain} has an address',
  'dns.root-unaddressed': 'no server of the root has an address',
  'dns.delegation-loop': 'the delegations loop',
  'dns.delegation-endless': 'the delegations never end',
  'dns.unreachable': 'no DNS server could be reached a moment ago',
  'dns.not-public': 'the resolver denies even the top-level domain, so it has no public DNS',
  'dns.no-resolver': 'the system has no DNS server',
});

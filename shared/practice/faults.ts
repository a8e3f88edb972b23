/** A fault that the practice service or its DNS can be told to show, so that every kind can be met before it hurts. */
export interface Fault {
  readonly id: string;
  readonly label: string;
  /** What the person will see, and what the same thing means at a real service. */
  readonly explanation: string;
}

export const faults = [
  {
    id: 'none',
    label: 'Everything works',
    explanation: 'The service, its certificate and the DNS servers answer as they should.',
  },
  {
    id: 'service-unavailable',
    label: 'Service unavailable',
    explanation: 'The service answers 503, as during maintenance. Nothing on your side is wrong; try again later.',
  },
  {
    id: 'connection-reset',
    label: 'Connection cut off',
    explanation: 'The connection opens and is cut before TLS, as by a firewall that inspects traffic.',
  },
  {
    id: 'no-answer',
    label: 'No answer in time',
    explanation: 'The connection opens and nothing comes, as behind an overloaded proxy.',
  },
  {
    id: 'certificate-expired',
    label: 'Certificate expired',
    explanation: 'The service shows a certificate that ended yesterday. Whoever runs it has to renew it.',
  },
  {
    id: 'certificate-wrong-name',
    label: 'Certificate for another name',
    explanation: 'The certificate was made for another host, as when the URL has a typing slip.',
  },
  {
    id: 'certificate-self-signed',
    label: 'Self-signed certificate',
    explanation: 'No authority vouches for the certificate, as with a test installation or an inspecting proxy.',
  },
  {
    id: 'not-found',
    label: 'Wrong path',
    explanation: 'The service answers 404, as when the URL points to another application.',
  },
  {
    id: 'redirect',
    label: 'Redirect',
    explanation: 'The service sends the caller elsewhere, as when the URL is an old one.',
  },
  {
    id: 'provider-not-told',
    label: 'Provider not told',
    explanation:
      'The service answers with a blank page. The connection is good; the record template stays your choice.',
  },
  {
    id: 'wrong-api-key',
    label: 'API key refused',
    explanation: 'The service refuses every API key, as after a key was withdrawn in the account.',
  },
  {
    id: 'wrong-auth-key',
    label: 'Auth key refused',
    explanation: 'The service refuses every Auth key, so its responses would not be accepted.',
  },
  {
    id: 'service-inactive',
    label: 'Bulk email not active',
    explanation: 'The service accepts the keys, but bulk email is not switched on for the account.',
  },
  {
    id: 'domain-of-another-account',
    label: 'Response domain of another account',
    explanation: 'The response domain is registered under another account of the service.',
  },
  {
    id: 'response-domain-unreachable',
    label: 'Response domain unreachable',
    explanation: 'The service could not reach the response domain from the internet.',
  },
  {
    id: 'domain-list-failed',
    label: 'List of domains fails',
    explanation: 'The service accepts the keys but can’t list the account’s domains (code 111).',
  },
  {
    id: 'domain-not-added',
    label: 'Domain not added',
    explanation: 'The service does not add a domain (code 112), as one that another account has.',
  },
  {
    id: 'unknown-code',
    label: 'Unknown code',
    explanation: 'The service answers every call with a code that no documentation names.',
  },
  {
    id: 'names-in-capitals',
    label: 'Field names in the other letter case',
    explanation:
      'The service writes the names of its fields with a capital first, as newer versions do. Nothing is wrong.',
  },
  {
    id: 'answer-slow',
    label: 'Slow answers',
    explanation: 'The service takes ten seconds for each call. The console waits, and stays usable.',
  },
  {
    id: 'answer-wrong-type',
    label: 'Wrong content type',
    explanation: 'The service says that its JSON is plain text. It is read all the same.',
  },
  {
    id: 'answer-page',
    label: 'Page instead of an answer',
    explanation: 'A web page comes back, as from a login or a portal in front of the service.',
  },
  {
    id: 'answer-cut-off',
    label: 'Answer cut off',
    explanation: 'The answer stops half-way, as through a proxy that gives up.',
  },
  {
    id: 'answer-huge',
    label: 'Answer without end',
    explanation: 'The answer is far larger than any account is. Reading stops at a limit.',
  },
  {
    id: 'webhook-not-found',
    label: 'Webhook path missing',
    explanation: 'The application answers 404 at the webhook path, as when it is installed under another folder.',
  },
  {
    id: 'webhook-forbidden',
    label: 'Webhook blocked',
    explanation: 'A gateway in front of the application answers 403 to the POST.',
  },
  {
    id: 'application-other-key',
    label: 'Other Auth key in the application',
    explanation: 'The application refuses the signature, because another Auth key is set in it.',
  },
  {
    id: 'application-without-key',
    label: 'No Auth key in the application',
    explanation: 'The application refuses every signature, because no Auth key is set in it.',
  },
  {
    id: 'signature-lost',
    label: 'Signature lost on the way',
    explanation: 'A gateway removes the header with the signature, so the application finds none.',
  },
  {
    id: 'monitoring-off',
    label: 'Monitoring off in the application',
    explanation: 'The application refuses support’s requests, because the setting is off in it.',
  },
  {
    id: 'dns-servfail',
    label: 'DNS server fails',
    explanation: 'The DNS servers answer SERVFAIL, as with a broken zone or a failed DNSSEC signature.',
  },
  {
    id: 'dns-timeout',
    label: 'DNS server silent',
    explanation: 'The DNS servers do not answer, as behind a closed port 53.',
  },
  {
    id: 'dns-one-stale',
    label: 'One name server is behind',
    explanation: 'What is published reaches only one of the two name servers, as during propagation.',
  },
  {
    id: 'dns-zone-doubled',
    label: 'Zone name doubled',
    explanation: 'Publishing puts the zone name behind each name twice, as with a form that adds it by itself.',
  },
  {
    id: 'dns-second-spf',
    label: 'Second SPF record',
    explanation: 'Publishing adds a second SPF record beside the old one instead of replacing it.',
  },
  {
    id: 'dns-truncated-key',
    label: 'DKIM key cut off',
    explanation: 'Publishing cuts values after 255 characters, as some forms do.',
  },
] as const satisfies readonly Fault[];

export type FaultId = (typeof faults)[number]['id'];

export function isFaultId(id: string): id is FaultId {
  return faults.some((fault) => fault.id === id);
}

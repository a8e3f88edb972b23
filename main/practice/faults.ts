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
    label: 'Connection is cut',
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

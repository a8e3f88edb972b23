import type { CatalogueEntry } from './finding.ts';
import { declareFindings } from './finding.ts';

const DOCUMENTED = 'Bulk email setup, documentation of the cloud email service';

export const serviceFindings = {
  'url.empty': {
    severity: 'error',
    title: 'No address was given',
    explanation: 'The field is needed.',
    remedy: 'Write an address such as {example}.',
  },
  'url.malformed': {
    severity: 'error',
    title: '“{value}” is not an address',
    explanation: 'It can’t be read as a URL.',
    remedy: 'Write an address such as {example}.',
  },
  'url.scheme': {
    severity: 'error',
    title: '{scheme}: is not allowed here',
    explanation: 'The address has to begin with {allowed}.',
    remedy: 'Write {example}.',
  },
  'url.credentials': {
    severity: 'error',
    title: 'The address holds a user name or password',
    explanation: 'Credentials in an address end up in logs and histories.',
    remedy: 'Remove everything before the at sign; keys have fields of their own.',
  },
  'url.host': {
    severity: 'error',
    title: '“{value}” is not a host name',
    explanation: 'A host is a domain name or an IP address.',
    remedy: 'Correct the host, for example {example}.',
  },
  'url.extra': {
    severity: 'warning',
    title: 'The part “{value}” was removed',
    explanation: 'A query or fragment has no meaning in this address.',
    remedy: 'Nothing to do.',
  },
  'url.port': {
    severity: 'warning',
    title: 'The address uses port {port} instead of 443',
    explanation: 'The service is documented at port 443; firewalls may let only that through.',
    remedy: 'Leave the port out unless the service’s operator named it.',
    source: DOCUMENTED,
  },
  'url.http': {
    severity: 'warning',
    title: 'Responses arrive unencrypted at this address',
    explanation: 'The service still posts over port 443, even to an http address.',
    remedy: 'Use https with a valid certificate where you can.',
    source: DOCUMENTED,
  },
  'url.webhook-path': {
    severity: 'warning',
    title: 'The webhook path was removed',
    explanation: 'The console adds it by itself; only the domain of the application belongs here.',
    remedy: 'Nothing to do.',
  },

  'probe.unresolvable': {
    severity: 'error',
    title: '{host} can’t be resolved',
    explanation: 'No address was found for the name: {message}.',
    remedy: 'Check the spelling of the host, and that this machine’s DNS reaches the internet.',
  },
  'probe.resolver-failed': {
    severity: 'error',
    title: 'The resolver gave no answer for {host}',
    explanation: 'The name may be right: {message}.',
    remedy: 'Check this machine’s network and DNS settings, then test again.',
  },
  'probe.refused': {
    severity: 'error',
    title: '{host} refuses connections on port {port}',
    explanation: 'The machine answers, but nothing listens there.',
    remedy: 'Check the address and port, or ask the operator whether the service runs.',
  },
  'probe.timed-out': {
    severity: 'error',
    title: 'No answer from {host} on port {port} in time',
    explanation: 'Packets are dropped on the way, mostly by a firewall.',
    remedy: 'Have port {port} to {host} opened for this machine.',
  },
  'probe.unreachable': {
    severity: 'error',
    title: 'There is no way to {host}',
    explanation: 'This machine has no route to the address: {message}.',
    remedy: 'Check the network connection.',
  },
  'probe.reset': {
    severity: 'error',
    title: 'The connection was cut during {stage}',
    explanation: 'A firewall or proxy that inspects traffic does so, or the service itself is at fault.',
    remedy: 'Ask the network team whether traffic to {host} is inspected.',
  },
  'probe.certificate-expired': {
    severity: 'error',
    title: 'The certificate of {host} expired on {date}',
    explanation: 'Nobody may trust it any more.',
    remedy: 'Have the operator renew it.',
  },
  'probe.certificate-not-yet-valid': {
    severity: 'error',
    title: 'The certificate of {host} is valid only from {date}',
    explanation: 'Either it was put in place too early, or this machine’s clock is wrong.',
    remedy: 'Check the clock of this machine.',
  },
  'probe.certificate-soon': {
    severity: 'warning',
    title: 'The certificate of {host} expires in {days} days',
    explanation: 'After that the connection fails.',
    remedy: 'Have the operator renew it in time.',
  },
  'probe.certificate-name': {
    severity: 'error',
    title: 'The certificate is not for {host}',
    explanation: 'It names {names}.',
    remedy: 'Use the name that the certificate has, or have it issued for {host}.',
  },
  'probe.certificate-self-signed': {
    severity: 'error',
    title: 'The certificate of {host} is self-signed',
    explanation: 'No authority vouches for it, so anybody could have made it.',
    remedy: 'Have a certificate issued by an authority, or enter the certificate as an extra CA.',
  },
  'probe.certificate-incomplete': {
    severity: 'error',
    title: 'The chain of the certificate is incomplete',
    explanation: 'The server leaves out the intermediate certificate {issuer}.',
    remedy: 'Have the server send the whole chain.',
  },
  'probe.certificate-untrusted': {
    severity: 'error',
    title: 'The authority {issuer} is not trusted here',
    explanation:
      'Neither the system nor the extra CA knows it; a company’s own authority or an inspecting proxy looks like this.',
    remedy: 'Enter the authority’s certificate as an extra CA, if you trust it.',
  },
  'probe.tls-version': {
    severity: 'error',
    title: '{host} offers no TLS version that is safe',
    explanation: 'TLS 1.2 is the least; the server ended the handshake: {message}.',
    remedy: 'Have the operator enable TLS 1.2 or 1.3.',
  },
  'probe.tls-failed': {
    severity: 'error',
    title: 'TLS with {host} failed',
    explanation: '{message}.',
    remedy: 'Check that the port speaks TLS.',
  },
  'probe.redirect': {
    severity: 'error',
    title: 'The address sends on to {location}',
    explanation: 'Redirects are not followed: keys must not go to an address that nobody entered.',
    remedy: 'Enter the address that it leads to, if it is the service’s own.',
  },
  'probe.unauthorised': {
    severity: 'error',
    title: 'The service answered {status}',
    explanation: 'It refuses callers without credentials, though this page is documented as open.',
    remedy: 'Check the address; a gateway in front of the service may ask for a login.',
  },
  'probe.not-found': {
    severity: 'error',
    title: 'There is no {path} at this address',
    explanation: 'The host answers, but not as the cloud email service does.',
    remedy: 'Check the address for a missing or extra path.',
  },
  'probe.server-error': {
    severity: 'error',
    title: 'The service answered {status}',
    explanation: 'The connection is good; the service itself has a fault.',
    remedy: 'Try again later, or tell the service’s support.',
  },
  'probe.unavailable': {
    severity: 'error',
    title: 'The service is not available ({status})',
    explanation: 'It says so itself, as during maintenance.',
    remedy: 'Try again in a few minutes.',
  },
  'probe.unexpected-status': {
    severity: 'error',
    title: 'The service answered {status}',
    explanation: 'That is no answer the documented page gives.',
    remedy: 'Check the address.',
  },
  'probe.body-too-large': {
    severity: 'warning',
    title: 'The answer is larger than {limit}',
    explanation: 'Reading was stopped there; a metadata page is small.',
    remedy: 'Check the address; something else may answer there.',
  },
  'probe.not-json': {
    severity: 'info',
    title: 'The answer holds no service data',
    explanation: 'The page may be blank; a good connection is what counts.',
    remedy: 'Nothing to do.',
  },
  'probe.clock-skew': {
    severity: 'warning',
    title: 'This machine’s clock differs by {seconds} s from the service’s',
    explanation: 'Certificates and signatures depend on the time.',
    remedy: 'Set the clock by the network.',
  },
  'probe.proxy-refused': {
    severity: 'error',
    title: 'The proxy {proxy} refuses to connect to {host}',
    explanation: 'It answered {status} to CONNECT.',
    remedy: 'Have the proxy’s operator allow {host} on port {port}.',
  },
  'probe.proxy-credentials': {
    severity: 'error',
    title: 'The proxy {proxy} wants credentials',
    explanation: 'It answered 407.',
    remedy: 'Put the credentials into the proxy’s address in HTTPS_PROXY.',
  },
  'probe.proxy-unreachable': {
    severity: 'error',
    title: 'The proxy {proxy} can’t be reached',
    explanation: '{message}.',
    remedy: 'Check HTTPS_PROXY, or add the host to NO_PROXY.',
  },
  'probe.aborted': {
    severity: 'info',
    title: 'The test was stopped',
    explanation: 'It did not come to a result.',
    remedy: 'Start it again.',
  },

  'responses.no-443': {
    severity: 'warning',
    title: 'Port 443 of {host} does not answer',
    explanation: 'The service posts over 443 whatever port the application uses, so responses would be lost.',
    remedy: 'Have port 443 opened for POSTs from the internet to {host}.',
    source: DOCUMENTED,
  },
  'responses.only-443': {
    severity: 'info',
    title: 'Port {port} does not answer, but 443 does',
    explanation: 'The service posts over 443, so responses arrive.',
    remedy: 'Check that the address in the field is the one meant.',
    source: DOCUMENTED,
  },
  'responses.path-missing': {
    severity: 'error',
    title: 'The webhook path answers 404',
    explanation: 'The host is reached, but the application is not at this address.',
    remedy: 'Check the response domain for a missing folder of the application.',
  },
  'responses.blocked': {
    severity: 'error',
    title: 'The POST is refused with {status}',
    explanation: 'A gateway or the web server stands in front of the application and blocks the path.',
    remedy: 'Have POSTs to the webhook address let through.',
  },
  'responses.no-post': {
    severity: 'error',
    title: 'The address does not take POSTs ({status})',
    explanation: 'The service only ever posts; another application may answer here.',
    remedy: 'Check the response domain.',
  },
  'responses.server-error': {
    severity: 'warning',
    title: 'The application answered {status} to the test',
    explanation: 'The path is reached. An empty test body may be more than it expects.',
    remedy: 'Send a test mailing and look whether responses arrive.',
  },
  'monitoring.off': {
    severity: 'info',
    title: 'Monitoring is off',
    explanation:
      'The setting “Enable monitoring of the email troubleshooting indicators” is not on, so support sees no figures.',
    remedy: 'Turn the setting on in the application.',
  },
} as const satisfies Record<string, CatalogueEntry>;

export const serviceFinding = declareFindings(serviceFindings);

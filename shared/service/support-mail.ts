export interface PreparedMail {
  readonly to: string;
  readonly subject: string;
  readonly body: string;
  /** The whole as a `mailto:` address, for the mail program. */
  readonly mailto: string;
}

/** Support as the documentation of 7.14 names it. */
export const DOCUMENTED_SUPPORT = 'support@bpmonline.com';

/** An address as `mailto:` takes it: the sign between its parts stays (RFC 6068 §2). */
const addressPart = (to: string): string => to.split('@').map(encodeURIComponent).join('@');

/** A value in a `mailto:` address; lines end with CR and LF there (RFC 6068 §5). */
const fieldPart = (text: string): string => encodeURIComponent(text.replaceAll('\n', '\r\n'));

function prepare(to: string, subject: string, lines: readonly string[]): PreparedMail {
  const body = ['Hello,', '', ...lines, ''].join('\n');
  return {
    to,
    subject,
    body,
    mailto: `mailto:${addressPart(to)}?subject=${fieldPart(subject)}&body=${fieldPart(body)}`,
  };
}

const NOT_ENTERED = 'not entered yet';

export interface MailFacts {
  /** Support's address; empty where it is not known. */
  readonly to: string;
  readonly serviceUrl: string;
  /** The domain to receive responses. */
  readonly responseDomain: string;
}

/** The request for the keys and the address of the service, once the licences are installed. */
export function keysRequest({ to, responseDomain }: MailFacts): PreparedMail {
  return prepare(to, 'API key, Auth key and connection URL for bulk email', [
    'the licences for bulk email are installed in our application. Please send us, for the cloud email service:',
    '',
    '- the API key, our personal access key',
    '- the Auth key, for receiving responses',
    '- the connection URL of the cloud services',
    '',
    `Domain to receive responses: ${responseDomain === '' ? NOT_ENTERED : responseDomain}`,
    '',
    'Please send the keys in a way that only we can read, and not in plain mail.',
  ]);
}

/**
 * The request to the service's support for another email provider.
 *
 * @param wanted the provider's name.
 */
export function providerRequest({ to, serviceUrl }: MailFacts, current: string | null, wanted: string): PreparedMail {
  return prepare(to, `Change of email provider to ${wanted}`, [
    `please change the email provider of our account to ${wanted}.`,
    '',
    `Service: ${serviceUrl === '' ? NOT_ENTERED : serviceUrl}`,
    `Provider today: ${current ?? 'not told by the service'}`,
    '',
    'Please tell us when the change is made, so that we can publish the new records for our sender domains.',
  ]);
}

/**
 * Tells support that the email troubleshooting indicators may be read.
 *
 * @param address of the indicators; empty while no response domain is known.
 * @param isCloud the application runs in the cloud, where support opens the way itself.
 */
export function monitoringRequest({ to }: MailFacts, address: string, isCloud: boolean): PreparedMail {
  return prepare(to, 'Monitoring of the email troubleshooting indicators', [
    'monitoring of the email troubleshooting indicators is on in our application, and you may read the figures.',
    '',
    `Address: ${address === '' ? NOT_ENTERED : address}`,
    isCloud
      ? 'The application runs in your cloud: please allow access to it on your side.'
      : 'The application runs on our own servers; the address is open to the internet over port 443.',
    '',
    'Please tell us when you can read them.',
  ]);
}

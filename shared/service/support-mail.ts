export interface PreparedMail {
  readonly subject: string;
  readonly body: string;
  /** The whole as a `mailto:` address, for the mail program. */
  readonly mailto: string;
}

function prepare(to: string, subject: string, body: string): PreparedMail {
  return {
    subject,
    body,
    mailto: `mailto:${encodeURIComponent(to)}?subject=${encodeURIComponent(subject)}&body=${encodeURIComponent(body)}`,
  };
}

/**
 * The request to the service's support for another email provider.
 *
 * @param wanted the provider's name.
 */
export function providerRequest(serviceUrl: string, current: string | null, wanted: string): PreparedMail {
  return prepare(
    '',
    `Change of email provider to ${wanted}`,
    [
      'Hello,',
      '',
      `please change the email provider of our account to ${wanted}.`,
      '',
      `Service: ${serviceUrl === '' ? 'not entered yet' : serviceUrl}`,
      `Provider today: ${current ?? 'not told by the service'}`,
      '',
      'Please tell us when the change is made, so that we can publish the new records for our sender domains.',
      '',
    ].join('\n'),
  );
}

import type { ApplicationBuild } from './urls.ts';
import { emailStateUrl, isPrivateHost, webhookUrl } from './urls.ts';

export interface FirewallOptions {
  /** Normalised. */
  readonly responseDomain: string;
  readonly build: ApplicationBuild;
  /** Name the exact paths, for firewalls that look into requests. */
  readonly withPath: boolean;
  readonly monitoring: boolean;
}

/** The request to the network team, in plain text. */
export function firewallText({ responseDomain, build, withPath, monitoring }: FirewallOptions): string {
  const { hostname, port, protocol } = new URL(responseDomain);
  const isTls = protocol === 'https:';
  const own = port === '' ? (isTls ? '443' : '80') : port;
  if (isPrivateHost(hostname)) {
    return [
      `Our application is known as ${hostname}${port === '' ? '' : ` (port ${port})`}, which the internet can’t reach.`,
      'Please give it a public name, and forward TCP port 443 of that name to it from any address.',
      '',
      'Why: the cloud email service posts delivery responses to our application from the internet. It always connects to port 443.',
      '',
      'Please tell us the public name, so that we can register it with the service.',
      '',
    ].join('\n');
  }
  return [
    `Please allow incoming connections from the internet to ${hostname}, TCP port 443.`,
    '',
    'Why: the cloud email service posts delivery responses to our application. It always connects to port 443, whatever port the application uses.',
    ...(own === '443' ? [] : [`Our application answers on port ${own}: please forward port 443 of ${hostname} to it.`]),
    '',
    'From: any address. The service’s addresses change, so an allow list would lose responses.',
    `To: ${hostname}, TCP 443.`,
    ...(withPath
      ? [
          'What: POST requests to this address. GET is not needed.',
          `  ${webhookUrl(responseDomain, build)}`,
          ...(monitoring
            ? [
                'Also allow reading this address, for the service’s support.',
                `  ${emailStateUrl(responseDomain, build)}`,
              ]
            : []),
        ]
      : [
          monitoring
            ? 'What: POST requests; for the service’s support also reading (GET).'
            : 'What: POST requests. GET is not needed.',
        ]),
    '',
    'If deny lists are in use, please check that they do not catch the service.',
    ...(isTls
      ? ['The certificate must be valid, issued for this host by a known authority, with its chain complete.']
      : []),
    '',
  ].join('\n');
}

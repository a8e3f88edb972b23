import { emailStateUrl, webhookUrl } from './urls.ts';

export interface FirewallOptions {
  /** Normalised. */
  readonly responseDomain: string;
  /** Name the exact paths, for firewalls that look into requests. */
  readonly withPath: boolean;
  readonly monitoring: boolean;
}

/** The request to the network team, in plain text. */
export function firewallText({ responseDomain, withPath, monitoring }: FirewallOptions): string {
  const { hostname } = new URL(responseDomain);
  const paths = [webhookUrl(responseDomain), ...(monitoring ? [emailStateUrl(responseDomain)] : [])];
  return [
    `Please allow incoming connections from the internet to ${hostname}, TCP port 443.`,
    '',
    'Why: the cloud email service posts delivery responses to our application. It always connects to port 443, whatever port the application uses.',
    '',
    'From: any address. The service’s addresses change, so a list of allowed addresses would lose responses.',
    `To: ${hostname}, TCP 443.`,
    'Method: POST. GET is not needed.',
    ...(withPath ? ['Paths:', ...paths.map((path) => `  ${path}`)] : []),
    '',
    'If deny lists are in use, please check that they do not catch the service.',
    ...(responseDomain.startsWith('https:')
      ? ['The certificate must be valid, issued for this host by a known authority, with its chain complete.']
      : []),
    '',
  ].join('\n');
}

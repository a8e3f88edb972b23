import { parseAddress } from './addresses.ts';
import type { DnsServer } from './resolver.ts';

/**
 * Whom questions go to.
 *
 * - `chosen`: these servers and no others.
 * - `views`: the zone's own servers (unless `authoritative` is off), the system's resolver, and public resolvers to
 *   compare with. Where none of them answers, those to fall back on, in order.
 */
export type Servers =
  | { readonly kind: 'chosen'; readonly servers: readonly DnsServer[] }
  | {
      readonly kind: 'views';
      readonly authoritative: boolean;
      readonly publicResolvers: readonly DnsServer[];
      readonly fallback: readonly DnsServer[];
    };

/** Everybody that may be asked by name. */
export function namedServers(servers: Servers): readonly DnsServer[] {
  return servers.kind === 'chosen' ? servers.servers : [...servers.publicResolvers, ...servers.fallback];
}

/** A name or a password before the host (RFC 3986 §3.2.1): it would be kept and shown as any other setting is. */
const CREDENTIALS = /^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i;

/** Whether an address in a list of servers has a name or a password in it. */
export function holdsCredentials(text: string): boolean {
  return text.split(',').some((part) => CREDENTIALS.test(part.trim()));
}

export interface ServerListFault {
  /** What was typed, without a name and a password. */
  readonly value: string;
  readonly message: string;
  readonly remedy: string;
}

/** What to say of a text that `parseServerList` refuses. */
export function serverListFault(text: string): ServerListFault {
  const parts = text.split(',').map((part) => part.trim());
  const value = parts.map((part) => part.replace(CREDENTIALS, '$1')).join(', ');
  const shown = value.slice(0, 100);
  return holdsCredentials(text)
    ? {
        value: value.slice(0, 200),
        message: `The address of the DNS server ${shown} has a name or a password in it`,
        remedy: `Write it without them: ${shown}. If the server identifies its users, use the address that its operator provides for that, or another server.`,
      }
    : {
        value: value.slice(0, 200),
        message: `“${shown}” is not a DNS server`,
        remedy:
          'Write an address with or without a port, such as 192.0.2.53:53 or [2001:db8::53]:5353, or https:// and the path of a DNS-over-HTTPS server.',
      };
}

/**
 * Reads servers as they are typed, several with commas: addresses with or without a port, DNS-over-HTTPS addresses.
 *
 * @param extraCa PEM of certificates to trust for DNS over HTTPS beside the system's.
 * @returns null when a part is neither, or an address has credentials.
 */
export function parseServerList(text: string, extraCa = ''): readonly DnsServer[] | null {
  const servers = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      if (!part.startsWith('https://')) return parseAddress(part);
      if (!URL.canParse(part.replace(/\{\?dns\}$/, '')) || CREDENTIALS.test(part)) return null;
      return extraCa === '' ? { doh: part } : { doh: part, extraCa };
    });
  return servers.every((server) => server !== null) ? servers : null;
}

/**
 * Reads whom to ask from the settings' texts.
 *
 * @param chosen servers that alone are asked; empty for the three views, `system` for the system's resolver alone.
 * @returns null when a text can't be read.
 */
export function parseServers(
  chosen: string,
  {
    publicResolvers = '',
    fallback = '',
    extraCa = '',
  }: { readonly publicResolvers?: string; readonly fallback?: string; readonly extraCa?: string } = {},
): Servers | null {
  const text = chosen.trim();
  if (text !== '' && text !== 'system') {
    const servers = parseServerList(text, extraCa);
    return servers === null || servers.length === 0 ? null : { kind: 'chosen', servers };
  }
  const compared = parseServerList(publicResolvers, extraCa);
  const last = parseServerList(fallback, extraCa);
  if (compared === null || last === null) return null;
  return { kind: 'views', authoritative: text === '', publicResolvers: compared, fallback: last };
}

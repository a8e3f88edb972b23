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

/**
 * Reads servers as they are typed, several with commas: addresses with or without a port, DNS-over-HTTPS addresses.
 *
 * @param extraCa PEM of certificates to trust for DNS over HTTPS beside the system's.
 * @returns null when a part is neither.
 */
export function parseServerList(text: string, extraCa = ''): readonly DnsServer[] | null {
  const servers = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      if (!part.startsWith('https://')) return parseAddress(part);
      if (!URL.canParse(part.replace(/\{\?dns\}$/, ''))) return null;
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

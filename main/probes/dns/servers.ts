import { isIP } from 'node:net';
import type { Lookup } from '../../../shared/dns/lookup.ts';
import { canonicalName } from '../../../shared/dns/names.ts';
import type { QueryType } from '../../../shared/dns/records.ts';
import type { Observation } from '../../../shared/plan/types.ts';
import type { DnsServer, WireResolver } from './resolver.ts';
import { askSystem } from './system.ts';

/** Where questions go: the system's resolver, or servers that were chosen. */
export type Servers = 'system' | readonly DnsServer[];

/**
 * Reads a resolver as it is typed: `address`, `address:port`, `[v6]:port`, a DoH address, several with commas, or
 * nothing for the system's.
 *
 * @returns the servers, or null when the text is none of these.
 */
export function parseServers(text: string): Servers | null {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (parts.length === 0) return 'system';
  const servers: DnsServer[] = [];
  for (const part of parts) {
    if (part.startsWith('https://')) {
      if (!URL.canParse(part)) return null;
      servers.push({ doh: part });
      continue;
    }
    const match = /^\[([0-9a-f:.]+)\](?::(\d{1,5}))?$/i.exec(part) ?? /^([\d.]+)(?::(\d{1,5}))?$/.exec(part);
    const address = match?.[1] ?? part;
    const port = Number(match?.[2] ?? 53);
    if (isIP(address) === 0 || port < 1 || port > 65_535) return null;
    servers.push({ address, port });
  }
  return servers;
}

const SYSTEM_TIMEOUT_MS = 3000;

/** Asks every server one question; the system's resolver counts as one. */
export async function observe(
  question: { readonly name: string; readonly type: QueryType },
  servers: Servers,
  parts: { readonly resolver: WireResolver; readonly now: () => number; readonly signal?: AbortSignal },
): Promise<readonly Observation[]> {
  const signal = parts.signal === undefined ? {} : { signal: parts.signal };
  if (servers === 'system')
    return [await askSystem(question, { timeoutMs: SYSTEM_TIMEOUT_MS, now: parts.now, ...signal })];
  return Promise.all(servers.map((server) => parts.resolver.ask({ ...question, server, ...signal })));
}

/**
 * Live DNS as a Lookup: each question is asked once of the first server that answers.
 */
export function liveLookup(
  servers: Servers,
  parts: { readonly resolver: WireResolver; readonly now: () => number },
): Lookup {
  const asked = new Map<string, Promise<Observation>>();
  const first: Servers = servers === 'system' ? servers : servers.slice(0, 1);
  return {
    async query(name, type, options) {
      const key = `${canonicalName(name)}/${type}`;
      const known =
        asked.get(key) ??
        observe({ name, type }, first, { ...parts, ...options }).then(([only]) => only as Observation);
      asked.set(key, known);
      const { outcome, records, aliases, failure } = await known;
      if (outcome === 'answer') return { status: outcome, records, aliases };
      if (outcome !== 'failure') return { status: outcome, aliases };
      return { status: 'failure', reason: failure?.reason ?? 'network', message: failure?.message ?? 'no answer' };
    },
  };
}

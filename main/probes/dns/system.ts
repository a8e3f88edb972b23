import { Resolver } from 'node:dns';
import type { QueryType } from '../../../shared/dns/records.ts';
import type { Observation } from '../../../shared/plan/types.ts';
import { parseAddress } from './addresses.ts';
import type { WireResolver } from './resolver.ts';

/** The resolver that the operating system is set up with: its servers, asked in its order. */

const ASK_MS = 3000;
const SERVERS_TRIED = 3;

/** Failures after which a system goes on to its next server. */
const NEXT: ReadonlySet<string> = new Set(['timeout', 'network', 'offline', 'refused', 'malformed', 'mismatched']);

/** Milliseconds after which the system is asked again which servers it has: a laptop changes networks. */
const KEPT_MS = 2000;
type SystemServer = NonNullable<ReturnType<typeof parseAddress>>;
let known: { readonly servers: readonly SystemServer[]; readonly at: number } | null = null;

function systemServers(): readonly SystemServer[] {
  if (known === null || performance.now() - known.at > KEPT_MS) {
    const servers = new Resolver()
      .getServers()
      .map((text) => parseAddress(text))
      .filter((server) => server !== null);
    known = { servers: servers.slice(0, SERVERS_TRIED), at: performance.now() };
  }
  return known.servers;
}

/**
 * Asks the system's resolver.
 *
 * @param now milliseconds since the epoch.
 * @returns the first server's answer that is one; else the first one's failure.
 */
export async function askSystem(
  question: { readonly name: string; readonly type: QueryType; readonly checkingDisabled?: boolean },
  parts: { readonly resolver: WireResolver; readonly now: () => number; readonly signal?: AbortSignal },
): Promise<Observation> {
  const servers = systemServers();
  let first: Observation | null = null;
  for (const server of servers) {
    const observation = await parts.resolver.ask({
      ...question,
      server: { ...server, kind: 'system' },
      deadlineMs: ASK_MS,
      ...(parts.signal === undefined ? {} : { signal: parts.signal }),
    });
    if (observation.failure === undefined || !NEXT.has(observation.failure.reason)) return observation;
    first ??= observation;
  }
  return (
    first ?? {
      question: { name: question.name, type: question.type },
      server: { kind: 'system', address: '' },
      seenAt: parts.now(),
      durationMs: 0,
      outcome: 'failure',
      records: [],
      aliases: [],
      failure: { reason: 'offline', message: 'the system has no DNS server' },
    }
  );
}

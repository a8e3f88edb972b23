import { Resolver } from 'node:dns';
import { canonicalName } from '../../../shared/dns/names.ts';
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

/** Milliseconds that a resolver's word on a top-level domain is kept. */
const WORD_KEPT_MS = 60_000;
const words = new Map<string, { readonly isDenied: Promise<boolean>; readonly at: number }>();
const MAX_WORDS = 1000;

/**
 * Whether a resolver denies even the top-level domain of a name. Resolvers of closed networks do: they know their own
 * names, and answer that everything else does not exist, which says nothing of what is published.
 */
function deniesTopLevel(name: string, server: SystemServer, resolver: WireResolver): Promise<boolean> {
  const topLevel = canonicalName(name).split('.').at(-1) ?? '';
  const key = `${server.address}:${server.port} ${topLevel}`;
  const known = words.get(key);
  if (known !== undefined && performance.now() - known.at < WORD_KEPT_MS) return known.isDenied;
  const isDenied = resolver
    .ask({ name: topLevel, type: 'NS', server: { ...server, kind: 'system' }, deadlineMs: ASK_MS })
    .then(({ outcome }) => outcome === 'nxdomain');
  if (words.size >= MAX_WORDS) words.clear();
  words.set(key, { isDenied, at: performance.now() });
  return isDenied;
}

/**
 * Asks the system's resolver.
 *
 * @param now milliseconds since the epoch.
 * @returns the first server's answer that is one; else the first one's failure. A resolver that sees no public DNS gives
 *   none: *offline*, not *there is no such record*.
 */
export async function askSystem(
  question: { readonly name: string; readonly type: QueryType; readonly checkingDisabled?: boolean },
  parts: { readonly resolver: WireResolver; readonly now: () => number; readonly signal?: AbortSignal },
): Promise<Observation> {
  const servers = systemServers();
  let first: Observation | null = null;
  for (const server of servers) {
    const answer = await parts.resolver.ask({
      ...question,
      server: { ...server, kind: 'system' },
      deadlineMs: ASK_MS,
      ...(parts.signal === undefined ? {} : { signal: parts.signal }),
    });
    const isBlind = answer.outcome === 'nxdomain' && (await deniesTopLevel(question.name, server, parts.resolver));
    const observation: Observation = isBlind
      ? {
          ...answer,
          outcome: 'failure',
          failure: {
            reason: 'offline',
            message: 'the resolver denies even the top-level domain: it sees no public DNS',
          },
        }
      : answer;
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

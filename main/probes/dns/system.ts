import { Resolver } from 'node:dns';
import { fact } from '../../../shared/facts/catalogue.ts';
import type { FailureReason } from '../../../shared/dns/lookup.ts';
import { canonicalName } from '../../../shared/dns/names.ts';
import type { QueryType } from '../../../shared/dns/records.ts';
import type { Observation } from '../../../shared/observed/observation.ts';
import { parseAddress } from './addresses.ts';
import type { WireResolver } from './resolver.ts';

/** The resolver that the operating system is set up with: its servers, asked in its order. */

const ASK_MS = 3000;
const SERVERS_TRIED = 3;

/**
 * Failures after which a system goes on to its next server. glibc does so for SERVFAIL, NOTIMP and REFUSED (and for
 * FORMERR once it has asked without EDNS), musl for everything that is neither an answer nor NXDOMAIN. What a validating
 * server refuses as bogus stands: the cause is known, and another server without validation would hide it.
 */
const NEXT: ReadonlySet<FailureReason> = new Set<FailureReason>([
  'timeout',
  'network',
  'offline',
  'refused',
  'servfail',
  'notimp',
  'formerr',
  'malformed',
  'mismatched',
]);

/** Milliseconds after which the system is asked again which servers it has: a laptop changes networks. */
const KEPT_MS = 2000;
type SystemServer = NonNullable<ReturnType<typeof parseAddress>>;

function readServers(): readonly SystemServer[] {
  return new Resolver()
    .getServers()
    .map((text) => parseAddress(text))
    .filter((server) => server !== null)
    .slice(0, SERVERS_TRIED);
}

/** Milliseconds that a resolver's word on a top-level domain is kept. */
const WORD_KEPT_MS = 60_000;
const MAX_WORDS = 1000;

export interface SystemResolver {
  /**
   * Asks the system's resolver.
   *
   * @returns the first server's answer that is one; else the first one's failure. A resolver that sees no public DNS
   *   gives none: *offline*, not *there is no such record*.
   */
  readonly ask: (
    question: { readonly name: string; readonly type: QueryType; readonly checkingDisabled?: boolean },
    signal: AbortSignal,
  ) => Promise<Observation>;
}

/** @param parts `now` in milliseconds since the epoch. */
export function createSystemResolver(parts: {
  readonly resolver: WireResolver;
  readonly now: () => number;
}): SystemResolver {
  const { resolver, now } = parts;
  const words = new Map<string, { readonly isDenied: Promise<boolean>; readonly at: number }>();
  let known: { readonly servers: readonly SystemServer[]; readonly at: number } | null = null;

  const systemServers = (): readonly SystemServer[] => {
    if (known === null || performance.now() - known.at > KEPT_MS)
      known = { servers: readServers(), at: performance.now() };
    return known.servers;
  };

  /**
   * Whether a resolver denies even the top-level domain of a name. Resolvers of closed networks do: they know their own
   * names, and answer that everything else does not exist, which says nothing of what is published.
   */
  const deniesTopLevel = (name: string, server: SystemServer): Promise<boolean> => {
    const topLevel = canonicalName(name).split('.').at(-1) ?? '';
    const key = `${server.address}:${server.port} ${topLevel}`;
    const word = words.get(key);
    if (word !== undefined && performance.now() - word.at < WORD_KEPT_MS) return word.isDenied;
    const isDenied = resolver
      .ask({ name: topLevel, type: 'NS', server: { ...server, kind: 'system' }, deadlineMs: ASK_MS })
      .then(({ outcome }) => outcome === 'nxdomain');
    if (words.size >= MAX_WORDS) words.clear();
    words.set(key, { isDenied, at: performance.now() });
    return isDenied;
  };

  return {
    async ask(question, signal) {
      let first: Observation | null = null;
      for (const server of systemServers()) {
        const asked = { ...question, server: { ...server, kind: 'system' as const }, deadlineMs: ASK_MS, signal };
        const answer = await resolver.ask(asked);
        const isBlind = answer.outcome === 'nxdomain' && (await deniesTopLevel(question.name, server));
        const observation: Observation = isBlind
          ? {
              ...answer,
              outcome: 'failure',
              failure: {
                reason: 'offline',
                what: fact('dns.not-public'),
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
          seenAt: now(),
          durationMs: 0,
          outcome: 'failure',
          records: [],
          aliases: [],
          failure: { reason: 'offline', what: fact('dns.no-resolver') },
        }
      );
    },
  };
}

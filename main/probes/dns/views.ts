import { fact } from '../../../shared/facts/catalogue.ts';
import { failureText } from '../../../shared/observed/failure-text.ts';
import type { DnsQuestion as Question } from '../../../shared/dns/asking.ts';
import type { Lookup } from '../../../shared/dns/lookup.ts';
import { isUnheard } from '../../../shared/diagnosis/views.ts';
import { canonicalName, isSubdomain } from '../../../shared/dns/names.ts';
import { likelyZone } from '../../../shared/dns/sender-domain.ts';
import type { Observation } from '../../../shared/observed/observation.ts';
import { parseAddress } from './addresses.ts';
import type { Authorities } from './authoritative.ts';
import { createAuthorities } from './authoritative.ts';
import { createDelegations } from './delegation.ts';
import type { WalkFailure } from './delegation.ts';
import type { DnsServer, WireResolver } from './resolver.ts';
import type { NameServer } from './roots.ts';
import { rootServers } from './roots.ts';
import type { Servers } from './servers.ts';
import { namedServers } from './servers.ts';
import { createSystemResolver } from './system.ts';

/** The views of a name: its own servers, the system's resolver, public resolvers; and what to ask when all are silent. */

type SeveralViews = Extract<Servers, { readonly kind: 'views' }>;

/** Who is called back with what everybody said to a question, or with what went wrong here. */
export interface Asker {
  settle(observations: readonly Observation[]): void;
  fail(error: unknown): void;
}

export interface Views {
  /** Asks one question of everybody that is to be asked. */
  readonly observe: (question: Question, servers: Servers, signal?: AbortSignal) => Promise<readonly Observation[]>;
  /** The same for whoever asks thousands: calls back once, in place of a promise. */
  readonly beginObserving: (question: Question, servers: Servers, asker: Asker, signal?: AbortSignal) => void;
  /** Asks one question of one server that can answer it: the zone's own where they are asked at all. */
  readonly askOne: (question: Question, servers: Servers, signal?: AbortSignal) => Promise<Observation | null>;
  /** Asks for a name of others: of a resolver with its cache, and of those to fall back on, not of everybody's own servers. */
  readonly askOther: (question: Question, servers: Servers, signal?: AbortSignal) => Promise<Observation>;
  /** Asks a question again of the resolver that an observation comes from, its own validation left out (RFC 4035 §3.2.2). */
  readonly askUnchecked: (
    observation: Observation,
    servers: Servers,
    signal?: AbortSignal,
  ) => Promise<Observation | null>;
  /**
   * Live DNS as a Lookup: each question is asked once, of the first server that answers.
   *
   * @param ownZone what its own servers say counts there, where those are asked at all: no cache stands before them.
   */
  readonly lookup: (servers: Servers, ownZone?: string) => Lookup;
  readonly authorities: Authorities;
}

/**
 * Milliseconds that nobody is asked again after everybody was silent, and what is under way ends then: a list of thousands
 * is not waited for.
 */
const OFFLINE_MS = 5000;
/** Domains without any answer, on end, after which everybody counts as silent; where the root is silent, one will do. */
const SILENT_DOMAINS = 3;
const NEVER = new AbortController().signal;

export function createViews(parts: {
  readonly resolver: WireResolver;
  readonly now: () => number;
  /** Where walks begin; the public root unless it is given. */
  readonly roots?: readonly NameServer[];
}): Views {
  const { resolver, now } = parts;
  const delegations = createDelegations({ resolver, now, roots: parts.roots ?? rootServers });
  const authorities = createAuthorities({ resolver, delegations, now });
  const system = createSystemResolver({ resolver, now });
  let offlineUntil = 0;
  /** Ends the questions under way when it is found that nobody can be reached. */
  let reach = new AbortController();
  /** Answers so far, of whatever server; and the domains of which nothing was heard since the last. */
  let answers = 0;
  const silent = new Set<string>();

  /** What is told when the zone's servers could not even be found. */
  const notFound = (question: Question, { reason, what, zone }: WalkFailure): Observation => ({
    question,
    server: { kind: 'authoritative', address: '', name: zone === '' ? 'the root servers' : `the servers of ${zone}` },
    zone,
    seenAt: now(),
    durationMs: 0,
    outcome: 'failure',
    records: [],
    aliases: [],
    failure: { reason, what },
  });

  /** What is told while nobody is asked, because a moment ago nobody could be reached. */
  const stillOffline = (question: Question, isAuthoritative: boolean): Observation => {
    const failure = { reason: 'offline' as const, what: fact('dns.unreachable') };
    const told = notFound(question, { ...failure, zone: '', steps: [] });
    return isAuthoritative ? told : { ...told, server: { kind: 'system', address: '' } };
  };

  async function authoritative(question: Question, signal: AbortSignal): Promise<readonly Observation[]> {
    const { walk, observations } = await authorities.ask(question, signal);
    if (!walk.ok) return [notFound(question, walk.failure)];
    if (observations.length === 0 || !observations.every(isUnheard)) return observations;
    // Dead servers, or no way to any: the delegation may be known from a time when there was one.
    const failure = await authorities.rootFailure(signal);
    return failure === null ? observations : [notFound(question, failure)];
  }

  /** Asks those to fall back on, one after the other. */
  async function standIn(
    question: Question,
    fallback: readonly DnsServer[],
    signal: AbortSignal,
  ): Promise<readonly Observation[]> {
    for (const server of fallback) {
      const observation = await resolver.ask({ ...question, server, signal });
      if (!isUnheard(observation)) return [observation];
    }
    return [];
  }

  /** The views, and those to fall back on where none of them is heard. */
  async function askEverybody(
    question: Question,
    servers: SeveralViews,
    signal: AbortSignal,
  ): Promise<readonly Observation[]> {
    if (question.above === true && servers.authoritative) {
      // Resolvers tell what the servers below say of themselves.
      const told = await authoritative(question, signal);
      if (!told.every(isUnheard)) return told;
    }
    const asked = await Promise.all([
      servers.authoritative ? authoritative(question, signal) : [],
      system.ask(question, signal).then((only) => [only]),
      Promise.all(servers.publicResolvers.map((server) => resolver.ask({ ...question, server, signal }))),
    ]);
    const observations = asked.flat();
    return observations.every(isUnheard)
      ? [...observations, ...(await standIn(question, servers.fallback, signal))]
      : observations;
  }

  /** Whether silence means that nobody else would answer either: dead servers of one zone, or of two, do not. */
  function isCutOff(question: Question, asked: readonly Observation[]): boolean {
    silent.add(likelyZone(question.name));
    const isRootSilent = asked.some(({ server, zone }) => server.address === '' && zone === '');
    return isRootSilent || silent.size >= SILENT_DOMAINS;
  }

  /** Does what asks; null as soon as it is found that nobody can be reached, which ends what is under way. */
  function whileReachable<Result>(
    signal: AbortSignal,
    ask: (ended: AbortSignal) => Promise<Result>,
  ): Promise<Result | null> {
    const unreachable = reach.signal;
    return new Promise((resolve, reject) => {
      const give = () => resolve(null);
      unreachable.addEventListener('abort', give, { once: true });
      ask(AbortSignal.any([signal, unreachable]))
        .then(resolve, reject)
        .finally(() => unreachable.removeEventListener('abort', give));
    });
  }

  function observe(question: Question, servers: Servers, signal = NEVER): Promise<readonly Observation[]> {
    if (servers.kind !== 'chosen') return observeViews(question, servers, signal);
    const { name, type } = question;
    return Promise.all(servers.servers.map((server) => resolver.ask({ name, type, server, signal })));
  }

  async function observeViews(
    question: Question,
    servers: SeveralViews,
    signal: AbortSignal,
  ): Promise<readonly Observation[]> {
    if (now() < offlineUntil) return [stillOffline(question, servers.authoritative)];
    const answersBefore = answers;
    const asked = await whileReachable(signal, (ended) => askEverybody(question, servers, ended));
    if (asked === null) return [stillOffline(question, servers.authoritative)];
    if (!asked.every(isUnheard)) {
      answers += 1;
      silent.clear();
    } else if (answers === answersBefore && !signal.aborted && isCutOff(question, asked)) {
      offlineUntil = now() + OFFLINE_MS;
      silent.clear();
      reach.abort();
      reach = new AbortController();
    }
    return asked;
  }

  async function askOther(question: Question, servers: Servers, signal = NEVER): Promise<Observation> {
    const first: Servers =
      servers.kind === 'chosen'
        ? { kind: 'chosen', servers: servers.servers.slice(0, 1) }
        : { ...servers, authoritative: false, publicResolvers: [] };
    const told = await observe(question, first, signal);
    return (told.find((each) => !isUnheard(each)) ?? told[0]) as Observation;
  }

  return {
    observe,
    beginObserving(question, servers, asker, signal = NEVER) {
      const [server, second] = servers.kind === 'chosen' ? servers.servers : [];
      if (server === undefined || second !== undefined) {
        observe(question, servers, signal).then(
          (told) => asker.settle(told),
          (error: unknown) => asker.fail(error),
        );
        return;
      }
      const { name, type } = question;
      resolver.begin({ name, type, server, signal }, (only) => asker.settle([only]));
    },
    askOther,
    authorities,

    async askOne(question, servers, signal = NEVER) {
      if (servers.kind === 'chosen') {
        const [first] = servers.servers;
        return first === undefined ? null : resolver.ask({ ...question, server: first, signal });
      }
      if (now() < offlineUntil) return null;
      return whileReachable(signal, async (ended) => {
        const own = servers.authoritative ? await authorities.askOne(question, ended) : null;
        return own ?? system.ask(question, ended);
      });
    },

    async askUnchecked({ question, server }, servers, signal = NEVER) {
      const unchecked = { ...question, checkingDisabled: true };
      if (server.kind === 'system') return system.ask(unchecked, signal);
      const isIt = (named: DnsServer) => 'doh' in named && named.doh === server.address;
      const known = server.kind === 'doh' ? namedServers(servers).find(isIt) : null;
      const asked = server.kind === 'resolver' ? parseAddress(server.address) : known;
      return asked === null || asked === undefined ? null : resolver.ask({ ...unchecked, server: asked, signal });
    },

    lookup(servers, ownZone) {
      const asked = new Map<string, Promise<Observation>>();
      const isOwn = (name: string) =>
        servers.kind === 'views' && servers.authoritative && ownZone !== undefined && isSubdomain(name, ownZone);
      const ofOwn = (question: Question, signal: AbortSignal): Promise<Observation | null> | null =>
        isOwn(question.name) && now() >= offlineUntil
          ? whileReachable(signal, (ended) => authorities.askOne(question, ended))
          : null;
      const ask = async (question: Question, signal = NEVER): Promise<Observation> => {
        const [own, cached] = await Promise.all([ofOwn(question, signal), askOther(question, servers, signal)]);
        // Only a resolver validates, and those who do refuse a zone whose signatures do not hold.
        const isUsable = own !== null && own.outcome !== 'failure' && cached.failure?.reason !== 'bogus';
        return isUsable ? own : cached;
      };
      return {
        async query(name, type, options) {
          const key = `${canonicalName(name)}/${type}`;
          const known = asked.get(key) ?? ask({ name, type }, options?.signal);
          asked.set(key, known);
          const { outcome, records, aliases, failure } = await known;
          if (outcome === 'answer') return { status: outcome, records, aliases };
          if (outcome !== 'failure') return { status: outcome, aliases };
          return { status: 'failure', reason: failure?.reason ?? 'network', message: failureText(failure) };
        },
      };
    },
  };
}

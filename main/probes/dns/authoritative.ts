import { fact } from '../../../shared/facts/catalogue.ts';
import type { Fact } from '../../../shared/facts/fact.ts';
import type { DnsQuestion as Question } from '../../../shared/dns/asking.ts';
import { canonicalName, isSubdomain, parentName } from '../../../shared/dns/names.ts';
import type { QueryType } from '../../../shared/dns/records.ts';
import type { Observation } from '../../../shared/observed/observation.ts';
import type { Delegation, Delegations, WalkResult } from './delegation.ts';
import { referralOf } from './delegation.ts';
import { MAX_ALIASES } from '../../../shared/dns/lookup.ts';
import type { WireResolver } from './resolver.ts';

/** Asks the servers that speak for a name: every one of them, at every address. */

export interface AuthoritativeAnswers {
  readonly walk: WalkResult;
  readonly observations: readonly Observation[];
}

export interface Authorities {
  readonly ask: (question: Question, signal: AbortSignal) => Promise<AuthoritativeAnswers>;
  /** The word of any one of them; null when none can be found or none answers. */
  readonly askOne: (question: Question, signal: AbortSignal) => Promise<Observation | null>;
  /** Why no root server can be reached; null when one answers. */
  readonly rootFailure: Delegations['rootFailure'];
  readonly walk: Delegations['find'];
}

/** Milliseconds for one question to one server. */
const ASK_MS = 4000;
/** The same for a server that has been silent several times on end. */
const SHORT_MS = 1000;
const SILENT_TIMES = 3;
const SILENT_FOR_MS = 60_000;
/** Addresses asked of one zone; of a registry's zone, where a domain that is not delegated ends up, only some. */
const MAX_ASKED = 32;
const REGISTRY_ASKED = 2;

/** The name whose servers are asked. */
function placeOf({ name, above }: Question): string {
  return above === true ? (parentName(canonicalName(name)) ?? '') : name;
}

export function createAuthorities(parts: {
  readonly resolver: WireResolver;
  readonly delegations: Delegations;
  readonly now: () => number;
}): Authorities {
  const { resolver, delegations, now } = parts;
  const silent = new Map<string, { times: number; until: number }>();

  const heard = (address: string, { failure }: Observation) => {
    if (failure?.reason !== 'timeout') {
      silent.delete(address);
      return;
    }
    const known = silent.get(address);
    silent.set(address, { times: (known?.times ?? 0) + 1, until: now() + SILENT_FOR_MS });
  };
  const deadlineFor = (address: string) => {
    const known = silent.get(address);
    return known !== undefined && known.times >= SILENT_TIMES && known.until > now() ? SHORT_MS : ASK_MS;
  };

  /** One server's word: an observation, or `deeper` when it refers to the servers of a zone below. */
  async function askServer(
    question: Question,
    zone: string,
    server: { readonly name: string; readonly address: string },
    signal: AbortSignal,
  ): Promise<Observation | 'deeper'> {
    const { observation, sections } = await resolver.exchange({
      ...question,
      server: { address: server.address, port: 53, kind: 'authoritative', name: server.name },
      recursion: false,
      deadlineMs: deadlineFor(server.address),
      signal,
    });
    if (!signal.aborted) heard(server.address, observation);
    const of = { ...observation, zone };
    if (observation.outcome === 'failure' || observation.authoritative === true) return of;
    const name = canonicalName(question.name);
    const referral = sections === null ? null : referralOf(sections(), zone, name);
    if (question.above === true && referral === name) return of;
    if (referral !== null) return 'deeper';
    const what = zone === '' ? fact('dns.lame-for-root') : fact('dns.lame', { domain: zone });
    return { ...of, outcome: 'failure', records: [], aliases: [], failure: { reason: 'lame', what } };
  }

  async function askAll(
    question: Question,
    { zone, servers, isOwn }: Delegation,
    signal: AbortSignal,
  ): Promise<readonly Observation[] | 'deeper'> {
    const all = servers.flatMap(({ name, addresses }) => addresses.map((address) => ({ name, address })));
    const chosen = all.slice(0, isOwn ? MAX_ASKED : REGISTRY_ASKED);
    const answers = await Promise.all(chosen.map((server) => askServer(question, zone, server, signal)));
    const observations = answers.filter((answer) => answer !== 'deeper');
    if (observations.length < answers.length) return 'deeper';
    return withoutMissingFamily(observations);
  }

  /** One answer from the zone that a name lies in, which may be cut off below the zone that is known. */
  async function anyAnswer(question: Question, signal: AbortSignal): Promise<Observation | null> {
    const place = placeOf(question);
    const found = await delegations.find(place);
    if (!found.ok) return null;
    const answer = await delegations.askAny(found.delegation, question, signal);
    if (answer !== null) return answer;
    const below = await delegations.find(place, { anew: true });
    return below.ok ? delegations.askAny(below.delegation, question, signal) : null;
  }

  /** The answer at the end of an alias that the asked server does not speak for, from the servers that do. */
  async function endOf(
    target: string,
    type: QueryType,
    passed: readonly string[],
    signal: AbortSignal,
  ): Promise<Observation | null> {
    const answer = await anyAnswer({ name: target, type }, signal);
    return answer === null ? null : followed(answer, answer.zone ?? '', type, passed, signal);
  }

  /** Follows an alias out of the zone across messages; a loop or too long a chain is a failure (RFC 1034 §3.6.2). */
  async function followed(
    observation: Observation,
    zone: string,
    type: QueryType,
    passed: readonly string[],
    signal: AbortSignal,
  ): Promise<Observation> {
    const target = observation.aliases.at(-1);
    const isOpen = observation.outcome === 'nodata' && observation.negativeTtl === undefined;
    if (target === undefined || !isOpen || type === 'CNAME') return observation;
    const chain = [...passed, ...observation.aliases];
    const failed = (reason: 'alias-loop' | 'servfail', what: Fact): Observation => ({
      ...observation,
      outcome: 'failure',
      records: [],
      failure: { reason, what },
    });
    if (new Set(chain).size < chain.length || chain.length > MAX_ALIASES)
      return failed('alias-loop', fact('dns.alias-loop', { domain: chain[0] ?? target }));
    const end = await endOf(target, type, chain, signal);
    if (end === null) return failed('servfail', fact('dns.alias-end', { domain: target }));
    const { outcome, records, negativeTtl, soaSerial, failure } = end;
    return {
      ...observation,
      outcome,
      records,
      aliases: [...observation.aliases, ...end.aliases],
      ...(negativeTtl === undefined ? {} : { negativeTtl }),
      ...(soaSerial === undefined || !isSubdomain(target, zone) ? {} : { soaSerial }),
      ...(failure === undefined ? {} : { failure }),
    };
  }

  return {
    walk: delegations.find,
    rootFailure: delegations.rootFailure,
    async askOne(question, signal) {
      const answer = await anyAnswer(question, signal);
      return answer === null
        ? null
        : followed(answer, answer.zone ?? '', question.type, [canonicalName(question.name)], signal);
    },
    async ask(question, signal) {
      const place = placeOf(question);
      let walk = await delegations.find(place);
      if (!walk.ok) return { walk, observations: [] };
      let answers = await askAll(question, walk.delegation, signal);
      if (answers === 'deeper') {
        walk = await delegations.find(place, { anew: true });
        if (!walk.ok) return { walk, observations: [] };
        answers = await askAll(question, walk.delegation, signal);
      }
      if (answers === 'deeper') return { walk, observations: [] };
      const { zone } = walk.delegation;
      const name = canonicalName(question.name);
      const observations = await Promise.all(
        answers.map((answer) => followed(answer, zone, question.type, [name], signal)),
      );
      return { walk, observations };
    },
  };
}

/** Leaves out the servers of an address family that this machine has no way to, while the other family works. */
function withoutMissingFamily(observations: readonly Observation[]): readonly Observation[] {
  const isCut = ({ failure }: Observation) => failure?.reason === 'offline';
  const reached = observations.filter((observation) => !isCut(observation));
  return reached.length === 0 ? observations : reached;
}

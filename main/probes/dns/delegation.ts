import { randomInt } from 'node:crypto';
import { fact } from '../../../shared/facts/catalogue.ts';
import { failureText } from '../../../shared/observed/failure-text.ts';
import type { FailureReason } from '../../../shared/dns/lookup.ts';
import { canonicalName, isSubdomain, parentName } from '../../../shared/dns/names.ts';
import type { DnsQuestion } from '../../../shared/dns/asking.ts';
import type { QueryType, ResourceRecord } from '../../../shared/dns/records.ts';
import { likelyZone } from '../../../shared/dns/sender-domain.ts';
import type { Failure, Observation } from '../../../shared/observed/observation.ts';
import { firstUsable } from './first-usable.ts';
import type { Sections } from './message.ts';
import type { WireResolver } from './resolver.ts';
import type { NameServer } from './roots.ts';

/**
 * Finds the name servers of a zone by following the delegations from the root (RFC 1034 §5.3.3), and remembers what it
 * met on the way, so that ten thousand domains don't ask the same of the same servers.
 */

/** One question on the way, and where its answer led. */
export interface WalkStep {
  /** The zone whose server was asked; the root is the empty string. */
  readonly zone: string;
  readonly server: string;
  readonly address: string;
  readonly question: { readonly name: string; readonly type: QueryType };
  readonly result: 'referral' | 'answer' | 'unusable';
  /** One clause for people: where it refers to, what it answered, why it is of no use. */
  readonly detail: string;
  readonly durationMs: number;
}

/** The zone that a name lies in and the servers that speak for it. */
export interface Delegation {
  readonly zone: string;
  readonly servers: readonly NameServer[];
  /** Whether the zone is the domain's own, not merely the registry's above a domain that is not delegated. */
  readonly isOwn: boolean;
  readonly steps: readonly WalkStep[];
}

/** Why no servers were found. */
export interface WalkFailure extends Failure {
  /** The zone whose servers gave nothing usable; the root is the empty string. */
  readonly zone: string;
  readonly steps: readonly WalkStep[];
}

export type WalkResult =
  | { readonly ok: true; readonly delegation: Delegation }
  | { readonly ok: false; readonly failure: WalkFailure };

export interface Delegations {
  /** The zone of a name. Known zones are not asked for again; `anew` looks for a cut below them. */
  readonly find: (name: string, options?: { readonly anew?: boolean }) => Promise<WalkResult>;
  /** Why no server of the root can be reached; null when one answers. */
  readonly rootFailure: (signal: AbortSignal) => Promise<WalkFailure | null>;
  /** One usable answer from any server of a zone. */
  readonly askAny: (
    delegation: Pick<Delegation, 'zone' | 'servers'>,
    question: DnsQuestion,
    signal: AbortSignal,
  ) => Promise<Observation | null>;
}

/** Milliseconds for a whole walk, addresses of the servers included. */
const WALK_MS = 9000;
/** Milliseconds for one question, and until the next server is asked as well. */
const STEP_MS = 2500;
const HEDGE_MS = 350;
const SERVERS_TRIED = 6;
const MAX_CUTS = 24;
const MAX_DEPTH = 5;
/** Questions that one walk may cost, whatever it meets (RFC 9520 and the attacks before it). */
const MAX_QUESTIONS = 120;
/** Hosts taken of one delegation, and addresses of one host. */
const MAX_HOSTS = 16;
const MAX_ADDRESSES = 8;
/** Seconds that a delegation is kept, whatever its TTL says. */
const LEAST_KEPT = 60;
const MOST_KEPT = 3600;
/** Milliseconds that a zone whose servers gave nothing is not asked again. */
const QUIET_MS = 10_000;
const MAX_REMEMBERED = 50_000;

interface KnownZone {
  readonly name: string;
  readonly servers: readonly NameServer[];
  /** The zone itself was asked for its servers, and their addresses were looked for. */
  readonly isComplete: boolean;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

interface Walk {
  readonly signal: AbortSignal;
  readonly steps: WalkStep[];
  questions: number;
}

class NothingUsable extends Error {
  readonly failure: Omit<WalkFailure, 'steps'>;
  constructor(failure: Omit<WalkFailure, 'steps'>) {
    super(failure.what.code);
    this.failure = failure;
  }
}

interface Reply {
  readonly observation: Observation;
  readonly sections: Sections;
  /** The zone that is referred to, below the one that was asked. */
  readonly referral: string | null;
}

const zoneLabel = (zone: string) => (zone === '' ? 'the root' : zone);

/** The zone below `zone` that an answer refers to, or null (RFC 1034 §4.3.2). */
export function referralOf(sections: Sections, zone: string, name: string): string | null {
  const cut = sections.authorities.find(
    (record) =>
      record.type === 'NS' && record.name !== zone && isSubdomain(record.name, zone) && isSubdomain(name, record.name),
  );
  return cut?.name ?? null;
}

function addressesIn(records: readonly ResourceRecord[], host: string): readonly string[] {
  const found = records.flatMap((record) =>
    (record.type === 'A' || record.type === 'AAAA') && record.name === host ? [record.address] : [],
  );
  return [...new Set(found)].slice(0, MAX_ADDRESSES);
}

function shuffled<Item>(items: readonly Item[]): Item[] {
  const copy = [...items];
  for (let index = copy.length - 1; index > 0; index -= 1) {
    const other = randomInt(index + 1);
    [copy[index], copy[other]] = [copy[other] as Item, copy[index] as Item];
  }
  return copy;
}

/** Keeps the newest entries of a map. */
function remember<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= MAX_REMEMBERED) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}

/** Reasons in the order in which they tell most about a zone all of whose servers failed. */
const TELLING: readonly FailureReason[] = ['network', 'timeout', 'offline'];

function commonReason(reasons: readonly FailureReason[]): FailureReason {
  return (
    reasons.find((reason) => !TELLING.includes(reason)) ??
    TELLING.find((reason) => reasons.includes(reason)) ??
    'timeout'
  );
}

/** Servers' addresses in random order, the two families in turn: one of them may have no way out of this machine. */
function candidatesOf(servers: readonly NameServer[]): readonly { readonly name: string; readonly address: string }[] {
  const all = shuffled(servers.flatMap(({ name, addresses }) => addresses.map((address) => ({ name, address }))));
  const six = all.filter(({ address }) => address.includes(':'));
  const four = all.filter(({ address }) => !address.includes(':'));
  return Array.from({ length: Math.max(six.length, four.length) }, (_nothing, index) => [
    ...four.slice(index, index + 1),
    ...six.slice(index, index + 1),
  ]).flat();
}

/** @param roots where walks begin; the public root's servers, or a private root's. */
export function createDelegations(parts: {
  readonly resolver: WireResolver;
  readonly now: () => number;
  readonly roots: readonly NameServer[];
}): Delegations {
  const { resolver, now } = parts;
  const root: KnownZone = { name: '', servers: parts.roots, isComplete: true, until: Number.POSITIVE_INFINITY };
  const zones = new Map<string, KnownZone>();
  const hosts = new Map<string, { readonly addresses: readonly string[]; readonly until: number }>();
  const quiet = new Map<string, { readonly failure: Omit<WalkFailure, 'steps'>; readonly until: number }>();
  const underWay = new Map<string, Promise<WalkResult>>();

  const until = (records: readonly ResourceRecord[]) => {
    const ttl = Math.min(MOST_KEPT, ...records.map((record) => record.ttl));
    return now() + Math.max(LEAST_KEPT, ttl) * 1000;
  };

  const closestZone = (name: string): KnownZone => {
    for (let above: string | null = name; above !== null && above !== ''; above = parentName(above)) {
      const known = zones.get(above);
      if (known !== undefined && known.until > now()) return known;
    }
    return root;
  };

  async function ask(
    zone: Pick<KnownZone, 'name' | 'servers'>,
    question: { readonly name: string; readonly type: QueryType },
    walk: Walk,
  ): Promise<Reply> {
    const silenced = quiet.get(zone.name);
    if (silenced !== undefined && silenced.until > now()) throw new NothingUsable(silenced.failure);
    const reasons: FailureReason[] = [];
    const candidates = candidatesOf(zone.servers);
    const attempt = async (server: (typeof candidates)[number], signal: AbortSignal): Promise<Reply | null> => {
      if (walk.questions >= MAX_QUESTIONS) return null;
      walk.questions += 1;
      const { observation, sections } = await resolver.exchange({
        ...question,
        server: { address: server.address, port: 53, kind: 'authoritative', name: server.name },
        recursion: false,
        deadlineMs: STEP_MS,
        signal,
      });
      const took = (result: WalkStep['result'], detail: string) => {
        if (signal.aborted && result === 'unusable') return;
        walk.steps.push({
          zone: zone.name,
          server: server.name,
          address: server.address,
          question,
          result,
          detail,
          durationMs: observation.durationMs,
        });
      };
      if (observation.outcome === 'failure' || sections === null) {
        reasons.push(observation.failure?.reason ?? 'timeout');
        took('unusable', failureText(observation.failure));
        return null;
      }
      const read = sections();
      if (observation.authoritative === true) {
        took(
          'answer',
          observation.outcome === 'nxdomain' ? 'the name does not exist' : 'it is authoritative for the name',
        );
        return { observation, sections: read, referral: null };
      }
      const referral = referralOf(read, zone.name, question.name);
      if (referral === null) {
        reasons.push('lame');
        took('unusable', `it is not authoritative for ${zoneLabel(zone.name)}`);
        return null;
      }
      took('referral', `refers to the servers of ${referral}`);
      return { observation, sections: read, referral };
    };
    const reply = await firstUsable(candidates, attempt, {
      waitMs: HEDGE_MS,
      most: SERVERS_TRIED,
      signal: walk.signal,
    });
    if (reply !== null) return reply;
    const failure = {
      reason: commonReason(reasons),
      what: zone.name === '' ? fact('dns.root-silent') : fact('dns.zone-silent', { domain: zone.name }),
      zone: zone.name,
    };
    if (candidates.length === 0)
      throw new NothingUsable({
        ...failure,
        what: zone.name === '' ? fact('dns.root-unaddressed') : fact('dns.zone-unaddressed', { domain: zone.name }),
        reason: 'lame',
      });
    // A walk that was given up says nothing about the zone.
    if (reasons.length > 0 && reasons.every((reason) => TELLING.includes(reason)))
      quiet.set(zone.name, { failure, until: now() + QUIET_MS });
    throw new NothingUsable(failure);
  }

  /** A zone's servers with at least one address among them. */
  async function reachable(zone: KnownZone, walk: Walk, depth: number): Promise<KnownZone> {
    if (zone.servers.some((server) => server.addresses.length > 0)) return zone;
    const servers: NameServer[] = [];
    for (const { name } of shuffled(zone.servers).slice(0, SERVERS_TRIED)) {
      const addresses = await addressesOf(name, [], walk, depth + 1);
      if (addresses.length > 0) servers.push({ name, addresses });
      if (servers.length === 2) break;
    }
    return { ...zone, servers };
  }

  function follow(zone: KnownZone, child: string, { sections }: Reply): KnownZone {
    const names = sections.authorities.filter((record) => record.type === 'NS' && record.name === child);
    // Addresses are taken only of hosts that the referring zone may speak about.
    const servers = names.slice(0, MAX_HOSTS).flatMap((record) => {
      if (record.type !== 'NS') return [];
      const mayTell = isSubdomain(record.target, zone.name);
      return [{ name: record.target, addresses: mayTell ? addressesIn(sections.additionals, record.target) : [] }];
    });
    const known: KnownZone = { name: child, servers, isComplete: false, until: until(names) };
    remember(zones, child, known);
    return known;
  }

  /** Asks a zone for its own list of servers, and looks for every address of each. */
  async function complete(zone: KnownZone, walk: Walk, depth: number): Promise<KnownZone> {
    if (zone.isComplete) return zone;
    const asked = await ask(zone, { name: zone.name, type: 'NS' }, walk).catch(() => null);
    const own = asked?.observation.outcome === 'answer' ? asked.observation.records : [];
    const told = own.flatMap((record) => (record.type === 'NS' ? [record.target] : []));
    const names = [...new Set([...told, ...zone.servers.map((server) => server.name)])]
      .sort((left, right) => left.localeCompare(right, 'en', { numeric: true }))
      .slice(0, MAX_HOSTS);
    const servers = await Promise.all(
      names.map(async (name) => {
        const glue = zone.servers.find((server) => server.name === name)?.addresses ?? [];
        const beside = isSubdomain(name, zone.name) ? addressesIn(asked?.sections.additionals ?? [], name) : [];
        const found = await addressesOf(name, [...glue, ...beside], walk, depth + 1, zone);
        return { name, addresses: found };
      }),
    );
    const known: KnownZone = { name: zone.name, servers, isComplete: true, until: Math.max(zone.until, until(own)) };
    remember(zones, zone.name, known);
    return known;
  }

  /** Every address of a host, IPv4 and IPv6; those known already where its own zone tells none. */
  async function addressesOf(
    host: string,
    known: readonly string[],
    walk: Walk,
    depth: number,
    home?: KnownZone,
  ): Promise<readonly string[]> {
    const remembered = hosts.get(host);
    if (remembered !== undefined && remembered.until > now()) return remembered.addresses;
    if (depth > MAX_DEPTH) return known;
    try {
      const zone =
        home !== undefined && isSubdomain(host, home.name) && home.servers.some((server) => server.addresses.length > 0)
          ? home
          : await descend(host, walk, depth);
      const answers = await Promise.all(
        (['A', 'AAAA'] as const).map((type) => ask(zone, { name: host, type }, walk).catch(() => null)),
      );
      const records = answers.flatMap((answer) => answer?.observation.records ?? []);
      const told = records.flatMap((record) => (record.type === 'A' || record.type === 'AAAA' ? [record.address] : []));
      const addresses = [...new Set(told.length > 0 ? told : known)].slice(0, MAX_ADDRESSES);
      if (told.length > 0) remember(hosts, host, { addresses, until: until(records) });
      return addresses;
    } catch (error) {
      if (error instanceof NothingUsable) return known;
      throw error;
    }
  }

  /** The zone that an authoritative answer comes from. */
  async function apexOf(reply: Reply, zone: KnownZone, name: string, walk: Walk, depth: number): Promise<string> {
    const { answers, authorities } = reply.sections;
    const soa = [...answers, ...authorities].find(
      (record) => record.type === 'SOA' && isSubdomain(name, record.name) && isSubdomain(record.name, zone.name),
    );
    if (soa !== undefined) return soa.name;
    // An alias hides the SOA; no alias stands at the top of a zone, so the name above lies in the same one.
    const above = parentName(name);
    return above === null || !isSubdomain(above, zone.name) ? zone.name : (await descend(above, walk, depth)).name;
  }

  async function descend(name: string, walk: Walk, depth: number): Promise<KnownZone> {
    if (depth > MAX_DEPTH) {
      throw new NothingUsable({ reason: 'lame', what: fact('dns.delegation-loop'), zone: name });
    }
    let zone = closestZone(name);
    for (let cuts = 0; cuts < MAX_CUTS; cuts += 1) {
      zone = await reachable(zone, walk, depth);
      const reply = await ask(zone, { name, type: 'SOA' }, walk).catch((error: unknown) => {
        // The servers of the domain's own zone are known, though they are of no use: each is to be named for it.
        const isOwn = isSubdomain(zone.name, likelyZone(name)) && zone.servers.length > 0;
        if (error instanceof NothingUsable && isOwn) return null;
        throw error;
      });
      if (reply === null) return zone;
      if (reply.referral !== null) {
        zone = follow(zone, reply.referral, reply);
        continue;
      }
      const apex = await apexOf(reply, zone, name, walk, depth);
      if (apex === zone.name) return zone;
      // The same servers speak for the zone below as well.
      const known: KnownZone = { ...zone, name: apex, isComplete: false, until: now() + LEAST_KEPT * 1000 };
      remember(zones, apex, known);
      return known;
    }
    throw new NothingUsable({ reason: 'lame', what: fact('dns.delegation-endless'), zone: zone.name });
  }

  const toDelegation = (zone: KnownZone, name: string, steps: readonly WalkStep[]): WalkResult => ({
    ok: true,
    delegation: { zone: zone.name, servers: zone.servers, isOwn: isSubdomain(zone.name, likelyZone(name)), steps },
  });

  async function start(name: string): Promise<WalkResult> {
    // Others may wait for the same walk, so that only time ends it.
    const walk: Walk = { signal: AbortSignal.timeout(WALK_MS), steps: [], questions: 0 };
    try {
      return toDelegation(await complete(await descend(name, walk, 0), walk, 0), name, walk.steps);
    } catch (error) {
      if (!(error instanceof NothingUsable)) throw error;
      return { ok: false, failure: { ...error.failure, steps: walk.steps } };
    }
  }

  return {
    async find(text, { anew = false } = {}) {
      const name = canonicalName(text);
      const known = closestZone(name);
      // A zone above the registered domain is the registry's: the domain itself has yet to be looked for.
      if (!anew && known.isComplete && known.name !== '' && isSubdomain(known.name, likelyZone(name)))
        return toDelegation(known, name, []);
      // Names of one domain that are asked for at once share its walk.
      const key = anew ? name : likelyZone(name);
      const shared = underWay.get(key);
      if (shared !== undefined) {
        const outcome = await shared;
        if (!outcome.ok || isSubdomain(name, outcome.delegation.zone)) return outcome;
      }
      const walking = start(name).finally(() => underWay.delete(key));
      underWay.set(key, walking);
      return walking;
    },

    async rootFailure(signal) {
      const walk: Walk = { signal, steps: [], questions: 0 };
      try {
        await ask(root, { name: '', type: 'NS' }, walk);
        return null;
      } catch (error) {
        if (error instanceof NothingUsable) return { ...error.failure, steps: walk.steps };
        throw error;
      }
    },

    async askAny({ zone, servers }, question, signal) {
      const walk: Walk = { signal, steps: [], questions: 0 };
      const reply = await ask({ name: zone, servers }, question, walk).catch((error: unknown) => {
        if (error instanceof NothingUsable) return null;
        throw error;
      });
      if (reply === null) return null;
      const isAsked = question.above === true && reply.referral === canonicalName(question.name);
      return reply.referral !== null && !isAsked ? null : { ...reply.observation, zone };
    },
  };
}

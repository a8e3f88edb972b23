import { canonicalName, sameName } from '../dns/names.ts';
import type { QueryType, ResourceRecord } from '../dns/records.ts';
import type { LookupAtOnce } from '../dns/asking.ts';
import { zoneLookup } from '../dns/zone-lookup.ts';
import { rememberingLately } from '../memo.ts';
import { newestOf, serialsOf } from './serials.ts';
import type { AnsweringServer, Observation } from './observation.ts';

/** Of the servers that answered, whose word counts for what is published: the zone's own first. */
const TRUST: Readonly<Record<AnsweringServer['kind'], number>> = {
  authoritative: 0,
  resolver: 1,
  doh: 2,
  system: 3,
  pasted: 4,
};

function serverKey(server: AnsweringServer): string {
  return `${server.kind} ${server.address} ${server.name ?? ''}`;
}

/**
 * The newest observation of each server for one question, the most trusted server first. Only the newest check counts: a
 * server that it did not ask, because the delegation or the settings have changed, has no say any more.
 */
export function latestPerServer(
  observations: readonly Observation[],
  name: string,
  type: QueryType,
): readonly Observation[] {
  const latest = new Map<string, Observation>();
  const told = observations.filter(
    ({ question, checkingDisabled }) =>
      question.type === type && checkingDisabled !== true && sameName(question.name, name),
  );
  // Of one answer there is none newer.
  if (told.length < 2) return told;
  const checkedAt = Math.max(0, ...told.map((observation) => observation.checkedAt ?? 0));
  for (const observation of told) {
    if (observation.server.kind !== 'pasted' && (observation.checkedAt ?? 0) < checkedAt) continue;
    const key = serverKey(observation.server);
    const known = latest.get(key);
    if (known === undefined || known.seenAt <= observation.seenAt) latest.set(key, observation);
  }
  return [...latest.values()].sort((left, right) => TRUST[left.server.kind] - TRUST[right.server.kind]);
}

/** What is published at a name and type, from the most trusted server that answered. */
export interface PublishedSet {
  readonly records: readonly ResourceRecord[];
  readonly aliases: readonly string[];
  readonly seenAt: number;
  /** The TTLs are those of the zone; a cache gives what is left of them. */
  readonly isFromZone: boolean;
  /** Owner names are those of the zone: a wildcard's records say so. */
  readonly isOwnWord: boolean;
}

/** Whether a server has the newest version of its zone, as far as the servers told their serials. */
function isUpToDate({ server, zone, checkedAt }: Observation, observations: readonly Observation[]): boolean {
  if (server.kind !== 'authoritative') return true;
  const serials = serialsOf(
    observations.filter((observation) => observation.checkedAt === checkedAt),
    zone,
  );
  return serials.size === 0 || serials.get(server.address) === newestOf(serials);
}

/**
 * The answer that counts among those to one question: of the most trusted server that answered, and is up to date.
 *
 * @param told the observations of one question; null when no server has answered it.
 * @param observations all there are, for the serials of the zone.
 */
export function answerThatCounts(
  told: readonly Observation[],
  observations: readonly Observation[],
): Observation | null {
  const [first] = told;
  if (first === undefined) return null;
  if (told.length === 1) return first.outcome === 'failure' || first.checkingDisabled === true ? null : first;
  const { name, type } = first.question;
  const all = latestPerServer(told, name, type).filter((observation) => observation.outcome !== 'failure');
  return all.find((observation) => isUpToDate(observation, observations)) ?? all[0] ?? null;
}

function publishedBy({ records, aliases, seenAt, server, authoritative }: Observation): PublishedSet {
  const isFromZone = server.kind === 'authoritative' || server.kind === 'pasted' || authoritative === true;
  return { records, aliases, seenAt, isFromZone, isOwnWord: server.kind === 'pasted' };
}

/** What was observed, by the type and the canonical name of each question. */
interface Index {
  readonly byType: ReadonlyMap<QueryType, ReadonlyMap<string, readonly Observation[]>>;
  /** Some question was observed more than once. */
  readonly hasRepeats: boolean;
}

/** Lists of observations that are worked on at a time. */
const LISTS = 8;

const indexOf = rememberingLately(LISTS, (observations: readonly Observation[]): Index => {
  const byType = new Map<QueryType, Map<string, Observation[]>>();
  let hasRepeats = false;
  for (const observation of observations) {
    const { name, type } = observation.question;
    let ofType = byType.get(type);
    if (ofType === undefined) {
      ofType = new Map();
      byType.set(type, ofType);
    }
    const key = canonicalName(name);
    const known = ofType.get(key);
    if (known === undefined) {
      ofType.set(key, [observation]);
    } else {
      known.push(observation);
      hasRepeats = true;
    }
  }
  return { byType, hasRepeats };
});

const NONE: readonly Observation[] = [];

/** Observations of a list that is looked through faster than an index of it is made. */
const FEW = 16;

/** The first observation of one question, whoever answered. */
export function firstOf(observations: readonly Observation[], name: string, type: QueryType): Observation | undefined {
  // A loop: thousands of domains are looked through several times each, and a function made for each look is garbage.
  for (const observation of observations) {
    const { question } = observation;
    if (question.type === type && sameName(question.name, name)) return observation;
  }
  return undefined;
}

/** The observations of one question, whoever answered; the list they are among is not changed any more. */
export function observationsOf(
  observations: readonly Observation[],
  name: string,
  type: QueryType,
): readonly Observation[] {
  if (observations.length > FEW) return indexOf(observations).byType.get(type)?.get(canonicalName(name)) ?? NONE;
  let found: Observation[] | null = null;
  for (const observation of observations) {
    const { question } = observation;
    if (question.type !== type || !sameName(question.name, name)) continue;
    if (found === null) found = [observation];
    else found.push(observation);
  }
  return found ?? NONE;
}
/**
 * Whether the observations are one check of one resolver, each question once: no server can differ from another. What
 * others publish may have been asked in vain.
 */
export function isSoleAnswer(observations: readonly Observation[]): boolean {
  const [first] = observations;
  if (first === undefined || first.server.kind === 'authoritative' || first.server.kind === 'pasted') return false;
  for (const { server, checkedAt, checkingDisabled } of observations)
    if (server !== first.server || checkedAt !== first.checkedAt || checkingDisabled === true) return false;
  return !hasRepeats(observations);
}

/** Whether some question was observed more than once. */
function hasRepeats(observations: readonly Observation[]): boolean {
  if (observations.length > FEW) return indexOf(observations).hasRepeats;
  return observations.some(({ question: { name, type } }, index) => {
    for (let before = 0; before < index; before += 1) {
      const { question } = observations[before] as Observation;
      if (question.type === type && sameName(question.name, name)) return true;
    }
    return false;
  });
}

/** @returns null when no server has answered the question. */
export function publishedSet(observations: readonly Observation[], name: string, type: QueryType): PublishedSet | null {
  const answer = answerThatCounts(observationsOf(observations, name, type), observations);
  return answer === null ? null : publishedBy(answer);
}

/**
 * What a pasted zone says, as observations: the offline way to know what is published.
 *
 * @param questions what has to be known.
 * @param zone the zone that was pasted; names outside it stay unknown, and so do those that it delegates.
 * @param at when it was pasted; milliseconds since the epoch.
 */
export function observationsFromZone(
  pasted: readonly ResourceRecord[] | LookupAtOnce,
  zone: string,
  questions: readonly { readonly name: string; readonly type: QueryType }[],
  at: number,
): readonly Observation[] {
  const lookup = 'query' in pasted ? pasted : zoneLookup(pasted, { outside: 'not-known', zones: [zone] });
  return questions.flatMap((question) => {
    const answer = lookup.query(question.name, question.type);
    const { aliases = [] } = answer;
    // Where an alias leads outside the zone, what it leads to is not known; that it stands there is.
    if (answer.status === 'failure' && aliases.length === 0) return [];
    const { name, type } = question;
    return [
      {
        question: { name, type },
        server: { kind: 'pasted' as const, address: '' },
        seenAt: at,
        durationMs: 0,
        outcome: answer.status === 'failure' ? ('answer' as const) : answer.status,
        records: answer.status === 'answer' ? answer.records : [],
        aliases,
      },
    ];
  });
}

import { canonicalName, isSubdomain, parentName, sameName } from '../dns/names.ts';
import type { DnsQuestion, LookupAtOnce } from '../dns/asking.ts';
import type { QueryType, ResourceRecord } from '../dns/records.ts';
import { zoneLookup } from '../dns/zone-lookup.ts';
import { rememberingLately } from '../memo.ts';
import type { PublishedSet } from '../observed/observed.ts';
import { answerThatCounts, observationsFromZone, observationsOf, publishedSet } from '../observed/observed.ts';
import { satisfies } from './satisfies.ts';
import type { Observation } from '../observed/observation.ts';
import type { RequiredRecord } from '../required/record.ts';

/** What can stand in the way of a record besides others of its name and type: data beside an alias, delegations, wildcards. */

/** Lists of observations that are worked on at a time. */
const LISTS = 8;

/** Types that may stand where an alias is to go. */
const DATA_TYPES = ['A', 'AAAA', 'MX', 'TXT'] as const;

/** Types by which a name shows that it exists itself. */
const WILDCARD_TYPES = [...DATA_TYPES, 'CNAME'] as const;

/** Names from this one up to the zone, without the zone itself. */
function namesBelow(name: string, zone: string): readonly string[] {
  const names: string[] = [];
  const apex = canonicalName(zone);
  if (!isSubdomain(name, zone)) return names;
  for (let at: string | null = canonicalName(name); at !== null && at !== apex; at = parentName(at)) names.push(at);
  return names;
}

/**
 * What else has to be asked once the required records' own questions are answered: only for records that are not
 * published as required, so that a domain that is as it should be costs no question more.
 */
export function obstacleQuestions(
  required: readonly RequiredRecord[],
  zone: string,
  observations: readonly Observation[],
): readonly DnsQuestion[] {
  const questions = new Map<string, DnsQuestion>();
  const ask = (name: string, type: QueryType) => questions.set(`${canonicalName(name)}/${type}`, { name, type });
  const askAbove = (name: string) => questions.set(`${canonicalName(name)}/NS`, { name, type: 'NS', above: true });
  for (const record of required) {
    if (record.value.state === 'waiting') continue;
    const published = publishedSet(observations, record.name, record.type);
    if (published !== null && satisfies(record, published.records)) continue;
    for (const name of namesBelow(record.name, zone)) askAbove(name);
    if (published === null) continue;
    if (published.records.length > 0 || published.aliases.length > 0) {
      // A wildcard that is required is answered for by the next one up.
      const [wildcard] = wildcardsAbove(record.name);
      if (wildcard !== undefined && isSubdomain(wildcard, zone)) ask(wildcard, record.type);
      ask(nameBelow(record.name), record.type);
    } else if (record.type === 'CNAME' || record.type === 'NS') {
      for (const type of DATA_TYPES) {
        ask(record.name, type);
        ask(nameBelow(record.name), type);
      }
      if (record.type === 'NS') ask(nameBelow(record.name), 'NS');
    }
  }
  for (const { question } of observations) questions.delete(`${canonicalName(question.name)}/${question.type}`);
  return [...questions.values()];
}

/** What a pasted zone says of required records, and of what stands in their way. */
export function pastedObservations(
  pasted: readonly ResourceRecord[] | LookupAtOnce,
  zone: string,
  required: readonly RequiredRecord[],
  questions: readonly DnsQuestion[],
  at: number,
): readonly Observation[] {
  const lookup = 'query' in pasted ? pasted : zoneLookup(pasted, { outside: 'not-known', zones: [zone] });
  const first = observationsFromZone(lookup, zone, questions, at);
  return [...first, ...observationsFromZone(lookup, zone, obstacleQuestions(required, zone, first), at)];
}

/** The zone that is cut off between the name and the zone the records go into, and its servers; null when there is none. */
export function delegationAbove(
  name: string,
  zone: string,
  observations: readonly Observation[],
): { readonly name: string; readonly cut: string; readonly zone: string; readonly servers: string } | null {
  for (const cut of namesBelow(name, zone).toReversed()) {
    const published = publishedSet(observations, cut, 'NS');
    if (published === null || published.aliases.length > 0) continue;
    const servers = published.records.flatMap((record) => (record.type === 'NS' ? [record.target] : []));
    if (servers.length > 0) return { name, cut, zone, servers: servers.slice(0, 4).join(', ') };
  }
  return null;
}

/** Records other than an alias that stand at a name, those of a wildcard not among them. */
export function dataAt(name: string, observations: readonly Observation[]): readonly ResourceRecord[] {
  return DATA_TYPES.flatMap((type) => {
    const published = publishedSet(observations, name, type);
    if (published === null || published.aliases.length > 0) return [];
    if (published.isOwnWord) return published.records.filter((record) => !record.name.startsWith('*.'));
    const below = publishedSet(observations, nameBelow(name), type);
    const isWildcard = below !== null && published.records.length > 0 && answerText(below) === answerText(published);
    return isWildcard ? [] : published.records;
  });
}

/**
 * Whether something stands at a name or below it, of whatever type: the name exists, and no wildcard gives it the answer
 * (RFC 8020 §2). A server that says of no name that it does not exist tells nothing.
 */
export function isNameInUse(name: string, observations: readonly Observation[]): boolean {
  const outcomeOf = (asked: string) =>
    answerThatCounts(observationsOf(observations, asked, 'NS'), observations)?.outcome;
  return outcomeOf(name) === 'nodata' && outcomeOf(nameBelow(name)) === 'nxdomain';
}

function answerText({ records, aliases }: Pick<PublishedSet, 'records' | 'aliases'>): string {
  if (aliases.length > 0) return canonicalName(aliases[0] as string);
  return records
    .map((record) => JSON.stringify({ ...record, name: '', ttl: 0 }))
    .sort()
    .join('\n');
}

/** A name below one: there is an answer at it where a wildcard answers for both, and none where the one stands itself. */
export function nameBelow(name: string): string {
  return `_below.${name}`;
}

/** Whether wildcards were asked for by their names: without that, nothing tells of them. */
const knowsWildcards = rememberingLately(LISTS, (observations: readonly Observation[]): boolean =>
  observations.some(({ question }) => question.name.startsWith('*.')),
);

/**
 * The wildcards that may answer for a name, the nearest first: one below each name above it. A wildcard that does not
 * stand is answered for by those further up, as any other name.
 */
function wildcardsAbove(name: string): readonly string[] {
  const wildcards: string[] = [];
  const own = canonicalName(name);
  for (let at = parentName(own); at !== null && at !== ''; at = parentName(at))
    if (`*.${at}` !== own) wildcards.push(`*.${at}`);
  return wildcards;
}

/** Whether the name that a wildcard stands below is known to have more than what a wildcard further up gives it. */
function hasOwn(name: string, wildcard: string, observations: readonly Observation[]): boolean {
  return WILDCARD_TYPES.some((type) => {
    const here = publishedSet(observations, name, type);
    const there = here === null ? null : publishedSet(observations, wildcard, type);
    return here !== null && there !== null && answerText(here) !== answerText(there);
  });
}

type Seen = Pick<PublishedSet, 'records' | 'aliases' | 'isOwnWord'>;

const isNothing = ({ records, aliases }: Pick<PublishedSet, 'records' | 'aliases'>): boolean =>
  records.length === 0 && aliases.length === 0;

interface Climbed {
  /** The wildcards that give the same answer as the name, one level above the other. */
  readonly same: readonly string[];
  /** What has to be asked to tell more. */
  readonly open: readonly DnsQuestion[];
}

/**
 * Goes up from a name for as long as wildcards give what it gives. Where a name between does not exist, the wildcard
 * above it answers at each level below (RFC 4592 §2.2.1), so the last of them is the one that stands.
 */
function climb(name: string, type: QueryType, published: Seen, observations: readonly Observation[]): Climbed {
  if (isNothing(published)) return { same: [], open: [] };
  const below = publishedSet(observations, nameBelow(name), type);
  // The answer stands at the name itself: a wildcard would give it to the name below as well.
  if (below !== null && isNothing(below)) return { same: [], open: [] };
  const same: string[] = [];
  for (const wildcard of wildcardsAbove(name)) {
    const told = publishedSet(observations, wildcard, type);
    if (told === null) {
      const questions = [wildcard, ...(below === null ? [nameBelow(name)] : [])].map((asked) => ({
        name: asked,
        type,
      }));
      return { same, open: questions };
    }
    const nearer = same.at(-1)?.slice(2);
    if (isNothing(told) || answerText(told) !== answerText(published)) break;
    if (nearer !== undefined && hasOwn(nearer, wildcard, observations)) break;
    same.push(wildcard);
  }
  return { same, open: [] };
}

/**
 * The wildcard that what is seen at a name comes from, however far up it stands; null when the answer stands at the name
 * itself. Whoever asks for the wildcard by its name gets its own records (RFC 4592 §2.1.1): the same answer at both
 * tells it, unless a name below this one is known not to have it.
 */
export function wildcardBehind(
  name: string,
  type: QueryType,
  published: Seen,
  observations: readonly Observation[],
): string | null {
  const own = published.records.find((record) => record.name.startsWith('*.'));
  // A server that is asked for a wildcard by its name tells that name, whichever wildcard answers.
  if (own !== undefined && published.aliases.length === 0 && !sameName(own.name, name)) return canonicalName(own.name);
  if (published.isOwnWord && published.aliases.length === 0) return null;
  return knowsWildcards(observations) ? (climb(name, type, published, observations).same.at(-1) ?? null) : null;
}

/**
 * What has to be asked to tell which wildcards the answers at names come from that the changes would cut off from them.
 *
 * @param made the names that the changes bring into being.
 */
export function wildcardQuestions(
  made: readonly string[],
  zone: string,
  observations: readonly Observation[],
): readonly DnsQuestion[] {
  const existing = new Set(made.flatMap((name) => namesBelow(name, zone)));
  return observations.flatMap(({ question: { name, type } }) => {
    // A wildcard that stands above a name that comes into being answers no more below it.
    if (!namesBelow(name, zone).some((above) => existing.has(above))) return [];
    const published = publishedSet(observations, name, type);
    return published === null || published.isOwnWord || name.startsWith('_below.')
      ? []
      : climb(name, type, published, observations).open.filter((question) => isSubdomain(question.name, zone));
  });
}

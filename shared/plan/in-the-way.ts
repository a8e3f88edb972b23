import { canonicalName, isSubdomain, parentName } from '../dns/names.ts';
import type { QueryType, ResourceRecord } from '../dns/records.ts';
import type { PublishedSet } from './observed.ts';
import { observationsFromZone, publishedSet } from './observed.ts';
import { satisfies } from './satisfies.ts';
import type { Observation, RequiredRecord } from './types.ts';

/** What can stand in the way of a record besides others of its name and type: data beside an alias, delegations, wildcards. */

interface Question {
  readonly name: string;
  readonly type: QueryType;
}

/** Types that may stand where an alias is to go. */
const DATA_TYPES = ['A', 'AAAA', 'MX', 'TXT'] as const;

/** Names from this one up to the zone, without the zone itself. */
function namesBelow(name: string, zone: string): readonly string[] {
  const names: string[] = [];
  const apex = canonicalName(zone);
  if (!isSubdomain(name, zone)) return names;
  for (let at: string | null = canonicalName(name); at !== null && at !== apex; at = parentName(at)) names.push(at);
  return names;
}

function wildcardOf(name: string): string {
  return `*.${parentName(name) ?? ''}`;
}

/**
 * What else has to be asked once the required records' own questions are answered: only for records that are not
 * published as required, so that a domain that is as it should be costs no question more.
 */
export function obstacleQuestions(
  required: readonly RequiredRecord[],
  zone: string,
  observations: readonly Observation[],
): readonly Question[] {
  const questions = new Map<string, Question>();
  const ask = (name: string, type: QueryType) => questions.set(`${canonicalName(name)}/${type}`, { name, type });
  for (const record of required) {
    if (record.value.state === 'waiting') continue;
    const published = publishedSet(observations, record.name, record.type);
    if (published !== null && satisfies(record, published.records)) continue;
    for (const name of namesBelow(record.name, zone)) ask(name, 'NS');
    if (published === null) continue;
    if (published.records.length > 0 || published.aliases.length > 0) ask(wildcardOf(record.name), record.type);
    else if (record.type === 'CNAME') for (const type of DATA_TYPES) ask(record.name, type);
  }
  for (const { question } of observations) questions.delete(`${canonicalName(question.name)}/${question.type}`);
  return [...questions.values()];
}

/** What a pasted zone says of required records, and of what stands in their way. */
export function pastedObservations(
  records: readonly ResourceRecord[],
  zone: string,
  required: readonly RequiredRecord[],
  questions: readonly Question[],
  at: number,
): readonly Observation[] {
  const first = observationsFromZone(records, zone, questions, at);
  return [...first, ...observationsFromZone(records, zone, obstacleQuestions(required, zone, first), at)];
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

/** Records other than an alias that stand at a name. */
export function dataAt(name: string, observations: readonly Observation[]): readonly ResourceRecord[] {
  return DATA_TYPES.flatMap((type) => {
    const published = publishedSet(observations, name, type);
    return published === null || published.aliases.length > 0 ? [] : published.records;
  });
}

function answerText({ records, aliases }: PublishedSet): string {
  if (aliases.length > 0) return canonicalName(aliases[0] as string);
  return records
    .map((record) => JSON.stringify({ ...record, name: '', ttl: 0 }))
    .sort()
    .join('\n');
}

/**
 * The wildcard that what is seen at a name comes from; null when it stands at the name itself. Whoever asks for the
 * wildcard by its name gets its own records (RFC 4592 §2.1.1): the same answer at both tells it.
 */
export function wildcardBehind(
  name: string,
  type: QueryType,
  published: PublishedSet,
  observations: readonly Observation[],
): string | null {
  const own = published.records.find((record) => record.name.startsWith('*.'));
  if (own !== undefined && published.aliases.length === 0) return canonicalName(own.name);
  if (published.records.length === 0 && published.aliases.length === 0) return null;
  const wildcard = publishedSet(observations, wildcardOf(name), type);
  if (wildcard === null || (wildcard.records.length === 0 && wildcard.aliases.length === 0)) return null;
  return answerText(wildcard) === answerText(published) ? canonicalName(wildcardOf(name)) : null;
}

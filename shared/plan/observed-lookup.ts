import type { LookupAtOnce } from '../dns/asking.ts';
import type { LookupResult } from '../dns/lookup.ts';
import { canonicalName, sameName } from '../dns/names.ts';
import type { QueryType } from '../dns/records.ts';
import { rememberingLately, rememberingOf } from '../memo.ts';
import { wildcardBehind } from './in-the-way.ts';
import { answerThatCounts, observationsOf } from '../observed/observed.ts';
import { failureText } from '../observed/failure-text.ts';
import type { Observation } from '../observed/observation.ts';
import { MAX_ALIASES } from '../dns/lookup.ts';

/** DNS as it was observed, to be judged: what was never asked is not known. */

/** Lists of observations that are worked on at a time. */
const LISTS = 8;

const absentNames = rememberingLately(LISTS, (observations: readonly Observation[]): ReadonlySet<string> => {
  const absent = new Set<string>();
  for (const { outcome, aliases, question } of observations)
    if (outcome === 'nxdomain' && aliases.length === 0) absent.add(canonicalName(question.name));
  return absent;
});

/** Names that were seen to be aliases, with a type that was asked there: the first, at which wildcards are asked too. */
const seenAliases = rememberingLately(LISTS, (observations: readonly Observation[]): ReadonlyMap<string, QueryType> => {
  const seen = new Map<string, QueryType>();
  for (const { question, aliases } of observations) {
    const name = aliases.length > 0 && question.type !== 'CNAME' ? canonicalName(question.name) : null;
    if (name !== null && !seen.has(name)) seen.set(name, question.type);
  }
  return seen;
});

/** An observation as a Lookup tells it. */
export function resultOf(observation: Observation): LookupResult {
  const { outcome, records, aliases, failure, question } = observation;
  if (outcome === 'failure')
    return {
      status: 'failure',
      reason: failure?.reason ?? 'network',
      message: failureText(failure),
      aliases,
    };
  if (outcome !== 'answer') return { status: outcome, aliases };
  // An alias that leads out of a pasted zone: what it leads to is not known.
  if (records.length === 0)
    return { status: 'failure', reason: 'not-known', message: `${question.name} leads elsewhere`, aliases };
  return { status: 'answer', records, aliases };
}

function isNotKnown(result: LookupResult | null): boolean {
  return result === null || (result.status === 'failure' && result.reason === 'not-known');
}

/**
 * What servers answered, the most trusted first, as a Lookup.
 *
 * @param observations of one domain; nobody adds to the list any more.
 * @param beyond what is known besides, such as a whole pasted zone.
 * @returns the same Lookup for the same arguments, so that what is judged by it once is known to all.
 */
export function observedLookup(observations: readonly Observation[], beyond?: LookupAtOnce): LookupAtOnce {
  return beyond === undefined ? lookupOf(observations) : lookupBeyond(observations)(beyond);
}

const lookupOf = rememberingLately(LISTS, (observations: readonly Observation[]) => makeLookup(observations));
const lookupBeyond = rememberingOf((observations: readonly Observation[]) =>
  rememberingOf((beyond: LookupAtOnce) => makeLookup(observations, beyond)),
);

/** Whether anything was asked about a name. */
function isSeen(name: string, observations: readonly Observation[]): boolean {
  for (const { question } of observations) if (sameName(question.name, name)) return true;
  return false;
}

/** What is said of a name that nobody asked about. */
export function notAsked(name: string): LookupResult & { readonly status: 'failure' } {
  return { status: 'failure', reason: 'not-known', message: `${name} was not asked about` };
}

function makeLookup(observations: readonly Observation[], beyond?: LookupAtOnce): LookupAtOnce {
  /** What was seen behind an alias by the first type that was asked there. */
  const answerBehindAlias = (name: string): Observation | null => {
    const type = seenAliases(observations).get(name);
    return type === undefined ? null : answerThatCounts(observationsOf(observations, name, type), observations);
  };

  const wildcardOfAlias = (name: string): string | null => {
    const seen = answerBehindAlias(name);
    if (seen === null || seen.aliases.length === 0) return null;
    return wildcardBehind(name, seen.question.type, { ...seen, isOwnWord: false }, observations);
  };

  /** What was observed of a question itself; null where nobody was asked. */
  const observed = (name: string, type: QueryType): LookupResult | null => {
    const told = observationsOf(observations, name, type);
    if (told.length === 0) return null;
    const answer = answerThatCounts(told, observations) ?? (told[0] as Observation);
    const result = resultOf(answer);
    if (result.status !== 'answer') return result;
    const { records, aliases, server } = answer;
    const seen = { records, aliases, isOwnWord: server.kind === 'pasted' };
    // Which wildcard an alias comes from is seen by any type that it was followed for.
    const wildcard =
      wildcardBehind(name, type, seen, observations) ?? (type === 'CNAME' ? wildcardOfAlias(name) : null);
    if (wildcard === null) return result;
    return { ...result, records: records.map((record) => ({ ...record, name: wildcard })) };
  };

  /** An alias that was seen on the way to another type, as the answer to who asks for the alias itself. */
  const aliasSeen = (name: string): LookupResult | null => {
    const seen = answerBehindAlias(name);
    const [target] = seen?.aliases ?? [];
    if (target === undefined) return null;
    const owner = wildcardOfAlias(name) ?? name;
    return { status: 'answer', records: [{ name: owner, ttl: 0, type: 'CNAME', target }], aliases: [] };
  };

  /** The best that is known of one name, its aliases not followed any further. */
  const known = (name: string, type: QueryType): LookupResult | null => {
    const direct = observed(name, type);
    if (direct !== null && direct.status !== 'failure') return direct;
    const besides = beyond?.query(name, type) ?? null;
    if (!isNotKnown(besides)) return besides;
    return direct ?? (type === 'CNAME' ? aliasSeen(name) : null) ?? besides;
  };

  /** The next name of an alias that was seen at a name, though nobody asked for this type there. */
  const aliasAt = (name: string): string | undefined => {
    const alias = known(name, 'CNAME');
    const [record] = alias?.status === 'answer' ? alias.records : [];
    return record?.type === 'CNAME' ? canonicalName(record.target) : undefined;
  };

  return {
    query(asked, type) {
      const aliases: string[] = [];
      let name = canonicalName(asked);
      while (aliases.length <= MAX_ALIASES) {
        const told = known(name, type);
        const followed = told?.aliases ?? [];
        if (told !== null && !isNotKnown(told))
          return aliases.length === 0 ? told : { ...told, aliases: [...aliases, ...followed] };
        if (aliases.length === 0 && beyond === undefined && !isSeen(asked, observations)) return notAsked(asked);
        const next = followed.at(-1) ?? (type === 'CNAME' ? undefined : aliasAt(name));
        if (next === undefined) {
          if (absentNames(observations).has(name)) return { status: 'nxdomain', aliases };
          return { ...notAsked(name), aliases };
        }
        aliases.push(...(followed.length > 0 ? followed : [next]));
        name = next;
      }
      return { status: 'failure', reason: 'alias-loop', message: `${asked} is an alias without a target` };
    },
  };
}

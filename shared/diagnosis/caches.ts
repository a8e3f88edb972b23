import { diagnosisFinding } from './findings.ts';
import type { Finding } from '../findings/finding.ts';
import { isNewerSerial } from '../observed/serials.ts';
import type { Observation } from '../observed/observation.ts';
import { durationText } from '../text/duration.ts';
import { evidenceOf } from './evidence.ts';
import { newestAnswers, newestSerial } from './servers.ts';
import type { NameViews } from './views.ts';
import { answeredOf, besides, dataKey, relevantRecords, serverLabel } from './views.ts';

/** Why a resolver says something else than the zone's own servers: its cache, or a zone of its own. */

/** Whether a resolver has a version of the zone that is none of its servers'. */
function hasOwnZone(views: NameViews, resolver: Observation): boolean {
  if (resolver.authoritative === true) return true;
  const all = views.zone === null ? [] : besides(views, views.zone, 'SOA');
  const outer = all.filter(({ server }) => server.kind === 'authoritative').flatMap(({ records }) => records);
  const inner = all
    .filter(({ server }) => server.address === resolver.server.address)
    .flatMap(({ records }) => records);
  const newest = newestSerial(views);
  return inner.some((soa) => {
    if (soa.type !== 'SOA') return false;
    const isOtherSource = outer.length > 0 && outer.every((other) => other.type === 'SOA' && other.mname !== soa.mname);
    const isAhead = newest !== null && isNewerSerial(soa.serial, newest);
    return isOtherSource || isAhead;
  });
}

/** Seconds that a resolver will go on giving its answer; null when it does not say. */
function secondsLeft(views: NameViews, resolver: Observation): number | null {
  if (resolver.outcome !== 'answer') return resolver.negativeTtl ?? null;
  const records = relevantRecords(views, resolver);
  return Math.max(...(records.length > 0 ? records : resolver.records).map((record) => record.ttl));
}

export type ResolverState = 'agrees' | 'own-zone' | 'old-answer' | 'negative-cache';

/** What a resolver's answer is beside that of the zone's own servers; null where one of the two is missing. */
export function resolverState(views: NameViews, resolver: Observation): ResolverState | null {
  const truths = newestAnswers(views);
  const [truth] = truths;
  if (truth === undefined || resolver.outcome === 'failure') return null;
  const said = dataKey(views, resolver);
  if (truths.some((each) => dataKey(views, each) === said)) return 'agrees';
  if (hasOwnZone(views, resolver)) return 'own-zone';
  return said === '' && resolver.outcome !== 'answer' ? 'negative-cache' : 'old-answer';
}

const CODES = {
  'own-zone': 'diagnosis.split-horizon',
  'old-answer': 'diagnosis.propagating',
  'negative-cache': 'diagnosis.negative-cache',
} as const;

/** A resolver that says something else than the zone's own servers, and for how many seconds it will; null: not known. */
export interface StaleResolver {
  readonly resolver: Observation;
  readonly state: keyof typeof CODES;
  readonly seconds: number | null;
}

export function staleResolvers(views: NameViews): readonly StaleResolver[] {
  return answeredOf(views.resolvers).flatMap((resolver) => {
    const state = resolverState(views, resolver);
    if (state === null || state === 'agrees') return [];
    return [{ resolver, state, seconds: secondsLeft(views, resolver) }];
  });
}

export function staleFindings(views: NameViews): readonly Finding[] {
  return staleResolvers(views).map(({ resolver, state, seconds }) => {
    const values = {
      server: serverLabel(resolver.server),
      zone: views.zone ?? views.name,
      left: seconds === null ? 'an unknown time' : durationText(seconds),
      ...(seconds === null ? {} : { endsAt: resolver.seenAt + seconds * 1000 }),
    };
    const evidence = [resolver, ...newestAnswers(views).slice(0, 1)].map(evidenceOf);
    return diagnosisFinding(CODES[state], values, { evidence });
  });
}

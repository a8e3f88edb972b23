import { canonicalName } from '../dns/names.ts';
import type { QueryType, ResourceRecord } from '../dns/records.ts';
import type { LookupResult } from '../dns/lookup.ts';
import { zoneLookup } from '../dns/zone-lookup.ts';
import { newestOf, serialsOf } from './serials.ts';
import type { AnsweringServer, Observation } from './types.ts';

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
  const wanted = canonicalName(name);
  const latest = new Map<string, Observation>();
  const told = observations.filter(
    ({ question, checkingDisabled }) =>
      question.type === type && checkingDisabled !== true && canonicalName(question.name) === wanted,
  );
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

/** @returns null when no server has answered the question. */
export function publishedSet(observations: readonly Observation[], name: string, type: QueryType): PublishedSet | null {
  const all = latestPerServer(observations, name, type).filter((observation) => observation.outcome !== 'failure');
  const answered = all.find((observation) => isUpToDate(observation, observations)) ?? all[0];
  if (answered === undefined) return null;
  const { records, aliases, seenAt, server } = answered;
  const isFromZone = server.kind === 'authoritative' || server.kind === 'pasted' || answered.authoritative === true;
  return { records, aliases, seenAt, isFromZone };
}

/**
 * What a pasted zone says, as observations: the offline way to know what is published.
 *
 * @param questions what has to be known.
 * @param zone the zone that was pasted; names outside it stay unknown, and so do those that it delegates.
 * @param at when it was pasted; milliseconds since the epoch.
 */
export function observationsFromZone(
  records: readonly ResourceRecord[],
  zone: string,
  questions: readonly { readonly name: string; readonly type: QueryType }[],
  at: number,
): readonly Observation[] {
  const lookup = zoneLookup(records, { outside: 'not-known', zones: [zone] });
  return questions.flatMap((question) => {
    const answer = lookup.query(question.name, question.type) as LookupResult;
    const { aliases = [] } = answer;
    // Where an alias leads outside the zone, what it leads to is not known; that it stands there is.
    if (answer.status === 'failure' && aliases.length === 0) return [];
    return [
      {
        question,
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

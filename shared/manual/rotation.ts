import { parseDkimKey } from '../dkim/key-record.ts';
import type { RotationKey, RotationPlan } from '../dkim/rotation.ts';
import { rotationPlans } from '../dkim/rotation.ts';
import { joinTxt } from '../dns/txt.ts';
import { canonicalName } from '../dns/names.ts';
import type { Observation } from '../observed/observation.ts';
import type { RequiredRecord } from '../required/record.ts';
import { judgedView } from '../plan/judged-view.ts';
import { observedLookup } from '../plan/observed-lookup.ts';

/** The rotation of a domain's DKIM keys, from what is stored of it. */

/** Seconds for which the absence of a name is remembered where no answer told: what most zones say. */
const NEGATIVE_TTL = 3600;

export interface RotationFacts {
  readonly domain: string;
  readonly required: readonly RequiredRecord[];
  /** Key pairs made here. */
  readonly keys: readonly {
    readonly selector: string;
    readonly algorithm: 'rsa' | 'ed25519';
    readonly bits: number;
    readonly createdAt: number;
    readonly signingSince: number | null;
    readonly revokedAt: number | null;
  }[];
  readonly observations: readonly Observation[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Observations of one record's question, the newest first; failures say nothing. */
function answersFor(required: RequiredRecord, observations: readonly Observation[]): readonly Observation[] {
  const name = canonicalName(required.name);
  return observations
    .filter(({ question, outcome }) => outcome !== 'failure' && canonicalName(question.name) === name)
    .filter(({ question }) => question.type === required.type)
    .sort((left, right) => right.seenAt - left.seenAt);
}

/** Since when every answer has held the record; null when the newest did not. */
function publishedSince(required: RequiredRecord, observations: readonly Observation[]): number | null {
  const dns = observedLookup(observations);
  let since: number | null = null;
  for (const observation of answersFor(required, observations)) {
    const view = judgedView(required, observation, dns);
    if (view !== 'has' && view !== 'behind') break;
    since = observation.seenAt;
  }
  return since;
}

function selectorOf(required: RequiredRecord, domain: string): string | null {
  const suffix = `._domainkey.${domain}`;
  return required.name.endsWith(suffix) && !required.name.includes('{') ? required.name.slice(0, -suffix.length) : null;
}

/** A provider's key as it is required: its algorithm and length where the record tells. */
function providerKey(required: RequiredRecord, facts: RotationFacts): RotationKey[] {
  const selector = selectorOf(required, facts.domain);
  if (required.value.state === 'waiting' || selector === null) return [];
  const { data } = required.value;
  const key = data.type === 'TXT' ? parseDkimKey(joinTxt(data.strings)).key : null;
  return [
    {
      selector,
      algorithm: key?.type ?? 'rsa',
      bits: key?.bits ?? 0,
      createdAt: null,
      publishedSince: publishedSince(required, facts.observations),
      signingSince: null,
      revokedAt: null,
    },
  ];
}

/** Every rotation of a domain: of the keys made here, of those its providers make, of those they point at. */
export function rotationsOf(facts: RotationFacts): readonly RotationPlan[] {
  const { domain, now, observations } = facts;
  const dkim = facts.required.filter((required) => required.purpose === 'dkim');
  const ttls = dkim.flatMap((required) =>
    answersFor(required, observations).flatMap((observation) => observation.negativeTtl ?? []),
  );
  const negativeTtl = ttls[0] ?? NEGATIVE_TTL;
  const own = facts.keys.map((key): RotationKey => {
    const required = dkim.find((record) => record.id === `dkim:${key.selector}`);
    return { ...key, publishedSince: required === undefined ? null : publishedSince(required, observations) };
  });
  const foreign = (type: RequiredRecord['type']) =>
    dkim
      .filter((required) => required.type === type && required.source.kind !== 'local-key')
      .flatMap((required) => providerKey(required, facts));
  return [
    ...rotationPlans({ domain, now, negativeTtl, kind: 'own-key', keys: own }),
    ...rotationPlans({ domain, now, negativeTtl, kind: 'provider-key', keys: foreign('TXT') }),
    ...rotationPlans({ domain, now, negativeTtl, kind: 'delegated', keys: foreign('CNAME') }),
  ];
}

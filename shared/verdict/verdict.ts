import { resolverState, staleResolvers } from '../diagnosis/caches.ts';
import type { StaleResolver } from '../diagnosis/caches.ts';
import { diagnose } from '../diagnosis/diagnose.ts';
import { serverName } from '../diagnosis/servers.ts';
import type { NameViews } from '../diagnosis/views.ts';
import { answeredOf, serverLabel, subjectOf, viewsOf } from '../diagnosis/views.ts';
import { likelyZone } from '../dns/sender-domain.ts';
import { fact } from '../facts/catalogue.ts';
import type { Fact } from '../facts/fact.ts';
import type { Finding } from '../findings/finding.ts';
import { planFinding } from '../plan/findings.ts';
import type { LookupAtOnce } from '../dns/asking.ts';
import type { ServerView } from '../plan/judged-view.ts';
import { judgedView, namesBehind } from '../plan/judged-view.ts';
import { observedLookup } from '../plan/observed-lookup.ts';
import { firstOf, isSoleAnswer } from '../observed/observed.ts';
import { satisfies } from '../plan/satisfies.ts';
import type { DomainVerdict, PurposeVerdict, RecordVerdict, Verdict } from './types.ts';
import { failureText } from '../observed/failure-text.ts';
import type { Observation } from '../observed/observation.ts';
import type { RequiredRecord } from '../required/record.ts';

/** Failures that receivers meet as well; the others may be the checker's own network. */
const SERVER_FAULTS: ReadonlySet<string> = new Set(['servfail', 'bogus', 'refused', 'lame', 'alias-loop', 'truncated']);

function isServerFault({ failure }: Observation): boolean {
  return SERVER_FAULTS.has(failure?.reason ?? '');
}

/** How many servers say what; one name server counts once, however many addresses it has, by the worst it says. */
type Tally = Readonly<Record<ServerView, number>> & {
  readonly total: number;
  /** Of the failed, those that were not heard: what they serve to receivers is not known. */
  readonly silent: number;
  readonly servers: 'name-servers' | 'servers';
};

/** From the worst to the best. */
const WORST_FIRST: readonly ServerView[] = ['broken', 'other', 'absent', 'behind', 'works', 'has'];

/**
 * @param asked what the servers said of the record.
 * @param observations all there are of the domain.
 */
function tallyOf(
  required: RequiredRecord,
  asked: readonly Observation[],
  observations: readonly Observation[],
  dns: LookupAtOnce,
): Tally {
  const isOwn = asked[0]?.server.kind === 'authoritative';
  const servers = new Map<string, ServerView[]>();
  const keyOf = (observation: Observation) =>
    isOwn ? serverName(observation) : `${observation.server.kind} ${observation.server.address}`;
  const faulty = new Set<string>();
  for (const observation of asked) {
    const key = keyOf(observation);
    servers.set(key, [...(servers.get(key) ?? []), judgedView(required, observation, dns)]);
    if (isServerFault(observation)) faulty.add(key);
  }
  const told = [...servers].map(
    ([key, own]) => [key, WORST_FIRST.find((view) => own.includes(view)) ?? 'failed'] as const,
  );
  const views = told.map(([, view]) => view);
  // A resolver that answers nothing at all is out of reach, and says nothing of the zone.
  const isHeard = (key: string) =>
    isOwn || observations.some((observation) => observation.outcome !== 'failure' && keyOf(observation) === key);
  const count = (view: ServerView) => views.filter((candidate) => candidate === view).length;
  return {
    has: count('has'),
    works: count('works'),
    behind: count('behind'),
    other: count('other'),
    broken: count('broken'),
    absent: count('absent'),
    failed: count('failed'),
    total: views.length,
    silent: told.filter(([key, view]) => view === 'failed' && !faulty.has(key) && isHeard(key)).length,
    servers: isOwn ? 'name-servers' : 'servers',
  };
}

/** Findings that say all by themselves why a record fails, in place of a count. */
const CAUSES = {
  'diagnosis.dnssec-bogus': fact('verdict.bogus'),
  'diagnosis.not-delegated': fact('verdict.not-delegated'),
  'diagnosis.alias-loop': fact('verdict.alias-loop'),
  'diagnosis.cname-flattened': fact('verdict.flattened'),
  'diagnosis.cname-proxied': fact('verdict.proxied'),
  'diagnosis.wildcard': fact('verdict.wildcard'),
  'plan.zone-doubled': fact('verdict.zone-doubled'),
} satisfies Readonly<Record<string, Fact>>;

function causeOf(findings: readonly Finding[]): Fact | undefined {
  const cause = findings.find(({ code }) => Object.hasOwn(CAUSES, code));
  return cause === undefined ? undefined : CAUSES[cause.code as keyof typeof CAUSES];
}

const RIGHT = fact('verdict.right');

/** Which resolver speaks, as facts tell it apart. */
function resolverOf({ server }: Observation): { readonly resolver: 'system' | 'named'; readonly server: string } {
  return { resolver: server.kind === 'system' ? 'system' : 'named', server: serverLabel(server) };
}

/** @param standIn the resolver that was asked in place of the zone's servers; null where those answered. */
function verifiedFact({ has, failed, total, servers }: Tally, standIn: Observation | null): Fact {
  if (standIn !== null) return fact('verdict.right-according-to', resolverOf(standIn));
  if (failed > 0 && servers === 'name-servers')
    return fact('verdict.right-on-some', { count: has, total, others: failed });
  return has === 1 ? RIGHT : fact('verdict.right-everywhere', { servers, count: has });
}

function staleFact({ resolver, state, seconds }: StaleResolver): Fact {
  const values = resolverOf(resolver);
  if (state === 'old-answer')
    return seconds === null
      ? fact('verdict.old-answer', values)
      : fact('verdict.old-answer-for', { ...values, seconds });
  return seconds === null
    ? fact('verdict.negative-answer', values)
    : fact('verdict.negative-answer-for', { ...values, seconds });
}

function pendingFact({ other, works, absent, failed, total, servers }: Tally, views: NameViews): Fact {
  const asked = servers === 'servers' ? total - failed : total;
  const old = other + works;
  if (old > 0) return fact('verdict.old-on-some', { servers, count: old, total: asked });
  if (absent > 0) return fact('verdict.absent-on-some', { servers, count: absent, total: asked });
  const cached = staleResolvers(views).find(({ state }) => state !== 'own-zone');
  return cached === undefined ? fact('verdict.not-everywhere') : staleFact(cached);
}

function silentFact({ other, silent, total, servers }: Tally): Fact {
  const values = { servers, count: silent, total, others: total - silent };
  return other > 0 ? fact('verdict.silent-others-differ', values) : fact('verdict.silent', values);
}

function brokenFact({ purpose: asked }: RequiredRecord, { broken, total, failed, servers }: Tally): Fact {
  const purpose = asked === 'spf' || asked === 'dkim' || asked === 'dmarc' ? asked : 'other';
  const heard = total - failed;
  return broken === heard
    ? fact('verdict.broken', { purpose })
    : fact('verdict.broken-on-some', { servers, purpose, count: broken, total: heard });
}

function otherFact({ other, absent, total, failed, servers }: Tally): Fact {
  const asked = total - failed;
  return other === asked && absent === 0 && (asked === 1 || servers === 'name-servers')
    ? fact('verdict.other-value')
    : fact('verdict.other-value-on-some', { servers, count: other, total: asked });
}

/** What is told of resolvers that failed for a reason that no diagnosis names. */
function failedResolvers(views: NameViews, findings: readonly Finding[]): readonly Finding[] {
  if (findings.some(({ code }) => code === 'diagnosis.dnssec-bogus')) return [];
  return views.resolvers
    .filter((observation) => observation.outcome === 'failure')
    .map((observation) =>
      planFinding('plan.server-failed', {
        server: serverLabel(observation.server),
        message: failureText(observation.failure),
      }),
    );
}

/** Nobody gave an answer: the zone's fault, which receivers meet as well, or not known. */
function unansweredVerdict(required: RequiredRecord, views: NameViews, findings: readonly Finding[]) {
  const failed = [...views.authoritative, ...views.resolvers];
  const isZonesFault =
    failed.every(isServerFault) ||
    (views.authoritative.length > 0 &&
      views.resolvers.some(({ failure }) => failure?.reason === 'servfail' || failure?.reason === 'bogus'));
  const failure = (failed.find(isServerFault) ?? failed[0])?.failure;
  const message = failureText(failure);
  const what = failure === undefined ? fact('dns.no-answer') : fact('dns.failed', { failure: failure.reason });
  const cause = causeOf(findings) ?? fact('verdict.servers-fail', { what });
  const severity = isZonesFault ? 'error' : 'warning';
  const isNamed = findings.some(({ code }) => code.startsWith('diagnosis.'));
  return {
    verdict: isZonesFault ? ('failing' as const) : ('unknown' as const),
    fact: isZonesFault ? cause : fact('verdict.not-known', { what }),
    findings: [
      ...findings,
      ...(isNamed ? [] : [planFinding('plan.server-fails', { name: required.name, message }, { severity })]),
    ],
  };
}

/** Whether a resolver still gives what was published before, and will come round by itself. */
function isBehind(required: RequiredRecord, views: NameViews, resolver: Observation): boolean {
  const state = resolverState(views, resolver);
  return (state === 'old-answer' || state === 'negative-cache') && !satisfies(required, resolver.records);
}

/** What is known of a record besides the observations. */
export interface RecordHistory {
  /** It was seen published once: gone, it is missed. */
  readonly wasPublished?: boolean;
  /** Receivers could use it when it was last looked at, on one of the servers at least. */
  readonly wasUsable?: boolean;
}

interface Judged {
  readonly verdict: Verdict;
  readonly fact: Fact;
}

/** What the views of all servers together come to. */
function judgeTally(
  required: RequiredRecord,
  tally: Tally,
  findings: readonly Finding[],
  { wasPublished = false, wasUsable = false }: RecordHistory,
  lags: boolean,
  views: NameViews,
): Judged {
  const { has, works, behind, other, broken, absent } = tally;
  const cause = causeOf(findings);
  const isBogus = findings.some(({ code }) => code === 'diagnosis.dnssec-bogus');
  const right = has + works + behind;
  if (isBogus || (right === 0 && cause !== undefined)) return { verdict: 'failing', fact: cause ?? otherFact(tally) };
  if (broken > 0) return { verdict: 'failing', fact: brokenFact(required, tally) };
  // A server that was not heard may still have what worked: then it is not gone, and not everywhere.
  if (right === 0 && wasUsable && tally.silent > 0) return { verdict: 'pending', fact: silentFact(tally) };
  if (right === 0 && other === 0) {
    return wasPublished
      ? { verdict: 'failing', fact: fact('verdict.missing') }
      : { verdict: 'to-do', fact: fact('verdict.not-published') };
  }
  if (right === 0) {
    // An SPF record of others was there before the provider: nothing of the provider's was published yet.
    if (required.match.kind === 'spf-terms' && !wasPublished)
      return { verdict: 'to-do', fact: fact('verdict.others-only') };
    return { verdict: 'failing', fact: otherFact(tally) };
  }
  if (other + absent > 0 || lags || (works > 0 && has > 0))
    return { verdict: 'pending', fact: pendingFact(tally, views) };
  if (behind > 0) return { verdict: 'unknown', fact: fact('verdict.behind-not-known') };
  if (works > 0) return { verdict: 'change-prepared', fact: fact('verdict.works') };
  return { verdict: 'verified', fact: RIGHT };
}

/** The field that a record waits for, with its provider. */
function waitingFact(fields: readonly string[]): Fact {
  return fields.length === 0 ? fact('verdict.waiting') : fact('verdict.waiting-for', { fields });
}

/**
 * Judges one required record by the newest answer of each server. The zone's own servers decide; resolvers are judged
 * by when they will follow, and alone where the zone's servers can't be asked.
 *
 * @param zone the zone that the record is meant for.
 */
export function recordVerdict(
  required: RequiredRecord,
  observations: readonly Observation[],
  zone: string = likelyZone(required.name),
  history: RecordHistory = {},
): RecordVerdict {
  const base = { recordId: required.id };
  if (required.value.state === 'waiting')
    return { ...base, verdict: 'to-do', fact: waitingFact(required.value.named), findings: [] };
  const subject = subjectOf(required);
  const views = viewsOf(subject, observations);
  const asked = [...views.authoritative, ...views.resolvers];
  if (asked.length === 0) {
    const isOthers = observations.some(({ server }) => server.kind !== 'pasted');
    const what = isOthers ? fact('verdict.not-asked') : fact('verdict.not-checked');
    return { ...base, verdict: 'unknown', fact: what, findings: [] };
  }

  const seenAt = Math.max(...asked.map((observation) => observation.seenAt));
  const named = diagnose(subject, zone, observations, views);
  if (answeredOf(asked).length === 0) return { ...base, seenAt, ...unansweredVerdict(required, views, named) };

  const dns = observedLookup(observations);
  const findings = [...named, ...failedResolvers(views, named)];
  const judges = answeredOf(views.authoritative).length > 0 ? views.authoritative : views.resolvers;
  const tally = tallyOf(required, judges, observations, dns);
  const lags =
    judges === views.authoritative && views.resolvers.some((resolver) => isBehind(required, views, resolver));
  // What a cache still has was published.
  const isRemembered = views.resolvers.some(({ records }) => satisfies(required, records));
  const wasPublished = history.wasPublished === true || isRemembered;
  const wasUsable = history.wasUsable === true || isRemembered;
  const { verdict, fact: why } = judgeTally(required, tally, findings, { wasPublished, wasUsable }, lags, views);
  if (verdict !== 'verified') {
    const names = verdict === 'unknown' ? namesBehind(required) : [];
    const behind = names.map((name) => planFinding('plan.behind-not-known', { name }));
    return { ...base, seenAt, verdict, fact: why, findings: [...findings, ...behind] };
  }
  const standIn =
    views.authoritative.length > 0 && judges === views.resolvers ? answeredOf(views.resolvers)[0] : undefined;
  return { ...base, seenAt, verdict, fact: verifiedFact(tally, standIn ?? null), findings };
}

/** Whether one resolver answered all there is, and no answer tells of a wildcard. */
function isSoleView(observations: readonly Observation[]): boolean {
  return isSoleAnswer(observations) && !observations.some(({ question }) => question.name.startsWith('*'));
}

/** What `recordVerdict` says where the one resolver that was asked has the record; null where more is to be said. */
function plainVerdict(
  required: RequiredRecord,
  observations: readonly Observation[],
  dns: LookupAtOnce,
): RecordVerdict | null {
  if (required.value.state === 'waiting') return null;
  const { name, type } = required;
  const answer = firstOf(observations, name, type);
  if (answer?.outcome !== 'answer' || judgedView(required, answer, dns) !== 'has') return null;
  const { seenAt } = answer;
  return { recordId: required.id, seenAt, verdict: 'verified', fact: RIGHT, findings: [] };
}

/** A verdict is the first of these that holds of any record. */
const FIRST_THAT_HOLDS: readonly Verdict[] = ['failing', 'unknown', 'pending', 'to-do', 'change-prepared', 'verified'];

/** One more verdict beside those of other records together; null: there are none yet. */
function joined(others: Verdict | null, verdict: Verdict): Verdict {
  if (others === null || others === verdict) return verdict;
  return FIRST_THAT_HOLDS.indexOf(verdict) < FIRST_THAT_HOLDS.indexOf(others) ? verdict : others;
}

function judged(domain: string, required: readonly RequiredRecord[], records: readonly RecordVerdict[]): DomainVerdict {
  let verdict: Verdict | null = null;
  let seenAt = Number.NEGATIVE_INFINITY;
  records.forEach((record, index) => {
    if (!(required[index] as RequiredRecord).optional) verdict = joined(verdict, record.verdict);
    if (record.seenAt !== undefined) seenAt = Math.max(seenAt, record.seenAt);
  });
  const seen = seenAt === Number.NEGATIVE_INFINITY ? {} : { seenAt };
  return { domain, verdict: verdict ?? 'unknown', records, ...seen };
}

/** Verdicts of records at an earlier check, by their ids. */
export type EarlierVerdicts = Readonly<Record<string, Verdict>>;

const USABLE: ReadonlySet<Verdict | undefined> = new Set(['verified', 'change-prepared', 'pending']);
const SEEN: ReadonlySet<Verdict | undefined> = new Set([...USABLE, 'failing']);

function historyOf(earlier: Verdict | undefined): RecordHistory {
  return { wasPublished: SEEN.has(earlier), wasUsable: USABLE.has(earlier) };
}

/**
 * Judges a domain by all its required records.
 *
 * @param earlier what was said of the records before: what was published once is missed when it is gone.
 */
export function domainVerdict(
  domain: string,
  required: readonly RequiredRecord[],
  observations: readonly Observation[],
  zone: string = likelyZone(domain),
  earlier: EarlierVerdicts = {},
): DomainVerdict {
  const dns = isSoleAnswer(observations) ? observedLookup(observations) : null;
  const records = required.map(
    (record) =>
      (dns === null ? null : plainVerdict(record, observations, dns)) ??
      recordVerdict(record, observations, zone, historyOf(earlier[record.id])),
  );
  return judged(domain, required, records);
}

/**
 * The same where all is plain: one resolver was asked, and it has every record whose value is known. Nothing that was
 * asked besides would change it.
 *
 * @returns null where it is not so.
 */
export function plainDomainVerdict(
  domain: string,
  required: readonly RequiredRecord[],
  observations: readonly Observation[],
): DomainVerdict | null {
  if (!isSoleView(observations)) return null;
  const dns = observedLookup(observations);
  const records: RecordVerdict[] = [];
  for (const record of required) {
    const isWaiting = record.value.state === 'waiting';
    const verdict = isWaiting ? recordVerdict(record, observations) : plainVerdict(record, observations, dns);
    if (verdict === null) return null;
    records.push(verdict);
  }
  return judged(domain, required, records);
}

/** The verdict of one purpose among a domain's records, for the list's columns; `not-needed` where it needs none. */
export function purposeVerdict(
  purpose: 'spf' | 'dkim' | 'dmarc',
  required: readonly RequiredRecord[],
  verdict: DomainVerdict,
): PurposeVerdict {
  let all: Verdict | null = null;
  for (let index = 0; index < required.length; index += 1) {
    const record = required[index] as RequiredRecord;
    const isMeant = record.purpose === purpose || (purpose === 'spf' && record.purpose === 'return-path');
    if (isMeant && !record.optional) all = joined(all, (verdict.records[index] as RecordVerdict).verdict);
  }
  return all ?? 'not-needed';
}

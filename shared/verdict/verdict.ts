import { resolverState } from '../diagnosis/caches.ts';
import { diagnose } from '../diagnosis/diagnose.ts';
import { serverName } from '../diagnosis/servers.ts';
import type { NameViews } from '../diagnosis/views.ts';
import { answeredOf, serverLabel, subjectOf, viewsOf } from '../diagnosis/views.ts';
import { likelyZone } from '../dns/sender-domain.ts';
import { describeFinding } from '../findings/catalogue.ts';
import type { Finding } from '../findings/finding.ts';
import { planFinding } from '../plan/findings.ts';
import type { LookupAtOnce } from '../dns/asking.ts';
import type { ServerView } from '../plan/judged-view.ts';
import { judgedView, namesBehind } from '../plan/judged-view.ts';
import { observedLookup } from '../plan/observed-lookup.ts';
import { isSoleAnswer, observationsOf } from '../observed/observed.ts';
import { satisfies } from '../plan/satisfies.ts';
import type { DomainVerdict, PurposeVerdict, RecordVerdict, Verdict } from './types.ts';
import type { Observation } from '../observed/observation.ts';
import type { RequiredRecord } from '../required/record.ts';
import { plural } from '../text/plural.ts';

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
  readonly noun: 'name server' | 'server';
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
    noun: isOwn ? 'name server' : 'server',
  };
}

/** Findings that say all by themselves why a record fails, in place of a count. */
const CAUSES: Readonly<Record<string, string>> = {
  'diagnosis.dnssec-bogus': 'Published, but DNSSEC validation fails: validating resolvers refuse it',
  'diagnosis.not-delegated': 'The domain is not delegated',
  'diagnosis.alias-loop': 'The alias loops',
  'diagnosis.cname-flattened': 'The CNAME is flattened: its target’s records are shown instead',
  'diagnosis.cname-proxied': 'There are addresses instead of the CNAME',
  'diagnosis.wildcard': 'Not published: a wildcard answers instead',
  'plan.zone-doubled': 'Not published: it is at a name with the zone’s name doubled',
};

const PUBLISHED = 'Published and correct';

function verifiedSummary({ has, failed, total, noun }: Tally, isStandIn: string | null): string {
  if (isStandIn !== null) return `Published and correct, according to ${isStandIn}`;
  if (failed > 0 && noun === 'name server')
    return `Published and correct on ${has} of ${total} name servers; ${failed} ${failed === 1 ? 'gives' : 'give'} no usable answer`;
  if (has === 1) return PUBLISHED;
  return `Published and correct on all ${plural(has, noun)}`;
}

function pendingSummary({ other, works, absent, failed, total, noun }: Tally, findings: readonly Finding[]): string {
  const asked = noun === 'server' ? total - failed : total;
  const old = other + works;
  if (old > 0)
    return `Published, but ${old} of ${asked} ${noun}s still ${old === 1 ? 'answers' : 'answer'} with the old record`;
  if (absent > 0)
    return `Published, but ${absent} of ${asked} ${noun}s ${absent === 1 ? 'does' : 'do'} not have it yet`;
  const cached = findings.find(({ code }) => code === 'diagnosis.propagating' || code === 'diagnosis.negative-cache');
  return cached === undefined ? 'Published, but not everywhere yet' : `Published, but ${describeFinding(cached).title}`;
}

function silentSummary({ other, silent, total, noun }: Tally): string {
  const others = total - silent === 1 ? 'the other does' : 'the others do';
  const what = other > 0 ? 'the required record' : 'it';
  return `Published before; ${silent} of ${total} ${noun}s ${silent === 1 ? 'gives' : 'give'} no answer, and ${others} not have ${what}`;
}

const BROKEN: Readonly<Partial<Record<RequiredRecord['purpose'], string>>> = {
  spf: 'the SPF record does not let the provider’s mail pass',
  dkim: 'receivers can’t use the key',
  dmarc: 'receivers discard the policy',
};

function brokenSummary(required: RequiredRecord, { broken, total, failed, noun }: Tally): string {
  const what = BROKEN[required.purpose] ?? 'its target does not exist';
  const asked = total - failed;
  return broken === asked ? `Published, but ${what}` : `On ${broken} of ${asked} ${noun}s ${what}`;
}

function causeOf(findings: readonly Finding[]): string | undefined {
  const cause = findings.find(({ code }) => CAUSES[code] !== undefined);
  return cause === undefined ? undefined : (CAUSES[cause.code] as string);
}

function otherSummary({ other, absent, total, failed, noun }: Tally): string {
  const asked = total - failed;
  return other === asked && absent === 0 && (asked === 1 || noun === 'name server')
    ? 'Another value is published'
    : `${plural(other, noun)} of ${asked} answer with another value`;
}

/** What is told of resolvers that failed for a reason that no diagnosis names. */
function failedResolvers(views: NameViews, findings: readonly Finding[]): readonly Finding[] {
  if (findings.some(({ code }) => code === 'diagnosis.dnssec-bogus')) return [];
  return views.resolvers
    .filter((observation) => observation.outcome === 'failure')
    .map((observation) =>
      planFinding('plan.server-failed', {
        server: serverLabel(observation.server),
        message: observation.failure?.message ?? 'no answer',
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
  const message = (failed.find(isServerFault) ?? failed[0])?.failure?.message ?? 'no answer';
  const cause = findings.find(({ code }) => CAUSES[code] !== undefined);
  const summary = cause === undefined ? `The name servers fail: ${message}` : (CAUSES[cause.code] as string);
  const severity = isZonesFault ? 'error' : 'warning';
  const isNamed = findings.some(({ code }) => code.startsWith('diagnosis.'));
  return {
    verdict: isZonesFault ? ('failing' as const) : ('unknown' as const),
    summary: isZonesFault ? summary : `Not known: ${message}`,
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
  readonly summary: string;
}

/** What the views of all servers together come to. */
function judgeTally(
  required: RequiredRecord,
  tally: Tally,
  findings: readonly Finding[],
  { wasPublished = false, wasUsable = false }: RecordHistory,
  lags: boolean,
): Judged {
  const { has, works, behind, other, broken, absent } = tally;
  const cause = causeOf(findings);
  const isBogus = findings.some(({ code }) => code === 'diagnosis.dnssec-bogus');
  const right = has + works + behind;
  if (isBogus || (right === 0 && cause !== undefined))
    return { verdict: 'failing', summary: cause ?? otherSummary(tally) };
  if (broken > 0) return { verdict: 'failing', summary: brokenSummary(required, tally) };
  // A server that was not heard may still have what worked: then it is not gone, and not everywhere.
  if (right === 0 && wasUsable && tally.silent > 0) return { verdict: 'pending', summary: silentSummary(tally) };
  if (right === 0 && other === 0) {
    return wasPublished
      ? { verdict: 'failing', summary: 'Published earlier, now missing' }
      : { verdict: 'to-do', summary: 'Not published yet' };
  }
  if (right === 0) {
    // An SPF record of others was there before the provider: nothing of the provider's was published yet.
    if (required.match.kind === 'spf-terms' && !wasPublished)
      return { verdict: 'to-do', summary: 'The published record does not name the provider yet' };
    return { verdict: 'failing', summary: otherSummary(tally) };
  }
  if (other + absent > 0 || lags || (works > 0 && has > 0))
    return { verdict: 'pending', summary: pendingSummary(tally, findings) };
  if (behind > 0)
    return { verdict: 'unknown', summary: 'Published; what the provider publishes behind it is not known' };
  if (works > 0) return { verdict: 'change-prepared', summary: 'What is published works; a better record is prepared' };
  return { verdict: 'verified', summary: '' };
}

/** The field that a record waits for, with its provider. */
function waitingSummary(required: RequiredRecord): string {
  if (required.value.state === 'known') return '';
  const { named } = required.value;
  return named.length === 0 ? 'Waiting for a value from the provider' : `Waiting for ${named.join(' and ')}`;
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
    return { ...base, verdict: 'to-do', summary: waitingSummary(required), findings: [] };
  const subject = subjectOf(required);
  const views = viewsOf(subject, observations);
  const asked = [...views.authoritative, ...views.resolvers];
  if (asked.length === 0) {
    const isOthers = observations.some(({ server }) => server.kind !== 'pasted');
    const summary = isOthers ? 'Not queried in the last check' : 'Not checked';
    return { ...base, verdict: 'unknown', summary, findings: [] };
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
  const { verdict, summary } = judgeTally(required, tally, findings, { wasPublished, wasUsable }, lags);
  if (verdict !== 'verified') {
    const names = verdict === 'unknown' ? namesBehind(required) : [];
    const behind = names.map((name) => planFinding('plan.behind-not-known', { name }));
    return { ...base, seenAt, verdict, summary, findings: [...findings, ...behind] };
  }
  const standIn =
    views.authoritative.length > 0 && judges === views.resolvers ? answeredOf(views.resolvers)[0] : undefined;
  const told = verifiedSummary(tally, standIn === undefined ? null : serverLabel(standIn.server));
  return { ...base, seenAt, verdict, summary: told, findings };
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
  const [answer] = observationsOf(observations, required.name, required.type);
  if (answer?.outcome !== 'answer' || judgedView(required, answer, dns) !== 'has') return null;
  const { seenAt } = answer;
  return { recordId: required.id, seenAt, verdict: 'verified', summary: PUBLISHED, findings: [] };
}

/** A verdict is the first of these that holds of any record. */
const FIRST_THAT_HOLDS: readonly Verdict[] = ['failing', 'unknown', 'pending', 'to-do', 'change-prepared', 'verified'];

/** The verdict of several records together: optional ones never hold it back. */
export function combineVerdicts(verdicts: readonly Verdict[]): Verdict {
  return FIRST_THAT_HOLDS.find((verdict) => verdicts.includes(verdict)) ?? 'unknown';
}

function judged(domain: string, required: readonly RequiredRecord[], records: readonly RecordVerdict[]): DomainVerdict {
  const counted: Verdict[] = [];
  let seenAt = Number.NEGATIVE_INFINITY;
  records.forEach((record, index) => {
    if (!(required[index] as RequiredRecord).optional) counted.push(record.verdict);
    if (record.seenAt !== undefined) seenAt = Math.max(seenAt, record.seenAt);
  });
  const seen = seenAt === Number.NEGATIVE_INFINITY ? {} : { seenAt };
  return { domain, verdict: combineVerdicts(counted), records, ...seen };
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
  const verdicts: Verdict[] = [];
  required.forEach((record, index) => {
    const isMeant = record.purpose === purpose || (purpose === 'spf' && record.purpose === 'return-path');
    if (isMeant && !record.optional) verdicts.push((verdict.records[index] as RecordVerdict).verdict);
  });
  return verdicts.length === 0 ? 'not-needed' : combineVerdicts(verdicts);
}

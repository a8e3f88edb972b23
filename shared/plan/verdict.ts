import { resolverState } from '../diagnosis/caches.ts';
import { diagnose } from '../diagnosis/diagnose.ts';
import { serverName } from '../diagnosis/servers.ts';
import type { NameViews } from '../diagnosis/views.ts';
import { answeredOf, serverLabel, subjectOf, viewsOf } from '../diagnosis/views.ts';
import { sameName } from '../dns/names.ts';
import { likelyZone } from '../dns/sender-domain.ts';
import { describeFinding } from '../findings/catalogue.ts';
import type { Finding } from '../findings/finding.ts';
import { planFinding } from '../findings/plan.ts';
import { concerned, satisfies } from './satisfies.ts';
import type { DomainVerdict, Observation, RecordVerdict, RequiredRecord, Verdict } from './types.ts';

/** What one server's answer means for a requirement. */
export type ServerView = 'has' | 'other' | 'absent' | 'failed';

export function viewOf(required: RequiredRecord, observation: Observation): ServerView {
  if (observation.outcome === 'failure') return 'failed';
  if (satisfies(required, observation.records)) return 'has';
  return concerned(required, observation.records).length > 0 ? 'other' : 'absent';
}

/** Failures that receivers meet as well; the others may be the checker's own network. */
const SERVER_FAULTS: ReadonlySet<string> = new Set(['servfail', 'bogus', 'refused', 'lame', 'alias-loop', 'truncated']);

function plural(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`;
}

/** How many servers say what; one name server counts once, however many addresses it has. */
interface Tally {
  readonly has: number;
  readonly other: number;
  readonly absent: number;
  readonly failed: number;
  readonly total: number;
  readonly noun: 'name server' | 'server';
}

function tallyOf(required: RequiredRecord, observations: readonly Observation[]): Tally {
  const isOwn = observations[0]?.server.kind === 'authoritative';
  const servers = new Map<string, ServerView[]>();
  for (const observation of observations) {
    const key = isOwn ? serverName(observation) : `${observation.server.kind} ${observation.server.address}`;
    servers.set(key, [...(servers.get(key) ?? []), viewOf(required, observation)]);
  }
  const views = [...servers.values()].map((own) => {
    const answered = own.filter((view) => view !== 'failed');
    return (['other', 'absent', 'has'] as const).find((view) => answered.includes(view)) ?? 'failed';
  });
  const count = (view: ServerView) => views.filter((candidate) => candidate === view).length;
  return {
    has: count('has'),
    other: count('other'),
    absent: count('absent'),
    failed: count('failed'),
    total: views.length,
    noun: isOwn ? 'name server' : 'server',
  };
}

/** Findings that say all by themselves why a record fails, in place of a count. */
const CAUSES: Readonly<Record<string, string>> = {
  'diagnosis.dnssec-bogus': 'Published, but DNSSEC does not hold: validating resolvers refuse it',
  'diagnosis.not-delegated': 'The domain is not delegated',
  'diagnosis.alias-loop': 'The alias leads round in a circle',
  'diagnosis.cname-flattened': 'The CNAME is flattened: what it leads to is shown instead',
  'diagnosis.cname-proxied': 'Addresses stand where the CNAME belongs',
  'diagnosis.wildcard': 'Not published: a wildcard answers instead',
  'plan.zone-doubled': 'Not published: it stands at a name with the zone’s name twice',
};

const PUBLISHED = 'Published and correct';

function verifiedSummary({ has, failed, total, noun }: Tally, isStandIn: string | null): string {
  if (isStandIn !== null) return `Published and correct, as ${isStandIn} says`;
  if (failed > 0 && noun === 'name server')
    return `Published and correct on ${has} of ${total} name servers; ${failed} ${failed === 1 ? 'gives' : 'give'} no usable answer`;
  if (has === 1) return PUBLISHED;
  return `Published and correct on all ${plural(has, noun)}`;
}

function pendingSummary({ other, absent, failed, total, noun }: Tally, findings: readonly Finding[]): string {
  const asked = noun === 'server' ? total - failed : total;
  if (other > 0)
    return `Published, but ${other} of ${asked} ${noun}s still ${other === 1 ? 'answers' : 'answer'} with the old record`;
  if (absent > 0)
    return `Published, but ${absent} of ${asked} ${noun}s ${absent === 1 ? 'does' : 'do'} not have it yet`;
  const cached = findings.find(({ code }) => code === 'diagnosis.propagating' || code === 'diagnosis.negative-cache');
  return cached === undefined ? 'Published, but not everywhere yet' : `Published, but ${describeFinding(cached).title}`;
}

function failingSummary({ other, absent, total, failed, noun }: Tally, findings: readonly Finding[]): string {
  const cause = findings.find(({ code }) => CAUSES[code] !== undefined);
  if (cause !== undefined) return CAUSES[cause.code] as string;
  const asked = total - failed;
  if (other === 0) return 'Not published yet';
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
  const isFault = ({ failure }: Observation) => SERVER_FAULTS.has(failure?.reason ?? '');
  const isServerFault =
    failed.every(isFault) ||
    (views.authoritative.length > 0 &&
      views.resolvers.some(({ failure }) => failure?.reason === 'servfail' || failure?.reason === 'bogus'));
  const message = (failed.find(isFault) ?? failed[0])?.failure?.message ?? 'no answer';
  const cause = findings.find(({ code }) => CAUSES[code] !== undefined);
  const summary = cause === undefined ? `The name servers fail: ${message}` : (CAUSES[cause.code] as string);
  const severity = isServerFault ? 'error' : 'warning';
  const isNamed = findings.some(({ code }) => code.startsWith('diagnosis.'));
  return {
    verdict: isServerFault ? ('failing' as const) : ('unknown' as const),
    summary: isServerFault ? summary : `Not known: ${message}`,
    findings: [
      ...findings,
      ...(isNamed ? [] : [planFinding('plan.server-fails', { name: required.name, message }, { severity })]),
    ],
  };
}

/** Whether a resolver still gives what was published before, and will come round by itself. */
function isBehind(required: RequiredRecord, views: NameViews, resolver: Observation): boolean {
  const state = resolverState(views, resolver);
  return (state === 'old-answer' || state === 'negative-cache') && viewOf(required, resolver) !== 'has';
}

/**
 * Judges one required record by the newest answer of each server. The zone's own servers decide; resolvers are judged
 * by when they will follow, and alone where the zone's servers can't be asked.
 *
 * @param zone the zone that the record is meant for.
 * @returns verified when every server that answered has it; pending when some have it; failing when none has; unknown
 *   when none could be asked, or the record itself waits for a value.
 */
export function recordVerdict(
  required: RequiredRecord,
  observations: readonly Observation[],
  zone: string = likelyZone(required.name),
): RecordVerdict {
  const base = { recordId: required.id };
  if (required.value.state === 'waiting') {
    return { ...base, verdict: 'unknown', summary: 'Waiting for a value from the provider', findings: [] };
  }
  const subject = subjectOf(required);
  const views = viewsOf(subject, observations);
  const asked = [...views.authoritative, ...views.resolvers];
  if (asked.length === 0) return { ...base, verdict: 'unknown', summary: 'Not checked', findings: [] };

  const seenAt = Math.max(...asked.map((observation) => observation.seenAt));
  const named = diagnose(subject, zone, observations);
  if (answeredOf(asked).length === 0) return { ...base, seenAt, ...unansweredVerdict(required, views, named) };

  const findings = [...named, ...failedResolvers(views, named)];
  const judges = answeredOf(views.authoritative).length > 0 ? views.authoritative : views.resolvers;
  const tally = tallyOf(required, judges);
  const isBogus = findings.some(({ code }) => code === 'diagnosis.dnssec-bogus');
  const lags =
    judges === views.authoritative && views.resolvers.some((resolver) => isBehind(required, views, resolver));
  const isEverywhere = tally.other === 0 && tally.absent === 0;
  if (tally.has === 0 || isBogus)
    return { ...base, seenAt, verdict: 'failing', summary: failingSummary(tally, findings), findings };
  if (!isEverywhere || lags)
    return { ...base, seenAt, verdict: 'pending', summary: pendingSummary(tally, findings), findings };
  const standIn =
    views.authoritative.length > 0 && judges === views.resolvers ? answeredOf(views.resolvers)[0] : undefined;
  const summary = verifiedSummary(tally, standIn === undefined ? null : serverLabel(standIn.server));
  return { ...base, seenAt, verdict: 'verified', summary, findings };
}

/**
 * Whether the observations are one check of one resolver that answered all there is, each question once: no server can
 * differ from another, and no answer tells of a wildcard.
 */
function isSoleView(observations: readonly Observation[]): boolean {
  const [first] = observations;
  if (first === undefined || first.server.kind === 'authoritative' || first.server.kind === 'pasted') return false;
  for (const observation of observations) {
    const { question, server, outcome, checkedAt, checkingDisabled } = observation;
    const isSole = server === first.server && checkedAt === first.checkedAt && checkingDisabled !== true;
    if (!isSole || outcome === 'failure' || question.name.startsWith('*')) return false;
    if (answerTo(question, observations) !== observation) return false;
  }
  return true;
}

/** The first of the observations that answers a question. */
function answerTo(
  { name, type }: Observation['question'],
  observations: readonly Observation[],
): Observation | undefined {
  for (const observation of observations)
    if (observation.question.type === type && sameName(observation.question.name, name)) return observation;
  return undefined;
}

/** What `recordVerdict` says where the one resolver that was asked has the record; null where more is to be said. */
function plainVerdict(required: RequiredRecord, observations: readonly Observation[]): RecordVerdict | null {
  if (required.value.state === 'waiting') return null;
  const answer = answerTo(required, observations);
  if (answer?.outcome !== 'answer' || !satisfies(required, answer.records)) return null;
  const { seenAt } = answer;
  return { recordId: required.id, seenAt, verdict: 'verified', summary: PUBLISHED, findings: [] };
}

/** The verdict of several records together: optional ones never hold it back. */
export function combineVerdicts(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.length === 0) return 'unknown';
  if (verdicts.includes('failing')) return 'failing';
  if (verdicts.includes('unknown')) return 'unknown';
  return verdicts.includes('pending') ? 'pending' : 'verified';
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

/** Judges a domain by all its required records. */
export function domainVerdict(
  domain: string,
  required: readonly RequiredRecord[],
  observations: readonly Observation[],
  zone: string = likelyZone(domain),
): DomainVerdict {
  const isSole = isSoleView(observations);
  const records = required.map(
    (record) => (isSole ? plainVerdict(record, observations) : null) ?? recordVerdict(record, observations, zone),
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
  const records: RecordVerdict[] = [];
  for (const record of required) {
    const isWaiting = record.value.state === 'waiting';
    const verdict = isWaiting ? recordVerdict(record, observations) : plainVerdict(record, observations);
    if (verdict === null) return null;
    records.push(verdict);
  }
  return judged(domain, required, records);
}

/** The verdict of one purpose among a domain's records, for the list's columns. */
export function purposeVerdict(
  purpose: 'spf' | 'dkim' | 'dmarc',
  required: readonly RequiredRecord[],
  verdict: DomainVerdict,
): Verdict {
  const verdicts: Verdict[] = [];
  required.forEach((record, index) => {
    const isMeant = record.purpose === purpose || (purpose === 'spf' && record.purpose === 'return-path');
    if (isMeant && !record.optional) verdicts.push((verdict.records[index] as RecordVerdict).verdict);
  });
  return combineVerdicts(verdicts);
}

import type { Finding } from '../findings/finding.ts';
import { planFinding } from '../findings/plan.ts';
import { latestPerServer } from './observed.ts';
import { concerned, satisfies } from './satisfies.ts';
import type { AnsweringServer, DomainVerdict, Observation, RecordVerdict, RequiredRecord, Verdict } from './types.ts';

/** What one server's answer means for a requirement. */
export type ServerView = 'has' | 'other' | 'absent' | 'failed';

export function viewOf(required: RequiredRecord, observation: Observation): ServerView {
  if (observation.outcome === 'failure') return 'failed';
  if (satisfies(required, observation.records)) return 'has';
  return concerned(required, observation.records).length > 0 ? 'other' : 'absent';
}

/** How a server is called in a sentence. */
export function serverLabel(server: AnsweringServer): string {
  if (server.kind === 'system') return 'the system’s resolver';
  if (server.kind === 'pasted') return 'the pasted zone';
  return server.name ?? server.address;
}

/** Failures that receivers meet as well; the others may be the checker's own network. */
const SERVER_FAULTS: ReadonlySet<string> = new Set(['servfail', 'bogus', 'refused', 'alias-loop']);

function count(views: readonly ServerView[], view: ServerView): number {
  return views.filter((candidate) => candidate === view).length;
}

function plural(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`;
}

function summarise(verdict: Verdict, views: readonly ServerView[]): string {
  const asked = views.length;
  const has = count(views, 'has');
  const other = count(views, 'other');
  const absent = count(views, 'absent');
  if (verdict === 'verified')
    return asked === 1 ? 'Published and correct' : `Published and correct on all ${asked} servers`;
  if (verdict === 'pending') {
    const behind =
      other > 0
        ? `${other} of ${asked} servers still answer with the old record`
        : `${absent} of ${asked} servers do not have it yet`;
    return `Published, but ${behind}`;
  }
  if (other > 0)
    return asked === 1
      ? 'Another value is published'
      : `${plural(other, 'server')} of ${asked} answer with another value`;
  return has === 0 ? 'Not published yet' : 'Not published everywhere';
}

/**
 * Judges one required record by the newest answer of each server.
 *
 * @returns verified when every server that answered has it; pending when some have it; failing when none has; unknown
 *   when none could be asked, or the record itself waits for a value.
 */
export function recordVerdict(required: RequiredRecord, observations: readonly Observation[]): RecordVerdict {
  const base = { recordId: required.id };
  if (required.value.state === 'waiting') {
    return { ...base, verdict: 'unknown', summary: 'Waiting for a value from the provider', findings: [] };
  }
  const latest = latestPerServer(observations, required.name, required.type).filter(
    (observation) => observation.server.kind !== 'pasted',
  );
  if (latest.length === 0) return { ...base, verdict: 'unknown', summary: 'Not checked', findings: [] };

  const seenAt = Math.max(...latest.map((observation) => observation.seenAt));
  const answered = latest.filter((observation) => observation.outcome !== 'failure');
  const failed = latest.filter((observation) => observation.outcome === 'failure');
  if (answered.length === 0) {
    const message = failed[0]?.failure?.message ?? 'no answer';
    const isServerFault = failed.every((observation) => SERVER_FAULTS.has(observation.failure?.reason ?? ''));
    return {
      ...base,
      seenAt,
      verdict: isServerFault ? 'failing' : 'unknown',
      summary: isServerFault ? `The name servers fail: ${message}` : `Not known: ${message}`,
      findings: [
        planFinding(
          'plan.server-fails',
          { name: required.name, message },
          { severity: isServerFault ? 'error' : 'warning' },
        ),
      ],
    };
  }
  const views = answered.map((observation) => viewOf(required, observation));
  const has = count(views, 'has');
  const verdict: Verdict = has === views.length ? 'verified' : has > 0 ? 'pending' : 'failing';
  const findings: Finding[] = failed.map((observation) =>
    planFinding('plan.server-failed', {
      server: serverLabel(observation.server),
      message: observation.failure?.message ?? 'no answer',
    }),
  );
  return { ...base, verdict, summary: summarise(verdict, views), seenAt, findings };
}

/** The verdict of several records together: optional ones never hold it back. */
export function combineVerdicts(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.length === 0) return 'unknown';
  if (verdicts.includes('failing')) return 'failing';
  if (verdicts.includes('unknown')) return 'unknown';
  return verdicts.includes('pending') ? 'pending' : 'verified';
}

/** Judges a domain by all its required records. */
export function domainVerdict(
  domain: string,
  required: readonly RequiredRecord[],
  observations: readonly Observation[],
): DomainVerdict {
  const records = required.map((record) => recordVerdict(record, observations));
  const counted = records.filter((_record, index) => !(required[index] as RequiredRecord).optional);
  const seen = records.flatMap((record) => record.seenAt ?? []);
  return {
    domain,
    verdict: combineVerdicts(counted.map((record) => record.verdict)),
    records,
    ...(seen.length === 0 ? {} : { seenAt: Math.max(...seen) }),
  };
}

/** The verdict of one purpose among a domain's records, for the list's columns. */
export function purposeVerdict(
  purpose: 'spf' | 'dkim' | 'dmarc',
  required: readonly RequiredRecord[],
  verdict: DomainVerdict,
): Verdict {
  const isMeant = (record: RequiredRecord) =>
    record.purpose === purpose || (purpose === 'spf' && record.purpose === 'return-path');
  const chosen = required.filter((record) => isMeant(record) && !record.optional).map((record) => record.id);
  return combineVerdicts(
    verdict.records.filter((record) => chosen.includes(record.recordId)).map((record) => record.verdict),
  );
}

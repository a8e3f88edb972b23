import { canonicalName } from '../dns/names.ts';
import type { QueryType } from '../dns/records.ts';
import { satisfies } from '../plan/satisfies.ts';
import type { Observation } from '../observed/observation.ts';
import type { Subject } from './views.ts';
import { answeredOf, dataKey, viewsOf, wildcardsFor } from './views.ts';

/** A question that tells one cause from another. `all`: of everybody; `one`: any server that can answer will do. */
export interface FurtherQuestion {
  readonly name: string;
  readonly type: QueryType;
  readonly of: 'all' | 'one';
}

/**
 * What has to be asked besides, so that the cause of what was seen can be named. Nothing where all is as it should be.
 *
 * @param zone the zone that the record is meant for, until its own servers say otherwise.
 * @param observations the answers to the subject's own question.
 */
export function furtherQuestions(
  subject: Subject,
  zone: string,
  observations: readonly Observation[],
): readonly FurtherQuestion[] {
  const { name, type, required } = subject;
  const views = viewsOf(subject, observations);
  const answered = answeredOf([...views.authoritative, ...views.resolvers]);
  const [first] = answered;
  if (first === undefined) return [];
  const questions: FurtherQuestion[] = [];
  const apex = views.zone ?? zone;
  const differ = new Set(answered.map((observation) => dataKey(views, observation))).size > 1;
  if (differ) questions.push({ name: apex, type: 'SOA', of: 'all' });
  if (required !== null && satisfies(required, first.records)) return questions;
  if (first.outcome === 'answer') {
    if (required !== null)
      questions.push(...wildcardsFor(name, apex).map((wildcard) => ({ name: wildcard, type, of: 'one' as const })));
    return questions;
  }
  if (canonicalName(name) !== canonicalName(zone)) questions.push({ name: `${name}.${zone}`, type, of: 'one' });
  if (required?.value.state === 'known' && required.value.data.type === 'CNAME') {
    const { target } = required.value.data;
    questions.push(
      { name, type: 'A', of: 'one' },
      { name, type: 'TXT', of: 'one' },
      { name: target, type: 'A', of: 'one' },
      { name: target, type: 'TXT', of: 'one' },
    );
  }
  return questions;
}

/** The failures of resolvers that may come from DNSSEC: to be asked again without validation. */
export function doubtful(subject: Subject, observations: readonly Observation[]): readonly Observation[] {
  return viewsOf(subject, observations).resolvers.filter(
    ({ failure }) => failure?.reason === 'servfail' || failure?.reason === 'bogus',
  );
}

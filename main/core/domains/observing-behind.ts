import { asked, askedAtOnce } from '../../../shared/dns/asking.ts';
import type { LookupAtOnce } from '../../../shared/dns/asking.ts';
import type { Lookup, LookupResult } from '../../../shared/dns/lookup.ts';
import { isSubdomain } from '../../../shared/dns/names.ts';
import type { QueryType } from '../../../shared/dns/records.ts';
import { evaluateAtOnce } from '../../../shared/judge/senders.ts';
import { firstOf } from '../../../shared/observed/observed.ts';
import type { Observation } from '../../../shared/observed/observation.ts';
import { judgedQuestions } from '../../../shared/plan/effect.ts';
import type { AnsweredQuestion, JudgedCourse } from '../../../shared/plan/judged-course.ts';
import { courseOf, followsCourse } from '../../../shared/plan/judged-course.ts';
import { notAsked, observedLookup, resultOf } from '../../../shared/plan/observed-lookup.ts';
import type { Ask } from './observing.ts';
import type { DomainView } from './service.ts';

/**
 * What has to be known besides to judge a domain as receivers do: the policy above it, what providers publish behind
 * their includes and aliases, who consents to reports. Thousands of domains lead to the same few names: what was answered
 * for one of them is not waited for.
 */

/** Courses that are remembered: a list has few kinds of domains. */
const COURSES = 8;
const courses: JudgedCourse[] = [];

/** What is known by now: the answers to a domain's own questions, and whatever is found of others. */
function createSight({ zone }: DomainView, ask: Ask, known: readonly Observation[]) {
  const observed = observedLookup(known);
  const found: Observation[] = [];
  const keep = (observation: Observation): LookupResult => {
    found.push(observation);
    return resultOf(observation);
  };
  const seen = (name: string, type: QueryType): LookupResult | null => {
    const told = firstOf(found, name, type);
    if (told !== undefined) return resultOf(told);
    const answer = observed.query(name, type);
    return answer.status === 'failure' && answer.reason === 'not-known' ? null : answer;
  };
  /** What was seen, or others said by now; null where it is not known. */
  const atOnce = (name: string, type: QueryType): LookupResult | null => {
    const told = seen(name, type);
    if (told !== null) return told;
    const said = isSubdomain(name, zone) ? null : ask.otherSaid({ name, type });
    return said === null ? null : keep(said);
  };
  return { found, keep, seen, atOnce };
}

/**
 * What is there without waiting; what is not is asked for from now on.
 *
 * @param known the answers to the required records' own questions.
 * @returns null where some of it is not there.
 */
export function behindAtOnce(view: DomainView, ask: Ask, known: readonly Observation[]): readonly Observation[] | null {
  const { domain, required } = view;
  const { found, atOnce } = createSight(view, ask, known);
  // What is found on a course that ends early is asked for without it as well.
  if (courses.some((course) => followsCourse(course, domain.name, required, atOnce))) return found;
  const answered: AnsweredQuestion[] = [];
  let isWhole = true;
  const lookup: LookupAtOnce = {
    query(name, type) {
      const answer = atOnce(name, type);
      if (answer === null) isWhole = false;
      else answered.push({ name, type, answer });
      return answer ?? notAsked(name);
    },
  };
  askedAtOnce(judgedQuestions(domain.name, required, evaluateAtOnce(lookup)), lookup);
  if (!isWhole) return null;
  const course = courseOf(domain.name, required, answered);
  if (course !== null) {
    courses.unshift(course);
    if (courses.length > COURSES) courses.pop();
  }
  return found;
}

/** Asks for what is not there, and waits for it. @param known the answers to the required records' own questions. */
export async function askBehind(
  view: DomainView,
  ask: Ask,
  known: readonly Observation[],
): Promise<readonly Observation[]> {
  const { domain, required, zone } = view;
  const { found, keep, seen } = createSight(view, ask, known);
  const askFor = async (name: string, type: QueryType): Promise<LookupResult> => {
    const own = isSubdomain(name, zone) ? await ask.one({ name, type }) : null;
    return keep(own ?? (await ask.other({ name, type })));
  };
  const lookup: Lookup = { query: (name, type) => seen(name, type) ?? askFor(name, type) };
  await asked(judgedQuestions(domain.name, required), lookup);
  return found;
}

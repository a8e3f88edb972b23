import type { LookupResult } from '../dns/lookup.ts';
import { canonicalName, parentName } from '../dns/names.ts';
import type { QueryType } from '../dns/records.ts';
import { sameAnswer, textsOf } from '../judge/shared-evaluations.ts';
import type { RequiredRecord } from '../required/record.ts';

/**
 * Thousands of domains lie beside each other, require the same and publish the same texts. Which question `judgedQuestions`
 * asks next follows from the domain's name, from what is required and from the answers before it; what was asked for one
 * domain is asked for the next that is set up alike, as long as it is answered alike.
 */

/** A question that was answered. */
export interface AnsweredQuestion {
  readonly name: string;
  readonly type: QueryType;
  readonly answer: LookupResult;
}

interface Step extends AnsweredQuestion {
  /** What stands before the domain's own name; null: the name is of others. */
  readonly label: string | null;
}

interface Requirement {
  /** What stands before the domain's own name. */
  readonly label: string;
  readonly record: RequiredRecord;
  /** The texts of it that questions follow from. */
  readonly texts: readonly string[];
}

/** All that judging a domain asked. */
export interface JudgedCourse {
  readonly parent: string;
  readonly required: readonly Requirement[];
  readonly steps: readonly Step[];
}

/** Characters of a domain and its policy that no name of both reaches 253 octets with. */
const LONG = 230;

/** What stands before a domain's own name in a name at or below it; null where the name is another. */
function labelBefore(name: string, domain: string): string | null {
  if (name === domain) return '';
  return name.endsWith(`.${domain}`) ? name.slice(0, -domain.length) : null;
}

const hasNoAlias = (answer: LookupResult): boolean => (answer.aliases?.length ?? 0) === 0;

/** The texts that questions follow from, beside those of TXT records that are required: nothing is asked for these. */
function textsRequired({ match, value }: RequiredRecord): readonly string[] {
  const data = value.state === 'known' ? value.data : null;
  const target = data?.type === 'CNAME' || data?.type === 'NS' ? [data.target] : [];
  return match.kind === 'spf-terms' ? [...match.terms, ...target] : target;
}

/**
 * What was asked for a domain, for others to follow.
 *
 * @param asked every question, with answers that were there.
 * @returns null where it may be the domain's own course: its name stands in what others say, or may by a macro.
 */
export function courseOf(
  domain: string,
  required: readonly RequiredRecord[],
  asked: readonly AnsweredQuestion[],
): JudgedCourse | null {
  const own = canonicalName(domain);
  const parent = parentName(own);
  if (parent === null || own.includes('\\')) return null;
  const steps: Step[] = [];
  for (const { name, type, answer } of asked) {
    const canonical = canonicalName(name);
    const label = labelBefore(canonical, own);
    if (label === null ? canonical.includes(own) : !hasNoAlias(answer)) return null;
    if (!steps.some((step) => step.type === type && step.name === canonical))
      steps.push({ label, name: canonical, type, answer });
  }
  // A name of both that is too long to be asked may be short enough for another domain (RFC 9990 §4).
  const isLong = ({ name, answer }: Step) =>
    name.startsWith('_dmarc.') && textsOf(answer).some((text) => own.length + text.length > LONG);
  if (steps.some(isLong)) return null;
  const requirements: Requirement[] = [];
  for (const record of required) {
    if (!record.name.endsWith(own)) return null;
    requirements.push({ label: record.name.slice(0, -own.length), record, texts: textsRequired(record) });
  }
  const texts = [...requirements.flatMap((each) => each.texts), ...steps.flatMap(({ answer }) => textsOf(answer))];
  if (texts.some((text) => text.includes('%') || text.toLowerCase().includes(own))) return null;
  return { parent, required: requirements, steps };
}

function sameTexts(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((text, index) => text === right[index]);
}

/** Whether another domain's requirement leads to the same questions. */
function isRequiredAlike({ label, record, texts }: Requirement, other: RequiredRecord, domain: string): boolean {
  const { match, value } = record;
  if (record.purpose !== other.purpose || record.type !== other.type || value.state !== other.value.state) return false;
  const { name } = other;
  if (name.length !== label.length + domain.length || !name.startsWith(label) || !name.endsWith(domain)) return false;
  // What TXT records hold is asked about where it is SPF alone; nearly always both are the same object.
  if (match.kind !== other.match.kind) return false;
  if (match === other.match || (record.type === 'TXT' && match.kind !== 'spf-terms')) return true;
  return sameTexts(texts, textsRequired(other));
}

/**
 * Follows the course of one domain for another.
 *
 * @param query what is answered now; null where it is not known by now. It is asked nothing that judging would not ask.
 * @returns whether all was answered alike, so that nothing else is asked.
 */
export function followsCourse(
  { parent, required: theirs, steps }: JudgedCourse,
  name: string,
  required: readonly RequiredRecord[],
  query: (name: string, type: QueryType) => LookupResult | null,
): boolean {
  const own = canonicalName(name);
  if (required.length !== theirs.length || parentName(own) !== parent) return false;
  for (let index = 0; index < required.length; index += 1)
    if (!isRequiredAlike(theirs[index] as Requirement, required[index] as RequiredRecord, own)) return false;
  for (const step of steps) {
    const answer = query(step.label === null ? step.name : step.label + own, step.type);
    if (answer === null || (answer !== step.answer && !sameAnswer(step.answer, answer))) return false;
    if (step.label !== null && !hasNoAlias(answer)) return false;
  }
  return true;
}

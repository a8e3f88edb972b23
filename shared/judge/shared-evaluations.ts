import type { DnsQuestion, LookupAtOnce } from '../dns/asking.ts';
import type { LookupResult } from '../dns/lookup.ts';
import { canonicalName, checkName } from '../dns/names.ts';
import type { ResourceRecord } from '../dns/records.ts';
import { joinTxt } from '../dns/txt.ts';
import { remembering } from '../memo.ts';

/**
 * Thousands of domains publish the same few SPF records, over the same includes. What one of them was evaluated to holds
 * for all others to which DNS answers the same: an evaluation depends on nothing but the text, the domain and the answers.
 */

/** A question of an evaluation, null in place of the domain's own name, with what was answered. */
interface Asked {
  readonly name: string | null;
  readonly type: DnsQuestion['type'];
  readonly answer: LookupResult;
}

interface Evaluated<Result> {
  readonly asked: readonly Asked[];
  readonly result: Result;
}

/** Texts whose evaluations are remembered, and evaluations of one text: its includes seldom answer in many ways. */
const TEXTS = 256;
const EVALUATIONS = 4;
/** Octets of a record that others may publish as well. */
const MAX_LENGTH = 2048;

function sameRecord(left: ResourceRecord, right: ResourceRecord): boolean {
  if (left === right) return true;
  if (left.type === 'TXT') return right.type === 'TXT' && joinTxt(left.strings) === joinTxt(right.strings);
  if (left.type === 'MX') return right.type === 'MX' && left.exchange === right.exchange;
  if (left.type === 'A' || left.type === 'AAAA') return right.type === left.type && left.address === right.address;
  return false;
}

/** Whether two answers are the same to check_host(): TTLs, owners and aliases make no difference to it. */
export function sameAnswer(left: LookupResult, right: LookupResult): boolean {
  if (left.status === 'failure') return right.status === 'failure' && left.reason === right.reason;
  if (left.status !== 'answer' || right.status !== 'answer') return left.status === right.status;
  const [ours, theirs] = [left.records, right.records];
  return (
    ours === theirs ||
    (ours.length === theirs.length &&
      ours.every((record, index) => sameRecord(record, theirs[index] as ResourceRecord)))
  );
}

/**
 * Whether all that was asked then is answered in the same way now. Each question follows from the text and the answers
 * before it, so as long as they are the same, so is the next.
 */
function isAnsweredAlike(asked: readonly Asked[], own: string, lookup: LookupAtOnce): boolean {
  for (const { name, type, answer } of asked) if (!sameAnswer(answer, lookup.query(name ?? own, type))) return false;
  return true;
}

/** The texts of an answer that lead to further questions: of TXT records, and the hosts of MX records. */
export function textsOf(answer: LookupResult): readonly string[] {
  if (answer.status !== 'answer') return [];
  return answer.records.flatMap((record) => {
    if (record.type === 'TXT') return [joinTxt(record.strings)];
    return record.type === 'MX' ? [record.exchange] : [];
  });
}

/** Whether what was found for a domain holds whatever the domain is called: its name is in nothing that was asked. */
function isOfAnyDomain(own: string, text: string, asked: readonly Asked[]): boolean {
  const texts = [text, ...asked.flatMap(({ answer }) => textsOf(answer))];
  // A macro may stand for the domain's name.
  if (texts.some((each) => each.includes('%'))) return false;
  const asksForItself = asked.some(({ name }) => name === null);
  return !asksForItself || !texts.some((each) => each.toLowerCase().includes(own));
}

/**
 * Evaluates a text for a domain, or gives what evaluating the same text gave where all that was asked then is answered in
 * the same way now. It asks what the evaluation asks, and nothing else.
 *
 * @param evaluate the same result for the same domain, text and answers; it asks the Lookup that it is given alone.
 */
export type EvaluateOnce<Result> = (
  domain: string,
  text: string,
  lookup: LookupAtOnce,
  evaluate: (lookup: LookupAtOnce) => Result,
) => Result;

/** @param namesDomain whether a result has something of the domain's own name in it, so that it is no other's. */
export function evaluationsOnce<Result>(namesDomain: (own: string, result: Result) => boolean): EvaluateOnce<Result> {
  const evaluationsOf = remembering(TEXTS, (_text): Evaluated<Result>[] => []);
  return (domain, text, lookup, evaluate) => {
    const own = canonicalName(domain);
    if (text.length > MAX_LENGTH || own === '' || checkName(own) !== null) return evaluate(lookup);
    const known = evaluationsOf(text);
    for (const before of known) if (isAnsweredAlike(before.asked, own, lookup)) return before.result;
    const asked = new Map<string, Asked>();
    const result = evaluate({
      query: (name, type) => {
        const answer = lookup.query(name, type);
        const key = `${type} ${name}`;
        if (!asked.has(key)) asked.set(key, { name: canonicalName(name) === own ? null : name, type, answer });
        return answer;
      },
    });
    const all = [...asked.values()];
    if (!namesDomain(own, result) && isOfAnyDomain(own, text, all)) {
      if (known.length === EVALUATIONS) known.shift();
      known.push({ asked: all, result });
    }
    return result;
  };
}

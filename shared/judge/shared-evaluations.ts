import type { Asking, DnsQuestion, LookupAtOnce } from '../dns/asking.ts';
import { askedAtOnce } from '../dns/asking.ts';
import type { LookupResult } from '../dns/lookup.ts';
import { canonicalName, checkName } from '../dns/names.ts';
import type { ResourceRecord } from '../dns/records.ts';
import { joinTxt } from '../dns/txt.ts';
import { remembering } from '../memo.ts';
import type { Senders } from './senders.ts';

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

interface Evaluated {
  readonly asked: readonly Asked[];
  readonly senders: Senders;
}

/** Texts whose evaluations are remembered, and evaluations of one text: its includes seldom answer in many ways. */
const TEXTS = 256;
const EVALUATIONS = 4;
/** Octets of a record that others may publish as well. */
const MAX_LENGTH = 2048;

const evaluationsOf = remembering(TEXTS, (_text): Evaluated[] => []);

function sameRecord(left: ResourceRecord, right: ResourceRecord): boolean {
  if (left === right) return true;
  if (left.type === 'TXT') return right.type === 'TXT' && joinTxt(left.strings) === joinTxt(right.strings);
  if (left.type === 'MX') return right.type === 'MX' && left.exchange === right.exchange;
  if (left.type === 'A' || left.type === 'AAAA') return right.type === left.type && left.address === right.address;
  return false;
}

/** Whether two answers are the same to check_host(): TTLs, owners and aliases make no difference to it. */
function sameAnswer(left: LookupResult, right: LookupResult): boolean {
  if (left.status !== 'answer' || right.status !== 'answer') return left.status === right.status;
  const [ours, theirs] = [left.records, right.records];
  return (
    ours === theirs ||
    (ours.length === theirs.length &&
      ours.every((record, index) => sameRecord(record, theirs[index] as ResourceRecord)))
  );
}

function textsOf(answer: LookupResult): readonly string[] {
  if (answer.status !== 'answer') return [];
  return answer.records.flatMap((record) => {
    if (record.type === 'TXT') return [joinTxt(record.strings)];
    return record.type === 'MX' ? [record.exchange] : [];
  });
}

/** Whether what was found for a domain holds whatever the domain is called: its name is in nothing that was found. */
function isOfAnyDomain(own: string, text: string, asked: readonly Asked[], senders: Senders): boolean {
  if (senders.permanentError !== null || senders.notKnown.includes(own)) return false;
  const texts = [text, ...asked.flatMap(({ answer }) => textsOf(answer))];
  // A macro may stand for the domain's name.
  if (texts.some((each) => each.includes('%'))) return false;
  const asksForItself = asked.some(({ name }) => name === null);
  return !asksForItself || !texts.some((each) => each.toLowerCase().includes(own));
}

/**
 * Evaluates the SPF record of a domain, or gives what evaluating the same text gave where all that was asked then is
 * answered in the same way now. It asks what the evaluation asks, and nothing else.
 *
 * @param evaluation of the text for the domain, not begun.
 */
export function evaluatedOnce(
  domain: string,
  text: string,
  lookup: LookupAtOnce,
  evaluation: Asking<Senders>,
): Senders {
  const own = canonicalName(domain);
  if (text.length > MAX_LENGTH || own === '' || checkName(own) !== null) return askedAtOnce(evaluation, lookup);
  const known = evaluationsOf(text);
  // Each question follows from the text and the answers before it, so as long as they are the same, so is the next.
  const before = known.find(({ asked }) =>
    asked.every(({ name, type, answer }) => sameAnswer(answer, lookup.query(name ?? own, type))),
  );
  if (before !== undefined) return { ...before.senders, domain };
  const asked = new Map<string, Asked>();
  const senders = askedAtOnce(evaluation, {
    query: (name, type) => {
      const answer = lookup.query(name, type);
      const key = `${type} ${name}`;
      if (!asked.has(key)) asked.set(key, { name: canonicalName(name) === own ? null : name, type, answer });
      return answer;
    },
  });
  const all = [...asked.values()];
  if (isOfAnyDomain(own, text, all, senders)) {
    if (known.length === EVALUATIONS) known.shift();
    known.push({ asked: all, senders });
  }
  return senders;
}

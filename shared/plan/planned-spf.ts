import type { AddressSet } from '../dns/address-set.ts';
import { common, isEmptySet, noAddresses, united, without } from '../dns/address-set.ts';
import type { LookupAtOnce } from '../dns/asking.ts';
import type { Finding } from '../findings/finding.ts';
import { planFinding } from './findings.ts';
import type { Senders } from '../judge/senders.ts';
import { sendersAtOnce } from '../judge/senders.ts';
import { appliesTo, mergeChosen, noSpfChoice } from '../spf/choice.ts';
import { remainingTerms } from '../spf/remaining-terms.ts';
import type { SpfEdit } from '../spf/merge.ts';
import { mechanismKey } from '../spf/meaning.ts';
import { spfHolds } from '../spf/merge.ts';
import { repairSpf } from '../spf/repair.ts';
import type { SpfTerm } from '../spf/syntax.ts';
import { isSpfRecord, parseSpf, spfText } from '../spf/syntax.ts';
import { spfTextsOf } from './meant.ts';
import type { MatchRule } from '../required/record.ts';

/** The SPF record to publish: what is published, what providers require, and what the judge says of both together. */

type SpfTerms = Extract<MatchRule, { readonly kind: 'spf-terms' }>;

export interface PlannedSpf {
  readonly record: string;
  readonly edits: readonly SpfEdit[];
  readonly findings: readonly Finding[];
  /** The texts that it takes the place of. */
  readonly replaced: readonly string[];
}

interface Draft {
  readonly record: string;
  readonly edits: readonly SpfEdit[];
  readonly findings: readonly Finding[];
}

interface Judge {
  readonly by: (text: string) => Senders;
}

/** Judges texts as the record of one domain. */
function judgeOf(domain: string, lookup: LookupAtOnce): Judge {
  return { by: (text) => sendersAtOnce(domain, text, lookup) };
}

function isWithin(inner: AddressSet, outer: AddressSet): boolean {
  return isEmptySet(without(inner, outer));
}

/** The addresses that terms stand for, each by itself: what the provider sends from. */
function addressesOf(terms: readonly string[], judge: Judge): { readonly known: AddressSet; readonly isAll: boolean } {
  const each = terms.map((term) => judge.by(spfText([term, '-all'])));
  return {
    known: each.reduce((all, { passing }) => united(all, passing), noAddresses),
    isAll: each.every(({ notKnown, passing }) => notKnown.length === 0 && !isEmptySet(passing)),
  };
}

/**
 * Whether the provider's mail passes by a record.
 *
 * @returns `unknown` where nothing is known to keep it from passing, and not all is known that it sends from.
 */
export function passesTerms(record: Senders, terms: readonly string[], lookup: LookupAtOnce): 'yes' | 'no' | 'unknown' {
  const judge = judgeOf(record.domain, lookup);
  const wanted = addressesOf(terms, judge);
  if (!isWithin(wanted.known, record.passing)) {
    const isHeld = record.record !== null && spfHolds(record.record, terms);
    const isBroken = !isEmptySet(common(record.broken, wanted.known));
    return record.notKnown.length === 0 || isHeld || isBroken ? 'no' : 'unknown';
  }
  if (wanted.isAll || terms.length === 0) return 'yes';
  const broken = terms.some((term) => judge.by(spfText([term, '-all'])).permanentError !== null);
  if (broken || (record.record !== null && !isReached(record.record, terms, judge))) return 'no';
  return 'unknown';
}

/** Whether anybody comes as far as the terms: with each let pass everybody in its place, somebody more must pass. */
function isReached(text: string, terms: readonly string[], judge: Judge): boolean {
  const keys = new Set(parsedTerms(terms).map(keyOf));
  const { record } = parseSpf(text);
  if (record === null) return false;
  const opened = record.terms.map((term) => (keys.has(keyOf(term)) ? '+all' : term.text));
  const closed = record.terms.map((term) => (keys.has(keyOf(term)) ? '-all' : term.text));
  return !isWithin(judge.by(spfText(opened)).passing, judge.by(spfText(closed)).passing);
}

function keyOf(term: SpfTerm): string {
  return term.kind === 'mechanism' ? mechanismKey(term) : `${term.name}=${term.value}`;
}

function parsedTerms(terms: readonly string[]): readonly SpfTerm[] {
  return terms.flatMap((term) => parseSpf(spfText([term])).record?.terms ?? []);
}

/** Terms of a record that let nobody pass and make it an error, or bring it nearer to one. */
function withoutDead(draft: Draft, terms: readonly string[], judge: Judge): Draft {
  const required = new Set(parsedTerms(terms).map(keyOf));
  let { record, edits, findings } = draft;
  for (const isLast of [false, true]) {
    if (judge.by(record).permanentError === null) break;
    for (const term of parseSpf(record).record?.terms ?? []) {
      const isFree =
        term.kind === 'mechanism' ? term.network !== undefined || term.name === 'all' : term.name !== 'redirect';
      if (isFree || required.has(keyOf(term))) continue;
      const alone = judge.by(spfText([term.text]));
      const isEmpty = isEmptySet(alone.passing) && alone.notKnown.length === 0;
      // What lets nobody pass and does no harm by itself may deny somebody: then it stays.
      const isDenying = term.kind === 'mechanism' && term.qualifier !== '+';
      if (!isEmpty || (alone.permanentError === null && (!isLast || isDenying))) continue;
      const rest = (parseSpf(record).record?.terms ?? []).filter((each) => each.text !== term.text);
      const ending = term.kind === 'modifier' ? ['~all'] : [];
      record = spfText([...rest.map((each) => each.text), ...ending]);
      const edit = {
        kind: 'remove' as const,
        term: term.text,
        reason: 'It lets nobody pass, and makes the record an error.',
      };
      edits = [...edits.filter((each) => each.term !== term.text || each.kind === 'remove'), edit];
      findings = [...findings, planFinding('plan.dead-term', { term: term.text })];
    }
  }
  return { record, edits, findings };
}

/** The same slip is found where the record is read and where it is merged; its place in the text says nothing here. */
function toldOnce(findings: readonly Finding[]): readonly Finding[] {
  const seen = new Set<string>();
  return findings
    .map(({ span: _span, fix: _fix, ...finding }) => finding)
    .filter(({ code, values }) => {
      const key = JSON.stringify([code, values]);
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    });
}

/** How much a record is worth: the provider passes, nobody is lost, it is no error. */
function worthOf(draft: Draft, wanted: AddressSet, before: AddressSet, judge: Judge): number {
  const { passing, permanentError } = judge.by(draft.record);
  return (isWithin(before, passing) ? 4 : 0) + (isWithin(wanted, passing) ? 2 : 0) + (permanentError === null ? 1 : 0);
}

const BEST = 7;

/**
 * Makes the one record of a name. Published terms keep their place and required ones follow them, unless the provider's
 * mail would not pass so; what is dead goes where it would make the record an error.
 *
 * @param texts all TXT texts at the name, as far as they are known.
 */
export function plannedSpf(
  domain: string,
  { terms, first = [], choice = noSpfChoice }: SpfTerms,
  texts: readonly string[],
  lookup: LookupAtOnce,
): PlannedSpf {
  const replaced = spfTextsOf(texts);
  if (replaced.length === 0 || appliesTo(choice, replaced)) {
    const merged = mergeChosen(replaced, replaced.length === 0 ? [...first, ...terms] : terms, choice);
    return { record: merged.record, edits: merged.edits, findings: merged.findings, replaced };
  }
  const judge = judgeOf(domain, lookup);
  const remaining = remainingTerms(terms, choice.without);
  const isReadable = replaced.some((text) => parseSpf(repairSpf(text).text).words.some(({ term }) => term !== null));
  const merged = (putFirst: boolean): Draft =>
    mergeChosen(replaced, isReadable ? terms : [...first, ...terms], choice, putFirst);
  const appended = merged(false);
  const wanted = addressesOf(remaining, judge).known;
  const before =
    replaced.length === 1 && isSpfRecord(replaced[0] as string) ? judge.by(replaced[0] as string).passing : noAddresses;
  const drafts = [appended];
  const isSettled = () => worthOf(drafts.at(-1) as Draft, wanted, before, judge) === BEST;
  if (!isSettled()) drafts.push(withoutDead(appended, remaining, judge));
  if (!isSettled() && remaining.length > 0) drafts.push(merged(true));
  if (!isSettled() && remaining.length > 0) drafts.push(withoutDead(merged(true), remaining, judge));
  const worths = drafts.map((draft) => worthOf(draft, wanted, before, judge));
  const safest = drafts[worths.indexOf(Math.max(...worths))] as Draft;
  const passes = ({ record }: Draft) => isWithin(wanted, judge.by(record).passing);
  // Where all that loses nobody is what is published already, what lets the provider pass is put to the person.
  const isStuck = !passes(safest) && replaced.length === 1 && safest.record === replaced[0];
  const best = isStuck ? (drafts.find(passes) ?? safest) : safest;
  return { ...best, findings: toldOnce(best.findings), replaced };
}

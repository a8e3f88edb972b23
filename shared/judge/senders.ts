import { remembering, rememberingLately } from '../memo.ts';
import { evaluationsOnce } from './shared-evaluations.ts';
import type { AddressFamily, AddressRange, AddressRanges, AddressSet } from '../dns/address-set.ts';
import {
  commonRanges,
  everyAddress,
  networkRange,
  noAddresses,
  rangesWithout,
  united,
  unitedRanges,
} from '../dns/address-set.ts';
import type { Asking, LookupAtOnce } from '../dns/asking.ts';
import { askedAtOnce } from '../dns/asking.ts';
import { parseIp } from '../dns/ip.ts';
import type { LookupResult } from '../dns/lookup.ts';
import { canonicalName, checkName } from '../dns/names.ts';
import type { RecordOf } from '../dns/records.ts';
import { joinTxt } from '../dns/txt.ts';
import { standardLimits } from '../spf/check-host.ts';
import { expandMacros, fitDomain } from '../spf/macro.ts';
import type { MacroString } from '../spf/macro.ts';
import type { Mechanism, Modifier, Qualifier } from '../spf/syntax.ts';
import { isSpfRecord, parseSpf } from '../spf/syntax.ts';

/**
 * Who may send by an SPF record: check_host() (RFC 7208 §4) for every address at once. Addresses that went the same way
 * through the record go on together, with the lookups and void lookups that they have met, so that the limits strike
 * exactly those that a receiver would let fail.
 */

/** What stops check_host() for good. */
interface PermanentError {
  readonly reason: string;
  /** The domain whose record it lies in. */
  readonly domain: string;
}

export interface Senders {
  readonly domain: string;
  /** The text of the record; null where there is none, or not exactly one. */
  readonly record: string | null;
  readonly state: 'record' | 'none' | 'several' | 'unreadable' | 'not-known';
  /** Addresses that pass, as far as is known. */
  readonly passing: AddressSet;
  /** Addresses for which the record is a permanent error. */
  readonly broken: AddressSet;
  readonly permanentError: PermanentError | null;
  /** Names that would have to be known to say more: they gave no answer, or depend on the message. */
  readonly notKnown: readonly string[];
}

/** Addresses that have met the same on their way. */
interface Region {
  readonly addresses: AddressRanges;
  readonly lookups: number;
  readonly voids: number;
}

interface Networks {
  readonly kind: 'networks';
  readonly qualifier: Qualifier;
  readonly four: AddressRanges;
  readonly six: AddressRanges;
}

type Step = Networks | { readonly kind: 'all' | 'asked'; readonly mechanism: Mechanism };

interface Program {
  readonly steps: readonly Step[];
  readonly redirect: Modifier | undefined;
  /** The word that can't be read, where there is one. */
  readonly fault: string | null;
}

/** The records read lately: thousands of domains include the same few. */
const REMEMBERED = 256;

/** A record as steps; neighbouring networks of one qualifier are one step. */
const program = remembering(REMEMBERED, (text: string): Program => {
  const { record, findings } = parseSpf(text);
  if (record === null) return { steps: [], redirect: undefined, fault: String(findings[0]?.values.term ?? text) };
  const steps: Step[] = [];
  let open: { qualifier: Qualifier; four: AddressRange[]; six: AddressRange[] } | null = null;
  const close = () => {
    if (open !== null)
      steps.push({ kind: 'networks', ...open, four: unitedRanges(open.four), six: unitedRanges(open.six) });
    open = null;
  };
  for (const mechanism of record.mechanisms) {
    const { network, qualifier, name, prefix4, prefix6 } = mechanism;
    if (network === undefined) {
      close();
      steps.push({ kind: name === 'all' ? 'all' : 'asked', mechanism });
      continue;
    }
    if (open === null || open.qualifier !== qualifier) {
      close();
      open = { qualifier, four: [], six: [] };
    }
    // An IPv4-mapped IPv6 network is one of IPv6 addresses that nobody sends from as such (RFC 7208 §5).
    open[name === 'ip4' ? 'four' : 'six'].push(networkRange(network, name === 'ip4' ? prefix4 : prefix6));
  }
  close();
  return { steps, redirect: record.redirect, fault: null };
});

interface Walk {
  readonly family: AddressFamily;
  /** The sender's domain, for the macro `o`. */
  readonly origin: string;
  readonly passing: AddressRange[];
  readonly broken: AddressRange[];
  permanentError: PermanentError | null;
  readonly notKnown: Set<string>;
}

function isEmpty(regions: readonly Region[]): boolean {
  return regions.every(({ addresses }) => addresses.length === 0);
}

/** Regions that have met the same are one. */
function gathered(regions: readonly Region[]): readonly Region[] {
  const [only, second] = regions;
  if (second === undefined) return only === undefined || only.addresses.length === 0 ? [] : regions;
  const byCost = new Map<number, Region>();
  for (const region of regions) {
    if (region.addresses.length === 0) continue;
    const key = region.lookups * 8 + region.voids;
    const known = byCost.get(key);
    const addresses = known === undefined ? region.addresses : unitedRanges([...known.addresses, ...region.addresses]);
    byCost.set(key, { ...region, addresses });
  }
  return [...byCost.values()];
}

function fail(walk: Walk, regions: readonly Region[], domain: string, reason: string): void {
  if (isEmpty(regions)) return;
  for (const { addresses } of regions) walk.broken.push(...addresses);
  walk.permanentError ??= { domain, reason };
}

/** Counts a lookup; those beyond the limit fail for good. */
function lookedUp(walk: Walk, regions: readonly Region[], domain: string): readonly Region[] {
  const counted = regions.map((region) => ({ ...region, lookups: region.lookups + 1 }));
  const isWithin = ({ lookups }: Region) => lookups <= standardLimits.lookups;
  const reason = `The record needs more than ${standardLimits.lookups} DNS lookups`;
  fail(
    walk,
    counted.filter((region) => !isWithin(region)),
    domain,
    reason,
  );
  return counted.filter(isWithin);
}

/** Counts an answer that held nothing. */
function emptyHanded(walk: Walk, regions: readonly Region[], domain: string, name: string): readonly Region[] {
  const counted = regions.map((region) => ({ ...region, voids: region.voids + 1 }));
  const isWithin = ({ voids }: Region) => voids <= standardLimits.voids;
  const reason = `More than ${standardLimits.voids} lookups find nothing; the last is ${name}`;
  fail(
    walk,
    counted.filter((region) => !isWithin(region)),
    domain,
    reason,
  );
  return counted.filter(isWithin);
}

/** A name DNS can be asked for; others match nothing (RFC 7208 §4.8). */
function isAskable(name: string): boolean {
  return name !== '' && checkName(name) === null;
}

/** The name a domain-spec stands for; null where only a message can tell. */
function nameOf(walk: Walk, macros: MacroString, domain: string): string | null {
  const [only] = macros;
  if (macros.length === 1 && only?.kind === 'literal') return canonicalName(fitDomain(only.text));
  const known: Readonly<Partial<Record<string, string>>> = {
    d: domain,
    o: walk.origin,
    v: walk.family === 'four' ? 'in-addr' : 'ip6',
  };
  if (macros.some((part) => part.kind === 'macro' && known[part.letter] === undefined)) return null;
  return canonicalName(fitDomain(expandMacros(macros, (letter) => known[letter] as string)));
}

interface Split {
  readonly matched: readonly Region[];
  readonly rest: readonly Region[];
}

function split(regions: readonly Region[], ranges: AddressRanges): Split {
  if (ranges.length === 0) return { matched: [], rest: regions };
  const part = (work: typeof commonRanges) =>
    gathered(regions.map((region) => ({ ...region, addresses: work(region.addresses, ranges) })));
  return { matched: part(commonRanges), rest: part(rangesWithout) };
}

/** What answer stands for a failure: the name is not known, and nothing is matched that is known. */
function unknown(walk: Walk, name: string, regions: readonly Region[]): Split {
  if (!isEmpty(regions)) walk.notKnown.add(name);
  return { matched: [], rest: regions };
}

function* splitByAddresses(
  walk: Walk,
  regions: readonly Region[],
  { prefix4, prefix6 }: Mechanism,
  { name, domain }: { readonly name: string; readonly domain: string },
): Asking<Split> {
  const isFour = walk.family === 'four';
  const answer = yield { name, type: isFour ? 'A' : 'AAAA' };
  if (answer.status === 'failure') return unknown(walk, name, regions);
  if (answer.status !== 'answer') return { matched: [], rest: emptyHanded(walk, regions, domain, name) };
  const ranges = (answer.records as readonly RecordOf<'A'>[]).flatMap(({ address }) => {
    const octets = parseIp(address);
    return octets === null || (octets.length === 4) !== isFour
      ? []
      : [networkRange(octets, isFour ? prefix4 : prefix6)];
  });
  return split(regions, unitedRanges(ranges));
}

function* splitByMx(
  walk: Walk,
  regions: readonly Region[],
  mechanism: Mechanism,
  place: { readonly name: string; readonly domain: string },
): Asking<Split> {
  const { name, domain } = place;
  const answer = yield { name, type: 'MX' };
  if (answer.status === 'failure') return unknown(walk, name, regions);
  if (answer.status !== 'answer') return { matched: [], rest: emptyHanded(walk, regions, domain, name) };
  if (answer.records.length > standardLimits.names) {
    fail(walk, regions, domain, `${name} has more than ${standardLimits.names} mail exchangers`);
    return { matched: [], rest: [] };
  }
  const matched: Region[] = [];
  let rest = regions;
  for (const { exchange } of answer.records as readonly RecordOf<'MX'>[]) {
    // A null MX (RFC 7505) names no host.
    if (!isAskable(exchange) || isEmpty(rest)) continue;
    const parts = yield* splitByAddresses(walk, rest, mechanism, { name: canonicalName(exchange), domain });
    matched.push(...parts.matched);
    rest = parts.rest;
  }
  return { matched: gathered(matched), rest };
}

function* splitByInclude(walk: Walk, regions: readonly Region[], target: string): Asking<Split> {
  const outcome = yield* evaluate(walk, target, regions);
  return { matched: outcome.passed, rest: outcome.others };
}

function* splitByTerm(walk: Walk, regions: readonly Region[], mechanism: Mechanism, domain: string): Asking<Split> {
  const counted = lookedUp(walk, regions, domain);
  if (isEmpty(counted)) return { matched: [], rest: [] };
  const name = mechanism.domain === undefined ? canonicalName(domain) : nameOf(walk, mechanism.domain.macros, domain);
  if (name === null || mechanism.name === 'ptr') return unknown(walk, mechanism.text, counted);
  if (mechanism.name === 'include') return yield* splitByInclude(walk, counted, name);
  if (!isAskable(name)) return { matched: [], rest: counted };
  const place = { name, domain };
  if (mechanism.name === 'a') return yield* splitByAddresses(walk, counted, mechanism, place);
  if (mechanism.name === 'mx') return yield* splitByMx(walk, counted, mechanism, place);
  const answer = yield { name, type: 'A' };
  if (answer.status === 'failure') return unknown(walk, name, counted);
  if (answer.status === 'answer') return { matched: counted, rest: [] };
  return { matched: [], rest: emptyHanded(walk, counted, domain, name) };
}

/** Where the evaluation of a record leads; what fails for good is noted in the walk. */
interface Outcome {
  readonly passed: readonly Region[];
  /** Fail, softfail and neutral: no match for whoever includes the record. */
  readonly others: readonly Region[];
}

const NOWHERE: Outcome = { passed: [], others: [] };

/** The one SPF record among a name's texts. */
type Selected =
  | { readonly state: 'record'; readonly text: string }
  | { readonly state: 'none' | 'several' | 'not-known' };

function selectRecord(answer: LookupResult): Selected {
  if (answer.status === 'failure') return { state: 'not-known' };
  if (answer.status !== 'answer') return { state: 'none' };
  let text: string | undefined;
  for (const record of answer.records) {
    const joined = record.type === 'TXT' ? joinTxt(record.strings) : '';
    if (!isSpfRecord(joined)) continue;
    if (text !== undefined) return { state: 'several' };
    text = joined;
  }
  return text === undefined ? { state: 'none' } : { state: 'record', text };
}

/** The record of an included or redirected domain. */
function* evaluate(walk: Walk, domain: string, regions: readonly Region[]): Asking<Outcome> {
  const isDomain = domain.includes('.') && isAskable(domain);
  const selected: Selected = isDomain ? selectRecord(yield { name: domain, type: 'TXT' }) : { state: 'none' };
  switch (selected.state) {
    case 'record':
      return yield* evaluateRecord(walk, domain, selected.text, regions);
    case 'not-known':
      return { passed: [], others: unknown(walk, domain, regions).rest };
    case 'several':
      fail(walk, regions, domain, `${domain} has more than one SPF record`);
      return NOWHERE;
    default:
      fail(walk, regions, domain, `${domain} has no SPF record`);
      return NOWHERE;
  }
}

function* evaluateRecord(walk: Walk, domain: string, text: string, start: readonly Region[]): Asking<Outcome> {
  const { steps, redirect, fault } = program(text);
  if (fault !== null) {
    fail(walk, start, domain, `The SPF record of ${domain} can’t be read at “${fault.slice(0, 80)}”`);
    return NOWHERE;
  }
  const passed: Region[] = [];
  const others: Region[] = [];
  let regions = start;
  for (const step of steps) {
    if (isEmpty(regions)) break;
    const qualifier = step.kind === 'networks' ? step.qualifier : step.mechanism.qualifier;
    let parts: Split;
    if (step.kind === 'networks') parts = split(regions, step[walk.family]);
    else if (step.kind === 'all') parts = { matched: regions, rest: [] };
    else parts = yield* splitByTerm(walk, regions, step.mechanism, domain);
    (qualifier === '+' ? passed : others).push(...parts.matched);
    regions = parts.rest;
  }
  if (redirect === undefined || isEmpty(regions)) {
    others.push(...regions);
  } else {
    const counted = lookedUp(walk, regions, domain);
    const target = nameOf(walk, redirect.macros, domain);
    const outcome =
      target === null
        ? { passed: [], others: unknown(walk, redirect.text, counted).rest }
        : yield* evaluate(walk, target, counted);
    passed.push(...outcome.passed);
    others.push(...outcome.others);
  }
  return { passed: gathered(passed), others: gathered(others) };
}

function* sendersOfFamily(domain: string, text: string, family: AddressFamily): Asking<Walk> {
  const walk: Walk = { family, origin: domain, passing: [], broken: [], permanentError: null, notKnown: new Set() };
  const everybody: Region = { addresses: everyAddress[family], lookups: 0, voids: 0 };
  const { passed } = yield* evaluateRecord(walk, domain, text, [everybody]);
  for (const { addresses } of passed) walk.passing.push(...addresses);
  return walk;
}

/**
 * Who may send with a domain in MAIL FROM by this record text, whatever is published at the domain itself.
 *
 * @param text one SPF record.
 */
export function* sendersByRecord(domain: string, text: string): Asking<Senders> {
  const four = yield* sendersOfFamily(domain, text, 'four');
  const six = yield* sendersOfFamily(domain, text, 'six');
  const isReadable = program(text).fault === null;
  return {
    domain,
    record: text,
    state: isReadable ? 'record' : 'unreadable',
    passing: { four: unitedRanges(four.passing), six: unitedRanges(six.passing) },
    broken: { four: unitedRanges(four.broken), six: unitedRanges(six.broken) },
    permanentError: four.permanentError ?? six.permanentError,
    notKnown: [...new Set([...four.notKnown, ...six.notKnown])],
  };
}

const evaluatedOnce = evaluationsOnce(
  (own, { permanentError, notKnown }: Senders) => permanentError !== null || notKnown.includes(own),
);

/** Lookups that are worked on at a time. */
const LOOKUPS = 16;

const judgedOf = rememberingLately(LOOKUPS, (_lookup: LookupAtOnce) => new Map<string, Senders>());

/** How a record's text is evaluated for a domain: by asking, or with answers that are there. */
export type EvaluateSenders = (domain: string, text: string) => Asking<Senders> | Senders;

/** As `sendersByRecord` over answers that are there; each text of a domain is judged once by a Lookup. */
export function sendersAtOnce(domain: string, text: string, lookup: LookupAtOnce): Senders {
  const judged = judgedOf(lookup);
  const key = `${domain} ${text}`;
  const before = judged.get(key);
  if (before !== undefined) return before;
  const once = evaluatedOnce(domain, text, lookup, (of) => askedAtOnce(sendersByRecord(domain, text), of));
  const senders = { ...once, domain };
  judged.set(key, senders);
  return senders;
}

/** As `sendersByRecord`, where all answers are there: nothing is asked that was evaluated before. */
export function evaluateAtOnce(lookup: LookupAtOnce): EvaluateSenders {
  return (domain, text) => sendersAtOnce(domain, text, lookup);
}

/** Who may send with a domain in MAIL FROM. */
export function* sendersOf(domain: string, evaluate: EvaluateSenders = sendersByRecord): Asking<Senders> {
  const selected = selectRecord(yield { name: domain, type: 'TXT' });
  if (selected.state === 'record') {
    const senders = evaluate(domain, selected.text);
    return 'next' in senders ? yield* senders : senders;
  }
  const isSeveral = selected.state === 'several';
  return {
    domain,
    record: null,
    state: selected.state,
    passing: noAddresses,
    broken: isSeveral ? united(noAddresses, everyAddress) : noAddresses,
    permanentError: isSeveral ? { domain, reason: `${domain} has more than one SPF record` } : null,
    notKnown: selected.state === 'not-known' ? [domain] : [],
  };
}

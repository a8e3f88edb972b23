import { toAsciiDomain } from '../dns/idna.ts';
import type { IpOctets } from '../dns/ip.ts';
import { formatIp, nibbles, parseIp, reverseName, samePrefix } from '../dns/ip.ts';
import type { Lookup, LookupResult } from '../dns/lookup.ts';
import { canonicalName, isSubdomain, MAX_LABEL_OCTETS, MAX_NAME_LENGTH } from '../dns/names.ts';
import type { QueryType, RecordOf, ResourceRecord } from '../dns/records.ts';
import { joinTxt } from '../dns/txt.ts';
import type { MacroLetter, MacroString } from './macro.ts';
import { expandMacros, fitDomain, parseMacroString } from './macro.ts';
import type { Mechanism, SpfParse } from './syntax.ts';
import { isSpfRecord, parseSpf } from './syntax.ts';

/** The seven results (RFC 7208 §2.6). */
export type SpfResultName = 'none' | 'neutral' | 'pass' | 'fail' | 'softfail' | 'temperror' | 'permerror';

/** Limits on the work of one evaluation (RFC 7208 §4.6.4). */
export interface SpfLimits {
  readonly lookups: number;
  readonly voids: number;
  readonly names: number;
}

export const standardLimits: SpfLimits = { lookups: 10, voids: 2, names: 10 };

export interface CheckHostInput {
  /** The sender's address, IPv4 or IPv6. */
  readonly ip: string;
  /** MAIL FROM; empty for a bounce, whose identity is then `postmaster@helo` (§2.4). U-labels are taken (RFC 8616 §4). */
  readonly sender: string;
  readonly helo: string;
  readonly lookup: Lookup;
  /** The receiving host's name, for the macro `r`. */
  readonly receiver?: string;
  /** Seconds since the epoch, for the macro `t`. */
  readonly now?: number;
  readonly limits?: SpfLimits;
  readonly signal?: AbortSignal;
}

/** One term as it was met. */
export interface SpfStep {
  readonly domain: string;
  readonly term: string;
  readonly outcome: 'match' | 'no-match' | SpfResultName;
}

export interface SpfResult {
  readonly result: SpfResultName;
  /** The domain owner's explanation of a fail; absent where there is none to be had. */
  readonly explanation?: string;
  /** The term that decided. */
  readonly term?: string;
  /** Why, for `none`, `temperror` and `permerror`. */
  readonly reason?: string;
  readonly lookups: number;
  readonly voids: number;
  readonly steps: readonly SpfStep[];
}

/** Ends an evaluation at once, however deep it is. */
class Stop extends Error {
  readonly result: 'temperror' | 'permerror';
  constructor(result: 'temperror' | 'permerror', reason: string) {
    super(reason);
    this.result = result;
  }
}

interface Context {
  readonly input: CheckHostInput;
  readonly limits: SpfLimits;
  readonly address: IpOctets;
  readonly localPart: string;
  readonly senderDomain: string;
  readonly helo: string;
  readonly steps: SpfStep[];
  lookups: number;
  voids: number;
  /** Asked for once, however many terms need them. */
  senderNames: SenderNames | null;
}

interface SenderNames {
  readonly validated: readonly string[];
  /** The address has no PTR record. */
  readonly isVoid: boolean;
}

interface Outcome {
  readonly result: SpfResultName;
  readonly term?: string;
  readonly reason?: string;
  /** Where the explanation is to be found, for a fail. */
  readonly exp?: { readonly macros: MacroString; readonly domain: string } | undefined;
}

const RESULT_OF = { '+': 'pass', '-': 'fail', '~': 'softfail', '?': 'neutral' } as const;

/** Steps kept of one evaluation; the limits allow far fewer, unless a record holds thousands of addresses. */
const MAX_STEPS = 500;

/**
 * Work that hands out the answers it has to wait for. A Lookup that answers at once is never waited for, which makes
 * an evaluation over records in memory several times faster than one that awaits every answer.
 */
type Evaluation<Value> = Generator<Promise<LookupResult>, Value, LookupResult>;

async function run<Value>(evaluation: Evaluation<Value>): Promise<Value> {
  let step = evaluation.next();
  while (step.done !== true) step = evaluation.next(await step.value);
  return step.value;
}

const DOT = 46;

const BEYOND_ASCII = /[^\0-\x7F]/;

/** A name DNS can be asked for (§4.3): labels of 1 to 63 octets, 253 in all. */
function isAskable(domain: string): boolean {
  if (domain === '' || domain.length > MAX_NAME_LENGTH) return false;
  let start = 0;
  for (let index = 0; index <= domain.length; index += 1) {
    if (index < domain.length && domain.charCodeAt(index) !== DOT) continue;
    const octets = index - start;
    if (octets === 0 || octets > MAX_LABEL_OCTETS) return false;
    start = index + 1;
  }
  return true;
}

/** §4.3: a name of several labels, not an address literal, in A-labels. */
function isCheckable(domain: string): boolean {
  return domain.includes('.') && !domain.startsWith('[') && isAskable(domain) && !BEYOND_ASCII.test(domain);
}

function describe(result: Extract<LookupResult, { status: 'failure' }>, name: string): string {
  return `DNS gave no answer for ${name}: ${result.message}`;
}

/** Begins to ask; what it gives may have to be waited for. */
function beginAsking(context: Context, name: string, type: QueryType): LookupResult | Promise<LookupResult> {
  const { lookup, signal } = context.input;
  signal?.throwIfAborted();
  return lookup.query(name, type, signal === undefined ? undefined : { signal });
}

function* ask(context: Context, name: string, type: QueryType): Evaluation<LookupResult> {
  const begun = beginAsking(context, name, type);
  return begun instanceof Promise ? yield begun : begun;
}

function countLookup(context: Context): void {
  context.lookups += 1;
  if (context.lookups > context.limits.lookups) {
    throw new Stop('permerror', `The record needs more than ${context.limits.lookups} DNS lookups`);
  }
}

function countVoid(context: Context, name: string): void {
  context.voids += 1;
  if (context.voids > context.limits.voids) {
    throw new Stop('permerror', `More than ${context.limits.voids} lookups found nothing; the last was ${name}`);
  }
}

/** Asks for what a term needs; an empty answer counts as void, a failure ends the evaluation (§4.6.4, §5). */
function* askForTerm<Type extends QueryType & ResourceRecord['type']>(
  context: Context,
  name: string,
  type: Type,
): Evaluation<readonly RecordOf<Type>[]> {
  // A name that can't exist is not asked for: no match, and no void lookup either (§4.8).
  if (!isAskable(name)) return [];
  const begun = beginAsking(context, name, type);
  const answer = begun instanceof Promise ? yield begun : begun;
  if (answer.status === 'failure') throw new Stop('temperror', describe(answer, name));
  if (answer.status === 'answer') return answer.records as readonly RecordOf<Type>[];
  countVoid(context, name);
  return [];
}

function addressType(context: Context): 'A' | 'AAAA' {
  return context.address.length === 4 ? 'A' : 'AAAA';
}

function matchesAddress(context: Context, address: string, mechanism: Mechanism): boolean {
  const octets = parseIp(address);
  const prefix = context.address.length === 4 ? mechanism.prefix4 : mechanism.prefix6;
  return octets !== null && samePrefix(octets, context.address, prefix);
}

/** Names that lead back to the sender's address (§5.5): the first ten PTR names, each asked for its addresses. */
function* validate(context: Context): Evaluation<SenderNames> {
  const pointers = yield* ask(context, reverseName(context.address), 'PTR');
  if (pointers.status === 'failure') return { validated: [], isVoid: false };
  if (pointers.status !== 'answer') return { validated: [], isVoid: true };
  const validated: string[] = [];
  for (const pointer of (pointers.records as readonly RecordOf<'PTR'>[]).slice(0, context.limits.names)) {
    if (!isAskable(pointer.target)) continue;
    const answer = yield* ask(context, pointer.target, addressType(context));
    if (answer.status !== 'answer') continue;
    const leadsBack = (answer.records as readonly RecordOf<'A'>[]).some((record) => {
      const octets = parseIp(record.address);
      return octets !== null && samePrefix(octets, context.address, context.address.length * 8);
    });
    if (leadsBack) validated.push(pointer.target);
  }
  return { validated, isVoid: false };
}

function* senderNames(context: Context): Evaluation<SenderNames> {
  context.senderNames ??= yield* validate(context);
  return context.senderNames;
}

/** The value of the macro `p` (§7.3): the domain itself, else a name below it, else any validated name. */
function* pointerName(context: Context, domain: string): Evaluation<string> {
  const { validated: names } = yield* senderNames(context);
  return (
    names.find((name) => canonicalName(name) === canonicalName(domain)) ??
    names.find((name) => isSubdomain(name, domain)) ??
    names[0] ??
    'unknown'
  );
}

/** What a macro stands for (§7.2). @param pointer the value of `p`, which is asked for beforehand. */
function macroValue(context: Context, letter: MacroLetter, domain: string, pointer: string): string {
  const { address, localPart, senderDomain, helo, input } = context;
  switch (letter) {
    case 's':
      return `${localPart}@${senderDomain}`;
    case 'l':
      return localPart;
    case 'o':
      return senderDomain;
    case 'd':
      return domain;
    // Capitals, as other evaluators write them: an explanation is compared as text.
    case 'i':
      return address.length === 4 ? address.join('.') : nibbles(address).join('.').toUpperCase();
    case 'p':
      return pointer;
    case 'v':
      return address.length === 4 ? 'in-addr' : 'ip6';
    case 'h':
      return helo;
    case 'c':
      return formatIp(address);
    case 'r':
      return input.receiver ?? 'unknown';
    case 't':
      return String(Math.floor(input.now ?? 0));
  }
}

function* expand(context: Context, macros: MacroString, domain: string): Evaluation<string> {
  const pointer = macros.some((part) => part.kind === 'macro' && part.letter === 'p')
    ? yield* pointerName(context, domain)
    : '';
  return expandMacros(macros, (letter) => macroValue(context, letter, domain, pointer));
}

/** The name that a domain-spec stands for. A backslash is a character there, in names as text it begins an escape. */
function* expandName(context: Context, macros: MacroString, domain: string): Evaluation<string> {
  return askedText(yield* expand(context, macros, domain));
}

function askedText(expanded: string): string {
  const name = fitDomain(expanded);
  return name.includes('\\') ? name.replaceAll('\\', '\\\\') : name;
}

/** The name of a domain-spec that is one literal, by far the most of them; null for another. */
function plainName(macros: MacroString): string | null {
  const [only] = macros;
  return macros.length === 1 && only?.kind === 'literal' ? askedText(only.text) : null;
}

function* matchesMx(context: Context, mechanism: Mechanism, target: string): Evaluation<boolean> {
  const exchangers = yield* askForTerm(context, target, 'MX');
  if (exchangers.length > context.limits.names) {
    throw new Stop('permerror', `${target} has more than ${context.limits.names} mail exchangers`);
  }
  // A null MX (RFC 7505) names no host, and so nothing to ask for.
  for (const { exchange } of exchangers) {
    const addresses = yield* askForTerm(context, exchange, addressType(context));
    if (addresses.some((record) => matchesAddress(context, record.address, mechanism))) return true;
  }
  return false;
}

function* matchesPtr(context: Context, target: string): Evaluation<boolean> {
  const { validated, isVoid } = yield* senderNames(context);
  if (isVoid) countVoid(context, reverseName(context.address));
  return validated.some((name) => isSubdomain(name, target));
}

function* matchesInclude(context: Context, target: string): Evaluation<boolean> {
  const { result, reason } = yield* evaluate(context, target);
  if (result === 'temperror') throw new Stop('temperror', reason ?? `There was no answer for the record of ${target}`);
  if (result === 'permerror' || result === 'none') {
    throw new Stop('permerror', reason ?? `The included domain ${target} has no usable SPF record`);
  }
  return result === 'pass';
}

/** Whether the sender lies in the network of an `ip4` or `ip6`; most differ in their first octet already. */
function liesIn(address: IpOctets, network: IpOctets, { name, prefix4, prefix6 }: Mechanism): boolean {
  const prefix = name === 'ip4' ? prefix4 : prefix6;
  return (prefix < 8 || network[0] === address[0]) && samePrefix(network, address, prefix);
}

/** A local part beyond ASCII can be no part of a name: terms that would hold it match nothing (RFC 8616 §4). */
function needsForeignLocalPart(context: Context, macros: MacroString): boolean {
  if (!BEYOND_ASCII.test(context.localPart)) return false;
  return macros.some((part) => part.kind === 'macro' && (part.letter === 'l' || part.letter === 's'));
}

function* matchesByDns(context: Context, mechanism: Mechanism, domain: string): Evaluation<boolean> {
  countLookup(context);
  const macros = mechanism.domain?.macros;
  if (macros !== undefined && needsForeignLocalPart(context, macros)) return false;
  const target = macros === undefined ? domain : (plainName(macros) ?? (yield* expandName(context, macros, domain)));
  switch (mechanism.name) {
    case 'include':
      return yield* matchesInclude(context, target);
    case 'a': {
      const addresses = yield* askForTerm(context, target, addressType(context));
      return addresses.some((record) => matchesAddress(context, record.address, mechanism));
    }
    case 'mx':
      return yield* matchesMx(context, mechanism, target);
    case 'ptr':
      return yield* matchesPtr(context, target);
    default:
      return (yield* askForTerm(context, target, 'A')).length > 0;
  }
}

/** Records that were read twice or more lately, the oldest first: popular includes are met again and again. */
const lately = new Map<string, SpfParse>();
/** Texts that were met once: what was read of them is not kept, or thousands of records that nobody shares would be. */
const metOnce = new Set<string>();
const MAX_REMEMBERED = 256;
/** Octets of a record worth remembering; a longer one is no record that many domains share. */
const MAX_REMEMBERED_LENGTH = 2048;

/** Reads a record, or gives what reading the same text gave before. */
function readRecord(text: string): SpfParse {
  const known = lately.get(text);
  if (known !== undefined) return known;
  const parse = parseSpf(text);
  if (text.length > MAX_REMEMBERED_LENGTH) return parse;
  if (metOnce.delete(text)) {
    const [oldest] = lately.size < MAX_REMEMBERED ? [] : lately.keys();
    if (oldest !== undefined) lately.delete(oldest);
    lately.set(text, parse);
  } else {
    // Nobody is missed: whoever is popular is met twice between two clearings.
    if (metOnce.size === MAX_REMEMBERED) metOnce.clear();
    metOnce.add(text);
  }
  return parse;
}

/** Selects the record to evaluate (§4.4, §4.5). */
function selectRecord(answer: LookupResult, domain: string): SpfParse | Outcome {
  if (answer.status === 'failure') return { result: 'temperror', reason: describe(answer, domain) };
  if (answer.status !== 'answer') return { result: 'none', reason: `${domain} has no TXT record` };
  let text: string | undefined;
  for (const record of answer.records as readonly RecordOf<'TXT'>[]) {
    const joined = joinTxt(record.strings);
    if (!isSpfRecord(joined)) continue;
    if (text !== undefined) return { result: 'permerror', reason: `${domain} has more than one SPF record` };
    text = joined;
  }
  if (text === undefined) return { result: 'none', reason: `${domain} has no SPF record` };

  return readRecord(text);
}

/** check_host() for one domain (§4.6 to §4.8). */
function* evaluate(context: Context, domain: string): Evaluation<Outcome> {
  if (!isCheckable(domain)) return { result: 'none', reason: `“${domain}” is not a domain that can be looked up` };
  const begun = beginAsking(context, domain, 'TXT');
  const selected = selectRecord(begun instanceof Promise ? yield begun : begun, domain);
  if ('result' in selected) return selected;
  const { record } = selected;
  if (record === null) {
    const [first] = selected.findings;
    return {
      result: 'permerror',
      reason: `The SPF record of ${domain} can’t be read at “${first?.values.term ?? ''}”`,
    };
  }

  const { address, steps } = context;
  for (const mechanism of record.mechanisms) {
    const { name, network, text: term } = mechanism;
    const matched =
      network === undefined
        ? name === 'all' || (yield* matchesByDns(context, mechanism, domain))
        : liesIn(address, network, mechanism);
    if (steps.length < MAX_STEPS) steps.push({ domain, term, outcome: matched ? 'match' : 'no-match' });
    if (!matched) continue;
    const result = RESULT_OF[mechanism.qualifier];
    const exp = result === 'fail' && record.exp !== undefined ? { macros: record.exp.macros, domain } : undefined;
    return { result, term, exp };
  }

  if (record.redirect === undefined) return { result: 'neutral' };
  countLookup(context);
  const target = yield* expandName(context, record.redirect.macros, domain);
  const redirected = yield* evaluate(context, target);
  if (redirected.result !== 'none') return redirected;
  return {
    result: 'permerror',
    term: record.redirect.text,
    reason: `redirect points to ${target}, which has no SPF record`,
  };
}

/** The domain owner's explanation (§6.2); undefined on any fault, as the section demands. */
function* explain(context: Context, exp: NonNullable<Outcome['exp']>): Evaluation<string | undefined> {
  const target = yield* expandName(context, exp.macros, exp.domain);
  if (!isAskable(target)) return undefined;
  const answer = yield* ask(context, target, 'TXT');
  if (answer.status !== 'answer' || answer.records.length !== 1) return undefined;
  const macros = parseMacroString(joinTxt((answer.records[0] as RecordOf<'TXT'>).strings), true);
  return macros === null ? undefined : yield* expand(context, macros, exp.domain);
}

/** A name as DNS is asked for it: U-labels as A-labels (RFC 8616 §4), without the final dot. */
function askedName(name: string): string {
  if (BEYOND_ASCII.test(name)) {
    const converted = toAsciiDomain(name);
    if (converted.ok) return converted.ascii;
  }
  return name.endsWith('.') ? name.slice(0, -1) : name;
}

/** MAIL FROM as local part and domain; a bounce speaks for its HELO name (§2.4, §4.3). */
function identity(sender: string, helo: string): { localPart: string; domain: string } {
  if (sender === '') return { localPart: 'postmaster', domain: helo };
  const at = sender.lastIndexOf('@');
  const localPart = at <= 0 ? 'postmaster' : sender.slice(0, at);
  return { localPart, domain: at === -1 ? sender : sender.slice(at + 1) };
}

/**
 * Evaluates a sender against its domain's SPF record: check_host() of RFC 7208 §4, whole.
 *
 * @returns the result with its explanation, what decided, and what it cost. Never rejects for what DNS said.
 * @throws RangeError when `ip` is no address; the signal's reason when it is aborted.
 */
export async function checkHost(input: CheckHostInput): Promise<SpfResult> {
  const address = parseIp(input.ip);
  if (address === null) throw new RangeError(`“${input.ip}” is not an IP address`);
  const { localPart, domain } = identity(input.sender, input.helo);
  const checked = askedName(domain);
  const context: Context = {
    input,
    limits: input.limits ?? standardLimits,
    address,
    localPart,
    senderDomain: checked,
    helo: BEYOND_ASCII.test(input.helo) ? askedName(input.helo) : input.helo,
    steps: [],
    lookups: 0,
    voids: 0,
    senderNames: null,
  };
  const spent = () => ({ lookups: context.lookups, voids: context.voids, steps: context.steps });
  try {
    const { result, term, reason, exp } = await run(evaluate(context, checked));
    const explanation = exp === undefined ? undefined : await run(explain(context, exp));
    return {
      result,
      ...(explanation === undefined ? {} : { explanation }),
      ...(term === undefined ? {} : { term }),
      ...(reason === undefined ? {} : { reason }),
      ...spent(),
    };
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    return { result: error.result, reason: error.message, ...spent() };
  }
}

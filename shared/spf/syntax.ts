import type { IpOctets } from '../dns/ip.ts';
import { parseIpv4, parseIpv6 } from '../dns/ip.ts';
import { isHostLabel } from '../dns/names.ts';
import type { Finding, Span } from '../findings/finding.ts';
import { spfFinding } from './findings.ts';
import type { MacroString } from './macro.ts';
import { readMacroString } from './macro.ts';

/** SPF records as text and as terms (RFC 7208 §4.6.1, §5, §6, §12). Reading keeps every position. */

export type Qualifier = '+' | '-' | '~' | '?';
export type MechanismName = 'all' | 'include' | 'a' | 'mx' | 'ptr' | 'ip4' | 'ip6' | 'exists';

interface Written {
  /** As it stands in the record. */
  readonly text: string;
  readonly span: Span;
}

export interface Mechanism extends Written {
  readonly kind: 'mechanism';
  readonly name: MechanismName;
  readonly qualifier: Qualifier;
  /** The domain-spec, where one was given: its text and its parts. */
  readonly domain?: { readonly text: string; readonly macros: MacroString };
  /** The network of `ip4` and `ip6`. */
  readonly network?: IpOctets;
  /** Prefix lengths in bits; the whole address where none is written. */
  readonly prefix4: number;
  readonly prefix6: number;
  /** How it was spelt, where that has no meaning: the sign, the name's letter case, the address, the prefix lengths. */
  readonly spelling: {
    readonly sign: Qualifier | '';
    readonly name: string;
    /** Null: as the network's octets are usually written. */
    readonly address: string | null;
    /** Null: as `prefix4` is usually written. */
    readonly prefix: string | null;
  };
}

export interface Modifier extends Written {
  readonly kind: 'modifier';
  /** Lower case: `redirect`, `exp`, or a name this standard does not know. */
  readonly name: string;
  readonly value: string;
  readonly macros: MacroString;
  readonly spelling: { readonly name: string };
}

export type SpfTerm = Mechanism | Modifier;

export interface SpfRecord {
  /** The whole text, as it was read. */
  readonly text: string;
  readonly terms: readonly SpfTerm[];
  readonly mechanisms: readonly Mechanism[];
  readonly redirect?: Modifier;
  readonly exp?: Modifier;
  /** The version as it was spelt, and the spaces before each term and at the end. */
  readonly layout: { readonly version: string; readonly spaces: readonly string[] };
}

/** A stretch of the record between spaces: a term, or what could not be read as one. */
export interface SpfWord extends Written {
  readonly term: SpfTerm | null;
}

export interface SpfParse {
  readonly text: string;
  readonly words: readonly SpfWord[];
  /** Usable for evaluation; null when any term breaks the grammar (then the result is permerror, §4.6). */
  readonly record: SpfRecord | null;
  readonly findings: readonly Finding[];
}

/** Octets of the longest record that is read; a DNS message can't carry a longer one. */
const MAX_RECORD_LENGTH = 65_535;

/** Characters of `v=spf1`. */
const VERSION_LENGTH = 6;

/** Faults of one record that are told; a record with more was never one. */
const MAX_FAULTS = 500;

const MECHANISM_NAMES: ReadonlySet<string> = new Set(['all', 'include', 'a', 'mx', 'ptr', 'ip4', 'ip6', 'exists']);
const MODIFIER = /^([a-z][a-z0-9\-_.]*)=(.*)$/is;
const PREFIX4 = /\/(0|[1-9]\d?)$/;
const PREFIX6 = /\/\/(0|[1-9]\d{0,2})$/;
const ANY_PREFIX = /\/\d*$/;

const EQUALS = 61;

/** Whether a TXT text is an SPF record at all: `v=spf1`, then a space or nothing (RFC 7208 §4.5). */
export function isSpfRecord(text: string): boolean {
  if (text.startsWith('v=spf1 ')) return true;
  return text.charCodeAt(1) === EQUALS && /^v=spf1(?: |$)/i.test(text);
}

type SpfCode = Parameters<typeof spfFinding>[0];

interface Fault {
  readonly code: SpfCode;
  readonly values?: Readonly<Record<string, string>>;
  /** Offsets within the term of what is wrong; the whole term where they are missing. */
  readonly start?: number;
  readonly end?: number;
}

/** Makes a finding of a fault; gives null, the value of a term that can't be read. */
type Report = (fault: Fault) => null;

/** An argument: its text, and where it begins in its term. */
interface Argument {
  readonly text: string;
  readonly start: number;
}

const ENDS_IN_MACRO = /(?:^|[^%])(?:%%)*%(?:[%_-]|\{[^{}]*\})$/;

/** Whether a domain ends in a dot and a top label that isn't all digits; one more dot may follow. */
function endsInTopLabel(text: string): boolean {
  const end = text.endsWith('.') ? text.length - 1 : text.length;
  const dot = end === 0 ? -1 : text.lastIndexOf('.', end - 1);
  const label = text.slice(dot + 1, end);
  return dot !== -1 && isHostLabel(label) && !/^\d+$/.test(label);
}

function readMacros({ text, start }: Argument, report: Report): MacroString | null {
  const read = readMacroString(text, false);
  if ('macros' in read) return read.macros;
  const { kind, ...at } = read.fault;
  const place = { start: start + at.start, end: start + at.end };
  const value = text.slice(at.start, at.end);
  if (kind === 'length')
    return report({ code: 'spf.too-long-to-read', values: { length: String(value.length) }, ...place });
  return report({ code: kind === 'macro' ? 'spf.bad-macro' : 'spf.odd-character', values: { value }, ...place });
}

/** A domain-spec ends in a macro or in a dot and a top label that isn't all digits (RFC 7208 §7.1 `domain-end`). */
function readDomainSpec(argument: Argument, report: Report): { text: string; macros: MacroString } | null {
  const { text, start } = argument;
  const macros = readMacros(argument, report);
  if (macros === null) return null;
  if (endsInTopLabel(text) || (text.includes('%') && ENDS_IN_MACRO.test(text))) return { text, macros };
  const place = text === '' ? {} : { start, end: start + text.length };
  return report({ code: 'spf.bad-domain', values: { value: text }, ...place });
}

interface Prefixes {
  readonly rest: string;
  readonly prefix4: number;
  readonly prefix6: number;
}

/** Takes the prefix lengths off an argument's end: `/24`, `//64` or `/24//64` (RFC 7208 §5.3). Null: out of range. */
function takePrefixes(text: string): Prefixes | null {
  let rest = text;
  let prefix6 = 128;
  let prefix4 = 32;
  const six = PREFIX6.exec(rest);
  if (six !== null) {
    prefix6 = Number(six[1]);
    rest = rest.slice(0, -six[0].length);
  }
  const four = PREFIX4.exec(rest);
  if (four !== null) {
    prefix4 = Number(four[1]);
    rest = rest.slice(0, -four[0].length);
  }
  if (prefix4 > 32 || prefix6 > 128 || ANY_PREFIX.test(rest)) return null;
  return { rest, prefix4, prefix6 };
}

/** Where the digits and slashes at a text's end begin. */
function prefixStart(text: string): number {
  let start = text.length;
  while (start > 0 && '0123456789/'.includes(text[start - 1] as string)) start -= 1;
  return Math.max(text.indexOf('/', start), 0);
}

/** What stands in front of an argument: the sign, and the name with the place where it ends. */
interface Head {
  readonly sign: Qualifier | '';
  readonly name: string;
  readonly end: number;
}

const LETTER = 1;
const NAME_CHARACTER = 2;

/** For each ASCII character: whether it may begin a name, and whether it may go on in one (RFC 7208 §12 `name`). */
const CHARACTERS = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  return (/[a-z]/i.test(character) ? LETTER : 0) | (/[a-z0-9\-_.]/i.test(character) ? NAME_CHARACTER : 0);
});

function isA(kind: number, code: number): boolean {
  return code < 128 && ((CHARACTERS[code] as number) & kind) !== 0;
}

/** The sign that a term begins with; empty where there is none. */
function signOf(text: string): Qualifier | '' {
  const first = text[0];
  return first === '+' || first === '-' || first === '~' || first === '?' ? first : '';
}

/** Reads sign and name; null when no name stands there. */
function readHead(text: string): Head | null {
  const sign = signOf(text);
  const start = sign.length;
  if (!isA(LETTER, text.charCodeAt(start))) return null;
  let end = start + 1;
  while (end < text.length && isA(NAME_CHARACTER, text.charCodeAt(end))) end += 1;
  return { sign, name: text.slice(start, end), end };
}

interface Found {
  readonly network?: IpOctets;
  readonly domain?: { readonly text: string; readonly macros: MacroString };
  readonly prefix4: number;
  readonly prefix6: number;
  readonly address: string;
  readonly prefix: string;
}

/** What stands behind a mechanism that takes nothing, or was given nothing. */
const NOTHING: Found = { prefix4: 32, prefix6: 128, address: '', prefix: '' };

const DOT = 46;
const ZERO = 48;
const NINE = 57;

/** A prefix length in decimal without leading zeros; -1 where it is none, or over `most`. */
function readLength(text: string, most: number): number {
  if (text === '' || text.length > 3 || (text.length > 1 && text.charCodeAt(0) === ZERO)) return -1;
  let length = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < ZERO || code > NINE) return -1;
    length = length * 10 + code - ZERO;
  }
  return length > most ? -1 : length;
}

function readNetwork(name: 'ip4' | 'ip6', argument: Argument, report: Report): Found | null {
  const { text, start } = argument;
  const slash = text.indexOf('/');
  const address = slash === -1 ? text.slice(1) : text.slice(1, slash);
  const most = name === 'ip4' ? 32 : 128;
  const network = name === 'ip4' ? parseIpv4(address) : parseIpv6(address);
  if (text[0] !== ':' || network === null) {
    const place = address === '' ? {} : { start: start + 1, end: start + 1 + address.length };
    return report({ code: 'spf.bad-address', values: { value: address, mechanism: name }, ...place });
  }
  const length = slash === -1 ? most : readLength(text.slice(slash + 1), most);
  if (length === -1) {
    const place = { start: start + slash, end: start + text.length };
    return report({ code: 'spf.bad-prefix', values: { value: text.slice(slash), most: String(most) }, ...place });
  }
  const prefix = slash === -1 ? '' : text.slice(slash);
  if (name === 'ip4') return { network, prefix4: length, prefix6: 128, address, prefix };
  return { network, prefix4: 32, prefix6: length, address, prefix };
}

function readTarget(name: MechanismName, argument: Argument, report: Report): Found | null {
  const { text, start } = argument;
  const takesPrefix = name === 'a' || name === 'mx';
  const prefixes = takesPrefix && text.includes('/') ? takePrefixes(text) : { rest: text, prefix4: 32, prefix6: 128 };
  if (prefixes === null) {
    const from = prefixStart(text);
    const place = { start: start + from, end: start + text.length };
    return report({ code: 'spf.bad-prefix', values: { value: text.slice(from), most: '32 and 128' }, ...place });
  }
  const { rest, prefix4, prefix6 } = prefixes;
  const prefix = text.slice(rest.length);
  if (rest === '' && name !== 'include' && name !== 'exists') return { prefix4, prefix6, address: '', prefix };
  if (rest === '' || rest === ':') return report({ code: 'spf.domain-missing', values: { name } });
  if (rest[0] !== ':') return report({ code: 'spf.bad-domain', values: { value: rest }, start });
  const domain = readDomainSpec({ text: rest.slice(1), start: start + 1 }, report);
  return domain === null ? null : { domain, prefix4, prefix6, address: '', prefix };
}

function readArgument(name: MechanismName, argument: Argument, report: Report): Found | null {
  if (name === 'ip4' || name === 'ip6') return readNetwork(name, argument, report);
  if (name !== 'all')
    return argument.text === '' && name !== 'include' && name !== 'exists'
      ? NOTHING
      : readTarget(name, argument, report);
  if (argument.text === '') return NOTHING;
  return report({ code: 'spf.all-takes-nothing', values: { value: argument.text }, start: argument.start });
}

function parseMechanism(written: Written, report: Report): Mechanism | null {
  const head = readHead(written.text);
  if (head === null) return report({ code: 'spf.unknown-term' });
  const { sign, end } = head;
  const name = (MECHANISM_NAMES.has(head.name) ? head.name : head.name.toLowerCase()) as MechanismName;
  if (!MECHANISM_NAMES.has(name)) {
    return report({ code: 'spf.unknown-mechanism', values: { name: head.name }, start: sign.length, end });
  }
  const found = readArgument(name, { text: written.text.slice(end), start: end }, report);
  if (found === null) return null;
  const { network, domain, prefix4, prefix6, address, prefix } = found;
  const { text, span } = written;
  const qualifier = sign === '' ? '+' : sign;
  const spelling = { sign, name: head.name, address, prefix };
  if (network !== undefined)
    return { text, span, kind: 'mechanism', name, qualifier, prefix4, prefix6, spelling, network };
  if (domain !== undefined)
    return { text, span, kind: 'mechanism', name, qualifier, prefix4, prefix6, spelling, domain };
  return { text, span, kind: 'mechanism', name, qualifier, prefix4, prefix6, spelling };
}

const SPACE = 32;
const SLASH = 47;

/** A number in decimal without leading zeros behind a place, up to three digits; -1 where there is none. */
function numberAt(text: string, start: number): number {
  let value = text.charCodeAt(start) - ZERO;
  if (!(value >= 0 && value <= 9)) return -1;
  const isZero = value === 0;
  for (let at = start + 1; at <= start + 3; at += 1) {
    const digit = text.charCodeAt(at) - ZERO;
    if (!(digit >= 0 && digit <= 9)) return value;
    if (isZero || at === start + 3) return -1;
    value = value * 10 + digit;
  }
  return value;
}

const digitsOf = (value: number): number => (value > 99 ? 3 : value > 9 ? 2 : 1);

const usualSpellings = (sign: Qualifier | '') => ({
  whole: { sign, name: 'ip4', address: null, prefix: '' },
  prefixed: { sign, name: 'ip4', address: null, prefix: null },
});

/** Shared by all networks that are spelt alike: long records hold hundreds. */
const USUAL_SPELLINGS = {
  '': usualSpellings(''),
  '+': usualSpellings('+'),
  '-': usualSpellings('-'),
  '~': usualSpellings('~'),
  '?': usualSpellings('?'),
};

/** `ip4:192.0.2.0/24` in its usual spelling, which most of long records are: read without cutting it up; else null. */
function usualNetwork(text: string, span: Span): Mechanism | null {
  const isUnsigned = text.startsWith('ip4:');
  const sign = isUnsigned ? '' : signOf(text);
  if (!isUnsigned && (sign === '' || !text.startsWith('ip4:', 1))) return null;
  const network: number[] = [];
  let at = sign.length + 4;
  for (let index = 0; index < 4; index += 1) {
    const value = numberAt(text, at);
    if (value < 0 || value > 255) return null;
    network.push(value);
    at += digitsOf(value);
    if (index === 3) break;
    if (text.charCodeAt(at) !== DOT) return null;
    at += 1;
  }
  const isWhole = at === text.length;
  let prefix4 = 32;
  if (!isWhole) {
    if (text.charCodeAt(at) !== SLASH) return null;
    prefix4 = numberAt(text, at + 1);
    if (prefix4 < 0 || prefix4 > 32 || at + 1 + digitsOf(prefix4) !== text.length) return null;
  }
  const spelling = USUAL_SPELLINGS[sign][isWhole ? 'whole' : 'prefixed'];
  const qualifier = sign === '' ? '+' : sign;
  return { text, span, kind: 'mechanism', name: 'ip4', qualifier, prefix4, prefix6: 128, spelling, network };
}

/** Reads one term; what is wrong with it is told. */
function readWord(text: string, span: Span, findings: Finding[]): SpfTerm | null {
  const usual = usualNetwork(text, span);
  if (usual !== null) return usual;
  const report: Report = ({ code, values, start = 0, end = text.length }) => {
    const place = { start: span.start + start, end: span.start + end };
    if (findings.length < MAX_FAULTS)
      findings.push(spfFinding.ofChosenCode(code, { term: text, ...values }, { span: place }));
    return null;
  };
  const modifier = text.includes('=') ? MODIFIER.exec(text) : null;
  return modifier === null ? parseMechanism({ text, span }, report) : parseModifier({ text, span }, modifier, report);
}

function parseModifier(written: Written, match: RegExpExecArray, report: Report): Modifier | null {
  const [, rawName = '', value = ''] = match;
  const name = rawName.toLowerCase();
  const argument = { text: value, start: rawName.length + 1 };
  const isKnown = name === 'redirect' || name === 'exp';
  if (isKnown && value === '') return report({ code: 'spf.domain-missing', values: { name } });
  const macros = isKnown ? (readDomainSpec(argument, report)?.macros ?? null) : readMacros(argument, report);
  return macros === null ? null : { ...written, kind: 'modifier', name, value, macros, spelling: { name: rawName } };
}

/**
 * Reads an SPF record (RFC 7208 §4.6.1, §12). Never throws; a text that isn't an SPF record gives `record: null`.
 *
 * @param text the joined strings of the TXT record, one character for each octet.
 */
export function parseSpf(text: string): SpfParse {
  if (!isSpfRecord(text)) {
    return {
      text,
      words: [],
      record: null,
      findings: [spfFinding('spf.not-a-record', {}, { span: { start: 0, end: Math.min(6, text.length) } })],
    };
  }
  if (text.length > MAX_RECORD_LENGTH)
    return { text, words: [], record: null, findings: [spfFinding('spf.too-long-to-read', { length: text.length })] };

  const words: SpfWord[] = [];
  const terms: SpfTerm[] = [];
  const mechanisms: Mechanism[] = [];
  const known: { redirect?: Modifier; exp?: Modifier } = {};
  const findings: Finding[] = [];
  let position = VERSION_LENGTH;
  while (position < text.length) {
    if (text.charCodeAt(position) === SPACE) {
      position += 1;
      continue;
    }
    const blank = text.indexOf(' ', position);
    const end = blank === -1 ? text.length : blank;
    const word = text.slice(position, end);
    const span = { start: position, end };
    const term = readWord(word, span, findings);
    words.push({ text: word, span, term });
    position = end;
    if (term === null) continue;
    terms.push(term);
    if (term.kind === 'mechanism') {
      mechanisms.push(term);
      continue;
    }
    const { name } = term;
    if (name !== 'redirect' && name !== 'exp') continue;
    if (known[name] === undefined) known[name] = term;
    else if (findings.length < MAX_FAULTS) findings.push(spfFinding('spf.modifier-twice', { name }, { span }));
  }
  if (findings.length > 0) return { text, words, record: null, findings };

  const spaces: string[] = [];
  let end = VERSION_LENGTH;
  for (const { span } of words) {
    spaces.push(span.start === end + 1 ? ' ' : text.slice(end, span.start));
    end = span.end;
  }
  spaces.push(text.slice(end));
  const layout = { version: text.slice(0, VERSION_LENGTH), spaces };
  return { text, words, record: { text, terms, mechanisms, layout, ...known }, findings };
}

/** The prefix lengths of a mechanism as they were spelt, with their slash; empty where there are none. */
export function prefixText({ spelling, prefix4 }: Pick<Mechanism, 'spelling' | 'prefix4'>): string {
  return spelling.prefix ?? `/${prefix4}`;
}

/** One term as it was spelt, put together from what was read of it. */
export function printTerm(term: SpfTerm): string {
  const { spelling } = term;
  if (term.kind === 'modifier') return `${spelling.name}=${term.value}`;
  const { sign, name, address } = term.spelling;
  const argument = term.domain?.text ?? address ?? term.network?.join('.') ?? '';
  return `${sign}${name}${argument === '' ? '' : `:${argument}`}${prefixText(term)}`;
}

/** The text of a record, put together from its terms: the very text that was read. */
export function printSpf({ terms, layout }: Pick<SpfRecord, 'terms' | 'layout'>): string {
  const { version, spaces } = layout;
  return `${version}${spaces.map((blank, index) => blank + (index < terms.length ? printTerm(terms[index] as SpfTerm) : '')).join('')}`;
}

/** A record from terms: `v=spf1`, then each term after one space. */
export function spfText(terms: readonly string[]): string {
  return ['v=spf1', ...terms].join(' ');
}

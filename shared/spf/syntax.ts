import type { IpOctets } from '../dns/ip.ts';
import { parseIpv4, parseIpv6 } from '../dns/ip.ts';
import type { Finding, Span } from '../findings/finding.ts';
import { spfFinding } from '../findings/spf.ts';
import type { MacroString } from './macro.ts';
import { parseMacroString } from './macro.ts';

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
}

export interface Modifier extends Written {
  readonly kind: 'modifier';
  /** Lower case: `redirect`, `exp`, or a name this standard does not know. */
  readonly name: string;
  readonly value: string;
  readonly macros: MacroString;
}

export type SpfTerm = Mechanism | Modifier;

export interface SpfRecord {
  /** The whole text, as it was read. */
  readonly text: string;
  readonly terms: readonly SpfTerm[];
  readonly mechanisms: readonly Mechanism[];
  readonly redirect?: Modifier;
  readonly exp?: Modifier;
}

/** A stretch of the record between blanks: a term, or what could not be read as one. */
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

/** More terms than any receiver would follow; keeps hostile records from growing into work. */
const MAX_TERMS = 4096;

const MECHANISM_NAMES: ReadonlySet<string> = new Set(['all', 'include', 'a', 'mx', 'ptr', 'ip4', 'ip6', 'exists']);
const MODIFIER = /^([a-z][a-z0-9\-_.]*)=(.*)$/is;
const DIRECTIVE = /^([+\-~?]?)([a-z][a-z0-9\-_.]*)(.*)$/is;
const PREFIX4 = /\/(0|[1-9]\d?)$/;
const PREFIX6 = /\/\/(0|[1-9]\d{0,2})$/;
const ANY_PREFIX = /\/\d*$/;

/** Whether a TXT text is an SPF record at all: `v=spf1`, then a blank or nothing (RFC 7208 §4.5). */
export function isSpfRecord(text: string): boolean {
  return /^v=spf1(?: |$)/i.test(text);
}

type Fault = (words: {
  readonly code: Parameters<typeof spfFinding>[0];
  readonly values?: Record<string, string>;
}) => null;

const ENDS_IN_MACRO = /(?:^|[^%])(?:%%)*%(?:[%_-]|\{[^{}]*\})$/;

/** A domain-spec ends in a macro or in a dot and a top label that isn't all digits (RFC 7208 §7.1 `domain-end`). */
function parseDomainSpec(text: string): { text: string; macros: MacroString } | null {
  const macros = parseMacroString(text, false);
  if (macros === null || macros.length === 0) return null;
  if (ENDS_IN_MACRO.test(text)) return { text, macros };
  const tail = /\.([a-z0-9](?:[a-z0-9-]*[a-z0-9])?)\.?$/i.exec(text);
  if (tail === null || /^\d+$/.test(tail[1] as string)) return null;
  return { text, macros };
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

function parseIpMechanism(name: 'ip4' | 'ip6', argument: string, written: Written, qualifier: Qualifier, fault: Fault) {
  const slash = argument.indexOf('/');
  const address = argument.slice(1, slash === -1 ? undefined : slash);
  const prefix = slash === -1 ? undefined : argument.slice(slash + 1);
  const most = name === 'ip4' ? 32 : 128;
  const network = name === 'ip4' ? parseIpv4(address) : parseIpv6(address);
  if (argument[0] !== ':' || network === null) {
    return fault({ code: 'spf.bad-address', values: { value: argument.slice(1), mechanism: name } });
  }
  if (prefix !== undefined && (!/^(?:0|[1-9]\d{0,2})$/.test(prefix) || Number(prefix) > most)) {
    return fault({ code: 'spf.bad-prefix', values: { value: prefix, most: String(most) } });
  }
  const length = prefix === undefined ? most : Number(prefix);
  return {
    text: written.text,
    span: written.span,
    kind: 'mechanism' as const,
    name,
    qualifier,
    network,
    prefix4: name === 'ip4' ? length : 32,
    prefix6: name === 'ip6' ? length : 128,
  };
}

function parseMechanism(written: Written, fault: Fault): Mechanism | null {
  const match = DIRECTIVE.exec(written.text);
  if (match === null) return fault({ code: 'spf.unknown-term' });
  const [, sign = '', rawName = '', argument = ''] = match;
  const name = rawName.toLowerCase();
  const qualifier = (sign === '' ? '+' : sign) as Qualifier;
  if (!MECHANISM_NAMES.has(name)) return fault({ code: 'spf.unknown-mechanism', values: { name: rawName } });
  if (name === 'ip4' || name === 'ip6') return parseIpMechanism(name, argument, written, qualifier, fault);
  const base = {
    text: written.text,
    span: written.span,
    kind: 'mechanism' as const,
    name: name as MechanismName,
    qualifier,
    prefix4: 32,
    prefix6: 128,
  };
  if (name === 'all')
    return argument === '' ? base : fault({ code: 'spf.all-takes-nothing', values: { value: argument } });
  const takesPrefix = name === 'a' || name === 'mx';
  const prefixes = takesPrefix ? takePrefixes(argument) : { rest: argument, prefix4: 32, prefix6: 128 };
  if (prefixes === null) return fault({ code: 'spf.bad-prefix', values: { value: argument, most: '32 and 128' } });
  const { rest, prefix4, prefix6 } = prefixes;
  if (rest === '') {
    if (name === 'include' || name === 'exists') return fault({ code: 'spf.domain-missing', values: { name } });
    return { ...base, prefix4, prefix6 };
  }
  const domain = rest[0] === ':' ? parseDomainSpec(rest.slice(1)) : null;
  if (domain === null) return fault({ code: 'spf.bad-domain', values: { value: rest.replace(/^:/, '') } });
  return { ...base, domain, prefix4, prefix6 };
}

function parseModifier(written: Written, match: RegExpExecArray, fault: Fault): Modifier | null {
  const [, rawName = '', value = ''] = match;
  const name = rawName.toLowerCase();
  if (name === 'redirect' || name === 'exp') {
    const domain = parseDomainSpec(value);
    if (domain === null) return fault({ code: 'spf.bad-domain', values: { value } });
    return { ...written, kind: 'modifier', name, value, macros: domain.macros };
  }
  const macros = parseMacroString(value, false);
  if (macros === null) return fault({ code: 'spf.bad-macro', values: { value } });
  return { ...written, kind: 'modifier', name, value, macros };
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
  const findings: Finding[] = [];
  let position = 6;
  while (position < text.length) {
    if (text[position] === ' ') {
      position += 1;
      continue;
    }
    const blank = text.indexOf(' ', position);
    const end = blank === -1 ? text.length : blank;
    const written: Written = { text: text.slice(position, end), span: { start: position, end } };
    const fault: Fault = ({ code, values = {} }) => {
      findings.push(spfFinding(code, { term: written.text, ...values }, { span: written.span }));
      return null;
    };
    const modifier = written.text.includes('=') ? MODIFIER.exec(written.text) : null;
    const term = modifier === null ? parseMechanism(written, fault) : parseModifier(written, modifier, fault);
    words.push({ text: written.text, span: written.span, term });
    position = end;
    if (words.length === MAX_TERMS) {
      findings.push(spfFinding('spf.too-many-terms', { most: MAX_TERMS }));
      break;
    }
  }

  const terms = words.map((word) => word.term).filter((term) => term !== null);
  for (const name of ['redirect', 'exp']) {
    const repeated = terms.filter((term) => term.kind === 'modifier' && term.name === name).slice(1);
    for (const { span } of repeated) findings.push(spfFinding('spf.modifier-twice', { name }, { span }));
  }
  if (findings.length > 0) return { text, words, record: null, findings };

  const mechanisms = terms.filter((term) => term.kind === 'mechanism');
  const modifier = (name: string) =>
    terms.find((term): term is Modifier => term.kind === 'modifier' && term.name === name);
  const redirect = modifier('redirect');
  const exp = modifier('exp');
  const record: SpfRecord = {
    text,
    terms,
    mechanisms,
    ...(redirect === undefined ? {} : { redirect }),
    ...(exp === undefined ? {} : { exp }),
  };
  return { text, words, record, findings };
}

/** The text of a record that was read: the very same characters. */
export function printSpf(record: Pick<SpfRecord, 'text'>): string {
  return record.text;
}

/** A record from terms: `v=spf1`, then each term after one blank. */
export function spfText(terms: readonly string[]): string {
  return ['v=spf1', ...terms].join(' ');
}

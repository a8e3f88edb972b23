import { toAsciiDomain } from '../dns/idna.ts';
import { parseIpv4, parseIpv6 } from '../dns/ip.ts';
import type { IpOctets } from '../dns/ip.ts';
import type { spfFinding } from './findings.ts';
import type { SpfTerm } from './syntax.ts';
import { parseSpf, spfText } from './syntax.ts';

/**
 * What one term was meant to be: written otherwise than SPF writes it, yet with one meaning alone; or with several, among
 * which only a person can choose.
 */

type SpfCode = Parameters<typeof spfFinding>[0];

/** What was written otherwise, for the finding that says so. */
export interface SlipNote {
  readonly code: SpfCode;
  readonly values: Readonly<Record<string, string>>;
  readonly label: string;
  /** Offsets within the term of what is wrong, and what stands right in its place; the whole term where missing. */
  readonly place?: { readonly start: number; readonly end: number; readonly text: string };
}

export type TermReading =
  /** It stands as it was meant. */
  | { readonly kind: 'right' }
  | { readonly kind: 'meant'; readonly terms: readonly string[]; readonly notes: readonly SlipNote[] }
  /** The terms that each reading comes to; a single one is likely, and no more. */
  | { readonly kind: 'open'; readonly readings: readonly (readonly string[])[] }
  | { readonly kind: 'unreadable' };

/** The sign and mechanism that a list goes on with: `ip4:192.0.2.1,192.0.2.2`. */
export interface ListHead {
  readonly sign: string;
  readonly name: string;
}

const UNREADABLE: TermReading = { kind: 'unreadable' };
const MECHANISMS: ReadonlySet<string> = new Set(['all', 'include', 'a', 'mx', 'ptr', 'ip4', 'ip6', 'exists']);
const MODIFIERS: ReadonlySet<string> = new Set(['redirect', 'exp']);
/** Names that people give to the mechanisms for addresses. */
const ADDRESS_NAMES: ReadonlySet<string> = new Set(['ip', 'ips', 'ipv4', 'ipv6', 'ip4v', 'ip6v', 'v4', 'v6', 'ipaddr']);
/** Names long enough to be recognised when they are mistyped. */
const RECOGNISED = ['include', 'exists', 'ip4', 'ip6', 'ptr', 'all', 'redirect', 'exp'];

/** A name that DNS hosts are given, or an SPF record is published at. */
const HOST = /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.?$/i;
/** A qualifier and mechanism that ran together with the domain before them: no top label holds a hyphen but `xn--`. */
const GLUED_ENDING = /[^.]-(?:all|a|mx|ptr)\.?$/i;

/** A mechanism without an argument, and the name of the term behind it. */
const RUN_TOGETHER = /^(?:a|mx|ptr|all)(?:include|exists|ip4|ip6|redirect|exp)$|.redirect$/i;

/** A top label with a hyphen; the only ones there are begin with `xn--`. */
const ODD_TOP = /\.(?!xn--)[a-z0-9]+-[a-z0-9-]*\.?$/i;

/** What separates, frames or joins in other notations, and stands in no name. */
const FOREIGN = /[:,;@|<>()[\]{}\\"]/;

/** The one term that a text is, by the grammar; null where it is none, or several. */
function strictTerm(text: string): SpfTerm | null {
  const { record } = parseSpf(spfText([text]));
  return record?.terms.length === 1 ? (record.terms[0] as SpfTerm) : null;
}

function areReadable(terms: readonly string[]): boolean {
  return parseSpf(spfText(terms)).record !== null;
}

/** Single edits that make one name out of another: a letter changed, added or left out, or two changed about. */
export function isMistyped(name: string, meant: string): boolean {
  if (Math.abs(name.length - meant.length) > 1) return false;
  let start = 0;
  while (start < name.length && name[start] === meant[start]) start += 1;
  const rest = [name.slice(start), meant.slice(start)] as const;
  const swapped = `${rest[0][1] ?? ''}${rest[0][0] ?? ''}${rest[0].slice(2)}`;
  return (
    swapped === rest[1] ||
    rest[0].slice(1) === rest[1].slice(1) ||
    rest[0].slice(1) === rest[1] ||
    rest[0] === rest[1].slice(1)
  );
}

function withoutMacros(text: string): string {
  return text.replace(/%(?:[%_-]|\{[^{}]*\})/g, '');
}

/**
 * Whether a term that the grammar takes was most likely meant otherwise: a domain with characters of an address, a list
 * or a URL, or with a qualifier run into it; a modifier whose name is a mechanism's, or a mistyped one.
 */
export function isSuspicious(term: SpfTerm): boolean {
  if (term.kind === 'mechanism') {
    const text = term.domain?.text;
    if (text === undefined) return false;
    return hasSuspiciousDomain(text);
  }
  const { name, value } = term;
  if (MODIFIERS.has(name)) return hasSuspiciousDomain(value);
  return isMeantAsKnown(name) || (name === 'v' && /^spf1/i.test(value)) || readNetwork(value) !== null;
}

function hasSuspiciousDomain(text: string): boolean {
  if (!text.includes('%')) return isSuspiciousDomain(text);
  const literal = withoutMacros(text);
  return /[^a-z0-9._-]/i.test(literal) || GLUED_ENDING.test(literal);
}

function isSuspiciousDomain(domain: string): boolean {
  return /[^a-z0-9._-]/i.test(domain) || domain.includes('..') || domain.startsWith('.') || ODD_TOP.test(domain);
}

function isMeantAsKnown(name: string): boolean {
  if (MECHANISMS.has(name) || ADDRESS_NAMES.has(name) || RUN_TOGETHER.test(name)) return true;
  return name.length >= 5 && ['include', 'exists', 'redirect'].some((known) => isMistyped(name, known));
}

/** `/24` of a netmask such as 255.255.255.0 or of a wildcard mask such as 0.0.0.255; null where it is neither. */
function maskLength(mask: string): number | null {
  const octets = parseIpv4(mask);
  if (octets === null || octets.every((octet) => octet === 0)) return null;
  const bits = octets.map((octet) => octet.toString(2).padStart(8, '0')).join('');
  if (/^1+0*$/.test(bits)) return bits.lastIndexOf('1') + 1;
  return /^0+1+$/.test(bits) ? bits.indexOf('1') : null;
}

type Notation = 'netmask' | 'prefix' | 'address' | 'port';

interface Network {
  readonly address: string;
  readonly octets: IpOctets;
  readonly notations: readonly Notation[];
}

/** A network's readings: several where it can't be told which was meant; none where it is none. */
interface NetworkReading {
  readonly terms: readonly (readonly string[])[];
  readonly isCertain: boolean;
  readonly notations: readonly Notation[];
}

function network4(octets: IpOctets, notations: readonly Notation[] = []): Network {
  return { address: octets.join('.'), octets, notations };
}

/** An IPv4 address with zeros before its numbers, a port, a star or a dot behind it. Several: it can't be told which. */
function readAddress4(written: string): readonly Network[] {
  const strict = parseIpv4(written);
  if (strict !== null) return [network4(strict)];
  const port = /^([\d.]+):(\d{1,5})$/.exec(written);
  if (port !== null) {
    const [, host = '', number = ''] = port;
    const isPort = Number(number) > 32 || number === '25';
    return isPort
      ? readAddress4(host).map((network) => ({ ...network, notations: [...network.notations, 'port' as const] }))
      : [];
  }
  const dotted = written.replace(/\.+$/, '');
  const numbers = dotted.split('.');
  if (numbers.length === 4 && numbers.every((number) => /^\d{1,4}$/.test(number))) {
    const decimal = parseIpv4(numbers.map(Number).join('.'));
    if (decimal === null) return [];
    const isPadded = numbers.every((number) => number.length === 3);
    const hasOctal = numbers.some((number) => /^0+[1-7][0-7]+$/.test(number));
    const octal = parseIpv4(
      numbers.map((number) => (/^0[0-7]+$/.test(number) ? Number.parseInt(number, 8) : Number(number))).join('.'),
    );
    if (isPadded || !hasOctal || octal === null) return [network4(decimal, ['address'])];
    return [network4(decimal, ['address']), network4(octal, ['address'])];
  }
  return [];
}

/** An IPv6 address with brackets taken off, or a colon too many before it. */
function readAddress6(written: string): Network | null {
  const strict = parseIpv6(written);
  if (strict !== null) return { address: written, octets: strict, notations: [] };
  const bare =
    /^:(?!:)(.*)$/.exec(written)?.[1] ?? /^(.*[^:]):$/.exec(written)?.[1] ?? /^(.*[0-9a-f])\.$/i.exec(written)?.[1];
  const octets = bare === undefined ? null : parseIpv6(bare);
  return octets === null ? null : { address: bare as string, octets, notations: ['address'] };
}

const ALL_BITS = 0xff_ff_ff_ff;

function toNumber(octets: IpOctets): number {
  return octets.reduce((total, octet) => total * 256 + octet, 0);
}

/** Terms of a range at the most. */
const MAX_RANGE_TERMS = 16;

/** The networks that hold the addresses from one to another, and none besides; null where they are too many. */
function rangeTerms(first: number, last: number): readonly string[] | null {
  const terms: string[] = [];
  let start = first;
  while (start <= last) {
    let bits = 0;
    while (bits < 32 && start % 2 ** (bits + 1) === 0 && start + 2 ** (bits + 1) - 1 <= last) bits += 1;
    const octets = [24, 16, 8, 0].map((shift) => Math.floor(start / 2 ** shift) % 256);
    terms.push(`ip4:${octets.join('.')}${bits === 0 ? '' : `/${32 - bits}`}`);
    if (terms.length > MAX_RANGE_TERMS) return null;
    start += 2 ** bits;
  }
  return terms;
}

/** `192.0.2.10-192.0.2.20`, `192.0.2.10-20`, `192.0.2.*`, `192.0.2/24`: what other notations have for IPv4 networks. */
function readOtherNetworks(text: string): NetworkReading | null {
  const certain = (terms: readonly string[]): NetworkReading => ({
    terms: [terms],
    isCertain: true,
    notations: ['address'],
  });
  const range = /^(\d+\.\d+\.\d+\.\d+)-(\d+\.\d+\.\d+\.\d+|\d{1,3})$/.exec(text);
  if (range !== null) {
    const from = parseIpv4(range[1] as string);
    if (from === null) return null;
    const isWhole = (range[2] as string).includes('.');
    const until = parseIpv4(isWhole ? (range[2] as string) : [...from.slice(0, 3), Number(range[2])].join('.'));
    if (until === null || toNumber(until) <= toNumber(from)) return null;
    const terms = rangeTerms(toNumber(from), Math.min(toNumber(until), ALL_BITS));
    // What follows a hyphen may be a prefix length as well.
    const isLength = !isWhole && Number(range[2]) <= 32;
    if (terms === null) return null;
    return isLength
      ? { terms: [terms, [`ip4:${from.join('.')}/${range[2]}`]], isCertain: false, notations: ['address'] }
      : certain(terms);
  }
  const star = /^((?:\d{1,3}\.){1,3})\*(?:\.\*){0,2}$/.exec(text);
  if (star !== null) {
    const known = (star[1] as string).split('.').filter((part) => part !== '');
    const address = [...known, '0', '0', '0'].slice(0, 4).join('.');
    return parseIpv4(address) === null ? null : certain([`ip4:${address}/${8 * known.length}`]);
  }
  const three = /^(\d{1,3}\.\d{1,3}\.\d{1,3})\.?$/.exec(text)?.[1];
  if (three !== undefined) {
    if (parseIpv4(`${three}.0`) === null) return null;
    return { terms: [[`ip4:${three}.0/24`]], isCertain: false, notations: ['address'] };
  }
  const short = /^(\d{1,3}(?:\.\d{1,3}){0,2})\.?\/(\d{1,2})$/.exec(text);
  if (short !== null) {
    const known = (short[1] as string).split('.');
    const address = [...known, '0', '0', '0'].slice(0, 4).join('.');
    if (parseIpv4(address) === null || Number(short[2]) > 32) return null;
    const terms = [`ip4:${address}/${Number(short[2])}`];
    return Number(short[2]) === 8 * known.length ? certain(terms) : { ...certain(terms), isCertain: false };
  }
  return null;
}

/** The prefix lengths that digits and slashes at an address's end may say; several: it can't be told which. */
function readLengths(
  written: string,
  most: 32 | 128,
): { readonly lengths: readonly (number | null)[]; readonly isCertain: boolean } | null {
  const numbers = written.split('/').filter((part) => part !== '');
  if (numbers.some((part) => !/^\d{1,4}$/.test(part)) || numbers.length > 2) return null;
  const [first, second] = numbers.map(Number);
  if (first === undefined)
    return written === '' ? { lengths: [null], isCertain: true } : { lengths: [null], isCertain: false };
  if (second === undefined || second === first) return first <= most ? { lengths: [first], isCertain: true } : null;
  // `/24//64` is the notation of a and mx: the second length is one for IPv6.
  if (most === 32) {
    if (first > 32) return null;
    return second > 32 ? { lengths: [first], isCertain: true } : { lengths: [first, second], isCertain: false };
  }
  return first <= 128 && second <= 128 ? { lengths: [first, second], isCertain: false } : null;
}

/** Whether an IPv6 address lies where addresses are handed out (RFC 4291 §2.4): a letter more before it is not. */
function isInUse([first = 0, second = 0]: IpOctets): boolean {
  return (first === 0 && second === 0) || (first >= 0x20 && first < 0x40) || first >= 0xfc;
}

/** Reads an address with or without a prefix length, however it is written. Null: it is none. */
function readNetwork(written: string): NetworkReading | null {
  const text = written.replace(/^\[([0-9a-f:.]+)\](?::\d{1,5}(?=$|\/))?/i, '$1').replace(/\\/g, '/');
  const slash = text.indexOf('/');
  const [address, suffix] = slash === -1 ? [text, ''] : [text.slice(0, slash), text.slice(slash)];
  const found4 = readAddress4(address);
  const found6 = found4.length > 0 ? null : readAddress6(address);
  if (found4.length === 0 && found6 === null) return readOtherNetworks(text);
  const isFour = found6 === null;
  const mask =
    isFour && /^\/+[\d.]+$/.test(suffix) && suffix.includes('.') ? maskLength(suffix.replace(/^\/+/, '')) : null;
  const lengths = mask === null ? readLengths(suffix, isFour ? 32 : 128) : { lengths: [mask], isCertain: true };
  if (lengths === null) return null;
  const networks = found6 === null ? found4 : [found6];
  // An address of IPv4 that is written within IPv6 is one of IPv4 to a receiver (RFC 7208 §5).
  const terms = networks.flatMap((network) =>
    lengths.lengths.map((length) => [
      `${isFour ? 'ip4' : 'ip6'}:${network.address}${length === null ? '' : `/${length}`}`,
    ]),
  );
  const right = lengths.lengths[0] === null ? '' : `/${lengths.lengths[0]}`;
  const notations: Notation[] = [...(networks[0]?.notations ?? [])];
  if (text !== written && !notations.includes('address')) notations.push('address');
  if (mask !== null) notations.push('netmask');
  else if (suffix !== right) notations.push('prefix');
  const isCertain = lengths.isCertain && networks.length === 1 && (found6 === null || isInUse(found6.octets));
  return { terms, isCertain, notations };
}

const NOTES: Readonly<Record<Notation, { readonly code: SpfCode; readonly label: string }>> = {
  netmask: { code: 'spf.netmask', label: 'Write the prefix length' },
  prefix: { code: 'spf.prefix-notation', label: 'Write the prefix length' },
  address: { code: 'spf.address-notation', label: 'Write the address' },
  port: { code: 'spf.port', label: 'Remove the port' },
};

interface DomainReading {
  readonly domain: string;
  readonly isCertain: boolean;
  readonly notes: readonly SlipNote[];
}

/** Reads a domain with a scheme, a port, brackets or letters beyond ASCII. Null: it is none. */
function readDomain(written: string): DomainReading | null {
  const notes: SlipNote[] = [];
  let domain = written;
  let isCertain = true;
  const framed = /^(?:\[(.*)\]|<(.*)>|\((.*)\)|\{(.*)\})$/.exec(domain);
  if (framed !== null) {
    domain = framed[1] ?? framed[2] ?? framed[3] ?? framed[4] ?? '';
    notes.push({ code: 'spf.stray-character', values: { value: written[0] as string }, label: 'Remove it' });
  }
  const url = /^(?:[a-z][a-z0-9+.-]*:)?\/\/+([^/?#]*)(.*)$/i.exec(domain);
  if (url !== null) {
    domain = url[1] as string;
    notes.push({ code: 'spf.url', values: { value: written }, label: 'Write only the domain' });
  } else if (/^[a-z0-9_.-]+\.[a-z0-9-]+\/(?!\d|\/)[^\s]*$/i.test(domain)) {
    domain = domain.slice(0, domain.indexOf('/'));
    notes.push({ code: 'spf.url', values: { value: written }, label: 'Write only the domain' });
  }
  const port = /^(.*[^:%]):(\d{1,5})$/.exec(domain);
  if (port !== null) {
    domain = port[1] as string;
    // Some port numbers are prefix lengths as well.
    isCertain &&= Number(port[2]) > 128 || port[2] === '25';
    notes.push({ code: 'spf.port', values: { value: `:${port[2]}` }, label: 'Remove the port' });
  }
  if (/[^\0-\x7F]/.test(domain)) {
    const converted = toAsciiDomain(domain);
    if (!converted.ok) return null;
    // Octets of UTF-8 that were taken for letters, one by one.
    isCertain = !/[\u00C2\u00C3]/.test(domain);
    // Octets of UTF-8 that were taken for letters one by one.
    isCertain &&= !/[\u00C2\u00C3]/.test(domain);
    notes.push({
      code: 'spf.unicode-domain',
      values: { value: domain, right: converted.ascii },
      label: 'Write it in A-labels',
    });
    domain = converted.ascii;
  }
  const trimmed = domain.replace(/(?<![:=,;])[:=,;]+$|(?<=(?:^|[^.])\.)\.+$/, '');
  if (trimmed !== domain) {
    notes.push({ code: 'spf.stray-character', values: { value: domain.slice(trimmed.length) }, label: 'Remove it' });
    domain = trimmed;
  }
  const bare = domain.replace(/^[:=]+/, '');
  if (bare !== domain) {
    notes.push({
      code: 'spf.stray-character',
      values: { value: domain.slice(0, domain.length - bare.length) },
      label: 'Remove it',
    });
    domain = bare;
  }
  if (domain.includes('%')) {
    const literal = withoutMacros(domain);
    return FOREIGN.test(literal) || GLUED_ENDING.test(literal) ? null : { domain, isCertain, notes };
  }
  const at = domain.lastIndexOf('@');
  const likely = domain
    .slice(at + 1)
    .replace(/^(?:\*\.|\.)+/, '')
    .replace(/\.{2,}/g, '.')
    .replace(/(?<!-)-+(?=\.|$)/g, '');
  if (likely !== domain || ODD_TOP.test(likely)) isCertain = false;
  return HOST.test(likely) && !GLUED_ENDING.test(likely) ? { domain: likely, isCertain, notes } : null;
}

/** The slashes and digits that a text ends in, from the first of its slashes on; empty where there is none. */
function lengthsOf(text: string): string {
  let [start, at] = [text.length, text.length - 1];
  for (; at >= 0 && /[/\d]/.test(text[at] as string); at -= 1) if (text[at] === '/') start = at;
  return text.slice(start);
}

/** The prefix lengths behind a domain, in the one notation there is; several: it can't be told which. */
function readDualPrefix(written: string): { readonly prefixes: readonly string[]; readonly isCertain: boolean } | null {
  const numbers = written.split('/').filter((part) => part !== '');
  if (numbers.some((part) => !/^\d{1,4}$/.test(part)) || numbers.length > 2) return null;
  const [first, second] = numbers.map(Number);
  if (first === undefined) return { prefixes: [''], isCertain: written === '' };
  if (second !== undefined) {
    if (first <= 32 && second <= 128) return { prefixes: [`/${first}//${second}`], isCertain: true };
    return second <= 32 && first <= 128 ? { prefixes: [`/${second}//${first}`], isCertain: false } : null;
  }
  if (/^\/\/\d+\/*$/.test(written)) return first <= 128 ? { prefixes: [`//${first}`], isCertain: true } : null;
  if (/^\/{3,}/.test(written))
    return first <= 32
      ? { prefixes: [`/${first}`, `//${first}`], isCertain: false }
      : { prefixes: [`//${first}`], isCertain: first <= 128 };
  if (first <= 32) return { prefixes: [`/${first}`], isCertain: true };
  return first <= 128 ? { prefixes: [`//${first}`], isCertain: first >= 40 } : null;
}

function meant(terms: readonly string[], notes: readonly SlipNote[], written: string): TermReading {
  if (!areReadable(terms)) return UNREADABLE;
  if (terms.length === 1 && terms[0] === written) return { kind: 'right' };
  return { kind: 'meant', terms, notes };
}

function open(readings: readonly (readonly string[])[]): TermReading {
  const seen = new Set<string>();
  const readable = readings.filter((terms) => {
    const text = spfText(terms);
    if (seen.has(text) || !areReadable(terms)) return false;
    seen.add(text);
    return true;
  });
  return readable.length === 0 ? UNREADABLE : { kind: 'open', readings: readable };
}

/** The reading of an address under a sign: one term, or several that it can't be told among. */
function fromNetwork(network: NetworkReading, sign: string, written: string, first: readonly SlipNote[]): TermReading {
  const signed = network.terms.map((terms) => terms.map((term) => `${sign}${term}`));
  const [terms = []] = signed;
  if (!network.isCertain) return open(signed);
  const right = terms.join(' ');
  const notes = network.notations.map((notation) => ({
    ...NOTES[notation],
    values: { value: written, term: written, right },
  }));
  return meant(terms, [...first, ...notes], written);
}

interface Head {
  readonly sign: string;
  /** As it is written. */
  readonly name: string;
  readonly separator: string;
  readonly argument: string;
}

function headOf(text: string): Head | null {
  const found = /^([+\-~?]*)([a-z|][a-z0-9_|-]*)(?:([:=]+)(.*)|([/.!].*))?$/is.exec(text);
  if (found === null) return null;
  const [, sign = '', name = '', separator = '', argument = '', prefix = ''] = found;
  return { sign, name, separator, argument: argument + prefix };
}

/** The known names that a name may stand for: itself, or what it was mistyped from. */
function namesFor(name: string): readonly string[] {
  const lower = name.toLowerCase();
  if (MECHANISMS.has(lower) || MODIFIERS.has(lower)) return [lower];
  if (/^[a1lI|]{2,4}$/.test(name) && /^al+$/.test(name.replace(/[1I|]/g, 'l'))) return ['all'];
  if (/^[il1|]p[46]$/i.test(name)) return [`ip${name.at(-1)}`];
  return RECOGNISED.filter((known) => isMistyped(lower, known));
}

const SEPARATORS = { mechanism: ':', modifier: '=' } as const;

/** A known name with its argument. */
function readKnown(text: string, { sign, name: written, separator, argument }: Head, name: string): TermReading {
  const isModifier = MODIFIERS.has(name);
  const right = isModifier ? SEPARATORS.modifier : SEPARATORS.mechanism;
  const notes: SlipNote[] = [];
  if (written.toLowerCase() !== name) {
    const place = { start: sign.length, end: sign.length + written.length, text: name };
    notes.push({ code: 'spf.unknown-mechanism', values: { name: written, term: text }, label: `Write ${name}`, place });
  }
  if (isModifier && sign !== '') {
    const place = { start: 0, end: sign.length, text: '' };
    notes.push({
      code: 'spf.signed-modifier',
      values: { term: text, right: text.slice(sign.length) },
      label: 'Remove the sign',
      place,
    });
  }
  const spelling = written.toLowerCase() === name ? written : name;
  if (separator !== '' && separator !== right) {
    const place = {
      start: sign.length,
      end: sign.length + written.length + separator.length,
      text: `${spelling}${right}`,
    };
    const values = { value: text.slice(place.start, place.end), right: place.text };
    notes.push({ code: 'spf.wrong-separator', values, label: 'Write the right sign', place });
  }
  const kept = isModifier ? '' : sign;
  if (name === 'all') return readAll(text, sign, spelling, separator, argument, notes);
  const network = argument.startsWith('/') ? null : readNetwork(argument);
  if (isModifier) {
    if (network !== null) return open(network.terms);
    const found = readDomain(argument);
    if (found === null) return UNREADABLE;
    const term = `${spelling}=${found.domain}`;
    const places = domainNotes(found, text.length - argument.length, text.length);
    return found.isCertain ? meant([term], [...notes, ...places], text) : open([[term]]);
  }
  if (network !== null) {
    const family = network.terms[0]?.[0]?.slice(0, 3) ?? 'ip4';
    const values = { term: text, right: `${family}:` };
    const isOther = family !== name;
    const place = { start: sign.length, end: sign.length + written.length + separator.length, text: `${family}:` };
    const first = isOther
      ? [{ code: 'spf.wrong-family' as const, values, label: 'Use the right mechanism', place }]
      : [];
    // A name that was only mistyped, with an address that says which one it was.
    const named = isOther && notes.some((note) => note.code === 'spf.wrong-separator') ? [] : notes;
    return fromNetwork(network, kept, text, [
      ...named.filter(({ code }) => !isOther || code !== 'spf.unknown-mechanism'),
      ...first,
    ]);
  }
  if (name === 'ip4' || name === 'ip6') return readNamedHost(kept, argument);
  return readHost(text, { sign: kept, name, spelling, argument }, notes);
}

function readAll(
  text: string,
  sign: string,
  spelling: string,
  separator: string,
  argument: string,
  notes: readonly SlipNote[],
): TermReading {
  const term = `${sign}${spelling}`;
  const rest = `${separator}${argument}`;
  if (!/^[:=/.,;!]*$/.test(rest)) return open([[term]]);
  const place = { start: term.length, end: text.length, text: '' };
  const stray =
    rest === '' ? [] : [{ code: 'spf.stray-character' as const, values: { value: rest }, label: 'Remove it', place }];
  // Without a sign it would let everybody pass; that is not to be read into a slip.
  return sign === '' || sign === '+'
    ? open([[term]])
    : meant([term], [...notes.filter(({ code }) => code !== 'spf.wrong-separator'), ...stray], text);
}

/** A host name under `ip4` or `ip6`: it may be looked up, or included. */
function readNamedHost(sign: string, argument: string): TermReading {
  const slash = /\/.*$/.exec(argument)?.[0] ?? '';
  const found = readDomain(argument.slice(0, argument.length - slash.length));
  if (found === null || found.domain.includes('%')) return UNREADABLE;
  const prefix = readDualPrefix(slash)?.prefixes[0];
  return open([
    ...(prefix === undefined ? [] : [[`${sign}a:${found.domain}${prefix}`]]),
    ...(slash === '' ? [[`${sign}include:${found.domain}`]] : []),
  ]);
}

interface Named {
  readonly sign: string;
  readonly name: string;
  readonly spelling: string;
  readonly argument: string;
}

/** A mechanism that takes a domain, and prefix lengths where it is `a` or `mx`. */
function readHost(text: string, { sign, name, spelling, argument }: Named, notes: readonly SlipNote[]): TermReading {
  if (/^[.!]+$/.test(argument) && name !== 'include' && name !== 'exists') {
    const note = { code: 'spf.stray-character' as const, values: { value: argument }, label: 'Remove it' };
    return meant([`${sign}${spelling}`], [...notes, note], text);
  }
  const takesPrefix = name === 'a' || name === 'mx';
  const isUrl = /^(?:[a-z][a-z0-9+.-]*:)?\/\//i.test(argument) && !/^\/\/\d/.test(argument);
  const slashes = isUrl ? '' : lengthsOf(argument);
  const host = argument.slice(0, argument.length - slashes.length);
  const prefix = readDualPrefix(slashes);
  if (host === '') {
    if (name === 'include' || name === 'exists') return UNREADABLE;
    const isLone = slashes === '' && text.length > sign.length + spelling.length;
    if (isLone) return open([[`${sign}${spelling}`]]);
    if (prefix === null || name === 'ptr') return UNREADABLE;
    const terms = prefix.prefixes.map((written) => [`${sign}${spelling}${written}`]);
    return prefix.isCertain
      ? meant(terms[0] as string[], [...notes, ...prefixNote(text, slashes, prefix.prefixes)], text)
      : open(terms);
  }
  const found = readDomain(host);
  if (found === null) return UNREADABLE;
  const bare = `${sign}${spelling}:${found.domain}`;
  const end = text.length - slashes.length;
  const domain = domainNotes(found, end - host.length, end);
  if (!takesPrefix) {
    if (/\d/.test(slashes))
      return open([[bare], ...(prefix?.prefixes ?? []).map((written) => [`${sign}a:${found.domain}${written}`])]);
    const url =
      slashes === '' ? [] : [{ code: 'spf.url' as const, values: { value: argument }, label: 'Write only the domain' }];
    return found.isCertain ? meant([bare], [...notes, ...domain, ...url], text) : open([[bare]]);
  }
  if (prefix === null) return UNREADABLE;
  const terms = prefix.prefixes.map((written) => [`${bare}${written}`]);
  if (!prefix.isCertain || !found.isCertain) {
    const port = /^(.*):(\d{1,3})$/.exec(host);
    const asPrefix = port === null ? undefined : readDualPrefix(`/${port[2]}`)?.prefixes[0];
    return open([...terms, ...(asPrefix === undefined ? [] : [[`${sign}${spelling}:${port?.[1]}${asPrefix}`]])]);
  }
  return meant(terms[0] as string[], [...notes, ...domain, ...prefixNote(text, slashes, prefix.prefixes)], text);
}

/** The notes on a domain, at the place of the domain. */
function domainNotes({ domain, notes }: DomainReading, start: number, end: number): readonly SlipNote[] {
  return notes.map((note) => ({ ...note, place: { start, end, text: domain } }));
}

function prefixNote(term: string, written: string, [right = '']: readonly string[]): readonly SlipNote[] {
  return written === right
    ? []
    : [
        {
          code: 'spf.prefix-notation',
          values: { value: written, right },
          label: 'Write the prefix length',
          place: { start: term.length - written.length, end: term.length, text: right },
        },
      ];
}

/** A bare domain: no mechanism says whether it is looked up or included. */
function readBareDomain(text: string, sign: string, around: ListHead | null): TermReading {
  const slashes = lengthsOf(text);
  const found = readDomain(text.slice(0, text.length - slashes.length));
  if (found === null || found.domain.includes('%')) return UNREADABLE;
  const names = slashes === '' ? ['include', 'a', 'mx'] : ['a', 'mx'];
  if (around !== null && around.sign === sign && names.includes(around.name)) {
    names.sort((left, right) => Number(right === around.name) - Number(left === around.name));
  }
  return open(names.map((name) => [`${sign}${name}:${found.domain}${readDualPrefix(slashes)?.prefixes[0] ?? ''}`]));
}

/** Pairs of brackets around one another that are looked into. */
const MAX_FRAMES = 8;

/**
 * Reads one term tolerantly.
 *
 * @param text without spaces; separators of lists and terms that ran together are cut off before.
 * @param list the head of the list that the text goes on with; null where it stands alone.
 * @param frames pairs of brackets that have been taken off already.
 */
export function readTerm(text: string, list: ListHead | null = null, frames = 0): TermReading {
  const strict = strictTerm(text);
  if (strict !== null && !isSuspicious(strict)) return { kind: 'right' };
  const reading = readTolerantly(text, list, frames);
  if (reading.kind !== 'unreadable' || strict === null) return reading;
  // What the grammar takes and nobody else has a word for stays, unless it holds what no name has.
  const isForeign = FOREIGN.test(withoutMacros(text.replace(/^[^:=]*[:=]/, ''))) || GLUED_ENDING.test(text);
  return isForeign || (strict.kind === 'modifier' && !MODIFIERS.has(strict.name)) ? reading : { kind: 'right' };
}

function readTolerantly(text: string, list: ListHead | null, frames: number): TermReading {
  const glued = /^(.*[^.-])-(a|mx|ptr)\.?$/i.exec(text);
  if (glued !== null && text.includes('.') && /[:=]/.test(text)) {
    return open([[glued[1] as string, `-${glued[2]}`], [text]]);
  }
  if (/^[!_*=.#]+all$/i.test(text)) return open([['-all'], ['~all']]);
  const [, signs = '', body = ''] = /^([+\-~?]*)(.*)$/s.exec(text) ?? [];
  if (signs.length > 1) return readRepeatedSign(signs, body, list, frames);
  const framed = /^[([{<](.*)[)\]}>]$/.exec(body)?.[1];
  if (framed !== undefined && frames < MAX_FRAMES && parseIpv6(framed) === null) {
    const inner = readTerm(`${signs}${framed}`, list, frames + 1);
    const note = { code: 'spf.stray-character' as const, values: { value: body[0] as string }, label: 'Remove it' };
    if (inner.kind === 'right') return meant([`${signs}${framed}`], [note], text);
    return inner.kind === 'meant' ? { ...inner, notes: [note, ...placeless(inner.notes)] } : inner;
  }

  // A lone letter before a colon is the mechanism, not a group of an IPv6 address.
  const network = /^(?:a:|:(?!:))/i.test(body) ? null : readNetwork(body);
  if (network !== null) {
    const sign = list !== null && signs === '' ? list.sign : signs;
    const right = (network.terms[0] ?? []).map((term) => `${sign}${term}`).join(' ');
    const note = {
      code: 'spf.bare-address' as const,
      values: { term: text, right },
      label: `Write ${right}`.slice(0, 80),
    };
    return fromNetwork(network, sign, text, list === null ? [note] : []);
  }
  const head = headOf(text);
  if (head !== null && (head.separator !== '' || head.argument !== '' || namesFor(head.name).length > 0)) {
    const lower = head.name.toLowerCase();
    if (ADDRESS_NAMES.has(lower.replace(/[_-]/g, ''))) return readAddressName(text, head);
    const readings = namesFor(head.name).map((name) => readKnown(text, head, name));
    const found = readings.filter((reading) => reading.kind === 'meant' || reading.kind === 'right');
    const exact = MECHANISMS.has(lower) || MODIFIERS.has(lower);
    const isOne =
      new Set(found.map((reading) => (reading.kind === 'meant' ? reading.terms.join(' ') : text))).size === 1;
    if (isOne && (exact || isOnlyReading(readings))) return found[0] as TermReading;
    const all = readings.flatMap((reading) =>
      reading.kind === 'meant' ? [reading.terms] : reading.kind === 'open' ? reading.readings : [],
    );
    if (all.length > 0) return open(all);
    if (exact) return UNREADABLE;
  }
  return readGlued(text, signs, body) ?? readListed(signs, body, list) ?? readBareDomain(body, signs, list);
}

/** Notes on a part of the text: their places are none of the whole. */
function placeless(notes: readonly SlipNote[]): readonly SlipNote[] {
  return notes.map(({ place: _place, ...note }) => note);
}

/** Whether the readings come to one and the same. */
function isOnlyReading(readings: readonly TermReading[]): boolean {
  return readings.every((reading) => reading.kind !== 'open');
}

/** `--all` is one sign written twice; `-~all` may be either. */
function readRepeatedSign(signs: string, body: string, list: ListHead | null, frames: number): TermReading {
  const distinct = [...new Set(signs)];
  const readings = distinct.map((sign) => {
    const reading = readTerm(`${sign}${body}`, list, frames);
    return reading.kind === 'right'
      ? { ...reading, kind: 'meant' as const, terms: [`${sign}${body}`], notes: [] }
      : reading;
  });
  const [only] = readings;
  if (distinct.length === 1 && only?.kind === 'meant') {
    const place = { start: 0, end: signs.length, text: distinct[0] as string };
    const note = { code: 'spf.stray-character' as const, values: { value: signs.slice(1) }, label: 'Remove it', place };
    return { ...only, notes: [note, ...placeless(only.notes)] };
  }
  return open(
    readings.flatMap((reading) =>
      reading.kind === 'meant' ? [reading.terms] : reading.kind === 'open' ? reading.readings : [],
    ),
  );
}

/** `ip:`, `ipv4:` and the like: the address says which mechanism was meant. */
function readAddressName(text: string, { sign, name, separator, argument }: Head): TermReading {
  const network = readNetwork(argument);
  if (network === null) return readNamedHost(sign, argument);
  const family = network.terms[0]?.[0]?.slice(0, 3) ?? 'ip4';
  const end = sign.length + name.length + separator.length;
  const place = { start: sign.length, end, text: `${family}:` };
  const values = { term: text, right: `${family}:` };
  return fromNetwork(network, sign, text, [
    { code: 'spf.wrong-family', values, label: 'Use the right mechanism', place },
  ]);
}

/** A name and its argument with no colon, or another character, between them. */
function readGlued(text: string, sign: string, body: string): TermReading | null {
  const address = /^ip[46]?[.\-_;]?(?=[\d:[a-f])(.*)$/i.exec(body)?.[1];
  const network = address === undefined ? null : readNetwork(address);
  if (network !== null) {
    const family = network.terms[0]?.[0]?.slice(0, 3) ?? 'ip4';
    const values = { value: text, right: `${family}:` };
    return fromNetwork(network, sign, text, [{ code: 'spf.wrong-separator', values, label: 'Write the right sign' }]);
  }
  const found = /^(include|exists|redirect)[._;-]?(.+)$/i.exec(body);
  if (found === null) return null;
  const [, name = '', rest = ''] = found;
  const join = name.toLowerCase() === 'redirect' ? '=' : ':';
  const prefix = name.toLowerCase() === 'redirect' ? '' : sign;
  const joined = body.slice(name.length);
  const domains = [...new Set([joined, rest])].filter((domain) => HOST.test(domain));
  if (domains.length === 0) return null;
  const bare = HOST.test(body) ? [`${sign}include:${body}`, `${sign}a:${body}`] : [];
  return open([...domains.map((domain) => `${prefix}${name}${join}${domain}`), ...bare].map((term) => [term]));
}

/** The part of a list behind its first: it has the sign and the mechanism of the one before. */
function readListed(signs: string, body: string, list: ListHead | null): TermReading | null {
  if (list === null || signs !== '') return null;
  const { sign, name } = list;
  if (name === 'ip4' || name === 'ip6') return readBareDomain(body, sign, list);
  if (MODIFIERS.has(name) || name === 'all') return null;
  const reading = readTerm(`${sign}${name}:${body}`);
  if (reading.kind === 'right') return { kind: 'meant', terms: [`${sign}${name}:${body}`], notes: [] };
  return reading.kind === 'unreadable' ? null : reading;
}

import type { CodedText } from '../coded-text.ts';
import { isIpv4At, isIpv6At } from '../ip.ts';
import { readNameAt } from '../name-text.ts';
import type { DataField } from '../rdata.ts';
import { dataToWire, octetsOf, typeName, typeNumber, Unreadable, wireToText } from '../rdata.ts';
import type { ResourceRecord } from '../records.ts';
import { MAX_STRING_OCTETS, splitTxt } from '../txt.ts';
import { BACKSLASH, NINE, ZERO } from './characters.ts';
import { IS_QUOTED, IS_UNUSUAL, LineFields, LineReader } from './lexer.ts';

/** The data of records as master files write it (RFC 1035 §3.3, §5.1; RFC 3597 §5). */

const MAX_TTL = 2_147_483_647;
const UNITS: Readonly<Record<string, number>> = { w: 604_800, d: 86_400, h: 3600, m: 60, s: 1 };

/** Record types of a provider's or server's own: they stand in exports, and are not DNS. */
export const PRIVATE_TYPES: ReadonlySet<string> = new Set([
  'ALIAS',
  'ANAME',
  'FLATTEN',
  'URLFWD',
  'URL',
  'WINS',
  'WINSR',
  'WINS-R',
]);

/**
 * Seconds from `3600`, `1h` or `1w2d`: RFC 2308 has seconds only, the units are BIND's.
 *
 * @returns -1 for what is no time, or longer than 2^31 − 1 seconds.
 */
export function parseTtl(codes: CodedText['codes'], start: number, end: number): number {
  let total = 0;
  let amount = -1;
  for (let index = start; index < end; index += 1) {
    const code = codes[index] as number;
    if (code >= ZERO && code <= NINE) {
      amount = (amount < 0 ? 0 : amount) * 10 + code - ZERO;
      continue;
    }
    const unit = UNITS[String.fromCharCode(code).toLowerCase()];
    if (unit === undefined || amount < 0) return -1;
    total += amount * unit;
    amount = -1;
  }
  if (amount >= 0) total += amount;
  return start === end || total > MAX_TTL ? -1 : total;
}

/** What a TTL with its first of 32 bits set is: zero (RFC 2181 §8). -1 for what is no such number. */
export function parseLongTtl(text: string): number {
  return /^\d{10}$/.test(text) && Number(text) > MAX_TTL && Number(text) < 2 ** 32 ? 0 : -1;
}

/** The data fields of one line, as the types' readers take them. */
export class Data {
  readonly line: LineFields;
  readonly origin: string;
  /** Octets of the longest string of the record at hand that was too long for one; 0 where none was. */
  longest = 0;
  /** The origin with a dot in front; empty for the root. */
  readonly suffix: string;
  /** Index of the first data field. */
  first = 0;

  constructor(line: LineFields, origin: string) {
    this.line = line;
    this.origin = origin;
    this.suffix = origin === '' ? '' : `.${origin}`;
  }

  get count(): number {
    return this.line.count - this.first;
  }

  private at(index: number, what: string): number {
    const at = this.first + index;
    if (at >= this.line.count) throw new Unreadable(`${what} is missing`);
    return at;
  }

  field(index: number, what: string): string {
    const at = this.at(index, what);
    return this.line.text.slice(this.line.starts[at], this.line.ends[at]);
  }

  isQuoted(index: number): boolean {
    return ((this.line.flags[this.first + index] as number) & IS_QUOTED) !== 0;
  }

  name(index: number, what: string): string {
    const at = this.at(index, what);
    const [start, end] = [this.line.starts[at] as number, this.line.ends[at] as number];
    const name = readNameAt(this.line, start, end, this.origin, this.suffix);
    if (name === null)
      throw new Unreadable(`${what} “${this.line.text.slice(start, end).slice(0, 80)}” is not a valid DNS name`);
    return name;
  }

  address(family: 'A' | 'AAAA'): string {
    const at = this.at(0, 'the address');
    const [start, end] = [this.line.starts[at] as number, this.line.ends[at] as number];
    if (!(family === 'A' ? isIpv4At(this.line.codes, start, end) : isIpv6At(this.line.codes, start, end)))
      throw new Unreadable(`“${this.line.text.slice(start, end).slice(0, 60)}” is not an address`);
    return this.line.text.slice(start, end);
  }

  integer(index: number, what: string, most: number): number {
    const at = this.at(index, what);
    const end = this.line.ends[at] as number;
    let position = this.line.starts[at] as number;
    let value = position === end ? Number.POSITIVE_INFINITY : 0;
    for (; position < end; position += 1) {
      const digit = (this.line.codes[position] as number) - ZERO;
      value = digit < 0 || digit > 9 ? Number.POSITIVE_INFINITY : value * 10 + digit;
    }
    if (value > most)
      throw new Unreadable(`${what} “${this.field(index, what).slice(0, 40)}” is not a number up to ${most}`);
    return value;
  }

  seconds(index: number, what: string): number {
    const at = this.at(index, what);
    const value = parseTtl(this.line.codes, this.line.starts[at] as number, this.line.ends[at] as number);
    if (value < 0) throw new Unreadable(`${what} “${this.field(index, what).slice(0, 40)}” is not a time`);
    return value;
  }

  strings(): string[] {
    const { first, line } = this;
    if (line.count === first) throw new Unreadable('the text is missing');
    let strings: string[] | null = null;
    for (let at = first; at < line.count; at += 1) {
      const field = line.text.slice(line.starts[at], line.ends[at]);
      const octets = ((line.flags[at] as number) & IS_UNUSUAL) === 0 ? field : octetsOf(field);
      const isWhole = octets.length <= MAX_STRING_OCTETS;
      // Nearly all have one: a list that grows would take room for seventeen.
      if (isWhole && line.count === first + 1) return [octets];
      strings ??= [];
      if (isWhole) strings.push(octets);
      else {
        // Exports of some providers hold a long text as one string, which no name server would load.
        strings.push(...splitTxt(octets));
        this.longest = Math.max(this.longest, octets.length);
      }
    }
    return strings ?? [];
  }

  end(count: number): void {
    if (this.count > count) throw new Unreadable(`“${this.field(count, '').slice(0, 40)}” follows complete data`);
  }

  all(): readonly DataField[] {
    const { starts, ends } = this.line;
    return Array.from({ length: this.count }, (_none, index) => ({
      text: this.field(index, ''),
      quoted: this.isQuoted(index),
      joined:
        this.isQuoted(index) &&
        index > 0 &&
        starts[this.first + index] === (ends[this.first + index - 1] as number) + 1,
    }));
  }
}

export function makeRecord(name: string, ttl: number, type: string, data: Data): ResourceRecord {
  if (data.count > 0 && data.line.codes[data.line.starts[data.first] as number] === BACKSLASH) {
    const first = data.field(0, '');
    if (first === '\\#' && !data.isQuoted(0)) return genericRecord(name, ttl, type, data);
  }
  switch (type) {
    case 'TXT':
    case 'SPF':
      return { name, ttl, type, strings: data.strings() };
    // What OVH calls the TXT records that it has forms for.
    case 'DKIM':
    case 'DMARC':
      return { name, ttl, type: 'TXT', strings: data.strings() };
    case 'A':
    case 'AAAA':
      data.end(1);
      return { name, ttl, type, address: data.address(type) };
    case 'CNAME':
    case 'NS':
    case 'PTR':
    case 'DNAME':
      data.end(1);
      return { name, ttl, type, target: data.name(0, 'the target') };
    case 'MX':
      data.end(2);
      return {
        name,
        ttl,
        type,
        preference: data.integer(0, 'the preference', 65_535),
        exchange: data.name(1, 'the exchanger'),
      };
    case 'SOA':
      data.end(7);
      return {
        name,
        ttl,
        type,
        mname: data.name(0, 'the primary server'),
        rname: data.name(1, 'the mailbox'),
        serial: data.integer(2, 'the serial', 4_294_967_295),
        refresh: data.seconds(3, 'refresh'),
        retry: data.seconds(4, 'retry'),
        expire: data.seconds(5, 'expire'),
        minimum: data.seconds(6, 'minimum'),
      };
    case 'SRV':
      data.end(4);
      return {
        name,
        ttl,
        type,
        priority: data.integer(0, 'the priority', 65_535),
        weight: data.integer(1, 'the weight', 65_535),
        port: data.integer(2, 'the port', 65_535),
        target: data.name(3, 'the target'),
      };
    case 'CAA': {
      const tag = data.field(1, 'the tag');
      if (!/^[a-z0-9]{1,255}$/i.test(tag))
        throw new Unreadable(`the tag “${tag.slice(0, 40)}” has other than letters and digits`);
      data.end(3);
      return {
        name,
        ttl,
        type,
        flags: data.integer(0, 'the flags', 255),
        tag,
        value: octetsOf(data.field(2, 'the value')),
      };
    }
    default: {
      if (PRIVATE_TYPES.has(type)) throw new Unreadable(`${type} is a type of the provider’s own, not of DNS`);
      const number = typeNumber(type);
      if (number === null) throw new Unreadable(`“${type.slice(0, 40)}” is not a record type`);
      return { name, ttl, type: 'OTHER', typeName: typeName(number), rdata: dataToWire(type, data.all(), data.origin) };
    }
  }
}

/** Types that have a form of their own among records. */
const OWN_FORM = {
  A: true,
  AAAA: true,
  CNAME: true,
  NS: true,
  PTR: true,
  DNAME: true,
  TXT: true,
  SPF: true,
  MX: true,
  SOA: true,
  SRV: true,
  CAA: true,
} as const satisfies Record<Exclude<ResourceRecord['type'], 'OTHER'>, true>;

const OWN_TYPES: ReadonlyMap<string, string> = new Map(Object.keys(OWN_FORM).map((type) => [type, type]));

/**
 * A type's mnemonic as it is written here, in upper case: the very same text for a type that has a form of its own, so that
 * comparing two of them is looking at no character.
 */
export function typeWritten(written: string): string {
  const type = written.toUpperCase();
  return OWN_TYPES.get(type) ?? type;
}

/** Data in the form of RFC 3597 §5; a type that is known comes out in its own form. */
function genericRecord(name: string, ttl: number, type: string, data: Data): ResourceRecord {
  const number = typeNumber(type);
  if (number === null) throw new Unreadable(`“${type.slice(0, 40)}” is not a record type`);
  const mnemonic = typeName(number);
  const rdata = dataToWire(mnemonic, data.all(), data.origin);
  if (!Object.hasOwn(OWN_FORM, mnemonic)) return { name, ttl, type: 'OTHER', typeName: mnemonic, rdata };
  const text = wireToText(mnemonic, rdata);
  if (text.startsWith('\\#')) throw new Unreadable(`the octets are not valid data of type ${mnemonic}`);
  const line = new LineFields();
  const reader = new LineReader(text, line);
  reader.next();
  return makeRecord(name, ttl, mnemonic, new Data(line, ''));
}

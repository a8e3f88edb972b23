import type { Finding } from '../findings/finding.ts';
import { dnsFinding } from '../findings/dns.ts';
import { isIpv4At, isIpv6At } from './ip.ts';
import { PLAIN_IN_NAMES, printableName, readName, readNameAt } from './name-text.ts';
import { canonicalName, relativeName } from './names.ts';
import type { DataField } from './rdata.ts';
import { dataToWire, octetsOf, typeName, typeNumber, Unreadable, wireToText } from './rdata.ts';
import type { ResourceRecord, TxtStrings } from './records.ts';
import { quoteTxt } from './txt.ts';

/** Master files (RFC 1035 §5, RFC 2308 §4 for $TTL, RFC 3597 for unknown types). */

/** A comment, and where it stands among the records, so that printing puts it back. */
export interface ZoneComment {
  readonly line: number;
  /** Without the semicolon and without blanks at its end. */
  readonly text: string;
  /** Index of the record that it stands in or before; the number of records when it stands behind the last. */
  readonly record: number;
  /** Fields of the record's data before it; null when it has a line to itself before the record. */
  readonly after: number | null;
}

export interface ZoneReading {
  readonly records: readonly ResourceRecord[];
  /** The line on which each record begins. */
  readonly lines: readonly number[];
  readonly comments: readonly ZoneComment[];
  readonly findings: readonly Finding[];
  /** The zone; where none was given, the owner of the first SOA, else of the first `$ORIGIN`. */
  readonly origin: string;
}

export interface ZoneOptions {
  /** Without its final dot; empty when it is to be told by the file. */
  readonly origin: string;
  /** Seconds, for records without one and before any `$TTL`. */
  readonly defaultTtl?: number;
}

/** Characters read of one zone, and problems told of it. */
const MAX_LENGTH = 64 * 1024 * 1024;
const MAX_FINDINGS = 1000;
const MAX_TTL = 2_147_483_647;
/** Data of 65,535 octets, each in a field of its own, behind owner, TTL, class, type, `\#` and a length. */
const MAX_FIELDS = 65_535 + 6;
const UNITS: Readonly<Record<string, number>> = { w: 604_800, d: 86_400, h: 3600, m: 60, s: 1 };

const TAB = 9;
const LINE_FEED = 10;
const RETURN = 13;
const BLANK = 32;
const QUOTE = 34;
const DOLLAR = 36;
const OPEN = 40;
const CLOSE = 41;
const DOT = 46;
const ZERO = 48;
const NINE = 57;
const SEMICOLON = 59;
const BRACKET = 91;
const BACKSLASH = 92;
const DELETE = 127;

/** What ends a field that is not in quotes: 1 at each such character's code. */
const SEPARATORS = new Uint8Array(SEMICOLON + 1);
for (const code of [TAB, LINE_FEED, RETURN, BLANK, QUOTE, OPEN, CLOSE, SEMICOLON]) SEPARATORS[code] = 1;

/** Record types of a provider's or server's own: they stand in exports, and are not DNS. */
const PRIVATE_TYPES: ReadonlySet<string> = new Set([
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
 * @returns -1 for what is no time, or longer than 2^31 − 1 seconds (RFC 2181 §8).
 */
function parseTtl(text: string, start: number, end: number): number {
  let total = 0;
  let amount = -1;
  for (let index = start; index < end; index += 1) {
    const code = text.charCodeAt(index);
    if (code >= ZERO && code <= NINE) {
      amount = (amount < 0 ? 0 : amount) * 10 + code - ZERO;
      continue;
    }
    const unit = UNITS[text.charAt(index).toLowerCase()];
    if (unit === undefined || amount < 0) return -1;
    total += amount * unit;
    amount = -1;
  }
  if (amount >= 0) total += amount;
  return start === end || total > MAX_TTL ? -1 : total;
}

/** The types that zones are full of, each with the code of its first letter; no two begin alike and are equally long. */
const USUAL_TYPES = (['A', 'AAAA', 'CNAME', 'MX', 'NS', 'PTR', 'SRV', 'TXT'] as const).map((type) => ({
  type,
  first: type.charCodeAt(0),
}));

/** One of the usual types without cutting it out of the text, or null. */
function usualType(text: string, start: number, end: number): string | null {
  const first = text.charCodeAt(start);
  for (let index = 0; index < USUAL_TYPES.length; index += 1) {
    const usual = USUAL_TYPES[index] as (typeof USUAL_TYPES)[number];
    if (usual.first !== first || usual.type.length !== end - start) continue;
    for (let at = start + 1; at < end; at += 1) {
      if (text.charCodeAt(at) !== usual.type.charCodeAt(at - start)) return null;
    }
    return usual.type;
  }
  return null;
}

/** The field stands in quotes. */
const IS_QUOTED = 1;
/** The field holds a backslash, or anything but printable ASCII. */
const IS_UNUSUAL = 2;

const UNUSUAL = /[^ -[\]-~]/g;

/** Where the fields of the line at hand begin and end in the text; kept from line to line, so that nothing is made anew. */
interface LineFields {
  count: number;
  readonly starts: number[];
  readonly ends: number[];
  readonly flags: number[];
}

/** The data fields of one line, as the types' readers take them. */
class Data {
  readonly text: string;
  readonly line: LineFields;
  readonly origin: string;
  /** The origin with a dot in front; empty for the root. */
  readonly suffix: string;
  /** Index of the first data field. */
  first = 0;

  constructor(text: string, line: LineFields, origin: string) {
    this.text = text;
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
    return this.text.slice(this.line.starts[at], this.line.ends[at]);
  }

  isQuoted(index: number): boolean {
    return ((this.line.flags[this.first + index] as number) & IS_QUOTED) !== 0;
  }

  name(index: number, what: string): string {
    const at = this.at(index, what);
    const [start, end] = [this.line.starts[at] as number, this.line.ends[at] as number];
    const name = readNameAt(this.text, start, end, this.origin, this.suffix);
    if (name === null)
      throw new Unreadable(`${what} “${this.text.slice(start, end).slice(0, 80)}” is not a name DNS can carry`);
    return name;
  }

  address(family: 'A' | 'AAAA'): string {
    const at = this.at(0, 'the address');
    const [start, end] = [this.line.starts[at] as number, this.line.ends[at] as number];
    if (!(family === 'A' ? isIpv4At(this.text, start, end) : isIpv6At(this.text, start, end)))
      throw new Unreadable(`“${this.text.slice(start, end).slice(0, 60)}” is not an address`);
    return this.text.slice(start, end);
  }

  integer(index: number, what: string, most: number): number {
    const at = this.at(index, what);
    const end = this.line.ends[at] as number;
    let position = this.line.starts[at] as number;
    let value = position === end ? Number.POSITIVE_INFINITY : 0;
    for (; position < end; position += 1) {
      const digit = this.text.charCodeAt(position) - ZERO;
      value = digit < 0 || digit > 9 ? Number.POSITIVE_INFINITY : value * 10 + digit;
    }
    if (value > most)
      throw new Unreadable(`${what} “${this.field(index, what).slice(0, 40)}” is not a number up to ${most}`);
    return value;
  }

  seconds(index: number, what: string): number {
    const at = this.at(index, what);
    const value = parseTtl(this.text, this.line.starts[at] as number, this.line.ends[at] as number);
    if (value < 0) throw new Unreadable(`${what} “${this.field(index, what).slice(0, 40)}” is not a time`);
    return value;
  }

  strings(): string[] {
    const { first, line, text } = this;
    if (line.count === first) throw new Unreadable('the text is missing');
    const strings: string[] = [];
    for (let at = first; at < line.count; at += 1) {
      const field = text.slice(line.starts[at], line.ends[at]);
      const octets = ((line.flags[at] as number) & IS_UNUSUAL) === 0 ? field : octetsOf(field);
      if (octets.length > 255) throw new Unreadable(`a string has ${octets.length} octets; 255 are allowed`);
      strings.push(octets);
    }
    return strings;
  }

  end(count: number): void {
    if (this.count > count) throw new Unreadable(`“${this.field(count, '').slice(0, 40)}” stands behind complete data`);
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

function makeRecord(name: string, ttl: number, type: string, data: Data): ResourceRecord {
  if (data.count > 0 && data.text.charCodeAt(data.line.starts[data.first] as number) === BACKSLASH) {
    const first = data.field(0, '');
    if (first === '\\#' && !data.isQuoted(0)) return genericRecord(name, ttl, type, data);
  }
  switch (type) {
    case 'TXT':
    case 'SPF':
      return { name, ttl, type, strings: data.strings() };
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
const OWN_FORM: ReadonlySet<string> = new Set(
  'A AAAA CNAME NS PTR DNAME TXT SPF MX SOA SRV CAA'.split(' ') satisfies string[],
);

/** Data in the form of RFC 3597 §5; a type that is known comes out in its own form. */
function genericRecord(name: string, ttl: number, type: string, data: Data): ResourceRecord {
  const number = typeNumber(type);
  if (number === null) throw new Unreadable(`“${type.slice(0, 40)}” is not a record type`);
  const mnemonic = typeName(number);
  const rdata = dataToWire(mnemonic, data.all(), data.origin);
  if (!OWN_FORM.has(mnemonic)) return { name, ttl, type: 'OTHER', typeName: mnemonic, rdata };
  const text = wireToText(mnemonic, rdata);
  if (text.startsWith('\\#')) throw new Unreadable(`the octets are no data of the type ${mnemonic}`);
  const line: LineFields = { count: 0, starts: [], ends: [], flags: [] };
  const reader = new LineReader(text, line);
  reader.next();
  return makeRecord(name, ttl, mnemonic, new Data(text, line, ''));
}

/** Cuts a zone's text into lines of fields: parentheses joined, comments taken off (RFC 1035 §5.1). */
class LineReader {
  readonly text: string;
  readonly fields: LineFields;
  /** Comments of the line at hand, with the number of fields before each. */
  comments: { readonly line: number; readonly text: string; readonly fields: number }[] = [];
  /** The line on which the fields begin. */
  start = 1;
  /** The line began with a blank: the owner is that of the record before. */
  continuesOwner = false;
  /** What is wrong with the line's form, or null. */
  fault: string | null = null;
  private position = 0;
  private line = 1;
  /** The next unusual character at or behind the place where it was last looked for. */
  private unusual = -1;

  constructor(text: string, fields: LineFields) {
    this.text = text;
    this.fields = fields;
  }

  private push(start: number, end: number, flags: number): void {
    const { fields } = this;
    if (fields.count === MAX_FIELDS) {
      this.fault ??= 'it has more fields than a record can hold';
      return;
    }
    if (fields.count === 0) this.start = this.line;
    fields.starts[fields.count] = start;
    fields.ends[fields.count] = end;
    fields.flags[fields.count] = flags;
    fields.count += 1;
  }

  /** Reads the next line that holds a field or a comment. @returns false at the end. */
  next(): boolean {
    const { text, fields } = this;
    const { length } = text;
    fields.count = 0;
    if (this.comments.length > 0) this.comments = [];
    this.fault = null;
    let depth = 0;
    let position = this.position;
    if (position >= length) return false;
    const first = text.charCodeAt(position);
    this.continuesOwner = first === BLANK || first === TAB;

    while (position < length) {
      const code = text.charCodeAt(position);
      if (code === LINE_FEED) {
        position += 1;
        this.line += 1;
        if (depth > 0) continue;
        if (fields.count > 0 || this.comments.length > 0) break;
        const begin = text.charCodeAt(position);
        this.continuesOwner = begin === BLANK || begin === TAB;
      } else if (code === BLANK || code === TAB || code === RETURN) {
        position += 1;
      } else if (code === SEMICOLON) {
        const end = text.indexOf('\n', position);
        const stop = end === -1 ? length : end;
        this.comments.push({ line: this.line, text: text.slice(position + 1, stop).trimEnd(), fields: fields.count });
        position = stop;
      } else if (code === OPEN) {
        depth += 1;
        position += 1;
      } else if (code === CLOSE) {
        if (depth === 0) this.fault ??= 'a parenthesis is closed that was not opened';
        else depth -= 1;
        position += 1;
      } else if (code === QUOTE) {
        position = this.readQuoted(position + 1);
      } else {
        const start = position;
        let unusual = 0;
        for (; position < length; position += 1) {
          const next = text.charCodeAt(position);
          if (next === BACKSLASH) {
            unusual = IS_UNUSUAL;
            // A backslash at the end of a line escapes nothing: the line ends there.
            if (text.charCodeAt(position + 1) !== LINE_FEED) position += 1;
          } else if (next < SEPARATORS.length) {
            if (SEPARATORS[next] === 1) break;
            if (next < BLANK) unusual = IS_UNUSUAL;
          } else if (next >= DELETE) unusual = IS_UNUSUAL;
        }
        if (position > length) position = length;
        this.push(start, position, unusual);
      }
    }
    if (depth > 0) this.fault ??= 'a parenthesis is not closed';
    this.position = position;
    return position < length || fields.count > 0 || this.comments.length > 0;
  }

  /** @param start behind the quotation mark. @returns the position behind the closing one. */
  private readQuoted(start: number): number {
    const { text } = this;
    if (this.unusual < start) this.unusual = this.nextUnusual(start);
    const mark = text.indexOf('"', start);
    // A line end is unusual as well, so that nothing but plain text stands before the mark.
    if (mark !== -1 && mark < this.unusual) {
      this.push(start, mark, IS_QUOTED);
      return mark + 1;
    }
    const { length } = text;
    let end = start;
    for (; end < length; end += 1) {
      const code = text.charCodeAt(end);
      if (code === QUOTE || code === LINE_FEED) break;
      if (code === BACKSLASH && end + 1 < length && text.charCodeAt(end + 1) !== LINE_FEED) end += 1;
    }
    this.push(start, end, IS_QUOTED | IS_UNUSUAL);
    if (end < length && text.charCodeAt(end) === QUOTE) return end + 1;
    this.fault ??= 'a quotation mark is not closed';
    return end;
  }

  /** The next position of a backslash or of anything but printable ASCII. */
  private nextUnusual(start: number): number {
    UNUSUAL.lastIndex = start;
    return UNUSUAL.test(this.text) ? UNUSUAL.lastIndex - 1 : this.text.length;
  }
}

/** What a zone's text has been understood to be so far. */
class ZoneReader {
  readonly records: ResourceRecord[] = [];
  readonly lines: number[] = [];
  readonly comments: ZoneComment[] = [];
  readonly findings: Finding[] = [];
  private readonly text: string;
  private readonly fields: LineFields = { count: 0, starts: [], ends: [], flags: [] };
  private data: Data;
  private firstOrigin: string | null = null;
  private defaultTtl: number | null = null;
  private lastTtl: number | null = null;
  private readonly fallbackTtl: number;
  /** Null: no record before, or one whose owner can't be read. */
  private owner: string | null = null;
  /** Where the owner stands in the text. */
  private ownerStart = 0;
  private ownerEnd = 0;

  constructor(text: string, options: ZoneOptions) {
    this.text = text;
    this.data = new Data(text, this.fields, readName(`${options.origin}.`, '') ?? options.origin);
    this.fallbackTtl = options.defaultTtl ?? 3600;
    if (options.origin !== '') this.owner = this.data.origin;
  }

  read(): void {
    const reader = new LineReader(this.text, this.fields);
    while (reader.next()) {
      const index = this.records.length;
      let dataFields: number | null = null;
      if (this.fields.count > 0) {
        if (reader.fault === null) dataFields = this.readLine(reader);
        else this.report(reader.start, reader.fault);
      }
      for (const comment of reader.comments) {
        // Only a comment within a record's fields, or behind them, belongs to it.
        const after = dataFields === null || comment.fields === 0 ? null : Math.max(0, comment.fields - dataFields);
        this.comments.push({
          line: comment.line,
          text: comment.text,
          record: dataFields === null ? this.records.length : index,
          after,
        });
      }
    }
  }

  origin(options: ZoneOptions): string {
    if (options.origin !== '') return options.origin;
    return this.records.find((record) => record.type === 'SOA')?.name ?? this.firstOrigin ?? '';
  }

  private report(line: number, reason: string): void {
    this.add(dnsFinding('zone.syntax', { line, reason }));
  }

  private add(finding: Finding): void {
    if (this.findings.length < MAX_FINDINGS) this.findings.push(finding);
  }

  /** @returns the number of fields before the record's data, or null when the line made no record. */
  private readLine(reader: LineReader): number | null {
    const { fields, text } = this;
    const line = reader.start;
    const firstStart = fields.starts[0] as number;
    const firstEnd = fields.ends[0] as number;
    if (
      !reader.continuesOwner &&
      text.charCodeAt(firstStart) === DOLLAR &&
      ((fields.flags[0] as number) & IS_QUOTED) === 0
    ) {
      this.readDirective(line, text.slice(firstStart, firstEnd));
      return null;
    }
    let index = 0;
    if (!reader.continuesOwner) {
      if (!this.isOwner(firstStart, firstEnd)) {
        this.owner = readNameAt(text, firstStart, firstEnd, this.data.origin, this.data.suffix);
        this.ownerStart = firstStart;
        this.ownerEnd = firstEnd;
      }
      index = 1;
    }
    try {
      return this.readRecord(line, index);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      this.report(line, error.message);
      return null;
    }
  }

  /** Whether a name is written as that of the record before, below the same origin. */
  private isOwner(start: number, end: number): boolean {
    const { ownerStart, text } = this;
    if (this.owner === null || end - start !== this.ownerEnd - ownerStart) return false;
    for (let index = start, known = ownerStart; index < end; index += 1, known += 1) {
      if (text.charCodeAt(index) !== text.charCodeAt(known)) return false;
    }
    return true;
  }

  private readRecord(line: number, start: number): number {
    const { fields, text } = this;
    let index = start;
    let ttl = -1;
    let type = '';
    for (; index < fields.count; index += 1) {
      const at = fields.starts[index] as number;
      const end = fields.ends[index] as number;
      const code = text.charCodeAt(at);
      if (code >= ZERO && code <= NINE && ttl < 0) {
        ttl = parseTtl(text, at, end);
        if (ttl < 0) throw new Unreadable(`the TTL “${text.slice(at, end).slice(0, 40)}” is not a time`);
        continue;
      }
      const usual = usualType(text, at, end);
      if (usual !== null) {
        type = usual;
        break;
      }
      // Windows DNS exports the age of records that it was told of by clients.
      if (code === BRACKET && /^\[(?:AGE|Aging):\d+\]$/i.test(text.slice(at, end))) continue;
      type = text.slice(at, end).toUpperCase();
      if (type === 'IN' || type === 'CLASS1') continue;
      if (type === 'CH' || type === 'HS' || type === 'CS' || /^CLASS\d+$/.test(type))
        throw new Unreadable(`its class is ${type.slice(0, 40)}; only the class IN is read`);
      break;
    }
    if (index === fields.count) throw new Unreadable('the type is missing');
    const { owner } = this;
    if (owner === null) {
      const written =
        start === 0 ? 'the owner before it' : `“${text.slice(this.ownerStart, this.ownerEnd).slice(0, 80)}”`;
      throw new Unreadable(`${written} is not a name DNS can carry`);
    }
    if (ttl >= 0) this.lastTtl = ttl;
    this.data.first = index + 1;
    const effective = ttl >= 0 ? ttl : (this.defaultTtl ?? this.lastTtl ?? this.fallbackTtl);
    let record = makeRecord(owner, effective, type, this.data);
    if (record.type === 'SOA' && ttl < 0 && this.defaultTtl === null && this.lastTtl === null) {
      // A zone without any TTL up to here has the SOA's minimum for one, as BIND reads it.
      record = { ...record, ttl: record.minimum };
      this.lastTtl = record.minimum;
    }
    this.records.push(record);
    this.lines.push(line);
    return index + 1;
  }

  private readDirective(line: number, written: string): void {
    const { fields, text } = this;
    const argument = fields.count > 1 ? text.slice(fields.starts[1], fields.ends[1]) : '';
    const directive = written.toUpperCase();
    if (directive === '$ORIGIN') {
      const origin = readName(argument, this.data.origin);
      if (origin === null || fields.count !== 2) {
        this.report(line, `“${argument.slice(0, 80)}” is not an origin`);
        return;
      }
      this.data = new Data(text, fields, origin);
      this.firstOrigin ??= origin;
      this.ownerEnd = this.ownerStart;
    } else if (directive === '$TTL') {
      const ttl = parseTtl(argument, 0, argument.length);
      if (ttl < 0 || fields.count !== 2) this.report(line, `the TTL “${argument.slice(0, 40)}” is not a time`);
      else this.defaultTtl = ttl;
    } else this.add(dnsFinding('zone.directive-refused', { line, directive: written.slice(0, 20) }));
  }
}

/**
 * Reads a master file. Never throws: what can't be read is a finding with its line, and the rest is read on. Tolerant of
 * what registrars export: a missing SOA, any order of class and TTL, Windows line ends and ages, U-labels.
 */
export function readZone(text: string, options: ZoneOptions): ZoneReading {
  const reader = new ZoneReader(
    (text.length > MAX_LENGTH ? text.slice(0, MAX_LENGTH) : text).replace(/^\uFEFF/, ''),
    options,
  );
  reader.read();
  const { records, lines, comments, findings } = reader;
  return { records, lines, comments, findings, origin: reader.origin(options) };
}

/** Writes presentation format into octets that grow: a large zone is made without a string for each of its parts. */
class Printer {
  private octets: Uint8Array;
  private length = 0;
  private readonly origin: string;
  /** The origin with a dot in front; empty: every name is written absolute. */
  private readonly suffix: string;

  /** @param origin names below it are written relative to it; null: every name absolute. */
  constructor(origin: string | null, size: number) {
    this.octets = new Uint8Array(size);
    this.origin = origin === null ? '' : canonicalName(origin);
    this.suffix = this.origin === '' ? '' : `.${this.origin}`;
  }

  text(): string {
    return new TextDecoder().decode(this.octets.subarray(0, this.length));
  }

  private room(more: number): void {
    if (this.length + more <= this.octets.length) return;
    const grown = new Uint8Array(Math.max(this.octets.length * 2, this.length + more));
    grown.set(this.octets.subarray(0, this.length));
    this.octets = grown;
  }

  /** Appends ASCII. */
  ascii(text: string): void {
    const { length } = text;
    this.room(length);
    const { octets } = this;
    let at = this.length;
    for (let index = 0; index < length; index += 1) octets[at++] = text.charCodeAt(index);
    this.length = at;
  }

  /** Appends any text, in UTF-8. */
  any(text: string): void {
    const encoded = new TextEncoder().encode(text);
    this.room(encoded.length);
    this.octets.set(encoded, this.length);
    this.length += encoded.length;
  }

  code(code: number): void {
    this.room(1);
    this.octets[this.length++] = code;
  }

  name(name: string): void {
    const { suffix } = this;
    let length = name.length;
    const isBelow = suffix !== '' && length > suffix.length && name.endsWith(suffix);
    if (isBelow) length -= suffix.length;
    this.room(length + 1);
    const { octets } = this;
    let at = this.length;
    for (let index = 0; index < length; index += 1) {
      const code = name.charCodeAt(index);
      if (code >= PLAIN_IN_NAMES.length || PLAIN_IN_NAMES[code] !== 1) {
        this.unusualName(name);
        return;
      }
      octets[at++] = code;
    }
    if (isBelow) this.length = at;
    else if (suffix !== '' && length !== 0) this.ascii(relativeName(name, this.origin));
    else {
      octets[at++] = DOT;
      this.length = at;
    }
  }

  private unusualName(name: string): void {
    const printable = printableName(name);
    if (this.suffix === '') this.ascii(`${printable}.`);
    else this.ascii(relativeName(printable, this.origin));
  }

  strings(strings: TxtStrings): void {
    for (let index = 0; index < strings.length; index += 1) {
      if (index > 0) this.code(BLANK);
      this.string(strings[index] as string);
    }
  }

  private string(string: string): void {
    const { length } = string;
    this.room(length + 2);
    const { octets } = this;
    let at = this.length;
    octets[at++] = QUOTE;
    for (let index = 0; index < length; index += 1) {
      const code = string.charCodeAt(index);
      if (code < BLANK || code === QUOTE || code === BACKSLASH || code >= DELETE) {
        this.ascii(quoteTxt([string]));
        return;
      }
      octets[at++] = code;
    }
    octets[at++] = QUOTE;
    this.length = at;
  }

  /** Appends a whole number that is not negative. */
  number(value: number): void {
    if (value >= 1e9) {
      this.ascii(String(value));
      return;
    }
    let digits = 1;
    for (let power = 10; power <= value; power *= 10) digits += 1;
    this.room(digits);
    this.length += digits;
    let rest = value;
    for (let at = this.length - 1; digits > 0; at -= 1, digits -= 1) {
      this.octets[at] = ZERO + (rest % 10);
      rest = (rest / 10) | 0;
    }
  }

  private numberAndBlank(value: number): void {
    this.number(value);
    this.code(BLANK);
  }

  data(record: ResourceRecord): void {
    switch (record.type) {
      case 'TXT':
      case 'SPF':
        this.strings(record.strings);
        break;
      case 'A':
      case 'AAAA':
        this.ascii(record.address);
        break;
      case 'CNAME':
      case 'NS':
      case 'PTR':
      case 'DNAME':
        this.name(record.target);
        break;
      case 'MX':
        this.numberAndBlank(record.preference);
        this.name(record.exchange);
        break;
      case 'SOA':
        this.name(record.mname);
        this.code(BLANK);
        this.name(record.rname);
        this.code(BLANK);
        for (const value of [record.serial, record.refresh, record.retry, record.expire]) this.numberAndBlank(value);
        this.number(record.minimum);
        break;
      case 'SRV':
        this.numberAndBlank(record.priority);
        this.numberAndBlank(record.weight);
        this.numberAndBlank(record.port);
        this.name(record.target);
        break;
      case 'CAA':
        this.numberAndBlank(record.flags);
        this.ascii(`${record.tag} `);
        this.string(record.value);
        break;
      case 'OTHER':
        this.ascii(wireToText(record.typeName, record.rdata));
        break;
    }
  }
}

/** The data of a record in presentation format; names relative to `origin` where they lie below it. */
export function rdataText(record: ResourceRecord, origin: string | null): string {
  const printer = new Printer(origin, 512);
  printer.data(record);
  return printer.text();
}

export interface WriteZoneOptions {
  /** The zone; names below it are written relative to it. Null: every name absolute. */
  readonly origin: string | null;
  /** Written as `$TTL`, and left out of records that have it. */
  readonly defaultTtl?: number;
  /** Comments of the reading that the records come from. */
  readonly comments?: readonly ZoneComment[];
}

/** Fields of data that was printed here. */
function splitData(text: string): readonly string[] {
  return text.match(/(?:[^\s"\\]|\\.|"(?:[^"\\]|\\.)*")+/g) ?? [];
}

/** A record's data with the comments that stand in it and behind it. */
function commentedData(text: string, comments: readonly ZoneComment[]): string {
  const fields = splitData(text);
  const inner = comments.filter((comment) => (comment.after ?? 0) < fields.length);
  const outer = comments.filter((comment) => !inner.includes(comment));
  if (inner.length === 0 && outer.length === 1) return `${text} ;${outer[0]?.text}`;
  const lines: string[] = [];
  let index = 0;
  for (const comment of [...inner, ...outer.slice(0, -1)]) {
    const until = Math.max(index, Math.min(comment.after ?? 0, fields.length));
    lines.push(`${fields.slice(index, until).join(' ')} ;${comment.text}`);
    index = until;
  }
  const [last] = outer.slice(-1);
  lines.push(
    `${fields
      .slice(index)
      .map((field) => `${field} `)
      .join('')})${last === undefined ? '' : ` ;${last.text}`}`,
  );
  return `( ${lines.join('\n\t\t\t\t')}`;
}

/** Octets that a record takes at the first guess. */
const USUAL_LENGTH = 80;

/** Writes records as a master file that BIND, NSD and Knot accept. */
export function writeZone(records: readonly ResourceRecord[], options: WriteZoneOptions): string {
  const { origin, defaultTtl, comments = [] } = options;
  const printer = new Printer(origin, 512 + records.length * USUAL_LENGTH);
  if (origin !== null) printer.ascii(`$ORIGIN ${printableName(origin)}.\n`);
  if (defaultTtl !== undefined) printer.ascii(`$TTL ${defaultTtl}\n`);
  let next = 0;
  const linesBefore = (index: number) => {
    for (; next < comments.length; next += 1) {
      const comment = comments[next] as ZoneComment;
      if (comment.record > index || comment.after !== null) return;
      printer.any(`;${comment.text}\n`);
    }
  };
  for (let index = 0; index < records.length; index += 1) {
    const record = records[index] as ResourceRecord;
    if (next < comments.length) linesBefore(index);
    printer.name(record.name);
    printer.code(TAB);
    if (record.ttl !== defaultTtl) {
      printer.number(record.ttl);
      printer.code(TAB);
    }
    printer.ascii('IN\t');
    printer.ascii(record.type === 'OTHER' ? record.typeName : record.type);
    printer.code(TAB);
    const start = next;
    while (next < comments.length && (comments[next] as ZoneComment).record === index) next += 1;
    if (next === start) printer.data(record);
    else printer.any(commentedData(rdataText(record, origin), comments.slice(start, next)));
    printer.code(LINE_FEED);
  }
  linesBefore(records.length);
  return printer.text();
}

import type { Finding } from '../findings/finding.ts';
import { dnsFinding } from '../findings/dns.ts';
import { parseIpv4, parseIpv6 } from './ip.ts';
import { printableName, readName } from './name-text.ts';
import { canonicalName, relativeName } from './names.ts';
import type { DataField } from './rdata.ts';
import { dataToWire, octetsOf, typeName, typeNumber, Unreadable, wireToText } from './rdata.ts';
import type { ResourceRecord } from './records.ts';
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
const UNITS: Readonly<Record<string, number>> = { w: 604_800, d: 86_400, h: 3600, m: 60, s: 1 };

const TAB = 9;
const LINE_FEED = 10;
const RETURN = 13;
const BLANK = 32;
const QUOTE = 34;
const DOLLAR = 36;
const OPEN = 40;
const CLOSE = 41;
const ZERO = 48;
const NINE = 57;
const SEMICOLON = 59;
const BRACKET = 91;
const BACKSLASH = 92;

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
 * @returns null for what is no time, or longer than 2^31 − 1 seconds (RFC 2181 §8).
 */
function parseTtl(text: string): number | null {
  if (text.length > 40) return null;
  let total = 0;
  let amount = -1;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code >= ZERO && code <= NINE) {
      amount = Math.max(amount, 0) * 10 + code - ZERO;
      continue;
    }
    const unit = UNITS[(text[index] as string).toLowerCase()];
    if (unit === undefined || amount < 0) return null;
    total += amount * unit;
    amount = -1;
  }
  if (amount >= 0) total += amount;
  return text === '' || total > MAX_TTL ? null : total;
}

/** Where the fields of the line at hand begin and end in the text; kept from line to line, so that nothing is made anew. */
interface LineFields {
  count: number;
  readonly starts: number[];
  readonly ends: number[];
  /** 1: in quotes. */
  readonly quoted: number[];
}

/** The data fields of one line, as the types' readers take them. */
class Data {
  readonly text: string;
  readonly line: LineFields;
  readonly origin: string;
  /** Index of the first data field. */
  first = 0;

  constructor(text: string, line: LineFields, origin: string) {
    this.text = text;
    this.line = line;
    this.origin = origin;
  }

  get count(): number {
    return this.line.count - this.first;
  }

  field(index: number, what: string): string {
    const at = this.first + index;
    if (at >= this.line.count) throw new Unreadable(`${what} is missing`);
    return this.text.slice(this.line.starts[at], this.line.ends[at]);
  }

  isQuoted(index: number): boolean {
    return this.line.quoted[this.first + index] === 1;
  }

  name(index: number, what: string): string {
    const text = this.field(index, what);
    const name = readName(text, this.origin);
    if (name === null) throw new Unreadable(`${what} “${text.slice(0, 80)}” is not a name DNS can carry`);
    return name;
  }

  integer(index: number, what: string, most: number): number {
    const text = this.field(index, what);
    let value = 0;
    for (let at = 0; at < text.length; at += 1) {
      const digit = text.charCodeAt(at) - ZERO;
      value = digit < 0 || digit > 9 ? Number.POSITIVE_INFINITY : value * 10 + digit;
    }
    if (value > most || text === '')
      throw new Unreadable(`${what} “${text.slice(0, 40)}” is not a number up to ${most}`);
    return value;
  }

  seconds(index: number, what: string): number {
    const text = this.field(index, what);
    const value = parseTtl(text);
    if (value === null) throw new Unreadable(`${what} “${text.slice(0, 40)}” is not a time`);
    return value;
  }

  end(count: number): void {
    if (this.count > count) throw new Unreadable(`“${this.field(count, '').slice(0, 40)}” stands behind complete data`);
  }

  all(): readonly DataField[] {
    return Array.from({ length: this.count }, (_none, index) => ({
      text: this.field(index, ''),
      quoted: this.isQuoted(index),
      joined:
        this.isQuoted(index) &&
        index > 0 &&
        this.line.starts[this.first + index] === (this.line.ends[this.first + index - 1] as number) + 1,
    }));
  }
}

function textStrings(data: Data): string[] {
  if (data.count === 0) throw new Unreadable('the text is missing');
  const strings: string[] = [];
  for (let index = 0; index < data.count; index += 1) {
    const octets = octetsOf(data.field(index, 'the text'));
    if (octets.length > 255) throw new Unreadable(`a string has ${octets.length} octets; 255 are allowed`);
    strings.push(octets);
  }
  return strings;
}

function makeRecord(name: string, ttl: number, type: string, data: Data): ResourceRecord {
  if (data.count > 0 && data.text.charCodeAt(data.line.starts[data.first] as number) === BACKSLASH) {
    const first = data.field(0, '');
    if (first === '\\#' && !data.isQuoted(0)) return genericRecord(name, ttl, type, data);
  }
  switch (type) {
    case 'TXT':
    case 'SPF':
      return { name, ttl, type, strings: textStrings(data) };
    case 'A':
    case 'AAAA': {
      const address = data.field(0, 'the address');
      if ((type === 'A' ? parseIpv4(address) : parseIpv6(address)) === null)
        throw new Unreadable(`“${address.slice(0, 60)}” is not an address`);
      data.end(1);
      return { name, ttl, type, address };
    }
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
  const line: LineFields = { count: 0, starts: [], ends: [], quoted: [] };
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

  constructor(text: string, fields: LineFields) {
    this.text = text;
    this.fields = fields;
  }

  private push(start: number, end: number, quoted: 0 | 1): void {
    const { fields } = this;
    if (fields.count === 0) this.start = this.line;
    fields.starts[fields.count] = start;
    fields.ends[fields.count] = end;
    fields.quoted[fields.count] = quoted;
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
        for (; position < length; position += 1) {
          const next = text.charCodeAt(position);
          if (next === BACKSLASH) {
            // A backslash at the end of a line escapes nothing: the line ends there.
            if (text.charCodeAt(position + 1) !== LINE_FEED) position += 1;
          } else if (next < SEPARATORS.length && SEPARATORS[next] === 1) break;
        }
        position = Math.min(position, length);
        this.push(start, position, 0);
      }
    }
    if (depth > 0) this.fault ??= 'a parenthesis is not closed';
    this.position = position;
    return position < length || fields.count > 0 || this.comments.length > 0;
  }

  /** @param start behind the quotation mark. @returns the position behind the closing one. */
  private readQuoted(start: number): number {
    const { text } = this;
    let end = start;
    for (; end < text.length; end += 1) {
      const code = text.charCodeAt(end);
      if (code === QUOTE || code === LINE_FEED) break;
      if (code === BACKSLASH && end + 1 < text.length && text.charCodeAt(end + 1) !== LINE_FEED) end += 1;
    }
    this.push(start, end, 1);
    if (end < text.length && text.charCodeAt(end) === QUOTE) return end + 1;
    this.fault ??= 'a quotation mark is not closed';
    return end;
  }
}

/** What a zone's text has been understood to be so far. */
class ZoneReader {
  readonly records: ResourceRecord[] = [];
  readonly lines: number[] = [];
  readonly comments: ZoneComment[] = [];
  readonly findings: Finding[] = [];
  private readonly text: string;
  private readonly fields: LineFields = { count: 0, starts: [], ends: [], quoted: [] };
  private data: Data;
  private firstOrigin: string | null = null;
  private defaultTtl: number | null = null;
  private lastTtl: number | null = null;
  private readonly fallbackTtl: number;
  /** Null: no record before, or one whose owner can't be read. */
  private owner: string | null = null;
  private ownerText = '';

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
    if (!reader.continuesOwner && text.charCodeAt(firstStart) === DOLLAR && fields.quoted[0] === 0) {
      this.readDirective(line, text.slice(firstStart, firstEnd));
      return null;
    }
    let index = 0;
    if (!reader.continuesOwner) {
      const written = text.slice(firstStart, firstEnd);
      if (written !== this.ownerText || this.owner === null) {
        this.owner = readName(written, this.data.origin);
        this.ownerText = written;
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

  private readRecord(line: number, start: number): number {
    const { fields, text } = this;
    let index = start;
    let ttl: number | null = null;
    let type = '';
    for (; index < fields.count; index += 1) {
      const at = fields.starts[index] as number;
      const code = text.charCodeAt(at);
      const word = text.slice(at, fields.ends[index]);
      if (code >= ZERO && code <= NINE && ttl === null) {
        ttl = parseTtl(word);
        if (ttl === null) throw new Unreadable(`the TTL “${word.slice(0, 40)}” is not a time`);
        continue;
      }
      if (word === 'IN') continue;
      // Windows DNS exports the age of records that it was told of by clients.
      if (code === BRACKET && /^\[(?:AGE|Aging):\d+\]$/i.test(word)) continue;
      type = word.toUpperCase();
      if (type === 'IN' || type === 'CLASS1') continue;
      if (type === 'CH' || type === 'HS' || type === 'CS' || /^CLASS\d+$/.test(type))
        throw new Unreadable(`its class is ${type}; only the class IN is read`);
      break;
    }
    if (index === fields.count) throw new Unreadable('the type is missing');
    const { owner } = this;
    if (owner === null) {
      const written = start === 0 ? 'the owner before it' : `“${this.ownerText.slice(0, 80)}”`;
      throw new Unreadable(`${written} is not a name DNS can carry`);
    }
    if (ttl !== null) this.lastTtl = ttl;
    this.data.first = index + 1;
    let record = makeRecord(owner, ttl ?? this.defaultTtl ?? this.lastTtl ?? this.fallbackTtl, type, this.data);
    if (record.type === 'SOA' && ttl === null && this.defaultTtl === null && this.lastTtl === null) {
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
      this.ownerText = '';
    } else if (directive === '$TTL') {
      const ttl = parseTtl(argument);
      if (ttl === null || fields.count !== 2) this.report(line, `the TTL “${argument.slice(0, 40)}” is not a time`);
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

/** Writes names as they stand in one zone. */
class NamePrinter {
  private readonly suffix: string | null;
  private readonly origin: string;
  private last = '';
  private lastPrinted = '.';

  /** @param origin names below it are written relative to it; null: every name absolute. */
  constructor(origin: string | null) {
    this.origin = origin === null ? '' : canonicalName(origin);
    this.suffix = origin === null || this.origin === '' ? null : `.${this.origin}`;
  }

  print(name: string): string {
    if (name === this.last) return this.lastPrinted;
    this.last = name;
    this.lastPrinted = this.printNew(name);
    return this.lastPrinted;
  }

  private printNew(name: string): string {
    const printable = printableName(name);
    if (printable === '') return '.';
    if (this.suffix === null) return `${printable}.`;
    if (printable.endsWith(this.suffix)) {
      const relative = printable.slice(0, -this.suffix.length);
      // The dot before the zone's name may be a part of a label.
      if (!relative.endsWith('\\')) return relative;
    }
    return relativeName(printable, this.origin);
  }
}

function dataText(record: ResourceRecord, names: NamePrinter): string {
  switch (record.type) {
    case 'TXT':
    case 'SPF':
      return quoteTxt(record.strings);
    case 'A':
    case 'AAAA':
      return record.address;
    case 'CNAME':
    case 'NS':
    case 'PTR':
    case 'DNAME':
      return names.print(record.target);
    case 'MX':
      return `${record.preference} ${names.print(record.exchange)}`;
    case 'SOA':
      return `${names.print(record.mname)} ${names.print(record.rname)} ${record.serial} ${record.refresh} ${record.retry} ${record.expire} ${record.minimum}`;
    case 'SRV':
      return `${record.priority} ${record.weight} ${record.port} ${names.print(record.target)}`;
    case 'CAA':
      return `${record.flags} ${record.tag} ${quoteTxt([record.value])}`;
    case 'OTHER':
      return wireToText(record.typeName, record.rdata);
  }
}

/** The data of a record in presentation format; names relative to `origin` where they lie below it. */
export function rdataText(record: ResourceRecord, origin: string | null): string {
  return dataText(record, new NamePrinter(origin));
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

/** Writes records as a master file that BIND, NSD and Knot accept. */
export function writeZone(records: readonly ResourceRecord[], options: WriteZoneOptions): string {
  const { origin, defaultTtl, comments = [] } = options;
  const names = new NamePrinter(origin);
  const targets = new NamePrinter(origin);
  let text = '';
  if (origin !== null) text += `$ORIGIN ${printableName(origin)}.\n`;
  if (defaultTtl !== undefined) text += `$TTL ${defaultTtl}\n`;
  let next = 0;
  const linesBefore = (index: number) => {
    for (; next < comments.length; next += 1) {
      const comment = comments[next] as ZoneComment;
      if (comment.record > index || comment.after !== null) return;
      text += `;${comment.text}\n`;
    }
  };
  for (let index = 0; index < records.length; index += 1) {
    const record = records[index] as ResourceRecord;
    if (next < comments.length) linesBefore(index);
    const type = record.type === 'OTHER' ? record.typeName : record.type;
    const ttl = record.ttl === defaultTtl ? '' : `${record.ttl}\t`;
    let data = dataText(record, targets);
    if (next < comments.length) {
      const start = next;
      while (next < comments.length && (comments[next] as ZoneComment).record === index) next += 1;
      if (next > start) data = commentedData(data, comments.slice(start, next));
    }
    text += `${names.print(record.name)}\t${ttl}IN\t${type}\t${data}\n`;
  }
  linesBefore(records.length);
  return text;
}

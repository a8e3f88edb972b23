import { PLAIN_IN_NAMES, printableName } from '../name-text.ts';
import { canonicalName, relativeName } from '../names.ts';
import { wireToText } from '../rdata.ts';
import type { ResourceRecord, TxtStrings } from '../records.ts';
import { mnemonicOf } from '../records.ts';
import { quoteTxt } from '../txt.ts';
import { BACKSLASH, BLANK, DELETE, DOT, LINE_FEED, QUOTE, TAB, ZERO } from './characters.ts';
import type { ZoneComment } from './reader.ts';

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
    printer.ascii(mnemonicOf(record));
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

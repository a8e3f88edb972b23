import { PLAIN_IN_NAMES, printableName } from '../name-text.ts';
import { canonicalName, relativeName } from '../names.ts';
import { wireToText } from '../rdata.ts';
import type { ResourceRecord } from '../records.ts';
import { mnemonicOf } from '../records.ts';
import { quoteTxt } from '../txt.ts';
import { DOT } from './characters.ts';
import type { ZoneComment } from './reader.ts';

/** Characters that are gathered before they are made octets. */
const GATHERED = 65_536;

/**
 * Writes presentation format. What is written is gathered as a text of some ten thousand characters, then kept as octets: the
 * pieces that a text of many megabytes is put together from would all be held in memory until its end.
 */
class Printer {
  private octets: Uint8Array = new Uint8Array(0);
  private length = 0;
  private gathered = '';
  /** The root, as it is written, stands for none before. */
  private lastName = '';
  private lastWritten = '.';
  private lastTtl = 0;
  private lastTtlWritten = '\t0';
  private readonly origin: string;
  /** The origin with a dot in front; empty: every name is written absolute. */
  private readonly suffix: string;
  private readonly size: number;
  private readonly encoder = new TextEncoder();

  /**
   * @param origin names below it are written relative to it; null: every name absolute.
   * @param size octets that are made room for once the text is long.
   */
  constructor(origin: string | null, size: number) {
    this.size = size;
    this.origin = origin === null ? '' : canonicalName(origin);
    this.suffix = this.origin === '' ? '' : `.${this.origin}`;
  }

  text(): string {
    if (this.length === 0) return this.gathered;
    this.keep();
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(this.octets.subarray(0, this.length));
  }

  private keep(): void {
    // A character takes three octets at the most; one of four is two here.
    const most = this.length + this.gathered.length * 3;
    if (most > this.octets.length) {
      const grown = new Uint8Array(Math.max(this.octets.length * 2, most, this.size));
      grown.set(this.octets.subarray(0, this.length));
      this.octets = grown;
    }
    this.length += this.encoder.encodeInto(this.gathered, this.octets.subarray(this.length)).written;
    this.gathered = '';
  }

  write(text: string): void {
    this.gathered += text;
    if (this.gathered.length > GATHERED) this.keep();
  }

  name(name: string): void {
    // Records of one name follow each other, and targets are often the name that stands before them.
    if (name !== this.lastName) {
      this.lastName = name;
      this.lastWritten = this.nameText(name);
    }
    this.gathered += this.lastWritten;
  }

  /** Appends what stands before the data of a record; its TTL unless that is the default. */
  head(record: ResourceRecord, defaultTtl: number | undefined): void {
    const { name, ttl } = record;
    this.name(name);
    if (ttl !== defaultTtl) {
      if (ttl !== this.lastTtl) {
        this.lastTtl = ttl;
        this.lastTtlWritten = `\t${ttl}`;
      }
      this.gathered += this.lastTtlWritten;
    }
    this.gathered += `\tIN\t${mnemonicOf(record)}\t`;
  }

  private nameText(name: string): string {
    const { suffix } = this;
    const rest = name.length - suffix.length;
    // Not `endsWith`: a zone has hundreds of thousands of names, and that takes ten times as long.
    const isBelow = suffix !== '' && rest > 0 && name.charCodeAt(rest) === DOT && name.slice(rest) === suffix;
    const written = isBelow ? name.slice(0, rest) : name;
    for (let index = 0; index < written.length; index += 1) {
      const code = written.charCodeAt(index);
      if (code < PLAIN_IN_NAMES.length && PLAIN_IN_NAMES[code] === 1) continue;
      const printable = printableName(name);
      return suffix === '' ? `${printable}.` : relativeName(printable, this.origin);
    }
    if (isBelow) return written;
    return suffix === '' || name === '' ? `${name}.` : relativeName(name, this.origin);
  }

  /** Appends the data of a record. */
  data(record: ResourceRecord): void {
    switch (record.type) {
      case 'TXT':
      case 'SPF':
        this.gathered += quoteTxt(record.strings);
        break;
      case 'A':
      case 'AAAA':
        this.gathered += record.address;
        break;
      case 'CNAME':
      case 'NS':
      case 'PTR':
      case 'DNAME':
        this.name(record.target);
        break;
      case 'MX':
        this.gathered += `${record.preference} `;
        this.name(record.exchange);
        break;
      case 'SOA': {
        const { serial, refresh, retry, expire, minimum } = record;
        this.name(record.mname);
        this.gathered += ' ';
        this.name(record.rname);
        this.gathered += ` ${serial} ${refresh} ${retry} ${expire} ${minimum}`;
        break;
      }
      case 'SRV':
        this.gathered += `${record.priority} ${record.weight} ${record.port} `;
        this.name(record.target);
        break;
      case 'CAA':
        this.gathered += `${record.flags} ${record.tag} ${quoteTxt([record.value])}`;
        break;
      case 'OTHER':
        this.gathered += wireToText(record.typeName, record.rdata);
        break;
    }
  }
}

/** The data of a record in presentation format; names relative to `origin` where they lie below it. */
export function rdataText(record: ResourceRecord, origin: string | null): string {
  const printer = new Printer(origin, 0);
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

/**
 * Writes the comments from `next` on that have a line to themselves before a record.
 *
 * @returns the first comment that was not written.
 */
function writeCommentLines(printer: Printer, comments: readonly ZoneComment[], next: number, record: number): number {
  for (let index = next; index < comments.length; index += 1) {
    const comment = comments[index] as ZoneComment;
    if (comment.record > record || comment.after !== null) return index;
    printer.write(`;${comment.text}\n`);
  }
  return comments.length;
}

/** Octets that a record takes at the first guess. */
const USUAL_LENGTH = 80;

/** Writes records as a master file that BIND, NSD and Knot accept. */
export function writeZone(records: readonly ResourceRecord[], options: WriteZoneOptions): string {
  const { origin, defaultTtl, comments = [] } = options;
  const printer = new Printer(origin, records.length * USUAL_LENGTH + 4 * GATHERED);
  if (origin !== null) printer.write(`$ORIGIN ${printableName(origin)}.\n`);
  if (defaultTtl !== undefined) printer.write(`$TTL ${defaultTtl}\n`);
  let next = 0;
  for (let index = 0; index < records.length; index += 1) {
    const record = records[index] as ResourceRecord;
    next = writeCommentLines(printer, comments, next, index);
    printer.head(record, defaultTtl);
    const start = next;
    while (next < comments.length && (comments[next] as ZoneComment).record === index) next += 1;
    if (next === start) printer.data(record);
    else printer.write(commentedData(rdataText(record, origin), comments.slice(start, next)));
    printer.write('\n');
  }
  writeCommentLines(printer, comments, next, records.length);
  return printer.text();
}

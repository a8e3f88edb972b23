import type { Finding } from '../../findings/finding.ts';
import type { CodedText } from '../coded-text.ts';
import { characterCodes } from '../coded-text.ts';
import { dnsFinding } from '../findings.ts';
import type { Steps } from '../../steps.ts';
import { allSteps } from '../../steps.ts';
import { readName, readNameAt } from '../name-text.ts';
import { Unreadable } from '../rdata.ts';
import { isSubdomain } from '../names.ts';
import type { ResourceRecord, TxtStrings } from '../records.ts';
import { BRACKET, DOLLAR, NINE, ZERO } from './characters.ts';
import { Data, makeRecord, parseLongTtl, parseTtl, PRIVATE_TYPES, typeWritten } from './data.ts';
import { IS_QUOTED, LineFields, LineReader } from './lexer.ts';

/** Master files (RFC 1035 §5, RFC 2308 §4 for $TTL, RFC 3597 for unknown types). */

/** A comment, and where it stands among the records, so that printing puts it back. */
export interface ZoneComment {
  readonly line: number;
  /** Without the semicolon and without spaces at its end. */
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
  /** Names at which a line could not be read, in lower case: what stands there is not known. */
  readonly unreadable: readonly string[];
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

/** Characters of a zone that are looked at together. */
const STRETCH = 65_536;

/** The words that stand before the data of nearly every record; no two begin alike and are equally long. */
const USUAL_WORDS = ['IN', 'A', 'AAAA', 'CNAME', 'MX', 'NS', 'PTR', 'SRV', 'TXT'] as const;
const LONGEST_USUAL = 5;

/** The usual words by their first letter and their length. */
const USUAL: (string | null)[] = Array.from({ length: 128 * (LONGEST_USUAL + 1) }, () => null);
for (const word of USUAL_WORDS) USUAL[word.charCodeAt(0) * (LONGEST_USUAL + 1) + word.length] = word;

/** One of the usual words without cutting it out of the text, or null. */
function usualWord({ codes }: CodedText, start: number, end: number): string | null {
  const length = end - start;
  const first = codes[start] as number;
  if (length === 0 || length > LONGEST_USUAL || first >= 128) return null;
  const word = USUAL[first * (LONGEST_USUAL + 1) + length] as string | null;
  if (word === null) return null;
  for (let at = 1; at < length; at += 1) if (codes[start + at] !== word.charCodeAt(at)) return null;
  return word;
}

/** One form for a text at a name; no name holds a line feed as it stands. */
export function textKey(name: string, strings: TxtStrings): string {
  return `${name.toLowerCase()}\n${strings.join('')}`;
}

/** Where a record stands in a zone's text, and what is needed to read it there again. */
export interface RecordPlace {
  /** The `begin` of its line. */
  readonly begin: number;
  readonly origin: string;
  /** Of the record before, where the line begins with a space and goes on with it; else null. */
  readonly owner: string | null;
}

/** What a zone's text has been understood to be so far. */
export class ZoneReader {
  readonly records: ResourceRecord[] = [];
  readonly lines: number[] = [];
  readonly comments: ZoneComment[] = [];
  readonly findings: Finding[] = [];
  readonly unreadable = new Set<string>();
  private readonly origins: ZoneOptions;
  private readonly fields = new LineFields();
  private readonly reader: LineReader;
  private data: Data;
  private firstOrigin: string | null = null;
  private defaultTtl: number | null = null;
  private lastTtl: number | null = null;
  private readonly fallbackTtl: number;
  /** The type of the line at hand, as far as it could be read. */
  private type = '';
  hasSpfType = false;
  /** A type stands there that OVH has for its forms. */
  hasFormType = false;
  /** The owner that the record at hand has from the one before. */
  private continued: string | null = null;
  /** Null: no record before, or one whose owner can't be read. */
  private owner: string | null = null;
  /** Where the owner stands, and in which stretch of the text. */
  private ownerCodes: CodedText['codes'] | null = null;
  private ownerStart = 0;
  private ownerEnd = 0;

  /** @param stretch characters that are looked at together: what is read is the same, whatever their number. */
  constructor(text: string, options: ZoneOptions, stretch = STRETCH) {
    this.origins = options;
    this.reader = new LineReader(text, this.fields, stretch);
    this.data = new Data(this.fields, readName(`${options.origin}.`, '') ?? options.origin);
    this.fallbackTtl = options.defaultTtl ?? 3600;
    if (options.origin !== '') this.owner = this.data.origin;
  }

  *read(): Steps<void> {
    const { reader } = this;
    for (let lines = 1; reader.next(); lines += 1) {
      if (lines % STEP === 0) yield;
      const index = this.records.length;
      let dataFields: number | null = null;
      if (this.fields.count > 0) {
        if (reader.fault === null) dataFields = this.readLine(reader);
        else {
          this.report(reader.start, reader.fault);
          this.notKnown(reader.continuesOwner);
        }
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

  protected take(record: ResourceRecord, line: number): void {
    this.records.push(record);
    this.lines.push(line);
  }

  /** Where the record that was read last stands. */
  protected place(): RecordPlace {
    return { begin: this.reader.begin, origin: this.data.origin, owner: this.continued };
  }

  /** Reads one record where it was read before; its TTL may follow from what stood above it, and is not known. */
  readAgain({ begin, origin, owner }: RecordPlace): ResourceRecord | undefined {
    if (origin !== this.data.origin) this.data = new Data(this.fields, origin);
    this.owner = owner;
    this.ownerEnd = this.ownerStart;
    this.reader.moveTo(begin);
    this.reader.next();
    this.readLine(this.reader);
    const record = this.records.pop();
    this.records.length = 0;
    this.lines.length = 0;
    return record;
  }

  origin(options: ZoneOptions): string {
    if (options.origin !== '') return options.origin;
    return this.records.find((record) => record.type === 'SOA')?.name ?? this.firstOrigin ?? '';
  }

  /** Notes that a line at the owner could not be read. */
  private notKnown(continuesOwner: boolean): void {
    const { fields, data } = this;
    const [start, end] = [fields.starts[0] as number, fields.ends[0] as number];
    const owner = continuesOwner ? this.owner : readNameAt(fields, start, end, data.origin, data.suffix);
    if (owner !== null && this.unreadable.size < MAX_FINDINGS) this.unreadable.add(owner.toLowerCase());
  }

  private report(line: number, reason: string): void {
    this.add(dnsFinding('zone.syntax', { line, reason }));
  }

  private add(finding: Finding): void {
    if (this.findings.length < MAX_FINDINGS) this.findings.push(finding);
  }

  /** @returns the number of fields before the record's data, or null when the line made no record. */
  private readLine(reader: LineReader): number | null {
    const { fields } = this;
    const line = reader.start;
    const firstStart = fields.starts[0] as number;
    const firstEnd = fields.ends[0] as number;
    if (
      !reader.continuesOwner &&
      fields.codes[firstStart] === DOLLAR &&
      ((fields.flags[0] as number) & IS_QUOTED) === 0
    ) {
      this.readDirective(line, fields.text.slice(firstStart, firstEnd));
      return null;
    }
    let index = 0;
    if (!reader.continuesOwner) {
      if (!this.isOwner(firstStart, firstEnd)) {
        this.owner = readNameAt(fields, firstStart, firstEnd, this.data.origin, this.data.suffix);
        this.ownerCodes = fields.codes;
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
      // A type of a provider's own tells nothing of the others at the name.
      const isForeign = PRIVATE_TYPES.has(this.type);
      if (this.owner !== null && !isForeign && this.unreadable.size < MAX_FINDINGS) {
        this.unreadable.add(this.owner.toLowerCase());
      }
      return null;
    }
  }

  /** Whether a name is written as that of the record before, below the same origin. */
  private isOwner(start: number, end: number): boolean {
    const { ownerStart } = this;
    const { codes } = this.fields;
    if (this.owner === null || start === end || end - start !== this.ownerEnd - ownerStart) return false;
    if (codes !== this.ownerCodes) return false;
    for (let index = start, known = ownerStart; index < end; index += 1, known += 1) {
      if (codes[index] !== codes[known]) return false;
    }
    return true;
  }

  private readRecord(line: number, start: number): number {
    const { fields } = this;
    const { text, codes } = fields;
    this.type = '';
    let index = start;
    let ttl = -1;
    let type = '';
    for (; index < fields.count; index += 1) {
      const at = fields.starts[index] as number;
      const end = fields.ends[index] as number;
      const code = codes[at] as number;
      if (code >= ZERO && code <= NINE && ttl < 0) {
        ttl = parseTtl(codes, at, end);
        if (ttl < 0) ttl = parseLongTtl(text.slice(at, end));
        if (ttl < 0) throw new Unreadable(`the TTL “${text.slice(at, end).slice(0, 40)}” is not a time`);
        continue;
      }
      const usual = usualWord(fields, at, end);
      if (usual === 'IN') continue;
      if (usual !== null) {
        type = usual;
        break;
      }
      // Windows DNS exports the age of records that it was told of by clients.
      if (code === BRACKET && /^\[(?:AGE|Aging):\d+\]$/i.test(text.slice(at, end))) continue;
      type = typeWritten(text.slice(at, end));
      if (type === 'IN' || type === 'CLASS1') continue;
      if (type === 'CH' || type === 'HS' || type === 'CS' || /^CLASS\d+$/.test(type))
        throw new Unreadable(`its class is ${type.slice(0, 40)}; only the class IN is read`);
      break;
    }
    if (index === fields.count) throw new Unreadable('the type is missing');
    this.type = type;
    this.hasSpfType ||= type === 'SPF';
    this.hasFormType ||= type === 'DKIM' || type === 'DMARC';
    if (type === 'SOA') this.owner = this.apexMeant();
    const { owner } = this;
    if (owner === null) {
      const written =
        start === 0 ? 'the owner before it' : `“${text.slice(this.ownerStart, this.ownerEnd).slice(0, 80)}”`;
      throw new Unreadable(`${written} is not a valid DNS name`);
    }
    if (ttl >= 0) this.lastTtl = ttl;
    this.data.first = index + 1;
    this.data.longest = 0;
    const effective = ttl >= 0 ? ttl : (this.defaultTtl ?? this.lastTtl ?? this.fallbackTtl);
    let record = makeRecord(owner, effective, type, this.data);
    if (this.data.longest > 0) this.add(dnsFinding('zone.long-string', { line, octets: this.data.longest }));
    if (ttl < 0 && this.defaultTtl === null && this.lastTtl === null && record.type === 'SOA') {
      // A zone without any TTL up to here has the SOA's minimum for one, as BIND reads it.
      record = { ...record, ttl: record.minimum };
      this.lastTtl = record.minimum;
    }
    this.continued = start === 0 ? owner : null;
    this.take(record, line);
    return index + 1;
  }

  /**
   * Records of the type SPF: nobody asks for it any more (RFC 7208 §3.1). Beside types of OVH's own they are its TXT
   * records; elsewhere they may be either, so that what stands at the name in TXT is not known.
   */
  *settleSpfType(): Steps<void> {
    if (!this.hasSpfType) return;
    const published = new Set<string>();
    if (!this.hasFormType) {
      for (const [index, record] of this.records.entries()) {
        if (index % STEP === 0) yield;
        if (record.type === 'TXT') published.add(textKey(record.name, record.strings));
      }
    }
    for (const [index, record] of this.records.entries()) {
      if (index % STEP === 0) yield;
      if (record.type !== 'SPF') continue;
      if (this.hasFormType) this.records[index] = { ...record, type: 'TXT' };
      else if (!published.has(textKey(record.name, record.strings))) this.unreadable.add(record.name.toLowerCase());
    }
  }

  /** The owner of an SOA record: exports write the zone's name without its final dot, or `@` below the root. */
  private apexMeant(): string | null {
    const { owner, data } = this;
    const zone = this.origins.origin;
    if (owner === `${data.origin}.${data.origin}`) return data.origin;
    return owner === '' && zone !== '' ? (readName(`${zone}.`, '') ?? owner) : owner;
  }

  private readDirective(line: number, written: string): void {
    const { fields } = this;
    const argument = fields.count > 1 ? fields.text.slice(fields.starts[1], fields.ends[1]) : '';
    const directive = written.toUpperCase();
    if (directive === '$ORIGIN') {
      const [start, end] = [fields.starts[1] as number, fields.ends[1] as number];
      const origin = fields.count === 2 ? readNameAt(fields, start, end, this.data.origin, this.data.suffix) : null;
      if (origin === null) {
        this.report(line, `“${argument.slice(0, 80)}” is not an origin`);
        return;
      }
      this.data = new Data(fields, origin);
      this.firstOrigin ??= origin;
      this.ownerEnd = this.ownerStart;
    } else if (directive === '$TTL') {
      const read = parseTtl(characterCodes(argument), 0, argument.length);
      const ttl = read < 0 ? parseLongTtl(argument) : read;
      if (ttl < 0 || fields.count !== 2) this.report(line, `the TTL “${argument.slice(0, 40)}” is not a time`);
      else this.defaultTtl = ttl;
    } else this.add(dnsFinding('zone.directive-refused', { line, directive: written.slice(0, 20) }));
  }
}

/** Lines read, or records looked at, in one step. */
const STEP = 256;

/**
 * Reads a master file whose zone nobody has named: relative names belong to the zone that its SOA record tells, as where
 * a name server's configuration names it, and not to the root.
 *
 * @param origin the zone without its final dot; empty when it is to be told by the file.
 */
export function readNamedZone(text: string, origin = ''): ZoneReading {
  const reading = readZone(text, { origin });
  if (origin !== '' || reading.origin === '') return reading;
  const isOutside = reading.records.some(({ name }) => !isSubdomain(name, reading.origin));
  return isOutside ? readZone(text, { origin: reading.origin }) : reading;
}

/** What is read of a text: no more than is bearable, without a byte order mark. */
export function readablePart(text: string): string {
  return (text.length > MAX_LENGTH ? text.slice(0, MAX_LENGTH) : text).replace(/^\uFEFF/, '');
}

function* readInSteps(text: string, options: ZoneOptions): Steps<ZoneReading> {
  const reader = new ZoneReader(readablePart(text), options);
  yield* reader.read();
  yield* reader.settleSpfType();
  const { records, lines, comments, findings, unreadable } = reader;
  return { records, lines, comments, findings, unreadable: [...unreadable], origin: reader.origin(options) };
}

/**
 * Reads a master file. Never throws: what can't be read is a finding with its line, and the rest is read on. Tolerant of
 * what registrars export: a missing SOA, any order of class and TTL, Windows line ends and ages, U-labels.
 */
export function readZone(text: string, options: ZoneOptions): ZoneReading {
  return allSteps(readInSteps(text, options));
}

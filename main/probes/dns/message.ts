import { fact } from '../../../shared/facts/catalogue.ts';
import type { Fact } from '../../../shared/facts/fact.ts';
import { canonicalName, sameName } from '../../../shared/dns/names.ts';
import type { FailureReason } from '../../../shared/dns/lookup.ts';
import { MAX_ALIASES } from '../../../shared/dns/lookup.ts';
import type { QueryType, ResourceRecord } from '../../../shared/dns/records.ts';
import { mnemonicOf } from '../../../shared/dns/records.ts';
import type { Observation } from '../../../shared/observed/observation.ts';

/**
 * DNS messages in wire format (RFC 1035 §4) to and from records and observations. Nothing read here can make the
 * reader fail, hang, or work longer than the message is long: names are bounded in octets and in pointers, records in
 * number.
 */

/** Octets of UDP payload that are asked for: the size that avoids fragments (DNS flag day 2020). */
const EDNS_PAYLOAD = 1232;
/** Records kept of one answer. */
const MAX_RECORDS = 2000;
const MAX_ERROR_TEXT = 200;
const HEADER_OCTETS = 12;
const MAX_NAME_OCTETS = 255;
/** A name of 255 octets has at most 127 labels; more pointers than that only lead round. */
const MAX_POINTERS = 127;

/** Types that questions and records are written and read in; their numbers are IANA's. */
const TYPE_NUMBERS: Readonly<Record<QueryType, number>> = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  DNAME: 39,
  TLSA: 52,
  SPF: 99,
  CAA: 257,
};
const OPT = 41;
const CLASS_IN = 1;

const RCODES: readonly string[] = [
  'NOERROR',
  'FORMERR',
  'SERVFAIL',
  'NXDOMAIN',
  'NOTIMP',
  'REFUSED',
  'YXDOMAIN',
  'YXRRSET',
  'NXRRSET',
  'NOTAUTH',
  'NOTZONE',
  'DSOTYPENI',
  'RCODE12',
  'RCODE13',
  'RCODE14',
  'RCODE15',
  // RFC 6891 §9: of a message without TSIG.
  'BADVERS',
];

export interface Question {
  readonly name: string;
  readonly type: QueryType;
}

/** A response, read whole. */
export interface Message {
  readonly id: number;
  /** The mnemonic, or `RCODEn`; the upper bits come from the OPT record (RFC 6891 §6.1.3). */
  readonly rcode: string;
  readonly authoritative: boolean;
  readonly truncated: boolean;
  readonly authenticated: boolean;
  /** The failure that is told beside the answer, or null (RFC 8914). */
  readonly extendedError: { readonly code: number; readonly text: string } | null;
  readonly answers: readonly ResourceRecord[];
  readonly authorities: readonly ResourceRecord[];
  readonly additionals: readonly ResourceRecord[];
}

/** Writes a name's labels at an offset. @returns the offset behind it. @throws RangeError when it fits no message. */
function writeName(buffer: Buffer, name: string, start: number): number {
  let lengthAt = start;
  let offset = start + 1;
  const end = name.endsWith('.') && !name.endsWith('\\.') ? name.length - 1 : name.length;
  for (let index = 0; index < end; index += 1) {
    let octet = name.charCodeAt(index);
    if (octet === 46) {
      if (offset - lengthAt - 1 === 0) throw new RangeError(`${name.slice(0, 300)} holds an empty label`);
      buffer[lengthAt] = offset - lengthAt - 1;
      lengthAt = offset;
      offset += 1;
      continue;
    }
    if (octet === 92) {
      const digits = /^\d{3}/.exec(name.slice(index + 1, index + 4))?.[0];
      octet = digits === undefined ? name.charCodeAt(index + 1) : Number(digits);
      index += digits === undefined ? 1 : 3;
    } else if (octet > 126) octet = Number.NaN;
    if (!(octet <= 255) || offset - lengthAt > 63 || offset - start > MAX_NAME_OCTETS - 2)
      throw new RangeError(`${name.slice(0, 300)} can’t be asked: it is too long, or not ASCII`);
    buffer[offset] = octet;
    offset += 1;
  }
  if (offset - lengthAt - 1 === 0) {
    if (lengthAt !== start) throw new RangeError(`${name.slice(0, 300)} holds an empty label`);
    buffer[start] = 0;
    return start + 1;
  }
  buffer[lengthAt] = offset - lengthAt - 1;
  buffer[offset] = 0;
  return offset + 1;
}

/** An OPT record that asks for so large a payload and nothing else (RFC 6891 §6.1.2). */
const OPT_RECORD = Buffer.from([0, 0, OPT, EDNS_PAYLOAD >> 8, EDNS_PAYLOAD & 0xff, 0, 0, 0, 0, 0, 0]);

const scratch = Buffer.alloc(HEADER_OCTETS + MAX_NAME_OCTETS + 4 + OPT_RECORD.length);

/**
 * @param room where the query is written; given the octets that it takes, a Buffer of just as many.
 * @returns the query in wire format.
 * @throws RangeError when the name fits no message.
 */
export function encodeQuery(
  id: number,
  question: Question,
  options: { readonly recursion: boolean; readonly edns: boolean; readonly checkingDisabled?: boolean },
  room: (octets: number) => Buffer = (octets) => Buffer.allocUnsafe(octets),
): Buffer {
  scratch.writeUInt16BE(id, 0);
  scratch[2] = options.recursion ? 1 : 0;
  // AD in a question asks to be told whether the answer was validated (RFC 6840 §5.7).
  scratch[3] = (options.recursion ? 0x20 : 0) | (options.checkingDisabled === true ? 0x10 : 0);
  scratch.writeUInt32BE(0x00_01_00_00, 4);
  scratch.writeUInt32BE(options.edns ? 1 : 0, 8);
  let offset = writeName(scratch, question.name, HEADER_OCTETS);
  scratch.writeUInt32BE((TYPE_NUMBERS[question.type] << 16) | CLASS_IN, offset);
  offset += 4;
  if (options.edns) {
    OPT_RECORD.copy(scratch, offset);
    offset += OPT_RECORD.length;
  }
  const query = room(offset);
  scratch.copy(query, 0, 0, offset);
  return query;
}

/** Where the question of a query of ours ends. */
function questionEnd(query: Buffer): number {
  let offset = HEADER_OCTETS;
  while (offset < query.length && query[offset] !== 0) offset += (query[offset] as number) + 1;
  return offset + 5;
}

/** Codes that a server may answer with before it has read the question, so that it can't repeat it. */
const UNREAD_CODES: ReadonlySet<number> = new Set([1, 2, 4, 5]);

export interface Mismatch {
  readonly reason: 'malformed' | 'mismatched';
  readonly what: Fact;
}

/**
 * What keeps a message from being the response to a query of ours: its id, and its question octet by octet, letter
 * case included (RFC 5452 §3, RFC 1035 §7.3); null when it is one.
 */
function mismatchOf(message: Buffer, query: Buffer): Mismatch | null {
  if (message.length < HEADER_OCTETS) return UNREADABLE;
  if (((message[2] as number) & 0x80) === 0) return { reason: 'mismatched', what: fact('dns.is-question') };
  if (message[0] !== query[0] || message[1] !== query[1]) return { reason: 'mismatched', what: fact('dns.other-id') };
  const questions = message.readUInt16BE(4);
  if (questions === 0 && message.readUInt16BE(6) === 0 && UNREAD_CODES.has((message[3] as number) & 0x0f)) return null;
  if (questions === 0) return { reason: 'mismatched', what: fact('dns.no-question') };
  const end = questionEnd(query);
  let fits = questions === 1 && message.length >= end;
  for (let offset = HEADER_OCTETS; fits && offset < end; offset += 1) fits = message[offset] === query[offset];
  return fits ? null : { reason: 'mismatched', what: fact('dns.other-question') };
}

const UNREADABLE: Mismatch = { reason: 'malformed', what: fact('dns.unreadable') };

/** A message that ends early, or whose lengths and pointers do not fit. */
class Malformed extends Error {}

const PLAIN_LABEL = /^[a-z0-9_-]*$/;
/** A name in text that the wire gives back letter by letter. */
const PLAIN_NAME = /^[A-Za-z0-9_.-]+$/;

/** A label as text in lower case: dots and backslashes behind a backslash, octets beyond ASCII as `\DDD` (RFC 4343). */
function labelText(label: string): string {
  if (PLAIN_LABEL.test(label)) return label;
  return label
    .toLowerCase()
    .replace(/[.\\]/g, '\\$&')
    .replace(/[^\u0021-\u007E]/g, (octet) => `\\${String(octet.charCodeAt(0)).padStart(3, '0')}`);
}

/** Node's Buffers have this beside `toString`, without the cost of finding out the encoding each time. */
type Sliced = Buffer & { readonly latin1Slice: (start: number, end: number) => string };

/** Reads one message; keeps the place where the next field begins. */
class Reader {
  readonly #buffer: Sliced;
  /** The question's name, which nearly every record's owner points to. */
  #asked: string | null;
  offset: number;
  /** The upper eight bits of the response code, as the OPT record has them. */
  extendedRcode = 0;
  extendedError: Message['extendedError'] = null;

  constructor(buffer: Buffer, asked: string | null) {
    this.#buffer = buffer as Sliced;
    this.#asked = asked;
    this.offset = HEADER_OCTETS;
  }

  need(octets: number): void {
    if (this.offset + octets > this.#buffer.length) throw new Malformed();
  }

  uint8(): number {
    this.need(1);
    return this.#buffer[this.offset++] as number;
  }

  uint16(): number {
    this.need(2);
    const value = ((this.#buffer[this.offset] as number) << 8) | (this.#buffer[this.offset + 1] as number);
    this.offset += 2;
    return value;
  }

  uint32(): number {
    this.need(4);
    const value = this.#buffer.readUInt32BE(this.offset);
    this.offset += 4;
    return value;
  }

  latin1(octets: number): string {
    this.need(octets);
    const text = this.#buffer.latin1Slice(this.offset, this.offset + octets);
    this.offset += octets;
    return text;
  }

  utf8(octets: number): string {
    this.need(octets);
    const text = this.#buffer.toString('utf8', this.offset, this.offset + octets);
    this.offset += octets;
    return text;
  }

  /** A name, its compression undone (RFC 1035 §4.1.4). Pointers lead to earlier places only. */
  name(): string {
    const buffer = this.#buffer;
    const start = this.offset;
    let at = start;
    let end = -1;
    let limit = start;
    let pointers = 0;
    let size = 0;
    let text = '';
    for (;;) {
      const length = buffer[at];
      if (length === undefined) throw new Malformed();
      if (length >= 0xc0) {
        const low = buffer[at + 1];
        if (low === undefined) throw new Malformed();
        const target = ((length & 0x3f) << 8) | low;
        if (end === -1) end = at + 2;
        pointers += 1;
        if (target >= limit || target < HEADER_OCTETS || pointers > MAX_POINTERS) throw new Malformed();
        if (target === HEADER_OCTETS && text === '' && this.#asked !== null) {
          text = this.#asked;
          break;
        }
        limit = target;
        at = target;
      } else if (length === 0) {
        if (end === -1) end = at + 1;
        break;
      } else {
        size += length + 1;
        if (length > 63 || size > MAX_NAME_OCTETS - 1 || at + 1 + length > buffer.length) throw new Malformed();
        const label = labelText(buffer.latin1Slice(at + 1, at + 1 + length));
        text = text === '' ? label : `${text}.${label}`;
        at += length + 1;
      }
    }
    this.offset = end;
    if (start === HEADER_OCTETS) this.#asked = text;
    return text;
  }
}

function readAddress6(reader: Reader): string {
  const groups = Array.from({ length: 8 }, () => reader.uint16());
  // RFC 5952 §4.2: the longest run of two zeros or more is left out, the first of equals.
  let best = { at: -1, length: 1 };
  for (let at = 0; at < 8; at += 1) {
    let length = 0;
    while (at + length < 8 && groups[at + length] === 0) length += 1;
    if (length > best.length) best = { at, length };
    at += length;
  }
  const hex = groups.map((group) => group.toString(16));
  if (best.at === -1) return hex.join(':');
  return `${hex.slice(0, best.at).join(':')}::${hex.slice(best.at + best.length).join(':')}`;
}

function readTexts(reader: Reader, end: number): string[] {
  // A list that begins with its one string takes less room than one that grew to it.
  const strings = reader.offset < end ? [readText(reader, end)] : [];
  while (reader.offset < end) strings.push(readText(reader, end));
  return strings;
}

function readText(reader: Reader, end: number): string {
  const length = reader.uint8();
  if (reader.offset + length > end) throw new Malformed();
  return reader.latin1(length);
}

/** The data of a record, or null for a type that is nowhere looked at. */
function readData(reader: Reader, type: number, name: string, ttl: number, end: number): ResourceRecord | null {
  switch (type) {
    case TYPE_NUMBERS.A:
      return {
        name,
        ttl,
        type: 'A',
        address: `${reader.uint8()}.${reader.uint8()}.${reader.uint8()}.${reader.uint8()}`,
      };
    case TYPE_NUMBERS.AAAA:
      return { name, ttl, type: 'AAAA', address: readAddress6(reader) };
    case TYPE_NUMBERS.CNAME:
      return { name, ttl, type: 'CNAME', target: reader.name() };
    case TYPE_NUMBERS.NS:
      return { name, ttl, type: 'NS', target: reader.name() };
    case TYPE_NUMBERS.PTR:
      return { name, ttl, type: 'PTR', target: reader.name() };
    case TYPE_NUMBERS.DNAME:
      return { name, ttl, type: 'DNAME', target: reader.name() };
    case TYPE_NUMBERS.TXT:
      return { name, ttl, type: 'TXT', strings: readTexts(reader, end) };
    case TYPE_NUMBERS.SPF:
      return { name, ttl, type: 'SPF', strings: readTexts(reader, end) };
    case TYPE_NUMBERS.MX:
      return { name, ttl, type: 'MX', preference: reader.uint16(), exchange: reader.name() };
    case TYPE_NUMBERS.SOA:
      return {
        name,
        ttl,
        type: 'SOA',
        mname: reader.name(),
        rname: reader.name(),
        serial: reader.uint32(),
        refresh: reader.uint32(),
        retry: reader.uint32(),
        expire: reader.uint32(),
        minimum: reader.uint32(),
      };
    case TYPE_NUMBERS.SRV:
      return {
        name,
        ttl,
        type: 'SRV',
        priority: reader.uint16(),
        weight: reader.uint16(),
        port: reader.uint16(),
        target: reader.name(),
      };
    case TYPE_NUMBERS.CAA: {
      const flags = reader.uint8();
      const length = reader.uint8();
      if (reader.offset + length > end) throw new Malformed();
      return { name, ttl, type: 'CAA', flags, tag: reader.latin1(length), value: reader.latin1(end - reader.offset) };
    }
    case TYPE_NUMBERS.TLSA: {
      const octets = reader.latin1(end - reader.offset);
      return {
        name,
        ttl,
        type: 'OTHER',
        typeName: 'TLSA',
        rdata: Uint8Array.from(octets, (each) => each.charCodeAt(0)),
      };
    }
    default:
      return null;
  }
}

const EXTENDED_ERROR = 15;

/** The extended error among the options of an OPT record (RFC 6891 §6.1.2, RFC 8914 §2). */
function readOptions(reader: Reader, end: number): Message['extendedError'] {
  let found: Message['extendedError'] = null;
  while (reader.offset < end) {
    const code = reader.uint16();
    const length = reader.uint16();
    if (reader.offset + length > end) throw new Malformed();
    if (code === EXTENDED_ERROR && length >= 2 && found === null) {
      const error = reader.uint16();
      found = { code: error, text: reader.utf8(length - 2).slice(0, MAX_ERROR_TEXT) };
    } else reader.offset += length;
  }
  return found;
}

/** A list that begins with its one record takes less room than an empty one that grew to it. */
function withRecord(records: ResourceRecord[], record: ResourceRecord): ResourceRecord[] {
  if (records.length === 0) return [record];
  records.push(record);
  return records;
}

const NO_RECORDS: readonly ResourceRecord[] = [];

function readSection(reader: Reader, amount: number): readonly ResourceRecord[] {
  if (amount === 0) return NO_RECORDS;
  let records: ResourceRecord[] = [];
  for (let index = 0; index < amount; index += 1) {
    const name = reader.name();
    const type = reader.uint16();
    const recordClass = reader.uint16();
    const ttl = reader.uint32();
    const length = reader.uint16();
    reader.need(length);
    const end = reader.offset + length;
    if (type === OPT) {
      reader.extendedRcode = ttl >>> 24;
      reader.extendedError = readOptions(reader, end);
    } else if (recordClass === CLASS_IN && records.length < MAX_RECORDS) {
      // RFC 2181 §8: a TTL with its highest bit set means zero.
      const record = readData(reader, type, name, ttl > 0x7f_ff_ff_ff ? 0 : ttl, end);
      if (record !== null && reader.offset !== end) throw new Malformed();
      if (record !== null) records = withRecord(records, record);
    }
    reader.offset = end;
  }
  return records;
}

/**
 * @param asked the question, where it is known to be the query's: it need not be read then.
 * @returns the message, or null when it can't be read.
 */
function read(message: Buffer, asked: { readonly name: string; readonly end: number } | null): Message | null {
  if (message.length < HEADER_OCTETS) return null;
  const low = message[3] as number;
  const high = message[2] as number;
  const truncated = (high & 0x02) !== 0;
  const reader = new Reader(message, asked === null ? null : asked.name);
  let answers = NO_RECORDS;
  let authorities = NO_RECORDS;
  let additionals = NO_RECORDS;
  try {
    if (asked !== null) reader.offset = asked.end;
    for (let questions = asked === null ? message.readUInt16BE(4) : 0; questions > 0; questions -= 1) {
      reader.name();
      reader.need(4);
      reader.offset += 4;
    }
    // Behind the cut there is nothing to rely on: the whole comes over TCP.
    if (!truncated) {
      answers = readSection(reader, message.readUInt16BE(6));
      authorities = readSection(reader, message.readUInt16BE(8));
      // An OPT record counts among the additional ones alone (RFC 6891 §6.1.1).
      reader.extendedRcode = 0;
      reader.extendedError = null;
      additionals = readSection(reader, message.readUInt16BE(10));
    }
  } catch (error) {
    if (error instanceof Malformed) return null;
    throw error;
  }
  const code = (reader.extendedRcode << 4) | (low & 0x0f);
  return {
    id: message.readUInt16BE(0),
    rcode: RCODES[code] ?? `RCODE${code}`,
    authoritative: (high & 0x04) !== 0,
    truncated,
    authenticated: (low & 0x20) !== 0,
    extendedError: reader.extendedError,
    answers,
    authorities,
    additionals,
  };
}

/**
 * @param query ours, in wire format.
 * @param name the name it asks for, when the caller has it at hand.
 * @returns the message, or null when it can't be read or does not answer the query.
 */
export function decodeResponse(message: Buffer, query: Buffer, name?: string): Message | null {
  if (mismatchOf(message, query) !== null) return null;
  const isRepeated = name !== undefined && message.readUInt16BE(4) === 1 && PLAIN_NAME.test(name);
  return read(message, isRepeated ? { name: canonicalName(name), end: questionEnd(query) } : null);
}

/** Why a message was not taken as the response to a query; null when it is one. */
export function explainMismatch(message: Buffer, query: Buffer): Mismatch | null {
  return read(message, null) === null ? UNREADABLE : mismatchOf(message, query);
}

/** What a code other than "no error" and "no such name" means; one that is not listed answers no question at all. */
const RCODE_FAILURES: Readonly<Record<string, FailureReason>> = {
  SERVFAIL: 'servfail',
  REFUSED: 'refused',
  NOTAUTH: 'refused',
  FORMERR: 'formerr',
  NOTIMP: 'notimp',
};

/** Failures told beside the answer (RFC 8914): the codes that name DNSSEC as the cause. */
const DNSSEC_ERRORS: ReadonlySet<number> = new Set([1, 2, 5, 6, 7, 8, 9, 10, 11, 12]);

/** The sections of a response, for whoever follows delegations. */
export type Sections = Pick<Message, 'answers' | 'authorities' | 'additionals'>;

/** The message with the time it spent in HTTP caches taken off its TTLs (RFC 8484 §5.1). */
export function agedBy(message: Message, seconds: number): Message {
  if (seconds === 0) return message;
  const age = (record: ResourceRecord) => ({ ...record, ttl: Math.max(0, record.ttl - seconds) });
  return { ...message, answers: message.answers.map(age), authorities: message.authorities.map(age) };
}

export type ReadAnswer = Pick<
  Observation,
  'outcome' | 'records' | 'aliases' | 'negativeTtl' | 'soaSerial' | 'failure'
> &
  Required<Pick<Observation, 'rcode' | 'authoritative' | 'authenticated'>>;

const NO_ALIAS: readonly string[] = [];

function failureOf({ rcode, extendedError }: Message): NonNullable<Observation['failure']> {
  const because = extendedError?.text ?? '';
  const isBogus = rcode === 'SERVFAIL' && extendedError !== null && DNSSEC_ERRORS.has(extendedError.code);
  return {
    reason: isBogus ? 'bogus' : (RCODE_FAILURES[rcode] ?? 'formerr'),
    what: because === '' ? fact('dns.rcode', { rcode }) : fact('dns.rcode-because', { rcode, outside: because }),
  };
}

/** The NS records of a name itself with which a server refers to others. */
function referredAt({ authorities }: Message, name: string): readonly ResourceRecord[] {
  return authorities.filter((record) => record.type === 'NS' && record.name === name);
}

/** Whether a response is nothing but records at the very name and of the type that were asked for, as nearly all are. */
function isPlainAnswer({ rcode, answers }: Message, { name, type }: Question): boolean {
  if (rcode !== 'NOERROR' || answers.length === 0 || type === 'SOA') return false;
  for (const record of answers) if (record.type !== type || !sameName(record.name, name)) return false;
  return true;
}

/** What a response says to the question, aliases within it followed. */
export function readAnswer(message: Message, question: Question): ReadAnswer {
  if (!isPlainAnswer(message, question)) return readFollowed(message, question);
  const { rcode, authoritative, authenticated, answers } = message;
  return { rcode, authoritative, authenticated, outcome: 'answer', records: answers, aliases: NO_ALIAS };
}

function readFollowed(message: Message, question: Question): ReadAnswer {
  const { rcode, authoritative, authenticated, answers } = message;
  const isAnswer = rcode === 'NOERROR' || rcode === 'NXDOMAIN';
  const failed = (failure: NonNullable<Observation['failure']>): ReadAnswer => {
    return { rcode, authoritative, authenticated, outcome: 'failure', records: [], aliases, failure };
  };
  let aliases = NO_ALIAS;
  let name = canonicalName(question.name);
  for (;;) {
    const isAsked = (record: ResourceRecord) => mnemonicOf(record) === question.type && record.name === name;
    const records = answers.every(isAsked) ? answers : answers.filter(isAsked);
    const [first] = records;
    if (first !== undefined && isAnswer) {
      const serial = first.type === 'SOA' ? { soaSerial: first.serial } : {};
      return { rcode, authoritative, authenticated, ...serial, outcome: 'answer', records, aliases };
    }
    const alias = answers.find((record) => record.type === 'CNAME' && record.name === name);
    if (alias?.type !== 'CNAME') break;
    if (aliases.includes(alias.target) || aliases.length === MAX_ALIASES)
      return failed({ reason: 'alias-loop', what: fact('dns.alias-loop', { domain: question.name }) });
    aliases = [...aliases, alias.target];
    name = alias.target;
  }
  if (!isAnswer) return failed(failureOf(message));
  // A referral is what the zone above says of the name (RFC 1034 §4.3.2).
  const cut = question.type === 'NS' && !authoritative && aliases.length === 0 ? referredAt(message, name) : [];
  if (cut.length > 0) return { rcode, authoritative, authenticated, outcome: 'answer', records: cut, aliases };
  const soa = message.authorities.find((record) => record.type === 'SOA');
  const negative = soa?.type === 'SOA' ? { negativeTtl: Math.min(soa.ttl, soa.minimum), soaSerial: soa.serial } : {};
  return {
    rcode,
    authoritative,
    authenticated,
    ...negative,
    outcome: rcode === 'NXDOMAIN' ? 'nxdomain' : 'nodata',
    records: [],
    aliases,
  };
}

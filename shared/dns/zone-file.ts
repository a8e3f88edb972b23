import type { Finding } from '../findings/finding.ts';
import { dnsFinding } from '../findings/dns.ts';
import { parseIpv4, parseIpv6 } from './ip.ts';
import { absoluteName, canonicalName, checkName, relativeName } from './names.ts';
import type { ResourceRecord } from './records.ts';
import { joinTxt, quoteTxt, textToOctets } from './txt.ts';

/** Master files (RFC 1035 §5, RFC 2308 §4 for $TTL, RFC 3597 for unknown types). */

export interface ZoneReading {
  readonly records: readonly ResourceRecord[];
  /** Comments in order, without the semicolon. */
  readonly comments: readonly { readonly line: number; readonly text: string }[];
  readonly findings: readonly Finding[];
  /** The origin at the end; where none was given, that of the first SOA or `$ORIGIN`. */
  readonly origin: string;
}

export interface ZoneOptions {
  /** Without its final dot. */
  readonly origin: string;
  /** Seconds, for records without one and before any `$TTL`. */
  readonly defaultTtl?: number;
}

interface Token {
  readonly text: string;
  readonly quoted: boolean;
}

interface Line {
  readonly number: number;
  /** It begins with a blank: the owner is that of the record before. */
  readonly continuesOwner: boolean;
  readonly tokens: readonly Token[];
}

/** Characters read of one zone, and problems told of it. */
const MAX_LENGTH = 64 * 1024 * 1024;
const MAX_FINDINGS = 1000;
const TTL = /^(?:\d+[wdhms]?)+$/i;
const TYPE = /^(?:[a-z][a-z0-9-]*|type\d+)$/i;
const CLASSES: ReadonlySet<string> = new Set(['IN', 'CH', 'HS', 'CS']);
const UNITS: Readonly<Record<string, number>> = { w: 604_800, d: 86_400, h: 3600, m: 60, s: 1 };

const TAB = 9;
const LINE_FEED = 10;
const RETURN = 13;
const BLANK = 32;
const QUOTE = 34;
const OPEN = 40;
const CLOSE = 41;
const SEMICOLON = 59;
const BACKSLASH = 92;

/** Seconds from `3600`, `1h` or `1w2d` (RFC 2308 has seconds only; the units are BIND's). */
function parseTtl(text: string): number | null {
  if (/^\d+$/.test(text)) return Number(text) > 2_147_483_647 ? null : Number(text);
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+)([wdhms]?)/gi)) {
    total += Number(amount) * (UNITS[(unit as string).toLowerCase()] ?? 1);
  }
  return total > 2_147_483_647 ? null : total;
}

/** Cuts a zone's text into logical lines: parentheses joined, comments taken off (RFC 1035 §5.1). */
function* readLines(
  text: string,
  comments: { line: number; text: string }[],
  fault: (line: number, reason: string) => void,
): Generator<Line> {
  let position = 0;
  let line = 1;
  let depth = 0;
  let start = 1;
  let tokens: Token[] = [];
  let continuesOwner = false;
  let atLineStart = true;

  while (position <= text.length) {
    const code = position === text.length ? LINE_FEED : text.charCodeAt(position);
    if (code === LINE_FEED) {
      position += 1;
      if (depth === 0) {
        if (tokens.length > 0) yield { number: start, continuesOwner, tokens };
        tokens = [];
        continuesOwner = false;
        atLineStart = true;
      } else if (position > text.length) {
        fault(start, 'a parenthesis is not closed');
      }
      line += 1;
      if (tokens.length === 0) start = line;
    } else if (code === BLANK || code === TAB || code === RETURN) {
      if (atLineStart && tokens.length === 0 && depth === 0 && code !== RETURN) continuesOwner = true;
      atLineStart = false;
      position += 1;
    } else if (code === SEMICOLON) {
      const end = text.indexOf('\n', position);
      const stop = end === -1 ? text.length : end;
      comments.push({ line, text: text.slice(position + 1, stop).trimEnd() });
      position = stop;
    } else if (code === OPEN || code === CLOSE) {
      depth = code === OPEN ? depth + 1 : Math.max(0, depth - 1);
      position += 1;
      atLineStart = false;
    } else if (code === QUOTE) {
      atLineStart = false;
      let end = position + 1;
      while (end < text.length && text.charCodeAt(end) !== QUOTE && text.charCodeAt(end) !== LINE_FEED) {
        end += text.charCodeAt(end) === BACKSLASH ? 2 : 1;
      }
      if (end >= text.length || text.charCodeAt(end) === LINE_FEED) fault(line, 'a quotation mark is not closed');
      tokens.push({ text: text.slice(position + 1, Math.min(end, text.length)), quoted: true });
      position = text.charCodeAt(end) === QUOTE ? end + 1 : end;
    } else {
      atLineStart = false;
      let end = position;
      for (; end < text.length; end += 1) {
        const next = text.charCodeAt(end);
        if (next === BACKSLASH) end += 1;
        else if (next <= BLANK || next === QUOTE || next === SEMICOLON || next === OPEN || next === CLOSE) break;
      }
      // A control character that separates nothing is passed over, or it would be met again and again.
      if (end === position) end += 1;
      tokens.push({ text: text.slice(position, Math.min(end, text.length)), quoted: false });
      position = end;
    }
  }
}

/** Undoes `\X` and `\DDD` in a character-string, giving octets (RFC 1035 §5.1). */
function unescapeString(text: string): string {
  const octets = textToOctets(text);
  if (!octets.includes('\\')) return octets;
  return octets.replace(/\\(\d{3}|[^])/g, (_whole, escaped: string) =>
    escaped.length === 3 ? String.fromCharCode(Number(escaped) & 0xff) : escaped,
  );
}

class Unreadable extends Error {}

function field(fields: readonly Token[], index: number, what: string): string {
  const token = fields[index];
  if (token === undefined) throw new Unreadable(`${what} is missing`);
  return token.text;
}

function integer(fields: readonly Token[], index: number, what: string, most: number): number {
  const text = field(fields, index, what);
  if (!/^\d+$/.test(text) || Number(text) > most)
    throw new Unreadable(`${what} “${text}” is not a number up to ${most}`);
  return Number(text);
}

function seconds(fields: readonly Token[], index: number, what: string): number {
  const text = field(fields, index, what);
  const value = TTL.test(text) ? parseTtl(text) : null;
  if (value === null) throw new Unreadable(`${what} “${text}” is not a time`);
  return value;
}

function domainName(fields: readonly Token[], index: number, origin: string, what: string): string {
  const text = field(fields, index, what);
  if (text === '.') return '';
  const name = absoluteName(text, origin);
  if (checkName(name) !== null) throw new Unreadable(`${what} “${text.slice(0, 80)}” is not a name DNS can carry`);
  return name;
}

function unknownData(fields: readonly Token[]): Uint8Array {
  const length = integer(fields, 1, 'the data length', 65_535);
  const hex = fields
    .slice(2)
    .map((token) => token.text)
    .join('');
  if (!/^[0-9a-f]*$/i.test(hex) || hex.length !== length * 2)
    throw new Unreadable('the data does not have the length it states');
  return Uint8Array.from({ length }, (_nothing, index) => Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16));
}

/** Types whose data we keep as its own text, because nothing here reads it. */
function rawData(fields: readonly Token[]): Uint8Array {
  const text = fields.map((token) => (token.quoted ? `"${token.text}"` : token.text)).join(' ');
  return Uint8Array.from(textToOctets(text), (character) => character.charCodeAt(0));
}

function makeRecord(name: string, ttl: number, type: string, fields: readonly Token[], origin: string): ResourceRecord {
  if (fields[0]?.text === '\\#' && !fields[0].quoted) {
    return { name, ttl, type: 'OTHER', typeName: type, rdata: unknownData(fields) };
  }
  switch (type) {
    case 'TXT':
    case 'SPF': {
      if (fields.length === 0) throw new Unreadable('the text is missing');
      const strings = fields.map((token) => unescapeString(token.text));
      const long = strings.find((string) => string.length > 255);
      if (long !== undefined) throw new Unreadable(`a string has ${long.length} octets; 255 are allowed`);
      return { name, ttl, type, strings };
    }
    case 'A':
    case 'AAAA': {
      const address = field(fields, 0, 'the address');
      if ((type === 'A' ? parseIpv4(address) : parseIpv6(address)) === null)
        throw new Unreadable(`“${address}” is not an address`);
      return { name, ttl, type, address };
    }
    case 'CNAME':
    case 'NS':
    case 'PTR':
    case 'DNAME':
      return { name, ttl, type, target: domainName(fields, 0, origin, 'the target') };
    case 'MX':
      return {
        name,
        ttl,
        type,
        preference: integer(fields, 0, 'the preference', 65_535),
        exchange: domainName(fields, 1, origin, 'the exchanger'),
      };
    case 'SOA':
      return {
        name,
        ttl,
        type,
        mname: domainName(fields, 0, origin, 'the primary server'),
        rname: domainName(fields, 1, origin, 'the mailbox'),
        serial: integer(fields, 2, 'the serial', 4_294_967_295),
        refresh: seconds(fields, 3, 'refresh'),
        retry: seconds(fields, 4, 'retry'),
        expire: seconds(fields, 5, 'expire'),
        minimum: seconds(fields, 6, 'minimum'),
      };
    case 'SRV':
      return {
        name,
        ttl,
        type,
        priority: integer(fields, 0, 'the priority', 65_535),
        weight: integer(fields, 1, 'the weight', 65_535),
        port: integer(fields, 2, 'the port', 65_535),
        target: domainName(fields, 3, origin, 'the target'),
      };
    case 'CAA':
      return {
        name,
        ttl,
        type,
        flags: integer(fields, 0, 'the flags', 255),
        tag: field(fields, 1, 'the tag'),
        value: unescapeString(field(fields, 2, 'the value')),
      };
    default:
      return { name, ttl, type: 'OTHER', typeName: type, rdata: rawData(fields) };
  }
}

/**
 * Reads a master file. Never throws: what can't be read is a finding with its line, and the rest is read on. Tolerant of
 * what registrars export: a missing SOA, any order of class and TTL, Windows line ends.
 */
export function readZone(text: string, options: ZoneOptions): ZoneReading {
  const records: ResourceRecord[] = [];
  const comments: { line: number; text: string }[] = [];
  const findings: Finding[] = [];
  const report = (finding: Finding) => {
    if (findings.length < MAX_FINDINGS) findings.push(finding);
  };
  const fault = (line: number, reason: string) => report(dnsFinding('zone.syntax', { line, reason }));
  let origin = options.origin;
  let defaultTtl: number | null = null;
  let lastTtl = options.defaultTtl ?? 3600;
  let owner = origin;

  for (const { number, continuesOwner, tokens } of readLines(text.slice(0, MAX_LENGTH), comments, fault)) {
    const first = (tokens[0] as Token).text;
    if (first.startsWith('$') && !continuesOwner) {
      const argument = tokens[1]?.text ?? '';
      if (/^\$origin$/i.test(first) && argument !== '') origin = absoluteName(argument, origin);
      else if (/^\$ttl$/i.test(first) && TTL.test(argument)) defaultTtl = parseTtl(argument) ?? defaultTtl;
      else report(dnsFinding('zone.directive-refused', { line: number, directive: first.slice(0, 20) }));
      continue;
    }

    let index = 0;
    if (!continuesOwner) {
      owner = absoluteName(first, origin);
      index = 1;
    }
    let ttl: number | null = null;
    for (; index < tokens.length; index += 1) {
      const word = (tokens[index] as Token).text;
      if (CLASSES.has(word.toUpperCase())) continue;
      if (ttl !== null || !TTL.test(word)) break;
      ttl = parseTtl(word);
    }
    const type = tokens[index]?.text.toUpperCase();
    if (type === undefined || !TYPE.test(type)) {
      fault(number, type === undefined ? 'the type is missing' : `“${type.slice(0, 40)}” is not a record type`);
      continue;
    }
    if (checkName(owner) !== null) {
      fault(number, `“${owner.slice(0, 80)}” is not a name DNS can carry`);
      continue;
    }
    const effective = ttl ?? defaultTtl ?? lastTtl;
    if (ttl !== null) lastTtl = ttl;
    try {
      records.push(makeRecord(owner, effective, type, tokens.slice(index + 1), origin));
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      fault(number, error.message);
    }
  }
  if (options.origin === '') {
    const soa = records.find((record) => record.type === 'SOA');
    origin = soa?.name ?? origin;
  } else origin = options.origin;
  return { records, comments, findings, origin };
}

/** The data of a record in presentation format; names relative to `origin` where they lie below it. */
export function rdataText(record: ResourceRecord, origin: string | null): string {
  const name = (absolute: string) =>
    absolute === '' ? '.' : origin === null ? `${absolute}.` : relativeName(absolute, origin);
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
      return name(record.target);
    case 'MX':
      return `${record.preference} ${name(record.exchange)}`;
    case 'SOA':
      return `${name(record.mname)} ${name(record.rname)} ${record.serial} ${record.refresh} ${record.retry} ${record.expire} ${record.minimum}`;
    case 'SRV':
      return `${record.priority} ${record.weight} ${record.port} ${name(record.target)}`;
    case 'CAA':
      return `${record.flags} ${record.tag} ${quoteTxt([record.value])}`;
    case 'OTHER': {
      const isRaw = !record.typeName.startsWith('TYPE');
      if (isRaw) return String.fromCharCode(...record.rdata.subarray(0, 60_000));
      const hex = [...record.rdata].map((octet) => octet.toString(16).padStart(2, '0')).join('');
      return hex === '' ? '\\# 0' : `\\# ${record.rdata.length} ${hex}`;
    }
  }
}

export interface WriteZoneOptions {
  /** The zone; names below it are written relative to it. Null: every name absolute. */
  readonly origin: string | null;
  /** Written as `$TTL`, and left out of records that have it. */
  readonly defaultTtl?: number;
}

/** Writes records as a master file that BIND, NSD and Knot accept. */
export function writeZone(records: readonly ResourceRecord[], options: WriteZoneOptions): string {
  const { origin, defaultTtl } = options;
  const lines: string[] = [];
  if (origin !== null) lines.push(`$ORIGIN ${origin}.`);
  if (defaultTtl !== undefined) lines.push(`$TTL ${defaultTtl}`);
  for (const record of records) {
    const owner = origin === null ? `${record.name}.` : relativeName(record.name, origin);
    const type = record.type === 'OTHER' ? record.typeName : record.type;
    const ttl = record.ttl === defaultTtl ? '' : `${record.ttl}\t`;
    lines.push(`${owner}\t${ttl}IN\t${type}\t${rdataText(record, origin)}`);
  }
  return `${lines.join('\n')}\n`;
}

/** Checks a zone's records for what breaks mail or the zone: doubled names, CNAME beside data, several SPF records. */
export function lintZone(reading: ZoneReading): readonly Finding[] {
  const zone = canonicalName(reading.origin);
  const findings: Finding[] = [...reading.findings];
  const byName = new Map<string, ResourceRecord[]>();
  for (const record of reading.records) {
    const name = canonicalName(record.name);
    byName.set(name, [...(byName.get(name) ?? []), record]);
  }
  for (const [name, records] of byName) {
    if (findings.length >= MAX_FINDINGS) break;
    if (zone !== '' && name.endsWith(`.${zone}.${zone}`)) {
      const relative = relativeName(name.slice(0, -zone.length - 1), zone);
      findings.push(dnsFinding('zone.name-doubled', { line: '–', name, relative }));
    }
    if (records.some((record) => record.type === 'CNAME') && records.length > 1) {
      findings.push(dnsFinding('zone.cname-and-other', { name }));
    }
    const texts = records.flatMap((record) => (record.type === 'TXT' ? [joinTxt(record.strings)] : []));
    const spf = texts.filter((text) => /^v=spf1(?: |$)/i.test(text));
    if (spf.length > 1) findings.push(dnsFinding('zone.several-spf', { name, count: spf.length }));
    if (texts.some((text) => /" ?"|^"|"$/.test(text))) findings.push(dnsFinding('zone.quotes-in-value', { line: '–' }));
  }
  return findings;
}

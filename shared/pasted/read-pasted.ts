import { IS_QUOTED, LineFields, LineReader } from '../dns/zone/lexer.ts';
import type { Span } from '../findings/finding.ts';
import { readJsonRecords } from './json-records.ts';
import { markupEdits, mayHoldMarkup } from './markup.ts';
import { editTraced, sourceSpan, traceText } from './traced-text.ts';
import type { TextEdit, TracedText } from './traced-text.ts';

/**
 * Reads a record out of whatever it was copied from: a zone file, a form, a terminal, a provider's JSON, a key file, a
 * web page. Every standard's reader stands behind this one.
 */

/**
 * What stood around a value, or in it, and is none of it.
 *
 * - `quotes`: quotation marks, and what joins two strings.
 * - `escape`: a backslash that zone files write before a character.
 * - `zone-line`: owner, TTL, class, type, parentheses and comments of a zone file, or of a command that writes one.
 * - `label`: a word of a form or table, such as `Value:`.
 * - `markup`: elements and entities of HTML.
 * - `json`: JSON of a DNS host or provider.
 * - `key-file`: the frame of a public key in PEM.
 */
export type WrappingKind = 'quotes' | 'escape' | 'zone-line' | 'label' | 'markup' | 'json' | 'key-file';

export interface Wrapping {
  readonly kind: WrappingKind;
  /** In the pasted text. */
  readonly span: Span;
  /** What the value has in its place. */
  readonly text: string;
}

export interface PastedRecord {
  /** As it was written; null where none was. */
  readonly owner: string | null;
  /** In capitals; null where none was written. */
  readonly type: string | null;
  /** The value, its strings joined without a space (RFC 7208 §3.3, RFC 6376 §3.6.2.2). */
  readonly value: TracedText;
  /** Offsets in the value at which one string ends and the next begins. */
  readonly seams: readonly number[];
  /** In the order of their places. */
  readonly wrappings: readonly Wrapping[];
  /** The value stands in the pasted text piece by piece, so that what is found in it can be put right there. */
  readonly isInPlace: boolean;
}

export interface Pasted {
  /** Never empty: a text without any notation is the value itself. */
  readonly records: readonly PastedRecord[];
  /** Somebody's secret was pasted: nothing of the text may be shown or kept. */
  readonly holdsPrivateKey: boolean;
}

/** Characters of text that are read; no record and no page around one is longer. */
const MAX_LENGTH = 256 * 1024;
const MAX_RECORDS = 2000;

const PRIVATE_KEY = /-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY-----|"private_?key"\s*:/i;
const KEY_FILE = /^\s*-----BEGIN (?:RSA )?PUBLIC KEY-----([\s\S]*?)-----END (?:RSA )?PUBLIC KEY-----\s*$/;
/** What word processors make of a quotation mark, and what else is used as one. */
const DOUBLE_QUOTES = /[\u201C-\u201F\u2033\u275D\u275E\uFF02\u00AB\u00BB]/g;
const OUTER_QUOTES = /["'`\u2018-\u201F\u2032\u2033\u2039\u203A\u275B-\u275E\u00AB\u00BB\uFF02\uFF07]/;

/** Types whose mere name in its place makes a line one of a zone file; OVH writes the last two. */
const TEXT_TYPES: ReadonlySet<string> = new Set(['TXT', 'SPF', 'CNAME', 'DKIM', 'DMARC']);
/** Types that are words of SPF or of English as well: they need a class or a TTL before them. */
const OTHER_TYPES: ReadonlySet<string> = new Set('A AAAA CAA DNAME MX NS PTR SOA SRV'.split(' '));

const VERSION = String.raw`v\s*[=:]\s*(?:spf|dkim|dmarc|sts|tlsrpt|bimi)`;
const LABEL = new RegExp(String.raw`^\s*[A-Za-z][A-Za-z0-9 ()/_-]{0,40}[:=]\s*(?=[("'\u201C]*\s*${VERSION})`, 'i');
const FORM_LINE =
  /^\s*(?:[-*•]\s*)?(host(?: ?name)?|name|record(?: name)?|type|record type|value|txt value|record value|content|data|points to|target|answer|text|destination)\s*[:=]\s*(.*)$/i;

/** Whether a text holds nothing that could be notation: the usual case, told quickly. */
function isPlain(text: string): boolean {
  return (
    !/["\\\n\r<&`\u201C-\u201F\u00AB\u00BB\u2018\u2019\uFF02]/.test(text) &&
    !/(?:^|\s)(?:TXT|SPF|CNAME|DKIM|DMARC|text|descriptive)\s/i.test(text) &&
    !/^\s*['[{(|]|-----BEGIN|\t/.test(text) &&
    !LABEL.test(text) &&
    !FORM_LINE.test(text)
  );
}

/** Marks of word processors as plain ones, where they stand in their place. */
function straightened(text: string): string {
  return text.includes('"') ? text : text.replace(DOUBLE_QUOTES, '"');
}

function plainRecord(value: TracedText): PastedRecord {
  return { owner: null, type: null, value, seams: [], wrappings: [], isInPlace: true };
}

/** A value that stands nowhere in the text as it is: all of it comes from the whole stretch. */
function detachedRecord(
  kind: WrappingKind,
  span: Span,
  { owner, type, text }: { readonly owner: string | null; readonly type: string | null; readonly text: string },
): PastedRecord {
  const inner = quotedValue(traceText(text)) ?? plainRecord(traceText(text));
  const value = inner.value.text;
  return {
    owner,
    type,
    value: { text: value, starts: Array(value.length).fill(span.start), ends: Array(value.length).fill(span.end) },
    seams: inner.seams,
    wrappings: [{ kind, span, text: value }],
    isInPlace: false,
  };
}

type KindOfEdit = TextEdit & { readonly kind: WrappingKind };

/** The record that is left once the edits are made. */
function unwrapped(
  source: TracedText,
  edits: readonly KindOfEdit[],
  parts: { readonly owner: string | null; readonly type: string | null; readonly seamsAt: readonly number[] },
): PastedRecord {
  const made = edits.filter(({ span, text }) => span.end > span.start || text !== '');
  const value = editTraced(source, made);
  // A seam lies where the character that stood behind it in the source has come to stand.
  let index = 0;
  const seams = parts.seamsAt.map((at) => {
    const place = sourceSpan(source, { start: at, end: at }).start;
    while (index < value.starts.length && (value.starts[index] as number) < place) index += 1;
    return index;
  });
  return {
    owner: parts.owner,
    type: parts.type,
    value,
    seams,
    wrappings: made.map(({ kind, span, text }) => ({ kind, span: sourceSpan(source, span), text })),
    isInPlace: true,
  };
}

/** The edits that undo `\X` and `\DDD` between two places of a master file (RFC 1035 §5.1). */
function escapeEdits(text: string, start: number, end: number): readonly KindOfEdit[] {
  const edits: KindOfEdit[] = [];
  for (let at = text.indexOf('\\', start); at !== -1 && at < end - 1; at = text.indexOf('\\', at)) {
    const decimal = /^\d{3}/.exec(text.slice(at + 1, Math.min(at + 4, end)))?.[0];
    const isOctet = decimal !== undefined && Number(decimal) < 256;
    const stop = isOctet ? at + 4 : at + 2;
    const character = isOctet ? String.fromCharCode(Number(decimal)) : text.slice(at + 1, stop);
    edits.push({ kind: 'escape', span: { start: at, end: stop }, text: character });
    at = stop;
  }
  return edits;
}

/** Whether the data fields are strings in quotes alone, none run together with plain text. */
function areQuoted(text: string, { count, ends, flags }: LineFields, first: number): boolean {
  if (first >= count) return false;
  for (let index = first; index < count; index += 1) {
    if (((flags[index] as number) & IS_QUOTED) === 0 || text[ends[index] as number] !== '"') return false;
    // What touches a closing mark was meant as a part of the value.
    if (/[^\s"();]/.test(text[(ends[index] as number) + 1] ?? ' ')) return false;
  }
  return true;
}

/** What belongs to the strings of a line: the edits that leave them joined, from the first quotation mark to the last. */
function stringEdits(
  text: string,
  { count, starts, ends }: LineFields,
  first: number,
): { readonly edits: readonly KindOfEdit[]; readonly seamsAt: readonly number[] } {
  const edits: KindOfEdit[] = [];
  const seamsAt: number[] = [];
  for (let index = first; index < count; index += 1) {
    const [start, end] = [starts[index] as number, ends[index] as number];
    if (index > first) {
      edits.push({ kind: 'quotes', span: { start: ends[index - 1] as number, end: start }, text: '' });
      seamsAt.push(start);
    }
    edits.push(...escapeEdits(text, start, end));
  }
  return { edits, seamsAt };
}

interface Entry {
  readonly owner: string | null;
  readonly type: string;
  /** Index of the first field of the data. */
  readonly first: number;
}

const TTL = /^\d+(?:[smhdw]\d+)*[smhdw]?$/i;
const CLASS = /^(?:IN|CH|HS|CLASS\d+)$/i;
const AGE = /^\[(?:AGE|Aging):\d+\]$/i;

/** Reads the fields before a record's data; null when the line is no record. */
function readEntry(text: string, line: LineFields, continuesOwner: boolean, before: string | null): Entry | null {
  const { count, starts, ends, flags } = line;
  const field = (index: number) =>
    index < count && ((flags[index] as number) & IS_QUOTED) === 0 ? text.slice(starts[index], ends[index]) : '';
  const command = field(0).toLowerCase();
  if (command === 'dnscmd' || command === 'dnscmd.exe') {
    let at = 1;
    while (at < count && field(at).toLowerCase() !== '/recordadd') at += 1;
    const [zone, node] = [field(at + 1), field(at + 2)];
    for (at += 3; at < count && (field(at).startsWith('/') || TTL.test(field(at))); at += 1);
    const type = field(at).toUpperCase();
    if (!TEXT_TYPES.has(type) && !OTHER_TYPES.has(type)) return null;
    return { owner: node === '@' ? zone : `${node}.${zone}`, type, first: at + 1 };
  }
  let at = command === 'update' && /^(?:add|del|delete)$/i.test(field(1)) ? 2 : 0;
  if (field(at + 1).toLowerCase() === 'text' && field(at + 2) === '=')
    return { owner: field(at), type: 'TXT', first: 3 };
  if (field(1).toLowerCase() === 'descriptive' && field(2).toLowerCase() === 'text')
    return { owner: field(0), type: 'TXT', first: 3 };

  let owner = before;
  let hasMore = false;
  const isType = (index: number) => {
    const type = field(index).toUpperCase();
    return TEXT_TYPES.has(type) || (hasMore && OTHER_TYPES.has(type));
  };
  const isBeforeType = (index: number) => TTL.test(field(index)) || CLASS.test(field(index)) || AGE.test(field(index));
  if (!continuesOwner || at > 0) {
    const isBareType = isType(at) && !isType(at + 1) && !isBeforeType(at + 1);
    if (!isBareType && !(CLASS.test(field(at)) && isType(at + 1))) {
      if (field(at) === '' || /[=;:"|]/.test(field(at))) return null;
      owner = field(at);
      at += 1;
    }
  }
  for (; at < count && isBeforeType(at); at += 1) hasMore = true;
  if (!isType(at) || at + 1 >= count || /[:|]$/.test(field(at + 1))) return null;
  const type = field(at).toUpperCase();
  // Tables of forms have the type before the name.
  const isValue = (index: number) =>
    index < count && (((flags[index] as number) & IS_QUOTED) !== 0 || BEGINS_VALUE.test(field(index)));
  if (at === 0 && !isValue(1) && isValue(2)) return { owner: field(1), type, first: 2 };
  return { owner, type, first: at + 1 };
}

const BEGINS_VALUE = new RegExp(`^${VERSION}`, 'i');
/** What goes on with an SPF record behind a semicolon that was meant as a separator. */
const GOES_ON =
  /^[\s,;]*[+\-~?]?(?:(?:include|exists|ip4|ip6|redirect|exp|a|mx)[:=/]|(?:a|mx|ptr|all)(?:[\s;.,\\]|$))|^[\s,;]*\[?(?:\d+\.\d|[0-9a-f]{1,4}:)|^[,;]*[\w-]+\.[\w.-]+|^[\s,;]*[+\-~?]?[a-z]{2,9}\d?[:=]\S/i;
/** How a line of a zone file begins: it goes on with nothing. Mechanisms are seldom written in capitals, types mostly. */
const BEGINS_LINE =
  /^\s*(?:[^\s=;:"|]+\s+)?(?:(?:\d+[smhdw]?|IN|CH|HS)\s+)*(?:TXT|SPF|CNAME|DKIM|DMARC)\s+\S|^\s*(?:[^\s=;:"|]+\s+)?(?:(?:\d+[smhdw]?|IN|CH|HS)\s+)+(?:A|AAAA|CAA|DNAME|MX|NS|PTR|SOA|SRV)\s+\S/i;
const BEGINS_PLAIN_LINE = /^[^\s=;:"|]+\s+(?:A|AAAA|CAA|DNAME|MX|NS|PTR|SOA|SRV)\s+\S/;
/** The columns of a table behind its value. */
const NEXT_CELLS = /(?<!\s)[^\S\t]*\t\s*(?:(?:\d+|auto\w*|min\w*)\s*)?$/i;

/** Where the line ends in which a value without quotes begins; a next line that goes on with its terms or tags belongs to it. */
function continuedEnd(text: string, start: number): number {
  const endOf = (from: number) => {
    const newline = text.indexOf('\n', from);
    return newline === -1 ? text.length : newline;
  };
  let end = endOf(start);
  while (end < text.length) {
    const next = endOf(end + 1);
    const line = text.slice(end + 1, next);
    if (!GOES_ON.test(line) && !/^\s*(?:[a-z]{1,5}\s*=|;)/i.test(line)) break;
    if (BEGINS_LINE.test(line) || BEGINS_PLAIN_LINE.test(line)) break;
    end = next;
  }
  return end;
}

/** The end of a record of SPF, up to a semicolon. */
const ENDS_RECORD = /^(?:[+\-~?\u2010-\u2015\u2212]{0,8}all[.,]?$|redirect=.)/i;
/** Characters behind a semicolon that tell whether the record goes on. */
const LOOKED_AHEAD = 500;

/** Where a comment begins in the line of an SPF record: it follows a whole one, before whose end a semicolon separates. */
function commentStart(line: string): number {
  const last = line.trimEnd().length - 1;
  let before = '';
  for (const { 0: word, index } of line.matchAll(/\S+/g)) {
    for (let at = word.indexOf(';'); at !== -1; at = word.indexOf(';', at + 1)) {
      const place = index + at;
      if (place === last || !ENDS_RECORD.test(at === 0 ? before : word.slice(0, at))) continue;
      if (!GOES_ON.test(line.slice(place + 1, place + 1 + LOOKED_AHEAD))) return place;
    }
    before = word;
  }
  return line.length;
}

/** Where a value without quotes ends. A semicolon begins a comment there, which is half of what was meant but for SPF. */
function unquotedEnd(text: string, start: number, lineEnd: number): number {
  const line = text.slice(start, lineEnd).replace(NEXT_CELLS, '');
  const length = /^v\s*[=:]\s*spf/i.test(line) ? commentStart(line) : line.length;
  return start + line.slice(0, length).replace(/(?<![\s()])[\s()]+$/, '').length;
}

/** One record of a zone's text: where its line begins and ends, and the edits that leave its data. */
function entryRecord(source: TracedText, text: string, line: LineFields, entry: Entry, lineEnd: number): PastedRecord {
  const { owner, type, first } = entry;
  const { length } = text;
  const last = line.count - 1;
  if (areQuoted(text, line, first)) {
    const [open, close] = [(line.starts[first] as number) - 1, line.ends[last] as number];
    const { edits, seamsAt } = stringEdits(text, line, first);
    const hasRest = text.slice(close + 1).trim() !== '';
    const all: KindOfEdit[] = [
      { kind: 'zone-line', span: { start: 0, end: open }, text: '' },
      { kind: 'quotes', span: { start: open, end: open + 1 }, text: '' },
      ...edits,
      { kind: hasRest ? 'zone-line' : 'quotes', span: { start: close, end: length }, text: '' },
    ];
    return unwrapped(source, all, { owner, type, seamsAt });
  }
  const isFirstQuoted = ((line.flags[first] as number) & IS_QUOTED) !== 0;
  const start = (line.starts[first] as number) - (isFirstQuoted ? 1 : 0);
  // What was lexed as further fields lies within the entry, on whichever line.
  const lexed = (line.ends[last] as number) + (((line.flags[last] as number) & IS_QUOTED) === 0 ? 0 : 1);
  const end = unquotedEnd(text, start, Math.max(lineEnd, Math.min(lexed, length)));
  const outer = outerQuotes(text.slice(start, end));
  const all: KindOfEdit[] = [
    { kind: 'zone-line', span: { start: 0, end: start }, text: '' },
    { kind: 'quotes', span: { start, end: start + outer.start }, text: '' },
    ...(isFirstQuoted ? escapeEdits(text, start + outer.start, start + outer.end) : semicolonEdits(text, start, end)),
    { kind: 'quotes', span: { start: start + outer.end, end }, text: '' },
    { kind: 'zone-line', span: { start: end, end: length }, text: '' },
  ];
  return unwrapped(source, all, { owner, type, seamsAt: [] });
}

/** The stretch between the quotation marks at both ends of a text. */
function outerQuotes(text: string): Span {
  let start = 0;
  let end = text.length;
  while (start < end && (OUTER_QUOTES.test(text[start] as string) || /\s/.test(text[start] as string))) start += 1;
  while (end > start && (OUTER_QUOTES.test(text[end - 1] as string) || /\s/.test(text[end - 1] as string))) end -= 1;
  return { start, end };
}

/** Semicolons and quotation marks that carry a backslash although they stand in no quotes. */
function semicolonEdits(text: string, start: number, end: number): readonly KindOfEdit[] {
  return [...text.slice(start, end).matchAll(/(?<!\\)\\+([;"])/g)].map((match) => ({
    kind: 'escape' as const,
    span: { start: start + match.index, end: start + match.index + match[0].length },
    text: match[1] as string,
  }));
}

/** The records of a zone's text, or of what commands print and take; none where no line is one. */
function zoneRecords(source: TracedText, text = straightened(source.text)): readonly PastedRecord[] {
  const fields = new LineFields();
  const reader = new LineReader(text, fields);
  const records: PastedRecord[] = [];
  let before: string | null = null;
  let awaited: Entry | null = null;
  let mended: string | null = null;
  while (records.length < MAX_RECORDS && reader.next()) {
    if (fields.count === 0) continue;
    const isString = ((fields.flags[0] as number) & IS_QUOTED) !== 0;
    const entry: Entry | null =
      awaited !== null && isString ? { ...awaited, first: 0 } : readEntry(text, fields, reader.continuesOwner, before);
    awaited = null;
    if (entry === null) {
      // nslookup breaks the line behind its equals sign.
      const owner = /^(\S+)\s+text =$/i.exec(text.slice(fields.starts[0], fields.ends[fields.count - 1]))?.[1];
      if (owner !== undefined) awaited = { owner, type: 'TXT', first: 0 };
      continue;
    }
    if (entry.first >= fields.count) {
      awaited = entry;
      continue;
    }
    if (reader.fault !== null) {
      // A line end may have got into a string.
      mended ??= text.replace(/"(?:[^"\\]|\\.?)*("|$)/gs, (string, close: string) =>
        close === '' ? string : string.replace(/[\r\n]/g, ' '),
      );
      if (mended !== text) return zoneRecords(source, mended);
    }
    before = entry.owner;
    const start = fields.starts[entry.first] as number;
    records.push(entryRecord(source, text, fields, entry, continuedEnd(text, start)));
  }
  return records;
}

/** `Add-DnsServerResourceRecord … -DescriptiveText "…"`. */
function powershellRecord(source: TracedText): PastedRecord | null {
  const { text } = source;
  const found = /-DescriptiveText[\s:]+(?:"((?:[^"`]|`.|""){0,8192})"|'((?:[^']|''){0,8192})')/is.exec(text);
  if (found === null) return null;
  const inner = found[1] ?? found[2] ?? '';
  const start = found.index + found[0].length - inner.length - 1;
  const argument = (name: string) => new RegExp(`-${name}[\\s:]+["']?([^\\s"']+)`, 'i').exec(text)?.[1];
  const [name, zone] = [argument('Name'), argument('ZoneName')];
  const owner = name === undefined || name === '@' ? (zone ?? null) : `${name}${zone === undefined ? '' : `.${zone}`}`;
  const escapes = [...inner.matchAll(found[1] === undefined ? /'(?=')/g : /`(?=.)|"(?=")/g)].map((match) => ({
    kind: 'escape' as const,
    span: { start: start + match.index, end: start + match.index + 1 },
    text: '',
  }));
  const end = start + inner.length;
  const edits: KindOfEdit[] = [
    { kind: 'zone-line', span: { start: 0, end: start }, text: '' },
    ...escapes,
    { kind: 'zone-line', span: { start: end, end: text.length }, text: '' },
  ];
  return unwrapped(source, edits, { owner, type: 'TXT', seamsAt: [] });
}

/** A form or a help page copied line by line: `Type: TXT`, `Name: @`, `Value: …`. */
function formRecords(source: TracedText): readonly PastedRecord[] {
  const records: PastedRecord[] = [];
  let [owner, type]: (string | null)[] = [null, null];
  let position = 0;
  for (const line of source.text.split('\n')) {
    const found = FORM_LINE.exec(line);
    if (found !== null) {
      const [, label = '', raw = ''] = found;
      const content = raw.trim();
      if (/type/i.test(label)) type = content.toUpperCase();
      else if (/^(?:host|name|record)/i.test(label) && !/value/i.test(label)) owner = content;
      else if (content !== '' && records.length < MAX_RECORDS) {
        const start = position + line.lastIndexOf(raw);
        records.push(
          regionRecord(source, 'label', { start, end: start + raw.trimEnd().length }, owner ?? null, type ?? null),
        );
      }
    }
    position += line.length + 1;
  }
  return records;
}

/** Rows of a table, its cells between tabs or bars: the type, a name and the value. */
function tableRecords(source: TracedText): readonly PastedRecord[] {
  const records: PastedRecord[] = [];
  let position = 0;
  for (const line of source.text.split('\n')) {
    const cells = [...line.matchAll(/[^\s|](?:[^\t|]*[^\s|])?/g)].map((match) => ({
      text: match[0],
      start: position + match.index,
      end: position + match.index + match[0].length,
    }));
    const type = cells.find((cell) => /^(?:TXT|SPF|CNAME)$/i.test(cell.text));
    const others = cells.filter((cell) => cell !== type && cell.text !== '' && !/^(?:\d+|auto|IN)$/i.test(cell.text));
    const value = others.find((cell) => new RegExp(`^["'\u201C]?${VERSION}`, 'i').test(cell.text)) ?? others[1];
    if (type !== undefined && value !== undefined && records.length < MAX_RECORDS) {
      const owner = others.find((cell) => cell !== value)?.text ?? null;
      records.push(regionRecord(source, 'label', value, owner, type.text.toUpperCase()));
    }
    position += line.length + 1;
  }
  return records;
}

/** The record whose value is a stretch of the text, its own quotes taken off. */
function regionRecord(
  source: TracedText,
  kind: WrappingKind,
  { start, end }: Span,
  owner: string | null,
  type: string | null,
): PastedRecord {
  const before: KindOfEdit = { kind, span: { start: 0, end: start }, text: '' };
  const behind: KindOfEdit = { kind, span: { start: end, end: source.text.length }, text: '' };
  const record = unwrapped(source, [before, behind], { owner, type, seamsAt: [] });
  const inner = quotedValue(record.value);
  if (inner === null) return record;
  const wrappings = [...record.wrappings, ...inner.wrappings].sort((left, right) => left.span.start - right.span.start);
  return { ...inner, owner, type, wrappings };
}

/** A value in quotation marks of whatever kind, in one string or several; null where no mark stands at either end. */
function quotedValue(source: TracedText): PastedRecord | null {
  const { text } = source;
  const { start, end } = outerQuotes(text);
  const hasQuotes = OUTER_QUOTES.test(text.slice(0, start)) || OUTER_QUOTES.test(text.slice(end));
  if (/^\s*\\+"/.test(text)) {
    // Notation within notation: the marks themselves carry backslashes.
    const edits = [...text.matchAll(/\\(?=["\\])\\?/g)].map((match) => ({
      kind: 'escape' as const,
      span: { start: match.index, end: match.index + match[0].length },
      text: match[0].length === 2 ? '\\' : '',
    }));
    const plain = unwrapped(source, edits, { owner: null, type: null, seamsAt: [] });
    const inner = quotedValue(plain.value);
    if (inner === null) return plain;
    const wrappings = [...plain.wrappings, ...inner.wrappings].sort(
      (left, right) => left.span.start - right.span.start,
    );
    return { ...inner, wrappings };
  }
  if (!hasQuotes) {
    const edits = semicolonEdits(text, 0, text.length);
    return edits.length === 0 ? null : unwrapped(source, edits, { owner: null, type: null, seamsAt: [] });
  }
  // Line ends between strings separate them, as spaces do.
  const straight = straightened(text).replace(/(?<=")(\s*)(?=")/g, (spaces) => ' '.repeat(spaces.length));
  const fields = new LineFields();
  const reader = new LineReader(straight, fields);
  const isWhole = reader.next() && areQuoted(straight, fields, 0) && isOnlyStrings(straight, reader, fields);
  if (isWhole) {
    const { edits, seamsAt } = stringEdits(straight, fields, 0);
    const close = fields.ends[fields.count - 1] as number;
    const all: KindOfEdit[] = [
      { kind: 'quotes', span: { start: 0, end: fields.starts[0] as number }, text: '' },
      ...edits,
      { kind: 'quotes', span: { start: close, end: text.length }, text: '' },
    ];
    return unwrapped(source, all, { owner: null, type: null, seamsAt });
  }
  const all: KindOfEdit[] = [
    { kind: 'quotes', span: { start: 0, end: start }, text: '' },
    ...semicolonEdits(text, start, end),
    { kind: 'quotes', span: { start: end, end: text.length }, text: '' },
  ];
  return unwrapped(source, all, { owner: null, type: null, seamsAt: [] });
}

/** Whether nothing follows the strings that were read: further lines may only go on with strings. */
function isOnlyStrings(text: string, reader: LineReader, fields: LineFields): boolean {
  const close = (fields.ends[fields.count - 1] as number) + 1;
  return (
    reader.fault === null &&
    text
      .slice(close)
      .trim()
      .replace(/^[();,]+$/, '') === ''
  );
}

/** A value behind a label on its own line, such as `SPF record: v=spf1 …`. */
function labelledValue(source: TracedText): PastedRecord | null {
  const label = LABEL.exec(source.text)?.[0];
  if (label === undefined || /^\s*v\s*[=:]\s*$/i.test(label)) return null;
  const start = label.length;
  return regionRecord(source, 'label', { start, end: source.text.length }, null, null);
}

function keyFileRecord(source: TracedText): PastedRecord | null {
  const body = KEY_FILE.exec(source.text)?.[1];
  if (body === undefined) return null;
  const span = { start: 0, end: source.text.length };
  return detachedRecord('key-file', span, { owner: null, type: null, text: body.replace(/\s+/g, '') });
}

function jsonRecords(text: string): readonly PastedRecord[] {
  const span = { start: 0, end: text.length };
  return readJsonRecords(text).map(({ owner, type, value }) =>
    detachedRecord('json', span, { owner, type, text: value }),
  );
}

function recordsIn(source: TracedText): readonly PastedRecord[] {
  const json = jsonRecords(source.text);
  if (json.length > 0) return json;
  const single = keyFileRecord(source) ?? powershellRecord(source);
  if (single !== null) return [single];
  const zone = zoneRecords(source);
  if (zone.length > 0) return zone;
  const form = formRecords(source);
  if (form.length > 0) return form;
  const table = tableRecords(source);
  if (table.length > 0) return table;
  const strings = stringLines(source);
  if (strings.length > 0) return strings;
  return [labelledValue(source) ?? quotedValue(source) ?? plainRecord(source)];
}

/** How a TXT record begins that is none of the strings of the record before: `v=…`, or a verification token. */
const BEGINS_RECORD = /^(?:v\s*[=:]|[a-z0-9]+(?:[-_.][a-z0-9]+)+[=:])/i;

/** Several lines of strings in quotes, as `dig +short` prints them: a record to a line, unless a line goes on. */
function stringLines(source: TracedText): readonly PastedRecord[] {
  const text = straightened(source.text);
  if (!/^\s*"[^\n]*"[^\S\n]*\n\s*"/.test(text)) return [];
  const regions: { start: number; end: number }[] = [];
  let position = 0;
  for (const line of text.split('\n')) {
    const start = position + line.length - line.trimStart().length;
    const end = position + line.trimEnd().length;
    position += line.length + 1;
    if (end <= start) continue;
    if (!/^".*"$/.test(text.slice(start, end))) return [];
    const region = regions.at(-1);
    if (region === undefined || BEGINS_RECORD.test(text.slice(start + 1, end))) regions.push({ start, end });
    else region.end = end;
  }
  return regions.slice(0, MAX_RECORDS).map((region) => regionRecord(source, 'quotes', region, null, null));
}

/**
 * Reads what was pasted where one record is wanted. Never throws; time grows with the text's length.
 *
 * @param text characters: octets in UTF-8 have to be decoded before.
 */
export function readPasted(text: string): Pasted {
  if (text.length > MAX_LENGTH) return { records: [plainRecord(traceText(text))], holdsPrivateKey: false };
  const holdsPrivateKey = PRIVATE_KEY.test(text);
  const source = traceText(text);
  if (!holdsPrivateKey && isPlain(text)) return { records: [plainRecord(source)], holdsPrivateKey };
  const markup = mayHoldMarkup(text) ? markupEdits(text) : [];
  const records = recordsIn(editTraced(source, markup));
  if (markup.length === 0) return { records, holdsPrivateKey };
  const around = markup.map((edit) => ({ ...edit, kind: 'markup' as const }));
  return {
    holdsPrivateKey,
    records: records.map((record) => ({ ...record, wrappings: mergeWrappings(around, record.wrappings) })),
  };
}

/** Wrappings of both, each stretch once: what an outer one takes away has no inner one any more. */
function mergeWrappings(outer: readonly Wrapping[], inner: readonly Wrapping[]): readonly Wrapping[] {
  const isCovered = ({ span }: Wrapping) =>
    inner.some((other) => other.span.start <= span.start && other.span.end >= span.end);
  return [...outer.filter((wrapping) => !isCovered(wrapping)), ...inner].sort(
    (left, right) => left.span.start - right.span.start,
  );
}

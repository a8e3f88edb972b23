import { limits } from '../limits.ts';
import { binaryText, fromBase64, fromQuotedPrintable } from './octets.ts';

/**
 * Mail as fields and parts (RFC 5322, RFC 2045, RFC 2046). Fields keep their octets and order, because signatures are
 * made over them; parts are kept as they lie, because what a type says of them need not be true.
 */

export interface HeaderField {
  /** As it was written. */
  readonly name: string;
  /** One character for each octet, folded as it was, without the line end. */
  readonly raw: string;
  /** What stands behind the colon, unfolded, without spaces around it. */
  readonly value: string;
}

export interface MailPart {
  readonly fields: readonly HeaderField[];
  /** In small letters; `text/plain` where none is named. */
  readonly type: string;
  /** Parameters of the type, their names in small letters. */
  readonly parameters: ReadonlyMap<string, string>;
  /** As it lies: encoded. */
  readonly body: Uint8Array;
  /** Of a multipart, or the mail that a part holds. */
  readonly parts: readonly MailPart[];
}

export interface Mail extends MailPart {
  /** Whether something was too deep or too much to be read. */
  readonly isCut: boolean;
}

const LF = 0x0a;
const CR = 0x0d;
const DASH = 0x2d;

/** Where the header ends and the body begins; both the length where there is no body. */
function findBody(octets: Uint8Array, start: number): { readonly end: number; readonly body: number } {
  let line = start;
  const most = Math.min(octets.length, start + limits.headerOctets);
  while (line < most) {
    const feed = octets.indexOf(LF, line);
    if (feed === -1) break;
    if (feed === line || (feed === line + 1 && octets[line] === CR)) return { end: line, body: feed + 1 };
    line = feed + 1;
  }
  return { end: most, body: octets.length };
}

/** The fields of a header. Lines that are no field and continue none are passed over. */
export function readFields(header: string): readonly HeaderField[] {
  const fields: HeaderField[] = [];
  const lines = header.split(/\r?\n/);
  let index = 0;
  while (index < lines.length && fields.length < limits.headerFields) {
    const first = lines[index] ?? '';
    index += 1;
    const name = /^([!-9;-~]{1,256})[ \t]*:/.exec(first)?.[1];
    if (name === undefined) continue;
    const folded = [first];
    for (let next = lines[index]; next !== undefined && /^[ \t]/.test(next); next = lines[index]) {
      folded.push(next);
      index += 1;
    }
    const raw = folded.join('\r\n');
    const value = raw
      .slice(raw.indexOf(':') + 1)
      .replace(/\r\n(?=[ \t])/g, '')
      .trim();
    fields.push({ name, raw, value });
  }
  return fields;
}

/** The values of every field of a name, in order. @param name in small letters. */
export function fieldValues(fields: readonly HeaderField[], name: string): readonly string[] {
  return fields.filter((field) => field.name.toLowerCase() === name).map(({ value }) => value);
}

/** The value of the first field of a name. @param name in small letters. */
export function fieldValue(fields: readonly HeaderField[], name: string): string | null {
  return fieldValues(fields, name)[0] ?? null;
}

/** Reads a value with parameters (RFC 2045 §5.1): the value in small letters, and its parameters. */
export function readParameters(text: string): {
  readonly value: string;
  readonly parameters: ReadonlyMap<string, string>;
} {
  const [value = ''] = text.split(';', 1);
  const parameters = new Map<string, string>();
  const pattern = /;\s*([\w!#$%&'*+.^`|~-]{1,80})\s*=\s*(?:"((?:[^"\\]|\\.){0,1000})"|([^\s;"]{0,1000}))/gs;
  for (const [, name = '', quoted, plain] of text.slice(0, 20_000).matchAll(pattern)) {
    const key = name.toLowerCase();
    if (!parameters.has(key)) parameters.set(key, quoted?.replace(/\\(.)/gs, '$1') ?? plain ?? '');
  }
  return { value: value.trim().toLowerCase(), parameters };
}

/** The pieces between the delimiters of a multipart (RFC 2046 §5.1.1), without the line end before each delimiter. */
function splitParts(body: Uint8Array, boundary: string): readonly Uint8Array[] {
  const pieces: Uint8Array[] = [];
  const delimiter = `--${boundary}`;
  let start = -1;
  for (let line = 0; line < body.length && pieces.length < limits.mimeParts; ) {
    const feed = body.indexOf(LF, line);
    const next = feed === -1 ? body.length : feed + 1;
    if (body[line] === DASH && body[line + 1] === DASH) {
      const text = binaryText(body.subarray(line, Math.min(next, line + delimiter.length + 4)));
      const isDelimiter =
        text.startsWith(delimiter) && /^(?:--)?[ \t\r\n]*$/.test(text.slice(delimiter.length, delimiter.length + 2));
      if (isDelimiter) {
        if (start !== -1) {
          let end = line > start && body[line - 1] === LF ? line - 1 : line;
          if (end > start && body[end - 1] === CR) end -= 1;
          pieces.push(body.subarray(start, end));
        }
        start = text.slice(delimiter.length).startsWith('--') ? -1 : next;
        if (start === -1) return pieces;
      }
    }
    line = next;
  }
  if (start !== -1) pieces.push(body.subarray(start));
  return pieces;
}

interface Budget {
  parts: number;
  isCut: boolean;
}

/** The boundary of a multipart; found in the body where its header does not name it. */
function boundaryOf(type: string, parameters: ReadonlyMap<string, string>, body: Uint8Array): string | null {
  if (!type.startsWith('multipart/')) return null;
  const named = parameters.get('boundary');
  if (named !== undefined && named !== '') return named;
  const begin = binaryText(body.subarray(0, 2000));
  return /(?:^|\n)--([^\s]{1,70})[ \t]*\r?\n[cC]ontent-[tT]/.exec(begin)?.[1] ?? null;
}

function readPart(octets: Uint8Array, depth: number, budget: Budget): MailPart {
  budget.parts += 1;
  let start = 0;
  // A mailbox's own line stands before the fields.
  if (/^>?From /.test(binaryText(octets.subarray(0, 6)))) start = octets.indexOf(LF) + 1;
  const { end, body: bodyStart } = findBody(octets, start);
  const fields = readFields(binaryText(octets.subarray(start, end)));
  const body = octets.subarray(bodyStart);
  const { value, parameters } = readParameters(fieldValue(fields, 'content-type') ?? '');
  const type = value === '' ? 'text/plain' : value;
  const part = { fields, type, parameters, body };
  if (depth >= limits.mimeDepth || budget.parts >= limits.mimeParts) {
    budget.isCut = true;
    return { ...part, parts: [] };
  }
  if (type === 'message/rfc822' || type === 'message/global') {
    return { ...part, parts: [readPart(decodedBody(part), depth + 1, budget)] };
  }
  const boundary = boundaryOf(type, parameters, body);
  const pieces = boundary === null ? [] : splitParts(body, boundary);
  const parts: MailPart[] = [];
  for (const piece of pieces) {
    if (budget.parts >= limits.mimeParts) {
      budget.isCut = true;
      break;
    }
    parts.push(readPart(piece, depth + 1, budget));
  }
  return { ...part, parts };
}

/** Empty lines that a mail was saved with, before its first field. */
function blankLines(octets: Uint8Array): number {
  let at = 0;
  while (octets[at] === LF || octets[at] === CR) at += 1;
  return at;
}

/** Reads a mail. Never throws. */
export function readMail(octets: Uint8Array): Mail {
  const budget: Budget = { parts: 0, isCut: false };
  const root = readPart(looksLikeMail(octets) ? octets.subarray(blankLines(octets)) : octets, 0, budget);
  return { ...root, isCut: budget.isCut };
}

/** The octets of a part, its transfer encoding undone. */
export function decodedBody({ fields, body }: Pick<MailPart, 'fields' | 'body'>): Uint8Array {
  const encoding = (fieldValue(fields, 'content-transfer-encoding') ?? '').toLowerCase();
  if (encoding.startsWith('base64')) return fromBase64(body);
  if (encoding.startsWith('quoted-printable')) return fromQuotedPrintable(body);
  return body;
}

const ESCAPE = 0x1b;

/** A part's text in the character set that it names; where it names none, in ISO-2022-JP, UTF-8 or Windows-1252 by what it holds. */
export function partText(part: MailPart, most: number = limits.bounceText): string {
  const octets = decodedBody(part).subarray(0, most);
  const charset = part.parameters.get('charset') ?? (octets.includes(ESCAPE) ? 'iso-2022-jp' : 'utf-8');
  try {
    const text = new TextDecoder(charset).decode(octets);
    return text.includes('\uFFFD') && /^utf-?8$/i.test(charset) ? new TextDecoder('windows-1252').decode(octets) : text;
  } catch {
    // No such character set: what matters in mail of machines is ASCII.
    return new TextDecoder('windows-1252').decode(octets);
  }
}

/** Every part that has none within, those of mails within the mail included, in order. */
export function* leafParts(part: MailPart): Generator<MailPart> {
  if (part.parts.length === 0) yield part;
  for (const inner of part.parts) yield* leafParts(inner);
}

/** Every part, the outermost first. */
export function* allParts(part: MailPart): Generator<MailPart> {
  yield part;
  for (const inner of part.parts) yield* allParts(inner);
}

/** Whether octets begin as a mail does: with a field, or with a mailbox's own line. */
export function looksLikeMail(head: Uint8Array): boolean {
  return /^\s*(?:>?From [^\n]*\r?\n)?[!-9;-~]{1,80}[ \t]*:/.test(binaryText(head.subarray(0, 2000)));
}

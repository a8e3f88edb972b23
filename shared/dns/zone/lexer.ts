import { BACKSLASH, BLANK, CLOSE, DELETE, LINE_FEED, OPEN, QUOTE, RETURN, SEMICOLON, TAB } from './characters.ts';

/** Data of 65,535 octets, each in a field of its own, behind owner, TTL, class, type, `\#` and a length. */
const MAX_FIELDS = 65_535 + 6;

/** What a character is in a field that is not in quotes, at its code; most are nothing but a part of it. */
const KINDS = new Uint8Array(0x1_00_00);
const ENDS_FIELD = 1;
const ESCAPES = 2;
const UNCOMMON = 3;
KINDS.fill(UNCOMMON, 0, BLANK).fill(UNCOMMON, DELETE);
for (const code of [TAB, LINE_FEED, RETURN, BLANK, QUOTE, OPEN, CLOSE, SEMICOLON]) KINDS[code] = ENDS_FIELD;
KINDS[BACKSLASH] = ESCAPES;

/** The field stands in quotes. */
export const IS_QUOTED = 1;
/** The field holds a backslash, or anything but printable ASCII. */
export const IS_UNUSUAL = 2;

const UNUSUAL = /[^ -[\]-~]/g;

/** Where the fields of the line at hand begin and end in the text; kept from line to line, so that nothing is made anew. */
export interface LineFields {
  count: number;
  readonly starts: number[];
  readonly ends: number[];
  readonly flags: number[];
}

/** Cuts a zone's text into lines of fields: parentheses joined, comments taken off (RFC 1035 §5.1). */
export class LineReader {
  readonly text: string;
  readonly fields: LineFields;
  /** Comments of the line at hand, with the number of fields before each. */
  comments: { readonly line: number; readonly text: string; readonly fields: number }[] = [];
  /** The line on which the fields begin. */
  start = 1;
  /** Where the text of the line at hand begins, with the empty lines before it. */
  begin = 0;
  /** The line began with a space: the owner is that of the record before. */
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

  /** Goes on at a place that was the `begin` of a line. */
  moveTo(begin: number): void {
    this.position = begin;
    this.unusual = -1;
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
    this.begin = position;
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
        if (depth === 0) this.fault ??= 'a closing parenthesis has no opening one';
        else depth -= 1;
        position += 1;
      } else if (code === QUOTE) {
        position = this.readQuoted(position + 1);
      } else {
        const start = position;
        let unusual = 0;
        for (; position < length; position += 1) {
          const kind = KINDS[text.charCodeAt(position)];
          if (kind === 0) continue;
          if (kind === ENDS_FIELD) break;
          unusual = IS_UNUSUAL;
          // A backslash at the end of a line escapes nothing: the line ends there.
          if (kind === ESCAPES && text.charCodeAt(position + 1) !== LINE_FEED) position += 1;
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

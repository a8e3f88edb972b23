import type { CodedText } from '../coded-text.ts';
import { characterCodes } from '../coded-text.ts';
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
/** The field may hold a backslash or other than ASCII. */
export const IS_UNUSUAL = 2;

const NONE = new Uint8Array(0);

/** Where the fields of the line at hand begin and end; kept from line to line, so that nothing is made anew. */
export class LineFields implements CodedText {
  /** What the places are places in: the whole text, or the stretch of it that the line stands in. */
  text = '';
  codes: CodedText['codes'] = NONE;
  count = 0;
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  readonly flags: number[] = [];
}

/** Where a character stands next in a text; the text's length where it does not. */
function nextOf(character: string, text: string, start: number): number {
  const found = text.indexOf(character, start);
  return found === -1 ? text.length : found;
}

/** Cuts a zone's text into lines of fields: parentheses joined, comments taken off (RFC 1035 §5.1). */
export class LineReader {
  readonly fields: LineFields;
  /** Comments of the line at hand, with the number of fields before each. */
  comments: { readonly line: number; readonly text: string; readonly fields: number }[] = [];
  /** The line on which the fields begin. */
  start = 1;
  /** Where the line at hand begins in the whole text, with the empty lines before it. */
  begin = 0;
  /** The line began with a space: the owner is that of the record before. */
  continuesOwner = false;
  /** What is wrong with the line's form, or null. */
  fault: string | null = null;
  private readonly whole: string;
  private readonly stretch: number;
  /** Where the stretch at hand begins in the whole text. */
  private base = 0;
  private readonly room: Uint8Array;
  /** In the stretch. */
  private position = 0;
  private line = 1;
  /** The next backslash and the next line end in the stretch, at or behind the place where they were last looked for. */
  private backslash = -1;
  private lineEnd = -1;

  /**
   * @param stretch characters that are looked at together, with room for the codes of each; the whole text where it is
   * left out.
   */
  constructor(text: string, fields: LineFields, stretch = text.length) {
    this.whole = text;
    this.fields = fields;
    this.stretch = stretch;
    this.room = new Uint8Array(Math.min(stretch, text.length));
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
    this.base = begin;
    this.position = 0;
    this.fields.text = '';
    this.fields.codes = NONE;
  }

  /** Reads the next line that holds a field or a comment. @returns false at the end. */
  next(): boolean {
    const { fields, line } = this;
    this.begin = this.base + this.position;
    for (let length = this.stretch; !this.readLine(); length *= 2) {
      if (this.base + fields.text.length === this.whole.length) break;
      // The line goes on behind the stretch: it is read again from one that begins with it, each time a longer one.
      this.take(this.begin, length);
      this.line = line;
    }
    return fields.count > 0 || this.comments.length > 0;
  }

  private take(base: number, length: number): void {
    const { fields } = this;
    this.base = base;
    this.position = 0;
    this.backslash = -1;
    this.lineEnd = -1;
    fields.text = this.whole.slice(base, base + length);
    fields.codes = characterCodes(fields.text, this.room);
  }

  /** @returns false where the stretch was over before the line was. */
  private readLine(): boolean {
    const { fields } = this;
    const { codes, text } = fields;
    // The array's own length may take more than 32 bits, and would make slow numbers of all places.
    const { length } = text;
    fields.count = 0;
    if (this.comments.length > 0) this.comments = [];
    this.fault = null;
    let depth = 0;
    let position = this.position;
    if (position === length) return false;
    const first = codes[position] as number;
    this.continuesOwner = first === BLANK || first === TAB;

    while (position < length) {
      const code = codes[position] as number;
      if (code === LINE_FEED) {
        position += 1;
        this.line += 1;
        if (depth > 0) continue;
        if (fields.count > 0 || this.comments.length > 0) {
          this.position = position;
          return true;
        }
        const begin = codes[position];
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
          const kind = KINDS[codes[position] as number];
          if (kind === 0) continue;
          if (kind === ENDS_FIELD) break;
          unusual = IS_UNUSUAL;
          // A backslash at the end of a line escapes nothing: the line ends there.
          if (kind === ESCAPES && codes[position + 1] !== LINE_FEED) position += 1;
        }
        if (position > length) position = length;
        this.push(start, position, unusual);
      }
    }
    if (depth > 0) this.fault ??= 'a parenthesis is not closed';
    this.position = position;
    return false;
  }

  /** @param start behind the quotation mark. @returns the position behind the closing one. */
  private readQuoted(start: number): number {
    const { codes, text } = this.fields;
    const { length } = text;
    // Looked for once: a line of strings alone would else be gone through to its end for each of them.
    if (this.backslash < start) this.backslash = nextOf('\\', text, start);
    if (this.lineEnd < start) this.lineEnd = nextOf('\n', text, start);
    const mark = text.indexOf('"', start);
    if (mark !== -1 && mark < this.backslash && mark < this.lineEnd && codes instanceof Uint8Array) {
      this.push(start, mark, IS_QUOTED);
      return mark + 1;
    }
    let end = start;
    for (; end < length; end += 1) {
      const code = codes[end];
      if (code === QUOTE || code === LINE_FEED) break;
      if (code === BACKSLASH && end + 1 < length && codes[end + 1] !== LINE_FEED) end += 1;
    }
    this.push(start, end, IS_QUOTED | IS_UNUSUAL);
    if (end < length && codes[end] === QUOTE) return end + 1;
    this.fault ??= 'a quotation mark is not closed';
    return end;
  }
}

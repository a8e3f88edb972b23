import type { CodedText } from './coded-text.ts';
import { characterCodes } from './coded-text.ts';
import { toAsciiDomain } from './idna.ts';
import { endsInDot, MAX_LABEL_OCTETS, MAX_NAME_LENGTH, nameLabels } from './names.ts';
import { textToOctets } from './txt.ts';

/**
 * Names as master files write them, and their octets on the wire (RFC 1035 §3.1, §5.1). What is read comes out in one
 * form: printable ASCII as it is, the characters that mean something in master files behind a backslash, all else `\DDD`.
 */

const DOT = 46;
const AT = 64;

/** What a name may hold and be written as it is: 1 at each character's code. */
export const PLAIN_IN_NAMES = new Uint8Array(127);
for (const character of "!#%&'*+,-./0123456789:<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~")
  PLAIN_IN_NAMES[character.charCodeAt(0)] = 1;

function isPlain(name: string): boolean {
  for (let index = 0; index < name.length; index += 1) if (PLAIN_IN_NAMES[name.charCodeAt(index)] !== 1) return false;
  return true;
}

/** A label's octets in that one form. A backslash is `\092`: NSD takes the dot behind `\\` for a part of the label. */
function escapeLabel(octets: string): string {
  return octets.replace(/[^!-~]|[.\\"();@$]/g, (character) =>
    /[!-[\]-~]/.test(character) ? `\\${character}` : `\\${character.charCodeAt(0).toString().padStart(3, '0')}`,
  );
}

/** The octets of a label in text, `\X` and `\DDD` undone; null when an escape is no octet. */
function labelOctets(label: string): string | null {
  if (!label.includes('\\')) return label;
  let octets = '';
  for (let index = 0; index < label.length; index += 1) {
    const character = label[index] as string;
    if (character !== '\\') octets += character;
    else if (/^\d{3}/.test(label.slice(index + 1, index + 4))) {
      const code = Number(label.slice(index + 1, index + 4));
      if (code > 255) return null;
      octets += String.fromCharCode(code);
      index += 3;
    } else {
      const escaped = label[index + 1];
      if (escaped === undefined || /\d/.test(escaped)) return null;
      octets += escaped;
      index += 1;
    }
  }
  return octets;
}

/** A label in the one form; a U-label becomes its A-label, as whoever typed it means it (RFC 5891 §5). */
function readLabel(label: string): { readonly text: string; readonly octets: number } | null {
  if (/[^\0-\u007F]/.test(label)) {
    const converted = toAsciiDomain(label);
    if (converted.ok) return { text: converted.ascii, octets: converted.ascii.length };
  }
  const octets = labelOctets(textToOctets(label));
  return octets === null ? null : { text: escapeLabel(octets), octets: octets.length };
}

/** What the longest name takes when each of its octets is written `\DDD`. Longer text is no name, and is not worth reading. */
const MAX_NAME_TEXT = 4 * (MAX_NAME_LENGTH + 1);

/** The slow way: names with escapes, or with other than ASCII. */
function readUnusualName(text: string, origin: string): string | null {
  if (text.length > MAX_NAME_TEXT) return null;
  const isAbsolute = endsInDot(text);
  const read = nameLabels(text).map(readLabel);
  let total = isAbsolute || origin === '' ? 0 : origin.length + 1;
  for (const label of read) {
    if (label === null || label.octets === 0 || label.octets > MAX_LABEL_OCTETS) return null;
    total += label.octets + 1;
  }
  if (total - 1 > MAX_NAME_LENGTH) return null;
  const name = read.map((label) => label?.text).join('.');
  return isAbsolute || origin === '' ? name : `${name}.${origin}`;
}

/**
 * Reads a name that stands in a longer text.
 *
 * @param start where the name begins in `text`, `end` where it is over.
 * @param origin absolute, without its final dot; `suffix` is the origin with a dot in front, empty for the root.
 * @returns as `readName`.
 */
export function readNameAt(
  { text, codes }: CodedText,
  start: number,
  end: number,
  origin: string,
  suffix: string,
): string | null {
  let labelStart = start;
  for (let index = start; index < end; index += 1) {
    const code = codes[index] as number;
    if (code === DOT) {
      if (index === labelStart) return end - start === 1 ? '' : null;
      if (index - labelStart > MAX_LABEL_OCTETS) return null;
      labelStart = index + 1;
    } else if (code >= PLAIN_IN_NAMES.length || (PLAIN_IN_NAMES[code] !== 1 && (code !== AT || end - start > 1))) {
      return readUnusualName(text.slice(start, end), origin);
    }
  }
  const length = end - start;
  if (end - labelStart > MAX_LABEL_OCTETS || length === 0) return null;
  if (labelStart === end) return length - 1 > MAX_NAME_LENGTH ? null : text.slice(start, end - 1);
  if (length === 1 && codes[start] === AT) return origin;
  if (length + suffix.length > MAX_NAME_LENGTH && (suffix === '' || !suffix.includes('\\'))) return null;
  // Nothing is there to trim, but what comes out is one text. A sum is a pair of texts until its characters are read: of a
  // zone's names all are, and until then the garbage collector would have twice as much to go through.
  return (text.slice(start, end) + suffix).trimStart();
}

/**
 * Reads a name of a master file.
 *
 * @param text relative, or absolute with its final dot; `@` is the origin and `.` the root.
 * @param origin absolute, without its final dot.
 * @returns the absolute name without its final dot, or null when DNS can't carry it.
 */
export function readName(text: string, origin: string): string | null {
  const coded = { text, codes: characterCodes(text) };
  return readNameAt(coded, 0, text.length, origin, origin === '' ? '' : `.${origin}`);
}

/** A name in the one form: as it is, unless it came from elsewhere with characters that a master file would misread. */
export function printableName(name: string): string {
  if (isPlain(name)) return name;
  return nameLabels(name)
    .map((label) => readLabel(label)?.text ?? escapeLabel(textToOctets(label)))
    .join('.');
}

/** A name's octets on the wire, uncompressed (RFC 1035 §3.1). */
export function nameOctets(name: string): number[] {
  const octets: number[] = [];
  for (const label of nameLabels(name)) {
    const characters = labelOctets(label) ?? label;
    octets.push(characters.length);
    for (let index = 0; index < characters.length; index += 1) octets.push(characters.charCodeAt(index) & 0xff);
  }
  octets.push(0);
  return octets;
}

/** Reads an uncompressed name from the wire; null when the octets end too early or are no name. */
export function wireName(octets: Uint8Array, start: number): { readonly name: string; readonly length: number } | null {
  const labels: string[] = [];
  let position = start;
  for (;;) {
    const length = octets[position];
    if (
      length === undefined ||
      length > MAX_LABEL_OCTETS ||
      position + length >= octets.length + (length === 0 ? 1 : 0)
    )
      return null;
    position += 1;
    if (length === 0) return { name: labels.join('.'), length: position - start };
    labels.push(escapeLabel(String.fromCharCode(...octets.subarray(position, position + length))));
    position += length;
  }
}

import type { TxtStrings } from './records.ts';

/** Octets a character-string may have (RFC 1035 §3.3). */
export const MAX_STRING_OCTETS = 255;

/** The text of a TXT record: its strings joined without a space (RFC 7208 §3.3, RFC 6376 §3.6.2.2). */
export function joinTxt(strings: TxtStrings): string {
  return strings.length === 1 ? (strings[0] as string) : strings.join('');
}

/**
 * Splits octets into character-strings of at most 255.
 *
 * @param octets one character for each octet; a character above U+00FF has to go through `textToOctets` first.
 */
export function splitTxt(octets: string): TxtStrings {
  if (octets.length <= MAX_STRING_OCTETS) return [octets];
  const strings: string[] = [];
  for (let start = 0; start < octets.length; start += MAX_STRING_OCTETS) {
    strings.push(octets.slice(start, start + MAX_STRING_OCTETS));
  }
  return strings;
}

/** Characters that a border between two parts is moved back at the most. */
const MAX_SHIFT = 32;

/**
 * Splits text, for tools that take strings of characters, into parts of at most 255 octets each; no character is cut.
 *
 * @param beginsWrong characters that no part but the first may begin with, unless a long run of them leaves no choice.
 */
export function splitText(text: string, beginsWrong = ''): readonly string[] {
  const parts: string[] = [];
  let start = 0;
  let octets = 0;
  let index = 0;
  for (const character of text) {
    const length = utf8Length(character);
    if (octets + length > MAX_STRING_OCTETS) {
      const border = beginsWrong.includes(character) ? movedBack(text, start, index, beginsWrong) : index;
      parts.push(text.slice(start, border));
      start = border;
      octets = textToOctets(text.slice(border, index)).length;
    }
    octets += length;
    index += character.length;
  }
  parts.push(text.slice(start));
  return parts;
}

/** Octets of one character in UTF-8; a lone surrogate becomes U+FFFD there. */
function utf8Length(character: string): number {
  const code = character.codePointAt(0) as number;
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  return code < 0x1_00_00 ? 3 : 4;
}

/** A border before the nearest character that may begin a part; the same border where none is near. */
function movedBack(text: string, start: number, border: number, beginsWrong: string): number {
  const before = Array.from(text.slice(Math.max(start, border - 2 * MAX_SHIFT), border)).slice(1 - MAX_SHIFT);
  const last = before.findLastIndex((character) => !beginsWrong.includes(character));
  const moved = border - before.slice(last).join('').length;
  return last === -1 || moved === start ? border : moved;
}

/** Octets that are made a text at once: every argument of a call takes its place on the stack. */
const OCTETS_AT_ONCE = 8192;

/** Text to octets in UTF-8, one character for each octet. */
export function textToOctets(text: string): string {
  let ascii = true;
  for (let index = 0; index < text.length && ascii; index += 1) ascii = text.charCodeAt(index) < 0x80;
  if (ascii) return text;
  const bytes = new TextEncoder().encode(text);
  let octets = '';
  for (let start = 0; start < bytes.length; start += OCTETS_AT_ONCE)
    octets += String.fromCharCode(...bytes.subarray(start, start + OCTETS_AT_ONCE));
  return octets;
}

/**
 * Octets to text for people: UTF-8 where it is valid, else every octet above 126 or below 32 as `\DDD`. What holds a
 * character above U+00FF is text already and comes back as it is.
 */
export function octetsToText(octets: string): string {
  if (/^[ -~]*$/.test(octets) || /[^\0-\u00FF]/.test(octets)) return octets;
  const bytes = Uint8Array.from(octets, (character) => character.charCodeAt(0));
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return octets.replace(/[^ -~]/g, escapeOctet);
  }
}

function escapeOctet(character: string): string {
  return `\\${character.charCodeAt(0).toString().padStart(3, '0')}`;
}

/**
 * TXT data in presentation format (RFC 1035 §5.1): each string in quotes, `"` and `\` with a backslash, every octet
 * that isn't printable ASCII as `\DDD`.
 */
export function quoteTxt(strings: TxtStrings): string {
  return strings.length === 1 ? quoteString(strings[0] as string) : strings.map(quoteString).join(' ');
}

/** Anything that isn't printable ASCII: one range, which is looked through faster than one with gaps for `"` and `\\`. */
const UNPRINTABLE = /[^ -~]/;

function quoteString(string: string): string {
  if (!string.includes('"') && !string.includes('\\') && !UNPRINTABLE.test(string)) return `"${string}"`;
  return `"${string.replace(/["\\]/g, (character) => `\\${character}`).replace(/[^ -~]/g, escapeOctet)}"`;
}

/**
 * Undoes `\X` and `\DDD` in a character-string of a master file, giving octets (RFC 1035 §5.1).
 *
 * @returns null when a `\DDD` is no octet.
 */
export function unescapeString(text: string): string | null {
  const octets = textToOctets(text);
  if (!octets.includes('\\')) return octets;
  let isWrong = false;
  const unescaped = octets.replace(/\\(\d{3}|[^])/g, (_whole, escaped: string) => {
    if (escaped.length === 1) return escaped;
    isWrong ||= Number(escaped) > 255;
    return String.fromCharCode(Number(escaped) & 0xff);
  });
  return isWrong ? null : unescaped;
}

/** Octets of the record's data on the wire: a length octet before each string. */
export function txtWireLength(strings: TxtStrings): number {
  return strings.reduce((total, string) => total + 1 + string.length, 0);
}

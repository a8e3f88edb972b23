import { MAX_NAME_LENGTH } from '../dns/names.ts';

/** Macros (RFC 7208 §7): read once when a record is parsed, expanded for each message. */

export type MacroLetter = 's' | 'l' | 'o' | 'd' | 'i' | 'p' | 'h' | 'c' | 'r' | 't' | 'v';

export type MacroPart =
  | { readonly kind: 'literal'; readonly text: string }
  | {
      readonly kind: 'macro';
      readonly letter: MacroLetter;
      /** Right-hand labels to keep; 0: all. */
      readonly keep: number;
      readonly reverse: boolean;
      readonly delimiters: string;
      /** An upper-case letter: the value is URL-escaped (§7.3). */
      readonly escape: boolean;
    };

export type MacroString = readonly MacroPart[];

const MACRO = /%\{([slodiphcrtv])(\d*)(r?)([.\-+,/_=]*)\}/iy;
const SPECIAL: Readonly<Record<string, string>> = { '%%': '%', '%_': ' ', '%-': '%20' };

/** Octets a macro string may have before it is taken for an attack rather than a name. */
const MAX_MACRO_STRING = 4096;

/** Why a text is no macro string: the first stretch that breaks the grammar. */
export interface MacroFault {
  readonly kind: 'macro' | 'character' | 'length';
  readonly start: number;
  readonly end: number;
}

/** What stands at a percent sign that begins no macro: as far as it was meant as one. */
const FAULTY_MACRO = /%(?:\{[^{}% ]*\}?|.)?/uy;

function faultAt(text: string, start: number): MacroFault {
  FAULTY_MACRO.lastIndex = start;
  const end = start + (FAULTY_MACRO.exec(text)?.[0].length ?? 1);
  return { kind: 'macro', start, end };
}

/** The macro that begins at a percent sign, with the offset behind it; null when it breaks the grammar. */
function readMacro(text: string, start: number, inExplanation: boolean): { part: MacroPart; end: number } | null {
  const special = SPECIAL[text.slice(start, start + 2)];
  if (special !== undefined) return { part: { kind: 'literal', text: special }, end: start + 2 };
  MACRO.lastIndex = start;
  const match = MACRO.exec(text);
  if (match === null) return null;
  const [, letter, digits, reverse, delimiters] = match as unknown as [string, string, string, string, string];
  const lower = letter.toLowerCase() as MacroLetter;
  if (!inExplanation && (lower === 'c' || lower === 'r' || lower === 't')) return null;
  if (digits !== '' && Number(digits) === 0) return null;
  const part: MacroPart = {
    kind: 'macro',
    letter: lower,
    keep: digits === '' ? 0 : Number(digits),
    reverse: reverse !== '',
    delimiters: delimiters === '' ? '.' : delimiters,
    escape: letter !== lower,
  };
  return { part, end: MACRO.lastIndex };
}

/**
 * Reads a macro string (RFC 7208 §7.1).
 *
 * @param text visible ASCII; spaces only where `inExplanation`.
 * @param inExplanation whether `c`, `r` and `t` and spaces are allowed (§7.2: only in explanations).
 * @returns its parts, or where it first breaks the grammar.
 */
export function readMacroString(
  text: string,
  inExplanation: boolean,
): { readonly macros: MacroString } | { readonly fault: MacroFault } {
  if (text.length > MAX_MACRO_STRING) return { fault: { kind: 'length', start: 0, end: text.length } };
  const odd = (inExplanation ? /[^ -~]+/ : /[^!-~]+/).exec(text);
  if (odd !== null) return { fault: { kind: 'character', start: odd.index, end: odd.index + odd[0].length } };
  if (!text.includes('%')) return { macros: text === '' ? [] : [{ kind: 'literal', text }] };

  const macros: MacroPart[] = [];
  let position = 0;
  while (position < text.length) {
    const percent = text.indexOf('%', position);
    if (percent !== position) {
      const end = percent === -1 ? text.length : percent;
      macros.push({ kind: 'literal', text: text.slice(position, end) });
      position = end;
      continue;
    }
    const found = readMacro(text, position, inExplanation);
    if (found === null) return { fault: faultAt(text, position) };
    macros.push(found.part);
    position = found.end;
  }
  return { macros };
}

/** The parts of a macro string, or null when it does not follow the grammar; see `readMacroString`. */
export function parseMacroString(text: string, inExplanation: boolean): MacroString | null {
  const read = readMacroString(text, inExplanation);
  return 'macros' in read ? read.macros : null;
}

/** Whether a macro string can only be known when a message comes. */
export function hasMacro(parts: MacroString): boolean {
  return parts.some((part) => part.kind === 'macro');
}

function splitAt(value: string, delimiters: string): string[] {
  const labels: string[] = [];
  let start = 0;
  for (let index = 0; index < value.length; index += 1) {
    if (!delimiters.includes(value[index] as string)) continue;
    labels.push(value.slice(start, index));
    start = index + 1;
  }
  labels.push(value.slice(start));
  return labels;
}

/** URL escape of everything but RFC 3986's unreserved characters, octet by octet. */
function urlEscape(value: string): string {
  return value.replace(/[^A-Za-z0-9\-._~]/g, (character) => {
    let escaped = '';
    for (const octet of new TextEncoder().encode(character)) {
      escaped += `%${octet.toString(16).toUpperCase().padStart(2, '0')}`;
    }
    return escaped;
  });
}

/**
 * Expands a macro string (RFC 7208 §7.3).
 *
 * @param valueOf gives a letter's value.
 */
export function expandMacros(parts: MacroString, valueOf: (letter: MacroLetter) => string): string {
  let text = '';
  for (const part of parts) {
    if (part.kind === 'literal') {
      text += part.text;
      continue;
    }
    let value = valueOf(part.letter);
    if (part.reverse || part.keep > 0 || part.delimiters !== '.') {
      const labels = splitAt(value, part.delimiters);
      if (part.reverse) labels.reverse();
      value = (part.keep > 0 ? labels.slice(-part.keep) : labels).join('.');
    }
    text += part.escape ? urlEscape(value) : value;
  }
  return text;
}

/** Drops labels from the left until a name fits into 253 characters (RFC 7208 §7.3); also drops the final dot. */
export function fitDomain(name: string): string {
  let fitted = name.endsWith('.') ? name.slice(0, -1) : name;
  while (fitted.length > MAX_NAME_LENGTH) {
    const dot = fitted.indexOf('.');
    if (dot === -1) return fitted.slice(-MAX_NAME_LENGTH);
    fitted = fitted.slice(dot + 1);
  }
  return fitted;
}

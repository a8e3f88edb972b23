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

const MACRO = /^%\{([slodiphcrtv])(\d*)(r?)([.\-+,/_=]*)\}/i;
const SPECIAL: Readonly<Record<string, string>> = { '%%': '%', '%_': ' ', '%-': '%20' };

/** Octets a macro string may have before it is taken for an attack rather than a name. */
const MAX_MACRO_STRING = 4096;

/**
 * Reads a macro string (RFC 7208 §7.1).
 *
 * @param text visible ASCII; blanks only where `inExplanation`.
 * @param inExplanation whether `c`, `r` and `t` and blanks are allowed (§7.2: only in explanations).
 * @returns its parts, or null when it does not follow the grammar.
 */
export function parseMacroString(text: string, inExplanation: boolean): MacroString | null {
  if (text.length > MAX_MACRO_STRING) return null;
  if (!(inExplanation ? /^[ -~]*$/ : /^[!-~]*$/).test(text)) return null;
  if (!text.includes('%')) return text === '' ? [] : [{ kind: 'literal', text }];

  const parts: MacroPart[] = [];
  let rest = text;
  while (rest !== '') {
    const percent = rest.indexOf('%');
    if (percent !== 0) {
      const literal = percent === -1 ? rest : rest.slice(0, percent);
      parts.push({ kind: 'literal', text: literal });
      rest = rest.slice(literal.length);
      continue;
    }
    const special = SPECIAL[rest.slice(0, 2)];
    if (special !== undefined) {
      parts.push({ kind: 'literal', text: special });
      rest = rest.slice(2);
      continue;
    }
    const match = MACRO.exec(rest);
    if (match === null) return null;
    const [whole, letter, digits, reverse, delimiters] = match as unknown as [string, string, string, string, string];
    const lower = letter.toLowerCase() as MacroLetter;
    if (!inExplanation && (lower === 'c' || lower === 'r' || lower === 't')) return null;
    if (digits !== '' && Number(digits) === 0) return null;
    parts.push({
      kind: 'macro',
      letter: lower,
      keep: digits === '' ? 0 : Number(digits),
      reverse: reverse !== '',
      delimiters: delimiters === '' ? '.' : delimiters,
      escape: letter !== lower,
    });
    rest = rest.slice(whole.length);
  }
  return parts;
}

/** Whether a macro string can only be known when a message comes. */
export function hasMacro(parts: MacroString): boolean {
  return parts.some((part) => part.kind === 'macro');
}

/** The macro string of a domain-spec that holds no macro, as it stands; null when it holds one. */
export function literalText(parts: MacroString): string | null {
  return hasMacro(parts) ? null : parts.map((part) => (part.kind === 'literal' ? part.text : '')).join('');
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

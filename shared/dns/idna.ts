import { toASCII, toUnicode } from 'tr46';
import type { Finding } from '../findings/finding.ts';
import { dnsFinding } from './findings.ts';
import { MAX_LABEL_OCTETS, MAX_NAME_LENGTH } from './names.ts';

/** Internationalised names: A-labels for DNS, U-labels for people (RFC 5890 to 5893, with UTS 46's mapping). */

export type AsciiDomain =
  | { readonly ok: true; readonly ascii: string; readonly unicode: string }
  | { readonly ok: false; readonly finding: Finding };

const OPTIONS = { checkBidi: true, checkHyphens: true, checkJoiners: true, useSTD3ASCIIRules: true } as const;

const PLAIN = /^[A-Za-z0-9.-]+$/;
const A_LABEL = /(?:^|\.)xn--/i;

/** Letters, digits and marks of any script, the classes that RFC 5892 §2.1 allows. */
const LETTER_DIGIT = /^[\p{Ll}\p{Lu}\p{Lo}\p{Nd}\p{Lm}\p{Mn}\p{Mc}]$/u;
/** RFC 5892 §2.6: allowed against their class, and forbidden against it. */
const EXCEPTIONS_ALLOWED = new Set('\u00DF\u03C2\u06FD\u06FE\u0F0B\u3007');
const EXCEPTIONS_FORBIDDEN = new Set('\u0640\u07FA\u302E\u302F\u3031\u3032\u3033\u3034\u3035\u303B');
const JOINERS = new Set('\u200C\u200D');

/** The contexts of RFC 5892 appendix A that are not about joiners; each tells whether a label may hold the character. */
const CONTEXTS: Readonly<Record<string, (label: string, index: number) => boolean>> = {
  '\u00B7': (label, index) => label[index - 1] === 'l' && label[index + 1] === 'l',
  '\u0375': (label, index) => /\p{Script=Greek}/u.test(label.slice(index + 1, index + 2)),
  '\u05F3': (label, index) => /\p{Script=Hebrew}/u.test(label.slice(index - 1, index)),
  '\u05F4': (label, index) => /\p{Script=Hebrew}/u.test(label.slice(index - 1, index)),
  '\u30FB': (label) => /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u.test(label),
};

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0')}`;
}

function reasonAgainst(character: string): string {
  if (/\p{Extended_Pictographic}/u.test(character)) return 'Emoji are not allowed in domain names since IDNA 2008.';
  if (/[\p{S}]/u.test(character)) return 'Symbols are not allowed in domain names since IDNA 2008.';
  if (/[\p{P}]/u.test(character))
    return 'Punctuation other than the hyphen and the dot is not allowed in domain names.';
  if (/[\p{C}]/u.test(character)) return 'Invisible and control characters are not allowed in domain names.';
  return 'IDNA 2008 does not allow this character.';
}

/** The first character of a mapped label that IDNA 2008 does not allow there, or null. */
function forbiddenCharacter(label: string): string | null {
  let index = 0;
  for (const character of label) {
    const context = CONTEXTS[character];
    const isDigitMix = /[\u0660-\u0669]/.test(character)
      ? /[\u06F0-\u06F9]/.test(label)
      : /[\u06F0-\u06F9]/.test(character) && /[\u0660-\u0669]/.test(label);
    const isAllowed =
      /[a-z0-9-]/.test(character) ||
      JOINERS.has(character) ||
      EXCEPTIONS_ALLOWED.has(character) ||
      (context !== undefined && context(label, index)) ||
      (context === undefined && !EXCEPTIONS_FORBIDDEN.has(character) && LETTER_DIGIT.test(character) && !isDigitMix);
    if (!isAllowed) return character;
    index += character.length;
  }
  return null;
}

function refuse(finding: Finding): AsciiDomain {
  return { ok: false, finding };
}

/**
 * Turns a typed name into A-labels, refusing what IDNA 2008 forbids with the character and the reason.
 *
 * @param input one name; letter case, full-width forms and a final dot are taken as they are meant.
 */
export function toAsciiDomain(input: string): AsciiDomain {
  const bare = input.replace(/[\u3002\uFF0E\uFF61]/g, '.').replace(/\.$/, '');
  // A name that is far too long is not worth mapping; UTS 46 takes time for each character.
  if (bare.length > 4 * MAX_NAME_LENGTH) return refuse(dnsFinding('dns.name-too-long', { octets: bare.length }));
  if (bare.split('.').includes('')) return refuse(dnsFinding('dns.empty-label', { value: input.slice(0, 100) }));

  // UTS 46 only lower-cases letters, digits and hyphens, and takes a hundred times as long for it.
  const isPlain = PLAIN.test(bare) && !A_LABEL.test(bare);
  const unicode = isPlain ? bare.toLowerCase() : toUnicode(bare, OPTIONS).domain;
  for (const label of unicode.split('.')) {
    const character = isPlain ? null : forbiddenCharacter(label);
    if (character !== null) {
      const values = { character, codePoint: codePoint(character), reason: reasonAgainst(character) };
      return refuse(dnsFinding('dns.character-forbidden', values));
    }
    if (label.startsWith('-') || label.endsWith('-') || (label.slice(2, 4) === '--' && !label.startsWith('xn--'))) {
      return refuse(dnsFinding('dns.hyphen', { label: label.slice(0, 63) }));
    }
  }
  const ascii = isPlain ? unicode : toASCII(bare, { ...OPTIONS, verifyDNSLength: false });
  if (ascii === null || ascii === '') {
    const values = {
      value: input.slice(0, 100),
      reason: 'Its letters can’t be written as A-labels (RFC 5891).',
      suggestion: 'example.com',
    };
    return refuse(dnsFinding('dns.not-a-domain', values));
  }
  const tooLong = ascii.split('.').find((label) => label.length > MAX_LABEL_OCTETS);
  if (tooLong !== undefined)
    return refuse(dnsFinding('dns.label-too-long', { label: `${tooLong.slice(0, 20)}…`, octets: tooLong.length }));
  if (ascii.length > MAX_NAME_LENGTH) return refuse(dnsFinding('dns.name-too-long', { octets: ascii.length }));
  return { ok: true, ascii, unicode: toUnicodeName(ascii) };
}

/** A name in U-labels for people; labels that don't decode stay as they are. */
export function toUnicodeName(ascii: string): string {
  if (!ascii.includes('xn--')) return ascii;
  const { domain, error } = toUnicode(ascii, OPTIONS);
  return error ? ascii : domain;
}

import { parseIpv6 } from '../dns/ip.ts';
import { parseSpf, spfText } from './syntax.ts';
import { isSuspicious } from './term-reading.ts';

/**
 * The stretches of an SPF record that belong together, whatever spaces, separators and missing spaces have made of them:
 * what was torn is joined, what ran together is cut.
 */

/** A stretch of text whose characters know their places in the text that it comes from. */
export interface Piece {
  readonly text: string;
  /** For each character, its offset in the whole text. */
  readonly places: readonly number[];
}

export interface Joint {
  readonly code: 'spf.blank-after-colon' | 'spf.blank-after-sign';
  /** The spaces between two words, and what belongs in their place. */
  readonly start: number;
  readonly end: number;
  readonly text: '' | ':' | '=';
}

export interface Clump extends Piece {
  readonly joints: readonly Joint[];
}

const NAMES = 'include|exists|redirect|exp|ip4|ip6|ipv4|ipv6|ip|ptr|all|mx|a';
const BEGINS_TERM = new RegExp(String.raw`^[+\-~?]*(?:(?:${NAMES})(?:[:=/]|$)|(?:all|mx|a|ptr)[,;.]*$)`, 'i');
const ENDS_IN_SEPARATOR = new RegExp(String.raw`^[+\-~?]*(?:${NAMES})[:=]+$`, 'i');
const BARE_NAME = new RegExp(String.raw`^[+\-~?]*(?:${NAMES})$`, 'i');
/** Names that mean nothing without an argument. */
const NEEDY = /^[+\-~?]*(?:include|exists|ip4|ip6|ipv4|ipv6|ip|redirect|exp)$/i;
const ARGUMENT = /^[[<(]?[\w%:.*]/;
/** An address, a range or a domain that says nothing of its mechanism. */
const BARE_ARGUMENT =
  /^\[?(?:[0-9a-f]*:[0-9a-f:.]*|\d[\d.]*|(?:[a-z0-9_%{}-]+\.)+[a-z0-9-]+\.?)\]?(?:\/[\d./]*)?[,;]*$/i;

function separatorOf(name: string): ':' | '=' {
  return /(?:redirect|exp)$/i.test(name) ? '=' : ':';
}

const KNOWN: readonly string[] = ['include', 'exists', 'redirect', 'exp', 'ip4', 'ip6', 'ptr', 'all', 'mx'];

function isWhole(text: string): boolean {
  const term = parseSpf(spfText([text])).record?.terms[0];
  return term !== undefined && (term.kind === 'mechanism' || KNOWN.includes(term.name)) && !isSuspicious(term);
}

/** Whether a space has got into a term: neither half reads alone, both together do, and nothing but the space parts them. */
function isTorn(text: string, next: string): boolean {
  if (/^[+\-~?]/.test(next) || BEGINS_TERM.test(next)) return false;
  const isAtMark = /[.:/]$/.test(text) || /^[.:/]/.test(next);
  const start = /^[+\-~?]?([a-z]+\d?)$/i.exec(text)?.[1]?.toLowerCase();
  const isInName =
    start !== undefined &&
    KNOWN.some((name) => name.startsWith(start) && name !== start && isNameOf(name, start, next));
  return (isAtMark || isInName) && !isWhole(text) && !isWhole(next) && isWhole(text + next);
}

function isNameOf(name: string, start: string, next: string): boolean {
  return (
    next.toLowerCase().startsWith(name.slice(start.length)) && /^[:=/]?$/.test(next.charAt(name.length - start.length))
  );
}

/** Whether, and by what, a word goes on with the next one; null where a new term begins. */
function jointBetween(text: string, next: string): Omit<Joint, 'start' | 'end'> | null {
  const colon = { code: 'spf.blank-after-colon', text: '' } as const;
  if (isTorn(text, next)) return colon;
  if (/^[+\-~?]+$/.test(text)) return BEGINS_TERM.test(next) ? { code: 'spf.blank-after-sign', text: '' } : null;
  if (ENDS_IN_SEPARATOR.test(text)) return ARGUMENT.test(next) && !BEGINS_TERM.test(next) ? colon : null;
  if (BARE_NAME.test(text)) {
    const isAddress = parseIpv6(next.replace(/\/\d+$/, '')) !== null;
    if (isAddress && NEEDY.test(text)) return { ...colon, text: ':' };
    if (/^[:=]/.test(next)) return colon;
    if (NEEDY.test(text) && ARGUMENT.test(next) && !BEGINS_TERM.test(next))
      return { ...colon, text: separatorOf(text) };
  }
  if (/^\/{1,2}(?:\d+(?:\/{1,2}\d+)?)?[,;]?$/.test(next)) return /[\w%}.\]]$/.test(text) ? colon : null;
  if (/[\w.\]]\/{1,2}$/.test(text)) return /^\d{1,3}(?:\/{1,2}\d+)?[,;]?$/.test(next) ? colon : null;
  const isListed =
    (/[^,;][,;]$/.test(text) && /[:=]/.test(text.slice(0, -2))) ||
    (/^[\d[].*[,;]$/.test(text) && BARE_ARGUMENT.test(text));
  if (isListed) return BARE_ARGUMENT.test(next) ? colon : null;
  return /^[,;]/.test(next) ? colon : null;
}

/** Words that are joined to one; no list in a record is longer. */
const MAX_JOINTS = 1000;

/** Joins the words of a text, from `start` on, that belong together. */
export function joinWords(text: string, start: number): readonly Clump[] {
  const words = [...text.slice(start).matchAll(/[^ ]+/g)].map((match) => ({ text: match[0], at: start + match.index }));
  const clumps: Clump[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const { text: first, at } = words[index] as (typeof words)[number];
    let whole = first;
    const places = Array.from({ length: first.length }, (_none, offset) => at + offset);
    const joints: Joint[] = [];
    const sign = /^([+\-~?]+)[,;]+$/.exec(first)?.[1];
    const behind = words[index + 1];
    if (sign !== undefined && behind !== undefined && BEGINS_TERM.test(behind.text)) {
      // A separator has got between a sign and its mechanism.
      joints.push({ code: 'spf.blank-after-sign', start: at + sign.length, end: behind.at, text: '' });
      whole = sign + behind.text;
      places.splice(sign.length);
      for (let offset = 0; offset < behind.text.length; offset += 1) places.push(behind.at + offset);
      index += 1;
    }
    for (let next = words[index + 1]; next !== undefined && joints.length < MAX_JOINTS; next = words[index + 1]) {
      const joint = jointBetween(whole, next.text);
      if (joint === null) break;
      const end = (places.at(-1) as number) + 1;
      const argument = words[index + 2];
      const separator = separatorOf(whole);
      if (
        /^[:=]+$/.test(next.text) &&
        argument !== undefined &&
        jointBetween(whole + separator, argument.text) !== null
      ) {
        // A sign between spaces: name, sign and argument are joined at once.
        joints.push({ ...joint, text: separator, start: end, end: argument.at });
        whole += separator + argument.text;
        places.push(next.at);
        for (let offset = 0; offset < argument.text.length; offset += 1) places.push(argument.at + offset);
        index += 2;
        continue;
      }
      joints.push({ ...joint, start: end, end: next.at });
      whole += joint.text + next.text;
      if (joint.text !== '') places.push(end);
      for (let offset = 0; offset < next.text.length; offset += 1) places.push(next.at + offset);
      index += 1;
    }
    clumps.push({ text: whole, places, joints });
  }
  return clumps;
}

/** Part of a piece. */
export function sliceOf(piece: Piece, start: number, end: number): Piece {
  return { text: piece.text.slice(start, end), places: piece.places.slice(start, end) };
}

/** Offsets of the characters that separate lists, macros left out. */
function separatorsOf(text: string): readonly number[] {
  const offsets: number[] = [];
  let inMacro = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index] as string;
    if (character === '{' && text[index - 1] === '%') inMacro = true;
    else if (character === '}') inMacro = false;
    else if (!inMacro && (character === ',' || character === ';' || character === '|')) offsets.push(index);
  }
  return offsets;
}

export interface ListPart extends Piece {
  /** The separators behind it; empty for the last part that has none. */
  readonly behind: Piece;
}

/** Cuts a piece at its commas and semicolons. */
export function splitList(piece: Piece): readonly ListPart[] {
  const separators = separatorsOf(piece.text);
  if (separators.length === 0) return [{ ...piece, behind: sliceOf(piece, 0, 0) }];
  const parts: ListPart[] = [];
  let start = 0;
  for (let index = 0; index < separators.length; index += 1) {
    const from = separators[index] as number;
    let until = from + 1;
    while (separators[index + 1] === until) {
      until += 1;
      index += 1;
    }
    parts.push({ ...sliceOf(piece, start, from), behind: sliceOf(piece, from, until) });
    start = until;
  }
  if (start < piece.text.length) {
    parts.push({ ...sliceOf(piece, start, piece.text.length), behind: sliceOf(piece, 0, 0) });
  }
  return parts;
}

const BEGINNING = /(?<![+\-~?])[+\-~?]*(?:(?:include|exists|ip[46]|ipv[46])[:=]|(?:redirect|exp)=)/gi;
const ENDING = /(?<![+\-~?])[+\-~?]+all[.,;:!/\\]*$/i;
const SIGNED = /[~?+](?:a|mx|ptr|all)(?=$|[:/])/gi;
/** An IPv4 term, and the letter or sign that can't belong to it. */
const BEHIND_ADDRESS = /^[+\-~?]*ip4:\d+\.\d+\.\d+\.\d+(?:\/\d+)?(?=[a-z+\-~?])/i;

/** Offsets at which a term begins inside a piece, with no space before it. */
function beginningsIn(text: string): readonly number[] {
  const plain = text.replace(/%\{[^{}]*\}/g, (macro) => '_'.repeat(macro.length));
  const offsets = new Set<number>();
  for (const pattern of [BEGINNING, SIGNED]) for (const match of plain.matchAll(pattern)) offsets.add(match.index);
  const ending = ENDING.exec(plain);
  if (ending !== null) offsets.add(ending.index);
  const behind = BEHIND_ADDRESS.exec(plain)?.[0].length;
  if (
    behind !== undefined &&
    /^[+\-~?]?(?:a|mx|ptr|all|include|exists|ip[46]|redirect|exp)(?:[:=/]|$)/i.test(plain.slice(behind))
  ) {
    offsets.add(behind);
  }
  return [...offsets]
    .filter((offset) => offset > 0 && !/[+\-~?:=]/.test(plain[offset - 1] as string))
    .sort((left, right) => left - right);
}

/** Cuts a piece where terms ran together. */
export function splitGlued(piece: Piece): readonly Piece[] {
  const offsets = beginningsIn(piece.text);
  if (offsets.length === 0) return [piece];
  return [0, ...offsets].map((start, index) => sliceOf(piece, start, offsets[index] ?? piece.text.length));
}

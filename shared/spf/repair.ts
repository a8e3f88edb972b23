import { anyListed } from '../text/listed.ts';
import { parseIpv6 } from '../dns/ip.ts';
import { octetsToText, textToOctets } from '../dns/txt.ts';
import type { Finding, Span, TextFix } from '../findings/finding.ts';
import { spfFinding } from './findings.ts';
import type { PastedRecord, Wrapping } from '../pasted/read-pasted.ts';
import { readPasted } from '../pasted/read-pasted.ts';
import { meantStandard } from '../pasted/standard.ts';
import type { TextEdit, TracedText } from '../pasted/traced-text.ts';
import { editTraced, sourceSpan, traceText } from '../pasted/traced-text.ts';
import { parseSpf, spfText } from './syntax.ts';
import type { ListHead, TermReading } from './term-reading.ts';
import { isSuspicious, readTerm } from './term-reading.ts';
import type { Clump, Piece } from './words.ts';
import { joinWords, sliceOf, splitGlued, splitList } from './words.ts';

/**
 * Tolerant reading: a text as it was meant, whatever copying, forms, word processors and typing have made of it. What has
 * one meaning is put right; what has several, or none, stays as it stands and is a question.
 */

type SpfCode = Parameters<typeof spfFinding>[0];

export interface SpfRepair {
  /** As it was meant; the text itself where there was nothing to put right. */
  readonly text: string;
  /** What was put right, each with its fix, and what is open, with its readings; in the order of their places. */
  readonly findings: readonly Finding[];
}

/** Findings of one text that are told; a text with more was never an SPF record. */
const MAX_SLIPS = 500;

/** Octets of text longer than this are not searched for slips: no record is that long. */
const MAX_LENGTH = 65_535;

/** Whether a finding leaves open what was meant: it has to be answered before the record is of use. */
export function isOpen(finding: Finding): boolean {
  return finding.fix === undefined && (finding.code === 'spf.unclear' || finding.readings !== undefined);
}

/** A record as characters: what was received is octets in UTF-8, what was typed is text already. */
export function readableSpf(text: string): string {
  if (text.length > MAX_LENGTH || !/[\u0080-\u00FF]/.test(text)) return text;
  const decoded = octetsToText(text);
  // What isn't UTF-8 was typed, not received: its characters stand for themselves.
  return textToOctets(decoded) === text ? decoded : text;
}

/** Whether a record reads as it stands, and nothing in it was most likely meant otherwise. */
function isRight(text: string): boolean {
  const { record } = parseSpf(text);
  return record !== null && !record.terms.some(isSuspicious);
}

/* Characters */

interface CharacterSlip {
  readonly code: SpfCode;
  readonly pattern: RegExp;
  readonly label: string;
  readonly replace: (found: string) => string;
  readonly name?: (found: string) => string;
}

/** What word processors and fonts make of a hyphen; U+0096 and U+0097 are its octets in Windows code pages. */
const DASHES = String.raw`\u2010-\u2015\u2212\uFE58\uFE63\u0096\u0097`;

/** Control characters that are no spaces; those of Windows code pages are letters and marks to whoever wrote them. */
const CONTROL = String.raw`(?![\t\n\v\f\r\u0080-\u009F])\p{Cc}`;
const INVISIBLE = String.raw`\u00AD\u180E\u200B-\u200F\u202A-\u202E\u2060-\u2064\u2066-\u2069\uFEFF`;

function strayName(found: string): string {
  if (new RegExp(`^[${INVISIBLE}]`, 'u').test(found)) return 'an invisible character';
  return new RegExp(`^${CONTROL}`, 'u').test(found) ? 'a control character' : 'a line break or special space';
}

const characterSlips: readonly CharacterSlip[] = [
  {
    code: 'spf.quotes',
    pattern: /"[ \t\r\n]+"|\\?["'`“”„‟«»‘’‚‛′″\u0082\u0084\u0091-\u0094]+/g,
    label: 'Remove the quotes',
    replace: () => '',
  },
  {
    code: 'spf.dash',
    pattern: new RegExp(`[${DASHES}]+`, 'g'),
    label: 'Write a plain hyphen',
    replace: () => '-',
  },
  {
    code: 'spf.tilde',
    pattern: /[\u02DC\u0098\u223C\u301C]/g,
    label: 'Write a plain tilde',
    replace: () => '~',
  },
  {
    code: 'spf.stray-character',
    pattern: /[\t\n\v\f\r\u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]+/g,
    label: 'Write a space',
    replace: () => ' ',
    name: strayName,
  },
  {
    code: 'spf.stray-character',
    pattern: new RegExp(String.raw`(?:${CONTROL}|[${INVISIBLE}])+`, 'gu'),
    label: 'Remove it',
    replace: () => '',
    name: strayName,
  },
  {
    code: 'spf.odd-character',
    pattern: /[\uFF01-\uFF5E]+/g,
    label: 'Write plain characters',
    replace: (found) => Array.from(found, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfe_e0)).join(''),
  },
];

/** A change that puts a slip right, with what is said of it. */
interface Draft extends TextEdit {
  readonly code: SpfCode;
  readonly label: string;
  readonly values: Readonly<Record<string, string>>;
}

function characterDrafts(text: string): readonly Draft[] {
  if (/^[ -!#-&(-_a-~]*$/.test(text)) return [];
  const drafts: Draft[] = [];
  for (const { code, pattern, label, replace, name } of characterSlips) {
    for (const match of text.matchAll(pattern)) {
      const [found] = match;
      drafts.push({
        code,
        label,
        span: { start: match.index, end: match.index + found.length },
        text: replace(found),
        values: { value: name?.(found) ?? found, term: found },
      });
    }
  }
  return drafts.sort((left, right) => left.span.start - right.span.start);
}

/* The version */

const AFTER_VERSION = String.raw`(?=\s|$|[+\-~?]?(?:include|exists|ip[46]|ipv[46]|ptr|all|mx|a|redirect|exp)\b)`;
const VERSION = /^v=spf1(?= |$)/i;
const VERSION_SLIP = new RegExp(
  String.raw`^[\s.:=]*(?:v\s*(?:[=:-]+\s*)?)*(?:spf|sfp|psf|spff|sppf|sp)(?:[_-]?[1lI|!i](?:\.0)?|\s+1(?:\.0)?(?=\s|$))?[;:,.=]*${AFTER_VERSION}`,
  'i',
);
/** Terms that make a text an SPF record though nothing says so. */
const ONLY_TERMS =
  /^\s*(?:[+\-~?]?(?:(?:a|mx|ptr)(?:\/\d+)*|(?:a|mx|include|exists|ip[46]):\S+)\s+)+[+\-~?]all\s*$|^\s*(?:[+\-~?]?(?:include|ip[46]|exists):\S+(?:\s+|$))+(?:[+\-~?]?all\s*)?$/i;

/** Where the terms begin, and how the version is put right; null where no version and no term says that it is SPF. */
function readVersion(text: string): { readonly end: number; readonly version: string; readonly draft?: Draft } | null {
  const right = VERSION.exec(text)?.[0];
  if (right !== undefined) return { end: right.length, version: right };
  const slip = VERSION_SLIP.exec(text)?.[0] ?? (ONLY_TERMS.test(text) ? '' : null);
  if (slip === null) return null;
  const isGlued = /^[^\s]/.test(text.slice(slip.length));
  return {
    end: slip.length,
    version: 'v=spf1',
    draft: {
      code: 'spf.version-slip',
      label: 'Write v=spf1',
      span: { start: 0, end: slip.length },
      text: isGlued ? 'v=spf1 ' : 'v=spf1',
      values: { value: slip.trim() },
    },
  };
}

/* The terms */

interface Question {
  readonly span: Span;
  readonly term: string;
  readonly readings: readonly (readonly string[])[];
}

/** What has been understood so far of the terms. */
interface Understanding {
  readonly terms: string[];
  readonly drafts: Draft[];
  readonly questions: Question[];
  /** Stretches that are none, with their places. */
  readonly unreadable: Piece[];
  /** The first `redirect` and `exp`, and each that contradicts it. */
  readonly modifiers: Map<string, { readonly term: string; readonly span: Span }>;
  /** The piece before, which a bare domain or address may belong to. */
  before: Piece | null;
  readonly contradictions: { readonly name: string; readonly first: Span; readonly second: Span }[];
}

function nothingYet(): Understanding {
  return {
    terms: [],
    drafts: [],
    questions: [],
    unreadable: [],
    modifiers: new Map(),
    before: null,
    contradictions: [],
  };
}

function spanOf({ places }: Piece): Span {
  return { start: places[0] ?? 0, end: (places.at(-1) ?? -1) + 1 };
}

function draftsOf(piece: Piece, reading: Extract<TermReading, { readonly kind: 'meant' }>): readonly Draft[] {
  return reading.notes.map(({ code, values, label, place }) => {
    if (place === undefined) return { code, values, label, span: spanOf(piece), text: reading.terms.join(' ') };
    const at = (offset: number) => piece.places[offset] ?? (piece.places.at(-1) as number) + 1;
    const end = place.end === place.start ? at(place.start) : (piece.places[place.end - 1] as number) + 1;
    return { code, values, label, span: { start: at(place.start), end }, text: place.text };
  });
}

/** The head of a term that a list may go on with. */
function headOf(term: string | undefined): ListHead | null {
  const found = /^([+\-~?]?)([a-z0-9]+)(?:[:=]|$)/i.exec(term ?? '');
  return found === null ? null : { sign: found[1] as string, name: (found[2] as string).toLowerCase() };
}

const IS_TERM = /^[+\-~?]*(?:(?:include|exists|redirect|exp|ip4|ip6|ipv4|ipv6|ip|ptr|all|mx|a)(?:[:=/]|$)|[+\-~?])/i;

/** Reads one piece: its terms join the others, with what was put right, or as a question. */
function takePiece(piece: Piece, list: ListHead | null, known: Understanding): void {
  const reading = readTerm(piece.text, list);
  const { before } = known;
  known.before = piece;
  if (/^v=spf1$/i.test(piece.text)) {
    const span = spanOf(piece);
    if (known.terms.length === 0) {
      known.drafts.push({
        code: 'spf.stray-character',
        label: 'Remove it',
        values: { value: piece.text },
        span,
        text: '',
      });
      return;
    }
    // A second version begins a second record; whether the two are one is for a person to say.
    known.questions.push({ span, term: piece.text, readings: [[]] });
    known.terms.push(piece.text);
    return;
  }
  const open = list === null && before !== null ? openBehind(piece, before, reading) : null;
  if (open !== null) {
    known.terms.push(piece.text);
    known.questions.push(open);
    return;
  }
  switch (reading.kind) {
    case 'right':
      takeTerms([piece.text], piece, known);
      break;
    case 'meant':
      known.drafts.push(...draftsOf(piece, reading));
      takeTerms(reading.terms, piece, known);
      break;
    case 'open':
      known.terms.push(piece.text);
      known.questions.push({ span: spanOf(piece), term: piece.text, readings: reading.readings });
      break;
    case 'unreadable':
      known.terms.push(piece.text);
      known.unreadable.push(piece);
      break;
  }
}

/** A bare domain or address that may belong to what stands before it, although a space parts them. */
function openBehind(piece: Piece, before: Piece, reading: TermReading): Question | null {
  const span = { start: spanOf(before).start, end: spanOf(piece).end };
  const [first = []] = reading.kind === 'open' ? reading.readings : [];
  if (/^[+\-~?]?(?:a|mx|ptr)$/i.test(before.text) && first[0] === `include:${piece.text}`) {
    const apart = reading.kind === 'open' ? reading.readings.map((terms) => [before.text, ...terms]) : [];
    return { span, term: `${before.text} ${piece.text}`, readings: [[`${before.text}:${piece.text}`], ...apart] };
  }
  const sign = /^([-~?])(?:ip4|ip6)[:=]/i.exec(before.text)?.[1];
  const isBare = reading.kind === 'meant' && reading.notes.some(({ code }) => code === 'spf.bare-address');
  if (sign === undefined || !isBare || /^[+\-~?]/.test(piece.text)) return null;
  const signed = reading.terms.map((term) => `${sign}${term}`);
  return { span: spanOf(piece), term: piece.text, readings: [signed, reading.terms] };
}

/** Adds terms; a modifier that stands already says nothing new, or contradicts the first. */
function takeTerms(terms: readonly string[], piece: Piece, known: Understanding): void {
  for (const term of terms) {
    const name = /^(redirect|exp)=/i.exec(term)?.[1]?.toLowerCase();
    const span = spanOf(piece);
    const first = name === undefined ? undefined : known.modifiers.get(name);
    if (name !== undefined && first === undefined) known.modifiers.set(name, { term, span });
    if (name === undefined || first === undefined) {
      known.terms.push(term);
    } else if (first.term.toLowerCase() === term.toLowerCase()) {
      known.drafts.push({ code: 'spf.modifier-twice', label: 'Remove it', values: { name }, span, text: '' });
    } else {
      known.terms.push(term);
      known.contradictions.push({ name, first: first.span, second: span });
    }
  }
}

/** `192,0,2,1` and `example,com`: commas where dots belong, when nothing between them is a term or an address by itself. */
function withDots(clump: Piece): string | null {
  if (!/[\w],[\w]/.test(clump.text) || /[,;|](?:$|[,;|])/.test(clump.text)) return null;
  const dotted = clump.text.replaceAll(',', '.');
  const parts = clump.text.split(',');
  const isWhole = parts.some((part, index) => {
    if (index > 0 && IS_TERM.test(part)) return true;
    const argument = index === 0 ? part.replace(/^[^:=]*[:=]/, '') : part;
    return argument.includes('.') || argument.includes(':');
  });
  return !isWhole && isRight(spfText([dotted])) ? dotted : null;
}

function takeClump(clump: Clump, known: Understanding): void {
  for (const { code, start, end, text } of clump.joints) {
    const label = text === '' ? 'Remove the space' : 'Write the right sign';
    known.drafts.push({ code, label, values: {}, span: { start, end }, text });
  }
  const colon = withColon(clump, known);
  if (colon !== null) {
    takeParts(colon, known);
    return;
  }
  const dotted = withDots(clump);
  if (dotted !== null) {
    const values = { value: ',' };
    known.terms.push(dotted);
    known.drafts.push({ code: 'spf.stray-character', label: 'Write dots', values, span: spanOf(clump), text: dotted });
    return;
  }
  takeParts(clump, known);
}

/** `include;spf.example.com`: a separator of lists where a mechanism that means nothing by itself takes its colon. */
function withColon(clump: Piece, known: Understanding): Piece | null {
  const found = /^([+\-~?]*(?:include|exists|ip4|ip6|redirect|exp))[;,|](?=[\w%[])/i.exec(clump.text)?.[1];
  if (found === undefined) return null;
  const right = /(?:redirect|exp)$/i.test(found) ? '=' : ':';
  const at = clump.places[found.length] as number;
  const value = clump.text.slice(0, found.length + 1);
  known.drafts.push({
    code: 'spf.wrong-separator',
    label: 'Write the right sign',
    values: { value, right: `${found}${right}` },
    span: { start: at, end: at + 1 },
    text: right,
  });
  return { text: `${found}${right}${clump.text.slice(found.length + 1)}`, places: clump.places };
}

/** `192.0.2.0,/24`: a separator before a prefix length separates nothing. */
function withoutCommas(clump: Piece, known: Understanding): Piece {
  let text = '';
  const places: number[] = [];
  let position = 0;
  const keep = (until: number) => {
    text += clump.text.slice(position, until);
    for (let index = position; index < until; index += 1) places.push(clump.places[index] as number);
  };
  for (const match of clump.text.matchAll(/(?<![,;])[,;]+(?=\/{1,2}\d)/g)) {
    const [value] = match;
    const end = match.index + value.length;
    const span = spanOf(sliceOf(clump, match.index, end));
    known.drafts.push({ code: 'spf.stray-character', label: 'Remove it', values: { value }, span, text: '' });
    keep(match.index);
    position = end;
  }
  if (position === 0) return clump;
  keep(clump.text.length);
  return { text, places };
}

/** The parts of a clump between its commas and semicolons. */
function takeParts(whole: Piece, known: Understanding): void {
  const clump = withoutCommas(whole, known);
  const parts = splitList(clump);
  const full = parts.filter((part) => part.text !== '');
  const isList = full.some((part, index) => index > 0 && !IS_TERM.test(part.text));
  if (isList) {
    takeList(clump, full, known);
    return;
  }
  for (const [index, part] of parts.entries()) {
    if (part.text !== '') takeGlued(part, known);
    if (part.behind.text === '') continue;
    const isLast = index === parts.length - 1;
    known.drafts.push({
      code: 'spf.stray-character',
      label: 'Remove it',
      values: { value: part.behind.text },
      span: spanOf(part.behind),
      text: isLast || part.text === '' ? '' : ' ',
    });
  }
}

/** Terms of which some lack their mechanism, between commas or semicolons: they have that of the one before. */
function takeList(clump: Piece, parts: readonly Piece[], known: Understanding): void {
  const before = known.terms.length;
  const { modifiers, contradictions } = known;
  const inner: Understanding = { ...nothingYet(), modifiers, contradictions };
  for (const part of parts) {
    if (IS_TERM.test(part.text)) takeGlued(part, inner);
    else takeListed(part, headOf(inner.terms.at(-1)), inner);
  }
  known.terms.push(...inner.terms);
  known.questions.push(...inner.questions);
  known.unreadable.push(...inner.unreadable);
  const isCertain = inner.questions.length === 0 && inner.unreadable.length === 0;
  const right = known.terms.slice(before).join(' ');
  if (isCertain) {
    known.drafts.push({
      code: 'spf.list',
      label: 'Write each separately',
      values: { term: clump.text.slice(0, 100), right: right.slice(0, 200) },
      span: spanOf(clump),
      text: right,
    });
  }
}

/**
 * A part of a list that lacks its mechanism. An address says what it is; whether a domain has the mechanism of the one
 * before it, and whether either has the sign, can't be told.
 */
function takeListed(part: Piece, list: ListHead | null, known: Understanding): void {
  const alone = readTerm(part.text);
  const isSigned = list !== null && list.sign !== '' && list.sign !== '+';
  if (list === null || (!isSigned && alone.kind !== 'open')) {
    takePiece(part, list, known);
    return;
  }
  const heads = isSigned ? [list, { ...list, sign: '' }] : [list];
  const readings = [...heads.map((head) => readTerm(part.text, head)), alone].flatMap((reading) => {
    if (reading.kind === 'meant') return [reading.terms];
    return reading.kind === 'open' ? reading.readings : [];
  });
  known.before = part;
  known.terms.push(part.text);
  if (readings.length === 0) known.unreadable.push(part);
  else known.questions.push({ span: spanOf(part), term: part.text, readings: withoutRepetition(readings) });
}

function withoutRepetition(readings: Question['readings']): Question['readings'] {
  const texts = readings.map((terms) => terms.join(' '));
  return readings.filter((_terms, index) => texts.indexOf(texts[index] as string) === index);
}

/** Pairs of brackets around one another that are taken off. */
const MAX_FRAMES = 8;

/** A piece in which terms may have run together. */
function takeGlued(whole: Piece, known: Understanding, frames = 0): void {
  const part = known.terms.length === 0 ? withoutVersions(whole, known) : whole;
  const sign = /^([+\-~?]*)[([{<].*[)\]}>]$/.exec(part.text)?.[1];
  if (sign !== undefined && frames < MAX_FRAMES && parseIpv6(part.text.slice(sign.length + 1, -1)) === null) {
    takeGlued(withoutFrame(part, sign.length, known), known, frames + 1);
    return;
  }
  const pieces = isRight(spfText([part.text])) ? [part] : splitGlued(part);
  for (const [index, piece] of pieces.entries()) {
    if (index > 0) {
      const at = piece.places[0] as number;
      known.drafts.push({
        code: 'spf.missing-blank',
        label: 'Insert a space',
        values: {},
        span: { start: at, end: at },
        text: ' ',
      });
    }
    if (!withoutRepeatedName(piece, known)) takePiece(piece, null, known);
  }
}

/** What runs on behind a version that stands there once more, or several times. */
function withoutVersions(part: Piece, known: Understanding): Piece {
  let end = 0;
  for (const match of part.text.matchAll(/v=spf1(?=.)/giy)) {
    const [value] = match;
    const span = spanOf(sliceOf(part, end, end + value.length));
    known.drafts.push({ code: 'spf.stray-character', label: 'Remove it', values: { value }, span, text: '' });
    end += value.length;
  }
  return end === 0 ? part : sliceOf(part, end, part.text.length);
}

/** A term in brackets, as placeholders and lists have them, without the two. */
function withoutFrame(part: Piece, at: number, known: Understanding): Piece {
  const end = part.text.length - 1;
  for (const offset of [at, end]) {
    const bracket = sliceOf(part, offset, offset + 1);
    const values = { value: bracket.text };
    known.drafts.push({ code: 'spf.stray-character', label: 'Remove it', values, span: spanOf(bracket), text: '' });
  }
  return {
    text: part.text.slice(0, at) + part.text.slice(at + 1, end),
    places: [...part.places.slice(0, at), ...part.places.slice(at + 1, end)],
  };
}

/** `ip4:ip4:192.0.2.1` and `include:a:h.example`: a mechanism where an argument belongs. @returns whether it was that. */
function withoutRepeatedName(part: Piece, known: Understanding): boolean {
  const found = /^([+\-~?]*)([a-z0-9]+)[:=]+([+\-~?]*)([a-z][a-z0-9]*)([:=].+)$/i.exec(part.text);
  if (found === null) return false;
  const [, sign = '', outer = '', innerSign = '', inner = '', rest = ''] = found;
  if (!IS_TERM.test(`${outer}:`) || !IS_TERM.test(`${inner}:`) || !isRight(spfText([`${inner}${rest}`]))) return false;
  if (outer.toLowerCase() === inner.toLowerCase() && (innerSign === '' || innerSign === sign)) {
    const right = `${sign}${inner}${rest}`;
    known.terms.push(right);
    const values = { value: part.text.slice(0, part.text.length - inner.length - rest.length) };
    known.drafts.push({ code: 'spf.stray-character', label: 'Remove it', values, span: spanOf(part), text: right });
  } else {
    known.terms.push(part.text);
    const signs = [...new Set([sign, innerSign].filter((each, index) => index === 0 || each !== ''))];
    known.questions.push({
      span: spanOf(part),
      term: part.text,
      readings: signs.map((each) => [`${each}${inner}${rest}`]),
    });
  }
  return true;
}

/* The whole */

const UNWRAPPED: Readonly<Record<Wrapping['kind'], { readonly code: SpfCode; readonly label: string }>> = {
  quotes: { code: 'spf.quotes', label: 'Remove the quotes' },
  escape: { code: 'spf.stray-character', label: 'Remove the backslash' },
  'zone-line': { code: 'spf.zone-line', label: 'Keep only the value' },
  label: { code: 'spf.zone-line', label: 'Keep only the value' },
  markup: { code: 'spf.stray-character', label: 'Write plain characters' },
  json: { code: 'spf.zone-line', label: 'Keep only the value' },
  'key-file': { code: 'spf.zone-line', label: 'Keep only the value' },
};

/** Characters of what was taken off that are told. */
const TOLD = 40;

function wrappingFindings(source: string, record: PastedRecord): readonly Finding[] {
  return record.wrappings.map(({ kind, span, text }) => {
    const { code, label } = UNWRAPPED[kind];
    const value = source.slice(span.start, span.end).trim().slice(0, TOLD);
    return spfFinding.ofChosenCode(code, { value }, { span, fix: { label, edits: [{ span, text }] } });
  });
}

/** The record of SPF among what was pasted; null where there is none, or several. */
function chosenRecord(source: string): PastedRecord | null {
  const { records, holdsPrivateKey } = readPasted(source);
  if (holdsPrivateKey) return null;
  const [first] = records;
  if (records.length === 1) return first as PastedRecord;
  const spf = records.filter((record) => meantStandard(record.value.text) === 'SPF');
  return spf.length === 1 ? (spf[0] as PastedRecord) : null;
}

/** Whether a word reads as one term by itself, as it stands or as it was meant. */
function readsAlone(word: string): boolean {
  const { kind } = readTerm(word);
  return kind === 'right' || kind === 'meant';
}

/** In characters; nothing longer is a term: a domain has 253, and macros are few. */
const LONGEST_WORD = 1000;

/** The words that meet at each of some offsets, which rise; left out where one of them is longer than any term. */
function wordsAt(
  text: string,
  offsets: readonly number[],
): readonly { readonly at: number; readonly before: string; readonly behind: string }[] {
  const words = [...text.matchAll(/\S+/g)].map((match) => ({ start: match.index, end: match.index + match[0].length }));
  let next = 0;
  return offsets.flatMap((at) => {
    while (next < words.length && (words[next] as Span).end < at) next += 1;
    const word = words[next];
    if (word === undefined || word.start > at) return [{ at, before: '', behind: '' }];
    if (at - word.start > LONGEST_WORD || word.end - at > LONGEST_WORD) return [];
    return [{ at, before: text.slice(word.start, at), behind: text.slice(at, word.end) }];
  });
}

interface Seams {
  readonly drafts: readonly Draft[];
  readonly questions: readonly Question[];
}

/**
 * Spaces that may have been lost where one string ends and the next begins: the two halves read apart, and not as one; or
 * both ways, which is a question.
 */
function readSeams({ value, seams }: PastedRecord): Seams {
  const drafts: Draft[] = [];
  const questions: Question[] = [];
  for (const { at, before, behind } of wordsAt(value.text, seams)) {
    const isVersion = VERSION.test(before) && before.length === 6;
    const hasName = IS_TERM.test(behind) || /^[+\-~?]*[a-z]{3,}\d?[:=]/i.test(behind);
    if (before === '' || !hasName || (!isVersion && !readsAlone(before)) || !readsAlone(behind)) continue;
    const whole = parseSpf(spfText([before + behind])).record?.terms[0];
    const isUnknown = whole?.kind === 'modifier' && whole.name !== 'redirect' && whole.name !== 'exp';
    const span = { start: at, end: at };
    if (whole === undefined || isUnknown || isSuspicious(whole)) {
      drafts.push({ code: 'spf.missing-blank', label: 'Insert a space', values: {}, span, text: ' ' });
    } else {
      const term = before + behind;
      const place = { start: at - before.length, end: at + behind.length };
      questions.push({ span: place, term, readings: [[before, behind], [term]] });
    }
  }
  return { drafts, questions };
}

interface Stage {
  readonly traced: TracedText;
  readonly drafts: readonly Draft[];
}

function draftFindings({ traced, drafts }: Stage): readonly Finding[] {
  return drafts.map(({ code, values, label, span, text }) => {
    const place = sourceSpan(traced, span);
    return spfFinding.ofChosenCode(code, values, { span: place, fix: { label, edits: [{ span: place, text }] } });
  });
}

/** `a, b or c` of the terms that readings come to. */
function readingsText(readings: readonly (readonly string[])[]): string {
  const texts = readings.map((terms) => (terms.length === 0 ? 'nothing' : `“${terms.join(' ')}”`));
  return anyListed(texts);
}

function questionFindings(traced: TracedText, questions: readonly Question[]): readonly Finding[] {
  return questions.map(({ span, term, readings }) => {
    const place = sourceSpan(traced, span);
    const choices: readonly TextFix[] = readings.map((terms) => {
      const text = terms.join(' ');
      return { label: text === '' ? 'Remove it' : `Write ${text}`, edits: [{ span: place, text }] };
    });
    const values = { term: term.slice(0, 100), readings: readingsText(readings).slice(0, 300) };
    return spfFinding('spf.unclear', values, { span: place, readings: choices });
  });
}

/** The grammar's own words on stretches that are nothing, at their places. */
function faultFindings(traced: TracedText, pieces: readonly Piece[]): readonly Finding[] {
  const before = spfText(['']).length;
  return pieces.flatMap((piece): readonly Finding[] => {
    const whole = sourceSpan(traced, spanOf(piece));
    const removal: TextFix = { label: 'Remove it', edits: [{ span: whole, text: '' }] };
    const faults = parseSpf(spfText([piece.text])).findings;
    if (faults.length === 0) {
      const values = { term: piece.text.slice(0, 100), readings: 'something else' };
      return [spfFinding('spf.unclear', values, { span: whole, readings: [removal] })];
    }
    return faults.map((fault) => {
      const { start = before, end = before + piece.text.length } = fault.span ?? {};
      const at = (offset: number) => piece.places[Math.max(0, offset - before)] ?? spanOf(piece).end;
      const last = (piece.places[Math.max(0, end - before - 1)] ?? spanOf(piece).end - 1) + 1;
      return {
        ...fault,
        span: sourceSpan(traced, { start: at(start), end: end > start ? last : at(start) }),
        readings: [removal],
      };
    });
  });
}

/** Two modifiers of one name that say different things: either may be the one that was meant. */
function contradictionFindings(
  traced: TracedText,
  contradictions: Understanding['contradictions'],
): readonly Finding[] {
  return contradictions.map(({ name, first, second }) => {
    const [one, other] = [sourceSpan(traced, first), sourceSpan(traced, second)];
    const readings: readonly TextFix[] = [
      { label: `Keep the first ${name}=`, edits: [{ span: other, text: '' }] },
      { label: `Keep the last ${name}=`, edits: [{ span: one, text: '' }] },
    ];
    return spfFinding('spf.modifier-twice', { name }, { span: other, readings });
  });
}

function byPlace(left: Finding, right: Finding): number {
  return (left.span?.start ?? 0) - (right.span?.start ?? 0);
}

/** A repair whose findings stand in a text of their own: they have no place in what was given. */
function placeless(findings: readonly Finding[]): readonly Finding[] {
  return findings.map(({ span: _span, fix: _fix, ...finding }) => finding);
}

/**
 * Reads a text tolerantly and writes it as it was meant.
 *
 * @param text as it was published (octets) or typed (text).
 * @returns the text with everything put right that has one meaning; what has not stays as it stands. The record is of use
 *   only where no finding is open (`isOpen`).
 */
export function repairSpf(text: string): SpfRepair {
  return repairReadable(text, readableSpf(text));
}

/** @param readable the text in characters; where it is none of SPF, or right as it is, `text` comes back. */
export function repairReadable(text: string, readable: string): SpfRepair {
  if (text.length > MAX_LENGTH || isRight(text)) return { text, findings: [] };
  const record = chosenRecord(readable);
  if (record === null) return { text, findings: [] };
  if (!record.isInPlace) {
    const value = traceText(record.value.text);
    const inner = repairRecord({ ...record, value, wrappings: [] }, value.text);
    const text = inner?.text ?? value.text;
    return { text, findings: [...wrappingFindings(readable, record), ...placeless(inner?.findings ?? [])] };
  }
  return repairRecord(record, readable) ?? { text, findings: [] };
}

/** @returns null where the value is no SPF record, or right as it is. */
function repairRecord(record: PastedRecord, readable: string): SpfRepair | null {
  const seams = readSeams(record);
  const joined = editTraced(record.value, seams.drafts);
  const characters = characterDrafts(joined.text);
  const traced = editTraced(joined, characters);
  const version = readVersion(traced.text);
  if (version === null) return null;
  const known = nothingYet();
  for (const clump of joinWords(traced.text, version.end)) takeClump(clump, known);
  const drafts = version.draft === undefined ? known.drafts : [version.draft, ...known.drafts];
  const findings = [
    ...wrappingFindings(readable, record),
    ...draftFindings({ traced: record.value, drafts: seams.drafts }),
    ...questionFindings(record.value, seams.questions),
    ...draftFindings({ traced: joined, drafts: characters }),
    ...draftFindings({ traced, drafts }),
    ...questionFindings(traced, known.questions),
    ...faultFindings(traced, known.unreadable),
    ...contradictionFindings(traced, known.contradictions),
  ].sort(byPlace);
  if (findings.length === 0) return null;
  return { text: [version.version, ...known.terms].join(' '), findings: withoutNested(findings).slice(0, MAX_SLIPS) };
}

/** A backslash before a separator goes with the separator, which is a slip of its own. */
function withoutNested(findings: readonly Finding[]): readonly Finding[] {
  const counts = new Map<string, number>();
  for (const finding of findings) counts.set(placeOf(finding), (counts.get(placeOf(finding)) ?? 0) + 1);
  return findings.filter((finding) => {
    const isEscape = finding.code === 'spf.stray-character' && String(finding.values.value).startsWith('\\');
    return !isEscape || counts.get(placeOf(finding)) === 1;
  });
}

function placeOf({ span }: Finding): string {
  return `${span?.start}-${span?.end}`;
}

import type { TextEdit } from './traced-text.ts';

/** What web pages, mail and office programs put in the place of plain characters. */

const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  apos: "'",
  bsol: '\\',
  colon: ':',
  commat: '@',
  comma: ',',
  dash: '\u2010',
  equals: '=',
  gt: '>',
  hyphen: '\u2010',
  laquo: '\u00AB',
  ldquo: '\u201C',
  lowbar: '_',
  lpar: '(',
  lsquo: '\u2018',
  lt: '<',
  mdash: '\u2014',
  minus: '\u2212',
  nbsp: '\u00A0',
  ndash: '\u2013',
  num: '#',
  period: '.',
  percnt: '%',
  plus: '+',
  quest: '?',
  quot: '"',
  raquo: '\u00BB',
  rdquo: '\u201D',
  rpar: ')',
  rsquo: '\u2019',
  semi: ';',
  shy: '\u00AD',
  sol: '/',
  zwnj: '\u200C',
};

const ENTITY = /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,8}));/gi;
/** Elements that pages show records in. Nothing else between angle brackets is taken for one: it may be a placeholder. */
const ELEMENT =
  /<a\s[^<>]{0,500}>|<\/a>|<\/?(?:b|br|code|div|em|i|kbd|li|mark|p|pre|samp|span|strong|td|tr|tt|u|wbr)(?:\s[^<>]{0,500})?\/?>/gi;

/** Whether a text may hold entities or elements at all. */
export function mayHoldMarkup(text: string): boolean {
  return /&(?:#x?[0-9a-f]{1,7}|[a-z]{2,8});|<\/?[a-z]{1,6}[\s/>]/i.test(text);
}

function characterOf(decimal: string | undefined, hexadecimal: string | undefined): string | null {
  const code = decimal === undefined ? Number.parseInt(hexadecimal ?? '', 16) : Number(decimal);
  return code > 0 && code <= 0x10_ff_ff && (code < 0xd8_00 || code > 0xdf_ff) ? String.fromCodePoint(code) : null;
}

/**
 * The edits that make plain text of HTML: entities as the characters they stand for, elements taken out.
 *
 * @param lineBreak what stands in the place of elements that begin a line.
 */
export function markupEdits(text: string, lineBreak = ' '): readonly TextEdit[] {
  const edits: TextEdit[] = [];
  for (const match of text.matchAll(ENTITY)) {
    const [whole, decimal, hexadecimal, name] = match;
    const character = name === undefined ? characterOf(decimal, hexadecimal) : (NAMED[name.toLowerCase()] ?? null);
    if (character !== null) {
      edits.push({ span: { start: match.index, end: match.index + whole.length }, text: character });
    }
  }
  for (const match of text.matchAll(ELEMENT)) {
    const isBreak = /^<(?:br|\/?(?:p|div|li|td|tr))/i.test(match[0]);
    edits.push({ span: { start: match.index, end: match.index + match[0].length }, text: isBreak ? lineBreak : '' });
  }
  return edits.sort((left, right) => left.span.start - right.span.start);
}

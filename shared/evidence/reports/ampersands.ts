/** Ampersands that begin no entity: a parser reads on for the end of one, and the rest of the document goes with it. */

const BARE = /&(?!(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z]\w{0,30});)/gi;
const LONGEST_ENTITY = 33;
const CDATA = '<![CDATA[';
const CDATA_END = ']]>';

export interface AmpersandMender {
  /**
   * @param piece of a document, in turn. @param isLast nothing comes behind it.
   * @returns what may be parsed by now, with bare ampersands as entities; within CDATA an ampersand is one.
   */
  readonly mend: (piece: string, isLast: boolean) => string;
  readonly hasMended: () => boolean;
}

/** Where a CDATA section begins; -1 where none does. An exclamation mark is rarer than `<`, and so sooner looked for. */
function cdataIn(text: string): number {
  for (let at = text.indexOf(CDATA.slice(1)); at !== -1; at = text.indexOf(CDATA.slice(1), at + 1))
    if (text[at - 1] === '<') return at - 1;
  return -1;
}

/** How many characters at the end of a text may be the beginning of `mark`. */
function begunAtEnd(text: string, mark: string): number {
  for (let length = Math.min(mark.length - 1, text.length); length > 0; length -= 1)
    if (text.endsWith(mark.slice(0, length))) return length;
  return 0;
}

export function createAmpersandMender(): AmpersandMender {
  /** The end of a piece in which an entity, or a mark of CDATA, may have begun. */
  let heldBack = '';
  let isInCdata = false;
  let hasMended = false;

  const mended = (text: string): string => {
    const sure = text.includes('&') ? text.replace(BARE, '&amp;') : text;
    if (sure !== text) hasMended = true;
    return sure;
  };
  const openAtEnd = (text: string): number => {
    if (isInCdata) return begunAtEnd(text, CDATA_END);
    const end = text.slice(-LONGEST_ENTITY);
    const ampersand = end.lastIndexOf('&');
    const entity = ampersand === -1 || end.includes(';', ampersand) ? 0 : end.length - ampersand;
    return Math.max(entity, begunAtEnd(end, CDATA));
  };

  return {
    mend(piece, isLast) {
      let rest = heldBack === '' ? piece : heldBack + piece;
      heldBack = '';
      let sure = '';
      for (;;) {
        const mark = isInCdata ? CDATA_END : CDATA;
        const at = isInCdata ? rest.indexOf(CDATA_END) : cdataIn(rest);
        if (at === -1) break;
        const end = at + mark.length;
        sure += isInCdata ? rest.slice(0, end) : mended(rest.slice(0, at)) + mark;
        rest = rest.slice(end);
        isInCdata = !isInCdata;
      }
      const held = isLast ? 0 : openAtEnd(rest);
      if (held > 0) {
        heldBack = rest.slice(-held);
        rest = rest.slice(0, -held);
      }
      const last = isInCdata ? rest : mended(rest);
      return sure === '' ? last : sure + last;
    },
    hasMended: () => hasMended,
  };
}

/**
 * Characters that a screen or terminal obeys instead of showing them: controls, format characters such as those that turn
 * the direction of writing (Unicode's UAX #9), and the separators of lines and paragraphs.
 */
const CONTROLS = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
/** The same but for line feeds and tabs, of which texts of several lines are made. */
const CONTROLS_WITHIN_LINES = /[\p{Cf}\p{Zl}\p{Zp}]|(?![\t\n])\p{Cc}/gu;

/** As JSON and most languages write a character: `\u202e`, one for each UTF-16 unit. */
function escaped(character: string): string {
  return Array.from(
    { length: character.length },
    (_nothing, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
  ).join('');
}

/** Writes what would be obeyed so that it is seen; what comes out is one line. */
export function showControls(text: string): string {
  return text.replace(CONTROLS, escaped);
}

/**
 * The same for a text of several lines. JSON stays JSON and means the same (RFC 8259 §7): `JSON.stringify` itself leaves
 * C1 controls and format characters as they are, but within texts alone.
 */
export function showControlsInLines(text: string): string {
  return text.replace(CONTROLS_WITHIN_LINES, escaped);
}

/** A stretch of a text: as it is, or one character that would be obeyed, shown by its number. */
export interface ShownPart {
  readonly text: string;
  readonly isControl: boolean;
}

/** Parts a text of several lines at what a screen would obey. */
export function shownParts(text: string): readonly ShownPart[] {
  const parts: ShownPart[] = [];
  let from = 0;
  for (const { 0: character, index } of text.matchAll(CONTROLS_WITHIN_LINES)) {
    if (index > from) parts.push({ text: text.slice(from, index), isControl: false });
    parts.push({ text: escaped(character), isControl: true });
    from = index + character.length;
  }
  if (from < text.length) parts.push({ text: text.slice(from), isControl: false });
  return parts;
}

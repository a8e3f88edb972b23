/**
 * Domain names as text (RFC 1035 §2.3, RFC 9499): absolute, A-labels, without the final dot; the root is the empty
 * string. A dot or backslash inside a label is written with a backslash, as in master files.
 */

/** Octets a label may have (RFC 1035 §2.3.4). */
export const MAX_LABEL_OCTETS = 63;

/** Characters a name may have in text without its final dot: 255 octets on the wire (RFC 1035 §2.3.4). */
export const MAX_NAME_LENGTH = 253;

const DOT = 46;
const BACKSLASH = 92;
const UPPER_A = 65;
const UPPER_Z = 90;
/** From an ASCII letter to the same in lower case. */
const LOWER_BY = 32;

/** Whether a name ends in a dot that is no part of its last label: behind an even number of backslashes. */
export function endsInDot(name: string): boolean {
  if (name.charCodeAt(name.length - 1) !== DOT) return false;
  let backslashes = 0;
  while (name[name.length - 2 - backslashes] === '\\') backslashes += 1;
  return backslashes % 2 === 0;
}

function withoutFinalDot(name: string): string {
  return endsInDot(name) ? name.slice(0, -1) : name;
}

/**
 * The form of a name to be used as a key: ASCII lower case (RFC 4343), no final dot.
 */
export function canonicalName(name: string): string {
  const bare = withoutFinalDot(name);
  // Looked at letter by letter: names are made canonical several times for each question, and nearly all are already.
  for (let index = 0; index < bare.length; index += 1) {
    const code = bare.charCodeAt(index);
    if (code >= UPPER_A && code <= UPPER_Z) return bare.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
  }
  return bare;
}

/** Whether two names are the same name, whatever their letter case and final dot. */
export function sameName(left: string, right: string): boolean {
  if (left === right) return true;
  // Letter case changes no length, and a final dot changes it by one.
  const longer = left.length - right.length;
  if (longer > 1 || longer < -1) return false;
  if (longer !== 0) return canonicalName(left) === canonicalName(right);
  for (let index = 0; index < left.length; index += 1)
    if (lowerCode(left, index) !== lowerCode(right, index)) return false;
  return true;
}

/** The code of a character, that of an ASCII letter in lower case. */
function lowerCode(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code >= UPPER_A && code <= UPPER_Z ? code + LOWER_BY : code;
}

/** Whether `child` is `parent` or lies below it. */
export function isSubdomain(child: string, parent: string): boolean {
  const below = canonicalName(child);
  const above = canonicalName(parent);
  if (above === '' || below === above) return true;
  return below.endsWith(above) && below.charCodeAt(below.length - above.length - 1) === DOT;
}

/** The labels of a name, leftmost first; none for the root. */
export function nameLabels(name: string): readonly string[] {
  const bare = withoutFinalDot(name);
  if (bare === '') return [];
  if (!bare.includes('\\')) return bare.split('.');
  const labels: string[] = [];
  let label = '';
  for (let index = 0; index < bare.length; index += 1) {
    const character = bare[index] as string;
    if (character === '\\') {
      label += character + (bare[index + 1] ?? '');
      index += 1;
    } else if (character === '.') {
      labels.push(label);
      label = '';
    } else {
      label += character;
    }
  }
  labels.push(label);
  return labels;
}

/** The name one label up, or null for the root. */
export function parentName(name: string): string | null {
  const bare = withoutFinalDot(name);
  if (bare === '') return null;
  if (bare.includes('\\')) return nameLabels(name).slice(1).join('.');
  const dot = bare.indexOf('.');
  return dot === -1 ? '' : bare.slice(dot + 1);
}

/**
 * A name as it is written inside a zone: `@` at the apex, relative below it, absolute with its final dot outside.
 */
export function relativeName(name: string, zone: string): string {
  const canonical = canonicalName(name);
  const apex = canonicalName(zone);
  if (canonical === apex) return '@';
  if (apex !== '' && canonical.endsWith(`.${apex}`)) return name.slice(0, canonical.length - apex.length - 1);
  return `${withoutFinalDot(name)}.`;
}

/**
 * Reads a name as it is written inside a zone.
 *
 * @param text `@`, a relative name, or an absolute one with its final dot.
 * @param origin the zone or `$ORIGIN`, without its final dot.
 */
export function absoluteName(text: string, origin: string): string {
  if (text === '@') return origin;
  if (endsInDot(text)) return text.slice(0, -1);
  return origin === '' ? text : `${text}.${origin}`;
}

/** What is wrong with a name's lengths, or null. */
export type NameFault =
  | { readonly fault: 'empty-label' }
  | { readonly fault: 'label-too-long'; readonly label: string; readonly octets: number }
  | { readonly fault: 'name-too-long'; readonly octets: number };

/** Octets of a label in text, its escapes `\.` and `\DDD` counted as one each (RFC 1035 §5.1). */
function labelOctets(label: string): number {
  return label.includes('\\') ? label.replace(/\\(?:\d{3}|.)/gs, 'x').length : label.length;
}

/** Whether a name without escapes is as long as it may be, told without cutting it into labels: nearly all are. */
function isSound(name: string): boolean {
  if (name.length > MAX_NAME_LENGTH) return false;
  let start = 0;
  for (let index = 0; index <= name.length; index += 1) {
    const code = index < name.length ? name.charCodeAt(index) : DOT;
    if (code === BACKSLASH) return false;
    if (code !== DOT) continue;
    if (index === start || index - start > MAX_LABEL_OCTETS) return false;
    start = index + 1;
  }
  return true;
}

/**
 * Checks a name's lengths (RFC 1035 §2.3.4): at most 63 octets in each label and 253 in all, no empty label.
 *
 * @param name ASCII; the root passes.
 */
export function checkName(name: string): NameFault | null {
  if (isSound(name)) return null;
  const labels = nameLabels(name);
  let total = Math.max(labels.length - 1, 0);
  for (const label of labels) {
    const octets = labelOctets(label);
    if (octets === 0) return { fault: 'empty-label' };
    if (octets > MAX_LABEL_OCTETS) return { fault: 'label-too-long', label, octets };
    total += octets;
  }
  return total > MAX_NAME_LENGTH ? { fault: 'name-too-long', octets: total } : null;
}

/** Whether a text is a label of letters, digits and inner hyphens, as host names have them (RFC 1123 §2.1). */
export function isHostLabel(text: string): boolean {
  return /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/i.test(text);
}

/** Whether a text is a host name of two labels at least, in A-labels, without a final dot (RFC 1123 §2.1). */
export function isHostName(text: string): boolean {
  const labels = text.split('.');
  return labels.length > 1 && checkName(text) === null && labels.every(isHostLabel);
}

/** A label of letters, digits, underscores and inner hyphens: what every tool and every DNS host takes as it stands. */
const PLAIN_LABEL = /^[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?$/i;

/**
 * What keeps a name from being prepared, as the end of a sentence, or null: its lengths (RFC 1035 §2.3.4), and characters
 * that would be more than a name to the tools it is handed to.
 *
 * @param name absolute, without its final dot.
 * @param isOwner a record's own name, which may begin with the wildcard label.
 */
export function nameFault(name: string, isOwner = false): string | null {
  const found = checkName(name);
  if (found?.fault === 'name-too-long') return `has ${found.octets} characters; ${MAX_NAME_LENGTH} are allowed`;
  if (found?.fault === 'label-too-long') {
    return `has a label of ${found.octets} characters; ${MAX_LABEL_OCTETS} are allowed`;
  }
  if (found?.fault === 'empty-label') return 'has two dots in a row, or begins with one';
  const labels = nameLabels(name);
  const isPlain = labels.every((label, index) => (isOwner && index === 0 && label === '*') || PLAIN_LABEL.test(label));
  return isPlain && labels.length > 0
    ? null
    : 'is not a DNS name of letters, digits, underscores and inner hyphens between dots';
}

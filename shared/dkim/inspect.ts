import { applyFix } from '../findings/apply-fix.ts';
import { dkimFinding } from './findings.ts';
import type { Finding } from '../findings/finding.ts';
import { pastedValue, placedFindings } from '../pasted/lint-pasted.ts';
import type { DkimKey } from './key-record.ts';
import { parseDkimKey } from './key-record.ts';
import { decodeBase64, encodeBase64, isWrappedEd25519, readRsaPublicKey, wrapRsaPublicKey } from './public-key.ts';

/** Key records out of whatever they were pasted in, and put right where that gives a key of use. */

export interface DkimInspection {
  /** The record alone, as it was pasted. */
  readonly value: string;
  readonly key: DkimKey | null;
  readonly findings: readonly Finding[];
  /** The record put right; null where no key of use comes of it. The text itself where nothing is wrong. */
  readonly fixed: string | null;
}

const MAX_FIXES = 50;
const PEM = /-----BEGIN (?:RSA )?PUBLIC KEY-----([\s\S]{0,8192}?)-----END (?:RSA )?PUBLIC KEY-----/;
const INVISIBLE = /[\u00AD\u200B-\u200F\u2060-\u2064\uFEFF]/g;
/** A note in quotation marks, as opendkim-genkey writes it: its semicolons end the tag for every receiver. */
const QUOTED_NOTE = /(^|;)(\s*n\s*=\s*)["\u201C]([^"\u201D]{0,1000})["\u201D]/;

/** A key that semicolons part, as copied out of several strings: only all of it together is a key. */
const KEY_IN_PIECES = /(\bp\s*=\s*)([A-Za-z0-9+/]{40,}(?:\s*;\s*[A-Za-z0-9+/]{8,}={0,2})+)(?=\s*;?\s*$)/;

/** A note as a tag may hold it: what means something to the list is `=XX` (RFC 6376 §2.11, §3.2). */
function encodedNote(note: string): string {
  return note.replace(/[^ !-:<>-~]/g, (character) =>
    Array.from(
      new TextEncoder().encode(character),
      (octet) => `=${octet.toString(16).toUpperCase().padStart(2, '0')}`,
    ).join(''),
  );
}

/** The value of `p=` for a public key in base64, in whichever structure; null where it is none. */
function bareKey(base64: string): { readonly type: 'rsa' | 'ed25519'; readonly value: string } | null {
  const compact = base64.replace(/\s+/g, '');
  const octets = decodeBase64(compact);
  if (octets === null) return null;
  if (isWrappedEd25519(octets)) return { type: 'ed25519', value: encodeBase64(octets.subarray(-32)) };
  const reading = readRsaPublicKey(octets);
  if (reading.kind !== 'rsa') return null;
  return { type: 'rsa', value: reading.wrapped ? compact : encodeBase64(wrapRsaPublicKey(octets)) };
}

/** Tags that spaces, commas or nothing but the next name part; a colon for the sign between name and value. */
function withSemicolons(text: string): string {
  const key = /(?:^|[;,\s])p\s*[=:]/.exec(text);
  const end = key === null ? text.length : key.index + 1;
  const head = text.slice(0, end).replace(/(?<!\s)(?:\s*[,;]\s*|\s+)(?=(?:v|h|k|n|s|t|g|p)\s*[=:])/g, '; ');
  const separated =
    head.trim() !== '' && !/[;]\s*$/.test(head) && key !== null ? head.replace(/(?<![,\s])[,\s]+$/, '; ') : head;
  return (separated + text.slice(end)).replace(/(^|;\s*)(v|h|k|n|s|t|p)\s*:\s*(?=\S)/g, '$1$2=');
}

/** What is put right before the tags are looked at: what copying and key tools leave in a record. */
function cleaned(value: string): string {
  let text = value
    .trim()
    .replace(INVISIBLE, '')
    .replace(/[\u00A0\u2000-\u200A\u202F\u3000]/g, ' ');
  text = text.replace(
    QUOTED_NOTE,
    (_whole, before: string, name: string, note: string) => before + name + encodedNote(note),
  );
  text = text.replace(PEM, (whole, body: string) => bareKey(body)?.value ?? whole);
  if (parseDkimKey(text).key === null) {
    const separated = withSemicolons(text);
    if (parseDkimKey(separated).key !== null) text = separated;
  }
  const joined = text.replace(
    KEY_IN_PIECES,
    (_whole, name: string, pieces: string) => name + pieces.replace(/\s*;\s*/g, ''),
  );
  if (joined !== text && parseDkimKey(text).key === null && parseDkimKey(joined).key !== null) text = joined;
  return text;
}

/** A bare key as the record that publishes it. */
function recordOf(base64: string): string | null {
  const found = bareKey(base64);
  return found === null ? null : `v=DKIM1; k=${found.type}; p=${found.value}`;
}

function putRight(value: string): string | null {
  const text = cleaned(/[=;:]/.test(value.replace(/(?<!=)=+\s*$/, '')) ? value : (recordOf(value) ?? value));
  let fixed = text;
  for (let round = 0; round < MAX_FIXES; round += 1) {
    const fix = parseDkimKey(fixed).findings.find((finding) => finding.fix !== undefined)?.fix;
    if (fix === undefined) break;
    fixed = applyFix(fixed, fix);
  }
  const inner = /(?:^|;)\s*p\s*=\s*([A-Za-z0-9+/=\s]+)/.exec(fixed)?.[1]?.trim();
  const wrapped = inner === undefined ? null : bareKey(inner);
  if (wrapped !== null && inner !== undefined && parseDkimKey(fixed).key === null)
    fixed = fixed.replace(inner, wrapped.value);
  const { key } = parseDkimKey(fixed);
  // An empty key revokes: it is right only where that was written.
  if (key === null || (key.publicKey === '' && !/(?:^|;)\s*p\s*=\s*(?:;|$)/.test(value))) return null;
  return fixed;
}

/**
 * Reads what was pasted as a key record: a value, a line of a zone file, a file of opendkim-genkey, a public key in PEM, a
 * provider's JSON. Never throws.
 */
export function inspectDkim(text: string): DkimInspection {
  const isBare = (value: string) => bareKey(value) !== null || /(?:^|;)\s*p\s*=/.test(value);
  const pasted = pastedValue(text, 'DKIM', isBare);
  if (pasted.record === null) return { value: '', key: null, findings: pasted.findings, fixed: null };
  const { value } = pasted;
  const { key, findings } = parseDkimKey(value);
  const fixed = putRight(value);
  // A fix is offered where a key of use comes of it.
  const offered = fixed === null ? findings.map(({ fix: _fix, ...finding }) => finding) : findings;
  const ofNotation = fixed === null ? pasted.findings.map(({ fix: _fix, ...finding }) => finding) : pasted.findings;
  const note = QUOTED_NOTE.exec(value);
  const noted =
    note === null
      ? []
      : [dkimFinding('dkim.quoted-note', {}, { span: { start: note.index, end: note.index + note[0].length } })];
  return { value, key, findings: [...ofNotation, ...placedFindings(pasted, [...noted, ...offered])], fixed };
}

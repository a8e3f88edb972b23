import type { Asking } from '../dns/asking.ts';
import { ask } from '../dns/asking.ts';
import type { LookupResult } from '../dns/lookup.ts';
import { joinTxt } from '../dns/txt.ts';
import { remembering } from '../memo.ts';
import { parseDkimKey } from '../dkim/key-record.ts';
import { dkimName } from '../dkim/selector.ts';

/** A DKIM key as receivers find it: behind its aliases, alone at its name, and fit to verify with. */
export interface KeyView {
  readonly selector: string;
  readonly domain: string;
  readonly usable: 'yes' | 'no' | 'unknown';
  /**
   * - `missing`: no record stands there.
   * - `dangling`: an alias stands there, and what it leads to holds none.
   * - `several`: more than one, of which receivers pick one or fail (RFC 6376 §3.6.2.2).
   * - `revoked`: an empty `p=`.
   * - `broken`: no key that receivers could read, or one that they may not use.
   * - `not-known`: nobody could say.
   */
  readonly reason: 'usable' | 'missing' | 'dangling' | 'several' | 'revoked' | 'broken' | 'not-known';
  /** What the name's aliases lead to at last; null where the key stands at the name itself. */
  readonly target: string | null;
  /** The records' texts. */
  readonly texts: readonly string[];
  /** Of the key where it is read. */
  readonly bits: number;
}

/** Records that are remembered as they were read. */
const REMEMBERED = 64;
const readKey = remembering(REMEMBERED, parseDkimKey);

/** Judges the key of a selector (RFC 6376 §3.6.1, §6.1.2; RFC 8301 §3.2). */
export function* keyAt(selector: string, domain: string): Asking<KeyView> {
  return keyIn(yield* ask(dkimName(selector, domain), 'TXT'), selector, domain);
}

/** The same by what was answered to the question for its TXT record. */
export function keyIn(answer: LookupResult, selector: string, domain: string): KeyView {
  const view = { selector, domain, target: answer.aliases?.at(-1) ?? null, texts: [], bits: 0 };
  // Aliases that lead round in a circle hold no key, whoever asks.
  if (answer.status === 'failure' && answer.reason === 'alias-loop')
    return { ...view, usable: 'no', reason: 'dangling' };
  if (answer.status === 'failure') return { ...view, usable: 'unknown', reason: 'not-known' };
  if (answer.status !== 'answer')
    return { ...view, usable: 'no', reason: view.target === null ? 'missing' : 'dangling' };
  const texts = answer.records.flatMap((record) => (record.type === 'TXT' ? [joinTxt(record.strings)] : []));
  const [text = ''] = texts;
  const { key, findings } = readKey(text);
  const short = findings.find(({ code }) => code === 'dkim.too-short');
  const read = { ...view, texts, bits: key?.bits ?? Number(short?.values.bits ?? 0) };
  if (texts.length > 1) return { ...read, usable: 'no', reason: 'several' };
  if (key === null) return { ...read, usable: 'no', reason: 'broken' };
  if (key.publicKey === '') return { ...read, usable: 'no', reason: 'revoked' };
  return { ...read, usable: 'yes', reason: 'usable' };
}

import type { Asking, DnsQuestion } from '../dns/asking.ts';
import type { LookupResult } from '../dns/lookup.ts';
import { joinTxt } from '../dns/txt.ts';
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

/** Judges the key of a selector (RFC 6376 §3.6.1, §6.1.2; RFC 8301 §3.2). */
export function* keyAt(selector: string, domain: string): Asking<KeyView> {
  return keyIn(yield keyQuestion(selector, domain), selector, domain);
}

/** Where the key of a selector stands. */
export function keyQuestion(selector: string, domain: string): DnsQuestion {
  return { name: dkimName(selector, domain), type: 'TXT' };
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
  const { key, findings } = parseDkimKey(texts[0] ?? '');
  const short = findings.find(({ code }) => code === 'dkim.too-short');
  return { ...view, texts, bits: key?.bits ?? Number(short?.values.bits ?? 0), ...keyAmong(texts) };
}

/** Judges the texts of the TXT records that stand at a selector, one at least. */
export function keyAmong(texts: readonly string[]): Pick<KeyView, 'usable' | 'reason'> {
  if (texts.length > 1) return { usable: 'no', reason: 'several' };
  const { key } = parseDkimKey(texts[0] ?? '');
  if (key === null) return { usable: 'no', reason: 'broken' };
  return key.publicKey === '' ? { usable: 'no', reason: 'revoked' } : { usable: 'yes', reason: 'usable' };
}

import type { Finding } from '../findings/finding.ts';
import { spfFinding } from './findings.ts';
import { standardLimits } from './check-host.ts';
import type { Mechanism } from './syntax.ts';

/** What a record costs by itself, without looking below its terms (RFC 7208 §3.4, §4.6.4). */

const COSTLY: ReadonlySet<string> = new Set(['include', 'a', 'mx', 'ptr', 'exists']);

/**
 * Lookups that the record itself needs.
 *
 * @param mechanisms those before its `all`.
 * @param isRedirected it ends in a redirect that is followed.
 */
export function lintCost(mechanisms: readonly Mechanism[], isRedirected: boolean): Finding[] {
  const count = mechanisms.filter((mechanism) => COSTLY.has(mechanism.name)).length + (isRedirected ? 1 : 0);
  if (count > standardLimits.lookups) return [spfFinding('spf.many-lookups', { count })];
  return count >= standardLimits.lookups - 1 ? [spfFinding('spf.lookups-close', { count })] : [];
}

/** Warn and fail limits for the answer, in octets (RFC 7208 §3.4). */
const LONG_ANSWER = 450;
const TOO_LONG_ANSWER = 512;
/** Octets of a TXT answer besides its data: header, question, and the fixed part of each record. */
const ANSWER_OVERHEAD = 12 + 4;
const RECORD_OVERHEAD = 12;

/** Octets of a TXT answer with these records' data at a name. */
export function answerOctets(nameOctets: number, dataOctets: readonly number[]): number {
  return dataOctets.reduce((total, octets) => total + octets + RECORD_OVERHEAD, ANSWER_OVERHEAD + nameOctets);
}

/** Octets of a record's data on the wire: its text, and a length octet before each string of up to 255. */
export function recordOctets(text: string): number {
  return text.length + Math.ceil(text.length / 255);
}

/** What an answer of so many octets is to be told. */
export function lintAnswer(octets: number): Finding[] {
  if (octets >= TOO_LONG_ANSWER) return [spfFinding('spf.record-too-long', { octets })];
  return octets >= LONG_ANSWER ? [spfFinding('spf.record-long', { octets })] : [];
}

/** Whether a record is too long by itself, whatever its name and its neighbours are. */
export function lintLength(text: string): Finding[] {
  return lintAnswer(answerOctets(0, [recordOctets(text)]));
}

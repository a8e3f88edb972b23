import { isDmarcRecord } from '../dmarc/record.ts';
import { repairDmarc } from '../dmarc/repair.ts';
import { remembering } from '../memo.ts';
import { meantStandard } from '../pasted/standard.ts';
import { repairSpf } from '../spf/repair.ts';
import { isSpfRecord, parseSpf } from '../spf/syntax.ts';

/** Texts that no receiver reads as a record, and that somebody meant as one all the same. */

/** Texts that are remembered as they were read. */
const REMEMBERED = 256;
/** Characters in which a text shows what it was meant as. */
const BEGINNING = 300;

/** Sender ID (RFC 4406) is another standard, which nobody evaluates any more. */
const SENDER_ID = /^\W*(?:v\s*[=:]\s*)?spf\s*2/i;

/** Whether a text that is no SPF record was meant as one: by its version, or by mechanisms behind a slip in it. */
export const isNearlySpf = remembering(REMEMBERED, (text): boolean => {
  if (isSpfRecord(text) || SENDER_ID.test(text)) return false;
  // Mechanisms up to their `all`, with no version before them.
  if (!/spf/i.test(text.slice(0, BEGINNING))) return meantStandard(text) === 'SPF';
  if (/^\W*v\s*[=:]\s*spf/i.test(text)) return true;
  const repaired = repairSpf(text).text;
  if (!isSpfRecord(repaired)) return false;
  return parseSpf(repaired).words.some(({ term }) => term?.kind === 'mechanism');
});

/** The texts among those at a name that say who may send: the SPF records, else what was meant as one. */
export function spfTextsOf(texts: readonly string[]): readonly string[] {
  const records = texts.filter(isSpfRecord);
  return records.length > 0 ? records : texts.filter(isNearlySpf);
}

/** Whether a text that is no usable DMARC record was meant as one. */
export function isMeantAsDmarc(text: string): boolean {
  return isDmarcRecord(text) || repairDmarc(text) !== null;
}

/** The texts among those at a name that state the policy: the usable records, else what was meant as one. */
export function dmarcTextsOf(texts: readonly string[]): readonly string[] {
  const records = texts.filter(isDmarcRecord);
  return records.length > 0 ? records : texts.filter(isMeantAsDmarc);
}

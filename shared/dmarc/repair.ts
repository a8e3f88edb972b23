import { octetsToText } from '../dns/txt.ts';
import { remembering } from '../memo.ts';
import { pastedValue } from '../pasted/lint-pasted.ts';
import { isDmarcRecord, parseDmarc, printDmarc, strictness } from './record.ts';
import type { DmarcPolicy } from './record.ts';

/** Texts as the DMARC records that they were meant as. */

export interface DmarcRepair {
  /** The record's text; the same for a record that is read as it stands. */
  readonly text: string;
  /** Nothing had to be chosen among several meanings, and nothing was supplied. */
  readonly isCertain: boolean;
}

/** Texts that are remembered as they were read. */
const REMEMBERED = 256;
const MAY_BE_MEANT = /dmarc|dmrac|dmac|damrc|dmrc|p\s*[=:]/i;
/** Characters in which a text shows what it was meant as. */
const BEGINNING = 300;
const TAGS = 'v|p|sp|np|adkim|aspf|psd|t|rua|ruf|fo|pct|rf|ri';
const POLICY_TAGS: ReadonlySet<string> = new Set(['p', 'sp', 'np']);
const REPORT_TAGS: ReadonlySet<string> = new Set(['rua', 'ruf']);
/** What keeps receivers, or some of them, from reading all that a record was meant to say. */
const SLIPS: ReadonlySet<string> = new Set([
  'dmarc.broken-tag',
  'dmarc.repeated-tag',
  'dmarc.tag-case',
  'dmarc.bad-report-address',
  'dmarc.empty-tag',
  'dmarc.leading-blank',
  'dmarc.blank-in-version',
]);

/** The one version there is, in whatever spelling. */
const VERSION = /^[\s,.]*(?:v\s*[=:]?\s*)?(?:dmarc|dmrac|dmac|damrc|dmrc)[\s_-]*v?\s*[1lI|!]?(?:\.0)?(?=[:,.\s]|$)/i;
const BEGINS_WITH_POLICY = /^p\s*[=:]\s*(?:none|quarantine|reject)\s*(?:;|$)/i;

const POLICIES = ['none', 'quarantine', 'reject'] as const;
/** Letters that tell a policy apart from the others, however its end was written. */
const TELLING = 3;

/** The policy that a value was meant as. */
function policyMeant(value: string): DmarcPolicy | null {
  const begun = value.toLowerCase().slice(0, TELLING);
  return POLICIES.find((policy) => begun.length === TELLING && policy.startsWith(begun)) ?? null;
}

function stricter(left: DmarcPolicy | undefined, right: DmarcPolicy): DmarcPolicy {
  return left === undefined || strictness(right) > strictness(left) ? right : left;
}

function addressesIn(value: string): readonly string[] {
  return value
    .split(/[,\s]+/)
    .map((address) => address.replace(/^<|>$/g, '').replace(/^mailto\s*[:=]?\s*/i, 'mailto:'))
    .filter((address) => address !== '' && address !== 'mailto:')
    .map((address) => (/^[a-z][a-z0-9+.-]*:/i.test(address) ? address : `mailto:${address}`));
}

/** The tags of a text that was copied or typed; null where it is no list of DMARC's tags. */
function tagsOf(text: string): { readonly tags: ReadonlyMap<string, string>; readonly isCertain: boolean } | null {
  const bare = pastedValue(octetsToText(text), 'DMARC', () => true)
    .value.replace(/["'“”„«»‘’]/g, '')
    .replace(new RegExp(`[,\\s]+(?=(?:${TAGS})\\s*[=:])|[:,\\s]+(?=(?:${TAGS})\\s*=)`, 'gi'), ';')
    .trim();
  const pieces = bare.split(';');
  // The version may stand anywhere, or nowhere where the policy stands first: no other list of tags begins with one.
  const at = pieces.findIndex((piece) => VERSION.test(piece));
  const behind = at === -1 ? '' : (pieces[at] as string).replace(VERSION, '');
  if (at === -1 && !BEGINS_WITH_POLICY.test(bare)) return null;
  const tags = new Map<string, string>();
  let isCertain = true;
  for (const piece of at === -1 ? pieces : pieces.with(at, behind)) {
    const found = new RegExp(`^[\\s,.]*(${TAGS})\\s*[=:]\\s*(.*?)[\\s.]*$`, 'is').exec(piece);
    if (found === null) {
      if (/[^\s,.]/.test(piece)) isCertain = false;
      continue;
    }
    const name = (found[1] as string).toLowerCase();
    const value = found[2] as string;
    const known = tags.get(name);
    const policy = policyMeant(value);
    if (POLICY_TAGS.has(name)) {
      if (policy === null || (known !== undefined && known !== policy)) isCertain = false;
      if (policy !== null) tags.set(name, stricter(known as DmarcPolicy | undefined, policy));
    } else if (REPORT_TAGS.has(name))
      tags.set(name, [...new Set([...addressesIn(known ?? ''), ...addressesIn(value)])].join(','));
    else if (known === undefined) tags.set(name, value);
    else if (known !== value) isCertain = false;
  }
  return { tags, isCertain };
}

/**
 * A text as the DMARC record that it was meant as, where receivers read none or not all of it: `p:reject`, the notation
 * of a zone file, tags without semicolons, a tag that stands twice (of policies the strictest counts, of addresses all).
 *
 * @returns null for what was not meant as one, or can't be read as one.
 */
export const repairDmarc = remembering(REMEMBERED, (text): DmarcRepair | null => {
  if (!MAY_BE_MEANT.test(text.slice(0, BEGINNING))) return null;
  const asItStands: DmarcRepair = { text, isCertain: true };
  if (isDmarcRecord(text)) {
    const { record, findings } = parseDmarc(text);
    const isWhole = findings.every(({ code }) => !SLIPS.has(code));
    if (record !== null && isWhole && !record.policyTakenAsNone) return asItStands;
  }
  const meant = tagsOf(text);
  if (meant === null) return isDmarcRecord(text) ? asItStands : null;
  const { tags } = meant;
  const pairs = [...tags].filter(([name]) => name !== 'p' && name !== 'v');
  const list = [`v=DMARC1; p=${tags.get('p') ?? 'none'}`, ...pairs.map(([name, value]) => `${name}=${value}`)];
  const { record } = parseDmarc(list.join('; '));
  if (record === null) return null;
  return {
    text: printDmarc({ ...record, policyTakenAsNone: false }),
    isCertain: meant.isCertain && tags.has('p') && !record.policyTakenAsNone,
  };
});

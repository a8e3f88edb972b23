import { effectivePolicies } from '../dmarc/evaluate.ts';
import type { DmarcRecord } from '../dmarc/record.ts';
import type { Finding } from '../findings/finding.ts';
import { policiesFinding } from './findings.ts';
import { findTag, printTags } from '../tags/tag-list.ts';
import { isUsable, lintPolicyAnswer, readPolicyRecord } from './policy-record.ts';
import type { PolicyStandard } from './policy-record.ts';
import { isHttpsUri } from './tls-rpt.ts';

/** BIMI (draft-brand-indicators-for-message-identification): the logo that receivers may show beside a message. */

export const bimi: PolicyStandard = {
  standard: 'BIMI',
  version: 'v=BIMI1',
  tags: ['v', 'l', 'a', 'avp', 'lps'],
};

export interface BimiRecord {
  /** Address of the SVG file; empty: no logo shall be shown. */
  readonly logo: string;
  /** Address of the mark certificate, or empty. */
  readonly evidence: string;
  readonly avatar?: 'brand' | 'personal';
}

const AVATARS = ['brand', 'personal'] as const;

/** Reads the TXT record at `default._bimi`. Never throws. */
export function parseBimi(text: string): { readonly record: BimiRecord | null; readonly findings: readonly Finding[] } {
  const { list, findings } = readPolicyRecord(text, bimi);
  if (list === null) return { record: null, findings };
  const [logo, evidence, avatar] = [findTag(list, 'l'), findTag(list, 'a'), findTag(list, 'avp')];
  if (logo === undefined) findings.push(policiesFinding('bimi.no-location'));
  for (const tag of [logo, evidence]) {
    if (tag === undefined || tag.value === '' || isHttpsUri(tag.value)) continue;
    findings.push(policiesFinding('bimi.bad-address', { name: tag.name }, { span: tag.span }));
  }
  if (logo?.value === '') findings.push(policiesFinding('bimi.declined', {}, { span: logo.span }));
  else if (logo !== undefined) {
    if (!/\.svg(?:[?#]|$)/i.test(logo.value)) findings.push(policiesFinding('bimi.not-svg', {}, { span: logo.span }));
    if ((evidence?.value ?? '') === '') findings.push(policiesFinding('bimi.no-evidence'));
  }
  const preference = avatar?.value.toLowerCase();
  const chosen = AVATARS.find((choice) => choice === preference);
  if (avatar !== undefined && chosen === undefined) {
    findings.push(policiesFinding('bimi.avatar', { value: avatar.value.slice(0, 50) }, { span: avatar.span }));
  }
  if (!isUsable(findings)) return { record: null, findings };
  const record = {
    logo: logo?.value ?? '',
    evidence: evidence?.value ?? '',
    ...(chosen === undefined ? {} : { avatar: chosen }),
  };
  return { record, findings };
}

export function printBimi({ logo, evidence, avatar }: BimiRecord): string {
  const tags: [string, string][] = [
    ['v', 'BIMI1'],
    ['l', logo],
  ];
  if (evidence !== '' || logo === '') tags.push(['a', evidence]);
  if (avatar !== undefined) tags.push(['avp', avatar]);
  return `${printTags(tags)};`;
}

/** Checks everything found at `default._bimi`. */
export function lintBimi(texts: readonly string[]): readonly Finding[] {
  return lintPolicyAnswer(texts, bimi, (text) => parseBimi(text).findings);
}

/** What in a domain's DMARC policy keeps receivers from showing a logo. */
export function lintBimiPolicy(dmarc: DmarcRecord): readonly Finding[] {
  const { own, subdomains } = effectivePolicies({ ...dmarc, testing: false });
  const share = dmarc.others.find(([name]) => name === 'pct')?.[1];
  const reasons = [
    own === 'none' ? `p=${own}` : '',
    own !== 'none' && subdomains === 'none' ? `sp=${subdomains}` : '',
    dmarc.testing ? 't=y' : '',
    share !== undefined && share !== '100' ? `pct=${share}` : '',
  ].filter((reason) => reason !== '');
  return reasons.length === 0 ? [] : [policiesFinding('bimi.dmarc-too-weak', { reason: reasons.join(', ') })];
}

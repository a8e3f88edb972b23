import type { Finding } from '../findings/finding.ts';
import { dmarcFinding } from '../findings/dmarc.ts';
import type { Tag, TagList } from '../tags/tag-list.ts';
import { findTag, parseTagList, printTags } from '../tags/tag-list.ts';

/** DMARC policy records (RFC 9989 §4.7, §4.8; RFC 7489 §6.3 for what older senders still publish). */

export type DmarcPolicy = 'none' | 'quarantine' | 'reject';
export type AlignmentMode = 'relaxed' | 'strict';

export interface DmarcRecord {
  readonly policy: DmarcPolicy;
  /** `p=` was missing or not valid, and receivers read none because reports are asked for. */
  readonly policyTakenAsNone: boolean;
  readonly subdomainPolicy?: DmarcPolicy;
  readonly nonexistentPolicy?: DmarcPolicy;
  readonly dkimAlignment: AlignmentMode;
  readonly spfAlignment: AlignmentMode;
  /** `psd=`: whether the name is a public suffix; `u`: not said. */
  readonly publicSuffix: 'y' | 'n' | 'u';
  /** `t=y`: receivers apply the policy one step milder. */
  readonly testing: boolean;
  /** Valid addresses aggregate reports go to, as URIs. */
  readonly aggregateReports: readonly string[];
  readonly failureReports: readonly string[];
  readonly failureOptions: readonly string[];
}

export interface DmarcParse {
  readonly record: DmarcRecord | null;
  readonly findings: readonly Finding[];
}

const MAX_LENGTH = 65_535;
/** Report addresses that are read of one tag. */
const MAX_ADDRESSES = 50;
const POLICIES: readonly DmarcPolicy[] = ['none', 'quarantine', 'reject'];
const RETIRED: Readonly<Record<string, string>> = {
  pct: 'to try a policy out, use t=y.',
  rf: 'there is one report format.',
  ri: 'reports come daily.',
};
const KNOWN: ReadonlySet<string> = new Set([
  'v',
  'p',
  'sp',
  'np',
  'adkim',
  'aspf',
  'psd',
  't',
  'rua',
  'ruf',
  'fo',
  ...Object.keys(RETIRED),
]);

/** Whether a TXT text is taken for a DMARC record at all: `v=DMARC1` first, in this spelling (RFC 9989 §4.7). */
export function isDmarcRecord(text: string): boolean {
  return /^[ \t]*v[ \t]*=[ \t]*DMARC1[ \t]*(?:;|$)/.test(text);
}

function isPolicy(value: string): value is DmarcPolicy {
  return (POLICIES as readonly string[]).includes(value);
}

/** One address: `mailto:name@domain` (RFC 9989 §4.7); other schemes are allowed by URI syntax but used by nobody. */
function readAddress(text: string): { uri: string; size?: string } | null {
  const [uri, size] = text.split('!', 2) as [string, string?];
  if (!/^mailto:[^@\s,;]+@[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/i.test(uri)) return null;
  return size === undefined ? { uri } : { uri, size };
}

function readAddresses(tag: Tag | undefined, findings: Finding[]): readonly string[] {
  if (tag === undefined) return [];
  const addresses: string[] = [];
  for (const part of tag.value.split(',').slice(0, MAX_ADDRESSES)) {
    const address = readAddress(part.trim());
    if (address === null) {
      findings.push(
        dmarcFinding('dmarc.bad-report-address', { value: part.trim().slice(0, 200) }, { span: tag.valueSpan }),
      );
      continue;
    }
    if (address.size !== undefined) {
      findings.push(dmarcFinding('dmarc.report-size', { value: `!${address.size}` }, { span: tag.valueSpan }));
    }
    addresses.push(address.uri);
  }
  return addresses;
}

/** One of a few values; another one is a finding and reads as if the tag were absent. */
function readChoice<Choice extends string>(
  list: TagList,
  name: string,
  choices: Readonly<Record<string, Choice>>,
  findings: Finding[],
): Choice | undefined {
  const tag = findTag(list, name);
  if (tag === undefined) return undefined;
  const choice = choices[tag.value.toLowerCase()];
  if (choice === undefined) {
    const values = { name, value: tag.value.slice(0, 100), allowed: Object.keys(choices).join(', ') };
    findings.push(dmarcFinding('dmarc.bad-value', values, { span: tag.span }));
  }
  return choice;
}

const POLICY_CHOICES = { none: 'none', quarantine: 'quarantine', reject: 'reject' } as const;
const ALIGNMENT_CHOICES = { r: 'relaxed', s: 'strict' } as const;

/**
 * Reads a DMARC record. Never throws.
 *
 * @param text the joined strings of the TXT record.
 * @returns the record as receivers read it, or null when they discard it; findings say what is off.
 */
export function parseDmarc(text: string): DmarcParse {
  if (text.length > MAX_LENGTH || !isDmarcRecord(text))
    return { record: null, findings: [dmarcFinding('dmarc.not-a-record')] };
  const list = parseTagList(text);
  const findings: Finding[] = [
    ...list.faults.map((fault) => dmarcFinding('dmarc.broken-tag', { text: fault.text }, { span: fault.span })),
    ...list.repeated.map((name) => dmarcFinding('dmarc.repeated-tag', { name })),
  ];
  for (const tag of list.tags) {
    const instead = RETIRED[tag.name];
    if (instead !== undefined)
      findings.push(dmarcFinding('dmarc.retired-tag', { name: tag.name, instead }, { span: tag.span }));
    else if (!KNOWN.has(tag.name))
      findings.push(dmarcFinding('dmarc.unknown-tag', { name: tag.name }, { span: tag.span }));
  }

  const aggregateReports = readAddresses(findTag(list, 'rua'), findings);
  const failureReports = readAddresses(findTag(list, 'ruf'), findings);
  const policyTags = ['p', 'sp', 'np'] as const;
  const broken = policyTags.filter((name) => {
    const tag = findTag(list, name);
    return tag === undefined ? name === 'p' : !isPolicy(tag.value.toLowerCase());
  });
  const [firstBroken] = broken;
  if (firstBroken !== undefined) {
    const span = findTag(list, firstBroken)?.span;
    if (aggregateReports.length === 0) {
      return {
        record: null,
        findings: [...findings, dmarcFinding('dmarc.policy-missing', {}, span === undefined ? {} : { span })],
      };
    }
    findings.push(dmarcFinding('dmarc.policy-taken-as-none', { tag: firstBroken }, span === undefined ? {} : { span }));
  }

  const silent: Finding[] = [];
  const policyOf = (name: string) =>
    firstBroken === undefined ? readChoice(list, name, POLICY_CHOICES, silent) : undefined;
  const subdomainPolicy = policyOf('sp');
  const nonexistentPolicy = policyOf('np');
  const failureOptions = findTag(list, 'fo')
    ?.value.split(':')
    .map((option) => option.trim()) ?? ['0'];
  const record: DmarcRecord = {
    policy: policyOf('p') ?? 'none',
    policyTakenAsNone: firstBroken !== undefined,
    ...(subdomainPolicy === undefined ? {} : { subdomainPolicy }),
    ...(nonexistentPolicy === undefined ? {} : { nonexistentPolicy }),
    dkimAlignment: readChoice(list, 'adkim', ALIGNMENT_CHOICES, findings) ?? 'relaxed',
    spfAlignment: readChoice(list, 'aspf', ALIGNMENT_CHOICES, findings) ?? 'relaxed',
    publicSuffix: readChoice(list, 'psd', { y: 'y', n: 'n', u: 'u' } as const, findings) ?? 'u',
    testing: readChoice(list, 't', { y: 'y', n: 'n' } as const, findings) === 'y',
    aggregateReports,
    failureReports,
    failureOptions,
  };
  return { record, findings };
}

/** A record's text with only the tags that differ from their defaults. */
export function printDmarc(record: DmarcRecord): string {
  const tags: [string, string][] = [
    ['v', 'DMARC1'],
    ['p', record.policy],
  ];
  if (record.subdomainPolicy !== undefined) tags.push(['sp', record.subdomainPolicy]);
  if (record.nonexistentPolicy !== undefined) tags.push(['np', record.nonexistentPolicy]);
  if (record.testing) tags.push(['t', 'y']);
  if (record.publicSuffix !== 'u') tags.push(['psd', record.publicSuffix]);
  if (record.dkimAlignment === 'strict') tags.push(['adkim', 's']);
  if (record.spfAlignment === 'strict') tags.push(['aspf', 's']);
  if (record.aggregateReports.length > 0) tags.push(['rua', record.aggregateReports.join(',')]);
  if (record.failureReports.length > 0) tags.push(['ruf', record.failureReports.join(',')]);
  if (record.failureOptions.join(':') !== '0') tags.push(['fo', record.failureOptions.join(':')]);
  return printTags(tags);
}

/** How strict a policy is: 0 none, 1 quarantine, 2 reject. */
export function strictness(policy: DmarcPolicy): number {
  return POLICIES.indexOf(policy);
}

/**
 * Checks everything found at a domain's `_dmarc` name.
 *
 * @param texts the joined strings of each TXT record that is a DMARC record or was meant as one.
 */
export function lintDmarc(texts: readonly string[]): Finding[] {
  const records = texts.filter(isDmarcRecord);
  if (records.length > 1) return [dmarcFinding('dmarc.several-records', { count: records.length })];
  const [text] = records.length > 0 ? records : texts;
  if (text === undefined) return [];
  const { record, findings } = parseDmarc(text);
  if (record === null) return [...findings];
  const advice: Finding[] = [];
  if (record.aggregateReports.length === 0) advice.push(dmarcFinding('dmarc.no-reports'));
  if (record.policy === 'none') advice.push(dmarcFinding('dmarc.policy-none'));
  const { subdomainPolicy: sp, policy: p } = record;
  if (sp !== undefined && strictness(sp) < strictness(p))
    advice.push(dmarcFinding('dmarc.subdomains-weaker', { sp, p }));
  return [...findings, ...advice];
}

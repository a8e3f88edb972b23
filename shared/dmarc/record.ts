import { withoutMailto } from '../dns/mail-address.ts';
import { allListed } from '../text/listed.ts';
import { remembering } from '../memo.ts';
import type { Finding, Span, TextFix } from '../findings/finding.ts';
import { dmarcFinding } from './findings.ts';
import { canonicalName, isHostName } from '../dns/names.ts';
import type { Tag, TagList } from '../tags/tag-list.ts';
import { findTag, parseTagList, printTags, removalSpan } from '../tags/tag-list.ts';

/** DMARC policy records (RFC 9989 §4.7, §4.8; RFC 7489 §6.3 for what older senders still publish). */

export type DmarcPolicy = 'none' | 'quarantine' | 'reject';
export type AlignmentMode = 'relaxed' | 'strict';

export interface DmarcRecord {
  readonly policy: DmarcPolicy;
  /** A policy tag was missing or not valid, and receivers read none because reports are asked for. */
  readonly policyTakenAsNone: boolean;
  readonly subdomainPolicy?: DmarcPolicy;
  readonly nonexistentPolicy?: DmarcPolicy;
  readonly dkimAlignment: AlignmentMode;
  readonly spfAlignment: AlignmentMode;
  /** `psd=`: whether the name is a public suffix; `u`: not said. */
  readonly publicSuffix: PublicSuffixFlag;
  /** `t=y`: receivers apply the policy one step milder. */
  readonly testing: boolean;
  /** Addresses aggregate reports go to, as URIs, without a size behind them. */
  readonly aggregateReports: readonly string[];
  readonly failureReports: readonly string[];
  readonly failureOptions: readonly string[];
  /** Tags that the standard dropped or never knew, in order: readers of RFC 7489 may still use them. */
  readonly others: readonly (readonly [name: string, value: string])[];
}

export type PublicSuffixFlag = 'y' | 'n' | 'u';

export interface DmarcParse {
  readonly record: DmarcRecord | null;
  /** Told even by a record without a usable policy: it steers the tree walk all the same. */
  readonly publicSuffix: PublicSuffixFlag;
  readonly findings: readonly Finding[];
}

const MAX_LENGTH = 65_535;
/** Report addresses that are read of one tag. */
const MAX_ADDRESSES = 50;
/** Characters of a faulty value that are told. */
const TOLD = 100;
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

/**
 * Whether a TXT text is taken for a DMARC record at all: `v=DMARC1` first, the value in this spelling, the name of the
 * tag in either case (RFC 9989 §4.7, §4.8).
 */
export function isDmarcRecord(text: string): boolean {
  return /^[ \t]*v[ \t]*=[ \t]*DMARC1[ \t]*(?:;|$)/.test(text) || /^[ \t]*V[ \t]*=[ \t]*DMARC1[ \t]*(?:;|$)/.test(text);
}

function isPolicy(value: string): value is DmarcPolicy {
  return (POLICIES as readonly string[]).includes(value);
}

/** A URI's characters, with comma and exclamation mark encoded (RFC 3986 §2, RFC 9989 §4.8). */
const URI = /^[a-z][a-z0-9+.-]*:(?:[a-z0-9\-._~:/?#[\]@$&'()*+;=]|%[0-9a-f]{2})*$/i;
/** The limit that RFC 7489 §6.2 allowed behind an address. */
const SIZE = /![0-9]+[kmgt]?$/i;

/** The domain of a `mailto:` URI, where it has one address with a domain of at least two labels; else null. */
export function reportDomain(uri: string): string | null {
  const [address = ''] = uri.slice('mailto:'.length).split('?', 1);
  const at = address.indexOf('@');
  const domain = address.slice(at + 1);
  return /^mailto:/i.test(uri) && at > 0 && isHostName(domain) ? canonicalName(domain) : null;
}

function readAddress(tag: Tag, text: string, start: number, findings: Finding[]): string | null {
  const span = { start, end: start + text.length };
  const size = SIZE.exec(text)?.[0];
  const uri = size === undefined ? text : text.slice(0, -size.length);
  const value = text.slice(0, TOLD);
  if (!URI.test(uri)) {
    const isBareAddress = reportDomain(`mailto:${uri}`) !== null;
    const fix = { label: 'Write mailto: before it', edits: [{ span: { start, end: start }, text: 'mailto:' }] };
    findings.push(
      dmarcFinding('dmarc.bad-report-address', { name: tag.name, value }, isBareAddress ? { span, fix } : { span }),
    );
    return null;
  }
  if (size !== undefined) {
    const fix = {
      label: 'Remove the limit',
      edits: [{ span: { start: span.end - size.length, end: span.end }, text: '' }],
    };
    findings.push(dmarcFinding('dmarc.report-size', { value: size }, { span, fix }));
  }
  if (!/^mailto:/i.test(uri)) findings.push(dmarcFinding('dmarc.report-scheme', { value }, { span }));
  else if (reportDomain(uri) === null) {
    findings.push(dmarcFinding('dmarc.bad-report-address', { name: tag.name, value }, { span }));
  }
  return uri;
}

/** @returns every syntactically valid URI: those nobody can deliver to are findings (RFC 9989 §4.6). */
function readAddresses(tag: Tag | undefined, findings: Finding[]): readonly string[] {
  if (tag === undefined) return [];
  const addresses: string[] = [];
  let position = tag.valueSpan.start;
  for (const part of tag.value.split(',').slice(0, MAX_ADDRESSES)) {
    const text = part.trim();
    const address = readAddress(tag, text, position + part.indexOf(text), findings);
    if (address !== null) addresses.push(address);
    position += part.length + 1;
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
    const values = { name, value: tag.value.slice(0, TOLD), allowed: Object.keys(choices).join(', ') };
    findings.push(dmarcFinding('dmarc.bad-value', values, { span: tag.span }));
  }
  return choice;
}

const ALIGNMENT_CHOICES = { r: 'relaxed', s: 'strict' } as const;

/** What a piece without an equals sign was meant as: a tag with another sign, a policy, an address; else it can go. */
function meantByPiece(text: string, span: Span, list: TagList): Pick<Finding, 'fix' | 'readings'> {
  const piece = text.slice(span.start, span.end);
  const remove: TextFix = { label: 'Remove it', edits: [{ span: removalSpan(text, span), text: '' }] };
  const write = (tag: string): TextFix => ({ label: `Write ${tag.slice(0, TOLD)}`, edits: [{ span, text: tag }] });
  const [, name = '', value = ''] = /^([a-z]+)\s*:\s*(\S.*)$/is.exec(piece) ?? [];
  if (KNOWN.has(name.toLowerCase()) && value !== '') return { fix: write(`${name.toLowerCase()}=${value}`) };
  if (isPolicy(piece.toLowerCase()) && findTag(list, 'p') === undefined)
    return { readings: [write(`p=${piece.toLowerCase()}`), remove] };
  const address = withoutMailto(piece);
  if (reportDomain(`mailto:${address}`) !== null && findTag(list, 'rua') === undefined)
    return { readings: [write(`rua=mailto:${address}`), remove] };
  return { fix: remove };
}

/** Findings on the tags as such: their syntax, their names, their place. */
function tagFaults(text: string, list: TagList): Finding[] {
  const removal = (span: Span, label: string): { span: Span; fix: TextFix } => ({
    span,
    fix: { label, edits: [{ span: removalSpan(text, span), text: '' }] },
  });
  const findings: Finding[] = [];
  const [version] = list.tags;
  if (version !== undefined && version.span.start > 0) {
    const span = { start: 0, end: version.span.start };
    findings.push(
      dmarcFinding('dmarc.leading-blank', {}, { span, fix: { label: 'Remove it', edits: [{ span, text: '' }] } }),
    );
  }
  if (
    version !== undefined &&
    text.slice(version.span.start, version.span.end) !== `${version.name}=${version.value}`
  ) {
    const edits = [{ span: version.span, text: `${version.name}=${version.value}` }];
    const fix = { label: 'Remove the spaces', edits };
    findings.push(dmarcFinding('dmarc.blank-in-version', {}, { span: version.span, fix }));
  }
  for (const { text: fault, span } of list.faults) {
    findings.push(
      fault === ''
        ? dmarcFinding('dmarc.empty-tag', {}, { span, fix: { label: 'Remove it', edits: [{ span, text: '' }] } })
        : dmarcFinding('dmarc.broken-tag', { text: fault }, { span, ...meantByPiece(text, span, list) }),
    );
  }
  for (const tag of list.repeated) {
    const { name, value, span } = tag;
    const first = findTag(list, name) as Tag;
    const keep = (kept: Tag, gone: Tag): TextFix => ({
      label: `Keep ${name}=${kept.value.slice(0, TOLD)}`,
      edits: [{ span: removalSpan(text, gone.span), text: '' }],
    });
    const extra =
      first.value === value
        ? removal(span, `Keep one ${name}=`)
        : { span, readings: [keep(first, tag), keep(tag, first)] };
    findings.push(dmarcFinding('dmarc.repeated-tag', { name }, extra));
  }
  for (const { name, span } of list.tags) {
    const instead = RETIRED[name];
    const meant = name.toLowerCase();
    const where = { start: span.start, end: span.start + name.length };
    if (instead !== undefined) {
      findings.push(dmarcFinding('dmarc.retired-tag', { name, instead }, removal(span, `Remove ${name}=`)));
    } else if (name !== meant && KNOWN.has(meant)) {
      const fix = { label: `Write ${meant}=`, edits: [{ span: where, text: meant }] };
      findings.push(dmarcFinding('dmarc.tag-case', { name, meant }, { span, fix }));
    } else if (!KNOWN.has(name))
      findings.push(dmarcFinding('dmarc.unknown-tag', { name }, removal(span, `Remove ${name}=`)));
  }
  return findings;
}

const FAILURE_OPTIONS: readonly string[] = ['0', '1', 'd', 's'];

function readFailureOptions(list: TagList, findings: Finding[]): readonly string[] {
  const tag = findTag(list, 'fo');
  if (tag === undefined) return ['0'];
  const options = tag.value.split(':').map((option) => option.trim().toLowerCase());
  const known = options.filter((option) => FAILURE_OPTIONS.includes(option));
  if (known.length < options.length) {
    const values = { name: 'fo', value: tag.value.slice(0, TOLD), allowed: FAILURE_OPTIONS.join(', ') };
    findings.push(dmarcFinding('dmarc.bad-value', values, { span: tag.span }));
  }
  if (known.includes('0') && known.includes('1'))
    findings.push(dmarcFinding('dmarc.options-exclude', {}, { span: tag.span }));
  if (findTag(list, 'ruf') === undefined)
    findings.push(dmarcFinding('dmarc.options-without-reports', {}, { span: tag.span }));
  return known.length === 0 ? ['0'] : known;
}

/** The records read lately: the judge, the plan and the manual of a domain read the same. */
const REMEMBERED = 64;

/**
 * Reads a DMARC record. Never throws.
 *
 * @param text the joined strings of the TXT record.
 * @returns the record as receivers read it, or null when they discard it; findings say what is off.
 */
export const parseDmarc = remembering(REMEMBERED, (text): DmarcParse => {
  if (text.length > MAX_LENGTH || !isDmarcRecord(text)) {
    return { record: null, publicSuffix: 'u', findings: [dmarcFinding('dmarc.not-a-record')] };
  }
  const list = parseTagList(text);
  const findings = tagFaults(text, list);
  const aggregateReports = readAddresses(findTag(list, 'rua'), findings);
  const failureReports = readAddresses(findTag(list, 'ruf'), findings);
  const publicSuffix = readChoice(list, 'psd', { y: 'y', n: 'n', u: 'u' } as const, findings) ?? 'u';
  const policyTags = ['p', 'sp', 'np'] as const;
  const broken = policyTags.find((name) => {
    const tag = findTag(list, name);
    return tag === undefined ? name === 'p' : !isPolicy(tag.value.toLowerCase());
  });
  if (broken !== undefined) {
    const tag = findTag(list, broken);
    const isNone = aggregateReports.length > 0;
    const code = isNone ? 'dmarc.policy-taken-as-none' : 'dmarc.policy-missing';
    findings.push(dmarcFinding(code, { tag: broken }, tag === undefined ? {} : { span: tag.span }));
    if (!isNone) return { record: null, publicSuffix, findings };
  }

  const policyOf = (name: (typeof policyTags)[number]): DmarcPolicy | undefined => {
    const value = findTag(list, name)?.value.toLowerCase() ?? '';
    return broken === undefined && isPolicy(value) ? value : undefined;
  };
  const subdomainPolicy = policyOf('sp');
  const nonexistentPolicy = policyOf('np');
  const record: DmarcRecord = {
    policy: policyOf('p') ?? 'none',
    policyTakenAsNone: broken !== undefined,
    ...(subdomainPolicy === undefined ? {} : { subdomainPolicy }),
    ...(nonexistentPolicy === undefined ? {} : { nonexistentPolicy }),
    dkimAlignment: readChoice(list, 'adkim', ALIGNMENT_CHOICES, findings) ?? 'relaxed',
    spfAlignment: readChoice(list, 'aspf', ALIGNMENT_CHOICES, findings) ?? 'relaxed',
    publicSuffix,
    testing: readChoice(list, 't', { y: 'y', n: 'n' } as const, findings) === 'y',
    aggregateReports,
    failureReports,
    failureOptions: readFailureOptions(list, findings),
    others: list.tags
      .filter(({ name }) => name in RETIRED || (name !== 'V' && !KNOWN.has(name)))
      .map(({ name, value }) => [name, value] as const),
  };
  return { record, publicSuffix, findings };
});

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
  tags.push(...record.others.map(([name, value]): [string, string] => [name, value]));
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
  const list = parseTagList(text);
  const spanOf = (name: string) => {
    const tag = findTag(list, name);
    return tag === undefined ? {} : { span: tag.span };
  };
  const advice: Finding[] = [];
  if (record.aggregateReports.length === 0) advice.push(dmarcFinding('dmarc.no-reports'));
  const { policy: p, subdomainPolicy: sp = p, nonexistentPolicy: np = sp } = record;
  if (p === 'none' && !record.policyTakenAsNone) advice.push(dmarcFinding('dmarc.policy-none', {}, spanOf('p')));
  if (strictness(sp) < strictness(p)) advice.push(dmarcFinding('dmarc.subdomains-weaker', { sp, p }, spanOf('sp')));
  if (strictness(np) < strictness(sp)) advice.push(dmarcFinding('dmarc.nonexistent-weaker', { np, sp }, spanOf('np')));
  if (record.publicSuffix === 'y') advice.push(dmarcFinding('dmarc.suffix-flag', {}, spanOf('psd')));
  if (record.testing) {
    const enforced = [`p=${p}`, `sp=${sp}`, `np=${np}`].filter((policy) => !policy.endsWith('=none'));
    const isImplied = (policy: string) => policy === `sp=${p}` || policy === `np=${sp}`;
    const policies = allListed(enforced.filter((policy) => !isImplied(policy)));
    advice.push(
      enforced.length === 0
        ? dmarcFinding('dmarc.test-of-nothing', {}, spanOf('t'))
        : dmarcFinding('dmarc.test-differs', { policies }, spanOf('t')),
    );
  }
  return [...findings, ...advice];
}

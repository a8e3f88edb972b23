import type { Asking } from '../dns/asking.ts';
import { asked as answered } from '../dns/asking.ts';
import type { Lookup, LookupResult } from '../dns/lookup.ts';
import { canonicalName, nameLabels, parentName } from '../dns/names.ts';
import { likelyZone } from '../dns/sender-domain.ts';
import { joinTxt } from '../dns/txt.ts';
import { remembering } from '../memo.ts';
import type { Finding } from '../findings/finding.ts';
import { dmarcFinding } from './findings.ts';
import type { DmarcRecord, PublicSuffixFlag } from './record.ts';
import { isDmarcRecord, parseDmarc } from './record.ts';

/** One question of the walk. */
export interface TreeWalkStep {
  /** The domain whose `_dmarc` name was asked. */
  readonly domain: string;
  /**
   * - `record`: one record with a policy.
   * - `unusable`: one record whose policies are not valid: it counts in the walk, but asks for nothing.
   * - `discarded`: several records, which count as none.
   */
  readonly outcome: 'record' | 'unusable' | 'none' | 'discarded' | 'failure';
  readonly text?: string;
  readonly record?: DmarcRecord;
  readonly publicSuffix: PublicSuffixFlag;
}

export interface DmarcDiscovery {
  /** The record that applies; null: DMARC does not apply, or it is not known (`temporaryFailure`). */
  readonly record: DmarcRecord | null;
  /** Where that record was found, or the unusable one that stands in its place. */
  readonly policyDomain: string | null;
  /** The domain that relaxed alignment compares (RFC 9989 §4.10.2); null when a failing server hides it. */
  readonly organisationalDomain: string | null;
  readonly steps: readonly TreeWalkStep[];
  /** A name server that had to be asked gave no answer; receivers put the message off. */
  readonly temporaryFailure: boolean;
  readonly findings: readonly Finding[];
}

/** A domain with this many labels or more is cut to one less before the walk goes on (RFC 9989 §4.10). */
const LONG_NAME_LABELS = 8;

/** The domains to ask for a name, in order: at most 8 (RFC 9989 §4.10). */
export function treeWalkDomains(domain: string): readonly string[] {
  const domains: string[] = [];
  for (let at: string | null = canonicalName(domain); at !== null && at !== ''; at = parentName(at)) domains.push(at);
  if (domains.length < LONG_NAME_LABELS) return domains;
  return [domains[0] as string, ...domains.slice(-(LONG_NAME_LABELS - 1))];
}

/** Records that are remembered as they were read: thousands of domains publish the same few. */
const REMEMBERED = 64;
const readRecord = remembering(REMEMBERED, parseDmarc);

function policyName(domain: string): string {
  return `_dmarc.${domain}`;
}

/** A name above the registered one: a public suffix. */
function isPublicSuffix(candidate: string, domain: string): boolean {
  return nameLabels(candidate).length < nameLabels(likelyZone(domain)).length;
}

interface Told {
  readonly step: TreeWalkStep;
  readonly findings: readonly Finding[];
}

const NO_FINDINGS: readonly Finding[] = [];

/** @param answer to the question for the TXT records at the candidate's `_dmarc` name. */
function stepBy(answer: LookupResult, candidate: string, domain: string): Told {
  const base = { domain: candidate, publicSuffix: 'u' as const };
  if (answer.status === 'failure') {
    const name = policyName(candidate);
    // Of what nobody was asked about, a public suffix is taken to publish nothing: hardly any does.
    if (answer.reason === 'not-known' && isPublicSuffix(candidate, domain))
      return { step: { ...base, outcome: 'none' }, findings: NO_FINDINGS };
    const findings = [dmarcFinding('dmarc.lookup-failed', { name, message: answer.message })];
    return { step: { ...base, outcome: 'failure' }, findings };
  }
  const texts: string[] = [];
  for (const record of answer.status === 'answer' ? answer.records : []) {
    const text = record.type === 'TXT' ? joinTxt(record.strings) : '';
    if (isDmarcRecord(text)) texts.push(text);
  }
  const [text] = texts;
  if (text === undefined) return { step: { ...base, outcome: 'none' }, findings: NO_FINDINGS };
  if (texts.length > 1) {
    const findings = [dmarcFinding('dmarc.several-records', { count: texts.length })];
    return { step: { ...base, outcome: 'discarded' }, findings };
  }
  const { record, publicSuffix, findings } = readRecord(text);
  // A tag that stands twice makes the whole list invalid (RFC 6376 §3.2): what receivers read then differs.
  const isInvalid = record === null || findings.some(({ code }) => code === 'dmarc.repeated-tag');
  return isInvalid
    ? { step: { ...base, publicSuffix, outcome: 'unusable', text }, findings }
    : { step: { ...base, publicSuffix, outcome: 'record', text, record }, findings: NO_FINDINGS };
}

function isFound(step: TreeWalkStep): boolean {
  return step.outcome === 'record' || step.outcome === 'unusable';
}

/** The organizational domain from the records that a whole walk found (RFC 9989 §4.10.2). */
function selectOrganisationalDomain(domain: string, steps: readonly TreeWalkStep[]): string {
  const found = steps.filter(isFound);
  for (const step of found) {
    if (step.publicSuffix === 'n') return step.domain;
    if (step.publicSuffix === 'y' && step.domain !== domain) {
      return nameLabels(domain)
        .slice(-(nameLabels(step.domain).length + 1))
        .join('.');
    }
  }
  return found.at(-1)?.domain ?? domain;
}

/** The step whose record applies: of the domain, its organizational domain, or the public suffix (RFC 9989 §4.10.1). */
function selectPolicy(domain: string, organisation: string | null, steps: readonly TreeWalkStep[]) {
  const at = (name: string | null) => steps.find((step) => step.domain === name && isFound(step));
  return at(domain) ?? at(organisation) ?? steps.find((step) => isFound(step) && step.publicSuffix === 'y');
}

/** What the steps of a walk come to. */
interface Settled {
  /** The step whose record applies. */
  readonly applied: TreeWalkStep | undefined;
  /** Null when a failing server hides it. */
  readonly organisation: string | null;
  readonly isCutShort: boolean;
}

function settle(domain: string, steps: readonly TreeWalkStep[]): Settled {
  const last = steps.at(-1);
  const isCutShort = last?.outcome === 'failure' && !(parentName(last.domain) === '' && steps.some(isFound));
  const organisation = isCutShort ? null : selectOrganisationalDomain(domain, steps);
  return { applied: selectPolicy(domain, organisation, steps), organisation, isCutShort };
}

/** The walk of `discoverDmarc`, its questions handed out one by one. */
export function* dmarcWalk(asked: string): Asking<DmarcDiscovery> {
  const domain = canonicalName(asked);
  const steps: TreeWalkStep[] = [];
  const findings: Finding[] = [];
  for (const candidate of treeWalkDomains(domain)) {
    const { step, findings: more } = stepBy(yield { name: policyName(candidate), type: 'TXT' }, candidate, domain);
    steps.push(step);
    const isPassedOver = step.outcome === 'failure' && !candidate.includes('.') && steps.some(isFound);
    if (!isPassedOver) findings.push(...more);
    if (step.outcome === 'failure' || step.publicSuffix !== 'u') break;
  }
  const { applied, organisation, isCutShort } = settle(domain, steps);
  if (applied !== undefined && applied.domain !== domain) {
    findings.push(dmarcFinding('dmarc.inherited', { from: applied.domain }));
  }
  return {
    record: applied?.record ?? null,
    policyDomain: applied?.domain ?? null,
    organisationalDomain: organisation,
    steps,
    temporaryFailure: isCutShort,
    findings,
  };
}

/**
 * Finds the DMARC record that applies to a domain, and its organizational domain, by the tree walk of RFC 9989 §4.10:
 * the full name, then with 8 labels or more down to 7, then one label less each time, ended by `psd=y` or `psd=n`.
 *
 * A failing server ends the walk. What was found below stands: the domain's own record applies whatever lies above it.
 * A failure at the topmost label is passed over where a record was found below, so that a zone that somebody pasted can
 * be judged without the network; nothing but a `psd=` flag is ever published there.
 */
export function discoverDmarc(
  asked: string,
  lookup: Lookup,
  options: { readonly signal?: AbortSignal } = {},
): Promise<DmarcDiscovery> {
  return answered(dmarcWalk(asked), lookup, options.signal);
}

/**
 * The record that applies to a name below a domain that has none of its own, from the domain's walk: the walk of such a
 * name goes on with the same questions, but where the domain itself is too long to be asked again (RFC 9989 §4.10).
 *
 * @returns the record that applies; `isKnown` is false when a failing server may hide another.
 */
export function recordForNamesBelow(
  asked: string,
  { steps }: Pick<DmarcDiscovery, 'steps'>,
): { readonly record: DmarcRecord | null; readonly isKnown: boolean } {
  const domain = canonicalName(asked);
  const below = `below.${domain}`;
  const isSkipped = nameLabels(below).length > LONG_NAME_LABELS;
  const own: TreeWalkStep = { domain: below, outcome: 'none', publicSuffix: 'u' };
  const above = isSkipped ? steps.slice(1) : steps;
  // The domain's own flag or failure ended its walk; a name below never meets it where it is passed over.
  const isUnasked = isSkipped && (steps[0]?.publicSuffix !== 'u' || steps[0].outcome === 'failure');
  const { applied, isCutShort } = settle(below, [own, ...above]);
  return { record: applied?.record ?? null, isKnown: !isCutShort && !isUnasked };
}

/** Whether a domain exists in DNS: only NXDOMAIN says that it does not (RFC 9989 §3.2.13, RFC 8020). */
export function* domainExists(domain: string): Asking<boolean | 'unknown'> {
  const answer = yield { name: domain, type: 'TXT' };
  if (answer.status === 'failure') return (answer.aliases?.length ?? 0) > 0 ? true : 'unknown';
  // An alias whose target is gone gives NXDOMAIN too (RFC 6604 §3), but the name itself is there.
  return answer.status !== 'nxdomain' || answer.aliases.length > 0;
}

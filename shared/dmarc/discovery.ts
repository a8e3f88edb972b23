import type { Lookup } from '../dns/lookup.ts';
import { canonicalName, nameLabels } from '../dns/names.ts';
import type { RecordOf } from '../dns/records.ts';
import { joinTxt } from '../dns/txt.ts';
import type { Finding } from '../findings/finding.ts';
import { dmarcFinding } from '../findings/dmarc.ts';
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
  const labels = nameLabels(canonicalName(domain));
  const domains = labels.length > 0 ? [labels.join('.')] : [];
  const next = labels.length >= LONG_NAME_LABELS ? labels.slice(-(LONG_NAME_LABELS - 1)) : labels.slice(1);
  for (let rest = next; rest.length > 0; rest = rest.slice(1)) domains.push(rest.join('.'));
  return domains;
}

async function askStep(
  domain: string,
  lookup: Lookup,
  signal: AbortSignal | undefined,
): Promise<{ step: TreeWalkStep; findings: readonly Finding[] }> {
  const name = `_dmarc.${domain}`;
  const answer = await lookup.query(name, 'TXT', signal === undefined ? undefined : { signal });
  const base = { domain, publicSuffix: 'u' as const };
  if (answer.status === 'failure') {
    const findings = [dmarcFinding('dmarc.lookup-failed', { name, message: answer.message })];
    return { step: { ...base, outcome: 'failure' }, findings };
  }
  const records = answer.status === 'answer' ? (answer.records as readonly RecordOf<'TXT'>[]) : [];
  const texts = records.map((record) => joinTxt(record.strings)).filter(isDmarcRecord);
  const [text] = texts;
  if (text === undefined) return { step: { ...base, outcome: 'none' }, findings: [] };
  if (texts.length > 1) {
    const findings = [dmarcFinding('dmarc.several-records', { count: texts.length })];
    return { step: { ...base, outcome: 'discarded' }, findings };
  }
  const { record, publicSuffix, findings } = parseDmarc(text);
  return record === null
    ? { step: { domain, publicSuffix, outcome: 'unusable', text }, findings }
    : { step: { domain, publicSuffix, outcome: 'record', text, record }, findings: [] };
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

/**
 * Finds the DMARC record that applies to a domain, and its organizational domain, by the tree walk of RFC 9989 §4.10:
 * the full name, then with 8 labels or more down to 7, then one label less each time, ended by `psd=y` or `psd=n`.
 *
 * A failing server ends the walk. What was found below stands: the domain's own record applies whatever lies above it.
 * A failure at the topmost label is passed over where a record was found below, so that a zone that somebody pasted can
 * be judged without the network; nothing but a `psd=` flag is ever published there.
 */
export async function discoverDmarc(
  asked: string,
  lookup: Lookup,
  options: { readonly signal?: AbortSignal } = {},
): Promise<DmarcDiscovery> {
  const domain = canonicalName(asked);
  const steps: TreeWalkStep[] = [];
  const findings: Finding[] = [];
  for (const candidate of treeWalkDomains(domain)) {
    const { step, findings: more } = await askStep(candidate, lookup, options.signal);
    steps.push(step);
    const isPassedOver = step.outcome === 'failure' && !candidate.includes('.') && steps.some(isFound);
    if (!isPassedOver) findings.push(...more);
    if (step.outcome === 'failure' || step.publicSuffix !== 'u') break;
  }
  const last = steps.at(-1);
  const isCutShort = last?.outcome === 'failure' && !(nameLabels(last.domain).length === 1 && steps.some(isFound));
  const organisation = isCutShort ? null : selectOrganisationalDomain(domain, steps);
  const applied = selectPolicy(domain, organisation, steps);
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

import type { Lookup } from '../dns/lookup.ts';
import { canonicalName, nameLabels } from '../dns/names.ts';
import type { RecordOf } from '../dns/records.ts';
import { joinTxt } from '../dns/txt.ts';
import type { Finding } from '../findings/finding.ts';
import { dmarcFinding } from '../findings/dmarc.ts';
import type { DmarcRecord } from './record.ts';
import { isDmarcRecord, parseDmarc } from './record.ts';

/** One question of the walk. */
export interface TreeWalkStep {
  /** The domain whose `_dmarc` name was asked. */
  readonly domain: string;
  readonly outcome: 'record' | 'none' | 'discarded' | 'failure';
  readonly text?: string;
  readonly record?: DmarcRecord;
}

export interface DmarcDiscovery {
  /** The record that applies; null: DMARC does not apply. */
  readonly record: DmarcRecord | null;
  /** Where that record was found. */
  readonly policyDomain: string | null;
  /** The domain that relaxed alignment compares (RFC 9989 §4.10.2). */
  readonly organisationalDomain: string;
  readonly steps: readonly TreeWalkStep[];
  /** Some name server gave no answer; receivers put the message off. */
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
): Promise<{ step: TreeWalkStep; findings: Finding[] }> {
  const name = `_dmarc.${domain}`;
  const answer = await lookup.query(name, 'TXT', signal === undefined ? undefined : { signal });
  if (answer.status === 'failure') {
    return {
      step: { domain, outcome: 'failure' },
      findings: [dmarcFinding('dmarc.lookup-failed', { name, message: answer.message })],
    };
  }
  if (answer.status !== 'answer') return { step: { domain, outcome: 'none' }, findings: [] };
  const texts = (answer.records as readonly RecordOf<'TXT'>[])
    .map((record) => joinTxt(record.strings))
    .filter(isDmarcRecord);
  const [text] = texts;
  if (text === undefined) return { step: { domain, outcome: 'none' }, findings: [] };
  if (texts.length > 1) {
    return {
      step: { domain, outcome: 'discarded' },
      findings: [dmarcFinding('dmarc.several-records', { count: texts.length })],
    };
  }
  const { record, findings } = parseDmarc(text);
  if (record === null) return { step: { domain, outcome: 'discarded', text }, findings: [...findings] };
  return { step: { domain, outcome: 'record', text, record }, findings: [] };
}

/** The organizational domain from the records that a walk found (RFC 9989 §4.10.2). */
function selectOrganisationalDomain(domain: string, steps: readonly TreeWalkStep[]): string {
  const found = steps.filter((step) => step.record !== undefined);
  for (const step of found) {
    if (step.record?.publicSuffix === 'n') return step.domain;
    if (step.record?.publicSuffix === 'y' && step.domain !== domain) {
      return nameLabels(domain)
        .slice(-(nameLabels(step.domain).length + 1))
        .join('.');
    }
  }
  return found.at(-1)?.domain ?? domain;
}

/**
 * Finds the DMARC record that applies to a domain, and its organizational domain, by the tree walk of RFC 9989 §4.10:
 * the full name, then with 8 labels or more down to 7, then one label less each time, ended by `psd=y` or `psd=n`.
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
    findings.push(...more);
    if (step.record !== undefined && step.record.publicSuffix !== 'u') break;
  }
  const organisationalDomain = selectOrganisationalDomain(domain, steps);
  const at = (name: string) => steps.find((step) => step.domain === name && step.record !== undefined);
  const publicSuffix = steps.find((step) => step.record?.publicSuffix === 'y');
  const applied = at(domain) ?? at(organisationalDomain) ?? publicSuffix;
  if (applied !== undefined && applied.domain !== domain) {
    findings.push(dmarcFinding('dmarc.inherited', { from: applied.domain }));
  }
  return {
    record: applied?.record ?? null,
    policyDomain: applied?.domain ?? null,
    organisationalDomain,
    steps,
    temporaryFailure: steps.some((step) => step.outcome === 'failure'),
    findings,
  };
}

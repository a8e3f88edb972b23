import { rejectInPractice } from '../dmarc/evaluate.ts';
import { nextPolicyStep } from '../dmarc/ladder.ts';
import type { DomainUsers, LadderContext, PolicyStep } from '../dmarc/ladder.ts';
import { parseDmarc } from '../dmarc/record.ts';
import type { DmarcRecord } from '../dmarc/record.ts';
import type { DmarcPolicy } from '../dmarc/record.ts';
import { stepEffect } from '../dmarc/step-effect.ts';
import type { StepEffect } from '../dmarc/step-effect.ts';
import { nameLabels } from '../dns/names.ts';

/** What the manual says about one DMARC record besides its value. */

export interface DmarcCard {
  /** Who writes from the domain, as somebody said; null: nobody did. */
  readonly users: DomainUsers | null;
  /** Place of the record on the ladder, from 0. */
  readonly rung: number;
  readonly next:
    | (PolicyStep & {
        readonly policy: DmarcPolicy;
        readonly subdomainPolicy: DmarcPolicy | null;
        readonly testing: boolean;
        /** The address that reports go to after the step, as `mailto:…`. */
        readonly report: string;
        /** The step asks for that address; the one here is a proposal. */
        readonly asksAddress: boolean;
        /** What it would have done to the mail of the reports; null where none tell. */
        readonly effect: StepEffect | null;
      })
    | null;
  /** What holds for subdomains, and what would hold without the record, one sentence each. */
  readonly inheritance: readonly string[];
}

/** The rung a record stands on. */
export function rungOf(record: Pick<DmarcRecord, 'policy' | 'testing' | 'aggregateReports'>): number {
  if (record.policy === 'none') return record.aggregateReports.length === 0 ? 0 : 1;
  return (record.policy === 'quarantine' ? 2 : 4) + (record.testing ? 0 : 1);
}

const ASKS: Readonly<Record<DmarcPolicy, string>> = {
  none: 'asks receivers for nothing',
  quarantine: 'asks receivers to put failing mail aside',
  reject: `asks receivers to refuse failing mail (${rejectInPractice})`,
};

/** What subdomains get from a record, and what the domain would get without it (RFC 9989 §4.7, §4.10). */
function inheritanceOf(domain: string, record: DmarcRecord): readonly string[] {
  const forSubdomains = record.subdomainPolicy ?? record.policy;
  const tag = record.subdomainPolicy === undefined ? `p=${record.policy}` : `sp=${record.subdomainPolicy}`;
  const missing = record.nonexistentPolicy;
  const sentences = [
    `A subdomain of ${domain} without a record of its own follows ${tag}, which ${ASKS[forSubdomains]}.`,
    ...(missing === undefined || missing === forSubdomains
      ? []
      : [`For subdomains that do not exist, np=${missing} ${ASKS[missing]}.`]),
  ];
  const labels = nameLabels(domain);
  if (labels.length < 3) return sentences;
  return [
    ...sentences,
    `This record counts for ${domain} alone and comes before that of a parent: without it, receivers look at _dmarc.${labels.slice(1).join('.')} and further up.`,
  ];
}

/**
 * @param text the published record, or the prepared one where none is published.
 * @param context what the next step leans on.
 * @returns null where the text is no DMARC record.
 */
export function dmarcCard(domain: string, text: string, context: Omit<LadderContext, 'domain'> = {}): DmarcCard | null {
  const { record } = parseDmarc(text);
  if (record === null) return null;
  const step = nextPolicyStep(record, { domain, ...context });
  const after = step === null ? null : parseDmarc(step.record).record;
  return {
    users: context.users ?? null,
    rung: rungOf(record),
    next:
      step === null || after === null
        ? null
        : {
            ...step,
            policy: after.policy,
            // Below a record that refuses, what is not said for subdomains is refused too.
            subdomainPolicy: record.policy === 'reject' && !record.testing ? 'reject' : (after.subdomainPolicy ?? null),
            testing: after.testing,
            report: after.aggregateReports[0] ?? '',
            asksAddress: record.aggregateReports.length === 0,
            effect: stepEffect(after.policy, context.evidence),
          },
    inheritance: inheritanceOf(domain, record),
  };
}

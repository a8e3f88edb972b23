import type { DmarcRecord } from './record.ts';
import { printDmarc } from './record.ts';

/** The next safe step of a policy, and why it is safe to take. */
export interface PolicyStep {
  readonly label: string;
  readonly why: string;
  /** What has to be true before. */
  readonly before: string;
  /** The record after the step. */
  readonly record: string;
}

/**
 * The next step from a published record: reports first, then quarantine as a test, quarantine, reject as a test,
 * reject, and the subdomains. Each step is one that the reports of the step before can prove safe.
 *
 * @param options `reportAddress`: where aggregate reports shall go when the record names nobody, as `mailto:…`;
 *   `domain`: whose policy it is.
 * @returns null at the top of the ladder.
 */
export function nextPolicyStep(
  record: DmarcRecord,
  options: { readonly domain: string; readonly reportAddress?: string },
): PolicyStep | null {
  const step = (label: string, why: string, before: string, change: Partial<DmarcRecord>): PolicyStep => ({
    label,
    why,
    before,
    // A share of the messages can no longer be asked for: who still honours pct= would weaken the step.
    record: printDmarc({ ...record, ...change, others: record.others.filter(([name]) => name !== 'pct') }),
  });
  if (record.aggregateReports.length === 0) {
    return step(
      'Ask for reports',
      'Reports show who sends in the domain’s name. Every later step leans on them.',
      'Choose a mailbox that is read, or a report service.',
      { aggregateReports: [options.reportAddress ?? `mailto:dmarc-reports@${options.domain}`] },
    );
  }
  if (record.policy === 'none') {
    return step(
      'Quarantine, as a test',
      'With t=y receivers report as if messages were quarantined, and deliver them as before.',
      'Two weeks of reports in which all of your own mail passes.',
      { policy: 'quarantine', testing: true },
    );
  }
  if (record.testing) {
    return step(
      record.policy === 'reject' ? 'Reject' : 'Quarantine',
      'The test showed what would be lost; now the policy counts.',
      'A week of reports without a sender of yours that fails.',
      { testing: false },
    );
  }
  if (record.policy === 'quarantine') {
    return step(
      'Reject, as a test',
      'With t=y receivers quarantine instead of refusing, so a forgotten sender is not lost.',
      'Two weeks of reports in which nothing of yours is quarantined. Stay here if people write to mailing lists from this domain: lists break signatures, and reject loses their mail.',
      { policy: 'reject', testing: true },
    );
  }
  const { subdomainPolicy, nonexistentPolicy, ...rest } = record;
  const weakest = [subdomainPolicy, nonexistentPolicy].filter((policy) => policy !== undefined && policy !== 'reject');
  if (weakest.length === 0) return null;
  return {
    label: 'Protect the subdomains',
    why: 'Forgers turn to subdomains once the domain itself is protected.',
    before: 'Reports in which no subdomain of yours fails.',
    record: printDmarc(rest),
  };
}

import { cloudServiceFindings } from '../service/interface/findings.ts';
import { diagnosisFindings } from '../diagnosis/findings.ts';
import { dkimFindings } from '../dkim/findings.ts';
import { dmarcFindings } from '../dmarc/findings.ts';
import { dnsFindings } from '../dns/findings.ts';
import type { CatalogueEntry, Finding, Severity } from './finding.ts';
import { fillText } from './finding.ts';
import { pastedFindings } from '../pasted/findings.ts';
import { planFindings } from '../plan/findings.ts';
import { policiesFindings } from '../policy/findings.ts';
import { serviceFindings } from '../service/findings.ts';
import { spfFindings } from '../spf/findings.ts';

/** Every finding there is, by code. */
export const catalogue: Readonly<Record<string, CatalogueEntry>> = {
  ...serviceFindings,
  ...cloudServiceFindings,
  ...dnsFindings,
  ...diagnosisFindings,
  ...planFindings,
  ...pastedFindings,
  ...spfFindings,
  ...dkimFindings,
  ...dmarcFindings,
  ...policiesFindings,
};

/** A finding with its texts filled in, ready to be read. */
export interface DescribedFinding extends Finding {
  readonly title: string;
  readonly explanation: string;
  readonly remedy: string;
  readonly source?: string;
}

const ORDER: readonly Severity[] = ['error', 'warning', 'advice', 'info'];

/** @throws RangeError for a code that is not in the catalogue: a fault of this program. */
export function describeFinding(finding: Finding): DescribedFinding {
  const entry = catalogue[finding.code];
  if (entry === undefined) throw new RangeError(`There is no finding ${finding.code}`);
  return {
    ...finding,
    title: fillText(entry.title, finding.values),
    explanation: fillText(entry.explanation, finding.values),
    remedy: fillText(entry.remedy, finding.values),
    ...(entry.source === undefined ? {} : { source: entry.source }),
  };
}

/** Findings described, the gravest first, repeated ones once. */
export function describeFindings(findings: readonly Finding[]): readonly DescribedFinding[] {
  const seen = new Set<string>();
  return findings
    .map(describeFinding)
    .filter((finding) => {
      const key = `${finding.code}|${finding.title}|${finding.span?.start ?? ''}`;
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    })
    .sort((left, right) => ORDER.indexOf(left.severity) - ORDER.indexOf(right.severity));
}

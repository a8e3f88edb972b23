import { dmarcWalk, domainExists, recordForNamesBelow } from '../dmarc/discovery.ts';
import type { DmarcDiscovery } from '../dmarc/discovery.ts';
import type { DmarcPolicy, DmarcRecord } from '../dmarc/record.ts';
import { reportDomain } from '../dmarc/record.ts';
import { consentName } from '../dmarc/reports.ts';
import type { Asking } from '../dns/asking.ts';
import { checkName, isSubdomain } from '../dns/names.ts';
import { joinTxt } from '../dns/txt.ts';

/** The DMARC policy in force for a domain and for what lies below it, whoever publishes it, and who gets the reports. */

/** A policy as it is published; null: no record applies. */
export type PolicyInForce = DmarcPolicy | 'unknown' | null;

interface OwnPolicy {
  readonly policy: PolicyInForce;
  /** The domain that publishes the record in force; null where there is none, or where it is not known. */
  readonly at: string | null;
  readonly record: DmarcRecord | null;
  readonly discovery: DmarcDiscovery;
}

export interface PolicyView extends OwnPolicy {
  /** For a name below the domain that exists and has no record of its own. */
  readonly subdomainPolicy: PolicyInForce;
  /** For a name below the domain that does not exist. */
  readonly nonexistentPolicy: PolicyInForce;
  /** The record in force has `t=y`: receivers of RFC 9989 apply its policies one step milder, those of RFC 7489 as they are. */
  readonly testing: boolean;
  /** The same for names below the domain, by the record that is in force there. */
  readonly testingBelow: boolean;
}

export interface ReportView {
  /** As the record has it: `mailto:dmarc@example.com`. */
  readonly address: string;
  /** Whether receivers may send there: the destination is of the same organization, or publishes its consent. */
  readonly consent: 'yes' | 'no' | 'unknown';
}

/** What a record asks for below the domain that publishes it. */
function belowOf(record: DmarcRecord | null) {
  const subdomains = record === null ? null : (record.subdomainPolicy ?? record.policy);
  return { subdomains, nonexistent: record?.nonexistentPolicy ?? subdomains };
}

/** Finds the policy in force for a domain itself by the tree walk of RFC 9989 §4.10: it asks all that `policyInForce` asks. */
export function* ownPolicy(domain: string): Asking<OwnPolicy> {
  const discovery = yield* dmarcWalk(domain);
  const { record, policyDomain, temporaryFailure } = discovery;
  const isOwn = discovery.steps[0]?.domain === policyDomain;
  const inherited = belowOf(record);
  let policy: PolicyInForce = isOwn && record !== null ? record.policy : inherited.subdomains;
  if (record === null) policy = temporaryFailure && policyDomain === null ? 'unknown' : null;
  else if (!isOwn && inherited.subdomains !== inherited.nonexistent) {
    const found = yield* domainExists(domain);
    if (found !== true) policy = found === 'unknown' ? found : inherited.nonexistent;
  }
  return { policy, at: record === null ? null : policyDomain, record, discovery };
}

/** Finds the policy in force for a domain and for the names below it. */
export function* policyInForce(domain: string): Asking<PolicyView> {
  const own = yield* ownPolicy(domain);
  const below = recordForNamesBelow(domain, own.discovery);
  const ofBelow = belowOf(below.record);
  return {
    ...own,
    subdomainPolicy: below.isKnown ? ofBelow.subdomains : 'unknown',
    nonexistentPolicy: below.isKnown ? ofBelow.nonexistent : 'unknown',
    testing: own.record?.testing === true,
    testingBelow: below.record?.testing === true,
  };
}

/** Whether reports about the domain that publishes a record may be sent to an address. */
function* consentOf(address: string, publisher: string, organisation: string | null): Asking<ReportView['consent']> {
  if (!/^mailto:/i.test(address)) return 'unknown';
  const destination = reportDomain(address);
  // Nobody can be reached there.
  if (destination === null) return 'no';
  if (isSubdomain(destination, organisation ?? publisher)) return 'yes';
  if (organisation === null && isSubdomain(publisher, destination)) return 'unknown';
  const name = consentName(publisher, destination);
  if (checkName(name) !== null) return 'no';
  const answer = yield { name, type: 'TXT' };
  if (answer.status === 'failure') return 'unknown';
  if (answer.status !== 'answer') return 'no';
  const isConsent = (text: string) => /^[ \t]*v[ \t]*=[ \t]*DMARC1[ \t]*(?:;|$)/i.test(text);
  return answer.records.some((record) => record.type === 'TXT' && isConsent(joinTxt(record.strings))) ? 'yes' : 'no';
}

/** Who gets reports, aggregate and failure ones: each address once. */
export function* reportsOf({ record, at, discovery }: OwnPolicy): Asking<readonly ReportView[]> {
  if (record === null || at === null) return [];
  const reports: ReportView[] = [];
  const seen = new Set<string>();
  for (const address of [...record.aggregateReports, ...record.failureReports]) {
    if (seen.has(address.toLowerCase())) continue;
    seen.add(address.toLowerCase());
    reports.push({ address, consent: yield* consentOf(address, at, discovery.organisationalDomain) });
  }
  return reports;
}

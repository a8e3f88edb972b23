import { checkName, isSubdomain } from '../dns/names.ts';
import type { DmarcRecord } from './record.ts';
import { reportDomain } from './record.ts';

/** A record that a report destination outside the organization must publish (RFC 9990 §4). */
export interface ReportAuthorisation {
  readonly destination: string;
  /** Where it has to publish. */
  readonly name: string;
  readonly value: string;
}

/** Where a destination outside the organization publishes that it takes reports about a domain (RFC 9990 §4). */
export function consentName(domain: string, destination: string): string {
  return `${domain}._report._dmarc.${destination}`;
}

/**
 * The authorisations that a record's report addresses need: one for each destination outside the domain's
 * organization.
 *
 * @param domain the domain that publishes the record.
 * @param organisationalDomain destinations at or below it need no consent.
 */
export function externalReportRecords(
  domain: string,
  record: Pick<DmarcRecord, 'aggregateReports' | 'failureReports'>,
  organisationalDomain: string,
): readonly ReportAuthorisation[] {
  const destinations = new Set(
    [...record.aggregateReports, ...record.failureReports].map(reportDomain).filter((found) => found !== null),
  );
  return [...destinations]
    .filter((destination) => !isSubdomain(destination, organisationalDomain))
    .map((destination) => ({ destination, name: consentName(domain, destination), value: 'v=DMARC1;' }))
    .filter(({ name }) => checkName(name) === null);
}

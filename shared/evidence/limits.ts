/** Bounds on what is read of mail and reports: whoever sends one may mean harm. Lengths are in octets or characters. */
export const limits = {
  /** Of one file as it lies on the disk. */
  fileOctets: 256 * 2 ** 20,
  /** Of one report once inflated. */
  reportOctets: 512 * 2 ** 20,
  /** Of a report in JSON, which is parsed as a whole. */
  jsonOctets: 64 * 2 ** 20,
  /** Of a nested archive or a part of a mail, which is held in memory. */
  memberOctets: 64 * 2 ** 20,
  zipEntries: 1000,
  gzipMembers: 1000,
  /** Archives within archives: one more than any known sender needs. */
  archiveDepth: 2,
  xmlDepth: 32,
  /** Places of one report that are not well-formed; what stands behind them is not read. */
  xmlErrors: 100_000,
  jsonDepth: 32,
  /** Characters from the end of one tag to the end of the next. */
  xmlStretch: 4 * 2 ** 20,
  valueLength: 4096,
  records: 1_000_000,
  /** Results of DKIM or SPF, or reasons, in one record. */
  resultsOfRecord: 100,
  problems: 100,
  mimeDepth: 12,
  mimeParts: 1000,
  headerOctets: 2 ** 20,
  headerFields: 5000,
  tlsPolicies: 10_000,
  tlsFailures: 100_000,
  recipients: 10_000,
  /** Of the text of a bounce in which a reply is looked for. */
  bounceText: 256 * 1024,
  signatures: 20,
} as const;

/** A record as it stands in a report: its values without white space around, and nothing judged. */

export interface RawRecord {
  source: string | null;
  count: string | null;
  hasEvaluation: boolean;
  hasIdentifiers: boolean;
  hasResults: boolean;
  disposition: string | null;
  dkim: string | null;
  spf: string | null;
  readonly reasons: RawReason[];
  headerFrom: string | null;
  envelopeFrom: string | null;
  readonly dkimResults: RawResult[];
  readonly spfResults: RawResult[];
}

export interface RawReason {
  readonly type: string | null;
  /** What stands in it beside its elements. */
  readonly text: string;
}

export interface RawResult {
  domain: string;
  /** The selector of a signature, the scope of SPF. */
  by: string | null;
  result: string;
}

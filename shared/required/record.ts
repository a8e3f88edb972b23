import type { TxtStrings } from '../dns/records.ts';
import type { SpfChoice } from '../spf/choice.ts';

export type RecordPurpose =
  | 'spf'
  | 'dkim'
  | 'dmarc'
  | 'verification'
  | 'return-path'
  | 'tracking'
  | 'mx'
  | 'delegation'
  | 'report-authorisation'
  | 'mta-sts'
  | 'tls-rpt'
  | 'bimi';

/** The data of a record to be published. */
export type RecordValue =
  | { readonly type: 'TXT'; readonly strings: TxtStrings }
  | { readonly type: 'CNAME'; readonly target: string }
  | { readonly type: 'NS'; readonly target: string }
  | { readonly type: 'MX'; readonly preference: number; readonly exchange: string };

/** The types of records that are prepared. */
export type PreparedType = RecordValue['type'];

/** A text that a person takes for a published one, or one that is asked for, for as long as that reads `from`. */
export interface EditedText {
  readonly from: string;
  readonly to: string;
}

/** How what is published is held against what is required: by meaning, never by text alone. */
export type MatchRule =
  /** The SPF record at the name must hold these terms before its final `all`, as far as the person wants them. */
  | {
      readonly kind: 'spf-terms';
      readonly terms: readonly string[];
      /** Mechanisms that a new record begins with; one that exists need not hold them. */
      readonly first?: readonly string[];
      readonly choice?: SpfChoice;
    }
  /** The one SPF record at the name lets nobody pass. */
  | { readonly kind: 'no-senders' }
  /** The DKIM key records must carry the same public key. */
  | { readonly kind: 'dkim-key'; readonly edited?: EditedText }
  /** A valid DMARC record, with a policy at least as strict. */
  | { readonly kind: 'dmarc-policy'; readonly edited?: EditedText }
  /** Any record that consents to reports: `v=DMARC1`, whatever follows (RFC 9990 §4). */
  | { readonly kind: 'report-authorisation' }
  /** One record whose tags have these values; addresses in `rua=` may be more than that. */
  | { readonly kind: 'policy-tags'; readonly version: string }
  /** The record, and no other server than these: each would be asked, and know nothing of the name. */
  | { readonly kind: 'delegation'; readonly servers: readonly string[] }
  /** The same data; TXT compared after joining its strings. */
  | { readonly kind: 'same-data' };

/** A record the domain needs, and why. */
export interface RequiredRecord {
  /** Stable within a domain, e.g. `spf`, `dkim:api`, `dmarc`. */
  readonly id: string;
  readonly purpose: RecordPurpose;
  /** Absolute owner name, A-labels, no final dot. */
  readonly name: string;
  readonly type: PreparedType;
  /** Seconds. */
  readonly ttl: number;
  readonly value:
    | { readonly state: 'known'; readonly data: RecordValue }
    /** Only the provider knows it: the domain's fields that must be filled in first. Never exported. */
    | {
        readonly state: 'waiting';
        readonly fields: readonly string[];
        /** The same as people call them: `Public key of api._domainkey (Elastic Email)`. */
        readonly named: readonly string[];
      };
  readonly match: MatchRule;
  /** A DNS engineer's one-line answer to "what is this for?". */
  readonly why: string;
  readonly source: {
    readonly kind: 'service' | 'provider-catalogue' | 'local-key' | 'sendwright';
    readonly label: string;
    readonly url?: string;
    readonly date?: string;
  };
  /** A file that belongs to the record and has to be served beside it. */
  readonly file?: { readonly url: string; readonly text: string };
  /** Optional records never hold a domain's verdict back. */
  readonly optional: boolean;
}

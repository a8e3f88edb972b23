import type { FailureReason } from '../dns/lookup.ts';
import type { QueryType, ResourceRecord, TxtStrings } from '../dns/records.ts';
import type { Finding } from '../findings/finding.ts';
import type { SpfChoice } from '../spf/choice.ts';

/** Verified · pending (not seen everywhere yet) · failing · unknown (not checked, or offline). */
export type Verdict = 'verified' | 'pending' | 'failing' | 'unknown';

/** Who answered: the operating system's resolver, a chosen one, a zone's own server, DNS over HTTPS, a pasted zone. */
export interface AnsweringServer {
  readonly kind: 'system' | 'resolver' | 'authoritative' | 'doh' | 'pasted';
  /** `address:port`, a DoH URL, or empty where there is none to tell. */
  readonly address: string;
  /** The server's host name where it is known. */
  readonly name?: string;
}

/** What one server said to one question at one time. A fact: stored, never edited. */
export interface Observation {
  readonly question: { readonly name: string; readonly type: QueryType };
  readonly server: AnsweringServer;
  /** Milliseconds since the epoch. */
  readonly seenAt: number;
  readonly durationMs: number;
  readonly outcome: 'answer' | 'nodata' | 'nxdomain' | 'failure';
  /** The answer's records of the type asked for. */
  readonly records: readonly ResourceRecord[];
  /** The CNAME targets that were followed, in order. */
  readonly aliases: readonly string[];
  readonly rcode?: string;
  /** AA: the server speaks for the zone. */
  readonly authoritative?: boolean;
  /** AD: the resolver validated the answer (RFC 4035 §3.2.3). */
  readonly authenticated?: boolean;
  /** CD: the resolver was asked to leave out its own validation (RFC 4035 §3.2.2). */
  readonly checkingDisabled?: true;
  /** The zone for which a name server was asked. */
  readonly zone?: string;
  /** When the check began that this belongs to; milliseconds since the epoch. */
  readonly checkedAt?: number;
  readonly transport?: 'udp' | 'tcp' | 'https' | 'system';
  /** Seconds a negative answer may be cached (RFC 2308 §5). */
  readonly negativeTtl?: number;
  /** Serial of the SOA that came with the answer. */
  readonly soaSerial?: number;
  readonly failure?: { readonly reason: FailureReason; readonly message: string };
}

export type RecordPurpose =
  | 'spf'
  | 'dkim'
  | 'dmarc'
  | 'verification'
  | 'return-path'
  | 'tracking'
  | 'mx'
  | 'report-authorisation'
  | 'mta-sts'
  | 'tls-rpt'
  | 'bimi';

/** The data of a record to be published. */
export type RecordValue =
  | { readonly type: 'TXT'; readonly strings: TxtStrings }
  | { readonly type: 'CNAME'; readonly target: string }
  | { readonly type: 'MX'; readonly preference: number; readonly exchange: string };

/** How what is published is held against what is required: by meaning, never by text alone. */
export type MatchRule =
  /** The SPF record at the name must hold these terms before its final `all`, as far as the person wants them. */
  | { readonly kind: 'spf-terms'; readonly terms: readonly string[]; readonly choice?: SpfChoice }
  /** The DKIM key records must carry the same public key. */
  | { readonly kind: 'dkim-key' }
  /** A valid DMARC record, with a policy at least as strict. */
  | { readonly kind: 'dmarc-policy' }
  /** Any record that consents to reports: `v=DMARC1`, whatever follows (RFC 9990 §4). */
  | { readonly kind: 'report-authorisation' }
  /** One record whose tags have these values; addresses in `rua=` may be more than that. */
  | { readonly kind: 'policy-tags'; readonly version: string }
  /** The same data; TXT compared after joining its strings. */
  | { readonly kind: 'same-data' };

/** A record the domain needs, and why. */
export interface RequiredRecord {
  /** Stable within a domain, e.g. `spf`, `dkim:api`, `dmarc`. */
  readonly id: string;
  readonly purpose: RecordPurpose;
  /** Absolute owner name, A-labels, no final dot. */
  readonly name: string;
  readonly type: 'TXT' | 'CNAME' | 'MX';
  /** Seconds. */
  readonly ttl: number;
  readonly value:
    | { readonly state: 'known'; readonly data: RecordValue }
    /** Only the provider knows it: the domain's fields that must be filled in first. Never exported. */
    | { readonly state: 'waiting'; readonly fields: readonly string[] };
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

/** One step of a plan. `before` is what to take away, `after` what to publish; their TTLs are in seconds. */
export interface Change {
  readonly recordId: string;
  readonly purpose: RecordPurpose;
  readonly action: 'add' | 'replace' | 'keep' | 'conflict' | 'waiting' | 'unknown';
  readonly name: string;
  readonly type: 'TXT' | 'CNAME' | 'MX';
  readonly before: readonly ResourceRecord[];
  readonly after: readonly ResourceRecord[];
  /** Published records of the same name and type that stay: formats that write whole record sets must repeat them. */
  readonly beside: readonly ResourceRecord[];
  /** Why this action, in one sentence. */
  readonly reason: string;
  readonly findings: readonly Finding[];
}

/** Required records against observations: the changes in the order in which they are safe to make, and the way back. */
export interface Plan {
  readonly domain: string;
  readonly changes: readonly Change[];
  /** Undoes `changes` when applied in this order. */
  readonly wayBack: readonly Change[];
  readonly findings: readonly Finding[];
}

export interface RecordVerdict {
  readonly recordId: string;
  readonly verdict: Verdict;
  /** Short, plain: "Published, but 2 of 4 name servers still answer with the old record". */
  readonly summary: string;
  /** When the newest observation behind the verdict was made; milliseconds since the epoch. */
  readonly seenAt?: number;
  readonly findings: readonly Finding[];
}

export interface DomainVerdict {
  readonly domain: string;
  readonly verdict: Verdict;
  readonly records: readonly RecordVerdict[];
  readonly seenAt?: number;
}

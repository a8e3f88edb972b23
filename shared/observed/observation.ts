import type { FailureReason } from '../dns/lookup.ts';
import type { Fact } from '../facts/fact.ts';
import type { QueryType, ResourceRecord } from '../dns/records.ts';

/** Who answered: the operating system's resolver, a chosen one, a zone's own server, DNS over HTTPS, a pasted zone. */
export interface AnsweringServer {
  readonly kind: 'system' | 'resolver' | 'authoritative' | 'doh' | 'pasted';
  /** `address:port`, a DoH URL, or empty where there is none to tell. */
  readonly address: string;
  /** The server's host name where it is known. */
  readonly name?: string;
}

/** Why a question got no usable answer: the reason, and what was met in particular. */
export interface Failure {
  readonly reason: FailureReason;
  readonly what: Fact;
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
  readonly failure?: Failure;
}

import type { QueryType, ResourceRecord } from './records.ts';

/**
 * What DNS says to one question, once aliases are followed.
 *
 * - `answer`: at least one record of the type asked for, at the end of `aliases`.
 * - `nodata`: the name exists without that type (RFC 2308 §2.2).
 * - `nxdomain`: the name does not exist (RFC 8020).
 * - `failure`: no usable answer. `temporary` says whether asking again may help; SPF's and DMARC's *temperror*.
 */
export type LookupResult =
  | { readonly status: 'answer'; readonly records: readonly ResourceRecord[]; readonly aliases: readonly string[] }
  | { readonly status: 'nodata' | 'nxdomain'; readonly aliases: readonly string[] }
  | {
      readonly status: 'failure';
      readonly reason: FailureReason;
      readonly message: string;
      /** Aliases that were followed before it failed, where that is known. */
      readonly aliases?: readonly string[];
    };

export type FailureReason =
  | 'timeout'
  | 'servfail'
  | 'refused'
  | 'formerr'
  | 'notimp'
  /** Silent to questions with EDNS (RFC 6891), which every resolver asks; plain ones are answered. */
  | 'no-edns'
  | 'network'
  /** A validating resolver refuses the answer (RFC 4035 §5.5). */
  | 'bogus'
  /** The server was named for a zone that it does not speak for (RFC 9499 §7). */
  | 'lame'
  /** The answer is too long for UDP, and TCP did not carry it. */
  | 'truncated'
  /** What came has another id, question or sender (RFC 5452). */
  | 'mismatched'
  | 'alias-loop'
  | 'malformed'
  | 'offline'
  | 'not-known';

/**
 * The one way the domain asks DNS. Live DNS, a pasted zone and prepared records laid over either all implement it, so
 * the same evaluation serves today's DNS and tomorrow's.
 *
 * `name` is absolute, without the final dot, in A-label form. Implementations never reject because of what DNS
 * answered; they reject only when `signal` is aborted. An answer may come synchronously: `await` takes both.
 */
export interface Lookup {
  query(
    name: string,
    type: QueryType,
    options?: { readonly signal?: AbortSignal },
  ): LookupResult | Promise<LookupResult>;
}

/** Aliases that are followed one after another, about as many as resolvers follow; a longer chain is taken for a loop. */
export const MAX_ALIASES = 12;

import type { Fact } from '../facts/fact.ts';
import type { Finding } from '../findings/finding.ts';

/**
 * - `verified`: receivers can use it.
 * - `change-prepared`: it works today, and a better value is planned.
 * - `to-do`: never published; also what waits for a value.
 * - `pending`: not seen everywhere yet.
 * - `failing`: published, and mail suffers.
 * - `unknown`: not checked, or no answer.
 */
export type Verdict = 'verified' | 'change-prepared' | 'to-do' | 'pending' | 'failing' | 'unknown';

/** What is said of one purpose of a domain, which may need no record for it. */
export type PurposeVerdict = Verdict | 'not-needed';

export interface RecordVerdict {
  readonly recordId: string;
  readonly verdict: Verdict;
  /** Why, in short: “Published, but 2 of 4 name servers still answer with the old record”. */
  readonly fact: Fact;
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

import type { DmarcPolicy } from './record.ts';

/** A stretch of time in which receivers met one policy; milliseconds since the epoch. */
export interface PolicyPeriod {
  readonly policy: DmarcPolicy;
  readonly from: number;
  readonly until: number;
}

/** The mail of one sender; times are milliseconds since the epoch. */
export interface SenderMail {
  readonly name: string;
  /** What it is, in a word or two. */
  readonly is: string;
  readonly messages: number;
  /** Messages that failed DMARC. */
  readonly failing: number;
  readonly from: number | null;
  readonly until: number | null;
}

/** Mail that went one way and that receivers saw alike, summed over their reports. */
export interface ReportedMail {
  /** Who sends it, by the names of `SenderMail`. */
  readonly sender: string;
  readonly is: string;
  readonly source: string;
  /** The domain in From. */
  readonly from: string;
  readonly messages: number;
  /** Whether each passed for DMARC, which asks for alignment. */
  readonly dkim: boolean;
  readonly spf: boolean;
  /** Signatures that passed, as `domain/selector`. */
  readonly signers: readonly string[];
  /** The domain whose SPF was checked, and whether that passed; empty where reports do not say. */
  readonly spfDomain: string;
  readonly spfResult: string;
}

/** What came back from mail that a step of the policy leans on. */
export interface PolicyEvidence {
  /** The policies that receivers met, oldest first. */
  readonly periods: readonly PolicyPeriod[];
  /** Messages of the domain's own senders in aggregate reports; null: no report was read. */
  readonly ownMail: {
    readonly messages: number;
    /** Those that failed DMARC, but for mail of senders all of whose later mail passed. */
    readonly failing: number;
    /** Those without a signature that passes and is aligned: they lean on SPF alone, or on nothing; but for the same. */
    readonly unsigned: number;
    /** What these leave out: mail from before its sender was put right. */
    readonly failedBefore?: number;
    readonly unsignedBefore?: number;
  } | null;
  /** Every sender in the reports; absent where none was read. */
  readonly senders?: readonly SenderMail[];
  /** The same mail by the ways that it went, to be judged by other records. */
  readonly mail?: readonly ReportedMail[];
}

/** Nothing came back yet. */
export const noEvidence: PolicyEvidence = { periods: [], ownMail: null };

import type { Outcome, Problem } from '../problems.ts';
import type { AggregateReport } from './aggregate.ts';
import type { TlsReport } from './tls.ts';

/** What a file of evidence held, as it is told. */

export type EvidenceKind = 'dmarc-aggregate' | 'tls-rpt' | 'failure-report';

export type EvidenceReport = AggregateReport | TlsReport;

/** A file that was handed in, and what it held. */
export interface ReadFile {
  readonly name: string;
  readonly found: readonly EvidenceFile[];
  /** A mail without a report: it may be a message or a bounce. */
  readonly isMail: boolean;
}

/** What the history says to a report: it has it now, had it before, or has it with other figures. */
export type Stored = 'new' | 'known' | 'conflicting';

/** A failure report has its fields beside these. */
export interface EvidenceFile {
  readonly file: string;
  readonly kind: EvidenceKind;
  readonly outcome: Outcome;
  readonly problems: readonly Problem[];
  /** The problems as sentences. */
  readonly told: readonly string[];
  readonly reports?: readonly EvidenceReport[];
  /** The file, of those read before, that has the same report. */
  readonly duplicateOf?: string;
  /** The file that has the same report with other figures. */
  readonly conflictsWith?: string;
  /** Mails of a mailbox, those among them without a report, and reports that came more than once in it. */
  readonly mails?: number;
  readonly mailsWithoutReport?: number;
  readonly duplicates?: number;
  /** Mails that tell of a failed delivery; absent where nothing was kept. */
  readonly bounces?: number;
  /** How many reports the history took, had already, and has with other figures; absent where none was kept. */
  readonly stored?: Readonly<Record<Stored, number>>;
}

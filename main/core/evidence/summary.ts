import { createHash } from 'node:crypto';
import type { AggregateReport } from '../../../shared/evidence/reports/aggregate.ts';
import type { Problem } from '../../../shared/evidence/problems.ts';
import { outcomeOf, Problems, problemSentence } from '../../../shared/evidence/problems.ts';
import type { EvidenceFile, EvidenceKind, EvidenceReport, Stored } from '../../../shared/evidence/reports/file.ts';
import type { Found } from './read-file.ts';

/** What a file held, told as one object: by the names of `docs/evidence.md`. */

export type FoundReport = Extract<Found, { kind: 'dmarc-aggregate' | 'tls-rpt' }>;

/** Who takes what was found into the history. */
export interface Keeper {
  /** Is given each report that is neither known here nor in conflict with one that is; says what the history makes of it. */
  readonly report: (found: FoundReport, keys: ReportKeys) => Stored;
  readonly failure: (found: Extract<Found, { kind: 'failure-report' }>) => void;
  /** @returns whether the mail is a bounce. */
  readonly otherMail: (octets: Buffer) => boolean;
}

/** What makes two reports the same, and what makes them differ. */
export interface ReportKeys {
  /** Kind, organisation, identifier, domain and period; null where a report names too little to be known by it. */
  readonly identity: string | null;
  /** The figures. */
  readonly content: string;
}

const hashOf = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('base64url');

/** The keys by which a report is known again. */
export function reportKeys(kind: 'dmarc-aggregate' | 'tls-rpt', report: EvidenceReport): ReportKeys {
  const { org, reportId, begin, end, ...figures } = report;
  const domain = 'domain' in report ? report.domain : null;
  const isNamed = reportId !== null && reportId !== '';
  const named = [kind, org?.toLowerCase() ?? null, reportId, domain, begin, end];
  // Version, address and namespace are how a report is written, not what it says.
  const {
    email: _email,
    version: _version,
    namespace: _namespace,
    generator: _generator,
    ...said
  } = figures as Partial<AggregateReport>;
  return { identity: isNamed ? hashOf(named) : null, content: hashOf([...named, said]) };
}

/** Reports by their keys, each with where it came from. */
export interface KnownReports {
  readonly byIdentity: Map<string, { readonly content: string; readonly file: string }>;
  readonly byContent: Map<string, string>;
  /** Periods of organisations for domains. */
  readonly periods: Map<string, { readonly begin: number; readonly end: number }[]>;
}

export const noReports = (): KnownReports => ({ byIdentity: new Map(), byContent: new Map(), periods: new Map() });

export type ReportNovelty = { readonly is: 'new' } | { readonly is: 'same' | 'conflicting'; readonly file: string };

/** Whether a report is known already; remembers it where it is not. */
export function noveltyOf(known: KnownReports, keys: ReportKeys, file: string): ReportNovelty {
  const same = known.byContent.get(keys.content);
  if (same !== undefined) return { is: 'same', file: same };
  const named = keys.identity === null ? undefined : known.byIdentity.get(keys.identity);
  if (named !== undefined) return { is: 'conflicting', file: named.file };
  known.byContent.set(keys.content, file);
  if (keys.identity !== null) known.byIdentity.set(keys.identity, { content: keys.content, file });
  return { is: 'new' };
}

/** Whether another report of the organisation for the domain covers a part of the same time; remembers the period. */
function overlaps(known: KnownReports, { org, domain, begin, end }: AggregateReport): boolean {
  if (begin === null || end === null) return false;
  const key = JSON.stringify([org?.toLowerCase(), domain]);
  const periods = known.periods.get(key) ?? [];
  const found = periods.some((period) => period.begin < end && begin < period.end);
  periods.push({ begin, end });
  known.periods.set(key, periods);
  return found;
}

/** `receiver!policy-domain!begin!end` (RFC 9990 §3.5.2). */
function nameDiffers(file: string, report: AggregateReport): boolean {
  const name = file.split(/[\\/]/).at(-1) ?? '';
  const domain = /^[^!]*!([^!]+)!\d+!\d+/.exec(name)?.[1];
  return domain !== undefined && report.domain !== null && domain.toLowerCase() !== report.domain;
}

function kindByName(file: string): EvidenceKind {
  return /\.json(?:\.gz)?$/i.test(file) ? 'tls-rpt' : 'dmarc-aggregate';
}

/** What a kind of file calls something that is none of its documents. */
const FOREIGN: Readonly<Record<EvidenceKind, Problem>> = {
  'dmarc-aggregate': 'not-xml',
  'tls-rpt': 'not-json',
  'failure-report': 'not-a-report',
};

interface Gathered {
  readonly problems: Problems;
  readonly reports: EvidenceReport[];
  duplicateOf?: string;
  conflictsWith?: string;
  duplicates: number;
  readonly stored: Record<Stored, number>;
}

const gather = (): Gathered => ({
  problems: new Problems(),
  reports: [],
  duplicates: 0,
  stored: { new: 0, known: 0, conflicting: 0 },
});

function addReport(
  gathered: Gathered,
  found: FoundReport,
  keys: ReportKeys,
  file: string,
  known: KnownReports,
): boolean {
  const novelty = noveltyOf(known, keys, file);
  if (novelty.is === 'same' && novelty.file === file) {
    gathered.duplicates += 1;
    return false;
  }
  gathered.reports.push(found.report);
  gathered.problems.addAll(found.problems);
  if (novelty.is === 'same') gathered.duplicateOf = novelty.file;
  if (novelty.is === 'conflicting') {
    gathered.conflictsWith = novelty.file;
    gathered.problems.add('conflicting-duplicate');
  }
  if (found.kind === 'dmarc-aggregate') {
    if (novelty.is === 'new' && overlaps(known, found.report)) gathered.problems.add('period-overlaps');
    if (nameDiffers(file, found.report)) gathered.problems.add('filename-domain-differs');
  }
  return novelty.is === 'new';
}

/**
 * Gathers what was found in a file into one object for each kind.
 *
 * @param known the reports of files read before; those of this one are added.
 * @param keep absent where nothing is kept.
 */
export async function summarise(
  file: string,
  found: AsyncIterable<Found>,
  known: KnownReports,
  keep: Keeper | null = null,
): Promise<readonly EvidenceFile[]> {
  const kinds = new Map<EvidenceKind, Gathered>();
  const of = (kind: EvidenceKind): Gathered => {
    const gathered = kinds.get(kind) ?? gather();
    kinds.set(kind, gathered);
    return gathered;
  };
  const failures: EvidenceFile[] = [];
  const refusals = new Problems();
  let refusedAs: EvidenceKind | null = null;
  let mails = 0;
  let withoutReport = 0;
  let bounces = 0;
  for await (const each of found) {
    if (each.kind === 'refused') {
      refusals.addAll(each.problems);
      refusedAs ??= each.as;
    } else if (each.kind === 'mail') {
      mails += 1;
      if (!each.hasReport) withoutReport += 1;
    } else if (each.kind === 'other-mail') {
      if (keep?.otherMail(each.octets) === true) bounces += 1;
    } else if (each.kind === 'failure-report') {
      const { problems, report } = each;
      keep?.failure(each);
      const told = problems.map(problemSentence);
      failures.push({ file, kind: each.kind, outcome: outcomeOf(problems, false), problems, told, ...report });
    } else {
      const keys = reportKeys(each.kind, each.report);
      const gathered = of(each.kind);
      try {
        const isNew = addReport(gathered, each, keys, file, known);
        if (keep !== null) gathered.stored[isNew ? keep.report(each, keys) : 'known'] += 1;
      } finally {
        if (each.kind === 'dmarc-aggregate') each.rows?.close();
      }
    }
  }
  const counts = {
    ...(mails === 0 ? {} : { mails, mailsWithoutReport: withoutReport }),
    ...(bounces === 0 ? {} : { bounces }),
  };
  const files = [...kinds].map(([kind, gathered]): EvidenceFile => {
    // A refused part beside parts that were read is told with them; that a picture is no report is not.
    gathered.problems.addAll(refusals.list().filter((problem) => problem !== 'not-a-report' && problem !== 'empty'));
    const problems = gathered.problems.list();
    return {
      file,
      kind,
      outcome: outcomeOf(problems, false),
      problems,
      told: problems.map(problemSentence),
      reports: gathered.reports,
      ...(gathered.duplicateOf === undefined ? {} : { duplicateOf: gathered.duplicateOf }),
      ...(gathered.conflictsWith === undefined ? {} : { conflictsWith: gathered.conflictsWith }),
      ...(gathered.duplicates === 0 ? {} : { duplicates: gathered.duplicates }),
      ...counts,
      ...(keep === null ? {} : { stored: gathered.stored }),
    };
  });
  if (files.length + failures.length > 0) return [...files, ...failures];
  return [refusal(file, refusals.list(), refusedAs, counts)];
}

function refusal(
  file: string,
  problems: readonly Problem[],
  as: EvidenceKind | null,
  counts: Pick<EvidenceFile, 'mails' | 'mailsWithoutReport' | 'bounces'>,
): EvidenceFile {
  const kind = kindByName(file);
  const isForeign = problems.includes('not-a-report') && as !== null && as !== kind;
  const reasons: readonly Problem[] = problems.length === 0 ? ['not-a-report'] : problems;
  const all = isForeign ? [...reasons, FOREIGN[kind]] : reasons;
  return { file, kind, outcome: 'refuse', problems: all, told: all.map(problemSentence), reports: [], ...counts };
}

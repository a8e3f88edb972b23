import { showControls } from '../text/controls.ts';
import { limits } from './limits.ts';

/**
 * What is to be told of something that was read: of a report, a message, a bounce. `noted` changes nothing about the
 * figures; `told` means that something is missing or damaged, and the rest was had; `partial` that the end is missing;
 * `refused` that nothing could be had.
 */
const PROBLEMS = {
  empty: ['refused', 'There is nothing in it.'],
  'not-a-report': ['refused', 'It is not a report.'],
  'not-xml': ['refused', 'It is not XML.'],
  'not-json': ['refused', 'It is not JSON.'],
  'doctype-refused': ['refused', 'It has a document type declaration, which no report needs and which can do harm.'],
  'too-deep': ['refused', 'Its elements or parts are nested deeper than in any report.'],
  'too-large': ['refused', 'It is larger than the limit for one report.'],
  'too-many-entries': ['refused', 'The archive has more entries than any sender’s archive.'],
  encrypted: ['refused', 'The archive is encrypted.'],
  unreadable: ['refused', 'It can’t be read from the disk.'],
  truncated: ['partial', 'It is cut off: the rest is missing, and with it some of the mail.'],
  'compression-damaged': ['told', 'Its compression is damaged: the decompressed data may not be what was sent.'],
  'compressed-twice': ['told', 'It is an archive within an archive.'],
  'entries-refused': ['told', 'Some entries of the archive could not be read.'],
  'not-well-formed': ['told', 'It is not well-formed XML; what could be understood was read.'],
  'encoding-invalid-bytes': ['told', 'Some octets do not belong to the encoding that it names.'],
  'encoding-legacy': ['noted', 'It is written in an encoding older than Unicode.'],
  'encoding-unknown': ['told', 'It names an unknown encoding; it was read as UTF-8.'],
  'stray-text': ['told', 'There is text where none belongs.'],
  'metadata-missing': ['told', 'It does not say who reports.'],
  'org-missing': ['noted', 'The name of the reporting organisation is missing.'],
  'org-empty': ['noted', 'The name of the reporting organisation is empty.'],
  'email-missing': ['noted', 'The address of the reporting organisation is missing.'],
  'email-empty': ['told', 'The address of the reporting organisation is empty.'],
  'email-unreadable': ['told', 'The address of the reporting organisation can’t be read.'],
  'report-id-missing': ['told', 'The report has no identifier: a second copy of it is known by its content alone.'],
  'report-id-empty': ['told', 'The report’s identifier is empty: a second copy of it is known by its content alone.'],
  'period-missing': ['told', 'The period is missing: nothing can be said of when the mail was sent.'],
  'period-incomplete': ['told', 'The period lacks its beginning or its end.'],
  'period-without-offset': ['told', 'The period does not say in which time zone it is; it was read as UTC.'],
  'period-not-integer': ['noted', 'The period has fractions of seconds.'],
  'period-invalid': ['told', 'The period can’t be read.'],
  'period-zero-length': ['told', 'The period has no length.'],
  'period-reversed': ['told', 'The period ends before it begins.'],
  'period-implausible': ['told', 'The period is far from the present; its figures belong to no day.'],
  'period-longer-than-a-day': ['told', 'The period is longer than a day: its figures belong to no single day.'],
  'period-overlaps': ['noted', 'Its period overlaps that of another report of the same organisation for the domain.'],
  'conflicting-duplicate': [
    'told',
    'Another report has the same organisation, identifier and period, and other figures: only one of them is counted.',
  ],
  'policy-missing': ['told', 'The published policy is missing, and with it the domain of the report.'],
  'policy-twice': ['told', 'There are two published policies; the first was read.'],
  'value-twice': ['told', 'Something that belongs there once stands twice; the first was read.'],
  'policy-p-missing': ['told', 'The published policy does not say what is asked for.'],
  'domain-missing': ['told', 'The report does not say which domain it is about.'],
  'policy-domain-missing': ['noted', 'A policy does not say which domain it is for.'],
  'policy-value-empty': ['told', 'A value of the published policy is empty; it has its default.'],
  'unknown-policy': ['told', 'The published policy has a value that no standard defines.'],
  'count-missing': ['told', 'A record has no count; its mail is not counted.'],
  'count-invalid': ['told', 'A count is not a number of messages; its mail is not counted.'],
  'count-implausible': ['told', 'A count is implausibly large.'],
  'count-is-string': ['told', 'Counts are written as texts.'],
  'source-ip-empty': ['told', 'A record does not say where its mail came from.'],
  'source-ip-invalid': ['told', 'A source is not an IP address.'],
  'source-not-public': ['noted', 'A source is an address that no receiver on the internet can have seen.'],
  'policy-evaluated-missing': ['told', 'A record does not say what the receiver made of its mail.'],
  'policy-evaluated-incomplete': ['told', 'A record says only in part what the receiver made of its mail.'],
  'identifiers-missing': ['told', 'A record does not say in whose name its mail was sent.'],
  'header-from-damaged': ['told', 'The domain in From of a record is damaged.'],
  'header-from-u-label': ['noted', 'A domain in From is written in Unicode.'],
  'auth-results-missing': ['noted', 'A record does not say what SPF and DKIM gave.'],
  'auth-domain-empty': ['noted', 'A result does not say for which domain.'],
  'unknown-result': ['told', 'A result is not defined by any standard.'],
  'unknown-disposition': ['told', 'A disposition is not defined by any standard.'],
  'reason-malformed': ['told', 'A reason lacks the type that the standard requires.'],
  'values-not-lower-case': ['told', 'Values are written in capitals; they were read without regard to case.'],
  'hostile-text': ['told', 'A text holds markup, a formula or control characters. It is shown as text alone.'],
  'value-too-long': ['told', 'A value is longer than allowed; it was truncated.'],
  'too-many-records': ['partial', 'It has more records than are read.'],
  'no-records': ['noted', 'It has no record.'],
  'filename-domain-differs': ['noted', 'The file name mentions a different domain than the report.'],
  'policies-missing': ['told', 'The list of policies is missing.'],
  'member-twice': ['told', 'Something that belongs there once stands twice; the last was read.'],
  'policy-unreadable': ['told', 'An entry of the list of policies is none; it was passed over.'],
  'summary-incomplete': ['told', 'A policy does not say how many sessions succeeded.'],
  'policies-not-a-list': ['told', 'The policies are not a list.'],
  'list-of-reports': ['told', 'It is a list of reports, where one belongs.'],
  'unknown-member': ['told', 'It has members that no standard defines.'],
  'unknown-policy-type': ['told', 'A policy has a type that no standard defines.'],
  'details-missing': ['told', 'Failures were counted, and no detail says what failed.'],
  'totals-differ': ['told', 'The details of failures do not add up to their total.'],
  'feedback-part-missing': ['told', 'The part that the report consists of is missing; the rest was read.'],
  'feedback-incomplete': ['told', 'The report says little more than its type.'],
  'unknown-type': ['told', 'The report has a type that no standard defines.'],
  'unknown-failure': ['told', 'The report names a failure that no standard defines.'],
  'no-report-in-mail': ['refused', 'The mail holds no report.'],
} as const satisfies Readonly<Record<string, readonly ['noted' | 'told' | 'partial' | 'refused', string]>>;

export type Problem = keyof typeof PROBLEMS;

/** How much of something could be read. */
export type Outcome = 'read' | 'read-with-problems' | 'partial' | 'refuse';

/** The sentence that tells a person of a problem. */
export function problemSentence(problem: Problem): string {
  return PROBLEMS[problem][1];
}

/** Problems as they are met, each once. */
export class Problems {
  readonly #found = new Set<Problem>();

  add(problem: Problem): void {
    if (this.#found.size < limits.problems) this.#found.add(problem);
  }

  addAll(problems: Iterable<Problem>): void {
    for (const problem of problems) this.add(problem);
  }

  has(problem: Problem): boolean {
    return this.#found.has(problem);
  }

  list(): readonly Problem[] {
    return [...this.#found];
  }
}

/** @param isRefused nothing was had, whatever the problems say. */
export function outcomeOf(problems: readonly Problem[], isRefused: boolean): Outcome {
  if (isRefused) return 'refuse';
  const weights = new Set<string>(problems.map((problem) => PROBLEMS[problem][0]));
  if (weights.has('partial')) return 'partial';
  return weights.has('told') || weights.has('refused') ? 'read-with-problems' : 'read';
}

/** A formula of a spreadsheet, or markup. */
const HOSTILE = /^\s*[=@]|^\s*[+-](?![\d.]*$)\S*[(|!]|<\/?[a-z!?][^>]*>/iu;

/** Whether a text out of a report would do something where it is not shown as text alone. */
export function isHostileText(text: string): boolean {
  return HOSTILE.test(text) || showControls(text) !== text;
}

import { publishedText } from '../spf/choice.ts';
import type { SpfChoice } from '../spf/choice.ts';
import { applyFix } from '../findings/apply-fix.ts';
import type { DescribedFinding } from '../findings/catalogue.ts';
import { describeFindings } from '../findings/catalogue.ts';
import { lintSpf } from '../spf/lint.ts';
import type { SpfEdit } from '../spf/merge.ts';

/** What the manual says about one SPF record besides its value. */

export interface SpfFault {
  /** Carries where it stands in `text`. */
  readonly finding: DescribedFinding;
  /** The text with the fault put right by one edit; null where a person has to decide. */
  readonly after: string | null;
  /** The text as each of the meanings that it may have been written for; a person chooses. */
  readonly readings: readonly { readonly label: string; readonly after: string }[];
  /** The prepared record does not have it any more. */
  readonly isSolved: boolean;
}

export interface SpfCard {
  /** Every published record as one text; empty when none is, or none is known of. */
  readonly published: string;
  /** The text that the faults stand in: the published record, or what the person has made of it. */
  readonly text: string;
  readonly isEdited: boolean;
  readonly faults: readonly SpfFault[];
  /** How the prepared record comes about, term by term. */
  readonly edits: readonly SpfEdit[];
  /** The mechanisms that the providers require. */
  readonly terms: readonly string[];
  readonly choice: SpfChoice;
}

/** A finding without its place: the same fault at another offset is still the same fault. */
function faultKey({ code, title }: DescribedFinding): string {
  return `${code}|${title}`;
}

function readingsOf({ readings = [] }: DescribedFinding, text: string): SpfFault['readings'] {
  return readings.map((reading) => ({ label: reading.label, after: applyFix(text, reading) }));
}

/** A fault of the prepared record, shown where the same term stands in the text it came from. */
function hiddenFault(finding: DescribedFinding, text: string, prepared: string): SpfFault {
  const { span, fix } = finding;
  const term = span === undefined ? '' : prepared.slice(span.start, span.end);
  const start = term === '' ? text.length : text.indexOf(term);
  const place = start === -1 ? { start: text.length, end: text.length } : { start, end: start + term.length };
  return {
    finding: { ...finding, span: place },
    isSolved: false,
    after: fix === undefined ? null : applyFix(prepared, fix),
    readings: readingsOf(finding, prepared),
  };
}

/**
 * @param published the joined texts of every SPF record at the name.
 * @param prepared the record to publish.
 */
export function spfCard(
  published: readonly string[],
  prepared: string,
  part: Pick<SpfCard, 'edits' | 'terms' | 'choice'>,
): SpfCard {
  const whole = publishedText(published);
  const { edited } = part.choice;
  const isEdited = edited !== null && edited.from === whole;
  const text = isEdited ? edited.to : whole;
  const open = describeFindings(lintSpf(prepared)).filter((finding) => finding.span !== undefined);
  const left = new Set(open.map(faultKey));
  // Several records are put right by merging them; the edits of one would not fit the others.
  const findings = published.length > 1 || text === '' ? [] : describeFindings(lintSpf(text));
  const seen = new Set(findings.map(faultKey));
  const faults = findings
    .filter((finding) => finding.span !== undefined)
    .map((finding) => ({
      finding,
      // What may have been meant in several ways is open until somebody chooses, whatever the prepared record holds.
      isSolved: !left.has(faultKey(finding)) && (finding.readings ?? []).length === 0,
      after: finding.fix === undefined ? null : applyFix(text, finding.fix),
      readings: readingsOf(finding, text),
    }));
  // Slips of writing hide what the record says once they are put right.
  const hidden = text === '' ? [] : open.filter((finding) => !seen.has(faultKey(finding)));
  return {
    published: whole,
    text,
    isEdited,
    faults: [...faults, ...hidden.map((finding) => hiddenFault(finding, text, prepared))],
    ...part,
  };
}

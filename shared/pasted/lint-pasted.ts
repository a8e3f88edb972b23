import { allListed } from '../text/listed.ts';
import type { Finding, TextFix } from '../findings/finding.ts';
import { pastedFinding } from './findings.ts';
import type { PastedRecord, Wrapping } from './read-pasted.ts';
import { readPasted } from './read-pasted.ts';
import type { MailStandard } from './standard.ts';
import { meantStandard } from './standard.ts';
import { sourceSpan } from './traced-text.ts';

/** What is checked of one standard, taken out of whatever it was pasted in. */
export interface PastedValue {
  /** The value alone; empty where there is none of the standard. */
  readonly value: string;
  /** The record that it stands in; null where there is none of the standard. */
  readonly record: PastedRecord | null;
  /** On the notation around it, or on what was pasted instead, with places in the pasted text. */
  readonly findings: readonly Finding[];
}

const WORDS: Readonly<Record<Wrapping['kind'], string>> = {
  quotes: 'quotation marks',
  escape: 'backslashes',
  'zone-line': 'the notation of a zone file',
  label: 'the labels of a form',
  markup: 'the markup of a page',
  json: 'JSON',
  'key-file': 'the frame of a key file',
};

function notationFindings({ wrappings }: PastedRecord): readonly Finding[] {
  const [first] = wrappings;
  if (first === undefined) return [];
  const kinds = [...new Set(wrappings.map(({ kind }) => kind))];
  // Quotation marks go without saying where a whole line was pasted.
  const told = kinds.length > 1 ? kinds.filter((kind) => kind !== 'quotes' && kind !== 'escape') : kinds;
  const what = allListed((told.length === 0 ? kinds : told).map((kind) => WORDS[kind]));
  const fix: TextFix = { label: 'Keep only the value', edits: wrappings.map(({ span, text }) => ({ span, text })) };
  return [pastedFinding('pasted.notation', { what }, { span: first.span, fix })];
}

/**
 * Takes one standard's record out of what was pasted.
 *
 * @param standard the one that is wanted.
 * @param also whether a value that names no standard may be of this one.
 */
export function pastedValue(text: string, standard: MailStandard, also: (value: string) => boolean): PastedValue {
  const { records, holdsPrivateKey } = readPasted(text);
  const nothing = { value: '', record: null };
  if (holdsPrivateKey) return { ...nothing, findings: [pastedFinding('pasted.private-key')] };
  const isWanted = ({ value }: PastedRecord) => {
    const meant = meantStandard(value.text);
    return meant === standard || (meant === null && also(value.text));
  };
  const wanted = records.filter(isWanted);
  const [record] = wanted.length > 0 ? wanted : records;
  if (record === undefined) return { ...nothing, findings: [] };
  const found = meantStandard(record.value.text);
  if (record.type === 'CNAME') {
    const target = record.value.text.replace(/\.$/, '').slice(0, 255);
    return { ...nothing, findings: [pastedFinding('pasted.alias', { target })] };
  }
  if (found !== null && found !== standard) {
    return { ...nothing, findings: [pastedFinding('pasted.other-standard', { standard: found, wanted: standard })] };
  }
  return { value: record.value.text, record, findings: notationFindings(record) };
}

/** Findings on a value, with their places moved to the text that it was taken out of; none where it stands nowhere. */
export function placedFindings({ record }: PastedValue, findings: readonly Finding[]): readonly Finding[] {
  if (record === null || record.wrappings.length === 0) return findings;
  const moved = (fix: TextFix): TextFix => ({
    ...fix,
    edits: fix.edits.map(({ span, text }) => ({ span: sourceSpan(record.value, span), text })),
  });
  return findings.map(({ span, fix, readings, ...finding }) => {
    if (!record.isInPlace) return finding;
    return {
      ...finding,
      ...(span === undefined ? {} : { span: sourceSpan(record.value, span) }),
      ...(fix === undefined ? {} : { fix: moved(fix) }),
      ...(readings === undefined ? {} : { readings: readings.map(moved) }),
    };
  });
}

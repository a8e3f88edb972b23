import type { Finding, Span } from '../findings/finding.ts';
import { spfFinding } from '../findings/spf.ts';
import { mechanismKey } from './merge.ts';
import { findSlips } from './repair.ts';
import type { Mechanism, SpfParse } from './syntax.ts';
import { parseSpf } from './syntax.ts';

/** Terms that cost a lookup by themselves, without looking below them (RFC 7208 §4.6.4). */
const COSTLY: ReadonlySet<string> = new Set(['include', 'a', 'mx', 'ptr', 'exists']);

/** Terms compared with one another. */
const MAX_COMPARED = 1000;

/** The edit that takes a term out, with one blank beside it. */
function removal(text: string, span: Span, label: string) {
  const start = text[span.start - 1] === ' ' ? span.start - 1 : span.start;
  return { label, edits: [{ span: { start, end: span.end }, text: '' }] };
}

function replacement(span: Span, text: string, label: string) {
  return { label, edits: [{ span, text }] };
}

function lintOrder(parse: SpfParse, mechanisms: readonly Mechanism[]): Finding[] {
  const all = mechanisms.find((mechanism) => mechanism.name === 'all');
  if (all === undefined) return [];
  return mechanisms
    .filter((mechanism) => mechanism.span.start > all.span.start)
    .map((mechanism) => {
      const remove = removal(parse.text, mechanism.span, '').edits;
      const insert = { span: { start: all.span.start, end: all.span.start }, text: `${mechanism.text} ` };
      const fix =
        mechanism.name === 'all'
          ? { label: 'Remove it', edits: remove }
          : { label: 'Move it before all', edits: [insert, ...remove] };
      return spfFinding('spf.after-all', { term: mechanism.text }, { span: mechanism.span, fix });
    });
}

function lintDuplicates(parse: SpfParse, mechanisms: readonly Mechanism[]): Finding[] {
  const seen = new Set<string>();
  const findings: Finding[] = [];
  for (const mechanism of mechanisms.slice(0, MAX_COMPARED)) {
    const key = mechanismKey(mechanism);
    if (seen.has(key) && mechanism.name !== 'all') {
      const fix = removal(parse.text, mechanism.span, 'Remove it');
      findings.push(spfFinding('spf.duplicate-term', { term: mechanism.text }, { span: mechanism.span, fix }));
    }
    seen.add(key);
  }
  return findings;
}

function lintAll(parse: SpfParse, mechanisms: readonly Mechanism[]): Finding[] {
  const redirect = parse.record?.redirect;
  const all = mechanisms.find((mechanism) => mechanism.name === 'all');
  if (all === undefined) {
    if (redirect !== undefined) return [];
    const end = { start: parse.text.trimEnd().length, end: parse.text.length };
    return [spfFinding('spf.all-missing', {}, { span: end, fix: replacement(end, ' ~all', 'Add ~all') })];
  }
  const findings: Finding[] = [];
  const { span } = all;
  if (all.qualifier === '+')
    findings.push(spfFinding('spf.plus-all', {}, { span, fix: replacement(span, '~all', 'Write ~all') }));
  if (all.qualifier === '?')
    findings.push(spfFinding('spf.neutral-all', {}, { span, fix: replacement(span, '~all', 'Write ~all') }));
  if (redirect !== undefined) {
    const fix = removal(parse.text, redirect.span, 'Remove redirect=');
    findings.push(spfFinding('spf.redirect-ignored', {}, { span: redirect.span, fix }));
  }
  return findings;
}

function lintCost(mechanisms: readonly Mechanism[], redirects: number): Finding[] {
  const count = mechanisms.filter((mechanism) => COSTLY.has(mechanism.name)).length + redirects;
  if (count > 10) return [spfFinding('spf.many-lookups', { count })];
  return count > 8 ? [spfFinding('spf.lookups-close', { count })] : [];
}

/** Whether a span meets one of those given, which come in the order of their starts. */
function touches(spans: readonly Span[]): (span: Span | undefined) => boolean {
  let reach = -1;
  const reaches = spans.map(({ end }) => {
    reach = Math.max(reach, end);
    return reach;
  });
  return (span) => {
    if (span === undefined) return false;
    let low = 0;
    let high = spans.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((spans[middle] as Span).start < span.end) low = middle + 1;
      else high = middle;
    }
    return low > 0 && (reaches[low - 1] as number) >= span.start;
  };
}

/**
 * Checks one record's text, without asking DNS: slips of writing, grammar, order, endings, and the lookups that the
 * record itself needs.
 *
 * @param text as it is to be published, or as it was found.
 * @returns findings with positions in `text`; those that can be put right by an edit carry it.
 */
export function lintSpf(text: string): Finding[] {
  const slips = findSlips(text);
  const parse = parseSpf(text);
  const mechanisms = parse.words.flatMap((word) => (word.term?.kind === 'mechanism' ? [word.term] : []));
  const covered = touches(slips.flatMap((slip) => slip.span ?? []));
  // A slip explains the grammar fault at the same place better than the grammar does.
  const faults = parse.findings.filter((finding) => !covered(finding.span));
  if (parse.words.length === 0 && parse.record === null) return [...slips, ...(slips.length > 0 ? [] : faults)];

  const removable = faults.map((finding) =>
    finding.span === undefined ? finding : { ...finding, fix: removal(text, finding.span, 'Remove it') },
  );
  const pointers = mechanisms
    .filter((mechanism) => mechanism.name === 'ptr')
    .map((mechanism) =>
      spfFinding('spf.ptr', {}, { span: mechanism.span, fix: removal(text, mechanism.span, 'Remove ptr') }),
    );
  return [
    ...slips,
    ...removable,
    ...lintOrder(parse, mechanisms),
    ...lintDuplicates(parse, mechanisms),
    ...(slips.length > 0 ? [] : lintAll(parse, mechanisms)),
    ...pointers,
    ...lintCost(mechanisms, parse.record?.redirect === undefined ? 0 : 1),
  ];
}

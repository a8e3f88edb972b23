import { remembering } from '../memo.ts';
import { formatIp, isInside, networkEnds, samePrefix } from '../dns/ip.ts';
import { textToOctets } from '../dns/txt.ts';
import { applyFix } from '../findings/apply-fix.ts';
import type { Finding, Span, TextFix } from '../findings/finding.ts';
import { pastedFinding } from '../pasted/findings.ts';
import { spfFinding } from './findings.ts';
import { readPasted } from '../pasted/read-pasted.ts';
import { meantStandard } from '../pasted/standard.ts';
import { lintCost, lintLength } from './cost.ts';
import { findCovers, isIp, mechanismKey } from './meaning.ts';
import { isOpen, readableSpf, repairReadable, repairSpf } from './repair.ts';
import type { Mechanism, SpfParse } from './syntax.ts';
import { parseSpf, prefixText } from './syntax.ts';

/** Findings of one record that are told; what can be wrong with a real one are a dozen. */
const MAX_FINDINGS = 500;

/** Terms compared with one another. */
const MAX_COMPARED = 1000;

/** The edit that takes a term out, with one space beside it. */
function removal(text: string, span: Span, label: string, effect?: string): TextFix {
  const start = text[span.start - 1] === ' ' ? span.start - 1 : span.start;
  return { label, ...(effect === undefined ? {} : { effect }), edits: [{ span: { start, end: span.end }, text: '' }] };
}

function replacement(span: Span, text: string, label: string, effect?: string): TextFix {
  return { label, ...(effect === undefined ? {} : { effect }), edits: [{ span, text }] };
}

const READABLE_AGAIN = 'The record is no longer a permanent error, once nothing else is wrong with it.';
const READ_OTHERWISE = 'Receivers read the term differently than today.';

interface Halves {
  readonly before: readonly Mechanism[];
  readonly all: Mechanism | undefined;
  readonly after: readonly Mechanism[];
}

function halves(mechanisms: readonly Mechanism[]): Halves {
  const index = mechanisms.findIndex((mechanism) => mechanism.name === 'all');
  if (index === -1) return { before: mechanisms, all: undefined, after: [] };
  return { before: mechanisms.slice(0, index), all: mechanisms[index], after: mechanisms.slice(index + 1) };
}

function lintOrder(parse: SpfParse, { before, all, after }: Halves): Finding[] {
  if (all === undefined) return [];
  const counting = new Set(before.map(mechanismKey));
  return after.map((mechanism) => {
    const { span, text: term } = mechanism;
    const remove = removal(parse.text, span, 'Remove it');
    if (mechanism.name === 'all' || counting.has(mechanismKey(mechanism))) {
      return spfFinding('spf.after-all', { term }, { span, fix: remove });
    }
    const insert = { span: { start: all.span.start, end: all.span.start }, text: `${term} ` };
    const effect = 'The senders that it names are no longer decided by all.';
    const fix = { label: 'Move it before all', effect, edits: [insert, ...remove.edits] };
    return spfFinding('spf.after-all', { term }, { span, fix });
  });
}

function lintRepetition(parse: SpfParse, { before }: Halves): Finding[] {
  const compared = before.slice(0, MAX_COMPARED);
  const covers = findCovers(compared);
  return compared.flatMap((mechanism, index) => {
    const cover = covers[index];
    if (cover === undefined) return [];
    // What stands between may be shadowed by this very term: then it can't go alone.
    const between = cover.span.start < mechanism.span.start ? [] : compared.slice(index, compared.indexOf(cover));
    if (!between.every((other) => isIp(other) && other.qualifier === mechanism.qualifier)) return [];
    const { span, text: term } = mechanism;
    // Another sign says that something else was meant, be it in vain.
    const isSame = cover.qualifier === mechanism.qualifier;
    const fix = removal(
      parse.text,
      span,
      'Remove it',
      isSame ? undefined : `Nothing for receivers: ${cover.text} decides.`,
    );
    return mechanismKey(cover) === mechanismKey(mechanism)
      ? spfFinding('spf.duplicate-term', { term }, { span, fix })
      : spfFinding('spf.covered-term', { term, cover: cover.text }, { span, fix });
  });
}

const UNLISTED_SOFTFAIL = 'Unlisted senders become softfail.';

function lintAll(parse: SpfParse, { all }: Halves): Finding[] {
  const redirect = parse.record?.redirect;
  if (all === undefined) {
    if (redirect !== undefined) return [];
    const end = { start: parse.text.trimEnd().length, end: parse.text.length };
    return [
      spfFinding('spf.all-missing', {}, { span: end, fix: replacement(end, ' ~all', 'Add ~all', UNLISTED_SOFTFAIL) }),
    ];
  }
  const findings: Finding[] = [];
  const { span } = all;
  const code = all.qualifier === '+' ? 'spf.plus-all' : all.qualifier === '?' ? 'spf.neutral-all' : null;
  if (code !== null) {
    findings.push(spfFinding(code, {}, { span, fix: replacement(span, '~all', 'Write ~all', UNLISTED_SOFTFAIL) }));
  }
  if (redirect !== undefined) {
    const fix = removal(parse.text, redirect.span, 'Remove redirect=');
    findings.push(spfFinding('spf.redirect-ignored', {}, { span: redirect.span, fix }));
  }
  return findings;
}

/** Ranges wider than these hold the senders of many owners. */
const WIDEST = { ip4: 8, ip6: 19 } as const;

function lintRanges({ before }: Halves): Finding[] {
  return before.flatMap((mechanism) => {
    const { network, name, span, text: term, spelling } = mechanism;
    if (network === undefined) return [];
    const prefix = name === 'ip4' ? mechanism.prefix4 : mechanism.prefix6;
    const passes = mechanism.qualifier === '+';
    if (passes && prefix <= WIDEST[name as 'ip4' | 'ip6']) return spfFinding('spf.wide-range', { term }, { span });
    if (isInside(network, prefix)) return spfFinding('spf.private-range', { term }, { span });
    const { first } = networkEnds({ address: network, prefix });
    if (samePrefix(first, network, 8 * network.length)) return [];
    const right = `${spelling.sign}${spelling.name}:${formatIp(first)}${prefixText(mechanism)}`;
    const fix = replacement(span, right, 'Write where the range begins');
    return spfFinding('spf.host-bits', { term, right }, { span, fix });
  });
}

const KNOWN_MODIFIERS: ReadonlySet<string> = new Set(['redirect', 'exp']);

/** Terms whose presence is worth a word. */
function lintTerms(parse: SpfParse, { before, all }: Halves): Finding[] {
  const terms = parse.words.flatMap((word) => word.term ?? []);
  const canFail = [...before, ...(all === undefined ? [] : [all])].some((mechanism) => mechanism.qualifier === '-');
  const hasRedirect = parse.record?.redirect !== undefined && all === undefined;
  return terms.flatMap((term): Finding[] => {
    const { span, text } = term;
    if (term.kind === 'mechanism' && term.name === 'ptr') {
      const fix = removal(
        parse.text,
        span,
        'Remove ptr',
        'Senders that only ptr let pass are decided by what follows.',
      );
      return [spfFinding('spf.ptr', {}, { span, fix })];
    }
    const macros = term.kind === 'mechanism' ? (term.domain?.macros ?? []) : term.macros;
    if (macros.some((part) => part.kind === 'macro' && part.letter === 'p')) {
      return [spfFinding('spf.macro-p', { term: text }, { span })];
    }
    if (term.kind !== 'modifier') return [];
    if (!KNOWN_MODIFIERS.has(term.name)) {
      const fix = removal(parse.text, span, 'Remove it');
      return [spfFinding('spf.unknown-modifier', { term: text }, { span, fix })];
    }
    if (term.name === 'exp' && !canFail && !hasRedirect && parse.record !== null) {
      return [spfFinding('spf.exp-unused', {}, { span, fix: removal(parse.text, span, 'Remove exp=') })];
    }
    return [];
  });
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

/** The texts linted lately: the plan and the manual of one domain say the same of its record. */
const REMEMBERED = 64;

/**
 * Checks one record's text, without asking DNS: slips of writing, grammar, order, endings, and the lookups that the
 * record itself needs.
 *
 * @param text as it is to be published, or as it was found.
 * @returns findings with positions in `text`; those that can be put right by an edit carry it.
 */
export const lintSpf = remembering(REMEMBERED, (text): readonly Finding[] => {
  const readable = readableSpf(text);
  const findings = lintText(readable);
  if (readable === text) return findings;
  const octets = octetOffsets(readable);
  const place = ({ start, end }: Span): Span => ({ start: octets[start] as number, end: octets[end] as number });
  const moved = (fix: TextFix): TextFix => ({
    ...fix,
    edits: fix.edits.map((edit) => ({ text: textToOctets(edit.text), span: place(edit.span) })),
  });
  return findings.map(({ span, fix, readings, ...finding }) => ({
    ...finding,
    ...(span === undefined ? {} : { span: place(span) }),
    ...(fix === undefined ? {} : { fix: moved(fix) }),
    ...(readings === undefined ? {} : { readings: readings.map(moved) }),
  }));
});

/** For each character of a text, and for its end, the offset in the text's UTF-8 octets. */
function octetOffsets(text: string): readonly number[] {
  const offsets: number[] = [];
  let octets = 0;
  for (const character of text) {
    for (let unit = 0; unit < character.length; unit += 1) offsets.push(octets);
    octets += textToOctets(character).length;
  }
  return [...offsets, octets];
}

/** What stands in the place of a text that is no SPF record, in words that say what it is. */
function foreignFindings(text: string, parse: SpfParse): readonly Finding[] {
  const pasted = readPasted(text);
  if (pasted.holdsPrivateKey) return [pastedFinding('pasted.private-key')];
  const standards = pasted.records.map((record) => meantStandard(record.value.text));
  const count = standards.filter((standard) => standard === 'SPF').length;
  if (count > 1) return [spfFinding('spf.several-records', { count })];
  const [standard] = standards;
  if (standards.length === 1 && standard !== null && standard !== undefined && standard !== 'SPF') {
    return [pastedFinding('pasted.other-standard', { standard, wanted: 'SPF' })];
  }
  return parse.findings;
}

/** The fixes of slips change what receivers answer, as a repair must. */
function withEffect(finding: Finding, effect: string): Finding {
  const changed = (fix: TextFix): TextFix => ({ ...fix, effect });
  return {
    ...finding,
    ...(finding.fix === undefined ? {} : { fix: changed(finding.fix) }),
    ...(finding.readings === undefined ? {} : { readings: finding.readings.map(changed) }),
  };
}

function lintText(text: string): Finding[] {
  const parse = parseSpf(text);
  const effect = parse.record === null ? READABLE_AGAIN : READ_OTHERWISE;
  const slips = repairReadable(text, text).findings.map((slip) => withEffect(slip, effect));
  if (parse.words.length === 0 && parse.record === null) {
    return [...slips, ...(slips.length > 0 ? [] : foreignFindings(text, parse))];
  }
  const covered = touches(slips.flatMap((slip) => slip.span ?? []));
  const parts = halves(parse.words.flatMap((word) => (word.term?.kind === 'mechanism' ? [word.term] : [])));
  const findings = [
    ...slips,
    ...lintOrder(parse, parts),
    ...lintRepetition(parse, parts),
    ...(slips.length > 0 ? [] : lintAll(parse, parts)),
    ...lintRanges(parts),
    ...lintTerms(parse, parts).filter((finding) => !covered(finding.span)),
    ...lintCost(parts.before, parse.record?.redirect !== undefined && parts.all === undefined),
    ...lintLength(text),
  ];
  return findings.slice(0, MAX_FINDINGS);
}

/** Fixes applied to one text at the most. */
const MAX_FIXES = 500;

/** Fixes that take away nothing but what stands there once more. */
const LOSSLESS: ReadonlySet<string> = new Set(['spf.duplicate-term', 'spf.covered-term', 'spf.host-bits']);

/**
 * The record put right as far as its meaning is certain: slips of writing, then what stands there once more. No term goes
 * that says something of its own, be it in vain.
 *
 * @param text as it is to be published, or as it was found.
 * @returns the text, and whether it is of use: every term reads, and no question is open.
 */
export function fixSpf(text: string): { readonly text: string; readonly isUsable: boolean } {
  const repair = repairSpf(text);
  let fixed = repair.text;
  if (repair.findings.some(isOpen) || parseSpf(fixed).record === null) return { text: fixed, isUsable: false };
  for (let round = 0; round < MAX_FIXES; round += 1) {
    const fix = lintSpf(fixed).find(
      (finding) => finding.fix !== undefined && finding.fix.effect === undefined && LOSSLESS.has(finding.code),
    )?.fix;
    if (fix === undefined) break;
    fixed = applyFix(fixed, fix);
  }
  return { text: fixed, isUsable: true };
}

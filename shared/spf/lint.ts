import type { IpOctets } from '../dns/ip.ts';
import { formatIp, parseIp, samePrefix } from '../dns/ip.ts';
import { textToOctets } from '../dns/txt.ts';
import type { Finding, Span, TextFix } from '../findings/finding.ts';
import { spfFinding } from '../findings/spf.ts';
import { standardLimits } from './check-host.ts';
import { findCovers, isIp, mechanismKey } from './merge.ts';
import { findSlips, readableSpf } from './repair.ts';
import type { Mechanism, SpfParse, SpfWord } from './syntax.ts';
import { parseSpf, spfText } from './syntax.ts';

/** Terms that cost a lookup by themselves, without looking below them (RFC 7208 §4.6.4). */
const COSTLY: ReadonlySet<string> = new Set(['include', 'a', 'mx', 'ptr', 'exists']);

/** Findings of one record that are told; what can be wrong with a real one are a dozen. */
const MAX_FINDINGS = 500;

/** Terms compared with one another. */
const MAX_COMPARED = 1000;

/** The edit that takes a term out, with one blank beside it. */
function removal(text: string, span: Span, label: string, effect?: string): TextFix {
  const start = text[span.start - 1] === ' ' ? span.start - 1 : span.start;
  return { label, ...(effect === undefined ? {} : { effect }), edits: [{ span: { start, end: span.end }, text: '' }] };
}

function replacement(span: Span, text: string, label: string, effect?: string): TextFix {
  return { label, ...(effect === undefined ? {} : { effect }), edits: [{ span, text }] };
}

const READABLE_AGAIN = 'The record is no permanent error any more, once nothing else is wrong with it.';
const READ_OTHERWISE = 'Receivers read the term otherwise than today.';

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
    const fix = removal(parse.text, span, 'Remove it');
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

function lintCost({ before, all }: Halves, hasRedirect: boolean): Finding[] {
  const redirects = hasRedirect && all === undefined ? 1 : 0;
  const count = before.filter((mechanism) => COSTLY.has(mechanism.name)).length + redirects;
  if (count > standardLimits.lookups) return [spfFinding('spf.many-lookups', { count })];
  return count >= standardLimits.lookups - 1 ? [spfFinding('spf.lookups-close', { count })] : [];
}

/** Ranges that no mail of the internet comes from (RFC 6890). */
const PRIVATE_RANGES = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '127.0.0.0/8',
  '169.254.0.0/16',
  'fc00::/7',
  'fe80::/10',
].map((range) => {
  const [address, prefix] = range.split('/') as [string, string];
  return { network: parseIp(address) as IpOctets, prefix: Number(prefix) };
});

/** Ranges wider than these hold the senders of many owners. */
const WIDEST = { ip4: 8, ip6: 19 } as const;

/** A network with every bit behind its prefix cleared. */
function maskedNetwork(network: IpOctets, prefix: number): IpOctets {
  return network.map((octet, index) => octet & (0xff << Math.min(Math.max(8 * (index + 1) - prefix, 0), 8)) & 0xff);
}

function lintRanges({ before }: Halves): Finding[] {
  return before.flatMap((mechanism) => {
    const { network, name, span, text: term, spelling } = mechanism;
    if (network === undefined) return [];
    const prefix = name === 'ip4' ? mechanism.prefix4 : mechanism.prefix6;
    const passes = mechanism.qualifier === '+';
    if (passes && prefix <= WIDEST[name as 'ip4' | 'ip6']) return spfFinding('spf.wide-range', { term }, { span });
    const isPrivate = PRIVATE_RANGES.some(
      (range) => range.prefix <= prefix && samePrefix(network, range.network, range.prefix),
    );
    if (isPrivate) return spfFinding('spf.private-range', { term }, { span });
    const masked = maskedNetwork(network, prefix);
    if (samePrefix(masked, network, 8 * network.length)) return [];
    const right = `${spelling.sign}${spelling.name}:${formatIp(masked)}${spelling.prefix}`;
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

/** Finds the word that a span lies in. */
function wordFinder({ words }: SpfParse): (span: Span | undefined) => Span | undefined {
  return (span) => {
    if (span === undefined) return undefined;
    let low = 0;
    let high = words.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((words[middle] as SpfWord).span.end < span.end) low = middle + 1;
      else high = middle;
    }
    return words[low]?.span;
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
  const readable = readableSpf(text);
  const findings = lintText(readable);
  if (readable === text) return findings;
  const octets = octetOffsets(readable);
  const place = ({ start, end }: Span): Span => ({ start: octets[start] as number, end: octets[end] as number });
  return findings.map(({ span, fix, ...finding }) => ({
    ...finding,
    ...(span === undefined ? {} : { span: place(span) }),
    ...(fix === undefined
      ? {}
      : { fix: { ...fix, edits: fix.edits.map((edit) => ({ ...edit, span: place(edit.span) })) } }),
  }));
}

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

/** Single edits that make one name out of another: a letter changed, added or left out, or two changed about. */
function isMistyped(name: string, meant: string): boolean {
  if (Math.abs(name.length - meant.length) > 1) return false;
  let start = 0;
  while (start < name.length && name[start] === meant[start]) start += 1;
  const rest = [name.slice(start), meant.slice(start)] as const;
  const swapped = `${rest[0][1] ?? ''}${rest[0][0] ?? ''}${rest[0].slice(2)}`;
  return (
    swapped === rest[1] ||
    rest[0].slice(1) === rest[1].slice(1) ||
    rest[0].slice(1) === rest[1] ||
    rest[0] === rest[1].slice(1)
  );
}

/** Names long enough to be recognised. */
const RECOGNISED = ['include', 'exists', 'ip4', 'ip6', 'ptr', 'all', 'redirect', 'exp'];

/** The fix of a term that breaks the grammar: the name that was meant, else its removal. */
function grammarFix(text: string, finding: Finding, word: Span): TextFix {
  const { span, code } = finding;
  if (code === 'spf.unknown-mechanism' && span !== undefined) {
    const name = String(finding.values.name ?? '').toLowerCase();
    const [meant, another] = RECOGNISED.filter((known) => {
      if (!isMistyped(name, known)) return false;
      const fixed = `${text.slice(word.start, span.start)}${known}${text.slice(span.end, word.end)}`;
      return parseSpf(spfText([fixed])).record !== null;
    });
    if (meant !== undefined && another === undefined) return replacement(span, meant, `Write ${meant}`, READABLE_AGAIN);
  }
  return removal(text, word, 'Remove it', READABLE_AGAIN);
}

function lintText(text: string): Finding[] {
  const parse = parseSpf(text);
  const effect = parse.record === null ? READABLE_AGAIN : READ_OTHERWISE;
  const slips = findSlips(text).map((slip) =>
    slip.fix === undefined ? slip : { ...slip, fix: { ...slip.fix, effect } },
  );
  const covered = touches(slips.flatMap((slip) => slip.span ?? []));
  const wordAround = wordFinder(parse);
  // A slip explains the grammar fault of the same term better than the grammar does.
  const faults = parse.findings.filter((finding) => !covered(wordAround(finding.span)));
  if (parse.words.length === 0 && parse.record === null) return [...slips, ...(slips.length > 0 ? [] : faults)];

  const removable = faults.map((finding, index) => {
    const word = wordAround(finding.span);
    if (word === undefined || index >= MAX_COMPARED) return finding;
    return { ...finding, fix: grammarFix(text, finding, word) };
  });
  const parts = halves(parse.words.flatMap((word) => (word.term?.kind === 'mechanism' ? [word.term] : [])));
  const findings = [
    ...slips,
    ...removable,
    ...lintOrder(parse, parts),
    ...lintRepetition(parse, parts),
    ...(slips.length > 0 ? [] : lintAll(parse, parts)),
    ...lintRanges(parts),
    ...lintTerms(parse, parts).filter((finding) => !covered(finding.span)),
    ...lintCost(parts, parse.record?.redirect !== undefined),
  ];
  return findings.slice(0, MAX_FINDINGS);
}

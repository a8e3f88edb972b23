import { samePrefix } from '../dns/ip.ts';
import { canonicalName } from '../dns/names.ts';
import type { Finding } from '../findings/finding.ts';
import { spfFinding } from '../findings/spf.ts';
import { hasMacro } from './macro.ts';
import { repairSpf } from './repair.ts';
import type { Mechanism, Modifier, SpfRecord, SpfTerm } from './syntax.ts';
import { parseSpf, spfText } from './syntax.ts';

export interface SpfEdit {
  readonly kind: 'keep' | 'add' | 'remove';
  readonly term: string;
  /** Why, in one sentence. */
  readonly reason: string;
}

export interface SpfMerge {
  /** The one record to publish. */
  readonly record: string;
  /** The single published record says all of it already. */
  readonly unchanged: boolean;
  /** Every term of the old and the new record, in the new record's order; removed ones where they stood. */
  readonly edits: readonly SpfEdit[];
  readonly findings: readonly Finding[];
}

export interface SpfChange {
  /** Mechanisms to hold, such as `include:_spf.example.net` or `ip4:192.0.2.0/24`. */
  readonly add: readonly string[];
  /** Mechanisms to give up, and `redirect=` or other modifiers; what is asked for as well stays. */
  readonly remove?: readonly string[];
}

/** From loosest to strictest. */
const STRICTNESS = '+?~-';

/** What a mechanism asks, apart from its qualifier, in one form: two mechanisms of one meaning give the same key. */
export function mechanismKey(mechanism: Mechanism): string {
  const { name, network, prefix4, prefix6 } = mechanism;
  if (network !== undefined) return `${name}:${network.join('.')}/${name === 'ip4' ? prefix4 : prefix6}`;
  return `${name}:${domainKey(mechanism)}/${prefix4}//${prefix6}`;
}

/** The letter case of a macro has a meaning (RFC 7208 §7.3), that of a name has none. */
function domainKey({ domain }: Mechanism): string {
  if (domain === undefined) return '';
  if (!hasMacro(domain.macros)) return canonicalName(domain.text);
  return domain.text.replace(/%\{[^}]*\}|[^%]+/g, (part) => (part.startsWith('%') ? part : part.toLowerCase()));
}

export function isIp(mechanism: Mechanism): boolean {
  return mechanism.network !== undefined;
}

/** Whether every address that `narrow` matches is matched by `wide`: of ranges, or of `a` and `mx` of one domain. */
function covers(wide: Mechanism, narrow: Mechanism): boolean {
  if (wide.name !== narrow.name) return false;
  if (wide.network !== undefined && narrow.network !== undefined) {
    const prefix = (mechanism: Mechanism) => (mechanism.name === 'ip4' ? mechanism.prefix4 : mechanism.prefix6);
    return prefix(wide) <= prefix(narrow) && samePrefix(wide.network, narrow.network, prefix(wide));
  }
  return wide.prefix4 <= narrow.prefix4 && wide.prefix6 <= narrow.prefix6 && domainKey(wide) === domainKey(narrow);
}

function parseMechanisms(terms: readonly string[]): Mechanism[] {
  return terms.flatMap((term) => parseSpf(spfText([term])).record?.mechanisms ?? []);
}

interface Published {
  readonly records: readonly SpfRecord[];
  readonly findings: readonly Finding[];
  /** Words that could not be read, even after the repair. */
  readonly unreadable: readonly string[];
  readonly repaired: boolean;
}

/** Reads what is published; what breaks the grammar is repaired, and terms that can't be are left out. */
function readPublished(texts: readonly string[]): Published {
  const findings: Finding[] = [];
  const records: SpfRecord[] = [];
  const unreadable: string[] = [];
  let repaired = false;
  for (const text of texts) {
    const strict = parseSpf(text);
    if (strict.record !== null) {
      records.push(strict.record);
      continue;
    }
    repaired = true;
    const repair = repairSpf(text);
    findings.push(spfFinding('spf.unreadable-published'), ...strict.findings, ...repair.findings);
    const again = repair.findings.length === 0 ? strict : parseSpf(repair.text);
    if (again.words.length === 0 && again.record === null) {
      unreadable.push(text);
      continue;
    }
    const readable = again.words.filter((word) => word.term !== null);
    const record = again.record ?? parseSpf(spfText(readable.map((word) => word.text))).record;
    if (again.record === null) {
      unreadable.push(...again.words.filter((word) => word.term === null).map((word) => word.text));
    }
    if (record !== null) records.push(record);
  }
  return { records, findings, unreadable, repaired };
}

interface Parts {
  /** The mechanisms that can decide: those before the first `all`. */
  readonly before: readonly Mechanism[];
  readonly all: Mechanism | undefined;
  readonly after: readonly Mechanism[];
}

function partsOf(record: SpfRecord): Parts {
  const index = record.mechanisms.findIndex((mechanism) => mechanism.name === 'all');
  if (index === -1) return { before: record.mechanisms, all: undefined, after: [] };
  return {
    before: record.mechanisms.slice(0, index),
    all: record.mechanisms[index],
    after: record.mechanisms.slice(index + 1),
  };
}

interface Candidate {
  readonly mechanism: Mechanism;
  readonly origin: 'published' | 'redirect' | 'wanted';
}

/** Different terms compared with one another; in a longer list only equal ones are found. */
const MAX_COMPARED = 512;

/** For each mechanism the one that makes it pointless, if there is one. */
export function findCovers(mechanisms: readonly Mechanism[]): readonly (Mechanism | undefined)[] {
  const first = new Map<string, Mechanism>();
  const repeated = mechanisms.map((mechanism) => {
    const key = mechanismKey(mechanism);
    const same = first.get(key);
    if (same === undefined) first.set(key, mechanism);
    return same;
  });
  if (first.size > MAX_COMPARED) return repeated;
  const single = mechanisms.filter((_, index) => repeated[index] === undefined);
  const earlier = new Map<Mechanism, Mechanism>();
  for (const [index, mechanism] of single.entries()) {
    const wide = single.slice(0, index).find((candidate) => covers(candidate, mechanism));
    if (wide !== undefined) earlier.set(mechanism, wide);
  }
  const left = single.filter((mechanism) => !earlier.has(mechanism));
  return mechanisms.map(
    (mechanism, index) => repeated[index] ?? earlier.get(mechanism) ?? coveredLater(mechanism, left),
  );
}

/** A later, wider range of the same qualifier, with nothing but such ranges between: the earlier one adds nothing. */
function coveredLater(mechanism: Mechanism, mechanisms: readonly Mechanism[]): Mechanism | undefined {
  if (!isIp(mechanism)) return undefined;
  for (const later of mechanisms.slice(mechanisms.indexOf(mechanism) + 1)) {
    if (!isIp(later) || later.qualifier !== mechanism.qualifier) return undefined;
    if (covers(later, mechanism)) return later;
  }
  return undefined;
}

const EDIT_BY_ORIGIN = {
  published: { kind: 'keep', reason: 'Published today.' },
  redirect: { kind: 'add', reason: 'It takes the place of redirect=.' },
  wanted: { kind: 'add', reason: 'The provider requires it.' },
} as const;

interface Choice {
  readonly mechanisms: readonly Mechanism[];
  readonly edits: readonly SpfEdit[];
  readonly findings: readonly Finding[];
}

/** Decides which mechanisms stand before `all`, each with its reason, in their order. */
function chooseMechanisms(candidates: readonly Candidate[], givenUp: ReadonlySet<string>): Choice {
  const isGivenUp = ({ mechanism, origin }: Candidate) => origin !== 'wanted' && givenUp.has(mechanismKey(mechanism));
  const standing = candidates.filter((candidate) => !isGivenUp(candidate));
  const covering = findCovers(standing.map((candidate) => candidate.mechanism));
  const mechanisms: Mechanism[] = [];
  const edits: SpfEdit[] = [];
  const findings: Finding[] = [];
  let index = 0;
  for (const candidate of candidates) {
    const { mechanism, origin } = candidate;
    const term = mechanism.text;
    if (isGivenUp(candidate)) {
      edits.push({ kind: 'remove', term, reason: 'Given up.' });
      continue;
    }
    const cover = covering[index];
    index += 1;
    if (cover === undefined) {
      mechanisms.push(mechanism);
      edits.push({ ...EDIT_BY_ORIGIN[origin], term });
    } else if (origin === 'published') {
      edits.push({ kind: 'remove', term, reason: `${cover.text} covers it.` });
    } else if (origin === 'wanted' && cover.qualifier !== '+') {
      findings.push(spfFinding('spf.required-not-passing', { term, cover: cover.text }));
    }
  }
  return { mechanisms, edits, findings };
}

/** What the terms to be added say; what can't be read of them, or isn't merged, is a finding without a place. */
function readWanted(terms: readonly string[]): { mechanisms: readonly Mechanism[]; findings: readonly Finding[] } {
  const parses = terms.map((term) => parseSpf(spfText([term])));
  const read = parses.flatMap(({ record }) => record?.terms ?? []);
  const isMerged = (term: SpfTerm): term is Mechanism => term.kind === 'mechanism' && term.name !== 'all';
  return {
    mechanisms: read.filter(isMerged),
    findings: [
      ...parses.flatMap((parse) => parse.findings.map(({ span: _span, ...finding }) => finding)),
      ...read.filter((term) => !isMerged(term)).map(({ text: term }) => spfFinding('spf.not-added', { term })),
    ],
  };
}

/** One form for a modifier to be found by: the letter case of its name has no meaning. */
function modifierKey({ name, value }: Modifier): string {
  return `${name}=${value}`;
}

interface GivenUp {
  readonly mechanisms: ReadonlySet<string>;
  readonly modifiers: ReadonlySet<string>;
}

/** What is to be given up, less what is wanted at the same time. */
function readGivenUp(terms: readonly string[], wanted: readonly Mechanism[]): GivenUp {
  const read = terms.flatMap((term) => parseSpf(spfText([term])).record?.terms ?? []);
  const kept = new Set(wanted.map(mechanismKey));
  const mechanisms = read.filter((term) => term.kind === 'mechanism').map(mechanismKey);
  return {
    mechanisms: new Set(mechanisms.filter((key) => !kept.has(key))),
    modifiers: new Set(read.filter((term) => term.kind === 'modifier').map(modifierKey)),
  };
}

/** Says where a term that was to be given up is still let pass by another. */
function findStillPassing(terms: readonly string[], mechanisms: readonly Mechanism[], givenUp: GivenUp): Finding[] {
  return parseMechanisms(terms).flatMap((mechanism) => {
    if (!givenUp.mechanisms.has(mechanismKey(mechanism))) return [];
    const cover = mechanisms.find((other) => other.qualifier === '+' && covers(other, mechanism));
    const values = { term: mechanism.text, cover: cover?.text ?? '' };
    return cover === undefined ? [] : [spfFinding('spf.still-passing', values)];
  });
}

/** How the record ends: its `all`, or what stands in its place. */
function chooseAll(
  alls: readonly Mechanism[],
  isFollowed: boolean,
  isNew: boolean,
): Choice & { readonly text: string } {
  const [all, ...others] = [...alls].sort(
    (left, right) => STRICTNESS.indexOf(right.qualifier) - STRICTNESS.indexOf(left.qualifier),
  );
  if (all !== undefined) {
    const reason = others.length > 0 ? 'The strictest of the records’ endings.' : 'Published today.';
    const removed = others.map((other) => ({
      kind: 'remove' as const,
      term: other.text,
      reason: 'A record has one ending.',
    }));
    return {
      text: all.text,
      mechanisms: [all],
      edits: [{ kind: 'keep', term: all.text, reason }, ...removed],
      findings: [
        ...(all.qualifier === '+' ? [spfFinding('spf.plus-all')] : []),
        ...(all.qualifier === '?' ? [spfFinding('spf.neutral-all')] : []),
      ],
    };
  }
  if (isFollowed) return { text: '', mechanisms: [], edits: [], findings: [] };
  const reason = isNew
    ? 'Everybody else is suspicious, but not yet refused.'
    : 'The record had no ending: unlisted senders were neutral, now they are suspicious.';
  return {
    text: '~all',
    mechanisms: [],
    edits: [{ kind: 'add', term: '~all', reason }],
    findings: isNew ? [] : [spfFinding('spf.merged-all-missing')],
  };
}

/** A redirect as the include that lets the same senders pass. */
function includeOf(redirect: Modifier): readonly Mechanism[] {
  return parseMechanisms([`include:${redirect.value}`]);
}

interface Tail {
  readonly terms: readonly string[];
  readonly edits: readonly SpfEdit[];
  readonly findings: readonly Finding[];
}

/** The modifiers of the records: the followed redirect, one `exp`, and whatever else stands there. */
function chooseModifiers(
  records: readonly SpfRecord[],
  followed: Modifier | undefined,
  givenUp: ReadonlySet<string>,
): Tail {
  const terms: string[] = [];
  const standing = new Set<string>();
  const edits: SpfEdit[] = [];
  const findings: Finding[] = [];
  let hasExplanation = false;
  for (const record of records) {
    const hasAll = partsOf(record).all !== undefined;
    for (const modifier of record.terms.filter((term): term is Modifier => term.kind === 'modifier')) {
      const { text: term, name, value } = modifier;
      if (givenUp.has(modifierKey(modifier))) {
        edits.push({ kind: 'remove', term, reason: 'Given up.' });
      } else if (name === 'redirect' && modifier !== followed) {
        findings.push(
          hasAll ? spfFinding('spf.redirect-ignored') : spfFinding('spf.redirect-replaced', { name: value }),
        );
        const reason = hasAll ? 'all decides before it.' : 'An include takes its place: a record has one ending.';
        edits.push({ kind: 'remove', term, reason });
      } else if (name === 'exp' && hasExplanation) {
        edits.push({ kind: 'remove', term, reason: 'It may stand once.' });
      } else if (standing.has(term)) {
        edits.push({ kind: 'remove', term, reason: 'It stands there already.' });
      } else {
        hasExplanation ||= name === 'exp';
        terms.push(term);
        standing.add(term);
        edits.push({ kind: 'keep', term, reason: 'Published today.' });
      }
    }
  }
  return { terms, edits, findings };
}

/**
 * Makes the one SPF record that says what is published and what providers require.
 *
 * For every address the result stays the published one where a published term before `all` decided; otherwise it is
 * pass where an added mechanism matches; otherwise it is the result of `all` (or of `redirect=`) as before. A record
 * that ends in neither gets `~all`, and a finding says so. Applying it to its own result changes nothing.
 *
 * @param published the joined texts of every SPF record at the name: none, one or, by mistake, several.
 */
export function mergeSpf(published: readonly string[], change: SpfChange): SpfMerge {
  const { records, findings: readFindings, unreadable, repaired } = readPublished(published);
  const parts = records.map(partsOf);
  const alls = parts.flatMap((part) => part.all ?? []);
  const isFollowed = ({ all }: Parts) => all === undefined && alls.length === 0;
  const wanted = readWanted(change.add);
  const givenUp = readGivenUp(change.remove ?? [], wanted.mechanisms);
  const standing = ({ redirect }: SpfRecord) =>
    redirect !== undefined && !givenUp.modifiers.has(modifierKey(redirect)) ? redirect : undefined;
  const followed = records.find((record, index) => standing(record) !== undefined && isFollowed(parts[index] as Parts));

  const candidates = records.flatMap((record, index): Candidate[] => {
    const { before, all } = parts[index] as Parts;
    const redirect = all === undefined && record !== followed ? standing(record) : undefined;
    return [
      ...before.map((mechanism) => ({ mechanism, origin: 'published' as const })),
      ...(redirect === undefined ? [] : includeOf(redirect)).map((mechanism) => ({
        mechanism,
        origin: 'redirect' as const,
      })),
    ];
  });
  const chosen = chooseMechanisms(
    [...candidates, ...wanted.mechanisms.map((mechanism) => ({ mechanism, origin: 'wanted' as const }))],
    givenUp.mechanisms,
  );
  const after = parts.flatMap((part) => part.after);
  const chosenKeys = new Set(chosen.mechanisms.map(mechanismKey));
  const ending = chooseAll(alls, followed !== undefined, records.length === 0);
  const modifiers = chooseModifiers(records, followed?.redirect, givenUp.modifiers);

  const edits: readonly SpfEdit[] = [
    ...chosen.edits,
    ...unreadable.map((term) => ({ kind: 'remove' as const, term, reason: 'No receiver can read it.' })),
    ...after.map((mechanism) => ({
      kind: 'remove' as const,
      term: mechanism.text,
      reason: chosenKeys.has(mechanismKey(mechanism))
        ? 'It stood after all, where no receiver reads it; before all it counts.'
        : 'It stands after all, where no receiver reads it.',
    })),
    ...ending.edits,
    ...modifiers.edits,
  ];
  const unchanged =
    records.length === 1 && published.length === 1 && !repaired && edits.every((edit) => edit.kind === 'keep');
  const terms = [...chosen.mechanisms.map((mechanism) => mechanism.text), ending.text, ...modifiers.terms];
  return {
    record: unchanged ? (records[0] as SpfRecord).text : spfText(terms.filter((term) => term !== '')),
    unchanged,
    edits,
    findings: [
      ...readFindings,
      ...(published.length > 1 ? [spfFinding('spf.several-records', { count: published.length })] : []),
      ...wanted.findings,
      ...chosen.findings,
      ...findStillPassing(change.remove ?? [], chosen.mechanisms, givenUp),
      ...after.map((mechanism) => spfFinding('spf.after-all', { term: mechanism.text })),
      ...ending.findings,
      ...modifiers.findings,
      ...chosen.mechanisms
        .filter((mechanism) => mechanism.name === 'ptr')
        .map((mechanism) => spfFinding('spf.ptr', { term: mechanism.text })),
    ],
  };
}

/**
 * Whether one record's text lets all of these mechanisms pass: each stands before `all` with the qualifier pass, or lies
 * in a range that does.
 */
export function spfHolds(text: string, terms: readonly string[]): boolean {
  const { record } = parseSpf(text);
  if (record === null) return false;
  const passing = partsOf(record).before.filter((mechanism) => mechanism.qualifier === '+');
  return parseMechanisms(terms).every((wanted) =>
    passing.some((have) => mechanismKey(have) === mechanismKey(wanted) || covers(have, wanted)),
  );
}

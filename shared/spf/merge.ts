import type { Finding } from '../findings/finding.ts';
import { spfFinding } from './findings.ts';
import { areDisjoint, covers, findCovers, mechanismKey } from './meaning.ts';
import { isOpen, repairSpf } from './repair.ts';
import { lintCost } from './cost.ts';
import type { Mechanism, Modifier, SpfRecord, SpfTerm, SpfWord } from './syntax.ts';
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
  /**
   * What has to be answered before the record may be published: published terms that can be read in more than one way,
   * or in none, and that the record is therefore without. Among `findings` too.
   */
  readonly questions: readonly Finding[];
}

export interface SpfChange {
  /** Mechanisms to hold, such as `include:_spf.example.net` or `ip4:192.0.2.0/24`. */
  readonly add: readonly string[];
  /** Mechanisms to give up, and `redirect=` or other modifiers; what is asked for as well stays. */
  readonly remove?: readonly string[];
  /**
   * Put the mechanisms to hold before everything that is published: for a record that has been seen to keep them from
   * passing by what DNS answers to earlier terms.
   */
  readonly putFirst?: boolean;
}

/** From loosest to strictest. */
const STRICTNESS = '+?~-';

function parseMechanisms(terms: readonly string[]): Mechanism[] {
  return terms.flatMap((term) => parseSpf(spfText([term])).record?.mechanisms ?? []);
}

interface Published {
  readonly records: readonly SpfRecord[];
  readonly findings: readonly Finding[];
  readonly questions: readonly Finding[];
  /** Words that could not be read, even after the repair. */
  readonly unreadable: readonly string[];
  readonly repaired: boolean;
}

/** The record that the readable terms make, each modifier once; null where none is left. */
function readableRecord(words: readonly SpfWord[]): SpfRecord | null {
  const known = new Set<string>();
  const terms = words.flatMap(({ term }) => {
    if (term?.kind !== 'modifier' || (term.name !== 'redirect' && term.name !== 'exp')) return term ?? [];
    if (known.has(term.name)) return [];
    known.add(term.name);
    return term;
  });
  return parseSpf(spfText(terms.map(({ text }) => text))).record;
}

/** Reads what is published as it was meant; terms that can't be read, or not in one way alone, are questions. */
function readPublished(texts: readonly string[]): Published {
  const findings: Finding[] = [];
  const questions: Finding[] = [];
  const records: SpfRecord[] = [];
  const unreadable: string[] = [];
  let repaired = false;
  for (const text of texts) {
    const repair = repairSpf(text);
    const strict = parseSpf(text);
    const read = repair.text === text ? strict : parseSpf(repair.text);
    repaired ||= repair.text !== text || strict.record === null;
    if (strict.record === null) findings.push(spfFinding('spf.unreadable-published'));
    findings.push(...repair.findings);
    questions.push(...repair.findings.filter(isOpen));
    if (read.words.length === 0 && read.record === null) {
      findings.push(...read.findings);
      questions.push(...read.findings);
      unreadable.push(text);
      continue;
    }
    unreadable.push(...read.words.filter((word) => word.term === null).map((word) => word.text));
    const record = read.record ?? readableRecord(read.words);
    if (record !== null) records.push(record);
  }
  return { records, findings, questions, unreadable, repaired };
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

const EDIT_BY_ORIGIN = {
  published: { kind: 'keep', reason: 'Published today.' },
  redirect: { kind: 'add', reason: 'It replaces redirect=.' },
  wanted: { kind: 'add', reason: 'The provider requires it.' },
} as const;

interface Choice {
  readonly mechanisms: readonly Mechanism[];
  readonly edits: readonly SpfEdit[];
  readonly findings: readonly Finding[];
}

/** A candidate in its place, or one that was given up or moved away from it. */
interface Placed extends Candidate {
  readonly fate: 'stays' | 'given-up' | 'wrong-sign' | 'moved';
}

/** Whether a mechanism may decide over senders of another one without letting them pass. */
function mayKeepOut({ mechanism }: Placed, wanted: Mechanism): boolean {
  return mechanism.qualifier !== '+' && !areDisjoint(mechanism, wanted);
}

/** Puts one wanted mechanism where it decides over its senders: it replaces itself with another sign, and comes before what may keep it out. */
function placeWanted(
  placed: readonly Placed[],
  wanted: Mechanism,
  isFirst: boolean,
): { placed: readonly Placed[]; findings: readonly Finding[] } {
  const key = mechanismKey(wanted);
  const findings: Finding[] = [];
  const isSame = ({ mechanism, fate }: Placed) => fate === 'stays' && mechanismKey(mechanism) === key;
  // The same term with another sign is the term that was meant.
  let signed = -1;
  const right = placed.map((candidate, index): Placed => {
    if (!isSame(candidate) || candidate.mechanism.qualifier === '+') return candidate;
    if (signed === -1) signed = index;
    findings.push(spfFinding('spf.sign-removed', { term: candidate.mechanism.text, right: wanted.text }));
    return { ...candidate, fate: 'wrong-sign' };
  });
  const shadow = isFirst
    ? 0
    : right.findIndex((candidate) => candidate.fate === 'stays' && mayKeepOut(candidate, wanted));
  const limit = shadow === -1 ? right.length : shadow;
  const isHeld = right.some(
    ({ mechanism, fate }, index) =>
      fate === 'stays' &&
      index < limit &&
      mechanism.qualifier === '+' &&
      (mechanismKey(mechanism) === key || covers(mechanism, wanted)),
  );
  if (isHeld) return { placed: right, findings };
  const moved = right.map((candidate): Placed => (isSame(candidate) ? { ...candidate, fate: 'moved' } : candidate));
  const isMoved = moved.some(({ fate }, index) => fate === 'moved' && right[index]?.fate === 'stays');
  const before = right[limit];
  if (before !== undefined && (isMoved || signed === -1 || limit <= signed)) {
    findings.push(spfFinding('spf.put-first', { term: wanted.text, shadow: before.mechanism.text }));
  }
  const at = signed !== -1 && signed < limit ? signed : limit;
  const own: Placed = { mechanism: wanted, origin: 'wanted', fate: 'stays' };
  return { placed: [...moved.slice(0, at), own, ...moved.slice(at)], findings };
}

const REMOVED: Readonly<Record<Exclude<Placed['fate'], 'stays'>, string>> = {
  'given-up': 'Removed.',
  'wrong-sign': 'With this sign it keeps the provider’s mail from passing.',
  moved: 'It moves ahead of what may keep it from passing.',
};

/** Decides which mechanisms stand before `all`, each with its reason, in their order. */
function chooseMechanisms(
  published: readonly Candidate[],
  wanted: readonly Mechanism[],
  givenUp: ReadonlySet<string>,
  isFirst: boolean,
): Choice {
  const findings: Finding[] = [];
  let placed: readonly Placed[] = published.map((candidate) => ({
    ...candidate,
    fate: givenUp.has(mechanismKey(candidate.mechanism)) ? 'given-up' : 'stays',
  }));
  for (const mechanism of isFirst ? wanted.toReversed() : wanted) {
    const result = placeWanted(placed, mechanism, isFirst);
    placed = result.placed;
    findings.push(...result.findings);
  }
  const covering = findCovers(placed.filter(({ fate }) => fate === 'stays').map(({ mechanism }) => mechanism));
  const mechanisms: Mechanism[] = [];
  const edits: SpfEdit[] = [];
  let index = 0;
  for (const { mechanism, origin, fate } of placed) {
    const term = mechanism.text;
    if (fate !== 'stays') {
      edits.push({ kind: 'remove', term, reason: REMOVED[fate] });
      continue;
    }
    const cover = covering[index];
    index += 1;
    if (cover === undefined) {
      mechanisms.push(mechanism);
      edits.push({ ...EDIT_BY_ORIGIN[origin], term });
    } else if (origin === 'published') {
      edits.push({ kind: 'remove', term, reason: `${cover.text} covers it.` });
    }
  }
  return { mechanisms, edits, findings };
}

/** What the terms to be added say; what can't be read of them, or isn't merged, is a finding without a place. */
function readWanted(terms: readonly string[]): { mechanisms: readonly Mechanism[]; findings: readonly Finding[] } {
  const repairs = terms.map((term) => repairSpf(spfText([term])));
  const parses = repairs.map((repair) => (repair.findings.some(isOpen) ? null : parseSpf(repair.text)));
  const read = parses.flatMap((parse) => parse?.record?.terms ?? []);
  const isMerged = (term: SpfTerm): term is Mechanism => term.kind === 'mechanism' && term.name !== 'all';
  const told = [...repairs.flatMap(({ findings }) => findings), ...parses.flatMap((parse) => parse?.findings ?? [])];
  return {
    mechanisms: read.filter(isMerged),
    findings: [
      ...told.map(({ span: _span, fix: _fix, readings: _readings, ...finding }) => finding),
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
    ? 'Everyone else is suspicious, but not yet refused.'
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
        edits.push({ kind: 'remove', term, reason: 'Removed.' });
      } else if (name === 'redirect' && modifier !== followed) {
        findings.push(
          hasAll ? spfFinding('spf.redirect-ignored') : spfFinding('spf.redirect-replaced', { name: value }),
        );
        const reason = hasAll ? 'all decides before it.' : 'An include replaces it: a record has one ending.';
        edits.push({ kind: 'remove', term, reason });
      } else if (name === 'exp' && hasExplanation) {
        edits.push({ kind: 'remove', term, reason: 'It may stand once.' });
      } else if (standing.has(term)) {
        edits.push({ kind: 'remove', term, reason: 'It is already there.' });
      } else {
        if (name !== 'redirect' && name !== 'exp') findings.push(spfFinding('spf.unknown-modifier', { term }));
        hasExplanation ||= name === 'exp';
        terms.push(term);
        standing.add(term);
        edits.push({ kind: 'keep', term, reason: 'Published today.' });
      }
    }
  }
  return { terms, edits, findings };
}

/** Whether a modifier is no slip: one that would be read in another way the next time must not be left in a record. */
function isReadAsItStands(term: string): boolean {
  return repairSpf(spfText([term])).findings.length === 0;
}

/**
 * Makes the one SPF record that says what is published and what providers require.
 *
 * What is published is read as it was meant (`repairSpf`). For every address the result is pass where an added mechanism
 * matches, for it comes before every term that may keep it out; otherwise it stays the published one. A record that ends
 * in neither `all` nor `redirect=` gets `~all`, and a finding says so. Applying it to its own result changes nothing.
 *
 * @param published the joined texts of every SPF record at the name: none, one or, by mistake, several.
 */
export function mergeSpf(published: readonly string[], change: SpfChange): SpfMerge {
  const { records, findings: readFindings, questions, unreadable, repaired } = readPublished(published);
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
  const chosen = chooseMechanisms(candidates, wanted.mechanisms, givenUp.mechanisms, change.putFirst === true);
  const after = parts.flatMap((part) => part.after);
  const chosenKeys = new Set(chosen.mechanisms.map(mechanismKey));
  const ending = chooseAll(alls, followed !== undefined, records.length === 0);
  const modifiers = chooseModifiers(records, followed?.redirect, givenUp.modifiers);
  const readable = new Set(modifiers.terms.filter(isReadAsItStands));

  const edits: readonly SpfEdit[] = [
    ...chosen.edits,
    ...unreadable.map((term) => ({ kind: 'remove' as const, term, reason: 'No receiver can read it.' })),
    ...after.map((mechanism) => ({
      kind: 'remove' as const,
      term: mechanism.text,
      reason: chosenKeys.has(mechanismKey(mechanism))
        ? 'It came after all, where no receiver reads it; before all it counts.'
        : 'It comes after all, where no receiver reads it.',
    })),
    ...ending.edits,
    ...modifiers.edits.map((edit) =>
      readable.has(edit.term) || edit.kind === 'remove'
        ? edit
        : { kind: 'remove' as const, term: edit.term, reason: 'No receiver can read it.' },
    ),
  ];
  const terms = [...chosen.mechanisms.map((mechanism) => mechanism.text), ending.text, ...readable];
  const merged = spfText(terms.filter((term) => term !== ''));
  const isKept = records.length === 1 && published.length === 1 && !repaired;
  const unchanged = isKept && (edits.every((edit) => edit.kind === 'keep') || merged === published[0]);
  return {
    record: unchanged ? (records[0] as SpfRecord).text : merged,
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
      ...lintCost(chosen.mechanisms, followed !== undefined && alls.length === 0),
    ],
    questions,
  };
}

/**
 * Whether one record's text lets all of these mechanisms pass, as far as its text tells: each stands before `all` with the
 * qualifier pass, or lies in a range that does, and nothing that is known to match its senders decides before it.
 */
export function spfHolds(text: string, terms: readonly string[]): boolean {
  const { record } = parseSpf(text);
  if (record === null) return false;
  const { before } = partsOf(record);
  return parseMechanisms(terms).every((wanted) => {
    const key = mechanismKey(wanted);
    const first = before.find(
      (have) => mechanismKey(have) === key || covers(have, wanted) || (have.qualifier !== '+' && covers(wanted, have)),
    );
    return first?.qualifier === '+';
  });
}

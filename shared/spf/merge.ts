import { samePrefix } from '../dns/ip.ts';
import { canonicalName } from '../dns/names.ts';
import type { Finding } from '../findings/finding.ts';
import { spfFinding } from '../findings/spf.ts';
import { repairSpf } from './repair.ts';
import type { Mechanism, Modifier, SpfRecord } from './syntax.ts';
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
  /** Mechanisms to give up. */
  readonly remove?: readonly string[];
}

/** From loosest to strictest. */
const STRICTNESS = '+?~-';

/** What a mechanism asks, apart from its qualifier, in one form: two mechanisms of one meaning give the same key. */
export function mechanismKey(mechanism: Mechanism): string {
  const { name, domain, network, prefix4, prefix6 } = mechanism;
  if (network !== undefined) return `${name}:${network.join('.')}/${name === 'ip4' ? prefix4 : prefix6}`;
  return `${name}:${domain === undefined ? '' : canonicalName(domain.text)}/${prefix4}//${prefix6}`;
}

function isIp(mechanism: Mechanism): boolean {
  return mechanism.network !== undefined;
}

/** Whether every address that `narrow` matches is matched by `wide`, for ip4 and ip6 mechanisms. */
function covers(wide: Mechanism, narrow: Mechanism): boolean {
  if (wide.name !== narrow.name || wide.network === undefined || narrow.network === undefined) return false;
  const prefix = (mechanism: Mechanism) => (mechanism.name === 'ip4' ? mechanism.prefix4 : mechanism.prefix6);
  return prefix(wide) <= prefix(narrow) && samePrefix(wide.network, narrow.network, prefix(wide));
}

function parseMechanisms(terms: readonly string[]): Mechanism[] {
  return terms.flatMap((term) => parseSpf(spfText([term])).record?.mechanisms ?? []);
}

interface Published {
  readonly records: readonly SpfRecord[];
  readonly findings: readonly Finding[];
  readonly repaired: boolean;
}

/** Reads what is published; what breaks the grammar is repaired, and terms that can't be are left out. */
function readPublished(texts: readonly string[]): Published {
  const findings: Finding[] = [];
  const records: SpfRecord[] = [];
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
    const again = parseSpf(repair.text);
    const readable = again.words.flatMap((word) => (word.term === null ? [] : [word.term.text]));
    const record = again.record ?? parseSpf(spfText(readable)).record;
    if (record !== null) records.push(record);
  }
  return { records, findings, repaired };
}

/** The mechanisms of one record that can decide: those before its first `all`. */
function reachable(record: SpfRecord): {
  before: readonly Mechanism[];
  all: Mechanism | undefined;
  after: readonly Mechanism[];
} {
  const index = record.mechanisms.findIndex((mechanism) => mechanism.name === 'all');
  if (index === -1) return { before: record.mechanisms, all: undefined, after: [] };
  return {
    before: record.mechanisms.slice(0, index),
    all: record.mechanisms[index],
    after: record.mechanisms.slice(index + 1),
  };
}

/** The mechanism that makes `mechanisms[index]` pointless: an earlier one that matches first whatever it matches. */
function decidedBefore(mechanisms: readonly Mechanism[], index: number): Mechanism | undefined {
  const mechanism = mechanisms[index] as Mechanism;
  const key = mechanismKey(mechanism);
  return mechanisms.slice(0, index).find((earlier) => mechanismKey(earlier) === key || covers(earlier, mechanism));
}

/** A later, wider range of the same qualifier, with nothing but such ranges between: the earlier one adds nothing. */
function coveredLater(mechanisms: readonly Mechanism[], index: number): Mechanism | undefined {
  const mechanism = mechanisms[index] as Mechanism;
  if (!isIp(mechanism)) return undefined;
  for (const later of mechanisms.slice(index + 1)) {
    if (!isIp(later) || later.qualifier !== mechanism.qualifier) return undefined;
    if (covers(later, mechanism)) return later;
  }
  return undefined;
}

/** Ranges compared with one another; a longer list of addresses is kept as it is. */
const MAX_COMPARED = 512;

function dropPointless(mechanisms: readonly Mechanism[], edits: SpfEdit[]): Mechanism[] {
  if (mechanisms.length > MAX_COMPARED) {
    for (const mechanism of mechanisms) edits.push({ kind: 'keep', term: mechanism.text, reason: 'Published today.' });
    return [...mechanisms];
  }
  return mechanisms.filter((mechanism, index) => {
    const cover = decidedBefore(mechanisms, index) ?? coveredLater(mechanisms, index);
    if (cover === undefined) {
      edits.push({ kind: 'keep', term: mechanism.text, reason: 'Published today.' });
      return true;
    }
    edits.push({ kind: 'remove', term: mechanism.text, reason: `${cover.text} covers it.` });
    return false;
  });
}

function chooseAll(candidates: readonly Mechanism[]): Mechanism | undefined {
  return [...candidates].sort(
    (left, right) => STRICTNESS.indexOf(right.qualifier) - STRICTNESS.indexOf(left.qualifier),
  )[0];
}

/**
 * Makes the one SPF record that says what is published and what providers require.
 *
 * For every address the result stays the published one where a published term before `all` decided; otherwise it is
 * pass where an added mechanism matches; otherwise it is the result of `all` (or of `redirect=`) as before. Applying it
 * to its own result changes nothing.
 *
 * @param published the joined texts of every SPF record at the name: none, one or, by mistake, several.
 */
export function mergeSpf(published: readonly string[], change: SpfChange): SpfMerge {
  const { records, findings: readFindings, repaired } = readPublished(published);
  const findings: Finding[] = [...readFindings];
  const edits: SpfEdit[] = [];
  if (published.length > 1) findings.push(spfFinding('spf.several-records', { count: published.length }));

  const removed = new Set(parseMechanisms(change.remove ?? []).map(mechanismKey));
  const parts = records.map(reachable);
  const before = parts.flatMap((part) => part.before);
  const kept = dropPointless(
    before.filter((mechanism) => {
      if (!removed.has(mechanismKey(mechanism))) return true;
      edits.push({ kind: 'remove', term: mechanism.text, reason: 'Given up.' });
      return false;
    }),
    edits,
  );

  const wanted = parseMechanisms(change.add);
  const added: Mechanism[] = [];
  for (const mechanism of wanted) {
    const soFar = [...kept, ...added];
    const key = mechanismKey(mechanism);
    if (soFar.some((have) => mechanismKey(have) === key || covers(have, mechanism))) continue;
    added.push(mechanism);
    edits.push({ kind: 'add', term: mechanism.text, reason: 'The provider requires it.' });
  }

  for (const mechanism of parts.flatMap((part) => part.after)) {
    const isWanted = added.some((have) => mechanismKey(have) === mechanismKey(mechanism));
    findings.push(spfFinding('spf.after-all', { term: mechanism.text }));
    edits.push({
      kind: 'remove',
      term: mechanism.text,
      reason: isWanted
        ? 'It stood after all, where no receiver reads it; it moves before all.'
        : 'It stands after all, where no receiver reads it.',
    });
  }

  const alls = parts.flatMap((part) => part.all ?? []);
  const all = chooseAll(alls);
  const modifiers = records.flatMap((record) =>
    record.terms.filter((term): term is Modifier => term.kind === 'modifier'),
  );
  const redirect = modifiers.find((modifier) => modifier.name === 'redirect');
  const keepsRedirect = redirect !== undefined && all === undefined;

  const tail: string[] = [];
  if (all !== undefined) {
    tail.push(all.text);
    const reason = alls.length > 1 ? 'The strictest of the records’ endings.' : 'Published today.';
    edits.push({ kind: 'keep', term: all.text, reason });
    for (const other of alls.filter((candidate) => candidate !== all)) {
      edits.push({ kind: 'remove', term: other.text, reason: 'A record has one ending.' });
    }
    if (all.qualifier === '+') findings.push(spfFinding('spf.plus-all'));
  } else if (!keepsRedirect && records.length === 0) {
    tail.push('~all');
    edits.push({ kind: 'add', term: '~all', reason: 'Everybody else is suspicious, but not yet refused.' });
  } else if (!keepsRedirect) {
    findings.push(spfFinding('spf.all-missing'));
  }

  const seen = new Set<string>();
  for (const modifier of modifiers) {
    const isIgnored = modifier.name === 'redirect' && !keepsRedirect;
    if (isIgnored || seen.has(modifier.name)) {
      if (isIgnored) findings.push(spfFinding('spf.redirect-ignored'));
      edits.push({
        kind: 'remove',
        term: modifier.text,
        reason: isIgnored ? 'all decides before it.' : 'It may stand once.',
      });
      continue;
    }
    if (modifier.name === 'redirect' || modifier.name === 'exp') seen.add(modifier.name);
    tail.push(modifier.text);
    edits.push({ kind: 'keep', term: modifier.text, reason: 'Published today.' });
  }

  for (const mechanism of kept)
    if (mechanism.name === 'ptr') findings.push(spfFinding('spf.ptr', { term: mechanism.text }));

  const [only] = records;
  const unchanged =
    records.length === 1 && published.length === 1 && !repaired && edits.every((edit) => edit.kind === 'keep');
  const record = unchanged
    ? (only as SpfRecord).text
    : spfText([...kept.map((mechanism) => mechanism.text), ...added.map((mechanism) => mechanism.text), ...tail]);
  return { record, unchanged, edits, findings };
}

/**
 * Whether one record's text lets all of these mechanisms pass: each stands before `all` with the qualifier pass, or lies
 * in a range that does.
 */
export function spfHolds(text: string, terms: readonly string[]): boolean {
  const { record } = parseSpf(text);
  if (record === null) return false;
  const passing = reachable(record).before.filter((mechanism) => mechanism.qualifier === '+');
  return parseMechanisms(terms).every((wanted) =>
    passing.some((have) => mechanismKey(have) === mechanismKey(wanted) || covers(have, wanted)),
  );
}

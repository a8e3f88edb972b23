import { instantText } from '../text/instant.ts';
import { nameFault } from '../dns/names.ts';
import type { ResourceRecord } from '../dns/records.ts';
import { joinTxt, MAX_STRING_OCTETS, octetsToText, textToOctets } from '../dns/txt.ts';
import type { RecordSet } from '../plan/record-sets.ts';
import { handedOver, isInZone, recordSets } from '../plan/record-sets.ts';
import type { Change } from '../plan/types.ts';
import type { HandOverFormatId, HandOverWords } from './words/format-words.ts';

/** One way to hand records over to whoever edits DNS. */
export interface HandOverFormat extends HandOverWords {
  readonly id: HandOverFormatId;
  readonly extension: string;
  readonly mediaType: string;
  readonly write: (input: HandOver) => string;
  /** One file out of those of several domains, in any zones; absent where each needs a file of its own. */
  readonly together?: (texts: readonly string[]) => string;
  /** What has to be told beside the file, because the file has no room for it. */
  readonly besides?: (input: HandOver) => readonly string[];
}

export interface HandOver {
  readonly domain: string;
  /** The zone that the records go into. */
  readonly zone: string;
  /** The changes of a plan in their order, or those of its way back. */
  readonly changes: readonly Change[];
  /** ISO date and time, given by the caller. */
  readonly generatedAt: string;
  /** The changes are a plan's way back. */
  readonly isWayBack?: boolean;
  /** Every required record is told, those that are published already too. */
  readonly isComplete?: boolean;
  /** Questions that the plan leaves open, one sentence each. */
  readonly remarks?: readonly string[];
}

/** What a hand-over consists of once everything that its tool can't be given exactly is left out. */
export interface Prepared {
  readonly sets: readonly RecordSet[];
  /** The changes that are handed over, those for other zones too. */
  readonly changes: readonly Change[];
  /** What it is, for which domain and when; then what to look at; then what is left out and why. */
  readonly heading: readonly string[];
  /** Keys of the sets that are left out, as `setKey` makes them. */
  readonly refused: ReadonlySet<string>;
}

/** Why a record is left out that belongs elsewhere. */
export const OTHER_ZONE = 'It belongs in another zone.';

/** Seconds that a TTL may have (RFC 2181 §8). */
const MAX_TTL = 2_147_483_647;

export function setKey({ name, type }: Pick<RecordSet, 'name' | 'type'>): string {
  return `${name.toLowerCase()}/${type}`;
}

/** The name that a record leads to; null for a text, and for the null MX (RFC 7505). */
function targetOf(record: ResourceRecord): string | null {
  if (record.type === 'CNAME' || record.type === 'NS') return record.target;
  return record.type === 'MX' && record.exchange !== '' ? record.exchange : null;
}

/** What keeps a record out of every format, as a sentence, or null. */
function recordFault(record: ResourceRecord): string | null {
  const target = targetOf(record);
  const inTarget = target === null ? null : nameFault(target);
  if (inTarget !== null) return `Its target ${target} ${inTarget}.`;
  if (!Number.isInteger(record.ttl) || record.ttl < 0 || record.ttl > MAX_TTL)
    return `Its TTL ${record.ttl} is not a number of seconds up to ${MAX_TTL}.`;
  return record.type === 'TXT' && record.strings.some((string) => string.length > MAX_STRING_OCTETS)
    ? `One of its strings is longer than ${MAX_STRING_OCTETS} octets.`
    : null;
}

function changeFault({ name, before, after, beside }: Change): string | null {
  const inName = nameFault(name, true);
  if (inName !== null) return `The name ${inName}.`;
  return [...after, ...before, ...beside].map(recordFault).find((fault) => fault !== null) ?? null;
}

/** Lines that say what is left out and why, for formats with comments. */
function leftOut({ changes, zone, isComplete }: HandOver): readonly string[] {
  return [
    ...changes
      .filter((change) => change.action === 'waiting' || change.action === 'conflict')
      .map((change) => `Left out: ${change.type} ${change.name}. ${change.reason}`),
    ...handedOver(changes, isComplete)
      .filter((change) => !isInZone(change, zone))
      .map((change) => `Left out: ${change.type} ${change.name}. ${OTHER_ZONE}`),
  ];
}

/** Lines that say what the reader must look at before applying. */
export function cautions({ changes, remarks = [] }: Pick<HandOver, 'changes' | 'remarks'>): readonly string[] {
  const unknown = changes.filter((change) => change.action === 'unknown');
  if (unknown.length === 0) return remarks;
  const names = [...new Set(unknown.map((change) => change.name))];
  const spf = unknown.find((change) => change.purpose === 'spf');
  return [
    `What is published today was not checked at ${names.join(', ')}. Look for records there first.`,
    ...(spf === undefined
      ? []
      : [`If ${spf.name} already has an SPF record, merge the two: a name may have only one.`]),
    ...remarks,
  ];
}

function titleOf({ domain, zone, generatedAt, isWayBack = false, isComplete = false }: HandOver): string {
  const what = isWayBack ? 'Undo for' : isComplete ? 'The complete record set of' : 'Records for';
  return `${what} ${domain}, zone ${zone}. Prepared ${instantText(Date.parse(generatedAt))}.`;
}

/**
 * Gathers what is handed over, and leaves out, with a reason, what can't be written exactly as it is planned.
 *
 * @param refuse why the format's tool can't be given a set, as a sentence, or null.
 */
export function prepare(input: HandOver, refuse: (set: RecordSet) => string | null = () => null): Prepared {
  const reasons = new Map<string, string>();
  const all = handedOver(input.changes, input.isComplete);
  for (const change of all) {
    const fault = changeFault(change);
    if (fault !== null) reasons.set(setKey(change), `Left out: ${change.type} ${change.name}. ${fault}`);
  }
  const isTaken = (set: Pick<RecordSet, 'name' | 'type'>) => !reasons.has(setKey(set));
  for (const set of recordSets(input).filter(isTaken)) {
    const reason = refuse(set);
    if (reason !== null) reasons.set(setKey(set), `Left out: ${set.type} ${set.name}. ${reason}`);
  }
  const sets = recordSets(input).filter(isTaken);
  const isEmpty = sets.length === 0 && reasons.size === 0;
  return {
    sets,
    changes: all.filter(isTaken),
    heading: [
      titleOf(input),
      ...cautions(input),
      ...leftOut(input),
      ...reasons.values(),
      ...(isEmpty ? ['There is nothing to change.'] : []),
      ...sets.flatMap((set) => set.kept.map(() => `Published already: ${set.type} ${set.name}.`)),
    ],
    refused: new Set(reasons.keys()),
  };
}

/** The files of several domains one below the other. */
export function oneBelowAnother(texts: readonly string[]): string {
  return texts.join('\n');
}

/** Text between single quotes for a POSIX shell. */
export function shellQuote(text: string): string {
  return `'${text.replace(/'/g, `'\\''`)}'`;
}

/** A mark and a space before every line. What came from DNS may hold line ends: they never begin a new line here. */
export function commentLines(lines: readonly string[], mark = '#'): string {
  return lines.map((line) => `${mark} ${visible(line)}\n`).join('');
}

/** Characters that a reader does not see, or that turn and hide what stands around them. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Control characters, and those that turn or hide text, as `\u{…}`. */
export function visible(text: string): string {
  return text.replace(UNSEEN, (character) => `\\u{${(character.codePointAt(0) as number).toString(16)}}`);
}

/**
 * A string as JSON, and as JavaScript, with every character that a reader would not see escaped: it means the same.
 *
 * @param beyond how a character above U+FFFF is escaped where a pair of surrogates is not read as one.
 */
export function quotedText(text: string, beyond?: (codePoint: string) => string): string {
  return JSON.stringify(text).replace(UNSEEN, (character) => {
    const code = character.codePointAt(0) as number;
    if (code > 0xff_ff && beyond !== undefined) return beyond(code.toString(16).padStart(8, '0'));
    return escapes(character);
  });
}

/** Text as escapes of JSON, one for each half of a character above U+FFFF. */
export function escapes(text: string): string {
  return text
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}

/** A value as indented JSON in which a reader sees every character. */
export function jsonText(value: unknown): string {
  // Outside of strings JSON holds none of these characters but its own line ends.
  return `${JSON.stringify(value, null, 2).replace(/[^\n]+/g, (line) =>
    line.replace(UNSEEN, (character) => quotedText(character).slice(1, -1)),
  )}\n`;
}

/** The text of a TXT record, or null where its octets are none (UTF-8), and nothing but octets would be exact. */
export function exactText(record: ResourceRecord): string | null {
  if (record.type !== 'TXT') return null;
  const joined = joinTxt(record.strings);
  const text = octetsToText(joined);
  const octets = /[^\0-\u00FF]/.test(joined) ? textToOctets(joined) : joined;
  return textToOctets(text) === octets ? text : null;
}

/** Refuses a set that holds a text which is none, for tools that take texts and not octets. */
export function refuseOctets(records: (set: RecordSet) => readonly ResourceRecord[]) {
  return (set: RecordSet): string | null =>
    records(set).some((record) => record.type === 'TXT' && exactText(record) === null)
      ? 'It contains text that is not UTF-8 and would be altered. Change it by hand.'
      : null;
}

/** Labels made of names, for tools that want identifiers: no two alike. */
export function identifiers(): (set: Pick<RecordSet, 'name' | 'type'>) => string {
  const used = new Set<string>();
  return (set) => {
    const base = `${set.name}_${set.type}`
      .toLowerCase()
      .replace(/^\*/, 'wildcard')
      .replace(/[^a-z0-9]+/g, '_')
      .replace(/^(?=\d)/, 'r_');
    let label = base;
    for (let count = 2; used.has(label); count += 1) label = `${base}_${count}`;
    used.add(label);
    return label;
  };
}

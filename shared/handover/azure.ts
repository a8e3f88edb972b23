import { relativeName } from '../dns/names.ts';
import { valueText } from '../dns/record-text.ts';
import type { ResourceRecord } from '../dns/records.ts';
import { octetsToText, splitText } from '../dns/txt.ts';
import type { RecordSet } from '../plan/record-sets.ts';
import type { HandOver, HandOverFormat } from './format.ts';
import { commentLines, escapes, exactText, oneBelowAnother, prepare, shellQuote } from './format.ts';
import { handOverWords } from './words/format-words.ts';

/** TTL of a set of texts that az makes when it adds the first; its command for that takes none. */
const MADE_TTL = 3600;
/** What would stand in a script unseen, or end a line of it. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/**
 * A text as words that az joins. It takes a word that begins with `@`, or whose first `=` is followed by one, for the
 * name of a file to read, and one that begins with a hyphen for an option: there a word ends behind that character.
 */
function words(text: string): readonly string[] {
  const found: string[] = [];
  let rest = text;
  while (rest !== '') {
    const equals = rest.indexOf('=');
    const isFile = equals !== -1 && rest[equals + 1] === '@';
    const end = /^[@-]/.test(rest) ? 1 : isFile ? equals + 2 : rest.length;
    found.push(rest.slice(0, end));
    rest = rest.slice(end);
  }
  return found;
}

/** Behind `--value=` nothing is taken for an option, and nothing but a first `@` for a file. */
function valueOption(text: string): string {
  return /^-|=@/.test(text) ? `--value=${shellQuote(text)}` : `--value ${shellQuote(text)}`;
}

/** A text to be added, or null where it can't be told in words. */
function addedText(text: string): string | null {
  const isParted = splitText(text).length > 1;
  // az parts a long text behind 255 characters, which are more octets where they are not ASCII.
  if (text === '' || UNSEEN.test(text) || (isParted && /[^ -~]/.test(text))) return null;
  if (!isParted && !/^@./.test(text)) return valueOption(text);
  return `--value ${splitText(text, '-').flatMap(words).map(shellQuote).join(' ')}`;
}

/** The strings of a published text in words, or null: az finds a text by its strings, each of them a word. */
function namedText(strings: readonly string[]): string | null {
  if (strings.some((string) => string === '' || UNSEEN.test(string))) return null;
  if (strings.length === 1) return /^@./.test(strings[0] ?? '') ? null : valueOption(strings[0] ?? '');
  return strings.every((string) => words(string).length === 1 && string !== '-')
    ? `--value ${strings.map(shellQuote).join(' ')}`
    : null;
}

/** The strings of a text of which each is a text itself, or null: a character may be parted between two of them. */
function textStrings(record: ResourceRecord): readonly string[] | null {
  const text = exactText(record);
  if (record.type !== 'TXT' || text === null) return null;
  const strings = record.strings.map(octetsToText);
  return strings.join('') === text ? strings : null;
}

/** The strings of a text that stands in the zone: as they are published, or as the script that is undone left them. */
function standingStrings(record: ResourceRecord, isWayBack: boolean): readonly string[] | null {
  const text = exactText(record);
  return isWayBack && text !== null ? splitText(text) : textStrings(record);
}

/** What is done to a set of texts in words, or null where not all of it can be told so. */
function textChanges(set: RecordSet, isWayBack: boolean) {
  const remove = set.remove.map((record) => namedText(standingStrings(record, isWayBack) ?? ['']));
  const add = set.add.map((record) => addedText(exactText(record) ?? ''));
  const isComplete = [...remove, ...add].every((option) => option !== null);
  return isComplete ? { remove, add } : null;
}

function otherValue(record: ResourceRecord): string {
  if (record.type === 'MX') return `--preference ${record.preference} --exchange ${shellQuote(record.exchange || '.')}`;
  if (record.type === 'NS') return `--nsdname ${shellQuote(record.target)}`;
  return `--cname ${shellQuote(record.type === 'CNAME' ? record.target : '')}`;
}

/** az finds a mail server by its name alone where its preference is 0, and would take others of that name away too. */
function isAmbiguous(set: RecordSet): boolean {
  return set.remove.some(
    (gone) =>
      gone.type === 'MX' &&
      gone.preference === 0 &&
      set.published.some((other) => other.type === 'MX' && other !== gone && other.exchange === gone.exchange),
  );
}

function changesOf(set: RecordSet, isWayBack: boolean) {
  if (set.type === 'TXT') return textChanges(set, isWayBack);
  if (isAmbiguous(set)) return null;
  return { remove: set.remove.map(otherValue), add: set.add.map(otherValue) };
}

/** The records of a set as az stores them, or null where one of them can't be written. */
function storedRecords(set: RecordSet): readonly object[] | null {
  const added = new Set(set.add.map(exactText));
  const records = set.all.map((record) => {
    if (record.type === 'MX') return { preference: record.preference, exchange: record.exchange || '.' };
    if (record.type === 'NS') return { nsdname: record.target };
    const text = exactText(record);
    const value = text !== null && added.has(text) ? splitText(text) : textStrings(record);
    return value === null ? null : { value };
  });
  return records.every((record) => record !== null) ? records : null;
}

function refuse(input: HandOver) {
  return (set: RecordSet): string | null => {
    if (changesOf(set, input.isWayBack === true) !== null) return null;
    if (storedRecords(set) === null)
      return 'It contains text that is not UTF-8, or a character split between two strings. Change it by hand.';
    return set.isKnown
      ? null
      : 'It must be written as a whole set, and what is published was not checked. Check the domain first.';
  };
}

/** JSON without a character that would be unseen. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(/[^ -~]/g, escapes);
}

/** The set as a whole, in requests that each replace it. */
function wholeSet(set: RecordSet, command: string, where: string): readonly string[] {
  if (set.all.length === 0) return [`${command} delete ${where} --yes`];
  const records = shellQuote(`${set.type}Records=${asciiJson(storedRecords(set))}`);
  return [
    ...(set.published.length === 0 ? [`${command} create ${where} --ttl ${set.ttl} --if-none-match '*'`] : []),
    `${command} update ${where} --set TTL=${set.ttl} ${records}`,
  ];
}

function commands(set: RecordSet, { zone, isWayBack = false }: HandOver): readonly string[] {
  if (set.add.length === 0 && set.remove.length === 0) return [];
  const name = shellQuote(relativeName(set.name, zone));
  const inZone = `--resource-group "$RESOURCE_GROUP" --zone-name ${shellQuote(zone)}`;
  const command = `az network dns record-set ${set.type.toLowerCase()}`;
  const where = `${inZone} --record-set-name ${name}`;
  const changes = changesOf(set, isWayBack);
  if (changes === null) return wholeSet(set, command, `${inZone} --name ${name}`);
  if (set.type === 'CNAME' && changes.add.length > 0) {
    return changes.add.map((option) => `${command} set-record ${where} --ttl ${set.ttl} ${option}`);
  }
  const keep = set.all.length > 0 ? ' --keep-empty-record-set' : '';
  const ttl = set.type === 'TXT' ? '' : ` --ttl ${set.ttl}`;
  const standing = set.published[0]?.ttl ?? MADE_TTL;
  const isOtherTtl = set.type === 'TXT' && set.all.length > 0 && set.ttl !== standing;
  return [
    ...changes.remove.map((option) => `${command} remove-record ${where}${keep} ${option}`),
    ...changes.add.map((option) => `${command} add-record ${where}${ttl} ${option}`),
    ...(isOtherTtl ? [`${command} update ${inZone} --name ${name} --set TTL=${set.ttl}`] : []),
  ];
}

function write(input: HandOver): string {
  const { sets, heading } = prepare(input, refuse(input));
  const kept = sets.flatMap((set) =>
    set.kept.map((record) => `Published already: ${set.name} ${set.type} ${record.ttl} ${valueText(record)}`),
  );
  const lines = sets.flatMap((set) => commands(set, input).map((line) => `${line}\n`));
  return `#!/bin/sh\n${commentLines([...heading, ...kept])}set -eu\n: "\${RESOURCE_GROUP:?Set RESOURCE_GROUP to the zone's resource group}"\n${lines.join('')}`;
}

export const azure: HandOverFormat = {
  id: 'azure',
  ...handOverWords.azure,
  extension: 'sh',
  mediaType: 'application/x-sh',
  write,
  together: oneBelowAnother,
};

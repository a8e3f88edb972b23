import { relativeName } from '../dns/names.ts';
import { valueText } from '../dns/record-text.ts';
import type { RecordSet } from '../plan/record-sets.ts';
import type { HandOver, HandOverFormat } from './format.ts';
import { commentLines, exactText, prepare, refuseOctets } from './format.ts';
import { yamlText } from './yaml.ts';
import { handOverWords } from './words/format-words.ts';

/**
 * A text as octoDNS takes it by default: semicolons behind a backslash, one pair of quotation marks around it taken off,
 * and every `" "` taken out as the border between two strings. What it would take away is given twice.
 */
export function octodnsText(text: string): string {
  const escaped = text.replace(/;/g, '\\;').replace(/"(?= ")/g, '"" "');
  return escaped.startsWith('"') ? `"${escaped}"` : escaped;
}

/** What octoDNS refuses unless it is told to be lenient: letters beyond ASCII, and a backslash before a semicolon. */
function needsLeniency(text: string): boolean {
  return /[^\0-\u007F]/.test(text) || text.includes('\\;');
}

function textsOf(set: RecordSet): readonly string[] {
  return set.all.flatMap((record) => exactText(record) ?? []);
}

function values(set: RecordSet): readonly string[] {
  const [only] = set.all;
  if (only?.type === 'CNAME') return [`    value: ${yamlText(`${only.target}.`)}`];
  const exchanges = set.all.flatMap((record) => {
    if (record.type === 'NS') return [`      - ${yamlText(`${record.target}.`)}`];
    return record.type === 'MX'
      ? [`      - exchange: ${yamlText(`${record.exchange}.`)}`, `        preference: ${record.preference}`]
      : [];
  });
  return ['    values:', ...exchanges, ...textsOf(set).map((text) => `      - ${yamlText(octodnsText(text))}`)];
}

/** One set, its keys in the order that octoDNS enforces. */
function block(set: RecordSet): readonly string[] {
  const lines = [`    ttl: ${set.ttl}`, `    type: ${set.type}`, ...values(set)];
  const all = textsOf(set).some(needsLeniency) ? ['    octodns:', '      lenient: true', ...lines] : lines;
  return all.map((line, index) => (index === 0 ? line.replace('    ', '  - ') : line));
}

/** Letters and numbers of a name by turns, letters first, as octoDNS compares them. */
function naturalKey(name: string): readonly string[] {
  const parts = name.split(/(\d+)/).filter((part) => part !== '');
  return /^\d/.test(name) ? ['', ...parts] : parts;
}

/** The order of names that octoDNS enforces: runs of digits compare as numbers, everything else by its characters. */
export function naturalOrder(left: string, right: string): number {
  const [a, b] = [naturalKey(left), naturalKey(right)];
  for (const [index, part] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    if (part === other) continue;
    if (index % 2 === 0) return part < other ? -1 : 1;
    const [number, otherNumber] = [BigInt(part), BigInt(other)];
    if (number !== otherNumber) return number < otherNumber ? -1 : 1;
  }
  return a.length - b.length;
}

const refuseText = refuseOctets((set) => set.all);

function write(input: HandOver): string {
  const { sets, heading } = prepare(input, refuseText);
  const byName = new Map<string, string[]>();
  for (const set of sets) {
    if (set.all.length === 0) continue;
    const relative = relativeName(set.name, input.zone);
    const name = relative === '@' ? '' : relative;
    byName.set(name, [...(byName.get(name) ?? []), ...block(set)]);
  }
  const removed = sets.flatMap((set) =>
    set.remove.map((record) => `Remove: ${set.name} ${set.type} ${valueText(record)}`),
  );
  const body = [...byName]
    .toSorted(([left], [right]) => naturalOrder(left, right))
    .map(([name, lines]) => `${yamlText(name)}:\n${lines.join('\n')}\n`);
  return `${commentLines([...heading, ...removed])}---\n${body.length === 0 ? '{}\n' : body.join('')}`;
}

export const octodns: HandOverFormat = {
  id: 'octodns',
  ...handOverWords.octodns,
  extension: 'yaml',
  mediaType: 'application/yaml',
  write,
};

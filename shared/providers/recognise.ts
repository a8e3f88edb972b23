import { canonicalName } from '../dns/names.ts';
import type { TemplateField, TemplateMode, TemplateRecord } from './template/template.ts';
import { escapePattern } from '../text/escape-pattern.ts';

/**
 * Finds the values that only the provider knows in a text pasted from its page, from a zone file or from a letter:
 * the template says what its records look like, so the parts that it leaves open can be read off.
 */

export interface RecognisedValue {
  readonly field: string;
  readonly value: string;
  /** The line it was found in, from 1. */
  readonly line: number;
}

export interface Recognition {
  readonly values: readonly RecognisedValue[];
  /** Fields whose value is the one that is used when nothing is entered: they are to be left empty. */
  readonly asUsual: readonly string[];
  /** Fields that the text holds no value for and that have no fallback. */
  readonly missing: readonly TemplateField[];
}

const MAX_LENGTH = 256 * 1024;
const MAX_LINES = 2000;
const PLACEHOLDER = /\{([a-zA-Z0-9]+)\}/g;
/** What tables, forms and zone files put around a name and a value. */
const LABEL =
  /^(?:host(?: ?name)?|name|record|type|value|content|data|points to|target|answer|destination|txt value)\s*[:=]\s*/i;
const NOISE = /^(?:IN|TXT|CNAME|MX|A|\d{1,7}|auto|automatic|verified|pending|copy)$/i;

/** The number before an MX target. */
const PREFERENCE = /^\d+\s+(?=\S)/;

interface Candidate {
  readonly name: string;
  readonly value: string;
  readonly line: number;
}

function clean(text: string): string {
  return text
    .slice(0, MAX_LENGTH)
    .replace(/[\u201C\u201D\u201E\u00AB\u00BB]/g, '"')
    .replace(/\u00A0/g, ' ')
    .replace(/\r\n?/g, '\n');
}

/** Quoted strings joined as DNS joins them, quotes off. */
function unquote(text: string): string {
  const trimmed = text.trim().replace(/[,;|]+$/, '');
  if (!trimmed.includes('"')) return trimmed;
  const strings = [...trimmed.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, inner = '']) => inner.replace(/\\(.)/g, '$1'));
  return strings.length === 0 ? trimmed.replace(/"/g, '') : strings.join('');
}

/** A line that says a name and a value: `name [ttl] [IN] TYPE value`, or the same between tabs, bars or commas. */
function fromLine(text: string, line: number): Candidate | null {
  const typed = /^\s*(\S+)[\s|,]+(?:\d+[\s|,]+)?(?:IN[\s|,]+)?(TXT|CNAME|MX)[\s|,]+(?:\d+[\s|,]+(?=\S))?(.+)$/i.exec(
    text,
  );
  if (typed !== null) {
    const value = unquote((typed[3] ?? '').replace(/\s*[|,\t]\s*\d*\s*$/, ''));
    return { name: typed[1] ?? '', value: value.replace(PREFERENCE, ''), line };
  }
  const leading = /^\s*(?:TXT|CNAME|MX)[\s|,]+(\S+)[\s|,]+(.+)$/i.exec(text);
  if (leading !== null)
    return { name: leading[1] ?? '', value: unquote(leading[2] ?? '').replace(PREFERENCE, ''), line };
  const cells = text
    .split(/\t+| {2,}|\s*\|\s*/)
    .map((cell) => cell.replace(LABEL, '').trim())
    .filter((cell) => cell !== '' && !NOISE.test(cell));
  return cells.length >= 2 ? { name: cells[0] ?? '', value: unquote(cells.slice(1).join(' ')), line } : null;
}

/** Lines that hold one thing each, as forms and help pages show them: what follows a name is its value. */
function fromBlocks(lines: readonly string[]): readonly Candidate[] {
  const parts = lines
    .map((text, index) => ({ text: text.replace(LABEL, '').trim(), line: index + 1 }))
    .filter(({ text }) => text !== '' && !NOISE.test(text) && !/^[a-z ]+:?$/i.test(text));
  return parts.slice(0, -1).map(({ text, line }, index) => ({
    name: text,
    value: unquote(parts[index + 1]?.text ?? ''),
    line,
  }));
}

/** The logical lines of a zone file: what stands between parentheses belongs together. */
function joinParentheses(text: string): string {
  return text.replace(/\(([^()]*)\)/g, (_whole, inner: string) =>
    inner.replace(/\s*;[^"\n]*$/gm, '').replace(/\n/g, ' '),
  );
}

/** A template's text as a pattern: literal parts loosely, open parts as groups named after their fields. */
function patternFor(template: string, mode: TemplateMode, domain: string, isName: boolean): RegExp | null {
  const seen = new Set<string>();
  let source = '';
  let position = 0;
  for (const match of template.matchAll(PLACEHOLDER)) {
    const [whole, id = ''] = match;
    source += escapePattern(template.slice(position, match.index)).replace(/;\s*/g, ';\\s*');
    position = match.index + whole.length;
    const field = mode.fields.find((candidate) => candidate.id === id);
    if (id === 'domain') source += escapePattern(domain);
    else if (field === undefined) return null;
    else if (seen.has(id)) source += `\\k<${id}>`;
    else source += `(?<${id}>${field.pattern})`;
    seen.add(id);
  }
  source += escapePattern(template.slice(position));
  // Whoever shows a name writes it relative to the domain, relative to the zone above it, or in full.
  if (isName) {
    const suffixes = domain.split('.').map((_label, index, labels) => escapePattern(labels.slice(index).join('.')));
    const shortened = source.endsWith(escapePattern(domain))
      ? source.slice(0, -escapePattern(domain).length).replace(/\\\.$/, '')
      : source;
    const between = domain
      .split('.')
      .slice(0, -1)
      .map((_label, index, labels) => escapePattern(labels.slice(0, index + 1).join('.')));
    source = `${shortened === '' ? '@?' : shortened}(?:(?:\\.|^)(?:${[...suffixes, ...between].join('|')}))?`;
  }
  return new RegExp(`^${source}\\.?$`, 'i');
}

/** Patterns of values whose key may be written with other tags than the template's. */
function keyOf(value: string): string | null {
  const found = /(?:^|[;\s])p\s*=\s*([A-Za-z0-9+/=\s"\\]{60,})/.exec(value)?.[1];
  return found === undefined ? null : found.replace(/[\s"\\]+/g, '');
}

interface Reader {
  readonly record: TemplateRecord;
  readonly name: RegExp | null;
  readonly value: RegExp | null;
}

function read(reader: Reader, candidate: Candidate): Readonly<Record<string, string>> | null {
  const name = reader.name?.exec(canonicalName(candidate.name));
  if (name === null || name === undefined) return null;
  const key = keyOf(candidate.value);
  const value = reader.value?.exec(candidate.value.replace(/\.$/, '')) ?? null;
  if (value !== null) return { ...name.groups, ...value.groups };
  if (key !== null && reader.record.value.includes('{dkimKey}')) return { ...name.groups, dkimKey: key };
  return null;
}

/** A value that stands alone can still be told by the words it begins with. */
function fromBareLines(lines: readonly string[], mode: TemplateMode): readonly RecognisedValue[] {
  const values: RecognisedValue[] = [];
  for (const [index, text] of lines.entries()) {
    const line = index + 1;
    const key = keyOf(unquote(text));
    for (const field of mode.fields) {
      const literal = /^[a-z_-]{4,}[:=.]/i.exec(field.pattern.replace(/\\/g, ''))?.[0];
      if (field.id === 'dkimKey' && key !== null) values.push({ field: field.id, value: key, line });
      if (literal === undefined) continue;
      const found = new RegExp(`(?<![\\w-])${field.pattern}`).exec(text)?.[0];
      if (found !== undefined) values.push({ field: field.id, value: found, line });
    }
  }
  return values;
}

/**
 * @param text whatever was copied; quotes, tabs, labels and zone-file syntax are all fine.
 * @param domain the sender domain, A-labels.
 */
export function recogniseValues(text: string, mode: TemplateMode, domain: string): Recognition {
  const lines = joinParentheses(clean(text)).split('\n').slice(0, MAX_LINES);
  const candidates = [...lines.flatMap((line, index) => fromLine(line, index + 1) ?? []), ...fromBlocks(lines)];
  const readers = mode.records
    .filter((record) => /\{(?!domain\})/.test(record.name + record.value))
    .map(
      (record): Reader => ({
        record,
        name: patternFor(record.name, mode, domain, true),
        value: patternFor(record.value, mode, domain, false),
      }),
    );
  const values = new Map<string, RecognisedValue>();
  const used = new Set<string>();
  const take = (field: string, value: string, line: number) => {
    if (!values.has(field)) values.set(field, { field, value: value.trim(), line });
  };
  for (const reader of readers) {
    for (const candidate of candidates) {
      // One published record fills one record of the template: three alike get three different values.
      const sign = `${canonicalName(candidate.name)}\n${candidate.value}`;
      const found = used.has(sign) ? null : read(reader, candidate);
      if (found === null) continue;
      used.add(sign);
      for (const [field, value] of Object.entries(found)) take(field, value, candidate.line);
      break;
    }
  }
  for (const { field, value, line } of fromBareLines(lines, mode)) take(field, value, line);
  const missing = mode.fields.filter((field) => !values.has(field.id) && field.fallback === undefined);
  const isUsual = ({ id, fallback }: TemplateField) => fallback !== undefined && values.get(id)?.value === fallback;
  return {
    values: mode.fields.flatMap((field) => (isUsual(field) ? [] : (values.get(field.id) ?? []))),
    asUsual: mode.fields.filter(isUsual).map((field) => field.id),
    missing,
  };
}

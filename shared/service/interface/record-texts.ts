import { canonicalName, MAX_LABEL_OCTETS, MAX_NAME_LENGTH, nameFault } from '../../dns/names.ts';
import { remembering } from '../../memo.ts';
import { markupEdits } from '../../pasted/markup.ts';
import { readPasted } from '../../pasted/read-pasted.ts';
import { editTraced, traceText } from '../../pasted/traced-text.ts';

/**
 * Reads records out of the texts that the service shows for copying: lines such as `us._domainkey TXT k=rsa; p=…`,
 * lines of a zone file, labelled forms, tables, and bare values whose name follows from what they are. What can't be
 * read for certain is handed back as it came: a record is never guessed.
 */

export type RecordCategory = 'mx' | 'spf' | 'dkim' | 'dmarc' | 'additional';

export interface ReadRecord {
  readonly category: RecordCategory;
  /** Absolute, lower case, without the final dot. */
  readonly name: string;
  readonly type: 'TXT' | 'CNAME' | 'MX' | 'NS';
  /** Text of a TXT record, its strings joined; else the target without its final dot. */
  readonly value: string;
  /** Of an MX record. */
  readonly preference?: number;
}

export interface ReadTexts {
  readonly records: readonly ReadRecord[];
  /** Texts, or lines of texts, in which no record could be read. */
  readonly unread: readonly { readonly category: RecordCategory; readonly text: string }[];
}

const MAX_LINES = 200;
const TYPES = 'TXT|CNAME|MX|NS';
/** `name [TTL] [IN] TYPE value`, between spaces, tabs or bars. */
const LINE = new RegExp(`^(\\S+)[\\s|]+(?:\\d+[\\s|]+)?(?:IN[\\s|]+)?(${TYPES})[\\s|:]+(\\S.*)$`, 'i');
/** `TYPE name value`, as some panels print it. */
const TYPE_FIRST = new RegExp(`^(${TYPES})[\\s|]+(?:record[\\s|:]+)?(\\S+)[\\s|]+(\\S.*)$`, 'i');
const LABELS: Readonly<Record<string, 'name' | 'type' | 'value' | 'preference'>> = {
  host: 'name',
  'host name': 'name',
  hostname: 'name',
  name: 'name',
  record: 'name',
  subdomain: 'name',
  type: 'type',
  'record type': 'type',
  value: 'value',
  data: 'value',
  content: 'value',
  target: 'value',
  'points to': 'value',
  text: 'value',
  'txt value': 'value',
  priority: 'preference',
  preference: 'preference',
};
const LABELLED = new RegExp(`^(${Object.keys(LABELS).join('|')})\\s*[:=]\\s*(\\S.*)$`, 'i');

/** Text as a person would copy it off the page: line breaks and entities of HTML resolved, typographic quotes plain. */
function plain(text: string): string {
  return editTraced(traceText(text), markupEdits(text, '\n'))
    .text.replace(/[\u201C\u201D\u201E\u00AB\u00BB]/g, '"')
    .replace(/[\u00A0\u200B\uFEFF]/g, ' ')
    .replace(/\r\n?/g, '\n');
}

/** What stands between parentheses belongs to one line, as in a zone file. */
function joinParentheses(text: string): string {
  return text.replace(/\(([^()"]*(?:"[^"\n]*"[^()"]*)+)\)/g, (_whole, inner: string) =>
    inner.replace(/\s*\n\s*/g, ' '),
  );
}

/** Which characters of ASCII may stand in a text that is taken as it is: none that quotes, escapes or marks up. */
const PLAIN = Uint8Array.from({ length: 128 }, (_none, code) =>
  /^[ -~]$/.test(String.fromCharCode(code)) && !/["\\()<>&'`]/.test(String.fromCharCode(code)) ? 1 : 0,
);
const SPACE = 32;

/** Whether nothing in a text is quoted, escaped, marked up or split, so that it has not to be looked at closely. */
function isPlain(text: string): boolean {
  // A space at an end, or two in a row.
  let isAfterSpace = true;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    const isSpace = code === SPACE;
    if (PLAIN[code] !== 1 || (isSpace && isAfterSpace)) return false;
    isAfterSpace = isSpace;
  }
  return !isAfterSpace;
}

/** Quoted strings joined as DNS joins them; text without quotes as it is. Null when a quote is left open. */
function unquote(text: string): string | null {
  const trimmed = text.trim();
  if (isPlain(trimmed)) return trimmed;
  if (trimmed.includes('"') && !/^(?:"(?:[^"\\]|\\.)*"\s*)+(?:;.*)?$/.test(trimmed)) return null;
  return readPasted(trimmed).records[0]?.value.text ?? null;
}

const DOT = 46;
const HYPHEN = 45;
const LETTER_DIGIT = 1;
const EDGE = 2;
/** What may stand in a label of most names there are: anywhere, or not at its ends. */
const IN_LABEL = Uint8Array.from({ length: 128 }, (_none, code) =>
  /^[a-z0-9_]$/.test(String.fromCharCode(code)) ? LETTER_DIGIT : code === HYPHEN ? EDGE : 0,
);

/**
 * Whether the first characters of a text are labels as most names have them: lower case, letters, digits, underscores and
 * inner hyphens. Told at a glance, character by character: tens of thousands of names come at once.
 *
 * @param end how many characters are looked at.
 */
function isUsual(text: string, end = text.length): boolean {
  let start = 0;
  // Of the character before; a label begins and ends with none that stands inside alone.
  let before = 0;
  for (let index = 0; index < end; index += 1) {
    const code = text.charCodeAt(index);
    const kind = IN_LABEL[code] ?? 0;
    if (code === DOT) {
      if (before !== LETTER_DIGIT) return false;
      start = index + 1;
    } else if (kind === 0 || (kind === EDGE && index === start) || index - start >= MAX_LABEL_OCTETS) return false;
    before = kind;
  }
  return before === LETTER_DIGIT && end <= MAX_NAME_LENGTH;
}

/** A text is asked about as often as a domain has records. */
const isUsualDomain = remembering(16, (domain) => isUsual(domain));

function isName(name: string): boolean {
  return isUsual(name) || nameFault(name, true) === null;
}

/** Whether a name is a domain or lies below it; both canonical. */
function isWithin(name: string, domain: string): boolean {
  return name.endsWith(domain) && (name.length === domain.length || name[name.length - domain.length - 1] === '.');
}

/** Whether a text is the name, in full, of most records: canonical, and the domain or usual labels below it. */
function isUsualWithin(text: string, domain: string): boolean {
  return (
    isWithin(text, domain) &&
    isUsualDomain(domain) &&
    text.length <= MAX_NAME_LENGTH &&
    (text.length === domain.length || isUsual(text, text.length - domain.length - 1))
  );
}

/** A name as a page shows it, made absolute: relative to the domain or to a zone above it, in full, or `@`. */
function absolute(text: string, domain: string): string | null {
  if (text === '@') return domain;
  if (isUsualWithin(text, domain)) return text;
  const name = canonicalName(text);
  if (!isName(name)) return null;
  if (isWithin(name, domain) || text.endsWith('.')) return name;
  // The longest beginning of the domain that the name ends with.
  for (let end = domain.lastIndexOf('.'); end > 0; end = domain.lastIndexOf('.', end - 1))
    if (isWithin(name, domain.slice(0, end))) return name + domain.slice(end);
  const whole = `${name}.${domain}`;
  return isName(whole) ? whole : null;
}

interface Shown {
  readonly name: string;
  readonly type: string;
  readonly value: string;
  readonly preference?: string;
}

function toRecord(shown: Shown, category: RecordCategory, domain: string): ReadRecord | null {
  const name = shown.name.replace(/^["'`]|["'`]$/g, '');
  const value = unquote(withoutBar(shown.value));
  return recordOf(name, shown.type.toUpperCase(), value, shown.preference, category, domain);
}

/** A text without the bar that closes a row of a table. */
function withoutBar(text: string): string {
  return text.includes('|') ? text.replace(/\s*\|\s*$/, '') : text;
}

interface Target {
  readonly name: string;
  /** Of an MX record, where it is written before the name. */
  readonly preference: number | null;
}

/** Thousands of domains point to the same few hosts. */
const targetOf = remembering(256, (value): Target | null => {
  const [, written, host = ''] = /^(?:(\d{1,5})\s+)?(\S+)$/.exec(value) ?? [];
  const name = canonicalName(host);
  return isName(name) ? { name, preference: written === undefined ? null : Number(written) } : null;
});

/** A record of what is shown, its quotes resolved; null where it is none. */
function recordOf(
  shownName: string,
  shownType: string,
  value: string | null,
  shownPreference: string | undefined,
  category: RecordCategory,
  domain: string,
): ReadRecord | null {
  if (value === null || value === '') return null;
  const name = absolute(shownName, domain);
  if (name === null) return null;
  const type = shownType as ReadRecord['type'];
  if (type === 'TXT') return { category, name, type, value };
  const target = targetOf(value);
  if (target === null) return null;
  if (type !== 'MX') return target.preference === null ? { category, name, type, value: target.name } : null;
  const preference = target.preference ?? Number(shownPreference ?? Number.NaN);
  return preference <= 65_535 ? { category, name, type, value: target.name, preference } : null;
}

/** A record whose name follows from its text: SPF stands at the domain, DMARC below `_dmarc`. */
function fromBareValue(text: string, category: RecordCategory, domain: string): ReadRecord | null {
  const value = unquote(text);
  if (value === null) return null;
  if (/^v=spf1(?: |$)/i.test(value)) return { category, name: domain, type: 'TXT', value };
  if (/^v\s*=\s*DMARC1\s*(?:;|$)/i.test(value)) return { category, name: `_dmarc.${domain}`, type: 'TXT', value };
  return null;
}

/** Gathers the lines of a form, one label each, into what they show; a label that comes again begins another. */
function createForm() {
  let parts: { name?: string; type?: string; value?: string; preference?: string } = {};
  let lines: string[] = [];
  return {
    take(label: string, content: string, line: string): boolean {
      const key = LABELS[label.toLowerCase()] as keyof typeof parts;
      const isNext = parts[key] !== undefined;
      if (!isNext) {
        parts = { ...parts, [key]: content };
        lines.push(line);
      }
      return !isNext;
    },
    /** @returns what was gathered, and forgets it. */
    end(): { readonly shown: Shown | null; readonly lines: readonly string[] } {
      const { name, value, preference } = parts;
      const type = parts.type ?? (value === undefined || value.includes('=') ? 'TXT' : undefined);
      const gathered = lines;
      parts = {};
      lines = [];
      if (
        name === undefined ||
        value === undefined ||
        type === undefined ||
        !new RegExp(`^(?:${TYPES})$`, 'i').test(type)
      )
        return { shown: null, lines: gathered };
      return { shown: { name, type, value, ...(preference === undefined ? {} : { preference }) }, lines: gathered };
    },
  };
}

function shownIn(line: string): Shown | null {
  const typeFirst = TYPE_FIRST.exec(line);
  // `TXT` is also a name that a host may have; a type behind it decides.
  const named = LINE.exec(line);
  if (named !== null) return { name: named[1] ?? '', type: named[2] ?? '', value: named[3] ?? '' };
  return typeFirst === null ? null : { type: typeFirst[1] ?? '', name: typeFirst[2] ?? '', value: typeFirst[3] ?? '' };
}

const KNOWN_TYPES: ReadonlySet<string> = new Set(TYPES.split('|'));

interface Apart {
  readonly host: string;
  /** In capitals. */
  readonly type: string;
  readonly value: string;
}

/**
 * Reads a record that is shown with name, type and value apart, and that nothing in it makes doubtful: nearly all of them.
 *
 * @param domain the sender domain, A-labels.
 * @returns null where `readApart` has to look closely.
 */
export function recordApart({ host, type, value }: Apart, category: RecordCategory, domain: string): ReadRecord | null {
  if (!KNOWN_TYPES.has(type) || !(isUsualWithin(host, domain) || isPlain(host)) || !isPlain(value)) return null;
  return recordOf(host, type, withoutBar(value), undefined, category, domain);
}

/**
 * Reads a record that is shown with name, type and value apart.
 *
 * @param domain the sender domain, A-labels.
 */
export function readApart(apart: Apart, category: RecordCategory, domain: string): ReadTexts {
  const record = recordApart(apart, category, domain);
  if (record !== null) return { records: [record], unread: [] };
  const { host, type, value } = apart;
  return readRecordText(`${host} ${type} ${value.replace(/\s*\n\s*/g, ' ')}`, category, domain);
}

/** What a text shows that is one plain line. The account gives all of its domains the same few texts. */
const shownPlainly = remembering(64, (text) => (isPlain(text) && !LABELLED.test(text) ? shownIn(text) : null));

/**
 * Reads a text that is one plain line and shows one record.
 *
 * @param domain the sender domain, A-labels.
 * @returns null where `readRecordText` has to look closely.
 */
export function recordInLine(text: string, category: RecordCategory, domain: string): ReadRecord | null {
  const shown = shownPlainly(text);
  return shown === null ? null : toRecord(shown, category, domain);
}

/**
 * Reads one text.
 *
 * @param domain the sender domain, A-labels.
 */
export function readRecordText(text: string, category: RecordCategory, domain: string): ReadTexts {
  const only = recordInLine(text, category, domain);
  if (only !== null) return { records: [only], unread: [] };
  const records: ReadRecord[] = [];
  const unread: { category: RecordCategory; text: string }[] = [];
  const form = createForm();
  const take = (record: ReadRecord | null, ...lines: readonly string[]) => {
    if (record !== null) records.push(record);
    else if (lines.length > 0) unread.push({ category, text: lines.join('\n') });
  };
  const endForm = () => {
    const { shown, lines } = form.end();
    take(shown === null ? null : toRecord(shown, category, domain), ...lines);
  };
  const lines = joinParentheses(plain(text))
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  for (const line of lines.slice(0, MAX_LINES)) {
    const labelled = LABELLED.exec(line);
    if (labelled !== null) {
      const [, label = '', content = ''] = labelled;
      if (!form.take(label, content, line)) {
        endForm();
        form.take(label, content, line);
      }
      continue;
    }
    endForm();
    const shown = shownIn(line);
    take(shown === null ? fromBareValue(line, category, domain) : toRecord(shown, category, domain), line);
  }
  endForm();
  if (lines.length > MAX_LINES) take(null, ...lines.slice(MAX_LINES));
  return { records, unread };
}

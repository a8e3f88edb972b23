import Papa from 'papaparse';
import { checkSenderDomain } from '../dns/sender-domain.ts';
import { canonicalName } from '../dns/names.ts';
import { asMasterFile } from '../dns/zone/route53.ts';
import { dnsFinding } from '../dns/findings.ts';
import type { Finding } from '../findings/finding.ts';
import { readJsonTable } from './json-list.ts';
import { foldCells } from './pasted-cells.ts';
import { isZoneText, zoneNames } from './zone-names.ts';

/**
 * Reads a list of sender domains as people have it: one to a line, several on a line, a table from a spreadsheet or a
 * provider's console, what a provider's interface answers in JSON, or a zone. A table is understood by its columns, or asked
 * about; nothing in it is taken by guess, because a domain that was added stays listed for good.
 */

export interface AcceptedLine {
  readonly line: number;
  readonly name: string;
  readonly unicodeName: string;
}

export interface RefusedLine {
  readonly line: number;
  readonly text: string;
  readonly finding: Finding;
}

/** A domain that is listed already: in the workspace, or on an earlier line of the same list. */
export interface KnownLine {
  readonly line: number;
  readonly text: string;
  /** A-labels. */
  readonly name: string;
  /** The earlier line; null when the workspace has it. */
  readonly firstLine: number | null;
}

/** A web or mail address with a sender domain in it, or a name of a zone that no mail record speaks for: it may be meant. */
export interface OfferedLine extends AcceptedLine {
  readonly text: string;
}

/** A column of a table, for the question which of them holds the domains. */
export interface ListColumn {
  /** From 0. */
  readonly index: number;
  /** Its heading; empty where the table has none. */
  readonly heading: string;
  /** Its first values. */
  readonly samples: readonly string[];
  /** Rows, of those looked at, that hold a domain there. */
  readonly domains: number;
}

export interface DomainList {
  readonly accepted: readonly AcceptedLine[];
  readonly refused: readonly RefusedLine[];
  readonly known: readonly KnownLine[];
  readonly offered: readonly OfferedLine[];
  /** The columns that may hold the domains, where that can't be told; nothing is accepted until one is chosen. */
  readonly question: readonly ListColumn[] | null;
  /** The column that was read; null for a list without columns. */
  readonly column: ListColumn | null;
  /** What the text was understood to be. */
  readonly readAs: ListKind;
  /** Whose answer it is, and to what; null where that is not known. */
  readonly answerOf: string | null;
}

export type ListKind = 'list' | 'table' | 'json' | 'zone';

export interface ListOptions {
  /** The column that holds the domains, from 0. */
  readonly column?: number | null | undefined;
  /** Take what is offered as well. */
  readonly takeOffered?: boolean | undefined;
}

/** Lines read of one list. */
const MAX_LINES = 200_000;
/** Lines refused before the rest is left unread: whoever has that many faults has pasted something else. */
const MAX_REFUSED = 10_000;
const MAX_SHOWN = 200;
/** Rows that a table is understood by. */
const ROWS_LOOKED_AT = 50;
const SAMPLES = 3;
const SEPARATORS = ['\t', ';', ',', '|'];

/** Headings of the column that holds the domains, the surest first, in the languages of the consoles they come from. */
const HEADINGS: readonly ReadonlySet<string>[] = [
  new Set(['sender domain', 'senderdomain', 'sending domain', 'absenderdomain', 'domaine d’envoi', "domaine d'envoi"]),
  new Set(
    ['domain', 'domains', 'domain name', 'domainname', 'domain_name', 'domaine', 'domaines', 'nom de domaine'].concat([
      'dominio',
      'domínio',
      'domeinnaam',
      'domein',
      'domena',
      'domäne',
      'домен',
      'ドメイン',
      '域名',
      'fqdn',
    ]),
  ),
  new Set(
    ['hostname', 'host name', 'host', 'website', 'site', 'url', 'zone'].concat([
      'identity',
      'identities',
      'identityname',
      'identität',
      'identité',
      'identidad',
      'identidade',
      'identità',
    ]),
  ),
  new Set(['name', 'nom', 'nombre', 'naam']),
];

interface Row {
  /** From 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

interface Table {
  readonly rows: readonly Row[];
  /** A line on which a quote is opened that nothing closes, or null. */
  readonly openQuoteAt: number | null;
  readonly isTooLong: boolean;
}

/** A cell that nothing has to be taken off: most are, and there are hundreds of thousands. */
const BARE = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

const bare = (cell: string): string =>
  BARE.test(cell)
    ? cell
    : cell
        .trim()
        .replace(/^["'“”„«»]+|["'“”„«»]+$/g, '')
        .trim();

/** Lines above a table that are none of it: comments, and the word with which Excel is told the separator. */
function preamble(lines: readonly string[]): { readonly skipped: number; readonly separator: string | null } {
  let skipped = 0;
  let separator: string | null = null;
  for (const line of lines) {
    const [, named] = /^\s*"?sep=(.)"?\s*$/i.exec(line) ?? [];
    if (named !== undefined) separator = named;
    else if (line.trim() !== '' && !line.trim().startsWith('#')) break;
    skipped += 1;
  }
  return { skipped, separator };
}

/** The separator that stands equally often on most of the first lines; null when there is none of them. */
function separatorOf(lines: readonly string[]): string | null {
  const looked = lines.filter((line) => line.trim() !== '' && !line.trim().startsWith('#')).slice(0, ROWS_LOOKED_AT);
  const counts = SEPARATORS.map((separator) => looked.filter((line) => line.includes(separator)).length);
  const most = Math.max(0, ...counts);
  return most === 0 ? null : (SEPARATORS[counts.indexOf(most)] as string);
}

function readTable(text: string, separator: string | null, firstLine: number): Table {
  // A list of mail addresses quotes names of people, which are no cells.
  const isQuoted = separator !== null && !/"\s*<[^<>\s]+@/.test(text);
  const { data, errors } = Papa.parse<string[]>(text, {
    delimiter: separator ?? '\u001F',
    quoteChar: isQuoted ? '"' : '\u001E',
    newline: '\n',
    header: false,
    skipEmptyLines: false,
    preview: MAX_LINES + 1,
  });
  const rows: Row[] = [];
  let line = firstLine;
  for (const cells of data) {
    rows.push({ line, cells });
    line += 1;
    // Without quotes no cell can hold a line end.
    if (!isQuoted) continue;
    for (const cell of cells) if (cell.includes('\n')) line += cell.split('\n').length - 1;
  }
  const open = errors.find(({ code }) => code === 'MissingQuotes');
  return {
    rows: rows.length > MAX_LINES ? rows.slice(0, MAX_LINES) : rows,
    openQuoteAt: open?.row === undefined ? null : (rows[open.row]?.line ?? null),
    isTooLong: rows.length > MAX_LINES,
  };
}

const isBlank = ({ cells }: Row): boolean => cells.every((cell) => cell.trim() === '');
const isComment = ({ cells }: Row): boolean => cells[0]?.trim().startsWith('#') === true;

function isDomain(cell: string): boolean {
  const text = bare(cell);
  return text.includes('.') && checkSenderDomain(text).ok;
}

/** What the first row is called if it is a heading: no cell of it is a domain, and one at least is a word. */
function headingOf(rows: readonly Row[]): readonly string[] | null {
  const [first] = rows;
  if (first === undefined) return null;
  const words = first.cells.map((cell) => bare(cell));
  const isAbove =
    words.some((word) => /\p{L}/u.test(word)) && !words.some((word) => word.includes('.') || word.includes('@'));
  return isAbove ? words : null;
}

function columnsOf(rows: readonly Row[], heading: readonly string[] | null): readonly ListColumn[] {
  const body = (heading === null ? rows : rows.slice(1)).slice(0, ROWS_LOOKED_AT);
  const width = Math.max(heading?.length ?? 0, ...body.map(({ cells }) => cells.length));
  return Array.from({ length: width }, (_nothing, index) => {
    const values = body.map(({ cells }) => bare(cells[index] ?? '')).filter((value) => value !== '');
    return {
      index,
      heading: heading?.[index] ?? '',
      samples: values.slice(0, SAMPLES).map((value) => value.slice(0, MAX_SHOWN)),
      domains: values.filter(isDomain).length,
    };
  });
}

const isHeading = (word: string): boolean => HEADINGS.some((names) => names.has(word.toLowerCase()));

/** @returns the column by its heading, else the only one that holds domains; null where several may. */
function chooseColumn(columns: readonly ListColumn[]): ListColumn | null {
  for (const names of HEADINGS) {
    const named = columns.filter(({ heading }) => names.has(heading.toLowerCase()));
    if (named.length === 1) return named[0] as ListColumn;
    if (named.length > 1) return null;
  }
  const holding = columns.filter(({ domains }) => domains > 0);
  return holding.length === 1 ? (holding[0] as ListColumn) : null;
}

/** No console's table is as wide; a line with more entries is a list. */
const MOST_COLUMNS = 64;

/** A list of domains parted by separators is no table: every cell that holds something holds a domain, or means to. */
function isPlainList(rows: readonly Row[]): boolean {
  return rows
    .slice(0, ROWS_LOOKED_AT)
    .every(
      ({ cells }) =>
        cells.length === 1 ||
        cells.length > MOST_COLUMNS ||
        cells.map(bare).every((cell) => cell === '' || /[.@]/.test(cell)),
    );
}

/** Domains with nothing but spaces between them, as they are copied out of a sentence or a shell. */
function parts(entry: string): readonly string[] {
  if (BARE.test(entry)) return [entry];
  const words = entry.trim().split(/\s+/);
  return words.length > 1 && words.every(isDomain) ? words : [entry];
}

/** A domain inside a web or mail address; null when the text is none, or its domain can't be a sender domain. */
function domainWithin(text: string): { readonly ascii: string; readonly unicode: string } | null {
  const angled = /<([^<>\s]+@[^<>\s]+)>\s*$/.exec(text)?.[1] ?? text;
  const inside =
    /^[a-z][a-z0-9+.-]*:\/\/(?:[^/@\s]*@)?([^/:?#\s]+)/i.exec(angled)?.[1] ??
    /^(?:mailto:)?[^\s@]+@([^\s@?]+)(?:\?\S*)?$/i.exec(angled)?.[1] ??
    /^([^\s/@]+\.[^\s/@]+)\/\S*$/.exec(angled)?.[1];
  if (inside === undefined) return null;
  const check = checkSenderDomain(inside.replace(/\.$/, ''));
  return check.ok ? check : null;
}

interface Reading {
  readonly accepted: AcceptedLine[];
  readonly refused: RefusedLine[];
  readonly known: KnownLine[];
  readonly offered: OfferedLine[];
}

/** Sorts entries into what is new, known, refused or offered. @returns false when too many were refused. */
function createSorter(existing: ReadonlySet<string>, takeOffered: boolean) {
  const reading: Reading = { accepted: [], refused: [], known: [], offered: [] };
  const seen = new Map<string, number>();
  const take = (line: number, text: string, ascii: string, unicode: string, isOffer: boolean) => {
    const name = canonicalName(ascii);
    const firstLine = seen.get(name);
    if (firstLine !== undefined || existing.has(name)) {
      reading.known.push({ line, text, name, firstLine: firstLine ?? null });
      return;
    }
    if (isOffer && !takeOffered) {
      reading.offered.push({ line, text, name, unicodeName: unicode });
      return;
    }
    seen.set(name, line);
    reading.accepted.push({ line, name, unicodeName: unicode });
  };
  return {
    reading,
    /** Offers a name that may be meant, with what stands there. */
    offer(line: number, name: string, text: string): void {
      const check = checkSenderDomain(name);
      if (check.ok) take(line, text, check.ascii, check.unicode, true);
    },
    sort(line: number, entry: string): boolean {
      const { refused } = reading;
      if (refused.length === MAX_REFUSED) {
        refused.push({ line, text: '', finding: dnsFinding('dns.too-many-refused', { most: MAX_REFUSED }) });
        return false;
      }
      const text = entry.trim();
      const shown = text.slice(0, MAX_SHOWN);
      const within = /[@/]/.test(text) ? domainWithin(text) : null;
      if (within !== null) {
        take(line, shown, within.ascii, within.unicode, true);
        return true;
      }
      const check = checkSenderDomain(bare(text));
      if (check.ok) take(line, shown, check.ascii, check.unicode, false);
      else refused.push({ line, text: shown, finding: check.finding });
      return true;
    },
  };
}

type Sorter = ReturnType<typeof createSorter>;

/** What of a text's kinds is the same: all that was sorted, and nothing asked. */
function sorted({ reading }: Sorter, readAs: ListKind): DomainList {
  return { ...reading, question: null, column: null, readAs, answerOf: null };
}

function readZoneNames(text: string, sorter: Sorter): DomainList {
  const { mail, others, refused } = zoneNames(text);
  sorter.reading.refused.push(...refused.map(({ line, finding }) => ({ line, text: '', finding })));
  for (const { line, name } of mail) if (!sorter.sort(line, name)) break;
  for (const { line, name, why } of others) sorter.offer(line, name, `${name} (${why})`);
  return sorted(sorter, 'zone');
}

/** The last word of a way of properties, as a heading: `domains.domain_name` is *domain_name*. */
const lastWord = (path: string): string => path.split('.').at(-1) ?? '';

function readJson(text: string, sorter: Sorter, chosen: number | null | undefined): DomainList {
  const table = readJsonTable(text);
  const refuse = (finding: Finding): DomainList => {
    sorter.reading.refused.push({ line: 1, text: text.trim().slice(0, MAX_SHOWN), finding });
    return sorted(sorter, 'json');
  };
  if (table === null) return refuse(dnsFinding('dns.cut-json'));
  const { columns, answer } = table;
  const answerOf = answer === null ? null : `${answer.provider} (${answer.call})`;
  if (answer !== null && answer.domain === null)
    return refuse(dnsFinding('dns.answer-without-domain', { call: answer.call }));
  const described = columns.map(({ heading, cells }, index): ListColumn => {
    const looked = cells.slice(0, ROWS_LOOKED_AT).map((cell) => bare(cell.text));
    const samples = looked.slice(0, SAMPLES).map((value) => value.slice(0, MAX_SHOWN));
    return { index, heading, samples, domains: looked.filter(isDomain).length };
  });
  const holding = described.filter(({ domains }) => domains > 0);
  const named = holding.map((column) => ({ ...column, heading: lastWord(column.heading) }));
  const found = described.find(
    ({ index, heading }) =>
      index === (chosen ?? -1) ||
      (chosen == null && answer !== null && heading.toLowerCase() === answer.domain?.toLowerCase()),
  );
  const index = found?.index ?? chooseColumn(named)?.index;
  if (index === undefined) {
    if (holding.length === 0) return refuse(dnsFinding('dns.json-without-domains'));
    return { ...sorted(sorter, 'json'), question: holding };
  }
  for (const { line, text: entry } of columns[index]?.cells ?? []) if (!sorter.sort(line, entry)) break;
  return { ...sorted(sorter, 'json'), column: described[index] ?? null, answerOf };
}

/**
 * Reads a list of sender domains. Lines that begin with # are comments.
 *
 * @param existing A-label names that are listed already.
 * @returns every new name once, with its line; what is known, what was refused and why, and what may be meant.
 */
export function parseDomainList(text: string, existing: ReadonlySet<string>, options: ListOptions = {}): DomainList {
  const normal = text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  const sorter = createSorter(existing, options.takeOffered === true);
  const master = asMasterFile(normal);
  if (isZoneText(master)) return readZoneNames(master, sorter);
  if (/^\s*[[{]/.test(normal)) return readJson(normal, sorter, options.column);
  return readLines(normal, sorter, options.column);
}

/** Cells that were copied one to a line, as rows; null where the lines are none. */
function fold(lines: readonly string[]): readonly Row[] | null {
  const rows = lines.map((text, index) => ({ line: index + 1, cells: [text] }));
  return foldCells(
    rows.filter((row) => !isBlank(row) && !isComment(row)),
    isHeading,
    isDomain,
  );
}

function readLines(normal: string, sorter: Sorter, chosen: number | null | undefined): DomainList {
  const lines = normal.split('\n', ROWS_LOOKED_AT * 4);
  const { skipped, separator: named } = preamble(lines);
  const start = lines.slice(0, skipped).reduce((total, line) => total + line.length + 1, 0);
  const separator = named ?? separatorOf(lines.slice(skipped));
  const table = readTable(normal.slice(start), separator, skipped + 1);
  const isFolded = fold(lines) !== null;
  const rows =
    (isFolded ? fold(normal.split('\n', MAX_LINES)) : null) ??
    table.rows.filter((row) => !isBlank(row) && !isComment(row));
  const { reading } = sorter;
  const heading = headingOf(rows);
  const isTable =
    isFolded ||
    heading?.some(isHeading) === true ||
    (separator !== null && !isPlainList(heading === null ? rows : rows.slice(1)));
  const result = (question: DomainList['question'], column: ListColumn | null): DomainList => ({
    ...sorted(sorter, isTable ? 'table' : 'list'),
    question,
    column,
  });
  let body = rows;
  let column: ListColumn | null = null;
  if (isTable) {
    const columns = columnsOf(rows, heading);
    column = columns.find(({ index }) => index === chosen) ?? chooseColumn(columns);
    if (column === null) {
      const holding = columns.filter(({ domains }) => domains > 0);
      return result(holding.length > 0 ? holding : columns, null);
    }
    body = heading === null ? rows : rows.slice(1);
  }

  for (const { line, cells } of body) {
    if (line === table.openQuoteAt) {
      const finding = dnsFinding('dns.open-quote');
      reading.refused.push({ line, text: cells.join(separator ?? '').slice(0, MAX_SHOWN), finding });
      break;
    }
    const entries = column === null ? cells.flatMap(parts) : [cells[column.index] ?? ''];
    for (const entry of entries) {
      if (entry.trim() === '' && entries.length > 1) continue;
      if (!sorter.sort(line, entry)) return result(null, column);
    }
  }
  if (table.isTooLong) {
    const finding = dnsFinding('dns.list-too-long', { most: MAX_LINES });
    reading.refused.push({ line: MAX_LINES + 1, text: '', finding });
  }
  return result(null, column);
}

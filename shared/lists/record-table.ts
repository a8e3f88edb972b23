import Papa from 'papaparse';
import { isSubdomain } from '../dns/names.ts';
import { registrableDomain } from '../dns/sender-domain.ts';
import { quoteTxt, splitTxt, textToOctets } from '../dns/txt.ts';
import { asMasterFile } from '../dns/zone/route53.ts';

/**
 * Records as a DNS host's page lists them: a table that was copied from it, or its CSV export. Namecheap exports no zone
 * file at all, and its page is what there is.
 */

const COLUMNS = {
  type: ['type', 'recordtype'],
  name: ['host', 'name', 'hostname', 'recordname', 'hostrecord'],
  value: ['value', 'content', 'data', 'address', 'answer', 'target', 'pointsto', 'recordvalue', 'destination', 'rdata'],
  ttl: ['ttl', 'ttlseconds', 'ttlinseconds'],
  priority: ['priority', 'prio', 'preference', 'mxpref', 'mxpriority'],
} as const;

type Column = keyof typeof COLUMNS;
type Places = Readonly<Partial<Record<Column, number>>>;

const SEPARATORS = ['\t', ',', ';'] as const;

/** Characters of a first line that may be a heading. */
const MAX_HEADING = 500;

/** `TXT Record`, as Namecheap writes a type, first in each row. */
const NAMED_TYPE = /^([A-Z][A-Z0-9]*) Record$/i;
const TYPE_FIRST: Places = { type: 0, name: 1, value: 2, ttl: 3 };

function placesOf(heading: readonly string[]): Places | null {
  const words = heading.map((cell) => cell.toLowerCase().replace(/[^a-z]+/g, ''));
  const places: Partial<Record<Column, number>> = {};
  for (const column of Object.keys(COLUMNS) as Column[]) {
    const at = words.findIndex((word) => (COLUMNS[column] as readonly string[]).includes(word));
    if (at !== -1) places[column] = at;
  }
  const { type, name, value } = places;
  return type === undefined || name === undefined || value === undefined ? null : places;
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** @returns seconds as text; empty where the host decides, as with *Automatic*. */
function ttlText(cell: string): string {
  const [, amount = '', unit = 's'] = /^(\d{1,10})\s*(s|m|h|d|w)?[a-z]*$/i.exec(cell.trim()) ?? [];
  return amount === '' ? '' : String(Number(amount) * (SECONDS[unit.toLowerCase()] as number));
}

const WITH_TARGET: ReadonlySet<string> = new Set(['CNAME', 'NS', 'MX', 'PTR', 'DNAME']);

/** On these pages a name with a dot in it is whole, whether its last dot is written or not. */
function target(name: string): string {
  return name.includes('.') && !name.endsWith('.') ? `${name}.` : name;
}

function dataText(type: string, value: string, priority: string): string {
  if (type === 'TXT' || type === 'SPF') return /^".*"$/.test(value) ? value : quoteTxt(splitTxt(textToOctets(value)));
  if (!WITH_TARGET.has(type)) return value;
  const [, told = priority, name = value] = (type === 'MX' && /^(\d+)\s+(\S+)$/.exec(value)) || [];
  return type === 'MX' ? `${told === '' ? '0' : told} ${target(name)}` : target(name);
}

/** Whether the names of a table are whole ones: all lie in one domain that somebody has registered. */
function areWhole(names: readonly string[]): boolean {
  const told = names.filter((name) => name !== '' && name !== '@');
  const zone = registrableDomain(told[0] ?? '');
  return zone !== null && told.every((name) => isSubdomain(name, zone));
}

/** The places of a row that has a cell more than its heading: the priority of an MX record, behind its value. */
function withPriority(places: Places): Places {
  const value = places.value as number;
  if (places.priority !== undefined) return places;
  const ttl = places.ttl !== undefined && places.ttl > value ? { ttl: places.ttl + 1 } : {};
  return { ...places, priority: value + 1, ...ttl };
}

function rowText(cells: readonly string[], places: Places, isWhole: boolean): string {
  const cell = (column: Column): string => {
    const at = places[column];
    return at === undefined ? '' : (cells[at] ?? '').trim().replace(/[\r\n]+/g, ' ');
  };
  const written = cell('type');
  const type = (NAMED_TYPE.exec(written)?.[1] ?? written).toUpperCase();
  const told = cell('name') === '' ? '@' : cell('name');
  const name = isWhole && told !== '@' && !told.endsWith('.') ? `${told}.` : told;
  return [name, ttlText(cell('ttl')), 'IN', type, dataText(type, cell('value'), cell('priority'))]
    .filter((part) => part !== '')
    .join(' ');
}

/** @returns the table as a master file, a line for each of its rows; null: the text is no such table. */
function tableAsMasterFile(text: string): string | null {
  const normal = text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  const [first = ''] = /^\s*[^\n]*/.exec(normal.slice(0, MAX_HEADING)) ?? [];
  const separator = SEPARATORS.find((each) => first.includes(each));
  if (separator === undefined) return null;
  const top = first
    .trim()
    .split(separator)
    .map((cell) => cell.replace(/^"|"$/g, '').trim());
  const places = placesOf(top);
  if (places === null && !NAMED_TYPE.test(top[0] ?? '')) return null;
  const { data } = Papa.parse<string[]>(normal, {
    delimiter: separator,
    newline: '\n',
    // What is copied from a page has no quotes but those of its texts.
    quoteChar: separator === '\t' ? '\u001F' : '"',
    header: false,
    skipEmptyLines: false,
  });
  const columns = places === null ? Object.keys(TYPE_FIRST).length : top.length;
  const isWhole = areWhole(data.slice(places === null ? 0 : 1).map((cells) => (cells[places?.name ?? 1] ?? '').trim()));
  let isHeading = places !== null;
  const lines = data.map((cells) => {
    if (cells.every((cell) => cell.trim() === '')) return '';
    if (isHeading) {
      isHeading = false;
      return `; ${cells.join(' ').replace(/[\r\n]+/g, ' ')}`;
    }
    const told = places ?? TYPE_FIRST;
    return rowText(cells, cells.length > columns ? withPriority(told) : told, isWhole);
  });
  return `${lines.join('\n')}\n`;
}

/**
 * A zone's text as a master file.
 *
 * @param text of a zone in any notation.
 * @returns a table of records and what Route 53 lists in JSON as a master file; any other text as it is.
 */
export function asZoneFile(text: string): string {
  return tableAsMasterFile(text) ?? asMasterFile(text);
}

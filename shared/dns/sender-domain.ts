import { parse } from 'tldts';
import { parseIp } from './ip.ts';
import { toAsciiDomain } from './idna.ts';
import { canonicalName } from './names.ts';
import { publicMailDomains } from './public-mail-domains.ts';
import type { Finding } from '../findings/finding.ts';
import { dnsFinding } from '../findings/dns.ts';

export type SenderDomainCheck =
  | { readonly ok: true; readonly ascii: string; readonly unicode: string }
  | { readonly ok: false; readonly finding: Finding };

/** A URL or an address that was pasted where a domain belongs, and the domain in it. */
function domainInside(text: string): string | undefined {
  const url = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/@\s]*@)?([^/:?#\s]+)/i.exec(text);
  const address = /^(?:mailto:)?[^\s@]+@([^\s@]+)$/i.exec(text);
  return url?.[1] ?? address?.[1];
}

/**
 * Checks one name for use as a sender domain: a name below a public suffix, in letters that IDNA 2008 allows, not an
 * address, not a public mail service's.
 *
 * @param input as it was typed; blanks around it and a final dot are fine.
 */
export function checkSenderDomain(input: string): SenderDomainCheck {
  const text = input.trim();
  const value = text.slice(0, 100);
  const refuse = (finding: Finding): SenderDomainCheck => ({ ok: false, finding });
  if (text === '') return refuse(dnsFinding('dns.empty'));
  const inside = domainInside(text);
  if (inside !== undefined) {
    return refuse(
      dnsFinding('dns.not-a-domain', { value, reason: 'It is an address that holds a domain.', suggestion: inside }),
    );
  }
  if (/\s/.test(text)) return refuse(dnsFinding('dns.has-blank', { value }));
  if (parseIp(text.replace(/^\[|\]$/g, '')) !== null) return refuse(dnsFinding('dns.ip-address', { value }));
  if (text.includes('_')) return refuse(dnsFinding('dns.underscore', { value }));
  if (text.includes('/') || text.includes('@')) {
    return refuse(
      dnsFinding('dns.not-a-domain', {
        value,
        reason: 'A domain holds neither a slash nor an at sign.',
        suggestion: 'example.com',
      }),
    );
  }
  const converted = toAsciiDomain(text);
  if (!converted.ok) return converted;
  const { ascii, unicode } = converted;
  if (!ascii.includes('.')) return refuse(dnsFinding('dns.single-label', { value }));
  if (/^\d+$/.test(ascii.slice(ascii.lastIndexOf('.') + 1))) return refuse(dnsFinding('dns.ip-address', { value }));
  if (publicMailDomains.has(ascii)) return refuse(dnsFinding('dns.public-mail-domain', { value: ascii }));
  if (parse(ascii, { allowPrivateDomains: false, validateHostname: false }).publicSuffix === ascii) {
    return refuse(dnsFinding('dns.public-suffix', { value: ascii }));
  }
  return { ok: true, ascii, unicode };
}

/** The zone that a domain most likely lives in: the registered domain, where one can be told. */
export function likelyZone(domain: string): string {
  return parse(domain, { validateHostname: false }).domain ?? domain;
}

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

export interface DomainList {
  readonly accepted: readonly AcceptedLine[];
  readonly refused: readonly RefusedLine[];
}

/** Lines read of one list. */
const MAX_LINES = 200_000;
/** Lines refused before the rest is left unread: whoever has that many faults has pasted something else. */
const MAX_REFUSED = 10_000;
const MAX_SHOWN = 200;
const HEADERS: ReadonlySet<string> = new Set([
  'domain',
  'domains',
  'name',
  'host',
  'sender domain',
  'senderdomain',
  'domain name',
]);

/** The cells of a CSV line (RFC 4180); a quoted cell may hold the separator. */
function cells(line: string, separator: string): readonly string[] {
  if (!line.includes('"')) return line.split(separator);
  const found: string[] = [];
  let cell = '';
  let quoted = false;
  for (let index = 0; index < line.length; index += 1) {
    const character = line[index] as string;
    if (character === '"' && quoted && line[index + 1] === '"') {
      cell += '"';
      index += 1;
    } else if (character === '"') quoted = !quoted;
    else if (character === separator && !quoted) {
      found.push(cell);
      cell = '';
    } else cell += character;
  }
  return [...found, cell];
}

/** Which separator a list uses and which column holds the domain: told by a header line, else every cell is a domain. */
function layout(lines: readonly string[]): { separator: string; column: number | null; hasHeader: boolean } {
  const first = lines.find((line) => line.trim() !== '') ?? '';
  const separator = ['\t', ';', ','].find((candidate) => first.includes(candidate)) ?? ',';
  const header = cells(first, separator).map((cell) => cell.trim().toLowerCase());
  const column = header.findIndex((cell) => HEADERS.has(cell));
  return { separator, column: column === -1 ? null : column, hasHeader: column !== -1 };
}

/**
 * Reads a list of sender domains: one to a line, several separated by commas or blanks, or CSV with a header that names
 * the column. Lines that begin with # are comments.
 *
 * @param existing A-label names that are listed already.
 * @returns every name once, with its line, and what was refused and why.
 */
export function parseDomainList(text: string, existing: ReadonlySet<string>): DomainList {
  const accepted: AcceptedLine[] = [];
  const refused: RefusedLine[] = [];
  const seen = new Map<string, number>();
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  const { separator, column, hasHeader } = layout(lines);
  let headerPassed = !hasHeader;

  for (const [index, content] of lines.entries()) {
    const line = index + 1;
    if (line > MAX_LINES) {
      refused.push({ line, text: '', finding: dnsFinding('dns.list-too-long', { most: MAX_LINES }) });
      break;
    }
    const bare = content.trim();
    if (bare === '' || bare.startsWith('#')) continue;
    if (!headerPassed) {
      headerPassed = true;
      continue;
    }
    const entries = column === null ? cells(content, separator) : [cells(content, separator)[column] ?? ''];
    for (const entry of entries) {
      if (refused.length === MAX_REFUSED) {
        refused.push({ line, text: '', finding: dnsFinding('dns.too-many-refused', { most: MAX_REFUSED }) });
        return { accepted, refused };
      }
      const name = entry.trim().replace(/^["']|["']$/g, '');
      if (name === '' && entries.length > 1) continue;
      const check = checkSenderDomain(name);
      const shown = name.slice(0, MAX_SHOWN);
      if (!check.ok) {
        refused.push({ line, text: shown, finding: check.finding });
        continue;
      }
      const key = canonicalName(check.ascii);
      const firstLine = seen.get(key);
      if (firstLine !== undefined || existing.has(key)) {
        const where = firstLine === undefined ? 'in this workspace' : `on line ${firstLine}`;
        refused.push({ line, text: shown, finding: dnsFinding('dns.duplicate', { value: check.unicode, where }) });
        continue;
      }
      seen.set(key, line);
      accepted.push({ line, name: key, unicodeName: check.unicode });
    }
  }
  return { accepted, refused };
}

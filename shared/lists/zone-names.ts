import { canonicalName, isSubdomain, nameLabels } from '../dns/names.ts';
import type { ResourceRecord } from '../dns/records.ts';
import { readNamedZone, readZone } from '../dns/zone/reader.ts';
import { dnsFinding } from '../dns/findings.ts';
import type { Finding } from '../findings/finding.ts';

/** The names of a zone that mail may be sent from. */

export interface ZoneName {
  /** From 1; that of the first record which speaks for it. */
  readonly line: number;
  /** A-labels, without the final dot. */
  readonly name: string;
  /** The types of its records, for people; for mail also what they say. */
  readonly why: string;
}

export interface ZoneNames {
  /** Names with records about mail that they send or take. */
  readonly mail: readonly ZoneName[];
  /** All other names that could send: hosts, delegations, the zone itself. */
  readonly others: readonly ZoneName[];
  readonly refused: readonly { readonly line: number; readonly finding: Finding }[];
}

const DIRECTIVE = /^\$(?:ORIGIN|TTL)\s/im;
/** A line that only a master file has: an owner, a class and a type (RFC 1035 §5.1). */
const RECORD = /^[^\s;,][^\s,]*\s+(?:\d+[smhdw]?\s+)?IN\s+(?:\d+\s+)?(?:SOA|NS|A|AAAA|MX|TXT|CNAME|SRV|CAA|PTR)\s/im;
const LOOKED_AT = 64 * 1024;

/** Whether a text is a zone file. */
export function isZoneText(text: string): boolean {
  const start = text.slice(0, LOOKED_AT);
  return DIRECTIVE.test(start) || RECORD.test(start);
}

/** Stands for the zone while its own name is not known. */
const NAMELESS = 'nameless.invalid';

interface Speaking {
  /** The name that a record speaks for. */
  readonly name: string;
  readonly why: string;
  readonly isMail: boolean;
}

/** What a record says of which name; null for services and wildcards, which send no mail. */
function spokenFor(record: ResourceRecord): Speaking | null {
  const labels = nameLabels(canonicalName(record.name));
  const mark = labels.findLastIndex((label) => label.startsWith('_') || label === '*');
  const name = labels.slice(mark + 1).join('.');
  const marked = labels[mark];
  if (marked === '_domainkey') return { name, why: 'DKIM key', isMail: true };
  if (marked === '_dmarc') return { name, why: 'DMARC record', isMail: true };
  if (mark !== -1) return null;
  if (record.type === 'MX') return { name, why: 'MX record', isMail: record.exchange !== '' };
  if (record.type === 'TXT' && /^v=spf1(?: |$)/i.test(record.strings.join('')))
    return { name, why: 'SPF record', isMail: !/^v=spf1 +-all *$/i.test(record.strings.join('')) };
  return { name, why: record.type === 'NS' ? 'delegation' : record.type, isMail: false };
}

/**
 * Reads the names of a zone that may be sender domains.
 *
 * @param text a master file (RFC 1035 §5).
 */
export function zoneNames(text: string): ZoneNames {
  const first = readNamedZone(text);
  const isNamed = first.origin !== '';
  const reading = isNamed ? first : readZone(text, { origin: NAMELESS });
  const refused = reading.findings
    .filter(({ code }) => code === 'zone.syntax' || code === 'zone.directive-refused')
    .map((finding) => ({ line: Number(finding.values.line), finding }));
  const names = new Map<string, ZoneName & { readonly isMail: boolean }>();
  let firstNameless: number | null = null;
  for (const [index, record] of reading.records.entries()) {
    const line = reading.lines[index] ?? 1;
    const spoken = spokenFor(record);
    if (spoken === null) continue;
    const { name, why, isMail } = spoken;
    if (!isNamed && isSubdomain(name, NAMELESS)) {
      firstNameless ??= line;
      continue;
    }
    const known = names.get(name);
    const reasons = known === undefined ? [] : known.why.split(', ');
    names.set(name, {
      line: known?.line ?? line,
      name,
      why: reasons.includes(why) ? reasons.join(', ') : [...reasons, why].join(', '),
      isMail: isMail || known?.isMail === true,
    });
  }
  const all = [...names.values()];
  return {
    mail: all.filter(({ isMail }) => isMail),
    others: all.filter(({ isMail }) => !isMail),
    refused:
      firstNameless === null
        ? refused
        : [{ line: firstNameless, finding: dnsFinding('dns.nameless-zone', { line: firstNameless }) }, ...refused],
  };
}

import type { Finding } from '../../findings/finding.ts';
import { dnsFinding } from '../findings.ts';
import { canonicalName, relativeName } from '../names.ts';
import type { ResourceRecord } from '../records.ts';
import { mnemonicOf } from '../records.ts';
import { joinTxt } from '../txt.ts';
import type { ZoneReading } from './reader.ts';

const MAX_FINDINGS = 1000;

interface Owner {
  readonly records: ResourceRecord[];
  /** Line of the first record. */
  readonly line: number;
}

function ownersOf(reading: ZoneReading): ReadonlyMap<string, Owner> {
  const owners = new Map<string, Owner>();
  for (const [index, record] of reading.records.entries()) {
    const name = canonicalName(record.name);
    const known = owners.get(name);
    if (known === undefined) owners.set(name, { records: [record], line: reading.lines[index] ?? 0 });
    else known.records.push(record);
  }
  return owners;
}

/** Types that may stand beside a CNAME (RFC 4034 §2.5). */
const BESIDE_ALIAS: ReadonlySet<string> = new Set(['RRSIG', 'NSEC', 'KEY', 'SIG']);

function lintOwner(name: string, { records, line }: Owner, zone: string): Finding[] {
  const findings: Finding[] = [];
  if (zone !== '' && (name.endsWith(`.${zone}.${zone}`) || name === `${zone}.${zone}`)) {
    const relative = relativeName(name.slice(0, -zone.length - 1), zone);
    findings.push(dnsFinding('zone.name-doubled', { line, name, relative }));
  } else if (zone !== '' && name !== zone && !name.endsWith(`.${zone}`)) {
    findings.push(dnsFinding('zone.name-outside', { line, name, zone }));
  }
  const others = records.filter(
    (record) => record.type !== 'CNAME' && !(record.type === 'OTHER' && BESIDE_ALIAS.has(record.typeName)),
  );
  const aliases = records.filter((record) => record.type === 'CNAME');
  if (aliases.length > 0 && others.length > 0) findings.push(dnsFinding('zone.cname-and-other', { line, name }));
  if (aliases.length > 1) findings.push(dnsFinding('zone.several-cname', { line, name, count: aliases.length }));
  const texts = records.flatMap((record) => (record.type === 'TXT' ? [joinTxt(record.strings)] : []));
  const spf = texts.filter((text) => /^v=spf1(?: |$)/i.test(text));
  if (spf.length > 1) findings.push(dnsFinding('zone.several-spf', { line, name, count: spf.length }));
  const dmarc = texts.filter((text) => /^v=DMARC1\s*(?:;|$)/.test(text));
  if (dmarc.length > 1) findings.push(dnsFinding('zone.several-dmarc', { line, name, count: dmarc.length }));
  if (texts.some((text) => /" ?"|^"|"$/.test(text))) findings.push(dnsFinding('zone.quotes-in-value', { line }));
  const ttls = new Map<string, Set<number>>();
  for (const record of records) {
    const type = mnemonicOf(record);
    if (type === 'RRSIG') continue;
    const known = ttls.get(type);
    if (known === undefined) ttls.set(type, new Set([record.ttl]));
    else known.add(record.ttl);
  }
  for (const [type, values] of ttls) {
    if (values.size > 1)
      findings.push(dnsFinding('zone.ttls-differ', { line, name, type, ttls: [...values].slice(0, 5).join(', ') }));
  }
  return findings;
}

/**
 * Checks a zone's records for what breaks mail or the zone: doubled names, CNAME beside data, several SPF or DMARC
 * records, names outside, sets of several TTLs; the findings of the reading come first.
 */
export function lintZone(reading: ZoneReading): readonly Finding[] {
  const zone = canonicalName(reading.origin);
  const findings: Finding[] = [...reading.findings];
  for (const [name, owner] of ownersOf(reading)) {
    if (findings.length >= MAX_FINDINGS) break;
    findings.push(...lintOwner(name, owner, zone));
  }
  const heads = reading.records.filter((record) => record.type === 'SOA');
  if (heads.length > 1) findings.push(dnsFinding('zone.several-soa', { count: heads.length }));
  return findings;
}

import { parse as parseDomain } from 'tldts';
import { parseDkimKey } from '../dkim/key-record.ts';
import { lintDmarc } from '../dmarc/record.ts';
import { parseIp } from '../dns/ip.ts';
import { canonicalName, parentName } from '../dns/names.ts';
import type { ResourceRecord } from '../dns/records.ts';
import { joinTxt } from '../dns/txt.ts';
import { lintZone } from '../dns/zone/lint.ts';
import { rdataText } from '../dns/zone/printer.ts';
import type { ZoneReading } from '../dns/zone/reader.ts';
import { describeFinding } from '../findings/catalogue.ts';
import { dnsFinding } from '../dns/findings.ts';
import type { Finding } from '../findings/finding.ts';
import { meantStandard } from '../pasted/standard.ts';
import { lintBimi } from '../policy/bimi.ts';
import { lintMtaSts } from '../policy/mta-sts.ts';
import { lintTlsRpt } from '../policy/tls-rpt.ts';
import { zoneLookup } from '../dns/zone-lookup.ts';
import type { SpfNode } from '../spf/budget.ts';
import { spfTree } from '../spf/budget.ts';
import { fixSpf, lintSpf } from '../spf/lint.ts';
import { parseSpf } from '../spf/syntax.ts';

/** What of a zone breaks mail: its records judged as they are anywhere else, and what the file makes of them. */

/** Findings of one zone that are told. */
const MAX_FINDINGS = 1000;

interface Zone {
  readonly reading: ZoneReading;
  /** Lower case, no final dot; empty where it is not known. */
  readonly apex: string;
  readonly names: ReadonlySet<string>;
  /** Names that lead to others. */
  readonly aliases: ReadonlySet<string>;
  /** Names that are handed over to other servers, or to another name. */
  readonly cuts: ReadonlySet<string>;
}

interface Placed {
  readonly record: ResourceRecord;
  readonly name: string;
  readonly line: number;
  readonly index: number;
}

function isTold({ severity }: Finding): boolean {
  return severity === 'error' || severity === 'warning';
}

/** Findings on a record's text, each with the line that it stands on. */
function onLine({ name, line }: Placed, findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(isTold).map((finding) => {
    const { title, explanation, remedy, severity } = describeFinding(finding);
    return dnsFinding('zone.mail-record', { line, name, title, explanation, remedy, code: finding.code }, { severity });
  });
}

function lintText(text: string, name: string): readonly Finding[] {
  switch (meantStandard(text)) {
    case 'SPF':
      return lintSpf(text);
    case 'DMARC':
      return name.startsWith('_dmarc.') ? lintDmarc([text]) : [];
    case 'DKIM':
      return name.includes('._domainkey.') ? parseDkimKey(text).findings : [];
    case 'MTA-STS':
      return lintMtaSts([text]);
    case 'TLS-RPT':
      return lintTlsRpt([text]);
    case 'BIMI':
      return lintBimi([text]);
    default:
      return [];
  }
}

/** Whether spaces or semicolons were lost where the strings of a record meet. */
function isRunTogether(strings: readonly string[]): boolean {
  if (strings.length < 2) return false;
  const apart = strings.join(' ');
  const joined = strings.join('');
  switch (meantStandard(apart)) {
    case 'SPF':
      return !isRight(joined) && isRight(fixSpf(apart).text);
    case 'DMARC':
    case 'DKIM':
    case 'MTA-STS':
    case 'TLS-RPT':
      return strings.some((string, index) => {
        const next = strings[index + 1];
        return next !== undefined && /^[a-z]{1,5}=/.test(next) && !/[;\s]$/.test(string) && string !== '';
      });
    default:
      return false;
  }
}

function isRight(text: string): boolean {
  return parseSpf(text).record !== null && fixSpf(text).text === text;
}

const VERSION_ALONE = /^v=(?:DMARC1|DKIM1|STSv1|TLSRPTv1|BIMI1)$/i;

function lintTxt(placed: Placed, strings: readonly string[], { reading }: Zone): readonly Finding[] {
  const { name, line, index } = placed;
  const text = joinTxt(strings);
  if (VERSION_ALONE.test(text)) {
    const rest = reading.comments.find(
      (comment) => comment.record === index && comment.after !== null && /^\s*[a-z]{1,5}\s*=/i.test(comment.text),
    );
    if (rest !== undefined) {
      return [dnsFinding('zone.rest-is-comment', { line, name, rest: rest.text.trim().slice(0, 80) })];
    }
  }
  if (isRunTogether(strings)) {
    return [dnsFinding('zone.strings-run-together', { line, name, joined: text.slice(0, 80) })];
  }
  return onLine(placed, lintText(text, name));
}

/** The name that a target was meant as, where its final dot is missing; null where it is right. */
function meantTarget(target: string, { apex, names }: Zone): string | null {
  const name = canonicalName(target);
  if (apex === '' || !name.endsWith(`.${apex}`) || names.has(name)) return null;
  const before = name.slice(0, -apex.length - 1);
  if (before === apex || before.endsWith(`.${apex}`)) return before;
  const { isIcann, domain } = parseDomain(before);
  // A name of this zone with a dot or two in it ends in no public suffix.
  return isIcann === true && domain !== null && before.split('.').length > 2 ? before : null;
}

function targetOf(record: ResourceRecord): string | null {
  if (record.type === 'MX') return record.exchange;
  return record.type === 'CNAME' || record.type === 'NS' ? record.target : null;
}

/** What stands in the way of mail to a host that is named as exchanger. */
function lintExchange({ record, name, line }: Placed, { apex, aliases }: Zone): readonly Finding[] {
  if (record.type !== 'MX') return [];
  const exchange = canonicalName(record.exchange);
  const bare = exchange.endsWith(`.${apex}`) ? exchange.slice(0, -apex.length - 1) : exchange;
  if (parseIp(bare) !== null) return [dnsFinding('zone.mx-address', { line, name, address: bare })];
  return aliases.has(exchange) ? [dnsFinding('zone.mx-alias', { line, name, exchange })] : [];
}

/** The delegation or redirection above a name; null where there is none. */
function cutAbove({ record, name }: Placed, { cuts }: Zone): string | null {
  const isGlue = record.type === 'A' || record.type === 'AAAA';
  if (isGlue || record.type === 'NS' || record.type === 'DNAME' || record.type === 'OTHER') return null;
  for (let above: string | null = name; above !== null; above = parentName(above)) if (cuts.has(above)) return above;
  return null;
}

/** Whether an SPF record lets anybody send. */
function allowsSender(text: string): boolean {
  const { record } = parseSpf(text);
  return (
    record !== null && (record.redirect !== undefined || record.mechanisms.some(({ qualifier }) => qualifier === '+'))
  );
}

function lintName(name: string, placed: readonly Placed[]): readonly Finding[] {
  const findings: Finding[] = [];
  const seen = new Set<string>();
  for (const { record, line } of placed) {
    const type = record.type === 'OTHER' ? record.typeName : record.type;
    const key = `${type} ${record.type === 'TXT' || record.type === 'SPF' ? joinTxt(record.strings) : rdataText(record, null).toLowerCase()}`;
    if (seen.has(key)) findings.push(dnsFinding('zone.duplicate', { line, name, type }));
    seen.add(key);
  }
  const texts = placed.flatMap(({ record }) => (record.type === 'TXT' ? [joinTxt(record.strings)] : []));
  const exchangers = placed.filter(({ record }) => record.type === 'MX');
  const nullMx = exchangers.find(({ record }) => record.type === 'MX' && record.exchange === '');
  if (nullMx !== undefined && exchangers.some(({ record }) => record.type === 'MX' && record.exchange !== '')) {
    findings.push(dnsFinding('zone.null-mx-beside', { line: nullMx.line, name }));
  } else if (nullMx !== undefined && texts.some(allowsSender)) {
    findings.push(dnsFinding('zone.null-mx-sends', { line: nullMx.line, name }));
  }
  const keys = name.includes('._domainkey.') ? texts.filter((text) => meantStandard(text) === 'DKIM') : [];
  if (keys.length > 1) {
    findings.push(dnsFinding('zone.several-keys', { line: placed[0]?.line ?? 0, name, count: keys.length }));
  }
  return findings;
}

function placedRecords({ records, lines }: ZoneReading): readonly Placed[] {
  return records.map((record, index) => ({
    record,
    name: canonicalName(record.name),
    line: lines[index] ?? 0,
    index,
  }));
}

/**
 * What receivers meet behind each SPF record of a zone, as far as the zone tells: terms that let everybody pass, includes
 * without a record or with one that can't be read, lookups beyond the limits (RFC 7208 §4.6.4). What a record's own text
 * shows is told by `lintMailZone`.
 */
export async function lintSpfTrees(reading: ZoneReading): Promise<readonly Finding[]> {
  const { records, origin, unreadable } = reading;
  const lookup = zoneLookup(records, { outside: 'not-known', zones: [origin], unreadable });
  const findings: Finding[] = [];
  for (const each of placedRecords(reading)) {
    const { record, name } = each;
    const text = record.type === 'TXT' ? joinTxt(record.strings) : '';
    if (findings.length >= MAX_FINDINGS || parseSpf(text).record === null) continue;
    const told = new Set(lintSpf(text).map(({ code }) => code));
    const tree = await spfTree(name, lookup, { record: text });
    const found = [...tree.findings, ...branchFindings(tree.children)];
    findings.push(
      ...onLine(
        each,
        found.filter(({ code }) => !told.has(code)),
      ),
    );
  }
  return findings.slice(0, MAX_FINDINGS);
}

function branchFindings(nodes: readonly SpfNode[]): readonly Finding[] {
  return nodes.flatMap(({ findings, children }) => [...findings, ...branchFindings(children)]);
}

/**
 * Checks a zone's records for what breaks the zone (`lintZone`) and for what breaks mail: each SPF, DKIM, DMARC and policy
 * record as it is checked anywhere else, strings that run together, text that became a comment, targets without their
 * final dot, records that another zone hides.
 */
export function lintMailZone(reading: ZoneReading): readonly Finding[] {
  const apex = canonicalName(reading.origin);
  const placed = placedRecords(reading);
  const cuts = placed.filter(({ record, name }) => (record.type === 'NS' && name !== apex) || record.type === 'DNAME');
  const below = placed.filter(({ record }) => record.type === 'DNAME').map(({ name }) => name);
  const zone: Zone = {
    reading,
    apex,
    names: new Set(placed.map(({ name }) => name)),
    aliases: new Set(placed.filter(({ record }) => record.type === 'CNAME').map(({ name }) => name)),
    cuts: new Set(cuts.map(({ name }) => name)),
  };
  const findings: Finding[] = [...lintZone(reading)];
  const byName = new Map<string, Placed[]>();
  for (const each of placed) {
    if (findings.length >= MAX_FINDINGS) return findings.slice(0, MAX_FINDINGS);
    const { record, name, line } = each;
    const known = byName.get(name);
    if (known === undefined) byName.set(name, [each]);
    else known.push(each);
    if (record.type === 'TXT') findings.push(...lintTxt(each, record.strings, zone));
    findings.push(...lintExchange(each, zone));
    const target = targetOf(record);
    const meant = target === null ? null : meantTarget(target, zone);
    if (meant !== null && target !== null) {
      findings.push(dnsFinding('zone.target-doubled', { line, name, type: record.type, target, meant }));
    }
    const cut = cutAbove(each, zone);
    // What stands at the very name of a DNAME is answered (RFC 6672 §2.4).
    if (cut !== null && !(cut === name && below.includes(name))) {
      findings.push(dnsFinding('zone.below-cut', { line, name, type: record.type, cut }));
    }
  }
  for (const [name, records] of byName) findings.push(...lintName(name, records));
  return findings.slice(0, MAX_FINDINGS);
}

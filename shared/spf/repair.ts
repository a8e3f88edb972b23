import { toAsciiDomain } from '../dns/idna.ts';
import { parseIpv4, parseIpv6 } from '../dns/ip.ts';
import { octetsToText, textToOctets } from '../dns/txt.ts';
import { applyFixes } from '../findings/apply-fix.ts';
import type { Finding } from '../findings/finding.ts';
import { spfFinding } from '../findings/spf.ts';

/** Tolerant reading: the slips that copying, forms and word processors leave in SPF records, each with its repair. */

interface Slip {
  readonly code: Parameters<typeof spfFinding>[0];
  readonly pattern: RegExp;
  readonly label: string;
  readonly replace: (match: RegExpExecArray) => string;
  readonly values?: (match: RegExpExecArray) => Readonly<Record<string, string>>;
}

const MECHANISMS = 'include|exists|ip4|ip6|ptr|all|mx|a';
const KNOWN = `${MECHANISMS}|redirect|exp`;
/** What word processors and fonts make of a hyphen. */
const DASHES = String.raw`\u2010-\u2015\u2212\uFE58\uFE63\uFF0D`;

function isModifierName(name: string): boolean {
  return /^(?:redirect|exp)$/i.test(name);
}

const slips: readonly Slip[] = [
  {
    code: 'spf.zone-line',
    pattern: /^\s*(?:[^\s"“=]+\s+)?(?:\d+[smhdw]?\s+)?(?:IN\s+)?(?:TXT|SPF)\s+(?:\(\s*)?(?=["“]?\s*v\s*=)/i,
    label: 'Keep the value alone',
    replace: () => '',
    values: (match) => ({ value: match[0].trim() }),
  },
  {
    code: 'spf.zone-line',
    pattern: /["”]\s*(?:\)\s*(?:;[^"”]*)?|;[^"”]*)$/,
    label: 'Keep the value alone',
    replace: () => '',
    values: (match) => ({ value: match[0].trim().slice(0, 40) }),
  },
  {
    code: 'spf.quotes',
    pattern: /"[ \t\r\n]+"|\\?["'“”„‟«»‘’‚]+/g,
    label: 'Remove the quotes',
    replace: () => '',
  },
  {
    code: 'spf.dash',
    pattern: new RegExp(`[${DASHES}]+`, 'g'),
    label: 'Write a plain hyphen',
    replace: () => '-',
  },
  {
    code: 'spf.tilde',
    pattern: /[\u02DC\u223C\uFF5E]/g,
    label: 'Write a plain tilde',
    replace: () => '~',
  },
  {
    code: 'spf.version-slip',
    pattern: /^\s*(?:v\s*[=:]\s*)?spf\s*[1lI|]?[;:,.]?(?=\s|$|(?:[+\-~?]?(?:include|exists|ip[46]|ptr|all|mx|a)\b))/i,
    label: 'Write v=spf1',
    replace: (match) =>
      /^(?:\s|$)/.test(match.input.slice(match[0].length, match[0].length + 1)) ? 'v=spf1' : 'v=spf1 ',
    values: (match) => ({ value: match[0].trim() }),
  },
  {
    code: 'spf.blank-after-colon',
    pattern: new RegExp(String.raw`\b(${KNOWN})(?: +[:=] *|[:=] +)(?=[\w%.])`, 'gi'),
    label: 'Remove the blank',
    replace: (match) => `${match[1]}${isModifierName(match[1] as string) ? '=' : ':'}`,
  },
  {
    code: 'spf.blank-after-colon',
    pattern: /(?<! ) +(?=\/\/?\d+(?:\s|$))/g,
    label: 'Remove the blank',
    replace: () => '',
  },
  {
    code: 'spf.blank-after-sign',
    pattern: new RegExp(
      String.raw`(?<=(?:^|\s)[+\-~?${DASHES}])\s+(?=(?:all|mx|a|ptr)(?:\s|$)|(?:${MECHANISMS}):)`,
      'gi',
    ),
    label: 'Remove the blank',
    replace: () => '',
  },
  {
    code: 'spf.wrong-separator',
    pattern: new RegExp(String.raw`(?<=(?:^|[\s+\-~?]))(?:(${MECHANISMS})=|(redirect|exp):)(?=[\w%])`, 'gi'),
    label: 'Write the right sign',
    replace: (match) => (match[1] === undefined ? `${match[2]}=` : `${match[1]}:`),
    values: (match) => ({ value: match[0], right: match[1] === undefined ? `${match[2]}=` : `${match[1]}:` }),
  },
  {
    code: 'spf.url',
    pattern: /(?<=[:=])https?:\/\/([^\s/]*)\/?(?=\s|$)/gi,
    label: 'Write the domain alone',
    replace: (match) => match[1] as string,
    values: (match) => ({ value: match[0] }),
  },
  {
    code: 'spf.stray-character',
    pattern:
      /\\;|(?<![;,])[;,]+(?=[\s"“”]|$)|(?<=all)\.(?=\s*$)|[\t\r\n\u00A0\u2000-\u200A\u202F\u205F\u3000]+|[\u00AD\u200B-\u200F\u2060\uFEFF]+/g,
    label: 'Remove it',
    replace: (match) => (/^\s/.test(match[0]) && match[0][0] !== '\uFEFF' ? ' ' : ''),
    values: (match) => ({ value: STRAY_NAMES.find(([pattern]) => pattern.test(match[0]))?.[1] ?? match[0] }),
  },
  {
    // The first characters are the version's, which has a slip of its own.
    code: 'spf.missing-blank',
    pattern:
      /(?<=[^\s+\-~?\u2010-\u2015\u2212"'“”])(?<!^.{0,8})(?:(?=(?:include|ip4|ip6|exists):)|(?=(?:redirect|exp)=)|(?=[+\-~?](?:all\s*$|include:|ip[46]:|exists:)))/gi,
    label: 'Insert a blank',
    replace: () => ' ',
  },
  {
    code: 'spf.wrong-family',
    pattern: /(?<=^|[\s+\-~?])(ip(?:v?[46])?|include|mx|a):([0-9a-f.:]{2,45})(?=[/\s]|$)/gi,
    label: 'Use the right mechanism',
    replace: (match) => `${rightFamily(match)}:${match[2]}`,
    values: (match) => ({ term: match[0], right: `${rightFamily(match)}:` }),
  },
  {
    code: 'spf.netmask',
    pattern: /(?<=\d)\/((?:\d{1,3}\.){3}\d{1,3})(?=\s|$)/g,
    label: 'Write the prefix length',
    replace: (match) => maskLength(match[1] as string) ?? match[0],
    values: (match) => ({ value: match[0], right: maskLength(match[1] as string) ?? '' }),
  },
  {
    code: 'spf.unicode-domain',
    pattern: /(?<=[:=])[\p{L}\p{M}\p{N}._-]*[^\0-\x7F][\p{L}\p{M}\p{N}._-]*/gu,
    label: 'Write it in A-labels',
    replace: (match) => aLabels(match[0]) ?? match[0],
    values: (match) => ({ value: match[0], right: aLabels(match[0]) ?? '' }),
  },
];

/** Stray characters that can't be shown. */
const STRAY_NAMES: readonly (readonly [RegExp, string])[] = [
  [/^[\u00AD\u200B-\u200F\u2060\uFEFF]/, 'an invisible character'],
  [/^\s/, 'a line break or special blank'],
];

/** The mechanism for an address, whatever it was written under; the written one where it is no address. */
function rightFamily(match: RegExpExecArray): string {
  const address = match[2] as string;
  if (parseIpv4(address) !== null) return 'ip4';
  if (address.includes('::') || address.split(':').length === 8)
    return parseIpv6(address) === null ? written(match) : 'ip6';
  return written(match);
}

function written(match: RegExpExecArray): string {
  return match[1] as string;
}

/** `/24` of a netmask such as 255.255.255.0; null where its bits aren't ones and then zeros. */
function maskLength(mask: string): string | null {
  const octets = parseIpv4(mask);
  if (octets === null) return null;
  const bits = octets.map((octet) => octet.toString(2).padStart(8, '0')).join('');
  return /^1*0*$/.test(bits) ? `/${bits.indexOf('0') === -1 ? 32 : bits.indexOf('0')}` : null;
}

function aLabels(domain: string): string | null {
  const converted = toAsciiDomain(domain);
  return converted.ok ? converted.ascii : null;
}

/** Slips of one kind that are told; a text with more was never an SPF record. */
const MAX_SLIPS = 500;

/** Octets of text longer than this are not searched for slips: no record is that long. */
const MAX_LENGTH = 65_535;

/**
 * Finds slips in a text that is meant to be an SPF record.
 *
 * @param text characters, not octets: see `readableSpf`.
 * @param most of one kind that are told.
 * @returns a finding with position and fix for each, none over another; none for a text without a slip.
 */
export function findSlips(text: string, most = MAX_SLIPS): Finding[] {
  if (text.length > MAX_LENGTH) return [];
  const findings: Finding[] = [];
  for (const { code, pattern, label, replace, values } of slips) {
    const all = pattern.global ? [...text.matchAll(pattern)].slice(0, most) : [pattern.exec(text)];
    for (const found of all) {
      if (found === null) continue;
      const replacement = replace(found);
      const span = { start: found.index, end: found.index + found[0].length };
      // A well-written version or mechanism matches its own pattern; only a change is a slip.
      if (replacement.toLowerCase() === found[0].toLowerCase()) continue;
      findings.push(
        spfFinding(code, values?.(found) ?? {}, { span, fix: { label, edits: [{ span, text: replacement }] } }),
      );
    }
  }
  findings.sort((left, right) => (left.span?.start ?? 0) - (right.span?.start ?? 0));
  let reached = 0;
  return findings.filter(({ span = { start: 0, end: 0 } }) => {
    if (span.start < reached) return false;
    reached = span.end;
    return true;
  });
}

/** A record as characters: what was received is octets in UTF-8, what was typed is text already. */
export function readableSpf(text: string): string {
  if (text.length > MAX_LENGTH || !/[\u0080-\u00FF]/.test(text)) return text;
  const decoded = octetsToText(text);
  // What isn't UTF-8 was typed, not received: its characters stand for themselves.
  return textToOctets(decoded) === text ? decoded : text;
}

/** Readings at the most: one repair may lay another slip open. */
const MAX_READINGS = 4;

/**
 * Reads a text tolerantly and writes it as it was meant.
 *
 * @param text as it was published (octets) or typed (text).
 * @returns the repaired text, the same when there was nothing to repair, and what was repaired.
 */
export function repairSpf(text: string): { readonly text: string; readonly findings: readonly Finding[] } {
  let repaired = readableSpf(text);
  const findings: Finding[] = [];
  for (let reading = 0; reading < MAX_READINGS; reading += 1) {
    const slipsHere = findSlips(repaired, MAX_LENGTH);
    if (slipsHere.length === 0) break;
    // Positions of a later reading are none of the text that was given.
    findings.push(...(reading === 0 ? slipsHere : slipsHere.map(({ span: _span, fix: _fix, ...finding }) => finding)));
    const fixed = applyFixes(
      repaired,
      slipsHere.flatMap((finding) => finding.fix ?? []),
    );
    repaired = fixed.replace(/ {2,}/g, ' ').trim();
  }
  return findings.length === 0 ? { text, findings } : { text: repaired, findings: findings.slice(0, MAX_SLIPS) };
}

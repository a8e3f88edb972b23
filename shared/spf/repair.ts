import { parseIpv4, parseIpv6 } from '../dns/ip.ts';
import { octetsToText } from '../dns/txt.ts';
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

const KNOWN = 'include|exists|redirect|exp|ip4|ip6|ptr|all|mx|a';

const slips: readonly Slip[] = [
  {
    code: 'spf.quotes',
    pattern: /"[ \t]+"|\\?["'“”„‟«»‘’‚]+/g,
    label: 'Remove the quotes',
    replace: () => '',
  },
  {
    code: 'spf.dash',
    pattern: /[\u2010-\u2015\u2212\uFE58\uFE63\uFF0D]+/g,
    label: 'Write a plain hyphen',
    replace: () => '-',
  },
  {
    code: 'spf.version-slip',
    pattern: /^\s*(?:v\s*=\s*)?spf\s*[1lI|]?[;:,.]?(?=\s|$|(?:[+\-~?]?(?:include|exists|ip[46]|ptr|all|mx|a)\b))/i,
    label: 'Write v=spf1',
    replace: (match) =>
      /^(?:\s|$)/.test(match.input.slice(match[0].length, match[0].length + 1)) ? 'v=spf1' : 'v=spf1 ',
    values: (match) => ({ value: match[0].trim() }),
  },
  {
    code: 'spf.blank-after-colon',
    pattern: new RegExp(String.raw`\b(${KNOWN})(?: +([:=]) *|([:=]) +)(?=[\w%.])`, 'gi'),
    label: 'Remove the blank',
    replace: (match) => `${match[1]}${match[2] ?? match[3]}`,
  },
  {
    code: 'spf.stray-character',
    pattern: /\\;|(?<![;,])[;,]+(?=[\s"“”]|$)|\.(?=\s*$)|[\t\r\n\u00A0\u2007\u202F]+/g,
    label: 'Remove it',
    replace: (match) => (/^\s/.test(match[0]) ? ' ' : ''),
    values: (match) => ({ value: match[0].trim() === '' ? 'a line break or special blank' : match[0] }),
  },
  {
    // The first characters are the version's, which has a slip of its own.
    code: 'spf.missing-blank',
    pattern:
      /(?<=[^\s+\-~?\u2010-\u2015\u2212"'“”])(?<!^.{0,8})(?:(?=(?:include|ip4|ip6|exists):)|(?=[+\-~?]all\s*$))/gi,
    label: 'Insert a blank',
    replace: () => ' ',
  },
  {
    code: 'spf.wrong-family',
    pattern: /(?<=^|[ +\-~?])(ip(?:v?)[46]):([0-9a-f.:]{2,45})(?=[/ ]|$)/gi,
    label: 'Use the right mechanism',
    replace: (match) => `${rightFamily(match)}:${match[2]}`,
    values: (match) => ({ term: match[0], right: `${rightFamily(match)}:` }),
  },
];

function rightFamily(match: RegExpExecArray): string {
  const address = match[2] as string;
  if (parseIpv4(address) !== null) return 'ip4';
  return parseIpv6(address) === null ? (match[1] as string).toLowerCase().replace('v', '') : 'ip6';
}

/** Slips of one kind that are told; a text with more was never an SPF record. */
const MAX_SLIPS = 500;

/** Octets of text longer than this are not searched for slips: no record is that long. */
const MAX_LENGTH = 65_535;

/**
 * Finds slips in a text that is meant to be an SPF record.
 *
 * @returns a finding with position and fix for each; none for a text without a slip.
 */
export function findSlips(text: string): Finding[] {
  if (text.length > MAX_LENGTH) return [];
  const findings: Finding[] = [];
  for (const { code, pattern, label, replace, values } of slips) {
    const all = pattern.global ? [...text.matchAll(pattern)].slice(0, MAX_SLIPS) : [pattern.exec(text)];
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
  return findings.sort((left, right) => (left.span?.start ?? 0) - (right.span?.start ?? 0));
}

/**
 * Reads a text tolerantly and writes it as it was meant.
 *
 * @param text as it was published (octets) or typed (text).
 * @returns the repaired text, the same when there was nothing to repair, and what was repaired.
 */
export function repairSpf(text: string): { readonly text: string; readonly findings: readonly Finding[] } {
  const decoded = /[\u0080-\u00FF]/.test(text) ? octetsToText(text) : text;
  // What isn't UTF-8 comes back with escapes: then it was typed, not received, and its characters stand for themselves.
  const readable = /\\\d{3}/.test(decoded) && !/\\\d{3}/.test(text) ? text : decoded;
  const findings = findSlips(readable);
  if (findings.length === 0) return { text, findings };
  const repaired = applyFixes(
    readable,
    findings.flatMap((finding) => finding.fix ?? []),
  );
  return { text: repaired.replace(/ {2,}/g, ' ').trim(), findings };
}

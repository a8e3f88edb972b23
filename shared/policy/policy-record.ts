import type { Finding } from '../findings/finding.ts';
import { policiesFinding } from './findings.ts';
import type { TagList } from '../tags/tag-list.ts';
import { parseTagList, removalSpan } from '../tags/tag-list.ts';

/** What the TXT records of MTA-STS, TLS-RPT and BIMI have in common. */
export interface PolicyStandard {
  readonly standard: string;
  /** How every record begins, up to its first semicolon. */
  readonly version: string;
  readonly tags: readonly string[];
}

/** Octets of the longest record that is read: what a DNS message can carry. */
const MAX_LENGTH = 65_535;

/** Whether a text is taken for a record of the standard: the version first, in this spelling, then a semicolon. */
export function isPolicyRecord(text: string, { version }: PolicyStandard): boolean {
  return text.length <= MAX_LENGTH && text.startsWith(version) && /^[ \t]*;/.test(text.slice(version.length, 300));
}

/** @returns the tags; null when the text is no record of the standard at all. */
export function readPolicyRecord(
  text: string,
  kind: PolicyStandard,
): { readonly list: TagList | null; readonly findings: Finding[] } {
  const { standard, version } = kind;
  if (!isPolicyRecord(text, kind)) {
    return { list: null, findings: [policiesFinding('policy.not-a-record', { standard, version })] };
  }
  const list = parseTagList(text);
  const findings: Finding[] = [];
  for (const { text: fault, span } of list.faults) {
    const fix = { label: 'Remove it', edits: [{ span: removalSpan(text, span), text: '' }] };
    findings.push(policiesFinding('policy.broken-tag', { text: fault === '' ? ';' : fault }, { span, fix }));
  }
  for (const { name, span } of list.repeated) {
    const fix = { label: `Keep the first ${name}=`, edits: [{ span: removalSpan(text, span), text: '' }] };
    findings.push(policiesFinding('policy.repeated-tag', { name }, { span, fix }));
  }
  for (const { name, span } of list.tags) {
    if (!kind.tags.includes(name)) findings.push(policiesFinding('policy.unknown-tag', { name, standard }, { span }));
  }
  return { list, findings };
}

/**
 * Checks everything found at a policy's name.
 *
 * @param texts the joined strings of each TXT record there.
 * @param lint of the one record that counts.
 */
export function lintPolicyAnswer(
  texts: readonly string[],
  kind: PolicyStandard,
  lint: (text: string) => readonly Finding[],
): readonly Finding[] {
  const records = texts.filter((text) => isPolicyRecord(text, kind));
  const { standard } = kind;
  if (records.length > 1) return [policiesFinding('policy.several-records', { count: records.length, standard })];
  const [text] = records.length > 0 ? records : texts;
  return text === undefined ? [] : lint(text);
}

/** Whether findings make a record worthless. */
export function isUsable(findings: readonly Finding[]): boolean {
  return findings.every((finding) => finding.severity !== 'error');
}

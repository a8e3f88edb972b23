import { canonicalName, isHostName } from '../dns/names.ts';
import type { Finding, Span } from '../findings/finding.ts';
import { policiesFinding } from './findings.ts';
import { findTag, printTags } from '../tags/tag-list.ts';
import { isUsable, lintPolicyAnswer, readPolicyRecord } from './policy-record.ts';
import type { PolicyStandard } from './policy-record.ts';

/** MTA-STS (RFC 8461): a TXT record that says that there is a policy, and the policy file itself. */

export const mtaSts: PolicyStandard = {
  standard: 'MTA-STS',
  version: 'v=STSv1',
  tags: ['v', 'id'],
};

export interface MtaStsRecord {
  /** Changes whenever the policy file does. */
  readonly id: string;
}

export interface MtaStsPolicy {
  readonly mode: 'enforce' | 'testing' | 'none';
  /** Host names, or `*.` and a domain. */
  readonly mx: readonly string[];
  /** Seconds. */
  readonly maxAge: number;
}

/** A year in seconds: the most that `max_age` may say. */
export const LONGEST_AGE = 31_557_600;
const DAY = 86_400;
const ID = /^[A-Za-z0-9]{1,32}$/;
/** Characters of the longest policy file that is read (RFC 8461 §3.3 advises senders to read no more). */
const MAX_POLICY_LENGTH = 65_536;
const MOST_LINES = 1000;

/** Where the policy file of a domain lies. */
export function mtaStsPolicyUrl(domain: string): string {
  return `https://mta-sts.${domain}/.well-known/mta-sts.txt`;
}

/** Reads the TXT record at `_mta-sts`. Never throws. */
export function parseMtaStsRecord(text: string): {
  readonly record: MtaStsRecord | null;
  readonly findings: readonly Finding[];
} {
  const { list, findings } = readPolicyRecord(text, mtaSts);
  if (list === null) return { record: null, findings };
  const id = findTag(list, 'id');
  if (id === undefined || !ID.test(id.value)) {
    findings.push(policiesFinding('mtasts.id', {}, id === undefined ? {} : { span: id.span }));
  }
  return { record: isUsable(findings) && id !== undefined ? { id: id.value } : null, findings };
}

export function printMtaStsRecord({ id }: MtaStsRecord): string {
  return `${printTags([
    ['v', 'STSv1'],
    ['id', id],
  ])};`;
}

/** Checks everything found at `_mta-sts`. */
export function lintMtaSts(texts: readonly string[]): readonly Finding[] {
  return lintPolicyAnswer(texts, mtaSts, (text) => parseMtaStsRecord(text).findings);
}

/** Whether a text can stand in an `mx` line: a host name in A-labels, or `*.` and a domain. */
export function isMtaStsMx(text: string): boolean {
  return isHostName(text.startsWith('*.') ? text.slice(2) : text);
}

interface Line {
  readonly key: string;
  readonly value: string;
  readonly span: Span;
}

function readLines(text: string, findings: Finding[]): readonly Line[] {
  const lines: Line[] = [];
  let position = 0;
  for (const raw of text.split('\n', MOST_LINES)) {
    const start = position;
    position += raw.length + 1;
    const content = raw.trimEnd();
    if (content === '') continue;
    const span = { start, end: start + content.length };
    const match = /^([A-Za-z0-9][A-Za-z0-9_.-]{0,31}):[ \t]*(.*)$/.exec(content);
    if (match === null) findings.push(policiesFinding('mtasts.line', { text: content.slice(0, 80) }, { span }));
    else lines.push({ key: match[1] as string, value: match[2] as string, span });
  }
  return lines;
}

/**
 * Reads a policy file. Never throws.
 *
 * @returns the policy, or null when senders would act as if there were none.
 */
export function parseMtaStsPolicy(text: string): {
  readonly policy: MtaStsPolicy | null;
  readonly findings: readonly Finding[];
} {
  const findings: Finding[] = [];
  const lines = readLines(text.slice(0, MAX_POLICY_LENGTH), findings);
  const first = (key: string) => lines.find((line) => line.key === key);
  for (const key of ['version', 'mode', 'max_age']) {
    const [, second] = lines.filter((line) => line.key === key);
    if (second !== undefined) findings.push(policiesFinding('mtasts.repeated-key', { key }, { span: second.span }));
  }
  const at = (line: Line | undefined) => (line === undefined ? {} : { span: line.span });
  if (first('version')?.value !== 'STSv1') findings.push(policiesFinding('mtasts.version', {}, at(first('version'))));
  const mode = first('mode')?.value;
  const isMode = mode === 'enforce' || mode === 'testing' || mode === 'none';
  if (!isMode) findings.push(policiesFinding('mtasts.mode', {}, at(first('mode'))));

  const age = first('max_age');
  const maxAge = /^\d{1,10}$/.test(age?.value ?? '') ? Number(age?.value) : Number.NaN;
  if (!(maxAge <= LONGEST_AGE)) findings.push(policiesFinding('mtasts.max-age', {}, at(age)));
  else if (maxAge < DAY && mode === 'enforce') {
    findings.push(policiesFinding('mtasts.short-age', { seconds: maxAge }, at(age)));
  }

  const mx = lines.filter((line) => line.key === 'mx');
  for (const { value, span } of mx) {
    if (!isMtaStsMx(value)) findings.push(policiesFinding('mtasts.mx', { value: value.slice(0, 100) }, { span }));
  }
  if (mx.length === 0 && mode !== 'none') findings.push(policiesFinding('mtasts.no-mx'));
  if (!isMode || !isUsable(findings)) return { policy: null, findings };
  return { policy: { mode, mx: mx.map((line) => canonicalName(line.value)), maxAge }, findings };
}

/** The text of a policy file, its lines ended as RFC 8461 §3.2 writes them. */
export function printMtaStsPolicy({ mode, mx, maxAge }: MtaStsPolicy): string {
  const lines = ['version: STSv1', `mode: ${mode}`, ...mx.map((name) => `mx: ${name}`), `max_age: ${maxAge}`];
  return lines.map((line) => `${line}\r\n`).join('');
}

/** Whether a policy lets mail go to a host: the very name, or one label before the rest of a wildcard (§4.1). */
export function coversExchange({ mx }: Pick<MtaStsPolicy, 'mx'>, exchange: string): boolean {
  const host = canonicalName(exchange);
  const rest = host.slice(host.indexOf('.') + 1);
  return mx.map(canonicalName).some((name) => name === host || (name.startsWith('*.') && name.slice(2) === rest));
}

/** Holds a policy against a domain's MX records. */
export function lintMtaStsExchanges(policy: MtaStsPolicy, exchanges: readonly string[]): readonly Finding[] {
  if (policy.mode === 'none') return [];
  return exchanges
    .filter((exchange) => !coversExchange(policy, exchange))
    .map((exchange) => policiesFinding('mtasts.mx-uncovered', { exchange }));
}

/**
 * An id that follows from the policy, so that it changes when and only when the file does (FNV-1a, 64 bits in two
 * halves).
 */
export function mtaStsId(policy: MtaStsPolicy): string {
  const text = printMtaStsPolicy(policy);
  const half = (seed: number) => {
    let hash = seed;
    for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    return (hash >>> 0).toString(16).padStart(8, '0');
  };
  return `${half(0x811c9dc5)}${half(0x9dc5811c)}`;
}

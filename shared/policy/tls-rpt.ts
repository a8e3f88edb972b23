import { reportDomain } from '../dmarc/record.ts';
import type { Finding } from '../findings/finding.ts';
import { policiesFinding } from './findings.ts';
import { findTag, printTags } from '../tags/tag-list.ts';
import { isUsable, lintPolicyAnswer, readPolicyRecord } from './policy-record.ts';
import type { PolicyStandard } from './policy-record.ts';

/** TLS-RPT (RFC 8460): who wants to hear when TLS to the domain's mail servers fails. */

export const tlsRpt: PolicyStandard = {
  standard: 'TLS reporting',
  version: 'v=TLSRPTv1',
  tags: ['v', 'rua'],
};

export interface TlsRptRecord {
  /** `mailto:` and `https:` URIs. */
  readonly addresses: readonly string[];
}

const MOST_ADDRESSES = 50;

/** An https address with a host, without characters that must be encoded in a list. */
export function isHttpsUri(text: string): boolean {
  return /^https:\/\/[^\s/?#!,;]+(?:[/?#][^\s!,;]*)?$/i.test(text) && URL.canParse(text);
}

function isReportUri(text: string): boolean {
  return /[\s!;]/.test(text) ? false : isHttpsUri(text) || reportDomain(text) !== null;
}

/** Reads the TXT record at `_smtp._tls`. Never throws. */
export function parseTlsRpt(text: string): {
  readonly record: TlsRptRecord | null;
  readonly findings: readonly Finding[];
} {
  const { list, findings } = readPolicyRecord(text, tlsRpt);
  if (list === null) return { record: null, findings };
  const rua = findTag(list, 'rua');
  const addresses: string[] = [];
  for (const part of (rua?.value ?? '').split(',', MOST_ADDRESSES).map((each) => each.trim())) {
    if (isReportUri(part)) addresses.push(part);
    else if (rua !== undefined && rua.value !== '') {
      findings.push(policiesFinding('tlsrpt.bad-address', { value: part.slice(0, 100) }, { span: rua.span }));
    }
  }
  if (rua === undefined || rua.value === '') {
    findings.push(policiesFinding('tlsrpt.no-address', {}, rua === undefined ? {} : { span: rua.span }));
  }
  return { record: isUsable(findings) ? { addresses } : null, findings };
}

export function printTlsRpt({ addresses }: TlsRptRecord): string {
  return printTags([
    ['v', 'TLSRPTv1'],
    ['rua', addresses.join(',')],
  ]);
}

/** Checks everything found at `_smtp._tls`. */
export function lintTlsRpt(texts: readonly string[]): readonly Finding[] {
  return lintPolicyAnswer(texts, tlsRpt, (text) => parseTlsRpt(text).findings);
}

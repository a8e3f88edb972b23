import { checkName } from '../dns/names.ts';
import { splitTxt, textToOctets } from '../dns/txt.ts';
import { reportDomain } from '../dmarc/record.ts';
import type { RecordPurpose, RecordValue, RequiredRecord } from '../required/record.ts';
import { bimi, printBimi } from './bimi.ts';
import type { MtaStsPolicy } from './mta-sts.ts';
import { isMtaStsMx, mtaSts, mtaStsId, mtaStsPolicyUrl, printMtaStsPolicy, printMtaStsRecord } from './mta-sts.ts';
import type { PolicyStandard } from './policy-record.ts';
import { isHttpsUri, printTlsRpt, tlsRpt } from './tls-rpt.ts';

/** Optional extras of a domain: wanted or not, they never hold its verdict back. */
export interface DomainPolicies {
  readonly mtaSts: (MtaStsPolicy & { readonly host: string | null; readonly id: string | null }) | null;
  readonly tlsRpt: { readonly reportAddress: string } | null;
  readonly bimi: { readonly logo: string; readonly evidence: string } | null;
}

/** TTL of prepared records in seconds. */
const TTL = 3600;

/** What a person entered that can't be published. */
export interface PolicyFault {
  /** Path below the policies: `mtaSts.mx.0`. */
  readonly field: string;
  readonly value: string;
  readonly message: string;
  readonly remedy: string;
}

function isHost(name: string): boolean {
  return name.includes('.') && checkName(name) === null && /^[a-z0-9_.-]+$/i.test(name);
}

/** A report address with its scheme; a bare mail address gets `mailto:`. */
function reportUri(address: string): string {
  const text = address.trim();
  return /^(?:mailto|https):/i.test(text) ? text : `mailto:${text}`;
}

/** Checks what was entered; the first fault is the one to tell. */
export function policyFaults({ mtaSts: sts, tlsRpt: reports, bimi: logo }: DomainPolicies): readonly PolicyFault[] {
  const faults: PolicyFault[] = [];
  const add = (field: string, value: string, message: string, remedy: string) =>
    faults.push({ field, value, message, remedy });
  for (const [index, name] of (sts?.mx ?? []).entries()) {
    if (isMtaStsMx(name)) continue;
    add(
      `mtaSts.mx.${index}`,
      name,
      `“${name}” is not a mail server`,
      'Write the host name as the MX record has it, or *. and a domain.',
    );
  }
  if (sts !== null && sts.mx.length === 0 && sts.mode !== 'none') {
    add('mtaSts.mx', '', 'The MTA-STS policy names no mail server', 'Enter the host names of the domain’s MX records.');
  }
  if (sts !== null && sts.host !== null && !isHost(sts.host)) {
    add(
      'mtaSts.host',
      sts.host,
      `“${sts.host}” is not a host name`,
      'Enter the name of the web server, such as mta-sts.example.net.',
    );
  }
  if (sts !== null && sts.id !== null && !/^[A-Za-z0-9]{1,32}$/.test(sts.id)) {
    add(
      'mtaSts.id',
      sts.id,
      'The id of an MTA-STS policy is 1 to 32 letters and digits',
      'Leave it empty to have one made.',
    );
  }
  if (reports !== null) {
    const uri = reportUri(reports.reportAddress);
    const isValid = /[\s!,;]/.test(uri) ? false : isHttpsUri(uri) || reportDomain(uri) !== null;
    const { reportAddress } = reports;
    if (!isValid)
      add(
        'tlsRpt.reportAddress',
        reportAddress,
        `“${reportAddress}” is not an address reports can go to`,
        'Enter a mail address or an https address.',
      );
  }
  if (logo !== null && !isHttpsUri(logo.logo)) {
    add(
      'bimi.logo',
      logo.logo,
      'The logo’s address is not an https address',
      'Enter the address of the SVG file, https:// included.',
    );
  }
  if (logo !== null && logo.evidence !== '' && !isHttpsUri(logo.evidence)) {
    add(
      'bimi.evidence',
      logo.evidence,
      'The certificate’s address is not an https address',
      'Enter the address of the PEM file, or leave it empty.',
    );
  }
  return faults;
}

interface Draft {
  readonly id: string;
  readonly purpose: RecordPurpose;
  readonly name: string;
  readonly data: RecordValue;
  readonly why: string;
  readonly label: string;
  readonly standard?: PolicyStandard;
  readonly file?: RequiredRecord['file'];
}

function required({ id, purpose, name, data, why, label, standard, file }: Draft): RequiredRecord {
  return {
    id,
    purpose,
    name,
    type: data.type,
    ttl: TTL,
    value: { state: 'known', data },
    match: standard === undefined ? { kind: 'same-data' } : { kind: 'policy-tags', version: standard.version },
    why,
    source: { kind: 'sendwright', label },
    ...(file === undefined ? {} : { file }),
    optional: true,
  };
}

function txt(text: string): RecordValue {
  return { type: 'TXT', strings: splitTxt(textToOctets(text)) };
}

function mtaStsDrafts(domain: string, sts: DomainPolicies['mtaSts']): Draft[] {
  if (sts === null) return [];
  const { mode, mx, maxAge, host, id } = sts;
  const policy: MtaStsPolicy = { mode, mx, maxAge };
  const url = mtaStsPolicyUrl(domain);
  const record: Draft = {
    id: 'mta-sts',
    purpose: 'mta-sts',
    name: `_mta-sts.${domain}`,
    data: txt(printMtaStsRecord({ id: id ?? mtaStsId(policy) })),
    why: `Tells senders to deliver mail for ${domain} over verified TLS alone. The policy has to be served at ${url} first.`,
    label: 'RFC 8461 §3',
    standard: mtaSts,
    file: { url, text: printMtaStsPolicy(policy) },
  };
  if (host === null) return [record];
  const target = host.replace(/\.$/, '');
  const why = 'Leads to the web server that serves the policy; it needs a certificate for this very name.';
  const alias: Draft = {
    id: 'mta-sts:host',
    purpose: 'mta-sts',
    name: `mta-sts.${domain}`,
    data: { type: 'CNAME', target },
    why,
    label: 'RFC 8461 §3.3',
  };
  return [alias, record];
}

/** The records of a domain's optional extras. */
export function policyRecords(domain: string, policies: DomainPolicies | undefined): readonly RequiredRecord[] {
  if (policies === undefined) return [];
  const { tlsRpt: reports, bimi: logo } = policies;
  const drafts = mtaStsDrafts(domain, policies.mtaSts);
  if (reports !== null) {
    drafts.push({
      id: 'tls-rpt',
      purpose: 'tls-rpt',
      name: `_smtp._tls.${domain}`,
      data: txt(printTlsRpt({ addresses: [reportUri(reports.reportAddress)] })),
      why: 'Asks senders to report when they could not deliver over TLS.',
      label: 'RFC 8460 §3',
      standard: tlsRpt,
    });
  }
  if (logo !== null) {
    drafts.push({
      id: 'bimi',
      purpose: 'bimi',
      name: `default._bimi.${domain}`,
      data: txt(printBimi(logo)),
      why: 'Names the logo that receivers may show beside the message, once the DMARC policy is quarantine or reject.',
      label: 'BIMI draft §4.3',
      standard: bimi,
    });
  }
  return drafts.map(required);
}

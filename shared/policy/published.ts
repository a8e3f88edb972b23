import type { Lookup } from '../dns/lookup.ts';
import { mnemonicOf } from '../dns/records.ts';
import { joinTxt } from '../dns/txt.ts';
import type { Finding } from '../findings/finding.ts';
import { policiesFinding } from './findings.ts';
import { lintBimi, parseBimi } from './bimi.ts';
import { LARGEST_LOGO, lintBimiLogo } from './bimi-logo.ts';
import { lintMtaSts, lintMtaStsExchanges, mtaStsPolicyUrl, parseMtaStsPolicy, parseMtaStsRecord } from './mta-sts.ts';
import type { MtaStsPolicy } from './mta-sts.ts';
import { lintTlsRpt } from './tls-rpt.ts';

/** What a domain publishes for TLS to its mail servers and for its logo: records, and the files that they name. */

/** What came for a file’s address. */
export interface FileAnswer {
  /** Why nothing came; empty where something did. */
  readonly findings: readonly Finding[];
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
    readonly truncated: boolean;
  } | null;
}

/** Fetches a file over https, redirects not followed. @param mostOctets a longer one comes cut. */
export type FetchFile = (url: string, mostOctets: number) => Promise<FileAnswer>;

/** Texts at a name; null where DNS does not tell. */
type Texts = readonly string[] | null;

export interface PublishedFile {
  readonly url: string;
  readonly text: string | null;
  readonly findings: readonly Finding[];
}

/** TLSA records of one mail server (RFC 7672). */
export interface ExchangeTlsa {
  readonly exchange: string;
  /** As text; null where DNS does not tell. */
  readonly records: readonly string[] | null;
}

export interface PublishedPolicies {
  readonly domain: string;
  /** Mail servers; null where DNS does not tell. */
  readonly exchanges: readonly string[] | null;
  readonly mtaSts: {
    readonly texts: Texts;
    readonly findings: readonly Finding[];
    /** Null where no record says that there is one. */
    readonly file: PublishedFile | null;
    readonly policy: MtaStsPolicy | null;
  };
  readonly dane: readonly ExchangeTlsa[];
  readonly tlsRpt: { readonly texts: Texts; readonly findings: readonly Finding[] };
  readonly bimi: { readonly texts: Texts; readonly findings: readonly Finding[]; readonly logo: PublishedFile | null };
}

/** Octets of a policy file that senders read (RFC 8461 §3.3). */
const LARGEST_POLICY = 64 * 1024;
/** Octets of a logo that are looked at. */
const MOST_LOGO = 1024 * 1024;
const MOST_EXCHANGES = 20;
const MOST_SHOWN = 16 * 1024;

async function textsAt(name: string, version: RegExp, lookup: Lookup): Promise<Texts> {
  const found = await lookup.query(name, 'TXT');
  if (found.status === 'failure') return null;
  if (found.status !== 'answer') return [];
  return found.records
    .flatMap((record) => (record.type === 'TXT' ? [joinTxt(record.strings)] : []))
    .filter((text) => version.test(text));
}

async function exchangesOf(domain: string, lookup: Lookup): Promise<readonly string[] | null> {
  const found = await lookup.query(domain, 'MX');
  if (found.status === 'failure') return null;
  if (found.status !== 'answer') return [];
  return found.records
    .flatMap((record) => (record.type === 'MX' && record.exchange !== '' ? [record] : []))
    .sort((left, right) => left.preference - right.preference)
    .map(({ exchange }) => exchange.toLowerCase())
    .slice(0, MOST_EXCHANGES);
}

const HEX = (octets: Uint8Array): string => [...octets].map((octet) => octet.toString(16).padStart(2, '0')).join('');

async function tlsaOf(exchange: string, lookup: Lookup): Promise<ExchangeTlsa> {
  const found = await lookup.query(`_25._tcp.${exchange}`, 'TLSA');
  if (found.status === 'failure') return { exchange, records: null };
  const records = found.status === 'answer' ? found.records : [];
  const texts = records.flatMap((record) => {
    if (mnemonicOf(record) !== 'TLSA' || record.type !== 'OTHER' || record.rdata.length < 4) return [];
    const [usage, selector, matching] = record.rdata;
    return [`${usage} ${selector} ${matching} ${HEX(record.rdata.subarray(3))}`];
  });
  return { exchange, records: texts };
}

/** What of an answer is no file; null where the file is there. */
function answerFault(url: string, { findings, response }: FileAnswer): readonly Finding[] | null {
  if (response === null) return [policiesFinding('policy.file-unreachable', { url }), ...findings];
  const { status, headers } = response;
  if (status >= 300 && status < 400)
    return [policiesFinding('policy.file-redirect', { url, location: headers.location ?? '' })];
  return status === 200 ? null : [policiesFinding('policy.file-status', { url, status })];
}

const mediaType = (headers: Readonly<Record<string, string>>): string =>
  (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';

function judgePolicyFile(url: string, answer: FileAnswer, exchanges: readonly string[]) {
  const fault = answerFault(url, answer);
  if (fault !== null || answer.response === null)
    return { file: { url, text: null, findings: fault ?? [] }, policy: null };
  const { headers, body, truncated } = answer.response;
  const { policy, findings } = parseMtaStsPolicy(body);
  const type = mediaType(headers);
  const all = [
    ...(type === 'text/plain' ? [] : [policiesFinding('mtasts.media-type', { type: type === '' ? 'none' : type })]),
    ...(truncated ? [policiesFinding('mtasts.too-long', { most: LARGEST_POLICY })] : []),
    ...findings,
    ...(policy === null ? [] : lintMtaStsExchanges(policy, exchanges)),
  ];
  return { file: { url, text: body.slice(0, MOST_SHOWN), findings: all }, policy };
}

function judgeLogo(url: string, answer: FileAnswer): PublishedFile {
  const fault = answerFault(url, answer);
  if (fault !== null || answer.response === null) return { url, text: null, findings: fault ?? [] };
  const { headers, body, truncated } = answer.response;
  const type = mediaType(headers);
  const octets = new TextEncoder().encode(body).length;
  const findings = [
    ...(type === 'image/svg+xml'
      ? []
      : [policiesFinding('bimi.logo-media-type', { type: type === '' ? 'none' : type })]),
    ...(octets > LARGEST_LOGO ? [policiesFinding('bimi.logo-size', { octets: truncated ? MOST_LOGO : octets })] : []),
    ...(truncated ? [] : lintBimiLogo(body)),
  ];
  return { url, text: body.slice(0, MOST_SHOWN), findings };
}

/**
 * What a domain publishes of MTA-STS, DANE, TLS reporting and BIMI, its files fetched. What DNS does not tell is null.
 *
 * @param domain in A-label form, without the final dot.
 */
export async function publishedPolicies(
  domain: string,
  lookup: Lookup,
  fetchFile: FetchFile,
): Promise<PublishedPolicies> {
  const [sts, reports, logo, exchanges] = await Promise.all([
    textsAt(`_mta-sts.${domain}`, /^v\s*=\s*STSv1/i, lookup),
    textsAt(`_smtp._tls.${domain}`, /^v\s*=\s*TLSRPTv1/i, lookup),
    textsAt(`default._bimi.${domain}`, /^v\s*=\s*BIMI1/i, lookup),
    exchangesOf(domain, lookup),
  ]);
  const dane = await Promise.all((exchanges ?? []).map((exchange) => tlsaOf(exchange, lookup)));
  // Two records are none (RFC 8461 §3.1); the file is of interest all the same.
  const isSts = (sts ?? []).some((text) => parseMtaStsRecord(text).record !== null);
  const url = mtaStsPolicyUrl(domain);
  const judged = isSts
    ? judgePolicyFile(url, await fetchFile(url, LARGEST_POLICY), exchanges ?? [])
    : { file: null, policy: null };
  const [address] = (logo ?? []).flatMap((text) => parseBimi(text).record?.logo ?? []);
  return {
    domain,
    exchanges,
    mtaSts: { texts: sts, findings: lintMtaSts(sts ?? []), ...judged },
    dane,
    tlsRpt: { texts: reports, findings: lintTlsRpt(reports ?? []) },
    bimi: {
      texts: logo,
      findings: lintBimi(logo ?? []),
      logo: address === undefined || address === '' ? null : judgeLogo(address, await fetchFile(address, MOST_LOGO)),
    },
  };
}

import type { BounceCategory, BounceRecord } from './cause.ts';

/**
 * Codes that receivers invented and whose words tell little or nothing: data, each with the page that explains it and when that was
 * read.
 */
export interface OwnCode {
  readonly receiver: string;
  readonly code: RegExp;
  readonly category: BounceCategory;
  readonly records: readonly BounceRecord[];
  readonly source: string;
  /** The month in which the page was read. */
  readonly seen: string;
}

type Meaning = readonly [code: RegExp, category: BounceCategory, ...records: readonly BounceRecord[]];

function codesOf(receiver: string, source: string, meanings: readonly Meaning[]): readonly OwnCode[] {
  return meanings.map(([code, category, ...records]) => ({
    receiver,
    code,
    category,
    records,
    source,
    seen: '2026-11',
  }));
}

export const ownCodes: readonly OwnCode[] = [
  ...codesOf('NetEase', 'http://mail.163.com/help/help_spam_16.htm', [
    [/\bMI:SPF\b/, 'authentication', 'spf'],
    [/\bHL:I[CF]C\b|\b(?:MI|RP):(?:CCL|CEL|DMC|DRC|QRC|SFQ|STC|TRC)\b/, 'rate', 'rate'],
    [/\bHL:(?:REP|MEP)\b|\bDT:RBL\b/, 'reputation'],
    [/\bDT:SPM\b/, 'content'],
  ]),
  ...codesOf('Cox', 'http://postmaster.cox.net/confluence/display/postmaster/Error+Codes', [
    [/\bCXDNS\b/, 'reverse-dns', 'ptr'],
    [/\bCXSNDR\b/, 'authentication', 'spf', 'dkim'],
    [/\bCX(?:CNCT|MXRT)\b/, 'rate', 'rate'],
    [/\b(?:CXBL|CDRBL|IPBL[01]{4,5})\b/, 'reputation'],
    [/\bURLBL[01]{3,4}\b/, 'content'],
  ]),
  ...codesOf('Spectrum', 'https://www.spectrum.net/support/internet/understanding-email-error-codes', [
    [/\bAUP#I[a-z]*-?11[0-5]\d\b/, 'reverse-dns', 'ptr'],
    [/\bAUP#I[a-z]*-?1[34]\d\d\b/, 'rate', 'rate'],
    [/\bAUP#I[a-z]*-?(?:1000|12[0-5]\d)\b/, 'reputation'],
  ]),
  ...codesOf('Comcast', 'http://postmaster.comcast.net/smtp-error-codes.php', [
    [/\bRL00\d+\b/, 'rate', 'rate'],
    [/\bDM00\d+\b/, 'authentication', 'dmarc'],
    [/\b(?:BL|ES)00\d+\b/, 'reputation'],
  ]),
  ...codesOf('Microsoft', 'https://sendersupport.olc.protection.outlook.com/pm/troubleshooting.aspx', [
    [/^(?:\d{3}[ -])?RP-00\d\b/, 'rate', 'rate'],
    [/^(?:\d{3}[ -])?(?:DY-00\d|SC-00\d|OU-001)\b/, 'reputation'],
    [/temporarily rate limited due to IP reputation/i, 'reputation', 'rate'],
  ]),
];

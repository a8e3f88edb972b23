/** Which standard a text was meant for, whatever is wrong with it. */

export type MailStandard = 'SPF' | 'DKIM' | 'DMARC' | 'MTA-STS' | 'TLS-RPT' | 'BIMI';

/** What may stand before a version: quotes, spaces, a letter v and its sign. */
const BEGIN = String.raw`^[\s"'\u2018-\u201F(]*(?:v[\s=:-]*){0,2}["']?`;

const VERSIONS: readonly (readonly [RegExp, MailStandard])[] = [
  [
    new RegExp(`${BEGIN}(?:spf|sfp)[\\s_-]*(?:[1lI|!i](?:\\.0)?)?(?=[^a-z0-9]|$|include:|ip[46]|all|a\\b|mx)`, 'i'),
    'SPF',
  ],
  [new RegExp(`${BEGIN}(?:dmarc|dmrac|dmac|damrc|dmrc)[\\s_-]*[1lI|!i]?(?=[^a-z0-9.]|\\.0|$)`, 'i'), 'DMARC'],
  [new RegExp(`${BEGIN}(?:dkim|dikm|dkm)[\\s_-]*[1lI|!i]?(?=[^a-z0-9.]|\\.0|$)`, 'i'), 'DKIM'],
  [new RegExp(`${BEGIN}sts(?:v?1?)(?=[^a-z0-9]|$)`, 'i'), 'MTA-STS'],
  [new RegExp(`${BEGIN}tls-?rpt(?:v?1?)(?=[^a-z0-9]|$)`, 'i'), 'TLS-RPT'],
  [new RegExp(`${BEGIN}bimi1?(?=[^a-z0-9]|$)`, 'i'), 'BIMI'],
];

const SPF_TERMS = /^\s*["']?(?:[+\-~?]?(?:a|mx|ptr|(?:a|mx|include|exists|ip[46]):\S+)\s+)+(?:[+\-~?]all\b|redirect=)/i;
const DMARC_TAGS = /^\s*["']?p\s*[=:]\s*(?:none|quarantine|reject)\b/i;
const DKIM_TAGS = /(?:^|[;\s"'])(?:k\s*=\s*(?:rsa|ed25519)\s*(?:;|$)|p\s*=\s*["']?[A-Za-z0-9+/]{40})/i;

/**
 * The standard that a TXT value was meant for: by its version, in whatever spelling, else by tags and terms that no
 * other standard has.
 *
 * @returns null for any other text, such as a verification token.
 */
export function meantStandard(text: string): MailStandard | null {
  const start = text.slice(0, 2000);
  const found = VERSIONS.find(([version]) => version.test(start))?.[1];
  if (found !== undefined) return found;
  if (SPF_TERMS.test(start)) return 'SPF';
  if (DMARC_TAGS.test(start)) return 'DMARC';
  return DKIM_TAGS.test(start) ? 'DKIM' : null;
}

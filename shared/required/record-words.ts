import type { RecordPurpose } from './record.ts';

/** What a record of each purpose is called. */
export const PURPOSE_WORDS: Readonly<Record<RecordPurpose, string>> = {
  spf: 'SPF',
  dkim: 'DKIM',
  dmarc: 'DMARC',
  verification: 'Domain verification',
  'return-path': 'Return path',
  tracking: 'Tracking',
  mx: 'MX',
  delegation: 'Delegation',
  'report-authorisation': 'Report authorisation',
  'mta-sts': 'MTA-STS',
  'tls-rpt': 'TLS reporting',
  bimi: 'BIMI',
};

/** What ids begin with beside the purposes. */
const OTHERS: Readonly<Record<string, string>> = {
  report: PURPOSE_WORDS['report-authorisation'],
  extra: 'Extra record',
  'null-mx': 'Null MX',
  'mail-from': PURPOSE_WORDS['return-path'],
  bounce: PURPOSE_WORDS['return-path'],
  'own-tracking': PURPOSE_WORDS.tracking,
  links: PURPOSE_WORDS.tracking,
  'link-owner': 'Owner of the links',
  'signing-policy': 'DomainKeys policy',
};

/**
 * A required record by its id alone, for where nothing else of it is known any more: `elastic-email/dkim:api` is
 * “DKIM (api)”. A word that a person chose in a template of their own stands as it is.
 */
export function recordWords(recordId: string): string {
  const id = recordId.slice(recordId.indexOf('/') + 1);
  const colon = id.indexOf(':');
  const kind = colon === -1 ? id : id.slice(0, colon);
  const which = colon === -1 ? '' : id.slice(colon + 1);
  const words: Readonly<Record<string, string>> = { ...OTHERS, ...PURPOSE_WORDS };
  const word = Object.hasOwn(words, kind)
    ? words[kind]
    : /^[a-z]{1,10}$/.test(kind) && which !== ''
      ? kind.toUpperCase()
      : kind;
  return which === '' || which === '*' ? (word ?? kind) : `${word} (${which})`;
}

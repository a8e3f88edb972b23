import type { RecordPurpose, RecordValue } from '../required/record.ts';

/**
 * The records of a domain that never sends mail, beside its DMARC policy: every forged message can be refused at once.
 * The null MX is optional, for a domain that never sends may take mail all the same.
 */
export function neverSendsRecords(domain: string): readonly {
  readonly id: string;
  readonly purpose: RecordPurpose;
  readonly name: string;
  readonly data: RecordValue;
  readonly why: string;
  readonly source: string;
  readonly optional: boolean;
}[] {
  return [
    {
      id: 'spf',
      purpose: 'spf',
      name: domain,
      data: { type: 'TXT', strings: ['v=spf1 -all'] },
      why: 'Nobody may send in this domain’s name.',
      source: 'RFC 7208 §10.1.2',
      optional: false,
    },
    {
      id: 'dkim:*',
      purpose: 'dkim',
      name: `*._domainkey.${domain}`,
      data: { type: 'TXT', strings: ['v=DKIM1; p='] },
      why: 'Every signature in this domain’s name is invalid.',
      source: 'RFC 6376 §3.6.1',
      optional: false,
    },
    {
      id: 'null-mx',
      purpose: 'mx',
      name: domain,
      data: { type: 'MX', preference: 0, exchange: '' },
      why: 'The domain takes no mail either, so a bounce is never sent to it.',
      source: 'RFC 7505 §3',
      optional: true,
    },
  ];
}

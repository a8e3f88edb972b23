/** What the large mailbox providers ask of senders: data, with source and date. */

export type RequirementKind =
  | 'spf-and-dkim'
  | 'spf-or-dkim'
  | 'dmarc-record'
  | 'dmarc-aligned'
  | 'dkim-key-length'
  | 'reverse-dns'
  | 'tls'
  | 'one-click-unsubscribe'
  | 'complaint-rate';

export interface Requirement {
  readonly kind: RequirementKind;
  readonly text: string;
  /** `all`: of every sender; `bulk`: of those who send more than 5,000 messages a day. */
  readonly audience: 'all' | 'bulk';
  /** The answer that a message gets when it does not meet it, where the provider names one. */
  readonly rejection?: string;
}

export interface MailboxProvider {
  readonly id: 'google' | 'yahoo' | 'microsoft';
  readonly name: string;
  readonly requirements: readonly Requirement[];
  readonly source: string;
  readonly date: string;
}

export const mailboxProviders: readonly MailboxProvider[] = [
  {
    id: 'google',
    name: 'Google',
    source: 'Email sender guidelines, support.google.com',
    date: '2026-11',
    requirements: [
      { kind: 'spf-or-dkim', audience: 'all', text: 'SPF or DKIM passes', rejection: '5.7.26' },
      { kind: 'dkim-key-length', audience: 'all', text: 'DKIM keys of 1024 bits or more' },
      {
        kind: 'reverse-dns',
        audience: 'all',
        text: 'Sending addresses with forward and reverse DNS',
        rejection: '5.7.25',
      },
      { kind: 'tls', audience: 'all', text: 'TLS for delivery', rejection: '5.7.29' },
      { kind: 'complaint-rate', audience: 'all', text: 'Complaint rate under 0.3 %', rejection: '5.7.28' },
      { kind: 'spf-and-dkim', audience: 'bulk', text: 'SPF and DKIM both pass', rejection: '4.7.27, 4.7.30' },
      { kind: 'dmarc-record', audience: 'bulk', text: 'A DMARC record, at least p=none', rejection: '4.7.31' },
      { kind: 'dmarc-aligned', audience: 'bulk', text: 'From aligned with SPF or DKIM', rejection: '4.7.32' },
      { kind: 'one-click-unsubscribe', audience: 'bulk', text: 'One-click unsubscribe (RFC 8058)' },
    ],
  },
  {
    id: 'yahoo',
    name: 'Yahoo',
    source: 'Sender best practices, senders.yahooinc.com',
    date: '2026-11',
    requirements: [
      { kind: 'spf-or-dkim', audience: 'all', text: 'SPF or DKIM passes' },
      { kind: 'reverse-dns', audience: 'all', text: 'Forward and reverse DNS of the sending addresses' },
      { kind: 'complaint-rate', audience: 'all', text: 'Complaint rate under 0.3 %' },
      { kind: 'spf-and-dkim', audience: 'bulk', text: 'SPF and DKIM both pass' },
      { kind: 'dmarc-record', audience: 'bulk', text: 'A DMARC record, at least p=none' },
      { kind: 'dmarc-aligned', audience: 'bulk', text: 'DMARC passes, From aligned' },
      { kind: 'one-click-unsubscribe', audience: 'bulk', text: 'One-click unsubscribe, honoured within 2 days' },
    ],
  },
  {
    id: 'microsoft',
    name: 'Microsoft',
    source: 'Outlook high-volume sender requirements, learn.microsoft.com',
    date: '2026-11',
    requirements: [
      { kind: 'spf-and-dkim', audience: 'bulk', text: 'SPF and DKIM both pass', rejection: '550 5.7.515' },
      { kind: 'dmarc-record', audience: 'bulk', text: 'A DMARC record, at least p=none', rejection: '550 5.7.515' },
      { kind: 'dmarc-aligned', audience: 'bulk', text: 'From aligned with SPF or DKIM', rejection: '550 5.7.515' },
    ],
  },
];

/** What the large mailbox providers ask of bulk senders: data, with source and date. */

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
      { kind: 'spf-and-dkim', text: 'SPF and DKIM both pass', rejection: '4.7.27, 4.7.30' },
      { kind: 'dkim-key-length', text: 'DKIM keys of 1024 bits or more', rejection: '5.7.26' },
      { kind: 'dmarc-record', text: 'A DMARC record, at least p=none', rejection: '4.7.31' },
      { kind: 'dmarc-aligned', text: 'From aligned with SPF or DKIM', rejection: '4.7.32' },
      { kind: 'reverse-dns', text: 'Sending addresses with forward and reverse DNS', rejection: '5.7.25' },
      { kind: 'tls', text: 'TLS for delivery', rejection: '5.7.29' },
      { kind: 'one-click-unsubscribe', text: 'One-click unsubscribe (RFC 8058)' },
      { kind: 'complaint-rate', text: 'Complaint rate under 0.3 %' },
    ],
  },
  {
    id: 'yahoo',
    name: 'Yahoo',
    source: 'Sender best practices, senders.yahooinc.com',
    date: '2026-11',
    requirements: [
      { kind: 'spf-and-dkim', text: 'SPF and DKIM both pass' },
      { kind: 'dmarc-record', text: 'A DMARC record, at least p=none' },
      { kind: 'dmarc-aligned', text: 'DMARC passes, From aligned' },
      { kind: 'reverse-dns', text: 'Forward and reverse DNS of the sending addresses' },
      { kind: 'one-click-unsubscribe', text: 'One-click unsubscribe, honoured within 2 days' },
      { kind: 'complaint-rate', text: 'Complaint rate under 0.3 %' },
    ],
  },
  {
    id: 'microsoft',
    name: 'Microsoft',
    source: 'Outlook high-volume sender requirements, learn.microsoft.com',
    date: '2026-11',
    requirements: [
      { kind: 'spf-and-dkim', text: 'SPF and DKIM both pass', rejection: '550 5.7.515' },
      { kind: 'dmarc-record', text: 'A DMARC record, at least p=none', rejection: '550 5.7.515' },
      { kind: 'dmarc-aligned', text: 'From aligned with SPF or DKIM', rejection: '550 5.7.515' },
    ],
  },
];

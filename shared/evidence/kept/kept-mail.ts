import { recordWords } from '../bounce/bounce-words.ts';
import type { Fact } from '../../facts/fact.ts';
import type { BounceRecord } from '../bounce/cause.ts';
import { receiverName } from '../bounce/receivers.ts';
import type { MessageRecord } from '../message/message.ts';
import { messageRecordWords } from '../message/message-words.ts';

/** What is remembered of a mail: a bounce, a message that was judged, a failure report. */

/** How long what came back from mail is kept, in days since it was brought in; null: until somebody deletes it. */
export interface Retention {
  /** Aggregate and TLS reports: addresses of servers and names of domains. */
  readonly reportDays: number | null;
  /** Verdicts of mails, without what names a person; 0: none is kept. */
  readonly mailDays: number | null;
  /** Addresses of people and words out of mails, beside those verdicts; 0: none is kept. */
  readonly personalDays: number | null;
}

/** What the window calls them. */
export const retentionLabels: Readonly<Record<keyof Retention, string>> = {
  reportDays: 'Keep reports',
  mailDays: 'Keep verdicts of mail',
  personalDays: 'Keep addresses and texts from mail',
};

/** Nothing that names a person is kept unless somebody asks for it. */
export const usualRetention: Retention = { reportDays: 1096, mailDays: 400, personalDays: 0 };

export type StoredMailKind = 'bounce' | 'message' | 'failure-report';

/** What a mail is, in a word or two. */
export const KEPT_MAIL_WORDS: Readonly<Record<StoredMailKind, string>> = {
  bounce: 'bounce',
  message: 'message',
  'failure-report': 'failure report',
};

/** The verdict on a mail; nothing of it names a person. */
export interface MailFact {
  readonly kind: StoredMailKind;
  /** The domain in From; null where the mail does not tell. */
  readonly domain: string | null;
  /** Who said so, where that is known: a mailbox provider or a server. */
  readonly receiver: string | null;
  readonly what: Fact;
  /** A reply code with its enhanced code, or the results of a message. */
  readonly codes: string;
  /** What its owner would change: `spf`, `dkim`, `dmarc` … */
  readonly records: readonly string[];
}

/** What of a mail names people or repeats its words. */
export interface MailPerson {
  readonly addresses: readonly string[];
  readonly text: string;
}

export interface RememberedMail {
  readonly fact: MailFact;
  readonly person: MailPerson | null;
}

/** A mail as it is kept; times are milliseconds since the epoch. */
export interface StoredMail extends MailFact {
  readonly id: number;
  readonly importedAt: number;
  /** Null where it is not kept, or no longer. */
  readonly person: MailPerson | null;
}

/** A kept mail in words: who told of it, and what is to be changed; empty where there is nothing to say. */
export function keptWords({ kind, receiver, records }: MailFact): { readonly by: string; readonly change: string } {
  const words = (record: string): string =>
    kind === 'message' ? messageRecordWords(record as MessageRecord) : recordWords(record as BounceRecord);
  return { by: receiver === null ? '' : receiverName(receiver), change: records.map(words).join('; ') };
}

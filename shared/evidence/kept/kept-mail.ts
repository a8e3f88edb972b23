import { bounceWords, recordWords } from '../bounce/bounce-words.ts';
import type { BounceRecord } from '../bounce/cause.ts';
import { receiverName } from '../bounce/receivers.ts';
import type { DescribedBounce } from '../bounce/bounce-words.ts';
import type { MessageRecord } from '../message/message.ts';
import { messageRecordWords } from '../message/message-words.ts';
import type { DescribedMessage } from '../message/message-words.ts';
import type { FailureReport } from '../reports/failure.ts';

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
  /** One sentence. */
  readonly what: string;
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

/** Addresses of people in a text. */
const ADDRESS = /[^\s<>()[\]",;:'|]{1,64}@[a-z0-9-]+(?:\.[a-z0-9-]+)+/gi;
const addressesOf = (text: string): readonly string[] => [...new Set(text.match(ADDRESS) ?? [])].slice(0, 100);

const personOf = (addresses: readonly string[], text: string): MailPerson | null =>
  addresses.length === 0 && text === '' ? null : { addresses, text };

/** What is remembered of a bounce. @param domain in From of the message that it gives back. */
export function rememberedBounce(bounce: DescribedBounce, domain: string | null): RememberedMail {
  const { category, replyCode, enhanced, provider, said, recordToChange } = bounce;
  return {
    fact: {
      kind: 'bounce',
      domain,
      receiver: provider,
      what: bounceWords(category).meaning,
      codes: [replyCode, enhanced].filter((code) => code !== null).join(' '),
      records: recordToChange,
    },
    person: personOf(addressesOf(said), said),
  };
}

/** What is remembered of a message that was judged. */
export function rememberedMessage(message: DescribedMessage): RememberedMail {
  const { from, spf, dkim, dmarc, record, envelope, hops } = message;
  const signed = dkim.map(({ domain, selector, result }) => `DKIM ${result} (${domain}, ${selector})`);
  return {
    fact: {
      kind: 'message',
      domain: from,
      receiver: hops.at(-1)?.by ?? null,
      what: dmarc === 'pass' ? 'The message passes DMARC.' : `DMARC of the message: ${dmarc}.`,
      codes: [`SPF ${spf.result}`, ...(signed.length === 0 ? ['DKIM none'] : signed), `DMARC ${dmarc}`].join(', '),
      records: record,
    },
    person: personOf(addressesOf(envelope.mailFrom ?? ''), ''),
  };
}

/** What is remembered of a failure report or a complaint. */
export function rememberedFailure(report: FailureReport): RememberedMail {
  const { type, authFailure, originalMailFrom, originalHeaderFromDomain, reportedDomains, authResults, dkimDomain } =
    report;
  const isAuthentication = type === 'auth-failure';
  const of = authFailure === null ? '' : ` (${authFailure})`;
  return {
    fact: {
      kind: 'failure-report',
      domain: originalHeaderFromDomain ?? reportedDomains[0] ?? dkimDomain,
      receiver: report.userAgent,
      what: isAuthentication
        ? `A receiver could not tell that the mail is the domain’s own${of}.`
        : `A receiver passes on a complaint (${type ?? 'of no kind that it names'}).`,
      codes: [authFailure, report.sourceIp].filter((part) => part !== null).join(' from '),
      records: isAuthentication
        ? (authFailure ?? '').split(/[\s,]+/).filter((each) => /^(?:spf|dkim|dmarc)$/.test(each))
        : [],
    },
    person: personOf(addressesOf(originalMailFrom ?? ''), authResults ?? ''),
  };
}

/** A kept mail in words: who told of it, and what is to be changed; empty where there is nothing to say. */
export function keptWords({ kind, receiver, records }: MailFact): { readonly by: string; readonly change: string } {
  const words = (record: string): string =>
    kind === 'message' ? messageRecordWords(record as MessageRecord) : recordWords(record as BounceRecord);
  return { by: receiver === null ? '' : receiverName(receiver), change: records.map(words).join('; ') };
}

import type { DescribedBounce } from '../bounce/bounce-words.ts';
import { fact } from '../../facts/catalogue.ts';
import type { Fact } from '../../facts/fact.ts';
import type { DescribedMessage } from '../message/message-words.ts';
import type { FailureReport } from '../reports/failure.ts';
import type { MailPerson, RememberedMail } from './kept-mail.ts';

/** What is kept of a mail once it was read. */

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
      what: fact('mail.bounced', { bounce: category }),
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
      what: dmarc === 'pass' ? fact('mail.passes') : fact('mail.dmarc', { outside: dmarc }),
      codes: [`SPF ${spf.result}`, ...(signed.length === 0 ? ['DKIM none'] : signed), `DMARC ${dmarc}`].join(', '),
      records: record,
    },
    person: personOf(addressesOf(envelope.mailFrom ?? ''), ''),
  };
}

const notOwnFact = (cause: string | null): Fact =>
  cause === null ? fact('mail.not-own') : fact('mail.not-own-by', { outside: cause });

const complaintFact = (type: string | null): Fact =>
  type === null ? fact('mail.complaint-of-no-kind') : fact('mail.complaint', { outside: type });

/** What is remembered of a failure report or a complaint. */
export function rememberedFailure(report: FailureReport): RememberedMail {
  const { type, authFailure, originalMailFrom, originalHeaderFromDomain, reportedDomains, authResults, dkimDomain } =
    report;
  const isAuthentication = type === 'auth-failure';
  return {
    fact: {
      kind: 'failure-report',
      domain: originalHeaderFromDomain ?? reportedDomains[0] ?? dkimDomain,
      receiver: report.userAgent,
      what: isAuthentication ? notOwnFact(authFailure) : complaintFact(type),
      codes: [authFailure, report.sourceIp].filter((part) => part !== null).join(', '),
      records: isAuthentication
        ? (authFailure ?? '').split(/[\s,]+/).filter((each) => /^(?:spf|dkim|dmarc)$/.test(each))
        : [],
    },
    person: personOf(addressesOf(originalMailFrom ?? ''), authResults ?? ''),
  };
}

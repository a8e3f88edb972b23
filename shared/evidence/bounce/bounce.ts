import { limits } from '../limits.ts';
import { addressDomain } from '../mail/addresses.ts';
import type { HeaderField, MailPart } from '../mail/mail.ts';
import { binaryText } from '../mail/octets.ts';
import { allParts, decodedBody, fieldValue, looksLikeMail, partText, readFields, readMail } from '../mail/mail.ts';
import type { FoundAnswer, MailboxProvider } from '../../policy/mailbox-providers.ts';
import { mailboxProviders } from '../../policy/mailbox-providers.ts';
import type { BounceCategory, BounceRecord, Reply } from './cause.ts';
import { causeOf, receiversRules } from './cause.ts';
import { receiverOf } from './receivers.ts';
import { translatedNotice } from './translated.ts';

/** Bounces: delivery status notifications (RFC 3464) and what servers write as plain text. */

export interface BounceVerdict {
  readonly category: BounceCategory;
  readonly replyCode: number | null;
  readonly enhanced: string | null;
  /** What the owner of the domain would change; empty where no record helps. */
  readonly recordToChange: readonly BounceRecord[];
  /** SPF, DKIM or DMARC. */
  readonly authenticationIsTheCause: boolean;
  /** These, or PTR, TLS, MX. */
  readonly setupIsTheCause: boolean;
  readonly temporary: boolean;
  /** Whose server answered, where that is known. */
  readonly provider: string | null;
  /** What the server said. */
  readonly said: string;
  /** The receiver's dated rules that its code stands for. */
  readonly rules: readonly FoundAnswer[];
}

export interface Bounce extends BounceVerdict {
  /** `dsn`: with the part that RFC 3464 asks for; `text`: without. */
  readonly form: 'dsn' | 'text';
  /** Of the first recipient, as all above. */
  readonly action: string | null;
  readonly statusField: string | null;
  readonly remoteMta: string | null;
  /** How many recipients the notification is about; null where its form does not tell. */
  readonly recipients: number | null;
  /** The verdicts of the recipients after the first. */
  readonly others: readonly BounceVerdict[];
}

interface Recipient {
  readonly action: string | null;
  readonly status: string | null;
  readonly diagnostic: string;
  readonly remoteMta: string | null;
}

const STATUS = /(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])/;

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

function recipientOf(fields: readonly HeaderField[]): Recipient {
  const remote = fieldValue(fields, 'remote-mta');
  return {
    action:
      fieldValue(fields, 'action')
        ?.toLowerCase()
        .split(/[\s;(]/, 1)[0] ?? null,
    status: STATUS.exec(fieldValue(fields, 'status') ?? '')?.[1] ?? null,
    diagnostic: oneLine(fieldValue(fields, 'diagnostic-code') ?? ''),
    remoteMta: remote === null ? null : oneLine(remote).replace(/^dns\s*;\s*/i, '') || null,
  };
}

const OF_RECIPIENT = ['final-recipient', 'original-recipient', 'action', 'status'] as const;

/**
 * The groups of fields that are about recipients (RFC 3464 §2.3), those of a notification that is itself given back
 * included: it tells why the first message failed. Null where the mail has no such part.
 */
function recipientsIn(mail: MailPart): readonly Recipient[] | null {
  const parts = [...allParts(mail)].filter(({ type }) => /^message\/(?:global-)?delivery-status$/.test(type));
  if (parts.length === 0) return null;
  return parts
    .flatMap((part) =>
      // Servers put their own language there as it is, whatever RFC 3464 says of characters.
      partText(part, limits.headerOctets)
        .replace(/\r\n?/g, '\n')
        .split(/\n[ \t]*\n/)
        .slice(0, limits.recipients),
    )
    .slice(0, limits.recipients)
    .map(readFields)
    .filter((fields) => OF_RECIPIENT.some((name) => fieldValue(fields, name) !== null))
    .map(recipientOf);
}

/** Where the copy of the message that was sent begins: what it says is no word of the server. */
const COPY =
  /^[ \t]*-{2,}[^\n]*(?:original|copy|unsent|headers?|below this line|enclosed)[^\n]*|^[ \t]*(?:message headers follow|original message follows|below is a copy)|^[ \t]*(?:>?return-path|received):[^\n]*(?:\n[ \t][^\n]*)*\n[\w-]+:/im;

/** The first text of a notification. */
function firstText(mail: MailPart): string {
  const part = [...allParts(mail)].find(({ type, parts }) => parts.length === 0 && /^text\/(?!rfc822)/.test(type));
  const plain = part === undefined ? partText(mail) : partText(part);
  return (part?.type === 'text/html' ? plain.replace(/<[^>]{0,2000}>/g, ' ') : plain).replace(/\r\n?/g, '\n');
}

/** The words of the server or of the program that reports: the first text, up to the copy of what was sent. */
function notificationText(mail: MailPart): string {
  const text = firstText(mail);
  const copy = COPY.exec(text);
  return copy === null ? text : text.slice(0, copy.index);
}

/**
 * The domain in From of the message that a bounce gives back, in a part of its own or behind the notification's text; null where it
 * gives none back.
 */
export function returnedFrom(octets: Uint8Array): string | null {
  const mail = readMail(octets);
  for (const part of allParts(mail)) {
    if (part.type !== 'message/rfc822' && part.type !== 'text/rfc822-headers') continue;
    const fields = part.parts[0]?.fields ?? readFields(binaryText(decodedBody(part).subarray(0, limits.headerOctets)));
    const domain = addressDomain(fieldValue(fields, 'from') ?? '');
    if (domain !== null) return domain;
  }
  const text = firstText(mail);
  const copy = COPY.exec(text);
  if (copy === null) return null;
  const header = text.slice(copy.index, copy.index + limits.valueLength * 4);
  return addressDomain(/^from:[ \t]*(\S[^\n]*(?:\n[ \t][^\n]*)*)/im.exec(header)?.[1] ?? '');
}

/** A reply: its code where no other number stands, and its enhanced code right behind. */
const REPLY =
  /(?<![\d.:/#=-])(2(?:0[0-2]|1[14]|2[01]|35|5[0-3])|[45]\d\d)(?:[ -]+\1)?(?::? |[ -]|\n[ \t])[ \t-]*#?(?:([245]\.\d{1,3}\.\d{1,3})(?![\d.])|(?=[^\d\s]|\d{1,3}(?:\.\d{1,3}){3}\b))/g;
const WITH_BOTH = /(?<![\d.:/#=-])([245]\d\d)[ -]+#?([245]\.\d{1,3}\.\d{1,3})(?![\d.])/;

interface Codes {
  readonly code: number | null;
  readonly enhanced: string | null;
  /** Where the reply begins. */
  readonly at: number;
}

/** An enhanced code in parentheses, as qmail writes it. */
const bare = (text: string): string | null => /[([]#([245]\.\d{1,3}\.\d{1,3})(?![\d.])/.exec(text)?.[1] ?? null;

/** An enhanced code that begins a line, where no reply code stands. */
const first = (text: string): string | null =>
  /(?:^|\n)[ \t"'-]*([45]\.\d{1,3}\.\d{1,3})(?![\d.])[ \t:-]+\S/.exec(text)?.[1] ?? null;

/** A code that a program names, sets in brackets, or that a number of the server's own follows. */
const NAMED =
  /(?:\b|_|response)(?:error|code|status|reply)[ :=]+[[(]?([45]\d\d)(?![\d.])|[[(]([45]\d\d)[\])](?! ?\d{3}[ -]\d)|^([45]\d\d)(?=[ -]\d{1,3}[ -])/i;

/** An enhanced code beside a reply code that stands elsewhere than RFC 2034 puts it: `5.7.1 550 …`, `[550] 5.1.1 …`. */
function beside(text: string, at: number, code: number): string | null {
  const before = /(?:^|[\s(])([245]\.\d{1,3}\.\d{1,3})[\s:-]+[[(]?$/.exec(text.slice(Math.max(0, at - 20), at))?.[1];
  const enhanced =
    before ??
    /^\D{0,14}\d{3}[\])]?(?:[\s:-]+|,[ \t]*\w{4,12}[ :]+)#?([245]\.\d{1,3}\.\d{1,3})(?![\d.])/.exec(
      text.slice(at),
    )?.[1];
  return enhanced?.[0] === String(code)[0] ? (enhanced ?? null) : null;
}

function codesIn(text: string): Codes {
  const found = [...text.matchAll(REPLY)];
  // An answer that refuses tells more than those before it that did not.
  const refusal = found.find(([, code = '']) => !code.startsWith('2')) ?? found[0];
  if (refusal === undefined) {
    const named = NAMED.exec(text);
    if (named === null) return { code: null, enhanced: bare(text) ?? first(text), at: 0 };
    const code = Number(named[1] ?? named[2] ?? named[3]);
    return { code, enhanced: beside(text, named.index, code) ?? bare(text), at: 0 };
  }
  const [, code = '', enhanced] = refusal;
  // The program that reports may say the same again with a code of its own.
  const again = found.find(([, other = '', detail]) => detail !== undefined && other[0] === code[0]);
  return {
    code: Number(code),
    enhanced: enhanced ?? again?.[2] ?? beside(text, refusal.index, Number(code)) ?? bare(text),
    at: refusal.index,
  };
}

/** Where a text goes on to the next recipient: with a line that begins with an address, or one that holds nothing else. */
const NEXT_RECIPIENT =
  /\n(?:<?[^\s<>@]{1,64}@[^\s<>@:]{1,255}>?(?=[:\s])| {1,3}<?[^\s<>@]{1,64}@[^\s<>@]{1,255}>?[ \t]*\n)/;

/** A reply and what follows it, up to the next recipient. @param at where the reply begins. */
function replyAt(text: string, at: number): string {
  const reply = text.slice(at);
  const next = at === 0 ? null : NEXT_RECIPIENT.exec(reply);
  return next === null ? reply : reply.slice(0, next.index);
}

/** The words of a reply without what each of its lines begins with. */
function wordsOf(text: string): string {
  return oneLine(text.replace(/(?:^|\s)[245]\d\d[- ](?:[245]\.\d{1,3}\.\d{1,3})?(?=\s)/g, ' '));
}

const SETUP: ReadonlySet<BounceRecord> = new Set(['spf', 'dkim', 'dmarc', 'ptr', 'tls', 'mta-sts', 'dane', 'mx']);
const DELIVERED: ReadonlySet<string> = new Set(['delivered', 'relayed', 'expanded', 'deliverable']);

function verdictOf(reply: Reply, action: string | null, isBounce: boolean): BounceVerdict {
  const { code, enhanced, text, provider } = reply;
  const isSuccess =
    (action !== null && DELIVERED.has(action)) || (code !== null ? code < 400 : enhanced?.startsWith('2.') === true);
  const isOne = isBounce && !isSuccess;
  const { category, records } = isOne ? causeOf(reply) : { category: 'not-a-bounce' as const, records: [] };
  const isTemporary =
    code !== null ? code >= 400 && code < 500 : enhanced !== null ? enhanced.startsWith('4') : action === 'delayed';
  return {
    category,
    replyCode: code,
    enhanced,
    recordToChange: records,
    authenticationIsTheCause: category === 'authentication',
    setupIsTheCause: records.some((record) => SETUP.has(record)),
    temporary: isOne && isTemporary,
    provider,
    said: text.slice(0, limits.valueLength),
    rules: isOne ? receiversRules(reply) : [],
  };
}

function fromRecipients(
  mail: MailPart,
  recipients: readonly Recipient[],
  receivers: readonly MailboxProvider[],
): Bounce {
  const notification = notificationText(mail);
  const verdicts = recipients.map((recipient): BounceVerdict => {
    const { diagnostic, status, remoteMta, action } = recipient;
    const told = diagnostic.replace(/^[\w-]+\s*;\s*/, '');
    const both = told === '' ? WITH_BOTH.exec(notification) : null;
    const codes: Codes =
      both === null ? codesIn(told) : { code: Number(both[1]), enhanced: both[2] ?? null, at: both.index };
    const notice = notification.slice(0, codes.at) + replyAt(notification, codes.at);
    const text = wordsOf(told === '' ? notice : told);
    return verdictOf(
      {
        code: codes.code,
        enhanced: codes.enhanced ?? status,
        text,
        provider: receiverOf([remoteMta, text]),
        receivers,
      },
      action,
      true,
    );
  });
  const [first] = verdicts;
  const [recipient] = recipients;
  const none = verdictOf({ code: null, enhanced: null, text: '', provider: null, receivers }, null, true);
  return {
    form: 'dsn',
    ...(first ?? none),
    action: recipient?.action ?? null,
    statusField: recipient?.status ?? null,
    remoteMta: recipient?.remoteMta ?? null,
    recipients: recipients.length,
    others: verdicts.slice(1),
  };
}

const DAEMON =
  /mailer-?daemon|postmaster|mail delivery|mail(?:er)? (?:administrator|system)|delivery (?:subsystem|system)|bounce|e-?mail delivery/i;
const SUBJECT =
  /undeliver|deliver\w* (?:status|failure|notification|report)|returned mail|mail (?:system )?(?:error|failure)|failure notice|delivery has failed|mail delivery|warning: message|permanent error|rejected|returned to sender|transcript/i;
const TEXT =
  /(?:could not|cannot|can ?not|couldn'?t|unable to|not) (?:yet )?(?:be )?(?:been )?deliver|did not reach|delivery to the following|undeliverable to|was not delivered|invalid final delivery|failed permanently|wasn'?t able to deliver|not able to deliver|group you tried to contact|transcript of session|error (?:occurred|delivering)|addresses had delivery|has been returned because|no such user here|has occurred while attempting to deliver|envelope expired|will not be delivered|remote host said|said: [45]\d\d|not a member of this mailing list|message log follows/i;

/** Notices say early what they are; a message that quotes one says it later. */
const NOTICE_LENGTH = 2000;

function isBounceText(mail: MailPart, text: string): boolean {
  const from = fieldValue(mail.fields, 'from') ?? '';
  const subject = fieldValue(mail.fields, 'subject') ?? '';
  if (fieldValue(mail.fields, 'x-failed-recipients') !== null) return true;
  if (TEXT.test(text) || /groups\.google\.com/.test(text)) return true;
  if (translatedNotice.test(`${subject}\n${text.slice(0, NOTICE_LENGTH)}`)) return true;
  const isDaemon = DAEMON.test(from) && !/^\s*(?:re|aw|sv):/i.test(subject);
  const isVacation = /^auto-replied|vacation/i.test(fieldValue(mail.fields, 'auto-submitted') ?? '') && !isDaemon;
  if (isVacation) return false;
  const { code, enhanced, at } = codesIn(text);
  // A refusal with both codes, or with a line of its own, is none that people write to each other.
  const isPlain = code !== null && code >= 400 && (enhanced !== null || /(?:^|\n)[ \t]*$/.test(text.slice(0, at)));
  if (
    isPlain &&
    causeOf({ code, enhanced, text: wordsOf(text.slice(at)), provider: null, receivers: [] }).category !== 'unknown'
  )
    return true;
  return code !== null
    ? isDaemon || SUBJECT.test(subject) || mail.fields.length === 0
    : isDaemon && SUBJECT.test(subject);
}

/** The notification that a text notification gives back in its own text; null where it gives none back. */
function returnedNotification(mail: MailPart, receivers: readonly MailboxProvider[]): Bounce | null {
  const text = firstText(mail);
  const copy = COPY.exec(text);
  if (copy === null) return null;
  const returned = text.slice(copy.index).replace(/^[ \t]*-[^\n]*\n\s*/, '');
  const inner = readMail(new TextEncoder().encode(returned));
  if (!DAEMON.test(fieldValue(inner.fields, 'from') ?? '')) return null;
  const recipients = recipientsIn(inner);
  return recipients === null ? null : fromRecipients(inner, recipients, receivers);
}

function fromText(mail: MailPart, receivers: readonly MailboxProvider[]): Bounce {
  const text = notificationText(mail);
  const { code, enhanced, at } = codesIn(text);
  const whole = wordsOf(text);
  const isDelivery = /"notificationType"\s*:\s*"Delivery"/.test(text);
  const from = fieldValue(mail.fields, 'from');
  const provider = receiverOf([whole, from]);
  const isBounce = !isDelivery && isBounceText(mail, text);
  // What the server said counts before what the program around it says.
  const own = verdictOf({ code, enhanced, text: wordsOf(replyAt(text, at)), provider, receivers }, null, isBounce);
  const isKnown = own.category !== 'unknown' || at === 0;
  if (isBounce && own.category === 'unknown' && code === null) {
    const returned = returnedNotification(mail, receivers);
    if (returned !== null) return { ...returned, form: 'text', action: null, statusField: null, remoteMta: null };
  }
  // Where no boundary divides what is said to be in parts, the notification and the copy of the message lie in one.
  const isUndivided = mail.type.startsWith('multipart/') && mail.parts.length === 0;
  return {
    form: 'text',
    ...(isKnown ? own : verdictOf({ code, enhanced, text: whole, provider, receivers }, null, isBounce)),
    ...(isUndivided ? { replyCode: null, enhanced: null, temporary: false } : {}),
    action: null,
    statusField: null,
    remoteMta: null,
    recipients: null,
    others: [],
  };
}

/** What was copied out of a mail, as a mail without fields. */
function withEmptyHeader(text: Uint8Array): Uint8Array {
  const octets = new Uint8Array(text.length + 1);
  octets[0] = 0x0a;
  octets.set(text, 1);
  return octets;
}

/**
 * Reads a bounce: a mail, or what somebody copied out of one. Never throws.
 *
 * @param octets the whole of it, with whatever line ends.
 * @param receivers the receivers’ rules that hold, where they are not the program’s own.
 */
export function readBounce(octets: Uint8Array, receivers: readonly MailboxProvider[] = mailboxProviders): Bounce {
  const begin = octets.subarray(0, 8192);
  const isOld = begin.includes(0x0d) && !begin.includes(0x0a);
  const whole = isOld ? octets.map((octet) => (octet === 0x0d ? 0x0a : octet)) : octets;
  const mail = readMail(looksLikeMail(whole) ? whole : withEmptyHeader(whole.subarray(0, limits.bounceText)));
  const recipients = recipientsIn(mail);
  return recipients === null ? fromText(mail, receivers) : fromRecipients(mail, recipients, receivers);
}

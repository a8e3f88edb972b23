import { formatIp, parseIp } from '../../dns/ip.ts';
import { addressDomain } from '../mail/addresses.ts';
import type { HeaderField, MailPart } from '../mail/mail.ts';
import { allParts, decodedBody, fieldValue, fieldValues, partText, readFields } from '../mail/mail.ts';
import { binaryText } from '../mail/octets.ts';
import { limits } from '../limits.ts';
import type { Problem } from '../problems.ts';
import { isHostileText, Problems } from '../problems.ts';

/** Failure reports (RFC 9991, RFC 6591) and the complaints of feedback loops (RFC 5965). */

export interface FailureReport {
  /** Whether there is a part `message/feedback-report`; without one, what is told comes from the text around. */
  readonly feedbackPart: boolean;
  readonly type: string | null;
  readonly userAgent: string | null;
  /** Date and time as the report writes it. */
  readonly arrival: string | null;
  readonly authFailure: string | null;
  readonly authResults: string | null;
  readonly deliveryResult: string | null;
  readonly dkimDomain: string | null;
  readonly dkimSelector: string | null;
  readonly originalMailFrom: string | null;
  /** How many recipients the report names. */
  readonly originalRcptTo: number;
  readonly reportedDomains: readonly string[];
  /** In canonical form; as it was written where it is no address. */
  readonly sourceIp: string | null;
  /** The domain in From of the mail that the report is about, where the report holds that mail. */
  readonly originalHeaderFromDomain?: string;
  /** Known from the text of reports that have no feedback part. */
  readonly spfAligned?: boolean;
  readonly dkimAligned?: boolean;
}

export interface FailureReading {
  readonly report: FailureReport;
  readonly problems: readonly Problem[];
}

/** The IANA registry of feedback report types (RFC 5965 §7.3), and `opt-out` of its drafts, which is still sent. */
const TYPES: ReadonlySet<string> = new Set([
  'abuse',
  'auth-failure',
  'fraud',
  'miscategorized',
  'not-spam',
  'opt-out',
  'opt-out-list',
  'other',
  'virus',
]);
/** RFC 6591 §3.2.3, RFC 9991 §4. */
const FAILURES: ReadonlySet<string> = new Set(['adsp', 'bodyhash', 'revoked', 'signature', 'spf', 'dmarc', 'dkim']);

const oneLine = (value: string): string => value.replace(/\s+/g, ' ').trim();

function readSource(value: string | null, problems: Problems): string | null {
  // OpenDMARC writes the name of the host behind the address.
  const written = value?.trim().split(/[\s(]/, 1)[0] ?? '';
  if (written === '') return null;
  const address = parseIp(written.replace(/^\[(?:IPv6:)?|\]$/gi, ''));
  if (address === null) problems.add('source-ip-invalid');
  return address === null ? written.slice(0, limits.valueLength) : formatIp(address);
}

/** The fields of the mail that a report is about: of the part that holds it, whole or its header alone. */
function originalFields(mail: MailPart): readonly HeaderField[] {
  for (const part of allParts(mail)) {
    if (part === mail) continue;
    if (part.type.startsWith('message/') && part.parts[0] !== undefined) return part.parts[0].fields;
    if (part.type === 'text/rfc822-headers' || part.type === 'text/rfc822-header') {
      const fields = readFields(binaryText(decodedBody(part)));
      if (fields.length > 0) return fields;
    }
  }
  return [];
}

function withFeedbackPart(mail: MailPart, feedback: MailPart): FailureReading {
  const problems = new Problems();
  // Fields may be parted by empty lines that do not belong there.
  const text = binaryText(decodedBody(feedback).subarray(0, limits.headerOctets));
  const fields = readFields(text);
  const value = (name: string): string | null => {
    const found = fieldValue(fields, name);
    if (found === null) return null;
    if (isHostileText(found.replace(/<[^<>\s]+@[^<>\s]*>/g, ''))) problems.add('hostile-text');
    return oneLine(found).slice(0, limits.valueLength);
  };
  const type = value('feedback-type')?.toLowerCase() ?? null;
  const authFailure = value('auth-failure')?.toLowerCase() ?? null;
  if (type === null || !TYPES.has(type)) problems.add('unknown-type');
  if (authFailure !== null && !authFailure.split(/[\s,]+/).every((each) => FAILURES.has(each)))
    problems.add('unknown-failure');
  const sourceIp = readSource(value('source-ip'), problems);
  const reportedDomains = fieldValues(fields, 'reported-domain').map((domain) =>
    oneLine(domain).toLowerCase().replace(/\.$/, ''),
  );
  if (type === 'auth-failure' && authFailure === null && sourceIp === null && reportedDomains.length === 0)
    problems.add('feedback-incomplete');
  const domain = addressDomain(fieldValue(originalFields(mail), 'from') ?? '');
  return {
    problems: problems.list(),
    report: {
      feedbackPart: true,
      type,
      userAgent: value('user-agent'),
      arrival: value('arrival-date') ?? value('received-date'),
      authFailure,
      authResults: value('authentication-results'),
      deliveryResult: value('delivery-result')?.toLowerCase() ?? null,
      dkimDomain: value('dkim-domain'),
      dkimSelector: value('dkim-selector'),
      originalMailFrom: value('original-mail-from'),
      originalRcptTo: Math.min(limits.recipients, fieldValues(fields, 'original-rcpt-to').length),
      reportedDomains: reportedDomains.slice(0, limits.recipients),
      sourceIp,
      ...(domain === null ? {} : { originalHeaderFromDomain: domain }),
    },
  };
}

/** What reports without the part tell in their text, one fact a line. */
function textValue(text: string, name: RegExp): string | null {
  for (const line of text.split(/\r?\n/).slice(0, 500)) {
    const [, label = '', value = ''] = /^\s*([\w -]{2,60}?)\s*:\s*(\S.{0,500})$/.exec(line) ?? [];
    if (name.test(label)) return value.trim();
  }
  return null;
}

const alignmentOf = (value: string | null): boolean | null =>
  value === null ? null : /^(?:yes|pass|true|aligned)\b/i.test(value);

function withoutFeedbackPart(mail: MailPart): FailureReading {
  const problems = new Problems();
  problems.add('feedback-part-missing');
  const textPart = [...allParts(mail)].find(({ type, parts }) => type === 'text/plain' && parts.length === 0);
  const text = textPart === undefined ? '' : partText(textPart);
  const inText = /^-{3,}[^\n]*(?:header|message|copy)[^\n]*\r?\n/im.exec(text);
  const below = inText === null ? '' : text.slice(inText.index + inText[0].length).trimStart();
  const inPart = originalFields(mail);
  const original = inPart.length > 0 ? inPart : readFields(below);
  const told = inText === null ? text : text.slice(0, inText.index);
  const spf = alignmentOf(textValue(told, /^spf align/i));
  const dkim = alignmentOf(textValue(told, /^dkim align/i));
  const reported = textValue(told, /^(?:sender|reported|from)[ -]domain$/i)?.toLowerCase() ?? null;
  const domain = addressDomain(fieldValue(original, 'from') ?? '');
  const subject = fieldValue(mail.fields, 'subject') ?? '';
  const isAuthentication = /dmarc|authentication|spf|dkim/i.test(`${subject} ${told.slice(0, 500)}`);
  const isUnsubscribe = /unsubscribe/i.test(subject);
  return {
    problems: problems.list(),
    report: {
      feedbackPart: false,
      type: isAuthentication ? 'auth-failure' : isUnsubscribe ? 'opt-out' : original.length > 0 ? 'abuse' : null,
      userAgent: null,
      arrival: textValue(told, /^(?:received|arrival)[ -]date$/i),
      authFailure: null,
      authResults: null,
      deliveryResult: null,
      dkimDomain: null,
      dkimSelector: null,
      originalMailFrom: null,
      originalRcptTo: 0,
      reportedDomains: reported === null ? [] : [reported],
      sourceIp: readSource(textValue(told, /^(?:sender|source)?[ -]?ip(?:[ -]address)?$/i), problems),
      ...(domain === null ? {} : { originalHeaderFromDomain: domain }),
      ...(spf === null ? {} : { spfAligned: spf }),
      ...(dkim === null ? {} : { dkimAligned: dkim }),
    },
  };
}

const isFeedback = ({ type }: MailPart): boolean => type === 'message/feedback-report';

/** @returns null where the mail has no feedback report as its standard wants it. */
export function readFailureReport(mail: MailPart): FailureReading | null {
  for (const part of allParts(mail)) if (isFeedback(part)) return withFeedbackPart(mail, part);
  return null;
}

/**
 * Reads a mail that means to be a failure report or a complaint and has no feedback report.
 *
 * @returns null where nothing says that it means to be one.
 */
export function guessFailureReport(mail: MailPart): FailureReading | null {
  const parts = [...allParts(mail)];
  if (parts.some(({ type }) => type === 'message/delivery-status')) return null;
  const isNamed = parts.some(({ parameters }) => parameters.get('report-type')?.toLowerCase() === 'feedback-report');
  const subject = fieldValue(mail.fields, 'subject') ?? '';
  const isMeant =
    isNamed ||
    /complaint about message|abuse report|feedback report|(?:forensic|failure) report|^\s*unsubscribe\s*$/i.test(
      subject,
    );
  return isMeant ? withoutFeedbackPart(mail) : null;
}

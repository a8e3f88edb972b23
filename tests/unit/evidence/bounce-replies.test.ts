import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readBounce } from '../../../shared/evidence/bounce/bounce.ts';

/** What servers answer, in every form that brings it back: right values by what the answer says, receiver by receiver. */

const REPLIES = path.resolve(import.meta.dirname, '../../fixtures/evidence/replies.txt');

interface Answer {
  readonly host: string;
  readonly reply: string;
  readonly category: string;
  readonly records: readonly string[];
}

const answers: readonly Answer[] = readFileSync(REPLIES, 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => {
    const [host = '', reply = '', category = '', records = ''] = line.split(/ \|(?: |$)/);
    return { host, reply, category: category.trim(), records: records.split(' ').filter(Boolean).sort() };
  });

function dsn(fields: string): string {
  return `From: MAILER-DAEMON@a.example
Subject: Undelivered
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b

It failed.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; a.example

Final-Recipient: rfc822; user@recipient.example
Action: failed
${fields}

--b--
`;
}

const statusOf = (reply: string): string =>
  /(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.])/.exec(reply)?.[0] ?? `${reply.slice(0, 1)}.0.0`;

/** As qmail tells it: without a part that says codes. */
const plain = (reply: string): string => `From: MAILER-DAEMON@a.example
Subject: failure notice

Hi. This is the mail program at a.example.
I'm afraid I wasn't able to deliver your message to the following addresses.

<user@recipient.example>:
192.0.2.9 failed after I sent the message.
Remote host said: ${reply}

--- Below this line is a copy of the message.

Return-Path: <a@example.com>
`;

const found = (mail: string) => {
  const { category, recordToChange, replyCode } = readBounce(Buffer.from(mail));
  return { category, records: [...recordToChange].sort(), replyCode };
};

describe('what receivers answer', () => {
  it.each(answers)('$host: $reply', ({ host, reply, category, records }) => {
    const wanted = { category, records, replyCode: Number(reply.slice(0, 3)) };
    const fields = `Status: ${statusOf(reply)}\nRemote-MTA: dns; ${host}\nDiagnostic-Code: smtp; ${reply}`;
    expect(found(dsn(fields))).toEqual(wanted);
    expect(found(plain(reply))).toEqual(wanted);
  });
});

/** A mail, and its cause, reply code, enhanced code and what is to be changed. */
type Told = readonly [name: string, mail: string, told: readonly [string, number | null, string | null, string]];

const NOTICES: readonly Told[] = [
  [
    'a mail saved with an empty line before it',
    `\nFrom: MAILER-DAEMON@a.example\nSubject: failure notice\n\nI wasn't able to deliver your message.\n\n<user@recipient.example>:\nRemote host said: 550 5.7.25 no PTR record\n`,
    ['reverse-dns', 550, '5.7.25', 'ptr'],
  ],
  [
    'a number of a telephone',
    `From: MAILER-DAEMON@a.example\nSubject: failure notice\n\nYour message could not be delivered. Please call (480) 555-0100.\n\n<user@recipient.example>:\nThis account is over quota.\n`,
    ['mailbox', null, null, ''],
  ],
  [
    'too much mail in the mailbox',
    `From: MAILER-DAEMON@a.example\nSubject: failure notice\n\nI wasn't able to deliver your message.\n\n<user@recipient.example>:\nUser's Disk Quota Exceeded. Your intended recipient has too much mail stored in his mailbox.\n`,
    ['mailbox', null, null, ''],
  ],
  [
    'a message that is too large',
    `From: MAILER-DAEMON@a.example\nSubject: failure notice\n\nYour message was not delivered to user@recipient.example\nThis mail message has exceeded the maximum incoming message size.\n`,
    ['size', null, null, ''],
  ],
  [
    'a code and a colon',
    `From: MAILER-DAEMON@a.example\nSubject: Failure Notice\n\nSorry, we were unable to deliver your message to the following address.\n\n<user@recipient.example>:\n550: 5.2.2 <user@recipient.example>... Mailbox Full\n\n--- Below this line is a copy of the message.\n`,
    ['mailbox', 550, '5.2.2', ''],
  ],
  [
    'codes that are named',
    `From: mailer-daemon@a.example\nSubject: Undelivered Mail Returned to Sender\n\nA message that you sent could not be delivered to one or more of its recipients.\n\nuser@recipient.example Invalid Address, ERROR_CODE :550, ERROR_CODE :5.7.23 SPF validation failed\n`,
    ['authentication', 550, '5.7.23', 'spf'],
  ],
  [
    'an enhanced code alone',
    `From: mailer-daemon@a.example\nSubject: Mail delivery failed: returning message to sender\n\nA message that you sent could not be delivered.\n\n"user@recipient.example":\nSMTP error from remote server after RCPT command:\nhost: mx.recipient.example\n5.1.1 <user@recipient.example>... User Unknown\n`,
    ['address', null, '5.1.1', ''],
  ],
  [
    'an enhanced code in brackets',
    `From: MAILER-DAEMON@a.example\nSubject: Delivery failure\n\nUnable to deliver message to the following address(es).\n\n<user@recipient.example>:\nResources temporarily unavailable, please try again later [#4.1.9].\n`,
    ['receiver', null, '4.1.9', ''],
  ],
  [
    'a code at the end of a line',
    `From: MAILER-DAEMON@a.example (Mail Delivery System)\nSubject: Undelivered Mail Returned to Sender\n\nThe message could not be delivered.\n\n<user@recipient.example>: host\n    mx.recipient.example[192.0.2.9] said: 550\n    5.7.25 no PTR record\n`,
    ['reverse-dns', 550, '5.7.25', 'ptr'],
  ],
  [
    'the first of two recipients',
    `From: MAILER-DAEMON@a.example\nSubject: failure notice\n\nI'm afraid I wasn't able to deliver your message to the following addresses.\n\n<one@recipient.example>:\n192.0.2.9 does not like recipient.\nRemote host said: 550 5.1.1 User unknown\n\n<two@recipient.example>:\n192.0.2.9 failed after I sent the message.\nRemote host said: 550 5.7.26 rejected by DMARC policy\n`,
    ['address', 550, '5.1.1', ''],
  ],
  [
    'OpenSMTPD, expired',
    `From: Mailer Daemon <MAILER-DAEMON@a.example>\nSubject: Delivery status notification: error\n\nHi!\n\nAn error has occurred while attempting to deliver a message for the following list of recipients:\n\nuser@recipient.example: Envelope expired\n`,
    ['timeout', null, null, ''],
  ],
  [
    'qmail multi-line',
    `From: MAILER-DAEMON@a.example\nSubject: failure notice\n\nHi. This is the qmail-send program at a.example.\nI'm afraid I wasn't able to deliver your message to the following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n<user@recipient.example>:\n192.0.2.9 does not like recipient.\nRemote host said: 550-5.7.26 Unauthenticated email from example.com is not accepted due to domain's\n550-5.7.26 DMARC policy. Please contact the administrator of example.com domain if\n550 5.7.26 this was a legitimate mail.\nGiving up on 192.0.2.9.\n\n--- Below this line is a copy of the message.\n\nReturn-Path: <a@example.com>\n`,
    ['authentication', 550, '5.7.26', 'dmarc'],
  ],
  [
    'qmail #code',
    `From: MAILER-DAEMON@a.example\nSubject: failure notice\n\nHi. This is the qmail-send program at a.example.\n\n<user@recipient.example>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n`,
    ['address', null, '5.1.1', ''],
  ],
  [
    'qmail quota',
    `From: MAILER-DAEMON@a.example\nSubject: failure notice\n\nHi. This is the qmail-send program at a.example.\n\n<user@recipient.example>:\nThe users mailfolder is over the allowed quota (size). (#5.2.2)\n\n--- Below this line is a copy of the message.\n`,
    ['mailbox', null, '5.2.2', ''],
  ],
  [
    'exim',
    `From: Mail Delivery System <Mailer-Daemon@a.example>\nX-Failed-Recipients: user@recipient.example\nSubject: Mail delivery failed: returning message to sender\n\nThis message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n  user@recipient.example\n    host mx.recipient.example [192.0.2.9]\n    SMTP error from remote mail server after end of data:\n    550 5.7.1 SPF check: 192.0.2.1 is not allowed to send mail from example.com\n\n------ This is a copy of the message, including all the headers. ------\n\nReturn-path: <a@example.com>\n`,
    ['authentication', 550, '5.7.1', 'spf'],
  ],
  [
    'exim old',
    `From: Mail Delivery System <Mailer-Daemon@a.example>\nSubject: Mail delivery failed: returning message to sender\n\nThis message was created automatically by mail delivery software (Exim).\n\nThe following address(es) failed:\n\n  user@recipient.example\n    SMTP error from remote mail server after RCPT TO:<user@recipient.example>:\n    host mx.recipient.example [192.0.2.9]: 554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org\n\n------ This is a copy of the message, including all the headers. ------\n`,
    ['reputation', 554, '5.7.1', ''],
  ],
  [
    'exim german',
    `From: Mail Delivery System <Mailer-Daemon@a.example>\nSubject: Mail delivery failed: returning message to sender\nContent-Type: text/plain; charset=utf-8\n\nDiese Nachricht wurde automatisch erzeugt.\n\nIhre Nachricht konnte nicht zugestellt werden:\n\n  user@recipient.example\n    550 5.1.1 <user@recipient.example>: Benutzer unbekannt\n`,
    ['address', 550, '5.1.1', ''],
  ],
  [
    'postfix text',
    `From: MAILER-DAEMON@a.example (Mail Delivery System)\nSubject: Undelivered Mail Returned to Sender\n\nThis is the mail system at host a.example.\n\nI'm sorry to have to inform you that your message could not\nbe delivered to one or more recipients.\n\n                   The mail system\n\n<user@recipient.example>: host mx.recipient.example[192.0.2.9] said: 550-5.7.25\n    [192.0.2.1] The IP address sending this message does not have a PTR 550 5.7.25\n    record setup (in reply to end of DATA command)\n`,
    ['reverse-dns', 550, '5.7.25', 'ptr'],
  ],
  [
    'postfix delay dsn-less',
    `From: MAILER-DAEMON@a.example (Mail Delivery System)\nSubject: Delayed Mail (still being retried)\n\nThis is the mail system at host a.example.\n\n####################################################################\n# THIS IS A WARNING ONLY.  YOU DO NOT NEED TO RESEND YOUR MESSAGE. #\n####################################################################\n\nYour message could not be delivered for more than 4 hour(s).\n\n<user@recipient.example>: connect to mx.recipient.example[192.0.2.9]:25: Connection timed out\n`,
    ['timeout', null, null, ''],
  ],
  [
    'postfix resolve',
    `From: MAILER-DAEMON@a.example (Mail Delivery System)\nSubject: Undelivered Mail Returned to Sender\n\n<user@recipient.example>: Host or domain name not found. Name service error for name=recipient.example type=AAAA: Host not found\n`,
    ['routing', null, null, ''],
  ],
  [
    'sendmail',
    `From: Mail Delivery Subsystem <MAILER-DAEMON@a.example>\nSubject: Returned mail: see transcript for details\n\nThe original message was received at Mon, 5 Jan 2026 10:00:00 GMT\nfrom localhost [127.0.0.1]\n\n   ----- The following addresses had permanent fatal errors -----\n<user@recipient.example>\n    (reason: 553 5.1.8 <a@example.com>... Domain of sender address a@example.com does not exist)\n\n   ----- Transcript of session follows -----\n... while talking to mx.recipient.example.:\n>>> MAIL From:<a@example.com>\n<<< 553 5.1.8 <a@example.com>... Domain of sender address a@example.com does not exist\n501 5.6.0 Data format error\n`,
    ['policy', 553, '5.1.8', ''],
  ],
  [
    'exchange 2003',
    `From: System Administrator <postmaster@a.example>\nSubject: Undeliverable: Newsletter\n\nYour message did not reach some or all of the intended recipients.\n\n      Subject:\tNewsletter\n      Sent:\t1/5/2026 10:00 AM\n\nThe following recipient(s) could not be reached:\n\n      user@recipient.example on 1/5/2026 10:00 AM\n            There was a SMTP communication problem with the recipient's email server.  Please contact your system administrator.\n            <a.example #5.5.0 smtp;550 5.7.1 Message rejected due to SPF policy>\n`,
    ['authentication', 550, '5.7.1', 'spf'],
  ],
  [
    'exchange 2013',
    `From: Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@a.example>\nSubject: Undeliverable: Newsletter\n\nDelivery has failed to these recipients or groups:\n\nuser@recipient.example\nYour message wasn't delivered because the recipient's email provider rejected it.\n\nDiagnostic information for administrators:\n\nGenerating server: a.example\n\nuser@recipient.example\nRemote Server returned '550 5.7.515 Access denied, sending domain example.com doesn't meet the required authentication level. Spf= Fail , Dkim= Pass , DMARC= Pass'\n`,
    ['authentication', 550, '5.7.515', 'spf'],
  ],
  [
    'exchange hash',
    `From: postmaster@a.example\nSubject: Undeliverable: Newsletter\n\nDelivery has failed to these recipients or distribution lists:\n\nuser@recipient.example\n#< #5.1.1 smtp;550 5.1.1 <user@recipient.example>: user unknown> #SMTP#\n`,
    ['address', 550, '5.1.1', ''],
  ],
  [
    'exchange #550',
    `From: postmaster@a.example\nSubject: Undeliverable: Newsletter\n\nDiagnostic information for administrators:\nGenerating server: a.example\nuser@recipient.example\nmx.recipient.example #<mx.recipient.example #5.7.1 smtp; 550 5.7.1 Unable to relay> #SMTP#\n`,
    ['relay', 550, '5.7.1', ''],
  ],
  [
    'o365 german',
    `From: Microsoft Outlook <postmaster@a.example>\nSubject: Unzustellbar: Newsletter\nContent-Type: text/plain; charset=utf-8\n\nFehler bei der Nachrichtenzustellung an folgende Empfänger oder Gruppen:\n\nuser@recipient.example\nDie eingegebene E-Mail-Adresse konnte nicht gefunden werden.\n\nDiagnoseinformationen für Administratoren:\nGenerierender Server: A.eurprd01.prod.outlook.com\nuser@recipient.example\nRemote server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup'\n`,
    ['address', 550, '5.1.10', ''],
  ],
  [
    'o365 french no code',
    `From: postmaster@a.example\nSubject: Non remis : Newsletter\nContent-Type: text/plain; charset=utf-8\n\nÉchec de la remise pour ces destinataires ou groupes :\n\nuser@recipient.example\nLa boîte aux lettres du destinataire est pleine.\n`,
    ['mailbox', null, null, ''],
  ],
  [
    'spanish',
    `From: postmaster@a.example\nSubject: No se puede entregar: Boletín\nContent-Type: text/plain; charset=utf-8\n\nNo se pudo entregar el mensaje a los siguientes destinatarios:\n\nuser@recipient.example\nEl usuario no existe.\n`,
    ['address', null, null, ''],
  ],
  [
    'japanese',
    `From: Mail Delivery System <MAILER-DAEMON@a.example>\nSubject: =?UTF-8?B?6YWN5L+h5LiN6IO9?=\nContent-Type: text/plain; charset=utf-8\n\n次の宛先にメールを配信できませんでした。\n<user@recipient.example>\n宛先のメールアドレスが見つかりません。\n`,
    ['address', null, null, ''],
  ],
  [
    't-online',
    `From: MAILER-DAEMON@t-online.de\nSubject: Mail delivery failed: returning message to sender\nContent-Type: text/plain; charset=iso-8859-1\n\nIhre E-Mail konnte nicht zugestellt werden.\n\n<user@t-online.de>: 552 Requested mail action aborted: exceeded storage allocation, Postfach voll\n`,
    ['mailbox', 552, null, ''],
  ],
  [
    'enhanced before code',
    `From: MAILER-DAEMON@a.example\nSubject: Undeliverable mail\n\nFailed to deliver to 'user@recipient.example'\nSMTP module(domain recipient.example) reports:\n host mx.recipient.example says:\n 5.7.1 550 Message rejected: no PTR record for 192.0.2.1\n`,
    ['reverse-dns', 550, '5.7.1', 'ptr'],
  ],
  [
    'error code words',
    `From: MAILER-DAEMON@a.example\nSubject: Delivery Status Notification (Failure)\n\nDelivery to the following recipient failed permanently:\n\n     user@recipient.example\n\nTechnical details of permanent failure:\nGoogle tried to deliver your message, but it was rejected by the server for the recipient domain recipient.example by mx.recipient.example. [192.0.2.9].\n\nThe error that the other server returned was:\n550 5.7.1 Message rejected because DKIM signature verification failed\n\n----- Original message -----\n`,
    ['authentication', 550, '5.7.1', 'dkim'],
  ],
  [
    'gmail new',
    `From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>\nSubject: Delivery Status Notification (Failure)\nContent-Type: text/plain; charset="UTF-8"\n\n** Message blocked **\n\nYour message to user@recipient.example has been blocked. See technical details below for more information.\n\nThe response from the remote server was:\n\n550 5.7.1 Email rejected per DMARC policy for example.com\n`,
    ['authentication', 550, '5.7.1', 'dmarc'],
  ],
  [
    'html only',
    `From: postmaster@a.example\nSubject: Undeliverable: Newsletter\nContent-Type: text/html; charset=utf-8\n\n<html><body><p>Delivery has failed to these recipients</p><p>Remote Server returned &#39;550 5.7.23 SPF validation failed&#39;</p></body></html>\n`,
    ['authentication', 550, '5.7.23', 'spf'],
  ],
  [
    'smtp colon',
    `From: MAILER-DAEMON@a.example\nSubject: failure notice\n\n<user@recipient.example>: SMTP error code 550: No DMARC record for example.com\n`,
    ['authentication', 550, null, 'dmarc'],
  ],
  [
    'code in brackets',
    `From: MAILER-DAEMON@a.example\nSubject: failure notice\n\nuser@recipient.example: [550] 5.1.1 User unknown\n`,
    ['address', 550, '5.1.1', ''],
  ],
  [
    'status= log',
    `Jan  5 10:00:00 a postfix/smtp[123]: 4ABC: to=<user@recipient.example>, relay=mx.recipient.example[192.0.2.9]:25, delay=1, delays=0/0/1/0, dsn=5.7.1, status=bounced (host mx.recipient.example[192.0.2.9] said: 550 5.7.1 Reverse DNS lookup failed (in reply to RCPT TO command))\n`,
    ['reverse-dns', 550, '5.7.1', 'ptr'],
  ],
  [
    'pasted reply',
    `550-5.7.26 This mail has been blocked because the sender is unauthenticated.\n550-5.7.26 Gmail requires all senders to authenticate with either SPF or DKIM.\n550-5.7.26\n550-5.7.26  Authentication results:\n550-5.7.26  DKIM = did not pass\n550-5.7.26  SPF [example.com] with ip: [192.0.2.1] = did not pass\n550 5.7.26 gsmtp\n`,
    ['authentication', 550, '5.7.26', 'spf,dkim'],
  ],
  [
    'notes',
    `From: postmaster@a.example\nSubject: DELIVERY FAILURE: User user (user@recipient.example) not listed in Domino Directory\n\nYour message\n\n  Subject: Newsletter\n\nwas not delivered to:\n\n  user@recipient.example\n\nbecause:\n\n  User user (user@recipient.example) not listed in Domino Directory\n`,
    ['address', null, null, ''],
  ],
  [
    'mdaemon',
    `From: MAILER-DAEMON@a.example\nSubject: Permanent Delivery Failure\n\nThe attached message had PERMANENT fatal delivery errors!\n\nFailed address: user@recipient.example\n\n--- Session Transcript ---\nMon 2026-01-05 10:00:00: Parsing message\nMon 2026-01-05 10:00:01: <-- 250 OK\nMon 2026-01-05 10:00:02: --> RCPT To:<user@recipient.example>\nMon 2026-01-05 10:00:02: <-- 550 5.7.1 SPF unauthorized mail is prohibited.\nMon 2026-01-05 10:00:02: --> QUIT\n--- End Transcript ---\n`,
    ['authentication', 550, '5.7.1', 'spf'],
  ],
  [
    'courier',
    `From: Courier mail server at a.example <@>\nSubject: NOTICE: mail delivery status.\n\nThis is a delivery status notification from a.example,\nrunning the Courier mail server, version 0.75.\n\n                      UNDELIVERABLE MAIL\n\nYour message to the following recipients cannot be delivered:\n\n<user@recipient.example>:\n    mx.recipient.example [192.0.2.9]:\n>>> RCPT TO:<user@recipient.example>\n<<< 550 User unknown.\n`,
    ['address', 550, null, ''],
  ],
  [
    'zimbra quota',
    `From: MAILER-DAEMON@a.example (Mail Delivery System)\nSubject: Undelivered Mail Returned to Sender\n\n<user@recipient.example>: host mx[192.0.2.9] said: 552 5.2.2 Over quota (in reply to end of DATA command)\n`,
    ['mailbox', 552, '5.2.2', ''],
  ],
];

describe('what programs write about a failed delivery', () => {
  it.each(NOTICES)('%s', (_name, mail, told) => {
    const { category, replyCode, enhanced, recordToChange } = readBounce(Buffer.from(mail));
    expect([category, replyCode, enhanced, recordToChange.join(',')]).toEqual(told);
  });
});

const DIAGNOSTICS: readonly (readonly [
  field: string,
  status: string,
  told: readonly [string, number | null, string],
])[] = [
  ['Diagnostic-Code: smtp; 5.7.1 550 SPF failed', '5.0.0', ['authentication', 550, '5.7.1']],
  ['Diagnostic-Code: smtp; 5.1.1 - User unknown (550)', '5.1.1', ['address', 550, '5.1.1']],
  ['Diagnostic-Code: smtp; 550 #5.1.0 Address rejected.', '5.1.0', ['address', 550, '5.1.0']],
  ['Diagnostic-Code: SMTP; 550 Host unknown', '5.1.2', ['routing', 550, '5.1.2']],
  ['Diagnostic-Code: x-unix; user unknown', '5.1.1', ['address', null, '5.1.1']],
  [
    'Diagnostic-Code: X-Postfix; host mx.recipient.example[192.0.2.9] said: 550 5.7.1\n    <user@recipient.example>: Recipient address rejected: SPF fail (in reply to RCPT TO command)',
    '5.7.1',
    ['authentication', 550, '5.7.1'],
  ],
  [
    'Diagnostic-Code: smtp; 421-4.7.0 try again later\n 421 4.7.0 too many connections',
    '4.7.0',
    ['rate', 421, '4.7.0'],
  ],
  [
    'Diagnostic-Code: smtp;550-"JunkMail rejected - a.example [192.0.2.1]:1234 is in an\n 550 RBL: https://www.spamhaus.org/query/ip/192.0.2.1"',
    '5.0.0',
    ['reputation', 550, '5.0.0'],
  ],
  ['Diagnostic-Code: smtp;\n 554 5.7.1 Message rejected for DMARC\n policy', '5.7.1', ['authentication', 554, '5.7.1']],
  [
    'Diagnostic-Code: smtp; message text rejected by mx.recipient.example: 550 5.7.1 no valid DKIM signature',
    '5.7.1',
    ['authentication', 550, '5.7.1'],
  ],
  ['Diagnostic-Code: smtp; 552 1 Requested mail action aborted, mailbox not found', '5.0.0', ['address', 552, '5.0.0']],
  [
    'Diagnostic-Code: smtp; 554 30 Sorry, your message to user@yahoo.com cannot be delivered. This mailbox is disabled (554.30)',
    '5.0.0',
    ['mailbox', 554, '5.0.0'],
  ],
  ['Diagnostic-Code: smtp; 550-192.0.2.1 blacklisted\n 550 at zen.spamhaus.org', '5.7.1', ['reputation', 550, '5.7.1']],
  ['Diagnostic-Code: smtp; 550 5.7.1 =?utf-8?Q?Absender_unbekannt?=', '5.7.1', ['policy', 550, '5.7.1']],
  ['Diagnostic-Code: smtp; 550 5.7.1 user@recipient.example... Access denied', '5.7.1', ['policy', 550, '5.7.1']],
  ['', '5.1.1', ['address', null, '5.1.1']],
  ['', '5.7.1', ['policy', null, '5.7.1']],
  ['', '4.4.1', ['timeout', null, '4.4.1']],
  ['', '5.2.2', ['mailbox', null, '5.2.2']],
];

describe('where codes stand in a delivery status', () => {
  it.each(DIAGNOSTICS)('%s, status %s', (field, status, told) => {
    const { category, replyCode, enhanced } = readBounce(Buffer.from(dsn(`Status: ${status}\n${field}`)));
    expect([category, replyCode, enhanced]).toEqual(told);
  });
});

describe('bounces that are odd', () => {
  it('tells no code where nothing divides the notification from the copy of the message', () => {
    const mail = dsn('Status: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 User unknown').replace(
      'boundary=b',
      'boundary=c',
    );
    expect(readBounce(Buffer.from(mail))).toMatchObject({
      form: 'text',
      category: 'address',
      replyCode: null,
      enhanced: null,
      statusField: null,
    });
  });

  it('tells of a notification that came back what the one within it says, too', () => {
    const inner = dsn('Status: 5.3.5\nDiagnostic-Code: smtp; 553 5.3.5 system config error')
      .replaceAll('--b', '--c')
      .replace('boundary=b', 'boundary=c');
    const outer = dsn('Status: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 User unknown').replace(
      '--b--',
      `--b\nContent-Type: message/rfc822\n\n${inner}\n--b--`,
    );
    expect(readBounce(Buffer.from(outer))).toMatchObject({
      category: 'address',
      recipients: 2,
      others: [{ category: 'receiver', enhanced: '5.3.5' }],
    });
  });

  it('reads Japanese that no part says is such', () => {
    const mail = dsn(
      'Status: 5.0.0\nDiagnostic-Code: X-Notes; \u001b$B%f!<%6!<\u001b(B a (a@recipient.example) \u001b$B$O8+$D$+$j$^$;$s$G$7$?!#\u001b(B',
    );
    expect(readBounce(Buffer.from(mail)).category).toBe('address');
  });

  it('reads the notification that a text notification gives back', () => {
    const inner = dsn('Status: 5.7.1\nDiagnostic-Code: smtp; 550 5.7.1 SPF check failed');
    const outer = `From: MAILER-DAEMON@b.example\nSubject: Undelivered Mail Returned to Sender\n\nThe message returned below could not be delivered.\n\n------ This is a copy of the message ------\n${inner}`;
    expect(readBounce(Buffer.from(outer))).toMatchObject({
      form: 'text',
      category: 'authentication',
      replyCode: 550,
      enhanced: '5.7.1',
      recordToChange: ['spf'],
    });
  });

  it('takes a message about a bounce for none', () => {
    const talk = `From: a@example.com\nSubject: Re: your mail\n\nHi, the server said 550 last week, and now all is well.\n`;
    expect(readBounce(Buffer.from(talk)).category).toBe('not-a-bounce');
  });
});

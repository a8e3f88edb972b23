import { describe, expect, it } from 'vitest';
import { readBounce } from '../../../shared/evidence/bounce/bounce.ts';
import type { BounceCategory, BounceRecord } from '../../../shared/evidence/bounce/cause.ts';

/**
 * Refusals as servers and gateways word them, after their public documentation; names and addresses are documentation’s.
 * What decides is what the administrator of the sender’s domain would have to change.
 */

interface Refusal {
  readonly by: string;
  readonly reply: string;
  readonly category: BounceCategory;
  readonly records: readonly BounceRecord[];
}

const refusal = (
  by: string,
  reply: string,
  category: BounceCategory,
  ...records: readonly BounceRecord[]
): Refusal => ({
  by,
  reply,
  category,
  records,
});

const REFUSALS: readonly Refusal[] = [
  refusal('Rackspace, PTR', '450 4.7.1 Client host 192.0.2.7 has no PTR record (G1F)', 'reverse-dns', 'ptr'),
  refusal('Rackspace, connections', '421 Too many concurrent connections from this client (G2)', 'rate', 'rate'),
  refusal(
    'Rackspace, new address',
    '451 4.7.1 Received too many messages from a new or untrusted IP (G28)',
    'rate',
    'rate',
  ),
  refusal(
    'Rackspace, full flow',
    '450 4.2.1 <reader@example.net>: Mailbox received too much email in a short period of time (G30)',
    'mailbox',
  ),
  refusal('Rackspace, loop', '450 4.4.6 Routing loop detected (G16)', 'routing'),
  refusal(
    'Proofpoint Essentials, SPF',
    "550 5.7.1 Message rejected per sender's SPF policy - OXSUS001_514",
    'authentication',
    'spf',
  ),
  refusal('Proofpoint, SPF', '550 5.7.1 SPF unauthorized mail is prohibited.', 'authentication', 'spf'),
  refusal('Cisco ESA, SPF', '550 #5.7.1 SPF unauthorized mail is prohibited.', 'authentication', 'spf'),
  refusal('Cisco ESA, DMARC', '550 #5.7.1 DMARC unauthenticated mail is prohibited.', 'authentication', 'dmarc'),
  refusal('Cisco ESA, DKIM', '550 #5.7.1 DKIM unauthenticated mail is prohibited.', 'authentication', 'dkim'),
  refusal('Mimecast, DMARC', '550 DNS Authentication: DMARC Fail - policy=reject', 'authentication', 'dmarc'),
  refusal(
    'Mimecast, SPF',
    '550 Rejected by header based manually Blocked Senders: SPF hard fail',
    'authentication',
    'spf',
  ),
  refusal('rspamd, DMARC', '554 5.7.1 Email rejected per DMARC policy', 'authentication', 'dmarc'),
  refusal('maddy, DMARC', '550 5.7.1 DMARC check failed', 'authentication', 'dmarc'),
  refusal('maddy, SPF', '550 5.7.23 SPF authentication failed', 'authentication', 'spf'),
  refusal('OpenDMARC', '550 5.7.1 rejected by DMARC policy for example.com', 'authentication', 'dmarc'),
  refusal('OpenDKIM, missing', '550 5.7.0 no DKIM signature data', 'authentication', 'dkim'),
  refusal('OpenDKIM, bad', '550 5.7.0 bad DKIM signature data', 'authentication', 'dkim'),
  refusal(
    'policyd-spf',
    '550 5.7.23 <reader@example.net>: Recipient address rejected: Message rejected due to: SPF fail - not authorized',
    'authentication',
    'spf',
  ),
  refusal('Exim, SPF', '550 [SPF] 192.0.2.7 is not allowed to send mail from example.com.', 'authentication', 'spf'),
  refusal(
    'qpsmtpd, SPF',
    '550 SPF forgery: example.com does not designate 192.0.2.7 as permitted sender',
    'authentication',
    'spf',
  ),
  refusal(
    'SpamTitan, SPF',
    '554 5.7.1 Sender rejected: SPF check failed for bounces@example.com',
    'authentication',
    'spf',
  ),
  refusal(
    'Postfix, name',
    '450 4.7.25 Client host rejected: cannot find your hostname, [192.0.2.7]',
    'reverse-dns',
    'ptr',
  ),
  refusal('Postfix, HELO', '450 4.7.1 <mail.example.com>: Helo command rejected: Host not found', 'policy'),
  refusal('Postfix, sender', '450 4.1.8 <news@example.com>: Sender address rejected: Domain not found', 'policy'),
  refusal(
    'Postfix, null MX of the sender',
    '550 5.7.27 <news@example.com>: Sender address rejected: Domain example.com does not accept mail (nullMX)',
    'sender-domain',
    'mx',
  ),
  refusal(
    'Sendmail, sender',
    '553 5.1.8 <news@example.com>... Domain of sender address news@example.com does not exist',
    'policy',
  ),
  refusal('Sendmail, resolve', '451 4.1.8 Domain of sender address news@example.com does not resolve', 'policy'),
  refusal('Exim, callout', '550 Sender verify failed: no MX record for example.com', 'sender-domain', 'mx'),
  refusal('Comcast, PTR', '421 Reverse DNS failure : Try again later', 'reverse-dns', 'ptr'),
  refusal(
    'Cox, names',
    '554 5.1.0 cox 192.0.2.7 CXDNS: There was an issue with the connecting IP address Domain Name System',
    'reverse-dns',
    'ptr',
  ),
  refusal(
    'GMX, list',
    '554 No SMTP service. IP address is block listed. For explanation visit https://postmaster.example/case?c=r0201',
    'reputation',
  ),
  refusal(
    'GMX, PTR',
    '554 No SMTP service. Bad DNS PTR resource record. For explanation visit https://postmaster.example/case?c=rdns',
    'reverse-dns',
    'ptr',
  ),
  refusal(
    'T-Online',
    '554 IP=192.0.2.7 - A problem occurred. (Ask your postmaster for help or to contact tosa@rx.example to clarify.) (BL)',
    'reputation',
  ),
  refusal('Free, spam', '550 spam detected', 'content'),
  refusal('SFR, content', '550 5.7.1 Message content rejected', 'content'),
  refusal('NetEase, flow', '421 HL:IFC 192.0.2.7, see https://help.example/421', 'rate', 'rate'),
  refusal('NetEase, SPF', '550 MI:SPF mx7, see https://help.example/550', 'authentication', 'spf'),
  refusal(
    'Stalwart, DMARC',
    '550 5.7.1 Message rejected because it does not pass the DMARC policy of its domain',
    'authentication',
    'dmarc',
  ),
  refusal('Stalwart, reverse', '550 5.7.25 Reverse DNS validation failed.', 'reverse-dns', 'ptr'),
  refusal(
    'Cloudflare, neither',
    '550 5.7.26 Email sent from example.com without a passing SPF or DKIM',
    'authentication',
    'spf',
    'dkim',
  ),
  refusal('Exchange, hop without TLS', '451 5.7.3 Require TLS: STARTTLS is required to send mail', 'tls', 'tls'),
  refusal('Postfix, sending side, DANE', '4.7.5 Server certificate not trusted: no TLSA record matches', 'tls', 'dane'),
  refusal('Yandex, callout', '550 5.7.1 Callout verification failed', 'policy'),
  refusal('Mail.ru, DMARC', '550 5.7.1 Rejected: sender domain policy DMARC', 'authentication', 'dmarc'),
  refusal('Mail.ru, name', '451 4.7.1 Try again later: PTR record for 192.0.2.7 not found', 'reverse-dns', 'ptr'),
  refusal('Tencent, content', '550 Mail content denied.', 'content'),
  refusal('Tencent, domain', '550 Domain may not exist or DNS check failed', 'sender-domain', 'mx'),
  refusal('Tencent, bounces', '550 Suspected bounce attacks', 'policy'),
  refusal('NetEase, spam', '554 DT:SPM mx12', 'content'),
  refusal('Comcast, block', '554 mta.example comcast 192.0.2.7 Comcast block for spam', 'reputation'),
  refusal('Zoho, relay', '553 Relaying disallowed. Invalid Domain', 'relay'),
  refusal('Zoho, activity', '550 5.4.6 Unusual sending activity detected.', 'rate', 'rate'),
  refusal(
    'Fastmail, SPF',
    '550 5.7.1 SPF policy of -all and 192.0.2.7 not a permitted sender',
    'authentication',
    'spf',
  ),
  refusal('Naver, SPF', '550 5.7.1 Blocked by SPF check', 'authentication', 'spf'),
  refusal(
    'Postfix, no TLS',
    'TLS is required, but was not offered by host mx.receiver.example[192.0.2.7]',
    'tls',
    'tls',
  ),
  refusal('Postfix, certificate', 'Server certificate not trusted', 'tls', 'tls'),
  refusal('Postfix, handshake', 'Cannot start TLS: handshake failure', 'tls', 'tls'),
  refusal(
    'Postfix, verification',
    'certificate verification failed for mx.receiver.example[192.0.2.7]:25: untrusted issuer',
    'tls',
    'tls',
  ),
  refusal('Postfix, TLSA', 'TLSA lookup error for mx.receiver.example:25', 'tls', 'dane'),
  refusal('Exim, no TLS', 'a TLS session is required, but the server did not offer TLS support', 'tls', 'tls'),
  refusal('Exim, DANE', 'DANE error: tlsa lookup DEFER', 'tls', 'dane'),
  refusal('Google, certificate', "TLS Negotiation failed, the certificate doesn't match the host.", 'tls', 'tls'),
  refusal(
    'Microsoft, DNSSEC',
    '5.7.324 dnssec-invalid: Destination domain returned invalid DNSSEC records',
    'tls',
    'dane',
  ),
  refusal('Microsoft, policy', '5.4.8 MX hosts of receiver.example failed MTA-STS validation', 'tls', 'mta-sts'),
  refusal(
    'Google, code alone',
    '4.7.32 This mail has been rate limited because there is no DMARC alignment',
    'authentication',
    'dmarc',
  ),
  refusal('SPF, Russian', '550 5.7.1 Проверка SPF не пройдена', 'authentication', 'spf'),
  refusal('SPF, Chinese', '550 SPF 检查未通过', 'authentication', 'spf'),
  refusal('SPF, Korean', '550 5.7.1 SPF 인증 실패', 'authentication', 'spf'),
  refusal('DKIM, Japanese', '550 5.7.1 DKIM 署名の検証に失敗しました', 'authentication', 'dkim'),
  refusal(
    'DMARC, French',
    '571 5.7.1 Message refusé, vérification DMARC en échec LPN007_517',
    'authentication',
    'dmarc',
  ),
  refusal(
    'SPF, Spanish',
    '550 5.7.1 El servidor 192.0.2.7 no está autorizado por el registro SPF de example.com',
    'authentication',
    'spf',
  ),
  refusal('DKIM, Portuguese', '550 5.7.1 Assinatura DKIM não passou na verificação', 'authentication', 'dkim'),
  refusal('DMARC, German', '550 5.7.1 Abgelehnt: DMARC-Prüfung fehlgeschlagen', 'authentication', 'dmarc'),
  refusal('Postfix, trust', 'Trusted TLS connection could not be established to mx.receiver.example', 'tls', 'tls'),
  refusal('a certificate of its own', 'cannot verify server certificate: self-signed certificate', 'tls', 'tls'),
  refusal('DANE, no match', 'DANE verification failed for mx.receiver.example: no matching TLSA record', 'tls', 'dane'),
  refusal('MTA-STS, not fetched', 'Failed to fetch the MTA-STS policy of receiver.example', 'tls', 'mta-sts'),
  refusal('Barracuda', '550 permanent failure for one or more recipients (reader@example.net:blocked)', 'policy'),
];

describe('a code that is about one check', () => {
  it.each([
    ['5.7.27', 'spf'],
    ['5.7.30', 'dkim'],
  ] as const)('%s of Google is, whatever else its words ask for', (code, record) => {
    const reply = `550-${code} The sender is unauthenticated: authenticate with either SPF or DKIM. 550-${code} DKIM = did not pass 550-${code} SPF [example.com] with ip: [192.0.2.7] = did not pass 550 ${code} by gsmtp`;
    expect(readBounce(Buffer.from(reply)).recordToChange).toEqual([record]);
  });
});

describe('what refusals ask to be changed', () => {
  it.each(REFUSALS.map((each) => [each.by, each] as const))('%s', (_by, { reply, category, records }) => {
    const bounce = [
      'From: MAILER-DAEMON@mta.example',
      'Subject: Undelivered Mail Returned to Sender',
      'Content-Type: multipart/report; report-type=delivery-status; boundary=p',
      '',
      '--p',
      'Content-Type: message/delivery-status',
      '',
      'Reporting-MTA: dns; mta.example',
      '',
      'Final-Recipient: rfc822; reader@example.net',
      'Action: failed',
      'Remote-MTA: dns; mx.receiver.example',
      `Diagnostic-Code: smtp; ${reply}`,
      '',
      '--p--',
      '',
    ].join('\r\n');
    const found = readBounce(Buffer.from(bounce));
    expect({ category: found.category, records: found.recordToChange }).toEqual({ category, records });
    // The same words, copied out of a log.
    if (/^\d{3}/.test(reply))
      expect(readBounce(Buffer.from(reply)).category, 'without a mail around it').toBe(category);
  });
});

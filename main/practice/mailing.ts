import { createHash, createSign } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { discoverDmarc } from '../../shared/dmarc/discovery.ts';
import type { DmarcRecord } from '../../shared/dmarc/record.ts';
import type { Lookup } from '../../shared/dns/lookup.ts';
import type { ResourceRecord } from '../../shared/dns/records.ts';
import { joinTxt } from '../../shared/dns/txt.ts';
import { zoneLookup } from '../../shared/dns/zone-lookup.ts';
import { binaryOctets } from '../../shared/evidence/mail/octets.ts';
import { canonicalBody, canonicalField } from '../../shared/evidence/message/canonical.ts';
import type { MessageVerdict } from '../../shared/evidence/message/message.ts';
import { evaluateMessage } from '../../shared/evidence/message/message.ts';
import { DAY_MS } from '../../shared/time.ts';

/** A mailing of the practice service, and what comes back from it: as receivers evaluate what is published. */

/** A file as it would come back by mail, or out of a mailbox. */
export interface ReturnedFile {
  readonly name: string;
  readonly octets: Uint8Array;
}

export interface Mailing {
  readonly files: readonly ReturnedFile[];
  /** What a receiver did not send, and why; a sentence each. */
  readonly missing: readonly string[];
}

const RECEIVER = 'receiver.example';
const SERVER = `mx.${RECEIVER}`;
/** What the practice provider’s include names (RFC 5737). */
const SERVICE_ADDRESS = '192.0.2.1';
/** A server that everybody has forgotten: it sends as the domain, and nobody has given it a record. */
const SHOP_ADDRESS = '198.51.100.77';
const NEWSLETTERS = 1200;
const ORDERS = 48;
const SIGNED = ['from', 'to', 'subject', 'date', 'list-unsubscribe', 'list-unsubscribe-post'];
const SELECTOR = 'api';

interface Letter {
  readonly fields: readonly string[];
  readonly body: string;
}

function letterOf(domain: string, from: string, at: Date): Letter {
  return {
    fields: [
      `From: ${from} <${from.toLowerCase()}@${domain}>`,
      'To: Reader <reader@receiver.example>',
      `Subject: ${from}`,
      `Date: ${at.toUTCString().replace('GMT', '+0000')}`,
      `Message-ID: <${from.toLowerCase()}.${at.getTime()}@${domain}>`,
      `List-Unsubscribe: <https://${domain}/unsubscribe?reader=1>`,
      'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=utf-8',
    ],
    body: 'Good morning.\r\n',
  };
}

/** The field of a signature over a letter (RFC 6376 §3.5, §3.7). */
function signature({ fields, body }: Letter, domain: string, privateKeyPem: string): string {
  const hash = createHash('sha256')
    .update(canonicalBody(binaryOctets(body), 'relaxed'), 'latin1')
    .digest('base64');
  const unsigned = `DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=${domain}; s=${SELECTOR}; h=${SIGNED.join(':')}; bh=${hash}; b=`;
  const named = SIGNED.flatMap((name) => fields.find((field) => field.toLowerCase().startsWith(`${name}:`)) ?? []);
  const text = [
    ...named.map((field) => `${canonicalField(field, 'relaxed')}\r\n`),
    canonicalField(unsigned, 'relaxed'),
  ];
  const value = createSign('sha256').update(text.join(''), 'latin1').sign(privateKeyPem, 'base64');
  return `${unsigned}${value}`;
}

interface Delivered {
  readonly text: string;
  readonly verdict: MessageVerdict;
  readonly address: string;
}

/** A letter as the receiving server has it. */
async function deliver(
  letter: Letter,
  way: {
    readonly address: string;
    readonly helo: string;
    readonly mailFrom: string;
    readonly signature: string | null;
  },
  world: { readonly lookup: Lookup; readonly at: Date },
): Promise<Delivered> {
  const { address, helo, mailFrom } = way;
  const date = world.at.toUTCString().replace('GMT', '+0000');
  const text = [
    `Return-Path: <${mailFrom}>`,
    `Received: from ${helo} (${helo} [${address}]) by ${SERVER} with ESMTPS; ${date}`,
    ...(way.signature === null ? [] : [way.signature]),
    ...letter.fields,
    '',
    letter.body,
  ].join('\r\n');
  const envelope = { ip: address, helo, mailFrom };
  const verdict = await evaluateMessage({
    octets: binaryOctets(text),
    envelope,
    lookup: world.lookup,
    now: world.at.getTime(),
  });
  return { text, verdict, address };
}

const passes = (isPass: boolean): string => (isPass ? 'pass' : 'fail');

/** What a receiver does to mail that fails, which it need not do to all of it. */
const dispositionOf = ({ dmarc, policy }: MessageVerdict): string => (dmarc === 'pass' ? 'none' : (policy ?? 'none'));

function rowXml({ verdict, address }: Delivered, count: number, domain: string): string {
  const { spf, dkim } = verdict;
  const results = dkim.map(
    ({ domain: signer, selector, result }) =>
      `<dkim><domain>${signer}</domain><selector>${selector}</selector><result>${result === 'pass' ? 'pass' : 'fail'}</result></dkim>`,
  );
  const isDkim = dkim.some(({ result, aligned }) => result === 'pass' && aligned === true);
  const isSpf = spf.result === 'pass' && spf.aligned === true;
  const evaluated = `<disposition>${dispositionOf(verdict)}</disposition><dkim>${passes(isDkim)}</dkim><spf>${passes(isSpf)}</spf>`;
  const spfResult = spf.result === 'not-checked' ? 'none' : spf.result;
  return `<record><row><source_ip>${address}</source_ip><count>${count}</count><policy_evaluated>${evaluated}</policy_evaluated></row><identifiers><header_from>${domain}</header_from></identifiers><auth_results>${results.join('')}<spf><domain>${spf.domain ?? domain}</domain><scope>mfrom</scope><result>${spfResult}</result></spf></auth_results></record>`;
}

/** An aggregate report (RFC 9990 §3.1). Nothing in it comes from outside but names of domains, which hold no markup. */
function aggregateXml(
  about: { readonly domain: string; readonly record: DmarcRecord; readonly id: string },
  begin: number,
  rows: readonly string[],
): string {
  const { record, domain, id } = about;
  const { policy } = record;
  const subdomains = record.subdomainPolicy === undefined ? '' : `<sp>${record.subdomainPolicy}</sp>`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<feedback xmlns="urn:ietf:params:xml:ns:dmarc-2.0"><version>1.0</version><report_metadata><org_name>${RECEIVER}</org_name><email>dmarc@${RECEIVER}</email><report_id>${id}</report_id><date_range><begin>${begin}</begin><end>${begin + 86_399}</end></date_range></report_metadata><policy_published><domain>${domain}</domain><p>${policy}</p>${subdomains}</policy_published>${rows.join('')}</feedback>\n`;
}

function tlsJson(domain: string, begin: number, id: string): string {
  const time = (seconds: number) => new Date(seconds * 1000).toISOString().replace('.000', '');
  return JSON.stringify({
    'organization-name': RECEIVER,
    'date-range': { 'start-datetime': time(begin), 'end-datetime': time(begin + 86_399) },
    'contact-info': `tls@${RECEIVER}`,
    'report-id': id,
    policies: [
      {
        policy: { 'policy-type': 'no-policy-found', 'policy-domain': domain },
        summary: { 'total-successful-session-count': 31, 'total-failure-session-count': 2 },
        'failure-details': [
          {
            'result-type': 'certificate-expired',
            'receiving-mx-hostname': `mx.${domain}`,
            'failed-session-count': 2,
          },
        ],
      },
    ],
  });
}

function bounce(
  domain: string,
  at: Date,
  answer: { readonly status: string; readonly text: string },
  returned: string,
): string {
  const header = returned.slice(0, returned.indexOf('\r\n\r\n'));
  return [
    `From: Mail Delivery System <MAILER-DAEMON@mta.service.example>`,
    `To: bounces@${domain}`,
    'Subject: Undelivered Mail Returned to Sender',
    `Date: ${at.toUTCString().replace('GMT', '+0000')}`,
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary="part"',
    '',
    '--part',
    'Content-Type: text/plain; charset=utf-8',
    '',
    'Your message could not be delivered.',
    '',
    '--part',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mta.service.example',
    '',
    'Final-Recipient: rfc822; reader@receiver.example',
    'Action: failed',
    `Status: ${answer.status}`,
    `Remote-MTA: dns; ${SERVER}`,
    `Diagnostic-Code: smtp; ${answer.text}`,
    '',
    '--part',
    'Content-Type: text/rfc822-headers',
    '',
    header,
    '',
    '--part--',
    '',
  ].join('\r\n');
}

const textsAt = (records: readonly ResourceRecord[], name: string): readonly string[] =>
  records.flatMap((record) =>
    record.type === 'TXT' && record.name.toLowerCase() === name ? [joinTxt(record.strings)] : [],
  );

/**
 * Sends a mailing from a domain, and a few letters from a server that nobody has listed; gives back what receivers send.
 *
 * @param world all records there are. @param number of the mailing: each has reports of its own.
 */
export async function sendMailing(
  domain: string,
  world: { readonly records: readonly ResourceRecord[]; readonly privateKeyPem: string; readonly now: number },
  number: number,
): Promise<Mailing> {
  const at = new Date(world.now);
  const lookup = zoneLookup(world.records);
  const receiver = { lookup, at };
  const newsletter = letterOf(domain, 'Newsletter', at);
  const sent = await deliver(
    newsletter,
    {
      address: SERVICE_ADDRESS,
      helo: 'mta.service.example',
      mailFrom: `bounces@${domain}`,
      signature: signature(newsletter, domain, world.privateKeyPem),
    },
    receiver,
  );
  const shop = { address: SHOP_ADDRESS, helo: 'shop.example', mailFrom: `shop@${domain}`, signature: null };
  const forgotten = await deliver(letterOf(domain, 'Shop', at), shop, receiver);

  const files: ReturnedFile[] = [{ name: 'newsletter.eml', octets: binaryOctets(sent.text) }];
  const missing: string[] = [];
  const begin = Math.floor((world.now - DAY_MS) / DAY_MS) * (DAY_MS / 1000);
  const period = `${begin}!${begin + 86_399}`;
  const id = `practice-${begin}-${number}`;
  const { record, policyDomain } = await discoverDmarc(domain, lookup);
  if (record === null || policyDomain === null)
    missing.push('No DMARC report: the domain publishes no DMARC record that receivers can use.');
  else if (record.aggregateReports.length === 0)
    missing.push('No DMARC report: the DMARC record names no address for reports (rua).');
  else {
    const rows = [rowXml(sent, NEWSLETTERS, domain), rowXml(forgotten, ORDERS, domain)];
    const xml = aggregateXml({ domain: policyDomain, record, id }, begin, rows);
    files.push({ name: `${RECEIVER}!${policyDomain}!${period}.xml.gz`, octets: gzipSync(xml) });
  }
  if (textsAt(world.records, `_smtp._tls.${domain}`).some((text) => text.startsWith('v=TLSRPTv1')))
    files.push({ name: `${RECEIVER}!${domain}!${period}.json.gz`, octets: gzipSync(tlsJson(domain, begin, id)) });
  else missing.push('No TLS report: the domain publishes no record of TLS reporting, which is an extra.');

  const returned = (name: string, status: string, text: string, letter: Delivered) =>
    files.push({ name, octets: binaryOctets(bounce(domain, at, { status, text }, letter.text)) });
  const refusal =
    `550 5.7.26 Unauthenticated email from ${domain} is not accepted due to domain’s DMARC policy`.replace('’', "'");
  if (sent.verdict.dmarc !== 'pass') returned('newsletter-refused.eml', '5.7.26', refusal, sent);
  if (dispositionOf(forgotten.verdict) === 'reject') returned('shop-refused.eml', '5.7.26', refusal, forgotten);
  returned('mailbox-full.eml', '5.2.2', '552 5.2.2 <reader@receiver.example>: mailbox full', sent);
  return { files, missing };
}

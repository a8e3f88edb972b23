import { deflateRawSync, gzipSync } from 'node:zlib';
import { readEvidenceOctets } from '../../main/core/evidence/read-file.ts';
import { noReports, summarise } from '../../main/core/evidence/summary.ts';
import { readBounce } from '../../shared/evidence/bounce/bounce.ts';
import { limits } from '../../shared/evidence/limits.ts';
import { addressesIn } from '../../shared/evidence/mail/addresses.ts';
import { leafParts, readMail } from '../../shared/evidence/mail/mail.ts';
import { evaluateMessage } from '../../shared/evidence/message/message.ts';
import { createAggregateReader } from '../../shared/evidence/reports/aggregate.ts';
import { guessFailureReport, readFailureReport } from '../../shared/evidence/reports/failure.ts';
import { readTlsReport } from '../../shared/evidence/reports/tls.ts';
import { zoneLookup } from '../../shared/dns/zone-lookup.ts';
import { feed, FULL_RUN, measureTextGrowth } from '../support/hostile.ts';

/** Hostile reports, archives, mails and bounces: nothing may throw, hang, or grow beyond its bounds. */

const XML: readonly string[] = [
  '<?xml version="1.0"?>',
  '<feedback>',
  '</feedback>',
  '<feedback xmlns="urn:ietf:params:xml:ns:dmarc-2.0">',
  '<x:feedback xmlns:x="http://dmarc.org/dmarc-xml/0.1">',
  '<report_metadata>',
  '</report_metadata>',
  '<org_name>a</org_name>',
  '<email>',
  '</email>',
  '<report_id>1</report_id>',
  '<date_range><begin>1767225600</begin><end>1767311999</end></date_range>',
  '<date_range><begin>-1</begin><end>1e9</end></date_range>',
  '<policy_published><domain>Example.COM.</domain><p>none</p><sp></sp></policy_published>',
  '<policy_published>',
  '<record><row><source_ip>192.0.2.1</source_ip><count>3</count><policy_evaluated><disposition>none</disposition><dkim>pass</dkim><spf>fail</spf></policy_evaluated></row><identifiers><header_from>example.com</header_from></identifiers><auth_results><dkim><domain>a</domain><result>pass</result></dkim></auth_results></record>',
  '<record>',
  '</record>',
  '<row>',
  '<count>99999999999999999999999</count>',
  '<count>0x10</count>',
  '<source_ip>::ffff:1.2.3.4</source_ip>',
  '<auth_results>',
  '<dkim><result>__proto__</result>',
  '<spf>',
  '<reason><type>forwarded</type>',
  '<extensions><extension name="x">',
  '<!DOCTYPE feedback [<!ENTITY a "aaaa">]>',
  '<!DOCTYPE html>',
  '<![CDATA[ & ]]>',
  '<!-- -->',
  '<!--',
  '<?x ?>',
  '&',
  '&a;',
  '&amp;',
  '&#0;',
  '&#x110000;',
  '<',
  '>',
  '</',
  '/>',
  '<a b="c" b="d">',
  '<a '.repeat(40),
  '<a>'.repeat(40),
  '\0',
  '\uFEFF',
  '\u202E',
  '\uFFFD',
  '\uD800',
  ' ',
  '\n',
];

const JSON_PIECES: readonly string[] = [
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"',
  '"organization-name"',
  '"date-range":{"start-datetime":"2026-01-01T00:00:00Z","end-datetime":"x"}',
  '"report-id":"1"',
  '"policies":[{"policy":{"policy-type":"sts","policy-domain":"A.","policy-string":["mode: enforce"],"mx-host":"a"},"summary":{"total-successful-session-count":1,"total-failure-session-count":2},"failure-details":[{"result-type":"x","failed-session-count":9007199254740993}]}]',
  '"policies":{}',
  '"__proto__":{"a":1}',
  '"constructor"',
  '1e999',
  '-1',
  'null',
  'true',
  '['.repeat(50),
  '{"a":'.repeat(50),
  '\\u0000',
  '\uD800',
];

const MAIL: readonly string[] = [
  'From: MAILER-DAEMON@a.example\n',
  'From: a <a@example.com>\n',
  'From MAILER-DAEMON Mon\n',
  '\n',
  '\r\n',
  '\r',
  'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n',
  'Content-Type: multipart/mixed; boundary=""\n',
  'Content-Type: message/rfc822\n\n',
  'Content-Type: message/delivery-status\n\n',
  'Content-Type: message/feedback-report\n\n',
  'Content-Type: text/plain; charset=nothing; x="\\"\n',
  'Content-Transfer-Encoding: base64\n',
  'Content-Transfer-Encoding: quoted-printable\n',
  '--b\n',
  '--b--\n',
  '--\n',
  'Status: 5.7.1\n',
  'Action: failed\n',
  'Final-Recipient: rfc822; =cmd@example.com\n',
  'Diagnostic-Code: smtp; 550-5.7.26 SPF = did not pass 550 5.7.26 DMARC\n',
  'Remote-MTA: dns; mx.google.com\n',
  'Feedback-Type: auth-failure\n',
  'Source-IP: 300.1.1.1\n',
  'Received: from a (b [192.0.2.1]) by c with ESMTPS; Fri, 02 Jan 2026 09:58:00 +0000\n',
  'DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/simple; d=example.com; s=a; h=from:from:to; l=1; bh=AA==; b=AA==\n',
  'DKIM-Signature: v=1; h=\n',
  'ARC-Seal: i=1; cv=none; a=rsa-sha256; d=example.com; s=a; b=AA==\n',
  'ARC-Message-Signature: i=1; a=rsa-sha256; d=example.com; s=a; h=from; bh=A; b=A\n',
  'ARC-Authentication-Results: i=1; a; dmarc=pass\n',
  'Authentication-Results: a; spf=pass (a(b(c) smtp.mailfrom=a\n',
  'List-Unsubscribe: <https://a>, <mailto:b\n',
  'H4sIAAAA',
  'UEsDBA==',
  '<feedback>',
  '{"policies":[]}',
  '=3D=\n=ZZ',
  '550 5.1.1 user unknown',
  '550-'.repeat(50),
  '('.repeat(50),
  ';a="'.repeat(50),
  ' folded\n',
  '\0',
  'é',
];

type Random = (below: number) => number;

function join(pieces: readonly string[], random: Random): string {
  let text = '';
  for (let count = random(30); count > 0; count -= 1)
    text += random(25) === 0 ? String.fromCharCode(random(0x300)) : pieces[random(pieces.length)];
  return text;
}

function demand(condition: boolean, message: string): void {
  if (!condition) throw new Error(message);
}

/** A ZIP archive of one entry (APPNOTE 4.3), as small programs write it. */
function zipOf(content: Buffer): Buffer {
  const data = deflateRawSync(content);
  const local = Buffer.alloc(31);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(8, 8);
  local.writeUInt32LE(data.length, 18);
  local.writeUInt32LE(content.length, 22);
  local.writeUInt16LE(1, 26);
  local.write('a', 30);
  const central = Buffer.alloc(47);
  central.writeUInt32LE(0x02014b50, 0);
  central.writeUInt16LE(8, 10);
  central.writeUInt32LE(data.length, 20);
  central.writeUInt32LE(content.length, 24);
  central.writeUInt16LE(1, 28);
  central.write('a', 46);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(local.length + data.length, 16);
  return Buffer.concat([local, data, central, end]);
}

/** A file of the kind that reports come in, here and there with an octet that is another. */
function fileOf(text: string, random: Random): Buffer {
  let octets: Buffer = Buffer.from(text, 'utf8');
  for (let layers = random(4); layers > 0; layers -= 1) octets = random(2) === 0 ? gzipSync(octets) : zipOf(octets);
  for (let changes = random(3); changes > 0 && octets.length > 0; changes -= 1)
    octets[random(octets.length)] = random(256);
  return random(5) === 0 ? octets.subarray(0, random(octets.length + 1)) : octets;
}

const aggregate = {
  name: 'aggregate reports',
  prefix: '<feedback>',
  pieces: XML,
  run(text: string): void {
    let rows = 0;
    const reader = createAggregateReader(() => {
      rows += 1;
    });
    const middle = text.length >> 1;
    reader.write(text.slice(0, middle));
    reader.write(text.slice(middle));
    const { report, problems } = reader.close();
    demand(problems.length <= limits.problems, 'problems are bounded');
    demand(report === null || report.records === rows, 'every record is given');
    JSON.stringify(report);
  },
};
const tls = {
  name: 'TLS reports',
  prefix: '',
  pieces: JSON_PIECES,
  run(text: string): void {
    readTlsReport(text);
    demand(!('a' in {}), 'no object changes');
  },
};
const mail = {
  name: 'mails',
  prefix: '',
  pieces: MAIL,
  run(text: string): void {
    const read = readMail(Buffer.from(text, 'latin1'));
    demand([...leafParts(read)].length <= limits.mimeParts, 'parts are bounded');
    readFailureReport(read);
    guessFailureReport(read);
    addressesIn(text);
  },
};
const bounce = {
  name: 'bounces',
  prefix: '',
  pieces: MAIL,
  run: (text: string): void => void readBounce(Buffer.from(text, 'latin1')),
};

const nowhere = zoneLookup([]);

/** What also waits: for a stream, or for the platform's cryptography. */
const waiting = [
  {
    name: 'messages',
    pieces: MAIL,
    async run(text: string): Promise<void> {
      await evaluateMessage({ octets: Buffer.from(text, 'latin1'), envelope: {}, lookup: nowhere, now: 0 });
    },
  },
  {
    name: 'files',
    pieces: [...XML, ...JSON_PIECES, ...MAIL],
    async run(text: string, random: Random): Promise<void> {
      const files = await summarise('a', readEvidenceOctets(fileOf(text, random)), noReports());
      demand(files.length > 0, 'something is told of every file');
    },
  },
];

const REPEATED = [
  '<a>',
  '&',
  '</a>',
  '--b\n',
  'a: b\n',
  ' ',
  '\n',
  '(',
  '550 ',
  '<feedback>',
  '<record></record>',
  '<!--',
  '"',
  '\\',
  ';a="',
  '=',
  '=\n',
  '{"policies":',
  '[',
  'Received: from a by b; c\n',
  'From: "a" <a@b>, ',
  'Content-Type: multipart/mixed; boundary=b\n\n--b\n',
];

/**
 * @param rounds hostile texts for each reader.
 * @param seed gives the same texts again.
 */
async function run(rounds: number, seed: number): Promise<string> {
  const readers = [aggregate, tls, mail, bounce, ...waiting];
  const fed = await feed(readers, rounds, seed, (random, { name, pieces }) => {
    const begin = name === 'aggregate reports' && random(3) > 0 ? '<feedback>' : '';
    return begin + join(pieces, random);
  });
  const isFullRun = rounds >= FULL_RUN;
  const growth = measureTextGrowth(
    [aggregate, tls, mail, bounce],
    isFullRun ? REPEATED : REPEATED.slice(0, 4),
    isFullRun,
  );
  return `${fed}; ${growth}`;
}

export const soak = { name: 'evidence', run };

import { isDeepStrictEqual } from 'node:util';
import { lintDkimAnswer, parseDkimKey, printDkimKey } from '../../shared/dkim/key-record.ts';
import { nextPolicyStep } from '../../shared/dmarc/ladder.ts';
import { lintDmarc, parseDmarc, printDmarc } from '../../shared/dmarc/record.ts';
import { externalReportRecords } from '../../shared/dmarc/reports.ts';
import { applyFixes } from '../../shared/findings/apply-fix.ts';
import { describeFindings } from '../../shared/findings/catalogue.ts';
import type { Finding } from '../../shared/findings/finding.ts';
import { lintBimi, parseBimi, printBimi } from '../../shared/policy/bimi.ts';
import {
  lintMtaSts,
  parseMtaStsPolicy,
  parseMtaStsRecord,
  printMtaStsPolicy,
  printMtaStsRecord,
} from '../../shared/policy/mta-sts.ts';
import { lintTlsRpt, parseTlsRpt, printTlsRpt } from '../../shared/policy/tls-rpt.ts';
import { parseTagList, printTags, removalSpan } from '../../shared/tags/tag-list.ts';
import { feed, FULL_RUN, measureTextGrowth } from '../support/hostile.ts';

/** Hostile DKIM keys, DMARC records, MTA-STS, TLS-RPT and BIMI texts: nothing may throw, hang, or lose what it read. */

const SOUND_KEY =
  'MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYtIxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB';

const PIECES: readonly string[] = [
  ';',
  '; ',
  ' ; ',
  ';;',
  '=',
  ' = ',
  ' ',
  '\t',
  '\r\n',
  '\n',
  '\0',
  '"',
  '" "',
  '\\;',
  ':',
  ',',
  '!',
  '!10m',
  '%2C',
  '%zz',
  '@',
  '.',
  '*.',
  'p=',
  'P=none',
  'k=rsa',
  'k=ed25519',
  'k=dsa',
  'h=sha256',
  'h=sha1:',
  's=email',
  's=*',
  't=y:s',
  'n=',
  'g=*',
  SOUND_KEY,
  SOUND_KEY.slice(0, 99),
  'MIT/////', // a sequence that says it has four thousand million octets
  'MIAwgDCAMIA=',
  'MAAwAA==',
  '11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=',
  'MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=',
  'p=none',
  'p=reject',
  'sp=quarantine',
  'np=reject',
  'sp=x',
  't=y',
  'psd=y',
  'psd=n',
  'adkim=s',
  'aspf=r',
  'fo=0:1:d:s:x',
  'pct=50',
  'rua=mailto:a@example.com',
  'ruf=mailto:b@example.net!5k,',
  'rua=',
  'mailto:',
  'mailto:x@y.example?subject=z',
  'https://example.com/a.svg',
  'id=20261124',
  'l=',
  'a=',
  'avp=brand',
  'version: STSv1\n',
  'mode: enforce\n',
  'mode: none\r\n',
  'max_age: 604800\n',
  'max_age: 99999999999\n',
  'mx: mail.example.com\n',
  'mx: *.example.net\n',
  'mx: \n',
  'x'.repeat(64),
  'x.'.repeat(150),
  'v=DKIM1',
  'v=DMARC1',
  '–',
  '“',
  'é',
  '\u00A0',
  '\uD800',
  '\u{1F4E7}',
  '__proto__=x',
  'constructor=x',
];

const BEGINNINGS = [
  'v=DKIM1; ',
  'v=DMARC1; ',
  'v=STSv1; ',
  'v=TLSRPTv1; ',
  'v=BIMI1; ',
  'version: STSv1\n',
  '',
] as const;

function hostileText(random: (below: number) => number, prefix: string): string {
  let text = random(4) === 0 ? (BEGINNINGS[random(BEGINNINGS.length)] as string) : prefix;
  const pieces = random(24);
  for (let piece = 0; piece < pieces; piece += 1) {
    text += random(20) === 0 ? String.fromCharCode(random(0x300)) : PIECES[random(PIECES.length)];
    if (random(3) === 0) text += '; ';
  }
  return text;
}

function demand(condition: boolean, message: string): void {
  if (!condition) throw new Error(message);
}

/** Findings have texts, positions inside the text, and fixes that can be applied. */
function demandFindings(findings: readonly Finding[], text: string): void {
  describeFindings(findings);
  const spans = findings.flatMap((finding) =>
    [finding.span ?? [], ...(finding.fix?.edits.map(({ span }) => span) ?? [])].flat(),
  );
  demand(
    spans.every(({ start, end }) => start >= 0 && start <= end && end <= text.length),
    'positions inside the text',
  );
  applyFixes(
    text,
    findings.flatMap((finding) => finding.fix ?? []),
  );
}

function demandSame(read: unknown, again: unknown): void {
  demand(
    isDeepStrictEqual(read, again),
    `read as ${JSON.stringify(read)}, printed and read as ${JSON.stringify(again)}`,
  );
}

interface Parser {
  readonly name: string;
  readonly prefix: string;
  readonly run: (text: string) => void;
}

const parsers: readonly Parser[] = [
  {
    name: 'parseTagList',
    prefix: '',
    run(text) {
      const list = parseTagList(text);
      for (const { name, value, span, valueSpan } of list.tags) {
        demand(text.slice(span.start, span.end).startsWith(name), 'the name stands at its position');
        demand(text.slice(valueSpan.start, valueSpan.end) === value, 'the value stands at its position');
      }
      const first = list.tags[0];
      if (first !== undefined) {
        const { start, end } = removalSpan(text, first.span);
        demand(
          start <= first.span.start && end >= first.span.end && end <= text.length,
          'a tag goes with its semicolon',
        );
      }
      const pairs = list.tags.map(({ name, value }) => [name, value] as const);
      const again = parseTagList(printTags(pairs)).tags.map(({ name, value }) => [name, value] as const);
      demandSame(pairs, again);
    },
  },
  {
    name: 'DKIM',
    prefix: 'v=DKIM1; ',
    run(text) {
      const { key, findings } = parseDkimKey(text);
      demandFindings(findings, text);
      const isBroken = findings.some((finding) => finding.severity === 'error' && finding.code !== 'dkim.revoked');
      demand((key === null) === isBroken, 'a key, or an error');
      if (key !== null) demandSame(key, parseDkimKey(printDkimKey(key)).key);
      lintDkimAnswer([text, text], text);
    },
  },
  {
    name: 'DMARC',
    prefix: 'v=DMARC1; ',
    run(text) {
      const { record, findings } = parseDmarc(text);
      demandFindings(findings, text);
      demandFindings(lintDmarc([text]), text);
      if (record === null) return;
      demandSame({ ...record, policyTakenAsNone: false }, parseDmarc(printDmarc(record)).record);
      externalReportRecords('example.com', record, 'example.com');
      const step = nextPolicyStep(record, { domain: 'example.com' });
      demand(step === null || parseDmarc(step.record).record !== null, 'the next step is a record');
    },
  },
  {
    name: 'MTA-STS',
    prefix: 'v=STSv1; ',
    run(text) {
      const { record, findings } = parseMtaStsRecord(text);
      demandFindings(findings, text);
      if (record !== null) demandSame(record, parseMtaStsRecord(printMtaStsRecord(record)).record);
      lintMtaSts([text, text]);
    },
  },
  {
    name: 'MTA-STS policy',
    prefix: 'version: STSv1\n',
    run(text) {
      const { policy, findings } = parseMtaStsPolicy(text);
      demandFindings(findings, text);
      if (policy !== null) demandSame(policy, parseMtaStsPolicy(printMtaStsPolicy(policy)).policy);
    },
  },
  {
    name: 'TLS-RPT',
    prefix: 'v=TLSRPTv1; ',
    run(text) {
      const { record, findings } = parseTlsRpt(text);
      demandFindings(findings, text);
      if (record !== null) demandSame(record, parseTlsRpt(printTlsRpt(record)).record);
      lintTlsRpt([text]);
    },
  },
  {
    name: 'BIMI',
    prefix: 'v=BIMI1; ',
    run(text) {
      const { record, findings } = parseBimi(text);
      demandFindings(findings, text);
      if (record !== null) demandSame(record, parseBimi(printBimi(record)).record);
      lintBimi([text]);
    },
  },
];

/** What a text is repeated from; each was made to send a careless expression back and forth. */
const REPEATED = [
  'a',
  ' ',
  ';',
  '; ',
  '=',
  'a=',
  'a=b;',
  'a;',
  '"',
  '" "',
  'p=" ',
  'p=A A',
  'p=AAAA',
  'rua=a,',
  'rua=mailto:a@b.example,',
  'mailto:',
  ',',
  '@',
  '.',
  'a.',
  '!1m',
  '%2C',
  ':',
  'h=:',
  't=y:',
  '\n',
  'mx: a.b\n',
  'mx: ',
  ' \n',
  '\t',
  'l=https://a/',
  'https://',
  '–',
  '\uD800',
] as const;

/**
 * @param rounds hostile texts for each parser.
 * @param seed gives the same texts again.
 */
async function run(rounds: number, seed: number): Promise<string> {
  const fed = await feed(parsers, rounds, seed, (random, parser) => hostileText(random, parser.prefix));
  const growth = measureTextGrowth(parsers, REPEATED, rounds >= FULL_RUN);
  return `${fed}; ${growth}`;
}

export const soak = { name: 'policies', run };

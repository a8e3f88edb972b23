import { isDeepStrictEqual } from 'node:util';
import { toAsciiDomain, toUnicodeName } from '../../shared/dns/idna.ts';
import { nameOctets, printableName, readName, wireName } from '../../shared/dns/name-text.ts';
import { checkSenderDomain } from '../../shared/dns/sender-domain.ts';
import { parseDomainList } from '../../shared/lists/domain-list.ts';
import {
  joinTxt,
  octetsToText,
  quoteTxt,
  splitText,
  splitTxt,
  textToOctets,
  unescapeString,
} from '../../shared/dns/txt.ts';
import { writeZone } from '../../shared/dns/zone/printer.ts';
import { readZone } from '../../shared/dns/zone/reader.ts';
import { lintZone } from '../../shared/dns/zone/lint.ts';
import { feed, FULL_RUN, measureTextGrowth } from '../support/hostile.ts';

/** Hostile zone files, names, TXT data and lists of domains: nothing may throw, hang, or lose what it read. */

const PIECES: readonly string[] = [
  ' ',
  '\t',
  '\n',
  '\r\n',
  '\n\n',
  '"',
  '""',
  '\\',
  '\\"',
  '\\;',
  '\\.',
  '\\032',
  '\\256',
  '\\9',
  '(',
  ')',
  ';',
  ';;',
  '@',
  '.',
  '..',
  '*',
  '*.',
  '$ORIGIN ',
  '$TTL ',
  '$INCLUDE x',
  '$GENERATE 1-9 a$ A 1.2.3.$',
  '$',
  'IN',
  'CH',
  'CLASS1',
  'CLASS3',
  '3600',
  '1h30m',
  '99999999999999999999',
  '[AGE:1]',
  'A 192.0.2.1',
  'AAAA ::1',
  'AAAA 1:2:3',
  'TXT ',
  'TXT "x" "y"',
  'MX 10 ',
  'CNAME ',
  'SOA a b 1 2 3 4 5',
  'SRV 1 2 3 x',
  'CAA 0 issue "x"',
  'NS ',
  'DNAME ',
  'DS 1 8 2 AB',
  'TLSA 3 1 1 00',
  'HTTPS 1 . alpn=h2,h3 port=1 key7="\\065"',
  'SVCB 0 .',
  'LOC 1 N 1 E 1m',
  'NAPTR 1 1 "" "" "" .',
  'NSEC a A TXT TYPE9',
  'RRSIG A 8 1 1 1 1 1 . AA==',
  'TYPE1 \\# 4 01020304',
  'TYPE16 \\# 2 0141',
  'TYPE65535 \\# 1 00',
  '\\# 0',
  'HINFO "a" "b"',
  'WINS',
  'ALIAS x.',
  'NSEC3 1 0 1 - 0G A',
  'CERT PKIX 1 8 AA==',
  'x'.repeat(63),
  'x'.repeat(64),
  'x.'.repeat(130),
  'a'.repeat(256),
  'example.com',
  'v=spf1 -all',
  '\0',
  '\u007F',
  'é',
  'ü.example',
  '\u00FF',
  '\uD800',
  '\u{1F4E7}',
  'xn--',
  'xn--bcher-kva',
  '\u200D',
  ',',
  ';',
  '|',
  '#',
  'domain',
  'domain,note',
  'https://a.example/x',
  'a@b.example',
  '192.0.2.1',
  '[::1]',
  '_x.example',
  '-a.example',
  'co.uk',
  'gmail.com',
  '=cmd',
  '\uFEFF',
];

function hostileText(random: (below: number) => number): string {
  let text = '';
  for (let piece = random(25); piece > 0; piece -= 1) {
    text += random(20) === 0 ? String.fromCharCode(random(0x300)) : PIECES[random(PIECES.length)];
    if (random(3) === 0) text += random(2) === 0 ? ' ' : '\n';
  }
  return text;
}

function demand(condition: boolean, message: string): void {
  if (!condition) throw new Error(message);
}

const EXISTING: ReadonlySet<string> = new Set(['news.example.com']);

const parsers: readonly { readonly name: string; readonly prefix: string; readonly run: (text: string) => void }[] = [
  {
    name: 'readZone',
    prefix: '',
    run(text) {
      const options = { origin: 'example.com' };
      const { records, lines, comments, findings } = readZone(text, options);
      demand(records.length === lines.length, 'a line for each record');
      demand(findings.length <= 1000, 'findings are bounded');
      const printed = writeZone(records, { ...options, comments });
      const again = readZone(printed, options);
      demand(again.findings.length === 0, `its own print is refused: ${JSON.stringify(again.findings[0])}`);
      demand(isDeepStrictEqual(again.records, records), 'records change when they are printed');
      demand(writeZone(again.records, { ...options, comments: again.comments }) === printed, 'comments move');
    },
  },
  { name: 'lintZone', prefix: '', run: (text) => void lintZone(readZone(text, { origin: '' })) },
  {
    name: 'names',
    prefix: '',
    run(text) {
      const name = readName(text, 'example.com');
      if (name === null) return;
      const octets = Uint8Array.from(nameOctets(name));
      demand(octets.length <= 255, 'no more octets than DNS carries');
      demand(wireName(octets, 0)?.name === name, 'the octets are those of the name');
      demand(printableName(name) === name, 'it is printed as it is');
    },
  },
  {
    name: 'toAsciiDomain',
    prefix: '',
    run(text) {
      const converted = toAsciiDomain(text);
      if (!converted.ok) return;
      const again = toAsciiDomain(converted.unicode);
      demand(
        again.ok && again.ascii === converted.ascii,
        `${converted.unicode} is another name than ${converted.ascii}`,
      );
      toUnicodeName(text.slice(0, 1000));
    },
  },
  {
    name: 'txt',
    prefix: '',
    run(text) {
      const octets = textToOctets(text.toWellFormed());
      const strings = splitTxt(octets);
      demand(joinTxt(strings) === octets, 'split and joined it is the same');
      demand(splitText(text, '-').join('') === text, 'in parts it is the same text');
      const [record] = readZone(`a TXT ${quoteTxt(strings)}\n`, { origin: 'example.com' }).records;
      demand(record?.type === 'TXT' && isDeepStrictEqual(record.strings, strings), 'quoted it reads the same');
      octetsToText(octets);
      unescapeString(text);
    },
  },
  { name: 'checkSenderDomain', prefix: '', run: (text) => void checkSenderDomain(text) },
  {
    name: 'parseDomainList',
    prefix: '',
    run(text) {
      const { accepted, refused } = parseDomainList(text, EXISTING);
      demand(new Set(accepted.map(({ name }) => name)).size === accepted.length, 'no name twice');
      demand(
        refused.every(({ text: shown }) => shown.length <= 200),
        'what is shown is bounded',
      );
    },
  },
  {
    name: 'parseDomainList of CSV',
    prefix: 'client;domain;note\n',
    run: (text) => void parseDomainList(`client;domain;note\n${text}`, EXISTING),
  },
];

/** What a text is repeated from; each was made to send a careless reader back and forth. */
const REPEATED = [
  'a',
  ' ',
  '\n',
  '"',
  '\\',
  '\\"',
  '(',
  ')',
  ';',
  '.',
  ',',
  '@',
  '\t',
  'é',
  '-',
  '"\n',
  ' (\n',
  ' ;\n',
  '$TTL 1\n',
  '"a" ',
  'a.',
  '\\032',
  'a A 192.0.2.1\n',
  'a TXT "x\n',
  'a TXT x\n',
  ' TXT "\\"\n',
  'a CNAME b\n',
  'a TXT (\n',
  'a HTTPS 1 . ipv4hint=1.2.3.4,\n',
  'x.example.com\n',
  'a;b;c\n',
  '"a;b";\n',
  'news.example.com,',
];

/**
 * @param rounds hostile texts for each parser.
 * @param seed gives the same texts again.
 */
async function run(rounds: number, seed: number): Promise<string> {
  const fed = await feed(parsers, rounds, seed, (random) => hostileText(random));
  const isFullRun = rounds >= FULL_RUN;
  const growth = measureTextGrowth(parsers, isFullRun ? REPEATED : REPEATED.slice(0, 4), isFullRun);
  return `${fed}; ${growth}`;
}

export const soak = { name: 'zones', run };

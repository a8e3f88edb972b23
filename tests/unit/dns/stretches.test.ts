import { expect, it } from 'vitest';
import { ZoneReader } from '../../../shared/dns/zone/reader.ts';
import { allSteps } from '../../../shared/steps.ts';
import { generator } from '../../support/hostile.ts';
import { seed } from '../../support/seed.ts';

const runs = Number(process.env.SENDWRIGHT_RUNS ?? 20);

const LINES = String.raw`
$ORIGIN sub.example.com.
$TTL 1h
@ IN SOA ns hostmaster ( 1 ; serial
  2h 3m 4 5 )
host-1 3600 IN A 192.0.2.1
host-1 IN 300 AAAA 2001:db8::1
host-1 MX 10 mail.example.com.
 TXT "v=spf1 a -all" "a \"b\" \\ \065;" ; of the one before
www.host-1 CNAME host-1
_sip._tcp SRV 10 20 5060 host-1
a\.b.c TXT plain words "tab	in it" "é" ü
CH TXT "not read"
x CAA 0 issue "ca.example.net"
x TLSA 3 1 1 00
x TYPE1 \# 4 c0000201
long TXT "${'0123456789'.repeat(30)}"`
  .split('\n')
  .slice(1);
const PIECES = [
  '"',
  '\\',
  '(',
  ')',
  ';',
  '\n',
  '\r\n',
  ' ',
  '\t',
  'IN',
  'A',
  '1',
  '.',
  '@',
  '$',
  'é',
  '\u0001',
  '\uD800',
];

function generatedZone(random: (below: number) => number): string {
  let text = '';
  for (let line = random(8); line >= 0; line -= 1) text += `${LINES[random(LINES.length)]}\n`;
  for (let change = random(5); change > 0; change -= 1) {
    const at = random(text.length + 1);
    text = text.slice(0, at) + PIECES[random(PIECES.length)] + text.slice(at + random(3));
  }
  return text;
}

function reading(text: string, stretch?: number) {
  const reader = new ZoneReader(text, { origin: 'example.com' }, stretch);
  allSteps(reader.read());
  const { records, lines, comments, findings, unreadable } = reader;
  return { records, lines, comments, findings, unreadable };
}

it('a zone is the same in stretches of whatever length', () => {
  const random = generator(seed);
  for (let round = 0; round < 50 * runs; round += 1) {
    const text = generatedZone(random);
    const stretch = 1 + random(80);
    expect(reading(text, stretch), `${stretch} of ${JSON.stringify(text)}`).toEqual(reading(text));
  }
});

it('a zone is the same where the codes of its characters take more than octets', () => {
  const random = generator(seed);
  for (let round = 0; round < 50 * runs; round += 1) {
    const ascii = generatedZone(random).replace(/[^\0-\u007F]/g, 'x');
    // Behind everything, so that nothing but the codes differs: not even a parenthesis or quotation mark is left open.
    const wide = `${ascii}\n"" )\n;é`;
    const { comments, ...rest } = reading(wide);
    const { comments: expected, ...others } = reading(`${ascii}\n"" )\n;e`);
    expect(rest, JSON.stringify(ascii)).toEqual(others);
    expect(comments.map(({ text, ...place }) => ({ ...place, text: text.replaceAll('é', 'e') }))).toEqual(expected);
  }
});

it('no stretch ends before its line does, and an owner is known from one to the next', () => {
  const text = `host A 192.0.2.1\n TXT (\n"${'x'.repeat(255)}" ; words\n"y" )\nhost A 192.0.2.2\n`;
  for (let stretch = 1; stretch < text.length; stretch += 1) {
    const { records, lines } = reading(text, stretch);
    expect(records.map(({ name, type }) => `${name} ${type}`)).toEqual(
      ['A', 'TXT', 'A'].map((type) => `host.example.com ${type}`),
    );
    expect(lines).toEqual([1, 2, 5]);
  }
});

it('a line of millions of strings is gone through once', () => {
  expect(reading('"'.repeat(4_000_000)).findings).toHaveLength(1);
});

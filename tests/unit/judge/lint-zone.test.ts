import { describe, expect, it } from 'vitest';
import { zoneLookup } from '../../../shared/dns/zone-lookup.ts';
import { readZone } from '../../../shared/dns/zone/reader.ts';
import { lintMailZone, lintSpfTrees } from '../../../shared/judge/lint-zone.ts';

const codes = (text: string) =>
  lintMailZone(readZone(text, { origin: 'example.com' })).map(({ code, values }) => [
    code === 'zone.mail-record' ? values.code : code,
    values.line,
  ]);

describe('a zone file, for mail', () => {
  it.each([
    ['@ 60 TXT "v=spf1 ip:192.0.2.114 -all"', 'spf.wrong-family'],
    ['@ 60 TXT v=spf1 a -all', 'zone.strings-run-together'],
    ['_dmarc 60 TXT v=DMARC1; p=none', 'zone.rest-is-comment'],
    ['_dmarc 60 TXT "v=DMARC1; p=none" "rua=mailto:a@example.com"', 'zone.strings-run-together'],
    ['@ 60 MX 10 mail.example.com', 'zone.target-doubled'],
    ['s1 60 CNAME s1.u1.wl.sendgrid.net', 'zone.target-doubled'],
    ['s1._domainkey 60 TXT "v=DKIM1; k=rsa; p=hello"', 'dkim.cut-off'],
  ])('%s', (line, code) => {
    expect(codes(`${line}\n`)).toContainEqual([code, 1]);
  });

  it('tells what another zone hides, what stands twice, and who sends without taking mail', () => {
    const text = `sub 60 NS ns1.example.net.
_dmarc.sub 60 TXT "v=DMARC1; p=reject; rua=mailto:a@example.com"
ns1.sub 60 A 192.0.2.1
old 60 DNAME new.example.net.
_dmarc.old 60 TXT "v=DMARC1; p=reject; rua=mailto:a@example.com"
n 60 MX 0 .
n 60 TXT "v=spf1 mx -all"
d 60 TXT "x"
d 60 TXT "x"
`;
    expect(codes(text)).toEqual([
      ['zone.below-cut', 2],
      ['zone.below-cut', 5],
      ['zone.null-mx-sends', 6],
      ['zone.duplicate', 9],
    ]);
  });

  it('tells a null MX that does not stand alone', () => {
    const text = `n 60 MX 0 .\nn 60 MX 10 mx\nmx 60 A 192.0.2.1\nn 60 TXT "v=spf1 mx -all"\n`;
    expect(codes(text)).toEqual([['zone.null-mx-beside', 1]]);
  });

  it('has nothing to say of what is right', () => {
    const text = `@ 60 TXT "v=spf1 mx " "include:_spf.example.net -all"
@ 60 MX 10 mail
mail 60 A 192.0.2.1
_dmarc 60 TXT "v=DMARC1; p=reject; rua=mailto:a@example.com"
www 60 CNAME mail
n 60 MX 0 .
n 60 TXT "v=spf1 -all"
`;
    expect(codes(text)).toEqual([]);
  });
});

describe('what stands behind the records of a zone', () => {
  it.each([
    ['@ 60 MX 10 192.0.2.1', 'zone.mx-address'],
    ['@ 60 MX 10 m\nm 60 CNAME mx.example.net.', 'zone.mx-alias'],
  ])('%s', (lines, code) => {
    expect(codes(`${lines}\n`)).toContainEqual([code, 1]);
  });

  it.each([
    ['@ 60 TXT "v=spf1 a/0 -all"\n@ 60 A 192.0.2.1', [['spf.open-to-all', 1]]],
    ['@ 60 TXT "v=spf1 include:o.example.com -all"\no 60 TXT "v=spf1 +all"', [['spf.open-to-all', 1]]],
    ['@ 60 TXT "v=spf1 include:gone.example.com -all"', [['spf.include-without-record', 1]]],
    ['@ 60 TXT "v=spf1 include:o.example.com -all"\no 60 TXT "v=spf1 foo:bar -all"', [['spf.include-broken', 1]]],
    ['@ 60 TXT "v=spf1 include:vendor.example -all"', []],
    [
      `@ 60 TXT "v=spf1 include:one.example.com include:two.example.com -all"\n${['one', 'two']
        .map(
          (name) =>
            `${name} 60 TXT "v=spf1 ${Array.from({ length: 6 }, (_, at) => `exists:h${at}.example.com`).join(' ')} -all"\n`,
        )
        .join('')}${Array.from({ length: 6 }, (_, at) => `h${at} 60 A 192.0.2.1\n`).join('')}`,
      [['spf.many-lookups', 1]],
    ],
  ])('%s', async (lines, expected) => {
    const findings = await lintSpfTrees(readZone(`${lines}\n`, { origin: 'example.com' }));
    expect(findings.filter(({ values }) => values.line === 1).map(({ values }) => [values.code, values.line])).toEqual(
      expected,
    );
  });
});

describe('the habits of exports', () => {
  it('reads an SOA whose owner lacks its final dot, and one at the root', () => {
    const soa = 'IN SOA ns1.example.net. h.example.net. 1 2 3 4 5';
    for (const text of [`example.com 60 ${soa}\n`, `$ORIGIN .\n@ 60 ${soa}\n`]) {
      const { records, findings } = readZone(text, { origin: 'example.com' });
      expect([records[0]?.name, findings]).toEqual(['example.com', []]);
    }
  });

  it('reads types of forms as TXT, and a TTL with its first bit set as zero', () => {
    const text = `@ 60 SPF "v=spf1 -all"
k._domainkey 60 DKIM "v=DKIM1; p="
_dmarc 60 DMARC "v=DMARC1; p=none"
l 2147483648 A 192.0.2.1
`;
    const { records, findings } = readZone(text, { origin: 'example.com' });
    expect(findings).toEqual([]);
    expect(records.map(({ type, ttl }) => [type, ttl])).toEqual([
      ['TXT', 60],
      ['TXT', 60],
      ['TXT', 60],
      ['A', 0],
    ]);
  });

  it('does not know what stands at a name with a line that can’t be read', () => {
    const { records, unreadable } = readZone('a NOSUCH x\nb ALIAS x.\nb TXT "y"\nc TXT "open\nd SPF "v=spf1 -all"\n', {
      origin: 'example.com',
    });
    const lookup = zoneLookup(records, { outside: 'not-known', zones: ['example.com'], unreadable });
    const status = (name: string) => lookup.query(`${name}.example.com`, 'TXT').status;
    expect(['a', 'b', 'c', 'd', 'e'].map(status)).toEqual(['failure', 'answer', 'failure', 'failure', 'nxdomain']);
  });
});

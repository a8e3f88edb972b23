import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rdataText, writeZone } from '../../../shared/dns/zone/printer.ts';
import { readZone } from '../../../shared/dns/zone/reader.ts';
import { lintZone } from '../../../shared/dns/zone/lint.ts';
import { joinTxt } from '../../../shared/dns/txt.ts';
import { anyRecord } from '../../support/records.ts';

const runs = Number(process.env.SENDWRIGHT_RUNS ?? 300);

describe('zone files', () => {
  it('read back what they write, octet by octet', () => {
    fc.assert(
      fc.property(fc.array(anyRecord, { maxLength: 20 }), fc.boolean(), (records, relative) => {
        const text = writeZone(records, { origin: relative ? 'example.com' : null });
        const reading = readZone(text, { origin: 'example.com' });
        expect(reading.findings).toEqual([]);
        expect(reading.records).toEqual(records);
      }),
      { numRuns: runs },
    );
  });

  it('reads the example of RFC 1035 §5.3', () => {
    const text = `@   IN  SOA     VENERA      Action\\.domains (
                                 20     ; SERIAL
                                 7200   ; REFRESH
                                 600    ; RETRY
                                 3600000; EXPIRE
                                 60)    ; MINIMUM

        NS      A.ISI.EDU.
        NS      VENERA
        NS      VAXA
        MX      10      VENERA
        MX      20      VAXA

A       A       26.3.0.103

VENERA  A       10.1.0.52
        A       128.9.0.32
`;
    const { records, findings, comments } = readZone(text, { origin: 'ISI.EDU' });
    expect(findings).toEqual([]);
    expect(comments.map((comment) => comment.text.trim())).toEqual(['SERIAL', 'REFRESH', 'RETRY', 'EXPIRE', 'MINIMUM']);
    expect(records[0]).toMatchObject({
      type: 'SOA',
      name: 'ISI.EDU',
      mname: 'VENERA.ISI.EDU',
      rname: 'Action\\.domains.ISI.EDU',
      serial: 20,
      minimum: 60,
    });
    expect(records.map((record) => `${record.name} ${record.type}`)).toEqual([
      'ISI.EDU SOA',
      'ISI.EDU NS',
      'ISI.EDU NS',
      'ISI.EDU NS',
      'ISI.EDU MX',
      'ISI.EDU MX',
      'A.ISI.EDU A',
      'VENERA.ISI.EDU A',
      'VENERA.ISI.EDU A',
    ]);
  });

  it('takes TTL units, class and TTL in either order, and unknown types (RFC 3597)', () => {
    const text = '$TTL 1h30m\na IN 60 A 192.0.2.1\nb 60 IN A 192.0.2.2\nc A 192.0.2.3\nd TYPE731 \\# 6 abcdef 012345\n';
    const { records, findings } = readZone(text, { origin: 'example.com' });
    expect(findings).toEqual([]);
    expect(records.map((record) => record.ttl)).toEqual([60, 60, 5400, 5400]);
    expect(records[3]).toMatchObject({
      type: 'OTHER',
      typeName: 'TYPE731',
      rdata: Uint8Array.of(0xab, 0xcd, 0xef, 1, 0x23, 0x45),
    });
  });

  it('refuses $INCLUDE and $GENERATE with the line, and reads on', () => {
    const { records, findings } = readZone('$INCLUDE other.zone\n$GENERATE 1-9 a$ A 192.0.2.$\na A 192.0.2.1\n', {
      origin: 'example.com',
    });
    expect(findings.map((finding) => [finding.code, finding.values.line])).toEqual([
      ['zone.directive-refused', 1],
      ['zone.directive-refused', 2],
    ]);
    expect(records).toHaveLength(1);
  });

  it('names the line of every fault and keeps the rest', () => {
    const { records, findings } = readZone('a A 192.0.2.300\nb TXT "open\nc MX ten mail\nd A 192.0.2.4\n', {
      origin: 'example.com',
    });
    expect(findings.map((finding) => finding.values.line)).toEqual([1, 2, 3]);
    expect(records.map((record) => record.name)).toContain('d.example.com');
  });

  it('reads the largest record in as many fields as it has octets, and not one that no record can hold', () => {
    const octets = Array.from({ length: 65_535 }, () => '07').join(' ');
    const { records, findings } = readZone(
      `a 60 IN TYPE65280 \\# 65535 ${octets}\nb TXT ${'"" '.repeat(70_000)}\nc A 192.0.2.1\n`,
      { origin: 'example.com' },
    );
    expect(records.map(({ name }) => name)).toEqual(['a.example.com', 'c.example.com']);
    expect(findings.map(({ code, values }) => [code, values.line, values.reason])).toEqual([
      ['zone.syntax', 2, 'it has more fields than a record can hold'],
    ]);
  });

  it('joins long TXT values without a blank', () => {
    const [record] = readZone(`k TXT ( "${'a'.repeat(255)}" "${'b'.repeat(10)}" )\n`, {
      origin: 'example.com',
    }).records;
    expect(record?.type === 'TXT' && joinTxt(record.strings)).toBe('a'.repeat(255) + 'b'.repeat(10));
  });

  it('keeps comments where they stand, so that reading and printing again changes nothing', () => {
    const text = `; head
$TTL 300 ; five minutes

@ IN SOA ns1 hostmaster (
      2026112401 ; serial
      3600       ; refresh
      600 86400
      60 )       ; minimum
; the web; "servers" ( all
www A 192.0.2.1 ; the first
    A 192.0.2.2
long TXT ( "v=spf1 -all" ; one
   "second" ; two
 ) ; three
; the end`;
    const reading = readZone(text, { origin: 'example.com' });
    expect(reading.findings).toEqual([]);
    expect(reading.lines).toEqual([4, 10, 11, 12]);
    expect(reading.comments.map(({ line, text: comment, record, after }) => [line, comment, record, after])).toEqual([
      [1, ' head', 0, null],
      [2, ' five minutes', 0, null],
      [5, ' serial', 0, 3],
      [6, ' refresh', 0, 4],
      [8, ' minimum', 0, 7],
      [9, ' the web; "servers" ( all', 1, null],
      [10, ' the first', 1, 1],
      [12, ' one', 3, 1],
      [13, ' two', 3, 2],
      [14, ' three', 3, 2],
      [15, ' the end', 4, null],
    ]);
    const options = { origin: 'example.com', comments: reading.comments };
    const printed = writeZone(reading.records, options);
    expect(printed).toBe(`$ORIGIN example.com.
; head
; five minutes
@\t300\tIN\tSOA\t( ns1 hostmaster 2026112401 ; serial
\t\t\t\t3600 ; refresh
\t\t\t\t600 86400 60 ) ; minimum
; the web; "servers" ( all
www\t300\tIN\tA\t192.0.2.1 ; the first
www\t300\tIN\tA\t192.0.2.2
long\t300\tIN\tTXT\t( "v=spf1 -all" ; one
\t\t\t\t"second" ; two
\t\t\t\t) ; three
; the end
`);
    const again = readZone(printed, { origin: 'example.com' });
    expect(again.records).toEqual(reading.records);
    expect(writeZone(again.records, { ...options, comments: again.comments })).toBe(printed);
  });

  it('keeps every comment of any zone, in its place', () => {
    const mark = fc.constantFrom('', ' ; behind', '; "quoted" (');
    const line = fc
      .tuple(anyRecord, mark, fc.constantFrom('', '; before\n', '\n;before ; twice\n'))
      .map(([record, behind, before]) => `${before}${writeZone([record], { origin: null }).trimEnd()}${behind}\n`);
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
        const reading = readZone(lines.join(''), { origin: 'example.com' });
        const options = { origin: 'example.com' };
        const printed = writeZone(reading.records, { ...options, comments: reading.comments });
        const again = readZone(printed, options);
        const places = (comments: typeof reading.comments) =>
          comments.map(({ text, record, after }) => ({ text, record, after }));
        expect(again.records).toEqual(reading.records);
        expect(places(again.comments)).toEqual(places(reading.comments));
      }),
      { numRuns: runs },
    );
  });

  it('reads known types from their octets, and CLASS1 as IN (RFC 3597)', () => {
    const text = String.raw`a CLASS1 TYPE1 \# 4 C0000201
b TYPE16 \# 6 03 666f6f 01 22
c IN MX \# 9 000a 046d61696c c0
d TYPE44 \# 4 01020304
e TYPE65535 \# 0
`;
    const { records, findings } = readZone(text, { origin: 'example.com' });
    expect(records.map((record) => [record.name, rdataText(record, null)])).toEqual([
      ['a.example.com', '192.0.2.1'],
      ['b.example.com', String.raw`"foo" "\""`],
      ['d.example.com', '1 2 0304'],
      ['e.example.com', String.raw`\# 0`],
    ]);
    expect(findings.map((finding) => finding.values.line)).toEqual([3]);
  });

  it.each([
    ['a CH TXT "x"', 'its class is CH; only the class IN is read'],
    ['a CLASS3 TXT "x"', 'its class is CLASS3; only the class IN is read'],
    ['a 99999999999 A 192.0.2.1', 'the TTL “99999999999” is not a time'],
    ['a 5x A 192.0.2.1', 'the TTL “5x” is not a time'],
    ['a', 'the type is missing'],
    ['a IN', 'the type is missing'],
    ['a..b A 192.0.2.1', '“a..b” is not a valid DNS name'],
    [`${'x'.repeat(64)} A 192.0.2.1`, `“${'x'.repeat(64)}” is not a valid DNS name`],
    [String.raw`a\999 A 192.0.2.1`, String.raw`“a\999” is not a valid DNS name`],
    ['a CNAME b..c', 'the target “b..c” is not a valid DNS name'],
    ['a CNAME b c', '“c” follows complete data'],
    ['a A 192.0.2.1 192.0.2.2', '“192.0.2.2” follows complete data'],
    ['a A 192.0.2.256', '“192.0.2.256” is not an address'],
    ['a AAAA 192.0.2.1', '“192.0.2.1” is not an address'],
    ['a MX mail', 'the preference “mail” is not a number up to 65535'],
    ['a MX 65536 mail', 'the preference “65536” is not a number up to 65535'],
    ['a MX 10', 'the exchanger is missing'],
    ['a TXT', 'the text is missing'],
    [String.raw`a TXT "\256"`, 'a number after a backslash is not an octet'],
    ['a TXT "open', 'a quotation mark is not closed'],
    ['a TXT ( "open"', 'a parenthesis is not closed'],
    ['a TXT "x" )', 'a closing parenthesis has no opening one'],
    ['a NOSUCH x', '“NOSUCH” is not a record type'],
    ['a TYPE65536 x', '“TYPE65536” is not a record type'],
    ['a HIP x', 'data of the type HIP has to be written as \\# LENGTH HEXADECIMAL'],
    ['a ALIAS example.net.', 'ALIAS is a type of the provider’s own, not of DNS'],
    [String.raw`a TYPE300 \# 2 00`, 'the data has 1 octets, not the 2 it states'],
    [String.raw`a TYPE300 \# 1 0g`, 'the data is not in hexadecimal'],
    ['a DS 1 8 2 xyz', 'the data is not in hexadecimal'],
    ['a DNSKEY 257 3 13 ???', 'the data is not in base 64'],
    ['a CAA 0 is-sue "x"', 'the tag “is-sue” has other than letters and digits'],
    ['a HTTPS 1 . alpn=h2 alpn=h3', 'the parameter alpn appears twice'],
    ['a HTTPS 1 . nosuch=1', '“nosuch” is not a parameter'],
    ['a HTTPS 1 . port', 'the parameter port has no value'],
    ['a LOC 91 N 0 E 0m', '“N” is not a direction, or the position is out of range'],
    ['$TTL forever', 'the TTL “forever” is not a time'],
    ['$ORIGIN a..b', '“a..b” is not an origin'],
  ])('says what is wrong with %s', (line, reason) => {
    const { records, findings } = readZone(`${line}\n`, { origin: 'example.com' });
    expect(findings.map((finding) => [finding.code, finding.values.line, finding.values.reason])).toEqual([
      ['zone.syntax', 1, reason],
    ]);
    expect(records).toEqual([]);
  });

  it('takes the owner before for a line that begins with a space, and none for one behind an unreadable owner', () => {
    const { records, findings } = readZone('a A 192.0.2.1\n\tA 192.0.2.2\nb..c A 192.0.2.3\n A 192.0.2.4\n', {
      origin: 'example.com',
    });
    expect(records.map((record) => record.name)).toEqual(['a.example.com', 'a.example.com']);
    expect(findings.map((finding) => finding.values.reason)).toEqual([
      '“b..c” is not a valid DNS name',
      'the owner before it is not a valid DNS name',
    ]);
  });

  it('gives records the TTL stated last, then $TTL, and a zone without any the minimum of its SOA', () => {
    const ttls = (text: string) => readZone(text, { origin: 'example.com' }).records.map((record) => record.ttl);
    expect(
      ttls('a A 192.0.2.1\nb 60 A 192.0.2.1\nc A 192.0.2.1\n$TTL 2h\nd A 192.0.2.1\ne 5 A 192.0.2.1\nf A 192.0.2.1\n'),
    ).toEqual([3600, 60, 60, 7200, 5, 7200]);
    expect(ttls('@ SOA a b 1 2 3 4 77\na A 192.0.2.1\n')).toEqual([77, 77]);
  });

  it('follows $ORIGIN, relative ones too, and finds the zone where none was named', () => {
    const text = '$ORIGIN example.com.\n@ SOA ns h 1 2 3 4 5\n$ORIGIN sub\na CNAME b\n@ A 192.0.2.1\n';
    const { records, origin } = readZone(text, { origin: '' });
    expect(origin).toBe('example.com');
    expect(records.slice(1)).toMatchObject([
      { name: 'a.sub.example.com', target: 'b.sub.example.com' },
      { name: 'sub.example.com' },
    ]);
  });

  it('reads what Windows DNS exports', () => {
    const text =
      ';\r\n;  Database file example.com.txt for example.com zone.\r\n;\r\n\r\n@\t\t\tIN  SOA dc1.example.com. hostmaster.example.com. (\r\n\t\t\t\t17   ; serial number\r\n\t\t\t\t900 600 86400 3600 ) ; default TTL\r\n\r\n@\t\t\t[AGE:3624072]\t600\tA\t192.0.2.4\r\n_msdcs\t\t\tNS\tdc1.example.com.\r\n@\t\t\t0\tWINS\tL1 C900 ( 192.0.2.1 )\r\ntxt\t\t\tTXT\t( "v=spf1 mx -all" )\r\n';
    const { records, findings, comments } = readZone(text, { origin: 'example.com' });
    expect(records.map((record) => [record.name, record.type, record.ttl])).toEqual([
      ['example.com', 'SOA', 3600],
      ['example.com', 'A', 600],
      ['_msdcs.example.com', 'NS', 600],
      ['txt.example.com', 'TXT', 0],
    ]);
    expect(findings.map((finding) => finding.values.reason)).toEqual([
      'WINS is a type of the provider’s own, not of DNS',
    ]);
    expect(comments).toHaveLength(5);
  });

  it('prints numbers of every length', () => {
    const serials = [0, 9, 10, 99, 100, 65_535, 999_999_999, 1_000_000_000, 4_294_967_295];
    for (const serial of serials) {
      const text = `@\t${serial % 2_147_483_648}\tIN\tSOA\tns h ${serial} 1 2 3 4\n`;
      expect(writeZone(readZone(text, { origin: 'example.com' }).records, { origin: 'example.com' })).toBe(
        `$ORIGIN example.com.\n${text}`,
      );
    }
  });

  it('finds a doubled zone name, CNAME beside data, and what a zone must not have, with lines', () => {
    const text = `mail.example.com CNAME a
x CNAME a
x A 192.0.2.1
@ TXT "v=spf1 -all"
@ TXT "v=spf1 a -all"
_dmarc 60 TXT "v=DMARC1; p=none"
_dmarc 90 TXT "v=DMARC1; p=reject"
y CNAME a
y CNAME b
k TXT "\\"quoted\\""
other.example.net. A 192.0.2.1
@ SOA a b 1 2 3 4 5
@ SOA a b 2 2 3 4 5
`;
    const found = lintZone(readZone(text, { origin: 'example.com' })).map((finding) => [
      finding.code,
      finding.values.line,
    ]);
    expect(found).toEqual([
      ['zone.name-doubled', 1],
      ['zone.cname-and-other', 2],
      ['zone.several-spf', 4],
      ['zone.several-dmarc', 6],
      ['zone.ttls-differ', 6],
      ['zone.several-cname', 8],
      ['zone.quotes-in-value', 10],
      ['zone.name-outside', 11],
      ['zone.several-soa', undefined],
    ]);
    const [doubled] = lintZone(readZone('mail.example.com CNAME a\n', { origin: 'example.com' }));
    expect(doubled?.values.relative).toBe('mail');
    const sound =
      'www CNAME a\nwww RRSIG CNAME 8 3 60 20300101000000 20260101000000 1 example.com. AAAA\n@ TXT "x"\n@ TXT "v=spf1 -all"\n';
    expect(lintZone(readZone(sound, { origin: 'example.com' }))).toEqual([]);
  });

  it('never throws for hostile text', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom('"', '\\', '(', ')', ';', '\n', ' ', 'a', '$', '.', '@', '\u0000', 'TXT', 'é'),
        }),
        (text) => {
          readZone(text, { origin: 'example.com' });
        },
      ),
      { numRuns: runs },
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lintZone, readZone, writeZone } from '../../../shared/dns/zone-file.ts';
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

  it('joins long TXT values without a blank', () => {
    const [record] = readZone(`k TXT ( "${'a'.repeat(255)}" "${'b'.repeat(10)}" )\n`, {
      origin: 'example.com',
    }).records;
    expect(record?.type === 'TXT' && joinTxt(record.strings)).toBe('a'.repeat(255) + 'b'.repeat(10));
  });

  it('finds a doubled zone name, CNAME beside data, and two SPF records', () => {
    const text = 'mail.example.com CNAME a\nx CNAME a\nx A 192.0.2.1\n@ TXT "v=spf1 -all"\n@ TXT "v=spf1 a -all"\n';
    const codes = lintZone(readZone(text, { origin: 'example.com' })).map((finding) => finding.code);
    expect(codes).toEqual(expect.arrayContaining(['zone.name-doubled', 'zone.cname-and-other', 'zone.several-spf']));
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

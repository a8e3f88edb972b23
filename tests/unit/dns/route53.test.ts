import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readZone } from '../../../shared/dns/zone/reader.ts';
import { asMasterFile } from '../../../shared/dns/zone/route53.ts';
import { zoneLookup } from '../../../shared/dns/zone-lookup.ts';
import { formatById } from '../../../shared/handover/index.ts';
import { hostileHandOver, meanings } from '../../support/hand-over.ts';

/** Zones as `aws route53 list-resource-record-sets` lists them, in the forms of Amazon's developer guide. */

const set = (name: string, type: string, ...values: readonly string[]) => ({
  Name: name,
  Type: type,
  TTL: 300,
  ResourceRecords: values.map((value) => ({ Value: value })),
});
const alias = (name: string, type: string, target: string) => ({
  Name: name,
  Type: type,
  AliasTarget: { HostedZoneId: 'Z2FDTNDATAQYW2', DNSName: target, EvaluateTargetHealth: false },
});
const listing = JSON.stringify(
  {
    ResourceRecordSets: [
      alias('example.com.', 'A', 'd111111abcdef8.cloudfront.net.'),
      set('example.com.', 'MX', '10 mail.example.com', '20 mail.example.net.'),
      set('example.com.', 'NS', 'ns-2048.awsdns-64.com.'),
      set('example.com.', 'SOA', 'ns-2048.awsdns-64.net. hostmaster.awsdns.com. 1 7200 900 1209600 86400'),
      set('example.com.', 'TXT', '"v=spf1 include:amazonses.com -all"', '"a \\"quoted\\" word" " and \\303\\274"'),
      set('\\052.example.com.', 'CNAME', 'www.example.com'),
      alias('copy.example.com.', 'TXT', 'example.com.'),
      alias('gone.example.com.', 'TXT', 'elsewhere.example.com.'),
      set('_dmarc.example.com.', 'TXT', '"v=DMARC1; p=reject"'),
      set('www.example.com.', 'A', '192.0.2.1'),
    ],
  },
  null,
  2,
);

describe('a zone as Route 53 lists it', () => {
  const reading = readZone(asMasterFile(listing), { origin: '' });
  const dns = zoneLookup(reading.records, {
    outside: 'not-known',
    zones: ['example.com'],
    unreadable: reading.unreadable,
  });
  const texts = (name: string) => {
    const answer = dns.query(name, 'TXT');
    return answer.status === 'answer'
      ? answer.records.map((record) => (record.type === 'TXT' ? record.strings : []))
      : answer.status;
  };

  it('is read with its octal octets, wildcard and names without their final dot', () => {
    expect(reading.origin).toBe('example.com');
    expect(texts('example.com')).toEqual([
      ['v=spf1 include:amazonses.com -all'],
      ['a "quoted" word', ' and \u00c3\u00bc'],
    ]);
    expect(texts('_dmarc.example.com')).toEqual([['v=DMARC1; p=reject']]);
    expect(dns.query('any.example.com', 'CNAME')).toMatchObject({ records: [{ target: 'www.example.com' }] });
    expect(dns.query('example.com', 'MX')).toMatchObject({
      records: [{ exchange: 'mail.example.com' }, { exchange: 'mail.example.net' }],
    });
  });

  it('has what an alias leads to in the zone itself; elsewhere it is not known, never missing', () => {
    expect(texts('copy.example.com')).toEqual(texts('example.com'));
    expect(dns.query('gone.example.com', 'TXT')).toMatchObject({ status: 'failure', reason: 'not-known' });
    // The name stands there, so that no wildcard answers for it.
    expect(dns.query('example.com', 'AAAA')).toMatchObject({ status: 'nodata' });
    expect(reading.findings.map(({ code }) => code)).toEqual(['zone.syntax']);
  });

  it('is told from other notations, which stay as they are', () => {
    for (const text of ['', '{', '[]', '{"a":1}', '[{"name":"x","type":"A"}]', '@ TXT "{}"', 'a.example. A 192.0.2.1'])
      expect(asMasterFile(text)).toBe(text);
    const deleted = JSON.stringify({ Changes: [{ Action: 'DELETE', ResourceRecordSet: set('a.', 'A', '192.0.2.1') }] });
    expect(asMasterFile(deleted)).toBe(deleted);
  });

  it('lets no value begin a line of its own', () => {
    const text = asMasterFile(
      JSON.stringify([set('a.example.', 'TXT', '"x"\n@ TXT "y"'), alias('b.', 'A', 'c\n@ A 1.2.3.4')]),
    );
    expect(text.split('\n').filter((line) => line.startsWith('@'))).toEqual([]);
  });

  it('says of our own change batch what the plan publishes', () => {
    fc.assert(
      fc.property(hostileHandOver, ({ input }) => {
        const batch = JSON.parse(formatById('route53')?.write(input) ?? '') as {
          Changes: readonly { Action: string }[];
        };
        const upserts = batch.Changes.filter(({ Action }) => Action === 'UPSERT') as unknown as readonly {
          ResourceRecordSet: { Name: string; Type: string; ResourceRecords: readonly unknown[] };
        }[];
        const { records, findings } = readZone(asMasterFile(JSON.stringify(batch)), { origin: '' });
        if (upserts.length === 0) return;
        expect(findings).toEqual([]);
        expect(records).toHaveLength(
          upserts.flatMap(({ ResourceRecordSet }) => ResourceRecordSet.ResourceRecords).length,
        );
        const carried = new Set(
          upserts.map(({ ResourceRecordSet: { Name, Type } }) => `${Name.toLowerCase()} ${Type}`),
        );
        const planned = input.changes
          .filter(({ action }) => action === 'add' || action === 'replace')
          .flatMap(({ after }) => after)
          .filter(({ name, type }) => carried.has(`${name.toLowerCase()}. ${type}`));
        expect(meanings(records, false)).toEqual(expect.arrayContaining([...meanings(planned, false)]));
      }),
      { numRuns: 60 },
    );
  });
});

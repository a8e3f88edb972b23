import { describe, expect, it } from 'vitest';
import { discoverDmarc, treeWalkDomains } from '../../../shared/dmarc/discovery.ts';
import { evaluateDmarc } from '../../../shared/dmarc/evaluate.ts';
import { nextPolicyStep } from '../../../shared/dmarc/ladder.ts';
import { lintDmarc, parseDmarc, printDmarc } from '../../../shared/dmarc/record.ts';
import { externalReportRecords } from '../../../shared/dmarc/reports.ts';
import type { ResourceRecord } from '../../../shared/dns/records.ts';
import { zoneLookup } from '../../../shared/dns/zone-lookup.ts';

const txt = (name: string, text: string): ResourceRecord => ({ name, ttl: 60, type: 'TXT', strings: [text] });

describe('DMARC records', () => {
  it.each([
    ['v=DMARC1; p=reject', 'reject'],
    ['v=DMARC1;p=quarantine;rua=mailto:a@example.com', 'quarantine'],
    ['v=DMARC1; rua=mailto:a@example.com', 'none'],
    ['v=DMARC1; p=bogus; rua=mailto:a@example.com', 'none'],
    ['v=DMARC1; p=reject; sp=bogus; rua=mailto:a@example.com', 'none'],
    ['v=DMARC1; p=bogus', null],
    ['v=DMARC1', null],
    ['v=dmarc1; p=none', null],
    ['p=none; v=DMARC1', null],
    ['v=DMARC12; p=none', null],
  ])('%s → %s', (text, policy) => {
    expect(parseDmarc(text).record?.policy ?? null).toBe(policy);
  });

  it('only warns of what older senders still publish', () => {
    const { record, findings } = parseDmarc('v=DMARC1; p=reject; pct=50; rf=afrf; ri=3600');
    expect(record?.policy).toBe('reject');
    expect(findings.map((finding) => [finding.code, finding.severity])).toEqual(
      Array.from({ length: 3 }, () => ['dmarc.retired-tag', 'info']),
    );
  });

  it('checks report addresses', () => {
    const { record, findings } = parseDmarc('v=DMARC1; p=none; rua=mailto:a@example.com!10m, b@example.com');
    expect(record?.aggregateReports).toEqual(['mailto:a@example.com']);
    expect(findings.map((finding) => finding.code)).toEqual(['dmarc.report-size', 'dmarc.bad-report-address']);
  });

  it('prints what it reads', () => {
    const text = 'v=DMARC1; p=quarantine; sp=reject; np=reject; t=y; adkim=s; rua=mailto:a@example.com';
    const { record } = parseDmarc(text);
    expect(record === null ? '' : printDmarc(record)).toBe(text);
  });

  it('discards several records', () => {
    expect(lintDmarc(['v=DMARC1; p=none', 'v=DMARC1; p=reject']).map((finding) => finding.code)).toEqual([
      'dmarc.several-records',
    ]);
  });
});

describe('the tree walk (RFC 9989 §4.10)', () => {
  it('asks at most 8 names, cutting long ones to 7 labels', () => {
    expect(treeWalkDomains('a.b.c.d.e.f.g.h.i.j.mail.example.com')).toEqual([
      'a.b.c.d.e.f.g.h.i.j.mail.example.com',
      'g.h.i.j.mail.example.com',
      'h.i.j.mail.example.com',
      'i.j.mail.example.com',
      'j.mail.example.com',
      'mail.example.com',
      'example.com',
      'com',
    ]);
    expect(treeWalkDomains('a.b.c.d.e.f.g.example.com')).toHaveLength(8);
    expect(treeWalkDomains('a.mail.example.com')).toEqual([
      'a.mail.example.com',
      'mail.example.com',
      'example.com',
      'com',
    ]);
  });

  it('takes the record with the fewest labels as the organizational domain', async () => {
    const lookup = zoneLookup([
      txt('_dmarc.example.com', 'v=DMARC1; p=reject; sp=quarantine'),
      txt('_dmarc.mail.example.com', 'v=DMARC1; p=none'),
    ]);
    const found = await discoverDmarc('a.mail.example.com', lookup);
    expect(found).toMatchObject({ organisationalDomain: 'example.com', policyDomain: 'example.com' });
    expect((await discoverDmarc('mail.example.com', lookup)).policyDomain).toBe('mail.example.com');
  });

  it('stops at psd=y, one label below it, and at psd=n', async () => {
    const suffix = zoneLookup([txt('_dmarc.example', 'v=DMARC1; p=reject; psd=y')]);
    expect(await discoverDmarc('a.b.example', suffix)).toMatchObject({
      organisationalDomain: 'b.example',
      policyDomain: 'example',
    });
    const apart = zoneLookup([
      txt('_dmarc.b.example.com', 'v=DMARC1; p=none; psd=n'),
      txt('_dmarc.example.com', 'v=DMARC1; p=reject'),
    ]);
    const found = await discoverDmarc('a.b.example.com', apart);
    expect(found).toMatchObject({ organisationalDomain: 'b.example.com', policyDomain: 'b.example.com' });
    expect(found.steps.map((step) => step.domain)).toEqual(['a.b.example.com', 'b.example.com']);
  });
});

describe('evaluation', () => {
  const lookup = zoneLookup([
    txt('_dmarc.example.com', 'v=DMARC1; p=reject; sp=quarantine; np=reject'),
    txt('_dmarc.strict.org', 'v=DMARC1; p=reject; adkim=s; t=y'),
  ]);
  const none = { result: 'none', domain: 'x.net' } as const;

  it('aligns relaxed by the organizational domain, strict by the very domain (§4.4)', async () => {
    const relaxed = await evaluateDmarc(
      { fromDomain: 'example.com', spf: none, dkim: [{ pass: true, domain: 'mail.example.com' }] },
      lookup,
    );
    expect(relaxed).toMatchObject({ result: 'pass', dkimAligned: true });
    const strict = await evaluateDmarc(
      { fromDomain: 'strict.org', spf: none, dkim: [{ pass: true, domain: 'mail.strict.org' }] },
      lookup,
    );
    expect(strict).toMatchObject({ result: 'fail', requested: 'quarantine' });
  });

  it('applies sp to subdomains and np to those that do not exist', async () => {
    const message = { fromDomain: 'sub.example.com', spf: none, dkim: [] };
    expect((await evaluateDmarc(message, lookup)).requested).toBe('quarantine');
    expect((await evaluateDmarc({ ...message, nonexistent: true }, lookup)).requested).toBe('reject');
  });
});

describe('reports and the ladder', () => {
  it('names the record that another domain has to publish (RFC 9990 §4)', () => {
    const { record } = parseDmarc('v=DMARC1; p=none; rua=mailto:a@reports.example.net,mailto:b@example.com');
    expect(record === null ? [] : externalReportRecords('example.com', record, 'example.com')).toEqual([
      {
        destination: 'reports.example.net',
        name: 'example.com._report._dmarc.reports.example.net',
        value: 'v=DMARC1;',
      },
    ]);
  });

  it('climbs to reject in five safe steps', () => {
    const steps: string[] = [];
    let text = 'v=DMARC1; p=none';
    for (;;) {
      const { record } = parseDmarc(text);
      const step = record === null ? null : nextPolicyStep(record, 'mailto:d@example.com');
      if (step === null) break;
      text = step.record;
      steps.push(text);
    }
    expect(steps).toEqual([
      'v=DMARC1; p=none; rua=mailto:d@example.com',
      'v=DMARC1; p=quarantine; t=y; rua=mailto:d@example.com',
      'v=DMARC1; p=quarantine; rua=mailto:d@example.com',
      'v=DMARC1; p=reject; t=y; rua=mailto:d@example.com',
      'v=DMARC1; p=reject; rua=mailto:d@example.com',
    ]);
  });
});

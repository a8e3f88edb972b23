import { describe, expect, it } from 'vitest';
import type { ResourceRecord } from '../../../shared/dns/records.ts';
import { buildPlan, questionsFor } from '../../../shared/plan/build-plan.ts';
import { observationsFromZone } from '../../../shared/plan/observed.ts';
import { domainVerdict } from '../../../shared/plan/verdict.ts';
import type { DomainNeeds } from '../../../shared/providers/required-records.ts';
import { requiredRecords } from '../../../shared/providers/required-records.ts';

const needs = (reportAddress: string | null): DomainNeeds => ({
  domain: 'example.com',
  providers: [],
  dkimKeys: [],
  dmarc: {
    policy: 'none',
    subdomainPolicy: null,
    testing: true,
    reportAddress,
    alignment: { dkim: 'relaxed', spf: 'relaxed' },
  },
  neverSends: true,
  extras: [],
});

const txt = (name: string, text: string): ResourceRecord => ({ name, ttl: 60, type: 'TXT', strings: [text] });
const mx = (exchange: string): ResourceRecord => ({
  name: 'example.com',
  ttl: 60,
  type: 'MX',
  preference: 0,
  exchange,
});

function judge(published: readonly ResourceRecord[], reportAddress: string | null = null) {
  const required = requiredRecords(needs(reportAddress));
  const observations = observationsFromZone(published, 'example.com', questionsFor(required), 1).map((each) => ({
    ...each,
    server: { kind: 'authoritative' as const, address: 'ns1:53' },
  }));
  const { changes } = buildPlan('example.com', required, observations);
  return {
    actions: Object.fromEntries(changes.map((change) => [change.recordId, change.action])),
    after: Object.fromEntries(
      changes.map(({ recordId, after }) => [
        recordId,
        after.map((record) =>
          record.type === 'TXT' ? record.strings.join('') : record.type === 'MX' ? record.exchange : '',
        ),
      ]),
    ),
    findings: changes.flatMap((change) => change.findings.map((finding) => finding.code)),
    verdict: domainVerdict('example.com', required, observations).verdict,
  };
}

describe('a domain that never sends', () => {
  it('needs a refusing SPF, a revoked key at every selector and a refusing policy', () => {
    expect(judge([]).after).toEqual({
      spf: ['v=spf1 -all'],
      'dkim:*': ['v=DKIM1; p='],
      dmarc: ['v=DMARC1; p=reject; sp=reject'],
      'null-mx': [''],
    });
    expect(judge([]).verdict).toBe('failing');
  });

  it('replaces what stands there, never adds a second record', () => {
    const { actions, after } = judge(
      [
        txt('example.com', 'v=spf1 include:_spf.example.net ~all'),
        txt('example.com', 'site-verification=1'),
        txt('_dmarc.example.com', 'v=DMARC1; p=quarantine; rua=mailto:old@example.com'),
      ],
      'new@example.com',
    );
    expect(actions).toEqual({ spf: 'replace', 'dkim:*': 'add', dmarc: 'replace', 'null-mx': 'add' });
    expect(after.spf).toEqual(['v=spf1 -all']);
    expect(after.dmarc).toEqual(['v=DMARC1; p=reject; rua=mailto:old@example.com,mailto:new@example.com']);
  });

  it('is verified by any policy that refuses, and without the null MX', () => {
    const published = [
      txt('example.com', 'v=spf1 -all'),
      txt('*._domainkey.example.com', 'v=DKIM1; k=rsa; p='),
      txt('_dmarc.example.com', 'v=DMARC1; p=reject; adkim=s; rua=mailto:a@example.com'),
    ];
    expect(judge(published)).toMatchObject({
      actions: { spf: 'keep', 'dkim:*': 'keep', dmarc: 'keep', 'null-mx': 'add' },
      findings: [],
      verdict: 'verified',
    });
    expect(judge([...published, mx('')]).actions['null-mx']).toBe('keep');
  });

  it('never takes the mail servers from a domain that takes mail', () => {
    const { actions, findings, after } = judge([mx('mail.example.com')]);
    expect(actions['null-mx']).toBe('conflict');
    expect(findings).toContain('plan.receives-mail');
    expect(after['null-mx']).toEqual(['']);
  });
});

import { describe, expect, it } from 'vitest';
import type { ResourceRecord } from '../../../shared/dns/records.ts';
import { buildPlan, questionsFor } from '../../../shared/plan/build-plan.ts';
import { observationsFromZone } from '../../../shared/observed/observed.ts';
import { domainVerdict } from '../../../shared/verdict/verdict.ts';
import type { DomainNeeds } from '../../../shared/providers/required-records.ts';
import { requiredRecords, selectorsOf } from '../../../shared/providers/required-records.ts';

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

describe('the policy and its reports', () => {
  const sending = (change: Partial<DomainNeeds>): DomainNeeds => ({
    ...needs('r@reports.example.net'),
    neverSends: false,
    ...change,
  });
  const actionOf = (wanted: DomainNeeds, id: string, name: string, ...texts: string[]) => {
    const required = requiredRecords(wanted);
    const zone = name.split('.').slice(-2).join('.');
    const published = texts.map((text) => txt(name, text));
    const observations = observationsFromZone(published, zone, questionsFor(required), 1);
    const change = buildPlan('example.com', required, observations).changes.find((each) => each.recordId === id);
    const [after] = change?.after ?? [];
    return [change?.action, after?.type === 'TXT' ? after.strings.join('') : ''];
  };

  it('takes any consent to reports for one (RFC 9990 §4)', () => {
    const name = 'example.com._report._dmarc.reports.example.net';
    const action = (...texts: string[]) => actionOf(sending({}), 'report:reports.example.net', name, ...texts)[0];
    expect(action('v=DMARC1')).toBe('keep');
    expect(action('v=DMARC1; rua=mailto:other@reports.example.net')).toBe('keep');
    expect(action('v=dmarc1;')).toBe('replace');
    expect(action()).toBe('add');
  });

  it('needs no consent below the domain, and says when a domain above it gives one', () => {
    const reports = (address: string, domain = 'example.com') =>
      requiredRecords(sending({ domain, dmarc: { ...needs(address).dmarc } })).filter(
        (record) => record.purpose === 'report-authorisation',
      );
    expect(reports('a@example.com')).toEqual([]);
    expect(reports('a@in.example.com')).toEqual([]);
    expect(reports('a@example.com', 'news.example.com')[0]?.why).toContain(
      'Needed only while example.com has no DMARC',
    );
    expect(reports('a@example.net')[0]).toMatchObject({
      optional: true,
      why: expect.stringContaining('zone of example.net'),
    });
  });

  it('keeps what is stricter, and adds what is asked for', () => {
    const { dmarc } = needs('a@example.com');
    const strict = sending({
      dmarc: {
        ...dmarc,
        policy: 'quarantine',
        testing: false,
        subdomainPolicy: 'reject',
        alignment: { dkim: 'strict', spf: 'strict' },
      },
    });
    const plan = (text: string) => actionOf(strict, 'dmarc', '_dmarc.example.com', text);
    const rua = 'rua=mailto:a@example.com';
    expect(plan(`v=DMARC1; p=reject; adkim=s; aspf=s; ${rua}`)[0]).toBe('keep');
    expect(plan(`v=DMARC1; p=reject; adkim=s; ${rua}`)).toEqual([
      'replace',
      `v=DMARC1; p=reject; adkim=s; aspf=s; ${rua}`,
    ]);
    expect(plan(`v=DMARC1; p=reject; aspf=s; ${rua}`)).toEqual([
      'replace',
      `v=DMARC1; p=reject; adkim=s; aspf=s; ${rua}`,
    ]);
    expect(plan(`v=DMARC1; p=reject; sp=none; np=reject; adkim=s; aspf=s; pct=20; ${rua}`)).toEqual([
      'replace',
      `v=DMARC1; p=reject; sp=reject; np=reject; adkim=s; aspf=s; ${rua}; pct=20`,
    ]);
    expect(plan(`v=DMARC1; p=none; ${rua}`)).toEqual([
      'replace',
      `v=DMARC1; p=quarantine; sp=reject; adkim=s; aspf=s; ${rua}`,
    ]);
  });

  it('asks for the empty key where one is revoked, and evaluates with the others alone', () => {
    const key = { algorithm: 'ed25519' as const, publicKey: '11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=' };
    const wanted = sending({
      dkimKeys: [
        { ...key, selector: 's1', revokedAt: 1 },
        { ...key, selector: 's2', revokedAt: null },
      ],
    });
    const dkim = requiredRecords(wanted).filter((record) => record.purpose === 'dkim');
    expect(dkim.map(({ id, optional, value }) => [id, optional, value])).toEqual([
      ['dkim:s1', true, { state: 'known', data: { type: 'TXT', strings: ['v=DKIM1; p='] } }],
      [
        'dkim:s2',
        false,
        { state: 'known', data: { type: 'TXT', strings: [`v=DKIM1; k=ed25519; p=${key.publicKey}`] } },
      ],
    ]);
    expect(selectorsOf(wanted)).toEqual(['s2']);
  });
});

describe('a domain that never sends', () => {
  it('needs a refusing SPF, a revoked key at every selector and a refusing policy', () => {
    expect(judge([]).after).toEqual({
      spf: ['v=spf1 -all'],
      'dkim:*': ['v=DKIM1; p='],
      dmarc: ['v=DMARC1; p=reject; sp=reject'],
      'null-mx': [''],
    });
    expect(judge([]).verdict).toBe('to-do');
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

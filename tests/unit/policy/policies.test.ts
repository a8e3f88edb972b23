import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDmarc } from '../../../shared/dmarc/record.ts';
import type { Finding } from '../../../shared/findings/finding.ts';
import { buildPlan } from '../../../shared/plan/build-plan.ts';
import type { Observation } from '../../../shared/observed/observation.ts';
import type { RequiredRecord } from '../../../shared/required/record.ts';
import { domainVerdict } from '../../../shared/verdict/verdict.ts';
import type { BimiRecord } from '../../../shared/policy/bimi.ts';
import { lintBimi, lintBimiPolicy, parseBimi, printBimi } from '../../../shared/policy/bimi.ts';
import type { DomainPolicies } from '../../../shared/policy/extras.ts';
import { policyFaults, policyRecords } from '../../../shared/policy/extras.ts';
import type { MtaStsPolicy } from '../../../shared/policy/mta-sts.ts';
import {
  coversExchange,
  lintMtaSts,
  lintMtaStsExchanges,
  mtaStsId,
  parseMtaStsPolicy,
  parseMtaStsRecord,
  printMtaStsPolicy,
  printMtaStsRecord,
} from '../../../shared/policy/mta-sts.ts';
import { lintTlsRpt, parseTlsRpt, printTlsRpt } from '../../../shared/policy/tls-rpt.ts';

const codes = (findings: readonly Finding[]) => findings.map((finding) => finding.code);

describe('MTA-STS records (RFC 8461 §3.1)', () => {
  it.each([
    ['v=STSv1; id=20160831085700Z;', '20160831085700Z', []],
    ['v=STSv1;id=1', '1', []],
    ['v=STSv1; id=1; x=y', '1', ['policy.unknown-tag']],
    ['v=STSv1 id=1', null, ['policy.not-a-record']],
    ['v=stsv1; id=1', null, ['policy.not-a-record']],
    [' v=STSv1; id=1', null, ['policy.not-a-record']],
    ['v=STSv1;', null, ['mtasts.id']],
    ['v=STSv1; id=', null, ['mtasts.id']],
    ['v=STSv1; id=2026-11-24', null, ['mtasts.id']],
    [`v=STSv1; id=${'1'.repeat(33)}`, null, ['mtasts.id']],
    ['v=STSv1; id=1; id=2', null, ['policy.repeated-tag']],
    ['v=STSv1; id=1; rubbish', null, ['policy.broken-tag']],
    ['v=STSv1;; id=1', null, ['policy.broken-tag']],
  ])('%s → %s', (text, id, expected) => {
    const { record, findings } = parseMtaStsRecord(text);
    expect(record?.id ?? null).toBe(id);
    expect(codes(findings)).toEqual(expected);
  });

  it('counts only what begins with the version', () => {
    expect(codes(lintMtaSts(['v=STSv1; id=1', 'v=spf1 -all']))).toEqual([]);
    expect(codes(lintMtaSts(['v=STSv1; id=1', 'v=STSv1; id=1']))).toEqual(['policy.several-records']);
    expect(codes(lintMtaSts([]))).toEqual([]);
  });

  it('reads what it prints', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9]{1,32}$/), (id) => {
        expect(parseMtaStsRecord(printMtaStsRecord({ id })).record).toEqual({ id });
      }),
    );
  });
});

describe('MTA-STS policies (RFC 8461 §3.2)', () => {
  const example =
    'version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\nmx: *.example.net\r\nmx: backupmx.example.com\r\nmax_age: 604800\r\n';

  it('reads the RFC’s example', () => {
    expect(parseMtaStsPolicy(example)).toEqual({
      policy: { mode: 'enforce', mx: ['mail.example.com', '*.example.net', 'backupmx.example.com'], maxAge: 604_800 },
      findings: [],
    });
    expect(parseMtaStsPolicy(example.replaceAll('\r', '')).findings).toEqual([]);
  });

  it.each([
    ['version: STSv1', 'version: STSv2', 'mtasts.version'],
    ['version: STSv1\r\n', '', 'mtasts.version'],
    ['mode: enforce', 'mode: Enforce', 'mtasts.mode'],
    ['mode: enforce', 'mode=enforce', 'mtasts.line'],
    ['max_age: 604800', 'max_age: 31557601', 'mtasts.max-age'],
    ['max_age: 604800', 'max_age: -1', 'mtasts.max-age'],
    ['max_age: 604800', 'max_age: 1e3', 'mtasts.max-age'],
    ['max_age: 604800', 'max-age: 604800', 'mtasts.max-age'],
    ['max_age: 604800', 'max_age: 3600', 'mtasts.short-age'],
    ['mx: mail.example.com', 'mx: mail', 'mtasts.mx'],
    ['mx: mail.example.com', 'mx: *.*.example.com', 'mtasts.mx'],
    ['mx: mail.example.com', 'mx: 10 mail.example.com', 'mtasts.mx'],
    ['mode: enforce', 'mode: enforce\r\nmode: none', 'mtasts.repeated-key'],
  ])('“%s” as “%s”: %s', (from, to, code) => {
    expect(codes(parseMtaStsPolicy(example.replace(from, to)).findings)).toContain(code);
  });

  it('needs a mail server, but for mode none', () => {
    const bare = (mode: string) => parseMtaStsPolicy(`version: STSv1\nmode: ${mode}\nmax_age: 86400\n`);
    expect(codes(bare('testing').findings)).toEqual(['mtasts.no-mx']);
    expect(bare('none')).toEqual({ policy: { mode: 'none', mx: [], maxAge: 86_400 }, findings: [] });
  });

  it('takes the largest age, unknown keys, spaces behind a value', () => {
    const text = example
      .replace('604800', '31557600')
      .replace('mode: enforce', 'mode:enforce \t')
      .concat('other: x\n\n');
    expect(parseMtaStsPolicy(text)).toMatchObject({ policy: { mode: 'enforce', maxAge: 31_557_600 }, findings: [] });
  });

  it('covers a host by name and one label by a wildcard (§4.1)', () => {
    const { policy } = parseMtaStsPolicy(example);
    const covers = (host: string) => policy !== null && coversExchange(policy, host);
    expect(['mail.example.com', 'MAIL.example.com.', 'a.example.net'].every(covers)).toBe(true);
    expect(['example.net', 'a.b.example.net', 'mail.example.org', 'x.mail.example.com'].some(covers)).toBe(false);
    const findings = policy === null ? [] : lintMtaStsExchanges(policy, ['mail.example.com', 'mx.example.org']);
    expect(findings.map((finding) => finding.values)).toEqual([{ exchange: 'mx.example.org' }]);
    expect(lintMtaStsExchanges({ mode: 'none', mx: [], maxAge: 1 }, ['mx.example.org'])).toEqual([]);
  });

  it('reads what it prints, and changes the id with the policy', () => {
    const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?$/);
    const host = fc.tuple(fc.boolean(), label, label).map(([wild, one, two]) => `${wild ? '*.' : ''}${one}.${two}`);
    const policies: fc.Arbitrary<MtaStsPolicy> = fc.record({
      mode: fc.constantFrom('enforce', 'testing', 'none'),
      mx: fc.array(host, { minLength: 1, maxLength: 5 }),
      maxAge: fc.integer({ min: 0, max: 31_557_600 }),
    });
    fc.assert(
      fc.property(policies, policies, (policy, other) => {
        expect(parseMtaStsPolicy(printMtaStsPolicy(policy)).policy).toEqual(policy);
        expect(mtaStsId(policy)).toMatch(/^[0-9a-f]{16}$/);
        expect(mtaStsId(policy) === mtaStsId(other)).toBe(printMtaStsPolicy(policy) === printMtaStsPolicy(other));
      }),
    );
  });
});

describe('TLS-RPT records (RFC 8460 §3)', () => {
  it.each([
    ['v=TLSRPTv1; rua=mailto:reports@example.com', ['mailto:reports@example.com'], []],
    ['v=TLSRPTv1;rua=https://reporting.example.com/v1/tlsrpt;', ['https://reporting.example.com/v1/tlsrpt'], []],
    [
      'v=TLSRPTv1; rua=mailto:a@example.com , https://example.net/',
      ['mailto:a@example.com', 'https://example.net/'],
      [],
    ],
    ['v=TLSRPTv1; rua=reports@example.com', null, ['tlsrpt.bad-address']],
    ['v=TLSRPTv1; rua=http://example.com/', null, ['tlsrpt.bad-address']],
    ['v=TLSRPTv1; rua=mailto:a@example.com!10m', null, ['tlsrpt.bad-address']],
    ['v=TLSRPTv1; rua=', null, ['tlsrpt.no-address']],
    ['v=TLSRPTv1;', null, ['tlsrpt.no-address']],
    ['v=TLSRPTV1; rua=mailto:a@example.com', null, ['policy.not-a-record']],
    ['v=TLSRPTv1', null, ['policy.not-a-record']],
  ])('%s', (text, addresses, expected) => {
    const { record, findings } = parseTlsRpt(text);
    expect(record?.addresses ?? null).toEqual(addresses);
    expect(codes(findings)).toEqual(expected);
  });

  it('reads what it prints, one record alone', () => {
    const addresses = ['mailto:a@example.com', 'https://example.net/x?y=z'];
    expect(parseTlsRpt(printTlsRpt({ addresses })).record).toEqual({ addresses });
    const text = printTlsRpt({ addresses });
    expect(codes(lintTlsRpt([text, text]))).toEqual(['policy.several-records']);
  });
});

describe('BIMI records', () => {
  const logo = 'https://example.com/logo.svg';
  it.each([
    [`v=BIMI1; l=${logo}; a=https://example.com/vmc.pem`, []],
    [`v=BIMI1; l=${logo}; a=https://example.com/vmc.pem; avp=Brand; lps=news;`, []],
    [`v=BIMI1; l=${logo};`, ['bimi.no-evidence']],
    ['v=BIMI1; l=; a=;', ['bimi.declined']],
    ['v=BIMI1; a=https://example.com/vmc.pem', ['bimi.no-location']],
    ['v=BIMI1; l=http://example.com/logo.svg; a=', ['bimi.bad-address', 'bimi.no-evidence']],
    [`v=BIMI1; l=${logo}; a=example.com/vmc.pem`, ['bimi.bad-address']],
    ['v=BIMI1; l=https://example.com/logo.png; a=https://example.com/vmc.pem', ['bimi.not-svg']],
    [`v=BIMI1; l=${logo}; a=https://example.com/vmc.pem; avp=cat`, ['bimi.avatar']],
    [`l=${logo}; v=BIMI1`, ['policy.not-a-record']],
  ])('%s: %j', (text, expected) => {
    expect(codes(lintBimi([text]))).toEqual(expected);
  });

  it('reads what it prints', () => {
    const uri = fc.constantFrom('', logo, 'https://cdn.example.net/a/b.svg?v=1');
    const records: fc.Arbitrary<BimiRecord> = fc
      .record({ logo: uri, evidence: uri, avatar: fc.constantFrom(undefined, 'brand' as const, 'personal' as const) })
      .map(({ avatar, ...rest }) => ({ ...rest, ...(avatar === undefined ? {} : { avatar }) }));
    fc.assert(
      fc.property(records, (record) => {
        expect(parseBimi(printBimi(record)).record).toEqual(record);
      }),
    );
  });

  it.each([
    ['v=DMARC1; p=quarantine', []],
    ['v=DMARC1; p=reject; sp=quarantine; pct=100', []],
    ['v=DMARC1; p=none', ['p=none']],
    ['v=DMARC1; p=reject; sp=none; pct=50', ['sp=none, pct=50']],
    ['v=DMARC1; p=reject; t=y', ['t=y']],
    ['v=DMARC1; p=quarantine; t=y', ['t=y']],
  ])('wants more than %s: %j', (text, reasons) => {
    const { record } = parseDmarc(text);
    expect(record === null ? null : lintBimiPolicy(record).map((finding) => finding.values.reason)).toEqual(reasons);
  });
});

describe('the optional extras of a domain', () => {
  const policies: DomainPolicies = {
    mtaSts: { mode: 'testing', mx: ['mx.example.com'], maxAge: 604_800, host: 'sts.example.net', id: null },
    tlsRpt: { reportAddress: 'tls@example.com' },
    bimi: { logo: 'https://example.com/logo.svg', evidence: '' },
  };
  const seen = (name: string, type: 'TXT' | 'CNAME', ...texts: string[]): Observation => ({
    question: { name, type },
    server: { kind: 'authoritative', address: '192.0.2.1:53' },
    seenAt: 1,
    durationMs: 1,
    outcome: texts.length === 0 ? 'nxdomain' : 'answer',
    records: texts.map((text) => ({ name, ttl: 60, type: 'TXT', strings: [text] })),
    aliases: [],
  });

  it('are records that never hold the verdict back', () => {
    const required = policyRecords('example.com', policies);
    expect(required.map(({ name, type, optional }) => [name, type, optional])).toEqual([
      ['mta-sts.example.com', 'CNAME', true],
      ['_mta-sts.example.com', 'TXT', true],
      ['_smtp._tls.example.com', 'TXT', true],
      ['default._bimi.example.com', 'TXT', true],
    ]);
    expect(required[1]?.file).toEqual({
      url: 'https://mta-sts.example.com/.well-known/mta-sts.txt',
      text: 'version: STSv1\r\nmode: testing\r\nmx: mx.example.com\r\nmax_age: 604800\r\n',
    });
    const nothing = required.map((record) => seen(record.name, record.type as 'TXT'));
    const verdict = domainVerdict('example.com', required, nothing);
    expect(verdict.records.map((record) => record.verdict)).toEqual(Array(4).fill('to-do'));
    expect(verdict.verdict).toBe('unknown');
    expect(policyRecords('example.com', undefined)).toEqual([]);
    expect(policyRecords('example.com', { mtaSts: null, tlsRpt: null, bimi: null })).toEqual([]);
  });

  it('are compared by what their tags say', () => {
    const required = policyRecords('example.com', { ...policies, mtaSts: null });
    const action = (name: string, ...texts: string[]) =>
      buildPlan('example.com', required, [seen(name, 'TXT', ...texts)]).changes.find((change) => change.name === name)
        ?.action;
    const tls = '_smtp._tls.example.com';
    expect(action(tls, 'v=TLSRPTv1;rua=mailto:other@example.net, mailto:tls@example.com;')).toBe('keep');
    expect(action(tls, 'v=TLSRPTv1; rua=mailto:other@example.net')).toBe('replace');
    expect(action(tls, 'v=TLSRPTv1; rua=mailto:tls@example.com', 'v=TLSRPTv1; rua=mailto:tls@example.com')).toBe(
      'replace',
    );
    expect(action(tls)).toBe('add');
    const logo = 'default._bimi.example.com';
    expect(action(logo, 'v=BIMI1; avp=brand; l=https://example.com/logo.svg')).toBe('keep');
    expect(action(logo, 'v=BIMI1; l=https://example.com/other.svg')).toBe('replace');
  });

  it('say that a logo needs a strict policy, as it will be', () => {
    const required = policyRecords('example.com', { mtaSts: null, tlsRpt: null, bimi: policies.bimi });
    const findings = (policy: string) => {
      const text = `v=DMARC1; p=${policy}`;
      const dmarc: RequiredRecord = {
        ...(required[0] as RequiredRecord),
        id: 'dmarc',
        purpose: 'dmarc',
        name: '_dmarc.example.com',
        match: { kind: 'dmarc-policy' },
        value: { state: 'known', data: { type: 'TXT', strings: [text] } },
      };
      const { changes } = buildPlan('example.com', [...required, dmarc], [seen('_dmarc.example.com', 'TXT')]);
      return changes.find((change) => change.purpose === 'bimi')?.findings.map((finding) => finding.code);
    };
    expect(findings('none')).toContain('bimi.dmarc-too-weak');
    expect(findings('reject')).not.toContain('bimi.dmarc-too-weak');
  });

  it('keep the id that is served already', () => {
    const value = (id: string | null) => {
      const sts = policies.mtaSts === null ? null : { ...policies.mtaSts, id, host: null };
      const [record] = policyRecords('example.com', { mtaSts: sts, tlsRpt: null, bimi: null });
      return record?.value.state === 'known' ? record.value.data : null;
    };
    expect(value('20260101')).toEqual({ type: 'TXT', strings: ['v=STSv1; id=20260101;'] });
    expect(value(null)).toMatchObject({ strings: [expect.stringMatching(/^v=STSv1; id=[0-9a-f]{16};$/)] });
  });

  it.each([
    [{ mtaSts: { mode: 'testing', mx: ['mx'], maxAge: 1, host: null, id: null } }, 'mtaSts.mx.0'],
    [{ mtaSts: { mode: 'enforce', mx: [], maxAge: 1, host: null, id: null } }, 'mtaSts.mx'],
    [{ mtaSts: { mode: 'none', mx: [], maxAge: 1, host: 'no host', id: null } }, 'mtaSts.host'],
    [{ mtaSts: { mode: 'none', mx: [], maxAge: 1, host: null, id: 'a-b' } }, 'mtaSts.id'],
    [{ tlsRpt: { reportAddress: 'nobody' } }, 'tlsRpt.reportAddress'],
    [{ tlsRpt: { reportAddress: 'a@example.com,b@example.com' } }, 'tlsRpt.reportAddress'],
    [{ bimi: { logo: 'logo.svg', evidence: '' } }, 'bimi.logo'],
    [{ bimi: { logo: 'https://example.com/l.svg', evidence: 'x' } }, 'bimi.evidence'],
  ] as const)('%j is refused at %s', (part, field) => {
    const none: DomainPolicies = { mtaSts: null, tlsRpt: null, bimi: null };
    const faults = policyFaults({ ...none, ...part });
    expect(faults.map((fault) => fault.field)).toEqual([field]);
    expect(policyFaults(policies)).toEqual([]);
  });
});

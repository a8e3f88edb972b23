import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { discoverDmarc, recordForNamesBelow, treeWalkDomains } from '../../../shared/dmarc/discovery.ts';
import { evaluateDmarc, explainPolicies } from '../../../shared/dmarc/evaluate.ts';
import { nextPolicyStep } from '../../../shared/dmarc/ladder.ts';
import type { DmarcRecord } from '../../../shared/dmarc/record.ts';
import { lintDmarc, parseDmarc, printDmarc, reportDomain } from '../../../shared/dmarc/record.ts';
import { externalReportRecords } from '../../../shared/dmarc/reports.ts';
import type { Lookup } from '../../../shared/dns/lookup.ts';
import type { ResourceRecord } from '../../../shared/dns/records.ts';
import { zoneLookup } from '../../../shared/dns/zone-lookup.ts';
import { applyFix, applyFixes } from '../../../shared/findings/apply-fix.ts';

const txt = (name: string, text: string): ResourceRecord => ({ name, ttl: 60, type: 'TXT', strings: [text] });
const parsed = (text: string): DmarcRecord => {
  const { record } = parseDmarc(text);
  if (record === null) throw new Error(`${text} is no record`);
  return record;
};
const codes = (...texts: string[]) => lintDmarc(texts).map((finding) => finding.code);

/** A Lookup whose questions at some names fail. */
function failing(records: readonly ResourceRecord[], ...names: string[]): Lookup {
  const zone = zoneLookup(records);
  return {
    query: (name, type) =>
      names.includes(name) ? { status: 'failure', reason: 'servfail', message: 'no' } : zone.query(name, type),
  };
}

describe('DMARC records', () => {
  it.each([
    ['v=DMARC1; p=reject', 'reject'],
    ['v=DMARC1;p=quarantine;rua=mailto:a@example.com', 'quarantine'],
    ['v = DMARC1 ; p = REJECT ;', 'reject'],
    ['V=DMARC1; p=none', 'none'],
    ['v=DMARC1; rua=mailto:a@example.com; p=reject', 'reject'],
    ['v=DMARC1; rua=mailto:a@example.com', 'none'],
    ['v=DMARC1; rua=https://example.com/reports', 'none'],
    ['v=DMARC1; p=bogus; rua=mailto:a@example.com', 'none'],
    ['v=DMARC1; p=; rua=mailto:a@example.com', 'none'],
    ['v=DMARC1; p=reject; sp=bogus; rua=mailto:a@example.com', 'none'],
    ['v=DMARC1; p=reject; np=bogus; rua=mailto:a@example.com', 'none'],
    ['v=DMARC1; p=reject; np=bogus', null],
    ['v=DMARC1; p=bogus; rua=a@example.com', null],
    ['v=DMARC1; p=bogus', null],
    ['v=DMARC1', null],
    ['v=dmarc1; p=none', null],
    ['v=DMARC1 p=none', null],
    ['p=none; v=DMARC1', null],
    ['v=DMARC12; p=none', null],
    ['', null],
  ])('%s → %s', (text, policy) => {
    expect(parseDmarc(text).record?.policy ?? null).toBe(policy);
  });

  it('only tells of what older senders still publish', () => {
    const { record, findings } = parseDmarc('v=DMARC1; p=reject; pct=50; rf=afrf; ri=3600');
    expect(record?.policy).toBe('reject');
    expect(findings.map((finding) => [finding.code, finding.severity])).toEqual(
      Array.from({ length: 3 }, () => ['dmarc.retired-tag', 'info']),
    );
    expect(record === null ? '' : printDmarc(record)).toBe('v=DMARC1; p=reject; pct=50; rf=afrf; ri=3600');
  });

  it.each([
    ['v=DMARC1; p=none; rua=mailto:a@example.com', []],
    ['v=DMARC1; p=none; rua=mailto:a%21b@example.com?subject=x', []],
    ['v=DMARC1; p=none; rua=mailto:a@example.com!10m', ['dmarc.report-size']],
    ['v=DMARC1; p=none; rua=mailto:a@example.com, b@example.com', ['dmarc.bad-report-address']],
    ['v=DMARC1; p=none; rua=mailto:a@example', ['dmarc.bad-report-address']],
    ['v=DMARC1; p=none; rua=mailto:a@-x.example', ['dmarc.bad-report-address']],
    ['v=DMARC1; p=none; rua=mailto:a@b@c!', ['dmarc.bad-report-address', 'dmarc.no-reports']],
    ['v=DMARC1; p=none; rua=mailto:a@example.com,', ['dmarc.bad-report-address']],
    ['v=DMARC1; p=none; rua=https://example.com/dmarc', ['dmarc.report-scheme']],
    ['v=DMARC1; p=none; ruf=x; rua=mailto:a@example.com', ['dmarc.bad-report-address']],
    ['v=DMARC1; p=none; fo=1; rua=mailto:a@example.com', ['dmarc.options-without-reports']],
    ['v=DMARC1; p=none; fo=1:x; ruf=mailto:a@example.com; rua=mailto:a@example.com', ['dmarc.bad-value']],
    ['v=DMARC1; p=none; adkim=strict; aspf=x; psd=q; t=1; rua=mailto:a@example.com', Array(4).fill('dmarc.bad-value')],
    ['v=DMARC1; p=none; P=reject; rua=mailto:a@example.com', ['dmarc.tag-case']],
    [' v=DMARC1; p=none; rua=mailto:a@example.com', ['dmarc.leading-blank']],
    ['v= DMARC1; p = none; rua=mailto:a@example.com', ['dmarc.blank-in-version']],
    ['v=DMARC1;; p=none; rua=mailto:a@example.com', ['dmarc.empty-tag']],
    ['v=DMARC1; none; p=none; rua=mailto:a@example.com', ['dmarc.broken-tag']],
    ['v=DMARC1; p=none; policy=none; rua=mailto:a@example.com', ['dmarc.unknown-tag']],
  ])('%s: %j', (text, expected) => {
    expect(codes(text).filter((code) => code !== 'dmarc.policy-none')).toEqual(expected);
  });

  it('advises', () => {
    expect(codes('v=DMARC1; p=none')).toEqual(['dmarc.no-reports', 'dmarc.policy-none']);
    const rua = 'rua=mailto:a@example.com';
    expect(codes(`v=DMARC1; p=reject; sp=quarantine; ${rua}`)).toEqual(['dmarc.subdomains-weaker']);
    expect(codes(`v=DMARC1; p=reject; sp=none; np=reject; ${rua}`)).toEqual(['dmarc.subdomains-weaker']);
    expect(codes(`v=DMARC1; p=reject; np=none; ${rua}`)).toEqual(['dmarc.nonexistent-weaker']);
    expect(codes(`v=DMARC1; p=none; t=y; ${rua}`)).toEqual(['dmarc.policy-none', 'dmarc.test-of-nothing']);
    expect(codes(`v=DMARC1; p=none; sp=reject; t=y; ${rua}`)).toEqual(['dmarc.policy-none', 'dmarc.test-differs']);
  });

  it('points at the stretch that a finding speaks of', () => {
    const text = 'v=DMARC1; p=none; pct=5; p=reject; rua=mailto:a@example.com,  x@y.example , mailto:b@example.com!5m';
    const stretches = lintDmarc([text]).map(({ code, span }) => [code, text.slice(span?.start, span?.end)]);
    expect(stretches).toEqual([
      ['dmarc.repeated-tag', 'p=reject'],
      ['dmarc.retired-tag', 'pct=5'],
      ['dmarc.bad-report-address', 'x@y.example'],
      ['dmarc.report-size', 'mailto:b@example.com!5m'],
      ['dmarc.policy-none', 'p=none'],
    ]);
  });

  it('puts right what it can', () => {
    const text = ' v = DMARC1; P=none;; pct=5; moo=1; rua=x@y.example,mailto:b@example.com!5m; rf=afrf';
    const fixes = parseDmarc(text).findings.flatMap((finding) => finding.fix ?? []);
    expect(applyFixes(text, fixes)).toBe('v=DMARC1; p=none; rua=mailto:x@y.example,mailto:b@example.com');
  });

  it('asks which of two values of a tag was meant, and takes out what only repeats one', () => {
    const text = 'v=DMARC1; p=none; p=reject; rua=mailto:a@example.com';
    const [finding] = parseDmarc(text).findings;
    expect(finding).not.toHaveProperty('fix');
    expect(finding?.readings?.map((reading) => [reading.label, applyFixes(text, [reading])])).toEqual([
      ['Keep p=none', 'v=DMARC1; p=none; rua=mailto:a@example.com'],
      ['Keep p=reject', 'v=DMARC1; p=reject; rua=mailto:a@example.com'],
    ]);
    const [same] = parseDmarc('v=DMARC1; p=none; p=none').findings;
    expect(applyFixes('v=DMARC1; p=none; p=none', [same?.fix ?? { label: '', edits: [] }])).toBe('v=DMARC1; p=none');
  });

  it('prints what it reads', () => {
    const text = 'v=DMARC1; p=quarantine; sp=reject; np=reject; t=y; psd=n; adkim=s; rua=mailto:a@example.com';
    expect(printDmarc(parsed(text))).toBe(text);
  });

  it('reads what it prints', () => {
    const policy = fc.constantFrom('none', 'quarantine', 'reject');
    const alignment = fc.constantFrom('relaxed', 'strict');
    const addresses = fc.array(
      fc.constantFrom('mailto:a@example.com', 'mailto:b%21@example.net', 'https://x.example/'),
    );
    const records: fc.Arbitrary<DmarcRecord> = fc
      .record({
        policy,
        policyTakenAsNone: fc.constant(false),
        subdomainPolicy: fc.option(policy),
        nonexistentPolicy: fc.option(policy),
        dkimAlignment: alignment,
        spfAlignment: alignment,
        publicSuffix: fc.constantFrom('y', 'n', 'u'),
        testing: fc.boolean(),
        aggregateReports: addresses,
        failureReports: addresses,
        failureOptions: fc.constantFrom(['0'], ['1', 'd'], ['s', 'd']),
        others: fc.subarray([['pct', '20'] as const, ['ri', '3600'] as const, ['x_1', 'some text'] as const]),
      })
      .map(({ subdomainPolicy, nonexistentPolicy, ...rest }) => ({
        ...rest,
        ...(subdomainPolicy === null ? {} : { subdomainPolicy }),
        ...(nonexistentPolicy === null ? {} : { nonexistentPolicy }),
      }));
    fc.assert(
      fc.property(records, (record) => {
        expect(parseDmarc(printDmarc(record)).record).toEqual(record);
      }),
    );
  });

  it('discards several records', () => {
    expect(codes('v=DMARC1; p=none', 'v=DMARC1; p=reject')).toEqual(['dmarc.several-records']);
    expect(codes('v=spf1 -all', 'v=DMARC1; p=reject; rua=mailto:a@example.com')).toEqual([]);
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
    expect(treeWalkDomains('1.2.3.4.5.6.7.com')[1]).toBe('2.3.4.5.6.7.com');
    expect(treeWalkDomains('a.b.c.d.e.f.g.example.com')).toHaveLength(8);
    expect(treeWalkDomains('a.mail.example.com')).toEqual([
      'a.mail.example.com',
      'mail.example.com',
      'example.com',
      'com',
    ]);
  });

  // `x.` below a domain of 8 labels has 9: its walk goes on at 7 labels (§4.10), and never asks the domain.
  it.each(['a.b.c.d.e.f.example.com', 'a.b.c.d.example.com'])(
    'knows nothing of names below %s where its own answer ended the walk',
    async (domain) => {
      const lookup = failing([txt('_dmarc.example.com', 'v=DMARC1; p=reject')], `_dmarc.${domain}`);
      const discovery = await discoverDmarc(domain, lookup);
      expect(recordForNamesBelow(domain, discovery)).toEqual({ record: null, isKnown: false });
    },
  );

  const walk = async (domain: string, ...records: ResourceRecord[]) => {
    const { record, policyDomain, organisationalDomain, steps } = await discoverDmarc(domain, zoneLookup(records));
    return { p: record?.policy ?? null, at: policyDomain, organisation: organisationalDomain, asked: steps.length };
  };

  it('takes the record with the fewest labels as the organizational domain', async () => {
    const records = [
      txt('_dmarc.example.com', 'v=DMARC1; p=reject; sp=quarantine'),
      txt('_dmarc.mail.example.com', 'v=DMARC1; p=none'),
    ];
    expect(await walk('a.mail.example.com', ...records)).toEqual({
      p: 'reject',
      at: 'example.com',
      organisation: 'example.com',
      asked: 4,
    });
    expect(await walk('mail.example.com', ...records)).toMatchObject({
      at: 'mail.example.com',
      organisation: 'example.com',
    });
    expect(await walk('a.b.example.org', ...records)).toEqual({
      p: null,
      at: null,
      organisation: 'a.b.example.org',
      asked: 4,
    });
  });

  it('stops at psd=y, one label below it, and at psd=n', async () => {
    const suffix = txt('_dmarc.example', 'v=DMARC1; p=reject; psd=y');
    expect(await walk('a.b.example', suffix)).toEqual({
      p: 'reject',
      at: 'example',
      organisation: 'b.example',
      asked: 3,
    });
    expect(await walk('example', suffix)).toEqual({ p: 'reject', at: 'example', organisation: 'example', asked: 1 });
    expect(
      await walk(
        'a.b.example.com',
        txt('_dmarc.b.example.com', 'v=DMARC1; p=none; psd=n'),
        txt('_dmarc.example.com', 'v=DMARC1; p=reject'),
      ),
    ).toEqual({ p: 'none', at: 'b.example.com', organisation: 'b.example.com', asked: 2 });
  });

  it('prefers the organizational domain’s record to the public suffix’s', async () => {
    const records = [
      txt('_dmarc.bank.example', 'v=DMARC1; p=reject; psd=y'),
      txt('_dmarc.giant.bank.example', 'v=DMARC1; p=none'),
    ];
    expect(await walk('www.giant.bank.example', ...records)).toMatchObject({ p: 'none', at: 'giant.bank.example' });
    expect(await walk('www.mega.bank.example', ...records)).toMatchObject({ p: 'reject', at: 'bank.example' });
  });

  it('passes over several records, but not over one that is broken', async () => {
    const above = txt('_dmarc.example.com', 'v=DMARC1; p=reject');
    const twice = [txt('_dmarc.a.example.com', 'v=DMARC1; p=none'), txt('_dmarc.a.example.com', 'v=DMARC1; p=none')];
    expect(await walk('a.example.com', above, ...twice)).toMatchObject({ p: 'reject', at: 'example.com' });
    const broken = txt('_dmarc.a.example.com', 'v=DMARC1; p=nonsense');
    expect(await walk('a.example.com', above, broken)).toMatchObject({ p: null, at: 'a.example.com' });
    const other = txt('_dmarc.a.example.com', 'v=spf1 -all');
    expect(await walk('a.example.com', above, other)).toMatchObject({ p: 'reject', at: 'example.com' });
  });

  it('does not guess past a server that fails', async () => {
    const records = [txt('_dmarc.a.example.com', 'v=DMARC1; p=none'), txt('_dmarc.com', 'v=DMARC1; p=reject; psd=y')];
    const own = await discoverDmarc('a.example.com', failing(records, '_dmarc.example.com'));
    expect(own).toMatchObject({ policyDomain: 'a.example.com', organisationalDomain: null, temporaryFailure: true });
    const hidden = await discoverDmarc('x.a.example.com', failing(records, '_dmarc.x.a.example.com'));
    expect(hidden).toMatchObject({ record: null, policyDomain: null, temporaryFailure: true });
    const between = await discoverDmarc('x.a.example.com', failing(records, '_dmarc.example.com'));
    expect(between).toMatchObject({ record: null, policyDomain: null, temporaryFailure: true });
  });

  it('does without the topmost label where a record was found below', async () => {
    const records = [txt('_dmarc.example.com', 'v=DMARC1; p=none')];
    const found = await discoverDmarc('a.example.com', failing(records, '_dmarc.com'));
    expect(found).toMatchObject({
      policyDomain: 'example.com',
      organisationalDomain: 'example.com',
      temporaryFailure: false,
    });
    expect(await discoverDmarc('b.net', failing(records, '_dmarc.net'))).toMatchObject({ temporaryFailure: true });
  });
});

describe('evaluation', () => {
  const lookup = zoneLookup([
    txt('_dmarc.example.com', 'v=DMARC1; p=reject; sp=quarantine; np=reject'),
    txt('_dmarc.strict.org', 'v=DMARC1; p=reject; adkim=s; t=y'),
    txt('_dmarc.apart.example.com', 'v=DMARC1; p=none; psd=n'),
    { name: 'sub.example.com', ttl: 60, type: 'A', address: '192.0.2.1' },
    { name: 'alias.example.com', ttl: 60, type: 'CNAME', target: 'gone.example.net' },
  ]);
  const none = { result: 'none', domain: 'x.net' } as const;
  const signed = (domain: string, result: 'pass' | 'fail' | 'unknown' = 'pass') => [{ result, domain }];

  it('aligns relaxed by the organizational domain, strict by the very domain (§4.4)', async () => {
    const verdict = async (fromDomain: string, domain: string) =>
      (await evaluateDmarc({ fromDomain, spf: none, dkim: signed(domain) }, lookup)).result;
    expect(await verdict('example.com', 'mail.example.com')).toBe('pass');
    expect(await verdict('sub.example.com', 'other.example.com')).toBe('pass');
    expect(await verdict('example.com', 'EXAMPLE.com')).toBe('pass');
    expect(await verdict('example.com', 'apart.example.com')).toBe('fail');
    expect(await verdict('example.com', 'notexample.com')).toBe('fail');
    expect(await verdict('strict.org', 'strict.org')).toBe('pass');
    expect(await verdict('strict.org', 'mail.strict.org')).toBe('fail');
    expect(await verdict('none.net', 'none.net')).toBe('none');
  });

  it('aligns SPF only where it passes', async () => {
    const verdict = async (result: 'pass' | 'softfail' | 'temperror', domain = 'bounce.example.com') =>
      evaluateDmarc({ fromDomain: 'example.com', spf: { result, domain }, dkim: [] }, lookup);
    expect(await verdict('pass')).toMatchObject({ result: 'pass', spfAligned: true, dkimAligned: false });
    expect(await verdict('softfail')).toMatchObject({ result: 'fail', spfAligned: false });
    expect(await verdict('temperror')).toMatchObject({ result: 'temperror', spfAligned: false });
    expect(await verdict('temperror', 'other.net')).toMatchObject({ result: 'fail' });
  });

  it('can’t call a message failed while a key could not be had (§5.3)', async () => {
    const verdict = async (domain: string) =>
      (await evaluateDmarc({ fromDomain: 'example.com', spf: none, dkim: signed(domain, 'unknown') }, lookup)).result;
    expect(await verdict('example.com')).toBe('temperror');
    expect(await verdict('other.net')).toBe('fail');
  });

  it('applies sp to subdomains and np to those that do not exist', async () => {
    const requested = async (fromDomain: string) =>
      (await evaluateDmarc({ fromDomain, spf: none, dkim: [] }, lookup)).requested;
    expect(await requested('example.com')).toBe('reject');
    expect(await requested('sub.example.com')).toBe('quarantine');
    expect(await requested('alias.example.com')).toBe('quarantine');
    expect(await requested('gone.example.com')).toBe('reject');
    expect(await requested('strict.org')).toBe('quarantine');
  });

  it('does not know the policy while it does not know whether the name exists', async () => {
    const records = [txt('_dmarc.example.com', 'v=DMARC1; p=none; np=reject')];
    const message = { fromDomain: 'a.example.com', spf: none, dkim: [] };
    const verdict = await evaluateDmarc(message, failing(records, 'a.example.com'));
    expect(verdict).toMatchObject({ result: 'temperror' });
    expect(verdict.requested).toBeUndefined();
  });

  it('does not ask whether a name exists where that changes nothing', async () => {
    const records = [txt('_dmarc.example.com', 'v=DMARC1; p=quarantine; sp=reject; np=reject')];
    const message = { fromDomain: 'a.example.com', spf: none, dkim: [] };
    expect(await evaluateDmarc(message, failing(records, 'a.example.com'))).toMatchObject({
      result: 'fail',
      requested: 'reject',
    });
  });

  it('walks the trees of ten signatures at most', async () => {
    let questions = 0;
    const zone = zoneLookup([txt('_dmarc.example.com', 'v=DMARC1; p=none')]);
    const counting: Lookup = {
      query(name, type) {
        questions += 1;
        return zone.query(name, type);
      },
    };
    const dkim = Array.from({ length: 500 }, (_nothing, index) => ({
      result: 'unknown' as const,
      domain: `d${index}.example.com`,
    }));
    await evaluateDmarc({ fromDomain: 'example.com', spf: none, dkim }, counting);
    expect(questions).toBe(2 + 10 * 3);
  });

  it('leaves alignment open where the organizational domain is hidden', async () => {
    const records = [txt('_dmarc.a.example.com', 'v=DMARC1; p=none')];
    const hidden = failing(records, '_dmarc.example.com');
    const verdict = async (domain: string) =>
      (await evaluateDmarc({ fromDomain: 'a.example.com', spf: none, dkim: signed(domain) }, hidden)).result;
    expect(await verdict('a.example.com')).toBe('pass');
    expect(await verdict('example.com')).toBe('temperror');
    expect(await verdict('example.net')).toBe('fail');
  });

  it('says whom the policies reach', () => {
    const lines = (text: string, organisation?: string) =>
      explainPolicies(parsed(text), 'example.com', organisation).map(({ policy, because }) => `${policy}: ${because}`);
    expect(lines('v=DMARC1; p=reject; sp=quarantine; t=y')).toEqual([
      'quarantine: p=reject, one step milder because of t=y',
      'none: sp=quarantine, one step milder because of t=y',
      'none: sp=quarantine, one step milder because of t=y',
    ]);
    expect(lines('v=DMARC1; p=none; np=reject')).toEqual([
      'none: p=none',
      'none: p=none, as there is no sp=',
      'reject: np=reject',
    ]);
    expect(lines('v=DMARC1; p=none; np=reject', 'com')).toEqual(['none: p=none']);
  });
});

describe('the examples of RFC 9989 appendix B', () => {
  const evaluate = async (
    records: readonly ResourceRecord[],
    from: string,
    { spf, dkim }: { readonly spf?: string; readonly dkim?: string },
  ) => {
    const verdict = await evaluateDmarc(
      {
        fromDomain: from,
        spf: { result: spf === undefined ? 'none' : 'pass', domain: spf ?? 'nobody.invalid' },
        dkim: dkim === undefined ? [] : [{ result: 'pass', domain: dkim }],
      },
      zoneLookup(records),
    );
    const { spfAligned, dkimAligned, discovery } = verdict;
    const { policyDomain, organisationalDomain, steps } = discovery;
    return { spfAligned, dkimAligned, policyDomain, organisationalDomain, asked: steps.map((step) => step.domain) };
  };
  const record = (domain: string, tags = 'p=none') => txt(`_dmarc.${domain}`, `v=DMARC1; ${tags}`);

  it.each([
    ['example.com', 'example.com', 's', true],
    ['child.example.com', 'example.com', 'r', true],
    ['child.example.com', 'example.com', 's', false],
    ['child.example.com', 'example.net', 'r', false],
  ])('B.1: From %s with an identifier of %s, %s: %s', async (from, identifier, mode, aligned) => {
    const above = from === 'example.com' ? [] : [record('example.com')];
    const records = [record(from, `p=none; aspf=${mode}; adkim=${mode}`), ...above];
    expect(await evaluate(records, from, { spf: identifier, dkim: identifier })).toMatchObject({
      spfAligned: aligned,
      dkimAligned: aligned,
    });
  });

  it('B.2: the records of a domain owner', () => {
    const records = [
      'v=DMARC1; p=none; rua=mailto:dmarc-feedback@example.com',
      'v=DMARC1; p=none; rua=mailto:dmarc-feedback@example.com; ruf=mailto:auth-reports@example.com',
      'v=DMARC1; p=none; rua=mailto:dmarc-feedback@example.com; ruf=mailto:auth-reports@thirdparty.example.net',
      'v=DMARC1; p=quarantine; rua=mailto:dmarc-feedback@example.com,mailto:tld-test@thirdparty.example.net; t=y',
      'v=DMARC1; p=reject; rua=mailto:dmarc-feedback@example.com,mailto:tld-test@thirdparty.example.net',
    ];
    expect(records.map((text) => codes(text).filter((code) => code !== 'dmarc.policy-none'))).toEqual([
      [],
      [],
      [],
      ['dmarc.test-differs'],
      [],
    ]);
    expect(externalReportRecords('example.com', parsed(records[2] as string), 'example.com')).toEqual([
      {
        destination: 'thirdparty.example.net',
        name: 'example.com._report._dmarc.thirdparty.example.net',
        value: 'v=DMARC1;',
      },
    ]);
  });

  it('B.4.1: one organization, two records', async () => {
    const records = [record('example.com'), record('signing.example.com')];
    expect(await evaluate(records, 'example.com', { spf: 'example.com', dkim: 'signing.example.com' })).toEqual({
      spfAligned: true,
      dkimAligned: true,
      policyDomain: 'example.com',
      organisationalDomain: 'example.com',
      asked: ['example.com', 'com'],
    });
  });

  it('B.4.2: a deep name', async () => {
    const records = [record('example.com'), record('signing.example.com')];
    const from = 'a.b.c.d.e.f.g.h.i.j.k.example.com';
    expect(await evaluate(records, from, { spf: 'example.com', dkim: 'signing.example.com' })).toEqual({
      spfAligned: true,
      dkimAligned: true,
      policyDomain: 'example.com',
      organisationalDomain: 'example.com',
      asked: [
        from,
        'g.h.i.j.k.example.com',
        'h.i.j.k.example.com',
        'i.j.k.example.com',
        'j.k.example.com',
        'k.example.com',
        'example.com',
        'com',
      ],
    });
  });

  it('B.4.3: below a public suffix', async () => {
    const records = [record('bank.example', 'p=reject; psd=y'), record('giant.bank.example')];
    const identifiers = { spf: 'mail.giant.bank.example', dkim: 'mail.mega.bank.example' };
    expect(await evaluate(records, 'giant.bank.example', identifiers)).toEqual({
      spfAligned: true,
      dkimAligned: false,
      policyDomain: 'giant.bank.example',
      organisationalDomain: 'giant.bank.example',
      asked: ['giant.bank.example', 'bank.example'],
    });
  });
});

describe('reports and the ladder', () => {
  it('names the record that another domain has to publish (RFC 9990 §4)', () => {
    const record = parsed(
      'v=DMARC1; p=none; rua=mailto:a@red.example.net,mailto:b@blue.example.com; ruf=mailto:c@RED.example.net,https://x.example/',
    );
    expect(externalReportRecords('blue.example.com', record, 'blue.example.com')).toEqual([
      {
        destination: 'red.example.net',
        name: 'blue.example.com._report._dmarc.red.example.net',
        value: 'v=DMARC1;',
      },
    ]);
    const long = `${'a'.repeat(60)}.`.repeat(3);
    expect(externalReportRecords(`${long}example.com`, record, 'example.com')).toHaveLength(1);
    expect(externalReportRecords(`${'b'.repeat(40)}.${long}example.com`, record, 'example.com')).toEqual([]);
  });

  it('knows the domain of an address', () => {
    expect(reportDomain('mailto:a@Example.com?subject=b@c.net')).toBe('example.com');
    expect(reportDomain('mailto:a@b@c.example')).toBeNull();
    expect(
      ['mailto:@example.com', 'mailto:a@', 'mailto:a', 'https://a@example.com', 'mailto:a@b..c'].map(reportDomain),
    ).toEqual(Array(5).fill(null));
  });

  it('climbs to reject step by step and then protects the subdomains', () => {
    const climb = (from: string, options: { readonly reportAddress?: string }) => {
      const steps: string[] = [];
      let text = from;
      for (;;) {
        const step = nextPolicyStep(parsed(text), { domain: 'example.com', ...options });
        if (step === null) return steps;
        text = step.record;
        steps.push(text);
      }
    };
    expect(climb('v=DMARC1; p=none; pct=20; ri=3600', { reportAddress: 'mailto:d@example.com' })).toEqual([
      'v=DMARC1; p=none; rua=mailto:d@example.com; ri=3600',
      'v=DMARC1; p=quarantine; t=y; rua=mailto:d@example.com; ri=3600',
      'v=DMARC1; p=quarantine; rua=mailto:d@example.com; ri=3600',
      'v=DMARC1; p=reject; t=y; rua=mailto:d@example.com; ri=3600',
      'v=DMARC1; p=reject; rua=mailto:d@example.com; ri=3600',
    ]);
    expect(climb('v=DMARC1; p=reject; sp=none; np=quarantine', {})).toEqual([
      'v=DMARC1; p=reject; sp=none; np=quarantine; rua=mailto:dmarc-reports@example.com',
      'v=DMARC1; p=reject; rua=mailto:dmarc-reports@example.com',
    ]);
  });
});

describe('a piece without an equals sign', () => {
  const RUA = 'rua=mailto:a@example.com';

  it.each([
    [`v=DMARC1; p:reject; ${RUA}`, `v=DMARC1; p=reject; ${RUA}`],
    ['v=DMARC1; p=reject; rua: mailto:a@example.com', 'v=DMARC1; p=reject; rua=mailto:a@example.com'],
    [`v=DMARC1; p=none; hello; ${RUA}`, `v=DMARC1; p=none; ${RUA}`],
  ])('is put right where its meaning is certain: %s', (text, expected) => {
    const fix = parseDmarc(text).findings.find(({ code }) => code === 'dmarc.broken-tag')?.fix;
    expect(fix === undefined ? null : applyFix(text, fix)).toBe(expected);
    expect(parseDmarc(expected).findings).toEqual([]);
  });

  it.each([
    [`v=DMARC1; reject; ${RUA}`, `v=DMARC1; p=reject; ${RUA}`],
    ['v=DMARC1; p=reject; mailto:a@example.com', 'v=DMARC1; p=reject; rua=mailto:a@example.com'],
  ])('is asked about where it is not: %s', (text, first) => {
    const finding = parseDmarc(text).findings.find(({ code }) => code === 'dmarc.broken-tag');
    expect(finding?.fix).toBeUndefined();
    expect(finding?.readings?.map((reading) => applyFix(text, reading))[0]).toBe(first);
  });
});

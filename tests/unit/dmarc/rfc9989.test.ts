import { describe, expect, it } from 'vitest';
import { discoverDmarc, treeWalkDomains } from '../../../shared/dmarc/discovery.ts';
import { evaluateDmarc } from '../../../shared/dmarc/evaluate.ts';
import { nextPolicyStep } from '../../../shared/dmarc/ladder.ts';
import type { LadderContext } from '../../../shared/dmarc/ladder.ts';
import { lintDmarc, parseDmarc } from '../../../shared/dmarc/record.ts';
import type { DmarcRecord } from '../../../shared/dmarc/record.ts';
import { externalReportRecords } from '../../../shared/dmarc/reports.ts';
import type { ResourceRecord } from '../../../shared/dns/records.ts';
import { zoneLookup } from '../../../shared/dns/zone-lookup.ts';
import { buildPlan } from '../../../shared/plan/build-plan.ts';
import { requiredRecords } from '../../../shared/providers/required-records.ts';
import type { DomainNeeds } from '../../../shared/providers/required-records.ts';
import { needs } from '../../support/needs.ts';
import { observedIn, providerSide } from '../../support/observed.ts';

/** What RFC 9989 demands, statement by statement, as far as it shows in DNS or in what is advised. */

/** A DMARC record at a domain. */
const at = (domain: string, tags: string): ResourceRecord => text(`_dmarc.${domain}`, `v=DMARC1; ${tags}`);
const text = (name: string, ...strings: [string, ...string[]]): ResourceRecord => ({
  name,
  ttl: 60,
  type: 'TXT',
  strings,
});
const RUA = 'rua=mailto:a@example.com';

function read(record: string): DmarcRecord {
  const { record: found } = parseDmarc(record);
  if (found === null) throw new Error(`${record} is no record`);
  return found;
}

describe('a record as receivers read it', () => {
  type Row = readonly [section: string, statement: string, record: string, read: Partial<DmarcRecord> | null];
  const rows: readonly Row[] = [
    ['4.7', 'v must come first', `p=none; v=DMARC1; ${RUA}`, null],
    ['4.7', 'v must be there', `p=none; ${RUA}`, null],
    ['4.7', 'v is DMARC1 and nothing else', `v=DMARC2; p=none; ${RUA}`, null],
    ['4.7', 'the value of v is case-sensitive', `v=Dmarc1; p=none; ${RUA}`, null],
    ['4.8', 'the name v is not: ABNF strings have no case', 'V=DMARC1; p=reject', { policy: 'reject' }],
    ['4.8', 'blanks may stand around the equals sign', 'v = DMARC1; p =  reject', { policy: 'reject' }],
    ['4.8', 'blanks may stand around the semicolon', 'v=DMARC1 ;\tp=reject ; ', { policy: 'reject' }],
    ['4.8', 'the last semicolon may be left out', 'v=DMARC1; p=reject', { policy: 'reject' }],
    ['4.8', 'policies have no case', 'v=DMARC1; p=Quarantine', { policy: 'quarantine' }],
    ['4.7', 'unknown tags are ignored', 'v=DMARC1; p=reject; moo=1', { policy: 'reject' }],
    ['4.8', 'faults in the remainder are ignored', 'v=DMARC1; nonsense; p=reject', { policy: 'reject' }],
    [
      '4.8',
      'a value that is no value gives way to the default',
      'v=DMARC1; p=reject; adkim=strict; t=yes',
      {
        dkimAlignment: 'relaxed',
        testing: false,
      },
    ],
    [
      '4.7',
      'adkim is relaxed unless it says s',
      'v=DMARC1; p=none; adkim=s',
      {
        dkimAlignment: 'strict',
        spfAlignment: 'relaxed',
      },
    ],
    [
      '4.7',
      'aspf is relaxed unless it says s',
      'v=DMARC1; p=none; aspf=S',
      {
        dkimAlignment: 'relaxed',
        spfAlignment: 'strict',
      },
    ],
    ['4.7', 'fo is 0 by default', 'v=DMARC1; p=none', { failureOptions: ['0'] }],
    [
      '4.7',
      'fo is a list with colons, in any order',
      'v=DMARC1; p=none; ruf=mailto:a@example.com; fo=d:1',
      {
        failureOptions: ['d', '1'],
      },
    ],
    ['4.7', 'psd is u by default', 'v=DMARC1; p=none', { publicSuffix: 'u' }],
    ['4.7', 't is n by default', 'v=DMARC1; p=none', { testing: false }],
    [
      '4.6',
      'addresses are parted by commas, with or without blanks',
      'v=DMARC1; p=none; rua=mailto:a@a.example , mailto:b@b.example',
      {
        aggregateReports: ['mailto:a@a.example', 'mailto:b@b.example'],
      },
    ],
    [
      '4.8',
      'a size behind an address is passed over',
      'v=DMARC1; p=none; rua=mailto:a@example.com!10m',
      {
        aggregateReports: ['mailto:a@example.com'],
      },
    ],
    ['4.7', 'a record without p is read as p=none', `v=DMARC1; ${RUA}`, { policy: 'none', policyTakenAsNone: true }],
    ['4.10.1', 'a bad p with a valid rua is p=none', `v=DMARC1; p=block; ${RUA}`, { policy: 'none' }],
    ['4.10.1', 'a bad sp voids p as well', `v=DMARC1; p=reject; sp=block; ${RUA}`, { policy: 'none' }],
    ['4.10.1', 'so does a bad np', `v=DMARC1; p=reject; np=block; ${RUA}`, { policy: 'none' }],
    [
      '4.10.1',
      'of several addresses one has to be valid',
      'v=DMARC1; rua=nobody, mailto:a@example.com',
      { policy: 'none' },
    ],
    ['4.10.1', 'without a valid rua DMARC does not apply', 'v=DMARC1; p=block; rua=nobody', null],
    ['4.10.1', 'nor without any', 'v=DMARC1; p=reject; sp=block', null],
    ['4.10.1', 'ruf is no substitute', 'v=DMARC1; ruf=mailto:a@example.com', null],
  ];
  it.each(rows)('§%s: %s', (_section, _statement, record, expected) => {
    const found = parseDmarc(record).record;
    if (expected === null) expect(found).toBeNull();
    else expect(found).toMatchObject(expected);
  });
});

describe('what is said of a record', () => {
  type Row = readonly [section: string, statement: string, records: readonly string[], code: string];
  const rows: readonly Row[] = [
    ['4.10', 'of several records none counts', ['v=DMARC1; p=none', 'v=DMARC1; p=none'], 'dmarc.several-records'],
    ['4.7', 'fo counts with ruf alone', [`v=DMARC1; p=none; fo=1; ${RUA}`], 'dmarc.options-without-reports'],
    [
      '4.7',
      '0 and 1 exclude each other',
      [`v=DMARC1; p=none; ruf=mailto:a@example.com; fo=0:1; ${RUA}`],
      'dmarc.options-exclude',
    ],
    [
      '4.7',
      'every receiver that reports knows mailto, and no other scheme',
      ['v=DMARC1; p=none; rua=https://example.com/'],
      'dmarc.report-scheme',
    ],
    [
      '4.8',
      'a comma in an address has to be encoded',
      ['v=DMARC1; p=none; rua=mailto:a,b@example.com'],
      'dmarc.bad-report-address',
    ],
    ['4.7', 't changes nothing about none', [`v=DMARC1; p=none; t=y; ${RUA}`], 'dmarc.test-of-nothing'],
    ['4.7', 't is unknown to older receivers', [`v=DMARC1; p=reject; t=y; ${RUA}`], 'dmarc.test-differs'],
    ['5.2', 'psd=y is for registries', [`v=DMARC1; p=none; psd=y; ${RUA}`], 'dmarc.suffix-flag'],
    ['8', 'reports are collected', ['v=DMARC1; p=reject'], 'dmarc.no-reports'],
    ['4.8', 'nothing stands before v', [` v=DMARC1; p=none; ${RUA}`], 'dmarc.leading-blank'],
    [
      '4.8',
      'blanks in v=DMARC1 are allowed, and not read by all',
      [`v = DMARC1; p=none; ${RUA}`],
      'dmarc.blank-in-version',
    ],
    [
      '4.10.1',
      'a record without p is none for some and nothing for others',
      [`v=DMARC1; ${RUA}`],
      'dmarc.policy-taken-as-none',
    ],
    ['4.10.1', 'without an address it is nothing for all', ['v=DMARC1'], 'dmarc.policy-missing'],
    ['C.5.2', 'pct is gone', [`v=DMARC1; p=reject; pct=50; ${RUA}`], 'dmarc.retired-tag'],
  ];
  it.each(rows)('§%s: %s', (_section, _statement, records, code) => {
    expect(lintDmarc(records).map((finding) => finding.code)).toContain(code);
  });

  it.each([
    'v=DMARC1; p=reject; rua=mailto:a@example.com',
    'v=DMARC1;p=quarantine;rua=mailto:a@example.com;ruf=mailto:b@example.com;fo=1:d:s',
    'v=DMARC1; p=reject; sp=reject; np=reject; adkim=s; aspf=s; psd=n; rua=mailto:a@example.com',
  ])('nothing of %s', (record) => {
    expect(lintDmarc([record])).toEqual([]);
  });
});

describe('where the record of a domain is found', () => {
  type Found = { readonly p: string | null; readonly at: string | null; readonly organisation: string };
  type Row = readonly [
    section: string,
    statement: string,
    zone: readonly ResourceRecord[],
    domain: string,
    found: Found,
  ];
  const rows: readonly Row[] = [
    [
      '4.5',
      'strings are joined without a blank',
      [text('_dmarc.example.com', 'v=DMARC1; p=rej', 'ect')],
      'example.com',
      {
        p: 'reject',
        at: 'example.com',
        organisation: 'example.com',
      },
    ],
    [
      '4.10.1',
      'the author domain comes first',
      [at('example.com', 'p=reject'), at('a.example.com', 'p=none')],
      'a.example.com',
      {
        p: 'none',
        at: 'a.example.com',
        organisation: 'example.com',
      },
    ],
    [
      '4.10.1',
      'then the organizational domain, whatever lies between',
      [at('example.com', 'p=reject'), at('b.example.com', 'p=none')],
      'a.b.example.com',
      {
        p: 'reject',
        at: 'example.com',
        organisation: 'example.com',
      },
    ],
    [
      '4.10.1',
      'then the public suffix',
      [at('com', 'p=quarantine; psd=y')],
      'a.example.com',
      {
        p: 'quarantine',
        at: 'com',
        organisation: 'example.com',
      },
    ],
    [
      '4.10.1',
      'the public suffix is silent where the organization has a record',
      [at('com', 'p=reject; psd=y'), at('example.com', 'p=none')],
      'a.example.com',
      {
        p: 'none',
        at: 'example.com',
        organisation: 'example.com',
      },
    ],
    [
      '4.10.1',
      'no record, no DMARC',
      [text('_dmarc.example.com', 'hello')],
      'example.com',
      {
        p: null,
        at: null,
        organisation: 'example.com',
      },
    ],
    [
      '4.10',
      'what does not begin with v is discarded',
      [text('_dmarc.example.com', 'p=reject; v=DMARC1'), at('example.com', 'p=none')],
      'example.com',
      {
        p: 'none',
        at: 'example.com',
        organisation: 'example.com',
      },
    ],
    [
      '4.10',
      'several records are discarded, and the walk goes on',
      [at('a.example.com', 'p=none'), at('a.example.com', 'p=reject'), at('example.com', 'p=quarantine')],
      'a.example.com',
      {
        p: 'quarantine',
        at: 'example.com',
        organisation: 'example.com',
      },
    ],
    [
      '4.10',
      'psd=n ends the walk',
      [at('b.example.com', 'p=none; psd=n'), at('example.com', 'p=reject')],
      'a.b.example.com',
      {
        p: 'none',
        at: 'b.example.com',
        organisation: 'b.example.com',
      },
    ],
    [
      '4.10.2',
      'psd=n makes the very domain the organization',
      [at('a.example.com', 'p=none; psd=n'), at('example.com', 'p=reject')],
      'a.example.com',
      {
        p: 'none',
        at: 'a.example.com',
        organisation: 'a.example.com',
      },
    ],
    [
      '4.10.2',
      'psd=y makes the name one label below it the organization',
      [at('example.com', 'p=none; psd=y')],
      'x.mail.example.com',
      {
        p: 'none',
        at: 'example.com',
        organisation: 'mail.example.com',
      },
    ],
    [
      '4.10.2',
      'but not where the walk began',
      [at('example.com', 'p=none; psd=y')],
      'example.com',
      {
        p: 'none',
        at: 'example.com',
        organisation: 'example.com',
      },
    ],
    [
      '4.10.2',
      'else the record with the fewest labels is the organization’s',
      [at('mail.example.com', 'p=none'), at('example.com', 'p=reject')],
      'a.mail.example.com',
      {
        p: 'reject',
        at: 'example.com',
        organisation: 'example.com',
      },
    ],
    [
      '4.10.2',
      'without any record the domain itself is',
      [],
      'a.b.example.com',
      {
        p: null,
        at: null,
        organisation: 'a.b.example.com',
      },
    ],
    [
      '5.1.8',
      'a record between the eighth label and the domain is never met',
      [at('b.c.d.e.f.g.example.com', 'p=none; psd=n'), at('example.com', 'p=reject')],
      'mail.a.b.c.d.e.f.g.example.com',
      {
        p: 'reject',
        at: 'example.com',
        organisation: 'example.com',
      },
    ],
    [
      '5.1.8',
      'one at the domain itself always is',
      [at('mail.a.b.c.d.e.f.g.example.com', 'p=none'), at('example.com', 'p=reject')],
      'mail.a.b.c.d.e.f.g.example.com',
      {
        p: 'none',
        at: 'mail.a.b.c.d.e.f.g.example.com',
        organisation: 'example.com',
      },
    ],
    [
      '11.8',
      'a suffix that does not say so is taken for the organization',
      [at('com', 'p=none'), at('example.com', 'p=reject')],
      'a.example.com',
      {
        p: 'none',
        at: 'com',
        organisation: 'com',
      },
    ],
    [
      '11.8',
      'psd=n at the organization keeps that away',
      [at('com', 'p=none'), at('example.com', 'p=reject; psd=n')],
      'a.example.com',
      {
        p: 'reject',
        at: 'example.com',
        organisation: 'example.com',
      },
    ],
  ];
  it.each(rows)('§%s: %s', async (_section, _statement, zone, domain, found) => {
    const { record, policyDomain, organisationalDomain } = await discoverDmarc(domain, zoneLookup(zone));
    expect({ p: record?.policy ?? null, at: policyDomain, organisation: organisationalDomain }).toEqual(found);
  });

  it.each([
    [
      '4.10',
      'a walk asks for the name and all above it',
      'a.b.example.com',
      ['a.b.example.com', 'b.example.com', 'example.com', 'com'],
    ],
    [
      '4.10',
      'from eight labels on it goes to seven',
      'a.b.c.d.e.f.example.com',
      [
        'a.b.c.d.e.f.example.com',
        'b.c.d.e.f.example.com',
        'c.d.e.f.example.com',
        'd.e.f.example.com',
        'e.f.example.com',
        'f.example.com',
        'example.com',
        'com',
      ],
    ],
    [
      '4.10',
      'and never asks more than eight times',
      'a.b.c.d.e.f.g.h.i.j.mail.example.com',
      [
        'a.b.c.d.e.f.g.h.i.j.mail.example.com',
        'g.h.i.j.mail.example.com',
        'h.i.j.mail.example.com',
        'i.j.mail.example.com',
        'j.mail.example.com',
        'mail.example.com',
        'example.com',
        'com',
      ],
    ],
  ])('§%s: %s', (_section, _statement, domain, asked) => {
    expect(treeWalkDomains(domain)).toEqual(asked);
  });
});

describe('a message as receivers judge it', () => {
  interface Message {
    readonly from: string;
    readonly spf?: string;
    readonly dkim?: string;
  }
  interface Judged {
    readonly result: string;
    readonly requested?: string;
    readonly spfAligned?: boolean;
    readonly dkimAligned?: boolean;
  }
  type Row = readonly [section: string, statement: string, tags: string, message: Message, judged: Judged];
  const rows: readonly Row[] = [
    [
      '4.4',
      'relaxed: one organization is enough',
      'p=reject',
      { from: 'news.example.com', dkim: 'foo.example.com' },
      { result: 'pass' },
    ],
    [
      '4.4',
      'another organization is not',
      'p=reject',
      { from: 'news.example.com', dkim: 'foo.example.net' },
      { result: 'fail' },
    ],
    [
      '4.4',
      'names have no case',
      'p=reject',
      { from: 'news.example.com', dkim: 'News.Example.COM' },
      { result: 'pass' },
    ],
    [
      '4.4',
      'strict: the very domain',
      'p=reject; adkim=s',
      { from: 'example.com', dkim: 'example.com' },
      { result: 'pass' },
    ],
    [
      '4.4',
      'strict: not one below it',
      'p=reject; adkim=s',
      { from: 'example.com', dkim: 'news.example.com' },
      { result: 'fail' },
    ],
    [
      '4.7',
      'aspf is for SPF alone',
      'p=reject; aspf=s',
      { from: 'example.com', spf: 'b.example.com', dkim: 'b.example.com' },
      { result: 'pass', spfAligned: false, dkimAligned: true },
    ],
    [
      '5.3.5',
      'one aligned identifier makes a pass',
      'p=reject',
      { from: 'example.com', spf: 'b.example.com', dkim: 'example.net' },
      { result: 'pass', spfAligned: true, dkimAligned: false },
    ],
    ['5.3.5', 'none makes a failure', 'p=reject', { from: 'example.com' }, { result: 'fail', requested: 'reject' }],
    [
      '4.10.1',
      'p is for the domain itself',
      'p=none; sp=reject; np=reject',
      { from: 'example.com' },
      { result: 'fail', requested: 'none' },
    ],
    [
      '4.7',
      'sp is for names that exist',
      'p=none; sp=quarantine; np=reject',
      { from: 'www.example.com' },
      { result: 'fail', requested: 'quarantine' },
    ],
    [
      '4.7',
      'np is for names that do not',
      'p=none; sp=quarantine; np=reject',
      { from: 'gone.example.com' },
      { result: 'fail', requested: 'reject' },
    ],
    [
      '4.7',
      'without np those take sp',
      'p=none; sp=quarantine',
      { from: 'gone.example.com' },
      { result: 'fail', requested: 'quarantine' },
    ],
    [
      '4.7',
      'without either all take p',
      'p=quarantine',
      { from: 'gone.example.com' },
      { result: 'fail', requested: 'quarantine' },
    ],
    [
      '4.7',
      'np is never for a name that exists',
      'p=quarantine; np=none',
      { from: 'www.example.com' },
      { result: 'fail', requested: 'quarantine' },
    ],
    [
      '4.7',
      't=y makes reject a quarantine',
      'p=reject; t=y',
      { from: 'example.com' },
      { result: 'fail', requested: 'quarantine' },
    ],
    [
      '4.7',
      't=y makes quarantine a none',
      'p=none; sp=quarantine; t=y',
      { from: 'www.example.com' },
      { result: 'fail', requested: 'none' },
    ],
    ['4.7', 't=n changes nothing', 'p=reject; t=n', { from: 'example.com' }, { result: 'fail', requested: 'reject' }],
  ];
  it.each(rows)('§%s: %s', async (_section, _statement, tags, message, judged) => {
    const zone: ResourceRecord[] = [
      at('example.com', tags),
      { name: 'www.example.com', ttl: 60, type: 'A', address: '192.0.2.1' },
    ];
    const { from, spf, dkim } = message;
    const verdict = await evaluateDmarc(
      {
        fromDomain: from,
        spf: spf === undefined ? { result: 'none', domain: from } : { result: 'pass', domain: spf },
        dkim: dkim === undefined ? [] : [{ result: 'pass', domain: dkim }],
      },
      zoneLookup(zone),
    );
    expect(verdict).toMatchObject(judged);
  });

  it('§5.3.6: what could not be asked neither passes nor fails', async () => {
    const lookup = { query: () => ({ status: 'failure', reason: 'timeout', message: 'silence' }) as const };
    const message = { fromDomain: 'example.com', spf: { result: 'none', domain: 'example.com' }, dkim: [] } as const;
    expect(await evaluateDmarc(message, lookup)).toMatchObject({ result: 'temperror' });
  });
});

describe('what is advised beside a record that is planned', () => {
  const ORGANISATION = at('example.com', `p=none; ${RUA}`);
  type Row = readonly [
    section: string,
    statement: string,
    zone: readonly ResourceRecord[],
    needs: { readonly provider: string; readonly change: Partial<DomainNeeds> },
    code: string,
    isSaid: boolean,
  ];
  const dmarc = { policy: 'none', subdomainPolicy: null, testing: false, reportAddress: 'a@example.com' } as const;
  const relaxed = { dkim: 'relaxed', spf: 'relaxed' } as const;
  const wanting = (policy: 'none' | 'reject', change: Partial<DomainNeeds> = {}, provider = 'sendgrid') => ({
    provider,
    change: { dmarc: { ...dmarc, policy, alignment: relaxed }, ...change },
  });
  const own = { domain: 'example.com' };
  const noKey = { dkimKeys: [], providers: [], extras: [] };
  const rows: readonly Row[] = [
    [
      '7.4',
      'at reject nobody relies on SPF alone',
      [ORGANISATION],
      wanting('reject', noKey),
      'plan.reject-without-key',
      true,
    ],
    [
      '7.4',
      'a key that is published with the policy is enough',
      [ORGANISATION],
      wanting('reject'),
      'plan.reject-without-key',
      false,
    ],
    ['7.4', 'a milder policy may', [ORGANISATION], wanting('none', noKey), 'plan.reject-without-key', false],
    [
      '7.4',
      'a domain that sends nothing needs no key',
      [ORGANISATION],
      wanting('reject', { neverSends: true }),
      'plan.reject-without-key',
      false,
    ],
    ['8', 'SPF and DKIM are aligned both', [ORGANISATION], wanting('none', noKey), 'plan.identifier-not-aligned', true],
    [
      '8',
      'a bounce domain below the own is aligned',
      [ORGANISATION],
      wanting('none'),
      'plan.identifier-not-aligned',
      false,
    ],
    [
      '4.4',
      'but not where alignment is strict',
      [ORGANISATION],
      wanting('none', { dmarc: { ...dmarc, alignment: { dkim: 'relaxed', spf: 'strict' } } }),
      'plan.identifier-not-aligned',
      true,
    ],
    ['8', 'the organization publishes as well', [], wanting('none'), 'plan.no-organisational-record', true],
    [
      '8',
      'also where the domain has a record already',
      [at('news.example.com', `p=none; ${RUA}`)],
      wanting('none'),
      'plan.no-organisational-record',
      true,
    ],
    ['8', 'once is enough', [ORGANISATION], wanting('none'), 'plan.no-organisational-record', false],
    ['8', 'the organization itself has no other', [], wanting('none', own), 'plan.no-organisational-record', false],
    [
      '8',
      'reports are collected',
      [ORGANISATION],
      wanting('none', { dmarc: { ...dmarc, reportAddress: null, alignment: relaxed } }),
      'dmarc.no-reports',
      false,
    ],
    [
      '8',
      'reports are collected where none are inherited',
      [],
      wanting('none', { dmarc: { ...dmarc, reportAddress: null, alignment: relaxed } }),
      'dmarc.no-reports',
      true,
    ],
    [
      '11.8',
      'a suffix that does not say so is answered with psd=n',
      [at('com', 'p=none'), ORGANISATION],
      wanting('none', own),
      'plan.suffix-unmarked',
      true,
    ],
    [
      '11.8',
      'one that says so needs no answer',
      [at('com', 'p=none; psd=y'), ORGANISATION],
      wanting('none', own),
      'plan.suffix-unmarked',
      false,
    ],
    [
      '11.8',
      'nor does one that was answered',
      [at('com', 'p=none'), at('example.com', `p=none; psd=n; ${RUA}`)],
      wanting('none', own),
      'plan.suffix-unmarked',
      false,
    ],
    [
      '4.10.2',
      'psd=n at a subdomain parts it from its organization',
      [ORGANISATION, at('news.example.com', `p=none; psd=n; ${RUA}`)],
      wanting('none'),
      'plan.organisation-of-its-own',
      true,
    ],
    [
      '4.10.2',
      'at the organization it parts nothing',
      [at('example.com', `p=none; psd=n; ${RUA}`)],
      wanting('none', own),
      'plan.organisation-of-its-own',
      false,
    ],
  ];
  const planned = (zone: readonly ResourceRecord[], provider: string, change: Partial<DomainNeeds>) => {
    const wanted = needs(provider, change);
    const required = requiredRecords(wanted);
    const world = [...zone, ...providerSide(required)];
    return buildPlan(wanted.domain, required, observedIn(world, wanted.domain, required, 'example.com'), 'example.com');
  };
  it.each(rows)('§%s: %s', (_section, _statement, zone, { provider, change }, code, isSaid) => {
    const told = planned(zone, provider, change).findings.map((finding) => finding.code);
    expect(told.includes(code)).toBe(isSaid);
  });

  it('§11.8: psd=n is told for the record of the organization, and prepared nowhere', () => {
    const zone = [at('com', 'p=none'), at('example.com', `p=reject; ${RUA}`)];
    const { changes, findings } = planned(zone, 'sendgrid', wanting('none', own).change);
    expect(findings.find(({ code }) => code === 'plan.suffix-unmarked')?.values).toEqual({
      suffix: 'com',
      organisation: 'example.com',
      text: `v=DMARC1; p=reject; psd=n; ${RUA}`,
    });
    const below = planned(zone, 'sendgrid', wanting('none').change);
    expect(below.findings.find(({ code }) => code === 'plan.suffix-unmarked')?.values.text).toBe('psd=n');
    expect(JSON.stringify([...changes, ...below.changes].map(({ after }) => after))).not.toContain('psd=');
  });

  it('§4.10.1: a record of the domain’s own says what it inherited, but is no organization', () => {
    const zone = [at('example.com', `p=none; sp=quarantine; adkim=s; psd=n; ${RUA}`)];
    const change = planned(zone, 'sendgrid', wanting('none').change).changes.find(({ purpose }) => purpose === 'dmarc');
    expect(change?.after).toMatchObject([{ strings: [`v=DMARC1; p=quarantine; adkim=s; ${RUA}`] }]);
  });
});

describe('the next step of a policy', () => {
  const MONTH = 31 * 86_400_000;
  const clean = { messages: 1000, failing: 0, unsigned: 0 };
  const periods = (none: number, quarantine: number) => [
    { policy: 'none' as const, from: 0, until: none },
    { policy: 'quarantine' as const, from: none, until: none + quarantine },
  ];
  type Row = readonly [
    section: string,
    statement: string,
    record: string,
    context: Omit<LadderContext, 'domain'>,
    states: Readonly<Record<string, string>>,
  ];
  const rows: readonly Row[] = [
    ['5.1.4', 'reports come first, and ask for nothing else', 'p=none', {}, {}],
    [
      '5.1.6',
      'before enforcement all of one’s own mail passes: not known without reports',
      `p=none; ${RUA}`,
      { users: 'programs' },
      { key: 'unknown', signed: 'unknown', reports: 'unknown' },
    ],
    [
      '5.1.6',
      'known with them',
      `p=none; ${RUA}`,
      { users: 'programs', key: 'yes', evidence: { periods: [], ownMail: clean } },
      { key: 'met', signed: 'met', reports: 'met' },
    ],
    [
      '5.1.6',
      'and not so where some of it fails',
      `p=none; ${RUA}`,
      { users: 'programs', key: 'yes', evidence: { periods: [], ownMail: { ...clean, failing: 3 } } },
      { key: 'met', signed: 'met', reports: 'not-met' },
    ],
    [
      '7.4',
      'programs need not wait',
      `p=quarantine; ${RUA}`,
      { users: 'programs', key: 'no' },
      { key: 'not-met', signed: 'unknown', reports: 'unknown' },
    ],
    [
      '7.4',
      'people who may post to lists wait for a month of none',
      `p=none; ${RUA}`,
      { users: 'people', evidence: { periods: periods(MONTH - 1, 0), ownMail: clean } },
      { key: 'unknown', signed: 'met', reports: 'met', time: 'not-met' },
    ],
    [
      '7.4',
      'a month is enough',
      `p=none; ${RUA}`,
      { users: 'people', evidence: { periods: periods(MONTH, 0), ownMail: clean } },
      { key: 'unknown', signed: 'met', reports: 'met', time: 'met' },
    ],
    [
      '7.4',
      'and as long of quarantine before reject, which is not for them',
      `p=quarantine; ${RUA}`,
      { users: 'people', evidence: { periods: periods(MONTH, MONTH / 2), ownMail: clean } },
      { key: 'unknown', signed: 'met', reports: 'met', time: 'not-met', users: 'not-met' },
    ],
    [
      '7.4',
      'after both the time is over, the people are not',
      `p=quarantine; ${RUA}`,
      { users: 'people', evidence: { periods: periods(MONTH, MONTH), ownMail: clean } },
      { key: 'unknown', signed: 'met', reports: 'met', time: 'met', users: 'not-met' },
    ],
    [
      '7.4',
      'where nobody has said who writes, both are open',
      `p=quarantine; ${RUA}`,
      {},
      { key: 'unknown', signed: 'unknown', reports: 'unknown', time: 'unknown', users: 'unknown' },
    ],
    [
      '7.4',
      'SPF alone is not enough at reject',
      `p=reject; t=y; ${RUA}`,
      { users: 'programs', key: 'yes', evidence: { periods: [], ownMail: { ...clean, unsigned: 20 } } },
      { key: 'met', signed: 'not-met', reports: 'met' },
    ],
  ];
  it.each(rows)('§%s: %s', (_section, _statement, tags, context, states) => {
    const step = nextPolicyStep(read(`v=DMARC1; ${tags}`), { domain: 'example.com', ...context });
    expect(Object.fromEntries((step?.conditions ?? []).map(({ kind, state }) => [kind, state]))).toEqual(states);
  });

  it('§7.4: says both of reject, what receivers ought to do and what they do', () => {
    for (const tags of [`p=quarantine; ${RUA}`, `p=reject; t=y; ${RUA}`]) {
      const why = nextPolicyStep(read(`v=DMARC1; ${tags}`), { domain: 'example.com' })?.why;
      expect(why).toContain('not to refuse for the policy alone');
      expect(why).toContain('often refused');
    }
  });

  it('§7.4: names no time for a domain that programs alone send from', () => {
    for (const tags of ['p=none', 'p=quarantine; t=y', 'p=quarantine', 'p=reject; t=y']) {
      const step = nextPolicyStep(read(`v=DMARC1; ${tags}; ${RUA}`), { domain: 'example.com', users: 'programs' });
      expect(JSON.stringify(step)).not.toMatch(/\b(?:days?|weeks?|months?)\b/);
    }
  });
});

describe('reports', () => {
  it.each([
    ['11.6', 'addresses of the own organization need no consent', 'dmarc@mail.example.com', []],
    [
      '11.6',
      'addresses elsewhere do',
      'x@reports.example.net',
      ['news.example.com._report._dmarc.reports.example.net'],
    ],
  ])('§%s: %s', (_section, _statement, address, names) => {
    const record = read(`v=DMARC1; p=none; rua=mailto:${address}`);
    expect(externalReportRecords('news.example.com', record, 'example.com').map(({ name }) => name)).toEqual(names);
  });
});

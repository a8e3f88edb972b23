import { fact } from '../../../shared/facts/catalogue.ts';
import { told } from '../../support/told.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diagnose } from '../../../shared/diagnosis/diagnose.ts';
import { durationText } from '../../../shared/text/duration.ts';
import { furtherQuestions } from '../../../shared/diagnosis/further.ts';
import { wildcardsFor } from '../../../shared/diagnosis/views.ts';
import type { FailureReason } from '../../../shared/dns/lookup.ts';
import type { QueryType, ResourceRecord } from '../../../shared/dns/records.ts';
import { describeFindings } from '../../../shared/findings/catalogue.ts';
import { isNewerSerial } from '../../../shared/observed/serials.ts';
import type { AnsweringServer, Observation } from '../../../shared/observed/observation.ts';
import type { RequiredRecord } from '../../../shared/required/record.ts';
import { recordVerdict } from '../../../shared/verdict/verdict.ts';

const NAME = 'example.com';
const WANTED = 'v=spf1 include:_spf.example.net -all';
const OLD = 'v=spf1 mx -all';

const spf: RequiredRecord = {
  id: 'spf',
  purpose: 'spf',
  name: NAME,
  type: 'TXT',
  ttl: 3600,
  value: { state: 'known', data: { type: 'TXT', strings: [WANTED] } },
  match: { kind: 'spf-terms', terms: ['include:_spf.example.net'] },
  why: '',
  source: { kind: 'sendwright', label: '' },
  optional: false,
};
const subject = { name: NAME, type: 'TXT', required: spf } as const;

const ns = (index: number): AnsweringServer => ({
  kind: 'authoritative',
  address: `192.0.2.${index}:53`,
  name: `ns${index}.example.com`,
});
const SYSTEM: AnsweringServer = { kind: 'system', address: '198.51.100.53:53' };

function said(server: AnsweringServer, change: Partial<Observation> = {}): Observation {
  return {
    question: { name: NAME, type: 'TXT' },
    server,
    seenAt: 1000,
    checkedAt: 1000,
    durationMs: 1,
    outcome: 'nodata',
    records: [],
    aliases: [],
    ...(server.kind === 'authoritative' ? { zone: NAME, authoritative: true } : {}),
    ...change,
  };
}

const txt = (text: string, ttl = 3600): ResourceRecord => ({ name: NAME, ttl, type: 'TXT', strings: [text] });
const has = (server: AnsweringServer, text = WANTED, ttl = 3600) =>
  said(server, { outcome: 'answer', records: [txt(text, ttl)] });
const failed = (server: AnsweringServer, reason: FailureReason, change: Partial<Observation> = {}) =>
  said(server, { outcome: 'failure', failure: { reason, what: fact('dns.failed', { failure: reason }) }, ...change });
const asked = (name: string, type: QueryType, observation: Observation): Observation => ({
  ...observation,
  question: { name, type },
});
function soa(server: AnsweringServer, serial: number, mname = 'ns1.example.com'): Observation {
  const times = { refresh: 1, retry: 1, expire: 1, minimum: 1 };
  const record: ResourceRecord = { name: NAME, ttl: 1, type: 'SOA', mname, rname: '', serial, ...times };
  return asked(NAME, 'SOA', said(server, { outcome: 'answer', records: [record], soaSerial: serial }));
}

const codes = (...observations: readonly Observation[]) =>
  diagnose(subject, NAME, observations).map((finding) => finding.code);
const verdict = (...observations: readonly Observation[]) => told(recordVerdict(spf, observations));

describe('the names of differences', () => {
  it('has nothing to say where all agree', () => {
    expect(codes(has(ns(1)), has(ns(2)), has(SYSTEM, WANTED, 5))).toEqual([]);
    expect(verdict(has(ns(1)), has(ns(2)), has(SYSTEM)).summary).toBe('Published and correct on all 2 name servers');
  });

  it('tells an old answer in a cache from the word of the zone’s servers, with the time that is left', () => {
    const observations = [has(ns(1)), has(ns(2)), has(SYSTEM, OLD, 1700)];
    expect(codes(...observations)).toEqual(['diagnosis.propagating']);
    const [finding] = diagnose(subject, NAME, observations);
    expect(finding?.values).toMatchObject({ left: '29 minutes', endsAt: 1000 + 1_700_000 });
    expect(verdict(...observations)).toMatchObject({ verdict: 'pending' });
  });

  it('tells a record that was taken away and lives on in a cache', () => {
    expect(codes(said(ns(1)), has(SYSTEM))).toEqual(['diagnosis.propagating']);
    expect(verdict(said(ns(1)), has(SYSTEM))).toMatchObject({
      verdict: 'failing',
      summary: 'Published earlier, now missing',
    });
  });

  it('tells a remembered absence', () => {
    const observations = [has(ns(1)), said(SYSTEM, { outcome: 'nxdomain', negativeTtl: 90 })];
    expect(codes(...observations)).toEqual(['diagnosis.negative-cache']);
    expect(verdict(...observations)).toMatchObject({
      verdict: 'pending',
      summary: 'Published, but the system’s resolver still has a negative answer cached, for up to 2 minutes',
    });
  });

  it('tells an inner zone by AA, by another source, or by a serial that no outer server has', () => {
    const inner = 'v=spf1 ip4:10.0.0.0/8 -all';
    expect(codes(has(ns(1)), { ...has(SYSTEM, inner), authoritative: true })).toEqual(['diagnosis.split-horizon']);
    const own = [has(ns(1)), has(SYSTEM, inner), soa(ns(1), 7)];
    expect(codes(...own, soa(SYSTEM, 7, 'dc.corp.example.com'))).toEqual(['diagnosis.split-horizon']);
    expect(codes(...own, soa(SYSTEM, 8))).toEqual(['diagnosis.split-horizon']);
    expect(codes(...own, soa(SYSTEM, 6))).toEqual(['diagnosis.propagating']);
    expect(verdict(...own, soa(SYSTEM, 8)).verdict).toBe('verified');
  });

  it('counts name servers, not addresses, and names those behind', () => {
    const second = { ...ns(2), address: '[2001:db8::2]:53' };
    const observations = [
      ...[ns(1), ns(2), second].map((server) => has(server)),
      ...[ns(3), ns(4)].map((server) => has(server, OLD)),
      ...[ns(1), ns(2), second].map((server) => soa(server, 12)),
      ...[ns(3), ns(4)].map((server) => soa(server, 11)),
    ];
    expect(verdict(...observations)).toMatchObject({
      verdict: 'pending',
      summary: 'Published, but 2 of 4 name servers still answer with the old record',
    });
    expect(describeFindings(verdict(...observations).findings).map((finding) => finding.title)).toEqual([
      'Behind, of the 4 name servers of example.com: ns3.example.com (serial 11), ns4.example.com (serial 11)',
    ]);
  });

  it('tells servers that differ under one serial', () => {
    expect(codes(has(ns(1)), has(ns(2), OLD), soa(ns(1), 5), soa(ns(2), 5))).toEqual(['diagnosis.serial-not-raised']);
  });

  it('takes DNSSEC as broken when leaving validation out turns the failure into an answer', () => {
    const unchecked: Observation = { ...has(SYSTEM), checkingDisabled: true };
    const observations = [has(ns(1)), failed(SYSTEM, 'servfail'), unchecked];
    expect(codes(...observations)).toEqual(['diagnosis.dnssec-bogus']);
    expect(verdict(...observations).verdict).toBe('failing');
    expect(codes(has(ns(1)), failed(SYSTEM, 'servfail'))).toEqual([]);
    expect(codes(has(ns(1)), failed(SYSTEM, 'bogus'))).toEqual(['diagnosis.dnssec-bogus']);
  });

  it.each([
    ['timeout', 'diagnosis.server-dead'],
    ['network', 'diagnosis.server-dead'],
    ['refused', 'diagnosis.server-lame'],
    ['lame', 'diagnosis.server-lame'],
    ['servfail', 'diagnosis.server-failing'],
    ['formerr', 'diagnosis.server-not-conforming'],
    ['mismatched', 'diagnosis.answer-mismatched'],
    ['no-edns', 'diagnosis.server-silent-to-edns'],
    ['malformed', 'diagnosis.answer-unreadable'],
    ['truncated', 'diagnosis.answer-cut-off'],
  ] as const)('tells a name server’s %s as %s, and keeps the record verified by the others', (reason, code) => {
    const observations = [has(ns(1)), failed(ns(2), reason), has(SYSTEM)];
    expect(codes(...observations)).toEqual([code]);
    expect(verdict(...observations)).toMatchObject({
      verdict: 'verified',
      summary: 'Published and correct on 1 of 2 name servers; 1 gives no usable answer',
    });
  });

  it('tells blocked, offline and dead apart', () => {
    const root = (reason: FailureReason) =>
      failed({ kind: 'authoritative', address: '', name: 'the root servers' }, reason, { zone: '' });
    expect(codes(root('timeout'), has(SYSTEM))).toEqual(['diagnosis.port-53-blocked']);
    expect(codes(root('offline'), failed(SYSTEM, 'offline'))).toEqual(['diagnosis.offline']);
    // Something answers in the root's place, as where a firewall takes all questions to itself.
    expect(codes(root('lame'), has(SYSTEM))).toEqual(['diagnosis.port-53-blocked']);
    expect(codes(root('lame'), failed(SYSTEM, 'offline'))).toEqual(['diagnosis.offline']);
    expect(verdict(root('lame'), failed(SYSTEM, 'offline')).verdict).toBe('unknown');
    expect(verdict(root('timeout'), failed(SYSTEM, 'timeout')).verdict).toBe('unknown');
    expect(codes(failed(ns(1), 'timeout'), failed(SYSTEM, 'timeout'))).toEqual(['diagnosis.server-dead']);
  });

  it('lets only the newest check speak', () => {
    const earlier = { ...has(ns(9), OLD), checkedAt: 1, seenAt: 1 };
    expect(codes(earlier, has(ns(1)))).toEqual([]);
    expect(verdict(earlier, has(ns(1))).verdict).toBe('verified');
  });

  it('asks further only where something is to be explained', () => {
    const further = (...observations: readonly Observation[]) => furtherQuestions(subject, NAME, observations);
    expect(further(has(ns(1)), has(SYSTEM))).toEqual([]);
    expect(further(failed(ns(1), 'timeout'))).toEqual([]);
    expect(further(has(ns(1)), has(SYSTEM, OLD))).toEqual([{ name: NAME, type: 'SOA', of: 'all' }]);
    const key = { ...spf, name: 'k1._domainkey.example.com' };
    const nothing = { ...said(ns(1)), question: { name: key.name, type: 'TXT' as const } };
    expect(furtherQuestions({ name: key.name, type: 'TXT', required: key }, NAME, [nothing])).toEqual([
      { name: 'k1._domainkey.example.com.example.com', type: 'TXT', of: 'one' },
    ]);
  });

  it('never fails, whatever mixture of answers it meets, and every finding can be described', () => {
    const reasons: FailureReason[] = ['timeout', 'servfail', 'bogus', 'lame', 'alias-loop', 'truncated', 'offline'];
    const server = fc.oneof(
      fc.integer({ min: 1, max: 5 }).map(ns),
      fc.constant(SYSTEM),
      fc.constant<AnsweringServer>({ kind: 'doh', address: 'https://dns.example/' }),
    );
    const observation = fc.oneof(
      fc.tuple(server, fc.constantFrom(WANTED, OLD, ''), fc.nat(100_000)).map(([of, text, ttl]) => has(of, text, ttl)),
      fc.tuple(server, fc.constantFrom(...reasons)).map(([of, reason]) => failed(of, reason)),
      fc.tuple(server, fc.nat(2 ** 32 - 1)).map(([of, serial]) => soa(of, serial)),
      server.map((of) => said(of, { outcome: 'nxdomain' })),
    );
    const runs = Number(process.env.SENDWRIGHT_RUNS ?? 500);
    fc.assert(
      fc.property(fc.array(observation, { maxLength: 12 }), (observations) => {
        const result = verdict(...observations);
        for (const finding of describeFindings(result.findings)) {
          expect(`${finding.title}${finding.explanation}${finding.remedy}`).not.toMatch(/\{[a-z]+\}|undefined/i);
        }
        if (observations.every((each) => each.question.type === 'SOA')) expect(result.verdict).toBe('unknown');
      }),
      { numRuns: runs },
    );
  });
});

describe('the parts', () => {
  it('rounds a time up in its largest unit', () => {
    expect([0, 1, 59, 60, 61, 3600, 86_400, 90_000].map(durationText)).toEqual([
      '1 second',
      '1 second',
      '59 seconds',
      '1 minute',
      '2 minutes',
      '1 hour',
      '1 day',
      '2 days',
    ]);
  });

  it('compares serials as RFC 1982 §3.2 does', () => {
    expect(isNewerSerial(1, 0)).toBe(true);
    expect(isNewerSerial(0, 1)).toBe(false);
    expect(isNewerSerial(44, 44)).toBe(false);
    expect(isNewerSerial(100, 4_294_967_196)).toBe(true);
  });

  it('looks for wildcards from the name up to the zone', () => {
    expect(wildcardsFor('a.b.example.com', 'example.com')).toEqual(['*.b.example.com', '*.example.com']);
    expect(wildcardsFor('example.com', 'example.com')).toEqual([]);
  });
});

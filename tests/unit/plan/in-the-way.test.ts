import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ResourceRecord } from '../../../shared/dns/records.ts';
import { readZone } from '../../../shared/dns/zone/reader.ts';
import { recordSets } from '../../../shared/plan/record-sets.ts';
import { buildPlan, questionsFor } from '../../../shared/plan/build-plan.ts';
import { obstacleQuestions } from '../../../shared/plan/in-the-way.ts';
import { observationsFromZone } from '../../../shared/observed/observed.ts';
import type { Change } from '../../../shared/plan/types.ts';
import type { RequiredRecord } from '../../../shared/required/record.ts';
import { requiredRecords } from '../../../shared/providers/required-records.ts';
import { changed, meanings } from '../../support/hand-over.ts';
import { needs } from '../../support/needs.ts';
import { planOf, planWorld } from '../../support/worlds-of-plans.ts';

const ZONE = 'example.com';
const runs = Number(process.env.SENDWRIGHT_RUNS ?? 300);

function records(text: string): readonly ResourceRecord[] {
  const reading = readZone(text, { origin: ZONE, defaultTtl: 300 });
  expect(reading.findings).toEqual([]);
  return reading.records;
}

const txtKey: readonly RequiredRecord[] = requiredRecords(needs('mailgun')).filter(({ purpose }) => purpose === 'dkim');
const alias: readonly RequiredRecord[] = requiredRecords(needs('amazon-ses'))
  .filter(({ type }) => type === 'CNAME')
  .slice(0, 1);
const aliasName = alias[0]?.name.slice(0, -ZONE.length - 1) ?? '';
const keyName = txtKey[0]?.name.slice(0, -ZONE.length - 1) ?? '';

function planned(required: readonly RequiredRecord[], text: string): Change {
  return planOf(records(text), ZONE, required).changes[0] as Change;
}

const codes = (change: Change) => change.findings.map((finding) => finding.code);

describe('what stands in the way', () => {
  it.each([
    ['an address', 'A 192.0.2.1'],
    ['an IPv6 address', 'AAAA 2001:db8::1'],
    ['mail', 'MX 10 mx'],
    ['text', 'TXT "x"'],
  ])('of an alias: %s at its name', (_what, data) => {
    const change = planned(alias, `${aliasName} ${data}\n`);
    expect(change.action).toBe('conflict');
    expect(codes(change)).toEqual(['plan.data-in-the-way']);
    expect(change.before).toHaveLength(1);
  });

  it('of a record: an alias at its name, or a DNAME above it', () => {
    expect(codes(planned(txtKey, `${keyName} CNAME elsewhere.example.net.\n`))).toEqual(['plan.cname-in-the-way']);
    const redirected = planned(txtKey, '_domainkey.news DNAME keys.example.net.\n');
    expect(redirected.action).toBe('conflict');
    expect(redirected.findings[0]?.values.target).toBe(`${keyName.split('.')[0] ?? ''}.keys.example.net`);
  });

  it.each(['news', '_domainkey.news', keyName])('of a record: a delegation of %s', (cut) => {
    const change = planned(txtKey, `${cut} NS ns1.elsewhere.net.\n${cut} NS ns2.elsewhere.net.\n`);
    expect(change.action).toBe('conflict');
    expect(change.findings).toMatchObject([
      {
        code: 'plan.delegated',
        values: { cut: `${cut}.example.com`, servers: 'ns1.elsewhere.net, ns2.elsewhere.net', zone: ZONE },
      },
    ]);
  });

  it('is not the zone’s own delegation, nor that of a neighbour', () => {
    expect(planned(txtKey, '@ NS ns1.elsewhere.net.\nother NS ns1.elsewhere.net.\n').action).toBe('add');
  });

  it.each([
    ['a text', '*._domainkey.news TXT "v=DKIM1; p="', '*._domainkey.news.example.com'],
    ['a text further up', '*.news TXT "v=DKIM1; p="', '*.news.example.com'],
    ['an alias', '*._domainkey.news CNAME elsewhere.example.net.', '*._domainkey.news.example.com'],
  ])(
    'is not a wildcard with %s: the record is added, and what the wildcard no longer does is said',
    (_what, line, wildcard) => {
      const zone = records(`${line}\n`);
      const plan = planOf(zone, ZONE, txtKey);
      const [change] = plan.changes;
      expect(change).toMatchObject({ action: 'add', before: [], beside: [] });
      expect(change?.findings).toMatchObject([{ code: 'plan.wildcard-ends', values: { wildcard } }]);
      const after = changed(zone, plan.changes);
      expect(planOf(after, ZONE, txtKey).changes[0]?.action).toBe('keep');
      expect(meanings(changed(after, plan.wayBack))).toEqual(meanings(zone));
    },
  );

  it('is asked for only where a record is not as required', () => {
    const fulfilled = changed([], planOf([], ZONE, txtKey).changes);
    const seen = (zone: readonly ResourceRecord[], required: readonly RequiredRecord[]) =>
      observationsFromZone(zone, ZONE, questionsFor(required), 1);
    const asked = (zone: readonly ResourceRecord[], required: readonly RequiredRecord[]) =>
      obstacleQuestions(required, ZONE, seen(zone, required)).map(
        ({ name, type }) => `${name.slice(0, -ZONE.length - 1)} ${type}`,
      );
    expect(asked(fulfilled, txtKey)).toEqual([]);
    expect(asked([], txtKey)).toEqual([`${keyName} NS`, '_domainkey.news NS', 'news NS']);
    expect(asked(records(`${keyName} TXT "other"\n`), txtKey)).toContain('*._domainkey.news TXT');
    expect(asked([], alias)).toEqual(
      expect.arrayContaining([`${aliasName} A`, `${aliasName} TXT`, `${aliasName} MX`, `${aliasName} AAAA`]),
    );
  });
});

describe('TTLs', () => {
  const spf = requiredRecords(needs('elastic-email')).filter(({ purpose }) => purpose === 'spf');
  const zone = records('news 120 TXT "v=spf1 -all"\nnews 120 TXT "token"\n');

  it('of new records are those of the records that stay, as the zone has them (RFC 2181 §5.2)', () => {
    expect(planOf(zone, ZONE, spf).changes[0]?.after.map((record) => record.ttl)).toEqual([120]);
  });

  it('are those of a record that stays because nobody has decided about it', () => {
    const required = requiredRecords(needs('unione')).filter(({ name }) => name === `news.${ZONE}`);
    // The provider's include would be the eleventh lookup: who is to go without has to be chosen.
    const hosts = Array.from({ length: 10 }, (_, index) => `h${index}`);
    const text = `v=spf1 ${hosts.map((host) => `a:${host}.example.com`).join(' ')} -all`;
    const addresses = hosts.map((host, index) => `${host} A 192.0.2.${index}\n`).join('');
    const { changes } = planOf(records(`news 120 TXT "${text}"\n${addresses}`), ZONE, required);
    const token = changes.find(({ purpose }) => purpose === 'verification');
    const spf = changes.find(({ purpose }) => purpose === 'spf');
    const ttls = (change: Change | undefined) => change?.after.map(({ ttl }) => ttl);
    expect([spf?.action, token?.action, ttls(token)]).toEqual(['conflict', 'add', [120]]);
  });

  it('that a cache has counted down are neither taken over nor restored', () => {
    const observations = observationsFromZone(zone, ZONE, questionsFor(spf), 1).map((each) => ({
      ...each,
      server: { kind: 'resolver' as const, address: '192.0.2.53:53' },
    }));
    const plan = buildPlan(`news.${ZONE}`, spf, observations, ZONE);
    expect(plan.changes[0]?.after[0]?.ttl).toBe(3600);
    expect(plan.wayBack[0]?.after[0]?.ttl).toBe(3600);
  });
});

describe('any plan', () => {
  it('keeps what it is not about, leaves nothing to do, and its way back restores every record and TTL', () => {
    fc.assert(
      fc.property(planWorld(ZONE), ({ published, required, plan }) => {
        const after = changed(
          published,
          plan.changes.filter(({ action }) => action !== 'conflict' && action !== 'keep'),
        );
        const again = planOf(after, ZONE, required);
        expect(again.changes.map(({ action }) => action)).toEqual(
          plan.changes.map(({ action }) => (action === 'conflict' ? 'conflict' : 'keep')),
        );
        expect(meanings(changed(after, plan.wayBack))).toEqual(meanings(published));
        // The sets that formats write say the same as the single changes.
        const ofSets = (changes: readonly Change[], zone: readonly ResourceRecord[]) => {
          const sets = recordSets({ changes, zone: ZONE });
          const untouched = zone.filter(
            (record) => !sets.some((set) => set.name === record.name && set.type === record.type),
          );
          for (const set of sets) {
            expect(meanings(set.published)).toEqual(
              meanings(zone.filter((record) => set.name === record.name && set.type === record.type)),
            );
          }
          return [...untouched, ...sets.flatMap((set) => set.all)];
        };
        expect(meanings(ofSets(plan.changes, published))).toEqual(meanings(after));
        expect(meanings(ofSets(plan.wayBack, after))).toEqual(meanings(published));
      }),
      { numRuns: runs },
    );
  });
});

import { describe, expect, it } from 'vitest';
import { fact } from '../../../shared/facts/catalogue.ts';
import type { ResourceRecord } from '../../../shared/dns/records.ts';
import { readZone } from '../../../shared/dns/zone/reader.ts';
import type { Observation } from '../../../shared/observed/observation.ts';
import { buildPlan } from '../../../shared/plan/build-plan.ts';
import type { Change } from '../../../shared/plan/types.ts';
import type { RequiredRecord } from '../../../shared/required/record.ts';
import { requiredRecords } from '../../../shared/providers/required-records.ts';
import { domainVerdict } from '../../../shared/verdict/verdict.ts';
import { changed, meanings } from '../../support/hand-over.ts';
import { needs } from '../../support/needs.ts';
import { observedIn, providerSide } from '../../support/observed.ts';
import { planOf } from '../../support/worlds-of-plans.ts';

/** A name that is handed over to a provider's servers by NS records (RFC 1034 §4.2.1). */

const ZONE = 'example.com';
const DOMAIN = 'news.example.com';
const NAME = 'track.news.example.com';

function delegation(servers: readonly string[] = ['ns1.example.net']): readonly RequiredRecord[] {
  const [first] = requiredRecords(needs('unione', {}, 'own-tracking')).filter(({ type }) => type === 'NS');
  if (first === undefined) throw new Error('UniOne asks for no delegation');
  return servers.map((target, index) => ({
    ...first,
    id: `ns${index}`,
    value: { state: 'known', data: { type: 'NS', target } },
    match: { kind: 'delegation', servers },
  }));
}

function records(text: string): readonly ResourceRecord[] {
  const reading = readZone(text, { origin: ZONE, defaultTtl: 300 });
  expect(reading.findings).toEqual([]);
  return reading.records;
}

/** How a zone is known: pasted, or asked for name by name. */
const KNOWN = {
  pasted: (text: string, required: readonly RequiredRecord[]) => planOf(records(text), ZONE, required).changes,
  asked: (text: string, required: readonly RequiredRecord[]) =>
    buildPlan(DOMAIN, required, observedIn(records(text), DOMAIN, required, ZONE), ZONE).changes,
};

const codes = (changes: readonly Change[]) => changes.flatMap(({ findings }) => findings.map(({ code }) => code));

describe.each(Object.entries(KNOWN))('a delegation, its zone %s', (_how, planned) => {
  const one = delegation();
  const two = delegation(['ns1.example.net', 'ns2.example.net']);

  it('is added where nothing stands at the name or below it', () => {
    const text = '@ A 192.0.2.1\nnews TXT "v=spf1 -all"\n';
    const changes = planned(text, two);
    expect(changes.map(({ action }) => action)).toEqual(['add', 'add']);
    expect(meanings(changes.flatMap(({ after }) => after))).toEqual([
      `${NAME} NS 3600 ns1.example.net`,
      `${NAME} NS 3600 ns2.example.net`,
    ]);
  });

  it('is kept as it is, and completed where a server is missing', () => {
    expect(planned('track.news NS NS1.Example.NET.\n', one).map(({ action }) => action)).toEqual(['keep']);
    const changes = planned('track.news NS ns1.example.net.\n', two);
    expect(changes.map(({ action, before }) => [action, before.length])).toEqual([
      ['keep', 1],
      ['add', 0],
    ]);
  });

  it.each([
    ['an address at the name', 'track.news A 192.0.2.1', 'plan.delegation-hides'],
    ['a text at the name', 'track.news TXT "x"', 'plan.delegation-hides'],
    ['a record of another type at the name', 'track.news CAA 0 issue "ca.example"', 'plan.delegation-hides-below'],
    ['a name below', 'old.links.track.news TXT "x"', 'plan.delegation-hides-below'],
    ['an alias at the name', 'track.news CNAME old.example.net.', 'plan.cname-in-the-way'],
    ['the servers of another', 'track.news NS ns.elsewhere.example.', 'plan.delegated-elsewhere'],
    [
      'another server beside it',
      'track.news NS ns1.example.net.\ntrack.news NS ns.x.example.',
      'plan.delegated-elsewhere',
    ],
    ['a delegation above', 'news NS ns.elsewhere.example.', 'plan.delegated'],
  ])('is a conflict with %s', (_what, line, code) => {
    const changes = planned(`${line}\n`, one);
    expect(changes.map(({ action }) => action)).toEqual(['conflict']);
    expect(codes(changes)).toEqual([code]);
  });

  it('ends a wildcard, which is no obstacle', () => {
    expect(planned('*.news A 192.0.2.1\n', one).map(({ action }) => action)).toEqual(['add']);
  });

  it('needs the address of a server that lies in it, and never is the zone’s own', () => {
    expect(codes(planned('', delegation([`ns.${NAME}`])))).toEqual(['plan.delegation-needs-glue']);
    const own = delegation().map((record) => ({ ...record, name: ZONE }));
    expect(codes(planned('', own))).toEqual(['plan.delegation-of-zone']);
  });

  it('is a conflict with a record that is wanted below it', () => {
    const below = { name: 'host.track', type: 'TXT' as const, value: 'x' };
    const wanted = requiredRecords(needs('unione', { extras: [below] }, 'own-tracking'));
    const changes = planned('', wanted);
    expect(changes.filter(({ action }) => action === 'conflict').map(({ name, type }) => `${name} ${type}`)).toEqual(
      expect.arrayContaining([`${NAME} NS`, `host.${NAME} TXT`]),
    );
    expect(codes(changes)).toContain('plan.below-delegation');
  });

  it('leaves nothing to do once it is made, and the way back takes it away', () => {
    const zone = records('@ A 192.0.2.1\n');
    const { changes, wayBack } = planOf(zone, ZONE, two);
    const after = changed(zone, changes);
    expect(planOf(after, ZONE, two).changes.map(({ action }) => action)).toEqual(['keep', 'keep']);
    expect(meanings(changed(after, wayBack))).toEqual(meanings(zone));
  });
});

describe('the verdict on a delegation', () => {
  const required = delegation();
  const made = records('track.news NS ns1.example.net.\n');
  const judged = (world: readonly ResourceRecord[], change: (each: Observation) => Observation = (each) => each) =>
    domainVerdict(DOMAIN, required, observedIn(world, DOMAIN, required, ZONE).map(change), ZONE).records[0]?.verdict;

  it('is verified where the zone above makes it, and its servers speak', () => {
    expect(judged([...made, ...providerSide(required)])).toBe('verified');
    expect(judged([])).toBe('to-do');
  });

  it('is failing where the server does not exist, or does not speak for the name', () => {
    expect(judged(made)).toBe('failing');
    const lame = (each: Observation): Observation =>
      each.question.name === NAME && each.question.type === 'A'
        ? {
            ...each,
            outcome: 'failure',
            records: [],
            failure: { reason: 'servfail', what: fact('dns.rcode', { rcode: 'SERVFAIL' }) },
          }
        : each;
    expect(judged([...made, ...providerSide(required)], lame)).toBe('failing');
  });

  it('is not taken from what the servers below say of themselves', () => {
    const own = records('track.news NS other.example.net.\n');
    const byResolver = (each: Observation): Observation => ({
      ...each,
      server: { kind: 'resolver', address: '192.0.2.53:53' },
    });
    expect(judged([...own, ...providerSide(required)], byResolver)).toBe('unknown');
    expect(judged([...own, ...providerSide(required)])).toBe('failing');
  });
});

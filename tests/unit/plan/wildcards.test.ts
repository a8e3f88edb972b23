import { expect, it } from 'vitest';
import type { ResourceRecord } from '../../../shared/dns/records.ts';
import { zoneLookup } from '../../../shared/dns/zone-lookup.ts';
import { buildPlan, questionsFor } from '../../../shared/plan/build-plan.ts';
import { pastedObservations } from '../../../shared/plan/in-the-way.ts';
import type { Plan } from '../../../shared/plan/types.ts';
import type { RequiredRecord } from '../../../shared/required/record.ts';
import { requiredRecords } from '../../../shared/providers/required-records.ts';
import { changed, txt } from '../../support/hand-over.ts';
import { needs } from '../../support/needs.ts';
import { observedIn, providerSide } from '../../support/observed.ts';

const ZONE = 'example.com';
const POLICY = 'v=DMARC1; p=reject; rua=mailto:dmarc@example.com';

/** How a zone is known: by what a server answers, or whole. */
const KNOWN = ['asked', 'pasted'] as const;

function planOf(world: readonly ResourceRecord[], required: readonly RequiredRecord[], how: (typeof KNOWN)[number]) {
  const domain = 'news.example.com';
  if (how === 'asked') return buildPlan(domain, required, observedIn(world, domain, required, ZONE), ZONE);
  const inZone = world.filter(({ name }) => name.endsWith(ZONE));
  const beyond = zoneLookup(inZone, { outside: 'not-known', zones: [ZONE] });
  const observations = pastedObservations(beyond, ZONE, required, questionsFor(required), 1);
  return buildPlan(domain, required, observations, ZONE, { beyond });
}

const actionOf = (plan: Plan, name: string) => plan.changes.find((change) => change.name === name)?.action;

/** RFC 4592 §2.2.1: what stands at `_dmarc.news` or `news` makes `news` exist, and `*.example.com` answers no more below it. */
it.each(KNOWN)('publishes a policy of its own where a wildcard two labels up would be cut off (%s)', (how) => {
  const required = requiredRecords(needs('elastic-email'));
  const world = [
    ...providerSide(required),
    { name: ZONE, ttl: 300, type: 'A' as const, address: '192.0.2.1' },
    txt('*.example.com', 300, POLICY),
  ];
  const plan = planOf(world, required, how);
  const dmarc = plan.changes.find(({ purpose }) => purpose === 'dmarc');
  expect(dmarc).toMatchObject({ action: 'add', name: '_dmarc.news.example.com', before: [] });
  expect(dmarc?.findings).toContainEqual(
    expect.objectContaining({
      code: 'plan.wildcard-ends',
      values: { wildcard: '*.example.com', name: '_dmarc.news.example.com' },
    }),
  );
  expect(plan.effect.before.dmarc).toMatchObject({ policy: 'reject', at: 'news.example.com' });
  expect(plan.effect.after.dmarc).toMatchObject({ policy: 'reject', at: 'news.example.com' });
  expect(plan.effect.after.reports).toEqual([{ address: 'mailto:dmarc@example.com', consent: 'yes' }]);
  const again = planOf(changed(world, plan.changes), required, how);
  expect(again.changes.filter(({ action }) => action !== 'keep')).toEqual([]);
});

it.each(KNOWN)('keeps what a wildcard gives where nothing is planned that cuts it off (%s)', (how) => {
  const required = requiredRecords(needs('elastic-email')).filter(({ purpose }) => purpose === 'dmarc');
  const world = [txt('*.example.com', 300, POLICY)];
  expect(planOf(world, required, how).changes.map(({ action }) => action)).toEqual(['keep']);
});

it.each(KNOWN)('keeps a record of its own that says what a wildcard says (%s)', (how) => {
  const required = requiredRecords(needs('elastic-email'));
  const world = [
    ...providerSide(required),
    txt('*.example.com', 300, POLICY),
    txt('_dmarc.news.example.com', 300, POLICY),
  ];
  expect(actionOf(planOf(world, required, how), '_dmarc.news.example.com')).toBe('keep');
});

it.each(KNOWN)('follows a wildcard alias that would be cut off (%s)', (how) => {
  const required = requiredRecords(needs('elastic-email'));
  const world = [
    ...providerSide(required),
    { name: '*.example.com', ttl: 300, type: 'CNAME' as const, target: 'policy.example.com' },
    txt('policy.example.com', 300, POLICY),
  ];
  const plan = planOf(world, required, how);
  expect(actionOf(plan, '_dmarc.news.example.com')).toBe('add');
  expect(plan.effect.after.dmarc).toMatchObject({ policy: 'reject', at: 'news.example.com' });
});

it.each(KNOWN)('asks before the domain loses the SPF record that a wildcard gives it (%s)', (how) => {
  const required = requiredRecords(needs('elastic-email')).filter(({ purpose }) => purpose !== 'spf');
  const world = [
    ...providerSide(required),
    txt('*.example.com', 300, 'v=spf1 ip4:192.0.2.1 -all'),
    txt('_dmarc.example.com', 300, POLICY),
  ];
  const { changes, effect } = planOf(world, required, how);
  expect(changes.some(({ weakens }) => weakens?.includes('senders'))).toBe(true);
  expect(changes.filter(({ action }) => action === 'add')).toEqual([]);
  expect(effect.before.senders.networks).toEqual(['192.0.2.1/32']);
  expect(effect.after.senders.networks).toEqual(['192.0.2.1/32']);
});

it.each(KNOWN)(
  'publishes the bounce domain’s SPF record where its MX cuts off the wildcard that has it (%s)',
  (how) => {
    const required = requiredRecords(needs('amazon-ses'));
    const bounce = required.find(({ purpose }) => purpose === 'mx')?.name ?? '';
    const wildcard = txt('*.news.example.com', 300, 'v=spf1 include:amazonses.com ~all');
    const world = [...providerSide(required), wildcard];
    const plan = planOf(world, required, how);
    const added = plan.changes.filter(({ name, action }) => name === bounce && action === 'add');
    expect(added.map(({ type }) => type).sort()).toEqual(['MX', 'TXT']);
    const again = planOf(changed(world, plan.changes), required, how);
    expect(again.changes.filter(({ action }) => action !== 'keep')).toEqual([]);
  },
);

/** RFC 4592 §3.3.1: the bounce domain’s MX makes the name exist, so the wildcard’s alias is no obstacle to its SPF record. */
it.each(
  KNOWN.flatMap((how) => [
    [how, { name: '*.news.example.com', ttl: 300, type: 'CNAME', target: '_spf.vendor.example' }] as const,
    [how, { name: '*.example.com', ttl: 300, type: 'CNAME', target: '_spf.vendor.example' }] as const,
    [how, txt('*.news.example.com', 300, 'v=spf1 ip4:192.0.2.1 -all')] as const,
  ]),
)('sets up the bounce domain’s MX and SPF record in place of what a wildcard gives (%s, %j)', (how, wildcard) => {
  const required = requiredRecords(needs('amazon-ses'));
  const bounce = required.find(({ purpose }) => purpose === 'mx')?.name ?? '';
  const world = [
    ...providerSide(required),
    { name: 'news.example.com', ttl: 300, type: 'A' as const, address: '192.0.2.1' },
    wildcard,
  ];
  const plan = planOf(world, required, how);
  const made = plan.changes.filter(({ name }) => name === bounce);
  expect(made.map(({ action, type, before }) => ({ action, type, before }))).toEqual([
    { action: 'add', type: 'MX', before: [] },
    { action: 'add', type: 'TXT', before: [] },
  ]);
  const again = planOf(changed(world, plan.changes), required, how);
  expect(again.changes.filter(({ action }) => action !== 'keep')).toEqual([]);
});

it('asks before a record of its own repeats a wildcard’s error', () => {
  const required = requiredRecords(needs('amazon-ses'));
  const others = providerSide(required).filter(({ name }) => name !== 'amazonses.com');
  const wildcard = txt('*.news.example.com', 300, 'v=spf1 include:amazonses.com ~all');
  const plan = planOf([...others, wildcard], required, 'asked');
  const spf = plan.changes.find(({ purpose }) => purpose === 'spf');
  expect(spf).toMatchObject({ action: 'conflict', weakens: ['permerrors'] });
});

it('asks about each change that alone takes the domain’s senders away, and about no other', () => {
  const required = requiredRecords(
    needs('postmark', { dmarc: { ...needs('postmark').dmarc, reportAddress: 'r@reports.example' } }),
  );
  const world = [...providerSide(required), txt('*.example.com', 300, 'v=spf1 ip4:192.0.2.1 -all')];
  const { changes } = planOf(world, required, 'asked');
  const asked = changes.filter(({ weakens }) => weakens?.includes('senders'));
  expect(asked.length).toBeGreaterThan(0);
  expect(asked.every(({ name }) => name.endsWith('news.example.com'))).toBe(true);
  expect(changes.find(({ purpose }) => purpose === 'report-authorisation')?.action).toBe('add');
});

/** Nobody sends with a bounce domain that comes into being with the plan, whatever a wildcard says of it until then. */
it.each(KNOWN)('sets up a bounce domain where a wildcard’s SPF record answered, and says that it ends (%s)', (how) => {
  const required = requiredRecords(needs('mailjet'));
  const world = [
    ...providerSide(required),
    { name: ZONE, ttl: 300, type: 'A' as const, address: '192.0.2.1' },
    txt('*.example.com', 300, 'v=spf1 ip4:203.0.113.0/25 -all'),
  ];
  const plan = planOf(world, required, how);
  expect(plan.changes.filter(({ action }) => action === 'conflict')).toEqual([]);
  const bounce = plan.changes.find(({ purpose }) => purpose === 'return-path');
  expect(bounce).toMatchObject({ action: 'add', type: 'CNAME', name: 'bnc3.news.example.com' });
  expect(bounce?.findings.map(({ code }) => code)).toContain('plan.wildcard-ends');
  // The domain itself does send: who may by the wildcard may by its own record.
  expect(plan.effect.before.senders.networks).toEqual(['203.0.113.0/25']);
  expect(plan.effect.after.senders.networks).toContain('203.0.113.0/25');
});

/** RFC 4592 §2.1.1: a wildcard that does not stand is a name like any other, and another further up answers for it. */
it.each(KNOWN)('takes nothing away at a wildcard’s name where another wildcard answered for it (%s)', (how) => {
  const required = requiredRecords(needs('elastic-email', { neverSends: true }));
  const world = [txt('*.news.example.com', 300, 'v=spf1 ip4:192.0.2.0/28 ~all')];
  const key = planOf(world, required, how).changes.find(({ name }) => name === '*._domainkey.news.example.com');
  expect(key).toMatchObject({ action: 'add', before: [] });
});

it('sees by any type that an alias is a wildcard’s', () => {
  const domain = 'news.example.com';
  const required = requiredRecords(needs('mailgun')).filter(({ purpose }) => purpose === 'dkim');
  const name = required[0]?.name ?? '';
  const world = [
    { name: '*.news.example.com', ttl: 300, type: 'CNAME' as const, target: 'elsewhere.example.net' },
    txt('elsewhere.example.net', 300, 'hello'),
  ];
  // Somebody asked for the alias itself as well; nobody asked where that comes from.
  const seen = observedIn(world, domain, required, ZONE);
  const [first] = seen;
  if (first === undefined) throw new Error('nothing was asked');
  const alias = { name, ttl: 300, type: 'CNAME' as const, target: 'elsewhere.example.net' };
  const direct = { ...first, question: { name, type: 'CNAME' as const }, records: [alias], aliases: [] };
  const asked = seen.filter(({ question }) => question.type !== 'CNAME');
  expect(buildPlan(domain, required, [...asked, direct], ZONE).changes).toMatchObject([{ action: 'add', before: [] }]);
});

/** RFC 4592 §2.2.1: `*._domainkey` is answered for by `*.example.com` as any other name below it that does not exist. */
it.each([ZONE, 'news.example.com'])('revokes all keys of %s with a wildcard below one that is an alias', (domain) => {
  const required = requiredRecords({ ...needs('amazon-ses'), domain, neverSends: true });
  const world: readonly ResourceRecord[] = [
    { name: ZONE, ttl: 300, type: 'A', address: '192.0.2.1' },
    { name: ZONE, ttl: 300, type: 'MX', preference: 0, exchange: '' },
    txt(ZONE, 300, 'v=spf1 -all'),
    txt(`_dmarc.${ZONE}`, 300, POLICY),
    { name: `*.${ZONE}`, ttl: 300, type: 'CNAME', target: 'elsewhere.example.net' },
  ];
  const planOfToday = (records: readonly ResourceRecord[]) =>
    buildPlan(domain, required, observedIn(records, domain, required, ZONE), ZONE);
  const plan = planOfToday(world);
  expect(actionOf(plan, `*._domainkey.${domain}`)).toBe('add');
  const again = planOfToday(changed(world, plan.changes));
  expect(again.changes.filter(({ action }) => action !== 'keep')).toEqual([]);
});

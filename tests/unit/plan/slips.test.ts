import { expect, it } from 'vitest';
import { buildPlan } from '../../../shared/plan/build-plan.ts';
import { requiredRecords } from '../../../shared/providers/required-records.ts';
import { domainVerdict } from '../../../shared/verdict/verdict.ts';
import { changed, txt } from '../../support/hand-over.ts';
import { needs } from '../../support/needs.ts';
import { observedIn, providerSide } from '../../support/observed.ts';

const DOMAIN = 'news.example.com';
const required = requiredRecords(needs('elastic-email'));

function planOf(records: Parameters<typeof observedIn>[0] & readonly unknown[]) {
  return buildPlan(DOMAIN, required, observedIn(records, DOMAIN, required, 'example.com'), 'example.com');
}

const world = (name: string, text: string) => [
  ...providerSide(required),
  { name: 'example.com', ttl: 300, type: 'A' as const, address: '192.0.2.1' },
  txt('_dmarc.example.com', 300, 'v=DMARC1; p=reject; rua=mailto:a@example.com'),
  txt(name, 300, text),
];

const RIGHT = 'v=DMARC1; p=reject; rua=mailto:a@example.com';

/** Receivers apply the policy, and pass over what they can't read beside it: where reports go. */
it.each([
  'v=DMARC1; p=reject; rua:mailto:a@example.com',
  'v=DMARC1; p=reject; RUA=mailto:a@example.com',
  'v=DMARC1; p=reject; rua=a@example.com',
])('puts right what keeps reports away, though the policy is in force: %s', (text) => {
  const records = world(`_dmarc.${DOMAIN}`, text);
  const plan = planOf(records);
  const dmarc = plan.changes.find(({ purpose }) => purpose === 'dmarc');
  expect(dmarc?.action).toBe('replace');
  expect(dmarc?.before).toMatchObject([{ strings: [text] }]);
  expect(dmarc?.after).toMatchObject([{ strings: [RIGHT] }]);
  expect(plan.effect.before.reports).toEqual([]);
  expect(plan.effect.after.reports).toEqual([{ address: 'mailto:a@example.com', consent: 'yes' }]);
  const observations = observedIn(records, DOMAIN, required, 'example.com');
  const { records: verdicts } = domainVerdict(DOMAIN, required, observations, 'example.com');
  expect(verdicts.find(({ recordId }) => recordId === 'dmarc')?.verdict).toBe('change-prepared');
  const again = planOf(changed(records, plan.changes));
  expect(again.changes.filter(({ action }) => action !== 'keep')).toEqual([]);
});

/** No receiver reads these, and each was meant as the same policy: it takes its place, and nothing is lost. */
it.each([
  'p=reject; v=DMARC1; rua=mailto:a@example.com',
  'rua=mailto:a@example.com; p=reject; v=DMARC1',
  'p=reject; rua=mailto:a@example.com',
  'v=DMARC1: p=reject: rua=mailto:a@example.com',
  'v=DMARC; p=reject; rua=mailto:a@example.com',
  'v=DMARCv1; p=reject; rua=mailto:a@example.com',
  'V = DMARC 1 ; P = Reject ; rua = mailto:a@example.com',
  'v=DMRAC1; p=reject; rua=mailto:a@example.com',
  'dmarc p=reject rua=mailto:a@example.com',
])('reads what was meant as a policy, wherever its version stands: %s', (text) => {
  const plan = planOf([...providerSide(required), txt(`_dmarc.${DOMAIN}`, 300, text)]);
  const dmarc = plan.changes.find(({ purpose }) => purpose === 'dmarc');
  expect(dmarc).toMatchObject({ action: 'replace', before: [{ strings: [text] }], after: [{ strings: [RIGHT] }] });
});

it.each([
  ['_dmarc', 'v=DMARC2; p=reject'],
  ['_dmarc', 'dmarc-verification=abc'],
  ['_dmarc', 'p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCB'],
  ['@', 'spf2.0/pra ip4:192.0.2.1 -all'],
  ['@', 'v=spf2.0/mfrom,pra ip4:192.0.2.1 -all'],
  ['@', 'mx all day'],
])('leaves what was meant as something else beside its record, at %s: %s', (at, text) => {
  const name = at === '@' ? DOMAIN : `${at}.${DOMAIN}`;
  const { changes } = planOf([...providerSide(required), txt(name, 300, text)]);
  const change = changes.find((each) => each.name === name && (each.purpose === 'spf' || each.purpose === 'dmarc'));
  expect(change).toMatchObject({ action: 'add', before: [], beside: [{ strings: [text] }] });
});

it('keeps the senders of a record whose version is missing', () => {
  const { changes } = planOf([...providerSide(required), txt(DOMAIN, 300, 'ip4:192.0.2.1 mx -all')]);
  expect(changes.find(({ purpose }) => purpose === 'spf')?.after).toMatchObject([
    { strings: ['v=spf1 ip4:192.0.2.1 mx include:_spf.elasticemail.com -all'] },
  ]);
});

it.each(['v=DMARC1;; p=reject; rua=mailto:a@example.com', 'v=DMARC1; p=reject; hello; rua=mailto:a@example.com'])(
  'leaves alone what receivers read to the same end: %s',
  (text) => {
    expect(planOf(world(`_dmarc.${DOMAIN}`, text)).changes.find(({ purpose }) => purpose === 'dmarc')?.action).toBe(
      'keep',
    );
  },
);

/** RFC 7208 §4.6.2: the first term that matches decides, so the provider's own must not be denied before. */
it.each([
  ['v=spf1 -include:_spf.elasticemail.com ~all', 'v=spf1 include:_spf.elasticemail.com ~all'],
  [
    'v=spf1 ?include:_spf.elasticemail.com ip4:192.0.2.1 -all',
    'v=spf1 include:_spf.elasticemail.com ip4:192.0.2.1 -all',
  ],
  [
    'v=spf1 -ip4:198.51.100.0/24 ip4:192.0.2.1 -all',
    'v=spf1 include:_spf.elasticemail.com -ip4:198.51.100.0/24 ip4:192.0.2.1 -all',
  ],
])('lets the provider pass where a record denies it: %s', (text, right) => {
  const plan = planOf(world(DOMAIN, text));
  const spf = plan.changes.find(({ purpose }) => purpose === 'spf');
  expect(spf?.after).toMatchObject([{ strings: [right] }]);
  const removed = spf?.edits?.filter(({ kind }) => kind === 'remove') ?? [];
  for (const { term } of removed) expect(text).toContain(term);
  expect(plan.effect.after.permerrors).toEqual([]);
});

/** The plan moves the exchanger that `mx` stands for: the record is judged by what it will be. */
it('leaves nothing for a second plan where an SPF record leans on exchangers that change', () => {
  const needed = requiredRecords(needs('amazon-ses'));
  const heavy = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'h7'];
  const records = [
    ...providerSide(needed),
    { name: 'example.com', ttl: 300, type: 'A' as const, address: '192.0.2.1' },
    { name: 'mail.example.com', ttl: 300, type: 'A' as const, address: '192.0.2.10' },
    { name: 'bounce.news.example.com', ttl: 300, type: 'MX' as const, preference: 5, exchange: 'mail.example.com' },
    txt('bounce.news.example.com', 300, 'v=spf1 a:mail.example.com ip4:203.0.113.7 include:_spf.heavy.example mx ~all'),
    txt('_spf.heavy.example', 300, `v=spf1 ${heavy.map((name) => `include:${name}.heavy.example`).join(' ')} ~all`),
    ...heavy.map((name, index) => txt(`${name}.heavy.example`, 300, `v=spf1 ip4:192.0.2.${200 + index} ~all`)),
  ];
  const plan = (known: typeof records) =>
    buildPlan(DOMAIN, needed, observedIn(known, DOMAIN, needed, 'example.com'), 'example.com');
  const first = plan(records);
  expect(first.changes.find(({ type }) => type === 'MX')?.action).toBe('replace');
  expect(first.changes.find(({ name, type }) => name.startsWith('bounce.') && type === 'TXT')).toMatchObject({
    action: 'replace',
    after: [
      {
        strings: ['v=spf1 a:mail.example.com ip4:203.0.113.7 include:_spf.heavy.example include:amazonses.com ~all'],
      },
    ],
  });
  expect(first.effect.after.permerrors).toEqual([]);
  const again = plan([...changed(records, first.changes)] as typeof records);
  expect(again.changes.filter(({ action }) => action !== 'keep')).toEqual([]);
});

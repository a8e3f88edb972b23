import { describe, expect, it } from 'vitest';
import { generateDkimKey } from '../../../shared/dkim/generate.ts';
import type { RotationKey, RotationPlan } from '../../../shared/dkim/rotation.ts';
import { nextSelector, rotationPlans } from '../../../shared/dkim/rotation.ts';
import { isSelector } from '../../../shared/dkim/selector.ts';
import { rotationsOf } from '../../../shared/manual/rotation.ts';
import type { Observation } from '../../../shared/observed/observation.ts';
import type { RequiredRecord } from '../../../shared/required/record.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.UTC(2026, 10, 1);

const key = (selector: string, change: Partial<RotationKey> = {}): RotationKey => ({
  selector,
  algorithm: 'rsa',
  bits: 2048,
  createdAt: START,
  publishedSince: START,
  signingSince: null,
  revokedAt: null,
  ...change,
});

const plansAt = (now: number, ...keys: RotationKey[]) =>
  rotationPlans({ domain: 'example.com', keys, kind: 'own-key', now, negativeTtl: 3600 });
const stepsOf = (plan: RotationPlan | undefined) => plan?.steps.map((step) => `${step.id} ${step.state}`);

describe('the rotation of a DKIM key', () => {
  it('begins with a key at a new selector', () => {
    const [plan] = plansAt(START, key('s1'));
    expect(plan).toMatchObject({ outgoing: ['s1'], incoming: 's2', mayRevokeFrom: null });
    expect(stepsOf(plan)).toEqual([
      'make due',
      'publish later',
      'wait later',
      'switch later',
      'keep later',
      'revoke later',
      'remove later',
    ]);
  });

  it('is published, waits for the caches, is switched, and waits for the mail under way', () => {
    const made = START + DAY;
    const published = made + HOUR;
    const switched = published + 3 * HOUR;
    const next = (change: Partial<RotationKey>) => key('s2', { createdAt: made, publishedSince: null, ...change });
    const walk = (now: number, change: Partial<RotationKey>) =>
      stepsOf(plansAt(now, next(change), key('s1'))[0])?.filter((step) => step.endsWith('due'));

    expect(walk(made, {})).toEqual(['publish due']);
    expect(walk(published + HOUR - 1, { publishedSince: published })).toEqual([]);
    expect(walk(published + HOUR, { publishedSince: published })).toEqual(['switch due']);
    const signing = { publishedSince: published, signingSince: switched };
    expect(walk(switched + 7 * DAY - 1, signing)).toEqual([]);
    expect(walk(switched + 7 * DAY, signing)).toEqual(['revoke due']);

    const [plan] = plansAt(switched, next(signing), key('s1'));
    expect(plan?.mayRevokeFrom).toBe(switched + 7 * DAY);
    expect(plan?.steps.map((step) => step.from)).toEqual([
      made,
      published,
      published + HOUR,
      switched,
      switched + 7 * DAY,
      switched + 7 * DAY,
      switched + 37 * DAY,
    ]);
    expect(plan?.steps.slice(-2).map((step) => step.records)).toEqual([
      [{ name: 's1._domainkey.example.com', type: 'TXT', value: 'v=DKIM1; p=' }],
      [{ name: 's1._domainkey.example.com', type: 'TXT', value: null }],
    ]);
  });

  it('says where it stands', () => {
    const summaries = [
      plansAt(START, key('s1')),
      plansAt(START, key('s1'), key('s2', { createdAt: START + 1, publishedSince: null })),
      plansAt(START, key('s1'), key('s2', { createdAt: START + 1 })),
      plansAt(START + HOUR, key('s1'), key('s2', { createdAt: START + 1 })),
      plansAt(START + HOUR, key('s1'), key('s2', { createdAt: START + 1, signingSince: START + HOUR })),
      plansAt(START + 8 * DAY, key('s1'), key('s2', { createdAt: START + 1, signingSince: START + HOUR })),
    ].map(([plan]) => plan?.summary);
    expect(summaries).toEqual([
      's1 can be changed for s2 at any time.',
      'The key at s2 is made and not yet seen in DNS.',
      's2 is published; signing can be switched once no cache remembers its absence.',
      's2 is known everywhere: sign with it now.',
      'Mail is signed with s2; s1 stays until older mail is delivered.',
      's1 may be revoked.',
    ]);
  });

  it('goes on from the new key once the old is revoked', () => {
    const [plan] = plansAt(
      START + 9 * DAY,
      key('s1', { revokedAt: START + 8 * DAY }),
      key('s2', { createdAt: START + 1 }),
    );
    expect(plan).toMatchObject({ outgoing: ['s2'], incoming: 's3' });
    expect(plansAt(START, key('s1', { revokedAt: START }))).toEqual([]);
  });

  it('replaces each key by its own kind', () => {
    const plans = plansAt(START, key('s1'), key('e1', { algorithm: 'ed25519', bits: 256, createdAt: START + 1 }));
    expect(plans.map(({ algorithm, outgoing, incoming }) => [algorithm, outgoing, incoming])).toEqual([
      ['rsa', ['s1'], 's2'],
      ['ed25519', ['e1'], 'e2'],
    ]);
  });

  it('revokes all that came before', () => {
    const keys = [key('s1'), key('s2', { createdAt: START + 1 }), key('s3', { createdAt: START + 2 })];
    const [plan] = plansAt(START, ...keys);
    expect(plan).toMatchObject({ outgoing: ['s1', 's2'], incoming: 's3' });
    expect(plan?.steps.find((step) => step.id === 'revoke')?.records).toHaveLength(2);
  });

  it.each([
    ['s1', [], 's2'],
    ['s1', ['s2', 'S3'], 's4'],
    ['news', [], 'news2'],
    ['mail-2026', [], 'mail-2027'],
    ['k09', [], 'k10'],
    ['202611', [], '202612'],
    ['x'.repeat(63), [], 'key2'],
  ])('after %s with %j comes %s', (current, taken, expected) => {
    expect(nextSelector(current, [current, ...taken])).toBe(expected);
    expect(isSelector(expected)).toBe(true);
  });
});

describe('the rotations of a domain', () => {
  const name = 's1._domainkey.example.com';
  const txt = (text: string) => ({ name, ttl: 60, type: 'TXT' as const, strings: [text] });
  const seen = (seenAt: number, text: string | null, change: Partial<Observation> = {}): Observation => ({
    question: { name, type: 'TXT' },
    server: { kind: 'authoritative', address: '192.0.2.1:53' },
    seenAt,
    durationMs: 1,
    outcome: text === null ? 'nxdomain' : 'answer',
    records: text === null ? [] : [txt(text)],
    aliases: [],
    ...change,
  });

  it('takes from the observations since when a key is published', async () => {
    const { record } = await generateDkimKey({ algorithm: 'ed25519' });
    const required: RequiredRecord = {
      id: 'provider/dkim',
      purpose: 'dkim',
      name,
      type: 'TXT',
      ttl: 3600,
      value: { state: 'known', data: { type: 'TXT', strings: [record] } },
      match: { kind: 'dkim-key' },
      why: '',
      source: { kind: 'provider-catalogue', label: '' },
      optional: false,
    };
    const own = { ...required, id: 'dkim:s1', source: { kind: 'local-key' as const, label: '' } };
    const stored = { algorithm: 'ed25519' as const, bits: 256, signingSince: null, revokedAt: null };
    const rotation = (observations: readonly Observation[]) =>
      rotationsOf({
        domain: 'example.com',
        required: [own],
        keys: [
          { ...stored, selector: 's0', createdAt: START - DAY },
          { ...stored, selector: 's1', createdAt: START },
        ],
        observations,
        now: START + DAY,
      })[0]?.steps.map((step) => step.from);

    const absent = seen(START, null, { negativeTtl: 7200 });
    expect(rotation([absent])?.slice(0, 3)).toEqual([START, null, null]);
    expect(rotation([seen(START + 2, record), seen(START + 1, record), absent])?.slice(1, 3)).toEqual([
      START + 1,
      START + 1 + 2 * HOUR,
    ]);
    expect(rotation([seen(START + 1, record), seen(START + 3, null), seen(START + 2, record)])?.[1]).toBeNull();
    const failed = seen(START + 3, null, { outcome: 'failure' });
    expect(rotation([seen(START + 1, record), failed])?.[1]).toBe(START + 1);

    const [foreign] = rotationsOf({
      domain: 'example.com',
      required: [required],
      keys: [],
      observations: [],
      now: START,
    });
    expect(foreign).toMatchObject({ kind: 'provider-key', algorithm: 'ed25519', outgoing: ['s1'] });
    const alias: RequiredRecord = {
      ...required,
      type: 'CNAME',
      value: { state: 'known', data: { type: 'CNAME', target: 's1.provider.example' } },
    };
    const [delegated] = rotationsOf({
      domain: 'example.com',
      required: [alias],
      keys: [],
      observations: [],
      now: START,
    });
    expect(delegated).toMatchObject({ kind: 'delegated', steps: [], outgoing: [] });
  });
});

import { describe, expect, it } from 'vitest';
import { keyStates, keyWords } from '../../../shared/manual/mending.ts';
import type { Manual } from '../../../shared/manual/manual.ts';
import type { Observation } from '../../../shared/observed/observation.ts';

/** The key of a signature: as it was, as it is, and as it will be after the plan. */

const day = (number: number): number => Date.UTC(2026, 2, number);

const seen = (at: number, text: string | null): Observation => ({
  question: { name: 's1._domainkey.example.com', type: 'TXT' },
  server: { id: 'a', kind: 'authoritative', address: '192.0.2.53', label: 'a' } as unknown as Observation['server'],
  seenAt: at,
  durationMs: 1,
  outcome: text === null ? 'nxdomain' : 'answer',
  records: text === null ? [] : [{ name: 's1._domainkey.example.com', ttl: 60, type: 'TXT', strings: [text] }],
  aliases: [],
});

const manual = (after: 'yes' | 'no') =>
  ({
    domain: 'example.com',
    plan: { effect: { after: { keys: [{ selector: 's1', domain: 'example.com', usable: after }] } } },
  }) as unknown as Manual;

const signed = (number: number) => [{ selector: 's1', signedAt: day(number) / 1000, hasKey: true }];

describe('keys of signatures', () => {
  it.each([
    [[seen(day(1), 'v=DKIM1; p=AA')], 'same'],
    [[seen(day(9), 'v=DKIM1; p=BB'), seen(day(1), 'v=DKIM1; p=AA')], 'another'],
    [[seen(day(1), null), seen(day(9), 'v=DKIM1; p=AA')], 'missing'],
    [[seen(day(9), 'v=DKIM1; p=AA')], 'not-known'],
    [[], 'not-known'],
  ] as const)('by what checks saw before the signature', (observations, before) => {
    expect(keyStates(manual('yes'), signed(5), observations)).toMatchObject([
      { selector: 's1', before, now: 'yes', after: 'yes' },
    ]);
  });

  it('say what the plan does to them, and leave alone what it does not name', () => {
    const [state] = keyStates(manual('no'), signed(5), [seen(day(1), 'v=DKIM1; p=AA')]);
    expect(state === undefined ? '' : keyWords(state)).toBe(
      'Key s1: the same key was published when the message was signed; now usable; after the plan not usable.',
    );
    expect(keyStates(manual('no'), [{ selector: 's2', signedAt: null, hasKey: null }], [])).toMatchObject([
      { selector: 's2', before: 'not-known', now: 'unknown', after: 'unknown' },
    ]);
  });
});

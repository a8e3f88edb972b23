import { describe, expect, it } from 'vitest';
import type { EffectSide } from '../../../shared/judge/judge.ts';
import { effectLine } from '../../../shared/plan/effect-text.ts';

const NOTHING: EffectSide = {
  dmarc: { policy: null, subdomainPolicy: null, nonexistentPolicy: null, testing: false, at: null },
  reports: [],
  senders: { networks: [], count: '0', complete: true, notKnown: [] },
  keys: [],
  permerrors: [],
};

const sending = (count: string, notKnown: readonly string[]): EffectSide => ({
  ...NOTHING,
  senders: { networks: [], count, complete: notKnown.length === 0, notKnown },
});

describe('the line of an effect', () => {
  it('counts who may send, and names what the count depends on', () => {
    expect(effectLine({ before: sending('1', []), after: sending('4096', []) })).toBe(
      'May send: 1 address → 4,096 addresses.',
    );
    expect(
      effectLine({
        before: sending('0', ['a.example']),
        after: sending('256', ['a.example', 'b.example', 'c.example', 'd.example', 'e.example']),
      }),
    ).toBe(
      'May send: not known: depends on a.example → 256 addresses, more through a.example, b.example, c.example and 2 more.',
    );
  });

  it('says where a policy is set, and that it is tested', () => {
    const dmarc = {
      ...NOTHING.dmarc,
      policy: 'reject',
      subdomainPolicy: 'reject',
      nonexistentPolicy: 'reject',
    } as const;
    expect(
      effectLine({ before: NOTHING, after: { ...NOTHING, dmarc: { ...dmarc, testing: true, at: 'example.org' } } }),
    ).toContain('Policy: no policy applies → reject, in test mode, set at example.org.');
  });

  it('says that nothing changes', () => {
    expect(effectLine({ before: NOTHING, after: NOTHING })).toBe('Nothing changes for receivers.');
  });
});

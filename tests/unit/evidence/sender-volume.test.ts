import { describe, expect, it } from 'vitest';
import type { SourceSumInTime } from '../../../shared/evidence/senders/sender-volume.ts';
import { beforeAndAfter } from '../../../shared/evidence/senders/before-and-after.ts';
import { sendersOverTime } from '../../../shared/evidence/senders/sender-volume.ts';

const sum = (network: number, stretch: number, messages: number, dkim: string): SourceSumInTime => ({
  source: `198.51.${network}.7`,
  messages,
  dkim,
  spf: 'fail',
  signers: dkim === 'pass' ? ['example.com/s1'] : [],
  failedSigners: [],
  spfDomain: '',
  spfResult: 'none',
  reasons: [],
  reporters: 1,
  since: null,
  until: null,
  stretch,
});

describe('the senders of a domain over time', () => {
  it('have their mail in the stretch in which it was reported', () => {
    const found = sendersOverTime(
      'example.com',
      [sum(1, 0, 10, 'pass'), sum(1, 2, 5, 'fail'), sum(1, 2, 1, 'pass'), sum(2, 1, 3, 'fail')],
      3,
      [{ key: 'network:198.51.2.0/24', name: 'Warehouse', kind: 'ours' }],
    );
    expect(found.map(({ name, messages, passing }) => ({ name, messages, passing }))).toEqual([
      { name: '198.51.1.0/24', messages: [10, 0, 6], passing: [10, 0, 1] },
      { name: 'Warehouse', messages: [0, 3, 0], passing: [0, 0, 0] },
    ]);
    expect(beforeAndAfter(found, 2).map(({ before, after }) => [before, after])).toEqual([
      [
        { messages: 10, passing: 10 },
        { messages: 6, passing: 1 },
      ],
      [
        { messages: 3, passing: 0 },
        { messages: 0, passing: 0 },
      ],
    ]);
  });

  it('are told apart up to six; the others are one, unless that is a single one', () => {
    const of = (count: number) =>
      sendersOverTime(
        'example.com',
        Array.from({ length: count }, (_nothing, index) => sum(index, 0, 100 - index, 'pass')),
        1,
        [],
      ).map(({ name, messages }) => [name, messages[0]]);
    expect(of(7)).toHaveLength(7);
    expect(of(9).slice(5)).toEqual([
      ['198.51.5.0/24', 95],
      ['3 others', 94 + 93 + 92],
    ]);
  });
});

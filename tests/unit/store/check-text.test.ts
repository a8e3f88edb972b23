import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCheck, writeCheck } from '../../../main/store/check-text.ts';
import type { Observation } from '../../../shared/observed/observation.ts';

const text = fc.string({ maxLength: 20 });
const name = fc.stringMatching(/^[a-z]{1,8}(\.[a-z]{1,8}){0,3}$/);
const record = fc.oneof(
  fc.record({ name, ttl: fc.nat(), type: fc.constant('TXT' as const), strings: fc.array(text, { maxLength: 3 }) }),
  fc.record({ name, ttl: fc.nat(), type: fc.constant('MX' as const), preference: fc.nat(65_535), exchange: name }),
  fc.record({ name, ttl: fc.nat(), type: fc.constantFrom('CNAME' as const, 'NS' as const), target: name }),
  fc.record({ name, ttl: fc.nat(), type: fc.constant('A' as const), address: text }),
);
const server = fc.record({ kind: fc.constantFrom('system' as const, 'resolver' as const), address: text });
const observation = fc.record(
  {
    question: fc.record({
      name,
      type: fc.constantFrom('TXT' as const, 'MX' as const, 'CNAME' as const, 'NS' as const),
    }),
    server,
    seenAt: fc.nat(),
    durationMs: fc.nat(),
    outcome: fc.constantFrom('answer' as const, 'nodata' as const, 'nxdomain' as const, 'failure' as const),
    records: fc.array(record, { maxLength: 4 }),
    aliases: fc.array(name, { maxLength: 3 }),
    rcode: fc.constantFrom('NOERROR', 'NXDOMAIN'),
    authoritative: fc.boolean(),
    authenticated: fc.boolean(),
    transport: fc.constantFrom('udp' as const, 'tcp' as const),
    negativeTtl: fc.nat(),
    failure: fc.record({ reason: fc.constant('timeout' as const), message: text }),
  },
  { requiredKeys: ['question', 'server', 'seenAt', 'durationMs', 'outcome', 'records', 'aliases'] },
);

describe('a stored check', () => {
  it('reads back as it was written, whatever was observed', () => {
    fc.assert(
      fc.property(fc.array(observation, { maxLength: 8 }), fc.nat(), (observations, at) => {
        // Records that share the question's name and type are the usual case.
        const usual = observations.map((each) => ({
          ...each,
          records: each.records.map((own) => ({ ...own, name: each.aliases.at(-1) ?? each.question.name })),
        }));
        for (const told of [observations, usual] as unknown as Observation[][])
          expect(readCheck(writeCheck(told), at)).toEqual(told.map((each) => ({ ...each, checkedAt: at })));
      }),
    );
  });

  it('is read in the form of older versions as well', () => {
    const old = {
      question: { name: 'a.example', type: 'TXT' },
      server: { kind: 'system', address: '' },
      seenAt: 4,
      durationMs: 1,
      outcome: 'nodata',
      records: [],
      aliases: [],
    };
    expect(readCheck(JSON.stringify([old]), 5)).toEqual([{ ...old, checkedAt: 5 }]);
  });
});

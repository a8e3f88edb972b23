import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCheck, writeCheck } from '../../../main/store/check-text.ts';
import { fact } from '../../../shared/facts/catalogue.ts';
import { failureText } from '../../../shared/observed/failure-text.ts';
import type { Failure, Observation } from '../../../shared/observed/observation.ts';

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
    failure: fc.record({
      reason: fc.constant('timeout' as const),
      what: fc.oneof(
        fc.constant(fact('dns.late')),
        text.map((outside) => fact('dns.said', { outside })),
        fc.constant(fact('dns.stray', { what: fact('dns.other-id') })),
      ),
    }),
  },
  { requiredKeys: ['question', 'server', 'seenAt', 'durationMs', 'outcome', 'records', 'aliases'] },
);

/** An observation without what was answered. */
const bare: Omit<Observation, 'outcome'> = {
  question: { name: 'a.example', type: 'TXT' },
  server: { kind: 'system', address: '' },
  seenAt: 4,
  durationMs: 1,
  records: [],
  aliases: [],
};

describe('a stored check', () => {
  it('reads back as it was written, whatever was observed', () => {
    fc.assert(
      fc.property(fc.array(observation, { maxLength: 8 }), fc.nat(), (observations, at) => {
        // Records that share the question's name and type are the usual case.
        const usual = observations.map((each) => ({
          ...each,
          records: each.records.map((own) => ({ ...own, name: each.aliases.at(-1) ?? each.question.name })),
        }));
        for (const told of [observations, usual] as unknown as Observation[][]) {
          expect(readCheck(writeCheck(told), at)).toEqual(told.map((each) => ({ ...each, checkedAt: at })));
          // What checks share is written as what is a check's own.
          for (let shared = 0; shared <= told.length; shared += 1)
            expect(writeCheck(told, shared)).toBe(writeCheck(told));
        }
      }),
    );
  });

  it('is read in the form of older versions as well', () => {
    const old = { ...bare, outcome: 'nodata' };
    expect(readCheck(JSON.stringify([old]), 5)).toEqual([{ ...old, checkedAt: 5 }]);
    const failure = { reason: 'servfail', message: 'the server answered SERVFAIL “word for word”' };
    const what = fact('earlier', { outside: failure.message });
    const read = { ...old, outcome: 'failure', failure: { reason: 'servfail', what }, checkedAt: 5 };
    expect(readCheck(JSON.stringify([{ ...old, outcome: 'failure', failure }]), 5)).toEqual([read]);
    const packed = { servers: [old.server], asked: [[0, 'a.example', 'TXT', 4, 1, 'failure', 0, [], [], { failure }]] };
    expect(readCheck(JSON.stringify(packed), 5)).toEqual([read]);
    expect(failureText(read.failure as Failure)).toBe(failure.message);
  });

  it('takes no more room for a failure than its sentence took, and is none where the code is not known', () => {
    const failed = (what: Failure['what']): Observation => ({
      ...bare,
      outcome: 'failure',
      failure: { reason: 'timeout', what },
    });
    for (const what of [
      fact('dns.late'),
      fact('dns.rcode', { rcode: 'SERVFAIL' }),
      fact('dns.lame', { domain: 'a.example' }),
    ]) {
      const observation = failed(what);
      const { failure, ...rest } = observation;
      const sentence = JSON.stringify({ failure: { reason: 'timeout', message: failureText(failure) } });
      expect(writeCheck([observation]).length - writeCheck([rest]).length).toBeLessThanOrEqual(sentence.length);
    }
    expect(readCheck(writeCheck([failed({ code: 'dns.of-tomorrow', values: {} })]), 5)).toBeNull();
    expect(readCheck(writeCheck([failed({ code: 'dns.rcode', values: {} })]), 5)).toBeNull();
  });
});

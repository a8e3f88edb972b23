import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fact } from '../../../shared/facts/catalogue.ts';
import type { Observation } from '../../../shared/observed/observation.ts';
import type { RequiredRecord } from '../../../shared/required/record.ts';
import { domainVerdict, plainDomainVerdict, recordVerdict } from '../../../shared/verdict/verdict.ts';

/** What a domain's verdict says of each record is what the record's own verdict says, however the check turned out. */

const NAMES = ['a.example', 'B.example', '*.example', 'example'];
const TEXTS = ['wanted', 'other'];

const required: readonly RequiredRecord[] = NAMES.map((name) => ({
  id: name,
  purpose: 'verification',
  name,
  type: 'TXT',
  ttl: 300,
  value: { state: 'known', data: { type: 'TXT', strings: ['wanted'] } },
  match: { kind: 'same-data' },
  why: '',
  source: { kind: 'sendwright', label: '' },
  optional: false,
}));

const servers: readonly Observation['server'][] = [
  { kind: 'resolver', address: '192.0.2.1:53' },
  { kind: 'authoritative', address: '192.0.2.2:53', name: 'ns1.example' },
];

const observation = fc
  .record({
    name: fc.constantFrom(...NAMES, 'b.example.'),
    server: fc.oneof({ weight: 12, arbitrary: fc.constant(servers[0]) }, fc.constantFrom(...servers)),
    seenAt: fc.integer({ min: 1, max: 3 }),
    texts: fc.oneof({ weight: 5, arbitrary: fc.constant<string[]>(['wanted']) }, fc.subarray<string>(TEXTS)),
    fails: fc.integer({ min: 0, max: 9 }).map((roll) => roll === 0),
    isUnchecked: fc.integer({ min: 0, max: 9 }).map((roll) => roll === 0),
  })
  .map(
    ({ name, server, seenAt, texts, fails, isUnchecked }): Observation => ({
      question: { name, type: 'TXT' },
      server: server as Observation['server'],
      seenAt,
      durationMs: 1,
      outcome: fails ? 'failure' : texts.length > 0 ? 'answer' : 'nodata',
      records: fails ? [] : texts.map((text) => ({ name: name.toLowerCase(), ttl: 300, type: 'TXT', strings: [text] })),
      aliases: [],
      ...(isUnchecked ? { checkingDisabled: true as const } : {}),
      ...(fails ? { failure: { reason: 'servfail' as const, what: fact('dns.rcode', { rcode: 'SERVFAIL' }) } } : {}),
    }),
  );

it('says of each record what its own verdict says', () => {
  let verified = 0;
  let plain = 0;
  fc.assert(
    fc.property(fc.array(observation, { maxLength: 6 }), (observations) => {
      const verdict = domainVerdict('example', required, observations);
      const { records } = verdict;
      const published = required.filter((_each, index) => records[index]?.verdict === 'verified');
      const atOnce = plainDomainVerdict('example', published, observations);
      if (atOnce !== null) expect(atOnce).toEqual(domainVerdict('example', published, observations));
      plain += atOnce !== null && published.length > 0 ? 1 : 0;
      expect(records).toEqual(required.map((each) => recordVerdict(each, observations, 'example')));
      verified += records.filter(({ verdict }) => verdict === 'verified').length;
    }),
    { numRuns: 1500 },
  );
  expect(verified).toBeGreaterThan(500);
  expect(plain).toBeGreaterThan(100);
});

import fc from 'fast-check';
import type { ResourceRecord } from '../../shared/dns/records.ts';

/** Generators of records below example.com, of every type that the product prints. */

const label = fc.stringMatching(/^[a-z0-9_]([a-z0-9-]{0,12}[a-z0-9])?$/);
const inside = fc.array(label, { minLength: 1, maxLength: 3 }).map((labels) => `${labels.join('.')}.example.com`);
const host = fc.oneof(
  inside,
  fc.array(label, { minLength: 1, maxLength: 3 }).map((labels) => `${labels.join('.')}.example.net`),
);
const ttl = fc.integer({ min: 0, max: 604_800 });
const octets = (most: number) =>
  fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: most }).map((codes) => String.fromCharCode(...codes));
const word = fc.integer({ min: 0, max: 65_535 });

export const txtRecord: fc.Arbitrary<ResourceRecord> = fc.record({
  name: inside,
  ttl,
  type: fc.constant('TXT' as const),
  strings: fc.array(octets(255), { minLength: 1, maxLength: 4 }),
});

export const anyRecord: fc.Arbitrary<ResourceRecord> = fc.oneof(
  txtRecord,
  fc.record({ name: inside, ttl, type: fc.constant('A' as const), address: fc.ipV4() }),
  fc.record({ name: inside, ttl, type: fc.constant('CNAME' as const), target: host }),
  fc.record({ name: inside, ttl, type: fc.constant('MX' as const), preference: word, exchange: host }),
  fc.record({
    name: inside,
    ttl,
    type: fc.constant('SRV' as const),
    priority: word,
    weight: word,
    port: word,
    target: host,
  }),
  fc.record({
    name: inside,
    ttl,
    type: fc.constant('CAA' as const),
    flags: fc.constantFrom(0, 128),
    tag: fc.constantFrom('issue', 'iodef'),
    value: octets(40),
  }),
);

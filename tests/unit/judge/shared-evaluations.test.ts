import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { LookupAtOnce } from '../../../shared/dns/asking.ts';
import { askedAtOnce } from '../../../shared/dns/asking.ts';
import type { QueryType, ResourceRecord } from '../../../shared/dns/records.ts';
import { zoneLookup } from '../../../shared/dns/zone-lookup.ts';
import { sendersAtOnce, sendersByRecord } from '../../../shared/judge/senders.ts';

/** What one domain's record was evaluated to is said of another domain only where it holds for it, too. */

const DOMAINS = ['a.example', 'B.example', 'c.example', 'mx.example', `${'x'.repeat(64)}.example`];
const TARGETS = ['p.example', 'q.example', 'mx.example', 'a.example'];

const term = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom('a', 'mx', 'a/24', 'ip4:192.0.2.0/28', 'ip6:2001:db8::/64', '-ip4:192.0.2.3'),
  },
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.constantFrom('include', 'include', 'a', 'mx', 'exists', '-include'), fc.constantFrom(...TARGETS))
      .map((parts) => parts.join(':')),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'ptr',
      'a:%{d}',
      'include:%{o}',
      'exists:%{i}.p.example',
      'redirect=q.example',
      'nonsense',
    ),
  },
);
const record = fc
  .tuple(fc.array(term, { maxLength: 3 }), fc.constantFrom('~all', '-all', '?all'))
  .map(([terms, all]) => ['v=spf1', ...terms, all].join(' '));

/** What stands at one name: its records; null where nobody answers. */
const node = fc.option(
  fc.record({
    spf: fc.option(record),
    addresses: fc.subarray(['192.0.2.1', '192.0.2.3', '198.51.100.9', '2001:db8::1'], { maxLength: 2 }),
    exchanges: fc.subarray(['mx.example', 'p.example', 'a.example'], { maxLength: 2 }),
  }),
  { freq: 9 },
);
type Node = typeof node extends fc.Arbitrary<infer Value> ? Value : never;

const world = fc.record({
  own: record,
  nodes: fc.tuple(node, node, node, node),
  ownNode: node,
});

/** DNS with these names, and one of the domains beside them; writes down what is asked. */
function lookupOf(nodes: readonly Node[], ownNode: Node, domain: string) {
  const at = new Map<string, Node>([[domain.toLowerCase(), ownNode]]);
  TARGETS.forEach((name, index) => at.set(name, nodes[index] ?? null));
  const records = [...at].flatMap(([name, has]): ResourceRecord[] =>
    has === null
      ? []
      : [
          ...(has.spf === null ? [] : [{ name, ttl: 300, type: 'TXT' as const, strings: [has.spf] }]),
          ...has.addresses.map((address) => ({
            name,
            ttl: 300,
            type: address.includes(':') ? ('AAAA' as const) : ('A' as const),
            address,
          })),
          ...has.exchanges.map((exchange) => ({ name, ttl: 300, type: 'MX' as const, preference: 10, exchange })),
        ],
  );
  const zone = zoneLookup(records);
  const asked = new Set<string>();
  const lookup: LookupAtOnce = {
    query: (name: string, type: QueryType) => {
      asked.add(`${name.toLowerCase()} ${type}`);
      if (at.get(name.toLowerCase()) === null) return { status: 'failure', reason: 'timeout', message: 'silent' };
      return zone.query(name, type);
    },
  };
  return { lookup, asked };
}

it('says of each domain what its own evaluation says, and asks what it asks', () => {
  let shared = 0;
  fc.assert(
    fc.property(world, ({ own, nodes, ownNode }) => {
      const seen = new Set<unknown>();
      for (const domain of DOMAINS) {
        const [at, alone] = [lookupOf(nodes, ownNode, domain), lookupOf(nodes, ownNode, domain)];
        const senders = sendersAtOnce(domain, own, at.lookup);
        expect(senders).toEqual(askedAtOnce(sendersByRecord(domain, own), alone.lookup));
        expect(at.asked).toEqual(alone.asked);
        shared += seen.has(senders.passing) ? 1 : 0;
        seen.add(senders.passing);
      }
    }),
    { numRuns: 4000 },
  );
  expect(shared).toBeGreaterThan(3000);
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { LookupAtOnce } from '../../../shared/dns/asking.ts';
import { askedAtOnce } from '../../../shared/dns/asking.ts';
import type { QueryType, ResourceRecord } from '../../../shared/dns/records.ts';
import { zoneLookup } from '../../../shared/dns/zone-lookup.ts';
import { sendersAtOnce, sendersByRecord } from '../../../shared/judge/senders.ts';
import type { Observation } from '../../../shared/observed/observation.ts';
import { judgedView } from '../../../shared/plan/judged-view.ts';
import type { RequiredRecord } from '../../../shared/required/record.ts';

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

it('says of each domain’s record what it means for a provider, as if it were looked at alone', () => {
  let alone = 0;
  const views = new Map<string, number>();
  const required = (name: string, terms: readonly string[], isAlone: boolean): RequiredRecord => {
    // No other requirement leaves out the same term, and nobody requires it: nothing is remembered of it.
    const without = isAlone ? [`ip4:10.${alone >> 16}.${(alone >> 8) & 255}.${alone & 255}`] : [];
    alone += isAlone ? 1 : 0;
    return {
      id: 'spf',
      purpose: 'spf',
      name,
      type: 'TXT',
      ttl: 300,
      value: { state: 'known', data: { type: 'TXT', strings: [`v=spf1 ${terms.join(' ')} ~all`] } },
      match: { kind: 'spf-terms', terms, choice: { remove: [], without, edited: null } },
      why: '',
      source: { kind: 'sendwright', label: '' },
      optional: false,
    };
  };
  const provider = fc.constantFrom(['include:p.example'], ['include:q.example'], ['a'], ['ip4:192.0.2.0/28', 'mx']);
  fc.assert(
    fc.property(world, provider, fc.boolean(), ({ own, nodes, ownNode }, terms, isHeld) => {
      const text = isHeld ? own.replace('v=spf1', `v=spf1 ${terms.join(' ')}`) : own;
      for (const domain of DOMAINS) {
        const { lookup } = lookupOf(nodes, ownNode, domain);
        const seen: Observation = {
          question: { name: domain, type: 'TXT' },
          server: { kind: 'resolver', address: '192.0.2.1:53' },
          seenAt: 1,
          durationMs: 1,
          outcome: 'answer',
          records: [{ name: domain, ttl: 300, type: 'TXT', strings: [text] }],
          aliases: [],
        };
        const view = judgedView(required(domain, terms, false), seen, lookup);
        expect(view).toBe(judgedView(required(domain, terms, true), seen, lookup));
        views.set(view, (views.get(view) ?? 0) + 1);
      }
    }),
    { numRuns: 1500 },
  );
  for (const view of ['has', 'works', 'behind', 'other', 'broken'])
    expect(views.get(view) ?? 0, view).toBeGreaterThan(20);
});

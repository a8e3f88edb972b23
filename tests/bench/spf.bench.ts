import type { Lookup, LookupResult } from '../../shared/dns/lookup.ts';
import type { QueryType, ResourceRecord } from '../../shared/dns/records.ts';
import { zoneLookup } from '../../shared/dns/zone-lookup.ts';
import { checkHost } from '../../shared/spf/check-host.ts';
import type { SpfParse } from '../../shared/spf/syntax.ts';

/** checkHost against mailauth's SPF (npm `mailauth`, strict mode) on the same zones in memory, in the same process. */

const ROUNDS = 5;
const CHECKS_PER_ROUND = 3000;

function txt(name: string, text: string): ResourceRecord {
  return { name, ttl: 300, type: 'TXT', strings: [text] };
}

function ranges(first: number, count: number): string {
  return Array.from({ length: count }, (_, index) => `ip4:${first}.${index}.16.0/20`).join(' ');
}

/** Records of the shape and size that mailbox and campaign providers publish. */
const records: readonly ResourceRecord[] = [
  txt('small.example', 'v=spf1 ip4:192.0.2.0/24 a mx -all'),
  { name: 'small.example', ttl: 300, type: 'A', address: '198.51.100.7' },
  { name: 'small.example', ttl: 300, type: 'AAAA', address: '2001:db8:7::7' },
  { name: 'small.example', ttl: 300, type: 'MX', preference: 10, exchange: 'mx.small.example' },
  { name: 'mx.small.example', ttl: 300, type: 'A', address: '198.51.100.8' },
  { name: 'mx.small.example', ttl: 300, type: 'AAAA', address: '2001:db8:7::8' },
  txt('company.example', 'v=spf1 include:_spf.mailbox.example include:campaigns.example ip4:203.0.113.0/24 ~all'),
  txt(
    '_spf.mailbox.example',
    'v=spf1 include:_blocks1.mailbox.example include:_blocks2.mailbox.example include:_blocks3.mailbox.example ~all',
  ),
  txt('_blocks1.mailbox.example', `v=spf1 ${ranges(11, 12)} ~all`),
  txt('_blocks2.mailbox.example', 'v=spf1 ip6:2001:db8:1::/48 ip6:2001:db8:2::/48 ip6:2001:db8:3::/48 ~all'),
  txt('_blocks3.mailbox.example', `v=spf1 ${ranges(12, 12)} ~all`),
  txt('campaigns.example', `v=spf1 ${ranges(13, 20)} exists:%{i}._allowed.campaigns.example ~all`),
  { name: '9.9.9.9._allowed.campaigns.example', ttl: 300, type: 'A', address: '127.0.0.2' },
];

const senders = ['news@small.example', 'news@company.example'];
const addresses = [
  '192.0.2.9',
  '198.51.100.8',
  '11.3.17.1',
  '12.11.31.255',
  '13.19.16.1',
  '203.0.113.5',
  '9.9.9.9',
  '8.8.8.8',
  '2001:db8:2::1',
];

/** Every answer worked out once, so that the time measured is the evaluation's and not the zone's. */
function memory(): Lookup {
  const zone = zoneLookup(records);
  const answers = new Map<string, LookupResult | Promise<LookupResult>>();
  return {
    query(name: string, type: QueryType) {
      const key = `${type} ${name}`;
      let answer = answers.get(key);
      if (answer === undefined) {
        answer = zone.query(name, type);
        answers.set(key, answer);
      }
      return answer;
    },
  };
}

type NodeStyleResolver = (name: string, type: QueryType) => Promise<unknown[]>;

interface Mailauth {
  spf(options: {
    readonly sender: string;
    readonly ip: string;
    readonly helo: string;
    readonly mta: string;
    readonly strict: boolean;
    readonly resolver: NodeStyleResolver;
  }): Promise<{ readonly status: { readonly result: string } }>;
}

/** The same answers as `dns.promises.resolve` would give them. */
function nodeStyle(lookup: Lookup): NodeStyleResolver {
  return async (name, type) => {
    const answer = await lookup.query(name, type);
    if (answer.status === 'failure') throw Object.assign(new Error(answer.message), { code: 'ESERVFAIL' });
    if (answer.status !== 'answer') {
      throw Object.assign(new Error(name), { code: answer.status === 'nodata' ? 'ENODATA' : 'ENOTFOUND' });
    }
    return answer.records.map((record) => {
      if (record.type === 'TXT') return record.strings;
      if (record.type === 'MX') return { exchange: record.exchange, priority: record.preference };
      return record.type === 'A' || record.type === 'AAAA' ? record.address : '';
    });
  };
}

async function microseconds(check: (sender: string, ip: string) => Promise<unknown>): Promise<number> {
  const start = performance.now();
  for (let index = 0; index < CHECKS_PER_ROUND; index += 1) {
    await check(
      senders[index % senders.length] as string,
      addresses[Math.floor(index / 2) % addresses.length] as string,
    );
  }
  return ((performance.now() - start) * 1000) / CHECKS_PER_ROUND;
}

function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] as number;
}

async function run() {
  const mailauth = (await import('mailauth/lib/spf/index.js')) as unknown as Mailauth;
  const lookup = memory();
  const resolver = nodeStyle(lookup);
  const parsed = new Map<string, SpfParse>();
  const helo = 'mta.example.net';

  const ours = async (sender: string, ip: string) => (await checkHost({ ip, sender, helo, lookup, parsed })).result;
  const oursUncached = async (sender: string, ip: string) => (await checkHost({ ip, sender, helo, lookup })).result;
  const theirs = async (sender: string, ip: string) =>
    (await mailauth.spf({ sender, ip, helo, mta: 'mx.example.net', resolver, strict: true })).status.result;

  for (const sender of senders) {
    for (const ip of addresses) {
      const [left, right] = [await ours(sender, ip), await theirs(sender, ip)];
      if (left !== right) throw new Error(`${ip} ${sender}: ${left} here, ${right} there`);
    }
  }

  const ratios: number[] = [];
  const uncachedRatios: number[] = [];
  const figures: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const fast = await microseconds(ours);
    const slow = await microseconds(theirs);
    const uncached = await microseconds(oursUncached);
    // The first round warms both up.
    if (round === 0) continue;
    ratios.push(slow / fast);
    uncachedRatios.push(slow / uncached);
    figures.push(fast);
  }
  const ratio = median(ratios);
  return [
    {
      label: 'checkHost, speed against mailauth on the same zones',
      value: `${ratio.toFixed(1)} × (${median(figures).toFixed(1)} µs a check)`,
      target: '≥ 10 ×',
      met: ratio >= 10,
    },
    {
      label: 'checkHost without a map of records read before',
      value: `${median(uncachedRatios).toFixed(1)} ×`,
      target: 'for information',
      met: true,
    },
  ];
}

export const bench = { name: 'spf', run };

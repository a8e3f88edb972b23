import fc from 'fast-check';
import type { SpfResult } from '../../../shared/spf/check-host.ts';
import { checkHost } from '../../../shared/spf/check-host.ts';
import { a, aaaa, mx, txt, worldLookup } from './worlds.ts';

/** Records of example.com, and addresses whose verdicts tell whether two of them mean the same. */

const zone = [
  a('example.com', '192.0.2.1'),
  aaaa('example.com', '2001:db8::1'),
  mx('example.com', 'h.example.com'),
  a('h.example.com', '192.0.2.77'),
  txt('i1.example', 'v=spf1 ip4:198.51.100.0/24 ip6:2001:db8:5::/48 ?all'),
  txt('i2.example', 'v=spf1 -ip4:198.51.100.9 ip4:198.51.0.0/16 ip4:192.0.2.1 -all'),
  txt('r.example', 'v=spf1 ip4:203.0.113.0/24 ~all'),
];
export const senders = [
  '192.0.2.1',
  '192.0.2.77',
  '198.51.100.9',
  '198.51.100.10',
  '203.0.113.130',
  '8.8.8.8',
  '2001:db8::1',
  '2001:db8:5::77',
  '2001:db9::1',
];

export const mechanism = fc.constantFrom(
  'a',
  'A',
  'mx',
  'a/24',
  'a/24//32',
  'a:h.example.com',
  'include:i1.example',
  'include:I2.example',
  'include:i2.example',
  'ip4:192.0.2.1',
  'ip4:192.0.2.0/24',
  'ip4:192.0.2.77/32',
  'ip4:198.51.100.0/25',
  'ip4:198.0.0.0/8',
  'ip4:0.0.0.0/0',
  'ip6:2001:db8::1',
  'ip6:2001:db8::/32',
  'ip6:2001:db8:5::/48',
  'exists:h.%{d}',
);
const signed = fc.tuple(fc.constantFrom('', '', '', '+', '-', '~', '?'), mechanism).map((parts) => parts.join(''));
export const published = fc.tuple(
  fc.array(signed, { maxLength: 7 }),
  fc.constantFrom('-all', '~all', '?all', '+all', '', 'redirect=r.example', '-all redirect=r.example'),
);

/** Far above what any of these records needs: what is compared is meaning, not cost. */
const limits = { lookups: 1000, voids: 1000, names: 10 };

/** What a record of example.com says of a sender. */
export function evaluate(text: string, ip: string): Promise<SpfResult> {
  const lookup = worldLookup({ records: [...zone, txt('example.com', text)], failing: [], checks: [] });
  return checkHost({ ip, sender: 'u@example.com', helo: 'mta.example.net', limits, lookup });
}

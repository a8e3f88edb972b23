import { checkHost } from '../../shared/spf/check-host.ts';
import { fixSpf } from '../../shared/spf/lint.ts';
import { a, aaaa, mx, txt, worldLookup } from '../unit/spf/worlds.ts';
import type { Random } from './spf-slips.ts';
import { spfSlips } from './spf-slips.ts';
import { rightRecord } from './spf-records.ts';

/** Right records, spoilt and repaired: what comes out means what was meant, or it is a question. */

const zone = [
  a('example.com', '192.0.2.1'),
  aaaa('example.com', '2001:db8::1'),
  mx('example.com', 'h.example.com'),
  a('h.example.com', '192.0.2.77'),
  aaaa('h.example.com', '2001:db8:7::9'),
  a('203.0.113.9.allow.example', '127.0.0.2'),
  txt('i1.example', 'v=spf1 ip4:198.51.100.0/24 ip6:2001:db8:5::/48 ?all'),
  txt('i2.example', 'v=spf1 -ip4:198.51.100.9 ip4:198.51.0.0/16 ip4:192.0.2.1 -all'),
  txt('_spf.i3.example', 'v=spf1 ip4:203.0.113.4 ~all'),
  txt('r.example', 'v=spf1 ip4:203.0.113.0/26 ip4:192.0.2.1 ~all'),
];

const SENDERS = [
  '192.0.2.1',
  '192.0.2.3',
  '192.0.2.77',
  '192.0.2.79',
  '198.51.100.9',
  '198.51.100.10',
  '198.51.7.7',
  '203.0.113.4',
  '203.0.113.9',
  '203.0.113.130',
  '203.0.113.200',
  '8.8.8.8',
  '2001:db8::1',
  '2001:db8::2',
  '2001:db8:5::77',
  '2001:db8:7::9',
  '2001:db8:7:0:1::1',
  '2001:db9::1',
];

/** Far above what any of these records needs: what is compared is meaning, not cost. */
const limits = { lookups: 1000, voids: 1000, names: 10 };

/** What a record of example.com says of each sender. */
async function verdicts(text: string): Promise<string> {
  const lookup = worldLookup({ records: [...zone, txt('example.com', text)], failing: [], checks: [] });
  const results = await Promise.all(
    SENDERS.map(
      async (ip) => (await checkHost({ ip, sender: 'u@example.com', helo: 'h.example', limits, lookup })).result,
    ),
  );
  return results.join(' ');
}

export interface RepairOutcome {
  readonly right: string;
  readonly slips: readonly string[];
  readonly spoilt: string;
  readonly fixed: string;
  /**
   * - `fixed`: put right, and it means what was meant.
   * - `wrong`: put right to something else.
   * - `open`: no fix is offered; a question is.
   * - `untouched`: what came out of the slips reads as it stands.
   */
  readonly kind: 'fixed' | 'wrong' | 'open' | 'untouched';
}

const NAMES = Object.keys(spfSlips);

/**
 * Spoils a right record by one to three slips and has it put right.
 *
 * @param first the name of the first slip; any where missing.
 */
export async function spoilAndRepair(random: Random, first?: string): Promise<RepairOutcome> {
  const right = rightRecord(random);
  const slips: string[] = [];
  let spoilt = right;
  const count = 1 + random(3);
  for (let number = 0; number < count; number += 1) {
    const name = number === 0 && first !== undefined ? first : (NAMES[random(NAMES.length)] as string);
    const changed = spfSlips[name]?.(spoilt, random) ?? spoilt;
    if (changed === spoilt) continue;
    slips.push(name);
    spoilt = changed;
  }
  const { text: fixed, isUsable } = fixSpf(spoilt);
  const outcome = { right, slips, spoilt, fixed };
  if (!isUsable) return { ...outcome, kind: 'open' };
  if (fixed === spoilt) return { ...outcome, kind: 'untouched' };
  return { ...outcome, kind: (await verdicts(fixed)) === (await verdicts(right)) ? 'fixed' : 'wrong' };
}

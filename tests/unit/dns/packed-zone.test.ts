import { describe, expect, test } from 'vitest';
import { indexLookup, zoneLookup } from '../../../shared/dns/zone-lookup.ts';
import { packZone } from '../../../shared/dns/zone/packed-zone.ts';
import { readZone } from '../../../shared/dns/zone/reader.ts';
import { allSteps } from '../../../shared/steps.ts';
import { generator } from '../../support/hostile.ts';
import { seed } from '../../support/seed.ts';

const PIECES = String.raw`
  a|b|A.b|@|*|*.x|WWW|_dmarc|x.example.com.|example.com|IN|300|bad line|\.|é|"|""|(| )~|; c~|~| 
  $ORIGIN sub~|$ORIGIN example.com.~|$TTL 60~|A 192.0.2.1~|AAAA ::1~|TXT "v=spf1 -all"~|SPF "v=spf1 -all"~
  SPF "v=spf1 a -all"~|TXT x y~|DKIM "v=DKIM1; p="~|CNAME b~|CNAME x.y~|DNAME z~|NS ns~|MX 10 mx~|TYPE99 \# 1 00~
  SOA ns.example.com. h.example.com. (1 2 3 4 5)~|SOA a b 1 2 3 4 5~|WINS x~`
  .split(/\n {2}|\|/)
  .map((piece) => piece.replace('~', '\n'));
const TYPES = ['TXT', 'A', 'CNAME', 'NS', 'MX', 'SOA', 'SPF'] as const;
const runs = Number(process.env.SENDWRIGHT_RUNS ?? 20);

describe('a packed zone', () => {
  test('says of whatever text what its records say', () => {
    const random = generator(seed);
    for (let round = 0; round < 10 * runs; round += 1) {
      let text = '';
      for (let piece = random(60); piece > 0; piece -= 1)
        text += `${PIECES[random(PIECES.length)]}${random(3) === 0 ? ' ' : ''}${random(6) === 0 ? '\n' : ''}`;
      const options = { origin: random(4) === 0 ? '' : 'example.com' };
      const read = readZone(text, options);
      const packed = allSteps(packZone(text, options));
      expect(packed.count).toBe(read.records.length);
      expect(packed.findings).toEqual(read.findings);
      expect([...packed.unreadable].sort(), text).toEqual([...read.unreadable].sort());
      const outside = { outside: 'not-known', zones: ['example.com'], unreadable: read.unreadable } as const;
      const [expected, found] = [zoneLookup(read.records, outside), indexLookup(packed, outside)];
      const names = new Set(['example.com', 'q.a.example.com', 'q.x.example.com', 'a.sub.example.com', '']);
      for (const { name } of read.records) names.add(name);
      for (const name of names)
        for (const type of TYPES)
          expect(found.query(name, type), `${name} ${type} of ${JSON.stringify(text)}`).toEqual(
            expected.query(name, type),
          );
    }
  });

  test('is made in steps: none of them reads much of it', () => {
    const text = Array.from({ length: 5000 }, (_none, index) => `host-${index} A 192.0.2.1\n`).join('');
    const steps = packZone(text, { origin: 'example.com' });
    let taken = 1;
    while (steps.next().done !== true) taken += 1;
    expect(taken).toBeGreaterThan(15);
  });
});

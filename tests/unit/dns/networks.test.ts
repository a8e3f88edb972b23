import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, it } from 'vitest';
import { formatIp, isInside, isWithin, parseIp, parseNetwork } from '../../../shared/dns/ip.ts';

const address = fc.oneof(fc.ipV4(), fc.ipV6());
const network = fc.oneof(
  fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })),
  fc.tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 })),
);

/** A mapped address is another kind to ipaddr.js until it is processed. */
const isMapped = (text: string) => ipaddr.IPv6.isValid(text) && ipaddr.IPv6.parse(text).isIPv4MappedAddress();

describe('networks', () => {
  it('hold what ipaddr.js says they hold', () => {
    fc.assert(
      fc.property(address, network, (text, [base, prefix]) => {
        fc.pre(!isMapped(text) && !isMapped(base));
        const [theirs, size] = ipaddr.parseCIDR(`${base}/${prefix}`);
        const single = ipaddr.parse(text);
        const expected = single.kind() === theirs.kind() && single.match(theirs, size);
        const [inner, outer] = [parseNetwork(text), parseNetwork(`${base}/${prefix}`)];
        expect(inner !== null && outer !== null && isWithin(inner, outer)).toBe(expected);
      }),
      { numRuns: 2000 },
    );
  });

  it('hold smaller ones and no larger', () => {
    const [wide, narrow] = [parseNetwork('192.0.2.0/24'), parseNetwork('192.0.2.128/25')];
    if (wide === null || narrow === null) throw new Error('not read');
    expect([isWithin(narrow, wide), isWithin(wide, narrow), isWithin(wide, wide)]).toEqual([true, false, true]);
  });

  it.each([
    ['::ffff:192.0.2.0/120', '192.0.2.0', 24],
    ['2001:db8::/32', '2001:db8::', 32],
    ['192.0.2.7', '192.0.2.7', 32],
  ])('%s is read', (text, base, prefix) => {
    const read = parseNetwork(text);
    expect(read === null ? null : [formatIp(read.address), read.prefix]).toEqual([base, prefix]);
  });

  it.each([
    '',
    '192.0.2.0/33',
    '192.0.2.0/-1',
    '192.0.2.0/2x',
    '192.0.2/24',
    '::/129',
    '::ffff:0.0.0.0/95',
    'a/8',
    '192.0.2.0/8/8',
  ])('%s is none', (text) => expect(parseNetwork(text)).toBeNull());

  it.each([
    ['10.1.2.3', true],
    ['100.127.255.255', true],
    ['100.128.0.0', false],
    ['172.31.255.255', true],
    ['172.32.0.0', false],
    ['::1', true],
    ['::2', false],
    ['::ffff:10.0.0.1', true],
    ['fd00::1', true],
    ['2001:db8::1', false],
  ])('%s is inside: %s', (text, expected) => expect(isInside(parseIp(text) ?? [])).toBe(expected));

  it('are inside as a whole or not at all', () => {
    const ten = parseIp('10.0.0.0') ?? [];
    expect([isInside(ten, 8), isInside(ten, 9), isInside(ten, 7)]).toEqual([true, true, false]);
  });
});

import { isIPv4, isIPv6 } from 'node:net';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { characterCodes } from '../../../shared/dns/coded-text.ts';
import { isIpv4At, isIpv6At, parseIpv4, parseIpv6 } from '../../../shared/dns/ip.ts';

const nearlyIpv4 = fc.array(fc.constantFrom('0', '1', '25', '255', '256', '.', '.', '00', '9'), { maxLength: 8 });
const nearlyIpv6 = fc.array(fc.constantFrom('0', 'a', 'FFFF', 'fffff', ':', ':', '::', 'g', '1.2.3.4', '.'), {
  maxLength: 17,
});

it('addresses inside a longer text are judged as Node judges them', () => {
  fc.assert(
    fc.property(
      fc.oneof(nearlyIpv4, nearlyIpv6).map((parts) => parts.join('')),
      fc.constantFrom('', 'x', '1', ':', '.'),
      (text, around) => {
        const [start, end] = [around.length, around.length + text.length];
        const whole = characterCodes(`${around}${text}${around}`);
        expect(isIpv4At(whole, start, end)).toBe(isIPv4(text));
        expect(isIpv6At(whole, start, end)).toBe(isIPv6(text));
        expect(parseIpv4(text) !== null).toBe(isIPv4(text));
        expect(parseIpv6(text) !== null).toBe(isIPv6(text));
      },
    ),
    { numRuns: 5000 },
  );
});

it.each([
  '::',
  '::1',
  '1::',
  '1:2:3:4:5:6:7::',
  '::2:3:4:5:6:7:8',
  '::ffff:192.0.2.1',
  '1:2:3:4:5:6:1.2.3.4',
  'ABCD::',
])('%s is an IPv6 address', (text) => {
  expect(isIpv6At(characterCodes(text), 0, text.length)).toBe(true);
});

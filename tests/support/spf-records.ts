import type { Random } from './spf-slips.ts';

/** Right SPF records of made-up domains, for what is then done to them. */

function pick<Value>(values: readonly Value[], random: Random): Value {
  return values[random(values.length)] as Value;
}

const SIGNS = ['', '', '', '', '', '', '-', '~', '?'] as const;
const TERMS = [
  'a',
  'mx',
  'a/24',
  'mx/28',
  'a/24//64',
  'mx//48',
  'a:h.example.com',
  'a:h.example.com/24',
  'a:h.example.com/24//64',
  'mx:example.com',
  'include:i1.example',
  'include:i2.example',
  'include:_spf.i3.example',
  'exists:%{i}.allow.example',
  'ip4:192.0.2.1',
  'ip4:192.0.2.77',
  'ip4:198.51.100.0/24',
  'ip4:203.0.113.128/25',
  'ip4:203.0.113.0/24',
  'ip6:2001:db8::1',
  'ip6:2001:db8:5::/48',
  'ip6:2001:db8::/32',
] as const;
const ENDINGS = ['-all', '~all', '?all', '-all', '~all', 'redirect=r.example', '~all exp=e.example'] as const;

/** A record that every receiver reads, with one to five terms and an ending. */
export function rightRecord(random: Random): string {
  const terms = Array.from({ length: 1 + random(5) }, () => pick(SIGNS, random) + pick(TERMS, random));
  return ['v=spf1', ...terms, pick(ENDINGS, random)].join(' ');
}

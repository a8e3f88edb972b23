import { expect, it } from 'vitest';
import { zoneLookup } from '../../../shared/dns/zone-lookup.ts';
import { askedAtOnce } from '../../../shared/dns/asking.ts';
import type { ResourceRecord } from '../../../shared/dns/records.ts';
import { keyAt } from '../../../shared/judge/keys.ts';
import { txt } from '../../support/hand-over.ts';
import { KEY } from '../../support/needs.ts';

/** What a receiver finds who follows a selector's aliases (RFC 6376 §3.6.1, §6.1.2). */

const NAME = 's1._domainkey.example.com';
const TARGET = 's1.provider.example';
const alias = (name: string, target: string): ResourceRecord => ({ name, ttl: 60, type: 'CNAME', target });

it.each([
  ['the key', [txt(TARGET, 60, `k=rsa; p=${KEY}`)], 'yes', 'usable'],
  ['nothing', [], 'no', 'dangling'],
  ['an address alone', [{ name: TARGET, ttl: 60, type: 'A', address: '192.0.2.1' }], 'no', 'dangling'],
  ['itself', [alias(TARGET, TARGET)], 'no', 'dangling'],
  ['the name that it came from', [alias(TARGET, NAME)], 'no', 'dangling'],
  ['a revoked key', [txt(TARGET, 60, 'v=DKIM1; p=')], 'no', 'revoked'],
  ['two keys', [txt(TARGET, 60, `p=${KEY}`), txt(TARGET, 60, `v=DKIM1; p=${KEY}`)], 'no', 'several'],
  ['a text that is no key', [txt(TARGET, 60, 'hello')], 'no', 'broken'],
  ['a key for another service', [txt(TARGET, 60, `s=tlsrpt; p=${KEY}`)], 'no', 'broken'],
] satisfies readonly (readonly [string, ResourceRecord[], string, string])[])(
  'an alias that leads to %s',
  (_what, behind, usable, reason) => {
    const world = zoneLookup([alias(NAME, TARGET), ...behind]);
    expect(askedAtOnce(keyAt('s1', 'example.com'), world)).toMatchObject({ usable, reason });
  },
);

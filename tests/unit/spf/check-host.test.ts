import { describe, expect, test } from 'vitest';
import type { Lookup } from '../../../shared/dns/lookup.ts';
import { checkHost } from '../../../shared/spf/check-host.ts';
import { defaults, rfc7208 } from './rfc7208-cases.ts';
import { a, txt, worldLookup } from './worlds.ts';

describe('checkHost gives what RFC 7208 says', () => {
  for (const { section, records, failing = [], cases } of rfc7208) {
    const lookup = worldLookup({ records, failing, checks: [] });
    test.each(cases)(`${section}: $sender $ip → $expected`, async ({ expected, explanation, ...check }) => {
      const result = await checkHost({ ...defaults, ...check, lookup });
      expect(result).toMatchObject({ result: expected });
      expect(result.explanation).toBe(explanation);
    });
  }
});

describe('checkHost', () => {
  const records = [
    txt('example.com', 'v=spf1 a:nothing.example include:inner.example -all'),
    txt('inner.example', 'v=spf1 ip4:192.0.2.0/24 -all'),
    a('host.example', '192.0.2.1'),
  ];
  const world = { records, failing: [], checks: [] };

  test('tells what decided, what it cost and every step on the way', async () => {
    expect(await checkHost({ ...defaults, lookup: worldLookup(world) })).toEqual({
      result: 'pass',
      term: 'include:inner.example',
      lookups: 2,
      voids: 1,
      steps: [
        { domain: 'example.com', term: 'a:nothing.example', outcome: 'no-match' },
        { domain: 'inner.example', term: 'ip4:192.0.2.0/24', outcome: 'match' },
        { domain: 'example.com', term: 'include:inner.example', outcome: 'match' },
      ],
    });
  });

  test('gives the same from a Lookup that answers later', async () => {
    const zone = worldLookup(world);
    const later: Lookup = { query: async (name, type) => zone.query(name, type) };
    expect(await checkHost({ ...defaults, lookup: later })).toEqual(await checkHost({ ...defaults, lookup: zone }));
  });

  test('asks for a backslash as a character, not as the beginning of an escape', async () => {
    const zone = [txt('example.com', 'v=spf1 exists:%{l}.example.net -all'), a('u\\\\046v.example.net', '127.0.0.2')];
    const lookup = worldLookup({ records: zone, failing: [], checks: [] });
    const result = await checkHost({ ...defaults, sender: 'u\\046v@example.com', lookup });
    expect(result.result).toBe('pass');
  });

  test('asks for no address literal, even where a server would answer', async () => {
    const lookup = worldLookup({ records: [txt('[192.0.2.1]', 'v=spf1 +all')], failing: [], checks: [] });
    expect(await checkHost({ ...defaults, sender: '', helo: '[192.0.2.1]', lookup })).toMatchObject({ result: 'none' });
  });

  test('keeps the limits it is given', async () => {
    const lookup = worldLookup(world);
    const limits = { lookups: 1, voids: 2, names: 10 };
    expect(await checkHost({ ...defaults, lookup, limits })).toMatchObject({ result: 'permerror', lookups: 2 });
  });

  test('refuses what is no address, and stops when it is told to', async () => {
    const lookup = worldLookup(world);
    await expect(checkHost({ ...defaults, ip: '192.0.2', lookup })).rejects.toThrow(RangeError);
    await expect(checkHost({ ...defaults, lookup, signal: AbortSignal.abort('enough') })).rejects.toBe('enough');
  });

  test('fills in the receiver and the time, in explanations only', async () => {
    const zone = [txt('example.com', 'v=spf1 -all exp=why.example.com'), txt('why.example.com', '%{r} at %{t}')];
    const lookup = worldLookup({ records: zone, failing: [], checks: [] });
    const result = await checkHost({ ...defaults, lookup, receiver: 'mx.example.org', now: 1_795_000_000.7 });
    expect(result.explanation).toBe('mx.example.org at 1795000000');
  });
});

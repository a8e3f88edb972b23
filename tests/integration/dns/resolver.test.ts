import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ResourceRecord } from '../../../shared/dns/records.ts';
import type { Observation } from '../../../shared/observed/observation.ts';
import { openInternet } from '../../support/internet/internet.ts';
import type { Calls } from '../../support/internet/internet.ts';
import { addresses } from '../../support/internet/zones.ts';
import { describeWith } from '../../support/tools.ts';

/** The programs that the small internet is made of. */
const TOOLS = ['netns', 'mountns', 'ip', 'named', 'knotd', 'keymgr', 'unbound', 'dig', 'openssl'] as const;

const own = (all: readonly Observation[]) => all.filter((each) => each.server.kind === 'authoritative');
const texts = (records: readonly ResourceRecord[]) =>
  records.flatMap((record) => (record.type === 'TXT' ? [record.strings.join('')] : [])).sort();

describeWith(TOOLS, 'asking DNS in an internet of our own', () => {
  let internet: Calls;
  beforeAll(async () => {
    internet = await openInternet();
  });
  afterAll(() => internet.stop({}));

  /** What dig is told, as its short form prints it: quotes and the spaces between strings taken away. */
  const dig = async (...args: readonly string[]) => {
    const out = await internet.program({ command: 'dig', args: ['+short', '+norecurse', '+bufsize=4096', ...args] });
    return out
      .trim()
      .split('\n')
      .map((line) => line.replace(/^"|"$/g, '').replaceAll('" "', ''))
      .sort();
  };

  it('asks every address of every server, IPv4 and IPv6, and says what dig says', async () => {
    const asked = own(await internet.observe({ name: 'good.test', type: 'TXT' }));
    const all = [addresses.bind1, addresses.bind2, addresses.knot3, addresses.knot4].flat();
    expect(asked.map((each) => each.server.address).sort()).toEqual(
      all.map((each) => (each.includes(':') ? `[${each}]:53` : `${each}:53`)).sort(),
    );
    for (const each of asked) {
      expect(each).toMatchObject({ outcome: 'answer', authoritative: true, zone: 'good.test', rcode: 'NOERROR' });
      const address = each.server.address.replace(/^\[?(.*?)\]?:53$/, '$1');
      expect(texts(each.records)).toEqual(await dig(`@${address}`, 'good.test', 'TXT'));
    }
  });

  it('walks from the root as dig +trace does', async () => {
    const walk = await internet.walk({ name: 'good.test' });
    expect(walk).toMatchObject({ ok: true, delegation: { zone: 'good.test', isOwn: true } });
    const steps = walk.ok ? walk.delegation.steps : [];
    const referrals = steps.filter((step) => step.result === 'referral').map((step) => step.detail);
    expect(referrals).toEqual(['refers to the servers of test', 'refers to the servers of good.test']);
    const trace = await internet.program({
      command: 'dig',
      args: ['+trace', '+nodnssec', '+tries=1', `@${addresses.root[0]}`, 'good.test', 'NS'],
    });
    const hosts = [...trace.matchAll(/^good\.test\.\s.*\sNS\s+(\S+)\.$/gm)].map((match) => match[1] ?? '');
    const found = walk.ok ? walk.delegation.servers.map((server) => server.name) : [];
    expect([...found].sort()).toEqual([...new Set(hosts)].sort());
  });

  it('finds servers whose addresses lie in another zone, and a zone cut below', async () => {
    const above = own(await internet.observe({ name: 'elsewhere.test', type: 'TXT' }));
    expect(above.map((each) => each.server.name)).toContain('ns2.hosting.test');
    const below = own(await internet.observe({ name: 'sub.elsewhere.test', type: 'TXT' }));
    expect(below).toMatchObject([
      { outcome: 'answer', zone: 'sub.elsewhere.test', server: { address: '127.53.1.3:53' } },
    ]);
  });

  it('asks the registry alone about a domain that is not delegated', async () => {
    const asked = own(await internet.observe({ name: 'nosuch.test', type: 'TXT' }));
    expect(asked.map((each) => [each.zone, each.outcome])).toEqual([
      ['test', 'nxdomain'],
      ['test', 'nxdomain'],
    ]);
  });

  it('asks IPv6 alone where a zone has nothing else', async () => {
    const asked = own(await internet.observe({ name: 'six.test', type: 'TXT' }));
    expect(asked.map((each) => [each.server.address, each.outcome])).toEqual([
      [`[${addresses.bind1[1]}]:53`, 'answer'],
      [`[${addresses.knot3[1]}]:53`, 'answer'],
    ]);
  });

  it('takes 62 kB of TXT and 500 records over TCP, whole', async () => {
    const [big] = own(await internet.observe({ name: 'big.large.test', type: 'TXT' }));
    expect(big).toMatchObject({ outcome: 'answer', transport: 'tcp' });
    expect(texts(big?.records ?? []).map((text) => text.length)).toEqual([250 * 255]);
    const [many] = own(await internet.observe({ name: 'many.large.test', type: 'TXT' }));
    expect(many).toMatchObject({ outcome: 'answer', transport: 'tcp' });
    expect(texts(many?.records ?? [])).toEqual(await dig(`@${addresses.bind1[0]}`, 'many.large.test', 'TXT'));
  });

  it('follows an alias to the servers of another zone', async () => {
    const [first] = own(await internet.observe({ name: 'far.loop.test', type: 'A' }));
    expect(first).toMatchObject({
      outcome: 'answer',
      aliases: ['www.good.test'],
      records: [{ address: '192.0.2.80' }],
    });
    expect(await dig('@127.53.5.1', '+recurse', 'far.loop.test', 'A')).toEqual(['192.0.2.80', 'www.good.test.'].sort());
  });

  it.each(['a.loop.test', 'out.loop.test'])('ends the circle of aliases at %s', async (name) => {
    const asked = own(await internet.observe({ name, type: 'TXT' }));
    expect(asked.map((each) => each.failure?.reason)).toEqual(['alias-loop', 'alias-loop']);
    expect(await internet.program({ command: 'dig', args: ['@127.53.5.1', name, 'TXT'] })).toContain('SERVFAIL');
  });

  it('keeps AD from a validating resolver, and the code that says a signature does not hold', async () => {
    const signed = await internet.observe({ name: 'signed.test', type: 'TXT', resolver: 'system' });
    expect(signed).toMatchObject([{ outcome: 'answer', authenticated: true }]);
    const bogus = await internet.observe({ name: 'bogus.test', type: 'TXT', resolver: 'system' });
    expect(bogus).toMatchObject([{ outcome: 'failure', rcode: 'SERVFAIL', failure: { reason: 'bogus' } }]);
  });

  it('speaks DNS over HTTPS with unbound', async () => {
    const doh = `https://${addresses.unbound[0]}/dns-query`;
    const asked = await internet.observe({ name: 'good.test', type: 'TXT', resolver: `${doh}{?dns}` });
    expect(asked).toMatchObject([{ outcome: 'answer', transport: 'https', server: { kind: 'doh' } }]);
    expect(texts(asked[0]?.records ?? [])).toEqual(await dig('@127.53.5.1', '+recurse', 'good.test', 'TXT'));
    const wrong = await internet.observe({ name: 'good.test', type: 'TXT', resolver: doh.replace('query', 'nothing') });
    expect(wrong).toMatchObject([{ outcome: 'failure', failure: { reason: 'network' } }]);
  });
});

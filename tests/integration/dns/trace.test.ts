import { afterAll, beforeAll, expect, it } from 'vitest';
import type { NameTrace } from '../../../main/core/domains/name-trace.ts';
import type { Settings } from '../../../shared/contract/settings.ts';
import type { WorkspaceSummary } from '../../../shared/contract/workspaces.ts';
import type { Manual } from '../../../shared/manual/manual.ts';
import type { ReceiverVerdict } from '../../../shared/judge/receiver.ts';
import { openInternet } from '../../support/internet/internet.ts';
import type { Calls } from '../../support/internet/internet.ts';
import { addresses } from '../../support/internet/zones.ts';
import { describeWith } from '../../support/tools.ts';

const TOOLS = ['netns', 'mountns', 'ip', 'named', 'knotd', 'keymgr', 'unbound', 'dig', 'openssl'] as const;

describeWith(TOOLS, 'a name traced, a domain checked, with nothing set but the root', () => {
  let internet: Calls;
  beforeAll(async () => {
    internet = await openInternet();
  });
  afterAll(() => internet.stop({}));

  const trace = async (...args: readonly string[]) => {
    const { code, out } = await internet.cli({ args: ['dns', 'trace', ...args, '--json'] });
    return { code, trace: JSON.parse(out) as NameTrace };
  };

  it('prints the walk, the views and the findings', async () => {
    const { code, out } = await internet.cli({
      args: ['dns', 'trace', 'stale.test', '--server', addresses.unbound[0]],
    });
    expect(code).toBe(0);
    const lines = out.split('\n');
    const at = (text: RegExp) => lines.findIndex((line) => text.test(line));
    expect(at(/the root .* refers to the servers of test$/)).toBeGreaterThan(0);
    expect(at(/refers to the servers of stale\.test$/)).toBeGreaterThan(at(/refers to the servers of test$/));
    expect(lines).toContain('Zone stale.test: ns1.stale.test, ns2.stale.test, ns3.stale.test, ns4.stale.test');
    expect(at(/ns4\.stale\.test +127\.53\.1\.4:53 +AA serial 7 TTL 5 minutes .*v=spf1 mx -all/)).toBeGreaterThan(0);
    expect(at(/^The system’s resolver$/)).toBeGreaterThan(0);
    expect(at(/^Other resolvers$/)).toBeGreaterThan(0);
    expect(out).toContain('warning: Behind, of the 4 name servers of stale.test: ns4.stale.test (serial 7)');
  });

  it('says what dig says of every server', async () => {
    const { trace: found } = await trace('good.test', '--type', 'SOA');
    expect(found.observations.length).toBe(9);
    for (const [address, serial] of Object.entries(found.serials)) {
      const server = address.replace(/^\[?(.*?)\]?:53$/, '$1');
      const soa = await internet.program({ command: 'dig', args: ['+short', `@${server}`, 'good.test', 'SOA'] });
      expect(soa.split(' ')[2]).toBe(String(serial));
    }
  });

  it.each([
    ['bogus.test', 3, 'diagnosis.dnssec-bogus'],
    ['nosuch.test', 3, 'diagnosis.not-delegated'],
    ['lame.test', 0, 'diagnosis.server-lame'],
    ['split.test', 0, 'diagnosis.split-horizon'],
  ])('ends for %s with code %i and %s', async (name, code, finding) => {
    const ended = await trace(name);
    expect(ended.code).toBe(code);
    expect(ended.trace.findings.map((each) => each.code)).toEqual([finding]);
  });

  it('refuses what is no name, type, server or file of hints, and says why', async () => {
    const refused = [
      ['two words'],
      ['good.test', '--type', 'AXFR'],
      ['good.test', '--server', 'nobody'],
      ['good.test', '--root-hints', '/nothing/there'],
    ];
    for (const args of refused) {
      const { code, out } = await internet.cli({ args: ['dns', 'trace', ...args] });
      expect([code, out.length > 20]).toEqual([4, true]);
    }
  });

  /** A workspace of its own with one domain, whose provider sends from 192.0.2.0/24. */
  const openDomain = async (domain: string) => {
    const call = <Result>(procedure: string, input: unknown) => internet.core({ procedure, input }) as Promise<Result>;
    const { id: workspaceId } = await call<WorkspaceSummary>('workspaces.create', { name: domain });
    const { revision } = await call<Settings>('settings.get', { workspaceId });
    const fields = { recordTemplate: 'custom', recordTemplateMode: 'own-key' };
    await call('settings.save', { workspaceId, revision, fields });
    const { added } = await call<{ added: { id: number }[] }>('domains.add', { workspaceId, text: domain });
    const domainId = added[0]?.id ?? 0;
    const providers = [{ templateId: 'custom', mode: 'own-key', fields: { spfMechanism: 'ip4:192.0.2.0/24' } }];
    await call('domains.configure', { workspaceId, domainId, revision: 0, configuration: { providers } });
    return { workspaceId, domainId };
  };

  it('evaluates what the domain’s own servers say, whatever a cache still remembers', async () => {
    const { workspaceId, domainId } = await openDomain('change.test');
    const cached = async () => {
      const [told] = await internet.observe({ name: 'change.test', type: 'TXT', resolver: 'system' });
      return told?.records;
    };
    const before = await cached();
    const record = 'v=spf1 ip4:192.0.2.0/24 -all';
    await internet.publish({ daemon: 'bind', zone: 'change.test', serial: 11, body: `@ IN TXT "${record}"\n` });
    expect((await cached())?.map((each) => ({ ...each, ttl: 0 }))).toEqual(
      before?.map((each) => ({ ...each, ttl: 0 })),
    );
    const input = { workspaceId, domainId };
    const { today } = (await internet.core({ procedure: 'domains.spfTree', input })) as { today: { record: string } };
    expect(today.record).toBe(record);
    const proof = (await internet.core({ procedure: 'domains.prove', input })) as { today: ReceiverVerdict };
    expect(proof.today.spf).toMatchObject({ address: '192.0.2.0', result: { result: 'pass' } });
  });

  it.each([
    ['are dead', 'dead.test'],
    ['say what no validating resolver believes', 'bogus.test'],
  ])('takes the word of the system’s resolver where the domain’s own servers %s', async (_what, domain) => {
    const input = await openDomain(domain);
    const proof = (await internet.core({ procedure: 'domains.prove', input })) as { today: ReceiverVerdict };
    expect(proof.today.spf.result?.result).toBe('temperror');
  });

  it('checks a domain of a new workspace by its own name servers, and shows it on the card', async () => {
    const { workspaceId, domainId } = await openDomain('stale.test');
    expect(await internet.check({ workspaceId })).toBe('done');
    const manual = (await internet.core({ procedure: 'domains.manual', input: { workspaceId, domainId } })) as Manual;
    const spf = manual.steps.flatMap((step) => step.cards).find((card) => card.title === 'SPF');
    expect(spf).toMatchObject({
      verdict: 'pending',
      // What the newest version of the zone says counts as published.
      action: 'keep',
      summary: 'Published, but 1 of 4 name servers still answers with the old record',
    });
    expect(spf?.differences.map((finding) => finding.code)).toContain('diagnosis.servers-disagree');
    expect(spf?.observations.filter((each) => each.kind === 'authoritative')).toHaveLength(8);
  });
});

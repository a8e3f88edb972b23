import fc from 'fast-check';
import { BlockList } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { ServiceWord } from '../../../shared/service/connection-status.ts';
import { connectionStatus, responsesStatus } from '../../../shared/service/connection-status.ts';
import { atTime } from '../../../shared/service/evidence.ts';
import { checkDenyList, parseDenyList } from '../../../shared/service/deny-list.ts';
import { firewallText } from '../../../shared/service/firewall-text.ts';
import { meaningOf, parseServiceProfile } from '../../../shared/service/profile.ts';
import { headerProfile } from '../../support/service-profiles.ts';
import type { ProbeTrace } from '../../../shared/service/trace.ts';
import { normalizeResponseDomain, normalizeServiceUrl, webhookUrl } from '../../../shared/service/urls.ts';

function show(result: ReturnType<typeof normalizeServiceUrl>): string {
  const codes = result.findings.map((finding) => finding.code).join(' ');
  return result.ok ? `${result.url}${codes === '' ? '' : ` (${codes})`}` : codes;
}

describe('Cloud services connection URL', () => {
  it.each([
    ['https://url_address.com', 'https://url_address.com'],
    ['HTTPS://Service.Example.COM/', 'https://service.example.com'],
    ['service.example.com', 'https://service.example.com'],
    ['https://service.example.com:443/a/', 'https://service.example.com/a'],
    ['https://service.example.com/metadata', 'https://service.example.com'],
    ['https://bücher.example', 'https://xn--bcher-kva.example'],
    ['https://service.example.com:8443', 'https://service.example.com:8443 (url.port)'],
    ['https://service.example.com/?key=1#x', 'https://service.example.com (url.extra)'],
    ['http://service.example.com', 'url.scheme'],
    ['ftp://service.example.com', 'url.scheme'],
    ['https://user:secret@service.example.com', 'url.credentials'],
    ['https://', 'url.malformed'],
    ['https://exa mple.com', 'url.malformed'],
    ['javascript:alert(1)', 'url.malformed'],
    ['', 'url.empty'],
    ['https//svc.example.com', 'url.malformed'],
    ['https:svc.example.com', 'url.malformed'],
    ['https;//svc.example.com', 'url.malformed'],
    ['https:/svc.example.com/a', 'url.malformed'],
    ['https://svc.example.com:0', 'url.port-zero'],
    [`https://${'a'.repeat(70)}.com`, 'url.host'],
  ])('%s → %s', (input, expected) => {
    expect(show(normalizeServiceUrl(input))).toBe(expected);
  });
});

describe('the example in an error', () => {
  it.each([
    ['https//svc.example.com', 'https://svc.example.com'],
    ['https:/svc.example.com/a', 'https://svc.example.com/a'],
    ['https:\\\\svc.example.com', 'https://svc.example.com'],
    ['http://svc.example.com', 'https://svc.example.com'],
    ['ftp://svc.example.com/x', 'https://svc.example.com'],
    ['my url: svc.example.com', 'https://url_address.com'],
    ['nonsense', undefined],
  ])('%s → %s', (input, expected) => {
    expect(normalizeServiceUrl(input).findings[0]?.values.example).toBe(expected);
  });
});

describe('Domain to receive responses', () => {
  it.each([
    ['http://www.yourdomain.com', 'http://www.yourdomain.com (url.http)'],
    ['https://www.yourdomain.com/', 'https://www.yourdomain.com'],
    [
      'https://www.yourdomain.com/app/0/ServiceModel/CESWebhooksService.svc/HandleWebHooks',
      'https://www.yourdomain.com/app (url.webhook-path)',
    ],
    ['http://www.yourdomain.com:8080', 'http://www.yourdomain.com:8080 (url.http)'],
    ['mailto:a@b.c', 'url.malformed'],
    ['https://company.example/0', 'https://company.example (url.webhook-path)'],
    ['https://company.example/0/', 'https://company.example (url.webhook-path)'],
    ['https://company.example/0/Nui/ViewModule.aspx#HomePage', 'https://company.example (url.webhook-path)'],
    [
      'https://company.example/crm/0/Nui/ViewModule.aspx?vm=1#SectionModuleV2/',
      'https://company.example/crm (url.webhook-path)',
    ],
    ['https://company.example/Login/NuiLogin.aspx?ReturnUrl=%2f', 'https://company.example (url.webhook-path)'],
    ['https://company.example/shell/', 'https://company.example (url.webhook-path)'],
    ['https://company.example/crm', 'https://company.example/crm'],
    ['https://company.example/0day', 'https://company.example/0day'],
    ['http://localhost:81', 'http://localhost:81 (url.private url.http)'],
    ['http://192.168.1.10:8080', 'http://192.168.1.10:8080 (url.private url.http)'],
    ['http://crm', 'http://crm (url.private url.http)'],
    ['https://crm.corp', 'https://crm.corp (url.private)'],
    ['https://[fd00::1]', 'https://[fd00::1] (url.private)'],
    ['https://[2001:db8::1]', 'https://[2001:db8::1]'],
    ['https://172.32.0.1', 'https://172.32.0.1'],
    ['https://company.example:0', 'url.port-zero'],
  ])('%s → %s', (input, expected) => {
    expect(show(normalizeResponseDomain(input))).toBe(expected);
  });

  it('leads to the documented webhook', () => {
    expect(webhookUrl('http://www.yourdomain.com', 'net-framework')).toBe(
      'http://www.yourdomain.com/0/ServiceModel/CESWebhooksService.svc/HandleWebHooks',
    );
  });
});

describe('connection status', () => {
  const trace: ProbeTrace = {
    kind: 'connection',
    method: 'GET',
    url: 'https://a.example/metadata',
    startedAt: 1000,
    durationMs: 10,
    outcome: 'passed',
    stages: [],
    findings: [],
  };
  const hour = 3_600_000;
  const settings = { serviceUrl: 'https://a.example', basis: '' };
  const active = { state: 'active' as const, seenAt: 1010 };
  const of = (traces: readonly ProbeTrace[], now: number, word: ServiceWord | null = null, at = settings) =>
    connectionStatus(at, word, true, traces, now);
  const stateOf = (...args: Parameters<typeof of>) => of(...args).state;

  it('is active only by the service’s own word, younger than 24 hours', () => {
    expect(of([trace], 2000, active)).toEqual({ state: 'active', text: 'Connection active', seenAt: 1010 });
    expect(stateOf([], 1010 + 24 * hour - 1, active)).toBe('active');
    expect(stateOf([], 1010 + 24 * hour, active)).toBe('stale');
    expect(of([trace], 2000, { ...active, state: 'inactive' })).toMatchObject({
      state: 'inactive',
      text: 'Not active',
    });
    expect(stateOf([trace], 2000, { ...active, state: 'error' })).toBe('failing');
    expect(stateOf([], 2000)).toBe('not-checked');
    expect(stateOf([trace], 2000, active, { serviceUrl: '', basis: '' })).toBe('not-set');
  });

  it('is reached, and no more, by a probe alone', () => {
    expect(of([trace], 2000)).toEqual({ state: 'reached', text: 'Reached, keys not checked', seenAt: 1010 });
    expect(of([trace], 2000, { ...active, state: 'unknown' }).text).toBe('Reached, keys not checkable');
    expect(connectionStatus(settings, null, false, [trace], 2000).text).toBe('Reached, no API key');
    expect(stateOf([{ ...trace, url: 'https://a.example/' }], 2000)).toBe('reached');
    expect(stateOf([{ ...trace, outcome: 'failed' }], 2000)).toBe('failing');
    expect(stateOf([{ ...trace, outcome: 'failed' }], 25 * hour)).toBe('stale');
  });

  it('is failing when a probe failed after the service had spoken, and not before', () => {
    const failed: ProbeTrace = { ...trace, outcome: 'failed' };
    expect(stateOf([{ ...failed, startedAt: 5000 }], 6000, active)).toBe('failing');
    expect(stateOf([{ ...failed, startedAt: 0 }], 6000, active)).toBe('active');
  });

  it('counts only evidence of this very address and its trust', () => {
    const elsewhere = (serviceUrl: string, basis = '') => ({ serviceUrl, basis });
    expect(stateOf([trace], 2000, null, elsewhere('https://b.example'))).toBe('changed');
    expect(stateOf([trace], 2000, null, elsewhere('https://a.example:8443'))).toBe('changed');
    expect(stateOf([trace], 2000, null, elsewhere('https://a.example', 'other CA'))).toBe('changed');
    expect(stateOf([{ ...trace, basis: 'other CA' }], 2000, null, elsewhere('https://a.example', 'other CA'))).toBe(
      'reached',
    );
  });

  it('passes over tests that came to no result, and is never failing for being offline', () => {
    const offline: ProbeTrace = { ...trace, outcome: 'unknown', startedAt: 5000 };
    expect(of([offline], 6000)).toMatchObject({ state: 'offline', seenAt: null });
    expect(of([offline, trace], 6000)).toMatchObject({ state: 'reached', seenAt: 1010 });
    expect(stateOf([offline], 6000, active)).toBe('active');
    expect(stateOf([offline, { ...trace, outcome: 'failed' }], 6000)).toBe('failing');
  });

  it('grows old while it is looked at', () => {
    const status = of([trace], 2000, active);
    expect(atTime(status, 3000)).toBe(status);
    expect(atTime(status, 25 * hour)).toEqual({ state: 'stale', text: 'Was active, check again', seenAt: 1010 });
  });

  it('tells the responses apart from the sending: by the service’s word, else by what was reached', () => {
    const posted: ProbeTrace = { ...trace, kind: 'responses', url: webhookUrl('https://crm.example', 'net') };
    const responses = (word: ServiceWord | null, traces: readonly ProbeTrace[], domain = 'https://crm.example') =>
      responsesStatus(domain === '' ? '' : webhookUrl(domain, 'net'), '', word, true, traces, 2000);
    expect(responses(active, [])).toMatchObject({ state: 'active' });
    expect(responses(null, [posted])).toMatchObject({ state: 'reached', text: 'Address reached' });
    expect(responses(null, [posted], 'https://other.example').state).toBe('changed');
    expect(responses(active, [], '').state).toBe('not-set');
    expect(responsesStatus('https://crm.example', '', { ...active, state: 'error' }, false, [], 2000).state).toBe(
      'not-told',
    );
  });
});

describe('deny lists', () => {
  const list = parseDenyList(
    '# ours\n192.0.2.0/24 ; comment\n198.51.100.7, 203.0.113.1-203.0.113.9\n2001:db8:1::/48\nnonsense\n10.0.0.0/40\n',
  );

  it('reads addresses, blocks and ranges, and tells bad lines', () => {
    expect(list.entries.map((entry) => [entry.line, entry.text])).toEqual([
      [2, '192.0.2.0/24'],
      [3, '198.51.100.7'],
      [3, '203.0.113.1-203.0.113.9'],
      [4, '2001:db8:1::/48'],
    ]);
    expect(list.faults.map((fault) => fault.line)).toEqual([5, 6]);
  });

  it('finds which line catches what, blocks included', () => {
    const addresses = [
      '192.0.2.200',
      '198.51.100.8',
      '203.0.113.5',
      '2001:db8:1:2::3',
      '192.0.0.0/16',
      '2001:db8:2::1',
    ].map((address) => ({ address, from: 'test' }));
    expect(
      checkDenyList(list, addresses).map((hit) => [hit.line, hit.entry, hit.caught.map((each) => each.address)]),
    ).toEqual([
      [2, '192.0.2.0/24', ['192.0.2.200', '192.0.0.0/16']],
      [3, '203.0.113.1-203.0.113.9', ['203.0.113.5']],
      [4, '2001:db8:1::/48', ['2001:db8:1:2::3']],
    ]);
  });

  const spanOf = (text: string) => {
    const { entries, faults } = parseDenyList(text);
    const [entry] = entries;
    return entry === undefined ? (faults[0]?.remedy ?? 'nothing') : `${entry.first.join('.')} ${entry.last.join('.')}`;
  };

  it.each([
    ['192.0.2.0/255.255.255.0', '192.0.2.0 192.0.2.255'],
    ['192.0.2.77 255.255.255.192', '192.0.2.64 192.0.2.127'],
    ['192.0.2.1 – 192.0.2.3', '192.0.2.1 192.0.2.3'],
    ['192.0.2.1-9', '192.0.2.1 192.0.2.9'],
    ['192.0.2.1..192.0.2.2', '192.0.2.1 192.0.2.2'],
    ['deny from 192.0.2.1', '192.0.2.1 192.0.2.1'],
    ['deny 192.0.2.0/30;', '192.0.2.0 192.0.2.3'],
    ['"192.0.2.1"', '192.0.2.1 192.0.2.1'],
    ['\uFEFF192.0.2.1', '192.0.2.1 192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1 192.0.2.1'],
    ['::ffff:192.0.2.0/120', '192.0.2.0 192.0.2.255'],
    ['0.0.0.0/0', '0.0.0.0 255.255.255.255'],
  ])('reads %s', (text, span) => {
    expect(spanOf(text)).toBe(span);
  });

  it.each([
    ['192.0.2.9-192.0.2.1', /lower one first/],
    ['192.0.2.1-2001:db8::1', /same family/],
    ['192.0.2.0/255.0.255.0', /Write an address/],
    ['192.0.2.0/33', /Write an address/],
    ['2001:db8::/129', /Write an address/],
    ['::ffff:192.0.2.0/24', /Write an address/],
    ['10', /Write an address/],
    ['010.0.0.1', /Write an address/],
    ['0x7f.0.0.1', /Write an address/],
    ['192.0.2', /Write an address/],
    ['192.0.2.1-192.0.2.3-192.0.2.5', /Write an address/],
    ['fe80::1%eth0', /Write an address/],
    ['service.example.com', /Write an address/],
    ['192.0.2.0/', /Write an address/],
  ])('refuses %s', (text, remedy) => {
    expect(spanOf(text)).toMatch(remedy);
  });

  it('agrees with Node’s own block list on every random entry and address', () => {
    const octet = fc.integer({ min: 0, max: 255 });
    const four = fc.tuple(octet, octet, octet, octet).map((octets) => octets.join('.'));
    const near = fc.tuple(fc.constant('198.51.100.'), octet).map((parts) => parts.join(''));
    const six = fc
      .tuple(fc.constantFrom('2001:db8::', '2001:db8:0:1::'), fc.nat(0xffff))
      .map(([head, tail]) => head + tail.toString(16));
    fc.assert(
      fc.property(fc.oneof(four, near, six), fc.nat(128), fc.oneof(four, near, six), (network, size, address) => {
        const isSix = network.includes(':');
        const prefix = isSix ? size : size % 33;
        const blocks = new BlockList();
        blocks.addSubnet(network, prefix, isSix ? 'ipv6' : 'ipv4');
        const hits = checkDenyList(parseDenyList(`${network}/${prefix}`), [{ address, from: 'test' }]);
        const expected = isSix === address.includes(':') && blocks.check(address, isSix ? 'ipv6' : 'ipv4');
        expect(hits.length > 0).toBe(expected);
      }),
    );
  });
});

describe('texts for others', () => {
  it('asks for POST from anywhere to 443, with or without paths', () => {
    const base = { responseDomain: 'https://www.yourdomain.com', build: 'net-framework' as const, monitoring: true };
    expect(firewallText({ ...base, withPath: true })).toContain(
      'https://www.yourdomain.com/0/ServiceModel/CESTroubleshootingService.svc/emailstate',
    );
    expect(firewallText({ ...base, withPath: false })).not.toContain('/0/');
    expect(firewallText({ ...base, withPath: true, monitoring: false })).toContain('GET is not needed');
    expect(firewallText({ ...base, withPath: false })).not.toContain('answers on port');
    const plain = firewallText({
      build: 'net-framework',
      responseDomain: 'http://www.yourdomain.com:8080',
      withPath: true,
      monitoring: false,
    });
    expect(plain).toContain(
      'Our application answers on port 8080: please forward port 443 of www.yourdomain.com to it.',
    );
    expect(plain).toContain('TCP port 443');
    expect(plain).not.toContain('certificate');
    expect(firewallText({ ...base, build: 'net', withPath: true })).toContain(
      '  https://www.yourdomain.com/ServiceModel/CESWebhooksService.svc/HandleWebHooks',
    );
  });

  it('asks for a public name where the internet can’t reach the one there is', () => {
    const text = firewallText({ responseDomain: 'http://crm:81', build: 'net', withPath: true, monitoring: false });
    expect(text).toContain('Please give it a public name');
    expect(text).not.toContain('connections from the internet to crm');
  });

  it('reads service profiles strictly', () => {
    expect(parseServiceProfile(JSON.stringify(headerProfile))).toEqual({ ok: true, profile: headerProfile });
    expect(parseServiceProfile('')).toEqual({ ok: true, profile: null });
    expect(parseServiceProfile('{').ok).toBe(false);
    expect(parseServiceProfile(JSON.stringify({ ...headerProfile, extra: 1 })).ok).toBe(false);
    const { apiKeyHeader: _header, ...without } = headerProfile;
    expect(parseServiceProfile(JSON.stringify(without))).toMatchObject({ message: expect.stringContaining('{key}') });
    expect(parseServiceProfile(JSON.stringify({ ...headerProfile, body: { key: '{key}' } }))).toMatchObject({
      message: expect.stringContaining('POST'),
    });
  });

  it('reads an outcome from a field of the answer where a profile names one', () => {
    const parsed = parseServiceProfile(
      JSON.stringify({
        method: 'POST',
        path: '/account',
        body: { key: '{key}' },
        statuses: { '503': 'unavailable' },
        outcome: { field: 'result.code', values: { '0': 'accepted', '101': 'wrong-api-key', true: 'accepted' } },
      }),
    );
    if (!parsed.ok || parsed.profile === null) throw new Error('not read');
    const { profile } = parsed;
    expect(meaningOf(profile, 200, '{"result":{"code":0}}')).toBe('accepted');
    expect(meaningOf(profile, 200, '{"result":{"code":"101"}}')).toBe('wrong-api-key');
    expect(meaningOf(profile, 503, '{"result":{"code":0}}')).toBe('unavailable');
    for (const body of ['', '<html>', '{}', '{"result":{"code":7}}', '{"result":[0]}', '{"result":{"code":null}}'])
      expect(meaningOf(profile, 200, body)).toBeUndefined();
  });
});

import fc from 'fast-check';
import { BlockList } from 'node:net';
import { describe, expect, it } from 'vitest';
import { connectionStatus } from '../../../shared/service/connection-status.ts';
import { atTime } from '../../../shared/service/evidence.ts';
import { checkDenyList, parseDenyList } from '../../../shared/service/deny-list.ts';
import { firewallText } from '../../../shared/service/firewall-text.ts';
import { parseServiceProfile, practiceProfile } from '../../../shared/service/profile.ts';
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
    [`https://${'a'.repeat(70)}.com`, 'url.host'],
  ])('%s → %s', (input, expected) => {
    expect(show(normalizeServiceUrl(input))).toBe(expected);
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
  ])('%s → %s', (input, expected) => {
    expect(show(normalizeResponseDomain(input))).toBe(expected);
  });

  it('leads to the documented webhook', () => {
    expect(webhookUrl('http://www.yourdomain.com')).toBe(
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
  const stateOf = (...args: Parameters<typeof connectionStatus>) => connectionStatus(...args).state;

  it('is active only from evidence younger than 24 hours', () => {
    expect(connectionStatus(settings, [trace], 2000)).toEqual({
      state: 'active',
      text: 'Connection active',
      seenAt: 1010,
    });
    expect(stateOf(settings, [trace], 1010 + 24 * hour - 1)).toBe('active');
    expect(stateOf(settings, [trace], 1010 + 24 * hour)).toBe('stale');
    expect(stateOf(settings, [{ ...trace, outcome: 'failed' }], 2000)).toBe('failing');
    expect(stateOf(settings, [{ ...trace, outcome: 'failed' }], 25 * hour)).toBe('stale');
    expect(stateOf(settings, [], 2000)).toBe('not-checked');
    expect(stateOf({ serviceUrl: '', basis: '' }, [trace], 2000)).toBe('not-set');
  });

  it('counts only evidence of this very address and its trust', () => {
    expect(stateOf({ serviceUrl: 'https://b.example', basis: '' }, [trace], 2000)).toBe('changed');
    expect(stateOf({ serviceUrl: 'https://a.example:8443', basis: '' }, [trace], 2000)).toBe('changed');
    expect(stateOf({ ...settings, basis: 'other CA' }, [trace], 2000)).toBe('changed');
    expect(stateOf({ ...settings, basis: 'other CA' }, [{ ...trace, basis: 'other CA' }], 2000)).toBe('active');
  });

  it('passes over tests that came to no result, and is never failing for being offline', () => {
    const offline: ProbeTrace = { ...trace, outcome: 'unknown', startedAt: 5000 };
    expect(connectionStatus(settings, [offline], 6000)).toMatchObject({ state: 'offline', seenAt: null });
    expect(connectionStatus(settings, [offline, trace], 6000)).toMatchObject({ state: 'active', seenAt: 1010 });
    expect(stateOf(settings, [offline, { ...trace, outcome: 'failed' }], 6000)).toBe('failing');
  });

  it('grows old while it is looked at', () => {
    const status = connectionStatus(settings, [trace], 2000);
    expect(atTime(status, 3000)).toBe(status);
    expect(atTime(status, 25 * hour)).toEqual({ state: 'stale', text: 'Was active, check again', seenAt: 1010 });
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
    const base = { responseDomain: 'https://www.yourdomain.com', monitoring: true };
    expect(firewallText({ ...base, withPath: true })).toContain(
      'https://www.yourdomain.com/0/ServiceModel/CESTroubleshootingService.svc/emailstate',
    );
    expect(firewallText({ ...base, withPath: false })).not.toContain('/0/');
    expect(firewallText({ ...base, withPath: true, monitoring: false })).toContain('GET is not needed');
    expect(firewallText({ ...base, withPath: false })).not.toContain('answers on port');
    const plain = firewallText({ responseDomain: 'http://www.yourdomain.com:8080', withPath: true, monitoring: false });
    expect(plain).toContain('Our application answers on port 8080: please lead port 443 of www.yourdomain.com to it.');
    expect(plain).toContain('TCP port 443');
    expect(plain).not.toContain('certificate');
  });

  it('reads service profiles strictly', () => {
    expect(parseServiceProfile(JSON.stringify(practiceProfile))).toEqual({ ok: true, profile: practiceProfile });
    expect(parseServiceProfile('')).toEqual({ ok: true, profile: null });
    expect(parseServiceProfile('{').ok).toBe(false);
    expect(parseServiceProfile(JSON.stringify({ ...practiceProfile, extra: 1 })).ok).toBe(false);
  });
});

import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ProbeTrace } from '../../../shared/service/trace.ts';
import type { Laboratory } from '../../support/certificates.ts';
import { makeLaboratory } from '../../support/certificates.ts';
import { describeWith } from '../../support/tools.ts';
import { codes } from './laboratory.ts';

const PROGRAM = path.resolve(import.meta.dirname, '..', '..', 'support', 'programs', 'documented-ports.ts');

/** `80: 200` is plain HTTP, `443: good 200` is TLS with the certificate of that name. */
type Open = Readonly<Record<string, string>>;

describeWith(['openssl', 'netns', 'ip'], 'an application on ports 80 and 443', () => {
  let laboratory: Laboratory;
  beforeAll(() => {
    laboratory = makeLaboratory();
  });
  afterAll(() => rmSync(laboratory.folder, { recursive: true, force: true }));

  function probe(url: string, open: Open, more: Readonly<Record<string, unknown>> = {}): ProbeTrace {
    const servers = Object.entries(open).map(([port, what]) => {
      const [first = '', second, location] = what.split(' ');
      const isPlain = /^\d/.test(first);
      if (isPlain) return [port, { status: Number(first), ...(second === undefined ? {} : { location: second }) }];
      return [
        port,
        { status: Number(second), ...laboratory.server(first), ...(location === undefined ? {} : { location }) },
      ];
    });
    const order = { url, kind: 'responses', open: Object.fromEntries(servers), listenAt: '127.0.0.1', ...more };
    const run = spawnSync(
      'unshare',
      ['-rn', process.execPath, PROGRAM, JSON.stringify({ ...order, extraCa: laboratory.root })],
      { encoding: 'utf8', timeout: 60_000 },
    );
    expect(run.stderr).toBe('');
    return JSON.parse(run.stdout) as ProbeTrace;
  }

  it.each<[what: string, url: string, open: Open, outcome: string, codes: string[]]>([
    ['80 alone', 'http://localhost', { 80: '200' }, 'failed', ['responses.no-443']],
    ['both', 'http://localhost', { 80: '200', 443: 'good 200' }, 'passed', []],
    ['443 alone', 'http://localhost', { 443: 'good 200' }, 'passed', ['responses.only-443']],
    ['neither', 'http://localhost', {}, 'failed', ['probe.refused', 'responses.no-443']],
    [
      'another application on 443',
      'http://localhost',
      { 80: '200', 443: 'good 404' },
      'failed',
      ['responses.ports-differ', 'responses.path-missing'],
    ],
    [
      'another application on 80',
      'http://localhost',
      { 80: '404', 443: 'good 200' },
      'passed',
      ['responses.443-decides'],
    ],
    [
      'the usual upgrade of 80 to 443',
      'http://localhost',
      { 80: '301 https://localhost/0/ServiceModel/CESWebhooksService.svc/HandleWebHooks', 443: 'good 200' },
      'passed',
      ['responses.upgrades'],
    ],
    [
      'an upgrade to another page',
      'http://localhost',
      { 80: '301 https://localhost/login', 443: 'good 200' },
      'passed',
      ['responses.443-decides'],
    ],
    ['the same refusal on both', 'http://localhost', { 80: '403', 443: 'good 403' }, 'failed', ['responses.blocked']],
    [
      'plain HTTP on 443',
      'http://localhost',
      { 80: '200', 443: '200' },
      'failed',
      ['responses.443-fails', 'probe.not-tls'],
    ],
    [
      'a bad certificate on 443',
      'http://localhost',
      { 80: '200', 443: 'expired 200' },
      'failed',
      ['responses.443-fails', 'probe.certificate-expired'],
    ],
    ['https on 443', 'https://localhost', { 443: 'good 200' }, 'passed', []],
    ['https on another port', 'https://localhost:8443', { 8443: 'good 200', 443: 'good 200' }, 'passed', []],
    ['https on another port alone', 'https://localhost:8443', { 8443: 'good 200' }, 'failed', ['responses.no-443']],
  ])('%s', (_what, url, open, outcome, expected) => {
    const trace = probe(url, open);
    expect([trace.outcome, codes(trace)]).toEqual([outcome, expected]);
    const isBoth = url !== 'https://localhost';
    expect(trace.beside?.url).toBe(isBoth ? `https://localhost${new URL(trace.url).pathname}` : undefined);
  });

  it('a name that does not resolve says nothing of a port', () => {
    const trace = probe('http://no-such-host.invalid', {});
    expect(codes(trace).filter((code) => code.startsWith('responses.'))).toEqual([]);
  });

  it('IPv6 alone works', () => {
    const trace = probe('https://localhost', { 443: 'good 200' }, { listenAt: '::1', addresses: ['::1'] });
    expect([trace.outcome, codes(trace)]).toEqual(['passed', []]);
  });

  it('IPv6 alone without a way there is unknown, and so is a machine without any network', () => {
    const six = probe('https://app.example', {}, { addresses: ['2001:db8::1'] });
    expect([six.outcome, codes(six)]).toEqual(['unknown', ['probe.only-ipv6']]);
    const none = probe('http://app.example', {}, { addresses: ['2001:db8::1', '192.0.2.1'] });
    expect([none.outcome, codes(none)]).toEqual(['unknown', ['probe.offline']]);
    expect(none.stages[1]?.attempts?.map(({ address, result }) => [address, result])).toEqual([
      ['2001:db8::1', 'ENETUNREACH'],
      ['192.0.2.1', 'ENETUNREACH'],
    ]);
    const monitoring = probe('https://app.example', {}, { addresses: ['192.0.2.1'], kind: 'monitoring' });
    expect(monitoring.outcome).toBe('unknown');
  });
});

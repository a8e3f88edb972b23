import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { probeConnection } from '../../../main/probes/http/metadata.ts';
import type { ProbeTrace } from '../../../shared/service/trace.ts';
import type { Laboratory } from '../../support/certificates.ts';
import { makeLaboratory } from '../../support/certificates.ts';
import type { RunningServer } from '../../support/servers.ts';
import { freePort } from '../../support/ports.ts';
import { ownServers, startNginx } from '../../support/servers.ts';
import { describeWith } from '../../support/tools.ts';
import { codes, expectBounded, expectNothingLeft, failedStage, openHandles, surroundingsWith } from './laboratory.ts';

/** What each certificate and handshake fault of a real nginx is called here, and what OpenSSL and curl say of it. */
const FAULTS: readonly (readonly [server: string, code: string, openssl: RegExp])[] = [
  ['expired', 'probe.certificate-expired', /certificate has expired/],
  ['not-yet-valid', 'probe.certificate-not-yet-valid', /certificate is not yet valid/],
  ['wrong-name', 'probe.certificate-name', /hostname mismatch/],
  ['self-signed', 'probe.certificate-self-signed', /self-signed certificate/],
  ['incomplete', 'probe.certificate-incomplete', /unable to (?:get local issuer|verify the first) certificate/],
  ['lone', 'probe.certificate-issuer-unknown', /unable to (?:get local issuer|verify the first) certificate/],
  ['old-intermediate', 'probe.certificate-chain-dates', /certificate has expired/],
  ['client-only', 'probe.certificate-purpose', /unsuitable certificate purpose|unsupported certificate purpose/],
  ['old-tls', 'probe.tls-version', /protocol version|unsupported protocol|no protocols available/i],
];
/** Servers with the good certificate and something else about them. */
const SPECIAL: Readonly<Record<string, string>> = {
  'old-tls': 'ssl_protocols TLSv1; ssl_ciphers ALL:@SECLEVEL=0;',
  'tls-1.2': 'ssl_protocols TLSv1.2; ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256;',
  'tls-1.3': 'ssl_protocols TLSv1.3; ssl_conf_command Ciphersuites TLS_CHACHA20_POLY1305_SHA256;',
  'wants-certificate': 'ssl_verify_client on; ssl_client_certificate root.pem;',
};

describeWith(['openssl', 'nginx', 'curl'], 'TLS faults of a real server', () => {
  let laboratory: Laboratory;
  let nginx: RunningServer;
  const ports = new Map<string, number>();
  const servers = ownServers();
  const address = (name: string) => `https://localhost:${ports.get(name)}`;

  beforeAll(async () => {
    laboratory = makeLaboratory();
    const names = [...FAULTS.map(([name]) => name), 'good', 'soon', ...Object.keys(SPECIAL)];
    for (const name of new Set(names)) ports.set(name, await freePort());
    const blocks = [...ports.keys()].map((name) => {
      const { cert, key } = laboratory.server(name in SPECIAL ? 'good' : name);
      const more = (SPECIAL[name] ?? '').replace('root.pem', `${laboratory.folder}/root.pem`);
      return `server { listen 127.0.0.1:${ports.get(name)} ssl; ssl_certificate ${cert}; ssl_certificate_key ${key}; ${more}
        location = /metadata { default_type application/json; return 200 '{"provider":"Elastic Email"}'; } }`;
    });
    nginx = await startNginx(blocks.join('\n'), ports.get('good') as number);
  });
  afterAll(async () => {
    await servers.close();
    await nginx.stop();
    rmSync(laboratory.folder, { recursive: true, force: true });
  });

  function sClient(name: string, ...more: string[]): string {
    const run = spawnSync(
      'openssl',
      ['s_client', '-connect', `127.0.0.1:${ports.get(name)}`, '-servername', 'localhost', '-CAfile', 'root.pem']
        .concat(['-verify_hostname', 'localhost', '-purpose', 'sslserver', '-min_protocol', 'TLSv1.2', '-brief'])
        .concat(more),
      { cwd: laboratory.folder, encoding: 'utf8', input: '', timeout: 60_000 },
    );
    return run.stdout + run.stderr;
  }

  it.each(FAULTS)('%s is told as %s, and OpenSSL sees the same', async (name, code, openssl) => {
    const before = openHandles();
    const trace = await probeConnection(address(name), surroundingsWith(laboratory));
    expect(trace.outcome).toBe('failed');
    expect(codes(trace)).toEqual([code]);
    expect(failedStage(trace)).toBe('tls');
    expectBounded(trace);
    await expectNothingLeft(before);
    expect(sClient(name)).toMatch(openssl);
    const curl = spawnSync(
      'curl',
      ['-sS', '-m', '10', '--cacert', 'root.pem', '--noproxy', '*', `${address(name)}/metadata`],
      {
        cwd: laboratory.folder,
        encoding: 'utf8',
      },
    );
    expect(curl.status).not.toBe(0);
  });

  it('a good certificate is told with version, cipher, chain, names and days, as OpenSSL tells them', async () => {
    for (const name of ['tls-1.2', 'tls-1.3']) {
      const trace = await probeConnection(address(name), surroundingsWith(laboratory));
      expect(trace).toMatchObject({ outcome: 'passed', told: { provider: 'Elastic Email' } });
      expect(trace.stages.map((stage) => stage.stage)).toEqual(['resolve', 'connect', 'tls', 'request', 'response']);
      const { tls, certificate } = trace.stages[2] ?? {};
      const brief = sClient(name);
      expect(brief).toContain(`Protocol version: ${tls?.version}`);
      const listed = spawnSync('openssl', ['ciphers', '-stdname', 'ALL'], { encoding: 'utf8' }).stdout;
      const cipher = /Ciphersuite: (\S+)/.exec(brief)?.[1] ?? '';
      expect(listed.split('\n').find((line) => line.split(/\s+/)[2] === cipher)).toMatch(
        new RegExp(`^${tls?.cipher} `),
      );
      expect(certificate).toMatchObject({
        subject: 'localhost',
        issuer: 'Test intermediate',
        names: ['localhost', '127.0.0.1', '0:0:0:0:0:0:0:1'],
        chain: ['localhost', 'Test intermediate', 'Test root'],
        trustedBy: 'extra',
      });
      const end = spawnSync(
        'openssl',
        ['x509', '-in', laboratory.server('good').cert, '-noout', '-enddate', '-fingerprint', '-sha256'],
        {
          encoding: 'utf8',
        },
      ).stdout;
      expect(Date.parse(/notAfter=(.*)/.exec(end)?.[1] ?? '')).toBe(certificate?.validTo);
      expect(end).toContain(certificate?.fingerprint256);
      expect(certificate?.daysLeft).toBe(29);
    }
  });

  it('a certificate that soon ends passes with a warning', async () => {
    const trace = await probeConnection(address('soon'), surroundingsWith(laboratory));
    expect(trace.outcome).toBe('passed');
    expect(codes(trace)).toEqual(['probe.certificate-soon']);
    expect(trace.stages[2]?.state).toBe('warning');
  });

  it('an authority that nobody gave is not trusted, a given intermediate or server certificate is', async () => {
    const without = await probeConnection(address('good'), surroundingsWith(laboratory, { extraCa: '' }));
    expect(codes(without)).toEqual(['probe.certificate-untrusted']);
    expect(without.findings[0]?.values).toEqual({ issuer: 'Test root' });
    const intermediate = readFileSync(`${laboratory.folder}/intermediate.pem`, 'utf8');
    const lone = await probeConnection(address('lone'), surroundingsWith(laboratory, { extraCa: intermediate }));
    expect(lone.outcome).toBe('passed');
    const own = readFileSync(laboratory.server('self-signed').cert, 'utf8');
    const selfSigned = await probeConnection(address('self-signed'), surroundingsWith(laboratory, { extraCa: own }));
    expect(selfSigned.outcome).toBe('passed');
  });

  it('an authority in the system’s store is trusted, and said to be from there', () => {
    const program = path.resolve(import.meta.dirname, '..', '..', '..', 'main', 'probes', 'http', 'metadata.ts');
    const script = `import { probeConnection } from ${JSON.stringify(pathToFileURL(program).href)};
      console.log(JSON.stringify(await probeConnection(${JSON.stringify(address('good'))}, { proxy: null, now: Date.now })));`;
    const probe = (environment: NodeJS.ProcessEnv) => {
      const run = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
        encoding: 'utf8',
        env: { PATH: process.env.PATH, ...environment },
        timeout: 60_000,
      });
      return JSON.parse(run.stdout) as ProbeTrace;
    };
    // Where OpenSSL looks for the system's authorities can be changed by its own variable.
    const trusted = probe({ SSL_CERT_FILE: path.join(laboratory.folder, 'root.pem') });
    expect(trusted.outcome).toBe('passed');
    expect(trusted.stages[2]?.certificate?.trustedBy).toBe('system');
    expect(codes(probe({}))).toEqual(['probe.certificate-untrusted']);
  });

  it('a damaged extra CA is told as such, and says nothing of the service', async () => {
    const damaged = laboratory.root.replace(/\n[^-\n]{64}\n/, '\n');
    const trace = await probeConnection(address('good'), surroundingsWith(laboratory, { extraCa: damaged }));
    expect(codes(trace)).toEqual(['probe.extra-ca']);
    expect(trace.outcome).toBe('unknown');
  });

  it('a server that wants a certificate of its caller, and a port that speaks plain HTTP', async () => {
    const wants = await probeConnection(address('wants-certificate'), surroundingsWith(laboratory));
    expect(wants.outcome).toBe('failed');
    expect(codes(wants)).toEqual(['probe.client-certificate']);
    const plain = await servers.listen(createHttp((_request, response) => response.end('hello')));
    const trace = await probeConnection(`https://localhost:${plain}`, surroundingsWith(laboratory));
    expect(codes(trace)).toEqual(['probe.not-tls']);
  });

  it('a weak key is named', async () => {
    const { cert, key } = laboratory.server('weak');
    const port = await freePort();
    const weak = await startNginx(
      `server { listen 127.0.0.1:${port} ssl; ssl_certificate ${cert}; ssl_certificate_key ${key}; ssl_ciphers DEFAULT:@SECLEVEL=0; return 200; }`,
      port,
    );
    const trace = await probeConnection(`https://localhost:${port}`, surroundingsWith(laboratory));
    await weak.stop();
    expect(codes(trace)).toEqual(['probe.certificate-weak']);
  });
});

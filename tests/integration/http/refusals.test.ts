import { rmSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { probeMonitoring } from '../../../main/probes/webhook/monitoring.ts';
import { probeResponses } from '../../../main/probes/webhook/responses.ts';
import { describeFindings } from '../../../shared/findings/catalogue.ts';
import { serviceFinding } from '../../../shared/service/findings.ts';
import type { ProbeTrace } from '../../../shared/service/trace.ts';
import type { Laboratory } from '../../support/certificates.ts';
import { makeLaboratory } from '../../support/certificates.ts';
import type { PlayedApplication } from '../../support/cloud-application.ts';
import { FOREIGN, playApplication, playedApplication } from '../../support/cloud-application.ts';
import { ownServers } from '../../support/servers.ts';
import { describeWith } from '../../support/tools.ts';
import { codes, expectAgreement, httpsWith, surroundingsWith } from './laboratory.ts';

/** Several requests share a deadline; a busy machine may take seconds for one. */
const PATIENT = { deadlineMs: 30_000, stageTimeoutMs: 10_000 };
const AUTH_KEY = 'Auth key of the account';

describeWith(['openssl'], 'refusals of the application', () => {
  let laboratory: Laboratory;
  const servers = ownServers();
  beforeAll(() => {
    laboratory = makeLaboratory();
  });
  afterEach(() => servers.close());
  afterAll(() => rmSync(laboratory.folder, { recursive: true, force: true }));

  const played = async (changes: Partial<PlayedApplication> = {}) => {
    const application = playedApplication(changes);
    const address = `https://localhost:${await httpsWith(servers, laboratory, playApplication(application))}`;
    const build = application.isBelowZero ? 'net-framework' : 'net';
    const proved = (trace: ProbeTrace) => {
      expectAgreement(trace);
      expect(JSON.stringify(trace)).not.toContain(AUTH_KEY);
      expect(application.stored).toEqual([]);
      return [trace.outcome, ...codes(trace)];
    };
    const environment = surroundingsWith(laboratory, PATIENT);
    return {
      application,
      webhook: async (authKey: string | null = AUTH_KEY) =>
        proved(await probeResponses(address, build, environment, { onlyOwnPort: true, authKey })),
      emailState: async (authKey: string | null = AUTH_KEY) =>
        proved(await probeMonitoring(address, build, environment, { authKey })),
    };
  };

  const refusals: readonly (readonly [string, Partial<PlayedApplication>, string])[] = [
    ['another key is set', { authKey: 'Auth Key of the account' }, 'auth-key-wrong'],
    ['no key is set', { authKey: '' }, 'auth-key-not-set'],
    ['the signature is lost on the way', { losesSignature: true }, 'signature-lost'],
  ];
  const hosts: readonly (readonly [string, Partial<PlayedApplication>])[] = [
    ['with /0, under 500', { isBelowZero: true, refusedStatus: 500 }],
    ['without /0, under 400', { isBelowZero: false, refusedStatus: 400 }],
  ];

  it.each(hosts.flatMap(([host, base]) => refusals.map((refusal) => [host, base, ...refusal] as const)))(
    'are each told by their cause: %s, %o: %s',
    async (_host, base, _cause, changes, code) => {
      const { webhook, emailState } = await played({ ...base, ...changes });
      expect(await webhook()).toEqual(['failed', `responses.${code}`]);
      expect(await emailState()).toEqual(['failed', `monitoring.${code}`]);
    },
  );

  it.each([true, false])('tell monitoring that is off from a refused signature (with /0: %s)', async (isBelowZero) => {
    const { application, webhook, emailState } = await played({ isBelowZero, monitoring: false });
    expect(await webhook()).toEqual(['passed', 'responses.auth-key-accepted']);
    expect(await emailState()).toEqual(['failed', 'monitoring.off']);
    application.authKey = 'another';
    expect(await emailState()).toEqual(['failed', 'monitoring.auth-key-wrong']);
    application.authKey = '';
    expect(await emailState()).toEqual(['failed', 'monitoring.auth-key-not-set']);
    Object.assign(application, { authKey: AUTH_KEY, monitoring: true });
    expect(await emailState()).toEqual(['passed', 'monitoring.auth-key-accepted']);
  });

  it.each([true, false])('need no words that are understood (with /0: %s)', async (isBelowZero) => {
    const { application, webhook, emailState } = await played({ isBelowZero, texts: FOREIGN, authKey: 'another' });
    expect([await webhook(), await emailState()]).toEqual([
      ['failed', 'responses.auth-key-wrong'],
      ['failed', 'monitoring.auth-key-wrong'],
    ]);
    application.authKey = '';
    expect([await webhook(), await emailState()]).toEqual([
      ['failed', 'responses.auth-key-not-set'],
      ['failed', 'monitoring.auth-key-not-set'],
    ]);
    Object.assign(application, { authKey: AUTH_KEY, monitoring: false });
    expect(await emailState()).toEqual(['failed', 'monitoring.off']);
    // What a lost header is refused with is what any request without one is.
    application.losesSignature = true;
    expect([await webhook(), await emailState()]).toEqual([
      ['failed', 'responses.auth-key-refused'],
      ['failed', 'monitoring.auth-key-refused'],
    ]);
  });

  it('name every cause that is left where the application says nothing', async () => {
    const { application, webhook, emailState } = await played({ texts: null });
    for (const authKey of ['', 'another']) {
      application.authKey = authKey;
      expect(await webhook()).toEqual(['failed', 'responses.auth-key-refused']);
      expect(await emailState()).toEqual(['failed', 'monitoring.auth-key-refused']);
    }
    Object.assign(application, { authKey: AUTH_KEY, monitoring: false });
    expect(await emailState()).toEqual(['failed', 'monitoring.auth-key-refused']);
    const [webhookTold, monitoringTold] = describeFindings([
      serviceFinding('responses.auth-key-refused', { status: 500 }),
      serviceFinding('monitoring.auth-key-refused'),
    ]);
    expect(webhookTold?.explanation).toMatch(/different or not set.*bpmonline-signature.*every POST fails/);
    expect(monitoringTold?.explanation).toMatch(/different or not set.*bpmonline-signature.*monitoring is off/);
  });

  it('send no signature unless asked to, and say that it is missing where HEAD and OPTIONS do not suffice', async () => {
    const { application, webhook, emailState } = await played();
    expect([await webhook(null), await emailState(null)]).toEqual([['passed'], ['passed']]);
    expect(application.seen.map(({ method }) => method)).toEqual(['HEAD', 'OPTIONS']);
    for (const [isBelowZero, status, code] of [
      [true, 500, 'responses.server-error'],
      [false, 400, 'responses.test-refused'],
    ] as const) {
      const quiet = playedApplication({ isBelowZero, refusedStatus: status });
      const play = playApplication(quiet);
      const port = await httpsWith(servers, laboratory, (request, response) => {
        if (request.method === 'POST') play(request, response);
        else response.writeHead(405).end();
      });
      const address = `https://localhost:${port}`;
      const build = isBelowZero ? 'net-framework' : 'net';
      const environment = surroundingsWith(laboratory, PATIENT);
      const posted = await probeResponses(address, build, environment, { onlyOwnPort: true });
      expect([posted.outcome, ...codes(posted)]).toEqual(['passed', code]);
      expect(describeFindings(posted.findings)[0]).toMatchObject({
        explanation: expect.stringMatching(/without a signature|signature is missing/),
        remedy: expect.stringContaining('Test with the Auth key'),
      });
      const read = await probeMonitoring(address, build, environment);
      expect([read.outcome, ...codes(read)]).toEqual(['passed', 'monitoring.signature-missing']);
      expect(quiet.seen.every(({ signature }) => signature === undefined)).toBe(true);
    }
  });

  it.each([true, false])('lead to the build that the application has (with /0: %s)', async (isBelowZero) => {
    const application = playedApplication({ isBelowZero });
    const port = await httpsWith(servers, laboratory, playApplication(application));
    const address = `https://localhost:${port}`;
    const wrong = isBelowZero ? 'net' : 'net-framework';
    const environment = surroundingsWith(laboratory, PATIENT);
    const trace = await probeResponses(address, wrong, environment, { onlyOwnPort: true, authKey: AUTH_KEY });
    expect([trace.outcome, ...codes(trace)]).toEqual(['failed', 'responses.other-build']);
    expect(trace.findings[0]?.values.path).toBe(
      `${isBelowZero ? '/0' : ''}/ServiceModel/CESWebhooksService.svc/HandleWebHooks`,
    );
    expect(application.seen.some(({ signature }) => signature !== undefined)).toBe(false);
  });
});

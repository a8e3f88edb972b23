import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { callService } from '../../../main/probes/cloud-service/client.ts';
import { accountStatuses } from '../../../shared/service/interface/account-status.ts';
import { readAccountInfo, readSenderDomains } from '../../../shared/service/interface/answers.ts';
import { calls } from '../../../shared/service/interface/calls.ts';
import type { Laboratory } from '../../support/certificates.ts';
import { makeLaboratory } from '../../support/certificates.ts';
import type { PlayedService } from '../../support/cloud-service.ts';
import { playedService, playService } from '../../support/cloud-service.ts';
import { dropFolder } from '../../support/core.ts';
import { ownServers } from '../../support/servers.ts';
import { httpsWith, surroundingsWith } from './laboratory.ts';

let laboratory: Laboratory;
let service: PlayedService;
let url: string;
const servers = ownServers();
beforeAll(() => {
  laboratory = makeLaboratory();
});
afterAll(() => dropFolder(laboratory.folder));
beforeEach(async () => {
  service = playedService();
  url = `https://localhost:${await httpsWith(servers, laboratory, playService(service))}`;
});
afterEach(() => servers.close());

const keys = () => ({ apiKey: service.apiKey, authKey: service.authKey });
const ask = (changes: Parameters<typeof surroundingsWith>[1] = {}) =>
  callService(url, calls.accountInfo(keys()), readAccountInfo, surroundingsWith(laboratory, changes));

describe('a call of the cloud email service', () => {
  it.each(['camel', 'pascal'] as const)('is a POST with the keys in its body alone (%s case back)', async (letters) => {
    service.letters = letters;
    service.responseDomain = 'https://crm.example.com';
    const result = await ask();
    expect(result).toMatchObject({
      kind: 'answered',
      findings: [],
      outcome: { ok: true, code: 0 },
      value: { provider: 'Elastic Email', isActive: true, responseDomain: 'https://crm.example.com' },
    });
    const [request] = service.requests;
    expect(request).toMatchObject({
      path: '/account/info.json',
      body: { key: service.apiKey, authKey: service.authKey },
    });
    expect(request?.headers['content-type']).toBe('application/json');
    expect(JSON.stringify([request?.headers, result.trace, result.findings])).not.toContain(service.apiKey);
    expect(JSON.stringify([request?.headers, result.trace])).not.toContain(service.authKey);
  });

  it.each([101, 105, 109, 110, 111, 112, 115, 118, 4242, -1])('tells code %i by a finding of its own', async (code) => {
    service.code = code;
    const result = await ask();
    expect(result).toMatchObject({ kind: 'answered', outcome: { ok: false, code, message: 'As told' } });
    expect(result.findings).toHaveLength(1);
    expect(result.findings[0]?.code).toMatch(/^service\./);
  });

  type Raw = (request: IncomingMessage, response: ServerResponse) => void;
  const answers =
    (status: number, body: string, headers: Record<string, string> = {}): Raw =>
    (_request, response) =>
      void response.writeHead(status, headers).end(body);
  const good = JSON.stringify({
    status: 'ok',
    code: 0,
    services: [{ serviceName: 'CloudEmailService', isActive: true }],
  });

  it.each<[string, Raw, string, string]>([
    ['another service (404 and a page)', answers(404, '<html>'), 'another-kind', 'service.another-kind'],
    [
      'a captive portal',
      answers(200, '<!DOCTYPE html><form>', { 'content-type': 'text/html' }),
      'another-kind',
      'service.another-kind',
    ],
    ['JSON of something else', answers(200, '{"version":"2.1"}'), 'another-kind', 'service.another-kind'],
    ['a method that is refused', answers(405, ''), 'another-kind', 'service.another-kind'],
    ['an HTTP error, whatever its body says', answers(500, good), 'failed', 'service.http-error'],
    ['a gateway without its service', answers(502, 'Bad gateway'), 'failed', 'service.http-error'],
    ['nothing at all', answers(200, ''), 'failed', 'service.no-answer'],
    ['JSON that breaks off', answers(200, good.slice(0, -9)), 'failed', 'service.no-answer'],
    ['a redirect', answers(302, '', { location: 'https://elsewhere.example/' }), 'failed', 'service.redirected'],
    ['a byte order mark before the right JSON', answers(200, `\uFEFF${good}`), 'answered', ''],
    ['a list where an object belongs', answers(200, '[]'), 'another-kind', 'service.another-kind'],
    ['a bare word', answers(200, 'true'), 'another-kind', 'service.another-kind'],
    ['an object without a code', answers(200, '{"services":[]}'), 'another-kind', 'service.another-kind'],
    ['a text that is no JSON', answers(200, 'It works!'), 'another-kind', 'service.another-kind'],
    ['objects in each other without end', answers(200, '{"a":'.repeat(100_000)), 'failed', 'service.no-answer'],
    ['a login (401)', answers(401, good), 'another-kind', 'service.another-kind'],
    ['a refusal (403)', answers(403, good), 'another-kind', 'service.another-kind'],
    ['too many calls (429)', answers(429, good), 'failed', 'service.http-error'],
    ['maintenance (503)', answers(503, good), 'failed', 'service.http-error'],
    ['the right JSON as a page', answers(200, good, { 'content-type': 'text/html' }), 'answered', ''],
  ])('tells %s from what it is not', async (_what, raw, kind, code) => {
    service.raw = raw;
    const result = await ask();
    expect(result.kind).toBe(kind);
    expect(result.findings.map((finding) => finding.code)).toEqual(code === '' ? [] : [code]);
  });

  it('follows no redirect, so that the keys go nowhere else', async () => {
    let asked = 0;
    const elsewhere = await httpsWith(servers, laboratory, (_request, response) => {
      asked += 1;
      response.end(good);
    });
    for (const status of [301, 302, 303, 307, 308]) {
      service.raw = answers(status, good, { location: `https://localhost:${elsewhere}/account/info.json` });
      expect((await ask()).kind).toBe('failed');
    }
    expect(asked).toBe(0);
  });

  it('sends nothing to a service whose certificate is not good, or over http', async () => {
    const result = await ask({ extraCa: '' });
    expect(result).toMatchObject({ kind: 'not-reached', isKnown: true });
    expect(service.requests).toEqual([]);
    await expect(
      callService('http://localhost', calls.accountInfo(keys()), readAccountInfo, surroundingsWith(laboratory)),
    ).rejects.toThrow(RangeError);
  });

  it('ends by its deadline, and says nothing of the service when this machine is offline', async () => {
    service.raw = () => undefined;
    const slow = await ask({ deadlineMs: 600, stageTimeoutMs: 500 });
    expect(slow).toMatchObject({ kind: 'not-reached', isKnown: true });
    const offline = await ask({
      hasNetwork: () => false,
      resolve: () => Promise.reject(Object.assign(new Error('offline'), { code: 'EAI_AGAIN' })),
    });
    expect(offline).toMatchObject({ kind: 'not-reached', isKnown: false });
  });

  it('reads the list of 10,000 domains', async () => {
    service.domains = Array.from({ length: 10_000 }, (_each, index) => ({
      domain: `d${index}.example`,
      status: index % 2 === 0 ? 'active' : 'inactive',
      key: 'A'.repeat(216),
    }));
    const result = await callService(
      url,
      calls.senderDomains(keys(), null),
      readSenderDomains,
      surroundingsWith(laboratory, { deadlineMs: 20_000, stageTimeoutMs: 20_000 }),
    );
    expect(result.kind === 'answered' && result.value.domains.filter((each) => each.isVerified).length).toBe(5000);
  });

  it('blames a wrong Auth key on the responses alone', async () => {
    service.responseDomain = 'https://crm.example.com';
    const result = await callService(
      url,
      calls.accountInfo({ ...keys(), authKey: 'wrong' }),
      readAccountInfo,
      surroundingsWith(laboratory),
    );
    if (result.kind !== 'answered') throw new Error(result.kind);
    expect(accountStatuses({ understood: true, outcome: result.outcome, value: result.value })).toMatchObject({
      sending: { state: 'active' },
      responses: { state: 'error', code: 110 },
    });
  });
});

import { readFileSync } from 'node:fs';
import { createServer as createHttps } from 'node:https';
import type { RequestListener } from 'node:http';
import { createServer as createTls } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { expect } from 'vitest';
import type { ProbeEnvironment } from '../../../main/probes/http/metadata.ts';
import { describeFindings } from '../../../shared/findings/catalogue.ts';
import type { ProbeTrace } from '../../../shared/service/trace.ts';
import type { Laboratory } from '../../support/certificates.ts';
import type { ownServers } from '../../support/servers.ts';

/** Time a test's probe has as a whole and for each stage, in milliseconds. */
export const DEADLINE_MS = 4000;
const STAGE_MS = 1200;
/** A busy machine may be late by this much; a probe without a working deadline is late by far more. */
const SLACK_MS = 20_000;

export function surroundingsWith(
  laboratory: Laboratory,
  changes: Partial<ProbeEnvironment> = {},
): ProbeEnvironment & { readonly deadlineMs: number } {
  return {
    extraCa: laboratory.root,
    proxy: null,
    now: Date.now,
    stageTimeoutMs: STAGE_MS,
    hasNetwork: () => true,
    ...changes,
    deadlineMs: changes.deadlineMs ?? DEADLINE_MS,
  };
}

export const codes = (trace: ProbeTrace): string[] => trace.findings.map((finding) => finding.code);

export function failedStage(trace: ProbeTrace): string | undefined {
  return trace.stages.find((stage) => stage.state === 'failed')?.stage;
}

/** What holds of the words of every probe: what they ask for can be done, and agrees with what was seen. */
export function expectAgreement(trace: ProbeTrace): void {
  const url = new URL(trace.url);
  const state = (name: string) => trace.stages.find(({ stage }) => stage === name)?.state;
  const described = describeFindings(trace.findings);
  const told = JSON.stringify(
    described.map(({ code, title, explanation, remedy }) => ({ code, title, explanation, remedy })),
  );
  expect(told).not.toMatch(/[{][a-z]+[}]|undefined|“”|\bNaN\b/);
  for (const { code, severity, values, title, remedy } of described) {
    // Where nothing is to be done nothing is wrong, and the other way round.
    expect([code, remedy.startsWith('Nothing to do')]).toEqual([
      code,
      severity === 'info' && remedy.startsWith('Nothing to do'),
    ]);
    if (typeof values.host === 'string' && !code.startsWith('probe.proxy'))
      expect([url.hostname, `[${url.hostname}]`, url.hostname.replace(/[[\]]/g, '')]).toContain(values.host);
    const { location } = values;
    if (/^(?:If it belongs to the service, enter it|Enter the target address)/.test(remedy)) {
      expect(URL.canParse(String(location), trace.url)).toBe(true);
      expect(new URL(String(location), trace.url).origin).not.toBe(url.origin);
    }
    if (/\banswers\b/.test(title) && trace.beside === undefined && trace.proxy === undefined)
      expect([code, ['passed', 'warning']]).toEqual([code, expect.arrayContaining([state('connect')])]);
  }
  const errors = described.filter(({ severity }) => severity === 'error');
  if (trace.outcome === 'passed') expect(errors).toEqual([]);
  if (trace.outcome === 'failed') expect(errors.length).toBeGreaterThan(0);
}

/** What holds of every probe, whatever it met. */
export function expectBounded(trace: ProbeTrace, deadlineMs = DEADLINE_MS): void {
  expectAgreement(trace);
  expect(trace.durationMs).toBeLessThan(deadlineMs + SLACK_MS);
  for (const stage of trace.stages) expect(stage.startedAt + stage.durationMs).toBeLessThan(deadlineMs + SLACK_MS);
}

/** Connections and timers that this process holds; a probe gives back all that it took. */
export function openHandles(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap' || name === 'TLSWrap').length;
}

/** Waits until the number of handles is back at what it was. */
export async function expectNothingLeft(before: number): Promise<void> {
  for (let attempt = 0; attempt < 600 && openHandles() > before; attempt += 1)
    await new Promise((resolve) => setTimeout(resolve, 50));
  expect(openHandles()).toBeLessThanOrEqual(before);
}

function credentials(laboratory: Laboratory, name: string): { cert: Buffer; key: Buffer } {
  const { cert, key } = laboratory.server(name);
  return { cert: readFileSync(cert), key: readFileSync(key) };
}

/** An HTTPS server of the test's own with a good certificate; answers as `handler` says. */
export function httpsWith(
  servers: ReturnType<typeof ownServers>,
  laboratory: Laboratory,
  handler: RequestListener,
): Promise<number> {
  return servers.listen(createHttps(credentials(laboratory, 'good'), handler));
}

/** A TLS server with a good certificate; `onData` answers whatever the client sends. */
export function tlsWith(
  servers: ReturnType<typeof ownServers>,
  laboratory: Laboratory,
  onData: (socket: TLSSocket) => void,
): Promise<number> {
  return servers.listen(
    createTls(credentials(laboratory, 'good'), (socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => onData(socket));
    }),
  );
}

import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/fetch';
import { execFile, spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as later } from 'node:timers/promises';
import { promisify } from 'node:util';
import { buildPrograms } from '../../build/bundle.ts';
import { buildRenderer } from '../../build/renderer.ts';
import { SESSION_HEADER } from '../../main/hosts/loopback/server.ts';
import type { CoreClient } from '../../shared/contract/index.ts';
import { median } from '../support/bulk-speed.ts';
import { startKnot } from '../support/knot.ts';
import { manyDomains, manyZones } from '../support/many-domains.ts';
import { haveTools } from '../support/tools.ts';

/**
 * What the console in a browser holds, as it is packaged, against a bare Node that has opened better-sqlite3: on a fresh
 * folder half a minute after its start, and a minute after a check of 10,000 domains.
 */

const DOMAINS = 10_000;
const AFTER_START_MS = 30_000;
const AFTER_CHECK_MS = 60_000;
const root = path.resolve(import.meta.dirname, '..', '..');
const BARE =
  "new (require('better-sqlite3'))(':memory:'); setTimeout(() => console.log(process.memoryUsage.rss()), 3000)";

async function bareNode(): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', BARE], { cwd: root });
  return Number(stdout);
}

/** Octets that a process holds (VmRSS of proc(5)). */
async function held(pid: number): Promise<number> {
  return Number(/VmRSS:\s+(\d+) kB/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}

async function startLoopback(folder: string) {
  const program = path.join(root, 'dist', 'main', 'loopback.js');
  const child = spawn(process.execPath, [program, '--no-open', '--data-dir', folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const address = await new Promise<URL>((resolve) => {
    let told = '';
    child.stdout.on('data', (part: Buffer) => {
      told += part.toString();
      const found = /http:\/\/127\.0\.0\.1:\d+\/#token=\S+/.exec(told);
      if (found !== null) resolve(new URL(found[0]));
    });
  });
  return {
    pid: child.pid ?? 0,
    async connect(): Promise<CoreClient> {
      const { origin, hash } = address;
      const token = new URLSearchParams(hash.slice(1)).get('token');
      const headers = { origin, 'content-type': 'application/json' };
      const answer = await fetch(`${origin}/session`, { method: 'POST', headers, body: JSON.stringify({ token }) });
      const { session } = (await answer.json()) as { session: string };
      return createORPCClient(
        new RPCLink({ url: `${origin}/rpc`, headers: () => ({ origin, [SESSION_HEADER]: session }) }),
      );
    },
    async stop() {
      const ended = new Promise((resolve) => {
        child.once('exit', resolve);
      });
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function afterCheck(): Promise<number> {
  const knot = await startKnot(manyZones(DOMAINS));
  const { folder, workspaceId } = await manyDomains(DOMAINS, `127.0.0.1:${knot.port}`);
  const console_ = await startLoopback(folder);
  try {
    const client = await console_.connect();
    const job = await client.domains.verify({ workspaceId, selection: { which: 'all' } });
    for await (const _state of await client.jobs.watch({ jobId: job.id, after: -1 })) continue;
    await later(AFTER_CHECK_MS);
    return await held(console_.pid);
  } finally {
    await console_.stop();
    await knot.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function run() {
  await buildRenderer();
  await buildPrograms();
  const bare = median([await bareNode(), await bareNode(), await bareNode()]);
  const { folder } = await manyDomains(0, '127.0.0.1:53');
  await rm(folder, { recursive: true, force: true });
  const fresh = await startLoopback(folder);
  await later(AFTER_START_MS);
  const atStart = (await held(fresh.pid)) / bare;
  await fresh.stop();
  await rm(folder, { recursive: true, force: true });
  const rows = [
    {
      label: `memory of dist/main/loopback.js on a fresh folder, ${AFTER_START_MS / 1000} s after its start, to ${Math.round(bare / 2 ** 20)} MiB of Node with better-sqlite3`,
      value: `${atStart.toFixed(2)} ×`,
      target: '≤ 1.6 ×',
      met: atStart <= 1.6,
    },
  ];
  if (!haveTools('knotd')) return rows;
  const rested = (await afterCheck()) / bare;
  const label = `the same ${AFTER_CHECK_MS / 1000} s after a check of ${DOMAINS} domains`;
  return [...rows, { label, value: `${rested.toFixed(2)} ×`, target: '≤ 2 ×', met: rested <= 2 }];
}

export const bench = { name: 'memory', run };

import { execFile } from 'node:child_process';
import { promises as dns } from 'node:dns';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { bundledCore, checkSeveralTimes, dnsperf, median } from '../support/bulk-speed.ts';
import { startKnot } from '../support/knot.ts';
import { manyDomains, manyQuestions, manyZones } from '../support/many-domains.ts';

/**
 * A whole check of 10,000 domains, each in a zone of its own on a local Knot: asked, judged, stored. Held against what
 * dnsperf gets out of the same server, and c-ares (dns.promises.Resolver), which only ask.
 */

const DOMAINS = 10_000;
const ROUNDS = 3;
const root = path.resolve(import.meta.dirname, '..', '..');
const run = promisify(execFile);

/** Questions a second of c-ares, at the best of four numbers of questions under way. */
async function cares(port: number, questions: readonly (readonly string[])[]): Promise<number> {
  let best = 0;
  for (const concurrency of [32, 64, 128, 256]) {
    const resolver = new dns.Resolver();
    resolver.setServers([`127.0.0.1:${port}`]);
    let next = 0;
    const worker = async () => {
      for (;;) {
        const question = questions[next];
        if (question === undefined) return;
        next += 1;
        await resolver.resolve(question[0] as string, question[1] as string);
      }
    };
    const begin = performance.now();
    await Promise.all(Array.from({ length: concurrency }, worker));
    best = Math.max(best, (questions.length / (performance.now() - begin)) * 1000);
  }
  return best;
}

const mebibytes = (octets: number): number => Math.round(octets / 2 ** 20);

async function bareNode(): Promise<number> {
  const program = "new (require('better-sqlite3'))(':memory:'); console.log(process.memoryUsage.rss())";
  return Number((await run(process.execPath, ['-e', program], { cwd: root })).stdout);
}

async function measure() {
  const knot = await startKnot(manyZones(DOMAINS));
  const { folder, workspaceId } = await manyDomains(DOMAINS, `127.0.0.1:${knot.port}`);
  try {
    const text = manyQuestions(DOMAINS);
    const file = path.join(folder, 'questions.txt');
    await writeFile(file, text);
    const questions = text.split('\n').map((line) => line.split(' '));
    const bundled = await bundledCore();
    const rounds: { perf: number; peer: number; ours: number; first: number; rss: number; rest: number }[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const perf = await dnsperf(knot.port, file);
      const peer = await cares(knot.port, questions);
      const { checks, rss, restRss } = await checkSeveralTimes(folder, workspaceId, DOMAINS, bundled);
      const rates = checks.map(({ ms }) => (questions.length / ms) * 1000);
      rounds.push({ perf, peer, ours: Math.max(...rates), first: rates[0] ?? 0, rss, rest: restRss });
    }
    const bare = median(await Promise.all([bareNode(), bareNode(), bareNode()]));
    const toPerf = median(rounds.map(({ ours, perf }) => ours / perf));
    const toPeer = median(rounds.map(({ ours, peer }) => ours / peer));
    const memory = median(rounds.map(({ rss }) => rss)) / bare;
    const atRest = median(rounds.map(({ rest }) => rest)) / bare;
    const rate = (which: 'ours' | 'first' | 'perf' | 'peer') => Math.round(median(rounds.map((round) => round[which])));
    return [
      {
        label: `check of ${DOMAINS} domains, questions a second at the best of four: ${rate('ours')} (the first: ${rate('first')}) to dnsperf's ${rate('perf')}`,
        value: `${toPerf.toFixed(2)} ×`,
        target: '≥ 0.4 ×',
        met: toPerf >= 0.4,
      },
      {
        label: `the same to ${rate('peer')} of dns.promises.Resolver at the best of four`,
        value: `${toPeer.toFixed(2)} ×`,
        target: '≥ 1.5 ×',
        met: toPeer >= 1.5,
      },
      {
        label: `memory of the core at the end of it to ${mebibytes(bare)} MiB of Node with better-sqlite3`,
        value: `${memory.toFixed(2)} ×`,
        target: '≤ 2 ×',
        met: memory <= 2,
      },
      {
        label: 'the same some seconds later',
        value: `${atRest.toFixed(2)} ×`,
        target: '≤ 2 ×',
        met: atRest <= 2,
      },
    ];
  } finally {
    await knot.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

export const bench = { name: 'bulk', run: measure };

import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { startBind } from '../support/bind.ts';
import { checkSeveralTimes, dnsperf, median } from '../support/bulk-speed.ts';
import { manyDomains, manyQuestions, oneZone } from '../support/many-domains.ts';

/** A whole check of 1,000 domains on a local BIND, against what dnsperf gets out of the same server. */

const DOMAINS = 1000;
const ROUNDS = 3;

async function run() {
  const bind = await startBind(['example']);
  const { folder, workspaceId } = await manyDomains(DOMAINS, bind.address);
  try {
    await bind.load('example', oneZone(DOMAINS));
    const text = manyQuestions(DOMAINS);
    const file = path.join(folder, 'questions.txt');
    await writeFile(file, text);
    const asked = text.split('\n').length;
    const rounds: { ours: number; perf: number }[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const perf = await dnsperf(Number(bind.address.split(':')[1]), file);
      const { checks } = await checkSeveralTimes(folder, workspaceId, DOMAINS);
      rounds.push({ perf, ours: Math.max(...checks.map(({ ms }) => (asked / ms) * 1000)) });
    }
    const ratio = median(rounds.map(({ ours, perf }) => ours / perf));
    const rate = (which: 'ours' | 'perf') => Math.round(median(rounds.map((round) => round[which])));
    return [
      {
        label: `check of ${DOMAINS} domains on BIND, questions a second: ${rate('ours')} to dnsperf's ${rate('perf')}`,
        value: `${ratio.toFixed(2)} ×`,
        target: '≥ 0.4 ×',
        met: ratio >= 0.4,
      },
    ];
  } finally {
    await bind.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

export const bench = { name: 'verify', run };

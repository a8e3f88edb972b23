import { generator } from '../support/hostile.ts';
import type { RepairOutcome } from '../support/spf-repairs.ts';
import { spoilAndRepair } from '../support/spf-repairs.ts';

/** Right SPF records of made-up worlds, spoilt by one to three slips: what is put right means what was meant. */

/**
 * @param rounds records that are spoilt.
 * @param seed gives the same ones again.
 * @throws with the first that was put right to something else.
 */
async function run(rounds: number, seed: number): Promise<string> {
  const random = generator(seed);
  const counts: Record<RepairOutcome['kind'], number> = { fixed: 0, wrong: 0, open: 0, untouched: 0 };
  for (let round = 0; round < rounds; round += 1) {
    const outcome = await spoilAndRepair(random);
    counts[outcome.kind] += 1;
    if (outcome.kind === 'wrong') throw new Error(`round ${round}: ${JSON.stringify(outcome)}`);
  }
  const share = (count: number) => ((1000 * count) / rounds).toFixed(0);
  return `${rounds} spoilt records; of each 1,000 ${share(counts.fixed)} were put right, ${share(counts.open)} asked a question and ${share(counts.untouched)} read as they stood`;
}

export const soak = { name: 'repairs', run };

import { generator } from '../support/hostile.ts';
import { judgeWorld } from '../support/judged-worlds.ts';
import type { Told } from '../support/judged-worlds.ts';
import { makeWorld } from '../support/worlds-of-domains.ts';

/** Plans over generated worlds: none weakens, breaks, repeats itself or is called verified, unless a receiver agrees. */

/** Worlds that are told in full when they fail. */
const TOLD = Number(process.env.SENDWRIGHT_TOLD ?? 1);

const FIGURES: Readonly<Record<keyof Told, string>> = {
  plans: 'plans exported',
  conflicts: 'with conflicts',
  questions: 'with questions',
  refusals: 'with refusals',
  fixes: 'with fixes offered',
  verified: 'verified after applying',
  couldVerify: 'to be verified',
};

async function run(rounds: number, seed: number): Promise<string> {
  const totals: Record<keyof Told, number> = {
    plans: 0,
    conflicts: 0,
    questions: 0,
    refusals: 0,
    fixes: 0,
    verified: 0,
    couldVerify: 0,
  };
  const failures = new Map<string, number>();
  let shown = 0;
  for (let round = 0; round < rounds; round += 1) {
    const random = generator(Math.imul(seed + round, 0x9e_37_79_b1) | 1);
    for (let warm = 0; warm < 8; warm += 1) random(2);
    const world = makeWorld(random);
    const isPasted = random(4) === 0;
    const { faults, told } = judgeWorld(world, isPasted);
    for (const part of Object.keys(totals) as (keyof Told)[]) totals[part] += told[part];
    for (const fault of faults) {
      const kind = fault.replace(/[\d.:]+|[a-z0-9_.-]+@\S+/g, '…').slice(0, 60);
      failures.set(kind, (failures.get(kind) ?? 0) + 1);
    }
    if (faults.length > 0 && shown < TOLD) {
      shown += 1;
      const { domain, needs, records } = world;
      const { dmarc, neverSends, providers } = needs;
      const setUp = { domain, isPasted, dmarc, neverSends, providers: providers.map(({ template }) => template.id) };
      console.error(`round ${round}, seed ${seed}\n${faults.join('\n')}\n${JSON.stringify(setUp)}`);
      for (const record of records)
        if (record.name.endsWith('example.com')) console.error(JSON.stringify(Object.values(record)));
    }
  }
  const perThousand = (amount: number) => Math.round((amount * 1000) / rounds);
  const figures = (Object.keys(totals) as (keyof Told)[]).map(
    (part) => `${FIGURES[part]} ${perThousand(totals[part])}`,
  );
  const summary = `${rounds} worlds; of 1,000: ${figures.join(', ')}`;
  if (failures.size === 0) return `${summary}; no counterexample`;
  const kinds = [...failures].sort((left, right) => right[1] - left[1]).map(([kind, count]) => `${count} × ${kind}`);
  throw new Error(`${summary}\n${kinds.join('\n')}`);
}

export const soak = { name: 'plans', run };

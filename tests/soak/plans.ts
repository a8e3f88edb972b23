import { generator } from '../support/hostile.ts';
import { judgeWorld } from '../support/judged-worlds.ts';
import type { Judged, Told } from '../support/judged-worlds.ts';
import type { Seen } from '../support/other-receivers.ts';
import { openReceivers } from '../support/other-receivers.ts';
import { haveTools } from '../support/tools.ts';
import type { DomainWorld } from '../support/worlds-of-domains.ts';
import { makeWorld } from '../support/worlds-of-domains.ts';

/**
 * Plans over generated worlds: none weakens, breaks, repeats itself or is called verified, unless a receiver agrees; every
 * so many worlds that receiver is itself held against pyspf, dkimpy, mailauth and BIND. A world is made from its number
 * alone, the seed and what follows it: `npm run soak -- 1 NUMBER plans` makes it again.
 */

/** Worlds that are told in full when they fail; of the others the number and the faults. */
const TOLD = Number(process.env.SENDWRIGHT_TOLD ?? 1);
/** Worlds between two lines of figures. */
const PORTION = 1000;
/** One world in so many is shown to programs of others. */
const SHOWN = 4;
/** One in so many is loaded by BIND, which is a process each time. */
const LOADED = 20;

const FIGURES: Readonly<Record<keyof Told, string>> = {
  plans: 'plans exported',
  conflicts: 'with conflicts',
  questions: 'with questions',
  refusals: 'with refusals',
  fixes: 'with fixes offered',
  verified: 'verified after applying',
  couldVerify: 'to be verified',
};

type Totals = Record<keyof Told, number>;
const KEYS = Object.keys(FIGURES) as readonly (keyof Told)[];
const noTotals = (): Totals =>
  ({ plans: 0, conflicts: 0, questions: 0, refusals: 0, fixes: 0, verified: 0, couldVerify: 0 }) satisfies Totals;

function figures(totals: Totals, worlds: number): string {
  return KEYS.map((part) => `${FIGURES[part]} ${Math.round((totals[part] * 1000) / worlds)}`).join(', ');
}

function describe(number: number, { domain, needs, records }: DomainWorld, isPasted: boolean): string {
  const { dmarc, neverSends, providers } = needs;
  const setUp = { domain, isPasted, dmarc, neverSends, providers: providers.map(({ template }) => template.id) };
  const own = records.filter(({ name }) => name.endsWith('example.com'));
  return [`world ${number}`, JSON.stringify(setUp), ...own.map((each) => JSON.stringify(Object.values(each)))].join(
    '\n',
  );
}

function seenIn(number: number, { domain }: DomainWorld, { after, selectors }: Judged): Seen {
  return { label: `world ${number}`, domain, records: after, selectors };
}

async function run(rounds: number, seed: number): Promise<string> {
  const receivers = haveTools('python3:spf', 'python3:dkim', 'named-checkzone') ? openReceivers() : null;
  const totals = noTotals();
  let portion = noTotals();
  let shown: Seen[] = [];
  let loaded: Seen[] = [];
  let held = 0;
  const failures = new Map<string, number>();
  const fail = (fault: string) => {
    const kind = fault.replace(/[\d.:]+|[a-z0-9_.-]+@\S+/g, '…').slice(0, 60);
    failures.set(kind, (failures.get(kind) ?? 0) + 1);
  };
  let told = 0;
  let startedAt = performance.now();
  for (let round = 0; round < rounds; round += 1) {
    const number = seed + round;
    const random = generator(Math.imul(number, 0x9e_37_79_b1) | 1);
    for (let warm = 0; warm < 8; warm += 1) random(2);
    const world = makeWorld(random);
    const isPasted = random(4) === 0;
    const judged = judgeWorld(world, isPasted, random);
    for (const part of KEYS) {
      totals[part] += judged.told[part];
      portion[part] += judged.told[part];
    }
    for (const fault of judged.faults) fail(fault);
    if (judged.faults.length > 0) {
      console.error(`world ${number}: ${judged.faults.join('\n')}`);
      if (told < TOLD) console.error(describe(number, world, isPasted));
      told += 1;
    }
    if (round % SHOWN === 0) shown.push(seenIn(number, world, judged));
    if (round % LOADED === 0) loaded.push(seenIn(number, world, judged));
    const isEnd = round + 1 === rounds;
    if ((round + 1) % PORTION !== 0 && !isEnd) continue;
    const faults = (await receivers?.faults(shown, loaded)) ?? [];
    for (const fault of faults) {
      fail(fault);
      console.error(fault);
    }
    held += shown.length;
    [shown, loaded] = [[], []];
    const worlds = (round % PORTION) + 1;
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    console.log(
      `${round + 1} worlds (to ${number}), ${failures.size} kinds of counterexample; of these ${worlds}, per 1,000: ${figures(portion, worlds)}; ${seconds} s`,
    );
    portion = noTotals();
    startedAt = performance.now();
  }
  await receivers?.close();
  const others = receivers === null ? 'none shown to other receivers' : `${held} shown to pyspf, dkimpy and mailauth`;
  const summary = `${rounds} worlds from ${seed}; of 1,000: ${figures(totals, rounds)}; ${others}`;
  if (failures.size === 0) return `${summary}; no counterexample`;
  const kinds = [...failures].sort((left, right) => right[1] - left[1]).map(([kind, count]) => `${count} × ${kind}`);
  throw new Error(`${summary}\n${kinds.join('\n')}`);
}

export const soak = { name: 'plans', run };

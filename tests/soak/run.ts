import { readdir } from 'node:fs/promises';
import path from 'node:path';

/**
 * `npm run soak [rounds] [seed] [names]`: hostile input, kills and long runs; 10,000 rounds unless told. Names may stand in
 * the seed's place.
 */

interface Soak {
  readonly name: string;
  /** @param isAlone no other long run was asked for. */
  readonly run: (rounds: number, seed: number, isAlone: boolean) => Promise<string>;
}

const [, , givenRounds = '10000', ...given] = process.argv;
const rounds = Number(givenRounds);
const seed = Number(given.find((argument) => /^\d+$/.test(argument)) ?? Date.now() % 1_000_000);
const wanted = given.find((argument) => !/^\d+$/.test(argument))?.split(',');
console.log(`${rounds} rounds, seed ${seed}`);
const files = (await readdir(import.meta.dirname)).filter((file) => file.endsWith('.ts') && file !== 'run.ts').sort();
for (const file of files) {
  const { soak } = (await import(path.join(import.meta.dirname, file))) as { soak: Soak };
  if (wanted !== undefined && !wanted.includes(soak.name)) continue;
  console.log(`${soak.name}: ${await soak.run(rounds, seed, wanted?.length === 1)}`);
}

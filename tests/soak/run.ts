import { readdir } from 'node:fs/promises';
import path from 'node:path';

/** `npm run soak [rounds] [seed] [names]`: hostile input, kills and long runs; 10,000 rounds unless told. */

interface Soak {
  readonly name: string;
  readonly run: (rounds: number, seed: number) => Promise<string>;
}

const rounds = Number(process.argv[2] ?? 10_000);
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000);
const wanted = process.argv[4]?.split(',');
console.log(`${rounds} rounds, seed ${seed}`);
const files = (await readdir(import.meta.dirname)).filter((file) => file.endsWith('.ts') && file !== 'run.ts').sort();
for (const file of files) {
  const { soak } = (await import(path.join(import.meta.dirname, file))) as { soak: Soak };
  if (wanted === undefined || wanted.includes(soak.name)) console.log(`${soak.name}: ${await soak.run(rounds, seed)}`);
}

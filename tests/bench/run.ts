import { readdir } from 'node:fs/promises';
import path from 'node:path';

/** `npm run bench [name…]`: every benchmark's rows, each a ratio to a named peer measured in the same run. */

interface Row {
  readonly label: string;
  readonly value: string;
  readonly target: string;
  readonly met: boolean;
}

interface Bench {
  readonly name: string;
  readonly run: () => Promise<readonly Row[]>;
}

const chosen = process.argv.slice(2);
const files = (await readdir(import.meta.dirname)).filter((file) => file.endsWith('.bench.ts')).sort();
for (const file of files) {
  const { bench } = (await import(path.join(import.meta.dirname, file))) as { bench: Bench };
  if (chosen.length > 0 && !chosen.includes(bench.name)) continue;
  console.log(`\n${bench.name}`);
  for (const row of await bench.run()) {
    console.log(`  ${row.met ? 'met    ' : 'not met'}  ${row.label}: ${row.value} (target ${row.target})`);
  }
}

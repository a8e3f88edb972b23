import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { buildPrograms } from '../../../build/bundle.ts';

it('keeps what the window need not wait for out of the Electron program’s entry', async () => {
  const folder = path.resolve('dist', 'entry-test');
  await buildPrograms([{ entry: 'main/hosts/electron/main.ts', output: 'electron.js', format: 'es' }], 'entry-test');
  const entry = readFileSync(path.join(folder, 'electron.js'), 'utf8');
  rmSync(folder, { recursive: true, force: true });
  // Words that stand in the libraries, and nowhere else.
  for (const [library, word] of [
    ['zod', 'ZodError'],
    ['the list of public suffixes', 'allowPrivateDomains'],
    ['oRPC', 'ORPCError'],
    ['better-sqlite3', 'better-sqlite3'],
  ] as const)
    expect(entry.includes(word), library).toBe(false);
  expect(entry.length).toBeLessThan(400_000);
}, 120_000);

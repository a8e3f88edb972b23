import { readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildPrograms, programs } from '../../../build/bundle.ts';
import { notices } from '../../../build/notices.ts';
import { root } from '../../support/packaging.ts';

/**
 * Notices of third parties. What is in the bundles is found here by other ways than the one that makes the notices: by
 * the comments that the bundler leaves in the programs, and by the source map of the window.
 */

const scratch = path.join(root, 'dist', 'with-source-maps');
const commented = path.join(root, 'dist', 'with-comments');

/** @returns the name of the package that a path lies in, or null. */
function packageOf(file: string): string | null {
  return /node_modules\/(?!.*node_modules\/)((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? null;
}

describe('notices of third parties', () => {
  let text: string;
  let noticed: ReadonlyMap<string, string>;

  beforeAll(async () => {
    text = readFileSync(path.join(root, 'dist', 'THIRD-PARTY-NOTICES.txt'), 'utf8');
    noticed = new Map((await notices()).map(({ name, text: licence }) => [name, licence]));
  });
  afterAll(() => {
    for (const folder of [scratch, commented]) rmSync(folder, { recursive: true, force: true });
  });

  it('tell of every package that the programs hold code of', async () => {
    // What is packaged has no comments any more; the same modules are in it.
    await buildPrograms(programs, path.basename(commented), [], true);
    const files = readdirSync(commented, { recursive: true, encoding: 'utf8' }).filter((name) => /\.c?js$/.test(name));
    const named = files.flatMap((name) =>
      [...readFileSync(path.join(commented, name), 'utf8').matchAll(/^\s*\/\/(?:#region)? (node_modules\/\S+)/gm)].map(
        ([, file]) => packageOf(file ?? ''),
      ),
    );
    const found = new Set(named.filter((name) => name !== null));
    expect(found.size).toBeGreaterThan(30);
    expect([...found].filter((name) => !noticed.has(name))).toEqual([]);
  });

  it('tell of every package that the window holds code of', async () => {
    await build({
      configFile: path.join(root, 'vite.config.ts'),
      logLevel: 'error',
      build: { sourcemap: true, outDir: scratch, emptyOutDir: true },
    });
    const maps = readdirSync(scratch, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.map'));
    const sources = maps.flatMap(
      (name) => (JSON.parse(readFileSync(path.join(scratch, name), 'utf8')) as { sources: string[] }).sources,
    );
    const found = new Set(sources.map(packageOf).filter((name) => name !== null));
    expect(found).toContain('react-dom');
    expect([...found].filter((name) => !noticed.has(name))).toEqual([]);
  });

  it('hold each licence as it stands in the package', () => {
    for (const [name, licence] of noticed) {
      expect([name, licence.length > 200]).toEqual([name, true]);
      expect([name, text.includes(licence)]).toEqual([name, true]);
    }
    for (const name of ['react', 'better-sqlite3', 'undici', 'vite']) expect([...noticed.keys()]).toContain(name);
    expect(text).toContain('Public Suffix List');
  });
});

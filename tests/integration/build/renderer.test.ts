import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { noteOf } from '../../../build/bundled-packages.ts';
import { buildRenderer } from '../../../build/renderer.ts';

const folder = path.resolve('dist', 'renderer');

beforeAll(async () => {
  expect(process.env.NODE_ENV).toBe('test');
  await buildRenderer();
  expect(process.env.NODE_ENV).toBe('test');
});

const scripts = () => readdirSync(path.join(folder, 'assets')).filter((name) => name.endsWith('.js'));

const textOf = (script: string) => readFileSync(path.join(folder, 'assets', script), 'utf8');

/** A script by the name of the file that it begins with, and all that it can't run without. */
function loadedWith(name: string): ReadonlySet<string> {
  const entry = scripts().find((script) => script.startsWith(`${name}-`));
  if (entry === undefined) throw new Error(`There is no script ${name}`);
  const loaded = new Set<string>();
  const wanted = [entry];
  for (let script = wanted.pop(); script !== undefined; script = wanted.pop()) {
    if (loaded.has(script)) continue;
    loaded.add(script);
    for (const [, imported] of textOf(script).matchAll(/(?:\bfrom|\bimport)\s*["'`]\.\/([^"'`]+\.js)["'`]/g))
      wanted.push(imported as string);
  }
  return loaded;
}

/** Octets, not compressed, of what one part loads and none of the others does. */
function ownOctets(name: string, others: readonly string[]): number {
  const known = new Set(others.flatMap((other) => [...loadedWith(other)]));
  return [...loadedWith(name)]
    .filter((script) => !known.has(script))
    .reduce((total, script) => total + textOf(script).length, 0);
}

describe('the bundled window', () => {
  it('is built as it is shipped, under a test runner as well', () => {
    expect(scripts().length).toBeGreaterThan(5);
    // React says so where it is bundled for its developers.
    for (const script of scripts()) expect(textOf(script)).not.toContain('react-devtools');
  });

  it('holds none of the libraries that the core alone needs', () => {
    const bundled = JSON.parse(readFileSync(noteOf('renderer'), 'utf8')) as readonly string[];
    expect(bundled).toContain('node_modules/react-dom');
    for (const library of ['tr46', 'tldts', 'tldts-core', 'zod', 'papaparse', 'saxes', 'pino'])
      expect(bundled).not.toContain(`node_modules/${library}`);
  });

  /** What the first screen and the sheets that any view opens bring: React, React Aria, fields and buttons. */
  const COMMON = ['index', 'window', 'Sheets'];

  it.each([
    ['window', [], 310_000],
    ['Sheets', ['window'], 240_000],
    ['DomainsView', COMMON, 40_000],
    ['ManualPane', [...COMMON, 'DomainsView'], 100_000],
    ['ConfigureSheet', [...COMMON, 'ManualPane'], 60_000],
    ['HandOverSheet', [...COMMON, 'ManualPane'], 20_000],
    ['SettingsView', COMMON, 200_000],
    ['EvidenceView', COMMON, 182_000],
  ] as const)('loads no more for %s than is set aside for it', (name, others, most) => {
    expect(ownOctets(name, others)).toBeLessThanOrEqual(most);
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Script } from 'node:vm';
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

/** What is made of each chunk, by its name: a script holds one of them, or several. */
function parts(): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const script of scripts()) {
    const [, ...texts] = textOf(script).split(/^sendwrightParts\.add\(/m);
    for (const text of texts) found.set(/^"([^"]+)"/.exec(text)?.[1] ?? '', text);
  }
  return found;
}

/** A part by the name of the file that it begins with, and all that it can't run without. */
function loadedWith(name: string): ReadonlySet<string> {
  const all = parts();
  const entry = [...all.keys()].find((part) => part.startsWith(`${name}-`));
  if (entry === undefined) throw new Error(`There is no part ${name}`);
  const loaded = new Set<string>();
  const wanted = [entry];
  for (let part = wanted.pop(); part !== undefined; part = wanted.pop()) {
    if (loaded.has(part)) continue;
    loaded.add(part);
    for (const [, taken] of all.get(part)?.matchAll(/\btake\("([^"]+)"\)/g) ?? []) wanted.push(taken as string);
  }
  return loaded;
}

/** Octets, not compressed, of what one part loads and none of the others does. */
function ownOctets(name: string, others: readonly string[]): number {
  const all = parts();
  const known = new Set(others.flatMap((other) => [...loadedWith(other)]));
  return [...loadedWith(name)]
    .filter((part) => !known.has(part))
    .reduce((total, part) => total + (all.get(part) as string).length, 0);
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

  it('begins with one script, and has none that is a module, for a browser keeps no compiled code of those', () => {
    const page = readFileSync(path.join(folder, 'index.html'), 'utf8');
    const named = [...page.matchAll(/<script\b[^>]*>|\bmodulepreload\b/g)].map(([tag]) => tag);
    expect(named).toEqual([expect.stringMatching(/^<script defer src="\/assets\/index-[\w-]+\.js">$/)]);
    // A module's own words are no syntax of a classic script.
    for (const script of scripts()) expect(() => new Script(textOf(script)), script).not.toThrow();
    const files = new Set(scripts());
    const later = [...parts().values()].flatMap((part) => [...part.matchAll(/\bload\("([^"]+)",(\[[^\]]*\])\)/g)]);
    expect(later.length).toBeGreaterThan(20);
    const first = new Set([...loadedWith('index'), ...loadedWith('window'), ...loadedWith('DomainsView')]);
    for (const [, name, needed] of later)
      for (const each of [name as string, ...(JSON.parse(needed as string) as string[])])
        expect(files.has(each) || first.has(each), each).toBe(true);
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

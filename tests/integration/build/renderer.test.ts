import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { buildRenderer } from '../../../build/renderer.ts';

it('bundles the window as it is shipped, under a test runner as well', async () => {
  expect(process.env.NODE_ENV).toBe('test');
  await buildRenderer();
  expect(process.env.NODE_ENV).toBe('test');
  const assets = path.resolve('dist/renderer/assets');
  const scripts = readdirSync(assets).filter((name) => name.endsWith('.js'));
  expect(scripts.length).toBeGreaterThan(5);
  // React says so where it is bundled for its developers.
  for (const name of scripts) expect(readFileSync(path.join(assets, name), 'utf8')).not.toContain('react-devtools');
}, 120_000);

import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { build } from 'vite';

const root = path.resolve(import.meta.dirname, '..');

function newestChange(folder: string): number {
  let newest = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    newest = Math.max(newest, statSync(path.join(entry.parentPath, entry.name)).mtimeMs);
  }
  return newest;
}

/** Bundles the window into `dist/renderer`, unless what is there is newer than every source. */
export async function buildRenderer(): Promise<void> {
  const output = path.join(root, 'dist', 'renderer', 'index.html');
  const sources = ['renderer', 'shared'].map((folder) => newestChange(path.join(root, folder)));
  const configuration = path.join(root, 'vite.config.ts');
  if (existsSync(output) && statSync(output).mtimeMs > Math.max(...sources, statSync(configuration).mtimeMs)) return;
  await build({ configFile: configuration, logLevel: 'warn' });
}

import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { build } from 'vite';
import { noteOf } from './bundled-packages.ts';

const root = path.resolve(import.meta.dirname, '..');

/** @returns when the file in a folder that changed last did, in milliseconds of the epoch. */
export function newestChange(folder: string): number {
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
  if (
    existsSync(output) &&
    existsSync(noteOf('renderer')) &&
    statSync(output).mtimeMs > Math.max(...sources, statSync(configuration).mtimeMs)
  )
    return;
  const { NODE_ENV } = process.env;
  // A test runner sets it to `test`, and React would be bundled with all that helps to develop with it.
  process.env.NODE_ENV = 'production';
  try {
    await build({ configFile: configuration, logLevel: 'warn' });
  } finally {
    if (NODE_ENV === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = NODE_ENV;
  }
}

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Where the product's own programs and files lie: beside the sources in a checkout, beside the bundle in a package.
 * A bundle sets `process.env.SENDWRIGHT_BUNDLED`, which its build replaces by a constant.
 */
const bundled = process.env.SENDWRIGHT_BUNDLED === '1';

/** The nearest folder above that holds the package's description: how deep a part of a bundle lies is the bundler's choice. */
function findRoot(folder: string): string {
  return existsSync(path.join(folder, 'package.json')) || path.dirname(folder) === folder
    ? folder
    : findRoot(path.dirname(folder));
}
const root = findRoot(import.meta.dirname);

export const rendererFolder = path.join(root, 'dist', 'renderer');

export const practiceProgram = bundled
  ? path.join(root, 'dist', 'main', 'practice-process.js')
  : path.join(root, 'main', 'practice', 'practice-process.ts');

export const copyProgram = bundled
  ? path.join(root, 'dist', 'main', 'copy-program.js')
  : path.join(root, 'main', 'store', 'copy-program.ts');

export const commandLineProgram = bundled
  ? path.join(root, 'dist', 'main', 'cli.js')
  : path.join(root, 'main', 'hosts', 'cli', 'cli.ts');

export const consoleProgram = bundled
  ? path.join(root, 'dist', 'main', 'loopback.js')
  : path.join(root, 'main', 'hosts', 'loopback', 'main.ts');

/** The product's version, from package.json. */
export const version: string = (
  JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string }
).version;

/** The preload script is always a bundle: a sandboxed preload is one CommonJS file. */
export const preloadProgram = path.join(root, 'dist', 'main', 'preload.cjs');

import { rm } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import path from 'node:path';
import { build } from 'vite';
import { buildRenderer } from './renderer.ts';

/**
 * Bundles what is packaged: the window, the Electron main and preload scripts, the CLI, the loopback host and the
 * practice process, as JavaScript. Node refuses TypeScript below node_modules, so a package holds none.
 */

const root = path.resolve(import.meta.dirname, '..');

/** Native or Electron's own: resolved when the program runs. */
const external = ['electron', 'better-sqlite3', ...builtinModules, ...builtinModules.map((name) => `node:${name}`)];

interface Program {
  readonly entry: string;
  readonly output: string;
  /** A sandboxed preload script is CommonJS; all else are modules. */
  readonly format: 'es' | 'cjs';
}

const programs: readonly Program[] = [
  { entry: 'main/hosts/electron/main.ts', output: 'electron.js', format: 'es' },
  { entry: 'main/hosts/electron/preload.ts', output: 'preload.cjs', format: 'cjs' },
  { entry: 'main/hosts/loopback/main.ts', output: 'loopback.js', format: 'es' },
  { entry: 'main/hosts/cli/cli.ts', output: 'cli.js', format: 'es' },
  { entry: 'main/practice/practice-process.ts', output: 'practice-process.js', format: 'es' },
];

/** Bundles the main-side programs, or others, into a folder below `dist`. */
export async function buildPrograms(chosen: readonly Program[] = programs, folder = 'main'): Promise<void> {
  for (const { entry, output, format } of chosen) {
    await build({
      configFile: false,
      root,
      logLevel: 'warn',
      define: { 'process.env.SENDWRIGHT_BUNDLED': JSON.stringify('1') },
      ssr: { noExternal: true, target: 'node' },
      build: {
        ssr: path.join(root, entry),
        outDir: path.join(root, 'dist', folder),
        emptyOutDir: false,
        target: 'node24',
        minify: false,
        sourcemap: false,
        rolldownOptions: {
          external,
          // What is imported when it is needed stays apart: undici, which few calls need, is two fifths of the core.
          output: {
            format,
            entryFileNames: output,
            chunkFileNames: 'parts/[name]-[hash].js',
            codeSplitting: format === 'es',
          },
        },
      },
    });
  }
}

if (import.meta.main) {
  await rm(path.join(root, 'dist'), { recursive: true, force: true });
  await buildRenderer();
  await buildPrograms();
}

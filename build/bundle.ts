import { rm } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import path from 'node:path';
import { build } from 'vite';
import type { Plugin } from 'vite';
import { noteBundledPackages } from './bundled-packages.ts';
import { lateTables } from './late-tables.ts';
import { writeNotices } from './notices.ts';
import { plainBuiltins } from './plain-builtins.ts';
import { shortLines } from './short-lines.ts';
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
  /** Read by any Node: it says which one is needed. */
  readonly isForAnyNode?: true;
  /** What it reads in at once is in several parts. */
  readonly isInParts?: true;
}

/**
 * Parts of like size of what is read in at once, each with all that it imports: of two that import each other, one would run
 * before its constants are there. Node holds a file's octets until V8 collects them, and from the largest block that the C
 * library has freed follows how much of each thread's memory it keeps.
 */
const SMALL_PARTS = [
  { name: 'tables', test: /[\\/](?:tldts|tr46|punycode)/ },
  { name: 'libraries', test: /[\\/]node_modules[\\/]/ },
  { name: 'records', test: /[\\/]shared[\\/](?:dns|spf|dkim|dmarc)[\\/]/ },
  { name: 'evidence', test: /[\\/]shared[\\/](?:evidence|facts|plan|providers|service)[\\/]/ },
  { name: 'shared', test: /[\\/]shared[\\/]/ },
].map((group, index, all) => ({ ...group, tags: ['$initial' as const], priority: all.length - index }));

export const programs: readonly Program[] = [
  { entry: 'main/hosts/electron/main.ts', output: 'electron.js', format: 'es' },
  { entry: 'main/hosts/electron/preload.ts', output: 'preload.cjs', format: 'cjs' },
  { entry: 'main/hosts/loopback/main.ts', output: 'loopback.js', format: 'es', isInParts: true },
  { entry: 'main/hosts/cli/cli.ts', output: 'cli.js', format: 'es' },
  { entry: 'main/hosts/launcher.ts', output: 'sendwright.js', format: 'es', isForAnyNode: true },
  { entry: 'main/practice/practice-process.ts', output: 'practice-process.js', format: 'es' },
  { entry: 'main/store/copy-program.ts', output: 'copy-program.js', format: 'es' },
];

/**
 * Bundles the main-side programs, or others, into a folder below `dist`.
 *
 * @param plugins beside the bundle's own.
 * @param hasSourceMaps with what leads from a line of the bundle to one of the sources; what is packaged has none.
 */
export async function buildPrograms(
  chosen: readonly Program[] = programs,
  folder = 'main',
  plugins: readonly Plugin[] = [],
  hasSourceMaps = false,
): Promise<void> {
  for (const { entry, output, format, isForAnyNode = false, isInParts = false } of chosen) {
    await build({
      configFile: false,
      root,
      logLevel: 'warn',
      define: {
        'process.env.SENDWRIGHT_BUNDLED': JSON.stringify('1'),
        // Fixed when it is built: what is installed trusts no environment for it.
        'process.env.SENDWRIGHT_RULES_KEY': JSON.stringify(process.env.SENDWRIGHT_RULES_KEY ?? ''),
      },
      ssr: { noExternal: true, target: 'node' },
      plugins: [
        noteBundledPackages(output),
        ...(format === 'es' ? [lateTables()] : []),
        ...(format === 'es' && !isForAnyNode ? [plainBuiltins()] : []),
        ...(hasSourceMaps ? [] : [shortLines()]),
        ...plugins,
      ],
      build: {
        ssr: path.join(root, entry),
        outDir: path.join(root, 'dist', folder),
        emptyOutDir: false,
        // Electron and the checkout run Node 24; an npm package is run by the Node that is there.
        target: 'node22',
        minify: false,
        sourcemap: hasSourceMaps,
        // In kB; the advice is about pages, and these are read from a disk.
        chunkSizeWarningLimit: 10_000,
        rolldownOptions: {
          external,
          // A class of the platform that is named and not used would be read in, with all that belongs to it.
          treeshake: { unknownGlobalSideEffects: false },
          // What is imported when it is needed stays apart: undici, which few calls need, is two fifths of the core.
          output: {
            format,
            // V8 keeps a script with any other character as two octets a character.
            charset: 'ascii',
            minify: !hasSourceMaps && { compress: false, mangle: false, codegen: { removeWhitespace: true } },
            entryFileNames: output,
            chunkFileNames: 'parts/[name]-[hash].js',
            codeSplitting: format === 'es' && (isInParts ? { groups: SMALL_PARTS } : true),
          },
        },
      },
    });
  }
}

if (import.meta.main) {
  // Packages that were made before stay.
  for (const folder of ['bundled', 'main', 'renderer'])
    await rm(path.join(root, 'dist', folder), { recursive: true, force: true });
  await buildRenderer();
  await buildPrograms();
  await writeNotices();
}

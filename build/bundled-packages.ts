import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Plugin } from 'vite';

/**
 * Which npm packages a bundle holds code of: each build notes them beside its output, for the notices of third parties
 * and the bill of materials.
 */

const root = path.resolve(import.meta.dirname, '..');
const notesFolder = path.join(root, 'dist', 'bundled');

/** Helpers that a bundler writes into what it makes belong to the bundler. */
const HELPERS: readonly (readonly [prefix: string, packageName: string])[] = [
  ['\0vite/', 'vite'],
  ['\0rolldown/', 'rolldown'],
  ['\0rolldown_', 'rolldown'],
  ['\0@oxc-project+runtime', '@oxc-project/runtime'],
];

/** @returns the folder, from the checkout's, of the package that a module belongs to; null for our own modules. */
function packageFolder(moduleId: string): string | null {
  const helper = HELPERS.find(([prefix]) => moduleId.startsWith(prefix));
  if (helper !== undefined) return `node_modules/${helper[1]}`;
  const file = moduleId.replace(/^\0/, '').replace(/\?.*$/, '').split(path.sep).join('/');
  const found = /^(?:.*\/)?(node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+)\//.exec(file);
  return found?.[1] ?? null;
}

/**
 * Notes, when a bundle is written, the packages that it holds code of.
 *
 * @param name of the bundle; a later one of the same name replaces what the earlier noted.
 */
export function noteBundledPackages(name: string): Plugin {
  return {
    name: 'note-bundled-packages',
    async generateBundle(_options, bundle) {
      const folders = new Set<string>();
      for (const output of Object.values(bundle)) {
        if (output.type !== 'chunk') continue;
        for (const id of output.moduleIds) {
          const folder = packageFolder(id);
          if (folder !== null) folders.add(folder);
        }
      }
      await mkdir(notesFolder, { recursive: true });
      await writeFile(path.join(notesFolder, `${name}.json`), `${JSON.stringify([...folders].sort(), null, 2)}\n`);
    },
  };
}

/** Where the packages of a bundle are noted. */
export const noteOf = (name: string) => path.join(notesFolder, `${name}.json`);

/** @returns the folders, from the checkout's, of every package that the bundles in `dist` hold code of, in order. */
export async function bundledPackages(): Promise<readonly string[]> {
  const notes = await readdir(notesFolder);
  const lists = await Promise.all(
    notes.map(async (note) => JSON.parse(await readFile(path.join(notesFolder, note), 'utf8')) as string[]),
  );
  return [...new Set(lists.flat())].sort();
}

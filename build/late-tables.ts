import { createRequire } from 'node:module';
import type { Plugin } from 'vite';

/**
 * Puts libraries that are mostly tables together when they are first asked, not when the program starts: the suffixes of
 * public registries, and the mapping of international names, which most people never need. Made, they are 3 MB.
 */

/** What is asked of each; a bundle that asks for anything else does not build. */
const LATE: Readonly<Record<string, readonly string[]>> = {
  tldts: ['parse'],
  tr46: ['toASCII', 'toUnicode'],
};
const PREFIX = '\0late:';
const { resolve } = createRequire(import.meta.url);

/** A plugin of a bundle of modules that Node or Electron runs. */
export function lateTables(): Plugin {
  return {
    name: 'late-tables',
    enforce: 'pre',
    resolveId(name) {
      return Object.hasOwn(LATE, name) ? `${PREFIX}${name}` : null;
    },
    load(id) {
      if (!id.startsWith(PREFIX)) return null;
      const name = id.slice(PREFIX.length);
      // The bundler makes a function of what is required, and runs it with the first call.
      const library = `require(${JSON.stringify(resolve(name))})`;
      return (LATE[name] ?? [])
        .map((called) => `export const ${called} = (...given) => ${library}.${called}(...given);`)
        .join('\n');
    },
  };
}

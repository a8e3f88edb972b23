import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { normalizePath } from 'vite';
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

/** As one text V8 needs a megabyte to read it. */
const TABLE = normalizePath(path.join(path.dirname(resolve('tr46')), 'lib', 'mappingTable.json'));
const PIECE = 16_384;

/**
 * V8 reads a text of a script in a buffer that grows fourfold, and the C library gives nothing back of any thread's memory
 * that is less than twice the largest block which it saw freed.
 *
 * @param json a table. @returns a module that has it.
 */
function tableInPieces(json: string): string {
  const text = JSON.stringify(JSON.parse(json));
  const pieces = Array.from({ length: Math.ceil(text.length / PIECE) }, (_nothing, index) =>
    JSON.stringify(text.slice(index * PIECE, (index + 1) * PIECE)),
  );
  return `module.exports = JSON.parse([${pieces.join(',')}].join(''));`;
}

/** A plugin of a bundle of modules that Node or Electron runs. */
export function lateTables(): Plugin {
  return {
    name: 'late-tables',
    enforce: 'pre',
    resolveId(name) {
      return Object.hasOwn(LATE, name) ? `${PREFIX}${name}` : null;
    },
    load(id) {
      if (id === TABLE) return { code: tableInPieces(readFileSync(id, 'utf8')), moduleType: 'js' };
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

import { isBuiltin } from 'node:module';
import type { Plugin } from 'vite';

/**
 * Takes Node's own modules as they are, where an import would read every one of their exports: some of these load other
 * modules when they are looked at. An import of `node:http` loads all of `fetch`, for it has a `WebSocket`; that is 13 MB.
 */

/** An import as the bundler writes it: a default, a namespace, names, or a default and one of the two. */
const IMPORT =
  /^import (?:(?<main>[\w$]+)(?:, )?)?(?:\* as (?<namespace>[\w$]+)|\{ (?<names>[^}]*) \})? from "(?<module>[\w:/]+)";$/gm;
/** Of such a module only; what a script says about others stays as it is. */
const ANY_OF_BUILTIN = /^(?:import|export)\b[^\n]*"(?<module>[\w:/]+)";$/gm;

/** @returns the statement that declares the same names. @throws for a module that is none of Node's. */
function declaration({ main, namespace, names, module = '' }: Readonly<Record<string, string | undefined>>): string {
  const source = `process.getBuiltinModule(${JSON.stringify(module)})`;
  const parts = [
    ...[main, namespace].filter((name) => name !== undefined).map((name) => `${name} = ${source}`),
    ...(names === undefined ? [] : [`{ ${names.replaceAll(' as ', ': ')} } = ${source}`]),
  ];
  return `const ${parts.join(', ')};`;
}

/** A plugin of a bundle of modules that Node or Electron runs. */
export function plainBuiltins(): Plugin {
  return {
    name: 'plain-builtins',
    renderChunk(code, { fileName }) {
      const plain = code.replace(IMPORT, (statement, ...rest) => {
        const groups = rest.at(-1) as Record<string, string | undefined>;
        return isBuiltin(groups.module ?? '') ? declaration(groups) : statement;
      });
      for (const { 0: statement, groups } of plain.matchAll(ANY_OF_BUILTIN))
        if (isBuiltin(groups?.module ?? '')) throw new Error(`${fileName} holds what is not understood: ${statement}`);
      // Line by line: what leads from a line to its source stays right.
      return { code: plain, map: null };
    },
  };
}

import asar from '@electron/asar';
import fs from 'node:fs';
import type { Dirent, Stats } from 'node:fs';
import { createRequire, registerHooks, syncBuiltinESMExports } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/**
 * Archives as Electron's Node has them (*ASAR Archives*): a folder for the functions of `fs` that read, for `import` and
 * for `require`; what lies outside of one (`.unpacked`) is read from there, and a native module loaded from there.
 *
 * Functions that are not taught here say of a path into an archive what Node says: that it is no folder. So does Electron
 * of all that write.
 */

/** A path into an archive. */
interface Inside {
  readonly archive: string;
  /** From the archive's root; empty for that itself. */
  readonly name: string;
}

interface Entry {
  readonly isFolder: boolean;
  readonly isUnpacked: boolean;
  readonly size: number;
  readonly names: readonly string[];
}

const real = { ...fs, promises: { ...fs.promises } };

function inside(file: unknown): Inside | null {
  const text = file instanceof URL ? fileURLToPath(file) : typeof file === 'string' ? path.resolve(file) : '';
  const found = /^(.*?\.asar)(?:[\\/](.*))?$/s.exec(text);
  const archive = found?.[1];
  if (archive === undefined || !real.existsSync(archive) || real.statSync(archive).isDirectory()) return null;
  return { archive, name: (found?.[2] ?? '').replace(/[\\/]+$/, '') };
}

function read({ archive, name }: Inside): Entry | null {
  let node: unknown = asar.getRawHeader(archive).header;
  for (const part of name === '' ? [] : name.split(/[\\/]/)) {
    const { files } = node as { files?: Record<string, unknown> };
    if (files === undefined || !Object.hasOwn(files, part)) return null;
    node = files[part];
  }
  const { files, size = 0, unpacked = false } = node as { files?: object; size?: number; unpacked?: boolean };
  return { isFolder: files !== undefined, isUnpacked: unpacked, size, names: Object.keys(files ?? {}) };
}

/** Where what is not packed lies. */
const outside = ({ archive, name }: Inside) => path.join(`${archive}.unpacked`, name);

function absent(what: string, { archive, name }: Inside): NodeJS.ErrnoException {
  const file = path.join(archive, name);
  return Object.assign(new Error(`ENOENT, ${name} not found in ${archive}`), {
    code: 'ENOENT',
    errno: -2,
    syscall: what,
    path: file,
  });
}

function needed(what: string, place: Inside): Entry {
  const entry = read(place);
  if (entry === null) throw absent(what, place);
  return entry;
}

function content(place: Inside): Buffer {
  const entry = needed('open', place);
  if (entry.isFolder)
    throw Object.assign(new Error('EISDIR: illegal operation on a directory, read'), {
      code: 'EISDIR',
      errno: -21,
      syscall: 'read',
    });
  return entry.isUnpacked ? real.readFileSync(outside(place)) : asar.extractFile(place.archive, place.name);
}

function stats(place: Inside): Stats {
  const entry = needed('stat', place);
  const { S_IFDIR, S_IFREG } = fs.constants;
  return Object.assign(real.statSync(place.archive), {
    size: entry.size,
    mode: (entry.isFolder ? S_IFDIR : S_IFREG) | 0o444,
  });
}

function names(
  place: Inside,
  options: { withFileTypes?: boolean; recursive?: boolean } | string | null = {},
): string[] | Dirent[] {
  const entry = needed('scandir', place);
  const { withFileTypes = false, recursive = false } = typeof options === 'object' ? (options ?? {}) : {};
  const below = (folder: Inside, from: string): { name: string; from: string; isFolder: boolean }[] =>
    needed('scandir', folder).names.flatMap((name) => {
      const one = { archive: folder.archive, name: folder.name === '' ? name : `${folder.name}/${name}` };
      const { isFolder } = needed('scandir', one);
      const itself = { name, from, isFolder };
      return recursive && isFolder ? [itself, ...below(one, path.join(from, name))] : [itself];
    });
  const start = path.join(place.archive, place.name);
  const found = entry.isFolder ? below(place, start) : [];
  if (!withFileTypes) return found.map(({ name, from }) => path.relative(start, path.join(from, name)));
  return found.map(
    ({ name, from, isFolder }) =>
      ({
        name,
        parentPath: from,
        isDirectory: () => isFolder,
        isFile: () => !isFolder,
        isSymbolicLink: () => false,
      }) as Dirent,
  );
}

/** What each function that reads says of a path into an archive. */
const answers: Readonly<Record<string, (place: Inside, options?: never) => unknown>> = {
  readFile(place, options?: { encoding?: BufferEncoding } | BufferEncoding | null) {
    const encoding = typeof options === 'string' ? options : options?.encoding;
    const octets = content(place);
    return encoding == null ? octets : octets.toString(encoding);
  },
  stat: stats,
  lstat: stats,
  readdir: names,
  access: (place) => void needed('access', place),
  realpath: (place) => path.join(needed('realpath', place) && real.realpathSync(place.archive), place.name),
};

/** Teaches the functions of `fs`, in all three forms of each. */
function teachFileSystem(): void {
  const functions = fs as unknown as Record<string, unknown>;
  const promises = fs.promises as unknown as Record<string, unknown>;
  for (const [name, answer] of Object.entries(answers)) {
    const whole = (real as unknown as Record<string, (...args: unknown[]) => unknown>)[`${name}Sync`];
    const called = (real as unknown as Record<string, (...args: unknown[]) => unknown>)[name];
    const promised = (real.promises as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>)[name];
    functions[`${name}Sync`] = (file: unknown, ...rest: unknown[]) => {
      const place = inside(file);
      return place === null ? whole?.(file, ...rest) : answer(place, rest[0] as never);
    };
    functions[name] = (file: unknown, ...rest: unknown[]) => {
      const place = inside(file);
      const done = rest.at(-1) as (error: unknown, value?: unknown) => void;
      if (place === null) return called?.(file, ...rest);
      return void new Promise((resolve) => {
        resolve(answer(place, (rest.length > 1 ? rest[0] : undefined) as never));
      }).then((value) => done(null, value), done);
    };
    promises[name] = async (file: unknown, ...rest: unknown[]) => {
      const place = inside(file);
      return place === null ? promised?.(file, ...rest) : answer(place, rest[0] as never);
    };
  }
  // What belongs to a function stays with it.
  Object.assign(fs.realpath, { native: real.realpath.native });
  Object.assign(fs.realpathSync, { native: real.realpathSync.native });
  fs.existsSync = (file) => {
    const place = inside(file);
    return place === null ? real.existsSync(file) : read(place) !== null;
  };
  syncBuiltinESMExports();
}

const isFile = (file: string) => {
  const place = inside(file);
  const entry = place === null ? null : read(place);
  return entry !== null && !entry.isFolder;
};

/** A file by the name that `require` may call it by. */
function withEnding(file: string): string | null {
  const manifest = path.join(file, 'package.json');
  const main = isFile(manifest)
    ? ((JSON.parse(String(fs.readFileSync(manifest))) as { main?: string }).main ?? 'index.js')
    : 'index.js';
  const mains = ['', '.js', '/index.js'].map((ending) => `/${main}${ending}`);
  const candidates = ['', '.js', '.json', '.node', ...mains, '/index.js'].map((ending) =>
    path.normalize(file + ending),
  );
  return candidates.find(isFile) ?? null;
}

/** Looks for what a module in an archive asks for. @returns null when it lies outside of archives, or nowhere. */
function find(specifier: string, parent: string | undefined): string | null {
  if (specifier.startsWith('file:')) return withEnding(fileURLToPath(specifier));
  if (path.isAbsolute(specifier)) return withEnding(specifier);
  if (parent?.startsWith('file:') !== true || inside(fileURLToPath(parent)) === null) return null;
  let folder = path.dirname(fileURLToPath(parent));
  if (specifier.startsWith('.')) return withEnding(path.resolve(folder, specifier));
  for (; inside(folder) !== null; folder = path.dirname(folder)) {
    const found = withEnding(path.join(folder, 'node_modules', specifier));
    if (found !== null) return found;
  }
  return null;
}

/** Whether a module would lie in an archive, were it there. */
function leadsInside(specifier: string, parent = ''): boolean {
  if (specifier.startsWith('file:')) return inside(fileURLToPath(specifier)) !== null;
  if (path.isAbsolute(specifier)) return inside(specifier) !== null;
  return specifier.startsWith('.') && parent.startsWith('file:') && inside(fileURLToPath(parent)) !== null;
}

function formatOf(file: string): 'module' | 'commonjs' | 'json' {
  if (file.endsWith('.json')) return 'json';
  if (/\.[mc]js$/.test(file)) return file.endsWith('.mjs') ? 'module' : 'commonjs';
  for (let folder = path.dirname(file); inside(folder) !== null; folder = path.dirname(folder)) {
    const manifest = path.join(folder, 'package.json');
    if (!isFile(manifest)) continue;
    return (JSON.parse(String(fs.readFileSync(manifest))) as { type?: string }).type === 'module'
      ? 'module'
      : 'commonjs';
  }
  return 'commonjs';
}

/** Teaches this Node to read archives. To be called before anything of a program is loaded. */
export function readArchives(): void {
  teachFileSystem();
  // What a program inside an archive requires of Node is Node's own.
  const { builtinModules } = createRequire(import.meta.url)('node:module') as typeof import('node:module');
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier.startsWith('node:') || builtinModules.includes(specifier)) return next(specifier, context);
      const file = find(specifier, context.parentURL);
      if (file === null && !leadsInside(specifier, context.parentURL)) return next(specifier, context);
      if (file === null)
        throw Object.assign(new Error(`Cannot find module '${specifier}' imported from ${context.parentURL}`), {
          code: context.conditions?.includes('require') === true ? 'MODULE_NOT_FOUND' : 'ERR_MODULE_NOT_FOUND',
        });
      const place = inside(file);
      // The system's loader reads files alone.
      const url = place !== null && read(place)?.isUnpacked === true ? outside(place) : file;
      return { url: pathToFileURL(url).href, shortCircuit: true };
    },
    load(url, context, next) {
      const file = url.startsWith('file:') ? fileURLToPath(url) : '';
      if (!isFile(file)) return next(url, context);
      return { format: formatOf(file), source: fs.readFileSync(file), shortCircuit: true };
    },
  });
}

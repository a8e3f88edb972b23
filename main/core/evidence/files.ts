import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';

/** Folders within folders that are looked into, and files that one import takes. */
const MOST_DEPTH = 20;
const MOST_FILES = 1_000_000;

/**
 * The files that paths name: themselves, and everything in folders, in the order of their names. Links are followed to
 * files alone, so that no folder is its own.
 *
 * @throws what the system says of a path that is not there.
 */
export async function* filesIn(paths: readonly string[]): AsyncGenerator<string> {
  let count = 0;
  for (const each of paths) {
    if (!(await stat(each)).isDirectory()) {
      yield each;
      continue;
    }
    for await (const file of filesBelow(each, 0)) {
      count += 1;
      if (count > MOST_FILES) return;
      yield file;
    }
  }
}

/** A path that was named, and why it can't be read; null for an error of another kind. */
export function pathTrouble(error: unknown): { readonly path: string; readonly reason: string } | null {
  const { path: wrong, code } = error as NodeJS.ErrnoException;
  if (wrong === undefined) return null;
  return {
    path: wrong,
    reason: code === 'ENOENT' ? 'there is no such file or folder' : 'this account may not read it',
  };
}

/** What to do about any of them. */
export const PATH_REMEDY = 'Name a file or a folder that this account may read.';

/** Whether what a link leads to has an end that somebody else may never write to: a pipe, a socket, a device. */
async function waitsForSomebody(link: string): Promise<boolean> {
  try {
    const stats = await stat(link);
    return !stats.isFile() && !stats.isDirectory();
  } catch {
    // A link that leads nowhere is told as a file that can't be read.
    return false;
  }
}

async function* filesBelow(folder: string, depth: number): AsyncGenerator<string> {
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.sort((left, right) => (left.name < right.name ? -1 : 1))) {
    const inner = path.join(folder, entry.name);
    // What begins with a dot is a program’s own.
    if (entry.name.startsWith('.')) continue;
    if (entry.isDirectory()) {
      if (depth < MOST_DEPTH) yield* filesBelow(inner, depth + 1);
    } else if (entry.isFile() || (entry.isSymbolicLink() && !(await waitsForSomebody(inner)))) yield inner;
  }
}

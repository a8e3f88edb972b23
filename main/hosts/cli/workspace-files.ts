import { randomBytes } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { WorkspaceFile } from '../../../shared/contract/transfer.ts';
import { SHARED_FILE } from '../../../shared/workspace/text-files.ts';

/** Where a workspace lies outside of a data folder: one sealed file, or a folder of text files. */

/** A file that is there whole, or not at all. */
export interface WholeFile {
  readonly write: (octets: Buffer) => Promise<void>;
  /** Puts it in its place. */
  readonly keep: () => Promise<void>;
  /** Leaves nothing of it, where it was not kept. */
  readonly drop: () => Promise<void>;
}

/** Begins a file that its owner alone may read. What lies in its place stays until it is whole. */
export async function beginFile(file: string): Promise<WholeFile> {
  const unfinished = `${file}.unfinished-${randomBytes(6).toString('hex')}`;
  let handle: FileHandle | null = await open(unfinished, 'wx', 0o600);
  return {
    async write(octets) {
      await handle?.write(octets);
    },
    async keep() {
      await handle?.sync();
      await handle?.close();
      handle = null;
      await rename(unfinished, file);
    },
    async drop() {
      await handle?.close();
      handle = null;
      await rm(unfinished, { force: true });
    },
  };
}

const DOMAINS = 'domains';
/** What git is to know of the files; see docs/workspaces.md. */
const ATTRIBUTES = '*.json text eol=lf merge=sendwright\n';
const EXTENSION = '.json';
const UNFINISHED = '.unfinished';

async function namesIn(folder: string): Promise<readonly string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    },
  );
  return found
    .filter((entry) => entry.isFile() && entry.name.endsWith(EXTENSION))
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'));
}

/** The files of a workspace in a folder; what else lies there is left alone. */
export async function readFolder(folder: string): Promise<WorkspaceFile[]> {
  const names = [SHARED_FILE, ...(await namesIn(path.join(folder, DOMAINS))).map((name) => `${DOMAINS}/${name}`)];
  const files: WorkspaceFile[] = [];
  for (const name of names.sort()) {
    try {
      files.push({ path: name, text: await readFile(path.join(folder, name), 'utf8') });
    } catch (error) {
      // What is missing is told by whoever needs it.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return files;
}

/** How the files of an export differ from what lay in the folder. */
export interface Written {
  readonly written: number;
  readonly same: number;
  /** Files of domains that the workspace does not have: of somebody else, and not imported yet. */
  readonly others: readonly string[];
}

/**
 * Writes the files of a workspace into a folder. A file that is as it should be is not touched, and none is removed: a
 * domain that only the folder has is somebody else’s news.
 */
export async function writeFolder(folder: string, files: readonly WorkspaceFile[]): Promise<Written> {
  await mkdir(path.join(folder, DOMAINS), { recursive: true });
  await writeFile(path.join(folder, '.gitattributes'), ATTRIBUTES, { flag: 'wx' }).catch(
    (error: NodeJS.ErrnoException) => {
      // What somebody has written there counts.
      if (error.code !== 'EEXIST') throw error;
    },
  );
  let written = 0;
  for (const { path: name, text } of files) {
    const place = path.join(folder, name);
    const before = await readFile(place, 'utf8').catch(() => null);
    if (before === text) continue;
    await mkdir(path.dirname(place), { recursive: true });
    // Whoever is killed in the middle leaves the file as it was; what is left of the new one goes with the next export.
    await writeFile(`${place}${UNFINISHED}`, text);
    await rename(`${place}${UNFINISHED}`, place);
    written += 1;
  }
  const wanted = new Set(files.map((file) => file.path));
  const found = (await namesIn(path.join(folder, DOMAINS))).map((name) => `${DOMAINS}/${name}`);
  return { written, same: files.length - written, others: found.filter((name) => !wanted.has(name)).sort() };
}

/** Whether a path is a folder. @throws the system's error where there is nothing. */
export const isFolder = async (place: string): Promise<boolean> => (await stat(place)).isDirectory();

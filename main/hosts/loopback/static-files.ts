import type { Dirent } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { mediaTypeOf } from '../media-types.ts';

export interface StaticFile {
  readonly content: Uint8Array;
  readonly mediaType: string;
}

export interface StaticFiles {
  /**
   * @param urlPath as it stands in the request, `/` for the first page.
   * @throws when a file that was there can't be read any more.
   */
  readonly find: (urlPath: string) => Promise<StaticFile | undefined>;
}

/** @returns the path of each file below a folder, from that folder's own on, with slashes. */
async function listFiles(folder: string, at = ''): Promise<readonly string[]> {
  // Node's own recursive reading takes each name apart and puts it together again, which is most of it.
  const entries = await readdir(`${folder}${at}`, { withFileTypes: true });
  const named = (entry: Dirent) => `${at}/${entry.name}`;
  const below = await Promise.all(
    entries.filter((entry) => entry.isDirectory()).map((entry) => listFiles(folder, named(entry))),
  );
  return [...entries.filter((entry) => entry.isFile()).map(named), ...below.flat()];
}

/**
 * Serves the window's files. A request can only name what was found here once, so no path, however written, leads out of
 * the folder.
 *
 * @param folder where the bundled window lies.
 * @throws when the folder can't be read.
 */
export async function openStaticFiles(folder: string): Promise<StaticFiles> {
  const names = new Set(await listFiles(folder));
  return {
    async find(urlPath) {
      const name = urlPath === '/' ? '/index.html' : urlPath;
      const mediaType = mediaTypeOf(name);
      if (mediaType === undefined || !names.has(name)) return undefined;
      return { content: await readFile(`${folder}${name}`), mediaType };
    },
  };
}

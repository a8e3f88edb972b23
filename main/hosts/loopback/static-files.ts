import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';

export interface StaticFile {
  readonly content: Uint8Array<ArrayBuffer>;
  readonly mediaType: string;
}

export interface StaticFiles {
  /** @param urlPath as it stands in the request, `/` for the first page. */
  readonly find: (urlPath: string) => StaticFile | undefined;
}

const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
};

/**
 * Reads the window's files into memory once. A request can only name what was found here, so no path, however written,
 * leads out of the folder.
 *
 * @param folder where the bundled window lies.
 * @throws when the folder can't be read.
 */
export async function readStaticFiles(folder: string): Promise<StaticFiles> {
  const files = new Map<string, StaticFile>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const mediaType = mediaTypes[path.extname(entry.name)];
    if (!entry.isFile() || mediaType === undefined) continue;
    const fullPath = path.join(entry.parentPath, entry.name);
    const urlPath = `/${path.relative(folder, fullPath).split(path.sep).join('/')}`;
    files.set(urlPath, { content: new Uint8Array(await readFile(fullPath)), mediaType });
  }
  return { find: (urlPath) => files.get(urlPath === '/' ? '/index.html' : urlPath) };
}

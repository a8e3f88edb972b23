import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { mediaTypeOf } from '../media-types.ts';

/**
 * Answers a request of the window's own protocol from a folder, and from nowhere else: a path that leads out of it, an
 * unknown host, another method or a kind of file the window has no use for are all 404.
 *
 * @param folder where the bundled window lies.
 * @param contentSecurityPolicy sent with every answer.
 * @param noteMissing told of a file that the window asked for and that can't be read.
 */
export function createFileHandler(
  folder: string,
  contentSecurityPolicy: string,
  noteMissing: (file: string, error: unknown) => void,
): (request: { readonly method: string; readonly url: string }) => Promise<Response> {
  const absent = () => new Response('Not found', { status: 404, headers: { 'Content-Type': 'text/plain' } });
  const root = path.resolve(folder);

  return async (request) => {
    if (request.method !== 'GET' || !URL.canParse(request.url)) return absent();
    const url = new URL(request.url);
    if (url.protocol !== 'sendwright:' || url.host !== 'console') return absent();
    let wanted: string;
    try {
      wanted = decodeURIComponent(url.pathname);
    } catch {
      return absent();
    }
    if (wanted.includes('\0') || wanted.includes('\\')) return absent();
    const file = path.resolve(root, `.${wanted === '/' ? '/index.html' : wanted}`);
    const mediaType = mediaTypeOf(file);
    if (!file.startsWith(root + path.sep) || mediaType === undefined) return absent();
    try {
      return new Response(new Uint8Array(await readFile(file)), {
        headers: {
          'Content-Type': mediaType,
          'Content-Security-Policy': contentSecurityPolicy,
          'X-Content-Type-Options': 'nosniff',
          'Cross-Origin-Opener-Policy': 'same-origin',
        },
      });
    } catch (error) {
      noteMissing(file, error);
      return absent();
    }
  };
}

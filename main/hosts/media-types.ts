import path from 'node:path';

/** The kinds of files that the window is bundled into. */
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.json': 'application/json',
};

/** The media type of a file of the window by its name; undefined where it is none of the window's kinds. */
export function mediaTypeOf(fileName: string): string | undefined {
  return MEDIA_TYPES[path.extname(fileName)];
}

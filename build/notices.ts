import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bundledPackages } from './bundled-packages.ts';

/**
 * Writes `dist/THIRD-PARTY-NOTICES.txt`: every npm package that the bundles in `dist` hold code of, or that goes into a
 * package beside them, with its licence's text. A package without a text, or under a licence that is not known here,
 * is an error: somebody has to read it first.
 */

const root = path.resolve(import.meta.dirname, '..');

/** Licences (SPDX) that ask for nothing but their text, and for Apache's the notice, to be passed on. */
const KNOWN_LICENCES: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'Python-2.0',
  'Unlicense',
]);

/** What is packaged as it is, beside the bundles. */
const PACKAGED_WHOLE = ['node_modules/better-sqlite3'];

/** Data and code inside a package that have terms or an author of their own, which its licence's text does not tell. */
const WITHIN: Readonly<Record<string, string>> = {
  'better-sqlite3':
    'It contains SQLite, which its authors placed in the public domain (https://www.sqlite.org/copyright.html).',
  tldts:
    'It contains the Public Suffix List, under the Mozilla Public License 2.0; its source is https://publicsuffix.org/list/.',
  tr46: 'It contains tables made from the Unicode Character Database, under the Unicode License v3 (https://www.unicode.org/license.txt).',
};

/** The MIT licence, for packages that name it and bring no text. */
const MIT = (holder: string) => `MIT License

Copyright (c) ${holder}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

/** The ISC licence, for the same. */
const ISC = (holder: string) => `ISC License

Copyright (c) ${holder}

Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted,
provided that the above copyright notice and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH REGARD TO THIS SOFTWARE INCLUDING ALL
IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT,
INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN
ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF
THIS SOFTWARE.`;

/** Packages that bring no text of their licence; the holder is who their package.json names as author. */
const WITHOUT_TEXT: Readonly<Record<string, string>> = {
  'lazy-val': MIT('Vladimir Krivosheev'),
  saxes: ISC('Louis-Dominique Dubeau'),
};

/** One package in the notices. */
export interface Notice {
  readonly name: string;
  readonly version: string;
  /** SPDX expression. */
  readonly licence: string;
  readonly homepage: string | null;
  /** Its licence, and its notice where it has one, as they stand in the package. */
  readonly text: string;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly homepage?: string;
}

/** A bundler's list of what it is itself made of says nothing of what it makes. */
const withoutOwnDependencies = (text: string) => text.replace(/\n#+ Licenses of bundled dependencies[\s\S]*$/, '');

/** Reads one package. @throws when its licence has no text or is not known. */
async function readNotice(folder: string): Promise<Notice> {
  const manifest = JSON.parse(await readFile(path.join(root, folder, 'package.json'), 'utf8')) as Manifest;
  const { name, version, license = '' } = manifest;
  if (!KNOWN_LICENCES.has(license))
    throw new Error(
      `${name} ${version} is under “${license}”, which is not among the licences known to build/notices.ts. Read it, and add it there or do without the package.`,
    );
  const files = (await readdir(path.join(root, folder))).filter((file) => /^(?:licen[cs]e|copying|notice)/i.test(file));
  const kept = WITHOUT_TEXT[name];
  const texts =
    files.length === 0 && kept !== undefined
      ? [kept]
      : await Promise.all(files.sort().map((file) => readFile(path.join(root, folder, file), 'utf8')));
  if (texts.length === 0) throw new Error(`${name} ${version} brings no text of its licence (${license})`);
  return {
    name,
    version,
    licence: license,
    homepage: manifest.homepage ?? null,
    text: texts.map((text) => withoutOwnDependencies(text.replaceAll('\r\n', '\n')).trim()).join('\n\n'),
  };
}

/** @returns a notice for every package that is shipped, in order of their names. */
export async function notices(): Promise<readonly Notice[]> {
  const folders = new Set([...(await bundledPackages()), ...PACKAGED_WHOLE]);
  const found = await Promise.all([...folders].map(readNotice));
  return found.sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** Writes the notices of what is in `dist`. */
export async function writeNotices(): Promise<void> {
  const rule = '-'.repeat(78);
  const parts = (await notices()).map(({ name, version, licence, homepage, text }) =>
    [
      rule,
      `${name} ${version} (${licence})`,
      ...(homepage === null ? [] : [homepage]),
      ...(WITHIN[name] === undefined ? [] : [WITHIN[name]]),
      '',
      text,
      '',
    ].join('\n'),
  );
  const introduction = [
    'Sendwright contains the following software of third parties. Each is used under the licence that follows its name.',
    'Electron and Chromium bring their own texts: LICENSE.electron.txt and LICENSES.chromium.html.',
    '',
  ].join('\n');
  await writeFile(path.join(root, 'dist', 'THIRD-PARTY-NOTICES.txt'), [introduction, ...parts].join('\n'));
}

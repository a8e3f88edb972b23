import { spawn } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buildPrograms } from '../../build/bundle.ts';
import { writeNotices } from '../../build/notices.ts';
import { buildRenderer, newestChange } from '../../build/renderer.ts';

/** Packaging as for a release, around what stands in for the things that are downloaded for it. */

export const root = path.resolve(import.meta.dirname, '..', '..');

/** Fuses as they stand in a fresh executable of Electron (@electron/fuses: sentinel, version, number, states). */
export const FUSES = Buffer.concat([
  Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'),
  Buffer.from([1, 9]),
  Buffer.from('101100011'),
]);

/** What the stand-in for Electron's executable reads: where to note how it was called, in place of starting anything. */
export const NOTE_CALL = 'SENDWRIGHT_NOTE_CALL';

/** Writes a script for sh that can be run. @returns its path. */
export function writeScript(file: string, lines: readonly string[], behind: Uint8Array = Buffer.alloc(0)): string {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, Buffer.concat([Buffer.from(`#!/bin/sh\n${lines.join('\n')}\n`), behind]));
  chmodSync(file, 0o755);
  return file;
}

/** A word for sh, whatever is in it. */
export const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/**
 * Makes a distribution of Electron for Linux: its executable is a script that starts the application in its archive
 * through the stand-in, or notes how it was called.
 *
 * @param folder where to; made when missing.
 */
export function makeLinuxDistribution(folder: string): string {
  mkdirSync(path.join(folder, 'resources'), { recursive: true });
  const standIn = path.join(root, 'tests', 'support', 'electron-stand-in', 'program', 'main.ts');
  writeScript(
    path.join(folder, 'electron'),
    [
      'here=$(dirname "$(readlink -f "$0")")',
      `if [ -n "$${NOTE_CALL}" ]; then`,
      `  printf '%s\\n' "$here" "$@" > "$${NOTE_CALL}"`,
      '  exit 0',
      'fi',
      `exec ${quoted(process.execPath)} ${quoted(standIn)} "$here/resources/app.asar" "$@"`,
    ],
    FUSES,
  );
  writeFileSync(path.join(folder, 'version'), '0.0.0');
  writeFileSync(path.join(folder, 'LICENSE'), 'The licence of Electron.\n');
  writeFileSync(path.join(folder, 'LICENSES.chromium.html'), '<p>The licences of Chromium.</p>\n');
  // The helper of Chromium's sandbox is an executable of its own.
  copyFileSync('/bin/true', path.join(folder, 'chrome-sandbox'));
  return folder;
}

/** Bundles all that is packaged, unless what is there is newer than everything that it is made of. */
export async function bundleEverything(): Promise<void> {
  const last = path.join(root, 'dist', 'THIRD-PARTY-NOTICES.txt');
  const sources = ['main', 'renderer', 'shared', 'build'].map((folder) => newestChange(path.join(root, folder)));
  const programs = path.join(root, 'dist', 'main');
  const isThere = existsSync(last) && existsSync(path.join(programs, 'sendwright.js'));
  if (isThere && statSync(last).mtimeMs > Math.max(...sources, statSync(path.join(root, 'package-lock.json')).mtimeMs))
    return;
  // Parts of earlier bundles have other names and would stay.
  rmSync(path.join(programs, 'parts'), { recursive: true, force: true });
  await buildRenderer();
  await buildPrograms();
  await writeNotices();
}

/** Runs electron-builder to its end. @returns its exit code and all that it printed. */
export async function runBuilder(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number | null; readonly output: string }> {
  const builder = path.join(root, 'node_modules', 'electron-builder', 'cli.js');
  const child = spawn(process.execPath, [builder, ...args, '--publish', 'never'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    // makensis takes no “©” from a command line that is not in UTF-8.
    env: { ...process.env, LC_ALL: 'C.UTF-8', CSC_IDENTITY_AUTO_DISCOVERY: 'false', ...environment },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part: Buffer) => {
      output += part.toString();
    });
  const [code] = await new Promise<[number | null]>((resolve) => {
    child.once('close', (ended) => resolve([ended]));
  });
  return { code, output };
}

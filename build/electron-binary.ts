import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

export type ElectronBinary =
  | { readonly found: true; readonly path: string }
  | { readonly found: false; readonly reason: string };

/** How long the download may take before the browser window is the better answer. */
const DOWNLOAD_TIMEOUT_MS = 120_000;

function installed(folder: string): string | undefined {
  const pathFile = path.join(folder, 'path.txt');
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  const name = existsSync(pathFile) ? readFileSync(pathFile, 'utf8') : undefined;
  const candidate =
    override === undefined ? name && path.join(folder, 'dist', name) : path.join(override, name ?? 'electron');
  return candidate !== undefined && candidate !== '' && existsSync(candidate) ? candidate : undefined;
}

/**
 * Finds Electron's executable, or fetches it: the npm package ships without it and gets it on the first run.
 *
 * @param fetch whether it may be fetched.
 */
export function electronBinary({ fetch }: { readonly fetch: boolean }): ElectronBinary {
  let folder: string;
  try {
    folder = path.dirname(createRequire(import.meta.url).resolve('electron/package.json'));
  } catch {
    return { found: false, reason: 'the electron package is not installed' };
  }
  const present = installed(folder);
  if (present !== undefined) return { found: true, path: present };
  if (!fetch) return { found: false, reason: 'its executable is not on this machine' };

  const run = spawnSync(process.execPath, [path.join(folder, 'install.js')], {
    timeout: DOWNLOAD_TIMEOUT_MS,
    stdio: 'ignore',
  });
  const fetched = run.status === 0 ? installed(folder) : undefined;
  if (fetched !== undefined) return { found: true, path: fetched };
  return { found: false, reason: 'its executable is not on this machine and could not be fetched' };
}

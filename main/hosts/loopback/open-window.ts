import { Launcher } from 'chrome-launcher';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const edgePaths = [
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
  'C:\\Program Files\\Microsoft\\Edge\\Application\\msedge.exe',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  '/usr/bin/microsoft-edge',
];

/** A window that was opened, or why none was. */
export type OpenedWindow =
  | { readonly opened: true; readonly closed: Promise<void>; readonly kill: () => void }
  | { readonly opened: false; readonly reason: string };

/**
 * Writes the launch file: a page that sends the browser on to the console with the one-time token in the fragment. A
 * fragment never leaves the browser, and a file of mode 0600 can be read by its owner alone; a command line by all.
 *
 * @returns its path. Remove it once the token is used or expired.
 */
export async function writeLaunchFile(folder: string, address: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = path.join(folder, 'open-console.html');
  const page = `<!doctype html><meta charset="utf-8"><title>Sendwright</title><script>location.replace(${JSON.stringify(address)})</script>\n`;
  await rm(file, { force: true });
  await writeFile(file, page, { mode: 0o600, flag: 'wx' });
  return file;
}

/** @returns the browser to open windows with: `CHROME_PATH`, Chrome, Chromium or Edge; undefined when none is here. */
export function findBrowser(): string | undefined {
  try {
    const found = Launcher.getFirstInstallation();
    if (found !== undefined) return found;
  } catch {
    // It throws where a platform has none; Edge may still be there.
  }
  return edgePaths.find((candidate) => existsSync(candidate));
}

/**
 * Opens the launch file in a window of its own: app mode, with a profile in the data folder so that no extension and no
 * other page shares it. No debugging port is opened, for any local user could read the session through it.
 *
 * @param launchFile from `writeLaunchFile`.
 * @param profileFolder made when missing.
 */
export async function openWindow(launchFile: string, profileFolder: string): Promise<OpenedWindow> {
  const browser = findBrowser();
  if (browser === undefined) return { opened: false, reason: 'no Chrome, Chromium or Edge was found' };
  await mkdir(profileFolder, { recursive: true, mode: 0o700 });
  const flags = [
    `--app=${pathToFileURL(launchFile).href}`,
    `--user-data-dir=${profileFolder}`,
    '--window-size=1280,860',
    '--no-first-run',
    '--no-default-browser-check',
    '--disable-sync',
    '--disable-extensions',
  ];
  // Chromium refuses its sandbox to root; who runs a desktop as root has given that up already.
  if (process.getuid?.() === 0) flags.push('--no-sandbox');
  const child = spawn(browser, flags, { stdio: 'ignore' });
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ opened: false, reason: error.message }));
    child.once('spawn', () => {
      const closed = new Promise<void>((done) => {
        child.once('exit', () => done());
      });
      resolve({ opened: true, closed, kill: () => child.kill() });
    });
  });
}

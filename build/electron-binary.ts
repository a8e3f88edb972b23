import { spawn, spawnSync } from 'node:child_process';
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

/** What would keep Electron from opening a window here. */
export interface Surroundings {
  readonly platform: NodeJS.Platform;
  readonly hasDisplay: boolean;
  /** Absent on Windows. */
  readonly userId: number | undefined;
}

/** @returns why Electron can't open a window here, or null. */
export function hindrance({ platform, hasDisplay, userId }: Surroundings): string | null {
  if (!hasDisplay) return 'there is no display';
  if (platform === 'linux' && userId === 0) return 'it refuses to run as root';
  return null;
}

/** An executable that ends this soon by such a signal, or this code, never came to its first line of ours. */
const EARLY_MS = 15_000;
const CRASHES: ReadonlySet<NodeJS.Signals | null> = new Set(['SIGTRAP', 'SIGILL', 'SIGABRT', 'SIGSEGV', 'SIGBUS']);
/** The dynamic linker's: a library of the desktop is missing. */
const NOT_LINKED = 127;

export type ElectronRun =
  | { readonly came: true; readonly code: number }
  | { readonly came: false; readonly reason: string };

/**
 * Runs the application until it ends. On many Linux systems the executable is there and can't start: libraries are
 * missing, or its sandbox is not allowed.
 */
export function runElectron(executable: string, args: readonly string[], folder: string): Promise<ElectronRun> {
  const startedAt = Date.now();
  // A stack in the log names the line of the source, not of the bundle.
  const options = [process.env.NODE_OPTIONS, '--enable-source-maps'].filter(Boolean).join(' ');
  const env = { ...process.env, NODE_OPTIONS: options };
  const child = spawn(executable, args, { stdio: 'inherit', cwd: folder, env });
  const stop = (signal: NodeJS.Signals) => child.kill(signal);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
  return new Promise((resolve) => {
    const end = (run: ElectronRun) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, stop);
      resolve(run);
    };
    child.once('error', (error) => end({ came: false, reason: error.message }));
    child.once('exit', (code, signal) => {
      const isEarly = Date.now() - startedAt < EARLY_MS;
      if (isEarly && (CRASHES.has(signal) || code === NOT_LINKED))
        end({ came: false, reason: `it ended at once with ${signal ?? `code ${code}`}` });
      else end({ came: true, code: code ?? 0 });
    });
  });
}

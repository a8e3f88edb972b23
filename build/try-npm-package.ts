import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/**
 * Tries the npm package as somebody has it who runs `npx sendwright`: packed, in an empty folder, on other versions of
 * Node. `node build/try-npm-package.ts 22 24 26` fetches each (npm’s node-PLATFORM-ARCHITECTURE packages) and tries it.
 */

const root = path.resolve(import.meta.dirname, '..');
const isWindows = process.platform === 'win32';
const npm = isWindows ? 'npm.cmd' : 'npm';
const npx = isWindows ? 'npx.cmd' : 'npx';

/** Runs a program to its end. @throws what it printed, when it fails. */
function run(program: string, args: readonly string[], folder: string, searchPath = process.env.PATH ?? ''): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, PATH: searchPath },
    shell: isWindows,
  });
  if (status !== 0)
    throw new Error(`${program} ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}${error?.message ?? ''}`);
  return stdout;
}

/** Packs what would be published. @returns the path of the tarball. */
export function packTarball(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const printed = run(npm, ['pack', '--silent', '--pack-destination', folder], root);
  return path.join(folder, printed.trim().split('\n').at(-1) ?? '');
}

/** A Node, fetched from npm. @returns the folder of its executable. */
export function fetchNode(version: string, folder: string): string {
  const name = `node-${isWindows ? 'win' : process.platform}-${process.arch}`;
  mkdirSync(folder, { recursive: true });
  run(npm, ['install', '--no-audit', '--no-fund', '--prefix', folder, `${name}@${version}`], folder);
  return path.join(folder, 'node_modules', name, 'bin');
}

/** The console as npx runs it: the address that it printed, and its end. */
interface StartedConsole {
  readonly process: ChildProcess;
  readonly address: URL;
}

async function startConsole(command: readonly string[], folder: string, searchPath: string): Promise<StartedConsole> {
  const child = spawn(npx, [...command, '--no-open', '--data-dir', path.join(folder, 'data')], {
    cwd: folder,
    env: { ...process.env, PATH: searchPath },
    shell: isWindows,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, which ends as a whole: npx hands no signal on.
    detached: !isWindows,
  });
  let output = '';
  const address = await new Promise<URL>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`The console ended with ${code}:\n${output}`)));
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (part: Buffer) => {
        output += part.toString();
        const found = /http:\S+#token=\S+/.exec(output);
        if (found !== null) resolve(new URL(found[0]));
      });
  });
  return { process: child, address };
}

/** What was seen of a package in an empty folder. */
export interface Trial {
  readonly node: string;
  readonly version: string;
  /** The first line of the help. */
  readonly help: string;
  readonly added: string;
  /** Status of every file that the page of the console and its first script name. */
  readonly files: readonly (readonly [file: string, status: number])[];
  /** Whether the practice workspace opened, which is a process of its own. */
  readonly practice: boolean;
}

/** The scripts that one of the window's loads while it runs (`build/classic-scripts.ts`), without those that are part of it. */
function scriptsOfLater(script: string): readonly string[] {
  const own = new Set([...script.matchAll(/^sendwrightParts\.add\("([^"]+)"/gm)].map(([, name]) => name));
  const loaded = [...script.matchAll(/\bload\(("[^"]+"),\[([^\]]*)\]\)/g)].flatMap(([, name = '', needed = '']) =>
    [name, ...needed.split(',')].filter(Boolean).map((quoted) => JSON.parse(quoted) as string),
  );
  return [...new Set(loaded)].filter((name) => !own.has(name));
}

/**
 * Runs the packed program through npx: its version, its help, a command, the console with its page and practice.
 *
 * @param binaries the folder of the Node to run it on.
 */
export async function tryPackage(tarball: string, binaries: string): Promise<Trial> {
  const folder = mkdtempSync(path.join(tmpdir(), 'sendwright-npx-'));
  const searchPath = `${binaries}${path.delimiter}${process.env.PATH ?? ''}`;
  const command = ['--yes', '--prefer-offline', '--package', tarball, '--', 'sendwright'];
  const sendwright = (...args: readonly string[]) => run(npx, [...command, ...args], folder, searchPath).trim();
  try {
    const node = run(path.join(binaries, isWindows ? 'node.exe' : 'node'), ['--version'], folder).trim();
    const version = sendwright('--version');
    const help = sendwright('--help').split('\n')[0] ?? '';
    const added = sendwright('domains', 'add', 'news.example.com', '--data-dir', path.join(folder, 'cli'));
    const { process: console, address } = await startConsole(command, folder, searchPath);
    const { origin, hash } = address;
    const post = async (place: string, body: unknown, headers: Readonly<Record<string, string>> = {}) => {
      const answer = await fetch(`${origin}${place}`, {
        method: 'POST',
        headers: { origin, 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });
      return (await answer.json()) as { readonly session?: string; readonly json?: { readonly practice?: boolean } };
    };
    const { session = '' } = await post('/session', { token: hash.slice('#token='.length) });
    const opened = await post('/rpc/practice/open', { json: {} }, { 'x-sendwright-session': session });
    const textOf = async (file: string) => (await fetch(`${origin}${file}`)).text();
    const named = [...(await textOf('/')).matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, file]) => file ?? '');
    const scripts = await Promise.all(named.filter((file) => file.endsWith('.js')).map(textOf));
    const later = scripts.flatMap(scriptsOfLater).map((file) => `/assets/${file}`);
    const files = await Promise.all(
      [...named, ...later].map(async (file) => [file, (await fetch(`${origin}${file}`)).status] as const),
    );
    const ended = once(console, 'close');
    if (isWindows) spawnSync('taskkill', ['/pid', String(console.pid), '/t', '/f']);
    else process.kill(-(console.pid ?? 0), 'SIGTERM');
    await ended;
    return { node, version, help, added, files, practice: opened.json?.practice === true };
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

if (import.meta.main) {
  const scratch = mkdtempSync(path.join(tmpdir(), 'sendwright-npm-'));
  try {
    const tarball = packTarball(scratch);
    for (const version of process.argv.slice(2)) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other, as a person would
      const trial = await tryPackage(tarball, fetchNode(version, path.join(scratch, version)));
      const isWhole = trial.practice && trial.files.length > 0 && trial.files.every(([, status]) => status === 200);
      console.log(`${isWhole ? 'ok    ' : 'FAILED'} Node ${trial.node}: ${JSON.stringify(trial)}`);
      if (!isWhole) process.exitCode = 1;
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

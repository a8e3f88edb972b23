import { chromium } from '@playwright/test';
import type { Page } from '@playwright/test';
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';

/**
 * Starts an installed or unpacked program as a person does and sees whether it answers:
 * `node build/start-packaged.ts PROGRAM [PICTURE]`. It opens the window, begins practice (the native module, the disk,
 * a process of its own), ends, starts again and finds the workspace. The fuses keep Node's debugger out of a packaged
 * program; Chromium's own port, opened for this start alone, shows the page.
 */

const STARTS_WITHIN_MS = 90_000;
const LOOKS_EVERY_MS = 100;

interface Started {
  readonly page: Page;
  readonly end: () => Promise<number | null>;
}

/** Where Chromium writes its port and its address, in the profile below the data folder. */
async function readEndpoint(dataFolder: string): Promise<string | null> {
  const names = await readdir(dataFolder, { recursive: true }).catch(() => []);
  const file = names.find((name) => path.basename(name) === 'DevToolsActivePort');
  const text = file === undefined ? '' : await readFile(path.join(dataFolder, file), 'utf8').catch(() => '');
  const [port, address] = text.split('\n');
  return port === undefined || address === undefined ? null : `ws://127.0.0.1:${port}${address}`;
}

/** Ends a program and what it started: a portable one runs out of another. Windows has no signal that it could answer. */
function stop(child: ChildProcess): void {
  if (process.platform === 'win32') spawnSync('taskkill', ['/pid', String(child.pid), '/t', '/f']);
  else child.kill('SIGTERM');
}

async function start(program: string, args: readonly string[], dataFolder: string): Promise<Started> {
  // An earlier start's, which ends nowhere.
  for (const name of await readdir(dataFolder, { recursive: true }).catch(() => []))
    if (path.basename(name) === 'DevToolsActivePort') await rm(path.join(dataFolder, name), { force: true });
  const child = spawn(program, ['--remote-debugging-port=0', ...args, `--data-dir=${dataFolder}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part: Buffer) => {
      output += part.toString();
    });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  const gone = ended.then(([code]) => Promise.reject(new Error(`${program} ended with ${code}:\n${output}`)));
  gone.catch(() => undefined);
  const told = async () => {
    const deadline = Date.now() + STARTS_WITHIN_MS;
    while (Date.now() < deadline) {
      const endpoint = await readEndpoint(dataFolder);
      if (endpoint !== null) return endpoint;
      await setTimeout(LOOKS_EVERY_MS);
    }
    throw new Error(`${program} opened no window in time:\n${output}`);
  };
  const endpoint = await Promise.race([told(), gone]);
  const browser = await chromium.connectOverCDP(endpoint, { noDefaults: true });
  const [context] = browser.contexts();
  if (context === undefined) throw new Error(`${program} has no window`);
  const page = context.pages()[0] ?? (await context.waitForEvent('page', { timeout: STARTS_WITHIN_MS }));
  return {
    page,
    async end() {
      await browser.close();
      stop(child);
      const [code] = await ended;
      return code;
    },
  };
}

/** @throws in words when the program does not answer as it must. */
export async function seeWhetherItAnswers(
  program: string,
  args: readonly string[] = [],
  picture?: string,
): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'sendwright-packaged-'));
  const data = path.join(folder, 'a folder');
  const workspace = (page: Page) => page.getByRole('button', { name: 'Fill in the practice values' });
  const expected = process.platform === 'win32' ? null : 0;
  try {
    const first = await start(program, args, data);
    await first.page.getByRole('button', { name: 'Try it with a practice service' }).click();
    await workspace(first.page).waitFor();
    if (picture !== undefined) await first.page.screenshot({ path: picture });
    const code = await first.end();
    if (expected !== null && code !== expected) throw new Error(`${program} ended with ${code}`);
    const second = await start(program, args, data);
    await workspace(second.page).waitFor();
    await second.end();
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 500 });
  }
}

if (import.meta.main) {
  const [program = '', picture] = process.argv.slice(2);
  await seeWhetherItAnswers(program, [], picture);
  console.log(`${program} starts, answers, and finds its data again.`);
}

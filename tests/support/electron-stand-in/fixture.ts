import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect } from 'vitest';
import type { LaunchOptions, StandIn } from './launch.ts';
import { launchStandIn } from './launch.ts';
import { describeWith } from '../tools.ts';
import { until } from '../until.ts';

/** Small Electron programs for the stand-in's own tests, written where a test needs them. */

export interface Fixture {
  /** The text of the main script, an ES module; it may use `tell(name, …)` to speak to the test. */
  readonly main: string;
  readonly preload?: string;
  /** Files served as `fixture://app/NAME`. */
  readonly files?: Readonly<Record<string, string>>;
  /** The content security policy of every file. */
  readonly policy?: string;
}

const types: Readonly<Record<string, string>> = { html: 'text/html', js: 'text/javascript', css: 'text/css' };

/**
 * Writes the program.
 *
 * @returns its folder, below which lies everything it writes.
 */
export async function writeFixture({ main, preload, files = {}, policy }: Fixture): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'stand-in-fixture-'));
  const program = path.join(folder, 'program');
  await mkdir(path.join(folder, 'home'), { recursive: true });
  await mkdir(program);
  const served = Object.fromEntries(
    Object.entries(files).map(([name, text]) => [
      `/${name === 'index.html' ? '' : name}`,
      { text, type: types[name.split('.').at(-1) ?? ''] ?? 'text/plain' },
    ]),
  );
  const beginning = `
    import * as electron from 'electron';
    import path from 'node:path';
    const { app, BrowserWindow, ipcMain, protocol, session, dialog, MessageChannelMain } = electron;
    const tell = (name, ...details) => console.log('told ' + JSON.stringify([name, ...details]));
    const preload = ${preload === undefined ? 'undefined' : "path.join(import.meta.dirname, 'preload.cjs')"};
    const served = ${JSON.stringify(served)};
    protocol.registerSchemesAsPrivileged([{ scheme: 'fixture', privileges: { standard: true, secure: true } }]);
    const serve = () => session.defaultSession.protocol.handle('fixture', (request) => {
      const file = served[new URL(request.url).pathname];
      if (file === undefined) return new Response('absent', { status: 404 });
      const headers = { 'content-type': file.type${policy === undefined ? '' : `, 'content-security-policy': ${JSON.stringify(policy)}`} };
      return new Response(file.text, { headers });
    });
    const listen = (emitter, names, prefix = '') => names.split(' ').forEach((name) => emitter.on(name, () => tell(prefix + name)));
    const thrown = (act) => { try { act(); return null; } catch (error) { return error.message; } };
    const newWindow = (options = {}) => new BrowserWindow({ ...options, webPreferences: { sandbox: true, ...(preload && { preload }) } });
  `.replaceAll('\n', ' ');
  await writeFile(path.join(program, 'main.js'), `${beginning}\n${main}\n`);
  if (preload !== undefined) await writeFile(path.join(program, 'preload.cjs'), preload);
  await writeFile(
    path.join(program, 'package.json'),
    JSON.stringify({ name: 'fixture', version: '1.2.3', type: 'module', main: 'main.js' }),
  );
  return folder;
}

/** What a fixture has told, in order. */
export function told(standIn: StandIn): [name: string, ...details: unknown[]][] {
  return [...standIn.output.matchAll(/^told (.*)$/gm)].map(([, text]) => JSON.parse(text ?? '') as [string]);
}

/** `describe`, where the stand-in can run: on Linux with a browser. Elsewhere Electron itself is to be had. */
export function describeInStandIn(title: string, body: () => void): void {
  describeWith(['Linux', 'browser'], title, body);
}

const running: StandIn[] = [];
const folders: string[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((standIn) => standIn.kill()));
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** Starts a program that `writeFixture` has written; it ends with the test. */
export function startAgain(folder: string, options: Omit<LaunchOptions, 'program'> = {}): StandIn {
  const standIn = launchStandIn({
    program: path.join(folder, 'program'),
    home: path.join(folder, 'home'),
    keychainFolder: path.join(folder, 'keychain'),
    workingDirectory: folder,
    startsBrowser: false,
    ...options,
  });
  running.push(standIn);
  return standIn;
}

/** Writes a program and starts it; both are gone with the test. */
export async function startFixture(fixture: Fixture, options: Omit<LaunchOptions, 'program'> = {}): Promise<StandIn> {
  const folder = await writeFixture(fixture);
  folders.push(folder);
  return startAgain(folder, options);
}

/** The folder of the last program that was started. */
export function lastFolder(): string {
  return folders.at(-1) ?? '';
}

/** Waits until the fixture has told something, and returns all of it so far. */
export async function untilTold(standIn: StandIn, name: string, times = 1): Promise<[string, ...unknown[]][]> {
  await until(() => {
    const names = told(standIn).map(([first]) => first);
    expect(names.filter((one) => one === name).length, standIn.output).toBeGreaterThanOrEqual(times);
  });
  return told(standIn);
}

/** The names of what a fixture has told, but those named. */
export function namesTold(standIn: StandIn, ...without: readonly string[]): string[] {
  return told(standIn)
    .map(([name]) => name)
    .filter((name) => !without.includes(name));
}

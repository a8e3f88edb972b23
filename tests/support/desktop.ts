import type { Page } from '@playwright/test';
import { expect, test } from '@playwright/test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { skipWithoutBrowser } from './browser.ts';
import type { LaunchOptions, StandIn } from './electron-stand-in/launch.ts';
import { launchStandIn } from './electron-stand-in/launch.ts';
import { root } from './packaging.ts';

/** The desktop program as it is packaged, in the Electron stand-in, on a home and a data folder of a test's own. */

export interface Desk {
  /** The home of the user: Electron's default folders lie below it. */
  readonly home: string;
  /** Its name holds a space, as many do. */
  readonly dataFolder: string;
}

export async function newDesk(): Promise<Desk> {
  const home = await mkdtemp(path.join(tmpdir(), 'sendwright-desk-'));
  return { home, dataFolder: path.join(home, 'data folder') };
}

/** The program's folder: another one than the checkout where tests/soak/host-faults.ts tries one that has a fault. */
export const desktopProgram: string = process.env.SENDWRIGHT_DESKTOP_PROGRAM ?? root;

/** @param options beside the data folder; further arguments come behind it. */
export function startDesktop(desk: Desk, { args = [], ...options }: LaunchOptions = {}): StandIn {
  return launchStandIn({
    program: desktopProgram,
    home: desk.home,
    args: ['--data-dir', desk.dataFolder, ...args],
    // The keys of the system outlive the data folder of a test that asks for it.
    keychainFolder: path.join(desk.home, 'keychain'),
    ...options,
  });
}

/** What each test of a file works on; whatever it starts is ended with it. */
export interface OwnDesk extends Desk {
  readonly start: (options?: LaunchOptions) => StandIn;
}

/** A desk of its own for each test of a file. */
export function ownDesk(): OwnDesk {
  const own = {} as { -readonly [Key in keyof OwnDesk]: OwnDesk[Key] };
  const started: StandIn[] = [];
  skipWithoutBrowser();
  test.beforeEach(async () => {
    Object.assign(own, await newDesk());
    own.start = (options) => {
      const desktop = startDesktop(own, options);
      started.push(desktop);
      return desktop;
    };
  });
  test.afterEach(async () => {
    const all = started.splice(0);
    // Whatever a test found, nothing of it stays behind.
    await Promise.all(all.map((desktop) => desktop.kill()));
    await rm(own.home, { recursive: true, force: true, maxRetries: 5 });
    expect(all.flatMap(problemsOf)).toEqual([]);
  });
  return own;
}

/** What no program may ever meet: faults of its own, and anything of Electron that the stand-in does not know. */
export function problemsOf(desktop: StandIn): readonly string[] {
  const kinds = new Set(['fault', 'not-modelled', 'uncaught', 'unhandled-rejection']);
  return desktop.happenings
    .filter(({ kind }) => kinds.has(kind))
    .map(({ kind, ...details }) => `${kind}: ${JSON.stringify(details)}`);
}

/** Ends it as the system does when a person quits. @returns the exit code. */
export async function quitDesktop(desktop: StandIn): Promise<number | null> {
  await desktop.quit();
  return desktop.exited;
}

export const firstChoice = (page: Page) => page.getByRole('button', { name: 'Connect my service' });

/** From the first window to the settings of a workspace. */
export async function makeWorkspace(page: Page, name = 'Acme'): Promise<void> {
  await firstChoice(page).click();
  await page.getByLabel('Name').fill(name);
  await page.keyboard.press('Enter');
  await expect(urlField(page)).toBeVisible();
}

export const urlField = (page: Page) => page.getByLabel('Cloud services connection URL');

/** Types an address and does not save it. */
export async function leaveUnsaved(page: Page, text = 'https://half-typed.example.com'): Promise<void> {
  await urlField(page).fill(text);
  await expect(page.getByRole('region', { name: 'Unsaved changes' })).toBeVisible();
}

/** Adds domains to the open workspace. */
export async function addDomains(page: Page, ...names: readonly string[]): Promise<void> {
  await page.getByRole('tab', { name: 'Sender domains' }).click();
  await page.getByRole('button', { name: 'Add domains' }).click();
  await page.getByLabel('Domains', { exact: true }).fill(names.join('\n'));
  await page.getByRole('button', { name: 'Preview' }).click();
  await page.getByRole('button', { name: /^Add \d+ domains?$/ }).click();
  for (const name of names) await expect(page.getByRole('rowheader', { name })).toBeVisible();
}

/** Turns on the checks that repeat by themselves, which keep the console from ending with its window. */
export async function repeatChecks(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'More for the list' }).click();
  await page.getByRole('menuitem', { name: 'Check on a schedule…' }).click();
  const sheet = page.getByRole('dialog', { name: 'Check on a schedule' });
  await sheet.getByText('Check the domains in use automatically').click();
  await expect(sheet.getByRole('switch')).toBeChecked();
  // The switch is on at once; the core knows of it by now.
  await expect(page.getByText(/^Checked automatically: /)).toBeVisible();
  await sheet.getByRole('button', { name: 'Close' }).click();
}

import type { Browser, Page } from '@playwright/test';
import { test as base } from '@playwright/test';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { RunningConsole } from '../support/console.ts';
import { removeFolder, startConsole } from '../support/console.ts';
import type { StandIn } from '../support/electron-stand-in/launch.ts';
import { launchStandIn } from '../support/electron-stand-in/launch.ts';

/**
 * A console of its own for each test, through either door: in a browser window over loopback, or as the bundled Electron
 * program in the Electron stand-in. Which one is the Playwright project's word; a test that is about the loopback door
 * alone carries the tag `@browser`.
 */

type Door = 'browser' | 'stand-in';

export interface OwnConsole {
  readonly dataFolder: string;
  /** Shows the console in the test's page, which may be there already. */
  open(page: Page): Promise<void>;
  /** Starts the same data folder again. @returns the page of the new window. */
  startAgain(): Promise<Page>;
  /** Lets the person save what the page offers for download. @returns what was saved. */
  saved(page: Page, press: () => Promise<void>): Promise<string>;
  /** Ends it as the system does, in an orderly way. */
  stop(): Promise<void>;
  /** Ends it at once, as a power cut does. */
  kill(): Promise<void>;
}

/** In a browser window: what `npm run web` starts. */
class LoopbackConsole implements OwnConsole {
  readonly dataFolder: string;
  /** The one that runs, or ran last. */
  desk: RunningConsole;
  readonly #browser: Browser;

  constructor(desk: RunningConsole, browser: Browser) {
    this.desk = desk;
    this.dataFolder = desk.dataFolder;
    this.#browser = browser;
  }

  async open(page: Page): Promise<void> {
    await page.goto(this.desk.address);
  }
  async startAgain(): Promise<Page> {
    this.desk = await startConsole(this.dataFolder);
    const page = await this.#browser.newPage();
    await this.open(page);
    return page;
  }
  async saved(page: Page, press: () => Promise<void>): Promise<string> {
    const saving = page.waitForEvent('download');
    await press();
    return readFile(await (await saving).path(), 'utf8');
  }
  stop(): Promise<void> {
    return this.desk.stop();
  }
  kill(): Promise<void> {
    return this.desk.kill();
  }
}

/**
 * In the Electron stand-in. Its keychain is one that protects nothing, so that the vault has a passphrase as it has in a
 * browser window; what a keychain changes has tests of its own.
 */
class DesktopConsole implements OwnConsole {
  readonly dataFolder: string;
  #program: StandIn;

  constructor(dataFolder: string) {
    this.dataFolder = dataFolder;
    this.#program = this.#start();
  }

  #start(): StandIn {
    return launchStandIn({
      args: ['--data-dir', this.dataFolder],
      home: this.dataFolder,
      keychain: 'none',
    });
  }
  page(): Promise<Page> {
    return this.#program.page();
  }
  async open(): Promise<void> {
    await this.page();
  }
  startAgain(): Promise<Page> {
    this.#program = this.#start();
    return this.page();
  }
  async saved(_page: Page, press: () => Promise<void>): Promise<string> {
    const from = this.#program.happenings.length;
    await press();
    const file = path.join(this.dataFolder, 'saved');
    await this.#program.answerWhenAsked({ filePaths: [file] }, from);
    await this.#program.happened('download', ({ savePath }) => savePath === file, from);
    return readFile(file, 'utf8');
  }
  async stop(): Promise<void> {
    await this.#program.terminate();
  }
  kill(): Promise<void> {
    return this.#program.kill();
  }
  /** What may never come up, whatever a test does. */
  problems(): readonly string[] {
    return this.#program.happenings
      .filter(({ kind }) => ['fault', 'not-modelled', 'uncaught', 'unhandled-rejection'].includes(kind))
      .map((happening) => JSON.stringify(happening));
  }
}

export interface Options {
  readonly door: Door;
}

interface Fixtures {
  /** The console's; a test that needs one with something in it makes it here. */
  readonly dataFolder: string;
  readonly own: OwnConsole;
}

/** Playwright's test with a console of its own; `page` is its window's. */
export const test = base.extend<Options & Fixtures>({
  door: ['browser', { option: true }],
  // oxlint-disable-next-line no-empty-pattern -- Playwright reads what a fixture needs from its first argument
  dataFolder: async ({}, use) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'sendwright-e2e-'));
    await use(folder);
    await removeFolder(folder);
  },
  own: async ({ door, browser, dataFolder }, use) => {
    if (door === 'browser') {
      const own = new LoopbackConsole(await startConsole(dataFolder), browser);
      await use(own);
      await own.stop();
      return;
    }
    const own = new DesktopConsole(dataFolder);
    await use(own);
    await own.kill();
    base.expect(own.problems()).toEqual([]);
  },
  page: async ({ page, own }, use) => {
    await use(own instanceof DesktopConsole ? await own.page() : page);
  },
});

/** The loopback console's own address and port, for tests that are about them. */
export function loopback(own: OwnConsole): RunningConsole {
  if (own instanceof LoopbackConsole) return own.desk;
  throw new Error('This test is about the browser door: it needs the tag @browser');
}

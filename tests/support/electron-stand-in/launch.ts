import type { Page } from '@playwright/test';
import { chromium } from '@playwright/test';
import { spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import { findBrowser } from '../../../main/hosts/loopback/open-window.ts';
import type { DialogAnswer, Display, KeychainState, Settings } from './settings.ts';
import { SETTINGS_VARIABLE } from './settings.ts';

/** The test's side of the Electron stand-in: starts a program in it, drives its pages, and plays person and system. */

const root = path.resolve(import.meta.dirname, '..', '..', '..');

/** Something that happened in the program, in the order of its happening. */
export interface Happening {
  readonly kind: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- each kind has details of its own
  readonly [detail: string]: any;
}

/** A window as the program has it. */
export interface WindowState {
  readonly id: number;
  readonly contents: number;
  readonly target: string;
  readonly title: string;
  readonly url: string;
  readonly isCrashed: boolean;
  readonly isLoading: boolean;
  readonly isVisible: boolean;
  readonly isFocused: boolean;
  readonly extent: 'normal' | 'minimized' | 'maximized' | 'fullscreen';
  readonly bounds: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  readonly normalBounds: WindowState['bounds'];
  readonly zoomFactor: number;
}

/** An item of a menu as a person sees it. */
export interface ShownItem {
  readonly id: string;
  readonly label: string;
  readonly type: string;
  readonly role?: string;
  readonly enabled: boolean;
  readonly checked: boolean;
  readonly accelerator: string | null;
  readonly items?: readonly ShownItem[];
}

export interface LaunchOptions extends Partial<Omit<Settings, 'controlDescriptor' | 'playwright'>> {
  /** The folder, or the archive, with the program's package.json; the checkout by default. */
  readonly program?: string;
  /** The executable of an installed program, which starts the stand-in by itself; `program` is not looked at then. */
  readonly executable?: string;
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly workingDirectory?: string;
  /** Prints what the program prints. */
  readonly verbose?: boolean;
}

/** What comes through the pipe: a happening, or the answer to a call. */
interface Told {
  readonly report?: Happening;
  readonly id?: number;
  readonly value?: unknown;
  readonly error?: string;
}

/** What a program of Windows’ own says where there is no Windows. */
const WINDOWS_PROGRAMS = path.join(import.meta.dirname, 'windows');

let windowsFolder: string | undefined;

/**
 * A folder for the search path, in which a program of Windows is found under its whole name: to a system that parts
 * folders otherwise that is one word. No checkout on Windows could hold a file of that name.
 */
function windowsPrograms(): string {
  if (windowsFolder !== undefined) return windowsFolder;
  const folder = mkdtempSync(path.join(tmpdir(), 'sendwright-windows-'));
  copyFileSync(path.join(WINDOWS_PROGRAMS, 'reg'), path.join(folder, 'C:\\Windows\\System32\\reg.exe'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  windowsFolder = folder;
  return folder;
}

const BROWSER_ENDS_WITHIN_MS = 5000;
const LETS_GO_WITHIN_MS = 5000;
const NEVER_LONGER_MS = 90_000;

/** @throws what was awaited, when it has not come in time. */
async function inTime<Value>(what: string, value: Promise<Value>, milliseconds = NEVER_LONGER_MS): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not come within ${milliseconds} ms`)), milliseconds);
  });
  try {
    return await Promise.race([value, late]);
  } finally {
    clearTimeout(timer);
  }
}

const leaveAlone = () => undefined;

/** A program that runs in the stand-in. */
export class StandIn {
  readonly pid: number;
  /** The exit code; null when it was killed. */
  readonly exited: Promise<number | null>;
  /** Everything that happened, as it came. */
  readonly happenings: Happening[] = [];
  readonly #waiting = new Set<(happening: Happening) => boolean>();
  readonly #calls = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  readonly #control: Duplex;
  readonly #options: LaunchOptions;
  readonly #kill: () => void;
  #count = 0;
  #isOver = false;
  #connection: Promise<Awaited<ReturnType<typeof chromium.connectOverCDP>>> | null = null;
  /** What the program has printed. */
  output = '';

  constructor(options: LaunchOptions) {
    this.#options = options;
    const {
      program = root,
      args = [],
      environment = {},
      workingDirectory = root,
      verbose = false,
      executable,
      ...rest
    } = options;
    const browser = rest.browser ?? findBrowser();
    const settings = { ...rest, ...(browser === undefined ? {} : { browser }), playwright: true, controlDescriptor: 3 };
    const start = [path.join(import.meta.dirname, 'program', 'main.ts'), program];
    const child = spawn(executable ?? process.execPath, [...(executable === undefined ? start : []), ...args], {
      cwd: workingDirectory,
      env: {
        ...process.env,
        ...(settings.platform === 'win32'
          ? { PATH: `${windowsPrograms()}${path.delimiter}${process.env.PATH ?? ''}`, SystemRoot: 'C:\\Windows' }
          : {}),
        ...environment,
        [SETTINGS_VARIABLE]: JSON.stringify(settings),
      },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    this.pid = child.pid ?? 0;
    this.#kill = () => child.kill('SIGKILL');
    this.#control = child.stdio[3] as Duplex;
    this.#control.on('error', () => undefined);
    let pending = '';
    this.#control.on('data', (part: Buffer) => {
      const lines = (pending + part.toString()).split('\n');
      pending = lines.pop() ?? '';
      for (const line of lines) this.#take(JSON.parse(line) as Told);
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (part: Buffer) => {
        this.output += part.toString();
        if (verbose) process.stderr.write(part);
      });
    }
    this.exited = new Promise((resolve) => {
      const over = (code: number | null) => {
        this.#isOver = true;
        for (const { reject } of this.#calls.values()) reject(new Error(`The program has ended:\n${this.output}`));
        this.#calls.clear();
        resolve(code);
      };
      child.once('exit', over);
      child.once('error', (error) => {
        this.output += `It could not be started: ${error.message}\n`;
        over(null);
      });
    });
  }

  #take(message: Told): void {
    if (message.report !== undefined) {
      this.happenings.push(message.report);
      for (const wait of this.#waiting) if (wait(message.report)) this.#waiting.delete(wait);
      return;
    }
    const call = this.#calls.get(message.id ?? -1);
    this.#calls.delete(message.id ?? -1);
    if (message.error === undefined) call?.resolve(message.value as never);
    else call?.reject(new Error(message.error));
  }

  /** Does something in the program's process that a person or the system does. */
  call<Value = unknown>(name: string, argument: object = {}): Promise<Value> {
    if (this.#isOver) return Promise.reject(new Error(`The program has ended:\n${this.output}`));
    this.#count += 1;
    const id = this.#count;
    return inTime(
      `The answer to ${name}`,
      new Promise<Value>((resolve, reject) => {
        this.#calls.set(id, { resolve: resolve as (value: never) => void, reject });
        this.#control.write(`${JSON.stringify({ id, name, argument })}\n`);
      }),
    );
  }

  /**
   * Waits for something to happen, or finds that it has.
   *
   * @param matches beside the kind.
   * @param from how many happenings to leave out, for what has to come anew.
   */
  happened(kind: string, matches: (happening: Happening) => boolean = () => true, from = 0): Promise<Happening> {
    const isIt = (happening: Happening) => happening.kind === kind && matches(happening);
    const before = this.happenings.slice(from).find(isIt);
    if (before !== undefined) return Promise.resolve(before);
    const come = new Promise<Happening>((resolve, reject) => {
      this.#waiting.add((happening) => {
        if (!isIt(happening)) return false;
        resolve(happening);
        return true;
      });
      void this.exited.then(() => reject(new Error(`The program ended before ${kind} came:\n${this.output}`)));
    });
    return inTime(`${kind}`, come);
  }

  /** The happenings of one kind. */
  all(kind: string): readonly Happening[] {
    return this.happenings.filter((happening) => happening.kind === kind);
  }

  windows(): Promise<readonly WindowState[]> {
    return this.call('windows');
  }

  /** The only window there is. */
  async window(): Promise<WindowState> {
    const [window, ...others] = await this.windows();
    if (window === undefined || others.length > 0)
      throw new Error(`There are ${others.length + Number(window !== undefined)} windows`);
    return window;
  }

  /**
   * The window's page, to be driven by Playwright.
   *
   * @param contents which, where there are several; the newest by default.
   */
  async page(contents?: number): Promise<Page> {
    const { target } = await this.happened('page', (told) => contents === undefined || told.contents === contents);
    const wanted = contents === undefined ? (this.all('page').at(-1)?.target as string) : (target as string);
    const { endpoint } = await this.happened('endpoint');
    this.#connection ??= chromium.connectOverCDP(endpoint as string, { noDefaults: true });
    const browser = await this.#connection;
    const context = browser.contexts()[0];
    if (context === undefined) throw new Error('Chromium has no pages');
    // Whether a page may be left is the program's word, not Playwright's: a listener keeps Playwright from answering.
    context.off('dialog', leaveAlone).on('dialog', leaveAlone);
    const targetOf = async (page: Page) => {
      try {
        const session = await inTime('A session with the page', context.newCDPSession(page));
        const { targetInfo } = await session.send('Target.getTargetInfo');
        await session.detach();
        return targetInfo.targetId;
      } catch {
        // A page of a window that has closed, or hangs.
        return null;
      }
    };
    const find = async () => {
      for (const page of context.pages()) {
        // oxlint-disable-next-line no-await-in-loop -- there are one or two
        if ((await targetOf(page)) === wanted) return page;
      }
      return null;
    };
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop -- until it is there
      const page = await find();
      if (page !== null) return page;
      // oxlint-disable-next-line no-await-in-loop -- as above
      await inTime('The page', context.waitForEvent('page') as Promise<unknown>);
    }
  }

  /** Lets go of the pages: after a crash Playwright needs a new connection to reach a page again. */
  async disconnect(): Promise<void> {
    const connection = this.#connection;
    this.#connection = null;
    await inTime('The end of the connection', Promise.resolve((await connection)?.close()));
  }

  /** Answers the next box that comes, or the one that waits. */
  async answer(answer: DialogAnswer): Promise<void> {
    const open = await this.call<readonly { id: number }[]>('boxes');
    if (open[0] === undefined) await this.call('answer-next', answer);
    else await this.call('answer', { id: open[0].id, answer });
  }

  /** Waits for a box that blocks the program or not, and answers it. @returns the box. */
  async answerWhenAsked(answer: DialogAnswer, from = 0): Promise<Happening> {
    const isAnswered = (id: unknown) => this.all('dialog-answered').some((told) => told.id === id);
    const box = await this.happened('dialog', ({ id, answer: given }) => given === undefined && !isAnswered(id), from);
    if (typeof box.answerFile === 'string') {
      // Made whole under another name first: the program reads it the moment it is there.
      await writeFile(`${box.answerFile}.part`, JSON.stringify(answer));
      await rename(`${box.answerFile}.part`, box.answerFile);
      this.happenings.push({ kind: 'dialog-answered', id: box.id, answer });
    } else {
      await this.call('answer', { id: box.id, answer });
    }
    return box;
  }

  pressClose(window?: number): Promise<unknown> {
    return this.call('press-close', { window });
  }
  /** As the system does when a person logs off, or with Quit in the dock. */
  quit(): Promise<unknown> {
    return this.call('quit').catch(() => undefined);
  }
  activate(): Promise<unknown> {
    return this.call('activate');
  }
  openUrl(url: string): Promise<unknown> {
    return this.call('open-url', { url });
  }
  power(event: 'suspend' | 'resume' | 'lock-screen' | 'unlock-screen' | 'shutdown'): Promise<unknown> {
    return this.call('power', { event });
  }
  menu(): Promise<readonly ShownItem[]> {
    return this.call('menu');
  }
  clickMenu(...way: readonly string[]): Promise<unknown> {
    return this.call('click-menu', { way });
  }
  trays(): Promise<readonly { id: number; toolTip: string; menu: readonly ShownItem[] }[]> {
    return this.call('trays');
  }
  clickTray(): Promise<unknown> {
    return this.call('click-tray');
  }
  clickTrayMenu(...way: readonly string[]): Promise<unknown> {
    return this.call('click-tray-menu', { way });
  }
  clickNotification(id: number): Promise<unknown> {
    return this.call('click-notification', { id });
  }
  crashPage(contents?: number): Promise<unknown> {
    return this.call('crash', { contents });
  }
  keychain(state: KeychainState): Promise<unknown> {
    return this.call('keychain', { state });
  }
  /** The system's keys are gone for good; new ones are made. */
  loseKeychain(): Promise<unknown> {
    return this.call('lose-keychain');
  }
  displays(displays: readonly Display[]): Promise<unknown> {
    return this.call('displays', { displays });
  }
  darkColors(isDark: boolean): Promise<unknown> {
    return this.call('dark-colors', { isDark });
  }
  act(act: string, argument?: unknown, window?: number): Promise<unknown> {
    return this.call('window', { window, act, argument });
  }

  /**
   * Where the program has asked to be started again, does so once it has ended, as Electron does.
   *
   * @throws when it has not asked.
   */
  async startedAgain(): Promise<StandIn> {
    const { relaunches } = await this.happened('quit');
    const [again] = relaunches as readonly { readonly args?: readonly string[] }[];
    if (again === undefined) throw new Error('The program has not asked to be started again');
    await this.exited;
    await this.#browserGone();
    // A program that is not packaged has its folder among the arguments.
    const isPackaged = path.basename(path.dirname(this.#options.program ?? root)) === 'resources';
    const args = again.args === undefined ? this.#options.args : isPackaged ? again.args : again.args.slice(1);
    return new StandIn({ ...this.#options, ...(args === undefined ? {} : { args }) });
  }

  /** Ends it as the system does when it shuts down: with SIGTERM. @returns the exit code. */
  terminate(): Promise<number | null> {
    if (!this.#isOver) process.kill(this.pid, 'SIGTERM');
    return inTime('The end', this.exited);
  }

  /** Ends it at once, as a power cut does. */
  async kill(): Promise<void> {
    await this.#letGo();
    this.#kill();
    await inTime(`The end of process ${this.pid}`, this.exited);
    await this.#browserGone();
  }

  /** Chromium ends by itself when its pipe is closed, a moment after the program: only then is its profile at rest. */
  async #browserGone(): Promise<void> {
    const pid = this.all('browser')[0]?.pid as number | undefined;
    const isThere = () => {
      try {
        return pid !== undefined && process.kill(pid, 0);
      } catch {
        return false;
      }
    };
    const end = Date.now() + BROWSER_ENDS_WITHIN_MS;
    while (isThere()) {
      if (Date.now() > end) process.kill(pid as number, 'SIGKILL');
      // oxlint-disable-next-line no-await-in-loop -- until it is gone
      await new Promise((resolve) => void setTimeout(resolve, 10));
    }
  }

  async #letGo(): Promise<void> {
    const connection = this.#connection;
    this.#connection = null;
    const close = async () => (await connection)?.close();
    // Closing the connection leaves the browser alone: it belongs to the program. One that hangs is ended soon.
    await inTime('The end of the connection', close(), LETS_GO_WITHIN_MS).catch(() => undefined);
  }

  /** Ends whatever is still running. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}

/** Starts a program in the stand-in. */
export function launchStandIn(options: LaunchOptions = {}): StandIn {
  return new StandIn(options);
}

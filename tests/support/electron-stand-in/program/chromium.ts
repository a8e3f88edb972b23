import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { report } from './control.ts';
import { settings } from './given.ts';

/** The real Chromium behind the stand-in, driven over the DevTools protocol through a pair of pipes. */

// oxlint-disable-next-line typescript/no-explicit-any -- answers of the DevTools protocol, which this project has no types of
export type Answer = any;

interface Waiting {
  readonly resolve: (result: Answer) => void;
  readonly reject: (error: Error) => void;
}

/** Commands and events of one target; the browser's own session has no id. */
export class CdpSession extends EventEmitter {
  readonly id: string | undefined;
  readonly #browser: Browser;
  isOpen = true;

  constructor(browser: Browser, id?: string) {
    super();
    this.setMaxListeners(0);
    this.#browser = browser;
    this.id = id;
  }

  /** @throws what Chromium says against it, or that the target is gone. */
  send(method: string, params: object = {}): Promise<Answer> {
    if (!this.isOpen) return Promise.reject(new Error(`${method}: the target is gone`));
    return this.#browser.command(method, params, this.id);
  }

  /** Sends what may come too late: an answer of no interest, not even that the target is gone. */
  tell(method: string, params: object = {}): void {
    this.send(method, params).catch(() => undefined);
  }
}

/** Chromium's port for developers, which a person may ask any Electron program for. */
const isPortAsked = process.argv.some((argument) => argument.startsWith('--remote-debugging-port='));

/** One running Chromium. */
export class Browser {
  readonly root: CdpSession = new CdpSession(this);
  readonly exited: Promise<void>;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  readonly #sessions = new Map<string, CdpSession>();
  readonly #in: Writable;
  #count = 0;
  #pending: Buffer[] = [];
  #isEnding = false;

  constructor(profile: string) {
    mkdirSync(profile, { recursive: true, mode: 0o700 });
    this.#child = spawn(
      settings.browser,
      [
        '--headless=new',
        '--remote-debugging-pipe',
        ...(settings.playwright || isPortAsked ? ['--remote-debugging-port=0'] : []),
        `--user-data-dir=${profile}`,
        `--lang=${settings.locale}`,
        '--no-startup-window',
        '--no-first-run',
        '--no-default-browser-check',
        '--disable-extensions',
        '--disable-component-update',
        '--disable-background-networking',
        '--disable-default-apps',
        '--disable-sync',
        '--disable-gpu',
        '--disable-popup-blocking',
        '--password-store=basic',
        // Electron’s ports tell when their other end is closed; Chromium’s do so with this alone.
        '--enable-blink-features=MessagePortCloseEvent',
        '--disable-features=BackForwardCache',
        // Another engine's timers and priorities are no part of what is tested.
        '--disable-renderer-backgrounding',
        '--disable-backgrounding-occluded-windows',
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
        ...settings.browserArguments,
      ],
      { stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'], env: process.env },
    );
    report({ kind: 'browser', pid: this.#child.pid });
    const [, , , input, output] = this.#child.stdio as unknown as [null, null, Readable, Writable, Readable];
    this.#in = input;
    input.on('error', () => undefined);
    output.on('data', (part: Buffer) => this.#read(part));
    this.#child.stderr?.on('data', (part: Buffer) => {
      const endpoint = /DevTools listening on (ws:\S+)/.exec(part.toString())?.[1];
      if (endpoint !== undefined) report({ kind: 'endpoint', endpoint });
      if (endpoint !== undefined && isPortAsked) console.error(`DevTools listening on ${endpoint}`);
    });
    this.exited = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        report({ kind: 'fault', message: `Chromium can’t be started: ${error.message}` });
        resolve();
      });
      this.#child.once('exit', () => {
        for (const session of this.#sessions.values()) session.isOpen = false;
        this.root.isOpen = false;
        for (const { reject } of this.#waiting.values()) reject(new Error('Chromium has ended'));
        this.#waiting.clear();
        if (!this.#isEnding) report({ kind: 'fault', message: 'Chromium ended by itself' });
        resolve();
      });
    });
    // The first page is made while the program is still composing itself, as Electron has a spare renderer.
    this.root.tell('Target.setDiscoverTargets', { discover: true });
    this.root.tell('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: true, flatten: true });
  }

  /** Sends a command. The same as `CdpSession.send`, which is what callers use. */
  command(method: string, params: object, sessionId: string | undefined): Promise<Answer> {
    this.#count += 1;
    const id = this.#count;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#in.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    });
  }

  #read(part: Buffer): void {
    let rest = part;
    for (let end = rest.indexOf(0); end !== -1; end = rest.indexOf(0)) {
      const text = Buffer.concat([...this.#pending, rest.subarray(0, end)]).toString();
      this.#pending = [];
      rest = rest.subarray(end + 1);
      this.#take(JSON.parse(text));
    }
    if (rest.length > 0) this.#pending.push(rest);
  }

  #take(message: Answer): void {
    if (message.id !== undefined) {
      const waiting = this.#waiting.get(message.id);
      this.#waiting.delete(message.id);
      if (message.error === undefined) waiting?.resolve(message.result);
      else waiting?.reject(new Error(message.error.message));
      return;
    }
    if (message.method === 'Target.attachedToTarget') {
      const { sessionId } = message.params;
      const session = new CdpSession(this, sessionId);
      this.#sessions.set(sessionId, session);
      this.root.emit('attached', session, message.params.targetInfo);
    }
    if (message.method === 'Target.detachedFromTarget') {
      const session = this.#sessions.get(message.params.sessionId);
      this.#sessions.delete(message.params.sessionId);
      if (session !== undefined) {
        session.isOpen = false;
        session.emit('detached');
      }
    }
    const session = message.sessionId === undefined ? this.root : this.#sessions.get(message.sessionId);
    session?.emit(message.method, message.params);
  }

  /** Ends Chromium as a user's log-off would: what the pages have stored is written. */
  async close(): Promise<void> {
    this.#isEnding = true;
    this.root.tell('Browser.close');
    await this.exited;
  }

  /** Ends it at once. */
  kill(): void {
    this.#isEnding = true;
    this.#child.kill('SIGKILL');
  }
}

let browser: Browser | null = null;
let start: (() => Browser) | null = null;

/**
 * Starts Chromium on the profile; called once, when the program's code has been evaluated.
 *
 * @param begin what is to be done with it first.
 */
export function startBrowser(sessionData: string, begin: () => void): void {
  start = () => {
    start = null;
    browser = new Browser(path.join(sessionData, 'Chromium'));
    begin();
    return browser;
  };
  if (settings.startsBrowser) start();
}

/** @throws before it may be started. */
export function theBrowser(): Browser {
  const running = browser ?? start?.();
  if (running === undefined) throw new Error('The stand-in’s Chromium is not started yet');
  return running;
}

/** Whether there is one. */
export function hasBrowser(): boolean {
  return browser !== null;
}

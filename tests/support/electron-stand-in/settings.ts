/** What a test tells the stand-in when it starts it. Everything here is plain data: it travels in an environment variable. */

/** The environment variable that carries the settings as JSON; the program under test does not see it. */
export const SETTINGS_VARIABLE = 'ELECTRON_STAND_IN';

/** Milliseconds: always the same, or drawn anew each time from between two limits. */
export type Delay = number | readonly [least: number, most: number];

/**
 * How long each step takes beyond what real processes need anyway. No step is ever synchronous where Electron's is not,
 * even at 0.
 */
export interface Delays {
  /** From the end of the main script's evaluation to `ready`. */
  readonly ready: Delay;
  /** From `loadURL` and its kin to the start of the navigation. */
  readonly navigation: Delay;
  /** From a request for the document to the handler of its protocol. */
  readonly document: Delay;
  /** From a request for a script: what parts the document's start, and the preload script, from the page's scripts. */
  readonly script: Delay;
  /** From any other request of a page. */
  readonly resource: Delay;
  /** From `ipcRenderer.send` and its kin to the main process. */
  readonly ipcToMain: Delay;
  /** From `webContents.send`, `postMessage` and the answer of `invoke` to the page. */
  readonly ipcToPage: Delay;
  /** From `postMessage` on a port in the page to its other end in the main process. */
  readonly portToMain: Delay;
  /** From `postMessage` on a `MessagePortMain` to its other end in the page. */
  readonly portToPage: Delay;
  /** From closing one end of a port to the `close` of the other. */
  readonly portClose: Delay;
  /** Between Chromium telling of an event in the page and the main process hearing it. */
  readonly pageEvent: Delay;
  /** Of each call of `safeStorage`'s asynchronous functions. */
  readonly safeStorage: Delay;
  /** From the answer to a box until its promise resolves. */
  readonly dialog: Delay;
  /** From `utilityProcess.fork` to `spawn`. */
  readonly utilityProcess: Delay;
  /** Between a second start's request and the first's `second-instance`. */
  readonly secondInstance: Delay;
}

/** About what a warm desktop computer takes, where Chromium's own time is not already that. */
export const usualDelays: Delays = {
  ready: [1, 5],
  navigation: 0,
  document: [0, 1],
  script: [0, 1],
  resource: [0, 1],
  ipcToMain: [0, 1],
  ipcToPage: [0, 1],
  portToMain: 0,
  portToPage: 0,
  portClose: [0, 1],
  pageEvent: 0,
  safeStorage: [1, 4],
  dialog: [0, 2],
  utilityProcess: [1, 5],
  secondInstance: [1, 5],
};

/**
 * What the frame of an IPC event is at the first message of a document: `there`; `null`, as when it was asked for too
 * late; or `before`, still with the address of the document before.
 */
export type FirstSenderFrame = 'there' | 'null' | 'before';

/**
 * What lies behind `safeStorage`:
 * - `keyring`: a key that the operating system keeps for this user;
 * - `basic-text`: Linux without a keyring, where Chromium seals under a key that everybody knows;
 * - `none`: encryption is not available at all;
 * - `away`: the key is there but can't be reached for now; nothing seals or opens until it is back.
 */
export type KeychainState = 'keyring' | 'basic-text' | 'none' | 'away';

/** What a test answers to a box or a file dialog: for a box the button's index or its text. */
export interface DialogAnswer {
  readonly button?: number | string;
  readonly checkboxChecked?: boolean;
  /** Of a file dialog; none means that it was cancelled. */
  readonly filePaths?: readonly string[];
}

export interface Display {
  readonly id: number;
  readonly bounds: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  readonly workArea?: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  readonly scaleFactor?: number;
}

export interface Settings {
  /** What `process.platform` says to the program. */
  readonly platform: NodeJS.Platform;
  /** Where the sequence of drawn delays begins. */
  readonly seed: number;
  readonly delays: Partial<Delays>;
  readonly firstSenderFrame: FirstSenderFrame | 'any';
  readonly keychain: KeychainState;
  /** Where the operating system keeps its keys, for as long as a test wants them to last. */
  readonly keychainFolder: string;
  /** Answers to the boxes to come, in order; a box without one waits for the test. */
  readonly dialogAnswers: readonly DialogAnswer[];
  readonly displays: readonly Display[];
  readonly locale: string;
  /** What `session.resolveProxy` answers, as Chromium words it. */
  readonly proxy: string;
  readonly darkColors: boolean;
  /** A link by which macOS starts the program: told before it is ready. */
  readonly openUrl: string | null;
  readonly notificationsSupported: boolean;
  /** The folder of the home of the user, below which Electron's default folders lie. */
  readonly home: string;
  /** The browser's executable. */
  readonly browser: string;
  readonly browserArguments: readonly string[];
  /** Whether Chromium starts with the program, as Electron's does; else with the program's first window. */
  readonly startsBrowser: boolean;
  /** Whether Chromium opens a port for Playwright. */
  readonly playwright: boolean;
  /** The file descriptor of the pipe to the test; null where nobody listens. */
  readonly controlDescriptor: number | null;
}

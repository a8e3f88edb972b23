import { EventEmitter } from 'node:events';
import type { MessagePort } from 'node:worker_threads';
import { MessageChannel } from 'node:worker_threads';

/**
 * Stands in for the Electron APIs that the Electron host calls, at once and in one process: for what is asked of the host
 * message by message. Order and time are the stand-in's (tests/support/electron-stand-in); the real application is
 * driven by tests/e2e/electron where its executable is to be had.
 */

export class ContentsDouble extends EventEmitter {
  readonly id: number;
  readonly mainFrame: FrameDouble;
  openHandler: ((details: { url: string }) => { action: string }) | undefined;
  readonly calls: string[] = [];
  crashed = false;
  constructor(id: number, url: string) {
    super();
    this.id = id;
    this.mainFrame = new FrameDouble(url);
  }
  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.openHandler = handler;
  }
  isCrashed(): boolean {
    return this.crashed;
  }
  setZoomLevel(level: number): void {
    this.calls.push(`zoom ${level}`);
  }
  reload(): void {
    this.calls.push('reload');
  }
}

export class FrameDouble {
  url: string;
  readonly received: { readonly channel: string; readonly ports: readonly MessageChannel['port1'][] }[] = [];
  constructor(url: string) {
    this.url = url;
  }
  postMessage(channel: string, _message: unknown, ports: readonly MessageChannel['port1'][]): void {
    this.received.push({ channel, ports });
  }
}

export class WindowDouble extends EventEmitter {
  static readonly made: WindowDouble[] = [];
  readonly options: Record<string, unknown>;
  readonly webContents: ContentsDouble;
  readonly calls: string[] = [];
  minimized = false;
  constructor(options: Record<string, unknown>) {
    super();
    this.options = options;
    this.webContents = new ContentsDouble(WindowDouble.made.length + 1, 'about:blank');
    WindowDouble.made.push(this);
  }
  async loadURL(url: string): Promise<void> {
    this.webContents.mainFrame.url = url;
    this.webContents.crashed = false;
    this.calls.push('load');
    this.emit('ready-to-show');
  }
  isDestroyed(): boolean {
    return false;
  }
  isFullScreen(): boolean {
    return false;
  }
  isMaximized(): boolean {
    return false;
  }
  isVisible(): boolean {
    return true;
  }
  getNormalBounds() {
    return { x: 0, y: 0, width: 1280, height: 860 };
  }
  isMinimized(): boolean {
    return this.minimized;
  }
  restore(): void {
    this.calls.push('restore');
  }
  show(): void {
    this.calls.push('show');
    this.emit('show');
  }
  hide(): void {
    this.calls.push('hide');
  }
  focus(): void {
    this.calls.push('focus');
  }
}

export class AppDouble extends EventEmitter {
  readonly calls: string[] = [];
  readonly paths = new Map<string, string>();
  readonly name = 'Sendwright';
  readonly isPackaged = false;
  isFirst = true;
  enableSandbox(): void {
    this.calls.push('enableSandbox');
  }
  getPath(name: string): string {
    return this.paths.get(name) ?? '/nowhere';
  }
  setPath(name: string, value: string): void {
    this.calls.push(`setPath ${name}`);
    this.paths.set(name, value);
  }
  setAboutPanelOptions(): void {}
  relaunch({ args }: { readonly args: readonly string[] }): void {
    this.calls.push(`relaunch ${args.join(' ')}`);
  }
  requestSingleInstanceLock(): boolean {
    return this.isFirst;
  }
  async whenReady(): Promise<void> {
    this.calls.push('whenReady');
  }
  quit(): void {
    this.calls.push('quit');
  }
  exit(code: number): void {
    this.calls.push(`exit ${code}`);
  }
}

export class SessionDouble {
  requestHandler: ((contents: unknown, permission: string, answer: (allowed: boolean) => void) => void) | undefined;
  checkHandler: ((contents: unknown, permission: string) => boolean) | undefined;
  deviceHandler: (() => boolean) | undefined;
  readonly schemes = new Map<string, (request: { method: string; url: string }) => Promise<Response>>();
  readonly protocol = {
    handle: (scheme: string, handler: (request: { method: string; url: string }) => Promise<Response>) => {
      this.schemes.set(scheme, handler);
    },
  };
  setPermissionRequestHandler(handler: NonNullable<SessionDouble['requestHandler']>): void {
    this.requestHandler = handler;
  }
  setPermissionCheckHandler(handler: NonNullable<SessionDouble['checkHandler']>): void {
    this.checkHandler = handler;
  }
  setDevicePermissionHandler(handler: () => boolean): void {
    this.deviceHandler = handler;
  }
}

/** An OS keychain: what it seals begins with the mark that Chromium would put there. */
export class SafeStorageDouble {
  mark: 'v10' | 'v11' = 'v11';
  isThere = true;
  isBroken = false;
  hasNewKey = false;
  isAsyncEncryptionAvailable = async (): Promise<boolean> => this.isThere;
  encryptStringAsync = async (text: string): Promise<Buffer> =>
    Buffer.concat([Buffer.from(this.mark), Buffer.from(text).map((octet) => octet ^ 0x5a)]);
  decryptStringAsync = async (sealed: Buffer): Promise<{ result: string; shouldReEncrypt: boolean }> => {
    if (this.isBroken) throw new Error('Error while decrypting the ciphertext provided to safeStorage');
    const result = Buffer.from(sealed.subarray(3)).map((octet) => octet ^ 0x5a);
    return { result: Buffer.from(result).toString(), shouldReEncrypt: this.hasNewKey };
  };
}

export class TrayDouble extends EventEmitter {
  static readonly shown = new Set<TrayDouble>();
  menu: readonly { label?: string; click?: () => void }[] = [];
  readonly image: unknown;
  constructor(image: unknown) {
    super();
    this.image = image;
    TrayDouble.shown.add(this);
  }
  setToolTip(_text: string): void {}
  setContextMenu(menu: readonly { label?: string; click?: () => void }[]): void {
    this.menu = menu;
  }
  destroy(): void {
    TrayDouble.shown.delete(this);
  }
}

export class NotificationDouble extends EventEmitter {
  static readonly shown: NotificationDouble[] = [];
  readonly options: { title: string; body: string };
  constructor(options: { title: string; body: string }) {
    super();
    this.options = options;
  }
  show(): void {
    NotificationDouble.shown.push(this);
  }
}

/** A `MessagePortMain`: unlike Node's ports it keeps what comes until it is started, whoever listens already. */
class PortDouble extends EventEmitter {
  readonly #port: MessagePort;
  readonly #waiting: unknown[] = [];
  #isStarted = false;
  constructor(port: MessagePort) {
    super();
    this.#port = port;
    port.on('message', (data) => {
      if (this.#isStarted) this.emit('message', { data, ports: [] });
      else this.#waiting.push(data);
    });
    port.on('close', () => this.emit('close'));
  }
  start(): void {
    this.#isStarted = true;
    for (const data of this.#waiting.splice(0)) this.emit('message', { data, ports: [] });
  }
  postMessage(message: unknown): void {
    this.#port.postMessage(message);
  }
  close(): void {
    this.#port.close();
  }
}

class ChannelDouble {
  readonly port1: PortDouble;
  readonly port2: MessagePort;
  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.port1 = new PortDouble(port1);
    this.port2 = port2;
  }
}

/** The module `electron`, as `main/hosts/electron/main.ts` imports it. */
export function electronDouble() {
  const app = new AppDouble();
  const ipcMain = new EventEmitter();
  const session = { defaultSession: new SessionDouble() };
  const openedOutside: string[] = [];
  const privileged: unknown[] = [];
  const errorBoxes: string[] = [];
  const double = {
    app,
    ipcMain,
    session,
    openedOutside,
    privileged,
    errorBoxes,
    BrowserWindow: WindowDouble,
    Tray: TrayDouble,
    Notification: NotificationDouble,
    Menu: { buildFromTemplate: (template: unknown) => template, setApplicationMenu: () => undefined },
    powerMonitor: new EventEmitter(),
    screen: { getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }] },
    MessageChannelMain: ChannelDouble,
    safeStorage: new SafeStorageDouble(),
    shell: { openExternal: async (url: string) => void openedOutside.push(url) },
    protocol: { registerSchemesAsPrivileged: (schemes: unknown) => void privileged.push(schemes) },
    dialog: { showErrorBox: (title: string, content: string) => void errorBoxes.push(`${title}: ${content}`) },
    utilityProcess: {
      fork: () => {
        throw new Error('no practice process here');
      },
    },
  };
  return double;
}

export type ElectronDouble = ReturnType<typeof electronDouble>;

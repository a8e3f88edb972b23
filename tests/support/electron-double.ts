import { EventEmitter } from 'node:events';
import { MessageChannel } from 'node:worker_threads';

/**
 * Stands in for the Electron APIs that the Electron host calls, because Electron's executable is not everywhere to be
 * had; the channels it hands out are real. The real application is driven by tests/e2e/electron where it is.
 */

export class ContentsDouble extends EventEmitter {
  readonly id: number;
  readonly mainFrame: FrameDouble;
  openHandler: ((details: { url: string }) => { action: string }) | undefined;
  constructor(id: number, url: string) {
    super();
    this.id = id;
    this.mainFrame = new FrameDouble(url);
  }
  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.openHandler = handler;
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
    this.emit('ready-to-show');
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
  readonly switches = new Map<string, string>();
  isFirst = true;
  readonly commandLine = { getSwitchValue: (name: string) => this.switches.get(name) ?? '' };
  enableSandbox(): void {
    this.calls.push('enableSandbox');
  }
  setPath(name: string, value: string): void {
    this.paths.set(name, value);
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
    Menu: { buildFromTemplate: (template: unknown) => template },
    MessageChannelMain: MessageChannel,
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

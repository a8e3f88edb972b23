import { existsSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { events } from './events.ts';
import { setApplication } from './app-state.ts';
import { windows } from './browser-window.ts';
import { hasBrowser, startBrowser, theBrowser } from './chromium.ts';
import { onControl, report } from './control.ts';
import { pass, settings } from './given.ts';
import { followPages } from './pages.ts';
import { defaultSession } from './session.ts';
import { claimLock, holdsLock, releaseLock } from './single-instance.ts';
import { emitPreventable, newEvent, notModelled, StandInEmitter, strictModule, StrictObject } from './strict.ts';
import { decideOnPage } from './web-contents.ts';

/** Electron's `app`: the life of the program, its folders and its command line. */

/** Chromium's switches: on the command line and from `app.commandLine`. */
class CommandLine extends StrictObject {
  readonly #switches = new Map<string, string>();

  constructor(args: readonly string[]) {
    super('app.commandLine');
    for (const argument of args) {
      if (argument === '--') break;
      // Chromium knows `--name` and `--name=value`; a value apart is an argument of its own.
      const parts = /^--?([^=]+)(?:=(.*))?$/s.exec(argument);
      if (parts !== null) this.#switches.set((parts[1] ?? '').toLowerCase(), parts[2] ?? '');
    }
  }

  hasSwitch(name: string): boolean {
    return this.#switches.has(name);
  }
  getSwitchValue(name: string): string {
    return this.#switches.get(name) ?? '';
  }
  appendSwitch(name: string, value = ''): void {
    this.#switches.set(name, value);
    report({ kind: 'switch', name, value });
  }
  appendArgument(value: string): void {
    report({ kind: 'argument', value });
  }
  removeSwitch(name: string): void {
    this.#switches.delete(name);
  }
}

/** What Electron reads of a package.json. */
interface Manifest {
  readonly name?: string;
  readonly productName?: string;
  readonly version?: string;
  readonly desktopName?: string;
}

/** Where the program lies, and how it was started. */
export interface Launched {
  /** The folder or archive with package.json. */
  readonly folder: string;
  readonly manifest: Manifest;
  readonly isPackaged: boolean;
  /** What came after the program on the command line. */
  readonly args: readonly string[];
}

let launched: Launched = { folder: '', manifest: {}, isPackaged: false, args: [] };

/** Names of `app.getPath`, and where they lead when nobody has changed them. */
function defaultPath(name: string, get: (name: string) => string): string | null {
  const { home, platform } = settings;
  const configuration: Partial<Record<NodeJS.Platform, string>> = {
    win32: path.join(home, 'AppData', 'Roaming'),
    darwin: path.join(home, 'Library', 'Application Support'),
  };
  switch (name) {
    case 'home':
      return home;
    case 'appData':
      return configuration[platform] ?? process.env.XDG_CONFIG_HOME ?? path.join(home, '.config');
    case 'userData':
      return path.join(get('appData'), app.getName());
    case 'sessionData':
      return get('userData');
    case 'logs':
      return platform === 'darwin'
        ? path.join(home, 'Library', 'Logs', app.getName())
        : path.join(get('userData'), 'logs');
    case 'crashDumps':
      return path.join(get('userData'), 'Crashpad');
    case 'temp':
      return tmpdir();
    case 'exe':
    case 'module':
      return process.execPath;
    case 'assets':
      return path.dirname(process.execPath);
    case 'desktop':
    case 'documents':
    case 'downloads':
    case 'music':
    case 'pictures':
    case 'videos':
      return path.join(home, `${name[0]?.toUpperCase()}${name.slice(1)}`);
    default:
      return null;
  }
}

const knownPaths = new Set(
  'home appData assets userData sessionData temp exe module desktop documents downloads music pictures videos recent logs crashDumps'.split(
    ' ',
  ),
);

type Phase = 'loading' | 'ready';

class Application extends StandInEmitter {
  #phase: Phase = 'loading';
  #name: string | null = null;
  #version: string | null = null;
  readonly #paths = new Map<string, string>();
  readonly #becomesReady = Promise.withResolvers<void>();
  /** Where the profile lies: fixed when the program's code has been evaluated, whatever it says later. */
  #profile: string | null = null;
  #isQuitting = false;
  #isExiting = false;
  #isOver = false;
  #exitCode = 0;
  #isSandboxed = false;
  #badge = 0;
  #isHidden = false;
  #about: object = {};
  #userModelId = '';
  #loginItem: Electron.Settings = {};
  readonly #protocolClients = new Set<string>();
  #relaunches: { args?: string[]; execPath?: string }[] = [];
  readonly commandLine: CommandLine;
  #userAgent = '';

  constructor() {
    super('app', events.app);
    this.commandLine = new CommandLine(process.argv.slice(2));
  }

  // Beginning.

  isReady(): boolean {
    return this.#phase === 'ready';
  }

  whenReady(): Promise<void> {
    return this.#becomesReady.promise;
  }

  /** The program's code has been evaluated: everything is fixed that has to be said before, and Chromium starts. */
  async $codeLoaded(): Promise<void> {
    this.#profile = this.getPath('sessionData');
    report({ kind: 'profile', folder: this.#profile });
    if (this.#isOver) return;
    const downloads = path.join(this.#profile, 'Chromium', 'Downloads');
    if (!this.#isQuitting) {
      startBrowser(this.#profile, () => {
        followPages(decideOnPage);
        defaultSession().$begin(downloads);
      });
    }
    await pass('ready');
    if (this.#isOver) return;
    this.emit('will-finish-launching');
    if (settings.openUrl !== null) this.emit('open-url', newEvent(), settings.openUrl);
    this.#phase = 'ready';
    report({ kind: 'ready' });
    this.emit('ready', newEvent(), {});
    this.#becomesReady.resolve();
    for (const request of this.#earlySeconds.splice(0)) this.$secondInstance(request);
  }

  /** Where Chromium's profile and, on Windows, the key of `safeStorage` lie. */
  $profile(): string {
    return this.#profile ?? this.getPath('sessionData');
  }

  enableSandbox(): void {
    if (this.isReady()) throw new Error('app.enableSandbox() can only be called before app is ready');
    this.#isSandboxed = true;
  }
  disableHardwareAcceleration(): void {
    if (this.isReady()) throw new Error('app.disableHardwareAcceleration() can only be called before app is ready');
  }
  disableDomainBlockingFor3DAPIs(): void {
    if (this.isReady()) throw new Error('app.disableDomainBlockingFor3DAPIs() can only be called before app is ready');
  }

  // Ending.

  quit(): void {
    if (this.#isQuitting || this.#isOver) return;
    this.#isQuitting = true;
    if (emitPreventable(this, 'before-quit')) {
      this.#isQuitting = false;
      return;
    }
    if (windows.size === 0) this.#willQuit();
    else for (const window of Array.from(windows)) if (!window.$isDestroyed) window.close();
  }

  #willQuit(): void {
    if (this.#isOver) return;
    if (emitPreventable(this, 'will-quit')) {
      this.#isQuitting = false;
      return;
    }
    this.#shutDown();
  }

  $closeCancelled(): void {
    // A window that stays takes the quit back.
    this.#isQuitting = false;
  }

  $windowClosed(): void {
    if (windows.size > 0) return;
    if (this.#isExiting) this.#shutDown();
    else if (this.#isQuitting) this.#willQuit();
    else if (this.listenerCount('window-all-closed') === 0) this.quit();
    else this.emit('window-all-closed');
  }

  exit(exitCode = 0): void {
    if (this.#isOver) return;
    this.#exitCode = exitCode;
    this.#isQuitting = true;
    this.#isExiting = true;
    if (windows.size === 0) this.#shutDown();
    else for (const window of Array.from(windows)) window.destroy();
  }

  #shutDown(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.emit('quit', newEvent(), this.#exitCode);
    report({ kind: 'quit', exitCode: this.#exitCode, relaunches: this.#relaunches });
    releaseLock();
    void this.#endProcess();
  }

  async #endProcess(): Promise<void> {
    if (hasBrowser()) {
      const { exited } = theBrowser();
      const closing = theBrowser().close();
      const tooLong = new Promise((resolve) => setTimeout(resolve, 3000));
      await Promise.race([closing, exited, tooLong]);
      theBrowser().kill();
    }
    process.exit(this.#exitCode);
  }

  relaunch(options: { args?: string[]; execPath?: string } = {}): void {
    this.#relaunches.push(options);
  }

  // One at a time.

  readonly #earlySeconds: SecondStart[] = [];

  requestSingleInstanceLock(additionalData: object = {}): boolean {
    return claimLock(this.getPath('userData'), { argv: process.argv, additionalData }, (request) =>
      this.$secondInstance(request),
    );
  }
  hasSingleInstanceLock(): boolean {
    return holdsLock();
  }
  releaseSingleInstanceLock(): void {
    releaseLock();
  }

  $secondInstance(request: SecondStart): void {
    if (!this.isReady()) {
      this.#earlySeconds.push(request);
      return;
    }
    this.emit('second-instance', newEvent(), request.argv, request.workingDirectory, request.additionalData);
  }

  // Folders and names.

  getPath(name: string): string {
    if (!knownPaths.has(name)) throw new Error(`Failed to get '${name}' path`);
    const found = this.#paths.get(name) ?? defaultPath(name, (other) => this.getPath(other));
    if (found === null) throw new Error(`Failed to get '${name}' path`);
    return found;
  }
  setPath(name: string, folder: string): void {
    if (!path.isAbsolute(folder)) throw new Error('Path must be absolute');
    if (!knownPaths.has(name)) throw new Error(`Failed to set path '${name}'`);
    if (!existsSync(folder) || !statSync(folder).isDirectory()) {
      throw new Error(`Failed to set path '${name}': the directory ${folder} does not exist`);
    }
    this.#paths.set(name, folder);
    report({ kind: 'path', name, folder, isReady: this.isReady() });
  }
  setAppLogsPath(folder?: string): void {
    if (folder !== undefined && !path.isAbsolute(folder)) throw new Error('Path must be absolute');
    this.#paths.set('logs', folder ?? path.join(this.getPath('userData'), 'logs'));
  }
  getAppPath(): string {
    return launched.folder;
  }
  getName(): string {
    return this.#name ?? launched.manifest.productName ?? launched.manifest.name ?? 'Electron';
  }
  setName(name: string): void {
    this.#name = name;
  }
  get name(): string {
    return this.getName();
  }
  set name(name: string) {
    this.setName(name);
  }
  getVersion(): string {
    return this.#version ?? launched.manifest.version ?? process.versions.electron ?? '';
  }
  get isPackaged(): boolean {
    return launched.isPackaged;
  }
  getLocale(): string {
    return this.isReady() ? settings.locale : '';
  }
  getSystemLocale(): string {
    if (!this.isReady()) throw new Error('app.getSystemLocale() can only be called after app is ready');
    return settings.locale;
  }
  getLocaleCountryCode(): string {
    return settings.locale.split('-')[1] ?? '';
  }
  getPreferredSystemLanguages(): string[] {
    return [settings.locale];
  }

  // The system around it.

  focus(): void {
    this.#isHidden = false;
    windows.values().next().value?.focus();
  }
  hide(): void {
    this.#isHidden = true;
    for (const window of windows) window.hide();
  }
  show(): void {
    this.#isHidden = false;
    for (const window of windows) window.show();
  }
  isHidden(): boolean {
    return this.#isHidden;
  }
  isActive(): boolean {
    return [...windows].some((window) => window.isFocused());
  }
  setAppUserModelId(id: string): void {
    this.#userModelId = id;
    report({ kind: 'app-user-model-id', id });
  }
  setDesktopName(name: string): void {
    report({ kind: 'desktop-name', name });
  }
  setToastActivatorCLSID(_id: string): void {}
  setAsDefaultProtocolClient(protocol: string, execPath?: string, args?: readonly string[]): boolean {
    this.#protocolClients.add(protocol);
    report({ kind: 'protocol-client', protocol, execPath, args });
    return true;
  }
  removeAsDefaultProtocolClient(protocol: string): boolean {
    return this.#protocolClients.delete(protocol);
  }
  isDefaultProtocolClient(protocol: string): boolean {
    return this.#protocolClients.has(protocol);
  }
  setAboutPanelOptions(options: object): void {
    this.#about = options;
  }
  showAboutPanel(): void {
    report({ kind: 'about', options: this.#about });
  }
  setLoginItemSettings(item: Electron.Settings): void {
    this.#loginItem = item;
    report({ kind: 'login-item', item });
  }
  getLoginItemSettings(): Electron.LoginItemSettings {
    const { openAtLogin = false } = this.#loginItem;
    return {
      openAtLogin,
      wasOpenedAtLogin: false,
      status: openAtLogin ? 'enabled' : 'not-registered',
      executableWillLaunchAtLogin: openAtLogin,
      launchItems: [],
    };
  }
  setBadgeCount(badge = 0): boolean {
    this.#badge = badge;
    return true;
  }
  getBadgeCount(): number {
    return this.#badge;
  }
  setUserTasks(tasks: readonly object[]): boolean {
    report({ kind: 'user-tasks', tasks });
    return true;
  }
  setJumpList(categories: readonly object[] | null): 'ok' {
    report({ kind: 'jump-list', categories });
    return 'ok';
  }
  addRecentDocument(_path: string): void {}
  clearRecentDocuments(): void {}
  isAccessibilitySupportEnabled(): boolean {
    return false;
  }
  getAppMetrics(): never {
    return notModelled('app.getAppMetrics');
  }
  getGPUFeatureStatus(): never {
    return notModelled('app.getGPUFeatureStatus');
  }
  isHardwareAccelerationEnabled(): boolean {
    return false;
  }
  resolveProxy(url: string): Promise<string> {
    return defaultSession().resolveProxy(url);
  }
  get dock(): object | undefined {
    return settings.platform === 'darwin' ? dock : undefined;
  }
  get userAgentFallback(): string {
    return this.#userAgent;
  }
  set userAgentFallback(userAgent: string) {
    this.#userAgent = userAgent;
  }

  /** What the test sees of it. */
  $state(): object {
    return {
      isReady: this.isReady(),
      isQuitting: this.#isQuitting,
      isSandboxed: this.#isSandboxed,
      badge: this.#badge,
      about: this.#about,
      userModelId: this.#userModelId,
      protocolClients: [...this.#protocolClients],
      profile: this.#profile,
      userData: this.getPath('userData'),
      name: this.getName(),
      version: this.getVersion(),
    };
  }
}

/** A second start, as it is told to the first. */
interface SecondStart {
  readonly argv: readonly string[];
  readonly workingDirectory: string;
  readonly additionalData: object;
}

/** The icon in macOS's dock. */
const dock = strictModule('app.dock', {
  hide: () => report({ kind: 'dock', act: 'hide' }),
  show: async () => report({ kind: 'dock', act: 'show' }),
  isVisible: () => true,
  setMenu: (menu: unknown) => {
    dockMenu = menu;
  },
  getMenu: () => dockMenu,
  setBadge: (text: string) => report({ kind: 'dock', act: 'badge', text }),
  setIcon: () => undefined,
  bounce: () => 1,
});
let dockMenu: unknown = null;

export const app: Application = new Application();
setApplication({
  app,
  isReady: () => app.isReady(),
  windowClosed: () => app.$windowClosed(),
  closeCancelled: () => app.$closeCancelled(),
});

/** Says where the program lies, before any of its code runs. */
export function setLaunched(program: Launched): void {
  launched = program;
}

/** @param folder a folder or archive with a package.json. */
export function readManifest(folder: string): Manifest & { readonly main?: string; readonly type?: string } {
  return JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Manifest;
}

onControl('app', () => app.$state());
onControl('quit', () => app.quit());
onControl('activate', () =>
  app.emit(
    'activate',
    newEvent(),
    [...windows].some((window) => window.isVisible()),
  ),
);
onControl('open-url', ({ url }: { url: string }) => app.emit('open-url', newEvent(), url));
onControl('open-file', ({ file }: { file: string }) => app.emit('open-file', newEvent(), file));

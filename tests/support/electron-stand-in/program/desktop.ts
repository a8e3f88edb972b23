import type { MessageBoxOptions } from 'electron';
import { events } from './events.ts';
import { needReady } from './app-state.ts';
import { BrowserWindow, windows } from './browser-window.ts';
import { onControl, report } from './control.ts';
import { askBox, askBoxNow } from './dialogs.ts';
import { settings } from './given.ts';
import type { DialogAnswer, Display } from '../settings.ts';
import { imageOf } from './images.ts';
import { clickItem, describe, Menu, readAccelerator } from './menu.ts';
import { emitPreventable, guardDestroyed, newEvent, notModelled, StandInEmitter, strictModule } from './strict.ts';
import type { WebContents } from './web-contents.ts';
import { allContents, onNewContents } from './web-contents.ts';
import { app } from './app.ts';

/** What a desktop adds: tray, notifications, boxes, the shell, the clipboard, theme, screens, power, shortcuts. */

const trays: Set<Tray> = new Set();
let trayCount = 0;

export class Tray extends StandInEmitter {
  readonly $id: number;
  $isDestroyed = false;
  #menu: Menu | null = null;
  #toolTip = '';
  #title = '';

  constructor(image: unknown) {
    needReady('Cannot create Tray before app is ready');
    super('Tray', events.Tray);
    imageOf(image);
    trayCount += 1;
    this.$id = trayCount;
    trays.add(this);
    report({ kind: 'tray', act: 'shown', id: this.$id });
  }

  setImage(image: unknown): void {
    imageOf(image);
  }
  setPressedImage(image: unknown): void {
    imageOf(image);
  }
  setToolTip(toolTip: string): void {
    this.#toolTip = toolTip;
  }
  setTitle(title: string): void {
    this.#title = title;
  }
  getTitle(): string {
    return this.#title;
  }
  setContextMenu(menu: Menu | null): void {
    if (menu !== null && !(menu instanceof Menu)) throw new TypeError('Error processing argument at index 0');
    this.#menu = menu;
  }
  popUpContextMenu(menu?: Menu): void {
    (menu ?? this.#menu)?.popup();
  }
  setIgnoreDoubleClickEvents(_ignore: boolean): void {}
  getBounds(): { x: number; y: number; width: number; height: number } {
    return { x: 0, y: 0, width: 22, height: 22 };
  }
  isDestroyed(): boolean {
    return this.$isDestroyed;
  }
  destroy(): void {
    if (this.$isDestroyed) return;
    this.$isDestroyed = true;
    trays.delete(this);
    report({ kind: 'tray', act: 'destroyed', id: this.$id });
  }

  $state(): object {
    return { id: this.$id, toolTip: this.#toolTip, title: this.#title, menu: describe(this.#menu) };
  }
  /** A person presses the icon: where it has a menu and no listener takes the click, the menu comes. */
  $click(): void {
    this.emit('click', newEvent(), this.getBounds(), { x: 0, y: 0 });
  }
  $clickMenu(way: readonly string[]): void {
    clickItem(this.#menu, way);
  }
}
guardDestroyed(Tray.prototype, (tray) => tray.$isDestroyed, ['destroy']);

function trayOf({ tray }: { tray?: number }): Tray {
  const found = [...trays].find(({ $id }) => tray === undefined || $id === tray);
  if (found === undefined) throw new Error('There is no icon in the tray');
  return found;
}
onControl('trays', () => [...trays].map((tray) => tray.$state()));
onControl('click-tray', (which: { tray?: number }) => trayOf(which).$click());
onControl('click-tray-menu', ({ tray, way }: { tray?: number; way: string[] }) =>
  trayOf(tray === undefined ? {} : { tray }).$clickMenu(way),
);

const notifications: Notification[] = [];

export class Notification extends StandInEmitter {
  readonly #options: Electron.NotificationConstructorOptions;
  #isShown = false;
  constructor(options: Electron.NotificationConstructorOptions = {}) {
    needReady('Cannot create Notification before app is ready');
    super('Notification', events.Notification);
    this.#options = { ...options };
  }
  static isSupported(): boolean {
    return settings.notificationsSupported;
  }
  show(): void {
    if (!settings.notificationsSupported) return;
    const isFirst = !this.#isShown;
    this.#isShown = true;
    if (isFirst) notifications.push(this);
    report({ kind: 'notification', id: notifications.indexOf(this), ...this.#options });
    setImmediate(() => this.emit('show', newEvent()));
  }
  close(): void {
    if (!this.#isShown) return;
    this.#isShown = false;
    this.emit('close', newEvent());
  }
  get title(): string {
    return this.#options.title ?? '';
  }
  set title(title: string) {
    this.#options.title = title;
  }
  get body(): string {
    return this.#options.body ?? '';
  }
  set body(body: string) {
    this.#options.body = body;
  }
  get silent(): boolean {
    return this.#options.silent ?? false;
  }
}
onControl('click-notification', ({ id }: { id: number }) => notifications[id]?.emit('click', newEvent()));
onControl('close-notification', ({ id }: { id: number }) => notifications[id]?.close());

// Boxes.

function checkBox(options: MessageBoxOptions): MessageBoxOptions {
  if (typeof options !== 'object' || options === null) throw new TypeError('Missing options for dialog.showMessageBox');
  if (typeof options.message !== 'string') throw new TypeError('message must be a string');
  if (options.buttons !== undefined && !Array.isArray(options.buttons)) throw new TypeError('Buttons must be an array');
  return options;
}

function buttonOf(options: MessageBoxOptions, answer: DialogAnswer): number {
  const buttons = options.buttons ?? ['OK'];
  if (typeof answer.button === 'number') return answer.button;
  if (answer.button !== undefined) {
    const found = buttons.indexOf(answer.button);
    if (found === -1) throw new Error(`The box has no button ${answer.button}, but ${buttons.join(', ')}`);
    return found;
  }
  // Closed without a button: what Electron takes for cancelled.
  if (options.cancelId !== undefined) return options.cancelId;
  const cancel = buttons.findIndex((text) => /^(?:cancel|no)$/i.test(text));
  return cancel === -1 ? 0 : cancel;
}

function split<Options>(args: readonly unknown[]): {
  readonly options: Options;
  readonly window: BrowserWindow | null;
} {
  return args[0] instanceof BrowserWindow
    ? { window: args[0], options: args[1] as Options }
    : { window: null, options: args[0] as Options };
}

const shown = (options: object, window: BrowserWindow | null) => ({ ...options, window: window?.$id ?? null });

interface FileOptions {
  readonly title?: string;
  readonly defaultPath?: string;
  readonly filters?: readonly object[];
  readonly properties?: readonly string[];
}

export const dialog = strictModule('dialog', {
  async showMessageBox(...args: readonly unknown[]): Promise<{ response: number; checkboxChecked: boolean }> {
    needReady('dialog module can only be used after app is ready');
    const { options, window } = split<MessageBoxOptions & { signal?: AbortSignal }>(args);
    checkBox(options);
    const { signal, icon: _icon, ...plain } = options;
    const answer = await askBox('showMessageBox', shown(plain, window), signal);
    return {
      response: buttonOf(options, answer),
      checkboxChecked: answer.checkboxChecked ?? options.checkboxChecked ?? false,
    };
  },
  showMessageBoxSync(...args: readonly unknown[]): number {
    needReady('dialog module can only be used after app is ready');
    const { options, window } = split<MessageBoxOptions>(args);
    const { icon: _icon, ...plain } = checkBox(options);
    return buttonOf(options, askBoxNow('showMessageBoxSync', shown(plain, window)));
  },
  showErrorBox(title: string, content: string): void {
    if (typeof title !== 'string') throw new TypeError('title must be a string');
    if (typeof content !== 'string') throw new TypeError('content must be a string');
    // It closes when somebody has read it; a test reads what is reported.
    report({ kind: 'error-box', title, content });
    if (!app.isReady()) console.error(`${title}\n\n${content}`);
  },
  async showOpenDialog(...args: readonly unknown[]): Promise<{ canceled: boolean; filePaths: string[] }> {
    needReady('dialog module can only be used after app is ready');
    const { options, window } = split<FileOptions>(args);
    const { filePaths = [] } = await askBox('showOpenDialog', shown(options ?? {}, window));
    return { canceled: filePaths.length === 0, filePaths: [...filePaths] };
  },
  async showSaveDialog(...args: readonly unknown[]): Promise<{ canceled: boolean; filePath: string }> {
    needReady('dialog module can only be used after app is ready');
    const { options, window } = split<FileOptions>(args);
    const { filePaths = [] } = await askBox('showSaveDialog', shown(options ?? {}, window));
    return { canceled: filePaths.length === 0, filePath: filePaths[0] ?? '' };
  },
});

export const shell = strictModule('shell', {
  async openExternal(url: string, options: object = {}): Promise<void> {
    if (!URL.canParse(url)) throw new Error('Invalid URL');
    report({ kind: 'opened-outside', url, options });
  },
  async openPath(file: string): Promise<string> {
    report({ kind: 'opened-path', file });
    return '';
  },
  showItemInFolder(file: string): void {
    report({ kind: 'shown-in-folder', file });
  },
  beep(): void {
    report({ kind: 'beep' });
  },
  async trashItem(file: string): Promise<void> {
    report({ kind: 'trashed', file });
  },
});

let copied = '';
/** A step of its own, as everything of Electron's clipboard is asynchronous. */
const later = () => new Promise<void>((resolve) => void setImmediate(resolve));
export const clipboard = strictModule('clipboard', {
  async readText(): Promise<string> {
    await later();
    return copied;
  },
  async writeText(text: string): Promise<void> {
    if (typeof text !== 'string') throw new TypeError('Expected a string');
    await later();
    copied = text;
    report({ kind: 'copied', text });
  },
  clear(): void {
    copied = '';
  },
  async has(mimetype: string): Promise<boolean> {
    await later();
    return mimetype === 'text/plain' && copied !== '';
  },
});

class NativeTheme extends StandInEmitter {
  #source: 'system' | 'light' | 'dark' = 'system';
  #systemIsDark: boolean = settings.darkColors;
  constructor() {
    super('nativeTheme', events.NativeTheme);
  }
  get themeSource(): 'system' | 'light' | 'dark' {
    return this.#source;
  }
  set themeSource(source: 'system' | 'light' | 'dark') {
    if (!['system', 'light', 'dark'].includes(source)) throw new TypeError(`Invalid themeSource: ${String(source)}`);
    this.#source = source;
    this.#apply();
  }
  get shouldUseDarkColors(): boolean {
    return this.#source === 'system' ? this.#systemIsDark : this.#source === 'dark';
  }
  get shouldUseHighContrastColors(): boolean {
    return false;
  }
  get shouldUseInvertedColorScheme(): boolean {
    return false;
  }
  get prefersReducedTransparency(): boolean {
    return false;
  }
  get inForcedColorsMode(): boolean {
    return false;
  }
  $system(isDark: boolean): void {
    this.#systemIsDark = isDark;
    this.#apply();
  }
  $applyTo(contents: WebContents): void {
    const value = this.shouldUseDarkColors ? 'dark' : 'light';
    contents.$tellPage('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value }] });
  }
  #apply(): void {
    for (const contents of allContents) this.$applyTo(contents);
    setImmediate(() => this.emit('updated', newEvent()));
  }
}
export const nativeTheme: NativeTheme = new NativeTheme();
onNewContents.push((contents) => {
  // Chromium’s own is light, and a test may want to play the system’s part itself.
  if (nativeTheme.shouldUseDarkColors || nativeTheme.themeSource !== 'system') nativeTheme.$applyTo(contents);
});
onControl('dark-colors', ({ isDark }: { isDark: boolean }) => nativeTheme.$system(isDark));

// Screens.

function full({ id, bounds, workArea = bounds, scaleFactor = 1 }: Display): Electron.Display {
  return {
    id,
    bounds: { ...bounds },
    workArea: { ...workArea },
    size: { width: bounds.width, height: bounds.height },
    workAreaSize: { width: workArea.width, height: workArea.height },
    scaleFactor,
    rotation: 0,
    internal: false,
    label: `Display ${id}`,
    accelerometerSupport: 'unknown',
    colorDepth: 24,
    colorSpace: '',
    depthPerComponent: 8,
    detected: true,
    displayFrequency: 60,
    maximumCursorSize: { width: 0, height: 0 },
    monochrome: false,
    nativeOrigin: { x: bounds.x, y: bounds.y },
    touchSupport: 'unknown',
  };
}

class Screen extends StandInEmitter {
  constructor() {
    super('screen', events.Screen);
  }
  #displays(): readonly Display[] {
    needReady("The 'screen' module can't be used before the app 'ready' event");
    return displays;
  }
  getAllDisplays(): Electron.Display[] {
    return this.#displays().map(full);
  }
  getPrimaryDisplay(): Electron.Display {
    return full(this.#displays()[0] as Display);
  }
  getCursorScreenPoint(): { x: number; y: number } {
    this.#displays();
    return { x: 0, y: 0 };
  }
  getDisplayNearestPoint({ x, y }: { x: number; y: number }): Electron.Display {
    const away = ({ bounds }: Display) =>
      Math.hypot(
        Math.max(bounds.x - x, 0, x - bounds.x - bounds.width),
        Math.max(bounds.y - y, 0, y - bounds.y - bounds.height),
      );
    return full([...this.#displays()].sort((left, right) => away(left) - away(right))[0] as Display);
  }
  getDisplayMatching({
    x,
    y,
    width,
    height,
  }: {
    x: number;
    y: number;
    width: number;
    height: number;
  }): Electron.Display {
    const shared = ({ bounds }: Display) =>
      Math.max(0, Math.min(x + width, bounds.x + bounds.width) - Math.max(x, bounds.x)) *
      Math.max(0, Math.min(y + height, bounds.y + bounds.height) - Math.max(y, bounds.y));
    const best = [...this.#displays()].sort((left, right) => shared(right) - shared(left))[0] as Display;
    return shared(best) > 0 ? full(best) : this.getDisplayNearestPoint({ x: x + width / 2, y: y + height / 2 });
  }
}
let displays: readonly Display[] = settings.displays;
export const screen: Screen = new Screen();
onControl('displays', ({ displays: next }: { displays: Display[] }) => {
  const gone = displays.filter(({ id }) => !next.some((display) => display.id === id));
  const come = next.filter(({ id }) => !displays.some((display) => display.id === id));
  displays = next;
  for (const display of gone) screen.emit('display-removed', newEvent(), full(display));
  for (const display of come) screen.emit('display-added', newEvent(), full(display));
});

// Power.

class PowerMonitor extends StandInEmitter {
  constructor() {
    super('powerMonitor', events.PowerMonitor);
  }
  #idle = 0;
  getSystemIdleTime(): number {
    return this.#idle;
  }
  getSystemIdleState(threshold: number): 'active' | 'idle' {
    return this.#idle >= threshold ? 'idle' : 'active';
  }
  isOnBatteryPower(): boolean {
    return false;
  }
  getCurrentThermalState(): 'unknown' {
    return 'unknown';
  }
  get onBatteryPower(): boolean {
    return false;
  }
  $idle(seconds: number): void {
    this.#idle = seconds;
  }
}
export const powerMonitor: PowerMonitor = new PowerMonitor();
onControl('power', ({ event }: { event: string }) => {
  if (event === 'shutdown') {
    if (!emitPreventable(powerMonitor, 'shutdown')) app.quit();
    return;
  }
  powerMonitor.emit(event, newEvent());
});
onControl('idle', ({ seconds }: { seconds: number }) => powerMonitor.$idle(seconds));

let blockers = 0;
const blocking = new Set<number>();
export const powerSaveBlocker = strictModule('powerSaveBlocker', {
  start(_type: string): number {
    blockers += 1;
    blocking.add(blockers);
    return blockers;
  },
  stop: (id: number) => blocking.delete(id),
  isStarted: (id: number) => blocking.has(id),
});

const shortcuts = new Map<string, () => void>();
export const globalShortcut = strictModule('globalShortcut', {
  register(accelerator: string, callback: () => void): boolean {
    needReady('globalShortcut cannot be used before the app is ready');
    readAccelerator(accelerator);
    if (shortcuts.has(accelerator)) return false;
    shortcuts.set(accelerator, callback);
    return true;
  },
  isRegistered: (accelerator: string) => shortcuts.has(accelerator),
  unregister: (accelerator: string) => void shortcuts.delete(accelerator),
  unregisterAll: () => shortcuts.clear(),
});
onControl('global-shortcut', ({ accelerator }: { accelerator: string }) => shortcuts.get(accelerator)?.());

export const crashReporter = strictModule('crashReporter', {
  start(options: object): void {
    report({ kind: 'crash-reporter', options });
  },
  getUploadToServer: () => false,
  setUploadToServer(_upload: boolean): void {},
  addExtraParameter(_key: string, _value: string): void {},
  getParameters: () => ({}),
  getUploadedReports: () => [],
  getLastCrashReport: () => null,
});

export const systemPreferences: object = strictModule('systemPreferences', {
  getUserDefault: (): never => notModelled('systemPreferences.getUserDefault'),
});

onControl('everything-closed', () => windows.size === 0);

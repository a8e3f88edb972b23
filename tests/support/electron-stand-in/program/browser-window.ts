import type { BrowserWindowConstructorOptions, Rectangle, WebPreferences } from 'electron';
import type { Display } from '../settings.ts';
import { events } from './events.ts';
import { closeCancelled, needReady, theApp, windowClosed } from './app-state.ts';
import { onControl, report } from './control.ts';
import { settings } from './given.ts';
import type { KeyPress } from './glue.ts';
import { defaultSession } from './session.ts';
import { emitPreventable, guardDestroyed, newEvent, notModelled, StandInEmitter } from './strict.ts';
import { WebContents } from './web-contents.ts';

/** Electron's `BrowserWindow`: one page, and the window's own state, kept here because there is no desktop. */

/** Constructor options that the stand-in honours, or that only change what a desktop would show. */
const knownOptions = new Set([
  'width',
  'height',
  'x',
  'y',
  'center',
  'minWidth',
  'minHeight',
  'maxWidth',
  'maxHeight',
  'title',
  'show',
  'paintWhenInitiallyHidden',
  'autoHideMenuBar',
  'backgroundColor',
  'icon',
  'resizable',
  'minimizable',
  'maximizable',
  'closable',
  'fullscreenable',
  'fullscreen',
  'useContentSize',
  'titleBarStyle',
  'darkTheme',
  'webPreferences',
]);

/** Web preferences of a page as the stand-in has it: sandboxed, isolated, nothing of Node's. */
const neededPreferences: Readonly<Partial<Record<keyof WebPreferences, boolean>>> = {
  sandbox: true,
  contextIsolation: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  webSecurity: true,
  allowRunningInsecureContent: false,
  experimentalFeatures: false,
  webviewTag: false,
};
const otherPreferences = new Set([
  'preload',
  'devTools',
  'spellcheck',
  'safeDialogs',
  'navigateOnDragDrop',
  'backgroundThrottling',
  'zoomFactor',
  'session',
  'disableBlinkFeatures',
  'images',
  'textAreasAreResizable',
  'webgl',
  'plugins',
  'defaultEncoding',
  'disableDialogs',
  'autoplayPolicy',
  'enableWebSQL',
  'v8CacheOptions',
  'scrollBounce',
  'accessibleTitle',
  'additionalArguments',
]);

function checkOptions(options: BrowserWindowConstructorOptions): void {
  for (const name of Object.keys(options))
    if (!knownOptions.has(name)) notModelled(`the option ${name} of BrowserWindow`);
  for (const [name, value] of Object.entries(options.webPreferences ?? {})) {
    const needed = neededPreferences[name as keyof WebPreferences];
    if (needed === undefined && !otherPreferences.has(name)) notModelled(`the web preference ${name}`);
    if (needed !== undefined && value !== needed) notModelled(`the web preference ${name} = ${String(value)}`);
  }
}

let count = 0;

/** In the order of their making. */
export const windows: Set<BrowserWindow> = new Set();
let focused: BrowserWindow | null = null;
const setFocused = (window: BrowserWindow | null) => {
  focused = window;
};

/** Told of a key that no page kept: the menu's accelerators. */
let onKey: (window: BrowserWindow, key: KeyPress) => void = () => undefined;

/** Where the menu puts itself. */
export function listenToKeys(listener: typeof onKey): void {
  onKey = listener;
}

type Extent = 'normal' | 'minimized' | 'maximized' | 'fullscreen';

export class BrowserWindow extends StandInEmitter {
  readonly $id: number;
  readonly $contents: WebContents;
  $isDestroyed = false;
  #isClosed = false;
  #isVisible: boolean;
  #extent: Extent = 'normal';
  #beforeMinimized: Extent = 'normal';
  #normal: Rectangle;
  #minimum: [number, number];
  #maximum: [number, number];
  #title: string;
  #isPainted = false;
  #isAlwaysOnTop = false;
  #isMenuBarVisible: boolean;
  #isMenuBarAutoHide: boolean;
  #isClosable: boolean;
  #isResizable: boolean;
  #isEnabled = true;
  #isFullScreenable: boolean;
  #isMinimizable: boolean;
  #isMaximizable: boolean;
  #background: string;
  #progress = -1;
  #isFlashing = false;
  #isEdited = false;
  $menu: unknown = undefined;

  constructor(options: BrowserWindowConstructorOptions = {}) {
    needReady('Cannot create BrowserWindow before app is ready');
    checkOptions(options);
    super('BrowserWindow', events.BrowserWindow);
    count += 1;
    this.$id = count;
    const [{ bounds }] = settings.displays as [Display];
    const width = options.width ?? 800;
    const height = options.height ?? 600;
    this.#normal = {
      x: options.x ?? bounds.x + Math.round((bounds.width - width) / 2),
      y: options.y ?? bounds.y + Math.round((bounds.height - height) / 2),
      width,
      height,
    };
    this.#minimum = [options.minWidth ?? 0, options.minHeight ?? 0];
    this.#maximum = [options.maxWidth ?? 0, options.maxHeight ?? 0];
    this.#title = options.title ?? 'Electron';
    this.#isVisible = options.show ?? true;
    this.#isMenuBarAutoHide = options.autoHideMenuBar ?? false;
    this.#isMenuBarVisible = !this.#isMenuBarAutoHide;
    this.#isClosable = options.closable ?? true;
    this.#isResizable = options.resizable ?? true;
    this.#isFullScreenable = options.fullscreenable ?? true;
    this.#isMinimizable = options.minimizable ?? true;
    this.#isMaximizable = options.maximizable ?? true;
    this.#background = options.backgroundColor ?? '#FFFFFF';
    if (options.fullscreen === true) this.#extent = 'fullscreen';
    this.$contents = new WebContents(defaultSession(), options.webPreferences?.preload ?? null);
    this.$contents.$owner = {
      painted: () => this.#painted(),
      titled: (title) => this.#titled(title),
      unresponsive: () => this.emit('unresponsive'),
      responsive: () => this.emit('responsive'),
      gone: () => this.#gone(),
      pressed: (key) => onKey(this, key),
      size: () => this.$contentSize(),
    };
    const zoom = options.webPreferences?.zoomFactor;
    if (zoom === undefined) this.$contents.$resize();
    else this.$contents.setZoomFactor(zoom);
    windows.add(this);
    theApp().emit('browser-window-created', newEvent(), this);
    if (this.#isVisible) setImmediate(() => this.#takeFocus());
  }

  static getAllWindows(): BrowserWindow[] {
    return [...windows];
  }
  static getFocusedWindow(): BrowserWindow | null {
    return focused;
  }
  static fromId(id: number): BrowserWindow | null {
    return [...windows].find(({ $id }) => $id === id) ?? null;
  }
  static fromWebContents(contents: WebContents): BrowserWindow | null {
    return [...windows].find(({ $contents }) => $contents === contents) ?? null;
  }

  get id(): number {
    return this.$id;
  }
  get webContents(): WebContents {
    return this.$contents;
  }

  #painted(): void {
    if (this.#isPainted) return;
    this.#isPainted = true;
    this.emit('ready-to-show');
  }

  #titled(title: string): void {
    if (!emitPreventable(this, 'page-title-updated', {}, title, true)) this.#title = title;
  }

  // Closing.

  /** As if its close button had been pressed. */
  close(): void {
    if (!this.#isClosable) {
      closeCancelled();
      return;
    }
    if (emitPreventable(this, 'close')) {
      closeCancelled();
      return;
    }
    // A listener may have destroyed it.
    if (this.$isDestroyed) return;
    this.$contents.$requestClose(
      () => this.#gone(),
      () => closeCancelled(),
    );
  }

  destroy(): void {
    this.$contents.$destroy();
    this.#gone();
  }

  #gone(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.$isDestroyed = true;
    if (focused === this) focused = null;
    this.emit('closed');
    windows.delete(this);
    windowClosed();
  }

  isDestroyed(): boolean {
    return this.$isDestroyed;
  }

  // Showing.

  #takeFocus(): void {
    if (this.$isDestroyed || focused === this || !this.#isVisible || this.#extent === 'minimized') return;
    const before = focused;
    focused = null;
    before?.$loseFocus();
    setFocused(this);
    this.emit('focus', newEvent());
    theApp().emit('browser-window-focus', newEvent(), this);
  }

  $loseFocus(): void {
    this.emit('blur', newEvent());
    theApp().emit('browser-window-blur', newEvent(), this);
  }

  show(): void {
    if (!this.#isVisible) {
      this.#isVisible = true;
      this.emit('show');
    }
    this.#takeFocus();
  }
  showInactive(): void {
    if (this.#isVisible) return;
    this.#isVisible = true;
    this.emit('show');
  }
  hide(): void {
    if (!this.#isVisible) return;
    this.#isVisible = false;
    if (focused === this) {
      focused = null;
      this.$loseFocus();
    }
    this.emit('hide');
  }
  isVisible(): boolean {
    return this.#isVisible && this.#extent !== 'minimized';
  }
  focus(): void {
    this.#takeFocus();
  }
  blur(): void {
    if (focused !== this) return;
    focused = null;
    this.$loseFocus();
  }
  isFocused(): boolean {
    return focused === this;
  }
  minimize(): void {
    if (this.#extent === 'minimized') return;
    this.#beforeMinimized = this.#extent;
    this.#extent = 'minimized';
    this.emit('minimize');
    this.blur();
  }
  restore(): void {
    if (this.#extent !== 'minimized') return;
    this.#extent = this.#beforeMinimized;
    this.#isVisible = true;
    this.emit('restore');
    this.#takeFocus();
  }
  maximize(): void {
    const wasHidden = !this.#isVisible;
    this.#isVisible = true;
    if (wasHidden) this.emit('show');
    if (this.#extent === 'maximized') return;
    this.#extent = 'maximized';
    this.emit('maximize');
    this.#resized();
  }
  unmaximize(): void {
    if (this.#extent !== 'maximized') return;
    this.#extent = 'normal';
    this.emit('unmaximize');
    this.#resized();
  }
  setFullScreen(flag: boolean): void {
    if (flag === (this.#extent === 'fullscreen')) return;
    this.#extent = flag ? 'fullscreen' : 'normal';
    setImmediate(() => {
      if (!this.$isDestroyed) this.emit(flag ? 'enter-full-screen' : 'leave-full-screen');
    });
    this.#resized();
  }
  isMinimized(): boolean {
    return this.#extent === 'minimized';
  }
  isMaximized(): boolean {
    return this.#extent === 'maximized';
  }
  isFullScreen(): boolean {
    return this.#extent === 'fullscreen';
  }
  isNormal(): boolean {
    return this.#extent === 'normal';
  }
  isKiosk(): boolean {
    return false;
  }
  isModal(): boolean {
    return false;
  }
  moveTop(): void {}
  setSkipTaskbar(_skip: boolean): void {}
  flashFrame(flag: boolean): void {
    this.#isFlashing = flag;
  }
  setAlwaysOnTop(flag: boolean): void {
    if (flag === this.#isAlwaysOnTop) return;
    this.#isAlwaysOnTop = flag;
    this.emit('always-on-top-changed', newEvent(), flag);
  }
  isAlwaysOnTop(): boolean {
    return this.#isAlwaysOnTop;
  }

  // Size and place.

  #display(): Display {
    const { x, y, width, height } = this.#normal;
    const overlap = ({ bounds }: Display) =>
      Math.max(0, Math.min(x + width, bounds.x + bounds.width) - Math.max(x, bounds.x)) *
      Math.max(0, Math.min(y + height, bounds.y + bounds.height) - Math.max(y, bounds.y));
    return [...settings.displays].sort((left, right) => overlap(right) - overlap(left))[0] as Display;
  }

  #resized(): void {
    this.$contents.$resize();
    this.emit('resize');
    if (settings.platform !== 'linux') this.emit('resized');
  }

  getBounds(): Rectangle {
    const { bounds, workArea = bounds } = this.#display();
    if (this.#extent === 'maximized') return { ...workArea };
    if (this.#extent === 'fullscreen') return { ...bounds };
    return { ...this.#normal };
  }
  getNormalBounds(): Rectangle {
    return { ...this.#normal };
  }
  setBounds(bounds: Partial<Rectangle>): void {
    const before = this.#normal;
    const next = { ...before, ...bounds };
    next.width = this.#limit(next.width, 0);
    next.height = this.#limit(next.height, 1);
    if (Object.values(next).some((value) => !Number.isInteger(value))) {
      throw new TypeError('Error processing argument at index 0, conversion failure');
    }
    this.#normal = next;
    if (next.x !== before.x || next.y !== before.y) {
      this.emit('move');
      if (settings.platform !== 'linux') this.emit('moved');
    }
    if (next.width !== before.width || next.height !== before.height) this.#resized();
  }
  #limit(value: number, axis: 0 | 1): number {
    const most = this.#maximum[axis] === 0 ? Number.POSITIVE_INFINITY : this.#maximum[axis];
    return Math.min(Math.max(value, this.#minimum[axis]), most);
  }
  getSize(): [number, number] {
    const { width, height } = this.getBounds();
    return [width, height];
  }
  setSize(width: number, height: number): void {
    this.setBounds({ width, height });
  }
  getPosition(): [number, number] {
    const { x, y } = this.getBounds();
    return [x, y];
  }
  setPosition(x: number, y: number): void {
    this.setBounds({ x, y });
  }
  center(): void {
    const { bounds, workArea = bounds } = this.#display();
    const { width, height } = this.#normal;
    this.setPosition(
      workArea.x + Math.round((workArea.width - width) / 2),
      workArea.y + Math.round((workArea.height - height) / 2),
    );
  }
  /** The page's size: the stand-in's windows have no frame. */
  $contentSize(): { readonly width: number; readonly height: number } {
    const { width, height } = this.getBounds();
    return { width, height };
  }
  getContentBounds(): Rectangle {
    return this.getBounds();
  }
  getContentSize(): [number, number] {
    return this.getSize();
  }
  setContentSize(width: number, height: number): void {
    this.setSize(width, height);
  }
  getMinimumSize(): [number, number] {
    return [...this.#minimum];
  }
  setMinimumSize(width: number, height: number): void {
    this.#minimum = [width, height];
  }
  getMaximumSize(): [number, number] {
    return [...this.#maximum];
  }
  setMaximumSize(width: number, height: number): void {
    this.#maximum = [width, height];
  }
  isResizable(): boolean {
    return this.#isResizable;
  }
  setResizable(resizable: boolean): void {
    this.#isResizable = resizable;
  }
  isMinimizable(): boolean {
    return this.#isMinimizable;
  }
  isMaximizable(): boolean {
    return this.#isMaximizable;
  }
  isClosable(): boolean {
    return this.#isClosable;
  }
  setClosable(closable: boolean): void {
    this.#isClosable = closable;
  }
  isFullScreenable(): boolean {
    return this.#isFullScreenable;
  }
  isEnabled(): boolean {
    return this.#isEnabled;
  }
  setEnabled(enable: boolean): void {
    this.#isEnabled = enable;
  }

  // The rest of a frame.

  getTitle(): string {
    return this.#title;
  }
  setTitle(title: string): void {
    this.#title = title;
  }
  getBackgroundColor(): string {
    return this.#background;
  }
  setBackgroundColor(color: string): void {
    this.#background = color;
  }
  setIcon(_icon: unknown): void {}
  setProgressBar(progress: number): void {
    this.#progress = progress;
  }
  setDocumentEdited(edited: boolean): void {
    this.#isEdited = edited;
  }
  isDocumentEdited(): boolean {
    return this.#isEdited;
  }
  setMenu(menu: unknown): void {
    this.$menu = menu;
  }
  removeMenu(): void {
    this.$menu = null;
  }
  setMenuBarVisibility(visible: boolean): void {
    this.#isMenuBarVisible = visible;
  }
  isMenuBarVisible(): boolean {
    return this.#isMenuBarVisible;
  }
  setAutoHideMenuBar(hide: boolean): void {
    this.#isMenuBarAutoHide = hide;
  }
  isMenuBarAutoHide(): boolean {
    return this.#isMenuBarAutoHide;
  }
  setVisibleOnAllWorkspaces(_visible: boolean): void {}
  getChildWindows(): BrowserWindow[] {
    return [];
  }
  getParentWindow(): null {
    return null;
  }

  // What goes on to the page.

  loadURL(url: string, options?: object): Promise<void> {
    return this.$contents.loadURL(url, options);
  }
  loadFile(): never {
    return notModelled('BrowserWindow.loadFile');
  }
  reload(): void {
    this.$contents.reload();
  }
  focusOnWebView(): void {
    this.$contents.focus();
  }
  capturePage(): never {
    return notModelled('BrowserWindow.capturePage');
  }

  /** What the test sees of it. */
  $state(): object {
    return {
      id: this.$id,
      contents: this.$contents.$id,
      target: this.$contents.$target,
      title: this.#title,
      url: this.$contents.$address,
      isCrashed: this.$contents.isCrashed(),
      isLoading: this.$contents.isLoading(),
      isVisible: this.#isVisible && this.#extent !== 'minimized',
      isFocused: focused === this,
      extent: this.#extent,
      bounds: this.getBounds(),
      normalBounds: this.#normal,
      zoomFactor: 1.2 ** this.$contents.$zoomLevel,
      isMenuBarVisible: this.#isMenuBarVisible,
      progress: this.#progress,
      isFlashing: this.#isFlashing,
      isEdited: this.#isEdited,
    };
  }
}

guardDestroyed(BrowserWindow.prototype, (window) => window.$isDestroyed, ['destroy']);

/** The window that a test means: the one with the number, else the only one. */
export function windowOf({ window }: { window?: number | undefined }): BrowserWindow {
  const found = window === undefined ? [...windows][0] : BrowserWindow.fromId(window);
  if (found === undefined || found === null) throw new Error('There is no such window');
  return found;
}

onControl('windows', () => [...windows].map((window) => window.$state()));
onControl('press-close', (which: { window?: number }) => windowOf(which).close());
onControl('window', ({ window, act, argument }: { window?: number; act: string; argument?: unknown }) => {
  const target = windowOf({ window });
  const allowed = [
    'minimize',
    'restore',
    'maximize',
    'unmaximize',
    'focus',
    'blur',
    'hide',
    'show',
    'setBounds',
    'setFullScreen',
  ];
  if (!allowed.includes(act)) throw new Error(`A person can’t ${act} a window`);
  Reflect.apply(Reflect.get(target, act) as (argument?: unknown) => void, target, [argument]);
});
onControl('session-end', (which: { window?: number }) => {
  const target = windowOf(which);
  const event = newEvent({ reasons: ['shutdown'] });
  target.emit('query-session-end', event);
  if (event.defaultPrevented) return false;
  target.emit('session-end', newEvent({ reasons: ['shutdown'] }));
  report({ kind: 'session-end' });
  return true;
});

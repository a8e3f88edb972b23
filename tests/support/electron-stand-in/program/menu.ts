import type { MenuItemConstructorOptions } from 'electron';
import { events } from './events.ts';
import { app } from './app.ts';
import { BrowserWindow, listenToKeys, windowOf } from './browser-window.ts';
import { onControl, report } from './control.ts';
import { settings } from './given.ts';
import type { KeyPress } from './glue.ts';
import { newEvent, notModelled, StandInEmitter, StrictObject } from './strict.ts';

/** Electron's `Menu` and `MenuItem`: their roles, their accelerators, and who clicks them is the test. */

type Role = NonNullable<MenuItemConstructorOptions['role']>;

interface RoleMeaning {
  readonly label: string | (() => string);
  readonly accelerator?: string | { readonly darwin?: string; readonly win32?: string; readonly linux?: string };
  readonly act?: (window: BrowserWindow | null) => void;
  readonly submenu?: () => MenuItemConstructorOptions[];
  /** Whether the page would handle its key by itself. */
  readonly isOfThePage?: boolean;
}

const isMac = () => settings.platform === 'darwin';
const zoomBy = (step: number) => (window: BrowserWindow | null) => {
  if (window === null) return;
  window.$contents.setZoomLevel(step === 0 ? 0 : window.$contents.getZoomLevel() + step);
};

const roles: Partial<Record<Lowercase<Role>, RoleMeaning>> = {
  about: {
    label: () => (settings.platform === 'linux' ? 'About' : `About ${app.getName()}`),
    act: () => app.showAboutPanel(),
  },
  close: {
    label: () => (isMac() ? 'Close Window' : 'Close'),
    accelerator: 'CommandOrControl+W',
    act: (window) => window?.close(),
  },
  copy: {
    label: 'Copy',
    accelerator: 'CommandOrControl+C',
    act: (window) => window?.$contents.copy(),
    isOfThePage: true,
  },
  cut: { label: 'Cut', accelerator: 'CommandOrControl+X', act: (window) => window?.$contents.cut(), isOfThePage: true },
  delete: { label: 'Delete', act: (window) => window?.$contents.delete() },
  forcereload: {
    label: 'Force Reload',
    accelerator: 'Shift+CmdOrCtrl+R',
    act: (window) => window?.$contents.reloadIgnoringCache(),
  },
  front: { label: 'Bring All to Front', act: () => undefined },
  help: { label: 'Help' },
  hide: { label: () => `Hide ${app.getName()}`, accelerator: 'Command+H', act: () => app.hide() },
  hideothers: { label: 'Hide Others', accelerator: 'Command+Alt+H', act: () => undefined },
  minimize: { label: 'Minimize', accelerator: 'CommandOrControl+M', act: (window) => window?.minimize() },
  paste: {
    label: 'Paste',
    accelerator: 'CommandOrControl+V',
    act: (window) => window?.$contents.paste(),
    isOfThePage: true,
  },
  pasteandmatchstyle: {
    label: 'Paste and Match Style',
    accelerator: { darwin: 'Cmd+Option+Shift+V', win32: 'Shift+CommandOrControl+V', linux: 'Shift+CommandOrControl+V' },
    act: (window) => window?.$contents.pasteAndMatchStyle(),
    isOfThePage: true,
  },
  quit: {
    label: () => (isMac() ? `Quit ${app.getName()}` : settings.platform === 'win32' ? 'Exit' : 'Quit'),
    accelerator: { darwin: 'CommandOrControl+Q', linux: 'CommandOrControl+Q' },
    act: () => app.quit(),
  },
  redo: {
    label: 'Redo',
    accelerator: { darwin: 'Shift+CommandOrControl+Z', win32: 'Control+Y', linux: 'Shift+CommandOrControl+Z' },
    act: (window) => window?.$contents.redo(),
    isOfThePage: true,
  },
  reload: { label: 'Reload', accelerator: 'CmdOrCtrl+R', act: (window) => window?.reload() },
  resetzoom: { label: 'Actual Size', accelerator: 'CommandOrControl+0', act: zoomBy(0) },
  selectall: {
    label: 'Select All',
    accelerator: 'CommandOrControl+A',
    act: (window) => window?.$contents.selectAll(),
    isOfThePage: true,
  },
  services: { label: 'Services', submenu: () => [] },
  toggledevtools: {
    label: 'Toggle Developer Tools',
    accelerator: { darwin: 'Alt+Command+I', win32: 'Ctrl+Shift+I', linux: 'Ctrl+Shift+I' },
    act: (window) => window?.$contents.toggleDevTools(),
  },
  togglefullscreen: {
    label: 'Toggle Full Screen',
    accelerator: { darwin: 'Control+Command+F', win32: 'F11', linux: 'F11' },
    act: (window) => window?.setFullScreen(!window.isFullScreen()),
  },
  undo: {
    label: 'Undo',
    accelerator: 'CommandOrControl+Z',
    act: (window) => window?.$contents.undo(),
    isOfThePage: true,
  },
  unhide: { label: 'Show All', act: () => app.show() },
  zoom: { label: 'Zoom', act: (window) => (window?.isMaximized() === true ? window.unmaximize() : window?.maximize()) },
  zoomin: { label: 'Zoom In', accelerator: 'CommandOrControl+Plus', act: zoomBy(0.5) },
  zoomout: { label: 'Zoom Out', accelerator: 'CommandOrControl+-', act: zoomBy(-0.5) },
  appmenu: {
    label: () => app.getName(),
    submenu: () => [
      { role: 'about' },
      { type: 'separator' },
      { role: 'services' },
      { type: 'separator' },
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      { type: 'separator' },
      { role: 'quit' },
    ],
  },
  filemenu: { label: 'File', submenu: () => [isMac() ? { role: 'close' } : { role: 'quit' }] },
  editmenu: {
    label: 'Edit',
    submenu: () => [
      { role: 'undo' },
      { role: 'redo' },
      { type: 'separator' },
      { role: 'cut' },
      { role: 'copy' },
      { role: 'paste' },
      ...(isMac()
        ? ([{ role: 'pasteAndMatchStyle' }, { role: 'delete' }, { role: 'selectAll' }] as const)
        : ([{ role: 'delete' }, { type: 'separator' }, { role: 'selectAll' }] as const)),
    ],
  },
  viewmenu: {
    label: 'View',
    submenu: () => [
      { role: 'reload' },
      { role: 'forceReload' },
      { role: 'toggleDevTools' },
      { type: 'separator' },
      { role: 'resetZoom' },
      { role: 'zoomIn' },
      { role: 'zoomOut' },
      { type: 'separator' },
      { role: 'togglefullscreen' },
    ],
  },
  windowmenu: {
    label: 'Window',
    submenu: () => [
      { role: 'minimize' },
      { role: 'zoom' },
      ...(isMac() ? ([{ type: 'separator' }, { role: 'front' }] as const) : ([{ role: 'close' }] as const)),
    ],
  },
};

const itemTypes = new Set(['normal', 'separator', 'submenu', 'checkbox', 'radio', 'header', 'palette']);
let commandCount = 0;

/** Electron's `MenuItem`. */
export class MenuItem extends StrictObject {
  readonly $options: MenuItemConstructorOptions;
  readonly commandId: number;
  readonly id: string;
  readonly type: Electron.MenuItem['type'];
  readonly role?: Electron.MenuItem['role'];
  label: string;
  sublabel: string;
  toolTip: string;
  enabled: boolean;
  visible: boolean;
  checked: boolean;
  readonly accelerator: string | null;
  readonly registerAccelerator: boolean;
  readonly submenu: Menu | undefined;
  menu: Menu | null = null;
  click: (event?: unknown, window?: unknown) => void;

  constructor(options: MenuItemConstructorOptions) {
    super('MenuItem');
    this.$options = options;
    commandCount += 1;
    this.commandId = commandCount;
    if (options.role !== undefined) this.role = options.role.toLowerCase() as NonNullable<Electron.MenuItem['role']>;
    const meaning = this.role === undefined ? undefined : roles[this.role as Lowercase<Role>];
    if (this.role !== undefined && meaning === undefined) notModelled(`the menu role ${options.role}`);
    const submenu = options.submenu ?? meaning?.submenu?.();
    this.submenu = Array.isArray(submenu) ? Menu.buildFromTemplate(submenu) : (submenu as unknown as Menu | undefined);
    this.type = options.type ?? (this.submenu === undefined ? 'normal' : 'submenu');
    if (!itemTypes.has(this.type)) throw new Error(`Unknown menu item type: ${this.type}`);
    if (this.type === 'submenu' && this.submenu === undefined) throw new Error('Invalid submenu');
    this.id = options.id ?? '';
    const label = meaning?.label;
    this.label = options.label ?? (typeof label === 'function' ? label() : (label ?? ''));
    this.sublabel = options.sublabel ?? '';
    this.toolTip = options.toolTip ?? '';
    this.enabled = options.enabled ?? true;
    this.visible = options.visible ?? true;
    this.checked = options.checked ?? false;
    this.registerAccelerator = options.registerAccelerator ?? true;
    const usual = meaning?.accelerator;
    const ofRole = typeof usual === 'string' ? usual : usual?.[settings.platform as 'darwin' | 'win32' | 'linux'];
    this.accelerator = options.accelerator ?? ofRole ?? null;
    const given = options.click;
    this.click = (event = newEvent({ triggeredByAccelerator: false }), window = BrowserWindow.getFocusedWindow()) => {
      if (!this.enabled) return;
      if (this.type === 'checkbox') this.checked = !this.checked;
      if (this.type === 'radio') {
        for (const item of this.menu?.items ?? []) if (item.type === 'radio') item.checked = item === this;
      }
      if (meaning?.act === undefined) {
        given?.(this as never, (window ?? undefined) as never, event as never);
      } else {
        // A role acts by itself; Electron ignores `click` then.
        meaning.act(window as BrowserWindow | null);
      }
    };
  }

  /** Whether the page has its own answer to the item's key. */
  get $isOfThePage(): boolean {
    return this.role !== undefined && roles[this.role as Lowercase<Role>]?.isOfThePage === true;
  }
}

let applicationMenu: Menu | null = null;
let isSetByProgram = false;

/** Electron's `Menu`. */
export class Menu extends StandInEmitter {
  readonly items: MenuItem[] = [];

  constructor() {
    super('Menu', events.Menu);
  }

  static buildFromTemplate(template: readonly (MenuItemConstructorOptions | MenuItem)[]): Menu {
    if (!Array.isArray(template)) throw new TypeError('Invalid template for Menu: Menu template must be an array');
    const menu = new Menu();
    for (const entry of template) {
      if (typeof entry !== 'object' || entry === null) {
        throw new TypeError('Invalid template for MenuItem: must have at least one of label, role or type');
      }
      if (!('label' in entry || 'role' in entry || 'type' in entry)) {
        throw new TypeError('Invalid template for MenuItem: must have at least one of label, role or type');
      }
      menu.append(entry instanceof MenuItem ? entry : new MenuItem(entry));
    }
    return menu;
  }
  static setApplicationMenu(menu: Menu | null): void {
    if (menu !== null && !(menu instanceof Menu)) throw new TypeError('Invalid menu');
    isSetByProgram = true;
    applicationMenu = menu;
  }
  static getApplicationMenu(): Menu | null {
    return applicationMenu;
  }
  static sendActionToFirstResponder(_action: string): void {}

  append(item: MenuItem): void {
    this.insert(this.items.length, item);
  }
  insert(place: number, item: MenuItem): void {
    item.menu = this;
    this.items.splice(place, 0, item);
  }
  getMenuItemById(id: string): MenuItem | null {
    for (const item of this.items) {
      if (item.id === id) return item;
      const found = item.submenu?.getMenuItemById(id);
      if (found !== null && found !== undefined) return found;
    }
    return null;
  }
  popup(): void {
    this.emit('menu-will-show', newEvent());
    pop(this);
    report({ kind: 'popup', items: describe(this) });
  }
  closePopup(): void {
    this.emit('menu-will-close', newEvent());
    popped = null;
  }
}

let popped: Menu | null = null;
const pop = (menu: Menu) => {
  popped = menu;
};

/** What the test sees of a menu. */
export function describe(menu: Menu | null): object[] {
  return (menu?.items ?? [])
    .filter(({ visible }) => visible)
    .map(({ id, label, type, role, enabled, checked, accelerator, submenu }) => ({
      id,
      label,
      type,
      role,
      enabled,
      checked,
      accelerator,
      ...(submenu === undefined ? {} : { items: describe(submenu) }),
    }));
}

/** Finds an item by its labels from the top down, or by its id, and clicks it as a person would. */
export function clickItem(menu: Menu | null, way: readonly string[]): void {
  let items = menu?.items ?? [];
  let found: MenuItem | undefined;
  for (const name of way) {
    found = items.find((item) => item.visible && (item.label === name || (item.id !== '' && item.id === name)));
    if (found === undefined) throw new Error(`The menu has no item ${way.join(' → ')}`);
    items = found.submenu?.items ?? [];
  }
  if (found?.enabled !== true) throw new Error(`The item ${way.join(' → ')} can’t be clicked`);
  found.click(newEvent({ triggeredByAccelerator: false }), BrowserWindow.getFocusedWindow());
}

/** Without a menu of the program's own there is Electron's. */
export function installDefaultMenu(): void {
  app.once('will-finish-launching', () => {
    if (isSetByProgram) return;
    applicationMenu = Menu.buildFromTemplate([
      ...(isMac() ? ([{ role: 'appMenu' }] as const) : []),
      { role: 'fileMenu' },
      { role: 'editMenu' },
      { role: 'viewMenu' },
      { role: 'windowMenu' },
      { role: 'help', submenu: app.isPackaged ? [] : [{ label: 'Learn More' }] },
    ]);
  });
}

interface Accelerator {
  readonly key: string;
  readonly control: boolean;
  readonly alt: boolean;
  readonly shift: boolean;
  readonly meta: boolean;
}

/** Reads `CommandOrControl+Shift+K`. @throws when Electron would not take it. */
export function readAccelerator(text: string): Accelerator {
  const parts = text.split('+').map((part) => part.toLowerCase());
  // `Ctrl++` means the plus key.
  const key = parts.at(-1) === '' ? 'plus' : (parts.at(-1) ?? '');
  const modifiers = new Set(parts.slice(0, -1).filter((part) => part !== ''));
  const has = (...names: readonly string[]) => names.some((name) => modifiers.delete(name));
  const either = has('commandorcontrol', 'cmdorctrl');
  const result = {
    key,
    control: has('control', 'ctrl') || (either && !isMac()),
    alt: has('alt', 'option', 'altgr'),
    shift: has('shift'),
    meta: has('command', 'cmd', 'super', 'meta') || (either && isMac()),
  };
  if (modifiers.size > 0 || key === '') throw new Error(`Invalid accelerator: ${text}`);
  return result;
}

const keyNames: Readonly<Record<string, string>> = {
  ' ': 'space',
  '+': 'plus',
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
  Escape: 'escape',
  Enter: 'return',
};

function matches(accelerator: Accelerator, pressed: KeyPress): boolean {
  const name = keyNames[pressed.key] ?? pressed.key.toLowerCase();
  const { key } = accelerator;
  const sameKey = key === name || (key === 'esc' && name === 'escape') || (key === 'enter' && name === 'return');
  // Plus needs Shift on many keyboards: Electron takes both.
  const needsNoShift = key === 'plus' || key === '=';
  return (
    (sameKey || (key === 'plus' && name === '=')) &&
    accelerator.control === pressed.control &&
    accelerator.alt === pressed.alt &&
    accelerator.meta === pressed.meta &&
    (accelerator.shift === pressed.shift || needsNoShift)
  );
}

function findByKey(menu: Menu | null, pressed: KeyPress): MenuItem | null {
  for (const item of menu?.items ?? []) {
    if (item.accelerator !== null && item.registerAccelerator && !item.$isOfThePage) {
      if (item.enabled && item.visible && matches(readAccelerator(item.accelerator), pressed)) return item;
    }
    const found = findByKey(item.submenu ?? null, pressed);
    if (found !== null) return found;
  }
  return null;
}

listenToKeys((window, key) => {
  const menu = window.$menu === undefined || isMac() ? applicationMenu : (window.$menu as Menu | null);
  const item = findByKey(menu, key);
  if (item === null) return;
  report({ kind: 'accelerator', label: item.label });
  item.click(newEvent({ triggeredByAccelerator: true }), window);
});

onControl('menu', () => describe(applicationMenu));
onControl('click-menu', ({ way }: { way: string[] }) => clickItem(applicationMenu, way));
onControl('click-popup', ({ way }: { way: string[] }) => clickItem(popped, way));
onControl('dock-menu', ({ way }: { way: string[] }) =>
  clickItem((app.dock as { getMenu(): Menu | null } | undefined)?.getMenu() ?? null, way),
);
onControl('key', ({ window, key }: { window?: number; key: KeyPress }) => {
  const target = windowOf({ window });
  const event = newEvent();
  const input = { type: 'keyDown', ...key, isAutoRepeat: false, isComposing: false, location: 0, modifiers: [] };
  target.$contents.emit('before-input-event', event, input);
  if (event.defaultPrevented) return;
  const modifiers = Number(key.alt) + 2 * Number(key.control) + 4 * Number(key.meta) + 8 * Number(key.shift);
  // The page has it first; what it leaves comes back as any other key.
  target.$contents.$tellPage('Input.dispatchKeyEvent', { type: 'rawKeyDown', key: key.key, code: key.code, modifiers });
  target.$contents.$tellPage('Input.dispatchKeyEvent', { type: 'keyUp', key: key.key, code: key.code, modifiers });
});

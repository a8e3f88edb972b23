import type { MenuItemConstructorOptions } from 'electron';

export interface MenuParts {
  readonly platform: NodeJS.Platform;
  /** As macOS names its menu. */
  readonly name: string;
  /** Whether the developer tools can be opened: in a checkout alone. */
  readonly devTools: boolean;
  readonly reload: () => void;
  readonly zoom: (change: 'in' | 'out' | 'reset') => void;
  /** Null where this copy of the program can't replace itself; `locked` where the organisation wants no updates from here. */
  readonly lookForUpdates: (() => void) | 'locked' | null;
}

const line: MenuItemConstructorOptions = { type: 'separator' };

/** The application's menu, as each system expects it: it gives the shortcuts, too, where it is not to be seen. */
export function applicationMenu({
  platform,
  name,
  devTools,
  reload,
  zoom,
  lookForUpdates,
}: MenuParts): MenuItemConstructorOptions[] {
  const isMac = platform === 'darwin';
  const view: MenuItemConstructorOptions[] = [
    { label: 'Reload', accelerator: 'CommandOrControl+R', click: reload },
    line,
    { label: 'Actual Size', accelerator: 'CommandOrControl+0', click: () => zoom('reset') },
    { label: 'Zoom In', accelerator: 'CommandOrControl+Plus', click: () => zoom('in') },
    // Where the plus sign needs the shift key.
    {
      label: 'Zoom In',
      accelerator: 'CommandOrControl+=',
      visible: false,
      acceleratorWorksWhenHidden: true,
      click: () => zoom('in'),
    },
    { label: 'Zoom Out', accelerator: 'CommandOrControl+-', click: () => zoom('out') },
    line,
    { role: 'togglefullscreen' },
    ...(devTools ? [line, { role: 'toggleDevTools' } satisfies MenuItemConstructorOptions] : []),
  ];
  const updates: MenuItemConstructorOptions[] =
    lookForUpdates === null
      ? []
      : lookForUpdates === 'locked'
        ? [{ label: 'Updates Come from Your Organisation', enabled: false }]
        : [{ label: 'Check for Updates…', click: lookForUpdates }];
  const application: MenuItemConstructorOptions = {
    label: name,
    submenu: [
      { role: 'about' },
      ...updates,
      line,
      { role: 'services' },
      line,
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      line,
      { role: 'quit' },
    ],
  };
  return [
    ...(isMac ? [application] : []),
    { label: 'File', submenu: isMac ? [{ role: 'close' }] : [{ role: 'close' }, line, { role: 'quit' }] },
    { role: 'editMenu' },
    { label: 'View', submenu: view },
    { role: 'windowMenu' },
    ...(isMac
      ? []
      : [{ label: 'Help', submenu: [...updates, { role: 'about' }] } satisfies MenuItemConstructorOptions]),
  ];
}

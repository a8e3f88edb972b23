import type { Menu, MenuItemConstructorOptions, Tray } from 'electron';

export interface TrayParts {
  readonly newTray: () => Pick<Tray, 'setToolTip' | 'setContextMenu' | 'on' | 'destroy'>;
  readonly buildMenu: (template: MenuItemConstructorOptions[]) => Menu;
  readonly open: () => void;
  readonly quit: () => void;
}

/** The console's icon in the tray, there while its window is hidden. */
export interface ConsoleTray {
  readonly show: () => void;
  readonly hide: () => void;
}

/** Lets the console go on without a window to be seen: an icon opens it again, or ends the console. */
export function createTray({ newTray, buildMenu, open, quit }: TrayParts): ConsoleTray {
  let tray: ReturnType<TrayParts['newTray']> | null = null;
  return {
    show() {
      if (tray !== null) return;
      tray = newTray();
      tray.setToolTip('Sendwright checks the sender domains');
      tray.setContextMenu(
        buildMenu([
          { label: 'Open Sendwright', click: open },
          { type: 'separator' },
          { label: 'Quit and stop checking', click: quit },
        ]),
      );
      tray.on('click', open);
    },
    hide() {
      tray?.destroy();
      tray = null;
    },
  };
}

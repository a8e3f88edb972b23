import type { App, BrowserWindow, Menu, MenuItemConstructorOptions, Tray } from 'electron';

/** What the tray needs of the window, the application and Electron. */
export interface TrayParts {
  readonly window: Pick<BrowserWindow, 'on' | 'hide'>;
  readonly app: Pick<App, 'on' | 'quit'>;
  readonly newTray: () => Pick<Tray, 'setToolTip' | 'setContextMenu' | 'on' | 'destroy'>;
  readonly buildMenu: (template: MenuItemConstructorOptions[]) => Menu;
  /** Whether something goes on that closing the window must not end. */
  readonly isNeeded: () => boolean;
  readonly open: () => void;
}

/**
 * Lets scheduled checks go on when the window is closed: it hides, and an icon in the tray opens it again or ends the
 * console. Without scheduled checks closing the window ends the console, as everybody expects.
 */
export function keepInTray({ window, app, newTray, buildMenu, isNeeded, open }: TrayParts): void {
  let tray: ReturnType<TrayParts['newTray']> | null = null;
  let ending = false;

  const reopen = () => {
    tray?.destroy();
    tray = null;
    open();
  };
  const showTray = () => {
    tray = newTray();
    tray.setToolTip('Sendwright checks the sender domains');
    tray.setContextMenu(
      buildMenu([
        { label: 'Open Sendwright', click: reopen },
        { type: 'separator' },
        { label: 'Quit and stop checking', click: () => app.quit() },
      ]),
    );
    tray.on('click', reopen);
  };

  app.on('before-quit', () => {
    ending = true;
  });
  window.on('close', (event) => {
    if (ending || !isNeeded()) return;
    event.preventDefault();
    window.hide();
    if (tray === null) showTray();
  });
  window.on('show', () => {
    tray?.destroy();
    tray = null;
  });
}

import type { BrowserWindow, BrowserWindowConstructorOptions } from 'electron';
import { APP_ORIGIN } from './guards.ts';
import { webPreferences } from './web-preferences.ts';
import type { WindowPlace } from './window-place.ts';

/**
 * The options of the product's one window.
 *
 * @param preload absolute path of the bundled preload script.
 * @param place where it was last time, if that can be seen now.
 * @param devTools whether the developer tools can be opened: in a checkout alone.
 */
export function windowOptions(
  preload: string,
  place: WindowPlace['bounds'] | null,
  devTools: boolean,
): BrowserWindowConstructorOptions {
  return {
    width: 1280,
    height: 860,
    ...place,
    minWidth: 900,
    minHeight: 600,
    title: 'Sendwright',
    // Shown once painted, so that nobody sees an empty frame.
    show: false,
    autoHideMenuBar: true,
    webPreferences: webPreferences(preload, devTools),
  };
}

/**
 * Loads the console into the window, anew where it was loaded before. What goes wrong is told by `did-fail-load`; a load
 * that another load or the end of the window overtakes is nothing that went wrong.
 */
export function loadConsole(window: BrowserWindow): void {
  if (!window.isDestroyed()) window.loadURL(`${APP_ORIGIN}/`).catch(() => undefined);
}

import type { BrowserWindow, BrowserWindowConstructorOptions } from 'electron';
import { APP_ORIGIN } from './guards.ts';
import { webPreferences } from './web-preferences.ts';

/**
 * The options of the product's one window.
 *
 * @param preload absolute path of the bundled preload script.
 */
export function windowOptions(preload: string): BrowserWindowConstructorOptions {
  return {
    width: 1280,
    height: 860,
    minWidth: 900,
    minHeight: 600,
    title: 'Sendwright',
    // Shown once painted, so that nobody sees an empty frame.
    show: false,
    autoHideMenuBar: true,
    webPreferences: webPreferences(preload),
  };
}

/** Loads the console into the window and shows it when it is painted. */
export async function showConsole(window: BrowserWindow): Promise<void> {
  window.once('ready-to-show', () => window.show());
  await window.loadURL(`${APP_ORIGIN}/`);
}

/** Brings the window to the front, as a second start of the product asks for. */
export function bringToFront(window: Pick<BrowserWindow, 'isMinimized' | 'restore' | 'show' | 'focus'>): void {
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}

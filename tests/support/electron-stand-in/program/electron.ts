/** The module `electron` as the program under test imports it. A name that is missing here fails at the import. */

import { app } from './app.ts';
import { BrowserWindow } from './browser-window.ts';
import {
  clipboard,
  crashReporter,
  dialog,
  globalShortcut,
  nativeTheme,
  Notification,
  powerMonitor,
  powerSaveBlocker,
  screen,
  shell,
  systemPreferences,
  Tray,
} from './desktop.ts';
import { NativeImage } from './images.ts';
import { ipcMain } from './ipc-main.ts';
import { Menu, MenuItem } from './menu.ts';
import { MessageChannelMain } from './ports.ts';
import { safeStorage } from './safe-storage.ts';
import { protocolModule as protocol, sessionModule as session } from './session.ts';
import { strictModule } from './strict.ts';
import { UtilityProcess } from './utility-process.ts';
import { allContents, WebContents } from './web-contents.ts';

const nativeImage = NativeImage;
const utilityProcess = UtilityProcess;
const webContents = strictModule('webContents', {
  getAllWebContents: () => [...allContents],
  getFocusedWebContents: () => BrowserWindow.getFocusedWindow()?.$contents ?? null,
  fromId: (id: number): WebContents | undefined => [...allContents].find(({ $id }) => $id === id),
});

export {
  app,
  BrowserWindow,
  clipboard,
  crashReporter,
  dialog,
  globalShortcut,
  ipcMain,
  Menu,
  MenuItem,
  MessageChannelMain,
  nativeImage,
  nativeTheme,
  Notification,
  powerMonitor,
  powerSaveBlocker,
  protocol,
  safeStorage,
  screen,
  session,
  shell,
  systemPreferences,
  Tray,
  utilityProcess,
  webContents,
};

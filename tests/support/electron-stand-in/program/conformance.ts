import type { EventEmitter } from 'node:events';
import type { app } from './app.ts';
import type { BrowserWindow } from './browser-window.ts';
import type {
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
import type { NativeImage } from './images.ts';
import type { ipcMain } from './ipc-main.ts';
import type { Menu, MenuItem } from './menu.ts';
import type { MessageChannelMain, MessagePortMain } from './ports.ts';
import type { safeStorage } from './safe-storage.ts';
import type { protocolModule, Session, sessionModule } from './session.ts';
import type { UtilityProcess } from './utility-process.ts';
import type { WebContents, WebFrameMain } from './web-contents.ts';

/**
 * Holds the stand-in against Electron's own types: every member that the program can see is one of Electron's, takes what
 * Electron's takes and gives what Electron's gives. Checked by the compiler alone.
 */

/** Objects that the stand-in models itself; each is held against Electron's in its own place. */
type Modelled =
  | Electron.BaseWindow
  | Electron.WebContents
  | Electron.WebFrameMain
  | Electron.Session
  | Electron.Protocol
  | Electron.Menu
  | Electron.MenuItem
  | Electron.NativeImage
  | Electron.MessagePortMain
  | Electron.IpcMain
  | Electron.CommandLine
  | Electron.Dock
  | Electron.UtilityProcess
  | Electron.Tray;

// oxlint-disable typescript/no-explicit-any -- what stands for a modelled object fits anything

/** A type of Electron's, with `any` where it speaks of modelled objects or takes callbacks. */
type Loose<Type> = 0 extends 1 & Type
  ? any
  : [Type] extends [Modelled | null | undefined]
    ? any
    : Type extends Modelled
      ? any
      : Type extends (...args: infer Args) => infer Result
        ? (...args: { [Index in keyof Args]: LooseArgument<Args[Index]> }) => Loose<Result>
        : Type extends Promise<infer Result>
          ? Promise<Loose<Result>>
          : Type extends readonly (infer Element)[]
            ? Loose<Element>[]
            : Type;

type LooseArgument<Type> = Extract<Type, (...args: any[]) => unknown> extends never ? Loose<Type> : any;

// oxlint-enable typescript/no-explicit-any

type Visible<Mine> = Exclude<keyof Mine & string, `$${string}` | keyof EventEmitter | 'prototype'>;

/** The members that are not as Electron's; `never` when all are. */
type Wrong<Mine, Theirs> = {
  [Name in Visible<Mine>]: Name extends keyof Theirs ? (Mine[Name] extends Loose<Theirs[Name]> ? never : Name) : Name;
}[Visible<Mine>];

/** Compiles for `never` alone: anything else is named by the compiler. */
type Nothing<Type extends never> = Type;

export interface Conformance {
  readonly app: Nothing<Wrong<typeof app, Electron.App>>;
  readonly commandLine: Nothing<Wrong<typeof app.commandLine, Electron.CommandLine>>;
  readonly browserWindow: Nothing<Wrong<BrowserWindow, Electron.BrowserWindow>>;
  readonly staticBrowserWindow: Nothing<Wrong<typeof BrowserWindow, typeof Electron.BrowserWindow>>;
  readonly webContents: Nothing<Wrong<WebContents, Electron.WebContents>>;
  readonly webFrameMain: Nothing<Wrong<WebFrameMain, Electron.WebFrameMain>>;
  readonly session: Nothing<Wrong<Session, Electron.Session>>;
  readonly sessionModule: Nothing<Wrong<typeof sessionModule, typeof Electron.session>>;
  readonly protocol: Nothing<Wrong<typeof protocolModule, Electron.Protocol>>;
  readonly ipcMain: Nothing<Wrong<typeof ipcMain, Electron.IpcMain>>;
  readonly messagePortMain: Nothing<Wrong<MessagePortMain, Electron.MessagePortMain>>;
  readonly messageChannelMain: Nothing<Wrong<MessageChannelMain, Electron.MessageChannelMain>>;
  readonly menu: Nothing<Wrong<Menu, Electron.Menu>>;
  readonly staticMenu: Nothing<Wrong<typeof Menu, typeof Electron.Menu>>;
  readonly menuItem: Nothing<Wrong<MenuItem, Electron.MenuItem>>;
  readonly tray: Nothing<Wrong<Tray, Electron.Tray>>;
  readonly notification: Nothing<Wrong<Notification, Electron.Notification>>;
  readonly staticNotification: Nothing<Wrong<typeof Notification, typeof Electron.Notification>>;
  readonly dialog: Nothing<Wrong<typeof dialog, Electron.Dialog>>;
  readonly shell: Nothing<Wrong<typeof shell, Electron.Shell>>;
  readonly clipboard: Nothing<Wrong<typeof clipboard, Electron.Clipboard>>;
  readonly nativeTheme: Nothing<Wrong<typeof nativeTheme, Electron.NativeTheme>>;
  readonly nativeImage: Nothing<Wrong<NativeImage, Electron.NativeImage>>;
  readonly staticNativeImage: Nothing<Wrong<typeof NativeImage, typeof Electron.NativeImage>>;
  readonly screen: Nothing<Wrong<typeof screen, Electron.Screen>>;
  readonly powerMonitor: Nothing<Wrong<typeof powerMonitor, Electron.PowerMonitor>>;
  readonly powerSaveBlocker: Nothing<Wrong<typeof powerSaveBlocker, Electron.PowerSaveBlocker>>;
  readonly globalShortcut: Nothing<Wrong<typeof globalShortcut, Electron.GlobalShortcut>>;
  readonly crashReporter: Nothing<Wrong<typeof crashReporter, Electron.CrashReporter>>;
  readonly systemPreferences: Nothing<Wrong<typeof systemPreferences, Electron.SystemPreferences>>;
  readonly safeStorage: Nothing<Wrong<typeof safeStorage, Electron.SafeStorage>>;
  readonly utilityProcess: Nothing<Wrong<UtilityProcess, Electron.UtilityProcess>>;
  readonly staticUtilityProcess: Nothing<Wrong<typeof UtilityProcess, typeof Electron.UtilityProcess>>;
}

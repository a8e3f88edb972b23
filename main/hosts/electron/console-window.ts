import type { BrowserWindow, BrowserWindowConstructorOptions, Dialog, Rectangle, WebContents } from 'electron';
import type { Log } from '../../core/ports.ts';
import type { Ending } from './ending.ts';
import { askBeforeLeaving } from './leaving.ts';
import { tendPage } from './page-faults.ts';
import type { ConsoleTray } from './tray.ts';
import { loadConsole, windowOptions } from './window.ts';
import type { SavedWindowPlace } from './window-place.ts';
import { keepPlace, readPlace, visiblePlace } from './window-place.ts';

export interface ConsoleWindowParts {
  readonly newWindow: (options: BrowserWindowConstructorOptions) => BrowserWindow;
  readonly dialog: Pick<Dialog, 'showMessageBox'>;
  readonly ending: Ending;
  readonly quit: () => void;
  readonly tray: ConsoleTray;
  /** Whether something goes on that closing the window must not end. */
  readonly isNeeded: () => boolean;
  /** Of all displays there are now, without task bars. */
  readonly workAreas: () => readonly Rectangle[];
  /** Where its place is kept. */
  readonly placeFile: string;
  /** Absolute path of the bundled preload script. */
  readonly preload: string;
  readonly devTools: boolean;
  readonly now: () => number;
  readonly log: Log['warn'];
}

/** The product's one window: there, hidden, or not made yet. */
export interface ConsoleWindow {
  /** Brings it to the front; makes it where there is none, and loads it anew where its page has crashed. */
  readonly open: () => void;
  /** Makes it ready without showing it. */
  readonly prepare: () => void;
  readonly reload: () => void;
  /** A file that its page needs can't be read. */
  readonly fileMissing: () => void;
  readonly zoom: SavedWindowPlace['zoom'];
  /** What it shows; null while there is none. */
  readonly contents: () => WebContents | null;
}

/** A window that has painted nothing by then is shown as it is, so that somebody sees that there is one. */
const LONGEST_PAINT_MS = 5_000;

/** Hides the window. macOS would leave a full screen behind that nobody can look away from. */
function hide(window: BrowserWindow): void {
  if (!window.isFullScreen()) {
    window.hide();
    return;
  }
  window.once('leave-full-screen', () => window.hide());
  window.setFullScreen(false);
}

export function createConsoleWindow(parts: ConsoleWindowParts): ConsoleWindow {
  const { ending, tray } = parts;
  let shown: {
    readonly window: BrowserWindow;
    readonly kept: SavedWindowPlace;
    readonly wantFront: () => void;
    readonly fileMissing: () => void;
  } | null = null;

  const make = (inFront: boolean) => {
    const place = readPlace(parts.placeFile);
    const bounds = visiblePlace(place.bounds, parts.workAreas());
    const window = parts.newWindow(windowOptions(parts.preload, bounds, parts.devTools));
    const kept = keepPlace(window, parts.placeFile, place);
    let isWanted = inFront;
    let isPainted = false;
    const bringToFront = () => {
      if (window.isDestroyed()) return;
      if (window.isMinimized()) window.restore();
      kept.show();
      window.focus();
    };
    const paint = () => {
      if (isPainted) return;
      isPainted = true;
      clearTimeout(patience);
      if (isWanted) bringToFront();
    };
    const patience = setTimeout(paint, LONGEST_PAINT_MS);
    window.once('ready-to-show', paint);

    // Scheduled checks go on when the window is closed: it hides. Without any, closing it ends the console, as everybody
    // expects.
    window.on('close', (event) => {
      if (ending.isWanted() || !parts.isNeeded()) return;
      event.preventDefault();
      hide(window);
      tray.show();
    });
    window.on('show', tray.hide);
    window.on('closed', () => {
      clearTimeout(patience);
      shown = null;
    });
    // Windows ends the session: the core has to be closed by the time this returns, or soon after.
    window.on('session-end', ending.force);
    askBeforeLeaving({ ...parts, window, bringToFront });
    const fileMissing = tendPage({ ...parts, window });
    const wantFront = () => {
      isWanted = true;
      if (isPainted) bringToFront();
    };
    shown = { window, kept, wantFront, fileMissing };
    loadConsole(window);
    return shown;
  };

  return {
    open() {
      if (ending.isUnderWay()) return;
      const there = shown ?? make(true);
      if (there.window.webContents.isCrashed()) loadConsole(there.window);
      there.wantFront();
    },
    prepare() {
      if (shown === null) make(false);
    },
    reload: () => shown?.window.webContents.reload(),
    fileMissing: () => shown?.fileMissing(),
    zoom: (change) => shown?.kept.zoom(change),
    contents: () => shown?.window.webContents ?? null,
  };
}

import type { BrowserWindow, Rectangle } from 'electron';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/** Where the window was and how large its text: kept for each data folder, put back where it can be seen. */

export interface WindowPlace {
  /** In device-independent pixels, as they are when the window is neither maximised nor full screen. */
  readonly bounds: Rectangle | null;
  readonly maximized: boolean;
  /** Electron's zoom level: each step is a fifth larger than the one before, 0 is the size as designed. */
  readonly zoomLevel: number;
}

/** Electron's own limit. */
const LARGEST_ZOOM_LEVEL = 8;
const UNKNOWN: WindowPlace = { bounds: null, maximized: false, zoomLevel: 0 };

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const isWhole = (value: unknown): value is number => Number.isSafeInteger(value);

/** @returns the four numbers and nothing else that lies beside them; undefined for what is no rectangle. */
function asRectangle(value: unknown): Rectangle | undefined {
  if (!isObject(value)) return undefined;
  const { x, y, width, height } = value;
  if (!isWhole(x) || !isWhole(y) || !isWhole(width) || !isWhole(height)) return undefined;
  return width > 0 && height > 0 ? { x, y, width, height } : undefined;
}

/** Read by hand: zod is most of what the window would else have to wait for. */
function asPlace(value: unknown): WindowPlace | undefined {
  if (!isObject(value)) return undefined;
  const { maximized, zoomLevel } = value;
  const bounds = value.bounds === null ? null : asRectangle(value.bounds);
  if (bounds === undefined || typeof maximized !== 'boolean') return undefined;
  if (typeof zoomLevel !== 'number' || Math.abs(zoomLevel) > LARGEST_ZOOM_LEVEL) return undefined;
  return { bounds, maximized, zoomLevel };
}

/** @returns what is stored in the file; the beginning where there is none, or it is damaged. */
export function readPlace(file: string): WindowPlace {
  try {
    return asPlace(JSON.parse(readFileSync(file, 'utf8'))) ?? UNKNOWN;
  } catch {
    return UNKNOWN;
  }
}

/** So much of the window's upper edge has to be on a display to take hold of it, in pixels. */
const GRIP_WIDTH = 120;
const GRIP_HEIGHT = 30;

/**
 * Fits a place to the displays of today: one that was unplugged must not keep the window.
 *
 * @param workAreas of all displays, without task bars.
 * @returns the bounds, no larger than the display they lie on; null when nobody could take hold of the window there.
 */
export function visiblePlace(bounds: Rectangle | null, workAreas: readonly Rectangle[]): Rectangle | null {
  if (bounds === null) return null;
  const area = workAreas.find(({ x, y, width, height }) => {
    const shared = Math.min(bounds.x + bounds.width, x + width) - Math.max(bounds.x, x);
    return shared >= GRIP_WIDTH && bounds.y >= y && bounds.y + GRIP_HEIGHT <= y + height;
  });
  if (area === undefined) return null;
  return { ...bounds, width: Math.min(bounds.width, area.width), height: Math.min(bounds.height, area.height) };
}

const SAVE_AFTER_MS = 400;
const ZOOM_STEP = 0.5;
const LEAST_ZOOM = -3;
const MOST_ZOOM = 4;

export interface SavedWindowPlace {
  /** Shows the window as it was: maximised again, if it was. */
  readonly show: () => void;
  /** Larger, smaller or as designed; kept. */
  readonly zoom: (change: 'in' | 'out' | 'reset') => void;
}

/**
 * Keeps the window's place in a file from now on: after each change, and when it is closed or hidden.
 *
 * @param place as it was read when the window was made.
 */
export function keepPlace(window: BrowserWindow, file: string, place: WindowPlace): SavedWindowPlace {
  let { zoomLevel, maximized: shouldMaximize } = place;
  let timer: NodeJS.Timeout | undefined;
  const save = () => {
    clearTimeout(timer);
    if (window.isDestroyed()) return;
    const now: WindowPlace = {
      bounds: window.getNormalBounds(),
      // One that was never shown is not maximised yet.
      maximized: shouldMaximize || window.isMaximized(),
      zoomLevel,
    };
    try {
      writeFileSync(`${file}.new`, JSON.stringify(now), { mode: 0o600 });
      renameSync(`${file}.new`, file);
    } catch {
      // A place that can't be kept is no reason to disturb.
    }
  };
  const saveSoon = () => {
    clearTimeout(timer);
    timer = setTimeout(save, SAVE_AFTER_MS);
  };
  const setZoom = (level: number) => {
    zoomLevel = Math.min(MOST_ZOOM, Math.max(LEAST_ZOOM, level));
    window.webContents.setZoomLevel(zoomLevel);
    saveSoon();
  };
  const zoom: SavedWindowPlace['zoom'] = (change) =>
    setZoom(change === 'reset' ? 0 : zoomLevel + (change === 'in' ? ZOOM_STEP : -ZOOM_STEP));

  for (const event of ['resize', 'move', 'maximize', 'unmaximize'] as const) window.on(event as 'resize', saveSoon);
  window.on('close', save);
  window.on('closed', () => clearTimeout(timer));
  window.webContents.on('did-finish-load', () => window.webContents.setZoomLevel(zoomLevel));
  // The mouse's wheel with Control held down.
  window.webContents.on('zoom-changed', (_event, direction) => zoom(direction));

  return {
    show() {
      // To maximise shows a window as well, which is why it waits until then.
      if (shouldMaximize) window.maximize();
      shouldMaximize = false;
      window.show();
    },
    zoom,
  };
}

import type { BrowserWindow, Dialog } from 'electron';
import type { Log } from '../../core/ports.ts';
import type { Ending } from './ending.ts';
import { loadConsole } from './window.ts';

export interface PageFaultParts {
  readonly window: BrowserWindow;
  readonly ending: Pick<Ending, 'isWanted' | 'isForced'>;
  readonly dialog: Pick<Dialog, 'showMessageBox'>;
  readonly quit: () => void;
  /** Milliseconds of any clock that only goes forward. */
  readonly now: () => number;
  readonly log: Log['warn'];
}

/** A page that ends twice within this time would end a third time: a person is asked first. */
const CALM_MS = 60_000;
/** Chromium's code of a load that another one, or the end of the page, overtook. */
const ABORTED = -3;

/**
 * Helps the window out when its page crashes, hangs or can't be loaded. The core knows nothing of it and goes on; what
 * was typed is kept as a draft.
 *
 * @returns what to call when a file that the page needs can't be read: Chromium shows such a page as loaded.
 */
export function tendPage({ window, ending, dialog, quit, now, log }: PageFaultParts): () => void {
  const contents = window.webContents;
  let crashedAt = Number.NEGATIVE_INFINITY;
  let waiting: AbortController | null = null;
  let isUnloadableReported = false;

  /** Asks one thing at a time; the first button is what happens on Escape, too. */
  const ask = async (message: string, detail: string, buttons: readonly [string, string], signal?: AbortSignal) => {
    if (window.isDestroyed()) return null;
    const options = {
      type: 'warning' as const,
      message,
      detail,
      buttons: [...buttons],
      defaultId: 0,
      cancelId: 0,
      noLink: true,
      ...(signal === undefined ? {} : { signal }),
    };
    try {
      const { response } = await (window.isVisible()
        ? dialog.showMessageBox(window, options)
        : dialog.showMessageBox(options));
      return window.isDestroyed() ? null : response;
    } catch {
      // The window has gone while it was asked about.
      return null;
    }
  };
  const loadOrQuit = async (message: string, detail: string) => {
    const response = await ask(message, detail, ['Reload', 'Quit']);
    if (response === 0) loadConsole(window);
    if (response === 1) quit();
  };

  const reportUnloadable = () => {
    if (isUnloadableReported || ending.isWanted()) return;
    isUnloadableReported = true;
    void loadOrQuit(
      'The window could not be loaded',
      'A file of the program may be missing, or is being replaced right now. Reload the window; if that does not help, reinstall Sendwright. Your data is not affected.',
    ).then(() => {
      isUnloadableReported = false;
    });
  };

  contents.on('render-process-gone', (_event, { reason, exitCode }) => {
    if (reason === 'clean-exit' || window.isDestroyed()) return;
    log({ reason, exitCode }, 'the window’s page ended');
    waiting?.abort();
    if (ending.isWanted()) return;
    const isFirst = now() - crashedAt > CALM_MS;
    crashedAt = now();
    // Chromium must be done with the process that ended before there is another.
    if (isFirst) setImmediate(loadConsole, window);
    else
      void loadOrQuit(
        'The window has stopped working, twice in a short time',
        'Everything you saved is safe. Reload the window, or quit Sendwright and start it again.',
      );
  });

  contents.on('did-fail-load', (_event, errorCode, errorDescription, _address, isMainFrame) => {
    if (!isMainFrame || errorCode === ABORTED || ending.isWanted()) return;
    log({ errorCode, errorDescription }, 'the window’s page could not be loaded');
    reportUnloadable();
  });

  window.on('unresponsive', () => {
    if (waiting !== null || ending.isForced()) return;
    waiting = new AbortController();
    const isQuitting = ending.isWanted();
    void ask(
      'The window does not answer',
      isQuitting
        ? 'It may still be busy. Quitting now loses what was typed a moment ago.'
        : 'It may still be busy. Loading it again loses what was typed a moment ago.',
      ['Wait', isQuitting ? 'Quit now' : 'Reload'],
      waiting.signal,
    ).then((response) => {
      waiting = null;
      if (response !== 1) return;
      if (isQuitting) {
        window.destroy();
        quit();
        return;
      }
      // Its end is told by `render-process-gone`, which loads the page anew.
      crashedAt = Number.NEGATIVE_INFINITY;
      contents.forcefullyCrashRenderer();
    });
  });
  window.on('responsive', () => waiting?.abort());
  return reportUnloadable;
}

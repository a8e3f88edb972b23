import type { App } from 'electron';

/** How the desktop program ends: the windows agree first, then the core is closed, then the process ends. */

export interface EndingParts {
  readonly app: Pick<App, 'on' | 'quit' | 'exit' | 'relaunch'>;
  /** What to start when it is asked for anew; absent: what runs now. */
  readonly executable: string | undefined;
  /** Ends what runs beside the windows. Called once. */
  readonly close: () => Promise<void>;
}

export interface Ending {
  /** Whether somebody wants the console to end, and nobody has chosen to stay: a window that is closed closes. */
  readonly isWanted: () => boolean;
  /** The windows are gone and the core is being closed: there is no way back. */
  readonly isUnderWay: () => boolean;
  /** Whether no question may be asked: the system ends the session, or was told to end the process. */
  readonly isForced: () => boolean;
  /** A window is about to close for good, and the console with it. */
  readonly want: () => void;
  /** Somebody chose to stay: everything goes on. */
  readonly takeBack: () => void;
  /** Ends without a question. */
  readonly force: () => void;
  /** Starts the console anew once it has ended: somebody asked for it while it was on its way out. */
  readonly thenStartAgain: (args: readonly string[]) => void;
}

/** What still runs by then is left to the system: whoever quits does not wait for a server that hangs. */
const LONGEST_CLOSE_MS = 5_000;

/**
 * Orders the end. Electron says `before-quit` before the windows were asked, and any of them may refuse; only at
 * `will-quit` are all of them closed, so that the core is closed there and no sooner.
 */
export function orderEnding({ app, executable, close }: EndingParts): Ending {
  let wanted = false;
  let forced = false;
  let again: readonly string[] | null = null;
  let closing: Promise<void> | null = null;
  let isClosed = false;

  const closeInTime = async () => {
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, LONGEST_CLOSE_MS);
    });
    await Promise.race([close().catch(() => undefined), limit]);
    clearTimeout(timer);
    isClosed = true;
    if (again !== null)
      app.relaunch({ args: [...again], ...(executable === undefined ? {} : { execPath: executable }) });
  };
  const begin = () => {
    closing ??= closeInTime();
    return closing;
  };

  app.on('before-quit', () => {
    wanted = true;
  });
  app.on('will-quit', (event) => {
    if (isClosed) return;
    event.preventDefault();
    void begin().then(() => app.quit());
  });

  return {
    isWanted: () => wanted,
    isUnderWay: () => closing !== null,
    isForced: () => forced,
    want() {
      wanted = true;
    },
    takeBack() {
      if (closing !== null) return;
      wanted = false;
      again = null;
    },
    force() {
      if (forced) return;
      forced = true;
      // Windows gives a session that ends no time to ask the windows first.
      void begin().then(() => app.exit(0));
      app.quit();
    },
    thenStartAgain(args) {
      again = args;
    },
  };
}

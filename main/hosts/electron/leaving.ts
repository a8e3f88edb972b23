import type { BrowserWindow, Dialog } from 'electron';
import type { Ending } from './ending.ts';

/** What somebody wanted when the page said that something typed would be lost. */
type Wish = 'load again' | 'close' | 'quit';

export interface LeavingParts {
  readonly window: BrowserWindow;
  readonly ending: Pick<Ending, 'isWanted' | 'isForced' | 'want' | 'takeBack'>;
  readonly dialog: Pick<Dialog, 'showMessageBox'>;
  readonly quit: () => void;
  /** Shows the window, wherever it is: whoever quits by the tray must see what is asked. */
  readonly bringToFront: () => void;
}

const BUTTONS = ['Stay', 'Leave without saving'];
const LEAVE = 1;
/** What has led nowhere is tried again after so many milliseconds, then after twice as many, up to the last. */
const FIRST_AGAIN_MS = 1000;
const LAST_AGAIN_MS = 4000;

/**
 * Asks before the window's page is left while it holds something typed and not saved. Electron lets a page's
 * `beforeunload` cancel a close, a reload and a whole quit without a word, unless this is handled.
 *
 * The box does not hold the main process up: checks go on behind it, and a server's answer is not taken for silence. So
 * the page stays at first, and what was wanted is done again once somebody says so.
 */
export function askBeforeLeaving({ window, ending, dialog, quit, bringToFront }: LeavingParts): void {
  const contents = window.webContents;
  let isClosing = false;
  let mayLeave = false;
  /** What is being asked about; null: no box is open. */
  let asked: Wish | null = null;

  /**
   * Tries until the page is left: the attempt that was refused may still be on its way out, and take the next along. A
   * page that has not gone by the last is asked anew.
   */
  const insist = (attempt: () => void, again = FIRST_AGAIN_MS) => {
    if (window.isDestroyed() || !mayLeave) return;
    if (again > LAST_AGAIN_MS) {
      mayLeave = false;
      return;
    }
    attempt();
    setTimeout(insist, again, attempt, again * 2);
  };
  const act = (wish: Wish) => {
    if (window.isDestroyed()) return;
    mayLeave = true;
    if (wish === 'load again') {
      let isFirst = true;
      insist(() => {
        // One that is slow is under way all the same.
        if (isFirst || !contents.isLoading()) contents.reload();
        isFirst = false;
      });
      return;
    }
    if (wish === 'quit') {
      ending.want();
      window.once('closed', quit);
    }
    insist(() => window.close());
  };
  const ask = async () => {
    bringToFront();
    const { response } = await dialog.showMessageBox(window, {
      type: 'question',
      message: 'Leave without saving?',
      detail: 'There are unsaved changes. What you typed is kept as a draft, but keys are not.',
      buttons: BUTTONS,
      defaultId: BUTTONS.indexOf('Stay'),
      cancelId: BUTTONS.indexOf('Stay'),
      noLink: true,
    });
    const wish = asked ?? 'close';
    asked = null;
    // Electron has to be done with taking the first attempt back before there is another.
    if (response === LEAVE) setImmediate(act, wish);
  };

  window.on('close', (event) => {
    isClosing = !event.defaultPrevented;
  });
  // The page that was left is gone; the next one has said nothing yet.
  contents.on('did-navigate', () => {
    isClosing = false;
    mayLeave = false;
  });
  contents.on('will-prevent-unload', (event) => {
    if (mayLeave || ending.isForced()) {
      // Not to prevent the unload, that is: the page's objection is set aside.
      event.preventDefault();
      return;
    }
    const wish = ending.isWanted() ? 'quit' : isClosing ? 'close' : 'load again';
    isClosing = false;
    ending.takeBack();
    const isOpen = asked !== null;
    // Whoever wants to quit while the box about a reload is open wants to quit.
    if (asked !== 'quit') asked = wish;
    if (isOpen) bringToFront();
    else
      ask().catch(() => {
        // The window has gone while it was asked: there is nothing left to lose.
        asked = null;
      });
  });
}

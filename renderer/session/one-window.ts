/** One window for each console: in a browser a page can't be brought to the front, so the newly opened one takes over. */

const CHANNEL = 'sendwright.window';
const OPENED = 'opened';

/** Whether some view would lose what was typed; each that would answers this event, as it does when a tab is closed. */
function wouldLose(): boolean {
  return !window.dispatchEvent(new Event('beforeunload', { cancelable: true }));
}

/**
 * Tells the windows of this console in this browser that a new one is open: they close, but for one that holds
 * unsaved changes.
 */
export function takeOver(): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage(OPENED);
  channel.close();
}

/**
 * Closes this window when another one takes over.
 *
 * @param stepBack called where the browser does not let a page close itself.
 */
export function closeWhenTakenOver(stepBack: () => void): void {
  new BroadcastChannel(CHANNEL).addEventListener('message', ({ data }) => {
    if (data !== OPENED || wouldLose()) return;
    window.close();
    stepBack();
  });
}

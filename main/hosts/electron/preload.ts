import { ipcRenderer } from 'electron';

/** The little of the page that a preload script needs; the DOM's types stay with the window. */
interface Page {
  readonly location: { readonly origin: string };
  postMessage(message: string, targetOrigin: string, transfer: readonly unknown[]): void;
}

const page = globalThis as unknown as Page;

/**
 * Hands the port to the core over to the page, and does nothing else: no global is exposed. The page's origin is the
 * only one the message is for, and the main process sends a port once per load of the main frame.
 */
ipcRenderer.once('sendwright:port', (event) => {
  if (page.location.origin !== 'sendwright://console') return;
  page.postMessage('sendwright:port', 'sendwright://console', [...event.ports]);
});
ipcRenderer.send('sendwright:ready');

import { ipcRenderer } from 'electron';

/** The little of the page that a preload script needs; the DOM's types stay with the window. */
interface Page {
  readonly location: { readonly origin: string };
  readonly top: unknown;
  addEventListener(type: 'message', listener: (event: Message) => void): void;
  postMessage(message: string, targetOrigin: string, transfer: readonly unknown[]): void;
}

interface Message {
  readonly source: unknown;
  readonly origin: string;
  readonly data: unknown;
}

const page = globalThis as unknown as Page;

const isOwnPage = () => page.location.origin === 'sendwright://console' && page.top === page;

/** The page's question for a port, under the name that it gave its load; null for any other message. */
function loadAsking(data: unknown): unknown {
  const isQuestion = typeof data === 'object' && data !== null && 'ask' in data && data.ask === 'sendwright:port';
  return isQuestion && 'load' in data ? data.load : null;
}

/**
 * Passes the page's question for a port to the core on to the main process, and the port to the page, and does nothing
 * else: no global is exposed. The page asks when it listens, and again until it is answered; a port that came sooner
 * would find nobody there. Its origin is the only one that the message is for.
 */
page.addEventListener('message', (event) => {
  if (event.source !== page || event.origin !== 'sendwright://console' || !isOwnPage()) return;
  const load = loadAsking(event.data);
  if (typeof load === 'string') ipcRenderer.send('sendwright:ready', load);
});
ipcRenderer.on('sendwright:port', (event) => {
  if (isOwnPage()) page.postMessage('sendwright:port', 'sendwright://console', [...event.ports]);
});

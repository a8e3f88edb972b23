/**
 * The port to the core, as Electron's main process hands it over. The page asks for it once it listens, and asks again
 * until it is answered: a message that nobody listens for is lost, and nothing here is sure to come in time.
 */

const ELECTRON_ORIGIN = 'sendwright://console';
const PORT = 'sendwright:port';
/** The first question again after so many milliseconds, each later one after twice as long, up to the last. */
const FIRST_AGAIN_MS = 100;
const LAST_AGAIN_MS = 2000;

/** Whether this page is shown by Electron. */
export const isInElectron = window.location.origin === ELECTRON_ORIGIN;

/** A name for this load, so that the main process can tell a question asked again from that of another load. */
function nameOfLoad(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((octet) => octet.toString(16).padStart(2, '0')).join('');
}

/**
 * Keeps a port to the core for as long as the page lives: when the one in use is closed, it asks for another.
 *
 * @param onPort gets each port, started.
 * @param onClose the port in use is gone.
 */
export function keepPort(onPort: (port: MessagePort) => void, onClose: () => void): void {
  const load = nameOfLoad();
  let current: MessagePort | null = null;
  let timer: number | undefined;
  const ask = (againAfter: number) => {
    window.postMessage({ ask: PORT, load }, ELECTRON_ORIGIN);
    timer = window.setTimeout(ask, againAfter, Math.min(againAfter * 2, LAST_AGAIN_MS));
  };
  window.addEventListener('message', ({ source, origin, data, ports: [port] }) => {
    if (source !== window || origin !== ELECTRON_ORIGIN || data !== PORT || port === undefined) return;
    if (current !== null) {
      // The answer to a question that was asked again while the first answer was on its way.
      port.close();
      return;
    }
    window.clearTimeout(timer);
    current = port;
    port.addEventListener('close', () => {
      if (current !== port) return;
      current = null;
      onClose();
      ask(FIRST_AGAIN_MS);
    });
    port.start();
    onPort(port);
  });
  ask(FIRST_AGAIN_MS);
}

import type { IpcMain, IpcMainEvent, MessagePortMain, WebContents } from 'electron';
import { APP_ORIGIN } from './guards.ts';

/** What the preload script passes on when the page asks, and what it gets back with a port. */
const READY = 'sendwright:ready';
const PORT = 'sendwright:port';

/** A page that asks again within this time, in milliseconds, is answered already: the port is on its way. */
const ON_ITS_WAY_MS = 1_000;
const MOST_OFFERS = 8;
const LONGEST_NAME = 64;

export interface PortParts {
  readonly ipcMain: Pick<IpcMain, 'on'>;
  /** What the product's one window shows; null while there is none. */
  readonly contents: () => Pick<WebContents, 'id' | 'mainFrame'> | null;
  readonly newChannel: () => { readonly port1: MessagePortMain; readonly port2: MessagePortMain };
  /** Begins to serve the core's procedures on the port; the port is started afterwards. */
  readonly serve: (port: MessagePortMain) => Promise<void>;
  /** Milliseconds of any clock that only goes forward. */
  readonly now: () => number;
}

interface Offer {
  /** The name that the page gave its load. */
  readonly load: string;
  readonly port: MessagePortMain;
  readonly at: number;
}

/**
 * Gives the window a port to the core when its page asks: the sender must be the product's own window, its main frame,
 * loaded from the product's own origin (checklist 17).
 *
 * A page asks until it is answered, for anything between may be late or get lost: the frame may not be known yet, or a
 * question of the load before may come after one of this load. So nothing is remembered that could keep a page from
 * being answered. It may be offered several ports, it uses one; the first message on it closes all the others, that of
 * the load before included.
 */
export function offerPorts({ ipcMain, contents, newChannel, serve, now }: PortParts): void {
  const offers: Offer[] = [];
  const forget = (port: MessagePortMain) => {
    const index = offers.findIndex((offer) => offer.port === port);
    if (index >= 0) offers.splice(index, 1);
  };
  const close = (port: MessagePortMain) => {
    forget(port);
    port.close();
  };

  ipcMain.on(READY, (event: IpcMainEvent, load: unknown) => {
    const own = contents();
    if (own === null || event.sender.id !== own.id) return;
    if (typeof load !== 'string' || load === '' || load.length > LONGEST_NAME) return;
    try {
      const frame = event.senderFrame;
      // Null for a frame that is gone, or is not there yet; one that is gone meanwhile throws.
      if (frame === null || frame !== own.mainFrame || !frame.url.startsWith(`${APP_ORIGIN}/`)) return;
      if (offers.some((offer) => offer.load === load && now() - offer.at < ON_ITS_WAY_MS)) return;

      const { port1, port2 } = newChannel();
      port1.once('message', () => {
        for (const { port } of offers.filter((offer) => offer.port !== port1)) close(port);
      });
      port1.on('close', () => forget(port1));
      frame.postMessage(PORT, null, [port2]);
      offers.push({ load, port: port1, at: now() });
      while (offers.length > MOST_OFFERS) close((offers[0] as Offer).port);
      // What comes before the core is there waits in the port.
      serve(port1).then(
        () => port1.start(),
        () => close(port1),
      );
    } catch {
      // The page asks again.
    }
  });
}

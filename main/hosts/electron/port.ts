import type { IpcMain, IpcMainEvent, MessagePortMain, WebContents } from 'electron';
import { APP_ORIGIN } from './guards.ts';

/** What the page's preload sends when it is loaded, and what it gets back with a port. */
const READY = 'sendwright:ready';
const PORT = 'sendwright:port';

export interface PortParts {
  readonly ipcMain: Pick<IpcMain, 'on'>;
  /** The product's one window. */
  readonly contents: Pick<WebContents, 'id' | 'mainFrame' | 'on'>;
  readonly newChannel: () => { readonly port1: MessagePortMain; readonly port2: MessagePortMain };
  /** Begins to serve the core's procedures on the port. */
  readonly serve: (port: MessagePortMain) => void;
}

/**
 * Gives the window a port to the core when it asks: the sender must be the product's own window, its main frame, and
 * loaded from the product's own origin (checklist 17). Each load gets one port; that of the load before is closed.
 */
export function offerPort({ ipcMain, contents, newChannel, serve }: PortParts): void {
  let current: MessagePortMain | null = null;
  let served = false;

  contents.on('did-start-navigation', (details) => {
    if (details.isMainFrame && !details.isSameDocument) served = false;
  });

  ipcMain.on(READY, (event: IpcMainEvent) => {
    const frame = event.senderFrame;
    if (served || frame === null || event.sender.id !== contents.id) return;
    if (frame !== contents.mainFrame || !frame.url.startsWith(`${APP_ORIGIN}/`)) return;
    served = true;

    current?.close();
    const { port1, port2 } = newChannel();
    current = port1;
    serve(port1);
    frame.postMessage(PORT, null, [port2]);
    port1.start();
  });
}

import type { Answer, CdpSession } from './chromium.ts';
import { theBrowser } from './chromium.ts';

/** Pages of Chromium: those that the program makes, one kept in stock, and those that a page asks for. */

export interface OpenPage {
  readonly session: CdpSession;
  readonly target: string;
}

const attached = new Map<string, CdpSession>();
const awaited = new Map<string, (session: CdpSession) => void>();
let inStock: Promise<OpenPage> | null = null;
let making = 0;

/** Called for a page that the program did not make. */
let onForeign: (session: CdpSession, info: Answer) => void = () => undefined;

async function make(): Promise<OpenPage> {
  making += 1;
  const { targetId } = await theBrowser().root.send('Target.createTarget', {
    url: 'about:blank',
    newWindow: true,
    width: 1280,
    height: 860,
  });
  const session =
    attached.get(targetId) ?? (await new Promise<CdpSession>((resolve) => void awaited.set(targetId, resolve)));
  making -= 1;
  return { session, target: targetId };
}

/**
 * Begins to follow Chromium's pages, and makes one in advance, as Electron has a renderer in stock.
 *
 * @param foreign told of a page that another page has opened; it stays paused until somebody lets it run.
 */
export function followPages(foreign: (session: CdpSession, info: Answer) => void): void {
  onForeign = foreign;
  const { root } = theBrowser();
  root.on('attached', (session: CdpSession, info: Answer) => {
    const waiting = awaited.get(info.targetId);
    awaited.delete(info.targetId);
    attached.set(info.targetId, session);
    if (waiting !== undefined) waiting(session);
    else if (info.type !== 'page') session.tell('Runtime.runIfWaitingForDebugger');
    else if (info.openerId !== undefined || making === 0) onForeign(session, info);
  });
  inStock = make();
  inStock.catch(() => undefined);
}

/** A page that nobody has yet, empty, attached, and not let run. */
export function newPage(): Promise<OpenPage> {
  // Where Chromium starts with the first window, it does so here, and makes the page in stock.
  theBrowser();
  const page = inStock ?? make();
  inStock = null;
  return page;
}

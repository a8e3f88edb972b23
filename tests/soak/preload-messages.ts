import { EventEmitter } from 'node:events';
import { offerPorts } from '../../main/hosts/electron/port.ts';
import { generator } from '../support/hostile.ts';

/**
 * Questions for a port as a preload script passes them on, and as anything else that reaches Electron's main process could:
 * from other windows, other frames, other origins, frames that are gone, with names that are none. A port goes to the own
 * page's main frame alone, and never more of them are open than it takes to answer.
 */

const OWN = 'sendwright://console/';
const READY = 'sendwright:ready';
/** Ports that may be open at once while a page asks again and again; see `MOST_OFFERS` in main/hosts/electron/port.ts. */
const MOST_OPEN = 9;

const URLS = [
  OWN,
  'sendwright://console/settings',
  'sendwright://console.evil.example/',
  'sendwright://consolex/',
  'sendwright://console',
  'sendwright:console/',
  'SENDWRIGHT://console/',
  'https://console/',
  'about:blank',
  'data:text/html,sendwright://console/',
  'file:///sendwright://console/',
  '',
] as const;
const LOADS: readonly unknown[] = [
  'a',
  'b',
  '',
  'x'.repeat(64),
  'x'.repeat(65),
  'x'.repeat(1_000_000),
  null,
  undefined,
  7,
  {},
  [],
  ['a'],
  { toString: () => 'a' },
  '__proto__',
  '\u0000',
];

/** Electron's end of a port, as far as it is used. */
class Port extends EventEmitter {
  isOpen = true;
  start(): void {}
  close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.emit('close');
  }
}

/** @param rounds questions. */
async function run(rounds: number, seed: number): Promise<string> {
  const random = generator(seed);
  const pick = <Item>(items: readonly Item[]): Item => items[random(items.length)] as Item;
  const ipcMain = new EventEmitter();
  const made: Port[] = [];
  let given = 0;
  let now = 0;
  let isThere = true;
  const frameAt = (url: string, isGone = false) => ({
    get url() {
      if (isGone) throw new Error('Render frame was disposed before WebFrameMain could be accessed');
      return url;
    },
    got: 0,
    postMessage(_channel: string, _message: unknown, ports: readonly unknown[]) {
      this.got += ports.length;
    },
  });
  let main = frameAt(OWN);
  const own = () => ({ id: 1, mainFrame: main });
  offerPorts({
    ipcMain,
    contents: () => (isThere ? own() : null),
    newChannel: () => {
      const port = new Port();
      made.push(port);
      return { port1: port, port2: new Port() };
    },
    serve: async () => {
      if (random(20) === 0) throw new Error('The core is gone');
    },
    now: () => now,
  } as unknown as Parameters<typeof offerPorts>[0]);

  for (let round = 0; round < rounds; round += 1) {
    now += random(3000);
    isThere = random(10) > 0;
    // The page loads anew, or is led elsewhere.
    if (random(12) === 0) main = frameAt(random(3) === 0 ? pick(URLS) : OWN, random(8) === 0);
    const other = frameAt(pick(URLS), random(8) === 0);
    const frame = pick([main, main, other, null]);
    const load = pick(LOADS);
    const sender = { id: pick([1, 1, 1, 2, -1, '1', null]) };
    const before = made.length;
    const isOwn =
      isThere && sender.id === 1 && frame === main && typeof load === 'string' && load !== '' && load.length <= 64;
    ipcMain.emit(READY, { sender, senderFrame: frame }, load);
    const wasGiven = made.length > before;
    given += made.length - before;
    let isOwnPage = false;
    try {
      isOwnPage = main.url.startsWith(OWN);
    } catch {
      // A frame that is gone has no address.
    }
    if (wasGiven && !(isOwn && isOwnPage))
      throw new Error(`Seed ${seed}, round ${round}: a port for ${JSON.stringify({ sender, load: String(load) })}`);
    if (other.got > 0) throw new Error(`Seed ${seed}, round ${round}: a port to another frame`);
    // oxlint-disable-next-line no-await-in-loop -- what serves a port answers later
    if (random(5) === 0) await new Promise((resolve) => setImmediate(resolve));
    const open = made.filter(({ isOpen }) => isOpen);
    if (open.length > MOST_OPEN) throw new Error(`Seed ${seed}, round ${round}: ${open.length} ports are open`);
    if (random(15) === 0) pick(open.length === 0 ? [new Port()] : open).emit('message');
    if (random(25) === 0) pick(open.length === 0 ? [new Port()] : open).close();
    if (round % 1000 === 0) made.splice(0, made.length, ...made.filter(({ isOpen }) => isOpen));
  }
  return `${rounds} questions for a port, ${given} of the own page answered, no other`;
}

export const soak = { name: 'preload-messages', run };

import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { EventEmitter } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { claimInstance } from '../../../main/hosts/instance.ts';
import type { CoreClient } from '../../../shared/contract/index.ts';
import { dropFolder } from '../../support/core.ts';
import type { ElectronDouble, FrameDouble } from '../../support/electron-double.ts';
import {
  ContentsDouble,
  electronDouble,
  NotificationDouble,
  TrayDouble,
  WindowDouble,
} from '../../support/electron-double.ts';
import { until } from '../../support/until.ts';

/**
 * The Electron host's own wiring, run whole: the real core on a real data folder, real MessageChannels, and a double of
 * the Electron APIs in between.
 */

let electron: ElectronDouble;
let folder: string;

vi.mock('electron', () => new Proxy({}, { get: (_target, name) => Reflect.get(electron, name), has: () => true }));

async function load(...args: readonly string[]): Promise<void> {
  vi.resetModules();
  process.argv = ['/usr/bin/electron', '/checkout', ...args];
  await import('../../../main/hosts/electron/main.ts');
}

async function start(...args: readonly string[]): Promise<WindowDouble> {
  const made = WindowDouble.made.length;
  await load('--data-dir', folder, ...args);
  await until(() => {
    if (WindowDouble.made.length === made || !WindowDouble.made.at(-1)?.calls.includes('load'))
      throw new Error(electron.errorBoxes[0] ?? 'No window yet');
  });
  return WindowDouble.made.at(-1) as WindowDouble;
}

/** Quits as Electron does once every window has agreed. */
async function end(): Promise<void> {
  electron.app.calls.length = 0;
  electron.app.emit('before-quit', {});
  electron.app.emit('will-quit', { preventDefault: () => undefined });
  await until(() => expect(electron.app.calls).toContain('quit'));
}

/** What a page does when it listens: its preload script passes the question on. */
function ask(sender: ContentsDouble, senderFrame: FrameDouble | null = sender.mainFrame, name: unknown = 'a'): void {
  electron.ipcMain.emit('sendwright:ready', { sender, senderFrame }, name);
}

function clientOf(frame: FrameDouble): CoreClient {
  const port = frame.received.at(-1)?.ports[0];
  if (port === undefined) throw new Error('No port was handed out');
  port.start();
  return createORPCClient(new RPCLink({ port: port as never }));
}

const ownArguments = process.argv;
/** Each start catches what nobody else does, as one process does once. */
const NETS = ['uncaughtException', 'unhandledRejection'] as const;
const own = new Map(NETS.map((event) => [event, process.listeners(event as never)]));

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sendwright-electron-'));
  electron = electronDouble();
});
afterEach(() => {
  process.argv = ownArguments;
  for (const event of NETS)
    for (const listener of process.listeners(event as never))
      if (own.get(event)?.includes(listener) !== true) process.off(event, listener);
  return dropFolder(folder);
});

describe('the Electron host', () => {
  it('opens one sandboxed window on its own protocol, and serves the core over a port', async () => {
    const window = await start();
    // Before Electron is ready, whatever is awaited later.
    expect(electron.app.calls.slice(0, 4)).toEqual([
      'enableSandbox',
      'setPath userData',
      'setPath sessionData',
      'whenReady',
    ]);
    expect(electron.app.paths.get('userData')).toBe(path.join(folder, 'electron'));
    expect(electron.privileged).toEqual([
      [{ scheme: 'sendwright', privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } }],
    ]);
    expect(window.options).toMatchObject({ show: false, webPreferences: { sandbox: true, contextIsolation: true } });
    expect(window.webContents.mainFrame.url).toBe('sendwright://console/');
    expect(electron.session.defaultSession.schemes.has('sendwright')).toBe(true);
    expect(electron.session.defaultSession.deviceHandler?.()).toBe(false);

    ask(window.webContents);
    const client = clientOf(window.webContents.mainFrame);
    const snapshot = await client.state.snapshot({});
    // The keychain double protects: the vault is open without a passphrase.
    expect(snapshot).toMatchObject({ host: 'electron', vault: { state: 'open', keepers: ['os-keychain'] } });
    const { id } = await client.workspaces.create({ name: 'Over a port' });
    expect(await client.domains.add({ workspaceId: id, text: 'example.com' })).toMatchObject({ refused: [] });
    await expect(client.workspaces.create({ name: '' })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await end();
  });

  it('hands a port to nobody else', async () => {
    const window = await start();
    const { webContents } = window;
    const frame = webContents.mainFrame;
    const stranger = new ContentsDouble(99, 'sendwright://console/');
    ask(stranger);
    ask(webContents, null);
    ask(webContents, stranger.mainFrame);
    for (const name of [null, 7, '', 'x'.repeat(65)]) ask(webContents, frame, name);
    frame.url = 'https://evil.example/';
    ask(webContents);
    frame.url = 'sendwright://console.evil.example/';
    ask(webContents);
    expect([...frame.received, ...stranger.mainFrame.received]).toEqual([]);
    await end();
  });

  it('answers each load at once, and a load that asks again when its port may have got lost', async () => {
    const now = vi.spyOn(performance, 'now').mockReturnValue(0);
    const { webContents } = await start();
    const frame = webContents.mainFrame;
    // A frame that is not known yet is no reason not to answer the next question.
    ask(webContents, null);
    ask(webContents);
    ask(webContents);
    expect(frame.received.map(({ channel, ports }) => [channel, ports.length])).toEqual([['sendwright:port', 1]]);
    now.mockReturnValue(1500);
    ask(webContents);
    expect(frame.received).toHaveLength(2);

    // Whichever of them is used is the only one; the other is closed.
    const [[first], [second]] = frame.received.map(({ ports }) => ports) as unknown as [[EventEmitter], [EventEmitter]];
    const closed = new Promise((resolve) => first.once('close', resolve));
    expect((await clientOf(frame).state.snapshot({})).host).toBe('electron');
    await closed;

    const secondClosed = new Promise((resolve) => second.once('close', resolve));
    ask(webContents, frame, 'b');
    expect(frame.received).toHaveLength(3);
    expect((await clientOf(frame).state.snapshot({})).host).toBe('electron');
    await secondClosed;
    now.mockRestore();
    await end();
  });

  it('comes to the front on a second start, and a second start ends at once', async () => {
    const window = await start();
    window.minimized = true;
    window.calls.length = 0;
    electron.app.emit('second-instance', {}, []);
    expect(window.calls).toEqual(['restore', 'show', 'focus']);
    window.webContents.crashed = true;
    electron.app.emit('second-instance', {}, []);
    expect(window.webContents.crashed).toBe(false);

    // On its way out it can't open: it is started anew afterwards.
    electron.app.emit('before-quit', {});
    electron.app.emit('second-instance', {}, []);
    await end();
    expect(electron.app.calls[0]).toBe(`relaunch /checkout --data-dir ${folder}`);

    const made = WindowDouble.made.length;
    electron.app.calls.length = 0;
    electron.app.isFirst = false;
    await load('--data-dir', folder);
    await until(() => expect(electron.app.calls).toContain('quit'));
    expect(WindowDouble.made.length).toBe(made);
  });

  it('shares its data folder with no other host: whoever comes second brings the first to the front', async () => {
    const window = await start();
    window.calls.length = 0;
    const second = await claimInstance(folder, null, async () => '');
    expect(second).toEqual({ first: false, answer: expect.stringContaining('comes to the front') });
    expect(window.calls).toEqual(['show', 'focus']);
    await end();

    let asked = 0;
    const browserHost = await claimInstance(folder, null, async () => {
      asked += 1;
      return 'The browser window was opened.';
    });
    const made = WindowDouble.made.length;
    electron.app.calls.length = 0;
    await load('--data-dir', folder);
    await until(() => expect(electron.app.calls).toContain('quit'));
    expect([asked, WindowDouble.made.length - made]).toEqual([1, 0]);
    if (browserHost.first) await browserHost.close();
  });

  it('answers what is no call over its port with a code, and goes on', async () => {
    const window = await start();
    ask(window.webContents);
    const port = window.webContents.mainFrame.received.at(-1)?.ports[0];
    const answers: string[] = [];
    port?.on('message', (text: string) => answers.push(text));
    port?.postMessage('nonsense');
    port?.postMessage({ i: '1' });
    port?.postMessage('{"i":"2","p":{"u":"/state/snapshot","b":{"json":{}}}}');
    await until(() => expect(answers).toHaveLength(3));
    expect(answers.map((text) => /"code":"\w+"|"sequence"/.exec(text)?.[0])).toEqual([
      '"code":"BAD_MESSAGE"',
      '"code":"BAD_MESSAGE"',
      '"sequence"',
    ]);
    await end();
  });

  it('ends when its window is closed, but stays in the tray while checks repeat', async () => {
    const window = await start();
    ask(window.webContents);
    const client = clientOf(window.webContents.mainFrame);
    const { id: workspaceId } = await client.workspaces.create({ name: 'Scheduled' });
    const close = () => {
      const event = { defaultPrevented: false, preventDefault: () => void (event.defaultPrevented = true) };
      window.emit('close', event);
      return event.defaultPrevented;
    };
    expect(close()).toBe(false);

    await client.schedule.set({ workspaceId, enabled: true, everyMinutes: 60 });
    expect(close()).toBe(true);
    expect(window.calls.at(-1)).toBe('hide');
    const [tray] = [...TrayDouble.shown];
    expect(String(tray?.image)).toMatch(/tray\.png$/);
    tray?.menu.find((item) => item.label === 'Open Sendwright')?.click?.();
    expect(window.calls.slice(-2)).toEqual(['show', 'focus']);
    expect(TrayDouble.shown.size).toBe(0);

    expect(close()).toBe(true);
    electron.app.calls.length = 0;
    [...TrayDouble.shown][0]?.menu.find((item) => item.label?.startsWith('Quit'))?.click?.();
    expect(electron.app.calls).toEqual(['quit']);
    await end();
    expect(close()).toBe(false);
  });

  it('says why it could not start, and what to do', async () => {
    const taken = path.join(folder, 'taken');
    writeFileSync(taken, 'a file, not a folder');
    await load(`--data-dir=${path.join(taken, 'data')}`);
    await until(() => expect(electron.app.calls).toContain('exit 1'));
    expect(electron.errorBoxes).toEqual([expect.stringContaining('part of its path is a file')]);
    expect(electron.errorBoxes[0]).toContain(taken);
    expect(electron.errorBoxes[0]).toContain('--data-dir FOLDER');
    expect(NotificationDouble.shown).toEqual([]);
  });
});

describe('the preload script', () => {
  const page = globalThis as unknown as Record<string, unknown>;
  const question = { ask: 'sendwright:port', load: 'a' };
  afterEach(() => {
    for (const name of ['location', 'postMessage', 'addEventListener', 'top']) delete page[name];
  });

  type Event = { readonly source: unknown; readonly origin: string; readonly data: unknown };

  async function loadPreload(origin: string) {
    vi.resetModules();
    const sent: unknown[][] = [];
    const posted: unknown[][] = [];
    let hear: (event: Event) => void = () => undefined;
    let deliver: (event: { ports: unknown[] }) => void = () => undefined;
    Object.assign(electron, {
      ipcRenderer: {
        on: (channel: string, handler: typeof deliver) => {
          expect(channel).toBe('sendwright:port');
          deliver = handler;
        },
        send: (...message: unknown[]) => sent.push(message),
      },
    });
    Object.assign(page, {
      location: { origin },
      top: globalThis,
      postMessage: (...message: unknown[]) => posted.push(message),
      addEventListener: (type: string, listener: typeof hear) => {
        expect(type).toBe('message');
        hear = listener;
      },
    });
    const before = new Set(Object.getOwnPropertyNames(globalThis));
    await import('../../../main/hosts/electron/preload.ts');
    const added = Object.getOwnPropertyNames(globalThis).filter((name) => !before.has(name));
    return {
      sent,
      posted,
      added,
      hear: (event: Event) => hear(event),
      deliver: () => deliver({ ports: ['the port'] }),
    };
  }
  const fromPage = (data: unknown): Event => ({ source: globalThis, origin: 'sendwright://console', data });

  it('passes on what its own page asks, hands it the port, and exposes nothing', async () => {
    const preload = await loadPreload('sendwright://console');
    // Nothing is asked for before the page listens.
    expect(preload.sent).toEqual([]);
    preload.hear(fromPage(question));
    preload.hear(fromPage(question));
    expect(preload.sent).toEqual([
      ['sendwright:ready', 'a'],
      ['sendwright:ready', 'a'],
    ]);
    preload.deliver();
    expect(preload.posted).toEqual([['sendwright:port', 'sendwright://console', ['the port']]]);
    expect(preload.added).toEqual([]);
  });

  it('passes on nothing else', async () => {
    const { hear, sent } = await loadPreload('sendwright://console');
    for (const data of [
      null,
      'sendwright:port',
      {},
      { ask: 'sendwright:port' },
      { ...question, load: 7 },
      { load: 'a' },
    ])
      hear(fromPage(data));
    hear({ ...fromPage(question), source: null });
    hear({ ...fromPage(question), origin: 'https://evil.example' });
    expect(sent).toEqual([]);
  });

  it('does nothing in any other page, and in no frame of its own', async () => {
    const foreign = await loadPreload('https://evil.example');
    foreign.hear({ ...fromPage(question), origin: 'https://evil.example' });
    foreign.deliver();
    const framed = await loadPreload('sendwright://console');
    page.top = {};
    framed.hear(fromPage(question));
    framed.deliver();
    expect([...foreign.sent, ...foreign.posted, ...framed.sent, ...framed.posted]).toEqual([]);
  });
});

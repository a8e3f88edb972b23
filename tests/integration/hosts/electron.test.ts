import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { claimInstance } from '../../../main/hosts/instance.ts';
import type { CoreClient } from '../../../shared/contract/contract.ts';
import { dropFolder } from '../../support/core.ts';
import type { ElectronDouble, FrameDouble } from '../../support/electron-double.ts';
import {
  ContentsDouble,
  electronDouble,
  NotificationDouble,
  TrayDouble,
  WindowDouble,
} from '../../support/electron-double.ts';

/**
 * The Electron host's own wiring, run whole: the real core on a real data folder, real MessageChannels, and a double of
 * the Electron APIs in between.
 */

let electron: ElectronDouble;
let folder: string;

vi.mock('electron', () => new Proxy({}, { get: (_target, name) => Reflect.get(electron, name), has: () => true }));

async function start(): Promise<WindowDouble> {
  vi.resetModules();
  const made = WindowDouble.made.length;
  await import('../../../main/hosts/electron/main.ts');
  await vi.waitFor(() => {
    if (WindowDouble.made.length === made || !WindowDouble.made.at(-1)?.calls.includes('show'))
      throw new Error(electron.errorBoxes[0] ?? 'No window yet');
  });
  return WindowDouble.made.at(-1) as WindowDouble;
}

async function end(): Promise<void> {
  electron.app.calls.length = 0;
  electron.app.emit('before-quit', { preventDefault: () => undefined });
  await vi.waitFor(() => expect(electron.app.calls).toContain('quit'));
}

/** What the preload script of a page does when it is loaded. */
function announceReady(sender: ContentsDouble, senderFrame: FrameDouble | null = sender.mainFrame): void {
  electron.ipcMain.emit('sendwright:ready', { sender, senderFrame });
}

function clientOf(frame: FrameDouble): CoreClient {
  const port = frame.received.at(-1)?.ports[0];
  if (port === undefined) throw new Error('No port was handed out');
  port.start();
  return createORPCClient(new RPCLink({ port: port as never }));
}

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sendwright-electron-'));
  electron = electronDouble();
  electron.app.switches.set('data-dir', folder);
});
afterEach(() => dropFolder(folder));

describe('the Electron host', () => {
  it('opens one sandboxed window on its own protocol, and serves the core over a port', async () => {
    const window = await start();
    expect(electron.app.calls[0]).toBe('enableSandbox');
    expect(electron.privileged).toEqual([
      [{ scheme: 'sendwright', privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } }],
    ]);
    expect(window.options).toMatchObject({ show: false, webPreferences: { sandbox: true, contextIsolation: true } });
    expect(window.webContents.mainFrame.url).toBe('sendwright://console/');
    expect(electron.session.defaultSession.schemes.has('sendwright')).toBe(true);
    expect(electron.session.defaultSession.deviceHandler?.()).toBe(false);

    announceReady(window.webContents);
    const client = clientOf(window.webContents.mainFrame);
    const snapshot = await client.state.snapshot({});
    // The keychain double protects: the vault is open without a passphrase.
    expect(snapshot).toMatchObject({ host: 'electron', vault: { state: 'open', keepers: ['os-keychain'] } });
    const { id } = await client.workspaces.create({ name: 'Over a port' });
    expect(await client.domains.add({ workspaceId: id, text: 'example.com' })).toMatchObject({ refused: [] });
    await expect(client.workspaces.create({ name: '' })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await end();
  }, 30_000);

  it('hands a port to nobody else, and one for each load', async () => {
    const window = await start();
    const { webContents } = window;
    const frame = webContents.mainFrame;
    const stranger = new ContentsDouble(99, 'sendwright://console/');
    announceReady(stranger);
    announceReady(webContents, null);
    announceReady(webContents, stranger.mainFrame);
    frame.url = 'https://evil.example/';
    announceReady(webContents);
    frame.url = 'sendwright://console.evil.example/';
    announceReady(webContents);
    expect([...frame.received, ...stranger.mainFrame.received]).toEqual([]);

    frame.url = 'sendwright://console/';
    announceReady(webContents);
    announceReady(webContents);
    expect(frame.received.map(({ channel, ports }) => [channel, ports.length])).toEqual([['sendwright:port', 1]]);
    const first = clientOf(frame);
    await first.state.snapshot({});

    webContents.emit('did-start-navigation', { isMainFrame: true, isSameDocument: true });
    webContents.emit('did-start-navigation', { isMainFrame: false, isSameDocument: false });
    announceReady(webContents);
    expect(frame.received).toHaveLength(1);
    webContents.emit('did-start-navigation', { isMainFrame: true, isSameDocument: false });
    announceReady(webContents);
    expect(frame.received).toHaveLength(2);
    expect((await clientOf(frame).state.snapshot({})).host).toBe('electron');
    await end();
  }, 30_000);

  it('comes to the front on a second start, and a second start ends at once', async () => {
    const window = await start();
    window.minimized = true;
    window.calls.length = 0;
    electron.app.emit('second-instance');
    expect(window.calls).toEqual(['restore', 'show', 'focus']);
    await end();

    const made = WindowDouble.made.length;
    electron.app.isFirst = false;
    vi.resetModules();
    await import('../../../main/hosts/electron/main.ts');
    await vi.waitFor(() => expect(electron.app.calls).toContain('quit'));
    expect(WindowDouble.made.length).toBe(made);
  }, 30_000);

  it('shares its data folder with no other host: whoever comes second brings the first to the front', async () => {
    const window = await start();
    window.calls.length = 0;
    const second = await claimInstance(folder, async () => '');
    expect(second).toEqual({ first: false, answer: expect.stringContaining('brought to the front') });
    expect(window.calls).toEqual(['show', 'focus']);
    await end();

    let asked = 0;
    const browserHost = await claimInstance(folder, async () => {
      asked += 1;
      return 'The browser window was opened.';
    });
    const made = WindowDouble.made.length;
    electron.app.calls.length = 0;
    vi.resetModules();
    await import('../../../main/hosts/electron/main.ts');
    await vi.waitFor(() => expect(electron.app.calls).toContain('quit'));
    expect([asked, WindowDouble.made.length - made]).toEqual([1, 0]);
    if (browserHost.first) await browserHost.close();
  }, 30_000);

  it('answers what is no call over its port with a code, and goes on', async () => {
    const window = await start();
    announceReady(window.webContents);
    const port = window.webContents.mainFrame.received.at(-1)?.ports[0];
    const answers: string[] = [];
    port?.on('message', (text: string) => answers.push(text));
    port?.postMessage('nonsense');
    port?.postMessage({ i: '1' });
    port?.postMessage('{"i":"2","p":{"u":"/state/snapshot","b":{"json":{}}}}');
    await vi.waitFor(() => expect(answers).toHaveLength(3));
    expect(answers.map((text) => /"code":"\w+"|"sequence"/.exec(text)?.[0])).toEqual([
      '"code":"BAD_MESSAGE"',
      '"code":"BAD_MESSAGE"',
      '"sequence"',
    ]);
    await end();
  }, 30_000);

  it('ends when its window is closed, but stays in the tray while checks repeat', async () => {
    const window = await start();
    announceReady(window.webContents);
    const client = clientOf(window.webContents.mainFrame);
    const { id: workspaceId } = await client.workspaces.create({ name: 'Scheduled' });
    const close = () => {
      let prevented = false;
      window.emit('close', { preventDefault: () => (prevented = true) });
      return prevented;
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
  }, 30_000);

  it('says why it could not start, and what to do', async () => {
    const taken = path.join(folder, 'taken');
    writeFileSync(taken, 'a file, not a folder');
    electron.app.switches.set('data-dir', path.join(taken, 'data'));
    vi.resetModules();
    await import('../../../main/hosts/electron/main.ts');
    await vi.waitFor(() => expect(electron.app.calls).toContain('exit 1'));
    expect(electron.errorBoxes).toEqual([expect.stringContaining(taken)]);
    expect(NotificationDouble.shown).toEqual([]);
  });
});

describe('the preload script', () => {
  const page = globalThis as unknown as { location?: { origin: string }; postMessage?: unknown };
  afterEach(() => {
    delete page.location;
    delete page.postMessage;
  });

  async function load(origin: string): Promise<{ sent: string[]; posted: unknown[][]; added: string[] }> {
    vi.resetModules();
    const sent: string[] = [];
    const posted: unknown[][] = [];
    let listener: ((event: { ports: unknown[] }) => void) | undefined;
    Object.assign(electron, {
      ipcRenderer: {
        once: (channel: string, handler: typeof listener) => {
          expect(channel).toBe('sendwright:port');
          listener = handler;
        },
        send: (channel: string) => sent.push(channel),
      },
    });
    page.location = { origin };
    page.postMessage = (...message: unknown[]) => posted.push(message);
    const before = new Set(Object.getOwnPropertyNames(globalThis));
    await import('../../../main/hosts/electron/preload.ts');
    listener?.({ ports: ['the port'] });
    const added = Object.getOwnPropertyNames(globalThis).filter((name) => !before.has(name));
    return { sent, posted, added };
  }

  it('hands the port to its own page and exposes nothing', async () => {
    expect(await load('sendwright://console')).toEqual({
      sent: ['sendwright:ready'],
      posted: [['sendwright:port', 'sendwright://console', ['the port']]],
      added: [],
    });
  });

  it('hands nothing to any other page', async () => {
    expect((await load('https://evil.example')).posted).toEqual([]);
  });
});

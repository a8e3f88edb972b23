import { expect, it } from 'vitest';
import {
  describeInStandIn,
  namesTold,
  startFixture,
  told,
  untilTold,
} from '../../support/electron-stand-in/fixture.ts';
import { drawOrder } from '../../support/electron-stand-in/orders.ts';
import { seededRandom } from '../../support/electron-stand-in/random.ts';

/** The stand-in's IPC and ports against Electron's documentation; what that says stands beside each test, in our words. */

const files = {
  'index.html': '<!doctype html><title>A page</title><p>Text<script type="module" src="page.js"></script>',
  'page.js': '',
};

describeInStandIn('the preload script', () => {
  // It runs before any script of the page, in a context of its own that shares the document and nothing else; sandboxed it
  // has require for electron's renderer modules, and the page has neither.
  it('runs at document start in an isolated world', async () => {
    const standIn = await startFixture({
      files: {
        ...files,
        'page.js': `window.fromPage = 1; window.seen = [typeof require, typeof process, typeof module, typeof window.fromPreload, document.documentElement.dataset.preload];`,
      },
      preload: `
        const electron = require('electron');
        window.fromPreload = 1;
        const refused = []; for (const name of ['fs', 'node:path', 'electron/main', './other']) { try { require(name); } catch (error) { refused.push(name); } }
        let unknown; try { electron.webFrame; } catch (error) { unknown = error.message; }
        addEventListener('DOMContentLoaded', () => { document.documentElement.dataset.preload = 'was here'; });
        electron.ipcRenderer.send('preload', { state: document.readyState, origin: location.origin, page: typeof window.fromPage, process: typeof process, buffer: typeof Buffer, refused, unknown });`,
      main: `
        ipcMain.on('preload', (event, seen) => tell('preload', seen));
        app.whenReady().then(async () => {
          serve();
          const window = newWindow();
          await window.loadURL('fixture://app/');
          tell('page', await window.webContents.executeJavaScript('window.seen'));
        });`,
    });
    const all = new Map((await untilTold(standIn, 'page')).map(([name, ...details]) => [name, details[0]]));
    expect(all.get('preload')).toEqual({
      state: 'loading',
      origin: 'https://app.fixture.invalid',
      page: 'undefined',
      process: 'undefined',
      buffer: 'undefined',
      refused: ['fs', 'node:path', 'electron/main', './other'],
      unknown: expect.stringContaining('does not model electron.webFrame'),
    });
    expect(all.get('page')).toEqual(['undefined', 'undefined', 'undefined', 'undefined', null]);
  });

  // The literal origin of the program's scheme is the page's own, in the preload script as in the page.
  it('compares its origin with the literal one', async () => {
    const standIn = await startFixture({
      files: { ...files, 'page.js': `window.same = location.origin === 'fixture://app';` },
      preload: `require('electron').ipcRenderer.send('same', location.origin === 'fixture://app');`,
      main: `
        ipcMain.on('same', (event, same) => tell('preload', same, event.senderFrame.url, event.senderFrame.origin));
        app.whenReady().then(async () => {
          serve();
          const window = newWindow();
          await window.loadURL('fixture://app/');
          tell('page', await window.webContents.executeJavaScript('window.same'));
        });`,
    });
    expect(await untilTold(standIn, 'page')).toEqual([
      ['preload', true, 'fixture://app/', 'fixture://app'],
      ['page', true],
    ]);
  });

  // An error in it is told by preload-error, and the page loads all the same.
  it('may fail without harm to the page', async () => {
    const standIn = await startFixture({
      files,
      preload: `throw new Error('a fault of its own');`,
      main: `
        app.whenReady().then(async () => {
          serve();
          const window = newWindow();
          window.webContents.on('preload-error', (event, file, error) => tell('preload-error', path.basename(file), error.message));
          await window.loadURL('fixture://app/');
          tell('loaded');
        });`,
    });
    await untilTold(standIn, 'loaded');
    expect(await untilTold(standIn, 'preload-error')).toContainEqual([
      'preload-error',
      'preload.cjs',
      'a fault of its own',
    ]);
  });
});

describeInStandIn('messages', () => {
  // Arguments are cloned by the structured clone algorithm: functions, promises and symbols throw. Messages keep their
  // order. invoke is answered by the handler, rejected with its error's text, or without a handler. The frame's listeners
  // come first, then the contents', then ipcMain's.
  it('are cloned, keep their order, and are answered', async () => {
    const standIn = await startFixture({
      files,
      preload: `
        const { ipcRenderer } = require('electron');
        const thrown = (act) => { try { act(); return null; } catch (error) { return error.message; } };
        const said = (promise) => promise.then((value) => value, (error) => error.message);
        ipcRenderer.on('back', (event, value) => ipcRenderer.send('again', value instanceof Map, value));
        const round = { list: [undefined, NaN, -0, 10n], map: new Map([['a', new Set([1])]]), when: new Date(5), bytes: new Uint8Array([1, 2]), pattern: /a/g };
        round.self = round;
        ipcRenderer.send('value', round);
        for (let index = 0; index < 50; index += 1) ipcRenderer.send('count', index);
        (async () => ipcRenderer.send('answers', await said(ipcRenderer.invoke('twice', 21)), await said(ipcRenderer.invoke('failing')), await said(ipcRenderer.invoke('nobody')),
          thrown(() => ipcRenderer.send('function', () => 1)), thrown(() => ipcRenderer.send('promise', Promise.resolve())), thrown(() => ipcRenderer.send('symbol', Symbol('x'))), thrown(() => ipcRenderer.sendSync('x'))))();`,
      main: `
        import { inspect } from 'node:util';
        const counted = [];
        ipcMain.on('count', (event, index) => counted.push(index));
        ipcMain.on('value', (event, value) => {
          tell('value', inspect(value, { depth: 4 }), value.self === value, value.bytes.constructor.name);
          event.reply('back', value.map);
        });
        ipcMain.on('again', (event, isMap, map) => tell('again', isMap, inspect(map)));
        ipcMain.handle('twice', async (event, value) => value * 2);
        ipcMain.handle('failing', () => { throw new Error('it failed'); });
        ipcMain.on('answers', (event, ...answers) => tell('answers', answers, counted.join() === [...Array(50).keys()].join(), thrown(() => ipcMain.handle('twice', () => 0)), thrown(() => event.sender.send('function', () => 0))));
        app.whenReady().then(() => {
          serve();
          const window = newWindow();
          window.webContents.on('ipc-message', (event, channel) => channel === 'value' && tell('contents'));
          window.webContents.mainFrame.ipc.on('value', () => tell('frame.ipc'));
          window.webContents.ipc.on('value', () => tell('contents.ipc'));
          window.loadURL('fixture://app/');
        });`,
    });
    await untilTold(standIn, 'again');
    const all = await untilTold(standIn, 'answers');
    expect(all.slice(0, 3).map(([name]) => name)).toEqual(['contents', 'frame.ipc', 'contents.ipc']);
    const value = all.find(([name]) => name === 'value');
    expect(value?.[1]).toContain('list: [ undefined, NaN, -0, 10n ]');
    expect(value?.[1]).toContain("map: Map(1) { 'a' => Set(1) { 1 } }");
    expect(value?.slice(2)).toEqual([true, 'Uint8Array']);
    expect(all).toContainEqual(['again', true, "Map(1) { 'a' => Set(1) { 1 } }"]);
    const [answers, inOrder, second, cloned] = (all.find(([name]) => name === 'answers') ?? []).slice(1) as [
      string[],
      ...unknown[],
    ];
    expect(answers[0]).toBe(42);
    expect(answers[1]).toBe("Error invoking remote method 'failing': Error: it failed");
    expect(answers[2]).toBe("Error invoking remote method 'nobody': Error: No handler registered for 'nobody'");
    expect(answers.slice(3, 6)).toEqual([
      expect.stringContaining('could not be cloned'),
      expect.stringContaining('could not be cloned'),
      expect.stringContaining('could not be cloned'),
    ]);
    expect(answers[6]).toContain('does not model ipcRenderer.sendSync');
    expect([inOrder, second, cloned]).toEqual([
      true,
      "Attempted to register a second handler for 'twice'",
      expect.stringContaining('could not be cloned'),
    ]);
  });

  // A message to a page without a listener is lost. senderFrame is null once the frame has gone elsewhere.
  it('are lost where nobody listens, and forget their frame', async () => {
    const standIn = await startFixture({
      files,
      preload: `const { ipcRenderer } = require('electron'); ipcRenderer.send('hello'); ipcRenderer.on('late', (event, text) => ipcRenderer.send('got', text));`,
      main: `
        let kept = null;
        ipcMain.on('hello', (event) => { tell('hello', event.senderFrame === event.sender.mainFrame); kept ??= event; });
        ipcMain.on('got', (event, text) => tell('got', text));
        app.whenReady().then(async () => {
          serve();
          const window = newWindow();
          window.webContents.send('late', 'before there is a document');
          await window.loadURL('fixture://app/');
          window.webContents.send('late', 'in time');
          window.webContents.on('did-navigate', () => tell('reloaded', kept.senderFrame));
          setTimeout(() => window.webContents.reload(), 100);
        });`,
    });
    await untilTold(standIn, 'hello', 2);
    const all = await untilTold(standIn, 'reloaded');
    expect(all.filter(([name]) => name === 'got')).toEqual([['got', 'in time']]);
    expect(all).toContainEqual(['hello', true]);
    expect(all).toContainEqual(['reloaded', null]);
  });

  it('have a first frame that may not be there yet, where the test says so', async () => {
    for (const [firstSenderFrame, seen] of [
      ['null', [null]],
      ['before', ['']],
    ] as const) {
      const standIn = await startFixture(
        {
          files,
          preload: `const { ipcRenderer } = require('electron'); ipcRenderer.send('hello'); ipcRenderer.send('hello');`,
          main: `
            ipcMain.on('hello', (event) => tell('hello', event.senderFrame && event.senderFrame.url));
            app.whenReady().then(() => { serve(); newWindow().loadURL('fixture://app/'); });`,
        },
        { firstSenderFrame },
      );
      expect(await untilTold(standIn, 'hello', 2)).toEqual([
        ['hello', ...seen],
        ['hello', 'fixture://app/'],
      ]);
    }
  });
});

describeInStandIn('ports', () => {
  // Messages queue in a MessagePortMain until start. A transferred port arrives as a native MessagePort; close comes when
  // the other end is gone. Given away, a port is of no use here any more.
  it('queue until they are started, in both processes', async () => {
    const standIn = await startFixture({
      files: {
        ...files,
        'page.js': `
          const heard = [];
          window.addEventListener('message', async ({ data, ports: [port], origin, source }) => {
            if (data !== 'port') return;
            await new Promise((resolve) => setTimeout(resolve, 100));
            port.onmessage = (event) => heard.push(event.data);
            port.addEventListener('close', () => heard.push('closed'));
            port.postMessage({ heard, origin, same: source === window });
            await new Promise((resolve) => setTimeout(resolve, 100));
            port.postMessage({ heard });
          });
          window.heard = heard;`,
      },
      preload: `
        const { ipcRenderer } = require('electron');
        ipcRenderer.on('port', (event) => window.postMessage('port', '*', event.ports));
        addEventListener('load', () => ipcRenderer.send('ready'));`,
      main: `
        ipcMain.on('ready', (event) => {
          const { port1, port2 } = new MessageChannelMain();
          port1.postMessage('first');
          port1.on('message', ({ data }) => tell('message', data));
          port1.on('close', () => tell('close'));
          event.senderFrame.postMessage('port', null, [port2]);
          port1.postMessage('second');
          tell('given', thrown(() => event.senderFrame.postMessage('port', null, [port2])), typeof port1.addEventListener);
          setTimeout(() => { tell('start'); port1.start(); }, 400);
        });
        app.whenReady().then(() => { serve(); newWindow().loadURL('fixture://app/'); });`,
    });
    await untilTold(standIn, 'message', 2);
    const page = await standIn.page();
    expect(told(standIn)).toEqual([
      ['given', expect.stringContaining('neutered'), 'undefined'],
      ['start'],
      ['message', { heard: [], origin: 'https://app.fixture.invalid', same: true }],
      ['message', { heard: ['first', 'second'] }],
    ]);
    await page.reload();
    await untilTold(standIn, 'close');
    expect(namesTold(standIn).filter((name) => name === 'close')).toHaveLength(1);
  });

  // A window message is an event like any other: a page that does not listen yet has missed it, and the port with it.
  it('are missed by a page that does not listen yet', async () => {
    const standIn = await startFixture(
      {
        files: {
          ...files,
          'page.js': `window.missed = true; window.addEventListener('message', () => { window.missed = false; });`,
        },
        preload: `const { ipcRenderer } = require('electron'); ipcRenderer.on('port', (event) => window.postMessage('port', '*', event.ports)); ipcRenderer.send('ready');`,
        main: `
        ipcMain.on('ready', (event) => event.senderFrame.postMessage('port', null, [new MessageChannelMain().port2]));
        app.whenReady().then(async () => {
          serve();
          const window = newWindow();
          await window.loadURL('fixture://app/');
          setTimeout(async () => tell('missed', await window.webContents.executeJavaScript('window.missed')), 200);
        });`,
      },
      { delays: { script: 300 } },
    );
    expect(await untilTold(standIn, 'missed')).toEqual([['missed', true]]);
  });

  it('close from the main process, and come from the page too', async () => {
    const standIn = await startFixture({
      files,
      preload: `
        const { ipcRenderer } = require('electron');
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = ({ data }) => { port1.postMessage(data + 1); };
        port1.addEventListener('close', () => ipcRenderer.send('closed'));
        ipcRenderer.postMessage('take', { a: 1 }, [port2]);`,
      main: `
        ipcMain.on('closed', () => tell('closed'));
        ipcMain.on('take', (event, message) => {
          const [port] = event.ports;
          port.on('message', ({ data }) => { tell('message', message, data); port.close(); });
          port.start();
          port.postMessage(1);
        });
        app.whenReady().then(() => {
          serve();
          newWindow().loadURL('fixture://app/');
          const { port1, port2 } = new MessageChannelMain();
          port2.on('message', ({ data }) => tell('inside', data));
          port2.on('close', () => tell('inside closed'));
          port1.postMessage('a'); port1.postMessage('b'); port1.close();
          setTimeout(() => port2.start(), 20);
        });`,
    });
    await untilTold(standIn, 'closed');
    const all = await untilTold(standIn, 'inside closed');
    expect(all.filter(([name]) => name.startsWith('inside'))).toEqual([
      ['inside', 'a'],
      ['inside', 'b'],
      ['inside closed'],
    ]);
    expect(all).toContainEqual(['message', { a: 1 }, 2]);
  });
});

describeInStandIn('orders', () => {
  it('are the same for the same seed, and others for others', () => {
    expect(drawOrder(7)).toEqual(drawOrder(7));
    expect(drawOrder(7)).not.toEqual(drawOrder(8));
    // The first numbers of Mulberry32 as its author's own program prints them for seed 0.
    const random = seededRandom(0);
    expect([random(), random()]).toEqual([0.26642920868471265, 0.0003297457005828619]);
  });

  it('take at least the time that they are given', async () => {
    const main = `
      const began = performance.now();
      app.whenReady().then(async () => {
        const ready = performance.now() - began;
        const start = performance.now();
        await electron.safeStorage.isAsyncEncryptionAvailable();
        tell('times', ready, performance.now() - start);
      });`;
    const standIn = await startFixture({ main }, { delays: { ready: 300, safeStorage: 200 } });
    const [[, ready, safeStorage] = []] = await untilTold(standIn, 'times');
    expect(ready).toBeGreaterThanOrEqual(299);
    expect(safeStorage).toBeGreaterThanOrEqual(199);
  });
});

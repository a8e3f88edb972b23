import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import {
  describeInStandIn,
  lastFolder,
  namesTold,
  startAgain,
  startFixture,
  told,
  untilTold,
} from '../../support/electron-stand-in/fixture.ts';

/** The stand-in's `app` against Electron's documentation; what that says stands beside each test, in our words. */

const page = { 'index.html': '<!doctype html><title>A page</title><p>Text' };

describeInStandIn('the beginning', () => {
  // `ready` is emitted once when Electron has finished initialising; whenReady is fulfilled then. Before, classes that need
  // it throw. With an ES module as the main script, ready waits for the script, so a top-level await of whenReady never ends.
  it('is ready after the main script, and throws before for what needs it', async () => {
    const standIn = await startFixture({
      main: `
        tell('before', app.isReady(), thrown(() => new BrowserWindow()), thrown(() => new electron.Tray('x')),
          thrown(() => session.defaultSession), thrown(() => electron.screen.getPrimaryDisplay()),
          thrown(() => electron.utilityProcess.fork('x.js')), thrown(() => protocol.handle('fixture', () => null)));
        listen(app, 'will-finish-launching ready');
        app.whenReady().then(() => tell('whenReady', app.isReady(), thrown(() => app.enableSandbox()),
          thrown(() => app.disableHardwareAcceleration()), thrown(() => protocol.registerSchemesAsPrivileged([]))));
        await new Promise((resolve) => setTimeout(resolve, 100));
        tell('end of the script', app.isReady());`,
    });
    const all = await untilTold(standIn, 'whenReady');
    const [before, end, , , ready] = all;
    expect(before?.[1]).toBe(false);
    for (const message of before?.slice(2) ?? []) expect(message).toMatch(/ready/i);
    expect(end).toEqual(['end of the script', false]);
    expect(namesTold(standIn)).toEqual(['before', 'end of the script', 'will-finish-launching', 'ready', 'whenReady']);
    expect(ready?.[1]).toBe(true);
    for (const message of ready?.slice(2) ?? []) expect(message).toMatch(/before app is ready/);
  });

  it('never ends a top-level await of whenReady', async () => {
    const standIn = await startFixture({ main: `tell('awaiting'); await app.whenReady(); tell('never');` });
    await untilTold(standIn, 'awaiting');
    await standIn.call('ping');
    await new Promise((resolve) => void setTimeout(resolve, 300));
    expect(namesTold(standIn)).toEqual(['awaiting']);
    expect(standIn.all('ready')).toEqual([]);
  });

  // setPath throws for a folder that does not exist, a relative path and a name that getPath does not know. sessionData
  // follows userData; to move the pages' storage it has to be overridden before ready.
  it('keeps the profile where sessionData was when the program became ready', async () => {
    const standIn = await startFixture({
      main: `
        import { mkdirSync } from 'node:fs';
        const folder = path.join(app.getPath('home'), 'mine');
        tell('thrown', thrown(() => app.setPath('userData', folder)), thrown(() => app.setPath('userData', 'mine')),
          thrown(() => app.setPath('nothing', '/')), thrown(() => app.getPath('nothing')));
        mkdirSync(folder);
        app.setPath('userData', folder);
        tell('paths', app.getPath('sessionData') === folder, app.getName(), app.getVersion(), app.isPackaged);
        app.whenReady().then(() => {
          app.setPath('userData', app.getPath('home'));
          tell('late', app.getPath('userData') === app.getPath('home'));
        });`,
    });
    const all = await untilTold(standIn, 'late');
    for (const message of all[0]?.slice(1) ?? []) expect(message).toEqual(expect.any(String));
    expect(all.slice(1)).toEqual([
      ['paths', true, 'fixture', '1.2.3', false],
      ['late', true],
    ]);
    expect((await standIn.call<{ profile: string }>('app')).profile).toMatch(/\/mine$/);
  });

  // getSwitchValue reads Chromium's switches, `--name=value`; process.argv has what the person wrote.
  it('tells Chromium’s switches from the program’s own arguments', async () => {
    const standIn = await startFixture(
      {
        main: `tell('args', app.commandLine.getSwitchValue('data-dir'), app.commandLine.getSwitchValue('other'), app.commandLine.hasSwitch('data-dir'), process.argv.slice(2));`,
      },
      { args: ['--data-dir', 'a folder', '--other=b'] },
    );
    expect(await untilTold(standIn, 'args')).toEqual([
      ['args', '', 'b', true, ['--data-dir', 'a folder', '--other=b']],
    ]);
  });

  it('throws on what it does not know, and says so to the test', async () => {
    const standIn = await startFixture({
      main: `
        const { safeStorage, shell } = electron;
        app.whenReady().then(() => {
          const window = newWindow();
          tell('thrown', thrown(() => app.fooBar()), thrown(() => app.on('no-such-event', () => 0)), thrown(() => window.fooBar),
            thrown(() => window.webContents.fooBar()), thrown(() => shell.fooBar()), thrown(() => safeStorage.encryptString('x')),
            thrown(() => newWindow({ frame: false })), thrown(() => { app.fooBar = 1; }));
        });`,
    });
    const [[, ...messages] = []] = await untilTold(standIn, 'thrown');
    for (const message of messages) expect(message).toMatch(/does not model/);
    expect(standIn.all('not-modelled')).toHaveLength(messages.length);
  });

  it('fails at the import of a name that it does not know', async () => {
    const standIn = await startFixture({ main: `import { ImageView } from 'electron'; tell(ImageView);` });
    const { message } = await standIn.happened('uncaught');
    expect(message).toContain('ImageView');
  });
});

describeInStandIn('the end', () => {
  // quit: before-quit, then each window is asked to close (close, then the page's beforeunload and unload, closed), then
  // will-quit, then quit with the exit code. exit ends without asking: no before-quit, no will-quit.
  it('asks in Electron’s order when it quits', async () => {
    const standIn = await startFixture({
      files: page,
      main: `
        listen(app, 'before-quit will-quit window-all-closed');
        app.on('quit', (event, code) => tell('quit', code));
        app.whenReady().then(async () => {
          serve();
          const window = newWindow();
          listen(window, 'close closed', 'window ');
          window.webContents.on('destroyed', () => tell('contents destroyed', window.isDestroyed()));
          window.on('closed', () => tell('after', window.isDestroyed(), thrown(() => window.webContents), thrown(() => window.show()), thrown(() => window.id)));
          await window.loadURL('fixture://app/');
          app.quit();
          tell('asked');
        });`,
    });
    expect(await standIn.exited).toBe(0);
    expect(namesTold(standIn)).toEqual([
      'before-quit',
      'window close',
      'asked',
      'contents destroyed',
      'window closed',
      'after',
      'will-quit',
      'quit',
    ]);
    const destroyed = 'Object has been destroyed';
    expect(told(standIn)).toContainEqual(['after', true, destroyed, destroyed, destroyed]);
    expect(told(standIn)).toContainEqual(['quit', 0]);
  });

  // Without a listener for window-all-closed the program quits when its last window is closed; with one it does not.
  it('ends with its last window, unless it listens to window-all-closed', async () => {
    const main = (listening: string) => `
      ${listening}
      listen(app, 'before-quit will-quit');
      app.whenReady().then(() => newWindow().close());`;
    const first = await startFixture({ main: main('') });
    expect(await first.exited).toBe(0);
    expect(namesTold(first)).toEqual(['before-quit', 'will-quit']);
    const second = await startFixture({ main: main(`listen(app, 'window-all-closed');`) });
    await untilTold(second, 'window-all-closed');
    await second.call('ping');
    expect(namesTold(second)).toEqual(['window-all-closed']);
  });

  // before-quit, close and will-quit can each be prevented, and each takes the quit back: the next begins from the start.
  it('can be prevented at each step', async () => {
    const standIn = await startFixture({
      main: `
        let step = 0;
        app.on('before-quit', (event) => { tell('before-quit'); if (step === 0) event.preventDefault(); });
        app.on('will-quit', (event) => { tell('will-quit'); if (step === 2) { event.preventDefault(); setTimeout(() => { step = 3; app.quit(); }); } });
        app.on('window-all-closed', () => tell('all closed'));
        app.whenReady().then(() => {
          const window = newWindow();
          window.on('close', (event) => { tell('close'); if (step === 1) event.preventDefault(); });
          for (step = 0; step < 2; step += 1) app.quit();
          tell('still there', window.isDestroyed());
          app.quit();
        });`,
    });
    expect(await standIn.exited).toBe(0);
    expect(namesTold(standIn)).toEqual([
      'before-quit',
      'before-quit',
      'close',
      'still there',
      'before-quit',
      'close',
      'will-quit',
      'before-quit',
      'will-quit',
    ]);
  });

  it('exits at once with a code', async () => {
    const standIn = await startFixture({
      main: `
        listen(app, 'before-quit will-quit');
        app.on('quit', (event, code) => tell('quit', code));
        app.whenReady().then(() => {
          const window = newWindow();
          listen(window, 'close closed');
          app.exit(7);
        });`,
    });
    expect(await standIn.exited).toBe(7);
    expect(told(standIn)).toEqual([['closed'], ['quit', 7]]);
  });

  // An exception that nobody catches shows a box, and the program goes on.
  it('shows a box for an uncaught exception, and goes on', async () => {
    const standIn = await startFixture({
      main: `app.whenReady().then(() => { setTimeout(() => { throw new Error('oh dear'); }); setTimeout(() => tell('going on'), 50); });`,
    });
    await untilTold(standIn, 'going on');
    expect((await standIn.happened('error-box')).content).toContain('oh dear');
  });
});

describeInStandIn('beforeunload', () => {
  const files = {
    'index.html': '<!doctype html><title>A page</title><script src="page.js"></script>',
    'page.js': `addEventListener('beforeunload', (event) => { if (window.keeps) event.preventDefault(); });`,
  };
  const main = (more: string) => `
    listen(app, 'before-quit will-quit');
    app.whenReady().then(async () => {
      serve();
      const window = newWindow();
      listen(window, 'close closed');
      ${more}
      await window.loadURL('fixture://app/');
      await window.webContents.executeJavaScript('window.keeps = true', true);
      tell('loaded');
    });`;

  // A page whose beforeunload wants to stay cancels the close without a word, and with it a quit that was under way.
  it('keeps the window silently, and takes the quit back', async () => {
    const standIn = await startFixture({ files, main: main('') });
    await untilTold(standIn, 'loaded');
    await standIn.quit();
    await expect.poll(async () => (await standIn.call<{ isQuitting: boolean }>('app')).isQuitting).toBe(false);
    expect(namesTold(standIn)).toEqual(['loaded', 'before-quit', 'close']);
    expect(await standIn.windows()).toHaveLength(1);
    expect(standIn.all('dialog')).toEqual([]);

    await (await standIn.page()).evaluate(() => void Reflect.set(window, 'keeps', false));
    await standIn.quit();
    expect(await standIn.exited).toBe(0);
    expect(namesTold(standIn).slice(3)).toEqual(['before-quit', 'close', 'closed', 'will-quit']);
  });

  // will-prevent-unload comes when the page wants to stay; preventDefault there lets it be left all the same.
  it('is overruled by preventDefault in will-prevent-unload', async () => {
    const standIn = await startFixture({
      files,
      main: main(`window.webContents.on('will-prevent-unload', (event) => {
        const answer = dialog.showMessageBoxSync(window, { message: 'Leave?', buttons: ['Stay', 'Leave'] });
        tell('asked', answer);
        if (answer === 1) event.preventDefault();
      });`),
    });
    await untilTold(standIn, 'loaded');
    await standIn.pressClose();
    expect(await standIn.answerWhenAsked({ button: 'Stay' })).toMatchObject({ api: 'showMessageBoxSync' });
    await untilTold(standIn, 'asked');
    expect(await standIn.windows()).toHaveLength(1);
    await standIn.pressClose();
    await standIn.answerWhenAsked({ button: 'Leave' });
    expect(await standIn.exited).toBe(0);
    expect(namesTold(standIn)).toEqual([
      'loaded',
      'close',
      'asked',
      'close',
      'asked',
      'closed',
      'before-quit',
      'will-quit',
    ]);
  });

  it('holds for a reload of the page as well', async () => {
    const standIn = await startFixture({
      files,
      main: main(`listen(window.webContents, 'will-prevent-unload did-start-navigation');`),
    });
    await untilTold(standIn, 'loaded');
    const shown = await standIn.page();
    await shown.evaluate(() => void setTimeout(() => window.location.reload()));
    await untilTold(standIn, 'will-prevent-unload');
    expect(await shown.evaluate(() => Reflect.get(window, 'keeps'))).toBe(true);
    expect(namesTold(standIn).filter((name) => name === 'did-start-navigation')).toHaveLength(1);
  });

  it('is not asked when a window is destroyed', async () => {
    const standIn = await startFixture({
      files,
      main: `${main('').replace("tell('loaded');", "tell('loaded'); window.destroy(); tell('gone', BrowserWindow.getAllWindows().length);")}`,
    });
    expect(await standIn.exited).toBe(0);
    expect(told(standIn)).toContainEqual(['gone', 0]);
    expect(namesTold(standIn)).not.toContain('close');
  });
});

describeInStandIn('one instance', () => {
  // requestSingleInstanceLock is true for the first program on a userData folder; the first is told of each later one with
  // its arguments, its folder and its data, never before its own ready. A lock dies with its process.
  it('has the lock once for each folder, and hears of later starts', async () => {
    const main = `
      import { mkdirSync } from 'node:fs';
      const folder = path.join(app.getPath('home'), process.argv[2] ?? 'one');
      mkdirSync(folder, { recursive: true });
      app.setPath('userData', folder);
      app.on('second-instance', (event, argv, workingDirectory, data) => tell('second', argv.at(-1), workingDirectory, data, app.isReady()));
      const first = app.requestSingleInstanceLock({ from: process.argv.at(-1) });
      tell('first', first, app.hasSingleInstanceLock());
      if (!first) app.quit();`;
    const first = await startFixture({ main }, { args: ['one'] });
    const folder = lastFolder();
    expect(await untilTold(first, 'first')).toEqual([['first', true, true]]);
    const second = startAgain(folder, { args: ['one', 'https://example.com/'] });
    expect(await second.exited).toBe(0);
    expect(told(second)).toEqual([['first', false, false]]);
    const heard = await untilTold(first, 'second');
    expect(heard[1]).toEqual(['second', 'https://example.com/', folder, { from: 'https://example.com/' }, true]);
    const other = startAgain(folder, { args: ['two'] });
    expect(await untilTold(other, 'first')).toEqual([['first', true, true]]);
    await first.kill();
    const third = startAgain(folder, { args: ['one'] });
    expect(await untilTold(third, 'first')).toEqual([['first', true, true]]);
  });
});

describeInStandIn('a utility process', () => {
  // fork can be called after ready; the child has process.parentPort and not process.send; spawn, message and exit come.
  it('speaks over parentPort and ends with its parent', async () => {
    const standIn = await startFixture({
      files: {},
      main: `
        import { writeFileSync } from 'node:fs';
        const child = path.join(app.getPath('home'), 'child.mjs');
        writeFileSync(child, "process.parentPort.on('message', ({ data }) => { if (data === 'end') process.exit(3); process.parentPort.postMessage([data, typeof process.send, process.type, process.argv.slice(2)]); });");
        app.whenReady().then(() => {
          const process = electron.utilityProcess.fork(child, ['x'], { serviceName: 'A service' });
          app.on('child-process-gone', (event, details) => tell('gone', details.type, details.name, details.exitCode));
          process.on('spawn', () => tell('spawn', typeof process.pid));
          process.on('message', (message) => { tell('message', message); process.postMessage('end'); });
          process.on('exit', (code) => tell('exit', code, process.pid === undefined));
          process.postMessage(new Map([[1, 'one']]));
          const other = electron.utilityProcess.fork(child, []);
          other.on('spawn', () => tell('other', other.pid));
        });`,
    });
    await untilTold(standIn, 'exit');
    const all = await untilTold(standIn, 'other');
    expect(all).toContainEqual(['spawn', 'number']);
    expect(all).toContainEqual(['message', [{}, 'undefined', 'utility', ['x']]]);
    expect(all).toContainEqual(['exit', 3, true]);
    expect(all).toContainEqual(['gone', 'Utility', 'A service', 3]);
    const pid = all.find(([name]) => name === 'other')?.[1] as number;
    await standIn.kill();
    await expect.poll(() => isThere(pid), { timeout: 30_000 }).toBe(false);
  });
});

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describeInStandIn('safeStorage', () => {
  const main = `
    const { safeStorage } = electron;
    import { existsSync, readFileSync, writeFileSync } from 'node:fs';
    const file = path.join(app.getPath('home'), 'sealed');
    app.whenReady().then(async () => {
      const said = async (promise) => { try { return await promise; } catch (error) { return 'Error: ' + error.message; } };
      tell('available', await said(safeStorage.isAsyncEncryptionAvailable()));
      if (existsSync(file)) tell('opened', await said(safeStorage.decryptStringAsync(readFileSync(file))));
      const sealed = await said(safeStorage.encryptStringAsync('a secret'));
      if (Buffer.isBuffer(sealed)) { writeFileSync(file, sealed); tell('sealed', sealed.subarray(0, 3).toString()); }
      else tell('sealed', sealed);
    });`;

  const run = async (options: Parameters<typeof startAgain>[1], folder?: string) => {
    const standIn = folder === undefined ? await startFixture({ main }, options) : startAgain(folder, options);
    const all = await untilTold(standIn, 'sealed');
    await standIn.kill();
    return Object.fromEntries(all.map(([name, ...details]) => [name, details[0]]));
  };

  // A keyring's ciphertexts begin with v11, those under the constant key with v10. A ciphertext that was made under another
  // protection than the present one opens with shouldReEncrypt.
  it('has each state that Linux has', async () => {
    expect(await run({ keychain: 'basic-text' })).toEqual({ available: true, sealed: 'v10' });
    const folder = lastFolder();
    expect(await run({}, folder)).toEqual({
      available: true,
      opened: { result: 'a secret', shouldReEncrypt: true },
      sealed: 'v11',
    });
    expect(await run({}, folder)).toEqual({
      available: true,
      opened: { result: 'a secret', shouldReEncrypt: false },
      sealed: 'v11',
    });
    const closed = {
      available: false,
      opened: expect.stringMatching(/^Error/),
      sealed: expect.stringMatching(/^Error/),
    };
    expect(await run({ keychain: 'none' }, folder)).toEqual(closed);
    expect(await run({ keychain: 'away' }, folder)).toEqual(closed);
    expect(await run({}, folder)).toMatchObject({ opened: { result: 'a secret' } });
    const elsewhere = await run({ keychainFolder: path.join(folder, 'another computer') }, folder);
    expect(elsewhere).toEqual({ available: true, opened: expect.stringMatching(/^Error.*decrypt/), sealed: 'v11' });
  });

  // On Windows the key lies in the profile's Local State, sealed for the user of the computer.
  it('keeps the key in the profile on Windows', async () => {
    expect(await run({ platform: 'win32' })).toEqual({ available: true, sealed: 'v10' });
    const folder = lastFolder();
    const state = path.join(folder, 'home', 'AppData', 'Roaming', 'fixture', 'Local State');
    expect(JSON.parse(await readFile(state, 'utf8'))).toHaveProperty('os_crypt.encrypted_key');
    expect(await run({ platform: 'win32' }, folder)).toMatchObject({
      opened: { result: 'a secret', shouldReEncrypt: false },
    });
  });
});

describeInStandIn('another start', () => {
  // relaunch starts the program again once this one has ended, with the arguments given or those that it had. A link by
  // which macOS starts a program is told by open-url once it has finished launching.
  it('follows relaunch, with its arguments', async () => {
    const main = `
      app.on('open-url', (event, url) => tell('open-url', url, app.isReady()));
      app.whenReady().then(() => {
        tell('args', process.argv.slice(2));
        if (!process.argv.includes('again')) { app.relaunch({ args: process.argv.slice(1).concat('again') }); app.quit(); }
      });`;
    const first = await startFixture({ main }, { args: ['one'], openUrl: 'fixture://app/deep' });
    const second = await first.startedAgain();
    expect(told(first)).toEqual([
      ['open-url', 'fixture://app/deep', false],
      ['args', ['one']],
    ]);
    await untilTold(second, 'args');
    expect(told(second)).toContainEqual(['args', ['one', 'again']]);
    await second.kill();
  });
});

import { expect, it } from 'vitest';
import {
  describeInStandIn,
  namesTold,
  startFixture,
  told,
  untilTold,
} from '../../support/electron-stand-in/fixture.ts';

/** The stand-in's pages against Electron's documentation; what that says stands beside each test, in our words. */

const html = (body: string) => `<!doctype html><title>A page</title>${body}`;
const plain = { 'index.html': html('<p>Text') };

describeInStandIn('a load', () => {
  // The order: did-start-navigation, did-frame-navigate, did-navigate. dom-ready comes when the document is there,
  // did-finish-load when onload was dispatched; loadURL's promise is fulfilled with it. ready-to-show comes once the page
  // has been rendered.
  it('tells of itself in Electron’s order', async () => {
    const standIn = await startFixture({
      files: { 'index.html': html('<p>Text<script src="page.js"></script>'), 'page.js': 'window.ran = true;' },
      main: `
        app.whenReady().then(async () => {
          serve();
          app.on('web-contents-created', (event, contents) => tell('web-contents-created', contents.id));
          app.on('browser-window-created', () => tell('browser-window-created'));
          const window = newWindow({ show: false });
          listen(window.webContents, 'did-start-loading did-start-navigation did-frame-navigate did-navigate dom-ready did-finish-load did-stop-loading page-title-updated');
          listen(window, 'ready-to-show show');
          await window.loadURL('fixture://app/');
          tell('loaded', window.webContents.getURL(), await window.webContents.executeJavaScript('window.ran'));
        });`,
    });
    await untilTold(standIn, 'ready-to-show');
    await untilTold(standIn, 'did-stop-loading');
    await untilTold(standIn, 'page-title-updated');
    const all = await untilTold(standIn, 'loaded');
    expect(namesTold(standIn, 'did-stop-loading', 'page-title-updated', 'ready-to-show')).toEqual([
      'web-contents-created',
      'browser-window-created',
      'did-start-loading',
      'did-start-navigation',
      'did-frame-navigate',
      'did-navigate',
      'dom-ready',
      'did-finish-load',
      'loaded',
    ]);
    expect(all).toContainEqual(['loaded', 'fixture://app/', true]);
    const window = await standIn.window();
    expect(window).toMatchObject({ isVisible: false, title: 'A page', url: 'fixture://app/' });
  });

  // loadURL's promise is rejected when the load fails, with the name and number of Chromium's error, and when another
  // navigation takes its place (ERR_ABORTED). Closing the window before is a failure too.
  it('rejects with Chromium’s errors', async () => {
    const standIn = await startFixture({
      files: plain,
      main: `
        app.on('window-all-closed', () => {});
        app.whenReady().then(async () => {
          serve();
          const window = newWindow();
          window.webContents.on('did-fail-load', (event, code, name, url) => tell('did-fail-load', code, name, url));
          const said = (promise) => promise.then(() => 'loaded', ({ code, errno, message, url }) => [code, errno, url, message]);
          tell('unknown scheme', await said(window.loadURL('fixtures://app/')));
          tell('unreachable', await said(window.loadURL('https://example.com/')));
          tell('no address', await said(window.loadURL('nothing')));
          const first = said(window.loadURL('fixture://app/'));
          const second = said(window.loadURL('fixture://app/#2'));
          tell('taken over', await first, await second);
          const reloaded = said(window.loadURL('fixture://app/?3'));
          window.webContents.reload();
          tell('reloaded', await reloaded);
          const last = said(window.loadURL('fixture://app/?4'));
          window.destroy();
          tell('destroyed', await last);
        });`,
    });
    await untilTold(standIn, 'destroyed');
    const all = new Map(told(standIn).map(([name, ...details]) => [name, details]));
    expect(all.get('unreachable')?.[0]).toEqual([
      'ERR_NAME_NOT_RESOLVED',
      -105,
      'https://example.com/',
      "ERR_NAME_NOT_RESOLVED (-105) loading 'https://example.com/'",
    ]);
    expect(all.get('no address')?.[0]).toMatchObject(['ERR_INVALID_URL', -300, 'nothing', expect.any(String)]);
    // Electron rejects with ERR_FAILED where loading stops before it has heard of another navigation.
    const [takenOver] = all.get('taken over') ?? [];
    expect([
      ['ERR_ABORTED', -3, expect.any(String), expect.any(String)],
      ['ERR_FAILED', -2, expect.any(String), expect.any(String)],
    ]).toContainEqual(takenOver);
    expect(all.get('taken over')?.[1]).toBe('loaded');
    expect(all.get('destroyed')?.[0]).toMatchObject([
      expect.stringMatching(/^ERR_(?:FAILED|ABORTED)$/),
      expect.any(Number),
      expect.any(String),
      expect.any(String),
    ]);
  });

  // will-navigate and will-frame-navigate come when the page or a person starts a navigation, not for loadURL, and can
  // prevent it; the order is did-start-navigation, will-frame-navigate, will-navigate.
  it('asks the program when the page starts it', async () => {
    const standIn = await startFixture({
      files: {
        'index.html': html(
          '<a href="/other.html">Other</a> <a href="https://example.com/">Out</a> <a href="other:thing">Elsewhere</a>',
        ),
        'other.html': html('<h1>Other'),
      },
      main: `
        app.whenReady().then(async () => {
          serve();
          const { webContents } = newWindow();
          webContents.on('will-frame-navigate', (event) => tell('will-frame-navigate', event.url, event.isMainFrame));
          webContents.on('will-navigate', (event, url) => { tell('will-navigate', event.url, url); if (!event.url.startsWith('fixture:')) event.preventDefault(); });
          webContents.on('did-start-navigation', (details) => tell('did-start-navigation', details.url, details.isMainFrame, details.isSameDocument));
          webContents.on('did-navigate', (event, url) => tell('did-navigate', url));
          webContents.on('did-navigate-in-page', (event, url) => tell('did-navigate-in-page', url));
          await webContents.loadURL('fixture://app/');
          tell('loaded');
        });`,
    });
    await untilTold(standIn, 'loaded');
    const page = await standIn.page();
    await page.getByRole('link', { name: 'Out' }).click();
    await untilTold(standIn, 'will-navigate');
    await page.getByRole('link', { name: 'Elsewhere' }).click();
    await untilTold(standIn, 'will-navigate', 2);
    expect(await page.locator('a').count()).toBe(3);
    await page.evaluate(() => {
      window.location.hash = 'part';
    });
    await untilTold(standIn, 'did-navigate-in-page');
    await page.getByRole('link', { name: 'Other' }).click();
    await page.getByRole('heading', { name: 'Other' }).waitFor();
    await untilTold(standIn, 'did-navigate', 2);
    expect(told(standIn).slice(2)).toEqual([
      ['loaded'],
      ['did-start-navigation', 'https://example.com/', true, false],
      ['will-frame-navigate', 'https://example.com/', true],
      ['will-navigate', 'https://example.com/', 'https://example.com/'],
      ['did-start-navigation', 'other:thing', true, false],
      ['will-frame-navigate', 'other:thing', true],
      ['will-navigate', 'other:thing', 'other:thing'],
      ['did-start-navigation', 'fixture://app/#part', true, true],
      ['did-navigate-in-page', 'fixture://app/#part'],
      ['did-start-navigation', 'fixture://app/other.html', true, false],
      ['will-frame-navigate', 'fixture://app/other.html', true],
      ['will-navigate', 'fixture://app/other.html', 'fixture://app/other.html'],
      ['did-navigate', 'fixture://app/other.html'],
    ]);
  });

  // setWindowOpenHandler is asked before a window is made, for window.open and links with a target; deny makes none.
  it('lets no window open that the program refuses', async () => {
    const standIn = await startFixture({
      files: { 'index.html': html('<a href="https://example.com/a" target="_blank">Out</a>') },
      main: `
        app.whenReady().then(async () => {
          serve();
          const window = newWindow();
          window.webContents.setWindowOpenHandler((details) => { tell('open', details.url, details.frameName); return { action: 'deny' }; });
          window.webContents.on('did-create-window', () => tell('created'));
          await window.loadURL('fixture://app/');
          tell('loaded');
        });`,
    });
    await untilTold(standIn, 'loaded');
    const page = await standIn.page();
    await page.getByRole('link').click();
    await untilTold(standIn, 'open');
    await page.evaluate(() => void window.open('fixture://app/other', 'named', 'width=100'));
    await untilTold(standIn, 'open', 2);
    expect(told(standIn).slice(1)).toEqual([
      ['open', 'https://example.com/a', '_blank'],
      ['open', 'fixture://app/other', 'named'],
    ]);
    await expect.poll(() => page.context().pages().length).toBe(1);
    expect(await standIn.windows()).toHaveLength(1);
  });
});

describeInStandIn('the page’s own rights', () => {
  // What protocol.handle answers has the headers it gives; the page's content security policy is Chromium's to enforce.
  it('holds the page to its policy', async () => {
    const standIn = await startFixture({
      policy: "default-src 'none'; script-src 'self'; connect-src 'self'",
      files: {
        'index.html': html(
          '<script>window.inline = true</script><script src="page.js"></script><img src="https://example.com/a.png">',
        ),
        'page.js': `
          window.results = { origin: location.origin, secure: isSecureContext };
          addEventListener('securitypolicyviolation', (event) => (window.results[event.effectiveDirective] = event.blockedURI));
          try { new Function('1')(); } catch (error) { window.results.eval = error.name; }
          window.results.fetched = fetch('data.txt').then((response) => response.text());
          window.results.absent = fetch('absent').then((response) => response.status);`,
        'data.txt': 'some data',
      },
      preload: '',
      main: `
        app.whenReady().then(async () => {
          serve();
          const window = newWindow();
          await window.loadURL('fixture://app/');
          tell('loaded', await window.webContents.executeJavaScript('(async () => ({ ...window.results, inline: window.inline, fetched: await window.results.fetched, absent: await window.results.absent }))()'));
        });`,
    });
    const [[, results] = []] = await untilTold(standIn, 'loaded');
    expect(results).toMatchObject({ secure: true, eval: 'EvalError', fetched: 'some data', absent: 404 });
    expect(results).not.toHaveProperty('inline');
    expect(results).toHaveProperty('img-src');
  });

  // The permission handlers decide; without them everything is granted.
  it('has the permissions that the program grants', async () => {
    const standIn = await startFixture({
      files: plain,
      main: `
        app.whenReady().then(async () => {
          serve();
          const granted = (permission) => permission === 'clipboard-sanitized-write';
          session.defaultSession.setPermissionCheckHandler((contents, permission) => granted(permission));
          session.defaultSession.setPermissionRequestHandler((contents, permission, answer) => answer(granted(permission)));
          const window = newWindow();
          await window.loadURL('fixture://app/');
          const state = (name) => window.webContents.executeJavaScript(\`navigator.permissions.query({ name: '\${name}' }).then(({ state }) => state)\`);
          tell('states', await state('clipboard-write'), await state('clipboard-read'), await state('geolocation'), await state('notifications'));
        });`,
    });
    expect(await untilTold(standIn, 'states')).toEqual([['states', 'granted', 'denied', 'denied', 'denied']]);
  });

  // will-download comes before anything is saved; without a path a dialog asks for it, and preventDefault cancels.
  it('saves downloads where the program or the person says', async () => {
    const standIn = await startFixture({
      files: { 'index.html': html('<a download="list.txt" href="data:text/plain,content">List</a>') },
      main: `
        import { existsSync, readFileSync } from 'node:fs';
        app.whenReady().then(async () => {
          serve();
          let place = 0;
          session.defaultSession.on('will-download', (event, item) => {
            tell('will-download', item.getFilename());
            place += 1;
            if (place === 1) event.preventDefault();
            if (place === 2) item.setSavePath(path.join(app.getPath('home'), 'saved.txt'));
            if (place === 3) item.setSaveDialogOptions({ title: 'Save the list' });
            item.on('done', (event, state) => tell('done', state, existsSync(item.getSavePath()) && readFileSync(item.getSavePath(), 'utf8')));
          });
          await newWindow().loadURL('fixture://app/');
          tell('loaded');
        });`,
    });
    await untilTold(standIn, 'loaded');
    const page = await standIn.page();
    for (const times of [1, 2, 3]) {
      await page.getByRole('link').click();
      await untilTold(standIn, 'will-download', times);
    }
    await untilTold(standIn, 'done', 1);
    const box = await standIn.answerWhenAsked({
      filePaths: [`${(await standIn.call<{ userData: string }>('app')).userData}/asked.txt`],
    });
    expect(box).toMatchObject({ api: 'download', options: { title: 'Save the list' } });
    const all = await untilTold(standIn, 'done', 2);
    expect(all.filter(([name]) => name === 'done')).toEqual([
      ['done', 'completed', 'content'],
      ['done', 'completed', 'content'],
    ]);
  });
});

describeInStandIn('a page that fails', () => {
  // render-process-gone comes with the reason; the window stays, and reload brings the page back.
  it('tells of a crash, and comes back with a reload', async () => {
    const standIn = await startFixture({
      files: { 'index.html': html('<h1>Here') },
      preload: `require('electron').ipcRenderer.send('here');`,
      main: `
        ipcMain.on('here', () => tell('here'));
        app.on('render-process-gone', (event, contents, details) => tell('app', details.reason));
        app.whenReady().then(async () => {
          serve();
          const window = newWindow();
          window.webContents.on('render-process-gone', (event, details) => {
            tell('gone', details.reason, window.webContents.isCrashed());
            setTimeout(() => window.webContents.reload(), 50);
          });
          window.webContents.on('did-finish-load', () => tell('did-finish-load', window.webContents.isCrashed()));
          await window.loadURL('fixture://app/');
          tell('loaded');
        });`,
    });
    await untilTold(standIn, 'loaded');
    await standIn.crashPage();
    await untilTold(standIn, 'did-finish-load', 2);
    // Messages and events go different ways: between them there is no order.
    await untilTold(standIn, 'here', 2);
    expect(told(standIn).filter(([name]) => name !== 'loaded' && name !== 'here')).toEqual([
      ['did-finish-load', false],
      ['gone', 'crashed', true],
      ['app', 'crashed'],
      ['did-finish-load', false],
    ]);
    expect(await (await standIn.page()).getByRole('heading').textContent()).toBe('Here');
  });

  // A page that hangs when it is asked to close is unresponsive; destroying its window ends it.
  it('is unresponsive when it hangs', async () => {
    const standIn = await startFixture({
      files: plain,
      main: `
        app.whenReady().then(async () => {
          serve();
          const window = newWindow();
          window.on('unresponsive', () => { tell('unresponsive'); window.destroy(); });
          await window.loadURL('fixture://app/');
          window.webContents.executeJavaScript('for (;;);').catch(() => {});
          setTimeout(() => window.close(), 100);
        });`,
    });
    expect(await standIn.exited).toBe(0);
    expect(namesTold(standIn)).toEqual(['unresponsive']);
  });
});

describeInStandIn('a window', () => {
  // getNormalBounds has the bounds of the normal state, whatever the present one; minimised windows are not visible.
  it('keeps its states apart', async () => {
    const standIn = await startFixture(
      {
        main: `
        app.whenReady().then(() => {
          const window = newWindow({ width: 900, height: 700, minWidth: 400 });
          const state = () => [window.isVisible(), window.isMinimized(), window.isMaximized(), window.isFullScreen(), window.getNormalBounds(), window.getBounds()];
          listen(window, 'show hide minimize restore maximize unmaximize resize move focus blur enter-full-screen leave-full-screen');
          tell('begin', ...state());
          window.maximize(); tell('maximised', ...state());
          window.minimize(); tell('minimised', ...state());
          window.restore(); tell('restored', ...state());
          window.unmaximize();
          window.setBounds({ x: 10, width: 100 }); tell('moved', ...state());
          window.hide(); tell('hidden', ...state());
          window.show();
          tell('thrown', thrown(() => window.setBounds({ x: 1.5 })));
          tell('zoom', window.webContents.zoomLevel, (window.webContents.setZoomFactor(1.2), window.webContents.zoomLevel), thrown(() => window.webContents.setZoomFactor(0)));
        });`,
      },
      {
        displays: [
          {
            id: 1,
            bounds: { x: 0, y: 0, width: 1000, height: 800 },
            workArea: { x: 0, y: 0, width: 1000, height: 760 },
          },
        ],
      },
    );
    await untilTold(standIn, 'zoom');
    const all = new Map(told(standIn).map(([name, ...details]) => [name, details]));
    const normal = { x: 50, y: 50, width: 900, height: 700 };
    const work = { x: 0, y: 0, width: 1000, height: 760 };
    expect(all.get('begin')).toEqual([true, false, false, false, normal, normal]);
    expect(all.get('maximised')).toEqual([true, false, true, false, normal, work]);
    expect(all.get('minimised')?.slice(0, 3)).toEqual([false, true, false]);
    expect(all.get('restored')).toEqual([true, false, true, false, normal, work]);
    const moved = { x: 10, y: 50, width: 400, height: 700 };
    expect(all.get('moved')).toEqual([true, false, false, false, moved, moved]);
    expect(all.get('hidden')?.[0]).toBe(false);
    expect(all.get('thrown')?.[0]).toMatch(/conversion failure/);
    expect(all.get('zoom')).toEqual([0, 1, expect.stringContaining('zoomFactor')]);
    expect(namesTold(standIn).filter((name) => ['show', 'hide', 'minimize', 'restore'].includes(name))).toEqual([
      'minimize',
      'restore',
      'hide',
      'show',
    ]);
  });

  // Zooming makes pixels larger and the page narrower.
  it('lays the page out anew for its zoom and its size', async () => {
    const standIn = await startFixture({
      files: plain,
      main: `
        app.whenReady().then(async () => {
          serve();
          const window = newWindow({ width: 1000, height: 600 });
          await window.loadURL('fixture://app/');
          const wide = () => window.webContents.executeJavaScript('new Promise((resolve) => requestAnimationFrame(() => setTimeout(() => resolve([innerWidth, Math.round(devicePixelRatio * 100)]), 50)))');
          tell('plain', await wide());
          window.webContents.setZoomFactor(2);
          tell('zoomed', await wide());
          window.webContents.setZoomLevel(0);
          window.setSize(800, 600);
          tell('small', await wide());
        });`,
    });
    expect(await untilTold(standIn, 'small')).toEqual([
      ['plain', [1000, 100]],
      ['zoomed', [500, 200]],
      ['small', [800, 100]],
    ]);
  });
});

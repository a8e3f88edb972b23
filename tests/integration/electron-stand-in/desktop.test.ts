import { expect, it } from 'vitest';
import {
  describeInStandIn,
  namesTold,
  startFixture,
  told,
  untilTold,
} from '../../support/electron-stand-in/fixture.ts';

/** The stand-in's desktop against Electron's documentation; what that says stands beside each test, in our words. */

const files = {
  'index.html': '<!doctype html><title>A page</title><input aria-label="Field"><script src="page.js"></script>',
  'page.js': `addEventListener('keydown', (event) => { if (event.key === 'F2') event.preventDefault(); });`,
};

describeInStandIn('menus', () => {
  // A template's items have a label, role or type; a role brings label, accelerator and action, and ignores click. A
  // checkbox turns when it is clicked. Without a menu of its own a program has Electron's. A key belongs to the page first.
  it('have roles, accelerators and clicks', async () => {
    const standIn = await startFixture({
      files,
      main: `
        const { Menu, MenuItem } = electron;
        app.on('window-all-closed', () => tell('window-all-closed'));
        app.whenReady().then(async () => {
          serve();
          tell('default', Menu.getApplicationMenu().items.map((item) => item.label));
          tell('thrown', thrown(() => Menu.buildFromTemplate([{}])), thrown(() => Menu.buildFromTemplate('x')), thrown(() => new MenuItem({ type: 'wheel', label: 'x' })));
          Menu.setApplicationMenu(Menu.buildFromTemplate([
            { label: 'Do', submenu: [
              { label: 'One', accelerator: 'CmdOrCtrl+1', click: (item, window, event) => tell('one', item.label, window === shown, event.triggeredByAccelerator) },
              { label: 'Mine', accelerator: 'F2', click: () => tell('never: the page keeps it') },
              { label: 'Hidden', visible: false, click: () => tell('never: hidden') },
              { label: 'Off', id: 'off', enabled: false, click: () => tell('never: off') },
              { label: 'Check', type: 'checkbox', click: (item) => tell('check', item.checked) },
              { role: 'about', click: () => tell('never: a role ignores it') },
              { role: 'zoomIn' }, { role: 'close' },
            ] },
          ]));
          tell('found', Menu.getApplicationMenu().getMenuItemById('off').label);
          const shown = newWindow();
          await shown.loadURL('fixture://app/');
          tell('loaded');
        });`,
    });
    await untilTold(standIn, 'loaded');
    const all = new Map(told(standIn).map(([name, ...details]) => [name, details]));
    expect(all.get('default')?.[0]).toEqual(['File', 'Edit', 'View', 'Window', 'Help']);
    for (const message of all.get('thrown') ?? []) expect(message).toEqual(expect.any(String));
    expect(all.get('found')).toEqual(['Off']);
    const [menu] = await standIn.menu();
    expect(menu?.items?.map(({ label, accelerator }) => [label, accelerator])).toEqual([
      ['One', 'CmdOrCtrl+1'],
      ['Mine', 'F2'],
      ['Off', null],
      ['Check', null],
      ['About', null],
      ['Zoom In', 'CommandOrControl+Plus'],
      ['Close', 'CommandOrControl+W'],
    ]);
    await standIn.clickMenu('Do', 'One');
    await standIn.clickMenu('Do', 'Check');
    await standIn.clickMenu('Do', 'About');
    expect(standIn.all('about')).toHaveLength(1);
    await expect(standIn.clickMenu('Do', 'Off')).rejects.toThrow('can’t be clicked');
    await expect(standIn.clickMenu('Do', 'Hidden')).rejects.toThrow('no item');
    const page = await standIn.page();
    await page.getByLabel('Field').focus();
    await page.keyboard.press('F2');
    await page.keyboard.press('Control+1');
    await untilTold(standIn, 'one', 2);
    await page.keyboard.press('Control++');
    await expect.poll(async () => (await standIn.window()).zoomFactor).toBeCloseTo(1.2 ** 0.5);
    expect(told(standIn).filter(([name]) => ['one', 'check'].includes(name))).toEqual([
      ['one', 'One', true, false],
      ['check', true],
      ['one', 'One', true, true],
    ]);
    // The page may be gone before the key is let go.
    await page.keyboard.press('Control+w').catch(() => undefined);
    await untilTold(standIn, 'window-all-closed');
    expect(namesTold(standIn).filter((name) => name.startsWith('never'))).toEqual([]);
  });

  // before-input-event comes before the page and can keep a key from it and from the menu.
  it('do not see a key that the program keeps', async () => {
    const standIn = await startFixture({
      files,
      main: `
        electron.Menu.setApplicationMenu(electron.Menu.buildFromTemplate([{ label: 'Do', submenu: [{ label: 'K', accelerator: 'Ctrl+K', click: () => tell('menu', 'k') }] }]));
        app.whenReady().then(async () => {
          serve();
          const window = newWindow();
          let keep = true;
          window.webContents.on('before-input-event', (event, input) => { tell('before', input.key, input.control); if (keep) event.preventDefault(); keep = false; });
          await window.loadURL('fixture://app/');
          tell('loaded');
        });`,
    });
    await untilTold(standIn, 'loaded');
    const key = { key: 'k', code: 'KeyK', control: true, alt: false, shift: false, meta: false };
    await standIn.call('key', { key });
    await standIn.call('key', { key });
    expect((await untilTold(standIn, 'menu')).slice(1)).toEqual([
      ['before', 'k', true],
      ['before', 'k', true],
      ['menu', 'k'],
    ]);
  });
});

describeInStandIn('boxes', () => {
  // showMessageBox resolves with the button's index; closing it without one gives cancelId, else the button called Cancel or
  // No, else 0. showMessageBoxSync blocks the process. They need ready; showErrorBox does not.
  it('are answered beforehand or when they come', async () => {
    const standIn = await startFixture(
      {
        main: `
        dialog.showErrorBox('Early', 'before ready');
        app.whenReady().then(async () => {
          const options = { message: 'Go on?', buttons: ['Yes', 'No', 'Later'], checkboxLabel: 'Always' };
          tell('beforehand', await dialog.showMessageBox(options));
          tell('escaped', await dialog.showMessageBox({ ...options, cancelId: 2 }), await dialog.showMessageBox(options));
          let ticks = 0;
          const ticking = setInterval(() => { ticks += 1; }, 1);
          const answer = dialog.showMessageBoxSync(options);
          tell('blocking', answer, ticks);
          clearInterval(ticking);
          tell('files', await dialog.showOpenDialog({ properties: ['openFile'] }), await dialog.showSaveDialog({ title: 'Where?' }));
          tell('thrown', await dialog.showMessageBox({}).catch((error) => error.message));
        });`,
      },
      { dialogAnswers: [{ button: 'Yes', checkboxChecked: true }, {}, {}] },
    );
    expect(await standIn.answerWhenAsked({ button: 'Later' })).toMatchObject({
      api: 'showMessageBoxSync',
      options: { message: 'Go on?' },
    });
    await standIn.answerWhenAsked({ filePaths: ['/a', '/b'] });
    await standIn.answerWhenAsked({});
    const all = new Map((await untilTold(standIn, 'thrown')).map(([name, ...details]) => [name, details]));
    expect(all.get('beforehand')).toEqual([{ response: 0, checkboxChecked: true }]);
    expect(all.get('escaped')).toEqual([
      { response: 2, checkboxChecked: false },
      { response: 1, checkboxChecked: false },
    ]);
    expect(all.get('blocking')).toEqual([2, 0]);
    expect(all.get('files')).toEqual([
      { canceled: false, filePaths: ['/a', '/b'] },
      { canceled: true, filePath: '' },
    ]);
    expect(all.get('thrown')?.[0]).toMatch(/message/);
    expect(standIn.all('error-box')).toMatchObject([{ title: 'Early', content: 'before ready' }]);
  });
});

describeInStandIn('the tray, notifications and the system', () => {
  // A tray's icon has to be an image that can be read; destroyed, it can't be used. Its menu's items and the icon itself
  // can be clicked. A notification tells when it is shown and clicked.
  it('can be clicked', async () => {
    const standIn = await startFixture(
      {
        main: `
        import { writeFileSync } from 'node:fs';
        const icon = path.join(app.getPath('home'), 'icon.png');
        writeFileSync(icon, Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64'));
        const { Tray, Menu, Notification, shell, clipboard, nativeImage } = electron;
        app.on('activate', (event, hasVisibleWindows) => tell('activate', hasVisibleWindows));
        app.on('open-url', (event, url) => tell('open-url', url));
        app.whenReady().then(async () => {
          tell('thrown', thrown(() => new Tray('/nothing.png')), nativeImage.createFromPath(icon).getSize());
          const tray = new Tray(icon);
          tray.setToolTip('A tip');
          tray.on('click', () => { tell('click'); tray.destroy(); tell('destroyed', tray.isDestroyed(), thrown(() => tray.setToolTip('x'))); });
          tray.setContextMenu(Menu.buildFromTemplate([{ label: 'Open', click: () => tell('open') }]));
          const notice = new Notification({ title: 'A title', body: 'A body' });
          listen(notice, 'show click close', 'notice ');
          notice.show();
          for (const name of ['suspend', 'resume', 'lock-screen']) electron.powerMonitor.on(name, () => tell(name));
          electron.nativeTheme.on('updated', () => tell('theme', electron.nativeTheme.shouldUseDarkColors));
          await shell.openExternal('https://example.com/');
          await clipboard.writeText('copied');
          tell('done', await clipboard.readText(), electron.screen.getPrimaryDisplay().workAreaSize, await session.defaultSession.resolveProxy('https://example.com/'));
        });`,
      },
      { proxy: 'PROXY proxy.example.com:3128; DIRECT' },
    );
    const all = await untilTold(standIn, 'done');
    expect(all).toContainEqual(['thrown', expect.stringContaining('/nothing.png'), { width: 1, height: 1 }]);
    expect(all.at(-1)).toEqual([
      'done',
      'copied',
      { width: 1920, height: 1080 },
      'PROXY proxy.example.com:3128; DIRECT',
    ]);
    expect(await standIn.trays()).toMatchObject([{ toolTip: 'A tip', menu: [{ label: 'Open' }] }]);
    await standIn.clickTrayMenu('Open');
    await standIn.clickTray();
    expect(await standIn.trays()).toEqual([]);
    const { id } = await standIn.happened('notification');
    await standIn.clickNotification(id as number);
    await standIn.power('suspend');
    await standIn.power('resume');
    await standIn.activate();
    await standIn.openUrl('fixture://app/deep');
    await standIn.darkColors(true);
    await untilTold(standIn, 'theme');
    expect(namesTold(standIn, 'thrown', 'done', 'notice show')).toEqual([
      'open',
      'click',
      'destroyed',
      'notice click',
      'suspend',
      'resume',
      'activate',
      'open-url',
      'theme',
    ]);
    expect(told(standIn)).toContainEqual(['destroyed', true, 'Object has been destroyed']);
    expect(standIn.all('opened-outside')).toMatchObject([{ url: 'https://example.com/' }]);
  });

  // nativeTheme's source decides what pages prefer; `system` follows the system.
  it('give pages the theme', async () => {
    const standIn = await startFixture(
      {
        files,
        main: `
        app.whenReady().then(async () => {
          serve();
          const window = newWindow();
          await window.loadURL('fixture://app/');
          const dark = () => window.webContents.executeJavaScript("matchMedia('(prefers-color-scheme: dark)').matches");
          tell('begin', await dark());
          electron.nativeTheme.on('updated', async () => tell('updated', electron.nativeTheme.shouldUseDarkColors, await dark()));
          electron.nativeTheme.themeSource = 'light';
        });`,
      },
      { darkColors: true },
    );
    expect(await untilTold(standIn, 'updated')).toEqual([
      ['begin', true],
      ['updated', false, false],
    ]);
  });
});

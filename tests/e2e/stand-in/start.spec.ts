import { expect, test } from '@playwright/test';
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { startConsole } from '../../support/console.ts';
import { firstChoice, makeWorkspace, newDesk, ownDesk, quitDesktop, startDesktop } from '../../support/desktop.ts';

/** Starts of the desktop program: the first, a second one, hidden, beside others, and those that can't succeed. */

const desk = ownDesk();

test('comes up on the data folder that it was given, with its profile inside', async () => {
  const desktop = desk.start();
  await expect(firstChoice(await desktop.page())).toBeVisible();
  await expect.poll(() => desktop.window()).toMatchObject({ isVisible: true, url: 'sendwright://console/' });
  // Named before Electron was ready, so that nothing has come to lie in Electron's default folder.
  const paths = desktop.all('path').map(({ name, folder, isReady }) => [name, folder, isReady]);
  const profile = path.join(desk.dataFolder, 'electron');
  expect(paths).toEqual([
    ['userData', profile, false],
    ['sessionData', profile, false],
  ]);
  expect(desktop.all('profile')).toMatchObject([{ folder: profile }]);
  expect(await quitDesktop(desktop)).toBe(0);
  expect(readdirSync(desk.home).sort()).toEqual(['data folder', 'keychain']);
});

test('keeps what was done, the theme included, from one start to the next', async () => {
  const first = desk.start();
  const page = await first.page();
  await makeWorkspace(page);
  const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
  const before = await theme();
  await page.getByRole('button', { name: 'Switch between light and dark' }).click();
  const chosen = await theme();
  expect(chosen).not.toBe(before);
  expect(await quitDesktop(first)).toBe(0);

  const again = await desk.start().page();
  await expect(again.getByRole('heading', { name: 'Acme' })).toBeVisible();
  expect(await again.evaluate(() => document.documentElement.dataset.theme)).toBe(chosen);
});

test('loses nothing to a kill', async () => {
  const first = desk.start();
  await makeWorkspace(await first.page());
  await first.kill();
  await expect((await desk.start().page()).getByRole('heading', { name: 'Acme' })).toBeVisible();
});

test('a second start brings the first window to the front, also while that is still being made', async () => {
  // The first waits for the keychain before there is a core.
  const first = desk.start({ delays: { safeStorage: 1500 } });
  await first.happened('ready');
  const early = desk.start();
  expect(await early.exited).toBe(0);
  expect(early.output).toContain('its window comes to the front');
  expect(early.all('page')).toEqual([]);
  const page = await first.page();
  await expect(firstChoice(page)).toBeVisible();
  await first.act('minimize');
  const late = desk.start();
  expect(await late.exited).toBe(0);
  await expect.poll(() => first.window()).toMatchObject({ extent: 'normal', isVisible: true, isFocused: true });
});

test('two data folders are two consoles at once', async () => {
  const other = await newDesk();
  await using second = startDesktop(other);
  const first = desk.start();
  await makeWorkspace(await first.page());
  await expect(firstChoice(await second.page())).toBeVisible();
  expect(await quitDesktop(first)).toBe(0);
  await expect(firstChoice(await second.page())).toBeVisible();
});

test('shares its data folder with the browser’s console: whoever comes second brings the first to the front', async () => {
  const browserHost = await startConsole(desk.dataFolder);
  try {
    const second = desk.start();
    expect(await second.exited).toBe(0);
    expect(second.output).toContain('The console is running already');
    expect(second.all('page')).toEqual([]);
  } finally {
    await browserHost.stop();
  }
  const first = desk.start();
  await expect(firstChoice(await first.page())).toBeVisible();
  await first.act('minimize');
  await expect(startConsole(desk.dataFolder)).rejects.toThrow('its window comes to the front');
  await expect.poll(() => first.window()).toMatchObject({ extent: 'normal', isFocused: true });
});

test('--hidden begins in the tray, from where the window comes', async () => {
  const desktop = desk.start({ args: ['--hidden'] });
  await expect(firstChoice(await desktop.page())).toBeVisible();
  expect(await desktop.window()).toMatchObject({ isVisible: false });
  expect(await desktop.trays()).toHaveLength(1);
  await desktop.clickTrayMenu('Open Sendwright');
  await expect.poll(() => desktop.window()).toMatchObject({ isVisible: true, isFocused: true });
  await expect.poll(() => desktop.trays()).toHaveLength(0);
  await desktop.pressClose();
  expect(await desktop.exited).toBe(0);
});

const DAMAGED = 'not a database, and longer than a header of SQLite would be by any means';

test.describe('says in words why it can’t start, with what to do, and ends with code 1', () => {
  test('where the data folder is a file', async () => {
    writeFileSync(desk.dataFolder, '');
    const desktop = desk.start();
    expect(await desktop.exited).toBe(1);
    expect(desktop.all('error-box')).toMatchObject([
      {
        title: 'Sendwright could not start',
        content: expect.stringContaining(`${desk.dataFolder} can’t be used: there is a file in its place.`),
      },
    ]);
    expect(desktop.all('error-box')[0]?.content).toContain('--data-dir FOLDER');
    expect(desktop.all('page')).toEqual([]);
  });

  test('where none is named', async () => {
    const desktop = desk.start({ args: ['--data-dir'] });
    expect(await desktop.exited).toBe(1);
    expect(desktop.all('error-box')[0]?.content).toContain('--data-dir is given without a folder');
  });

  test('where the data file is damaged and no copy is wanted, which stays as it is', async () => {
    const first = desk.start();
    await firstChoice(await first.page()).waitFor();
    expect(await quitDesktop(first)).toBe(0);
    const file = path.join(desk.dataFolder, 'sendwright.db');
    writeFileSync(file, DAMAGED);
    const desktop = desk.start();
    await desktop.answerWhenAsked({ button: 'End' });
    expect(await desktop.exited).toBe(1);
    expect(desktop.all('error-box')).toMatchObject([{ content: expect.stringContaining('sendwright.db') }]);
    expect(readFileSync(file, 'utf8')).toBe(DAMAGED);
  });
});

test('a copy takes the place of a damaged data file, and the window opens with what is in it', async () => {
  const first = desk.start();
  await makeWorkspace(await first.page());
  expect(await quitDesktop(first)).toBe(0);
  const file = path.join(desk.dataFolder, 'sendwright.db');
  const copy = path.join(desk.home, 'copy.db');
  copyFileSync(file, copy);
  writeFileSync(file, DAMAGED);
  const desktop = desk.start();
  await desktop.answerWhenAsked({ button: 'Choose Another Copy…' });
  await desktop.answerWhenAsked({ filePaths: [copy] });
  await expect((await desktop.page()).getByRole('heading', { name: 'Acme' })).toBeVisible();
  expect(await quitDesktop(desktop)).toBe(0);
});

test('on Windows it is known by its application’s id before it is ready', async () => {
  const desktop = desk.start({ platform: 'win32' });
  await expect(firstChoice(await desktop.page())).toBeVisible();
  expect(desktop.all('app-user-model-id')).toMatchObject([{ id: 'app.sendwright.console' }]);
  const kinds = desktop.happenings.map(({ kind }) => kind);
  expect(kinds.indexOf('app-user-model-id')).toBeLessThan(kinds.indexOf('ready'));
});

test('on macOS it stays in the Dock without a window, and makes a new one there', async () => {
  const desktop = desk.start({ platform: 'darwin' });
  await makeWorkspace(await desktop.page());
  await desktop.pressClose();
  await expect.poll(() => desktop.windows()).toEqual([]);
  const before = desktop.happenings.length;
  await desktop.activate();
  await desktop.happened('page', undefined, before);
  const page = await desktop.page();
  await expect(page.getByRole('heading', { name: 'Acme' })).toBeVisible();
  await page.getByRole('tab', { name: 'Sender domains' }).click();
  await expect(page.getByRole('button', { name: 'Add domains' })).toBeVisible();
  await desktop.clickMenu('Sendwright', 'Quit Sendwright');
  expect(await desktop.exited).toBe(0);
});

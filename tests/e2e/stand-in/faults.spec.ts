import { expect, test } from '@playwright/test';
import { cpSync, readdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import type { StandIn } from '../../support/electron-stand-in/launch.ts';
import { desktopProgram, firstChoice, makeWorkspace, ownDesk, quitDesktop, urlField } from '../../support/desktop.ts';

/** Pages that crash, hang or can't be loaded: the core goes on, and the window is helped out. */

const desk = ownDesk();

/** Crashes the page, and waits until the program knows. */
async function crash(desktop: StandIn): Promise<void> {
  const before = desktop.happenings.length;
  await desktop.crashPage();
  await desktop.happened('crashed', undefined, before);
}

/** The page once it is loaded anew: after a crash Playwright needs a new connection to reach it. */
async function pageAnew(desktop: StandIn) {
  await expect.poll(() => desktop.window()).toMatchObject({ isCrashed: false, isLoading: false });
  await desktop.disconnect();
  return desktop.page();
}

async function startWorking(): Promise<StandIn> {
  const desktop = desk.start();
  await makeWorkspace(await desktop.page());
  return desktop;
}

async function expectWorking(desktop: StandIn): Promise<void> {
  const page = await pageAnew(desktop);
  await expect(page.getByRole('heading', { name: 'Acme' })).toBeVisible();
  await page.getByRole('tab', { name: 'Sender domains' }).click();
  await expect(page.getByRole('button', { name: 'Add domains' })).toBeVisible();
  await page.getByRole('tab', { name: 'General settings' }).click();
  await expect(urlField(page)).toBeVisible();
}

test('a page that crashes is loaded anew; one that crashes twice asks first', async () => {
  const desktop = await startWorking();
  await crash(desktop);
  await expectWorking(desktop);
  expect(desktop.all('dialog')).toEqual([]);

  await crash(desktop);
  const box = await desktop.answerWhenAsked({ button: 'Reload' });
  expect(box.options.message).toContain('stopped working, twice');
  await expectWorking(desktop);

  const before = desktop.happenings.length;
  await crash(desktop);
  await desktop.answerWhenAsked({ button: 'Quit' }, before);
  expect(await desktop.exited).toBe(0);
});

test('a second start brings a crashed window back, whatever the box says', async () => {
  const desktop = await startWorking();
  await crash(desktop);
  await expectWorking(desktop);
  await crash(desktop);
  await desktop.happened('dialog');
  const second = desk.start();
  expect(await second.exited).toBe(0);
  await expectWorking(desktop);
});

test('a crashed window still closes, and still quits', async () => {
  const reloading = await startWorking();
  await crash(reloading);
  expect(await quitDesktop(reloading)).toBe(0);
  const asking = desk.start();
  await expect((await asking.page()).getByRole('heading', { name: 'Acme' })).toBeVisible();
  await crash(asking);
  await expectWorking(asking);
  await crash(asking);
  await asking.happened('dialog');
  await asking.pressClose();
  expect(await asking.exited).toBe(0);
});

test('a window that does not answer is waited for, or loaded again', async () => {
  const desktop = await startWorking();
  await desktop.call('unresponsive');
  const box = await desktop.happened('dialog');
  expect(box.options).toMatchObject({ message: 'The window does not answer', buttons: ['Wait', 'Reload'] });
  // It answers again: there is nothing left to ask.
  await desktop.call('responsive');
  await desktop.happened('dialog-answered');
  const before = desktop.happenings.length;
  await desktop.call('unresponsive');
  await desktop.answerWhenAsked({ button: 'Reload' }, before);
  await desktop.happened('crashed');
  await expectWorking(desktop);
  expect(desktop.all('dialog')).toHaveLength(2);
});

test('a window whose files can’t be read says so, and loads when they are back', async () => {
  const program = test.info().outputPath('program');
  for (const part of ['package.json', 'dist/main', 'dist/renderer'])
    cpSync(path.join(desktopProgram, part), path.join(program, part), { recursive: true, dereference: true });
  const assets = path.join(program, 'dist', 'renderer', 'assets');
  const script = path.join(assets, readdirSync(assets).find((name) => /^index-.*\.js$/.test(name)) ?? '');
  // As while another version is being installed over it.
  renameSync(script, `${script}.away`);
  const desktop = desk.start({ program });
  const box = await desktop.happened('dialog');
  expect(box.options).toMatchObject({ message: 'The window could not be loaded', buttons: ['Reload', 'Quit'] });
  expect(desktop.all('dialog')).toHaveLength(1);
  renameSync(`${script}.away`, script);
  await desktop.answerWhenAsked({ button: 'Reload' });
  await expect(firstChoice(await desktop.page())).toBeVisible();

  renameSync(script, `${script}.away`);
  const before = desktop.happenings.length;
  await desktop.clickMenu('View', 'Reload');
  await desktop.answerWhenAsked({ button: 'Quit' }, before);
  expect(await desktop.exited).toBe(0);
});

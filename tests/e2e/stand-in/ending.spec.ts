import type { Page } from '@playwright/test';
import { expect, test } from '@playwright/test';
import type { StandIn } from '../../support/electron-stand-in/launch.ts';
import { firstChoice, leaveUnsaved, makeWorkspace, ownDesk, quitDesktop, urlField } from '../../support/desktop.ts';

/** How the desktop program ends, and how it goes on when somebody chooses to stay. */

const desk = ownDesk();

const LEAVE = { button: 'Leave without saving' };
const STAY = { button: 'Stay' };

async function startUnsaved(options: Parameters<typeof desk.start>[0] = {}): Promise<[StandIn, Page]> {
  const desktop = desk.start(options);
  const page = await desktop.page();
  await makeWorkspace(page);
  await leaveUnsaved(page);
  return [desktop, page];
}

/** The core answers and the typed text is still there: it can be saved. */
async function expectAlive(desktop: StandIn, page: Page): Promise<void> {
  expect(await desktop.window()).toMatchObject({ isVisible: true });
  await expect(urlField(page)).toHaveValue('https://half-typed.example.com');
  await page.getByRole('tab', { name: 'Sender domains' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Stay' }).click();
  await expect(page.getByRole('region', { name: 'Unsaved changes' })).toBeVisible();
}

const ways: readonly (readonly [string, (desktop: StandIn) => Promise<unknown>])[] = [
  ['the close button', (desktop) => desktop.pressClose()],
  ['the menu', (desktop) => desktop.clickMenu('File', 'Quit')],
  ['the system', (desktop) => desktop.quit()],
];

for (const [way, wish] of ways) {
  test(`${way} asks before it loses what is typed: whoever stays finds everything as it was, whoever leaves ends it`, async () => {
    const [desktop, page] = await startUnsaved();
    await wish(desktop);
    const box = await desktop.answerWhenAsked(STAY);
    expect(box.options).toMatchObject({ message: 'Leave without saving?', buttons: ['Stay', 'Leave without saving'] });
    await expectAlive(desktop, page);
    // As often as somebody likes.
    const before = desktop.happenings.length;
    await wish(desktop);
    await desktop.answerWhenAsked(STAY, before);
    await expectAlive(desktop, page);
    const again = desktop.happenings.length;
    await wish(desktop);
    await desktop.answerWhenAsked(LEAVE, again);
    expect(await desktop.exited).toBe(0);
    // What was typed is offered again, for it was kept as a draft.
    const next = await desk.start().page();
    await expect(next.getByText('were not saved')).toBeVisible();
  });
}

test('a reload asks as well, and the core does not stand still meanwhile', async () => {
  const [desktop, page] = await startUnsaved();
  await desktop.clickMenu('View', 'Reload');
  await desktop.happened('dialog');
  await expectAlive(desktop, page);
  await desktop.answerWhenAsked(STAY);
  await expectAlive(desktop, page);
  const before = desktop.happenings.length;
  await desktop.clickMenu('View', 'Reload');
  await desktop.answerWhenAsked(LEAVE, before);
  await expect(urlField(page)).toHaveValue('');
  // Whoever left by a reload is asked again next time.
  await leaveUnsaved(page);
  const again = desktop.happenings.length;
  await desktop.quit();
  await desktop.answerWhenAsked(LEAVE, again);
  expect(await desktop.exited).toBe(0);
});

test('a second wish while the box is open asks no second time, and quits', async () => {
  const [desktop] = await startUnsaved();
  await desktop.clickMenu('View', 'Reload');
  await desktop.happened('dialog');
  await desktop.quit();
  await desktop.pressClose();
  expect(desktop.all('dialog')).toHaveLength(1);
  await desktop.answerWhenAsked(LEAVE);
  expect(await desktop.exited).toBe(0);
});

test('nobody is asked when the system shuts down, ends the session or tells the process to end', async () => {
  const ends: readonly ((desktop: StandIn) => unknown)[] = [
    (desktop) => desktop.power('shutdown').catch(() => undefined),
    (desktop) => process.kill(desktop.pid, 'SIGTERM'),
    (desktop) => process.kill(desktop.pid, 'SIGINT'),
  ];
  for (const end of ends) {
    const desktop = desk.start();
    const page = await desktop.page();
    await expect(firstChoice(page).or(urlField(page))).toBeVisible();
    if (await firstChoice(page).isVisible()) await makeWorkspace(page);
    await leaveUnsaved(page);
    await end(desktop);
    expect(await desktop.exited).toBe(0);
    expect(desktop.all('dialog')).toEqual([]);
  }
});

test('on Windows the end of the session closes the core', async () => {
  const [desktop] = await startUnsaved({ platform: 'win32' });
  await desktop.call('session-end').catch(() => undefined);
  expect(await desktop.exited).toBe(0);
});

test('quits while the page loads, while the core is composed, and twice', async () => {
  const loading = desk.start({ delays: { script: 1000, document: 500 } });
  await loading.happened('page');
  expect(await quitDesktop(loading)).toBe(0);

  const composing = desk.start({ delays: { safeStorage: 1000 } });
  await composing.happened('page');
  await composing.quit();
  await composing.quit();
  expect(await composing.exited).toBe(0);

  const reloading = desk.start({ delays: { script: [0, 500] } });
  const page = await reloading.page();
  await expect(firstChoice(page)).toBeVisible();
  await reloading.clickMenu('View', 'Reload');
  await reloading.clickMenu('View', 'Reload');
  expect(await quitDesktop(reloading)).toBe(0);
  for (const desktop of [loading, composing, reloading]) expect(desktop.all('error-box')).toEqual([]);
  await expect(firstChoice(await desk.start().page())).toBeVisible();
});

test('a start while it is on its way out opens it anew afterwards', async () => {
  // A core that is still being composed is waited for: the end takes as long as it may.
  const first = desk.start({ delays: { safeStorage: 60_000 } });
  await first.happened('page');
  const second = desk.start();
  // Its own beginning takes a part of that at most.
  await second.happened('started');
  await first.quit();
  expect(await second.exited).toBe(0);
  const { relaunches } = await first.happened('quit');
  expect(relaunches).toHaveLength(1);
  expect(relaunches[0].args).toEqual(expect.arrayContaining(['--data-dir', desk.dataFolder]));
});

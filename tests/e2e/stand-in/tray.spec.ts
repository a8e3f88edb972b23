import { expect, test } from '@playwright/test';
import { addDomains, leaveUnsaved, makeWorkspace, ownDesk, quitDesktop, repeatChecks } from '../../support/desktop.ts';

/** With checks that repeat, closing the window hides it: the tray has it. */

const desk = ownDesk();

async function startScheduled() {
  const desktop = desk.start();
  const page = await desktop.page();
  await makeWorkspace(page);
  await addDomains(page, 'example.com');
  await repeatChecks(page);
  return { desktop, page };
}

test('closes to the tray, opens from there, and quits from there', async () => {
  const { desktop, page } = await startScheduled();
  await desktop.pressClose();
  await expect.poll(() => desktop.window()).toMatchObject({ isVisible: false });
  const [tray] = await desktop.trays();
  expect(tray?.menu.map(({ label }) => label)).toEqual(['Open Sendwright', '', 'Quit and stop checking']);
  await desktop.clickTray();
  await expect.poll(() => desktop.window()).toMatchObject({ isVisible: true, isFocused: true });
  await expect.poll(() => desktop.trays()).toEqual([]);
  await expect(page.getByRole('rowheader', { name: 'example.com' })).toBeVisible();
  await desktop.pressClose();
  await expect.poll(() => desktop.trays()).toHaveLength(1);
  await desktop.clickTrayMenu('Quit and stop checking').catch(() => undefined);
  expect(await desktop.exited).toBe(0);
});

test('quitting from the tray shows the hidden window and asks, where something is unsaved', async () => {
  const { desktop, page } = await startScheduled();
  await page.getByRole('tab', { name: 'General settings' }).click();
  await leaveUnsaved(page);
  await desktop.pressClose();
  await expect.poll(() => desktop.window()).toMatchObject({ isVisible: false });
  await desktop.clickTrayMenu('Quit and stop checking');
  await desktop.happened('dialog');
  expect(await desktop.window()).toMatchObject({ isVisible: true });
  await desktop.answerWhenAsked({ button: 'Stay' });
  // Whoever stayed finds the close button hiding the window, as before.
  await desktop.pressClose();
  await expect.poll(() => desktop.window()).toMatchObject({ isVisible: false });
  await expect.poll(() => desktop.trays()).toHaveLength(1);
  const before = desktop.happenings.length;
  await desktop.clickTrayMenu('Quit and stop checking');
  await desktop.answerWhenAsked({ button: 'Leave without saving' }, before);
  expect(await desktop.exited).toBe(0);
});

test('a start brings a hidden window to the front', async () => {
  const { desktop } = await startScheduled();
  await desktop.pressClose();
  await expect.poll(() => desktop.window()).toMatchObject({ isVisible: false });
  expect(await desk.start().exited).toBe(0);
  await expect.poll(() => desktop.window()).toMatchObject({ isVisible: true });
  await expect.poll(() => desktop.trays()).toEqual([]);
  expect(await quitDesktop(desktop)).toBe(0);
});

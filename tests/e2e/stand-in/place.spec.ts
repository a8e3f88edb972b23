import { expect, test } from '@playwright/test';
import path from 'node:path';
import { readPlace } from '../../../main/hosts/electron/window-place.ts';
import { firstChoice, ownDesk, quitDesktop } from '../../support/desktop.ts';

/** Where the window is and how large its text: as it was, where that can be seen. */

const desk = ownDesk();

const displays = [
  { id: 1, bounds: { x: 0, y: 0, width: 1920, height: 1080 } },
  { id: 2, bounds: { x: 1920, y: 0, width: 1600, height: 1200 } },
];
const bounds = { x: 2000, y: 100, width: 1100, height: 800 };

test('the window comes back where it was, as large, maximised and zoomed as it was', async () => {
  const first = desk.start({ displays });
  await expect(firstChoice(await first.page())).toBeVisible();
  await first.act('setBounds', bounds);
  await first.clickMenu('View', 'Zoom In');
  await first.clickMenu('View', 'Zoom In');
  await expect.poll(async () => (await first.window()).zoomFactor).toBeCloseTo(1.2, 5);
  await first.act('maximize');
  expect(await quitDesktop(first)).toBe(0);

  const second = desk.start({ displays });
  await expect(firstChoice(await second.page())).toBeVisible();
  await expect.poll(() => second.window()).toMatchObject({ extent: 'maximized', normalBounds: bounds });
  await expect.poll(async () => (await second.window()).zoomFactor).toBeCloseTo(1.2, 5);
  await second.act('unmaximize');
  await second.clickMenu('View', 'Actual Size');
  await expect.poll(async () => (await second.window()).zoomFactor).toBe(1);
  // Kept at once, not only at the end: a kill loses nothing of it.
  await expect
    .poll(() => readPlace(path.join(desk.dataFolder, 'electron', 'window.json')))
    .toMatchObject({ maximized: false, zoomLevel: 0 });
  await second.kill();

  // The second display is gone: nobody could take hold of the window there.
  const third = desk.start({ displays: displays.slice(0, 1) });
  await expect(firstChoice(await third.page())).toBeVisible();
  const now = await third.window();
  expect(now).toMatchObject({ extent: 'normal', zoomFactor: 1 });
  expect(now.bounds.x + now.bounds.width).toBeLessThanOrEqual(1920);
});

test('a window that begins hidden comes maximised when it comes', async () => {
  const first = desk.start();
  await expect(firstChoice(await first.page())).toBeVisible();
  await first.act('maximize');
  expect(await quitDesktop(first)).toBe(0);
  const second = desk.start({ args: ['--hidden'] });
  await expect(firstChoice(await second.page())).toBeVisible();
  expect(await second.window()).toMatchObject({ isVisible: false });
  await second.clickTray();
  await expect.poll(() => second.window()).toMatchObject({ isVisible: true, extent: 'maximized' });
});

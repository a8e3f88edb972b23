import { expect, test } from '@playwright/test';
import { expectSound } from '../walk.ts';
import { firstChoice, makeWorkspace, ownDesk } from '../../support/desktop.ts';

/** How window and core find each other, whatever comes late. Many orders more: tests/soak/handshake.ts. */

const desk = ownDesk();

test('every load gets a port of its own', async () => {
  const desktop = desk.start();
  const page = await desktop.page();
  await makeWorkspace(page);
  for (let load = 0; load < 5; load += 1) {
    await page.reload();
    await expect(page.getByRole('heading', { name: 'Acme' })).toBeVisible();
  }
});

for (const firstSenderFrame of ['null', 'before'] as const) {
  test(`a frame that is not known at the first message (${firstSenderFrame}) is answered at the next`, async () => {
    const desktop = desk.start({ firstSenderFrame });
    const page = await desktop.page();
    await expect(firstChoice(page)).toBeVisible();
    await page.reload();
    await expect(firstChoice(page)).toBeVisible();
  });
}

test('a window without an answer says so, with a way out, and goes on by itself when it comes', async () => {
  const desktop = desk.start({ delays: { ipcToMain: 12_000 } });
  const page = await desktop.page();
  await expect(page.getByRole('heading', { name: 'The console has not answered yet' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Reload the window' })).toBeVisible();
  await expect(page.getByRole('status')).toContainText('quit Sendwright and start it again');
  for (const theme of ['light', 'dark']) {
    await page.evaluate((chosen) => void (document.documentElement.dataset.theme = chosen), theme);
    await expectSound(page, `waiting, ${theme}`);
    await page.screenshot({ path: `test-results/waiting-${theme}.png` });
  }
  await expect(firstChoice(page)).toBeVisible({ timeout: 20_000 });
});

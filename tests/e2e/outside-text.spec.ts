import { expect, test } from '@playwright/test';
import { expectSound, ownConsole, pasteZone, startOffline } from './walk.ts';

/** Texts from outside that hold what a screen would obey: it is seen, and obeyed nowhere. */

const own = ownConsole();
const OBEYED = /(?![\n\t])\p{Cc}|[\p{Cf}\p{Zl}\p{Zp}]/u;

test('shows what a screen would obey in published records, by its number', async ({ page }) => {
  await startOffline(page, own.desk.address, 'example.com');
  await pasteZone(page, '@ 300 IN TXT "v=spf1 include:\\027[2J\\155x.example.net \u202E-all"\n');
  await page.getByText('What the server said').first().click();
  await expect(page.locator('mark').first()).toBeVisible();
  await expect(page.getByText('\\u001b').first()).toBeVisible();
  const shown = await page.evaluate(() => document.body.innerText);
  expect(OBEYED.exec(shown)?.[0].codePointAt(0)?.toString(16)).toBeUndefined();
  await expectSound(page, 'a record with what a screen would obey');
});

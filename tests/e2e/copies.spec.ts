import { expect } from '@playwright/test';
import { skipWithoutBrowser } from '../support/browser.ts';
import { test } from './own-console.ts';
import { command, expectFocus, expectSound, startOffline, watch } from './walk.ts';

skipWithoutBrowser();

test('the data file is copied and a copy looked into, by keyboard', async ({ page, own }) => {
  const problems = watch(page);
  await startOffline(page, own, 'news.example.org');
  await command(page, 'copies of the data file');
  const sheet = page.getByRole('dialog', { name: 'Copies of the data file' });
  await sheet.getByRole('button', { name: 'Copy now' }).press('Enter');
  await expect(page.getByText('The data file was copied')).toBeVisible();
  const copies = sheet.getByRole('button', { name: /^Look inside the copy of/ });
  await copies.first().press('Enter');
  await expect(sheet.getByText('Acme: 1 domain, never checked')).toBeVisible();
  await expectSound(page, 'copies');
  await page.screenshot({ path: 'test-results/views/copies.png' });
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize({ width: 900, height: 600 });
  await expectSound(page, 'copies, dark and narrow');
  await page.screenshot({ path: 'test-results/views/copies-dark.png' });
  await page.keyboard.press('Escape');
  await expect(sheet).toBeHidden();
  await expectFocus(page, 'after the copies');

  // What is done after the copy is gone once it is put back, and the window goes on by itself.
  await command(page, 'rename');
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Renamed later');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Renamed later' })).toBeVisible();
  await command(page, 'copies of the data file');
  await copies.first().press('Enter');
  await sheet.getByRole('button', { name: 'Put it back…' }).press('Enter');
  await page.screenshot({ path: 'test-results/views/copies-put-back.png' });
  await sheet.getByRole('button', { name: 'Put it back and start again' }).press('Enter');
  await expect(page.getByRole('heading', { name: 'Acme' })).toBeVisible();
  expect(problems).toEqual([]);
});

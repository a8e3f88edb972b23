import { expect } from '@playwright/test';
import { skipWithoutBrowser } from '../support/browser.ts';
import { test } from './own-console.ts';
import { expectFocus, expectSound, startOffline, watch } from './walk.ts';

/** What is done for several domains at once. */

skipWithoutBrowser();

test('configures, tags and hands over several domains at once, by keyboard', async ({ page, own }) => {
  const problems = watch(page);
  await startOffline(page, own, 'news.one.example');
  await page.getByRole('button', { name: 'Add domains' }).click();
  await page.getByLabel('Domains', { exact: true }).fill('news.two.example\nnews.three.example');
  await page.getByRole('button', { name: 'Preview' }).click();
  await page.getByRole('button', { name: 'Add 2 domains' }).click();
  await expect(page.getByRole('rowheader', { name: 'news.two.example' })).toBeVisible();

  // A sheet that closes gives the focus back to what it was opened from.
  await expect(page.getByRole('dialog')).toHaveCount(0);
  const grid = page.getByRole('grid');
  await grid.getByRole('rowheader', { name: 'news.one.example' }).click();
  await page.keyboard.press('ControlOrMeta+a');
  await expect(page.getByRole('button', { name: 'Verify 3 selected' })).toBeVisible();

  const choose = async (action: string) => {
    await page.getByRole('button', { name: 'More for the list' }).press('Enter');
    await page.getByRole('menuitem', { name: action }).press('Enter');
  };
  await choose('Configure selected…');
  const sheet = page.getByRole('dialog', { name: 'Configure 3 domains' });
  await sheet.getByLabel('Tags to add').fill('client-a, spring');
  await sheet.getByLabel('DMARC reports to').fill('dmarc@agency.example');
  await expectSound(page, 'configuring several');
  await page.screenshot({ path: 'test-results/views/configure-several.png' });
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize({ width: 900, height: 600 });
  await sheet.getByLabel('Provider', { exact: false }).first().click();
  await page.getByRole('option', { name: 'Amazon SES', exact: true }).click();
  await expectSound(page, 'configuring several, with a provider');
  await page.screenshot({ path: 'test-results/views/configure-several-dark.png' });
  await sheet.getByLabel('Provider', { exact: false }).first().click();
  await page.getByRole('option', { name: 'Unchanged' }).click();
  await page.keyboard.press('Escape');
  await expect(sheet.getByText('What you typed is not saved.')).toBeVisible();
  await sheet.getByRole('button', { name: 'Keep editing' }).press('Enter');
  await sheet.getByRole('button', { name: 'Save for all' }).press('Enter');
  await expect(sheet).toBeHidden();
  await expectFocus(page, 'after configuring several');

  const manual = page.getByRole('region', { name: 'DKIM/SPF manual' });
  await expect(manual.getByText('client-a')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Acme 3 domains' })).toBeVisible();

  await page.getByLabel('Show', { exact: true }).selectOption({ label: 'spring' });
  await expect(grid.getByRole('rowheader')).toHaveCount(3);

  await choose('Hand over selected…');
  const handOver = page.getByRole('dialog', { name: 'Hand over 3 domains' });
  await expectSound(page, 'handing over several');
  await page.screenshot({ path: 'test-results/views/hand-over-several.png' });
  const zip = await own.saved(page, () => handOver.getByRole('button', { name: 'Save the file' }).press('Enter'));
  expect(zip.slice(0, 2)).toBe('PK');
  // Two of them have no provider yet: the file is there, and they are named.
  await expect(handOver.getByRole('status', { name: /Left out/ })).toContainText('news.two.example');
  await page.screenshot({ path: 'test-results/views/hand-over-several-left-out.png' });
  await handOver.getByRole('button', { name: 'Close', exact: true }).last().press('Enter');
  await page.getByRole('tab', { name: 'Activity' }).click();
  await expect(page.getByText('Records of 3 domains handed over as Plain text')).toBeVisible();
  expect(problems).toEqual([]);
});

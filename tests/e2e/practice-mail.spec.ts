import type { Page } from '@playwright/test';
import { expect } from '@playwright/test';
import { skipWithoutBrowser } from '../support/browser.ts';
import { test } from './own-console.ts';
import { connectPractice, expectSound, watch } from './walk.ts';

/** A newcomer’s whole circle: published, mailed, reported; a forgotten sender found, mended, and the next step taken. */

skipWithoutBrowser();

const tab = (page: Page, name: string) => page.getByRole('tab', { name }).click();

async function publish(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Publish into the practice zone' }).press('Enter');
  await expect(page.getByRole('row', { name: 'news.example.com' })).toContainText('Verified');
}

async function mail(page: Page): Promise<void> {
  await tab(page, 'Evidence');
  const send = page.getByRole('button', { name: 'Send the mailing' });
  await expect(send).toBeEnabled();
  await send.press('Enter');
}

/** In both themes and in a narrow window nothing breaks. */
async function look(page: Page, name: string): Promise<void> {
  for (const { theme, ...size } of [
    { theme: 'light', width: 1280, height: 860 },
    { theme: 'dark', width: 1280, height: 860 },
    { theme: 'light', width: 480, height: 800 },
  ]) {
    await page.evaluate((each) => {
      document.documentElement.dataset.theme = each;
    }, theme);
    await page.setViewportSize(size);
    await expectSound(page, `${name} ${theme} ${size.width}`);
    await page.screenshot({ path: `test-results/views/${name}-${theme}-${size.width}.png`, fullPage: true });
  }
  await page.setViewportSize({ width: 1280, height: 860 });
}

test('what is published comes back as reports, a message and a bounce, and a forgotten sender is mended', async ({
  page,
  own,
}) => {
  test.slow();
  const problems = watch(page);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await own.open(page);
  await connectPractice(page);
  await tab(page, 'Sender domains');
  await page.getByRole('button', { name: 'Use the practice value' }).press('Enter');
  await page.getByRole('button', { name: 'Save the value' }).press('Enter');
  await expect(page.getByText('api._domainkey.news', { exact: true })).toBeVisible();
  await publish(page);

  await mail(page);
  const message = page.getByRole('region', { name: 'Message: newsletter.eml' });
  await expect(message).toContainText('DMARCpass');
  await expect(page.getByRole('region', { name: 'Bounce: mailbox-full.eml' })).toContainText('552 5.2.2');
  const senders = page.getByRole('grid', { name: 'Senders' });
  const forgotten = senders.getByRole('row', { name: '198.51.100.0/24' });
  await expect(forgotten).toContainText('A forgotten server of your own looks the same.');
  await look(page, 'practice-mailed');

  await forgotten.press('Enter');
  const sheet = page.getByRole('dialog', { name: '198.51.100.0/24' });
  await sheet.getByLabel('Name').fill('Shop');
  await sheet.getByLabel('What it is').press('Enter');
  await page.getByRole('option', { name: 'Ours' }).press('Enter');
  await sheet.getByRole('button', { name: 'Save' }).press('Enter');
  await expect(page.getByText('48 of 1,248 messages from own and known senders fail DMARC.')).toBeVisible();

  await message.getByRole('button', { name: 'Open the manual of news.example.com' }).press('Enter');
  const step = page.locator('form').filter({ hasText: 'Next step: ' });
  await expect(step).toContainText('48 of 48 of Shop');
  await step.scrollIntoViewIfNeeded();
  await look(page, 'practice-next-step');

  await tab(page, 'Evidence');
  await senders.getByRole('row', { name: 'Shop' }).press('Enter');
  const shop = page.getByRole('dialog', { name: 'Shop' });
  await expect(shop).toContainText('The SPF record does not name 198.51.100.77.');
  await look(page, 'practice-sender');
  await shop.getByRole('button', { name: 'Add it to the SPF record' }).press('Enter');
  await expect(page.getByRole('heading', { name: 'news.example.com', level: 2, exact: true })).toBeVisible();
  await expect(page.getByText(/v=spf1 .*ip4:198\.51\.100\.77/).first()).toBeVisible();
  await publish(page);

  await mail(page);
  await expect(page.getByText('48 of 2,496 messages from own and known senders fail DMARC.')).toBeVisible();
  await tab(page, 'Sender domains');
  await expect(step).toContainText('48 of 96 of Shop');
  await step.getByRole('button', { name: 'Prepare this step' }).press('Enter');
  await expect(page.getByText('p=quarantine').first()).toBeVisible();
  await publish(page);
  await mail(page);
  await expect(page.getByText('48 of 3,744 messages from own and known senders fail DMARC.')).toBeVisible();
  expect(problems).toEqual([]);
});

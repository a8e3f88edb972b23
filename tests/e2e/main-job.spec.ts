import { expect } from '@playwright/test';
import Database from 'better-sqlite3';
import path from 'node:path';
import { FILE_NAME } from '../../main/store/database.ts';
import { skipWithoutBrowser } from '../support/browser.ts';
import { test } from './own-console.ts';
import { connectPractice, PASSPHRASE, watch } from './walk.ts';

/** The whole job in the practice workspace, as a newcomer does it. */

/** The README's picture is made anew only when asked for, so that a test run leaves the checkout as it was. */
const picture =
  process.env.SENDWRIGHT_PICTURE === '1'
    ? path.resolve(import.meta.dirname, '..', '..', 'docs', 'images', 'console.png')
    : 'test-results/views/console.png';

skipWithoutBrowser();

/** The addresses in the drafts that a console has stored. */
function draftsIn(dataFolder: string): readonly string[] {
  const database = new Database(path.join(dataFolder, FILE_NAME), { readonly: true });
  try {
    const drafts = database.prepare('SELECT fields FROM drafts').pluck().all() as string[];
    return drafts.map((fields) => (JSON.parse(fields) as { serviceUrl: string }).serviceUrl);
  } finally {
    database.close();
  }
}

test('from an empty window to verified, and everything is there after a restart', async ({ page, own }) => {
  const problems = watch(page);
  await own.open(page);
  await connectPractice(page);
  expect(page.url()).not.toContain('token');
  await expect(page.getByLabel('Email provider')).toHaveValue('Elastic Email');
  await page.getByRole('button', { name: 'Check keys' }).click();
  await expect(page.getByText('Keys accepted')).toBeVisible();

  await page.getByRole('tab', { name: 'Sender domains' }).click();
  await expect(page.getByRole('heading', { name: 'news.example.com' })).toBeVisible();
  await page.getByRole('button', { name: 'Use the practice value' }).click();
  await page.getByRole('button', { name: 'Save the value' }).click();
  await expect(page.getByText('api._domainkey.news', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Publish into the practice zone' }).click();
  await expect(page.getByText('news.example.com is ready')).toBeVisible();
  for (const title of ['DKIM api._domainkey.news', 'SPF news', 'DMARC _dmarc.news']) {
    await expect(
      page.getByRole('region', { name: title }).getByText('Published and correct on all 2 name servers'),
    ).toBeVisible();
  }
  await page
    .getByRole('region', { name: 'SPF news' })
    .getByRole('button', { name: 'SPF', exact: false })
    .first()
    .click();
  await page.getByRole('button', { name: 'Show the lookups' }).click();
  await expect(page.getByText('of 10 lookups')).toBeVisible();
  await page.getByRole('button', { name: 'Evaluate as receivers do' }).click();
  await expect(page.getByText('Accepted, as far as DNS decides').first()).toBeVisible();
  await page.getByRole('button', { name: 'Hand over' }).click();
  await expect(page.getByLabel('Preview')).toContainText('Prepared');
  await page.keyboard.press('Escape');
  await page
    .getByRole('button', { name: 'Show the lookups' })
    .or(page.getByRole('button', { name: 'Hide the lookups' }))
    .click();
  await page.locator('section[aria-label="DKIM/SPF manual"]').evaluate((pane) => pane.scrollTo(0, 0));
  await page.mouse.move(0, 0);
  // The notice of what was done last goes by itself.
  await expect(page.locator('main ~ output')).toBeEmpty();
  await page.screenshot({ path: picture });

  await own.stop();
  const next = await own.startAgain();
  await expect(next.getByText('Connection active').first()).toBeVisible();
  await next.getByRole('tab', { name: 'Sender domains' }).click();
  await expect(next.getByText('news.example.com is ready')).toBeVisible();
  await expect(next.getByRole('button', { name: 'Vault: Locked' })).toBeVisible();
  expect(problems).toEqual([]);
});

test('a reload keeps the window', async ({ page, own }) => {
  await own.open(page);
  await expect(page.getByRole('button', { name: 'Connect my service' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('button', { name: 'Connect my service' })).toBeVisible();
});

test('an address opens the window once', { tag: '@browser' }, async ({ page, browser, own }) => {
  await own.open(page);
  await expect(page.getByRole('button', { name: 'Connect my service' })).toBeVisible();
  const other = await (await browser.newContext()).newPage();
  await own.open(other);
  await expect(other.getByText('This launch token was used before')).toBeVisible();
  await other.context().close();
});

test('a check goes on while the window is reloaded', async ({ page, own }) => {
  await own.open(page);
  await connectPractice(page);
  await page.getByLabel('What goes wrong').click();
  await page.getByRole('option', { name: 'DNS server silent' }).click();
  await page.getByRole('tab', { name: 'Sender domains' }).click();
  await page.getByRole('button', { name: 'Add domains' }).click();
  await page
    .getByLabel('Domains', { exact: true })
    .fill(Array.from({ length: 150 }, (_nothing, index) => `d${index}.example.com`).join('\n'));
  await page.getByRole('button', { name: 'Preview' }).click();
  await page.getByRole('button', { name: 'Add 150 domains' }).click();
  await page.getByRole('button', { name: 'Verify all' }).click();
  await expect(page.getByRole('button', { name: 'Cancel' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('progressbar')).toBeVisible();
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(page.getByText(/Paused at \d+ of 151/)).toBeVisible();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByText(/Cancelled at/)).toBeVisible();
});

test('what was typed survives a crash, but keys do not', async ({ page, own }) => {
  await own.open(page);
  await page.getByRole('button', { name: 'Connect my service' }).click();
  await page.getByLabel('Name').fill('Acme');
  await page.keyboard.press('Enter');
  await page.getByLabel('Cloud services connection URL').fill('service.example.com');
  await page.getByLabel('API key').fill('a-secret-that-is-typed');
  await page.getByLabel('Cloud services connection URL').focus();
  await page.keyboard.press('Tab');
  await expect(page.getByLabel('Cloud services connection URL')).toHaveValue('https://service.example.com');
  await expect.poll(() => draftsIn(own.dataFolder)).toEqual(['https://service.example.com']);
  await own.kill();
  const next = await own.startAgain();
  await next.getByRole('button', { name: 'Restore draft' }).click();
  await expect(next.getByLabel('Cloud services connection URL')).toHaveValue('https://service.example.com');
  await expect(next.getByLabel('API key')).toHaveValue('');
});

test('each fault of the practice service is named with its remedy', async ({ page, own }) => {
  await own.open(page);
  await connectPractice(page);
  const faults = [
    ['Service unavailable', 'The service is not available (503)'],
    ['Certificate expired', 'expired on'],
    ['Certificate for another name', 'The certificate is not for localhost'],
    ['Self-signed certificate', 'is self-signed'],
    ['Connection cut off', 'The connection was cut during'],
    ['Wrong path', 'There is no /metadata at this address'],
    ['Redirect', 'The address redirects to'],
  ] as const;
  for (const [label, told] of faults) {
    await page.getByLabel('What goes wrong').click();
    await page.getByRole('option', { name: label, exact: true }).click();
    await expect(page.getByLabel('What goes wrong')).toContainText(label);
    await page.getByRole('button', { name: 'Test connection' }).click();
    await expect(page.getByText(told).first()).toBeVisible();
    await expect(page.getByText('Connection failing').first()).toBeVisible();
  }
});

test('the keyboard alone does the whole job', async ({ page, own }) => {
  await own.open(page);
  const press = async (name: string, role: 'button' | 'tab' = 'button') => {
    const target = page.getByRole(role, { name, exact: true }).first();
    await expect(target).toBeVisible();
    for (let tabs = 0; tabs < 80; tabs += 1) {
      if (await target.evaluate((element) => element === document.activeElement)) break;
      await page.keyboard.press(
        role === 'tab' && (await page.evaluate(() => document.activeElement?.getAttribute('role') === 'tab'))
          ? 'ArrowRight'
          : 'Tab',
      );
    }
    await expect(target).toBeFocused();
    const outline = await target.evaluate((element) => getComputedStyle(element).outlineStyle);
    expect(outline, `focus on ${name} is visible`).not.toBe('none');
    await page.keyboard.press('Enter');
  };
  await press('Try it with a practice service');
  await press('Fill in the practice values');
  await page.keyboard.press('Control+s');
  await expect(page.getByLabel('Passphrase', { exact: true })).toBeFocused();
  await page.keyboard.type(PASSPHRASE);
  await page.keyboard.press('Tab');
  await page.keyboard.type(PASSPHRASE);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Vault: Protected' })).toBeVisible();
  await page.keyboard.press('Control+s');
  await expect(page.getByRole('region', { name: 'Unsaved changes' })).toBeHidden();
  await press('Test connection');
  await expect(page.getByText('Connection active').first()).toBeVisible();
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('combobox', { name: 'Command' })).toBeFocused();
  await page.keyboard.type('Sender domains');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Use the practice value' })).toBeVisible();
  await press('Use the practice value');
  await press('Save the value');
  await expect(page.getByText('api._domainkey.news', { exact: true })).toBeVisible();
  await press('Publish into the practice zone');
  await expect(page.getByText('news.example.com is ready')).toBeVisible();
});

test('ten thousand domains scroll, filter and keep the page small', async ({ page, own }) => {
  await own.open(page);
  await page.getByRole('button', { name: 'Connect my service' }).click();
  await page.getByLabel('Name').fill('Agency');
  await page.keyboard.press('Enter');
  await page.getByRole('tab', { name: 'Sender domains' }).click();
  await page.getByRole('button', { name: 'Add domains' }).click();
  const long = `${'a-very-long-label-of-a-client-'.repeat(2)}x.${'another-long-label'.repeat(3)}.example.com`;
  const list = [
    long,
    ...Array.from({ length: 9999 }, (_nothing, index) => `client-${String(index).padStart(4, '0')}.example.com`),
  ];
  const chosen = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Import a file' }).click();
  const buffer = Buffer.from(`domain\n${list.join('\n')}\nbad_one.example.com\n`);
  await (await chosen).setFiles({ name: 'clients.csv', mimeType: 'text/csv', buffer });
  await expect(page.getByText('10,000 new, 1 refused')).toBeVisible();
  await page.getByRole('button', { name: 'Add 10,000 domains' }).click();
  await page.getByRole('button', { name: 'Close', exact: true }).last().click();
  await expect(page.getByPlaceholder('Search 10,000 domains')).toBeVisible();
  expect(await page.getByRole('row').count()).toBeLessThan(80);
  await page.getByPlaceholder('Search 10,000 domains').fill('client-9998');
  await expect(page.getByRole('rowheader', { name: 'client-9998.example.com' })).toBeVisible();
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);
});

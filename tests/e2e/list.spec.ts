import { expect } from '@playwright/test';
import type { Page } from '@playwright/test';
import { skipWithoutBrowser } from '../support/browser.ts';
import type { OwnConsole } from './own-console.ts';
import { test } from './own-console.ts';
import { command, expectSound, startOffline, watch } from './walk.ts';

/** The list of sender domains by keyboard and by mouse, long enough that most of it is out of sight. */

skipWithoutBrowser();
const AMOUNT = 300;

const focused = (page: Page) =>
  page.evaluate(() => {
    const row = document.activeElement;
    return row?.getAttribute('role') === 'row' ? row.querySelector('[role="rowheader"]')?.textContent : null;
  });
const selected = (page: Page) => page.getByRole('row', { selected: true }).getByRole('rowheader').allTextContents();

async function openList(page: Page, own: OwnConsole): Promise<void> {
  await startOffline(page, own, 'd0.example.com');
  await page.getByRole('button', { name: 'Add domains' }).click();
  const others = Array.from({ length: AMOUNT - 1 }, (_nothing, index) => `d${index + 1}.example.com`);
  await page.getByLabel('Domains', { exact: true }).fill(others.join('\n'));
  await page.getByRole('button', { name: 'Preview' }).click();
  await page.getByRole('button', { name: `Add ${AMOUNT - 1} domains` }).click();
  await expect(page.getByRole('dialog')).toBeHidden();
  await expect(page.getByPlaceholder(`Search ${AMOUNT} domains`)).toBeVisible();
  await expect(page.getByRole('grid')).toHaveAttribute('aria-rowcount', String(AMOUNT + 1));
}

test('the keyboard moves through it, selects in it, sorts and opens it', async ({ page, own }) => {
  const problems = watch(page);
  await openList(page, own);
  const press = (key: string) => page.keyboard.press(key);
  const manual = page.getByRole('region', { name: 'DKIM/SPF manual' });

  await page.getByRole('row', { name: 'd0.example.com' }).focus();
  await press('ArrowDown');
  await press('ArrowDown');
  // Numbers count as numbers.
  await expect.poll(() => focused(page)).toBe('d2.example.com');
  await press('End');
  await expect.poll(() => focused(page)).toBe('d299.example.com');
  await expect(page.getByRole('rowheader', { name: 'd299.example.com' })).toBeInViewport();
  await expect(page.getByRole('rowheader', { name: 'd2.example.com', exact: true })).toHaveCount(0);
  await press('PageUp');
  const higher = Number(/\d+/.exec((await focused(page)) ?? '')?.[0]);
  expect(higher).toBeGreaterThan(250);
  expect(higher).toBeLessThan(299);
  await page.keyboard.type('d150');
  await expect.poll(() => focused(page)).toBe('d150.example.com');
  await press('Enter');
  await expect(manual.getByRole('heading', { name: 'd150.example.com' })).toBeVisible();

  await press('Space');
  await press('Shift+ArrowDown');
  await press('Shift+ArrowDown');
  await expect.poll(() => selected(page)).toEqual(['d150.example.com', 'd151.example.com', 'd152.example.com']);
  await press('Space');
  await expect.poll(() => selected(page)).toEqual(['d150.example.com', 'd151.example.com']);
  await expect(page.getByRole('button', { name: 'Verify 2 selected' })).toBeVisible();
  await press('Escape');
  await expect.poll(() => selected(page)).toEqual([]);
  await press('Control+a');
  await expect(page.getByRole('button', { name: `Verify ${AMOUNT} selected` })).toBeVisible();
  await expectSound(page, 'the list');

  // The heading is one stop before the rows; the arrow keys go through its columns.
  await press('Home');
  await press('Shift+Tab');
  await expect(page.getByRole('checkbox', { name: 'Select all' })).toBeFocused();
  await press('Space');
  await expect(page.getByRole('button', { name: 'Verify all' })).toBeVisible();
  await press('ArrowRight');
  await press('Enter');
  await expect(page.getByRole('columnheader', { name: 'Domain' })).toHaveAttribute('aria-sort', 'descending');
  await press('ArrowDown');
  await expect.poll(() => focused(page)).toBe('d299.example.com');
  expect(problems).toEqual([]);
});

test('the mouse opens a row, and its box selects it, with Shift all between two', async ({ page, own }) => {
  await openList(page, own);
  const box = (name: string) => page.getByRole('checkbox', { name: `Select ${name}.example.com`, exact: true });
  await page.getByRole('rowheader', { name: 'd3.example.com', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'd3.example.com' })).toBeVisible();
  await expect.poll(() => selected(page)).toEqual([]);
  await box('d1').click();
  await box('d4').click({ modifiers: ['Shift'] });
  await expect.poll(() => selected(page)).toEqual(['d1', 'd2', 'd3', 'd4'].map((name) => `${name}.example.com`));
  await box('d2').click();
  await expect(page.getByRole('button', { name: 'Verify 3 selected' })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'd3.example.com' })).toBeVisible();

  // What the palette opens is shown in the list as well.
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Command' }).fill('d277');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'd277.example.com' })).toBeVisible();
  await expect(page.getByRole('rowheader', { name: 'd277.example.com' })).toBeInViewport();

  // Selected is what is selected, seen or not; a filter narrows what is shown, and "all" means all that is shown.
  await page.getByRole('searchbox', { name: 'Find a domain' }).fill('d29');
  await expect(page.getByRole('row')).toHaveCount(12);
  await page.getByRole('checkbox', { name: 'Select all' }).click();
  await expect(page.getByRole('button', { name: 'Verify 14 selected' })).toBeVisible();
  await page.getByRole('searchbox', { name: 'Find a domain' }).fill('nothing-like-it');
  await expect(page.getByText('No domain matches the filter.')).toBeVisible();
  await page.getByRole('searchbox', { name: 'Find a domain' }).fill('');
  await page.getByRole('grid').hover();
  await page.mouse.wheel(0, 4000);
  await expect(page.getByRole('rowheader', { name: 'd120.example.com' })).toBeVisible();
  await page.getByRole('button', { name: 'More for the list' }).click();
  await page.getByRole('menuitem', { name: 'Mark selected as not in use' }).click();
  await page.getByRole('combobox', { name: 'Show' }).selectOption('In use');
  await expect(page.getByRole('grid')).toHaveAttribute('aria-rowcount', String(AMOUNT - 14 + 1));
});

test('domains come from a provider’s answer, a zone and another workspace, shown before they are added', async ({
  page,
  own,
}) => {
  const problems = watch(page);
  await startOffline(page, own, 'd0.example.com');
  await page.getByRole('button', { name: 'Add domains' }).click();
  const sheet = page.getByRole('dialog');
  const list = page.getByLabel('Domains', { exact: true });
  await list.fill(JSON.stringify({ Domains: [{ Name: 'acme-a.com', ReturnPathDomainVerified: true, ID: 1 }] }));
  await page.getByRole('button', { name: 'Preview' }).click();
  await expect(sheet.getByText('Read as a response from Postmark (GET /domains). 1 new.')).toBeVisible();
  await page.getByRole('button', { name: 'Add 1 domain' }).click();
  await expect(sheet).toBeHidden();

  // A file that is dropped is read as one that is chosen.
  await page.getByRole('button', { name: 'Add domains' }).click();
  const zone = '$ORIGIN acme-z.com.\n@ IN MX 10 mx\nwww IN A 192.0.2.1\nshop IN TXT "v=spf1 mx ~all"\n';
  const carried = await page.evaluateHandle((text) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([text], 'acme-z.com.zone'));
    return transfer;
  }, zone);
  await list.dispatchEvent('drop', { dataTransfer: carried });
  await expect(sheet.getByText('2 new, 1 other name.')).toBeVisible();
  await sheet.getByText('1 other name of the zone').click();
  await expect(sheet.getByText('www.acme-z.com (A)')).toBeVisible();
  await expectSound(page, 'a zone');
  await page.screenshot({ path: 'test-results/views/import-zone.png' });
  await page.getByRole('button', { name: 'Add 2 domains' }).click();
  await expect(sheet).toBeHidden();
  await expect(page.getByRole('rowheader', { name: 'shop.acme-z.com' })).toBeVisible();

  await command(page, 'New workspace');
  await page.getByLabel('Name').fill('Globex');
  await page.keyboard.press('Enter');
  await page.getByRole('tab', { name: 'Sender domains' }).click();
  await page.getByRole('button', { name: 'Add domains' }).click();
  await page.getByLabel('Copy the domains of another workspace').click();
  await page.getByRole('option', { name: 'Acme (4 domains)' }).click();
  await expect(sheet.getByText('4 new.')).toBeVisible();
  await page.getByRole('button', { name: 'Add 4 domains' }).click();
  await expect(page.getByRole('rowheader', { name: 'acme-a.com' })).toBeVisible();
  expect(problems).toEqual([]);
});

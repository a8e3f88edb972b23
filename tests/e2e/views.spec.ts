import type { Page } from '@playwright/test';
import { expect } from '@playwright/test';
import { skipWithoutBrowser } from '../support/browser.ts';
import { tabs } from '../../renderer/session/tabs.ts';
import { test } from './own-console.ts';
import {
  chooseProvider,
  command,
  connectPractice,
  expectFocus,
  expectReadable,
  expectSound,
  pasteZone,
  watch,
} from './walk.ts';

/** Every view, sheet and state, in both themes and the smallest and a large window: sound, and pictured. */

skipWithoutBrowser();

// Some twenty pages are looked at in each, twice.
test.describe.configure({ timeout: 240_000 });

const TABS = tabs.map(({ label }) => label);

/** A zone that holds what the manual finds fault with, and names that fill every line. */
const LONG = `${'a-label-as-long-as-labels-may-be-'.repeat(2).slice(0, 60)}`;
const ZONE = `@ 60 IN TXT "v=spf1 ptr include:${LONG}.${LONG}.${LONG}.example.net include: b.example.net ?all"
@ 60 IN TXT "v=spf1 -all"
_dmarc 60 IN TXT "v=DMARC1; p=reject; sp=none; rua=mailto:reports@${LONG}.example.net"
`;

async function openTab(page: Page, name: string): Promise<void> {
  await page.getByRole('tab', { name }).click();
  await expect(page.getByRole('tab', { name })).toHaveAttribute('aria-selected', 'true');
  await expect(page.getByRole('status', { name: 'Loading' })).toHaveCount(0);
}

async function closeSheet(page: Page): Promise<void> {
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
}

/** Looks at a view or sheet in both themes, and pictures it in each. */
async function look(page: Page, name: string): Promise<void> {
  await expectFocus(page, name);
  await expectSound(page, name);
  const { width } = page.viewportSize() ?? { width: 0 };
  const picture = (theme: string) =>
    page.screenshot({ path: `test-results/views/${name.replaceAll(' ', '-')}-${theme}-${width}.png` });
  await picture('light');
  await page.emulateMedia({ colorScheme: 'dark' });
  await expectReadable(page, `${name}, dark`);
  await picture('dark');
  await page.emulateMedia({ colorScheme: 'light' });
}

for (const size of [
  { width: 900, height: 600 },
  { width: 1600, height: 1000 },
]) {
  // The pictures are the same through both doors; the small ones without a service are looked at through the second as well.
  const tag = size.width === 900 ? [] : ['@browser'];

  test(`empty, offline and faulty states, ${size.width} × ${size.height}`, { tag }, async ({ page, own, door }) => {
    const problems = watch(page);
    await page.setViewportSize(size);
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
    await own.open(page);
    await expect(page.getByRole('button', { name: 'Connect my service' })).toBeVisible();
    await look(page, 'first run');
    await page.getByRole('button', { name: 'Connect my service' }).click();
    await look(page, 'new workspace');
    await page.getByLabel('Name').fill('A client with a name that is far longer than any list or header has room for');
    await page.keyboard.press('Enter');
    for (const tab of TABS) {
      await openTab(page, tab);
      await look(page, `empty ${tab}`);
    }
    await openTab(page, 'General settings');
    await page.getByLabel('Cloud services connection URL').fill('http://user:secret@service.example.com');
    await page.keyboard.press('Tab');
    await expect(page.getByRole('region', { name: 'Unsaved changes' })).toBeVisible();
    await look(page, 'settings with a fault');
    await page.getByRole('button', { name: 'Discard', exact: true }).click();
    await command(page, 'add domains');
    await page
      .getByLabel('Domains', { exact: true })
      .fill(`${LONG}.example.org\nbad_name.example\ngmail.com\n10.0.0.1`);
    await page.getByRole('button', { name: 'Preview' }).click();
    await expect(page.getByText('1 new, 3 refused')).toBeVisible();
    await look(page, 'add domains');
    await page.getByRole('button', { name: 'Add 1 domain' }).click();
    await expect(page.getByRole('heading', { name: `${LONG}.example.org`, level: 2 })).toBeAttached();
    await closeSheet(page);
    await look(page, 'provider not chosen');
    await chooseProvider(page, 'Elastic Email');
    await look(page, 'manual not checked');
    await pasteZone(page, ZONE.replaceAll('@ ', `${LONG} `).replace('_dmarc', `_dmarc.${LONG}`));
    await expect(page.getByText('Replace the 2 published records with this one.')).toBeVisible();
    await look(page, 'manual long');
    await page.getByRole('button', { name: 'Configure' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Paste what the provider shows' }).click();
    await page.getByLabel('What the provider shows').fill('nothing that it could use');
    for (const extra of ['MTA-STS', 'TLS reports', 'BIMI'])
      await page.getByRole('dialog').locator('label', { hasText: extra }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click();
    await expect(page.getByRole('alert').first()).toBeVisible();
    await look(page, 'configure');
    await page.keyboard.press('Escape');
    await expect(page.getByText('What you typed is not saved.')).toBeVisible();
    await look(page, 'configure not saved');
    await page.getByRole('button', { name: 'Close without saving' }).click();
    await expect(page.getByRole('dialog')).toBeHidden();
    // The desktop program takes its window along.
    if (door === 'browser') {
      await own.stop();
      await expect(page.getByText('The console does not answer')).toBeVisible();
      await look(page, 'console gone');
    }
    expect(problems).toEqual([]);
  });

  test(`every view and sheet of the practice job, ${size.width} × ${size.height}`, { tag: ['@browser'] }, async ({
    page,
    own,
  }) => {
    const problems = watch(page);
    await page.setViewportSize(size);
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
    await own.open(page);
    await connectPractice(page);
    for (const tab of TABS) {
      await openTab(page, tab);
      await look(page, tab);
    }
    await openTab(page, 'Sender domains');
    await page.getByRole('button', { name: 'Use the practice value' }).click();
    await page.getByRole('button', { name: 'Save the value' }).click();
    await expect(page.getByRole('button', { name: 'Save the value' })).toBeHidden();
    await page.getByRole('button', { name: 'Publish into the practice zone' }).click();
    await expect(page.getByText('news.example.com is ready')).toBeVisible();
    await look(page, 'manual ready');
    await page.getByRole('button', { name: 'Expand all' }).click();
    await page.getByRole('button', { name: 'Show the lookups' }).click();
    await page.getByRole('button', { name: 'Evaluate as receivers do' }).click();
    await expect(page.getByText('Accepted, as far as DNS decides').first()).toBeVisible();
    await page.locator('summary').evaluateAll((all) => {
      for (const summary of all) (summary.parentElement as HTMLDetailsElement).open = true;
    });
    await look(page, 'manual unfolded');
    await page.getByRole('button', { name: 'Hand over' }).click();
    await expect(page.getByLabel('Preview')).toBeVisible();
    await look(page, 'hand over');
    await closeSheet(page);
    for (const [words, name] of [
      ['edit the record templates', 'templates'],
      ['change the passphrase', 'passphrase'],
      ['rename', 'rename'],
      ['vault vault', 'vault'],
    ] as const) {
      await command(page, words);
      await expect(page.getByRole('dialog')).toBeVisible();
      await look(page, name);
      await closeSheet(page);
    }
    for (const name of ['Changes', 'Schedule']) {
      await page.getByRole('button', { name, exact: true }).click();
      await expect(page.getByRole('dialog')).toBeVisible();
      await look(page, name);
      await closeSheet(page);
    }
    await page.keyboard.press('Control+k');
    await expect(page.getByRole('dialog').getByRole('option').first()).toBeVisible();
    await look(page, 'palette');
    expect(problems).toEqual([]);
  });
}

test('the palette leads to the deny-list check and to the support bundle, from any tab', async ({ page, own }) => {
  await own.open(page);
  await connectPractice(page);
  const list = page.getByLabel('Deny list', { exact: true });
  for (const tab of ['Sender domains', 'Responses'] as const) {
    await openTab(page, tab);
    await command(page, 'deny list');
    await expect(page.getByRole('dialog')).toBeHidden();
    await expect(list).toBeFocused();
  }
  await page.keyboard.type('127.0.0.0/8');
  await command(page, 'deny list');
  await expect(page.getByText(/known address(es)? (is )?caught/)).toBeVisible();
  await command(page, 'support bundle');
  await expect(page.getByRole('region', { name: 'Preview of the support bundle' })).toBeInViewport();
});

test('at 200 % zoom of the smallest window, and in forced colours, nothing is cut off', async ({ page, own }) => {
  await page.setViewportSize({ width: 450, height: 300 });
  await page.emulateMedia({ forcedColors: 'active', reducedMotion: 'reduce' });
  await own.open(page);
  await connectPractice(page);
  for (const tab of TABS) {
    await openTab(page, tab);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow, tab).toBeLessThanOrEqual(0);
    await page.screenshot({ path: `test-results/views/zoomed-${tab}.png` });
  }
  await openTab(page, 'Sender domains');
  await page.getByRole('button', { name: 'Configure' }).click();
  await expect(page.getByRole('button', { name: 'Save', exact: true })).toBeInViewport();
  await page.screenshot({ path: 'test-results/views/zoomed-configure.png' });
});

test('the list is printed as a report, and nothing else of the window', async ({ page, own }) => {
  await own.open(page);
  await connectPractice(page);
  await openTab(page, 'Sender domains');
  // Chromium without a screen has no print dialogue: printing is noted, and the report stays for the picture.
  await page.evaluate(() => {
    window.print = () => document.body.setAttribute('data-printed', 'yes');
  });
  await page.getByRole('button', { name: 'More for the list' }).click();
  await page.getByRole('menuitem', { name: 'Print' }).click();
  await expect(page.locator('body')).toHaveAttribute('data-printed', 'yes');
  await page.emulateMedia({ media: 'print' });
  const report = page.getByRole('region', { name: 'Report for printing' });
  await expect(report.getByRole('row')).toHaveCount(2);
  await expect(report.getByRole('cell', { name: 'news.example.com' })).toBeVisible();
  await expect(page.getByRole('tab', { name: 'Sender domains' })).toBeHidden();
  await page.screenshot({ path: 'test-results/views/printed-report.png' });
  await page.evaluate(() => window.dispatchEvent(new Event('afterprint')));
  await expect(report).toHaveCount(0);
});

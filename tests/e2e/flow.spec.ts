import type { Page } from '@playwright/test';
import { expect } from '@playwright/test';
import { skipWithoutBrowser } from '../support/browser.ts';
import { test } from './own-console.ts';
import { command, connectPractice, held, startOffline } from './walk.ts';

/** Nothing that was begun is lost on the way, and the focus and the keys stay with whoever works. */

skipWithoutBrowser();

const addDomains = async (page: Page, ...names: readonly string[]) => {
  await page.getByRole('button', { name: 'Add domains' }).click();
  await page.getByLabel('Domains', { exact: true }).fill(names.join('\n'));
  await page.getByRole('button', { name: 'Preview' }).click();
  await page.getByRole('button', { name: `Add ${names.length} domain` }).click();
  await expect(page.getByRole('dialog')).toBeHidden();
};

/** Where the focus is: the name of the element, or `body` where it was lost. */
const focused = (page: Page) =>
  page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.tagName ?? 'none');

test('the open domain is still open after a look at another view', async ({ page, own }) => {
  await startOffline(page, own, 'first.example.com');
  await addDomains(page, 'second.example.com', 'third.example.com');
  await page.getByRole('rowheader', { name: 'third.example.com' }).click();
  const heading = page.getByRole('heading', { name: 'third.example.com', level: 2 });
  await expect(heading).toBeVisible();
  await page.getByRole('tab', { name: 'Activity' }).click();
  await page.getByRole('tab', { name: 'Sender domains' }).click();
  await expect(heading).toBeVisible();
});

test('a view that is left can be saved on the way, and stays where that fails', async ({ page, own }) => {
  await startOffline(page, own, 'first.example.com');
  await page.getByRole('tab', { name: 'General settings' }).click();
  const url = page.getByLabel('Cloud services connection URL');
  const question = page.getByRole('dialog', { name: 'Leave without saving?' });
  await url.fill('https://');
  await page.getByRole('tab', { name: 'Activity' }).click();
  await question.getByRole('button', { name: 'Save and leave' }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await expect(url).toHaveValue('https://');
  await url.fill('https://service.example.com');
  await page.getByRole('tab', { name: 'Activity' }).click();
  await question.getByRole('button', { name: 'Save and leave' }).click();
  await expect(page.getByRole('tab', { name: 'Activity' })).toHaveAttribute('aria-selected', 'true');
  await page.getByRole('tab', { name: 'General settings' }).click();
  await expect(url).toHaveValue('https://service.example.com');
  await expect(page.getByRole('region', { name: 'Unsaved changes' })).toBeHidden();
});

test('a sheet asks before it throws a pasted text away, and gives the focus back', async ({ page, own }) => {
  await startOffline(page, own, 'first.example.com');
  await page.getByRole('button', { name: 'Configure' }).click();
  await expect(page.getByLabel('What is published today')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  await page.getByRole('button', { name: 'Configure' }).click();
  const zone = page.getByLabel('What is published today');
  await zone.fill('@ 60 IN TXT "v=spf1 -all"');
  await page.keyboard.press('Escape');
  await expect(page.getByText('What you typed is not saved.')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(zone).toBeFocused();
  // The palette would lead away as well.
  await page.keyboard.press('Control+k');
  await page.keyboard.press('Control+k');
  await page.getByRole('button', { name: 'Keep editing' }).press('Enter');
  await expect(zone).toBeFocused();
  await page.mouse.click(4, 4);
  await page.getByRole('button', { name: 'Keep editing' }).click();
  await expect(zone).toHaveValue('@ 60 IN TXT "v=spf1 -all"');
  await page.getByRole('button', { name: 'Close', exact: true }).click();
  await page.getByRole('button', { name: 'Close without saving' }).click();
  await expect(page.getByRole('dialog')).toBeHidden();
});

test('what is answered late does not close what was opened since, and fails in sight', { tag: '@browser' }, async ({
  page,
  own,
}) => {
  await startOffline(page, own, 'first.example.com');
  await command(page, 'new workspace');
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Other');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Other' })).toBeVisible();
  const rename = async (name: string) => {
    await command(page, 'rename');
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill(name);
    const answer = await held(page, 'workspaces/rename');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Command' }).fill('typed on');
    await answer();
    await expect(page.getByRole('combobox', { name: 'Command' })).toHaveValue('typed on');
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toBeHidden();
  };
  await rename('Renamed');
  await expect(page.getByRole('heading', { name: 'Renamed' })).toBeVisible();
  await expect(page.getByRole('alert')).toBeHidden();
  await rename('Acme');
  await expect(page.getByRole('alert')).toContainText('Acme');
});

test('who has gone on by the time of an answer is not led back, and what was typed since is not thrown away', {
  tag: '@browser',
}, async ({ page, own }) => {
  await startOffline(page, own, 'first.example.com');
  const tested = await held(page, 'probes/connection', 'answer');
  await command(page, 'test connection');
  await expect(page.getByRole('tab', { name: 'General settings' })).toHaveAttribute('aria-selected', 'true');
  const activity = page.getByRole('tab', { name: 'Activity' });
  await activity.click();
  await tested();
  await expect(activity).toHaveAttribute('aria-selected', 'true');

  await page.getByRole('tab', { name: 'Sender domains' }).click();
  await page.getByRole('button', { name: 'Add domains' }).click();
  const list = page.getByLabel('Domains', { exact: true });
  await list.fill('second.example.com');
  const added = await held(page, 'domains/add', 'answer');
  const asked = page.waitForRequest('**/rpc/domains/add');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await asked;
  await expect(page.getByRole('button', { name: 'Add 1 domain' })).toHaveAttribute('data-running');
  await list.fill('third.example.com');
  await added();
  await expect(page.getByRole('rowheader', { name: 'second.example.com', includeHidden: true })).toBeAttached();
  await expect(list).toHaveValue('third.example.com');
});

test('what is pressed while something else is being saved is saved after it', { tag: '@browser' }, async ({
  page,
  own,
}) => {
  await startOffline(page, own, 'first.example.com');
  await page.getByRole('tab', { name: 'Monitoring' }).click();
  const enabled = page.getByRole('switch', { name: /^Enable monitoring/ });
  const cloud = page.getByRole('radio', { name: 'Cloud' });
  const saved = await held(page, 'settings/save');
  await enabled.press('Space');
  await cloud.press('Space');
  await saved();
  await expect(enabled).toBeChecked();
  await expect(cloud).toBeChecked();
  await expect(page.getByRole('alert')).toBeHidden();
});

test('what goes away with its deed leaves the focus near it', async ({ page, own }) => {
  await own.open(page);
  await connectPractice(page);
  for (const name of ['Replace API key', 'Keep the old one']) {
    await page.getByRole('button', { name }).press('Enter');
    await expect.poll(() => focused(page)).not.toBe('BODY');
  }
  await page.getByLabel('Address for DMARC reports').fill('dmarc@example.com');
  await page.getByRole('button', { name: 'Save', exact: true }).press('Enter');
  await expect(page.getByRole('region', { name: 'Unsaved changes' })).toBeHidden();
  await expect.poll(() => focused(page)).not.toBe('BODY');
  const probe = page.getByRole('button', { name: 'Test connection' });
  await probe.press('Enter');
  await expect(page.getByText('Connection active').first()).toBeVisible();
  await expect(probe).toBeFocused();
});

test('F1 and the question mark show the keys, Ctrl F leads to the search', async ({ page, own }) => {
  await startOffline(page, own, 'first.example.com');
  const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  for (const key of ['F1', '?']) {
    await page.getByRole('tab', { name: 'Sender domains' }).focus();
    await page.keyboard.press(key);
    await expect(sheet).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(sheet).toBeHidden();
  }
  await page.keyboard.press('Control+f');
  const search = page.getByRole('searchbox', { name: 'Find a domain' });
  await expect(search).toBeFocused();
  await page.keyboard.type('?');
  await expect(search).toHaveValue('?');
  await expect(sheet).toBeHidden();
  await page.getByRole('tab', { name: 'General settings' }).click();
  await page.keyboard.press('Control+f');
  await expect(page.getByRole('combobox', { name: 'Command' })).toBeFocused();
});

test('the palette finds settings, domains and help by the words that people use', async ({ page, own }) => {
  await startOffline(page, own, 'first.example.com');
  await page.getByRole('tab', { name: 'Activity' }).click();
  await page.reload();
  await expect(page.getByRole('tab', { name: 'Activity' })).toBeVisible();
  for (const word of ['help', 'backup', 'provider', 'shortcut', 'resolver', 'certificate']) {
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Command' }).fill(word);
    await expect(page.getByRole('option').first()).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toBeHidden();
  }
  await command(page, 'extra ca');
  await expect(page.getByLabel('Extra CA certificates')).toBeFocused();
  await page.getByRole('tab', { name: 'Activity' }).click();
  await page.reload();
  await expect(page.getByRole('tab', { name: 'Activity' })).toBeVisible();
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Command' }).fill('first.exa');
  await page.getByRole('option', { name: 'first.example.com' }).click();
  await expect(page.getByRole('heading', { name: 'first.example.com', level: 2 })).toBeVisible();
});

test('a connection that works shows what comes next, and leads there', async ({ page, own }) => {
  await own.open(page);
  await page.getByRole('button', { name: 'Try it with a practice service' }).click();
  const steps = page.getByRole('region', { name: 'Next steps' });
  await expect(page.getByRole('button', { name: 'Fill in the practice values' })).toBeVisible();
  await expect(steps).toBeHidden();
  await connectPractice(page, 'begun');
  await expect(steps.getByText('1 of 4 done')).toBeVisible();
  await steps.getByRole('button', { name: 'Open Responses' }).click();
  await page.getByRole('button', { name: 'Test the address' }).click();
  // Leaving the view would end the test.
  await expect(
    page
      .getByRole('status')
      .getByText(/^Passed/)
      .first(),
  ).toBeVisible();
  await page.getByRole('tab', { name: 'General settings' }).click();
  await expect(steps.getByText('2 of 4 done')).toBeVisible();
  await steps.scrollIntoViewIfNeeded();
  await page.screenshot({ path: 'test-results/views/next-steps.png' });
});

test('the coverage counts what is in use, and leads to a part of the list', async ({ page, own }) => {
  await startOffline(page, own, 'first.example.com');
  await addDomains(page, 'second.example.com', 'third.example.com');
  await expect(page.getByRole('row')).toHaveCount(4);
  const coverage = page.locator('summary', { hasText: '3 in use' });
  await expect(coverage).toContainText('3 unknown');
  await coverage.click();
  const figures = page.getByRole('table').filter({ hasText: 'Verdict' });
  await expect(figures.getByRole('row', { name: 'Unknown 3' })).toBeVisible();
  await expect(figures.getByRole('row', { name: /^Verified/ })).toHaveCount(0);
  await page.screenshot({ path: 'test-results/views/coverage.png' });
  const show = page.getByRole('combobox', { name: 'Show' });
  await figures.getByRole('button', { name: 'Unknown' }).click();
  await expect(show).toHaveValue('unknown');
  await expect(page.getByRole('grid')).toHaveAttribute('aria-rowcount', '4');
  await show.selectOption('Elastic Email');
  await expect(page.getByRole('grid')).toHaveAttribute('aria-rowcount', '2');
  await show.selectOption('Changed in 24 hours');
  await expect(page.getByText('No domain matches the filter.')).toBeVisible();
});

test('selected domains are published in the practice zone together, and practice begins anew', async ({
  page,
  own,
}) => {
  await own.open(page);
  await connectPractice(page);
  await page.getByRole('tab', { name: 'Sender domains' }).click();
  await page.getByRole('button', { name: 'Use the practice value' }).click();
  await page.getByRole('button', { name: 'Save the value' }).click();
  await expect(page.getByText('api._domainkey.news', { exact: true })).toBeVisible();
  await addDomains(page, 'shop.example.com');
  const verdictOf = (name: string) => page.getByRole('row', { name });
  await expect(verdictOf('shop.example.com')).toBeVisible();
  await page.getByRole('checkbox', { name: 'Select all' }).click();
  await page.getByRole('button', { name: 'More for the list' }).click();
  await page.getByRole('menuitem', { name: 'Publish selected in the practice zone' }).click();
  await expect(verdictOf('news.example.com')).toContainText('Verified');
  await expect(verdictOf('shop.example.com').getByRole('gridcell', { name: 'Verified' }).first()).toBeVisible();
  await page.getByRole('tab', { name: 'General settings' }).click();
  await page.getByRole('button', { name: 'Reset practice' }).click();
  await page.getByRole('tab', { name: 'Sender domains' }).click();
  await expect(verdictOf('news.example.com')).toContainText('Unknown');
  await page
    .getByRole('button', { name: /^Verify/ })
    .first()
    .click();
  // As on the first day: nothing is broken, all is yet to be done.
  await expect(verdictOf('news.example.com').getByText('To do').first()).toBeVisible();
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('a sheet about a long name is as wide as a small window at 200 %, and no wider', async ({ page, own }) => {
  const name = `${'a-name-as-long-as-few-are-'.repeat(3).slice(0, 60)}x.${'y'.repeat(25)}.example.com`;
  await startOffline(page, own, name);
  await page.setViewportSize({ width: 450, height: 400 });
  for (const button of ['Hand over', 'Configure']) {
    await page.getByRole('button', { name: button, exact: true }).click();
    const dialog = page.getByRole('dialog');
    await expect(dialog.getByRole('button', { name: /^Save/ })).toBeVisible();
    const wide = await dialog.evaluate((sheet) =>
      [sheet, ...sheet.querySelectorAll('*')]
        .filter((each) => each.getBoundingClientRect().right > window.innerWidth)
        .map((each) => each.outerHTML.slice(0, 120)),
    );
    expect(wide, button).toEqual([]);
    await page.screenshot({ path: `test-results/views/long-name-${button.replace(' ', '-')}.png` });
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
  }
});

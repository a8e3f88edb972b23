import { expect, test } from '@playwright/test';
import type { Page } from '@playwright/test';
import { addDomains, leaveUnsaved, makeWorkspace, ownDesk, urlField } from '../../support/desktop.ts';

/** Links from outside: `sendwright://domain/NAME` opens a domain, and nothing else is taken. */

const desk = ownDesk();

const link = (name: string) => `sendwright://domain/${name}`;
const manualOf = (page: Page, name: string) => page.getByRole('heading', { name, level: 2 });

async function newWorkspace(page: Page, name: string, ...domains: readonly string[]): Promise<void> {
  await page.getByRole('button', { name: 'New workspace' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill(name);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name, level: 1 })).toBeVisible();
  await addDomains(page, ...domains);
}

async function second(...args: readonly string[]): Promise<void> {
  const start = desk.start({ args });
  expect(await start.exited).toBe(0);
}

test('a link opens its domain in the window that is there, and asks for the workspace where several have it', async () => {
  const desktop = desk.start();
  const page = await desktop.page();
  await makeWorkspace(page, 'Acme');
  await addDomains(page, 'alpha.example', 'bücher.example', 'shared.example');
  await newWorkspace(page, 'Other', 'beta.example', 'shared.example');

  // However the name is written, and into the workspace that has it.
  await second(link('B%C3%9CCHER.example.'));
  await expect(page.getByRole('heading', { name: 'Acme', level: 1 })).toBeVisible();
  await expect(manualOf(page, 'bücher.example')).toBeVisible();
  await second(link('beta.example'));
  await expect(page.getByRole('heading', { name: 'Other', level: 1 })).toBeVisible();
  await expect(manualOf(page, 'beta.example')).toBeVisible();
  await expect(page.getByRole('alert')).toBeHidden();

  await second(link('shared.example'));
  const sheet = page.getByRole('dialog', { name: 'Show shared.example' });
  await page.screenshot({ path: 'test-results/link-sheet.png' });
  await sheet.getByRole('button', { name: 'Acme' }).click();
  await expect(page.getByRole('heading', { name: 'Acme', level: 1 })).toBeVisible();
  await expect(manualOf(page, 'shared.example')).toBeVisible();

  await second(link('nowhere.example'));
  await expect(page.getByRole('alert')).toContainText('No workspace has nowhere.example');
  await second('sendwright://domain/');
  await expect(page.getByRole('alert')).toContainText('A link that can’t be read');
  await page.getByRole('button', { name: 'Close the message' }).click();
  // The window's own pages are not for others to open.
  await second('sendwright://console/?x=1#settings');
  expect(await desktop.window()).toMatchObject({ url: 'sendwright://console/' });
  await expect(page.getByRole('alert')).toBeHidden();
  await expect(manualOf(page, 'shared.example')).toBeVisible();
});

test('a link waits for what is being typed, and asks before something unsaved is left', async () => {
  const desktop = desk.start();
  const page = await desktop.page();
  await makeWorkspace(page);
  await addDomains(page, 'alpha.example', 'beta.example');
  await page.getByRole('button', { name: 'Add domains' }).click();
  await page.getByLabel('Domains', { exact: true }).fill('half-typed.example');
  await second(link('beta.example'));
  await expect(page.getByLabel('Domains', { exact: true })).toHaveValue('half-typed.example');
  await page.keyboard.press('Escape');
  await expect(manualOf(page, 'beta.example')).toBeVisible();

  await page.getByRole('tab', { name: 'General settings' }).click();
  await leaveUnsaved(page);
  await second(link('alpha.example'));
  await page.getByRole('dialog').getByRole('button', { name: 'Stay' }).click();
  await expect(urlField(page)).toHaveValue('https://half-typed.example.com');
  await second(link('alpha.example'));
  await page.getByRole('dialog').getByRole('button', { name: 'Leave without saving' }).click();
  await expect(manualOf(page, 'alpha.example')).toBeVisible();
});

test('a link may be what starts the console, on macOS by an event before it is ready', async () => {
  const first = desk.start();
  const page = await first.page();
  await makeWorkspace(page);
  await addDomains(page, 'alpha.example', 'beta.example');
  await first.quit();
  expect(await first.exited).toBe(0);
  const again = desk.start({ args: ['--', link('beta.example')] });
  await expect(manualOf(await again.page(), 'beta.example')).toBeVisible();
  await again.quit();
  expect(await again.exited).toBe(0);

  const onMac = desk.start({ platform: 'darwin', delays: { safeStorage: 500 } });
  await onMac.happened('ready');
  await onMac.openUrl(link('beta.example'));
  await expect(manualOf(await onMac.page(), 'beta.example')).toBeVisible();
  await onMac.openUrl(link('alpha.example'));
  await expect(manualOf(await onMac.page(), 'alpha.example')).toBeVisible();
});

import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from '@playwright/test';
import { buildRenderer } from '../../build/renderer.ts';
import { skipWithoutBrowser } from '../support/browser.ts';
import type { RunningConsole } from '../support/console.ts';
import { removeFolder, startConsole } from '../support/console.ts';

/** Steps that several browser tests take, and what holds of everything that is shown. */

export const PASSPHRASE = 'correct horse battery staple';

/** A console of its own for each test of a file, on an empty data folder. A test that starts it again puts the new one here. */
export function ownConsole(): { desk: RunningConsole } {
  const own = {} as { desk: RunningConsole };
  skipWithoutBrowser();
  test.beforeAll(async () => {
    await buildRenderer();
  });
  test.beforeEach(async () => {
    own.desk = await startConsole();
  });
  test.afterEach(async () => {
    await own.desk.stop();
    await removeFolder(own.desk.dataFolder);
  });
  return own;
}

/** Fails the test for any script error and any violation of the content security policy. */
export function watch(page: Page): string[] {
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && /Content Security Policy|Uncaught/.test(message.text()))
      problems.push(message.text());
  });
  return problems;
}

async function protectSecrets(page: Page): Promise<void> {
  await page.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE);
  await page.getByLabel('Passphrase again').fill(PASSPHRASE);
  await page.getByRole('button', { name: 'Protect secrets' }).click();
  await expect(page.getByRole('button', { name: 'Vault: Protected' })).toBeVisible();
}

/** From the first window to a practice workspace that is connected. */
export async function connectPractice(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Try it with a practice service' }).click();
  await page.getByRole('button', { name: 'Fill in the practice values' }).click();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await protectSecrets(page);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByRole('region', { name: 'Unsaved changes' })).toBeHidden();
  await page.getByRole('button', { name: 'Test connection' }).click();
  await expect(page.getByText('Connection active').first()).toBeVisible();
}

/** Axe finds nothing, and nothing is wider than the window. */
export async function expectSound(page: Page, where: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const told = violations.map(
    ({ id, nodes }) => `${where}: ${id} ${nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`,
  );
  expect(told).toEqual([]);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(overflow, `${where} is wider than the window`).toBeLessThanOrEqual(0);
}

/** A workspace without a network: what an administrator has who prepares records for somebody else. */
export async function startOffline(page: Page, address: string, domain: string): Promise<void> {
  await page.goto(address);
  await page.getByRole('button', { name: 'Connect my service' }).click();
  await page.getByLabel('Name').fill('Acme');
  await page.keyboard.press('Enter');
  await page.getByRole('tab', { name: 'Sender domains' }).click();
  await page.getByRole('button', { name: 'Add domains' }).click();
  await page.getByLabel('Domains', { exact: true }).fill(domain);
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.getByRole('heading', { name: domain, level: 2 })).toBeVisible();
}

export async function pasteZone(page: Page, zone: string): Promise<void> {
  await page.getByRole('button', { name: 'Configure' }).click();
  await page.getByLabel('What is published today').fill(zone);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByRole('dialog')).toBeHidden();
}

/** Opens the palette, types and runs what comes first. */
export async function command(page: Page, text: string): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Command' }).fill(text);
  await page.keyboard.press('Enter');
}

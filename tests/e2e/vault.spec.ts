import type { Page } from '@playwright/test';
import { expect, test } from '@playwright/test';
import { openTestCore } from '../support/core.ts';
import { KeychainDouble } from '../support/keychain.ts';
import { startConsole } from '../support/console.ts';
import { expectSound, held, ownConsole, watch } from './walk.ts';

/** The vault in the browser window: first passphrase, locked, forgotten, sealed by a keychain that is not here. */

const own = ownConsole();
const PASSPHRASE = 'correct horse battery';
const NEXT = 'staple under the bridge';

async function connectService(page: Page): Promise<void> {
  await page.goto(own.desk.address);
  await page.getByRole('button', { name: 'Connect my service' }).click();
  await page.getByLabel('Name').fill('Acme');
  await page.keyboard.press('Enter');
  await expect(page.getByLabel('Cloud services connection URL')).toBeVisible();
}

async function choose(page: Page, label: 'Passphrase' | 'New passphrase', passphrase: string): Promise<void> {
  await page.getByLabel(label, { exact: true }).fill(passphrase);
  await page.getByLabel(`${label} again`).fill(passphrase);
}

const vaultButton = (page: Page, word: string) => page.getByRole('button', { name: `Vault: ${word}`, exact: true });
const unsaved = (page: Page) => page.getByRole('region', { name: 'Unsaved changes' });
const sheet = (page: Page) => page.getByRole('dialog');

/** Saves an API key, choosing the passphrase on the way. */
async function sealKey(page: Page): Promise<void> {
  await page.getByLabel('API key').fill('api-key-of-many-letters');
  await page.keyboard.press('Control+s');
  await choose(page, 'Passphrase', PASSPHRASE);
  await page.getByRole('button', { name: 'Protect secrets' }).click();
  await expect(page.getByText('ends in ters')).toBeVisible();
}

/** The console again on the same folder, in a new page. */
async function startAgain(page: Page): Promise<void> {
  const { dataFolder } = own.desk;
  await own.desk.stop();
  own.desk = await startConsole(dataFolder);
  await page.goto('about:blank');
  await page.goto(own.desk.address);
}

test('saving keys asks once how they are protected, without a word of failure, and then saves', async ({ page }) => {
  const problems = watch(page);
  await connectService(page);
  await page.getByLabel('API key').fill('api-key-of-many-letters');
  await page.keyboard.press('Control+s');
  await expect(sheet(page)).toContainText('continues afterwards');
  await expect(page.getByRole('alert').filter({ visible: true })).toHaveCount(0);
  await expectSound(page, 'first passphrase');
  // Closed instead, everything is as it was, and the next time saves as well.
  await page.keyboard.press('Escape');
  await expect(sheet(page)).toBeHidden();
  await expect(unsaved(page)).toBeVisible();
  await page.keyboard.press('Control+s');
  await choose(page, 'Passphrase', PASSPHRASE);
  await page.keyboard.press('Enter');
  await expect(unsaved(page)).toBeHidden();
  await expect(sheet(page)).toBeHidden();
  await expect(page.getByText('ends in ters')).toBeVisible();
  await expect(vaultButton(page, 'Protected')).toBeVisible();
  expect(problems).toEqual([]);
});

test('a wrong passphrase keeps the focus in the sheet, Escape closes it, and further ones have to wait', async ({
  page,
}) => {
  await connectService(page);
  await sealKey(page);
  await vaultButton(page, 'Protected').click();
  await page.getByRole('button', { name: 'Lock now' }).click();
  await vaultButton(page, 'Locked').click();
  const field = page.getByLabel('Passphrase', { exact: true });
  await expect(field).toBeFocused();
  await field.fill('wrong horse');
  await page.getByRole('button', { name: 'Unlock', exact: true }).click();
  await expect(sheet(page)).toContainText('does not open this vault');
  await expect(page.getByRole('button', { name: 'Unlock', exact: true })).toBeFocused();
  await expectSound(page, 'wrong passphrase');
  await page.keyboard.press('Escape');
  await expect(sheet(page)).toBeHidden();

  await vaultButton(page, 'Locked').click();
  for (const attempt of [2, 3]) {
    await field.fill(`wrong horse ${attempt}`);
    await page.keyboard.press('Enter');
    await expect(field).toHaveAttribute('aria-invalid', 'true');
    await expect(sheet(page)).toContainText('does not open this vault');
    await expect(page.locator('[data-running]')).toHaveCount(0);
  }
  await field.fill(PASSPHRASE);
  await page.keyboard.press('Enter');
  await expect(sheet(page)).toContainText('3 wrong passphrases');
  // What was typed stays; pressed again later it counts.
  await expect(async () => {
    // Once the sheet is closed the button of the vault has the focus, and would open it again.
    if (await field.isVisible()) await field.press('Enter', { timeout: 1000 });
    await expect(vaultButton(page, 'Protected')).toBeVisible({ timeout: 2000 });
  }).toPass();
  await page.getByRole('tab', { name: 'Activity' }).click();
  await expect(page.getByText('Wrong passphrase for the vault').first()).toBeVisible();
  await expect(page.getByText('3 in a row')).toBeVisible();
  await expect(page.getByText('Vault unlocked').first()).toBeVisible();
});

test('the vault that an event has opened is answered for late: the sheet that is open by then stays', async ({
  page,
}) => {
  await connectService(page);
  const answer = await held(page, 'vault/create', 'answer');
  await sealKey(page);
  await vaultButton(page, 'Protected').click();
  await page.getByRole('button', { name: 'Change the passphrase' }).click();
  await page.getByLabel('Current passphrase').fill(PASSPHRASE);
  await answer();
  await expect(page.getByLabel('Current passphrase')).toHaveValue(PASSPHRASE);
});

test('the passphrase is changed, and the old one opens nothing any more', async ({ page }) => {
  await connectService(page);
  await sealKey(page);
  await vaultButton(page, 'Protected').click();
  await page.getByRole('button', { name: 'Change the passphrase' }).click();
  await page.getByLabel('Current passphrase').fill('wrong horse');
  await choose(page, 'New passphrase', NEXT);
  await page.keyboard.press('Enter');
  await expect(page.getByLabel('Current passphrase')).toHaveAttribute('aria-invalid', 'true');
  await expectSound(page, 'change of passphrase');
  await page.getByLabel('Current passphrase').fill(PASSPHRASE);
  await page.keyboard.press('Enter');
  await expect(sheet(page)).toBeHidden();
  await expect(page.getByText('ends in ters')).toBeVisible();
  await startAgain(page);
  await vaultButton(page, 'Locked').click();
  await page.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE);
  await page.keyboard.press('Enter');
  await expect(sheet(page)).toContainText('does not open this vault');
  await page.getByLabel('Passphrase', { exact: true }).fill(NEXT);
  await page.keyboard.press('Enter');
  await expect(vaultButton(page, 'Protected')).toBeVisible();
});

test('a forgotten passphrase: begun anew, entered again or brought back', async ({ page }) => {
  const problems = watch(page);
  await connectService(page);
  await sealKey(page);
  await page.getByLabel('Auth key').fill('auth-key-of-many-words');
  await page.keyboard.press('Control+s');
  await expect(page.getByText('ends in ords')).toBeVisible();
  await startAgain(page);
  // What needs the vault asks for it, and goes on after it was begun anew.
  await page.getByRole('button', { name: 'Replace API key' }).click();
  await page.getByLabel('API key').fill('another-key-with-end-anew');
  await page.keyboard.press('Control+s');
  await expect(sheet(page)).toContainText('What you were doing continues');
  await sheet(page).getByRole('button', { name: 'Reset vault' }).click();
  await expect(sheet(page)).toContainText('2 keys of the service, sealed as now');
  await expect(sheet(page)).toContainText('To be entered again');
  await expectSound(page, 'vault reset');
  await choose(page, 'New passphrase', NEXT);
  await page.keyboard.press('Enter');
  await expect(page.getByText('ends in anew')).toBeVisible();
  await expect(vaultButton(page, 'Protected, 1 to re-enter')).toBeVisible();
  await expect(page.getByText('It is kept sealed; entering it again replaces it.')).toBeVisible();

  await vaultButton(page, 'Protected, 1 to re-enter').click();
  await expect(sheet(page)).toContainText('To be entered again: 1 key of the service');
  await expectSound(page, 'something waits');
  await page.getByRole('button', { name: 'Open them with the earlier passphrase' }).click();
  await page.getByLabel('Earlier passphrase').fill(PASSPHRASE);
  await page.keyboard.press('Enter');
  await expect(vaultButton(page, 'Protected')).toBeVisible();
  await expect(page.getByText('ends in ords')).toBeVisible();
  await expect(page.getByText('ends in anew')).toBeVisible();
  await page.getByRole('tab', { name: 'Activity' }).click();
  await expect(page.getByText('1 secret came back')).toBeVisible();
  await expect(page.getByText('Vault reset', { exact: true })).toBeVisible();
  expect(problems).toEqual([]);
});

test('what the desktop program’s keychain sealed: the browser says so, and offers what works here', async ({
  page,
}) => {
  await connectService(page);
  const { dataFolder } = own.desk;
  await own.desk.stop();
  const desktop = await openTestCore(dataFolder, { keychain: new KeychainDouble().port, host: 'electron' });
  const apiKey = { do: 'set' as const, value: 'api-key-of-many-letters' };
  const [workspace] = (await desktop.client.state.snapshot({})).workspaces;
  await desktop.client.settings.save({ workspaceId: workspace?.id ?? 0, revision: 0, fields: {}, apiKey });
  await desktop.close();
  own.desk = await startConsole(dataFolder);
  await page.goto('about:blank');
  await page.goto(own.desk.address);
  await vaultButton(page, 'Re-enter').click();
  await expect(sheet(page)).toContainText('which this program can’t ask');
  await expect(page.getByLabel('Passphrase', { exact: true })).toHaveCount(0);
  await expect(sheet(page).getByRole('button', { name: /keychain|Unlock/ })).toHaveCount(0);
  await expectSound(page, 'sealed elsewhere');
  await sheet(page).getByRole('button', { name: 'This session only' }).click();
  await expect(vaultButton(page, 'This session only')).toBeVisible();
});

test('after how long without work the vault is locked is chosen in its sheet, and kept', async ({ page }) => {
  await connectService(page);
  await sealKey(page);
  await vaultButton(page, 'Protected').click();
  await page.getByRole('button', { name: /Lock when idle/ }).click();
  await page.getByRole('option', { name: 'After 15 minutes' }).click();
  await expect(page.getByRole('button', { name: /After 15 minutes/ })).toBeVisible();
  await expectSound(page, 'vault with a time');
  await page.keyboard.press('Escape');
  await vaultButton(page, 'Protected').click();
  await expect(page.getByRole('button', { name: /After 15 minutes/ })).toBeVisible();
});

test('seals everything under a new key, by keyboard, and refuses a wrong passphrase beside its field', async ({
  page,
}) => {
  const problems = watch(page);
  await connectService(page);
  await sealKey(page);
  await vaultButton(page, 'Protected').click();
  await page.getByRole('button', { name: 'New key' }).press('Enter');
  await page.getByLabel('Passphrase', { exact: true }).fill('another passphrase');
  await page.keyboard.press('Enter');
  await expect(sheet(page)).toContainText('does not open');
  await expectSound(page, 'new key');
  await page.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE);
  await page.keyboard.press('Enter');
  await expect(page.getByText('Everything is sealed under a new key')).toBeVisible();
  await page.getByRole('tab', { name: 'Activity' }).click();
  await expect(page.getByText('The vault has a new key')).toBeVisible();
  expect(problems.filter((problem) => !problem.includes('403'))).toEqual([]);
});

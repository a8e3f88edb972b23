import type { Page } from '@playwright/test';
import { expect, test } from '@playwright/test';
import { cp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { cli } from '../../support/cli.ts';
import { makeWorkspace, ownDesk, quitDesktop } from '../../support/desktop.ts';
import { expectSound } from '../walk.ts';

/** The vault in the desktop program, in every state of the system's keychain. */

const desk = ownDesk();
const PASSPHRASE = 'correct horse battery';

const vault = (page: Page, word: string) => page.getByRole('button', { name: `Vault: ${word}`, exact: true });
const sheet = (page: Page) => page.getByRole('dialog');
const press = (page: Page, name: string) => sheet(page).getByRole('button', { name, exact: true }).click();

/** Saves an API key, its vault being open. */
async function saveKey(page: Page, key = 'api-key-of-many-letters'): Promise<void> {
  await page.getByLabel('API key').fill(key);
  await page.keyboard.press('Control+s');
  await expect(page.getByText(`ends in ${key.slice(-4)}`)).toBeVisible();
}

async function choosePassphrase(page: Page): Promise<void> {
  await page.getByLabel('New passphrase', { exact: true }).fill(PASSPHRASE);
  await page.getByLabel('New passphrase again').fill(PASSPHRASE);
  await page.keyboard.press('Enter');
  await expect(sheet(page)).toBeHidden();
}

test('is locked and opened again by the keychain, as often as one likes', async () => {
  const desktop = desk.start();
  const page = await desktop.page();
  await makeWorkspace(page);
  await expect(vault(page, 'Protected')).toBeVisible();
  await saveKey(page);
  for (let round = 0; round < 2; round += 1) {
    await vault(page, 'Protected').click();
    await press(page, 'Lock now');
    await expect(page.getByText('Set, locked')).toBeVisible();
    await vault(page, 'Locked').click();
    await expectSound(page, 'locked');
    await press(page, 'Unlock with the system keychain');
    await expect(vault(page, 'Protected')).toBeVisible();
    await expect(page.getByText('Set · ends in ters')).toBeVisible();
  }
  // Locked, it takes a new key all the same: the vault is asked for, and the key saved then.
  await vault(page, 'Protected').click();
  await press(page, 'Lock now');
  await page.getByRole('button', { name: 'Replace API key' }).click();
  await page.getByLabel('API key').fill('another-key-with-end-anew');
  await page.keyboard.press('Control+s');
  await press(page, 'Unlock with the system keychain');
  await expect(page.getByText('ends in anew')).toBeVisible();
  expect(await quitDesktop(desktop)).toBe(0);
});

test('a keychain that is lost: begun anew, entered again, and back with the old keychain', async () => {
  const first = desk.start();
  const page = await first.page();
  await makeWorkspace(page);
  await saveKey(page);
  expect(await quitDesktop(first)).toBe(0);
  const keychain = path.join(desk.home, 'keychain');
  await cp(keychain, `${keychain}-old`, { recursive: true });
  await rm(keychain, { recursive: true });

  const moved = desk.start();
  const there = await moved.page();
  await vault(there, 'Re-enter').click();
  await expect(sheet(there)).toContainText('was reset, or the data folder comes from another computer');
  await press(there, 'Ask the system keychain again');
  await expect(sheet(there).getByRole('alert')).toContainText('can’t open this vault');
  await expectSound(there, 'keychain lost');
  await there.keyboard.press('Escape');
  await expect(sheet(there)).toBeHidden();
  // What needs the vault goes on once it is begun anew.
  await there.getByLabel('API key').fill('entered-again-with-end-here');
  await there.keyboard.press('Control+s');
  await press(there, 'Reset vault');
  await expect(sheet(there)).toContainText('1 key of the service, sealed as now');
  await expectSound(there, 'vault reset');
  await press(there, 'Reset vault');
  await expect(there.getByText('ends in here')).toBeVisible();
  await expect(vault(there, 'Protected')).toBeVisible();
  await there.getByLabel('Auth key').fill('auth-key-sealed-faraway');
  await there.keyboard.press('Control+s');
  await expect(there.getByText('ends in away')).toBeVisible();
  expect(await quitDesktop(moved)).toBe(0);

  // The folder comes home. What was sealed elsewhere waits, what was sealed here and not entered again is back.
  await rm(keychain, { recursive: true });
  await cp(`${keychain}-old`, keychain, { recursive: true });
  const home = desk.start();
  const again = await home.page();
  await vault(again, 'Re-enter').click();
  await press(again, 'Reset vault');
  await press(again, 'Reset vault');
  await expect(vault(again, 'Protected, 2 to re-enter')).toBeVisible();
  await again.getByRole('tab', { name: 'Activity' }).click();
  await expect(again.getByText('Vault reset', { exact: true }).first()).toBeVisible();
  expect(await quitDesktop(home)).toBe(0);
});

test('a keychain that is away for a while opens the vault when it is back', async () => {
  const first = desk.start();
  const page = await first.page();
  await makeWorkspace(page);
  await saveKey(page);
  expect(await quitDesktop(first)).toBe(0);

  const later = desk.start({ keychain: 'away' });
  const there = await later.page();
  await expect(there.getByText('ends in ters')).toBeHidden();
  await vault(there, 'Re-enter').click();
  await later.keychain('keyring');
  await press(there, 'Ask the system keychain again');
  await expect(vault(there, 'Protected')).toBeVisible();
  await expect(there.getByText('ends in ters')).toBeVisible();
  expect(await quitDesktop(later)).toBe(0);
});

test('a slow keychain does not keep the window waiting, and opens the vault by itself', async () => {
  const first = desk.start();
  const page = await first.page();
  await makeWorkspace(page);
  await saveKey(page);
  expect(await quitDesktop(first)).toBe(0);
  const slow = desk.start({ delays: { safeStorage: 3000 } });
  const there = await slow.page();
  await expect(vault(there, 'Locked')).toBeVisible();
  await expect(vault(there, 'Protected')).toBeVisible({ timeout: 30_000 });
  await expect(there.getByText('ends in ters')).toBeVisible();
  expect(await quitDesktop(slow)).toBe(0);
});

test('without a keyring a passphrase protects, and a keyring that comes later can open it as well', async () => {
  const first = desk.start({ keychain: 'basic-text' });
  const page = await first.page();
  await makeWorkspace(page);
  await page.getByLabel('API key').fill('api-key-of-many-letters');
  await page.keyboard.press('Control+s');
  await page.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE);
  await page.getByLabel('Passphrase again').fill(PASSPHRASE);
  await page.keyboard.press('Enter');
  await expect(page.getByText('ends in ters')).toBeVisible();
  expect(await quitDesktop(first)).toBe(0);

  const later = desk.start();
  const there = await later.page();
  await vault(there, 'Locked').click();
  await there.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE);
  await there.keyboard.press('Enter');
  await vault(there, 'Protected').click();
  await press(there, 'Use the system keychain');
  await expect(there.getByText('The system keychain opens the vault from now on')).toBeVisible();
  expect(await quitDesktop(later)).toBe(0);
  const last = desk.start();
  await expect(vault(await last.page(), 'Protected')).toBeVisible();
  expect(await quitDesktop(last)).toBe(0);
});

test('the command line beside it: locks it, changes its passphrase, and the window follows', async () => {
  const desktop = desk.start();
  const page = await desktop.page();
  await makeWorkspace(page);
  await saveKey(page);
  await vault(page, 'Protected').click();
  await press(page, 'Choose a passphrase');
  await choosePassphrase(page);
  const command = (...args: readonly string[]) => cli('vault', ...args, '--data-dir', desk.dataFolder);
  expect((await command('status')).out).toMatch(/console +running; its vault is open/);
  expect(await command('lock')).toMatchObject({ code: 0, out: 'The vault of the running console is locked now.\n' });
  await vault(page, 'Locked').click();
  await press(page, 'Unlock with the system keychain');
  await expect(vault(page, 'Protected')).toBeVisible();

  process.env.SENDWRIGHT_PASSPHRASE = PASSPHRASE;
  const next = path.join(desk.home, 'next');
  await writeFile(next, 'staple under the bridge\n', { mode: 0o600 });
  try {
    expect(await command('passphrase', '--new-passphrase-file', next)).toMatchObject({ code: 0 });
  } finally {
    delete process.env.SENDWRIGHT_PASSPHRASE;
  }
  await vault(page, 'Locked').click();
  await page.getByLabel('Passphrase', { exact: true }).fill('staple under the bridge');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Set · ends in ters')).toBeVisible();
  expect(await quitDesktop(desktop)).toBe(0);
  // The keychain that opened it before opens it again.
  const again = desk.start();
  await expect(vault(await again.page(), 'Protected')).toBeVisible();
  expect(await quitDesktop(again)).toBe(0);
});

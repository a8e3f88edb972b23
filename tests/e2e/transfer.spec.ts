import { expect, test } from '@playwright/test';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runCli } from '../../main/hosts/cli/commands.ts';
import { expectSound, ownConsole, watch } from './walk.ts';

/** A workspace out of the window as one sealed file, and back into it. */

const own = ownConsole();
const PASSPHRASE = 'of the file itself';

test('a workspace is exported under a passphrase, looked into and brought in again', async ({ page }, info) => {
  const problems = watch(page);
  await page.goto(own.desk.address);
  await page.getByRole('button', { name: 'Connect my service' }).click();
  await page.getByLabel('Name').fill('Acme');
  await page.keyboard.press('Enter');
  await page.getByLabel('Cloud services connection URL').fill('https://service.example.com');
  await page.keyboard.press('Control+s');
  await expect(page.getByRole('region', { name: 'Unsaved changes' })).toBeHidden();

  await page.getByRole('button', { name: 'Export…' }).click();
  const dialog = page.getByRole('dialog');
  await expectSound(page, 'export');
  await dialog.getByLabel('Passphrase', { exact: true }).fill('short');
  await dialog.getByLabel('Passphrase again').fill('short');
  await page.keyboard.press('Enter');
  await expect(dialog).toContainText('fewer than 8 characters');
  await dialog.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE);
  await dialog.getByLabel('Passphrase again').fill(PASSPHRASE);
  const downloading = page.waitForEvent('download');
  await page.keyboard.press('Enter');
  const download = await downloading;
  await expect(dialog).toBeHidden();
  const file = info.outputPath(download.suggestedFilename());
  await download.saveAs(file);
  expect(file).toMatch(/Acme-\d{4}-\d\d-\d\d\.sendwright$/);
  expect(readFileSync(file).subarray(0, 8).toString()).toBe('SWSEALED');

  await page.getByRole('button', { name: 'Import…' }).click();
  await dialog.locator('input[type=file]').first().setInputFiles(file);
  await dialog.getByLabel('Passphrase of the file').fill('another one');
  await dialog.getByRole('radio', { name: 'Into a new workspace' }).click();
  await dialog.getByLabel('Name of the new workspace').fill('Acme again');
  await dialog.getByRole('button', { name: 'Look inside' }).click();
  await expect(dialog).toContainText('does not open this file');
  await dialog.getByLabel('Passphrase of the file').fill(PASSPHRASE);
  await page.keyboard.press('Enter');
  await expect(dialog).toContainText('Cloud services connection URL: nothing → https://service.example.com');
  await expect(dialog).toContainText('0 domains, no secret');
  await expectSound(page, 'import');
  await dialog.getByRole('button', { name: 'Import', exact: true }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole('navigation', { name: 'Workspaces' })).toContainText('Acme again');

  // The text files of a folder, as a repository holds them, need no passphrase.
  const folder = info.outputPath('as-text');
  const command = ['workspace', 'export', folder, '--text', '--workspace', 'Acme', '--data-dir', own.desk.dataFolder];
  await runCli(command, { out: () => undefined, error: () => undefined });
  mkdirSync(path.join(folder, '.git'));
  writeFileSync(path.join(folder, '.git', 'HEAD'), 'ref: refs/heads/main');
  await page.getByRole('tab', { name: 'General settings' }).click();
  await page.getByRole('button', { name: 'Import…' }).click();
  await dialog.locator('input[type=file]').last().setInputFiles(folder);
  await expect(dialog).toContainText('as-text: 1 file');
  await expect(dialog.getByLabel('Passphrase of the file')).toBeHidden();
  await dialog.getByRole('radio', { name: 'Into a new workspace' }).click();
  await page.screenshot({ path: 'test-results/views/import-folder.png' });
  await dialog.getByRole('button', { name: 'Look inside' }).click();
  await dialog.getByRole('button', { name: 'Import', exact: true }).click();
  await expect(page.getByRole('navigation', { name: 'Workspaces' })).toContainText('as-text');
  expect(problems).toEqual([]);
});

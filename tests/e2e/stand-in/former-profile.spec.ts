import type { Page } from '@playwright/test';
import { expect, test } from '@playwright/test';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { makeWorkspace, ownDesk, quitDesktop } from '../../support/desktop.ts';

/** Secrets that an earlier build sealed, whose profile all data folders shared. */

const desk = ownDesk();

async function sealKey(page: Page): Promise<void> {
  await makeWorkspace(page);
  await page.getByLabel('API key').fill('api-key-of-many-letters');
  await page.keyboard.press('Control+s');
  await expect(page.getByText('ends in ters')).toBeVisible();
}

const vaultButton = (page: Page, word: string) => page.getByRole('button', { name: `Vault: ${word}` });

test.describe('on Windows, a folder that an earlier build sealed under Electron’s default profile', () => {
  /** Lays the folder out as that build did: the key of safeStorage in the profile that all data folders shared. */
  async function sealAsBefore(): Promise<{ readonly ownKey: string; readonly formerKey: string }> {
    const first = desk.start({ platform: 'win32' });
    await sealKey(await first.page());
    const { folder } = await first.happened('path', ({ name }) => name === 'userData');
    expect(await quitDesktop(first)).toBe(0);
    const ownKey = path.join(folder as string, 'Local State');
    const formerKey = path.join(desk.home, 'AppData', 'Roaming', 'Sendwright', 'Local State');
    mkdirSync(path.dirname(formerKey), { recursive: true });
    renameSync(ownKey, formerKey);
    rmSync(folder as string, { recursive: true, force: true });
    return { ownKey, formerKey };
  }

  test('opens', async () => {
    await sealAsBefore();
    const page = await desk.start({ platform: 'win32' }).page();
    await expect(vaultButton(page, 'Protected')).toBeVisible();
    await expect(page.getByText('ends in ters')).toBeVisible();
  });

  test('asks for the key again where that profile is gone, and keeps what is sealed', async () => {
    const { ownKey, formerKey } = await sealAsBefore();
    renameSync(formerKey, `${formerKey}.away`);
    const without = desk.start({ platform: 'win32' });
    await expect(vaultButton(await without.page(), 'Re-enter')).toBeVisible();
    expect(await quitDesktop(without)).toBe(0);
    // Somebody finds it and puts it back.
    renameSync(`${formerKey}.away`, ownKey);
    await expect(vaultButton(await desk.start({ platform: 'win32' }).page(), 'Protected')).toBeVisible();
  });
});

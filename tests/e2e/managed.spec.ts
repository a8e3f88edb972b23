import { expect, test } from '@playwright/test';
import { expectSound, ownConsole, watch } from './walk.ts';

/** What an organisation has locked, as the window shows it. That the core refuses it is tried in tests/integration/core. */

const own = ownConsole();
const SOURCE = '/etc/sendwright/policy.json';

test('locked settings can be read and not changed, and say by whom', { tag: '@browser' }, async ({ page }) => {
  const problems = watch(page);
  // The policy's place is the administrator's alone, so the answer is given as a managed computer gives it.
  await page.route('**/rpc/state/snapshot', async (route) => {
    const response = await route.fetch();
    const body = (await response.json()) as { json: Record<string, unknown> };
    body.json.managed = {
      source: SOURCE,
      locked: ['ServiceUrl', 'Resolver', 'IdleLockMinutes', 'KeepReportsDays', 'Practice', 'Keeper', 'Proxy'],
    };
    await route.fulfill({ response, json: body });
  });
  await page.goto(own.desk.address);
  await expect(page.getByRole('button', { name: 'Try it with a practice service' })).toBeDisabled();
  await expect(page.getByText(`Not to be had here: Set by your organisation, in ${SOURCE}.`)).toBeVisible();
  await page.getByRole('button', { name: 'Connect my service' }).click();
  await page.getByLabel('Name').fill('Acme');
  await page.keyboard.press('Enter');
  const locked = page.getByLabel('Cloud services connection URL');
  await expect(locked).toHaveAttribute('readonly', '');
  await expect(locked).toHaveAccessibleDescription(`Set by your organisation, in ${SOURCE}.`);
  await page.getByText('Advanced', { exact: true }).click();
  await expect(page.getByLabel('DNS server for checks')).toHaveAttribute('readonly', '');
  await expect(page.getByLabel('Resolvers to compare with')).not.toHaveAttribute('readonly', '');
  await expectSound(page, 'locked settings');
  await expect(page.getByRole('region', { name: 'Set by your organisation' })).toContainText('Proxy');
  await expect(page.getByRole('button', { name: 'Practice workspace' })).toBeDisabled();
  await page.getByRole('button', { name: /^Vault:/ }).click();
  await expect(page.getByText(`Who opens the vault: Set by your organisation, in ${SOURCE}.`)).toBeVisible();
  await page.keyboard.press('Escape');
  await page.getByRole('tab', { name: 'Evidence' }).click();
  await expect(page.getByLabel('Keep reports')).toHaveAttribute('readonly', '');
  await expect(page.getByLabel('Keep reports')).toHaveValue('3 years');
  expect(problems).toEqual([]);
});

import type { Page } from '@playwright/test';
import { expect } from '@playwright/test';
import { readFileSync, rmSync } from 'node:fs';
import { createServer as createHttps } from 'node:https';
import { createServer as createTcp } from 'node:net';
import { skipWithoutBrowser } from '../support/browser.ts';
import type { Laboratory } from '../support/certificates.ts';
import { makeLaboratory } from '../support/certificates.ts';
import { removeFolder } from '../support/console.ts';
import { openTestCore } from '../support/core.ts';
import { ownServers } from '../support/servers.ts';
import { test } from './own-console.ts';
import { expectSound } from './walk.ts';

/** What the window shows of probes, with real faults behind it. */

const LONG = 'a-long-folder-name/another-long-folder-name/an-application-with-a-very-long-name-in-one-word';

let laboratory: Laboratory;
const servers = ownServers();

skipWithoutBrowser();

/** A data folder with a workspace per state, as the core makes it. */
async function prepare(): Promise<string> {
  const { cert, key } = laboratory.server('good');
  const tls = { cert: readFileSync(cert), key: readFileSync(key) };
  const good = await servers.listen(createHttps(tls, (_request, response) => response.end('{"provider":"UniOne"}')));
  const circle = await servers.listen(
    createHttps(tls, (request, response) =>
      response.writeHead(302, { location: request.url === '/a' ? '/b' : '/a' }).end(),
    ),
  );
  const blocked = await servers.listen(createHttps(tls, (_request, response) => response.writeHead(403).end()));
  const silent = await servers.listen(createTcp((socket) => socket.resume()));
  const { client, close, folder } = await openTestCore();
  const make = async (name: string, fields: Record<string, string>) => {
    const { id: workspaceId } = await client.workspaces.create({ name });
    const save = async (more: Record<string, string>) => {
      const { revision } = await client.settings.get({ workspaceId });
      await client.settings.save({ workspaceId, revision, fields: more });
    };
    await save({ extraCa: laboratory.root, ...fields });
    return { workspaceId, save };
  };
  const address = (port: number) => `https://localhost:${port}`;
  const faulty = await make('Faulty', { serviceUrl: address(circle), responseDomain: `${address(blocked)}/${LONG}` });
  await client.probes.connection(faulty);
  await client.probes.responses(faulty);
  await client.probes.monitoring(faulty);
  const changed = await make('Changed', { serviceUrl: address(good), responseDomain: address(good) });
  await client.probes.connection(changed);
  await client.probes.responses(changed);
  await changed.save({ serviceUrl: address(circle), responseDomain: `http://localhost:${good}` });
  await make('Silent', { serviceUrl: address(silent), responseDomain: address(silent) });
  await make('Unset', {});
  await close();
  return folder;
}

const openWorkspace = (page: Page, name: string) =>
  page
    .getByRole('button', { name: new RegExp(`^${name}`) })
    .first()
    .click();
const openTab = (page: Page, name: string) => page.getByRole('tab', { name }).click();

test.beforeAll(async () => {
  laboratory = makeLaboratory();
});
test.use({
  // oxlint-disable-next-line no-empty-pattern -- Playwright reads what a fixture needs from its first argument
  dataFolder: async ({}, use) => {
    const folder = await prepare();
    await use(folder);
    await removeFolder(folder);
  },
});
test.afterAll(async () => {
  await servers.close();
  rmSync(laboratory.folder, { recursive: true, force: true });
});

// The pictures are the same through both doors.
test('every state of the probes can be read, in both themes and sizes, and a probe can be stopped', {
  tag: '@browser',
}, async ({ page, own }) => {
  await own.open(page);

  await openWorkspace(page, 'Faulty');
  await expect(page.getByText('The address redirects in a loop')).toBeVisible();
  await expect(page.getByText('Redirect 3')).toBeVisible();
  await openTab(page, 'Responses');
  await expect(page.getByText('The POST is refused with 403')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Port 443, where the service posts' })).toBeVisible();
  await page.getByLabel('Deny list', { exact: true }).fill('# ours\n127.0.0.0/8\nnonsense');
  await page.getByRole('button', { name: 'Check the list' }).click();
  await expect(page.getByText('Line 2')).toBeVisible();
  await expect(page.getByText('1 entry can’t be read')).toBeVisible();
  await openTab(page, 'Monitoring');
  await expect(page.getByText('The monitoring path is refused with 403')).toBeVisible();
  await page.getByText('Hide names').click();
  await page.getByRole('button', { name: 'Preview' }).click();
  const preview = page.getByRole('region', { name: 'Preview of the support bundle' });
  await expect(preview).toContainText('"connection": "failed at response');
  await expect(preview).not.toContainText('localhost');

  await openWorkspace(page, 'Changed');
  await expect(page.getByText('Sending not checked')).toBeVisible();
  await openTab(page, 'Responses');
  await expect(page.getByText('was made with other settings and no longer counts')).toBeVisible();

  await openWorkspace(page, 'Silent');
  await page.getByRole('button', { name: 'Test the address' }).click();
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(page.getByRole('button', { name: 'Test the address' })).toBeEnabled();
  await expect(page.getByRole('tabpanel').getByText('Not checked', { exact: true })).toBeVisible();

  for (const { theme, ...size } of [
    { theme: 'light', width: 900, height: 600 },
    { theme: 'dark', width: 1600, height: 1000 },
  ]) {
    await page.evaluate((name) => {
      document.documentElement.dataset.theme = name;
    }, theme);
    await page.setViewportSize(size);
    for (const workspace of ['Faulty', 'Changed', 'Unset']) {
      await openWorkspace(page, workspace);
      for (const tab of ['General settings', 'Responses', 'Monitoring']) {
        await openTab(page, tab);
        await expect(page.getByRole('tabpanel').getByRole('heading').first()).toBeVisible();
        await expectSound(page, `${workspace}, ${tab}, ${theme}`);
      }
    }
  }
});

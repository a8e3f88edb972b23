import type { Page } from '@playwright/test';
import { chromium, expect } from '@playwright/test';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { skipWithoutBrowser } from '../support/browser.ts';
import { startConsole } from '../support/console.ts';
import { filesWith, processesWith } from '../support/planted.ts';
import type { OwnConsole } from './own-console.ts';
import { loopback, test } from './own-console.ts';
import { pasteZone, startOffline } from './walk.ts';

/** The window among others: second starts, the command line beside it, what is typed and not saved, secrets. */

const root = path.resolve(import.meta.dirname, '..', '..');
skipWithoutBrowser();

async function connectService(page: Page, name = 'Acme'): Promise<void> {
  await page.getByRole('button', { name: 'Connect my service' }).click();
  await page.getByLabel('Name').fill(name);
  await page.keyboard.press('Enter');
  await expect(page.getByLabel('Cloud services connection URL')).toBeVisible();
}

const urlField = (page: Page) => page.getByLabel('Cloud services connection URL');

async function cli(own: OwnConsole, ...args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, ['main/hosts/cli/cli.ts', ...args, '--data-dir', own.dataFolder], {
    cwd: root,
    stdio: 'ignore',
  });
  const [code] = (await once(child, 'close')) as [number];
  return code;
}

test('a second start takes over from the first window, but never from what is typed and not saved', {
  tag: '@browser',
}, async ({ context, own }) => {
  const first = await context.newPage();
  await own.open(first);
  await connectService(first);
  const second = await context.newPage();
  await second.goto((await startConsole(own.dataFolder)).address);
  await expect(second.getByRole('heading', { name: 'Acme' })).toBeVisible();
  // A tab that a person opened can't close itself; a window that the console opened does.
  const steppedBack = () =>
    first
      .getByText('opened in another window')
      .isVisible()
      // It may close while it is looked at.
      .catch(() => first.isClosed());
  await expect.poll(async () => first.isClosed() || (await steppedBack())).toBe(true);

  await urlField(second).fill('https://half-typed.example.com');
  const third = await context.newPage();
  await third.goto((await startConsole(own.dataFolder)).address);
  await expect(third.getByRole('heading', { name: 'Acme' })).toBeVisible();
  await expect(urlField(second)).toHaveValue('https://half-typed.example.com');
  await expect(second.getByRole('region', { name: 'Unsaved changes' })).toBeVisible();
});

test('what commands write shows in the open window, while several write at once', async ({ page, own }) => {
  await own.open(page);
  await connectService(page);
  await page.getByRole('tab', { name: 'Sender domains' }).click();
  const codes = await Promise.all(
    ['a', 'b', 'c'].map((letter) => cli(own, 'domains', 'add', `${letter}1.example.com`, `${letter}2.example.com`)),
  );
  expect(codes).toEqual([0, 0, 0]);
  for (const name of ['a1', 'a2', 'b1', 'b2', 'c1', 'c2'])
    await expect(page.getByRole('rowheader', { name: `${name}.example.com` })).toBeVisible();

  await page.getByRole('tab', { name: 'General settings' }).click();
  await urlField(page).fill('https://typed-here.example.com');
  expect(
    await cli(own, 'settings', 'set', '--service-url', 'https://set-there.example.com', '--template', 'sendgrid'),
  ).toBe(0);
  // The window has read what was set there; what is typed here was still begun without it.
  await expect(page.getByRole('button', { name: 'SendGrid Record template' })).toBeVisible();
  await page.keyboard.press('Control+s');
  // Nobody's change is lost without a word: the window is told, and keeps what was typed.
  await expect(page.getByRole('alert')).toContainText('changed elsewhere');
  await expect(urlField(page)).toHaveValue('https://typed-here.example.com');
});

test('a pasted zone that was cleared and not saved stays cleared while the domain changes beside it', {
  tag: '@browser',
}, async ({ page, own }) => {
  await startOffline(page, own, 'first.example.com');
  await pasteZone(page, '@ 60 IN TXT "v=spf1 -all"');
  await page.getByRole('button', { name: 'Configure' }).click();
  const zone = page.getByLabel('What is published today');
  await expect(zone).toHaveValue('@ 60 IN TXT "v=spf1 -all"');
  await zone.fill('');
  const readAnew = page.waitForResponse('**/rpc/domains/configuration');
  expect(await cli(own, 'domains', 'configure', 'first.example.com', '--reports', 'dmarc@example.com')).toBe(0);
  await readAnew;
  await page.keyboard.press('Escape');
  await expect(page.getByText('What you typed is not saved.')).toBeVisible();
  await expect(zone).toHaveValue('');
});

test('General settings has the documented fields, in the documented order, under the documented names', async ({
  page,
  own,
}) => {
  await own.open(page);
  await connectService(page);
  const documented = [
    'API key',
    'Cloud services connection URL',
    'Auth key',
    'Email provider',
    'Domain to receive responses',
    'Connection status: sending',
    'Connection status: responses',
  ];
  const places: number[] = [];
  for (const name of documented) {
    const found = name.startsWith('Connection status') ? page.getByText(name) : page.getByLabel(name, { exact: true });
    places.push((await found.first().boundingBox())?.y ?? -1);
  }
  expect(places).toEqual([...places].sort((left, right) => left - right));
  expect(new Set(places).size).toBe(documented.length);
  await expect(page.getByLabel('Email provider')).toHaveValue('Not told by the service');
  await expect(page.getByLabel('Email provider')).toHaveAttribute('readonly', '');
});

test('an address that can’t be right is told when its field is left, and is not saved', async ({ page, own }) => {
  await own.open(page);
  await connectService(page);
  const cases = [
    ['not an address at all', /address/i],
    ['http://service.example.com', /http/],
    ['https://user:word@service.example.com', /password|credential|user name/i],
    ['https://', /address/i],
  ] as const;
  for (const [typed, told] of cases) {
    await urlField(page).fill(typed);
    await urlField(page).blur();
    await expect(urlField(page)).toHaveAttribute('aria-invalid', 'true');
    await expect(urlField(page)).toHaveAccessibleDescription(told);
    await page.keyboard.press('Control+s');
    await expect(page.getByRole('region', { name: 'Unsaved changes' })).toBeVisible();
  }
  await urlField(page).fill('Service.Example.COM:8443/metadata/');
  await urlField(page).blur();
  await expect(urlField(page)).toHaveValue('https://service.example.com:8443');
  await page.keyboard.press('Control+s');
  await expect(page.getByRole('region', { name: 'Unsaved changes' })).toBeHidden();
  await page.reload();
  await expect(urlField(page)).toHaveValue('https://service.example.com:8443');
});

test('leaving with unsaved changes asks, and what was typed can be taken up again', async ({ page, own }) => {
  await own.open(page);
  await connectService(page);
  await urlField(page).fill('https://service.example.com');
  const question = page.getByRole('dialog', { name: 'Leave without saving?' });
  await page.getByRole('tab', { name: 'Activity' }).click();
  await expect(question).toContainText('unsaved changes');
  await question.getByRole('button', { name: 'Stay' }).click();
  await expect(question).toBeHidden();
  await expect(urlField(page)).toHaveValue('https://service.example.com');
  // By keyboard as well: Escape stays.
  await page.getByRole('tab', { name: 'General settings' }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(question).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(question).toBeHidden();
  await page.getByRole('tab', { name: 'Activity' }).click();
  await question.getByRole('button', { name: 'Leave without saving' }).click();
  await expect(page.getByRole('tab', { name: 'Activity' })).toHaveAttribute('aria-selected', 'true');
  await page.getByRole('tab', { name: 'General settings' }).click();
  await page.getByRole('button', { name: 'Restore draft' }).click();
  await expect(urlField(page)).toHaveValue('https://service.example.com');
});

test('a pasted list with 1,000 bad lines is told line by line, and what is good is added', async ({ page, own }) => {
  await own.open(page);
  await connectService(page);
  await page.getByRole('tab', { name: 'Sender domains' }).click();
  await page.getByRole('button', { name: 'Add domains' }).click();
  const bad = ['two words.example.com', 'a_b.example.com', 'i❤.ws', `${'a.'.repeat(127)}com`, 'gmail.com'];
  const list = Array.from({ length: 1000 }, (_nothing, index) => bad[index % bad.length]).join('\n');
  await page.getByLabel('Domains', { exact: true }).fill(`${list}\ngood.example.com.\n`);
  await page.getByRole('button', { name: 'Preview' }).click();
  await expect(page.getByText('1 new, 1,000 refused')).toBeVisible();
  const report = page.getByRole('list', { name: 'Refused lines' });
  for (const line of [1, 2, 3, 4, 5]) await expect(report.getByText(`line ${line}`, { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Add 1 domain' }).click();
  await page.getByRole('button', { name: 'Close', exact: true }).last().click();
  await expect(page.getByRole('rowheader', { name: 'good.example.com' })).toBeVisible();
});

test('a wrong passphrase is told, and changes nothing', async ({ page, own }) => {
  await own.open(page);
  await connectService(page);
  await page.getByRole('button', { name: 'Vault: No passphrase yet' }).click();
  await page.getByLabel('Passphrase', { exact: true }).fill('correct horse battery');
  await page.getByLabel('Passphrase again').fill('correct horse battery');
  await page.getByRole('button', { name: 'Protect secrets' }).click();
  await page.getByLabel('API key').fill('api-key-of-many-letters');
  await page.keyboard.press('Control+s');
  await expect(page.getByText('ends in ters')).toBeVisible();
  await own.stop();
  const next = await own.startAgain();
  await next.getByRole('button', { name: 'Vault: Locked' }).click();
  await next.getByLabel('Passphrase', { exact: true }).fill('wrong horse battery');
  await next.getByRole('button', { name: 'Unlock' }).click();
  await expect(next.getByText('The passphrase does not open this vault')).toBeVisible();
  await next.getByLabel('Passphrase', { exact: true }).fill('correct horse battery');
  await next.getByRole('button', { name: 'Unlock' }).click();
  await expect(next.getByRole('button', { name: 'Vault: Protected' })).toBeVisible();
  await expect(next.getByText('ends in ters')).toBeVisible();
});

/** Everything that the page holds in memory: V8's own picture of its heap. */
async function heapOf(page: Page): Promise<string> {
  const session = await page.context().newCDPSession(page);
  const parts: string[] = [];
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => parts.push(chunk));
  await session.send('HeapProfiler.collectGarbage');
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  await session.detach();
  return parts.join('');
}

const planted = { key: 'planted-Qx7vR2mK9wZt', passphrase: 'violet-tractor-under-seven-bridges' } as const;

/** @param typed called once the key stands in its field, and is not saved. */
async function saveKey(page: Page, typed: () => Promise<void>): Promise<void> {
  await connectService(page);
  await page.getByLabel('API key').fill(planted.key);
  await typed();
  await page.keyboard.press('Control+s');
  await page.getByLabel('Passphrase', { exact: true }).fill(planted.passphrase);
  await page.getByLabel('Passphrase again').fill(planted.passphrase);
  await page.getByRole('button', { name: 'Protect secrets' }).click();
  await expect(page.getByRole('button', { name: 'Vault: Protected' })).toBeVisible();
  await page.keyboard.press('Control+s');
  await expect(page.getByRole('region', { name: 'Unsaved changes' })).toBeHidden();
}

test('a key that was saved is nowhere in the window’s memory, storage or page any more', async ({ page, own }) => {
  const { key, passphrase } = planted;
  await own.open(page);
  await saveKey(page, async () => expect(await heapOf(page)).toContain(key));
  // What React keeps of the view before goes with the next one.
  await page.getByRole('tab', { name: 'Activity' }).click();
  await page.getByRole('tab', { name: 'Monitoring' }).click();
  const stored = await page.evaluate(() =>
    JSON.stringify([sessionStorage, localStorage].map((storage) => Object.entries(storage))),
  );
  const html = await page.content();
  for (const secret of [key, passphrase]) {
    expect(stored).not.toContain(secret);
    expect(html).not.toContain(secret);
  }
  const remembered = async () => {
    const heap = await heapOf(page);
    return [key, passphrase].filter((secret) => heap.includes(secret));
  };
  // The browser lets go of an input's text in its own time.
  await expect.poll(remembered, { timeout: 30_000 }).toEqual([]);
});

test(
  'what was typed as a secret is in no file of the browser, of no process’s arguments, and not in the data folder',
  {
    tag: '@browser',
  },
  async ({ own }, info) => {
    const profile = info.outputPath('profile');
    const options = info.project.use.launchOptions ?? {};
    const browser = await chromium.launchPersistentContext(profile, options);
    const page = await browser.newPage();
    await page.goto(loopback(own).address);
    const secrets = Object.values(planted);
    await saveKey(page, async () => expect(processesWith(secrets)).toEqual([]));
    expect(processesWith(secrets)).toEqual([]);
    await page.reload();
    await expect(page.getByText('ends in 9wZt')).toBeVisible();
    // A page that crashes leaves a report behind.
    const session = await browser.newCDPSession(page);
    const crashed = page.waitForEvent('crash');
    void session.send('Page.crash').catch(() => undefined);
    await crashed;
    await browser.close();
    await own.kill();
    // The search finds what is there: where the page came from.
    expect(filesWith(profile, [new URL(loopback(own).origin).host])).not.toEqual([]);
    expect(filesWith(profile, secrets)).toEqual([]);
    expect(filesWith(own.dataFolder, secrets)).toEqual([]);
  },
);

test('when the console ends the window says so, and after a new start it asks for the new window', {
  tag: '@browser',
}, async ({ page, own }) => {
  await own.open(page);
  await connectService(page);
  const { port } = new URL(loopback(own).origin);
  await own.kill();
  await expect(page.getByText('The console does not answer')).toBeVisible();
  const again = await startConsole(own.dataFolder, ['--port', port]);
  await expect(page.getByText('The console was restarted')).toBeVisible({ timeout: 20_000 });
  await again.stop();
});

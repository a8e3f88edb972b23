import type { Page } from '@playwright/test';
import { expect, test } from '@playwright/test';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { StandIn } from '../../support/electron-stand-in/launch.ts';
import { addDomains, ownDesk, quitDesktop } from '../../support/desktop.ts';
import { expectSound } from '../walk.ts';

/** What goes on beside the window: long checks, sleep, notifications, the practice service's own process. */

const desk = ownDesk();

const MANY = Array.from({ length: 120 }, (_nothing, index) => `client-${index}.example.com`);
const manualOf = (page: Page, name: string) => page.getByRole('heading', { name, level: 2 });
const progress = (page: Page) => page.getByRole('progressbar', { name: 'Progress of the check' });

async function openPractice(): Promise<[StandIn, Page]> {
  const desktop = desk.start();
  const page = await desktop.page();
  await page.getByRole('button', { name: 'Try it with a practice service' }).click();
  await expect(page.getByLabel('What goes wrong')).toBeVisible();
  return [desktop, page];
}

async function chooseFault(page: Page, name: string): Promise<void> {
  await page.getByRole('tab', { name: 'General settings' }).click();
  await page.getByLabel('What goes wrong').click();
  await page.getByRole('option', { name, exact: true }).click();
  await expect(page.getByLabel('What goes wrong')).toContainText(name);
}

/** A check of many domains whose servers are silent: it is under way for as long as a test needs it to be. */
async function startLongCheck(): Promise<[StandIn, Page]> {
  const [desktop, page] = await openPractice();
  await chooseFault(page, 'DNS server silent');
  await page.getByRole('tab', { name: 'Sender domains' }).click();
  await page.getByRole('button', { name: 'Add domains' }).click();
  await page.getByLabel('Domains', { exact: true }).fill(MANY.join('\n'));
  await page.getByRole('button', { name: 'Preview' }).click();
  await page.getByRole('button', { name: `Add ${MANY.length} domains` }).click();
  await page.getByRole('button', { name: 'Verify all' }).click();
  await expect(progress(page)).toBeVisible();
  return [desktop, page];
}

/** The practice service's process that was started last. */
function practiceProcess(desktop: StandIn): number {
  return desktop.all('utility-process').at(-1)?.pid as number;
}

async function killPractice(desktop: StandIn): Promise<void> {
  const before = desktop.happenings.length;
  process.kill(practiceProcess(desktop), 'SIGKILL');
  await desktop.happened('utility-process', undefined, before);
}

/** Prepares and publishes what the practice domain needs. */
async function makeVerified(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Fill in the practice values' }).click();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByRole('region', { name: 'Unsaved changes' })).toBeHidden();
  await page.getByRole('tab', { name: 'Sender domains' }).click();
  await page.getByRole('button', { name: 'Use the practice value' }).click();
  await page.getByRole('button', { name: 'Save the value' }).click();
  await expect(page.getByRole('button', { name: 'Save the value' })).toBeHidden();
  await page.getByRole('button', { name: 'Publish into the practice zone' }).click();
  await expect(page.getByText('news.example.com is ready')).toBeVisible();
}

test('quitting, or closing the window, ends a long check soon, and keeps what it has found', async () => {
  const [first, page] = await startLongCheck();
  const endsSoon = async (desktop: StandIn, end: Promise<unknown>) => {
    const begun = performance.now();
    await end;
    expect(await desktop.exited).toBe(0);
    // Nobody waits for servers that do not answer.
    expect(performance.now() - begun).toBeLessThan(20_000);
    expect(desktop.all('error-box')).toEqual([]);
  };
  await endsSoon(first, first.quit());
  await expect.poll(() => page.isClosed()).toBe(true);

  const second = desk.start();
  const again = await second.page();
  await again.getByRole('tab', { name: 'Sender domains' }).click();
  await expect(again.getByRole('rowheader', { name: 'client-0.example.com' })).toBeVisible();
  await expect(again.getByText(/^Cancelled at \d+ of 121, results so far are kept/)).toBeVisible();
  await again.getByRole('button', { name: 'Verify all' }).click();
  await expect(progress(again)).toBeVisible();
  await endsSoon(second, second.pressClose());
});

test('a check stands still while the machine sleeps, and comes to its end when it is awake', async () => {
  const [desktop, page] = await startLongCheck();
  await desktop.power('suspend');
  await expect(page.getByText(/Paused at \d+ of 121/)).toBeVisible();
  await chooseFault(page, 'Everything works');
  await page.getByRole('tab', { name: 'Sender domains' }).click();
  await expect(page.getByText(/Paused at \d+ of 121/)).toBeVisible();
  await desktop.power('resume');
  await expect(page.getByText(/^121 checked/)).toBeVisible({ timeout: 20_000 });
  // A second sleep right after it harms nothing.
  await desktop.power('suspend');
  await desktop.power('resume');
  expect(await quitDesktop(desktop)).toBe(0);
});

test('a domain that breaks is told by the system, and pressing that shows it, wherever the window is', async () => {
  const [desktop, page] = await openPractice();
  await makeVerified(page);
  await addDomains(page, 'other.example.com');
  // Somebody deletes the SPF record in the zone; the service's process reads it anew.
  const file = path.join(desk.dataFolder, 'practice', 'practice.json');
  const zone = readFileSync(file, 'utf8');
  expect(zone).toContain('v=spf1');
  writeFileSync(file, zone.replaceAll(/v=spf1[^"\\]*/g, 'v=spf1 -all'));
  await killPractice(desktop);
  await page.getByRole('button', { name: 'Verify all' }).click();
  const told = await desktop.happened('notification');
  expect(told).toMatchObject({ title: 'news.example.com no longer verifies' });

  await page.getByRole('rowheader', { name: 'other.example.com' }).click();
  await expect(manualOf(page, 'other.example.com')).toBeVisible();
  await page.getByRole('tab', { name: 'Activity' }).click();
  await desktop.act('minimize');
  await desktop.clickNotification(told.id);
  await expect.poll(() => desktop.window()).toMatchObject({ extent: 'normal', isVisible: true, isFocused: true });
  await expect(manualOf(page, 'news.example.com')).toBeVisible();
  expect(await quitDesktop(desktop)).toBe(0);
});

test('a practice service that ends by itself is started again; one that does so twice waits for a person', async () => {
  const [desktop, page] = await openPractice();
  await makeVerified(page);
  await page.getByRole('tab', { name: 'General settings' }).click();
  await killPractice(desktop);
  await page.getByRole('button', { name: 'Test connection' }).click();
  await expect(page.getByText('Connection active').first()).toBeVisible({ timeout: 20_000 });
  await expect(page.getByRole('button', { name: 'Start it again' })).toBeHidden();

  process.kill(practiceProcess(desktop), 'SIGKILL');
  await expect(page.getByRole('alert')).toContainText('It is not running: it stopped unexpectedly.');
  await expectSound(page, 'practice service gone');
  await page.screenshot({ path: 'test-results/practice-gone.png' });
  // Nobody else is asked in its place.
  await page.getByRole('tab', { name: 'Sender domains' }).click();
  await page.getByRole('button', { name: 'Verify all' }).click();
  await expect(page.getByRole('alert')).toContainText('The practice service is not running');
  await page.getByRole('button', { name: 'Close the message' }).click();
  await page.getByRole('tab', { name: 'General settings' }).click();
  await page.getByRole('button', { name: 'Start it again' }).click();
  await expect(page.getByRole('button', { name: 'Start it again' })).toBeHidden();
  await chooseFault(page, 'Service unavailable');
  await page.getByRole('button', { name: 'Test connection' }).click();
  await expect(page.getByText('The service is not available (503)').first()).toBeVisible();
  expect(await quitDesktop(desktop)).toBe(0);
});

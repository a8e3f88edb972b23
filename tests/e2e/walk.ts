import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from '@playwright/test';
import { skipWithoutBrowser } from '../support/browser.ts';
import type { RunningConsole } from '../support/console.ts';
import { removeFolder, startConsole } from '../support/console.ts';
import type { OwnConsole } from './own-console.ts';

/** Steps that several browser tests take, and what holds of everything that is shown. */

export const PASSPHRASE = 'correct horse battery staple';

/**
 * A console of its own for each test of a file, in the browser alone, on an empty data folder. A test that starts it again
 * puts the new one here.
 */
export function ownConsole(): { desk: RunningConsole } {
  const own = {} as { desk: RunningConsole };
  skipWithoutBrowser();
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

/** From the first window to a practice workspace that is connected. @param from `begun`: the workspace is there already. */
export async function connectPractice(page: Page, from: 'first window' | 'begun' = 'first window'): Promise<void> {
  if (from === 'first window') await page.getByRole('button', { name: 'Try it with a practice service' }).click();
  await page.getByRole('button', { name: 'Fill in the practice values' }).click();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await protectSecrets(page);
  // What was typed is saved by itself once it can be sealed.
  await expect(page.getByRole('region', { name: 'Unsaved changes' })).toBeHidden();
  await page.getByRole('button', { name: 'Test connection' }).click();
  await expect(page.getByText('Connection active').first()).toBeVisible();
}

/** What scrolls by so few pixels is not meant to: where scroll bars take room it shows one, for nothing. */
const NEEDLESS_SCROLL_PIXELS = 3;

/** Whoever has come as far as a workspace has pressed something, and goes on from there: the focus is never nowhere. */
export async function expectFocus(page: Page, where: string): Promise<void> {
  const isLost = () => document.querySelector('[role="tab"]') !== null && document.activeElement === document.body;
  await expect.poll(() => page.evaluate(isLost), `${where}: the focus is lost`).toBe(false);
}

/** A colour on its way is nobody's colour: what fades comes to its end first. What turns for ever is left alone. */
async function expectStill(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const passing = document
      .getAnimations()
      .filter(({ effect }) => Number.isFinite(effect?.getComputedTiming().endTime));
    await Promise.allSettled(passing.map(({ finished }) => finished));
  });
}

/** @param rules axe's, by id; all of them where none is named. */
async function expectAccessible(page: Page, where: string, rules: readonly string[] = []): Promise<void> {
  await expectStill(page);
  // Without frames there is nothing to put together, for which axe would open a second page beside the window each time.
  const axe = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ['violations'] });
  const { violations } = await (rules.length === 0 ? axe : axe.withRules([...rules])).analyze();
  const told = violations.map(
    ({ id, nodes }) => `${where}: ${id} ${nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`,
  );
  expect(told).toEqual([]);
}

/** What a theme alone decides: its colours. The rest of {@link expectSound} holds of every theme or of none. */
export async function expectReadable(page: Page, where: string): Promise<void> {
  await expectAccessible(page, where, ['color-contrast']);
}

/** Axe finds nothing, parts of the page scroll and not the page itself, and nothing scrolls that need not. */
export async function expectSound(page: Page, where: string): Promise<void> {
  await expectAccessible(page, where);
  const overflow = await page.evaluate(() => {
    const { scrollWidth, scrollHeight } = document.documentElement;
    return Math.max(scrollWidth - window.innerWidth, scrollHeight - window.innerHeight);
  });
  expect(overflow, `${where} is larger than the window`).toBeLessThanOrEqual(0);
  const needless = await page.evaluate((most) => {
    const scrolls = (element: Element) =>
      ['auto', 'scroll'].includes(getComputedStyle(element).overflowY) &&
      element.scrollHeight > element.clientHeight &&
      element.scrollHeight - element.clientHeight <= most;
    return [...document.querySelectorAll('*')].filter(scrolls).map(({ outerHTML }) => outerHTML.slice(0, 160));
  }, NEEDLESS_SCROLL_PIXELS);
  expect(needless, `${where} scrolls by a few pixels`).toEqual([]);
}

/** A workspace without a network: what an administrator has who prepares records for somebody else. */
export async function startOffline(page: Page, own: OwnConsole | string, domain: string): Promise<void> {
  if (typeof own === 'string') await page.goto(own);
  else await own.open(page);
  await page.getByRole('button', { name: 'Connect my service' }).click();
  await page.getByLabel('Name').fill('Acme');
  await page.keyboard.press('Enter');
  await page.getByRole('tab', { name: 'Sender domains' }).click();
  await page.getByRole('button', { name: 'Add domains' }).click();
  await page.getByLabel('Domains', { exact: true }).fill(domain);
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.getByRole('heading', { name: domain, level: 2 })).toBeVisible();
  await chooseProvider(page, 'Elastic Email');
}

/** Chooses in a domain's manual whose records it needs. */
export async function chooseProvider(page: Page, provider: string): Promise<void> {
  await page.getByRole('form', { name: 'Choose the provider' }).getByLabel('Provider').click();
  await page.getByRole('listbox').getByRole('option', { name: provider, exact: true }).click();
  await page.getByRole('button', { name: 'Use for this domain' }).click();
  await expect(page.getByRole('button', { name: 'Hand over' })).toBeVisible();
  await expect(page.locator('article h2')).toBeFocused();
}

export async function pasteZone(page: Page, zone: string): Promise<void> {
  await page.getByRole('button', { name: 'Configure' }).click();
  await page.getByLabel('What is published today').fill(zone);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByRole('dialog')).toBeHidden();
}

/** Opens the palette, types and runs what comes first, once there is something: views say what they can do as they come. */
export async function command(page: Page, text: string): Promise<void> {
  await page.keyboard.press('Control+k');
  const palette = page.getByRole('combobox', { name: 'Command' });
  await palette.fill(text);
  await expect(page.getByRole('listbox', { name: 'Commands' }).getByRole('option').first()).toBeVisible();
  await palette.press('Enter');
  await expect(palette).toBeHidden();
}

/** What a person would paste now: reading the clipboard is nobody's right here, pasting is everybody's. */
export async function pastedInto(page: Page): Promise<string> {
  await page.evaluate(() => {
    const area = document.createElement('textarea');
    area.id = 'pasted-into';
    document.body.append(area);
    area.focus();
  });
  await page.keyboard.press('Control+v');
  const area = page.locator('#pasted-into');
  await expect(area).not.toHaveValue('');
  const text = await area.inputValue();
  await area.evaluate((element) => element.remove());
  return text;
}

/**
 * Holds the next call of a procedure back, or its answer alone: events may come before it then.
 *
 * @returns what lets it go, once it was made.
 */
export async function held(
  page: Page,
  procedure: string,
  what: 'call' | 'answer' = 'call',
): Promise<() => Promise<void>> {
  const made = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  await page.route(
    `**/rpc/${procedure}`,
    async (route) => {
      const response = what === 'answer' ? await route.fetch() : undefined;
      made.resolve();
      await released.promise;
      await (response === undefined ? route.continue() : route.fulfill({ response }));
    },
    { times: 1 },
  );
  return async () => {
    await made.promise;
    const answered = page.waitForResponse(`**/rpc/${procedure}`);
    released.resolve();
    await answered;
    // What the answer changes is drawn by then.
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
  };
}

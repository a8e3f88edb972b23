import type { FullConfig } from '@playwright/test';
import { chromium, test } from '@playwright/test';

/** Where no browser can be started, the tests in a browser report themselves as skipped instead of failing one by one. */

const REASON = 'SENDWRIGHT_NO_BROWSER';

/**
 * Starts the configured browser once, before any test; Playwright's workers inherit what is found out here.
 *
 * @param config Playwright's configuration, as it hands it to a global set-up.
 */
export default async function findOutWhetherABrowserStarts(config: FullConfig): Promise<void> {
  try {
    const browser = await chromium.launch(config.projects[0]?.use.launchOptions);
    await browser.close();
  } catch (error) {
    process.env[REASON] = String(error instanceof Error ? error.message : error).split('\n')[0];
  }
}

/** Called at the top of a file of tests: skips them all, hooks included, where no browser starts. */
export function skipWithoutBrowser(): void {
  test.skip(() => process.env[REASON] !== undefined, `no browser starts here: ${process.env[REASON]}`);
}

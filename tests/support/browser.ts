import type { FullConfig } from '@playwright/test';
import { chromium, test } from '@playwright/test';
import { CONSOLE_PROGRAM } from './console.ts';
import { bundleEverything } from './packaging.ts';

/** Where no browser can be started, the tests in a browser report themselves as skipped instead of failing one by one. */

const REASON = 'SENDWRIGHT_NO_BROWSER';

/**
 * Once, before any test: bundles what the tests start, for workers that share `dist` must not write to it, and starts the
 * configured browser; Playwright's workers inherit what is found out here.
 *
 * @param config Playwright's configuration, as it hands it to a global set-up.
 */
export default async function prepare(config: FullConfig): Promise<void> {
  // Whoever tries another program than the checkout's has bundled all that it needs.
  if (process.env.SENDWRIGHT_DESKTOP_PROGRAM === undefined) {
    await bundleEverything();
    // What is packaged, and started in a tenth of the time that the sources take.
    process.env[CONSOLE_PROGRAM] = 'dist/main/loopback.js';
  }
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

import { chromium } from '@playwright/test';
import type { Browser, Page } from '@playwright/test';
import { findBrowser } from '../../main/hosts/loopback/open-window.ts';

/** The frames of a window while something goes on in it, for benches. */

/** A browser as a person has it, without a screen. */
export function launchBrowser(): Promise<Browser> {
  const executablePath = findBrowser();
  return chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
}

/** Begins to count. @returns how long each frame took since then, in milliseconds. */
export async function watchFrames(page: Page): Promise<() => Promise<readonly number[]>> {
  await page.evaluate(() => {
    const deltas: number[] = [];
    let last = performance.now();
    const next = (now: number) => {
      deltas.push(now - last);
      last = now;
      requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
    Object.assign(window, { deltas });
  });
  return () => page.evaluate(() => (window as unknown as { deltas: number[] }).deltas);
}

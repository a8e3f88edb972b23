import { defineConfig } from '@playwright/test';
import { findBrowser } from './main/hosts/loopback/open-window.ts';
import type { Options } from './tests/e2e/own-console.ts';

const browser = findBrowser();

/**
 * Files whose tests know both doors. `faults` and `vault` are about the browser's: calls over HTTP, and a vault without a
 * keychain. What the desktop program has in their place is tested in `stand-in/` and by the log's own tests.
 */
const throughBothDoors = ['list', 'main-job', 'manual', 'probes', 'views', 'window'];

export default defineConfig<Options>({
  testDir: 'tests/e2e',
  globalSetup: './tests/support/browser.ts',
  outputDir: 'test-results',
  timeout: 180_000,
  // A worker that hangs as a whole tells of no timeout of its tests: the run ends, and says so.
  globalTimeout: 45 * 60_000,
  expect: { timeout: 20_000 },
  workers: 2,
  // A second try tells a test that fails at times from one that fails: either fails the run.
  retries: process.env.CI === undefined ? 0 : 1,
  failOnFlakyTests: true,
  forbidOnly: process.env.CI !== undefined,
  projects: [
    { name: 'browser', testIgnore: ['electron/**', 'stand-in/**'], use: { door: 'browser' } },
    {
      // The Electron program, over Chromium where Electron's executable can't be had: the same tests, and its own. On
      // macOS and Windows Electron itself is to be had.
      name: 'stand-in',
      testMatch:
        process.platform === 'linux'
          ? [...throughBothDoors.map((name) => `${name}.spec.ts`), 'stand-in/**/*.spec.ts']
          : [],
      grepInvert: /@browser/,
      use: { door: 'stand-in' },
    },
    { name: 'electron', testMatch: 'electron/**/*.spec.ts' },
  ],
  use: {
    viewport: { width: 1280, height: 860 },
    launchOptions: {
      ...(browser === undefined ? {} : { executablePath: browser }),
      args: [
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
        // Chromium refuses its sandbox to root, as in containers.
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      ],
    },
  },
});
